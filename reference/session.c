#include "reference/session.h"

#include <stdlib.h>

size_t session_room(const struct reference_session *session)
{
    size_t limit = session->server->config.output_limit_nbytes;
    return session->output.nbytes < limit ? limit - session->output.nbytes : 0;
}

static void session_touch(struct reference_session *session)
{
    if (session->server->config.idle_timeout_ms > 0)
        session->active_us = clock_now_us(session->server->config.clock);
}

static void session_answer_bad(struct reference_session *session, const char *text)
{
    answer_completion(&session->output, buffer_span(&session->command.tag), ANSWER_BAD, text);
}

/* One step; in the first one the command's text is still there. */
static void session_step(struct reference_session *session, bool is_first)
{
    bool is_done = session->command.kind->step(session);
    session->command.is_running = !is_done;
    if (is_first)
        reader_drop(&session->reader);
}

static void session_start(struct reference_session *session)
{
    struct command *command = &session->command;
    command->error = MAIL_OK;
    command->number = 0;
    if (session->state == SESSION_SELECTED)
        view_peek(&session->view);
    session_step(session, true);
}

static void session_take_literal(struct reference_session *session, uint64_t nbytes)
{
    size_t limit = session->server->config.literal_limit_nbytes;
    if (nbytes > limit - session->reader.literal_nbytes) {
        session_answer_bad(session, "Literal too long");
        reader_drop(&session->reader);
        return;
    }
    reader_want_literal(&session->reader, (size_t)nbytes);
    buffer_append(&session->output, SPAN_LIT("+ Ready for the literal\r\n"));
}

static void session_take_line(struct reference_session *session)
{
    struct parser parser = {.text = reader_text(&session->reader)};
    switch (server_command_parse(session, &parser)) {
    case PARSE_OK:
        session_start(session);
        break;
    case PARSE_LITERAL:
        session_take_literal(session, parser.literal_nbytes);
        break;
    case PARSE_BAD:
        session_answer_bad(session, parser.fault);
        reader_drop(&session->reader);
        break;
    }
}

/* False when there is nothing to do until the client sends more. */
static bool session_read(struct reference_session *session)
{
    switch (reader_next(&session->reader, session->server->config.line_limit_nbytes)) {
    case READER_WAITING:
        return false;
    case READER_LINE:
        session_take_line(session);
        return true;
    case READER_FAULTY:
        server_command_parse_tag_only(session, reader_text(&session->reader));
        session_answer_bad(session, session->reader.fault);
        reader_drop(&session->reader);
        return true;
    }
    return false;
}

static void session_close(struct reference_session *session)
{
    fetch_abandon(session);
    session->command.is_running = false;
    session->state = SESSION_CLOSED;
    view_close(&session->view);
}

static void session_run(struct reference_session *session)
{
    while (session->state != SESSION_CLOSED && session_room(session) > 0) {
        if (session->command.is_running)
            session_step(session, false);
        else if (!session_read(session))
            break;
    }
    bool is_waiting = !session->command.is_running && session_room(session) > 0;
    if (session->state == SESSION_CLOSED || (is_waiting && session->has_eof))
        session_close(session);
}

struct reference_session *reference_session_open(struct reference_server *server)
{
    struct reference_session *session = mem_alloc(sizeof *session);
    session->server = server;
    session->state = SESSION_GREETED;
    server->nsessions++;
    buffer_append(&session->output, SPAN_LIT("* OK "));
    buffer_append_text(&session->output, server->config.host);
    buffer_append(&session->output, SPAN_LIT(" IMAP2 service ready\r\n"));
    session_touch(session);
    return session;
}

void reference_session_free(struct reference_session **session)
{
    struct reference_session *old = *session;
    *session = NULL;
    if (old == NULL)
        return;
    session_close(old);
    old->server->nsessions--;
    view_free(&old->view);
    server_command_free(&old->command);
    reader_free(&old->reader);
    buffer_free(&old->output);
    buffer_free(&old->scratch);
    free(old);
}

void reference_session_receive(struct reference_session *session, struct span octets)
{
    if (session->state == SESSION_CLOSED || session->has_eof)
        return;
    if (octets.nbytes > 0)
        session_touch(session);
    reader_receive(&session->reader, octets);
    session_run(session);
}

void reference_session_receive_eof(struct reference_session *session)
{
    session->has_eof = true;
    session_run(session);
}

struct span reference_session_output(const struct reference_session *session)
{
    return buffer_span(&session->output);
}

void reference_session_sent(struct reference_session *session, size_t nbytes)
{
    if (nbytes > 0)
        session_touch(session);
    buffer_consume(&session->output, nbytes);
    /* Not earlier: going on for every octet sent would move the whole output each time. */
    if (session->output.nbytes <= session->server->config.output_limit_nbytes / 2)
        session_run(session);
}

bool reference_session_is_closing(const struct reference_session *session)
{
    return session->state == SESSION_CLOSED;
}

bool reference_session_wants_input(const struct reference_session *session)
{
    return session->state != SESSION_CLOSED && !session->has_eof && session_room(session) > 0;
}

int64_t reference_session_deadline_us(const struct reference_session *session)
{
    int64_t timeout_ms = session->server->config.idle_timeout_ms;
    if (timeout_ms <= 0 || session->state == SESSION_CLOSED)
        return -1;
    return session->active_us + timeout_ms * 1000;
}

void reference_session_tick(struct reference_session *session)
{
    int64_t deadline_us = reference_session_deadline_us(session);
    if (deadline_us < 0 || clock_now_us(session->server->config.clock) < deadline_us)
        return;
    /* A client that stopped taking octets in the middle of a response gets no line inside it. */
    if (session->command.number == 0)
        answer_bye(&session->output, "Idle for too long, logging out");
    session_close(session);
}
