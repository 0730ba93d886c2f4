#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "run/match.h"
#include "script/script.h"

struct fixture_world {
    struct arena arena;
    struct capture_list captures;
    struct resolve_scope resolve;
    struct span tags[RESOLVE_TAGS];
    const struct grammar *grammar;
    struct grammar_matcher *matcher;
    struct fixture_mailbox mailbox;
};

static void world_make(struct fixture_world *w)
{
    *w = (struct fixture_world){0};
    w->captures.arena = &w->arena;
    w->mailbox = (struct fixture_mailbox){.user = "fred",
                                          .name = "INBOX",
                                          .messages = fixture_generate(&w->arena, 3),
                                          .nmessages = 3};
    w->resolve = (struct resolve_scope){.arena = &w->arena,
                                        .captures = &w->captures,
                                        .mailboxes = &w->mailbox,
                                        .nmailboxes = 1,
                                        .tags = w->tags};
    w->tags[0] = SPAN_LIT("a1");
    w->tags[2] = SPAN_LIT("a7");
    w->grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    w->matcher = grammar_matcher_new(w->grammar);
}

static void world_free(struct fixture_world *w)
{
    grammar_matcher_free(&w->matcher);
    arena_free(&w->arena);
}

static struct pattern pattern_of(struct fixture_world *w, const char *line)
{
    struct script_file *file;
    struct err err;
    const char *text = arena_printf(
        &w->arena,
        "scenario t.t \"t\" {\n  role client\n  covers greeting.ok\n  fixture INBOX messages 3\n\n"
        "  C: @ NOOP\n  C: @2 NOOP\n  check greeting.ok\n  S: %s\n}\n",
        line);
    if (script_read(span_of(text), "t.scn", NULL, &w->arena, &file, &err) != 0)
        fail_msg("%s: %s", line, err.text);
    const struct script_step *check = file->scenarios[0]->steps.items[2];
    const struct script_step *step = check->as.check.steps.items[0];
    return pattern_make(&step->as.wire, &w->arena);
}

static bool matches(struct fixture_world *w, const char *line, const char *octets)
{
    struct pattern pattern = pattern_of(w, line);
    struct wire_reader *reader = wire_reader_new(WIRE_FROM_SERVER, NULL);
    struct wire_unit unit;
    struct match_scope scope = {&w->resolve, &w->captures, w->grammar, w->matcher};
    wire_reader_feed(reader, span_of(octets));
    assert_true(wire_reader_next(reader, &unit));
    bool is = match_unit(&scope, &pattern, &unit);
    wire_reader_free(&reader);
    return is;
}

static const struct {
    const char *pattern, *unit;
    bool matches;
} rows[] = {
    /* keywords fold, tags and values do not */
    {"@ OK <text-line>", "a1 ok done\r\n", true},
    {"@ OK <text-line>", "A1 OK done\r\n", false},
    {"@ OK <text-line>", "a2 OK done\r\n", false},
    {"x1 OK <text-line>", "x1 ok done\r\n", true},
    {"x1 OK <text-line>", "X1 OK done\r\n", false},
    {"@2 OK <text-line>", "a7 OK done\r\n", true},
    {"@ OK <text-line>", "a1 OK\r\n", true}, /* its missing text is the grammar's finding */
    {"@ OK <text-line>", "a1 NO done\r\n", false},
    {"@ OK [READ-WRITE] <text-line>", "a1 OK [READ-WRITE] done\r\n", true},
    {"@ OK [READ-WRITE] <text-line>", "a1 OK [READ-ONLY] done\r\n", false},
    {"@ <status> <text-line>", "a1 BAD (no \"such {thing\r\n", true},
    /* numbers and ranges */
    {"* <number> EXISTS", "* 12 EXISTS\r\n", true},
    {"* <number> EXISTS", "* x EXISTS\r\n", false},
    {"* <number 5..9> EXISTS", "* 9 EXISTS\r\n", true},
    {"* <number 5..9> EXISTS", "* 10 EXISTS\r\n", false},
    {"* 5 EXISTS", "* 5 EXISTS extra\r\n", false},
    {"* 5 EXISTS", "* 5  EXISTS\r\n", false},
    {"* ${msg:2.size} EXISTS", "* 3 EXISTS\r\n", false},
    /* values in any form */
    {"* MAILBOX \"FOO\"", "* MAILBOX FOO\r\n", true},
    {"* MAILBOX \"FOO\"", "* MAILBOX \"FOO\"\r\n", true},
    {"* MAILBOX \"FOO\"", "* MAILBOX {3}\r\nFOO\r\n", true},
    {"* MAILBOX \"FOO\"", "* MAILBOX foo\r\n", false},
    {"* MAILBOX \"NIL\"", "* MAILBOX NIL\r\n", false},
    {"* MAILBOX {\"FOO\"}", "* MAILBOX {3}\r\nFOO\r\n", true},
    {"* MAILBOX {\"FOO\"}", "* MAILBOX \"FOO\"\r\n", false},
    /* flags are sets, without regard to \Recent */
    {"* 1 FETCH (FLAGS (\\Seen \\Deleted))", "* 1 FETCH (FLAGS (\\Deleted \\SEEN))\r\n", true},
    {"* 1 FETCH (FLAGS (\\Seen))", "* 1 FETCH (FLAGS (\\Seen \\Recent))\r\n", true},
    {"* 1 FETCH (FLAGS (\\Seen \\Recent))", "* 1 FETCH (FLAGS (\\Seen))\r\n", false},
    {"* 1 FETCH (FLAGS (\\Seen))", "* 1 FETCH (FLAGS (\\Seen work))\r\n", false},
    {"* 1 FETCH (FLAGS (\\Seen ...))", "* 1 FETCH (FLAGS (work \\Seen))\r\n", true},
    {"* 1 FETCH (FLAGS ())", "* 1 FETCH (FLAGS ())\r\n", true},
    {"* 1 FETCH (FLAGS ())", "* 1 FETCH (FLAGS (\\Recent))\r\n", true},
    {"* FLAGS (\\Seen ...)", "* FLAGS (\\Answered \\Seen)\r\n", true},
    {"* FLAGS (\\Seen ...)", "* FLAGS (a b c d e f g h i j k l m n o p q r s t \\Seen)\r\n", true},
    {"* FLAGS (\\Seen t)", "* FLAGS (a b c d e f g h i j k l m n o p q r s t \\Seen)\r\n", false},
    {"* FLAGS (t s r q p o n m l k j i h g f e d c b a)",
     "* FLAGS (a b c d e f g h i j k l m n o p q r s t)\r\n", true},
    {"* FLAGS (...)", "* FLAGS (\\Seen (a b)\r\n", false},
    {"* FLAGS (...)", "* FLAGS (\\Seen \"a)\r\n", false},
    /* properties by name in any order */
    {"* 1 FETCH (FLAGS (\\Seen) RFC822.SIZE 5)", "* 1 Fetch (RFC822.Size 5 Flags (\\Seen))\r\n",
     true},
    {"* 1 FETCH (RFC822.SIZE 5)", "* 1 FETCH (RFC822.SIZE 5 FLAGS ())\r\n", false},
    {"* 1 FETCH (RFC822.SIZE 5 ...)", "* 1 FETCH (FLAGS () RFC822.SIZE 5)\r\n", true},
    {"* 1 FETCH (RFC822.SIZE 5 ...)", "* 1 FETCH (FLAGS () RFC822.SIZE 6)\r\n", false},
    {"* 1 FETCH (FLAGS <flag-list> ...)", "* 1 FETCH (FLAGS (\\Seen) RFC822.SIZE 6)\r\n", true},
    {"* 1 FETCH <any>", "* 1 FETCH (RFC822 {2}\r\n)( FLAGS ())\r\n", true},
    /* literals */
    {"* 1 FETCH (RFC822.TEXT {msg:1.text})", "* 1 FETCH (RFC822.TEXT {5}\r\nhello)\r\n", false},
    {"* 1 FETCH (RFC822.TEXT {\"hello\"})", "* 1 FETCH (RFC822.TEXT {5}\r\nhello)\r\n", true},
    {"* 1 FETCH (RFC822.TEXT \"a)b\")", "* 1 FETCH (RFC822.TEXT {3}\r\na)b)\r\n", true},
    /* ordered lists */
    {"* 1 FETCH (ENVELOPE (<nstring> \"message 1\" ...))",
     "* 1 FETCH (ENVELOPE (NIL \"message 1\" NIL NIL NIL NIL NIL NIL NIL NIL))\r\n", true},
    {"* 1 FETCH (ENVELOPE (<nstring> \"message 1\" ...))",
     "* 1 FETCH (ENVELOPE (NIL \"message 2\" NIL NIL NIL NIL NIL NIL NIL NIL))\r\n", false},
    {"* 1 FETCH (ENVELOPE (... \"<id>\"))",
     "* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL \"<id>\"))\r\n", true},
    {"* 1 FETCH (ENVELOPE (NIL NIL ((\"A B\" NIL \"a\" \"h\")(NIL NIL \"b\" \"h\")) ...))",
     "* 1 FETCH (ENVELOPE (NIL NIL ((\"A B\" NIL \"a\" \"h\")(NIL NIL \"b\" \"h\")) NIL NIL NIL "
     "NIL "
     "NIL NIL NIL))\r\n",
     true},
    {"* SEARCH 1 2 3", "* SEARCH 1 2 3\r\n", true},
    {"* SEARCH 1 2 3", "* SEARCH 1 2 3 4\r\n", false},
    {"* SEARCH", "* SEARCH 1\r\n", false},
    {"* SEARCH <text-line>", "* SEARCH 1\r\n", true},
    {"* SEARCH <text-line>", "* SEARCH 1 2 3\r\n", true},
    {"* SEARCH <text-line>", "* SEARCH\r\n", false},
    {"* SEARCH <any>", "* SEARCH 1 2 3\r\n", true},
    {"* SEARCH", "* SEARCH\r\n", true},
    {"* SEARCH 1 2 3", "* SEARCH 3 1 2 3\r\n", true},
    {"* SEARCH 1 2 3", "* SEARCH 1 2\r\n", false},
};

static void lines_match_or_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fixture_world w;
        world_make(&w);
        if (matches(&w, rows[i].pattern, rows[i].unit) != rows[i].matches)
            fail_msg("row %zu: \"%s\" against \"%s\": wanted %s", i, rows[i].pattern, rows[i].unit,
                     rows[i].matches ? "a match" : "no match");
        world_free(&w);
    }
}

static void captures_are_made_only_by_a_match(void **state)
{
    (void)state;
    struct fixture_world w;
    world_make(&w);
    assert_false(matches(&w, "* <n:number> EXISTS", "* 5 RECENT\r\n"));
    assert_null(capture_find(&w.captures, "n"));
    assert_true(matches(&w, "* <n:number> EXISTS", "* 5 EXISTS\r\n"));
    assert_true(span_is(capture_find(&w.captures, "n")->raw, "5"));
    assert_true(matches(&w, "* MAILBOX <m:string>", "* MAILBOX {3}\r\na b\r\n"));
    assert_true(span_is(capture_value(capture_find(&w.captures, "m")->raw), "a b"));
    world_free(&w);
}

static void backtracking_restores_captures(void **state)
{
    (void)state;
    struct fixture_world w;
    world_make(&w);
    /* the first FLAGS pair fits the name but not the value */
    assert_true(matches(&w, "* 1 FETCH (RFC822.SIZE <s:number 7..7> ...)",
                        "* 1 FETCH (RFC822.SIZE 6 FLAGS () RFC822.SIZE 7)\r\n"));
    assert_true(span_is(capture_find(&w.captures, "s")->raw, "7"));
    world_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_match_or_not),
        cmocka_unit_test(captures_are_made_only_by_a_match),
        cmocka_unit_test(backtracking_restores_captures),
    };
    return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
