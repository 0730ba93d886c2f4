/* JUnit, TAP and SARIF: what they say, and that nothing a peer sends gets into them raw. Whether
 * their schemas take them is tested from outside: tests/cli/report_test.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "golden_helper.h"
#include "reports/result_fields.h"
#include "reports/result_tell.h"
#include "sample_helper.h"

typedef void writer(const struct result_run *const *runs, size_t nruns, struct buffer *out);

static writer *const WRITERS[] = {result_junit_write, result_tap_write, result_sarif_write,
                                  result_markdown_write};
enum { NWRITERS = sizeof WRITERS / sizeof WRITERS[0] };

/* One of each verdict, then those that an expectation file lists. */
static size_t sample_all(struct result_case *cases)
{
    static const struct {
        enum result_verdict verdict;
        const char *expected;
    } LISTED[] = {{RESULT_FAIL, "fail"}, {RESULT_PASS, "fail"}, {RESULT_FAIL, "warn"}};
    size_t n = 0;
    for (unsigned v = 0; v < RESULT_NVERDICTS; v++)
        cases[n++] = sample_case((enum result_verdict)v);
    for (size_t i = 0; i < sizeof LISTED / sizeof *LISTED; i++, n++) {
        cases[n] = sample_case(LISTED[i].verdict);
        cases[n].expected = LISTED[i].expected;
        cases[n].listed_at = "my targets/dovecot.expect:12";
        cases[n].reason = "reported upstream";
        cases[n].is_unexpected = result_is_unexpected(cases[n].verdict, cases[n].expected, false);
    }
    return n;
}

static void each_says(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"junit", "tap", "sarif"};
    struct result_case cases[RESULT_NVERDICTS + 3];
    struct result_case *pointers[RESULT_NVERDICTS + 3];
    struct result_run one = {.header = sample_header(), .cases = pointers};
    struct result_run cut = {.header = sample_header(), .cases = pointers, .ncases = 1};
    const struct result_run *const runs[] = {&one, &cut};
    one.ncases = sample_all(cases);
    one.header.planned = one.ncases;
    for (size_t i = 0; i < one.ncases; i++)
        pointers[i] = &cases[i];
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        struct buffer out = {0};
        WRITERS[i](runs, 2, &out);
        assert_golden(NAMES[i], buffer_span(&out));
        buffer_free(&out);
    }
}

static void kinds(void **state)
{
    (void)state;
    static const char WANTED[] = "GGGSSKKK";
    for (unsigned v = 0; v < RESULT_NVERDICTS; v++) {
        struct result_case result = {.verdict = (enum result_verdict)v};
        assert_int_equal("GSKB"[result_kind_of(&result)], WANTED[v]);
        result.is_unexpected = true;
        assert_int_equal(result_kind_of(&result), RESULT_KIND_BAD);
    }
}

static void assert_clean(struct span text)
{
    while (text.nbytes > 0) {
        size_t nbytes = result_utf8_length(text);
        unsigned char first = (unsigned char)text.data[0];
        assert_true(nbytes > 0);
        assert_true(first >= 0x20 || first == '\n');
        assert_false(span_starts_with(text, SPAN_LIT("\xef\xbf\xbe")));
        assert_false(span_starts_with(text, SPAN_LIT("\xef\xbf\xbf")));
        text = span_from(text, nbytes);
    }
}

/* Whatever texts there are, and none at all. */
static void nothing_raw_gets_in(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(1176);
    struct arena arena = {0};
    for (int i = 0; i < 300; i++) {
        struct result_case empty = {.verdict = RESULT_CRASH, .is_unexpected = true};
        struct result_case *cases[] = {sample_random_case(&rng, &arena), &empty};
        struct result_run run = {.cases = cases, .ncases = 2};
        const struct result_run *const runs[] = {&run};
        run.header.target = run.header.title = run.header.started = cases[0]->claim;
        for (size_t w = 0; w < NWRITERS; w++) {
            struct buffer out = {0};
            WRITERS[w](runs, 1, &out);
            assert_clean(buffer_span(&out));
            buffer_free(&out);
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void no_runs_and_no_cases(void **state)
{
    (void)state;
    struct result_run empty = {.header = {.target = "bare"}};
    const struct result_run *const runs[] = {&empty};
    for (size_t nruns = 0; nruns < 2; nruns++) {
        struct buffer out = {0};
        result_tap_write(runs, nruns, &out);
        assert_true(span_starts_with(buffer_span(&out), SPAN_LIT("TAP version 14\n1..0 # SKIP ")));
        buffer_clear(&out);
        result_junit_write(runs, nruns, &out);
        assert_true(span_find(buffer_span(&out), SPAN_LIT("tests=\"0\"")) != SPAN_NPOS);
        buffer_clear(&out);
        result_sarif_write(runs, nruns, &out);
        json_t *json = json_loadb(buffer_span(&out).data, out.nbytes, 0, NULL);
        assert_int_equal(json_array_size(json_object_get(json, "runs")), nruns);
        json_decref(json);
        buffer_free(&out);
    }
}

/* A huge text is told by its ends. */
static void huge_texts_are_cut(void **state)
{
    (void)state;
    enum { NBYTES = 4 << 20 };
    char *log = malloc(NBYTES + 1);
    assert_non_null(log);
    for (size_t i = 0; i + 2 <= NBYTES; i += 2)
        memcpy(log + i, "\xc3\xa9", 2);
    log[NBYTES] = '\0';
    struct result_case result = sample_case(RESULT_FAIL);
    struct result_case *cases[] = {&result};
    struct result_run run = {.header = sample_header(), .cases = cases, .ncases = 1};
    const struct result_run *const runs[] = {&run};
    struct result_finding finding = result.findings[0];
    result.log = finding.got = finding.wanted = log;
    result.findings = &finding;
    result.nfindings = 1;
    for (size_t w = 0; w < NWRITERS; w++) {
        struct buffer out = {0};
        WRITERS[w](runs, 1, &out);
        assert_clean(buffer_span(&out));
        assert_true(out.nbytes < 200 * 1024);
        buffer_free(&out);
    }
    free(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_says),           cmocka_unit_test(kinds),
        cmocka_unit_test(nothing_raw_gets_in), cmocka_unit_test(no_runs_and_no_cases),
        cmocka_unit_test(huge_texts_are_cut),
    };
    return cmocka_run_group_tests_name("exports", tests, NULL, NULL);
}
