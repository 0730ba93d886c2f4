#include "target/shim_talk.h"

#include <string.h>

enum { TALK_ROUND_US = 50000, TALK_SHOWN_NBYTES = 300, TALK_END_US = 2000000 };

static int64_t now_us(const struct shim_talk *talk)
{
    return clock_now_us(net_loop_clock(talk->loop));
}

bool shim_talk_wrong(struct shim_talk *talk, const char *text, const char *wanted, const char *got)
{
    if (talk->is_wrong)
        return false;
    talk->is_wrong = true;
    talk->text = arena_text(&talk->arena, span_of(text));
    talk->wanted = arena_text(&talk->arena, span_of(wanted));
    talk->got = arena_text(&talk->arena, span_of(got));
    return false;
}

/* As it stands, but for what cannot be seen. */
static void append_visible(struct buffer *out, struct span octets)
{
    for (size_t i = 0; i < octets.nbytes && i < TALK_SHOWN_NBYTES; i++)
        if (char_is_print(octets.data[i]))
            buffer_append_byte(out, octets.data[i]);
        else
            buffer_printf(out, "\\x%02x", (unsigned)(unsigned char)octets.data[i]);
    if (octets.nbytes > TALK_SHOWN_NBYTES)
        buffer_append_text(out, "...");
}

static const char *visible(struct shim_talk *talk, struct span octets)
{
    struct buffer text = {0};
    append_visible(&text, octets);
    const char *copy = arena_text(&talk->arena, buffer_span(&text));
    buffer_free(&text);
    return copy;
}

static void note(struct shim_talk *talk, char direction, struct span line)
{
    buffer_printf(&talk->dialogue, "%c ", direction);
    append_visible(&talk->dialogue, line);
    buffer_append_byte(&talk->dialogue, '\n');
}

static void note_event(struct shim_talk *talk, const char *text)
{
    buffer_printf(&talk->dialogue, "(%s)\n", text);
}

/* ---- the server -------------------------------------------------------------------------------
 */

static void accept_all(struct shim_talk *talk)
{
    struct carrier *carrier;
    while ((carrier = talk->run->client->accept(talk->run->context, talk->loop)) != NULL) {
        note_event(talk, "the client connects");
        if (talk->nserved == SHIM_TALK_CONNECTIONS) {
            carrier_close(&carrier);
            (void)shim_talk_wrong(talk, "it connects again and again", "one connection each `open`",
                                  "more");
            continue;
        }
        struct net_peer server = talk->run->client->serve(talk->run->context);
        talk->served[talk->nserved++] = (struct shim_served){carrier, server, false};
    }
}

static void close_served(struct shim_served *s)
{
    if (s->carrier == NULL)
        return;
    carrier_close(&s->carrier);
    s->server.ops->free(s->server.context);
}

/* Whether the octets were answered by what the check wants to be said instead. */
static bool refuse(struct shim_talk *talk, struct shim_served *s, struct span octets)
{
    if (talk->refusal == NULL || octets.nbytes == 0)
        return false;
    struct span tag = span_cut(&octets, ' ');
    char *line = arena_printf(&talk->arena, "%.*s %s\r\n", SPAN_ARG(tag), talk->refusal);
    carrier_send(s->carrier, span_of(line));
    talk->refusal = NULL;
    return true;
}

static void hear(struct shim_talk *talk, struct shim_served *s)
{
    struct buffer *input = carrier_input(s->carrier);
    struct span octets = buffer_span(input);
    buffer_append(&talk->heard, octets);
    if (talk->hangs_up && octets.nbytes > 0) {
        note_event(talk, "the server hangs up");
        close_served(s);
        return;
    }
    if (!refuse(talk, s, octets) && octets.nbytes > 0 &&
        !s->server.ops->is_closing(s->server.context))
        s->server.ops->receive(s->server.context, octets);
    buffer_consume(input, octets.nbytes);
    if (!carrier_at_eof(s->carrier) || s->has_ended)
        return;
    s->has_ended = true;
    note_event(talk, "the client closes the connection");
    s->server.ops->receive_eof(s->server.context);
}

static void speak(struct shim_talk *talk, struct shim_served *s)
{
    struct span output;
    while (!talk->holds && (output = s->server.ops->output(s->server.context)).nbytes > 0) {
        carrier_send(s->carrier, output);
        s->server.ops->sent(s->server.context, output.nbytes);
    }
    if (!talk->holds && s->server.ops->is_closing(s->server.context))
        carrier_half_close(s->carrier);
    if (s->has_ended)
        close_served(s);
}

static void serve(struct shim_talk *talk)
{
    accept_all(talk);
    for (size_t i = 0; i < talk->nserved; i++) {
        if (talk->served[i].carrier != NULL)
            hear(talk, &talk->served[i]);
        if (talk->served[i].carrier != NULL)
            speak(talk, &talk->served[i]);
    }
}

/* Lets things happen until the deadline or some news. False: the time is up. */
static bool go_on(struct shim_talk *talk, int64_t until_us)
{
    int64_t now = now_us(talk);
    if (now >= until_us)
        return false;
    serve(talk);
    (void)net_wait(talk->loop, now + TALK_ROUND_US < until_us ? now + TALK_ROUND_US : until_us);
    serve(talk);
    return true;
}

void shim_talk_wait(struct shim_talk *talk, int64_t ms)
{
    int64_t until_us = now_us(talk) + ms * 1000;
    while (go_on(talk, until_us))
        ;
}

void shim_talk_say(struct shim_talk *talk, const char *octets)
{
    for (size_t i = talk->nserved; i > 0; i--)
        if (talk->served[i - 1].carrier != NULL) {
            carrier_send(talk->served[i - 1].carrier, span_of(octets));
            return;
        }
}

bool shim_talk_hears(struct shim_talk *talk, struct span octets)
{
    int64_t until_us = now_us(talk) + talk->answer_us;
    while (span_find(buffer_span(&talk->heard), octets) == SPAN_NPOS)
        if (talk->is_wrong || !go_on(talk, until_us))
            return false;
    return true;
}

bool shim_talk_is_disconnected(struct shim_talk *talk)
{
    int64_t until_us = now_us(talk) + talk->answer_us;
    for (size_t i = 0; i < talk->nserved; i++)
        while (talk->served[i].carrier != NULL)
            if (!go_on(talk, until_us))
                return shim_talk_wrong(talk, "the connection stays open", "the client closes it",
                                       "it is still open");
    return !talk->is_wrong;
}

/* ---- beginning and end ------------------------------------------------------------------------
 */

/* A message whose text has all that must be quoted in an answer. */
static const char odd_message[] = "From: \"Odd \\\"Q\\\" One\" <odd@example.org>\r\n"
                                  "To: fred@example.org\r\n"
                                  "Date: Thu, 1 Oct 87 12:00:00 GMT\r\n"
                                  "Subject: a \"quoted\" back\\slash\r\n\r\n"
                                  "say \"hello\" \\x41\\\r\n\tand \x01\xe9\xff\r\n";

static int fill(struct shim_talk *talk)
{
    enum { NMESSAGES = 4 };
    static const char *users[] = {"fred"};
    struct buffer why = {0};
    struct fixture_message *messages = fixture_generate(&talk->arena, NMESSAGES);
    struct span odd = span_make(odd_message, sizeof odd_message - 1);
    messages[1].octets = odd;
    messages[1].header_nbytes = span_find(odd, SPAN_LIT("\r\n\r\n")) + 4;
    const struct fixture_mailbox mailboxes[] = {
        {.user = "fred", .name = "INBOX", .messages = messages, .nmessages = NMESSAGES},
        {.user = "fred", .name = "notes", .messages = messages, .nmessages = 1},
        {.user = "", .name = "news", .is_board = true, .messages = messages, .nmessages = 1}};
    const struct run_setup setup = {.case_id = "shim",
                                    .mailboxes = mailboxes,
                                    .nmailboxes = sizeof mailboxes / sizeof mailboxes[0],
                                    .users = users,
                                    .nusers = 1};
    int result =
        talk->run->prepare(talk->run->context, talk->loop, &setup, &why) == RUN_READY ? 0 : -1;
    if (result != 0)
        (void)shim_talk_wrong(talk, arena_text(&talk->arena, buffer_span(&why)), "", "");
    buffer_free(&why);
    return result;
}

bool shim_talk_begin(struct shim_talk *talk, const struct run_target *run, struct net_loop *loop,
                     int64_t answer_ms)
{
    struct err err;
    *talk = (struct shim_talk){.run = run,
                               .loop = loop,
                               .answer_us = answer_ms * 1000,
                               .request = "",
                               .text = "",
                               .wanted = "",
                               .got = ""};
    if (fill(talk) == 0) {
        talk->shim = run->client->shim(run->context, loop, &err);
        if (talk->shim != NULL)
            return true;
        (void)shim_talk_wrong(talk, err.text, "", "");
        run->finish(run->context, loop);
    }
    talk->is_harness_fault = true;
    return false;
}

/* How the shim has ended: "exited with status 1: what it wrote". */
static const char *end_of(struct shim_talk *talk)
{
    struct buffer how = {0};
    int64_t until_us = now_us(talk) + TALK_END_US;
    while (!talk->run->client->has_exited(talk->run->context, &how) && go_on(talk, until_us))
        ;
    const char *text = how.nbytes == 0 ? "it has closed its standard output"
                                       : arena_printf(&talk->arena, "it has ended: %.*s",
                                                      SPAN_ARG(buffer_span(&how)));
    buffer_free(&how);
    return text;
}

static void look_whether_well(struct shim_talk *talk)
{
    struct buffer why = {0};
    if (!talk->is_wrong && !talk->run->is_well(talk->run->context, talk->loop, &why))
        (void)shim_talk_wrong(talk, "it is not well", "no crash, no complaint, no spinning",
                              arena_text(&talk->arena, buffer_span(&why)));
    buffer_free(&why);
}

void shim_talk_end(struct shim_talk *talk)
{
    if (talk->shim == NULL)
        return;
    look_whether_well(talk);
    carrier_close(&talk->shim);
    for (size_t i = 0; i < talk->nserved; i++)
        close_served(&talk->served[i]);
    talk->run->finish(talk->run->context, talk->loop);
}

void shim_talk_free(struct shim_talk *talk)
{
    shim_answer_free(&talk->answer);
    buffer_free(&talk->heard);
    buffer_free(&talk->dialogue);
    arena_free(&talk->arena);
}

/* ---- requests ---------------------------------------------------------------------------------
 */

void shim_talk_send(struct shim_talk *talk, const char *octets)
{
    struct span rest = span_of(octets);
    carrier_send(talk->shim, rest);
    while (rest.nbytes > 0)
        note(talk, '>', span_cut(&rest, '\n'));
}

void shim_talk_close_input(struct shim_talk *talk)
{
    note_event(talk, "its standard input ends");
    carrier_half_close(talk->shim);
}

/* ---- answers ----------------------------------------------------------------------------------
 */

static bool is_plain(struct span text)
{
    for (size_t i = 0; i < text.nbytes; i++)
        if (!char_is_print(text.data[i]))
            return false;
    return true;
}

static enum shim_verb verb_of(const char *request, bool *is_known_r)
{
    enum shim_verb verb = SHIM_NVERBS;
    struct span rest = span_trim(span_of(request));
    *is_known_r = shim_verb_find(span_cut(&rest, ' '), &verb);
    return verb;
}

static bool wrong_line(struct shim_talk *talk, const char *text, struct span line)
{
    return shim_talk_wrong(talk,
                           arena_printf(&talk->arena, "a line of the answer to `%s` is wrong: %s",
                                        talk->request, text),
                           "data lines as in the manual, then a status line", visible(talk, line));
}

static bool take_status(struct shim_talk *talk, enum shim_verb verb, struct span line,
                        struct span text)
{
    struct shim_answer *answer = &talk->answer;
    answer->is_complete = true;
    answer->text = arena_copy(&answer->arena, text);
    if (!is_plain(line))
        return wrong_line(talk, "the text of a status line is printable ASCII", line);
    const char *fault = shim_answer_fault(verb, answer, &talk->arena);
    return fault == NULL || wrong_line(talk, fault, line);
}

static bool take_data(struct shim_talk *talk, enum shim_verb verb, bool is_known, struct span line)
{
    struct shim_answer *answer = &talk->answer;
    struct shim_line words;
    struct err err;
    answer->lines = arena_grow(&answer->arena, answer->lines, &answer->capacity, answer->nlines + 1,
                               sizeof *answer->lines);
    if (shim_line_read(&answer->arena, line, &words, &err) != 0)
        return wrong_line(talk, arena_printf(&talk->arena, "at octet %u: %s", err.col, err.text),
                          line);
    const char *fault = shim_line_fault(verb, is_known, &words, &talk->arena);
    if (fault != NULL)
        return wrong_line(talk, fault, line);
    answer->lines[answer->nlines++] = words;
    return true;
}

static bool take_line(struct shim_talk *talk, struct span line)
{
    bool is_known;
    struct span text;
    enum shim_verb verb = verb_of(talk->request, &is_known);
    note(talk, '<', line);
    if (span_ends_with(line, SPAN_LIT("\r")))
        return wrong_line(talk, "a line ends in LF alone", line);
    if (shim_status_read(line, &talk->answer.status, &text))
        return take_status(talk, verb, line, text);
    return take_data(talk, verb, is_known, line);
}

/* Takes what is there of the answer. */
static bool take_lines(struct shim_talk *talk)
{
    struct buffer *input = carrier_input(talk->shim);
    while (!talk->answer.is_complete) {
        struct span all = buffer_span(input);
        size_t lf = span_find_byte(all, '\n');
        if (lf == SPAN_NPOS)
            return true;
        bool is_right = take_line(talk, span_slice(all, 0, lf));
        buffer_consume(input, lf + 1);
        if (!is_right)
            return false;
    }
    return true;
}

/* Nothing came in time: perhaps it was written, and waits inside the program. */
static bool wrong_silence(struct shim_talk *talk)
{
    struct span part = buffer_span(carrier_input(talk->shim));
    const char *wanted = arena_printf(&talk->arena, "an answer to `%s` within %g s", talk->request,
                                      (double)talk->answer_us / 1e6);
    if (part.nbytes > 0)
        return shim_talk_wrong(talk, "a line was begun and not ended", wanted, visible(talk, part));
    size_t nlines = talk->answer.nlines;
    shim_talk_close_input(talk);
    int64_t until_us = now_us(talk) + TALK_END_US;
    while (carrier_input(talk->shim)->nbytes == 0 && !carrier_at_eof(talk->shim) &&
           go_on(talk, until_us))
        ;
    part = buffer_span(carrier_input(talk->shim));
    if (part.nbytes > 0)
        return shim_talk_wrong(talk,
                               "the answer came only when standard input had ended: each line must "
                               "be flushed when it is complete, and each request answered when its "
                               "line is there",
                               wanted, visible(talk, part));
    return shim_talk_wrong(talk, "it does not answer", wanted,
                           nlines > 0 ? "data lines, but no status line" : "nothing");
}

bool shim_talk_answer(struct shim_talk *talk, const char *request)
{
    if (talk->is_wrong)
        return false;
    shim_answer_free(&talk->answer);
    talk->request = arena_text(&talk->arena, span_of(request));
    int64_t until_us = now_us(talk) + talk->answer_us;
    while (take_lines(talk) && !talk->answer.is_complete) {
        if (carrier_at_eof(talk->shim)) /* what is left is no line */
            return shim_talk_wrong(
                talk, arena_printf(&talk->arena, "it ends instead of answering `%s`", request),
                "an answer", end_of(talk));
        if (!go_on(talk, until_us))
            return wrong_silence(talk);
    }
    return !talk->is_wrong;
}

bool shim_talk_is(const struct shim_talk *talk, enum shim_status status)
{
    return talk->answer.is_complete && talk->answer.status == status;
}

static const char *status_names(struct shim_talk *talk, unsigned statuses)
{
    struct buffer names = {0};
    for (enum shim_status i = SHIM_OK; i <= SHIM_FAILED; i++)
        if ((statuses & (1u << i)) != 0)
            buffer_printf(&names, "%s`%s`", names.nbytes == 0 ? "" : " or ", shim_status_word(i));
    const char *text = arena_text(&talk->arena, buffer_span(&names));
    buffer_free(&names);
    return text;
}

bool shim_talk_ask(struct shim_talk *talk, const char *request, unsigned statuses)
{
    if (talk->is_wrong)
        return false;
    shim_talk_send(talk, arena_printf(&talk->arena, "%s\n", request));
    if (!shim_talk_answer(talk, request))
        return false;
    if ((statuses & (1u << talk->answer.status)) != 0)
        return true;
    struct span text = talk->answer.text;
    return shim_talk_wrong(talk, arena_printf(&talk->arena, "the answer to `%s`", request),
                           status_names(talk, statuses),
                           arena_printf(&talk->arena, "%s%s%.*s",
                                        shim_status_word(talk->answer.status),
                                        text.nbytes > 0 ? " " : "", SPAN_ARG(text)));
}

bool shim_talk_open(struct shim_talk *talk)
{
    const struct run_client *client = talk->run->client;
    return shim_talk_ask(talk,
                         arena_printf(&talk->arena, "open %s %u", client->host(talk->run->context),
                                      client->port(talk->run->context)),
                         TALK_OK);
}

bool shim_talk_quiet(struct shim_talk *talk, int64_t ms, const char *why_not)
{
    if (talk->is_wrong)
        return false;
    shim_talk_wait(talk, ms);
    struct span octets = buffer_span(carrier_input(talk->shim));
    if (octets.nbytes > 0)
        return shim_talk_wrong(talk, why_not, "nothing", visible(talk, octets));
    return !carrier_at_eof(talk->shim) || shim_talk_wrong(talk, why_not, "nothing", end_of(talk));
}

bool shim_talk_ends(struct shim_talk *talk, bool may_say_ok)
{
    if (talk->is_wrong)
        return false;
    int64_t until_us = now_us(talk) + talk->answer_us;
    while (!carrier_at_eof(talk->shim) && go_on(talk, until_us))
        ;
    struct span octets = buffer_span(carrier_input(talk->shim));
    if (octets.nbytes > 0 && !(may_say_ok && span_is(octets, "ok\n")))
        return shim_talk_wrong(talk, "something is written at the end", "nothing more",
                               visible(talk, octets));
    struct buffer how = {0};
    bool has_ended = talk->run->client->has_exited(talk->run->context, &how);
    while (!has_ended && go_on(talk, until_us))
        has_ended = talk->run->client->has_exited(talk->run->context, &how);
    buffer_free(&how);
    return has_ended ||
           shim_talk_wrong(talk, "it does not end", "the end of the program", "it still runs");
}
