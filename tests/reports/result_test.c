#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sample_helper.h"

#include "reports/result_fields.h"

static void assert_span(struct span got, const char *wanted)
{
    if (!span_is(got, wanted))
        fail_msg("got \"%.*s\", wanted \"%s\"", SPAN_ARG(got), wanted);
}

static void test_header_line(void **state)
{
    (void)state;
    struct result_header header = sample_header();
    struct buffer out = {0};
    result_header_write(&header, &out);
    assert_span(buffer_span(&out),
                "{\"imapspec\":1,\"version\":\"0.1.0\",\"seed\":\"7\",\"target\":\"dovecot\","
                "\"title\":\"Dovecot 2.3\",\"dialect\":\"imap2\","
                "\"started\":\"2026-11-21T23:53:42Z\","
                "\"features\":[\"BBOARD=yes\",\"FIND-MAILBOXES=no\"],\"planned\":8}\n");
    buffer_free(&out);
}

static void test_case_line(void **state)
{
    (void)state;
    struct result_behaviour behaviour = {"B59", "ascending"};
    struct result_check check = {.requirement = "noop.ok", .verdict = RESULT_WARN};
    struct result_case result = {.id = "a",
                                 .verdict = RESULT_WARN,
                                 .ms = 0.1 + 0.2,
                                 .seed = UINT64_MAX,
                                 .checks = &check,
                                 .nchecks = 1,
                                 .behaviours = &behaviour,
                                 .nbehaviours = 1};
    struct buffer out = {0};
    result_case_write(&result, &out);
    assert_span(buffer_span(&out),
                "{\"id\":\"a\",\"scenario\":\"\",\"claim\":\"\",\"file\":\"\",\"line\":0,"
                "\"verdict\":\"warn\",\"expected\":\"\",\"listed_at\":\"\",\"unexpected\":false,"
                "\"reason\":\"\",\"ms\":0.3,\"seed\":\"18446744073709551615\","
                "\"checks\":[{\"requirement\":\"noop.ok\",\"verdict\":\"warn\",\"page\":\"\","
                "\"statement\":\"\"}],\"findings\":[],"
                "\"behaviours\":[{\"topic\":\"B59\",\"choice\":\"ascending\"}],\"matches\":[],"
                "\"reproduce\":\"\",\"log\":\"\"}\n");
    buffer_free(&out);
}

static void test_texts_that_are_no_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *text, *encoded;
    } CASES[] = {
        {"plain \\Seen \\x20", "plain \\Seen \\x20"},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"caf\xe9", "caf\xef\xbf\xbd"
                    "E9"},
        {"\xef\xbf\xbd", "\xef\xbf\xbd"
                         "EF\xef\xbf\xbd"
                         "BF\xef\xbf\xbd"
                         "BD"},
        {"\xc0\x80", "\xef\xbf\xbd"
                     "C0\xef\xbf\xbd"
                     "80"},
        {"\xed\xa0\x80", "\xef\xbf\xbd"
                         "ED\xef\xbf\xbd"
                         "A0\xef\xbf\xbd"
                         "80"},
        {"\xf4\x90\x80\x80", "\xef\xbf\xbd"
                             "F4\xef\xbf\xbd"
                             "90\xef\xbf\xbd"
                             "80\xef\xbf\xbd"
                             "80"},
        {"\xe2\x82", "\xef\xbf\xbd"
                     "E2\xef\xbf\xbd"
                     "82"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct arena arena = {0};
        struct buffer encoded = {0};
        result_text_encode(span_of(CASES[i].text), &encoded);
        assert_span(buffer_span(&encoded), CASES[i].encoded);
        assert_string_equal(result_text_decode(buffer_span(&encoded), &arena), CASES[i].text);
        buffer_free(&encoded);
        arena_free(&arena);
    }
}

static void test_round_trip_of_random_cases(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(1176);
    struct arena arena = {0};
    struct buffer line = {0};
    for (int i = 0; i < 600; i++) {
        struct result_case *result = sample_random_case(&rng, &arena), *again = NULL;
        struct err err = {0};
        result_case_write(result, &line);
        assert_int_equal(span_find_byte(buffer_span(&line), '\n'), line.nbytes - 1);
        if (result_case_read(buffer_span(&line), &arena, &again, &err) != 0)
            fail_msg("%u: %s", err.col, err.text);
        sample_assert_equal(result, again);
        buffer_clear(&line);
        arena_reset(&arena);
    }
    buffer_free(&line);
    arena_free(&arena);
}

static void test_insane_times_are_written(void **state)
{
    (void)state;
    static const double TIMES[] = {-1, 1e300, 0.0 / 1.0};
    for (size_t i = 0; i < sizeof TIMES / sizeof *TIMES; i++) {
        struct result_case result = {.id = "a", .ms = TIMES[i]};
        struct buffer out = {0};
        result_case_write(&result, &out);
        assert_true(span_find(buffer_span(&out), SPAN_LIT("\"ms\":0.0,")) != SPAN_NPOS);
        buffer_free(&out);
    }
}

/* A file with a header and `ncases` random cases. */
static void write_run(struct buffer *out, struct rng *rng, struct arena *arena, size_t ncases)
{
    struct result_header header = sample_header();
    result_header_write(&header, out);
    for (size_t i = 0; i < ncases; i++)
        result_case_write(sample_random_case(rng, arena), out);
}

static void test_run(void **state)
{
    (void)state;
    struct buffer text = {0};
    struct arena arena = {0};
    struct err err = {0};
    struct result_run *run = NULL;
    struct result_header header = sample_header();
    result_header_write(&header, &text);
    for (unsigned v = 0; v < RESULT_NVERDICTS; v++) {
        struct result_case result = sample_case((enum result_verdict)v);
        result_case_write(&result, &text);
    }
    assert_int_equal(result_run_read(buffer_span(&text), "r.jsonl", &arena, &run, &err), 0);
    assert_false(run->is_cut);
    assert_string_equal(run->header.title, "Dovecot 2.3");
    assert_int_equal(run->header.seed, 7);
    assert_int_equal(run->header.nfeatures, 2);
    assert_string_equal(run->header.features[1], "FIND-MAILBOXES=no");
    assert_int_equal(run->ncases, RESULT_NVERDICTS);
    for (unsigned v = 0; v < RESULT_NVERDICTS; v++) {
        struct result_case result = sample_case((enum result_verdict)v);
        sample_assert_equal(run->cases[v], &result);
    }
    buffer_free(&text);
    arena_free(&arena);
}

/* Whatever a killed harness leaves behind is read, with every case that was written whole. */
static void test_every_truncation(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(4);
    struct arena arena = {0}, read = {0};
    struct buffer text = {0};
    write_run(&text, &rng, &arena, 4);
    struct span all = buffer_span(&text);
    size_t header_nbytes = span_find_byte(all, '\n') + 1;
    for (size_t n = 0; n <= all.nbytes; n++) {
        struct err err = {0};
        struct result_run *run = NULL;
        /* A copy of exactly that size, so that reading beyond its end is noticed. */
        char *part = mem_copy_text(all.data, n);
        int status = result_run_read(span_make(part, n), "r.jsonl", &read, &run, &err);
        assert_int_equal(status, n < header_nbytes ? -1 : 0);
        size_t nwhole = 0;
        for (size_t i = header_nbytes; i < n; i++)
            nwhole += all.data[i] == '\n';
        bool lacks_only_line_end = n < all.nbytes && all.data[n] == '\n';
        bool is_whole = n > 0 && all.data[n - 1] == '\n';
        if (status == 0) {
            bool is_last_whole = is_whole || lacks_only_line_end;
            assert_int_equal(run->ncases, nwhole + (lacks_only_line_end ? 1 : 0));
            assert_int_equal(run->is_cut, !is_last_whole);
        }
        free(part);
        arena_reset(&read);
    }
    buffer_free(&text);
    arena_free(&arena);
    arena_free(&read);
}

#define HEADER                                                                                     \
    "{\"imapspec\":1,\"version\":\"\",\"seed\":\"7\",\"target\":\"\",\"title\":\"\","              \
    "\"dialect\":\"\",\"started\":\"\",\"features\":[],\"planned\":0}\n"
#define CASE_WITH(verdict, ms, checks)                                                             \
    "{\"id\":\"a\",\"scenario\":\"\",\"claim\":\"\",\"file\":\"\",\"line\":0,\"verdict\":" verdict \
    ",\"expected\":\"\",\"listed_at\":\"\",\"unexpected\":false,\"reason\":\"\",\"ms\":" ms        \
    ",\"seed\":\"1\",\"checks\":" checks                                                           \
    ",\"findings\":[],\"behaviours\":[],\"matches\":[],\"reproduce\":\"\",\"log\":\"\"}\n"

static void test_errors(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned line, col;
        const char *error;
    } CASES[] = {
        {"", 1, 1, "the results end before their first line does"},
        {"{\"imapspec\":1", 1, 1, "the results end before their first line does"},
        {"\n", 1, 1, "no JSON: "},
        {"{}\n", 1, 1, "no results file: the first line has no field \"imapspec\""},
        {"[]\n", 1, 1, "no results file: the first line has no field \"imapspec\""},
        {"{\"imapspec\":2}\n", 1, 13, "imapspec: the results are in another version of the format"},
        {"{\"imapspec\":\"1\"}\n", 1, 13, "imapspec: wanted a whole number"},
        {"{\"imapspec\":1}\n", 1, 1, "version: this field is missing"},
        {"{\"imapspec\":1, \"version\" : 5}\n", 1, 28, "version: wanted a string"},
        {HEADER "\n", 2, 1, "no JSON: "},
        {HEADER "[]\n", 2, 1, "wanted an object"},
        {HEADER "{} {}\n", 2, 4, "no JSON: end of file expected"},
        {HEADER "{\"id\":\"a\",\"id\":\"b\"}\n", 2, 14, "no JSON: duplicate object key"},
        {HEADER CASE_WITH("\"good\"", "1.5", "[]"), 2, 65, "verdict: wanted a verdict"},
        {HEADER CASE_WITH("7", "1.5", "[]"), 2, 65, "verdict: wanted a verdict"},
        {HEADER CASE_WITH("\"pass\"", "\"1\"", "[]"), 2, 137, "ms: wanted a number"},
        {HEADER CASE_WITH("\"pass\"", "1.5", "{}"), 2, 161, "checks: wanted an array"},
        {HEADER CASE_WITH("\"pass\"", "1.5", "[3]"), 2, 162, "checks[0]: wanted an object"},
        {HEADER CASE_WITH("\"pass\"", "1.5",
                          "[{\"requirement\":\"x\",\"verdict\":\"pass\",\"page\":\"\","
                          "\"statement\":\"\"},{\"requirement\":[1,{\"a\":\"]\"}]}]"),
         2, 239, "checks[1].requirement: wanted a string"},
        {HEADER CASE_WITH("\"pass\"", "1.5,\"extra\":1", "[]"), 2, 149,
         "extra: no such field is known"},
        {HEADER HEADER, 2, 1, "id: this field is missing"},
        {HEADER CASE_WITH("\"pass\"", "1.5", "[]") "oops\n" CASE_WITH("\"pass\"", "1.5", "[]"), 3,
         4, "no JSON: "},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct arena arena = {0};
        struct err err = {0};
        struct result_run *run = NULL;
        assert_int_equal(result_run_read(span_of(CASES[i].text), "r.jsonl", &arena, &run, &err),
                         -1);
        if (err.line != CASES[i].line || err.col != CASES[i].col ||
            strncmp(err.text, CASES[i].error, strlen(CASES[i].error)) != 0)
            fail_msg("case %zu: %u:%u: %s", i, err.line, err.col, err.text);
        assert_string_equal(err.file, "r.jsonl");
        arena_free(&arena);
    }
}

/* Any one octet changed: read or refused, never worse. */
static void test_any_damage_is_survived(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(12);
    struct arena arena = {0}, read = {0};
    struct buffer text = {0};
    write_run(&text, &rng, &arena, 2);
    for (int i = 0; i < 1000; i++) {
        struct err err = {0};
        struct result_run *run = NULL;
        char *copy = mem_copy_text(buffer_span(&text).data, text.nbytes);
        copy[rng_below(&rng, text.nbytes)] = (char)rng_below(&rng, 256);
        int status = result_run_read(span_make(copy, text.nbytes), "r.jsonl", &read, &run, &err);
        if (status != 0)
            assert_in_range(err.line, 1, 4);
        free(copy);
        arena_reset(&read);
    }
    buffer_free(&text);
    arena_free(&arena);
    arena_free(&read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header_line),
        cmocka_unit_test(test_case_line),
        cmocka_unit_test(test_texts_that_are_no_utf8),
        cmocka_unit_test(test_round_trip_of_random_cases),
        cmocka_unit_test(test_insane_times_are_written),
        cmocka_unit_test(test_run),
        cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_any_damage_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
