#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "maildir_helper.h"
#include "reference/maildir_batch.h"
#include "reference/maildir_file.h"
#include "reference/store.h"

struct place {
    char *root, *maildir;
    struct maildir_dir dir;
    int64_t last_us;
    struct maildir_batch batch;
};

static int set_up(void **state)
{
    struct place *place = mem_alloc(sizeof *place);
    place->root = maildir_temporary();
    place->maildir = maildir_join(place->root, "box");
    maildir_make(place->maildir);
    ENSURE(maildir_dir_open(place->maildir, &place->dir) == MAIL_OK);
    place->batch =
        (struct maildir_batch){.dir = &place->dir, .last_us = &place->last_us, .is_synced = true};
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    maildir_batch_free(&place->batch);
    maildir_dir_close(&place->dir);
    maildir_remove_tree(place->root);
    free(place->root);
    free(place->maildir);
    free(place);
    return 0;
}

static void assert_counts(const struct place *place, size_t in_tmp, size_t in_new, size_t in_cur)
{
    assert_int_equal(maildir_count(place->maildir, "tmp"), in_tmp);
    assert_int_equal(maildir_count(place->maildir, "new"), in_new);
    assert_int_equal(maildir_count(place->maildir, "cur"), in_cur);
}

static void add(struct place *place, const char *text, bool is_old)
{
    struct maildir_batch_place where = {.is_old = is_old};
    assert_int_equal(maildir_batch_add_octets(&place->batch, span_of(text), 1, where), 0);
}

static void test_commit(void **state)
{
    struct place *place = *state;
    add(place, "one", false);
    add(place, "two", true);
    maildir_put(place->maildir, "cur/1.a:2,S", "three", 3);
    struct maildir_batch_place flagged = {.flags = {.system = MAIL_FLAGGED}};
    assert_int_equal(maildir_batch_add_link(&place->batch, place->dir.cur, "1.a:2,S", flagged), 0);
    assert_counts(place, 3, 0, 1);
    assert_int_equal(maildir_batch_commit(&place->batch), 0);
    assert_counts(place, 0, 2, 2);
    char *names = maildir_listing(place->maildir, "new");
    assert_true(span_ends_with(span_of(names), SPAN_LIT(":2,F\n")));
    free(names);
}

static void test_abandoned(void **state)
{
    struct place *place = *state;
    add(place, "one", false);
    add(place, "two", false);
    maildir_batch_free(&place->batch);
    assert_counts(place, 0, 0, 0);
}

static void test_failed_add(void **state)
{
    struct place *place = *state;
    struct maildir_batch_place where = {0};
    add(place, "one", false);
    assert_int_equal(maildir_batch_add_link(&place->batch, place->dir.cur, "none", where), -1);
    assert_counts(place, 1, 0, 0);
    assert_int_equal(maildir_batch_commit(&place->batch), 0);
    assert_counts(place, 0, 1, 0);
}

/* The third rename fails: the first two are taken back. */
static void test_failed_commit(void **state)
{
    struct place *place = *state;
    add(place, "one", false);
    add(place, "two", true);
    char *before = maildir_listing(place->maildir, "tmp");
    add(place, "three", false);
    char *after = maildir_listing(place->maildir, "tmp");
    struct span third = span_trim(span_from(span_of(after), strlen(before)));
    char *name = mem_copy_text(third.data, third.nbytes);
    char *path = maildir_join("tmp", name);
    maildir_delete(place->maildir, path);
    assert_int_equal(maildir_batch_commit(&place->batch), -1);
    assert_counts(place, 2, 0, 0);
    maildir_batch_free(&place->batch);
    assert_counts(place, 0, 0, 0);
    free(before);
    free(after);
    free(name);
    free(path);
}

static void test_nothing_is_overwritten(void **state)
{
    struct place *place = *state;
    maildir_put(place->maildir, "cur/a", "a", 1);
    maildir_put(place->maildir, "cur/b", "b", 1);
    assert_int_equal(maildir_file_move(place->dir.cur, "a", place->dir.cur, "b"), -1);
    char *b = maildir_content(place->maildir, "cur/b");
    assert_string_equal(b, "b");
    free(b);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_commit),
        TEST(test_abandoned),
        TEST(test_failed_add),
        TEST(test_failed_commit),
        TEST(test_nothing_is_overwritten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
