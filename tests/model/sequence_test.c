#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/sequence.h"

static const struct {
    const char *text, *numbers;
    uint32_t limit;
} cases[] = {
    {"2,4:7,9,12:15", "2 4 5 6 7 9 12 13 14 15", 20}, /* RFC 1176 p.10 */
    {"3", "3", 20},
    {"4:2", "2 3 4", 20},
    {"2,2,2", "2", 20},
    {"5,1:3,2:4", "1 2 3 4 5", 20},
    {"1:99999999999", "1 2 3", 3},
    {"7:9,8:12,1", "1 7 8 9 10", 10},
    {"4294967295,4294967294:4294967295", "", 20},
};

static void names_sets(void **state)
{
    (void)state;
    struct sequence sequence = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sequence_read(&sequence, span_of(cases[i].text));
        struct buffer out = {0};
        size_t at = 0;
        for (uint32_t number = 0; sequence_next(&sequence, &at, cases[i].limit, &number);) {
            buffer_printf(&out, "%s%u", out.nbytes == 0 ? "" : " ", number);
            assert_true(sequence_has(&sequence, number));
        }
        char *text = buffer_take_text(&out);
        assert_string_equal(text, cases[i].numbers);
        free(text);
    }
    sequence_read(&sequence, SPAN_LIT("4:6,9"));
    assert_false(sequence_has(&sequence, 3));
    assert_false(sequence_has(&sequence, 7));
    assert_int_equal(sequence_first(&sequence), 4);
    assert_int_equal(sequence_last(&sequence), 9);
    sequence_free(&sequence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_sets)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
