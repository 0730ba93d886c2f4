#include "reference/pattern.h"

#include <string.h>

#include "targets/place.h"
#include "targets/target.h"

enum { NMESSAGES = 16, PATTERN_MOST_NBYTES = 200 };

/* ---- FIND's wildcards ---- */

/* By a table of prefixes: `*` is any octets, `%` one. */
static bool matches_naively(struct span pattern, struct span name)
{
    bool table[PATTERN_MOST_NBYTES + 1] = {true};
    for (size_t p = 0; p < pattern.nbytes; p++) {
        bool next[PATTERN_MOST_NBYTES + 1] = {false};
        char c = pattern.data[p];
        next[0] = c == '*' && table[0];
        for (size_t n = 1; n <= name.nbytes; n++) {
            bool is_one = c == '%' || c == name.data[n - 1];
            next[n] = c == '*' ? table[n] || next[n - 1] : is_one && table[n - 1];
        }
        memcpy(table, next, sizeof table);
    }
    return table[name.nbytes];
}

static void try_pattern(struct span pattern, struct span name)
{
    pattern.nbytes = pattern.nbytes < PATTERN_MOST_NBYTES ? pattern.nbytes : PATTERN_MOST_NBYTES;
    name.nbytes = name.nbytes < PATTERN_MOST_NBYTES ? name.nbytes : PATTERN_MOST_NBYTES;
    bool matches = mail_pattern_matches(pattern, name);
    if (matches != matches_naively(pattern, name))
        fuzz_fail("search.pattern", "find.wildcards", matches ? "matches" : "does not match",
                  "\"%.*s\" %s \"%.*s\"", SPAN_ARG(pattern), matches ? "matches" : "does not match",
                  SPAN_ARG(name));
}

/* ---- SEARCH ---- */

static void set_up(struct place *place, struct reference_session **session_r)
{
    struct reference_session *session;
    place_open(place);
    for (unsigned i = 0; i < NMESSAGES; i++)
        place_deliver(place, 2, i);
    session = *session_r = reference_session_open(place->server);
    reference_session_receive(session, SPAN_LIT("a LOGIN fred secret\r\nb SELECT m2\r\n"
                                                "c STORE 2,4,6:9 +FLAGS (\\Deleted)\r\n"
                                                "d STORE 1:5 +FLAGS (\\Seen)\r\n"));
    reference_session_sent(session, reference_session_output(session).nbytes);
}

/* The answer to SEARCH with these criteria as a set: false when they were refused. */
static bool search(struct reference_session *session, struct span left, struct span right,
                   bool *set)
{
    struct buffer line = {0};
    buffer_printf(&line, "x SEARCH %.*s%s%.*s\r\n", SPAN_ARG(left), right.nbytes ? " " : "",
                  SPAN_ARG(right));
    fuzz_ncommands++;
    memset(set, 0, NMESSAGES + 1);
    reference_session_receive(session, buffer_span(&line));
    struct span rest = reference_session_output(session);
    bool is_ok = false;
    while (rest.nbytes > 0) {
        struct span answer = span_trim(span_cut(&rest, '\n'));
        is_ok = is_ok || span_starts_with(answer, SPAN_LIT("x OK"));
        if (!span_starts_with(answer, SPAN_LIT("* SEARCH")))
            continue;
        answer = span_from(answer, 9);
        while (answer.nbytes > 0) {
            uint32_t number;
            if (number_parse_u32(span_cut(&answer, ' '), &number) != 0 || number < 1 ||
                number > NMESSAGES)
                fuzz_fail("search.numbers", "search.response", "number", "not a message: %.*s",
                          SPAN_ARG(buffer_span(&line)));
            set[number] = true;
        }
    }
    reference_session_sent(session, reference_session_output(session).nbytes);
    buffer_free(&line);
    return is_ok;
}

static void check_set(const bool *set, const bool *expected, const char *law, struct span left,
                      struct span right)
{
    for (size_t n = 1; n <= NMESSAGES; n++)
        if (set[n] != expected[n])
            fuzz_fail("search.algebra", "search.and", law, "message %zu breaks %s: %.*s / %.*s", n,
                      law, SPAN_ARG(left), SPAN_ARG(right));
}

/* A criterion and its contrary: what one finds the other leaves. */
static void try_contraries(struct reference_session *session, struct span key)
{
    struct buffer contrary = {0};
    if (span_find_byte(key, ' ') != SPAN_NPOS)
        return;
    bool with[NMESSAGES + 1];
    bool without[NMESSAGES + 1];
    buffer_printf(&contrary, "UN%.*s", SPAN_ARG(key));
    if (search(session, key, (struct span){0}, with) &&
        search(session, buffer_span(&contrary), (struct span){0}, without)) {
        for (size_t n = 1; n <= NMESSAGES; n++)
            with[n] = !with[n];
        check_set(without, with, "contrary", key, buffer_span(&contrary));
    }
    buffer_free(&contrary);
}

static bool is_line(struct span text)
{
    for (size_t i = 0; i < text.nbytes; i++)
        if (!char_is_print(text.data[i]) || text.data[i] == '{')
            return false;
    return text.nbytes > 0 && text.nbytes < 1000;
}

/* Two lines: criteria, which are searched for apart and together; and pattern and name. */
void fuzz_search_one(struct span octets)
{
    struct span right = octets;
    struct span left = span_cut(&right, '\n');
    struct place place;
    struct reference_session *session;
    bool sets[4][NMESSAGES + 1];
    try_pattern(left, right);
    if (!is_line(left) || !is_line(right))
        return;
    set_up(&place, &session);
    bool is_ok = search(session, left, (struct span){0}, sets[0]) &&
                 search(session, right, (struct span){0}, sets[1]);
    if (is_ok) {
        for (size_t n = 0; n <= NMESSAGES; n++)
            sets[2][n] = sets[0][n] && sets[1][n];
        if (!search(session, left, right, sets[3]))
            fuzz_fail("search.algebra", "search.and", "refused together",
                      "both are taken alone, but not together: %.*s / %.*s", SPAN_ARG(left),
                      SPAN_ARG(right));
        check_set(sets[3], sets[2], "intersection", left, right);
        (void)search(session, right, left, sets[3]);
        check_set(sets[3], sets[2], "order", right, left);
        try_contraries(session, left);
    }
    reference_session_free(&session);
    place_close(&place);
}
