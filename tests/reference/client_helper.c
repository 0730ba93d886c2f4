#include "client_helper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS_MAX = 24, OPERATIONS_MAX = 64 };

struct play {
    const char *name;
    struct reference_client *client;
    bool is_bytewise;
    uint64_t ids[OPERATIONS_MAX]; /* begun, not asked for */
    size_t nids;
    struct span line;
};

static void fail_at(const struct play *play, const char *what, struct span got)
{
    struct buffer text = {0};
    buffer_append_escaped(&text, got, 2000);
    print_message("%s%s: %s\n  line \"%.*s\"\n  got \"%.*s\"\n", play->name,
                  play->is_bytewise ? " (octet by octet)" : "", what, SPAN_ARG(play->line),
                  SPAN_ARG(buffer_span(&text)));
    buffer_free(&text);
    fail();
}

/* ---- requests ---- */

static unsigned item_of(struct span word)
{
    static const char *const names[] = {"FLAGS",       "INTERNALDATE", "RFC822.SIZE",
                                        "ENVELOPE",    "RFC822",       "RFC822.HEADER",
                                        "RFC822.TEXT", "FAST",         "ALL"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (span_is(word, names[i]))
            return 1u << i;
    return 1u << 20;
}

static void read_store(struct client_request *request, const struct span *words, size_t nwords)
{
    request->store = span_is(words[2], "FLAGS")    ? CLIENT_STORE_REPLACE
                     : span_is(words[2], "+FLAGS") ? CLIENT_STORE_ADD
                                                   : CLIENT_STORE_REMOVE;
    request->flags = words + 3;
    request->nflags = nwords - 3;
}

static void read_search(struct client_request *request, struct client_criterion *criteria,
                        const struct span *words, size_t nwords)
{
    for (size_t i = 1; i < nwords; i++) {
        struct client_criterion *c = &criteria[request->ncriteria++];
        *c = (struct client_criterion){.key = words[i]};
        c->has_value = client_search_key_takes_value(c->key) && i + 1 < nwords;
        if (c->has_value)
            c->value = words[++i];
    }
    request->criteria = criteria;
}

static const struct {
    const char *word;
    enum client_verb verb;
} request_verbs[] = {
    {"noop", CLIENT_NOOP},       {"login", CLIENT_LOGIN},
    {"logout", CLIENT_LOGOUT},   {"select", CLIENT_SELECT},
    {"bboard", CLIENT_BBOARD},   {"mailboxes", CLIENT_FIND_MAILBOXES},
    {"check", CLIENT_CHECK},     {"bboards", CLIENT_FIND_BBOARDS},
    {"expunge", CLIENT_EXPUNGE}, {"copy", CLIENT_COPY},
    {"fetch", CLIENT_FETCH},     {"show", CLIENT_FETCH},
    {"store", CLIENT_STORE},     {"search", CLIENT_SEARCH},
};

uint64_t client_begin_text(struct reference_client *client, struct span text)
{
    struct span words[WORDS_MAX] = {{0}};
    struct client_criterion criteria[WORDS_MAX];
    size_t nwords = 0, verb = 0;
    while (text.nbytes > 0 && nwords < WORDS_MAX)
        words[nwords++] = span_cut(&text, '|');
    while (!span_is(words[0], request_verbs[verb].word))
        assert_true(++verb < sizeof request_verbs / sizeof *request_verbs);
    struct client_request request = {.verb = request_verbs[verb].verb};
    request.only_missing = span_is(words[0], "show");
    request.name = words[request.verb == CLIENT_COPY ? 2 : 1];
    request.password = words[2];
    request.sequence = words[1];
    for (size_t i = 2; request.verb == CLIENT_FETCH && i < nwords; i++)
        request.items |= item_of(words[i]);
    if (request.verb == CLIENT_STORE)
        read_store(&request, words, nwords);
    if (request.verb == CLIENT_SEARCH)
        read_search(&request, criteria, words, nwords);
    return reference_client_begin(client, &request);
}

/* ---- beliefs ---- */

static void describe_string(struct buffer *out, const char *name, struct client_string value)
{
    buffer_printf(out, " %s=", name);
    if (value.is_nil)
        buffer_append_text(out, "NIL");
    else
        buffer_append(out, value.value);
}

static void describe_envelope(const struct client_envelope *envelope, struct buffer *out)
{
    describe_string(out, "date", envelope->date);
    describe_string(out, "subject", envelope->subject);
    for (size_t i = 0; i < CLIENT_NLISTS; i++) {
        const struct client_addresses *list = &envelope->lists[i];
        buffer_append_text(out, list->is_nil ? " NIL" : " (");
        for (size_t j = 0; j < list->nitems; j++) {
            describe_string(out, "name", list->items[j].name);
            describe_string(out, "route", list->items[j].route);
            describe_string(out, "mailbox", list->items[j].mailbox);
            describe_string(out, "host", list->items[j].host);
        }
        if (!list->is_nil)
            buffer_append_byte(out, ')');
    }
    describe_string(out, "in-reply-to", envelope->in_reply_to);
    describe_string(out, "message-id", envelope->message_id);
}

void client_describe(const struct reference_client *client, struct buffer *out)
{
    struct client_view view;
    bool is_open = reference_client_view(client, &view);
    buffer_printf(out, "state %d open %d exists %u recent %u listed %.*s\n",
                  (int)reference_client_state(client), is_open, view.exists, view.recent,
                  SPAN_ARG(view.flags));
    for (size_t i = 0; i < reference_client_nknown(client); i++) {
        const struct client_message *m = reference_client_known(client, i);
        buffer_printf(out, "%u known %x flags %.*s size %u date %.*s %lld", m->number, m->known,
                      SPAN_ARG(m->flags), m->size_nbytes, SPAN_ARG(m->internal_date.text),
                      (long long)m->internal_date.wall_s);
        if (m->envelope != NULL)
            describe_envelope(m->envelope, out);
        buffer_append_text(out, " texts ");
        buffer_append(out, m->rfc822);
        buffer_append_byte(out, '|');
        buffer_append(out, m->header);
        buffer_append_byte(out, '|');
        buffer_append(out, m->text);
        buffer_append_byte(out, '\n');
    }
    for (size_t i = 0; i < reference_client_nnotes(client); i++) {
        struct client_note note = reference_client_note(client, i);
        buffer_printf(out, "note %d %.*s\n", (int)note.kind, SPAN_ARG(note.text));
    }
}

static size_t count_ignored(const struct reference_client *client)
{
    size_t n = 0;
    for (size_t i = 0; i < reference_client_nnotes(client); i++)
        n += reference_client_note(client, i).kind == CLIENT_NOTE_IGNORED;
    return n;
}

/* Of one message; "?" when it is not known. */
static void tell_message(const struct reference_client *client, struct span noun, uint32_t number,
                         struct buffer *out)
{
    const struct client_message *m = reference_client_message(client, number);
    unsigned known = m == NULL ? 0 : m->known;
    if (span_is(noun, "flags") && known & CLIENT_FLAGS)
        buffer_append(out, m->flags);
    else if (span_is(noun, "size") && known & CLIENT_SIZE)
        buffer_printf(out, "%u", m->size_nbytes);
    else if (span_is(noun, "subject") && known & CLIENT_ENVELOPE)
        buffer_append(out, m->envelope->subject.value);
    else if (span_is(noun, "text") && known & CLIENT_TEXT)
        buffer_append_escaped(out, m->text, 1000);
    else if (span_is(noun, "header") && known & CLIENT_HEADER)
        buffer_append_escaped(out, m->header, 1000);
    else if (span_is(noun, "rfc822") && known & CLIENT_RFC822)
        buffer_append_escaped(out, m->rfc822, 1000);
    else
        buffer_append_byte(out, '?');
}

static void tell(const struct reference_client *client, struct span noun, struct span *rest,
                 struct buffer *out)
{
    static const char *const states[] = {"opening",  "greeted", "authenticated",
                                         "selected", "leaving", "closed"};
    struct client_view view;
    uint32_t number = 0;
    (void)reference_client_view(client, &view);
    if (span_is(noun, "exists"))
        buffer_printf(out, "%u", view.exists);
    else if (span_is(noun, "recent"))
        buffer_printf(out, "%u", view.recent);
    else if (span_is(noun, "listed"))
        buffer_append(out, view.flags);
    else if (span_is(noun, "state"))
        buffer_append_text(out, states[reference_client_state(client)]);
    else if (span_is(noun, "ignored"))
        buffer_printf(out, "%zu", count_ignored(client));
    else if (span_is(noun, "closing") || span_is(noun, "open"))
        buffer_append_text(
            out, reference_client_is_closing(client) == span_is(noun, "closing") ? "" : "not so");
    else if (number_parse_u32(span_cut(rest, ' '), &number) == 0)
        tell_message(client, noun, number, out);
}

static void check_belief(const struct play *play, struct span text)
{
    struct buffer out = {0};
    struct span noun = span_cut(&text, ' ');
    tell(play->client, noun, &text, &out);
    if (!span_equal(buffer_span(&out), text))
        fail_at(play, "believes something else", buffer_span(&out));
    buffer_free(&out);
}

/* ---- outcomes ---- */

static void check_data(const struct play *play, const struct client_result *result,
                       struct span noun, struct span text)
{
    struct buffer out = {0};
    if (span_is(noun, "found"))
        for (size_t i = 0; i < result->nnumbers; i++)
            buffer_printf(&out, i > 0 ? " %u" : "%u", result->numbers[i]);
    else
        for (size_t i = 0; i < result->nnames; i++)
            buffer_printf(&out, i > 0 ? " %.*s" : "%.*s", SPAN_ARG(result->names[i]));
    if (!span_equal(buffer_span(&out), text))
        fail_at(play, "other data", buffer_span(&out));
    buffer_free(&out);
}

static void check_outcome(struct play *play, struct span text)
{
    static const char *const outcomes[] = {"running", "ok", "no", "bad", "refused", "lost"};
    assert_true(play->nids > 0);
    const struct client_result *result = reference_client_result(play->client, play->ids[0]);
    struct span word = span_cut(&text, ' ');
    if (span_is(word, "found") || span_is(word, "names")) {
        check_data(play, result, word, text);
        return;
    }
    if (!span_is(word, outcomes[result->outcome]) ||
        (text.nbytes > 0 && !span_equal(result->text, text))) {
        struct buffer got = {0};
        buffer_printf(&got, "%s %.*s", outcomes[result->outcome], SPAN_ARG(result->text));
        fail_at(play, "another outcome", buffer_span(&got));
    }
    if (result->outcome == CLIENT_RUNNING)
        return;
    reference_client_end(play->client, play->ids[0]);
    memmove(play->ids, play->ids + 1, --play->nids * sizeof *play->ids);
}

/* ---- playing ---- */

static void append_unescaped(struct buffer *out, struct span text)
{
    for (size_t i = 0; i < text.nbytes; i++) {
        char c = text.data[i];
        if (c == '\\' && i + 1 < text.nbytes) {
            static const struct span letters = SPAN_INIT("rn0"), octets = SPAN_INIT("\r\n\0");
            size_t at = span_find_byte(letters, text.data[i + 1]);
            if (at != SPAN_NPOS || text.data[i + 1] == '\\')
                c = text.data[++i];
            if (at != SPAN_NPOS)
                c = octets.data[at];
        }
        buffer_append_byte(out, c);
    }
}

void client_feed(struct reference_client *client, struct span octets, size_t part)
{
    for (size_t at = 0; at < octets.nbytes; at += part)
        reference_client_receive(client, span_slice(octets, at, part));
}

static void check_output(const struct play *play, struct span expected)
{
    struct span output = reference_client_output(play->client);
    if (!span_starts_with(output, expected))
        fail_at(play, "other output", output);
    reference_client_sent(play->client, expected.nbytes);
}

static void play_octets(struct play *play, char side, bool is_raw, struct span text)
{
    struct buffer octets = {0};
    if (is_raw) {
        append_unescaped(&octets, text);
    } else {
        buffer_append(&octets, text);
        buffer_append_text(&octets, "\r\n");
    }
    struct span all = buffer_span(&octets);
    if (side == 'C')
        check_output(play, all);
    else
        client_feed(play->client, all, play->is_bytewise ? 1 : all.nbytes);
    buffer_free(&octets);
}

static void play_line(struct play *play, struct span line)
{
    char kind = line.data[0];
    struct span text = span_from(line, 3);
    play->line = line;
    struct span output = reference_client_output(play->client);
    if ((kind == 'S' || kind == 'X') && output.nbytes > 0)
        fail_at(play, "output before", output);
    if (kind == 'C' || kind == 'S')
        play_octets(play, kind, line.data[1] == '-', text);
    else if (kind == 'D')
        play->ids[play->nids++] = client_begin_text(play->client, text);
    else if (kind == '=')
        check_outcome(play, text);
    else if (kind == '?')
        check_belief(play, text);
    else
        reference_client_receive_eof(play->client);
}

void client_play_all(const struct client_transcript *transcripts, size_t ntranscripts)
{
    for (size_t i = 0; i < 2 * ntranscripts; i++) {
        struct play play = {.name = transcripts[i / 2].name,
                            .client = reference_client_new(NULL),
                            .is_bytewise = i % 2 == 1};
        struct span rest = span_of(transcripts[i / 2].text);
        while (rest.nbytes > 0)
            play_line(&play, span_cut(&rest, '\n'));
        play.line = SPAN_LIT("(the end)");
        if (reference_client_output(play.client).nbytes > 0)
            fail_at(&play, "output left", reference_client_output(play.client));
        reference_client_free(&play.client);
    }
}

struct reference_client *client_selected(unsigned nmessages)
{
    struct reference_client *client = reference_client_new(NULL);
    struct buffer data = {0};
    reference_client_end(client, client_begin_text(client, SPAN_LIT("login|fred|secret")));
    reference_client_end(client, client_begin_text(client, SPAN_LIT("select|INBOX")));
    client_feed(client, SPAN_LIT("* OK hello\r\nA0001 OK in\r\n"), 4096);
    buffer_printf(&data,
                  "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen)\r\n* %u EXISTS\r\n"
                  "* 0 RECENT\r\nA0002 OK [READ-WRITE] selected\r\n",
                  nmessages);
    client_feed(client, buffer_span(&data), data.nbytes);
    buffer_free(&data);
    reference_client_sent(client, reference_client_output(client).nbytes);
    reference_client_clear_notes(client);
    assert_int_equal(reference_client_state(client), CLIENT_SELECTED);
    return client;
}
