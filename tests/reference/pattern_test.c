#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reference/pattern.h"

static const struct {
    const char *pattern;
    const char *name;
    bool matches;
} cases[] = {
    {"FOO*BAR", "FOOBAR", true}, /* the examples of RFC 1176 p.12 */
    {"FOO*BAR", "FOO.BAR", true},
    {"FOO*BAR", "FOOD.ON.THE.BAR", true},
    {"FOO*BAR", "FOOBARX", false},
    {"FOO%BAR", "FOO.BAR", true},
    {"FOO%BAR", "FOOBAR", false},
    {"FOO%BAR", "FOO..BAR", false},
    {"*", "", true},
    {"*", "anything/at.all", true},
    {"%", "", false},
    {"%", "x", true},
    {"%", "/", true},
    {"%", "xy", false},
    {"", "", true},
    {"", "x", false},
    {"x", "", false},
    {"**", "", true},
    {"*%", "", false},
    {"*%", "abc", true},
    {"%*", "a", true},
    {"%%", "ab", true},
    {"%%", "a", false},
    {"a*b*c", "abc", true},
    {"a*b*c", "aXbYbZc", true},
    {"a*b*c", "aXbYbZ", false},
    {"*bar", "foobarbar", true},
    {"*ab%d", "xababcd", true},
    {"foo", "FOO", false},
    {"FOO.BAR", "FOOXBAR", false},
    {"a[b]", "ab", false},
    {"a[b]", "a[b]", true},
    {"a?c", "abc", false},
    {"a\\*", "a*", false},
    {"a\\*", "a\\z", true},
};

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (mail_pattern_matches(span_of(cases[i].pattern), span_of(cases[i].name)) !=
            cases[i].matches)
            fail_msg("pattern '%s' against '%s'", cases[i].pattern, cases[i].name);
}

static void test_octets(void **state)
{
    (void)state;
    assert_true(mail_pattern_matches(SPAN_LIT("a%b"), SPAN_LIT("a\0b")));
    assert_true(mail_pattern_matches(SPAN_LIT("a\0*"), SPAN_LIT("a\0\xff")));
    assert_false(mail_pattern_matches(SPAN_LIT("a\0"), SPAN_LIT("a")));
    assert_true(mail_pattern_matches((struct span){0}, (struct span){0}));
}

/* The definition itself, exponential and obviously right. */
static bool matches_by_definition(struct span p, struct span n)
{
    if (p.nbytes == 0)
        return n.nbytes == 0;
    if (*p.data == '*')
        return matches_by_definition(span_from(p, 1), n) ||
               (n.nbytes > 0 && matches_by_definition(p, span_from(n, 1)));
    return n.nbytes > 0 && (*p.data == '%' || *p.data == *n.data) &&
           matches_by_definition(span_from(p, 1), span_from(n, 1));
}

static struct span random_text(struct rng *rng, const char *alphabet, char *room, size_t limit)
{
    size_t nbytes = rng_below(rng, limit + 1);
    for (size_t i = 0; i < nbytes; i++)
        room[i] = alphabet[rng_below(rng, strlen(alphabet))];
    return span_make(room, nbytes);
}

static void test_against_definition(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(1176);
    for (int i = 0; i < 50000; i++) {
        char pattern_room[8], name_room[10];
        struct span pattern = random_text(&rng, "ab*%", pattern_room, sizeof pattern_room);
        struct span name = random_text(&rng, "ab", name_room, sizeof name_room);
        if (mail_pattern_matches(pattern, name) != matches_by_definition(pattern, name))
            fail_msg("'%.*s' against '%.*s'", SPAN_ARG(pattern), SPAN_ARG(name));
    }
}

static void test_no_blowup(void **state)
{
    (void)state;
    char pattern[101], name[20000];
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i] = i % 2 == 0 ? '*' : 'a';
    pattern[100] = 'b';
    memset(name, 'a', sizeof name);
    assert_false(
        mail_pattern_matches(span_make(pattern, sizeof pattern), span_make(name, sizeof name)));
    assert_true(mail_pattern_matches(span_make(pattern, 100), span_make(name, sizeof name)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_octets),
        cmocka_unit_test(test_against_definition),
        cmocka_unit_test(test_no_blowup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
