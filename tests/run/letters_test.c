#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "run/letters.h"

static const struct {
    enum letters letters;
    const char *said, *changed;
} cases[] = {
    {LETTERS_AS_WRITTEN, "* OK Hello\r\n", "* OK Hello\r\n"},
    {LETTERS_LOWER, "", ""},
    {LETTERS_LOWER, "* OK Hello\r\n", "* ok Hello\r\n"},
    {LETTERS_LOWER, "A1 OK [READ-WRITE] In\r\n", "A1 ok [read-write] In\r\n"},
    {LETTERS_MIXED, "A1 OK [READ-WRITE] In\r\n", "A1 oK [ReAd-wRiTe] In\r\n"},
    {LETTERS_LOWER, "+ OK go\r\n", "+ OK go\r\n"},
    {LETTERS_LOWER, "* 3 EXISTS\r\n* 1 RECENT\r\n", "* 3 exists\r\n* 1 recent\r\n"},
    {LETTERS_LOWER, "* FLAGS (\\Seen Work)\r\n", "* flags (\\seen Work)\r\n"},
    {LETTERS_UPPER, "* flags (\\seen Work)\r\n", "* FLAGS (\\SEEN Work)\r\n"},
    {LETTERS_LOWER, "* MAILBOX INBOX\r\n", "* mailbox INBOX\r\n"},
    {LETTERS_LOWER, "* SEARCH 1 2\r\n", "* search 1 2\r\n"},
    {LETTERS_LOWER, "* 1 FETCH (FLAGS (\\Seen Work) RFC822.SIZE 3 INTERNALDATE \"1-Jan-90\")\r\n",
     "* 1 fetch (flags (\\seen Work) rfc822.size 3 internaldate \"1-Jan-90\")\r\n"},
    {LETTERS_LOWER, "* 1 FETCH (ENVELOPE (\"A B\" NIL ((\"X\" NIL Y Z)) NIL) FLAGS ())\r\n",
     "* 1 fetch (envelope (\"A B\" nil ((\"X\" nil Y Z)) nil) flags ())\r\n"},
    {LETTERS_LOWER, "* 1 FETCH (RFC822 {12}\r\n* 9 EXISTS\r\n FLAGS (\\Seen))\r\nA1 OK In\r\n",
     "* 1 fetch (rfc822 {12}\r\n* 9 EXISTS\r\n flags (\\seen))\r\nA1 ok In\r\n"},
    /* what is no response is not made worse */
    {LETTERS_LOWER, "* 1 FETCH (RFC822 {x}\r\n* ", "* 1 fetch (rfc822 {x}\r\n* "},
    {LETTERS_LOWER, "* 1 FETCH (RFC822 {99}\r\nABC", "* 1 fetch (rfc822 {99}\r\nABC"},
    {LETTERS_LOWER, "* 1 FETCH )( A \"\r\n\r\n*\r\n", "* 1 fetch )( a \"\r\n\r\n*\r\n"},
};

static void test_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct span changed = letters_change(cases[i].letters, span_of(cases[i].said), &arena);
        if (!span_is(changed, cases[i].changed))
            fail_msg("%s: %.*s", cases[i].said, SPAN_ARG(changed));
        arena_free(&arena);
    }
}

static void test_reads_words(void **state)
{
    (void)state;
    enum letters letters = LETTERS_UPPER;
    struct err err;
    assert_int_equal(letters_read(SPAN_LIT("none"), &letters, &err), 0);
    assert_int_equal(letters, LETTERS_AS_WRITTEN);
    assert_int_equal(letters_read(SPAN_LIT("mixed"), &letters, &err), 0);
    assert_int_equal(letters, LETTERS_MIXED);
    assert_int_equal(letters_read(SPAN_LIT("Lower"), &letters, &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_reads_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
