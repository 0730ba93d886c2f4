#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reports/change.h"

static void verdicts_are_compared(void **state)
{
    (void)state;
    static const struct {
        enum result_verdict before, after;
        enum change_kind kind;
    } ROWS[] = {
        {RESULT_PASS, RESULT_PASS, CHANGE_NONE},
        {RESULT_PASS, RESULT_FAIL, CHANGE_WORSE},
        {RESULT_FAIL, RESULT_PASS, CHANGE_BETTER},
        {RESULT_FAIL, RESULT_WARN, CHANGE_BETTER},
        {RESULT_FAIL, RESULT_CRASH, CHANGE_WORSE},
        {RESULT_PASS, RESULT_NONSTRICT, CHANGE_WORSE},
        {RESULT_PASS, RESULT_SKIP, CHANGE_WORSE},
        {RESULT_PASS, RESULT_BLOCKED, CHANGE_WORSE},
        {RESULT_BLOCKED, RESULT_PASS, CHANGE_BETTER},
        {RESULT_SKIP, RESULT_NONSTRICT, CHANGE_BETTER},
        {RESULT_FAIL, RESULT_SKIP, CHANGE_OTHER},
        {RESULT_SKIP, RESULT_FAIL, CHANGE_OTHER},
        {RESULT_SKIP, RESULT_BLOCKED, CHANGE_OTHER},
        {RESULT_ERROR, RESULT_PASS, CHANGE_BETTER},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        assert_int_equal(change_of_verdict(ROWS[i].before, ROWS[i].after), ROWS[i].kind);
}

static struct result_behaviour first_behaviours[] = {{"B59", "descending"}, {"B4", "no line"}};
static struct result_behaviour later_behaviours[] = {
    {"B59", "descending"}, {"B59", "ascending"}, {"B4", "no line"}, {"B7", "taken"}};
static struct result_finding finding = {
    .requirement = "noop.ok", .level = "fail", .text = "another\x1b[2J line came"};

static void runs_are_compared(void **state)
{
    (void)state;
    struct result_case a = {
        .id = "a", .verdict = RESULT_PASS, .behaviours = first_behaviours, .nbehaviours = 2};
    struct result_case b = {.id = "b", .verdict = RESULT_FAIL};
    struct result_case c = {.id = "c", .verdict = RESULT_PASS};
    struct result_case same = {.id = "same", .verdict = RESULT_WARN};
    struct result_case a2 = {.id = "a",
                             .verdict = RESULT_FAIL,
                             .findings = &finding,
                             .nfindings = 1,
                             .behaviours = later_behaviours,
                             .nbehaviours = 4};
    struct result_case b2 = {.id = "b", .verdict = RESULT_PASS};
    struct result_case d2 = {.id = "d", .verdict = RESULT_FAIL};
    struct result_case *before_cases[] = {&a, &b, &c, &same};
    struct result_case *after_cases[] = {&d2, &b2, &a2, &same};
    struct result_run before = {.cases = before_cases, .ncases = 4};
    struct result_run after = {.cases = after_cases, .ncases = 4};
    struct arena arena = {0};
    struct buffer out = {0};
    change_list_write(change_list_make(&before, &after, &arena), &out);
    char *text = buffer_take_text(&out);
    assert_string_equal(text, "worse   pass       fail       a: another\\x1b[2J line came\n"
                              "better  fail       pass       b\n"
                              "new     -          fail       d\n"
                              "gone    pass       -          c\n"
                              "choice  B59: descending -> ascending; descending\n"
                              "1 better, 1 worse, 0 changed otherwise, 1 new, 1 gone\n");
    free(text);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_are_compared),
        cmocka_unit_test(runs_are_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
