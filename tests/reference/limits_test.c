/* Limits of lines, literals and output; idle sessions; connections that end; optional commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "server_helper.h"

enum { SECOND_US = 1000000 };

static void expect(struct reference_session *session, const char *text)
{
    struct span output = reference_session_output(session);
    if (!span_is(output, text))
        print_message("expected \"%s\"\n    sent \"%.*s\"\n", text, SPAN_ARG(output));
    assert_true(span_is(output, text));
    reference_session_sent(session, output.nbytes);
}

static void receive(struct reference_session *session, const char *text)
{
    reference_session_receive(session, span_of(text));
}

/* A command line of exactly n octets before CR LF, ended by `end`, sent in parts. */
static void send_line(struct reference_session *session, const char *start, size_t nbytes,
                      const char *end, size_t part)
{
    struct buffer line = {0};
    buffer_append_text(&line, start);
    buffer_append_repeat(&line, 'x', nbytes - line.nbytes);
    buffer_append_text(&line, end);
    for (size_t at = 0; at < line.nbytes; at += part)
        reference_session_receive(session, span_slice(buffer_span(&line), at, part));
    buffer_free(&line);
}

static void test_line_limit(void **state)
{
    (void)state;
    static const size_t parts[] = {1, 7, 1000};
    struct rig rig;
    rig_init(&rig, &(struct reference_config){.line_limit_nbytes = 100});
    struct reference_session *session = rig_session(&rig, 1);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        send_line(session, "a LOGIN fred ", 100, "\r\n", parts[i]);
        expect(session, "a NO Wrong user name or password\r\n");
        send_line(session, "b LOGIN fred ", 101, "\r\n", parts[i]);
        expect(session, "b BAD Command line too long\r\n");
        send_line(session, "b LOGIN fred ", 101, "\n", parts[i]);
        expect(session, "b BAD Command line too long\r\n");
        send_line(session, "c LOGIN fred ", 5000, "\r\nd NOOP\r\n", parts[i]);
        expect(session, "c BAD Command line too long\r\nd OK NOOP completed\r\n");
        send_line(session, "", 5000, " NOOP\r\n", parts[i]);
        expect(session, "* BAD Command line too long\r\n");
        send_line(session, "e LOGIN {4}\r\nfred ", 116, "\r\n", parts[i]);
        expect(session, "+ Ready for the literal\r\ne BAD Command line too long\r\n");
        send_line(session, "e LOGIN {4}\r\nfred ", 106, "\r\n", parts[i]);
        expect(session, "+ Ready for the literal\r\ne NO Wrong user name or password\r\n");
    }
    rig_free(&rig);
}

static void test_literal_limit(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, &(struct reference_config){.literal_limit_nbytes = 10});
    struct reference_session *session = rig_session(&rig, 1);
    receive(session, "a LOGIN {11}\r\n");
    expect(session, "a BAD Literal too long\r\n");
    receive(session, "b LOGIN {5}\r\n");
    expect(session, "+ Ready for the literal\r\n");
    receive(session, "fred5 {6}\r\n");
    expect(session, "b BAD Literal too long\r\n");
    receive(session, "c LOGIN {4}\r\n");
    expect(session, "+ Ready for the literal\r\n");
    receive(session, "fred {6}\r\n");
    expect(session, "+ Ready for the literal\r\n");
    receive(session, "secret\r\n");
    expect(session, "c OK LOGIN completed\r\n");
    rig_free(&rig);
}

static void test_long_arguments(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, NULL);
    rig_play(&rig, "U: NINE\n");
    struct reference_session *session = rig_session(&rig, 1);
    send_line(session, "a SEARCH TEXT ", 10000, "\r\n", 10000);
    expect(session, "* SEARCH\r\na OK SEARCH completed\r\n");
    receive(session, "b SEARCH TEXT {491520}\r\n");
    expect(session, "+ Ready for the literal\r\n");
    send_line(session, "", 491520, " ALL\r\n", 4096);
    expect(session, "* SEARCH\r\nb OK SEARCH completed\r\n");
    send_line(session, "c SELECT ", 2000, "\r\n", 4096);
    expect(session, "c NO That cannot be the name of a mailbox\r\n");
    rig_free(&rig);
}

/* Many literals in one command cost time linear in their number. */
static void test_many_literals(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, &(struct reference_config){.line_limit_nbytes = 1000000});
    rig_play(&rig, "U: NINE\n");
    struct reference_session *session = rig_session(&rig, 1);
    receive(session, "a SEARCH TEXT {0}\r\n");
    for (int i = 0; i < 20000; i++)
        receive(session, " TEXT {0}\r\n");
    reference_session_sent(session, reference_session_output(session).nbytes);
    receive(session, "\r\n");
    expect(session, "* SEARCH 1 2 3 4 5 6 7 8 9\r\na OK SEARCH completed\r\n");
    rig_free(&rig);
}

/* A large message goes out in pieces; nothing else is executed meanwhile. */
static void test_output_limit(void **state)
{
    (void)state;
    enum { LIMIT = 4096, NLINES = 20000 };
    struct rig rig;
    rig_init(&rig, &(struct reference_config){.output_limit_nbytes = LIMIT});
    struct buffer text = {0}, out = {0};
    buffer_append_text(&text, "Subject: big\n\n");
    for (int i = 0; i < NLINES; i++)
        buffer_append_text(&text, "a line of 34 octets with its end\n");
    buffer_append_byte(&text, '\0');
    rig_deliver_text(&rig, "fred", "EMPTY", buffer_span(&text).data);
    rig_play(&rig, "U: EMPTY\n");
    struct reference_session *session = rig_session(&rig, 1);
    receive(session, "a FETCH 1 (RFC822.TEXT RFC822.SIZE)\r\nb NOOP\r\n");
    assert_false(reference_session_wants_input(session));
    size_t most = 0;
    while (reference_session_output(session).nbytes > 0) {
        struct span part = span_slice(reference_session_output(session), 0, 1000);
        buffer_append(&out, part);
        reference_session_sent(session, part.nbytes);
        if (reference_session_output(session).nbytes > most)
            most = reference_session_output(session).nbytes;
    }
    assert_in_range(most, 1, LIMIT + 100);
    assert_true(reference_session_wants_input(session));
    struct span all = buffer_span(&out);
    assert_true(span_starts_with(all, SPAN_LIT("* 1 FETCH (RFC822.TEXT {680000}\r\na line of")));
    assert_true(span_ends_with(all, SPAN_LIT(" RFC822.SIZE 680016 FLAGS (\\Recent \\Seen))\r\n"
                                             "a OK FETCH completed\r\nb OK NOOP completed\r\n")));
    buffer_free(&text);
    buffer_free(&out);
    rig_free(&rig);
}

/* The session may end while a literal is only half sent, and while others remove the message. */
static void test_end_inside_literal(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, &(struct reference_config){.output_limit_nbytes = 60});
    rig_play(&rig, "1U: NINE\n"
                   "2U: NINE\n");
    receive(rig_session(&rig, 1), "a FETCH 1 RFC822\r\n");
    struct span output = reference_session_output(rig_session(&rig, 1));
    assert_true(span_starts_with(output, SPAN_LIT("* 1 FETCH (RFC822 {154}\r\nDate: ")));
    assert_int_equal(output.nbytes, 60);
    receive(rig_session(&rig, 2), "a STORE 1 +FLAGS \\Deleted\r\nb EXPUNGE\r\n");
    reference_session_sent(rig_session(&rig, 2),
                           reference_session_output(rig_session(&rig, 2)).nbytes);
    rig_end_session(&rig, 1);
    rig_free(&rig);
}

static void test_autologout(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, &(struct reference_config){.idle_timeout_ms = 60000});
    struct reference_session *session = rig_session(&rig, 1);
    clock_advance_us(&rig.clock, 59 * (int64_t)SECOND_US);
    reference_session_tick(session);
    expect(session, "");
    receive(session, "a NOOP\r\n");
    expect(session, "a OK NOOP completed\r\n");
    assert_int_equal(reference_session_deadline_us(session), 119 * (int64_t)SECOND_US);
    clock_advance_us(&rig.clock, 59 * (int64_t)SECOND_US);
    reference_session_tick(session);
    expect(session, "");
    assert_false(reference_session_is_closing(session));
    clock_advance_us(&rig.clock, SECOND_US);
    reference_session_tick(session);
    expect(session, "* BYE Idle for too long, logging out\r\n");
    assert_true(reference_session_is_closing(session));
    assert_int_equal(reference_session_deadline_us(session), -1);
    receive(session, "b NOOP\r\n");
    reference_session_tick(session);
    expect(session, "");
    rig_free(&rig);
    rig_init(&rig, NULL);
    assert_int_equal(reference_session_deadline_us(rig_session(&rig, 1)), -1);
    rig_free(&rig);
}

/* No line is put inside a literal whose reader has stopped. */
static void test_autologout_inside_literal(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, &(struct reference_config){.idle_timeout_ms = 60000, .output_limit_nbytes = 50});
    rig_play(&rig, "U: NINE\n");
    struct reference_session *session = rig_session(&rig, 1);
    receive(session, "a FETCH 1 RFC822\r\n");
    clock_advance_us(&rig.clock, 60 * (int64_t)SECOND_US);
    reference_session_tick(session);
    assert_true(reference_session_is_closing(session));
    struct span output = reference_session_output(session);
    assert_true(span_find(output, SPAN_LIT("BYE")) == SPAN_NPOS);
    rig_free(&rig);
}

static void test_end_of_input(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, NULL);
    struct reference_session *session = rig_session(&rig, 1);
    receive(session, "a NOOP\r\nb LOGIN {4}\r\n");
    reference_session_receive_eof(session);
    expect(session, "a OK NOOP completed\r\n+ Ready for the literal\r\n");
    assert_true(reference_session_is_closing(session));
    receive(session, "fred secret\r\n");
    expect(session, "");
    rig_free(&rig);
    /* What was sent before is still carried out, however slowly the answers are taken. */
    rig_init(&rig, &(struct reference_config){.output_limit_nbytes = 1});
    session = rig_session(&rig, 1);
    receive(session, "a NOOP\r\nb NOOP\r\nc NO");
    reference_session_receive_eof(session);
    assert_false(reference_session_is_closing(session));
    expect(session, "a OK NOOP completed\r\n");
    expect(session, "b OK NOOP completed\r\n");
    assert_true(reference_session_is_closing(session));
    rig_free(&rig);
}

static void test_optional_commands(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, &(struct reference_config){.no_bboard = true, .host = "mail.example"});
    struct reference_session *greeted = reference_session_open(rig.server);
    expect(greeted, "* OK mail.example IMAP2 service ready\r\n");
    reference_session_free(&greeted);
    rig_free(&rig);
    rig_init(&rig, &(struct reference_config){.no_bboard = true});
    rig_play(&rig, "U: \n"
                   "C: a BBOARD NEWS\n"
                   "S: a BAD BBOARD is not supported\n"
                   "C: b BBOARD {4}\n"
                   "S: b BAD BBOARD is not supported\n"
                   "C: c FIND BBOARDS *\n"
                   "S: c BAD This FIND is not supported\n"
                   "C: d FIND MAILBOXES NINE\n"
                   "S: * MAILBOX NINE\n"
                   "S: d OK FIND completed\n");
    rig_free(&rig);
    rig_init(&rig, &(struct reference_config){.no_find = true});
    rig_play(&rig, "U: \n"
                   "C: a FIND MAILBOXES {1}\n"
                   "S: a BAD This FIND is not supported\n"
                   "C: b FIND BBOARDS N*\n"
                   "S: * BBOARD NEWS\n"
                   "S: b OK FIND completed\n");
    rig_free(&rig);
}

static void test_password_change(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, NULL);
    reference_server_add_user(rig.server, "fred", "other");
    rig_play(&rig, "C: a LOGIN fred secret\n"
                   "S: a NO Wrong user name or password\n"
                   "C: b LOGIN fred other\n"
                   "S: b OK LOGIN completed\n");
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_limit),      cmocka_unit_test(test_literal_limit),
        cmocka_unit_test(test_long_arguments),  cmocka_unit_test(test_many_literals),
        cmocka_unit_test(test_output_limit),    cmocka_unit_test(test_end_inside_literal),
        cmocka_unit_test(test_autologout),      cmocka_unit_test(test_autologout_inside_literal),
        cmocka_unit_test(test_end_of_input),    cmocka_unit_test(test_optional_commands),
        cmocka_unit_test(test_password_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
