#include "server_helper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FRED SPAN_LIT("fred")
#define ANNA SPAN_LIT("anna")

int64_t rig_day_s(unsigned number)
{
    struct clock_date date = {1987, 10, (int)number, 12, 0, 0};
    return clock_date_to_wall(date);
}

void rig_message(struct buffer *out, unsigned number)
{
    buffer_printf(out,
                  "Date: Thu, %u Oct 87 12:00:00 GMT\r\nFrom: User %u <user%u@host.example>\r\n"
                  "To: fred@host.example\r\nSubject: Message %u\r\n"
                  "Message-ID: <m%u@host.example>\r\n\r\nText %u.\r\n",
                  number, number, number, number, number, number);
}

static void deliver(struct rig *rig, struct span user, enum mail_kind kind, const char *name,
                    struct mail_delivery delivery)
{
    assert_int_equal(rig->store->ops->deliver(rig->store, user, kind, span_of(name), &delivery),
                     MAIL_OK);
}

static void fill(struct rig *rig, struct span user, enum mail_kind kind, const char *name,
                 unsigned count)
{
    for (unsigned i = 1; i <= count; i++) {
        struct buffer text = {0};
        rig_message(&text, i);
        deliver(rig, user, kind, name,
                (struct mail_delivery){
                    .octets = buffer_span(&text), .time = {rig_day_s(i), 0}, .is_old = true});
        buffer_free(&text);
    }
}

void rig_deliver_text(struct rig *rig, const char *user, const char *mailbox, const char *text)
{
    deliver(rig, span_of(user), MAIL_MAILBOX, mailbox,
            (struct mail_delivery){.octets = span_of(text), .time = {rig_day_s(30), 0}});
}

void rig_deliver(struct rig *rig, const char *user, const char *mailbox, unsigned number)
{
    struct buffer text = {0};
    rig_message(&text, number);
    deliver(rig, span_of(user), MAIL_MAILBOX, mailbox,
            (struct mail_delivery){.octets = buffer_span(&text), .time = {rig_day_s(number), 0}});
    buffer_free(&text);
}

static void create(struct rig *rig, struct span user, enum mail_kind kind, const char *name,
                   struct mail_box_spec spec)
{
    assert_int_equal(rig->store->ops->create(rig->store, user, kind, span_of(name), &spec),
                     MAIL_OK);
}

static void fill_store(struct rig *rig)
{
    static const char *const keywords[] = {"Meeting", "Todo", NULL};
    static const char *const empty[] = {"FOOBAR",  "FOO.BAR",  "FOOD.ON.THE.BAR",
                                        "FOOBARX", "Odd Name", "EMPTY"};
    struct mail_box_spec plain = {0};
    create(rig, FRED, MAIL_MAILBOX, "INBOX", (struct mail_box_spec){.keywords = keywords});
    create(rig, FRED, MAIL_MAILBOX, "NINE", plain);
    create(rig, FRED, MAIL_MAILBOX, "LOCKED", (struct mail_box_spec){.is_readonly = true});
    create(rig, FRED, MAIL_MAILBOX, "HIDDEN", (struct mail_box_spec){.is_unreadable = true});
    create(rig, ANNA, MAIL_MAILBOX, "PRIVATE", plain);
    create(rig, FRED, MAIL_BOARD, "NEWS", plain);
    create(rig, FRED, MAIL_BOARD, "CHAT", plain);
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        create(rig, FRED, MAIL_MAILBOX, empty[i], plain);
    assert_int_equal(
        rig->store->ops->set_access(rig->store, FRED, MAIL_BOARD, SPAN_LIT("CHAT"), true, true),
        MAIL_OK);
    fill(rig, FRED, MAIL_MAILBOX, "INBOX", 3);
    fill(rig, FRED, MAIL_MAILBOX, "NINE", 9);
    fill(rig, FRED, MAIL_MAILBOX, "LOCKED", 2);
    fill(rig, FRED, MAIL_MAILBOX, "HIDDEN", 1);
    fill(rig, ANNA, MAIL_MAILBOX, "INBOX", 1);
    fill(rig, ANNA, MAIL_MAILBOX, "PRIVATE", 1);
    fill(rig, FRED, MAIL_BOARD, "NEWS", 2);
}

void rig_init(struct rig *rig, const struct reference_config *config)
{
    *rig = (struct rig){.clock = clock_virtual(0)};
    if (config != NULL)
        rig->config = *config;
    rig->config.clock = &rig->clock;
    rig->store = mail_store_memory_new();
    fill_store(rig);
    rig->server = reference_server_new(&rig->config, rig->store);
    reference_server_add_user(rig->server, "fred", "secret");
    reference_server_add_user(rig->server, "anna", "pa ss\"wd");
}

void rig_free(struct rig *rig)
{
    for (unsigned i = 0; i < RIG_NSESSIONS; i++)
        reference_session_free(&rig->sessions[i]);
    reference_server_free(&rig->server);
    mail_store_free(&rig->store);
}

struct reference_session *rig_session(struct rig *rig, unsigned number)
{
    assert_in_range(number, 1, RIG_NSESSIONS);
    struct reference_session **session = &rig->sessions[number - 1];
    if (*session == NULL) {
        *session = reference_session_open(rig->server);
        assert_true(span_is(reference_session_output(*session), GREETING));
        reference_session_sent(*session, strlen(GREETING));
    }
    return *session;
}

void rig_end_session(struct rig *rig, unsigned number)
{
    reference_session_free(&rig->sessions[number - 1]);
}

static void fail_at(const struct rig *rig, const char *what, struct span line, struct span output)
{
    struct buffer text = {0};
    buffer_append_escaped(&text, output, 2000);
    buffer_append_byte(&text, '\0');
    print_message("%s: %s\n  line \"%.*s\"\n  sent \"%s\"\n", rig->name == NULL ? "" : rig->name,
                  what, SPAN_ARG(line), buffer_span(&text).data);
    fail();
}

static void send(const struct rig *rig, struct reference_session *session, struct span octets,
                 struct span line)
{
    struct span output = reference_session_output(session);
    if (output.nbytes > 0)
        fail_at(rig, "output left before", line, output);
    size_t part = rig->is_bytewise ? 1 : octets.nbytes;
    for (size_t at = 0; at < octets.nbytes; at += part)
        reference_session_receive(session, span_slice(octets, at, part));
}

static void check_output(const struct rig *rig, struct reference_session *session,
                         struct span expected, struct span line)
{
    struct span output = reference_session_output(session);
    if (!span_starts_with(output, expected))
        fail_at(rig, "other output", line, output);
    reference_session_sent(session, expected.nbytes);
}

static void append_unescaped(struct buffer *out, struct span text)
{
    for (size_t i = 0; i < text.nbytes; i++) {
        char c = text.data[i];
        if (c == '\\' && i + 1 < text.nbytes) {
            static const struct span letters = SPAN_INIT("rn0"), octets = SPAN_INIT("\r\n\0");
            c = text.data[++i];
            size_t at = span_find_byte(letters, c);
            if (at != SPAN_NPOS)
                c = octets.data[at];
        }
        buffer_append_byte(out, c);
    }
}

/* "user mailbox number" */
static void play_delivery(struct rig *rig, struct span text)
{
    char user[20], mailbox[20];
    struct span first = span_cut(&text, ' '), second = span_cut(&text, ' ');
    (void)snprintf(user, sizeof user, "%.*s", SPAN_ARG(first));
    (void)snprintf(mailbox, sizeof mailbox, "%.*s", SPAN_ARG(second));
    uint32_t number;
    assert_int_equal(number_parse_u32(text, &number), 0);
    rig_deliver(rig, user, mailbox, number);
}

static void play_ok(struct reference_session *session, const char *command)
{
    reference_session_receive(session, span_of(command));
    struct span output = reference_session_output(session);
    assert_true(span_find(output, SPAN_LIT("u OK ")) != SPAN_NPOS);
    reference_session_sent(session, output.nbytes);
}

static void play_user(struct reference_session *session, struct span mailbox)
{
    play_ok(session, "u LOGIN fred secret\r\n");
    if (mailbox.nbytes == 0)
        return;
    char select[40];
    (void)snprintf(select, sizeof select, "u SELECT %.*s\r\n", SPAN_ARG(mailbox));
    play_ok(session, select);
}

static void play_line(struct rig *rig, struct span line)
{
    unsigned number = 1;
    if (char_is_digit(line.data[0])) {
        number = (unsigned)(line.data[0] - '0');
        line = span_from(line, 1);
    }
    struct span text = span_from(line, 3);
    if (line.data[0] == 'D') {
        play_delivery(rig, text);
        return;
    }
    if (line.data[0] == 'X') {
        rig_end_session(rig, number);
        return;
    }
    struct reference_session *session = rig_session(rig, number);
    if (line.data[0] == 'U') {
        play_user(session, text);
        return;
    }
    struct buffer octets = {0};
    if (line.data[1] == '-') {
        append_unescaped(&octets, text);
    } else {
        buffer_append(&octets, text);
        buffer_append_text(&octets, "\r\n");
    }
    if (line.data[0] == 'S')
        check_output(rig, session, buffer_span(&octets), line);
    else
        send(rig, session, buffer_span(&octets), line);
    buffer_free(&octets);
}

void rig_play(struct rig *rig, const char *transcript)
{
    struct span rest = span_of(transcript);
    while (rest.nbytes > 0)
        play_line(rig, span_cut(&rest, '\n'));
    for (unsigned i = 0; i < RIG_NSESSIONS; i++) {
        if (rig->sessions[i] == NULL)
            continue;
        struct span left = reference_session_output(rig->sessions[i]);
        if (left.nbytes > 0)
            fail_at(rig, "output left", SPAN_LIT("(the end)"), left);
    }
}

void rig_play_all(const struct rig_transcript *transcripts, size_t ntranscripts)
{
    for (size_t i = 0; i < 2 * ntranscripts; i++) {
        struct rig rig;
        rig_init(&rig, NULL);
        rig.name = transcripts[i / 2].name;
        rig.is_bytewise = i % 2 == 1;
        rig_play(&rig, transcripts[i / 2].text);
        rig_free(&rig);
    }
}

void rig_converse(struct rig *rig, struct span octets, size_t part, struct buffer *out)
{
    struct reference_session *session = reference_session_open(rig->server);
    size_t at = 0;
    for (;;) {
        struct span output = reference_session_output(session);
        buffer_append(out, output);
        reference_session_sent(session, output.nbytes);
        if (reference_session_output(session).nbytes > 0)
            continue;
        if (at >= octets.nbytes)
            break;
        reference_session_receive(session, span_slice(octets, at, part));
        at += part;
    }
    reference_session_free(&session);
}
