#include "reference/client.h"

#include <stdlib.h>

#include "stream/stream.h"
#include "targets/client_watch.h"
#include "targets/target.h"
#include "watch/watch.h"

/* What the client is asked to do, one after the other, whenever the stream has a barrier. */
static const struct span keywords[] = {SPAN_INIT("\\Seen"), SPAN_INIT("k1")};
static const struct client_criterion criteria[] = {
    {.key = SPAN_INIT("FROM"), .value = SPAN_INIT("a \"b\""), .has_value = true},
    {.key = SPAN_INIT("UNDELETED")}};
static const struct client_request requests[] = {
    {.verb = CLIENT_LOGIN, .name = SPAN_INIT("fred"), .password = SPAN_INIT("se\"cret")},
    {.verb = CLIENT_SELECT, .name = SPAN_INIT("INBOX")},
    {.verb = CLIENT_FETCH, .sequence = SPAN_INIT("1:3"), .items = CLIENT_ALL},
    {.verb = CLIENT_FETCH,
     .sequence = SPAN_INIT("2"),
     .items = CLIENT_RFC822 | CLIENT_HEADER | CLIENT_TEXT},
    {.verb = CLIENT_STORE,
     .sequence = SPAN_INIT("1,3"),
     .store = CLIENT_STORE_ADD,
     .flags = keywords,
     .nflags = 2},
    {.verb = CLIENT_SEARCH, .criteria = criteria, .ncriteria = 2},
    {.verb = CLIENT_FIND_MAILBOXES, .name = SPAN_INIT("*")},
    {.verb = CLIENT_COPY, .sequence = SPAN_INIT("2:3"), .name = SPAN_INIT("{m}")},
    {.verb = CLIENT_NOOP},
    {.verb = CLIENT_EXPUNGE},
    {.verb = CLIENT_CHECK},
    {.verb = CLIENT_BBOARD, .name = SPAN_INIT("b1")},
    {.verb = CLIENT_FETCH,
     .sequence = SPAN_INIT("1:2"),
     .items = CLIENT_FLAGS,
     .only_missing = true},
    {.verb = CLIENT_LOGOUT},
};
enum { NREQUESTS = sizeof requests / sizeof *requests, NOPERATIONS_MAX = 200 };

struct talk {
    struct reference_client *client;
    uint64_t operations[NOPERATIONS_MAX];
    size_t noperations, next;
    bool is_bytewise;
    struct buffer said; /* by the client */
    struct client_watch watch;
    struct watch_connection *model; /* of the client that is told line by line; else NULL */
    bool has_greeting;              /* the server's first line has come */
    bool is_inside_line;            /* the server's last line has not come to its end */
    bool is_garbled;                /* nothing is judged by the model any more */
};

static void begin(struct talk *talk, size_t request)
{
    if (talk->noperations < NOPERATIONS_MAX)
        talk->operations[talk->noperations++] =
            reference_client_begin(talk->client, &requests[request % NREQUESTS]);
    fuzz_ncommands++;
}

static void listen(struct talk *talk)
{
    struct span output;
    while ((output = reference_client_output(talk->client)).nbytes > 0) {
        buffer_append(&talk->said, output);
        client_watch_said(&talk->watch, output);
        if (talk->model != NULL)
            watch_connection_client(talk->model, output);
        if (fuzz_trace != NULL)
            fuzz_trace("client", 'C', output);
        reference_client_sent(talk->client, output.nbytes);
    }
}

/* In a name that is the rest of its line (B93). */
static bool is_inside_name(struct span line, size_t brace)
{
    struct span rest = span_trim(span_from(line, 2));
    struct span word = span_cut(&rest, ' ');
    return (span_is_nocase(word, "MAILBOX") || span_is_nocase(word, "BBOARD")) &&
           rest.data != line.data + brace;
}

/* Whether it announces a literal is anybody's guess: a count behind a line of no kind, in the
 * greeting, or where no string can begin. Of a line that comes in pieces it is taken to be. */
static bool is_doubtful(const struct talk *talk, struct span piece)
{
    struct span line = span_trim(piece);
    uint64_t count;
    size_t brace;
    if (!talk->has_greeting || talk->is_inside_line || !span_starts_with(piece, SPAN_LIT("* ")))
        return span_ends_with(line, SPAN_LIT("}"));
    return wire_announcement(line, &count, &brace) &&
           ((line.data[brace - 1] != ' ' && line.data[brace - 1] != '(') ||
            is_inside_name(line, brace));
}

/* Line by line: nothing that a client does can begin but at the end of one. */
static void tell(struct talk *talk, struct span octets)
{
    if (fuzz_trace != NULL)
        fuzz_trace("client", 'S', octets);
    while (octets.nbytes > 0) {
        size_t lf = span_find_byte(octets, '\n');
        size_t nbytes = talk->is_bytewise ? 1 : lf == SPAN_NPOS ? octets.nbytes : lf + 1;
        struct span piece = span_slice(octets, 0, nbytes);
        client_watch_told(&talk->watch, piece);
        if (is_doubtful(talk, piece))
            talk->is_garbled = true;
        talk->is_inside_line = piece.data[nbytes - 1] != '\n';
        talk->has_greeting = talk->has_greeting || !talk->is_inside_line;
        if (talk->model != NULL)
            watch_connection_server(talk->model, piece);
        reference_client_receive(talk->client, piece);
        listen(talk);
        octets = span_from(octets, piece.nbytes);
    }
}

static void take_event(struct talk *talk, const struct stream_event *event)
{
    switch (event->kind) {
    case STREAM_DATA:
        tell(talk, event->data);
        return;
    case STREAM_BARRIER:
        begin(talk, talk->next++);
        break;
    case STREAM_DELIVER:
    case STREAM_FAULT:
        begin(talk, event->argument);
        break;
    case STREAM_HALFCLOSE:
        reference_client_receive_eof(talk->client);
        break;
    case STREAM_SESSION:
    case STREAM_SEGMENT:
    case STREAM_CLOCK:
    case STREAM_RECONNECT:
        break;
    }
    listen(talk);
}

/* What the model of the session says of the client's commands. Once the server has broken a rule,
 * two readers may see different lines, and neither is wrong. */
static void judge(void *context, const struct watch_found *found)
{
    struct talk *talk = context;
    struct buffer text = {0};
    if (found->side == WATCH_SERVER)
        talk->is_garbled = true;
    if (talk->is_garbled || found->side == WATCH_SERVER || found->finding->level < FINDING_FAIL)
        return;
    buffer_append_escaped(&text, found->octets, 300);
    fuzz_fail("client.model", found->finding->requirement, found->finding->rule, "%s in: %.*s",
              found->finding->text, SPAN_ARG(buffer_span(&text)));
}

static void play(struct talk *talk, struct span stream)
{
    const struct watch_setup setup = {
        .dialect = "imap2", .judged = WATCH_BOTH, .found = judge, .context = talk};
    struct stream_reader reader = stream_reader_of(stream);
    struct stream_event event;
    talk->client = reference_client_new(NULL);
    talk->watch.client = talk->client;
    talk->model = talk->is_bytewise ? NULL : watch_connection_new(&setup);
    begin(talk, talk->next++);
    begin(talk, talk->next++);
    listen(talk);
    while (stream_reader_next(&reader, &event)) {
        take_event(talk, &event);
        client_watch_look(&talk->watch, talk->operations, talk->noperations);
    }
    reference_client_receive_eof(talk->client);
    listen(talk);
    for (size_t i = 0; i < talk->noperations; i++) {
        const struct client_result *result =
            reference_client_result(talk->client, talk->operations[i]);
        if (result == NULL || result->outcome == CLIENT_RUNNING)
            fuzz_fail("client.outcome", "", "operation without an end",
                      "operation %zu has no outcome though the connection is gone", i);
        reference_client_end(talk->client, talk->operations[i]);
    }
    reference_client_free(&talk->client);
    watch_connection_free(&talk->model);
    client_watch_free(&talk->watch);
}

/* The rest of a literal must follow its `+` and nothing else: what is said between two events
 * either ends its line or waits. */
static void check_lines(struct span said)
{
    while (said.nbytes > 0) {
        size_t lf = span_find_byte(said, '\n');
        struct span line = span_slice(said, 0, lf == SPAN_NPOS ? lf : lf + 1);
        if (lf != SPAN_NPOS && !span_ends_with(line, SPAN_LIT("\r\n")))
            fuzz_fail("client.line", "lex.crlf", "bare LF", "a line that ends in LF alone: %.*s",
                      SPAN_ARG(line));
        for (size_t i = 0; i + 2 < line.nbytes; i++)
            if (!char_is_print(line.data[i]))
                fuzz_fail("client.line", "lex.crlf", "octet", "an octet that nobody asked for");
        said = span_from(said, line.nbytes);
    }
}

/* What a server says to a client that wants things of it. The client says the same whether it
 * comes line by line, when it can react, or octet by octet; and every operation ends when the
 * connection does. */
void fuzz_client_one(struct span stream)
{
    static struct talk whole;
    static struct talk cut;
    whole = (struct talk){.noperations = 0};
    cut = (struct talk){.is_bytewise = true};
    play(&whole, stream);
    play(&cut, stream);
    check_lines(buffer_span(&whole.said));
    if (!span_equal(buffer_span(&whole.said), buffer_span(&cut.said)))
        fuzz_fail("client.segmentation", "", "other commands when cut",
                  "the client says something else when the octets come one by one");
    buffer_free(&whole.said);
    buffer_free(&cut.said);
}
