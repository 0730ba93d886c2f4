#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "catalogue/catalogue.h"

static const struct catalogue *imap2(void)
{
    const struct catalogue *catalogue = catalogue_of_dialect(SPAN_LIT("imap2"));
    assert_non_null(catalogue);
    return catalogue;
}

static const struct catalogue_requirement *find(const char *id)
{
    const struct catalogue_requirement *requirement = catalogue_find(imap2(), span_of(id));
    assert_non_null(requirement);
    return requirement;
}

static void test_dialects(void **state)
{
    (void)state;
    assert_string_equal(catalogue_dialect(imap2()), "imap2");
    assert_string_equal(catalogue_source(imap2()), "RFC 1176");
    assert_null(catalogue_of_dialect(SPAN_LIT("imap")));
    assert_null(catalogue_of_dialect(SPAN_LIT("imap2bis")));
    assert_null(catalogue_of_dialect(SPAN_LIT("")));
}

/* The figures that head the catalogue's section A. */
static void test_counts_by_side_and_level(void **state)
{
    (void)state;
    static const size_t WANTED[CATALOGUE_NSIDES][CATALOGUE_NLEVELS] = {
        [CATALOGUE_SERVER] = {234, 26, 21},
        [CATALOGUE_CLIENT] = {54, 12, 1},
        [CATALOGUE_BOTH] = {3, 1, 0},
    };
    size_t got[CATALOGUE_NSIDES][CATALOGUE_NLEVELS] = {{0}};
    size_t njudged = 0, nconditional = 0;
    assert_int_equal(catalogue_count(imap2()), 352);
    for (size_t i = 0; i < catalogue_count(imap2()); i++) {
        const struct catalogue_requirement *requirement = catalogue_at(imap2(), i);
        got[requirement->side][requirement->level]++;
        njudged += requirement->is_judged;
        nconditional += requirement->is_conditional;
    }
    assert_memory_equal(got, WANTED, sizeof got);
    assert_int_equal(njudged, 109);
    assert_int_equal(nconditional, 29);
}

static void test_counts_by_group(void **state)
{
    (void)state;
    static const size_t WANTED[] = {15, 33, 11, 16, 43, 32, 35, 28, 16, 41, 20, 15, 22, 17, 8};
    assert_int_equal(catalogue_group_count(imap2()), 15);
    size_t total = 0;
    for (size_t i = 0; i < catalogue_group_count(imap2()); i++) {
        const struct catalogue_group *group = catalogue_group_at(imap2(), i);
        size_t nmembers = 0;
        for (const struct catalogue_requirement *r = catalogue_group_next(imap2(), group, NULL); r;
             r = catalogue_group_next(imap2(), group, r))
            nmembers++;
        assert_int_equal(nmembers, WANTED[i]);
        total += nmembers;
        assert_ptr_equal(catalogue_group_find(imap2(), span_of(group->name)), group);
    }
    assert_int_equal(total, 352);
    assert_string_equal(catalogue_group_at(imap2(), 5)->name, "A.6");
    assert_string_equal(catalogue_group_at(imap2(), 5)->title, "CHECK, EXPUNGE, COPY");
    assert_null(catalogue_group_find(imap2(), SPAN_LIT("A.16")));
}

/* Every ID is found, is itself, is unique and is made of the characters that scenarios allow. */
static void test_every_id_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < catalogue_count(imap2()); i++) {
        const struct catalogue_requirement *requirement = catalogue_at(imap2(), i);
        assert_ptr_equal(find(requirement->id), requirement);
        assert_true(catalogue_has(span_of(requirement->id)));
        bool has_dot = false;
        for (const char *c = requirement->id; *c; c++) {
            has_dot = has_dot || *c == '.';
            assert_true(char_is_lower(*c) || char_is_digit(*c) || *c == '.' || *c == '-');
        }
        assert_true(has_dot);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(catalogue_at(imap2(), k)->id, requirement->id);
    }
}

static void test_unknown_ids(void **state)
{
    (void)state;
    static const char *const UNKNOWN[] = {
        "",       "expunge", "expunge.", "expunge.exam", "expunge.examples", "EXPUNGE.EXAMPLE",
        "zz.top", "aa.aa",   ".",        "B59",          "expunge.example ", "search.key.*"};
    for (size_t i = 0; i < sizeof UNKNOWN / sizeof *UNKNOWN; i++) {
        assert_null(catalogue_find(imap2(), span_of(UNKNOWN[i])));
        assert_false(catalogue_has(span_of(UNKNOWN[i])));
    }
}

static bool is_sentence(const char *text)
{
    return text && strlen(text) >= 3 && text[0] != ' ' && text[strlen(text) - 1] != ' ';
}

/* Pages are those of the RFC's 30, or of RFC 822. */
static void check_place(const char *place)
{
    struct span rest = span_of(place);
    if (span_starts_with(rest, SPAN_LIT("RFC 822 ")))
        return;
    uint32_t page = 0;
    assert_int_equal(number_parse_u32(span_slice(rest, 0, number_digits(rest)), &page), 0);
    assert_in_range(page, 1, 30);
}

static void test_every_entry_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < catalogue_count(imap2()); i++) {
        const struct catalogue_requirement *requirement = catalogue_at(imap2(), i);
        assert_true(is_sentence(requirement->statement));
        assert_true(is_sentence(requirement->test));
        assert_true(is_sentence(requirement->defect));
        assert_non_null(requirement->group);
        check_place(requirement->place);
        assert_int_equal(requirement->is_judged, requirement->judgement != NULL);
        assert_int_equal(requirement->is_conditional, requirement->condition != NULL);
        if (requirement->wording)
            assert_int_equal(requirement->level, CATALOGUE_SHOULD);
        assert_int_equal(requirement->readings[CATALOGUE_READINGS_MAX - 1], 0);
        for (size_t k = 0; requirement->readings[k] != 0; k++) {
            assert_non_null(catalogue_reading(imap2(), requirement->readings[k]));
            assert_true(catalogue_cites(requirement, requirement->readings[k]));
        }
    }
}

/* A text names a reading as "B59": then the entry must cite it, for `explain` to show it. */
static void check_cited(const struct catalogue_requirement *requirement, const char *text)
{
    for (const char *at = text; (at = strchr(at, 'B')) != NULL; at++) {
        size_t ndigits = number_digits(span_of(at + 1));
        uint32_t number = 0;
        bool is_word = at > text && char_is_alnum(at[-1]);
        if (is_word || ndigits == 0 || number_parse_u32(span_make(at + 1, ndigits), &number) != 0)
            continue;
        assert_true(catalogue_cites(requirement, number));
    }
}

static void test_readings_in_texts_are_cited(void **state)
{
    (void)state;
    for (size_t i = 0; i < catalogue_count(imap2()); i++) {
        const struct catalogue_requirement *requirement = catalogue_at(imap2(), i);
        check_cited(requirement, requirement->statement);
        check_cited(requirement, requirement->defect);
        if (requirement->grading)
            check_cited(requirement, requirement->grading);
        if (requirement->judgement)
            check_cited(requirement, requirement->judgement);
    }
}

static void test_readings(void **state)
{
    (void)state;
    assert_int_equal(catalogue_reading_count(imap2()), 122);
    assert_null(catalogue_reading(imap2(), 0));
    assert_null(catalogue_reading(imap2(), 123));
    for (unsigned n = 1; n <= 122; n++) {
        const struct catalogue_reading *reading = catalogue_reading(imap2(), n);
        assert_int_equal(reading->number, n);
        assert_non_null(reading->section);
        assert_true(is_sentence(reading->topic));
        assert_true(is_sentence(reading->adopted));
        assert_non_null(reading->competing);
        assert_non_null(reading->practice);
        /* The words of the adopted text and the verdicts must not contradict each other. */
        if (strstr(reading->adopted, "FAIL"))
            assert_true(reading->verdicts & CATALOGUE_STRICT);
        if (strstr(reading->adopted, "WARN") && !strstr(reading->adopted, "WARN-free"))
            assert_true(reading->verdicts & CATALOGUE_WARN);
        if (strncmp(reading->adopted, "tolerate", 8) == 0)
            assert_true(reading->verdicts & CATALOGUE_TOLERATE);
        if (strncmp(reading->adopted, "observe", 7) == 0)
            assert_true(reading->verdicts & CATALOGUE_OBSERVE);
    }
}

static void test_spot_checks(void **state)
{
    (void)state;
    const struct catalogue_requirement *r = find("expunge.example");
    assert_string_equal(r->group->name, "A.6");
    assert_int_equal(r->level, CATALOGUE_MUST);
    assert_true(catalogue_cites(r, 59));
    assert_string_equal(r->grading, "any order whose arithmetic is right");

    r = find("select.access-text");
    assert_int_equal(r->level, CATALOGUE_SHOULD);
    assert_string_equal(r->wording, "customary");
    assert_string_equal(r->place, "11 Cmd");
    assert_false(r->is_judged);

    r = find("find.selectable");
    assert_true(r->is_conditional);
    assert_string_equal(r->condition, "");
    assert_true(r->is_judged);
    assert_non_null(strstr(r->judgement, "usable by SELECT"));

    r = find("literal.client-waits");
    assert_int_equal(r->side, CATALOGUE_CLIENT);
    assert_string_equal(r->place, "10 Conv; 21 Resp");

    r = find("select.recent-true");
    assert_true(catalogue_cites(r, 55) && catalogue_cites(r, 56) && catalogue_cites(r, 57));
    assert_string_equal(r->condition, "single session");

    const struct catalogue_reading *reading = catalogue_reading(imap2(), 78);
    assert_string_equal(reading->topic, "SINCE");
    assert_string_equal(reading->section->name, "B.5");
    assert_int_equal(reading->verdicts, CATALOGUE_STRICT | CATALOGUE_OBSERVE);
    assert_non_null(strstr(reading->adopted, "D-1 and D+1 strict"));
}

static void test_iteration_by_glob(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        size_t nfits;
    } CASES[] = {
        {"*", 352},        {"search.key.*", 24}, {"expunge.example", 1},
        {"expunge.*", 14}, {"nothing.*", 0},     {"transport.port-1?3", 1},
        {"", 0},           {"EXPUNGE.*", 0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        size_t nfits = 0;
        struct span pattern = span_of(CASES[i].pattern);
        for (const struct catalogue_requirement *r = catalogue_next(imap2(), pattern, NULL); r;
             r = catalogue_next(imap2(), pattern, r)) {
            assert_true(catalogue_glob(pattern, span_of(r->id)));
            nfits++;
        }
        assert_int_equal(nfits, CASES[i].nfits);
    }
}

static void test_glob(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool fits;
    } CASES[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "a.b", true},
        {"a*", "a", true},
        {"a*", "ab.c", true},
        {"a*", "ba", false},
        {"*a", "ba", true},
        {"*a", "ab", false},
        {"a*b*c", "aXbYc", true},
        {"a*b*c", "abcbc", true},
        {"a*b*c", "acb", false},
        {"?", "a", true},
        {"?", "", false},
        {"?", "ab", false},
        {"a?c", "abc", true},
        {"**", "x", true},
        {"*?", "", false},
        {"a.c", "abc", false},
        {"[ab]", "a", false},
        {"*.ok", "login.ok", true},
        {"LOGIN.*", "login.ok", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        assert_int_equal(catalogue_glob(span_of(CASES[i].pattern), span_of(CASES[i].text)),
                         CASES[i].fits);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(catalogue_level_name(CATALOGUE_MUST), "must");
    assert_string_equal(catalogue_level_name(CATALOGUE_SHOULD), "should");
    assert_string_equal(catalogue_level_name(CATALOGUE_MAY), "may");
    assert_string_equal(catalogue_side_name(CATALOGUE_SERVER), "server");
    assert_string_equal(catalogue_side_name(CATALOGUE_CLIENT), "client");
    assert_string_equal(catalogue_side_name(CATALOGUE_BOTH), "both");
    struct buffer out = {0};
    catalogue_verdicts_write(CATALOGUE_STRICT | CATALOGUE_OBSERVE, &out);
    buffer_append_byte(&out, '|');
    catalogue_verdicts_write(CATALOGUE_WARN | CATALOGUE_TOLERATE, &out);
    buffer_append_byte(&out, '|');
    catalogue_verdicts_write(CATALOGUE_UNSCORED, &out);
    assert_true(span_is(buffer_span(&out), "strict, observe|warn, tolerate|unscored"));
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dialects),
        cmocka_unit_test(test_counts_by_side_and_level),
        cmocka_unit_test(test_counts_by_group),
        cmocka_unit_test(test_every_id_is_found),
        cmocka_unit_test(test_unknown_ids),
        cmocka_unit_test(test_every_entry_is_whole),
        cmocka_unit_test(test_readings_in_texts_are_cited),
        cmocka_unit_test(test_readings),
        cmocka_unit_test(test_spot_checks),
        cmocka_unit_test(test_iteration_by_glob),
        cmocka_unit_test(test_glob),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
