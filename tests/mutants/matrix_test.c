/* From results files to the kill matrix: what kills, by what name, and what is written of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "mutants/mutants.h"

static struct arena arena;

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static struct mutants_fault *make_fault(const char *id, const char *breaks, const char *grade)
{
    struct mutants_fault *fault;
    struct buffer errors = {0};
    const char *text = arena_printf(&arena,
                                    "fault %s \"%s | is wrong\"\nbreaks %s\n%s\n"
                                    "file reference/x.c\nreplace\n | a\nby\n",
                                    id, id, breaks, grade);
    if (mutants_fault_read(span_of(text), "t.fault", &arena, &fault, &errors) != 0)
        fail_msg("%.*s", SPAN_ARG(buffer_span(&errors)));
    buffer_free(&errors);
    return fault;
}

/* A case with one check and one finding; NULL: none. */
struct row {
    const char *scenario, *id;
    enum result_verdict verdict;
    const char *checked, *found, *level;
};

static void append_case(const struct row *row, struct buffer *out)
{
    struct result_check check = {.requirement = row->checked, .verdict = row->verdict};
    struct result_finding finding = {.requirement = row->found, .level = row->level};
    const struct result_case c = {
        .id = row->id,
        .scenario = row->scenario,
        .claim = "says \"verdict\":\"pass\",\"expected\": and more",
        .verdict = row->verdict,
        .checks = &check,
        .nchecks = row->checked != NULL,
        .findings = &finding,
        .nfindings = row->found != NULL,
    };
    result_case_write(&c, out);
}

static struct mutants_result *judge(struct mutants_fault *fault, const struct row *rows,
                                    size_t nrows, const struct table *not_judged)
{
    struct mutants_result *result = arena_alloc(&arena, sizeof *result);
    struct buffer text = {0};
    struct result_header header = {.target = "reference"};
    *result = (struct mutants_result){.fault = fault, .target = "reference", .diagnosis = ""};
    result_header_write(&header, &text);
    for (size_t i = 0; i < nrows; i++)
        append_case(&rows[i], &text);
    buffer_append_text(&text, "{\"id\":\"cut in the mid");
    mutants_judge(buffer_span(&text), not_judged, &arena, result);
    buffer_free(&text);
    result->outcome = result->nnaming > 0  ? MUTANTS_KILLED
                      : result->nkills > 0 ? MUTANTS_UNNAMED
                                           : MUTANTS_SURVIVED;
    return result;
}

static const struct row rows[] = {
    {"a", "a", RESULT_PASS, "noop.ok", NULL, NULL},
    {"b", "b/x=1", RESULT_FAIL, "noop.ok", "expunge.none", "warn"},
    {"b", "b/x=2", RESULT_CRASH, NULL, NULL, NULL},
    {"c", "c", RESULT_BLOCKED, "noop.ok", "noop.ok", "observe"},
    {"d", "d", RESULT_FAIL, NULL, "login.ok", "fail"},
    {"e", "e", RESULT_WARN, "conn.host-name", "noop.ok", "observe"},
    {"f", "f", RESULT_FAIL, "noop.ok", NULL, NULL},
    {"g", "g", RESULT_SKIP, NULL, NULL, NULL},
    {"h", "h", RESULT_ERROR, NULL, NULL, NULL},
};
enum { NROWS = sizeof rows / sizeof *rows };

static void failures_kill(void **state)
{
    struct table not_judged = {0};
    (void)state;
    (void)table_put(&not_judged, SPAN_LIT("f"), &not_judged);
    const struct mutants_result *r =
        judge(make_fault("x.one", "noop.ok expunge.none", ""), rows, NROWS, &not_judged);
    assert_int_equal(r->ncases, NROWS);
    assert_int_equal(r->nverdicts[RESULT_PASS], 1);
    assert_int_equal(r->nverdicts[RESULT_BLOCKED], 1);
    assert_int_equal(r->nkills, 2);
    assert_int_equal(r->nnaming, 1);
    assert_string_equal(r->kills[0].scenario, "b");
    assert_int_equal(r->kills[0].verdict, RESULT_CRASH);
    assert_int_equal(r->kills[0].hit.nitems, 1); /* what was only warned of is no hit */
    assert_string_equal(r->kills[0].named.items[0], "noop.ok");
    assert_string_equal(r->kills[1].scenario, "d");
    assert_string_equal(r->kills[1].hit.items[0], "login.ok");
    assert_int_equal(r->kills[1].named.nitems, 0);
    table_free(&not_judged);
}

/* A SHOULD of the catalogue, whatever it is called. */
static const char *a_should(void)
{
    const struct catalogue *catalogue = catalogue_of_dialect(SPAN_LIT("imap2"));
    for (size_t i = 0; i < catalogue_count(catalogue); i++) {
        const struct catalogue_requirement *r = catalogue_at(catalogue, i);
        if (r->level == CATALOGUE_SHOULD && r->side == CATALOGUE_SERVER)
            return r->id;
    }
    fail_msg("there is none");
    return NULL;
}

static void warnings_kill_what_is_graded_so(void **state)
{
    struct table nothing = {0};
    const struct row warned = {"e", "e", RESULT_WARN, a_should(), NULL, NULL};
    (void)state;
    assert_int_equal(judge(make_fault("x.two", a_should(), ""), &warned, 1, &nothing)->nkills, 0);
    const struct mutants_result *r =
        judge(make_fault("x.two", a_should(), "grade warn"), &warned, 1, &nothing);
    assert_int_equal(r->nnaming, 1);
    assert_int_equal(r->kills[0].verdict, RESULT_WARN);
}

static void without_a_fault_nothing_may_fail(void **state)
{
    struct table nothing = {0};
    (void)state;
    const struct mutants_result *r = judge(NULL, rows, NROWS, &nothing);
    assert_int_equal(r->nkills, 0);
    assert_int_equal(r->nfailed, 7);
    assert_string_equal(r->failed[0]->id, "b/x=1");
    assert_string_equal(r->failed[6]->id, "h");
}

static void whatever_stands_there_is_read(void **state)
{
    static const char *const texts[] = {"", "\n", "{", "{}\n{}\n", "header\n\xff\n\n\n[1]\nx"};
    struct table nothing = {0};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct mutants_result r = {.fault = make_fault("x.y", "noop.ok", "")};
        mutants_judge(span_of(texts[i]), &nothing, &arena, &r);
        assert_int_equal(r.nkills, 0);
    }
}

/* ---- the matrix --------------------------------------------------------------------------- */

static void add(struct mutants_matrix *m, const char *id, const char *breaks, const char *killer,
                const char *hit)
{
    struct table nothing = {0};
    const struct row row = {killer, killer, RESULT_FAIL, hit, NULL, NULL};
    mutants_matrix_add_result(m, judge(make_fault(id, breaks, ""), &row, killer != NULL, &nothing));
}

static struct mutants_matrix make_matrix(bool is_whole)
{
    struct mutants_matrix m = {.arena = &arena, .seed = 7, .is_whole = is_whole};
    mutants_matrix_add_scenario(&m, "a", "");
    mutants_matrix_add_scenario(&m, "b", "");
    mutants_matrix_add_scenario(&m, "a", "");
    mutants_matrix_add_scenario(&m, "n", "never | ever");
    return m;
}

static void it_holds_when_all_are_killed(void **state)
{
    struct mutants_matrix m = make_matrix(true);
    (void)state;
    assert_int_equal(m.nscenarios, 3);
    assert_false(mutants_matrix_holds(&m)); /* a and b kill nothing */
    add(&m, "x.1", "noop.ok", "a", "noop.ok");
    assert_false(mutants_matrix_holds(&m));
    m.is_whole = false;
    assert_true(mutants_matrix_holds(&m));
    m.is_whole = true;
    add(&m, "x.2", "expunge.none", "b", "expunge.none");
    assert_true(mutants_matrix_holds(&m));
    /* 95 of 100 by name are just enough */
    for (int i = 0; i < 93; i++)
        add(&m, "x.3", "noop.ok", "a", "noop.ok");
    for (int i = 0; i < 5; i++)
        add(&m, "x.4", "noop.ok", "a", "login.ok");
    assert_true(mutants_matrix_holds(&m));
    struct mutants_score score = mutants_matrix_score(&m, NULL);
    assert_int_equal(score.nfaults, 100);
    assert_int_equal(score.nkilled, 100);
    assert_int_equal(score.nnamed, 95);
    const struct catalogue *catalogue = catalogue_of_dialect(SPAN_LIT("imap2"));
    score = mutants_matrix_score(&m, catalogue_find(catalogue, SPAN_LIT("expunge.none"))->group);
    assert_int_equal(score.nfaults, 1);
    add(&m, "x.5", "noop.ok", "a", "login.ok");
    assert_false(mutants_matrix_holds(&m));
    mutants_matrix_free(&m);
}

static void a_survivor_or_a_wrong_reason_breaks_it(void **state)
{
    struct mutants_matrix m = make_matrix(false);
    (void)state;
    add(&m, "x.1", "noop.ok", "a", "noop.ok");
    add(&m, "x.2", "noop.ok", NULL, NULL);
    assert_false(mutants_matrix_holds(&m));
    mutants_matrix_free(&m);
    m = make_matrix(false);
    add(&m, "x.1", "noop.ok", "n", "noop.ok");
    assert_true(mutants_scenario_is_wrong(m.scenarios[2]));
    assert_false(mutants_matrix_holds(&m));
    mutants_matrix_free(&m);
}

static void it_is_written_as_json(void **state)
{
    struct mutants_matrix m = make_matrix(true);
    struct buffer out = {0};
    (void)state;
    add(&m, "x.1", "noop.ok", "a", "noop.ok");
    m.results[0]->diagnosis = "no \xff UTF-8";
    mutants_matrix_json_header(&m, &out);
    mutants_matrix_json_result(m.results[0], &out);
    mutants_matrix_json_scenario(m.scenarios[0], &out);
    struct span rest = buffer_span(&out);
    size_t nlines = 0;
    while (rest.nbytes > 0) {
        struct span line = span_cut(&rest, '\n');
        json_error_t error;
        json_t *json = json_loadb(line.data, line.nbytes, 0, &error);
        assert_non_null(json);
        json_decref(json);
        nlines++;
    }
    assert_int_equal(nlines, 3);
    assert_true(span_starts_with(buffer_span(&out), SPAN_LIT("{\"imapspec-matrix\":1,")));
    assert_true(span_find(buffer_span(&out), SPAN_LIT("\"no \xef\xbf\xbd"
                                                      "FF UTF-8\"")) != SPAN_NPOS);
    assert_true(
        span_ends_with(buffer_span(&out),
                       SPAN_LIT("{\"scenario\":\"a\",\"no-fault\":\"\",\"kills\":[\"x.1\"]}\n")));
    buffer_free(&out);
    mutants_matrix_free(&m);
}

static void it_is_written_for_people(void **state)
{
    static const char *const wanted[] = {
        "2 faults: 1 killed (50 %), 1 by name (50 %), 1 survived\n",
        "| `x.1` | x.1 \\| is wrong | noop.ok | killed | 1 | 1 |\n",
        "| `n` | 0 | never \\| ever |\n",
    };
    struct mutants_matrix m = make_matrix(true);
    struct buffer out = {0};
    (void)state;
    add(&m, "x.1", "noop.ok", "a", "noop.ok");
    add(&m, "x.2", "noop.ok", NULL, NULL);
    mutants_matrix_markdown(&m, &out);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        assert_true(span_find(buffer_span(&out), span_of(wanted[i])) != SPAN_NPOS);
    buffer_clear(&out);
    mutants_matrix_print(&m, true, &out);
    assert_true(span_find(buffer_span(&out), SPAN_LIT("b kills nothing\n")) != SPAN_NPOS);
    assert_true(span_find(buffer_span(&out), SPAN_LIT("n kills nothing\n")) == SPAN_NPOS);
    assert_true(span_find(buffer_span(&out), SPAN_LIT("1 of 3 scenarios kill none")) != SPAN_NPOS);
    buffer_clear(&out);
    mutants_matrix_print(&m, false, &out);
    assert_true(span_find(buffer_span(&out), SPAN_LIT("b kills nothing\n")) == SPAN_NPOS);
    buffer_free(&out);
    mutants_matrix_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_kill),
        cmocka_unit_test(warnings_kill_what_is_graded_so),
        cmocka_unit_test(without_a_fault_nothing_may_fail),
        cmocka_unit_test(whatever_stands_there_is_read),
        cmocka_unit_test(it_holds_when_all_are_killed),
        cmocka_unit_test(a_survivor_or_a_wrong_reason_breaks_it),
        cmocka_unit_test(it_is_written_as_json),
        cmocka_unit_test(it_is_written_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
