#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden_helper.h"
#include "sample_helper.h"

/* Two runs of the same cases: one with every verdict, one where all but a fail passed. */
static void two_runs_side_by_side(void **state)
{
    (void)state;
    struct result_case cases[RESULT_NVERDICTS];
    struct result_case *all[RESULT_NVERDICTS];
    struct result_case fail = sample_case(RESULT_FAIL);
    struct result_case pass = sample_case(RESULT_PASS);
    struct result_case *some[] = {&pass, &fail};
    for (unsigned v = 0; v < RESULT_NVERDICTS; v++) {
        cases[v] = sample_case((enum result_verdict)v);
        all[v] = &cases[v];
    }
    struct result_run one = {.header = sample_header(), .cases = all, .ncases = RESULT_NVERDICTS};
    struct result_run two = {.header = sample_header(), .cases = some, .ncases = 2, .is_cut = true};
    two.header.target = "a|b";
    const struct result_run *const runs[] = {&one, &two};
    struct buffer out = {0};
    result_markdown_write(runs, 2, &out);
    assert_golden("markdown", buffer_span(&out));
    buffer_free(&out);
}

static void nothing_at_all(void **state)
{
    (void)state;
    struct result_run empty = {.header = sample_header()};
    const struct result_run *const runs[] = {&empty};
    struct buffer out = {0};
    result_markdown_write(runs, 1, &out);
    assert_true(span_find(buffer_span(&out), SPAN_LIT("nothing was played.")) != SPAN_NPOS);
    assert_true(span_find(buffer_span(&out), SPAN_LIT(" | 0 | 0 |")) != SPAN_NPOS);
    buffer_free(&out);
}

/* B4 comes before B10, readings before requirements; a target that was never asked is blank. */
static void profile_in_order(void **state)
{
    (void)state;
    static struct result_behaviour first[] = {
        {"B10 ten", "x"}, {"expunge.example", "ascending"}, {"B4 four", "no line"}, {"Bcc", "odd"}};
    static struct result_behaviour second[] = {{"B4 four", "bare line"}};
    struct result_case a = {.id = "a", .behaviours = first, .nbehaviours = 4};
    struct result_case b = {.id = "b", .behaviours = second, .nbehaviours = 1};
    struct result_case *of_one[] = {&a}, *of_two[] = {&b};
    struct result_run one = {.header = sample_header(), .cases = of_one, .ncases = 1};
    struct result_run two = {.header = sample_header(), .cases = of_two, .ncases = 1};
    const struct result_run *const runs[] = {&one, &two};
    struct buffer out = {0};
    result_markdown_write(runs, 2, &out);
    assert_true(span_ends_with(buffer_span(&out), SPAN_LIT("| B4 four | bare line | no | yes |\n"
                                                           "| B4 four | no line | yes | no |\n"
                                                           "| B10 ten | x | yes |  |\n"
                                                           "| Bcc | odd | yes |  |\n"
                                                           "| expunge.example | ascending | yes |"
                                                           "  |\n")));
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_runs_side_by_side),
        cmocka_unit_test(nothing_at_all),
        cmocka_unit_test(profile_in_order),
    };
    return cmocka_run_group_tests_name("markdown", tests, NULL, NULL);
}
