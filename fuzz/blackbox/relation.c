#include "blackbox/relation.h"

#include <string.h>

/* Larger mailboxes are not judged. */
enum { NUMBERS_MOST = 4096 };

struct numbers {
    uint8_t counts[NUMBERS_MOST]; /* how often each message was named */
};

/* Of all `* SEARCH` lines; false when there is a strange one. */
static bool read_numbers(struct span lines, struct numbers *numbers)
{
    *numbers = (struct numbers){{0}};
    while (lines.nbytes > 0) {
        struct span line = span_trim(span_cut(&lines, '\n'));
        if (!span_starts_with_nocase(line, SPAN_LIT("* SEARCH")))
            continue;
        line = span_trim(span_from(line, 8));
        while (line.nbytes > 0) {
            uint32_t number;
            if (number_parse_u32(span_cut(&line, ' '), &number) != 0 || number >= NUMBERS_MOST)
                return false;
            numbers->counts[number]++;
        }
    }
    return true;
}

static void write_numbers(const struct numbers *numbers, uint32_t exists, struct buffer *out)
{
    buffer_append_text(out, "* SEARCH");
    for (uint32_t i = 1; i <= exists; i++)
        if (numbers->counts[i])
            buffer_printf(out, " %u", i);
}

/* PLAN_SAME: all give the same. Else the last one gives what the first does not, which may be
 * alone: then it gives all. */
static unsigned judge_numbers(const struct relation *relation, uint32_t exists,
                              struct buffer *wanted)
{
    struct numbers want = {{0}};
    struct numbers got;
    bool is_same = relation->what->kind == PLAN_SAME;
    unsigned last = relation->nanswered - 1;
    if (last > 0 && !read_numbers(buffer_span(&relation->lines[0]), &want))
        return 0;
    for (uint32_t i = 1; i <= exists && !is_same; i++)
        want.counts[i] = (uint8_t)!want.counts[i];
    for (unsigned i = is_same ? 1 : last; i <= last; i++) {
        if (!read_numbers(buffer_span(&relation->lines[i]), &got) ||
            memcmp(&want, &got, sizeof got) == 0)
            continue;
        write_numbers(&want, exists, wanted);
        return i + 1;
    }
    return 0;
}

/* What the others give stands in what the first gives. */
static unsigned judge_joined(const struct relation *relation)
{
    struct span whole = buffer_span(&relation->lines[0]);
    for (unsigned i = 1; i < relation->nanswered; i++) {
        struct span part = buffer_span(&relation->lines[i]);
        if (part.nbytes > 0 && span_find_nocase(whole, part) == SPAN_NPOS)
            return i + 1;
    }
    return 0;
}

static bool is_untouched(const struct buffer *lines)
{
    return span_find_nocase(buffer_span(lines), SPAN_LIT("EXPUNGE")) == SPAN_NPOS &&
           span_find_nocase(buffer_span(lines), SPAN_LIT("EXISTS")) == SPAN_NPOS;
}

static bool can_be_judged(const struct relation *relation, const uint32_t *exists)
{
    for (unsigned i = 0; i < relation->nanswered; i++)
        if (!is_untouched(&relation->lines[i]))
            return false;
    return !relation->is_broken && exists != NULL && *exists < NUMBERS_MOST;
}

unsigned relation_judge(struct relation *relation, const uint32_t *exists, struct buffer *wanted)
{
    unsigned number = 0;
    if (can_be_judged(relation, exists))
        number = relation->what->kind == PLAN_JOINED ? judge_joined(relation)
                                                     : judge_numbers(relation, *exists, wanted);
    for (size_t i = 0; i < RELATION_COMMANDS; i++)
        buffer_clear(&relation->lines[i]);
    relation->nanswered = 0;
    relation->is_broken = false;
    return number;
}

bool relation_is_over(const struct relation *relation)
{
    return relation->nanswered > 0 && relation->what->commands[relation->nanswered] == NULL;
}

/* ---- what is heard ---- */

struct relation relation_of(unsigned number)
{
    return (struct relation){.what = number == 0 ? NULL : plan_relation(number)};
}

void relation_free(struct relation *relation)
{
    for (size_t i = 0; i < RELATION_COMMANDS; i++)
        buffer_free(&relation->lines[i]);
}

/* Which of the relation's commands it is, from 1; 0: none, though its tag may be the same. */
static unsigned number_of(const struct relation *relation, struct span command)
{
    struct span rest = span_from(command, 4);
    if (relation->what == NULL || !span_starts_with(command, SPAN_LIT("zr")))
        return 0;
    for (unsigned i = 1; relation->what->commands[i - 1] != NULL; i++) {
        struct span known = span_of(relation->what->commands[i - 1]);
        if (rest.nbytes == known.nbytes + 2 && command.data[2] == (char)('0' + i) &&
            span_equal(span_slice(rest, 0, known.nbytes), known))
            return i;
    }
    return 0;
}

void relation_hear(struct relation *relation, struct span command, struct span line)
{
    unsigned number = number_of(relation, command);
    if (number > 0)
        buffer_append(&relation->lines[number - 1], line);
}

bool relation_answered(struct relation *relation, struct span command, bool is_ok)
{
    if (number_of(relation, command) == 0)
        return false;
    relation->nanswered++;
    relation->is_broken = relation->is_broken || !is_ok;
    return true;
}
