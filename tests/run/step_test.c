#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_helper.h"

/* Steps one by one: what goes out, in which pieces and when, and what is made of the answers. */

#define META "scenario t.t \"t\" {\n  role client\n  covers noop.ok\n"
#define HEAD META "  fixture INBOX messages 3 flags 2 (\\Deleted)\n\n  S: * OK <text-line>\n"
#define CHECKED(steps) "  check noop.ok {\n" steps "  }\n"
#define QUIET CHECKED("  quiet 1ms\n")
#define SELECTED                                                                                   \
    "  C: @ LOGIN a b\n  S: @ OK <text-line>\n  C: @ SELECT INBOX\n  S: @ OK <text-line>\n"

static const char greeting[] = "* OK ready\r\n";
#define SELECT_ANSWER                                                                              \
    "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen)\r\n* 3 EXISTS\r\n* 0 RECENT\r\n%T OK "        \
    "[READ-WRITE] done\r\n"

static const struct fake_rule polite[] = {
    {"NOOP", "%T OK done\r\n", false, 0},
    {"LOGIN", "%T OK welcome\r\n", false, 0},
    {"SELECT", SELECT_ANSWER, false, 0},
    {"EXPUNGE", "* 2 EXPUNGE\r\n%T OK done\r\n", false, 0},
    {"CHECK", "* 3 EXISTS\r\n* 0 RECENT\r\n%T OK done\r\n", false, 0},
    {"LOGOUT", "* BYE bye\r\n%T OK done\r\n", true, 0},
    {"", "%T OK whatever\r\n", false, 0},
    {0}};

struct row {
    const char *text; /* the whole scenario */
    enum result_verdict verdict;
    const char *sent; /* NULL: not looked at */
    const char
        *said; /* found in the text, wanted or got of some finding; NULL: no finding wanted */
};

static bool is_said(const struct result_case *r, const char *text)
{
    for (size_t i = 0; i < r->nfindings; i++) {
        const struct result_finding *f = &r->findings[i];
        if (strstr(f->text, text) != NULL || strstr(f->wanted, text) != NULL ||
            strstr(f->got, text) != NULL)
            return true;
    }
    return false;
}

static bool has_breach(const struct result_case *r)
{
    for (size_t i = 0; i < r->nfindings; i++)
        if (strcmp(r->findings[i].level, "observe") != 0)
            return true;
    return false;
}

static void check_row(const struct row *row, const struct fake_rule *rules)
{
    struct fake fake = {.greeting = greeting, .rules = rules};
    struct arena arena = {0};
    const struct result_case *r = fake_play(&fake, row->text, 0, &arena);
    bool good = r->verdict == row->verdict;
    good = good && (row->sent == NULL || span_is(buffer_span(&fake.received), row->sent));
    good = good && (row->said == NULL ? !has_breach(r) : is_said(r, row->said));
    if (!good)
        fail_msg("%s\ngot %s (%s), sent\n%.*s\nfirst finding %s: %s / %s\n%s", row->text,
                 result_verdict_name(r->verdict), r->reason, SPAN_ARG(buffer_span(&fake.received)),
                 r->nfindings == 0 ? "" : r->findings[0].requirement,
                 r->nfindings == 0 ? "" : r->findings[0].text,
                 r->nfindings == 0 ? "" : r->findings[0].got, r->log);
    fake_free(&fake);
    arena_free(&arena);
}

static void check_rows(const struct row *rows, size_t nrows)
{
    for (size_t i = 0; i < nrows; i++)
        check_row(&rows[i], polite);
}

/* ---- interleave ---- */

#define INTERLEAVE(kind)                                                                           \
    META "  session a\n  session b\n\n  a S: * OK <text-line>\n  b S: * OK <text-line>\n"          \
         "  interleave " kind " {\n    a {\n      C: @ A0\n      S: @ OK <text-line>\n    }\n"     \
         "    b {\n      C: @ B1\n      S: @ OK <text-line>\n    }\n"                              \
         "    b {\n      C: @ B2\n      S: @ OK <text-line>\n    }\n  }\n"                         \
         "  check noop.ok\n  a quiet 1ms\n}\n"

static void check_orders(const char *scenario, const char *const (*wanted)[2], size_t norders)
{
    for (size_t i = 0; i < norders; i++) {
        struct fake fake = {.greeting = greeting, .rules = polite};
        struct arena arena = {0};
        const struct result_case *r = fake_play(&fake, scenario, i, &arena);
        assert_int_equal(r->verdict, RESULT_PASS);
        assert_string_equal(r->id, wanted[i][0]);
        assert_non_null(strstr(r->reproduce, wanted[i][0]));
        assert_true(span_is(buffer_span(&fake.received), wanted[i][1]));
        assert_int_equal(fake.nconnections, 2);
        fake_free(&fake);
        arena_free(&arena);
    }
}

static void commands_go_out_in_every_order(void **state)
{
    (void)state;
    static const char *const wanted[][2] = {
        {"t.t[012]", "a1 A0\r\nb1 B1\r\nb2 B2\r\n"},
        {"t.t[102]", "b1 B1\r\na1 A0\r\nb2 B2\r\n"},
        {"t.t[120]", "b1 B1\r\nb2 B2\r\na1 A0\r\n"},
    };
    check_orders(INTERLEAVE("commands"), wanted, 3);
}

static void sends_go_out_before_any_answer(void **state)
{
    (void)state;
    static const char text[] =
        META "  session a\n  session b\n\n  a S: * OK <text-line>\n  b S: * OK <text-line>\n"
             "  interleave sends {\n    a {\n      C: @ A0\n      S: @ OK <text-line>\n"
             "      C: @ A1\n      S: @ OK <text-line>\n    }\n"
             "    b {\n      C: @ B1\n      S: @ OK <text-line>\n    }\n  }\n"
             "  check noop.ok\n  a quiet 1ms\n}\n";
    /* the second command of a unit waits for the answer to its first */
    static const char *const wanted[][2] = {
        {"t.t[01]", "a1 A0\r\nb1 B1\r\na2 A1\r\n"},
        {"t.t[10]", "b1 B1\r\na1 A0\r\na2 A1\r\n"},
    };
    check_orders(text, wanted, 2);
}

/* ---- several sessions ---- */

#define TWO                                                                                        \
    META "  fixture INBOX messages 3\n  session a user=fred\n  session b user=fred\n\n"            \
         "  a S: * OK <text-line>\n  b S: * OK <text-line>\n"                                      \
         "  a C: @ LOGIN f s\n  a S: @ OK <text-line>\n"                                           \
         "  b C: @ LOGIN f s\n  b S: @ OK <text-line>\n"                                           \
         "  a C: @ SELECT INBOX\n  a S: @ OK <text-line>\n"                                        \
         "  b C: @ SELECT INBOX\n  b S: @ OK <text-line>\n"                                        \
         "  check noop.ok\n  converge a b by CHECK\n}\n"

static void sessions_converge_or_not(void **state)
{
    (void)state;
#define FLAGS_OF(one)                                                                              \
    "* 1 FETCH (FLAGS (" one "))\r\n* 2 FETCH (FLAGS ())\r\n* 3 FETCH (FLAGS ())\r\n%T OK "        \
    "done\r\n"
    const struct fake_rule same[] = {
        polite[1], polite[2], polite[4], {"FETCH 1:3 FLAGS", FLAGS_OF("\\Seen"), false, 0}, {0}};
    const struct fake_rule other[] = {polite[1],
                                      polite[2],
                                      polite[4],
                                      {"FETCH", FLAGS_OF("\\Seen"), false, 'a'},
                                      {"FETCH", FLAGS_OF(""), false, 'b'},
                                      {0}};
    const struct fake_rule refusing[] = {polite[1],
                                         polite[2],
                                         {"CHECK", "%T NO busy\r\n", false, 'b'},
                                         polite[4],
                                         {"FETCH", FLAGS_OF(""), false, 0},
                                         {0}};
    const struct fake_rule shorter[] = {
        polite[1],
        polite[2],
        {"CHECK", "* 1 EXPUNGE\r\n%T OK done\r\n", false, 'b'},
        polite[4],
        {"FETCH 1:3", FLAGS_OF(""), false, 0},
        {"FETCH 1:2", "* 1 FETCH (FLAGS ())\r\n* 2 FETCH (FLAGS ())\r\n%T OK done\r\n", false, 0},
        {0}};
#undef FLAGS_OF
    struct row row = {TWO, RESULT_PASS, NULL, NULL};
    check_row(&row, same);
    row = (struct row){TWO, RESULT_FAIL, NULL, "do not converge"};
    check_row(&row, other);
    check_row(&row, shorter);
    row = (struct row){TWO, RESULT_FAIL, NULL, "not completed with OK"};
    check_row(&row, refusing);
}

static void sessions_are_apart(void **state)
{
    (void)state;
    static const struct row rows[] = {
        /* each has tags of its own, and @ is the tag of the session's own command */
        {META "  session a\n  session b\n\n  a S: * OK <text-line>\n  b S: * OK <text-line>\n"
              "  a C: @ NOOP\n  b C: @ NOOP\n  b S: @ OK <text-line>\n  a S: @ OK <text-line>\n"
              "  check noop.ok\n  b quiet 1ms\n}\n",
         RESULT_PASS, "a1 NOOP\r\nb1 NOOP\r\n", NULL},
        /* what one session got does not answer for the other */
        {META "  session a\n  session b\n\n  a S: * OK <text-line>\n  b S: * OK <text-line>\n"
              "  a C: @ NOOP\n  check noop.ok\n  b S: * 1 EXISTS\n"
              "  a S: @ OK <text-line>\n}\n",
         RESULT_FAIL, "a1 NOOP\r\n", "nothing"},
    };
    check_rows(rows, sizeof rows / sizeof rows[0]);
}

/* ---- references ---- */

static void numbers_follow_expunges(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {HEAD SELECTED "  C: @ EXPUNGE\n  S: @ OK <text-line>\n"
                       "  C: @ X ${#1} ${#3}\n  S: @ OK <text-line>\n" CHECKED(
                           "  assert ${#2} == EXPUNGED\n  assert ${#3} == 2\n") "}\n",
         RESULT_PASS, "a1 LOGIN a b\r\na2 SELECT INBOX\r\na3 EXPUNGE\r\na4 X 1 2\r\n", NULL},
        {HEAD SELECTED
         "  C: @ EXPUNGE\n  S: @ OK <text-line>\n" CHECKED("  assert ${#2} == 2\n") "}\n",
         RESULT_FAIL, NULL, "EXPUNGED"},
        /* a message that came after SELECT is known by the number it came with */
        {HEAD SELECTED
         "  C: @ EXPUNGE\n  S: @ OK <text-line>\n" CHECKED("  assert ${#4} == 3\n") "}\n",
         RESULT_PASS, NULL, NULL},
        /* user, password, tag, lengths, sums */
        {HEAD "  C: @ X ${user} ${password} ${password.len}\n  S: <t:tag> OK <text-line>\n" CHECKED(
             "  assert ${t} == ${tag}\n") "}\n",
         RESULT_PASS, "a1 X fred secret 6\r\n", NULL},
        {HEAD "  C: @ X\n  S: @ OK <w:atom>\n" CHECKED("  assert ${w} contains atev\n") "}\n",
         RESULT_PASS, NULL, NULL},
        {HEAD SELECTED "  C: @ CHECK\n  S: * <n:number> EXISTS\n  S: @ OK <text-line>\n"
                       "  C: @ X ${n+2} ${n-3}\n  S: @ OK <text-line>\n" QUIET "}\n",
         RESULT_PASS, "a1 LOGIN a b\r\na2 SELECT INBOX\r\na3 CHECK\r\na4 X 5 0\r\n", NULL},
        {HEAD SELECTED "  C: @ CHECK\n  S: * <n:number> EXISTS\n  S: @ OK <text-line>\n"
                       "  C: @ X ${n-4}\n  S: @ OK <text-line>\n" QUIET "}\n",
         RESULT_ERROR, NULL, "below zero"},
    };
    check_rows(rows, sizeof rows / sizeof rows[0]);
}

/* ---- extras ---- */

static void extras_are_limited(void **state)
{
    (void)state;
#define EXTRAS(kinds)                                                                              \
    META "  fixture INBOX messages 3\n  extras " kinds "\n\n  S: * OK <text-line>\n" SELECTED      \
         "  C: @ NOOP\n  check noop.ok\n  S: @ OK <text-line>\n}\n"
    static const struct {
        const char *text, *answer;
        enum result_verdict verdict;
    } rows[] = {
        {EXTRAS("any"), "* 3 EXISTS\r\n* 0 RECENT\r\n%T OK done\r\n", RESULT_PASS},
        {EXTRAS("EXISTS RECENT"), "* 3 EXISTS\r\n* 0 RECENT\r\n%T OK done\r\n", RESULT_PASS},
        {EXTRAS("EXISTS"), "* 3 EXISTS\r\n* 0 RECENT\r\n%T OK done\r\n", RESULT_FAIL},
        {EXTRAS("none"), "* 3 EXISTS\r\n%T OK done\r\n", RESULT_FAIL},
        {EXTRAS("FETCH OK"), "* OK well\r\n* 1 FETCH (FLAGS ())\r\n%T OK done\r\n", RESULT_PASS},
        {EXTRAS("OK"), "* NO well\r\n%T OK done\r\n", RESULT_FAIL},
    };
#undef EXTRAS
    /* SELECT's own data is asked for: here a window takes it, so that only NOOP's is extra */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct fake_rule rules[] = {polite[1],
                                          {"SELECT", "%T OK done\r\n", false, 0},
                                          {"NOOP", rows[i].answer, false, 0},
                                          {0}};
        struct fake fake = {.greeting = greeting, .rules = rules};
        struct arena arena = {0};
        const struct result_case *r = fake_play(&fake, rows[i].text, 0, &arena);
        const struct result_check *check = NULL;
        for (size_t k = 0; k < r->nchecks; k++)
            if (strcmp(r->checks[k].requirement, "noop.ok") == 0)
                check = &r->checks[k];
        if (check == NULL || check->verdict != rows[i].verdict)
            fail_msg("row %zu: %s, %s\n%s", i, result_verdict_name(r->verdict),
                     check == NULL ? "not checked" : result_verdict_name(check->verdict), r->log);
        fake_free(&fake);
        arena_free(&arena);
    }
}

/* ---- time ---- */

static void time_is_limited(void **state)
{
    (void)state;
    static const struct fake_rule silent[] = {{0}};
    static const struct {
        const char *steps, *at;
    } rows[] = {
        {META "\n  S: * OK <text-line>\n  check noop.ok\n  within 250ms\n  S: * 1 EXISTS\n}\n",
         "0.250 -- closed"},
        {META "  timeout 2s\n\n  S: * OK <text-line>\n  check noop.ok\n  S: * 1 EXISTS\n}\n",
         "2.000 -- closed"},
        /* the target's default */
        {META "\n  S: * OK <text-line>\n  check noop.ok\n  S: * 1 EXISTS\n}\n", "5.000 -- closed"},
        {META "\n  S: * OK <text-line>\n  check noop.ok\n  within 30ms\n  eof\n}\n",
         "0.030 -- closed"},
        {META "\n  S: * OK <text-line>\n  quiet 700ms\n  check noop.ok\n  within 50ms\n"
              "  S: * 1 EXISTS\n}\n",
         "0.750 -- closed"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fake fake = {.greeting = greeting, .rules = silent};
        struct arena arena = {0};
        const struct result_case *r = fake_play(&fake, rows[i].steps, 0, &arena);
        if (r->verdict != RESULT_FAIL || strstr(r->log, rows[i].at) == NULL)
            fail_msg("row %zu: %s, wanted %s in\n%s", i, result_verdict_name(r->verdict),
                     rows[i].at, r->log);
        fake_free(&fake);
        arena_free(&arena);
    }
}

/* ---- pieces ---- */

static void check_pieces(const char *steps, const char *wanted)
{
    struct fake fake = {.greeting = greeting, .rules = polite};
    struct arena arena = {0};
    const char *text = arena_printf(&arena, "%s%s%s}\n", HEAD, steps, QUIET);
    const struct result_case *r = fake_play(&fake, text, 0, &arena);
    if (r->verdict != RESULT_PASS || !span_is(buffer_span(&fake.pieces), wanted))
        fail_msg("%s\n%s, pieces\n%.*s\n%s", steps, result_verdict_name(r->verdict),
                 SPAN_ARG(buffer_span(&fake.pieces)), r->log);
    fake_free(&fake);
    arena_free(&arena);
}

static void sends_are_cut_as_said(void **state)
{
    (void)state;
    check_pieces("  C: @ NOOP\n  S: @ OK <text-line>\n", "a1 NOOP\r\n|");
    check_pieces("  split 3,7\n  C: @ NOOP\n  S: @ OK <text-line>\n", "a1 |NOOP|\r\n|");
    check_pieces("  split 3,100\n  C: @ NOOP\n  S: @ OK <text-line>\n", "a1 |NOOP\r\n|");
    check_pieces("  split bytewise gap 5ms\n  C: @ NOOP\n  S: @ OK <text-line>\n",
                 "a|1| |N|O|O|P|\r|\n|");
    check_pieces("  split lines\n  C= \"a1 NOOP\\r\\na2 X\\r\\n\"\n  S: a1 OK <text-line>\n"
                 "  S: a2 OK <text-line>\n",
                 "a1 NOOP\r\n|a2 X\r\n|");
    /* it holds for the next send alone */
    check_pieces("  split 1\n  C: @ NOOP\n  S: @ OK <text-line>\n  C: @ NOOP\n"
                 "  S: @ OK <text-line>\n",
                 "a|1 NOOP\r\n|a2 NOOP\r\n|");
    check_pieces("  C= \"a1 NO\" pause 20ms \"OP\" hex 0d0a\n  S: a1 OK <text-line>\n",
                 "a1 NO|OP\r\n|");
}

static void variation_changes_no_octet_but_tags(void **state)
{
    (void)state;
    static const char text[] = HEAD "  C: @ NOOP\n  S: @ OK <text-line>\n" CHECKED(
        "  C: @ LOGIN fred secret\n  S: @ OK <text-line>\n") "}\n";
    unsigned ncuts = 0;
    unsigned nshapes = 0;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct arena arena = {0};
        struct fake cut = {
            .greeting = greeting, .rules = polite, .seed = seed, .vary = RUN_VARY_CHUNKS};
        assert_int_equal(fake_play(&cut, text, 0, &arena)->verdict, RESULT_PASS);
        assert_true(span_is(buffer_span(&cut.received), "a1 NOOP\r\na2 LOGIN fred secret\r\n"));
        ncuts += cut.pieces.nbytes > cut.received.nbytes + 2;
        struct fake tags = {
            .greeting = greeting, .rules = polite, .seed = seed, .vary = RUN_VARY_TAGS};
        assert_int_equal(fake_play(&tags, text, 0, &arena)->verdict, RESULT_PASS);
        nshapes += !span_starts_with(buffer_span(&tags.received), SPAN_LIT("a1 "));
        /* the same seed gives the same octets */
        struct fake again = {
            .greeting = greeting, .rules = polite, .seed = seed, .vary = RUN_VARY_TAGS};
        assert_int_equal(fake_play(&again, text, 0, &arena)->verdict, RESULT_PASS);
        assert_true(span_equal(buffer_span(&tags.received), buffer_span(&again.received)));
        fake_free(&cut);
        fake_free(&tags);
        fake_free(&again);
        arena_free(&arena);
    }
    assert_true(ncuts >= 5);
    assert_true(nshapes >= 3);
}

static void values_are_generated_by_seed(void **state)
{
    (void)state;
    static const char text[] =
        HEAD "  C: @ X <n:number 5..900> <string> <mailbox>\n  S: @ OK <text-line>\n" CHECKED(
            "  assert ${n} >= 5\n  assert ${n} <= 900\n") "}\n";
    struct buffer first = {0};
    unsigned nother = 0;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct arena arena = {0};
        struct fake one = {.greeting = greeting, .rules = polite, .seed = seed};
        struct fake two = {.greeting = greeting, .rules = polite, .seed = seed};
        (void)fake_play(&one, text, 0, &arena);
        (void)fake_play(&two, text, 0, &arena);
        assert_true(one.received.nbytes > 0);
        assert_true(span_equal(buffer_span(&one.received), buffer_span(&two.received)));
        if (seed == 1)
            buffer_append(&first, buffer_span(&one.received));
        nother += !span_equal(buffer_span(&first), buffer_span(&one.received));
        fake_free(&one);
        fake_free(&two);
        arena_free(&arena);
    }
    assert_true(nother >= 4);
    buffer_free(&first);
}

/* ---- connections ---- */

static void connections_end_and_begin_again(void **state)
{
    (void)state;
    static const struct {
        const char *steps;
        unsigned nconnections, nends;
        const char *sent;
    } rows[] = {
        {"  C: @ NOOP\n  S: @ OK <text-line>\n  halfclose\n" CHECKED("  eof\n"), 1, 1,
         "a1 NOOP\r\n"},
        {"  close\n  open\n  S: * OK <text-line>\n  C: @ NOOP\n  S: @ OK <text-line>\n" QUIET, 2, 0,
         "a1 NOOP\r\n"},
        {"  C: @ X\n  reset\n  open\n  S: * OK <text-line>\n  C: @ NOOP\n" CHECKED(
             "  S: @ OK <text-line>\n"),
         2, 0, "a1 X\r\na2 NOOP\r\n"},
        {"  C: @ LOGOUT\n  S: * BYE <text-line>\n  S: @ OK <text-line>\n  eof\n  open\n"
         "  S: * OK <text-line>\n" SELECTED QUIET,
         2, 0, "a1 LOGOUT\r\na2 LOGIN a b\r\na3 SELECT INBOX\r\n"},
        /* open without close: the old connection goes */
        {"  open\n  S: * OK <text-line>\n" QUIET, 2, 0, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fake fake = {.greeting = greeting, .rules = polite};
        struct arena arena = {0};
        const struct result_case *r =
            fake_play(&fake, arena_printf(&arena, "%s%s}\n", HEAD, rows[i].steps), 0, &arena);
        if (r->verdict != RESULT_PASS || fake.nconnections != rows[i].nconnections ||
            fake.nends != rows[i].nends || !span_is(buffer_span(&fake.received), rows[i].sent))
            fail_msg("row %zu: %s (%s), %u connections, %u ends, sent\n%.*s\n%s", i,
                     result_verdict_name(r->verdict), r->reason, fake.nconnections, fake.nends,
                     SPAN_ARG(buffer_span(&fake.received)), r->log);
        fake_free(&fake);
        arena_free(&arena);
    }
}

static void messages_are_delivered(void **state)
{
    (void)state;
    static const char text[] =
        HEAD SELECTED "  deliver INBOX \"new.eml\"\n" CHECKED("  S: * 4 EXISTS\n") "}\n";
    struct arena arena = {0};
    struct fake fake = {.greeting = greeting,
                        .rules = polite,
                        .file_name = "new.eml",
                        .file = "Subject: x\r\n\r\nbody\r\n",
                        .delivered = "* 4 EXISTS\r\n"};
    assert_int_equal(fake_play(&fake, text, 0, &arena)->verdict, RESULT_PASS);
    assert_true(fake.seen.needs_deliver);
    assert_true(span_is(buffer_span(&fake.log), "deliver fred INBOX 20\n"));
    struct fake broken = {.greeting = greeting,
                          .rules = polite,
                          .file_name = "new.eml",
                          .file = "Subject: x\r\n\r\nbody\r\n"};
    const struct result_case *r = fake_play(&broken, text, 0, &arena);
    assert_int_equal(r->verdict, RESULT_ERROR);
    assert_non_null(strstr(r->reason, "nothing can be delivered"));
    struct fake lacking = {.greeting = greeting, .rules = polite};
    r = fake_play(&lacking, text, 0, &arena);
    assert_int_equal(r->verdict, RESULT_ERROR);
    assert_non_null(strstr(r->reason, "new.eml: no such file"));
    fake_free(&fake);
    fake_free(&broken);
    fake_free(&lacking);
    arena_free(&arena);
}

/* What is in the way of a command need not wait for its end. */
static void lines_are_refused_before_their_end(void **state)
{
    (void)state;
    static const char text[] = HEAD "  C= \"x1 FROB \"\n  deliver INBOX \"new.eml\"\n" CHECKED(
        "  S: x1 BAD <text-line>\n") "  C= \"more\\r\\n\"\n  C: @ NOOP\n  S: @ OK <text-line>\n}\n";
    static const struct fake_rule rules[] = {
        {"FROB", "", false, 0}, {"NOOP", "%T OK done\r\n", false, 0}, {0}};
    static const struct {
        const char *said;
        enum result_verdict verdict;
    } rows[] = {{"x1 BAD what?\r\n", RESULT_PASS}, {"x2 BAD what?\r\n", RESULT_FAIL}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena = {0};
        struct fake fake = {.greeting = greeting,
                            .rules = rules,
                            .file_name = "new.eml",
                            .file = "Subject: x\r\n\r\nbody\r\n",
                            .delivered = rows[i].said};
        const struct result_case *r = fake_play(&fake, text, 0, &arena);
        if (r->verdict != rows[i].verdict)
            fail_msg("%s\n%s\n%s", rows[i].said, r->reason, r->log);
        fake_free(&fake);
        arena_free(&arena);
    }
}

/* ---- either ---- */

static void alternatives_may_nest_and_wait(void **state)
{
    (void)state;
    static const struct row rows[] = {
        /* the outer branch fits by its second inner one */
        {HEAD "  C: @ NOOP\n" CHECKED(
             "  either {\n    either {\n      S: @ NO <text-line>\n    } or {\n"
             "      S: @ OK <text-line>\n    }\n  } or {\n    S: @ BAD <text-line>\n  }\n") "}\n",
         RESULT_PASS, "a1 NOOP\r\n", NULL},
        /* the inner one fits but what follows it does not: the outer one's second is taken */
        {HEAD SELECTED "  C: @ CHECK\n" CHECKED(
             "  either {\n    either {\n      S: * 3 EXISTS\n    } or {\n      S: * 4 EXISTS\n"
             "    }\n    S: @ NO <text-line>\n  } or {\n    S: @ OK <text-line>\n  }\n") "}\n",
         RESULT_PASS, "a1 LOGIN a b\r\na2 SELECT INBOX\r\na3 CHECK\r\n", NULL},
        {HEAD "  C: @ NOOP\n" CHECKED(
             "  either {\n    either {\n      S: @ NO <text-line>\n    } or {\n"
             "      S: @ BAD <text-line>\n    }\n  } or {\n    S: * 1 EXISTS\n  }\n") "}\n",
         RESULT_FAIL, "a1 NOOP\r\n", "no alternative fits"},
        /* nonstrict inside counts for the whole */
        {HEAD "  C: @ NOOP\n" CHECKED(
             "  either {\n    either {\n      S: @ NO <text-line>\n    } or nonstrict {\n"
             "      S: @ OK <text-line>\n    }\n  } or {\n    S: @ BAD <text-line>\n  }\n") "}\n",
         RESULT_NONSTRICT, NULL, NULL},
        /* quiet is an alternative to something that comes, in both orders */
        {HEAD CHECKED("  either {\n    quiet 300ms\n  } or {\n    S: * 1 EXISTS\n  }\n") "}\n",
         RESULT_PASS, "", NULL},
        {HEAD CHECKED("  either {\n    S: * 1 EXISTS\n  } or {\n    quiet 300ms\n  }\n") "}\n",
         RESULT_PASS, "", NULL},
        {HEAD "  C: @ NOOP\n" CHECKED(
             "  either {\n    quiet 300ms\n  } or {\n    S: @ OK <text-line>\n  }\n") "}\n",
         RESULT_PASS, NULL, NULL},
        {HEAD "  C: @ NOOP\n" CHECKED(
             "  either {\n    quiet 300ms\n  } or {\n    S: @ NO <text-line>\n  }\n") "}\n",
         RESULT_FAIL, NULL, "no alternative fits"},
        /* eof as an alternative */
        {HEAD "  C: @ LOGOUT\n  S: * BYE <text-line>\n" CHECKED(
             "  either {\n    S: @ NO <text-line>\n  } or {\n    S: @ OK <text-line>\n    eof\n"
             "  }\n") "}\n",
         RESULT_PASS, NULL, NULL},
        /* captures of a branch that did not fit are forgotten, those of the one that did are kept
         */
        {HEAD SELECTED
         "  C: @ CHECK\n  either {\n    S: * <n:number> RECENT\n    S: @ NO <text-line>\n"
         "  } or {\n    S: * <n:number> EXISTS\n    S: @ OK <text-line>\n  }\n" CHECKED(
             "  assert ${n} == 3\n") "}\n",
         RESULT_PASS, NULL, NULL},
    };
    check_rows(rows, sizeof rows / sizeof rows[0]);
}

static void labels_are_recorded_as_behaviour(void **state)
{
    (void)state;
    static const char text[] = HEAD "  C: @ NOOP\n" CHECKED(
        "  either B47 \"says no\" {\n    S: @ NO <text-line>\n  } or \"says yes\" {\n"
        "    S: @ OK <text-line>\n  }\n") "}\n";
    struct arena arena = {0};
    struct fake fake = {.greeting = greeting, .rules = polite};
    const struct result_case *r = fake_play(&fake, text, 0, &arena);
    bool found = false;
    for (size_t i = 0; i < r->nbehaviours; i++) {
        assert_string_not_equal(r->behaviours[i].choice, "says no");
        found = found || (strcmp(r->behaviours[i].topic, "B47 NOOP before LOGIN") == 0 &&
                          strcmp(r->behaviours[i].choice, "says yes") == 0);
    }
    assert_true(found);
    fake_free(&fake);
    arena_free(&arena);
}

/* ---- macros ---- */

static void macros_are_hygienic(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"macro hello(n, what) {\n  S: * OK <text-line>\n  C: @ ${what} ${n}\n"
         "  S: @ OK <text-line>\n}\n" META
         "\n  use hello(7, LOGIN)\n" CHECKED("  C: @ NOOP\n  S: @ OK <text-line>\n") "}\n",
         RESULT_PASS, "a1 LOGIN 7\r\na2 NOOP\r\n", NULL},
        /* a macro's captures do not overwrite those of who uses it */
        {"macro count() {\n  C: @ CHECK\n  S: * <n:number> EXISTS\n  S: * <m:number> RECENT\n"
         "  S: @ OK <text-line>\n  C: @ X ${n} ${m}\n  S: @ OK <text-line>\n}\n" META
         "  fixture INBOX messages 3\n\n  S: * OK <n:text-line>\n" SELECTED "  use count()\n"
         "  use count()\n" CHECKED("  assert ${n} == ready\n") "}\n",
         RESULT_PASS,
         "a1 LOGIN a b\r\na2 SELECT INBOX\r\na3 CHECK\r\na4 X 3 0\r\na5 CHECK\r\na6 X 3 0\r\n",
         NULL},
        {"macro outer(x) {\n  use inner(${x}, 2)\n}\nmacro inner(a, b) {\n  C: @ X ${a} ${b}\n"
         "  S: @ OK <text-line>\n}\n" HEAD "  use outer(1)\n" QUIET "}\n",
         RESULT_PASS, "a1 X 1 2\r\n", NULL},
    };
    check_rows(rows, sizeof rows / sizeof rows[0]);
}

/* ---- messages of the fixture ---- */

static void messages_of_the_fixture_are_known(void **state)
{
    (void)state;
    static const char mbox[] = "From fred Tue Jun 26 12:00:00 1990\nSubject: one\n\nbody\n\n";
    static const char file_head[] = META
        "  fixture INBOX \"x.mbox\"\n\n  S: * OK <text-line>\n"
        "  C: @ LOGIN a b\n  S: @ OK <text-line>\n  C: @ SELECT INBOX\n  S: @ OK <text-line>\n";
    static const char select[] = "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen)\r\n* 1 "
                                 "EXISTS\r\n* 0 RECENT\r\n%T OK [READ-WRITE] done\r\n";
    static const struct {
        const char *steps, *answer, *sent;
        enum result_verdict verdict;
    } rows[] = {
        {"  C: @ FETCH 1 RFC822\n" CHECKED(
             "  S: * 1 FETCH (RFC822 {msg:1})\n  S: @ OK <text-line>\n"),
         "* 1 FETCH (RFC822 {22}\r\nSubject: one\r\n\r\nbody\r\n)\r\n%T OK done\r\n", NULL,
         RESULT_PASS},
        {"  C: @ FETCH 1 RFC822\n" CHECKED(
             "  S: * 1 FETCH (RFC822 {msg:1})\n  S: @ OK <text-line>\n"),
         "* 1 FETCH (RFC822 {22}\r\nSubject: one\r\n\r\nbodY\r\n)\r\n%T OK done\r\n", NULL,
         RESULT_FAIL},
        {"  C: @ FETCH 1 RFC822.TEXT\n" CHECKED(
             "  S: * 1 FETCH (RFC822.TEXT {msg:1.text})\n  S: @ OK <text-line>\n"),
         "* 1 FETCH (RFC822.TEXT {6}\r\nbody\r\n)\r\n%T OK done\r\n", NULL, RESULT_PASS},
        {"  C: @ FETCH 1 RFC822.SIZE\n" CHECKED(
             "  S: * 1 FETCH (RFC822.SIZE ${msg:1.size})\n  S: @ OK <text-line>\n"),
         "* 1 FETCH (RFC822.SIZE 22)\r\n%T OK done\r\n", NULL, RESULT_PASS},
        /* sent: the count is made, and the `+` waited for */
        {"  C: @ SEARCH TEXT {!msg:1.text}\n" CHECKED("  S: @ OK <text-line>\n"),
         "+ go\r\n%T OK done\r\n", "a3 SEARCH TEXT {6}\r\nbody\r\n\r\n", RESULT_FAIL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct fake_rule rules[] = {
            polite[1], {"SELECT", select, false, 0}, {"FETCH", rows[i].answer, false, 0}, {0}};
        struct fake fake = {
            .greeting = greeting, .rules = rules, .file_name = "x.mbox", .file = mbox};
        struct arena arena = {0};
        const char *text = arena_printf(&arena, "%s%s}\n", file_head, rows[i].steps);
        const struct result_case *r = fake_play(&fake, text, 0, &arena);
        if (r->verdict != rows[i].verdict)
            fail_msg("row %zu: %s (%s)\n%s", i, result_verdict_name(r->verdict), r->reason, r->log);
        if (rows[i].sent != NULL)
            assert_true(span_ends_with(buffer_span(&fake.received), span_of(rows[i].sent)));
        fake_free(&fake);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_go_out_in_every_order),
        cmocka_unit_test(sends_go_out_before_any_answer),
        cmocka_unit_test(sessions_converge_or_not),
        cmocka_unit_test(sessions_are_apart),
        cmocka_unit_test(numbers_follow_expunges),
        cmocka_unit_test(extras_are_limited),
        cmocka_unit_test(time_is_limited),
        cmocka_unit_test(sends_are_cut_as_said),
        cmocka_unit_test(variation_changes_no_octet_but_tags),
        cmocka_unit_test(values_are_generated_by_seed),
        cmocka_unit_test(connections_end_and_begin_again),
        cmocka_unit_test(messages_are_delivered),
        cmocka_unit_test(lines_are_refused_before_their_end),
        cmocka_unit_test(alternatives_may_nest_and_wait),
        cmocka_unit_test(labels_are_recorded_as_behaviour),
        cmocka_unit_test(macros_are_hygienic),
        cmocka_unit_test(messages_of_the_fixture_are_known),
    };
    return cmocka_run_group_tests_name("step", tests, NULL, NULL);
}
