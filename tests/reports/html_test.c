#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reports/digest.h"
#include "reports/html.h"
#include "reports/html_text.h"
#include "sample_helper.h"

/* ---- texts ---- */

static void texts_cannot_be_markup(void **state)
{
    (void)state;
    static const struct {
        const char *text, *html;
        size_t nbytes; /* 0: up to its end */
    } ROWS[] = {
        {"plain text\n\twith lines", "plain text\n\twith lines", 0},
        {"</script><b id=\"x\" a='y'>&amp;",
         "&lt;/script&gt;&lt;b id=&#34;x&#34; a=&#39;y&#39;&gt;&amp;amp;", 0},
        {"a\0b", "a\\x00b", 3},
        {"\r\n\x1b[2J\x7f", "\\x0d\n\\x1b[2J\\x7f", 0},
        {"gr\xc3\xbc\xc3\x9f \xe2\x86\x92 \xf0\x9f\x98\x80",
         "gr\xc3\xbc\xc3\x9f \xe2\x86\x92 \xf0\x9f\x98\x80", 0},
        {"\xff\xc3\xe2\x86", "\\xff\\xc3\\xe2\\x86", 0},
        {"\xc0\xbc", "\\xc0\\xbc", 0}, /* an overlong `<` */
        {"a\xe2\x80\xae"
         "b\xe2\x80\xa8",
         "a\\xe2\\x80\\xaeb\\xe2\\x80\\xa8", 0}, /* directions, lines */
        {"\xc2\x85\xef\xbb\xbf\xf3\xa0\x80\x81", "\\xc2\\x85\\xef\\xbb\\xbf\\xf3\\xa0\\x80\\x81",
         0},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct buffer out = {0};
        struct span text =
            ROWS[i].nbytes > 0 ? span_make(ROWS[i].text, ROWS[i].nbytes) : span_of(ROWS[i].text);
        html_text(&out, text);
        char *html = buffer_take_text(&out);
        assert_string_equal(html, ROWS[i].html);
        free(html);
    }
}

static void prose_has_code_and_readings(void **state)
{
    (void)state;
    static const struct {
        const char *text, *html;
    } ROWS[] = {
        {"see `a < b` and B59.", "see <code>a &lt; b</code> and <a href=\"#b59\">B59</a>."},
        {"`B59` is octets", "<code>B59</code> is octets"},
        {"AB59 B B1234 B5x B7", "AB59 B B1234 B5x <a href=\"#b7\">B7</a>"},
        {"never `closed", "never <code>closed</code>"},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct buffer out = {0};
        html_prose(&out, ROWS[i].text);
        char *html = buffer_take_text(&out);
        assert_string_equal(html, ROWS[i].html);
        free(html);
    }
}

static void anchors_are_names(void **state)
{
    (void)state;
    struct arena arena = {0};
    assert_string_equal(html_anchor("r", "expunge.last-five", 3, &arena), "r-expunge.last-five");
    assert_string_equal(html_anchor("r", "a b", 3, &arena), "r_3");
    assert_string_equal(html_anchor("r", "\"><script>", 4, &arena), "r_4");
    assert_string_equal(html_anchor("r", "", 5, &arena), "r_5");
    arena_free(&arena);
}

static void digests_are_those_of_the_standard(void **state)
{
    (void)state;
    static const struct {
        const char *text, *source;
    } ROWS[] = {
        {"", "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
        {"abc", "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "sha256-JI1qYdIGOLjlwCaTDD5gOaM85Flk/yFn9uzt1BnbBsE="},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct buffer out = {0};
        digest_source_write(span_of(ROWS[i].text), &out);
        char *source = buffer_take_text(&out);
        assert_string_equal(source, ROWS[i].source);
        free(source);
    }
}

/* ---- pages ---- */

static char *page_of(const struct result_run *const *runs, size_t nruns,
                     const struct report_facts *facts, enum html_logs logs)
{
    struct html_options options = {.logs = logs};
    struct buffer out = {0};
    result_html_write(runs, nruns, facts, &options, &out);
    return buffer_take_text(&out);
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        n++;
    return n;
}

static void assert_has(const char *page, const char *text)
{
    if (strstr(page, text) == NULL)
        fail_msg("the page lacks: %s", text);
}

static struct report_facts sample_facts(void)
{
    static struct facts_group groups[] = {{"A.6", "CHECK, EXPUNGE, COPY"}};
    static const uint16_t readings_of[] = {59};
    static struct facts_requirement requirements[] = {
        {.id = "resp.expunge",
         .page = "18 Resp",
         .group = "A.6",
         .side = "server",
         .level = "must",
         .statement = "`n EXPUNGE` names one existing message.",
         .test = "See B59.",
         .defect = "Numbers of before.",
         .readings = readings_of,
         .nreadings = 1},
        {.id = "expunge.secret",
         .page = "13 Cmd",
         .group = "A.6",
         .side = "server",
         .level = "may",
         .statement = "Nobody can see it.",
         .untestable = "it does not show on the wire"},
    };
    static struct facts_reading readings[] = {
        {59, "Order of EXPUNGE lines", "up; down", "down", "both are taken", "tolerate"}};
    static const char *const covers[] = {"resp.expunge"};
    static const char *const breaks[] = {"resp.expunge", "unknown.one"};
    static struct facts_fault faults[] = {{"expunge.old-numbers", "tells old numbers", breaks, 2}};
    static struct facts_scenario scenarios[] = {{.id = "expunge.example",
                                                 .claim = "the last five of nine are removed",
                                                 .file = "scripts/imap2/server/expunge/example.scn",
                                                 .line = 4,
                                                 .side = "server",
                                                 .covers = covers,
                                                 .ncovers = 1}};
    scenarios[0].text = SPAN_LIT("scenario expunge.example \"the <last>\" {\n  C: @ EXPUNGE\n}\n");
    return (struct report_facts){"RFC 1176", groups,    1, requirements, 2, readings,
                                 1,          scenarios, 1, faults,       1};
}

static void a_page_tells_all(void **state)
{
    (void)state;
    struct result_case failed = sample_case(RESULT_FAIL);
    struct result_match matches[] = {{2, 5}};
    failed.matches = matches;
    failed.nmatches = 1;
    struct result_case *cases[] = {&failed};
    struct result_run run = {
        .header = sample_header(), .cases = cases, .ncases = 1, .is_cut = true};
    const struct result_run *runs[] = {&run};
    struct report_facts facts = sample_facts();
    char *page = page_of(runs, 1, &facts, HTML_LOGS_SOME);
    assert_has(page, "the run was cut short");
    assert_has(page, "<code>n EXPUNGE</code> names one existing message.");
    assert_has(page, "<tr><th scope=row><a href=\"#r-resp.expunge\">resp.expunge</a>");
    assert_has(page, "<td class=f><a href=#e1>fail</a>");
    assert_has(page, "<a href=#b59>B59</a> <i>Order of EXPUNGE lines</i> Adopted: both are taken");
    assert_has(page, "<code>expunge.old-numbers</code> tells old numbers");
    assert_has(page, "it does not show on the wire");
    /* the scenario with the numbers of its lines, the log with those that they met */
    assert_has(page,
               "   4 scenario expunge.example &#34;the &lt;last&gt;&#34; {\n   5   C: @ EXPUNGE\n");
    assert_has(page, "   5 C: a1 EXPUNGE\n");
    assert_has(page, "  14!S: * 10 EXPUNGE\n");
    assert_has(page, "* 10 EXPUNGE\nand \\x1b[2J more\\xff");
    assert_null(strchr(page, 0x1b));
    assert_int_equal(count(page, "<script"), 1);
    assert_int_equal(count(page, "http"),
                     count(page, "http-equiv") + count(page, "http://www.w3.org/2000/svg"));
    free(page);
}

/* Without the catalogue, the page says what the results say. */
static void a_page_needs_no_facts(void **state)
{
    (void)state;
    struct result_case failed = sample_case(RESULT_FAIL);
    struct result_case *cases[] = {&failed};
    struct result_run run = {.header = sample_header(), .cases = cases, .ncases = 1};
    const struct result_run *runs[] = {&run};
    char *page = page_of(runs, 1, NULL, HTML_LOGS_SOME);
    assert_has(page, "expunge.removes-deleted");
    assert_has(page, "Messages flagged deleted are removed.");
    assert_has(page, "Its text is not at hand.");
    free(page);
    page = page_of(NULL, 0, NULL, HTML_LOGS_ALL);
    assert_has(page, "</html>");
    free(page);
    struct result_case empty = {.verdict = RESULT_PASS}; /* all texts NULL */
    struct result_case *nothing[] = {&empty};
    struct result_run bare = {.cases = nothing, .ncases = 1};
    const struct result_run *two[] = {&bare, &bare};
    page = page_of(two, 2, NULL, HTML_LOGS_ALL);
    assert_has(page, "</html>");
    free(page);
}

static void logs_are_shown_as_asked(void **state)
{
    (void)state;
    static const struct {
        enum html_logs logs;
        size_t nshown;
    } ROWS[] = {{HTML_LOGS_SOME, 2}, {HTML_LOGS_FAILURES, 1}, {HTML_LOGS_ALL, 4}};
    struct result_case a = sample_case(RESULT_PASS), b = sample_case(RESULT_PASS);
    struct result_case c = sample_case(RESULT_FAIL), d = sample_case(RESULT_PASS);
    a.id = "a";
    b.id = "b";
    c.id = "c";
    d.id = "d";
    b.log = "0.000 S: another\n";
    struct result_case *cases[] = {&a, &b, &c, &d};
    struct result_run run = {.header = sample_header(), .cases = cases, .ncases = 4};
    const struct result_run *runs[] = {&run};
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        char *page = page_of(runs, 1, NULL, ROWS[i].logs);
        assert_int_equal(count(page, "<details class=ev "), ROWS[i].nshown);
        if (ROWS[i].logs == HTML_LOGS_ALL) /* d's log is a's */
            assert_int_equal(count(page, "data-same="), 1);
        free(page);
    }
}

/* Whatever the texts hold, tags stay those that the writer has made. */
static void random_results_stay_text(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(1);
    struct arena arena = {0};
    struct result_case *cases[40];
    for (size_t i = 0; i < 40; i++)
        cases[i] = sample_random_case(&rng, &arena);
    struct result_run run = {.header = sample_header(), .cases = cases, .ncases = 40};
    const struct result_run *runs[] = {&run, &run};
    struct report_facts facts = sample_facts();
    char *page = page_of(runs, 2, &facts, HTML_LOGS_ALL);
    assert_int_equal(count(page, "<script"), 1);
    assert_int_equal(count(page, "</script"), 1);
    for (const char *c = page; *c != '\0'; c++)
        assert_true((unsigned char)*c >= 0x20 || *c == '\n' || *c == '\t');
    free(page);
    arena_free(&arena);
}

/* The worst of 400 cases and 8 targets: none passes. A page of these stays below 5 MB. */
static void many_failures_make_no_monster(void **state)
{
    (void)state;
    enum { NCASES = 400, NRUNS = 8 };
    struct arena arena = {0};
    struct report_facts facts = sample_facts();
    const struct result_run *runs[NRUNS];
    for (size_t r = 0; r < NRUNS; r++) {
        struct result_run *run = arena_alloc(&arena, sizeof *run);
        run->header = sample_header();
        run->header.target = arena_printf(&arena, "target-%zu", r);
        run->cases = arena_array(&arena, NCASES, sizeof *run->cases);
        run->ncases = NCASES;
        for (size_t i = 0; i < NCASES; i++) {
            struct buffer log = {0};
            run->cases[i] = arena_alloc(&arena, sizeof **run->cases);
            *run->cases[i] = sample_case(RESULT_FAIL);
            run->cases[i]->scenario = arena_printf(&arena, "area.scenario-%zu", i / 3);
            run->cases[i]->id = arena_printf(&arena, "area.scenario-%zu/axis=%zu", i / 3, i);
            for (unsigned k = 0; k < 30; k++)
                buffer_printf(&log, "0.0%02u S: * %zu FETCH (FLAGS ())\n", k, i * 10 + r);
            run->cases[i]->log = arena_text(&arena, buffer_span(&log));
            buffer_free(&log);
        }
        runs[r] = run;
    }
    char *page = page_of(runs, NRUNS, &facts, HTML_LOGS_SOME);
    assert_true(strlen(page) < 5000000);
    free(page);
    arena_free(&arena);
}

static void a_badge_counts_what_must_be_met(void **state)
{
    (void)state;
    struct result_case failed = sample_case(RESULT_FAIL);
    struct result_case *cases[] = {&failed};
    struct result_run run = {.header = sample_header(), .cases = cases, .ncases = 1};
    struct report_facts facts = sample_facts();
    struct buffer out = {0};
    run.header.target = "a<b>";
    result_badge_write(&run, &facts, &out);
    char *svg = buffer_take_text(&out);
    assert_has(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\"");
    assert_has(svg, "a&lt;b&gt;: 1 of 2 MUST of RFC 1176 are met");
    free(svg);
    run.ncases = 0;
    result_badge_write(&run, &facts, &out);
    svg = buffer_take_text(&out);
    assert_has(svg, "not judged");
    free(svg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_cannot_be_markup),
        cmocka_unit_test(prose_has_code_and_readings),
        cmocka_unit_test(anchors_are_names),
        cmocka_unit_test(digests_are_those_of_the_standard),
        cmocka_unit_test(a_page_tells_all),
        cmocka_unit_test(a_page_needs_no_facts),
        cmocka_unit_test(logs_are_shown_as_asked),
        cmocka_unit_test(random_results_stay_text),
        cmocka_unit_test(many_failures_make_no_monster),
        cmocka_unit_test(a_badge_counts_what_must_be_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
