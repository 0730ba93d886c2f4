/* Large mailboxes: everything that handles all messages is linear in them. A quadratic slip makes
 * these tests run for minutes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "server_helper.h"

enum { NMESSAGES = 100000 };

static void fill_large(struct rig *rig)
{
    struct mail_box_spec spec = {0};
    const struct mail_store_ops *ops = rig->store->ops;
    struct span user = SPAN_LIT("fred"), name = SPAN_LIT("LARGE");
    assert_int_equal(ops->create(rig->store, user, MAIL_MAILBOX, name, &spec), MAIL_OK);
    struct mail_content *content = mail_content_new(SPAN_LIT("Subject: x\r\n\r\ntext\r\n"));
    struct mail_delivery delivery = {.content = content, .is_old = true};
    for (int i = 0; i < NMESSAGES; i++)
        assert_int_equal(ops->deliver(rig->store, user, MAIL_MAILBOX, name, &delivery), MAIL_OK);
    mail_content_drop(&content);
}

/* The number of lines with which the session answers; all of them are taken. */
static size_t count_lines(struct rig *rig, unsigned number, const char *command)
{
    struct reference_session *session = rig_session(rig, number);
    reference_session_receive(session, span_of(command));
    size_t nlines = 0;
    for (;;) {
        struct span output = reference_session_output(session);
        if (output.nbytes == 0)
            return nlines;
        for (size_t i = 0; i < output.nbytes; i++)
            nlines += output.data[i] == '\n';
        reference_session_sent(session, output.nbytes);
    }
}

static void test_expunge_half(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, NULL);
    fill_large(&rig);
    rig_play(&rig, "1U: LARGE\n"
                   "2U: LARGE\n");
    struct buffer store = {0};
    buffer_append_text(&store, "a STORE 1");
    for (int i = 3; i < 20000; i += 2)
        buffer_printf(&store, ",%d", i);
    buffer_printf(&store, ",20001:%d +FLAGS \\Deleted\r\n", 20000 + (NMESSAGES - 20000) / 2);
    buffer_append_byte(&store, '\0');
    assert_int_equal(count_lines(&rig, 1, buffer_span(&store).data), NMESSAGES / 2 + 1);
    buffer_free(&store);
    assert_int_equal(count_lines(&rig, 1, "b EXPUNGE\r\n"), NMESSAGES / 2 + 2);
    assert_int_equal(count_lines(&rig, 2, "b FETCH 1 FLAGS\r\n"), 2);
    assert_int_equal(count_lines(&rig, 2, "b NOOP\r\n"), NMESSAGES / 2 + 2);
    rig_play(&rig, "1C: c CHECK\n"
                   "1S: * 50000 EXISTS\n"
                   "1S: * 0 RECENT\n"
                   "1S: c OK CHECK completed\n"
                   "2C: c CHECK\n"
                   "2S: * 50000 EXISTS\n"
                   "2S: * 0 RECENT\n"
                   "2S: c OK CHECK completed\n");
    rig_free(&rig);
}

static void test_fetch_all(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, &(struct reference_config){.output_limit_nbytes = 10000});
    fill_large(&rig);
    rig_play(&rig, "1U: LARGE\n");
    assert_int_equal(count_lines(&rig, 1, "a FETCH 1:100000 ALL\r\n"), NMESSAGES + 1);
    assert_int_equal(count_lines(&rig, 1, "b COPY 1:100000 COPIES\r\n"), 2 * NMESSAGES + 1);
    assert_int_equal(count_lines(&rig, 1, "c SEARCH SEEN TEXT text\r\n"), 2);
    assert_int_equal(count_lines(&rig, 1, "d SELECT COPIES\r\n"), 4);
    assert_int_equal(count_lines(&rig, 1, "e STORE 1:100000 FLAGS \\Deleted\r\n"), NMESSAGES + 1);
    assert_int_equal(count_lines(&rig, 1, "f EXPUNGE\r\n"), NMESSAGES + 3);
    rig_free(&rig);
}

/* One session changes message after message, another looks each time. */
static void test_change_by_change(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, NULL);
    fill_large(&rig);
    rig_play(&rig, "1U: LARGE\n"
                   "2U: LARGE\n"
                   "3U: LARGE\n");
    for (int i = 1; i <= 20000; i++) {
        char command[60];
        (void)snprintf(command, sizeof command, "a STORE %d +FLAGS \\Flagged\r\n", i);
        assert_int_equal(count_lines(&rig, 1, command), i == 1 ? 2 : 3);
        assert_int_equal(count_lines(&rig, 2, "b NOOP\r\n"), 2);
        rig_deliver_text(&rig, "fred", "LARGE", "Subject: new\n\n");
        assert_int_equal(count_lines(&rig, 2, "c NOOP\r\n"), 3);
    }
    assert_int_equal(count_lines(&rig, 3, "d NOOP\r\n"), 20000 + 2);
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expunge_half),
        cmocka_unit_test(test_fetch_all),
        cmocka_unit_test(test_change_by_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
