/* Mailboxes as all stores keep them: the list, identities, the log of changes, keywords, content.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "reference/store_memory.h"

#define FRED SPAN_LIT("fred")
#define INBOX SPAN_LIT("INBOX")

struct boxed {
    struct mail_store *store;
    struct mail_box *box;
};

static struct boxed open_inbox(size_t nmessages)
{
    struct boxed b = {.store = mail_store_memory_new()};
    struct mail_content *content = mail_content_new(SPAN_LIT("Subject: x\r\n\r\ntext\r\n"));
    for (size_t i = 0; i < nmessages; i++) {
        struct mail_delivery delivery = {.content = content};
        assert_int_equal(b.store->ops->deliver(b.store, FRED, MAIL_MAILBOX, INBOX, &delivery),
                         MAIL_OK);
    }
    mail_content_drop(&content);
    bool is_writable = false;
    assert_int_equal(b.store->ops->open(b.store, FRED, MAIL_MAILBOX, INBOX, &b.box, &is_writable),
                     MAIL_OK);
    assert_true(is_writable);
    assert_int_equal(b.box->nmessages, nmessages);
    return b;
}

static void close_inbox(struct boxed *b)
{
    mail_box_close(&b->box);
    mail_store_free(&b->store);
}

static void set_seen(struct mail_box *box, size_t index, bool is_seen)
{
    mail_box_note_flags(box, box->messages[index],
                        (struct mail_flags){.system = is_seen ? MAIL_SEEN : 0});
}

static void expect_changes(struct mail_box *box, struct mail_watch *watch, const char *expected)
{
    const uint64_t *ids;
    size_t n;
    struct buffer text = {0};
    if (!mail_box_changes(box, watch, &ids, &n)) {
        buffer_append_text(&text, "all");
        n = 0;
    }
    for (size_t i = 0; i < n; i++)
        buffer_printf(&text, "%s%u", i == 0 ? "" : " ", (unsigned)ids[i]);
    if (!span_is(buffer_span(&text), expected))
        print_message("expected %s, got %.*s\n", expected, SPAN_ARG(buffer_span(&text)));
    assert_true(span_is(buffer_span(&text), expected));
    buffer_free(&text);
}

static void test_list_and_identities(void **state)
{
    (void)state;
    struct boxed b = open_inbox(6);
    struct mail_message *kept = mail_message_hold(b.box->messages[2]);
    struct mail_message *removed[] = {b.box->messages[0], b.box->messages[2], b.box->messages[5]};
    assert_int_equal(b.store->ops->expunge(b.box, removed, 3), MAIL_OK);
    assert_int_equal(b.box->nmessages, 3);
    assert_int_equal(b.box->messages[0]->id, 2);
    assert_int_equal(b.box->messages[1]->id, 4);
    assert_int_equal(b.box->messages[2]->id, 5);
    assert_true(kept->is_removed);
    struct mail_content *content;
    assert_int_equal(mail_message_load(b.box, kept, &content), MAIL_OK);
    assert_true(span_is(mail_content_text(content), "text\r\n"));
    mail_message_unload(b.box, kept);
    assert_int_equal(b.store->ops->set_flags(b.box, kept, (struct mail_flags){MAIL_SEEN, 0}),
                     MAIL_GONE);
    mail_message_drop(b.box, kept);
    assert_int_equal(mail_box_add(b.box)->id, 7);
    close_inbox(&b);
}

static void test_log(void **state)
{
    (void)state;
    struct boxed b = open_inbox(3);
    struct mail_watch one, two;
    set_seen(b.box, 0, true);
    mail_box_watch(b.box, &one);
    expect_changes(b.box, &one, "");
    set_seen(b.box, 1, true);
    set_seen(b.box, 1, true);
    mail_box_watch(b.box, &two);
    set_seen(b.box, 2, true);
    set_seen(b.box, 1, false);
    expect_changes(b.box, &one, "2 3 2");
    expect_changes(b.box, &one, "");
    mail_box_remove(b.box, &(struct mail_message *){b.box->messages[0]}, 1);
    expect_changes(b.box, &two, "3 2 1");
    mail_box_unwatch(b.box, &two);
    expect_changes(b.box, &one, "1");
    expect_changes(b.box, &one, "");
    mail_box_unwatch(b.box, &one);
    assert_int_equal(b.box->nlog, 0);
    close_inbox(&b);
}

static void test_watches_leave_in_any_order(void **state)
{
    (void)state;
    struct boxed b = open_inbox(3);
    struct mail_watch watches[4];
    const int order[] = {1, 3, 0, 2}; /* from the middle, the head, the end, the last */
    for (int i = 0; i < 4; i++)
        mail_box_watch(b.box, &watches[i]);
    for (int i = 0; i < 4; i++) {
        set_seen(b.box, 0, i % 2 == 0);
        for (int k = i; k < 4; k++)
            expect_changes(b.box, &watches[order[k]], "1");
        mail_box_unwatch(b.box, &watches[order[i]]);
    }
    assert_null(b.box->watches);
    set_seen(b.box, 1, true);
    assert_int_equal(b.box->nlog, 0);
    close_inbox(&b);
}

/* One who never looks costs no memory: sooner or later he has to look at all messages. */
static void test_log_is_bounded(void **state)
{
    (void)state;
    struct boxed b = open_inbox(2);
    struct mail_watch idle, busy;
    mail_box_watch(b.box, &idle);
    mail_box_watch(b.box, &busy);
    for (int i = 0; i < 100000; i++) {
        set_seen(b.box, 0, i % 2 == 0);
        set_seen(b.box, 1, i % 2 == 0);
        expect_changes(b.box, &busy, "1 2");
    }
    assert_in_range(b.box->log_capacity, 1, 4096);
    expect_changes(b.box, &idle, "all");
    expect_changes(b.box, &idle, "");
    set_seen(b.box, 1, true);
    expect_changes(b.box, &idle, "2");
    expect_changes(b.box, &busy, "2");
    /* A short lag is no loss when the log is cut. */
    for (int i = 0; i < 3000; i++) {
        set_seen(b.box, 0, i % 2 == 1);
        if (i % 10 == 0) {
            const uint64_t *ids;
            size_t n;
            assert_true(mail_box_changes(b.box, &idle, &ids, &n));
            assert_true(mail_box_changes(b.box, &busy, &ids, &n));
        }
    }
    mail_box_unwatch(b.box, &idle);
    mail_box_unwatch(b.box, &busy);
    close_inbox(&b);
}

/* Whose watch has messages gets hold of those that are removed, and of no others. */
static void test_removed_are_held_for_watches(void **state)
{
    (void)state;
    struct boxed b = open_inbox(5);
    struct mail_watch all, some, none;
    mail_box_watch(b.box, &all);
    mail_box_watch(b.box, &some);
    mail_box_watch(b.box, &none);
    all.last_id = 5;
    some.last_id = 3;
    struct mail_message *removed[] = {b.box->messages[1], b.box->messages[3]};
    struct mail_message *kept = b.box->messages[2];
    mail_box_remove(b.box, removed, 2);
    assert_int_equal(all.nremoved, 2);
    assert_int_equal(some.nremoved, 1);
    assert_int_equal(none.nremoved, 0);
    assert_int_equal(removed[0]->references, 2);
    assert_int_equal(removed[1]->references, 1);
    assert_int_equal(kept->references, 1);
    mail_message_drop(b.box, removed[0]);
    mail_message_drop(b.box, removed[1]);
    assert_int_equal(removed[0]->id, 2);
    mail_message_drop(b.box, removed[0]);
    mail_box_unwatch(b.box, &all);
    mail_box_unwatch(b.box, &some);
    mail_box_unwatch(b.box, &none);
    close_inbox(&b);
}

static void test_new_are_counted(void **state)
{
    (void)state;
    struct boxed b = open_inbox(4);
    assert_int_equal(b.box->nnew, 4);
    assert_int_equal(b.store->ops->claim(b.box, b.box->messages, 2), MAIL_OK);
    assert_int_equal(b.store->ops->claim(b.box, b.box->messages, 2), MAIL_OK);
    assert_int_equal(b.box->nnew, 2);
    mail_box_remove(b.box, &(struct mail_message *){b.box->messages[3]}, 1);
    assert_int_equal(b.box->nnew, 1);
    struct mail_message *copied = b.box->messages[0];
    assert_int_equal(b.store->ops->append(b.store, FRED, INBOX, b.box, &copied, 1), MAIL_OK);
    assert_int_equal(b.box->nnew, 2);
    close_inbox(&b);
}

static void test_keywords(void **state)
{
    (void)state;
    struct boxed b = open_inbox(0);
    assert_int_equal(mail_box_add_keyword(b.box, SPAN_LIT("Todo")), 0);
    assert_int_equal(mail_box_add_keyword(b.box, SPAN_LIT("TODO")), 0);
    assert_int_equal(mail_box_add_keyword(b.box, SPAN_LIT("two words")), -1);
    assert_int_equal(mail_box_add_keyword(b.box, SPAN_LIT("\\Seen")), -1);
    assert_int_equal(mail_box_add_keyword(b.box, SPAN_LIT("")), -1);
    for (int i = 1; i < MAIL_KEYWORDS_MAX; i++) {
        char name[8];
        (void)snprintf(name, sizeof name, "k%d", i);
        assert_int_equal(mail_box_add_keyword(b.box, span_of(name)), i);
    }
    assert_int_equal(mail_box_add_keyword(b.box, SPAN_LIT("onemore")), -1);
    assert_int_equal(mail_box_find_keyword(b.box, SPAN_LIT("K29")), 29);
    assert_int_equal(mail_box_find_keyword(b.box, SPAN_LIT("onemore")), -1);
    struct mail_box other;
    mail_box_init(&other, b.store, MAIL_MAILBOX, SPAN_LIT("other"));
    assert_int_equal(mail_box_add_keyword(&other, SPAN_LIT("K2")), 0);
    assert_int_equal(mail_keywords_map(b.box, UINT32_C(1) << 29 | 4 | 1, &other), 7);
    assert_string_equal(other.keywords[1], "Todo");
    assert_string_equal(other.keywords[2], "k29");
    mail_box_clear(&other);
    close_inbox(&b);
}

static void test_content(void **state)
{
    (void)state;
    static const struct {
        const char *lines, *header, *text;
    } cases[] = {
        {"A: b\n\ntext\n", "A: b\r\n\r\n", "text\r\n"},
        {"A: b\r\n\ntext\r\nmore", "A: b\r\n\r\n", "text\r\nmore"},
        {"A: b\n", "A: b\r\n", ""},
        {"A: b\n\n", "A: b\r\n\r\n", ""},
        {"\ntext\n", "\r\n", "text\r\n"},
        {"", "", ""},
        {"A: b\r\r\n\n\n", "A: b\r\r\n\r\n", "\r\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mail_content *content = mail_content_new_from_lines(span_of(cases[i].lines));
        assert_true(span_is(mail_content_header(content), cases[i].header));
        assert_true(span_is(mail_content_text(content), cases[i].text));
        struct span envelope = mail_content_envelope(content);
        assert_true(span_is(envelope, "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"));
        assert_ptr_equal(mail_content_envelope(content).data, envelope.data);
        struct mail_content *again = mail_content_hold(content);
        mail_content_drop(&content);
        assert_null(content);
        assert_true(span_is(mail_content_header(again), cases[i].header));
        mail_content_drop(&again);
        mail_content_drop(&again);
    }
}

static void test_memory_errors(void **state)
{
    (void)state;
    struct boxed b = open_inbox(1);
    const struct mail_store_ops *ops = b.store->ops;
    struct mail_box_spec spec = {0};
    struct mail_delivery delivery = {.octets = SPAN_LIT("A: b\n\nc\n")};
    struct span long_name =
        SPAN_LIT("nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
                 "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
                 "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
                 "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn");
    assert_int_equal(ops->create(b.store, FRED, MAIL_MAILBOX, SPAN_LIT("inbox"), &spec),
                     MAIL_EXISTS);
    assert_int_equal(ops->create(b.store, FRED, MAIL_MAILBOX, long_name, &spec), MAIL_BAD_NAME);
    assert_int_equal(ops->create(b.store, FRED, MAIL_MAILBOX, SPAN_LIT(""), &spec), MAIL_BAD_NAME);
    assert_int_equal(ops->create(b.store, FRED, MAIL_BOARD, SPAN_LIT("INBOX"), &spec), MAIL_OK);
    assert_int_equal(ops->deliver(b.store, FRED, MAIL_MAILBOX, SPAN_LIT("no"), &delivery),
                     MAIL_NONEXISTENT);
    assert_int_equal(ops->set_access(b.store, FRED, MAIL_MAILBOX, SPAN_LIT("no"), true, true),
                     MAIL_NONEXISTENT);
    assert_int_equal(ops->append(b.store, FRED, SPAN_LIT("a\tb"), b.box, b.box->messages, 1),
                     MAIL_BAD_NAME);
    assert_int_equal(ops->set_access(b.store, FRED, MAIL_MAILBOX, INBOX, true, false), MAIL_OK);
    struct mail_message *message = b.box->messages[0];
    assert_int_equal(ops->append(b.store, FRED, SPAN_LIT("inbox"), b.box, &message, 1),
                     MAIL_NO_WRITE);
    assert_int_equal(b.box->nmessages, 1);
    close_inbox(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list_and_identities),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_watches_leave_in_any_order),
        cmocka_unit_test(test_log_is_bounded),
        cmocka_unit_test(test_removed_are_held_for_watches),
        cmocka_unit_test(test_new_are_counted),
        cmocka_unit_test(test_keywords),
        cmocka_unit_test(test_content),
        cmocka_unit_test(test_memory_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
