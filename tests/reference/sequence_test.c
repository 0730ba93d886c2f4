#include "reference/sequence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { COUNT = 20 };

static void test_sequences(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *numbers; /* NULL: refused */
    } cases[] = {
        {"1", "1"},
        {"20", "20"},
        {"2,4:7,9,12:15", "2 4 5 6 7 9 12 13 14 15"}, /* p.10 */
        {"3:3", "3"},
        {"4:2", "2 3 4"},
        {"9,1", "1 9"},
        {"5,5,5", "5"},
        {"1:4,3:6,6:7,9", "1 2 3 4 5 6 7 9"},
        {"8:10,1:2,9", "1 2 8 9 10"},
        {"1:10,2:3,4", "1 2 3 4 5 6 7 8 9 10"},
        {"1,2,3", "1 2 3"},
        {"", NULL},
        {"0", NULL},
        {"0:1", NULL},
        {"21", NULL},
        {"1:21", NULL},
        {"18446744073709551616", NULL},
        {"18446744073709551617", NULL},
        {"01", NULL},
        {"1,", NULL},
        {",1", NULL},
        {"1,,2", NULL},
        {"1:", NULL},
        {":1", NULL},
        {"1::2", NULL},
        {"1:2:3", NULL},
        {"1-2", NULL},
        {"*", NULL},
        {"1:*", NULL},
        {"1 ", NULL},
        {" 1", NULL},
        {"+1", NULL},
        {"-1", NULL},
        {"1.0", NULL},
        {"0x1", NULL},
        {"x", NULL},
    };
    struct sequence sequence = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *fault = NULL;
        int result = server_sequence_parse(&sequence, span_of(cases[i].text), COUNT, &fault);
        if (cases[i].numbers == NULL) {
            assert_int_equal(result, -1);
            assert_non_null(fault);
            continue;
        }
        assert_int_equal(result, 0);
        for (int round = 0; round < 2; round++) {
            struct buffer numbers = {0};
            size_t number, count = 0;
            while ((number = server_sequence_next(&sequence)) != 0)
                buffer_printf(&numbers, "%s%zu", count++ == 0 ? "" : " ", number);
            assert_int_equal(server_sequence_next(&sequence), 0);
            assert_int_equal(server_sequence_count(&sequence), count);
            if (!span_is(buffer_span(&numbers), cases[i].numbers))
                print_message("%s gave %.*s\n", cases[i].text, SPAN_ARG(buffer_span(&numbers)));
            assert_true(span_is(buffer_span(&numbers), cases[i].numbers));
            buffer_free(&numbers);
            server_sequence_rewind(&sequence);
        }
    }
    server_sequence_free(&sequence);
}

static void test_empty_mailbox(void **state)
{
    (void)state;
    struct sequence sequence = {0};
    const char *fault = NULL;
    assert_int_equal(server_sequence_parse(&sequence, SPAN_LIT("1"), 0, &fault), -1);
    server_sequence_free(&sequence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sequences),
        cmocka_unit_test(test_empty_mailbox),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
