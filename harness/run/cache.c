#include <inttypes.h>
#include <string.h>

#include "run/player.h"

/* ---- what the client has told ---- */

static struct span words_text(struct player *p, const struct shim_line *values, size_t nwords)
{
    struct buffer out = {0};
    for (size_t i = 0; i < nwords; i++) {
        bool is_bracket =
            values->words[i].kind == SHIM_LIST_OPEN || values->words[i].kind == SHIM_LIST_CLOSE;
        if (out.nbytes > 0 && !is_bracket)
            buffer_append_byte(&out, ' ');
        if (!is_bracket)
            buffer_append(&out, values->words[i].value);
    }
    const char *text = arena_text(p->arena, buffer_span(&out));
    buffer_free(&out);
    return span_of(text);
}

/* The value of `exists 4`, `flags 1 \Seen`, `date 1 "..." "..."`, `envelope 1 subject "..."`; data
 * NULL: not told. */
static struct span find_value(struct player *p, const struct shim_answer *answer, const char *noun,
                              uint32_t number)
{
    bool is_subject = strcmp(noun, "subject") == 0;
    struct shim_line values;
    if (!shim_answer_find(answer, is_subject ? "envelope" : noun, number,
                          is_subject ? "subject" : NULL, &values))
        return span_of(NULL);
    bool is_date = strcmp(noun, "date") == 0; /* behind it stands how the server wrote it */
    return words_text(p, &values, is_date && values.nwords > 1 ? 1 : values.nwords);
}

/* ---- dates ---- */

static const int64_t DAWN_S = 100000000000;

struct moment {
    int64_t wall_s; /* as it stands, without regard to the zone */
    int zone_minutes;
    bool has_zone;
};

static bool take_digits(struct span *rest, size_t ndigits, char end, int *value_r)
{
    uint32_t value;
    if (number_digits(*rest) != ndigits ||
        number_parse_u32(span_slice(*rest, 0, ndigits), &value) != 0)
        return false;
    *value_r = (int)value;
    *rest = span_from(*rest, ndigits);
    if (end == 0)
        return true;
    bool has_end = rest->nbytes > 0 && rest->data[0] == end;
    *rest = span_from(*rest, has_end ? 1 : 0);
    return has_end;
}

/* " -0700", or nothing */
static bool read_zone(struct span rest, struct moment *moment)
{
    int offset;
    if (rest.nbytes == 0)
        return true;
    if (rest.nbytes != 6 || rest.data[0] != ' ' || (rest.data[1] != '+' && rest.data[1] != '-'))
        return false;
    struct span digits = span_from(rest, 2);
    if (!take_digits(&digits, 4, 0, &offset))
        return false;
    offset = offset / 100 * 60 + offset % 100;
    moment->zone_minutes = rest.data[1] == '-' ? -offset : offset;
    moment->has_zone = true;
    return true;
}

/* "1988-06-09 12:55:44 -0700" */
static bool read_moment(struct span text, struct moment *moment_r)
{
    struct clock_date date;
    *moment_r = (struct moment){0};
    if (!take_digits(&text, 4, '-', &date.year) || !take_digits(&text, 2, '-', &date.month) ||
        !take_digits(&text, 2, ' ', &date.day) || !take_digits(&text, 2, ':', &date.hour) ||
        !take_digits(&text, 2, ':', &date.minute) || !take_digits(&text, 2, 0, &date.second) ||
        date.month < 1 || date.month > 12 || date.day < 1)
        return false;
    moment_r->wall_s = clock_date_to_wall(date);
    return read_zone(text, moment_r);
}

/* Two dates are compared as moments, in whatever zone each is told; when the zone of one is not
 * known, as the clocks of both zones show them. */
static bool date_holds(struct player *p, enum script_operator op, struct span answer,
                       struct span wanted)
{
    struct moment a;
    struct moment b;
    if (answer.data == NULL || !read_moment(answer, &a) || !read_moment(wanted, &b))
        return player_query_holds(op, answer, wanted);
    if (a.has_zone && b.has_zone) {
        a.wall_s -= (int64_t)a.zone_minutes * 60;
        b.wall_s -= (int64_t)b.zone_minutes * 60;
    }
    /* numbers are compared without a sign: counted from before the year 0 */
    struct span left = span_of(arena_printf(p->arena, "%" PRId64, a.wall_s + DAWN_S));
    struct span right = span_of(arena_printf(p->arena, "%" PRId64, b.wall_s + DAWN_S));
    return player_query_holds(op, left, right);
}

/* ---- judging ---- */

enum player_status player_judge_cache(struct player *p, const struct script_step *step,
                                      const struct shim_answer *answer)
{
    struct resolve_scope scope = player_scope(p, player_session_of(p, step), NULL);
    const char *noun = step->as.query.noun;
    enum script_operator op = step->as.query.op;
    uint32_t number;
    struct span wanted;
    struct err err;
    if (player_query_number(step, &scope, &number, &err) != 0 ||
        resolve_text(&scope, &step->as.query.value, &wanted, &err) != 0)
        return player_fail_of_harness(p, step, &err);
    struct span value = find_value(p, answer, noun, number);
    if (strcmp(noun, "date") == 0 ? date_holds(p, op, value, wanted)
                                  : player_query_holds(op, value, wanted))
        return PLAYER_GOES_ON;
    struct player_failure f = player_failure_at(p, step, "the client believes something else");
    f.wanted = arena_printf(p->arena, "%s %.*s", noun, SPAN_ARG(wanted));
    f.got = value.data == NULL ? "not known" : arena_text(p->arena, value);
    return player_fail(p, f);
}
