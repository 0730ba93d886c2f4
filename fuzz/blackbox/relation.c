#include <stdio.h>
#include <string.h>

#include "blackbox/talk.h"

/* Numbers of all `* SEARCH` lines, as counts by number; false when there is a strange one. */
static bool read_numbers(struct span lines, uint8_t *counts, size_t capacity)
{
    while (lines.nbytes > 0) {
        struct span line = span_trim(span_cut(&lines, '\n'));
        if (!span_starts_with_nocase(line, SPAN_LIT("* SEARCH")))
            continue;
        line = span_trim(span_from(line, 8));
        while (line.nbytes > 0) {
            uint32_t number;
            if (number_parse_u32(span_cut(&line, ' '), &number) != 0 || number >= capacity)
                return false;
            counts[number]++;
        }
    }
    return true;
}

enum { NUMBERS_MOST = 4096 };

/* Writes what the last command of the relation should have given. */
static void want_numbers(struct play *p, const uint8_t *numbers, uint32_t exists)
{
    struct buffer line = {0};
    buffer_append_text(&line, "* SEARCH");
    for (uint32_t i = 1; i <= exists; i++)
        if (numbers[i])
            buffer_printf(&line, " %u", i);
    if (line.nbytes < sizeof p->result->finding.wanted)
        (void)snprintf(p->result->finding.wanted, sizeof p->result->finding.wanted, "%.*s",
                       SPAN_ARG(buffer_span(&line)));
    buffer_free(&line);
}

/* The relation's last command should have given `wanted`, and gave `got`. */
static void compare(struct play *p, const uint8_t *wanted, const uint8_t *got, uint32_t exists)
{
    if (memcmp(wanted, got, NUMBERS_MOST) == 0)
        return;
    if (!play_fail(p, "relation", p->relation.what->requirement, p->relation.what->name,
                   "not so: %s", p->relation.what->wanted))
        return;
    want_numbers(p, wanted, exists);
    (void)snprintf(p->result->finding.tag, sizeof p->result->finding.tag, "zr%u",
                   p->relation.nanswered);
}

static void check_numbers(struct play *p, uint32_t exists)
{
    static uint8_t wanted[NUMBERS_MOST];
    static uint8_t got[NUMBERS_MOST];
    (void)memset(wanted, 0, sizeof wanted);
    (void)memset(got, 0, sizeof got);
    unsigned last = p->relation.nanswered - 1;
    if (!read_numbers(buffer_span(&p->relation.lines[last]), got, NUMBERS_MOST) ||
        (last > 0 && !read_numbers(buffer_span(&p->relation.lines[0]), wanted, NUMBERS_MOST)))
        return;
    if (p->relation.what->kind != PLAN_SAME)
        for (uint32_t i = 1; i <= exists; i++)
            wanted[i] = (uint8_t)!wanted[i];
    compare(p, wanted, got, exists);
    for (unsigned i = 1; i < last && p->relation.what->kind == PLAN_SAME; i++) {
        (void)memset(got, 0, sizeof got);
        if (read_numbers(buffer_span(&p->relation.lines[i]), got, NUMBERS_MOST))
            compare(p, wanted, got, exists);
    }
}

static void check_joined(struct play *p)
{
    struct span whole = buffer_span(&p->relation.lines[0]);
    for (unsigned i = 1; i < p->relation.nanswered; i++) {
        struct span part = buffer_span(&p->relation.lines[i]);
        if (part.nbytes == 0 || span_find_nocase(whole, part) != SPAN_NPOS)
            continue;
        if (play_fail(p, "relation", p->relation.what->requirement, p->relation.what->name,
                      "not so: %s", p->relation.what->wanted))
            (void)snprintf(p->result->finding.tag, sizeof p->result->finding.tag, "zr%u", i + 1);
    }
}

static bool is_untouched(const struct buffer *lines)
{
    return span_find_nocase(buffer_span(lines), SPAN_LIT("EXPUNGE")) == SPAN_NPOS &&
           span_find_nocase(buffer_span(lines), SPAN_LIT("EXISTS")) == SPAN_NPOS;
}

/* Each of its commands was answered with OK, and nothing came or went meanwhile. What another
 * session may have removed is there or not as the server likes, until it is told. */
static bool can_be_compared(const struct play *p)
{
    const struct relation *relation = &p->relation;
    const struct talk *t = relation->talk;
    for (unsigned i = 0; i < relation->nanswered; i++)
        if (!is_untouched(&relation->lines[i]))
            return false;
    for (unsigned i = 0; i < STREAM_NSESSIONS; i++)
        if (&p->talks[i] != t && p->talks[i].has_expunged)
            return false;
    return !relation->is_broken && t->model != NULL;
}

void relation_check(struct play *p)
{
    uint32_t exists;
    struct relation *relation = &p->relation;
    if (relation->nanswered == 0 || relation->what->commands[relation->nanswered] != NULL)
        return;
    bool is_known = can_be_compared(p) && model_session_exists(relation->talk->model, &exists) &&
                    exists < NUMBERS_MOST;
    if (is_known && relation->what->kind == PLAN_JOINED)
        check_joined(p);
    else if (is_known)
        check_numbers(p, exists);
    relation->nanswered = 0;
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
static unsigned number_of(const struct relation *relation, const struct talk_due *due)
{
    unsigned number = (unsigned)(due->text[2] - '0');
    if (relation->what == NULL || strncmp(due->text, "zr", 2) != 0 || due->text[3] != '\0')
        return 0;
    for (unsigned i = 1; relation->what->commands[i - 1] != NULL; i++) {
        struct span command = span_of(relation->what->commands[i - 1]);
        bool is_same = span_equal(span_slice(due->command, 4, command.nbytes), command);
        if (i == number && is_same && due->command.nbytes == command.nbytes + 6)
            return number;
    }
    return 0;
}

void relation_hear(struct relation *relation, const struct talk_due *due, struct span line)
{
    unsigned number = number_of(relation, due);
    if (number > 0)
        buffer_append(&relation->lines[number - 1], line);
}

void relation_answered(struct relation *relation, const struct talk *t, const struct talk_due *due,
                       bool is_ok)
{
    if (number_of(relation, due) == 0)
        return;
    relation->nanswered++;
    relation->talk = t;
    relation->is_broken = relation->is_broken || !is_ok;
}
