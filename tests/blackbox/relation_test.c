#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blackbox/relation.h"

static unsigned number_of_name(const char *name)
{
    for (unsigned i = 1; i <= plan_nrelations(); i++)
        if (strcmp(plan_relation(i)->name, name) == 0)
            return i;
    fail_msg("no relation %s", name);
    return 0;
}

/* Says all commands of the relation, each answered with these lines and OK, but for one. */
static void play(struct relation *relation, const char *const *lines, unsigned refused)
{
    for (unsigned i = 0; relation->what->commands[i] != NULL; i++) {
        struct buffer command = {0};
        assert_false(relation_is_over(relation));
        buffer_printf(&command, "zr%u %s\r\n", i + 1, relation->what->commands[i]);
        relation_hear(relation, buffer_span(&command), span_of(lines[i]));
        assert_true(relation_answered(relation, buffer_span(&command), i + 1 != refused));
        buffer_free(&command);
    }
    assert_true(relation_is_over(relation));
}

static void answers_are_held_against_each_other(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *lines[3];
        unsigned refused, number;
        const char *wanted;
    } rows[] = {
        {"search-all", {"* SEARCH 1 2 3\r\n"}, 0, 0, ""},
        {"search-all", {"* SEARCH 3 1\r\n* SEARCH 2\r\n"}, 0, 0, ""},
        {"search-all", {"* SEARCH 1 3\r\n"}, 0, 1, "* SEARCH 1 2 3"},
        {"search-all", {"* SEARCH 1 2 2 3\r\n"}, 0, 1, "* SEARCH 1 2 3"},
        {"search-all", {"* SEARCH 1 3\r\n"}, 1, 0, ""},
        {"search-all", {"* SEARCH 1 2 3 4\r\n* 4 EXISTS\r\n"}, 0, 0, ""},
        {"search-all", {"* SEARCH one\r\n"}, 0, 0, ""},
        {"seen", {"* SEARCH 2\r\n", "* SEARCH 1 3\r\n"}, 0, 0, ""},
        {"seen", {"* SEARCH 2\r\n", "* SEARCH 1\r\n"}, 0, 2, "* SEARCH 1 3"},
        {"seen", {"* SEARCH 2\r\n", "* SEARCH 1 2 3\r\n"}, 0, 2, "* SEARCH 1 3"},
        {"seen", {"* SEARCH 2\r\n", "* 1 EXPUNGE\r\n* SEARCH 1\r\n"}, 0, 0, ""},
        {"letters", {"* SEARCH 1\r\n", "* SEARCH 1\r\n", "* SEARCH 1\r\n"}, 0, 0, ""},
        {"letters", {"* SEARCH 1\r\n", "", "* SEARCH 1\r\n"}, 0, 2, "* SEARCH 1"},
        {"letters", {"", "", "* SEARCH 1\r\n"}, 0, 3, "* SEARCH"},
        {"letters", {"* SEARCH 1\r\n", "", "* SEARCH 1\r\n"}, 2, 0, ""},
        {"fetched-list", {"* 1 FETCH (a)\r\n* 2 FETCH (b)\r\n", "* 1 FETCH (a)\r\n", ""}, 0, 0, ""},
        {"fetched-list", {"* 1 FETCH (a)\r\n", "* 1 FETCH (a)\r\n", "* 2 FETCH (b)\r\n"}, 0, 3, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct relation relation = relation_of(number_of_name(rows[i].name));
        struct buffer wanted = {0};
        const uint32_t exists = 3;
        play(&relation, rows[i].lines, rows[i].refused);
        assert_int_equal(relation_judge(&relation, &exists, &wanted), rows[i].number);
        assert_true(span_equal(buffer_span(&wanted), span_of(rows[i].wanted)));
        assert_false(relation_is_over(&relation));
        buffer_free(&wanted);
        relation_free(&relation);
    }
}

static void without_a_known_mailbox_nothing_is_judged(void **state)
{
    (void)state;
    struct relation relation = relation_of(number_of_name("search-all"));
    struct buffer wanted = {0};
    const uint32_t too_many = 100000;
    play(&relation, (const char *[3]){"* SEARCH 1\r\n"}, 0);
    assert_int_equal(relation_judge(&relation, NULL, &wanted), 0);
    play(&relation, (const char *[3]){"* SEARCH 1\r\n"}, 0);
    assert_int_equal(relation_judge(&relation, &too_many, &wanted), 0);
    play(&relation, (const char *[3]){"* SEARCH\r\n"}, 1);
    assert_int_equal(relation_judge(&relation, &(const uint32_t){1}, &wanted), 0);
    play(&relation, (const char *[3]){"* SEARCH 1\r\n"}, 0);
    assert_int_equal(relation_judge(&relation, &(const uint32_t){1}, &wanted), 0);
    relation_free(&relation);
}

/* The same tag may be another command's, and the same command another tag's. */
static void only_its_own_commands_count(void **state)
{
    (void)state;
    struct relation relation = relation_of(number_of_name("seen"));
    static const char *const others[] = {
        "zr1 NOOP\r\n", "zr2 SEARCH SEEN\r\n", "zr12 SEARCH SEEN\r\n", "ZR1 SEARCH SEEN\r\n",
        "zr",           "zr1 SEARCH SEEN",     "a1 SEARCH SEEN\r\n",   "",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        relation_hear(&relation, span_of(others[i]), SPAN_LIT("* SEARCH 1\r\n"));
        assert_false(relation_answered(&relation, span_of(others[i]), true));
        assert_int_equal(relation.lines[0].nbytes + relation.lines[1].nbytes, 0);
    }
    struct relation none = relation_of(0);
    assert_false(relation_answered(&none, SPAN_LIT("zr1 SEARCH SEEN\r\n"), true));
    assert_false(relation_is_over(&none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_held_against_each_other),
        cmocka_unit_test(without_a_known_mailbox_nothing_is_judged),
        cmocka_unit_test(only_its_own_commands_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
