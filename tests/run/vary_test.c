#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_helper.h"
#include "run/vary.h"

enum { NSEEDS = 400 }; /* enough to draw every form of the lines below */

struct said {
    struct arena arena;
    const struct grammar *grammar;
    struct grammar_matcher *matcher;
};

static void said_make(struct said *t)
{
    *t = (struct said){0};
    t->grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    t->matcher = grammar_matcher_new(t->grammar);
}

static void said_free(struct said *t)
{
    grammar_matcher_free(&t->matcher);
    arena_free(&t->arena);
}

static struct vary vary_seeded(struct said *t, unsigned what, uint64_t seed)
{
    return (struct vary){.what = what,
                         .rng = rng_seeded(seed),
                         .grammar = t->grammar,
                         .matcher = t->matcher,
                         .arena = &t->arena};
}

/* What becomes of a line without its CR LF, "|" where it waits for `+`. */
static const char *vary_text(struct said *t, unsigned what, uint64_t seed, struct vary_line line)
{
    struct buffer out = {0};
    struct vary v = vary_seeded(t, what, seed);
    const char *text = arena_printf(&t->arena, "%.*s\r\n", SPAN_ARG(line.octets));
    line.octets = span_of(text);
    vary_line(&v, &line);
    assert_true(span_ends_with(line.octets, SPAN_LIT("\r\n")));
    for (size_t i = 0, w = 0; i < line.octets.nbytes - 2; i++) {
        if (w < line.nwaits && line.waits[w] == i) {
            buffer_append_byte(&out, '|');
            w++;
        }
        buffer_append_byte(&out, line.octets.data[i]);
    }
    const char *result = arena_text(&t->arena, buffer_span(&out));
    buffer_free(&out);
    return result;
}

/* ---- words of the option -------------------------------------------------------------------- */

static void the_option_is_a_list(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        unsigned what;
    } right[] = {{"none", 0},
                 {"chunks", RUN_VARY_CHUNKS},
                 {"tags", RUN_VARY_TAGS},
                 {"case", RUN_VARY_CASE},
                 {"forms", RUN_VARY_FORMS},
                 {"all", RUN_VARY_CHUNKS | RUN_VARY_TAGS | RUN_VARY_CASE | RUN_VARY_FORMS},
                 {"case,forms", RUN_VARY_CASE | RUN_VARY_FORMS},
                 {"none,tags,tags", RUN_VARY_TAGS}};
    static const char *const wrong[] = {"",           "some", "case,",     ",case",
                                        "case,,tags", "Case", "case forms"};
    struct err err;
    unsigned what;
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        assert_int_equal(vary_read(right[i].words, &what, &err), 0);
        assert_int_equal(what, right[i].what);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(vary_read(wrong[i], &what, &err), -1);
        assert_non_null(strstr(err.text, "several joined by commas"));
    }
}

/* ---- tags ----------------------------------------------------------------------------------- */

static bool is_numeric(struct span tag)
{
    return number_digits(tag) == tag.nbytes;
}

static bool is_letters_and_digits(struct span tag)
{
    for (size_t i = 0; i < tag.nbytes; i++)
        if (!char_is_alpha(tag.data[i]) && !char_is_digit(tag.data[i]))
            return false;
    return true;
}

static void tags_have_several_shapes(void **state)
{
    (void)state;
    struct said t;
    said_make(&t);
    struct vary v = vary_seeded(&t, RUN_VARY_TAGS, 3);
    unsigned nnumeric = 0;
    unsigned nlongest = 0;
    struct span tags[NSEEDS];
    for (unsigned n = 0; n < NSEEDS; n++) {
        tags[n] = vary_tag(&v, 1, n + 1);
        assert_in_range(tags[n].nbytes, 1, 8);
        assert_true(is_letters_and_digits(tags[n]));
        nnumeric += is_numeric(tags[n]);
        nlongest += tags[n].nbytes == 8;
        for (unsigned i = 0; i < n; i++)
            assert_false(span_equal_nocase(tags[i], tags[n]));
    }
    assert_true(nnumeric > 0 && nlongest > 0);
    said_free(&t);
}

static void without_variation_a_tag_is_letter_and_number(void **state)
{
    (void)state;
    struct said t;
    said_make(&t);
    struct vary v = vary_seeded(&t, RUN_VARY_ALL & ~(unsigned)RUN_VARY_TAGS, 1);
    assert_true(span_is(vary_tag(&v, 0, 1), "a1"));
    assert_true(span_is(vary_tag(&v, 2, 17), "c17"));
    said_free(&t);
}

/* ---- case ----------------------------------------------------------------------------------- */

/* "^" below each octet whose case varies. */
static const struct {
    const char *line, *varies;
} cases[] = {
    {"a1 NOOP", "   ^^^^"},
    {"Tag.A LOGIN Fred \"Secret Word\"", "      ^^^^^"},
    {"a1 SELECT INBOX", "   ^^^^^^ ^^^^^"},
    {"a1 SELECT \"INBOX\"", "   ^^^^^^  ^^^^^"},
    {"a1 SELECT INBOXX", "   ^^^^^^"},
    {"a1 SELECT InBox", "   ^^^^^^"},
    {"a1 BBOARD INBOX", "   ^^^^^^"},
    {"a1 COPY 1:3 INBOX", "   ^^^^     ^^^^^"},
    {"a1 FIND MAILBOXES INBOX", "   ^^^^ ^^^^^^^^^"},
    {"a1 FETCH 1 (FLAGS RFC822.SIZE)", "   ^^^^^    ^^^^^ ^^^    ^^^^"},
    {"a1 FETCH 1 ALL", "   ^^^^^   ^^^"},
    {"a1 STORE 2 +FLAGS (\\Deleted \\SEEN \\flagged Work)", "   ^^^^^    ^^^^^   ^^^^^^^  ^^^^"},
    {"a1 SEARCH KEYWORD Work ON 4-Jul-90 SUBJECT SUBJECT SINCE \"1-OCT-87\"",
     "   ^^^^^^ ^^^^^^^      ^^   ^^^    ^^^^^^^         ^^^^^    ^^^"},
    /* another case than the customary is the scenario's own */
    {"a1 fetch 1 Flags", ""},
    {"a1 FETCH 1 Rfc822.SIZE", "   ^^^^^          ^^^^"},
    {"a1 SEARCH ON 4-jUL-90", "   ^^^^^^ ^^"},
    /* no command by the plain rules */
    {"a1 FETCH 1", ""},
    {"a1 FETCH 01 FLAGS", ""},
    {"a1 STORE 1 FLAGS ()", ""},
    {"a1 FROB", ""},
    {"a1  NOOP", ""},
};

static void only_keywords_change_case(void **state)
{
    (void)state;
    struct said t;
    said_make(&t);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t nbytes = strlen(cases[i].line);
        char *varies = arena_alloc(&t.arena, nbytes + 1);
        memset(varies, ' ', nbytes);
        for (uint64_t seed = 1; seed <= NSEEDS; seed++) {
            const char *line = vary_text(&t, RUN_VARY_CASE, seed,
                                         (struct vary_line){.octets = span_of(cases[i].line)});
            assert_true(span_equal_nocase(span_of(line), span_of(cases[i].line)));
            for (size_t at = 0; at < nbytes; at++)
                if (line[at] != cases[i].line[at])
                    varies[at] = '^';
        }
        while (nbytes > 0 && varies[nbytes - 1] == ' ')
            varies[--nbytes] = '\0';
        if (strcmp(varies, cases[i].varies) != 0)
            fail_msg("\n%s\n%s\n%s wanted", cases[i].line, varies, cases[i].varies);
    }
    said_free(&t);
}

static void case_is_lower_upper_capitalized_or_mixed(void **state)
{
    (void)state;
    struct said t;
    said_make(&t);
    unsigned nseen[4] = {0};
    for (uint64_t seed = 1; seed <= NSEEDS; seed++) {
        const char *line = vary_text(&t, RUN_VARY_CASE, seed,
                                     (struct vary_line){.octets = SPAN_LIT("a1 EXPUNGE")});
        const char *known[] = {"a1 EXPUNGE", "a1 expunge", "a1 Expunge", line};
        size_t i = 0;
        while (strcmp(known[i], line) != 0)
            i++;
        nseen[i]++;
    }
    for (size_t i = 0; i < 4; i++)
        assert_true(nseen[i] > NSEEDS / 10);
    said_free(&t);
}

/* ---- forms ---------------------------------------------------------------------------------- */

enum { FORMS_MOST = 14 };

static const struct {
    const char *line;
    const char *forms[FORMS_MOST]; /* all that it may become, itself included */
} forms[] = {
    {"a1 SELECT INBOX", {"a1 SELECT INBOX", "a1 SELECT \"INBOX\"", "a1 SELECT {5}\r\n|INBOX"}},
    {"a1 SELECT \"INBOX\"", {"a1 SELECT INBOX", "a1 SELECT \"INBOX\"", "a1 SELECT {5}\r\n|INBOX"}},
    {"a1 BBOARD x.y", {"a1 BBOARD x.y", "a1 BBOARD \"x.y\"", "a1 BBOARD {3}\r\n|x.y"}},
    {"a1 COPY 3 box", {"a1 COPY 3 box", "a1 COPY 3 \"box\"", "a1 COPY 3 {3}\r\n|box"}},
    {"a1 FIND MAILBOXES *",
     {"a1 FIND MAILBOXES *", "a1 FIND MAILBOXES \"*\"", "a1 FIND MAILBOXES {1}\r\n|*"}},
    {"a1 LOGIN a bc",
     {"a1 LOGIN a bc", "a1 LOGIN a \"bc\"", "a1 LOGIN a {2}\r\n|bc", "a1 LOGIN \"a\" bc",
      "a1 LOGIN \"a\" \"bc\"", "a1 LOGIN \"a\" {2}\r\n|bc", "a1 LOGIN {1}\r\n|a bc",
      "a1 LOGIN {1}\r\n|a \"bc\"", "a1 LOGIN {1}\r\n|a {2}\r\n|bc"}},
    /* no atom: a blank, a parenthesis; and what would be another key */
    {"a1 SELECT \"my box\"", {"a1 SELECT \"my box\"", "a1 SELECT {6}\r\n|my box"}},
    {"a1 SELECT \"a(b\"", {"a1 SELECT \"a(b\"", "a1 SELECT {3}\r\n|a(b"}},
    {"a1 SEARCH FROM \"x ALL\"", {"a1 SEARCH FROM \"x ALL\"", "a1 SEARCH FROM {5}\r\n|x ALL"}},
    {"a1 SEARCH TEXT ALL DELETED",
     {"a1 SEARCH TEXT ALL DELETED", "a1 SEARCH TEXT \"ALL\" DELETED",
      "a1 SEARCH TEXT {3}\r\n|ALL DELETED"}},
    /* a date is no literal (B77), a flag is no string (B15) */
    {"a1 SEARCH ON 4-Jul-90", {"a1 SEARCH ON 4-Jul-90", "a1 SEARCH ON \"4-Jul-90\""}},
    {"a1 SEARCH SINCE \"4-Jul-90\"", {"a1 SEARCH SINCE 4-Jul-90", "a1 SEARCH SINCE \"4-Jul-90\""}},
    {"a1 SEARCH KEYWORD work", {"a1 SEARCH KEYWORD work"}},
    {"a1 STORE 1 +FLAGS work", {"a1 STORE 1 +FLAGS work"}},
    /* sequences (RFC 1176 p.10) */
    {"a1 FETCH 7 FLAGS", {"a1 FETCH 7 FLAGS"}},
    {"a1 FETCH 1:3 FLAGS",
     {"a1 FETCH 1:3 FLAGS", "a1 FETCH 1,2,3 FLAGS", "a1 FETCH 1,2:3 FLAGS",
      "a1 FETCH 1:2,3 FLAGS"}},
    {"a1 FETCH 1,2,3 FLAGS",
     {"a1 FETCH 1:3 FLAGS", "a1 FETCH 1,2,3 FLAGS", "a1 FETCH 1,2:3 FLAGS",
      "a1 FETCH 1:2,3 FLAGS"}},
    {"a1 FETCH 9,4:5,2 FLAGS", {"a1 FETCH 9,4:5,2 FLAGS", "a1 FETCH 9,4,5,2 FLAGS"}},
    {"a1 FETCH 3:1,2,2 FLAGS", {"a1 FETCH 3:1,2,2 FLAGS"}},
    {"a1 FETCH 1:4294967295 FLAGS", {"a1 FETCH 1:4294967295 FLAGS"}},
    {"a1 FETCH 4294967295,4294967296 FLAGS", {"a1 FETCH 4294967295,4294967296 FLAGS"}},
    /* no command by the plain rules, or of them without an argument that has forms */
    {"a1 SELECT INBOX INBOX", {"a1 SELECT INBOX INBOX"}},
    {"a1 SELECT \"\"", {"a1 SELECT \"\""}},
    {"a1 FIND MAILBOXES x%", {"a1 FIND MAILBOXES x%"}},
    {"a1 FETCH 1:3 (FLAGS", {"a1 FETCH 1:3 (FLAGS"}},
    {"a1 LOGIN fred {6}", {"a1 LOGIN fred {6}"}},
    {"a1 NOOP", {"a1 NOOP"}},
    {"fred", {"fred"}},
    {"", {""}},
};

/* Every line that comes is one of the forms, and every form comes. */
static void check_forms(struct said *t, const char *const *wanted, struct vary_line line)
{
    bool seen[FORMS_MOST] = {0};
    for (uint64_t seed = 1; seed <= NSEEDS; seed++) {
        const char *got = vary_text(t, RUN_VARY_FORMS, seed, line);
        size_t i = 0;
        while (i < FORMS_MOST && wanted[i] != NULL && strcmp(wanted[i], got) != 0)
            i++;
        if (i == FORMS_MOST || wanted[i] == NULL)
            fail_msg("%.*s became %s", SPAN_ARG(line.octets), got);
        seen[i] = true;
    }
    for (size_t i = 0; i < FORMS_MOST && wanted[i] != NULL; i++)
        if (!seen[i])
            fail_msg("%.*s never became %s", SPAN_ARG(line.octets), wanted[i]);
}

static void arguments_take_all_their_forms(void **state)
{
    (void)state;
    struct said t;
    said_make(&t);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        check_forms(&t, forms[i].forms,
                    (struct vary_line){.octets = span_of(forms[i].line), .may_wait = true});
    said_free(&t);
}

static void what_is_kept_keeps_its_form(void **state)
{
    (void)state;
    struct said t;
    said_make(&t);
    static const struct vary_range name = {9, 13}; /* of "a1 LOGIN fred x" */
    static const size_t waits[] = {15};
    static const char *const without_literal[FORMS_MOST] = {"a1 SELECT x", "a1 SELECT \"x\""};
    static const char *const second_only[FORMS_MOST] = {"a1 LOGIN fred x", "a1 LOGIN fred \"x\"",
                                                        "a1 LOGIN fred {1}\r\n|x"};
    static const char *const as_it_is[FORMS_MOST] = {"a1 SELECT {1}\r\n|x"};
    check_forms(&t, without_literal, (struct vary_line){.octets = SPAN_LIT("a1 SELECT x")});
    check_forms(
        &t, second_only,
        (struct vary_line){
            .octets = SPAN_LIT("a1 LOGIN fred x"), .kept = &name, .nkept = 1, .may_wait = true});
    check_forms(&t, as_it_is,
                (struct vary_line){.octets = SPAN_LIT("a1 SELECT {1}\r\nx"),
                                   .waits = waits,
                                   .nwaits = 1,
                                   .has_literal = true,
                                   .may_wait = true});
    /* case too */
    static const struct vary_range item = {11, 16};
    unsigned nchanged = 0;
    for (uint64_t seed = 1; seed <= NSEEDS; seed++) {
        const char *line = vary_text(
            &t, RUN_VARY_CASE, seed,
            (struct vary_line){.octets = SPAN_LIT("a1 FETCH 1 FLAGS"), .kept = &item, .nkept = 1});
        assert_string_equal(line + 8, " 1 FLAGS");
        nchanged += strcmp(line, "a1 FETCH 1 FLAGS") != 0;
    }
    assert_true(nchanged > NSEEDS / 2);
    said_free(&t);
}

static void without_variation_nothing_changes(void **state)
{
    (void)state;
    struct said t;
    said_make(&t);
    unsigned other = RUN_VARY_ALL & ~(unsigned)(RUN_VARY_CASE | RUN_VARY_FORMS);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        assert_string_equal(
            vary_text(&t, other, i, (struct vary_line){.octets = span_of(forms[i].line)}),
            forms[i].line);
    said_free(&t);
}

/* ---- writes --------------------------------------------------------------------------------- */

static void writes_are_whole_cut_or_bytewise(void **state)
{
    (void)state;
    struct said t;
    said_make(&t);
    struct vary v = vary_seeded(&t, RUN_VARY_CHUNKS, 5);
    unsigned ncut = 0;
    unsigned nhow[3] = {0};
    for (unsigned n = 0; n < NSEEDS; n++) {
        enum vary_writes how = vary_writes(&v, 40);
        nhow[how]++;
        for (size_t left = 40, next; left > 0; left -= next) {
            next = vary_next_write(&v, how, left);
            assert_true(next >= 1 && next <= left);
            assert_true(how != VARY_BYTEWISE || next == 1);
            assert_true(how != VARY_AT_ONCE || next == 40);
            ncut += how == VARY_CUT && next > 1 && next < left;
        }
        assert_int_not_equal(vary_writes(&v, 100000), VARY_BYTEWISE);
    }
    assert_true(nhow[0] > NSEEDS / 10 && nhow[1] > NSEEDS / 10 && nhow[2] > NSEEDS / 10);
    assert_true(ncut > NSEEDS / 10);
    v.what = RUN_VARY_ALL & ~(unsigned)RUN_VARY_CHUNKS;
    assert_int_equal(vary_writes(&v, 40), VARY_AT_ONCE);
    said_free(&t);
}

/* ---- in a case ------------------------------------------------------------------------------ */

#define HEAD                                                                                       \
    "scenario t.t \"t\" {\n  role client\n  covers noop.ok\n  extras any\n%s\n"                    \
    "  S: * PREAUTH <text-line>\n"
#define TAIL "  C: @9 NOOP\n  check noop.ok\n  S: @9 OK <text-line>\n}\n"

/* A server that grants every literal: the tag is not varied, so it can be written out. */
static const struct fake_rule granting[] = {{"FIND MAILBOXES {1}", "+ go\r\n", false, 0},
                                            {"FIND MAILBOXES y", "a1 BAD what\r\n", false, 0},
                                            {"FIND", "%T OK done\r\n", false, 0},
                                            {"NOOP", "%T OK done\r\n", false, 0},
                                            {"FETCH", "%T BAD no mailbox\r\n", false, 0},
                                            {"", "a1 OK done\r\n", false, 0},
                                            {0}};
static const struct fake_rule refusing[] = {
    {"FIND", "%T NO not you\r\n", false, 0}, {"NOOP", "%T OK done\r\n", false, 0}, {0}};

/* What of the steps is sent, over many seeds; all cases pass. "" ends the list of what may come. */
static void check_sent(const struct fake_rule *rules, unsigned what, const char *meta,
                       const char *steps, const char *const *wanted)
{
    bool seen[FORMS_MOST] = {0};
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct arena arena = {0};
        struct fake fake = {
            .greeting = "* PREAUTH hello\r\n", .rules = rules, .seed = seed, .vary = what};
        char *text = arena_printf(&arena, HEAD "%s" TAIL, meta, steps);
        const struct result_case *result = fake_play(&fake, text, 0, &arena);
        struct span got = buffer_span(&fake.received);
        size_t i = 0;
        if (result->verdict != RESULT_PASS)
            fail_msg("%s: %s", text, result->log);
        while (wanted[i] != NULL && !span_starts_with(got, span_of(wanted[i])))
            i++;
        if (wanted[i] == NULL)
            fail_msg("sent: %.*s", SPAN_ARG(got));
        seen[i] = true;
        fake_free(&fake);
        arena_free(&arena);
    }
    for (size_t i = 0; wanted[i] != NULL; i++)
        if (!seen[i])
            fail_msg("never sent: %s", wanted[i]);
}

#define FORMS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void a_literal_waits_and_obeys(void **state)
{
    (void)state;
    check_sent(granting, RUN_VARY_FORMS, "", "  C: @ FIND MAILBOXES x\n  S: @ OK <text-line>\n",
               FORMS("a1 FIND MAILBOXES x\r\na2 NOOP\r\n", "a1 FIND MAILBOXES \"x\"\r\na2 NOOP\r\n",
                     "a1 FIND MAILBOXES {1}\r\nx\r\na2 NOOP\r\n"));
    check_sent(refusing, RUN_VARY_FORMS, "", "  C: @ FIND MAILBOXES x\n  S: @ NO <text-line>\n",
               FORMS("a1 FIND MAILBOXES x\r\na2 NOOP\r\n", "a1 FIND MAILBOXES \"x\"\r\na2 NOOP\r\n",
                     "a1 FIND MAILBOXES {1}\r\na2 NOOP\r\n"));
}

static void forms_of_the_scenarios_own_stay(void **state)
{
    (void)state;
    static const char answer[] = "  S: a1 <status> <text-line>\n";
    static const struct {
        const char *meta, *step, *sent;
    } rows[] = {
        {"  axis box in { x }", "  C: @ FIND MAILBOXES ${box}\n", "a1 FIND MAILBOXES x\r\n"},
        {"  axis box in { \"x\" }", "  C: @ FIND MAILBOXES ${box}\n",
         "a1 FIND MAILBOXES \"x\"\r\n"},
        {"", "  C: @ FIND MAILBOXES {\"x\"}\n", "a1 FIND MAILBOXES {1}\r\nx\r\n"},
        {"", "  C: @ FIND MAILBOXES x<0x79>\n", "a1 FIND MAILBOXES xy\r\n"},
        {"", "  split 3\n  C: @ FIND MAILBOXES x\n", "a1 FIND MAILBOXES x\r\n"},
        {"", "  C= \"a1 FIND MAILBOXES x\\r\\n\"\n", "a1 FIND MAILBOXES x\r\n"},
        {"", "  C: @ FIND MAILBOXES x x\n", "a1 FIND MAILBOXES x x\r\n"},
        {"  axis range in { 1:3 }", "  C: @ FETCH ${range} FLAGS\n", "a1 FETCH 1:3 FLAGS\r\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena arena = {0};
        const char *steps = arena_printf(&arena, "%s%s", rows[i].step, answer);
        check_sent(granting, RUN_VARY_FORMS, rows[i].meta, steps, FORMS(rows[i].sent));
        arena_free(&arena);
    }
    check_sent(granting, RUN_VARY_ALL & ~(unsigned)RUN_VARY_TAGS, "",
               "  C= \"a1 FIND MAILBOXES x\\r\\n\"\n  S: a1 OK <text-line>\n",
               FORMS("a1 FIND MAILBOXES x\r\n"));
    check_sent(granting, RUN_VARY_ALL, "",
               "  split 3\n  C: @ FIND MAILBOXES x\n  S: @ OK <text-line>\n",
               FORMS("a1 FIND MAILBOXES x\r\n"));
}

/* A wait for `+` would be a wait for the command before. */
static void commands_under_way_together_stay_so(void **state)
{
    (void)state;
    check_sent(
        granting, RUN_VARY_FORMS, "",
        "  C: @1 NOOP\n  C: @2 FIND MAILBOXES x\n  S: @1 OK <text-line>\n  S: @2 OK <text-line>\n",
        FORMS("a1 NOOP\r\na2 FIND MAILBOXES x\r\n", "a1 NOOP\r\na2 FIND MAILBOXES \"x\"\r\n"));
}

/* What is inside a command that has been announced is no command. */
static void contents_stay_as_they_are(void **state)
{
    (void)state;
    check_sent(granting, RUN_VARY_CASE | RUN_VARY_FORMS, "",
               "  C= \"a1 FIND MAILBOXES {1}\\r\\n\"\n  S: + <text-line>\n  C: x FIND MAILBOXES y\n"
               "  S: a1 BAD <text-line>\n",
               FORMS("a1 FIND MAILBOXES {1}\r\nx FIND MAILBOXES y\r\n"));
}

static void generated_values_are_the_same(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct buffer first = {0};
        for (unsigned what = 0; what <= RUN_VARY_ALL; what += RUN_VARY_ALL) {
            struct arena arena = {0};
            struct fake fake = {
                .greeting = "* PREAUTH hello\r\n", .rules = granting, .seed = seed, .vary = what};
            const char *text = arena_printf(&arena, HEAD "%s" TAIL, "",
                                            "  C: t FETCH <number 5..900000> FLAGS\n"
                                            "  S: t BAD <text-line>\n");
            assert_int_equal(fake_play(&fake, text, 0, &arena)->verdict, RESULT_PASS);
            struct span line = buffer_span(&fake.received);
            line = span_cut(&line, '\n');
            if (what == 0)
                buffer_append(&first, line);
            else
                assert_true(span_equal_nocase(buffer_span(&first), line));
            fake_free(&fake);
            arena_free(&arena);
        }
        buffer_free(&first);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_option_is_a_list),
        cmocka_unit_test(tags_have_several_shapes),
        cmocka_unit_test(without_variation_a_tag_is_letter_and_number),
        cmocka_unit_test(only_keywords_change_case),
        cmocka_unit_test(case_is_lower_upper_capitalized_or_mixed),
        cmocka_unit_test(arguments_take_all_their_forms),
        cmocka_unit_test(what_is_kept_keeps_its_form),
        cmocka_unit_test(without_variation_nothing_changes),
        cmocka_unit_test(writes_are_whole_cut_or_bytewise),
        cmocka_unit_test(a_literal_waits_and_obeys),
        cmocka_unit_test(forms_of_the_scenarios_own_stay),
        cmocka_unit_test(commands_under_way_together_stay_so),
        cmocka_unit_test(contents_stay_as_they_are),
        cmocka_unit_test(generated_values_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
