#include <inttypes.h>
#include <stdio.h>

#include "grammar/grammar.h"
#include "stream/stream.h"
#include "targets/response_print.h"
#include "targets/target.h"

/*
 * Every response of the stream is given, alone, to a client with four messages in its mailbox. What
 * the grammar derives strictly is taken in, unless the client has a reason in its meaning. The
 * client is liberal by intention, so what the grammar refuses it may take; but whatever it has
 * taken can be said to another client by the grammar, and that one then believes the same.
 */

struct talk {
    struct reference_client *client;
    uint64_t operation;
    struct span tag;
};

static struct {
    struct grammar_matcher *matcher;
    int unit, greeting;
    struct buffer untouched; /* what the client believes that has been told nothing */
} common;

static void open_talk(struct talk *talk, const struct client_request *request);

static void make_common(void)
{
    struct talk talk;
    const struct grammar *grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    common.matcher = grammar_matcher_new(grammar);
    common.unit = grammar_rule(grammar, SPAN_LIT("server-unit"));
    common.greeting = grammar_rule(grammar, SPAN_LIT("greeting"));
    open_talk(&talk, NULL);
    response_print(talk.client, &common.untouched);
    reference_client_free(&talk.client);
}

static enum grammar_verdict judge_by_grammar(const struct wire_unit *unit, int rule)
{
    struct grammar_match match;
    struct grammar_input input = {unit->bytes, unit->literals, unit->nliterals};
    return grammar_match(common.matcher, rule, input, GRAMMAR_WHOLE, &match);
}

/* ---- a client that has selected a mailbox ---- */

static void tell(const struct talk *talk, struct span octets)
{
    reference_client_receive(talk->client, octets);
    struct span output = reference_client_output(talk->client);
    reference_client_sent(talk->client, output.nbytes);
}

/* The command that is under way: the one whose data it may be. */
static const struct client_request *request_for(struct span response)
{
    static const struct client_criterion all = {.key = SPAN_INIT("ALL")};
    static const struct {
        const char *word;
        struct client_request request;
    } requests[] = {
        {"SEARCH", {.verb = CLIENT_SEARCH, .criteria = &all, .ncriteria = 1}},
        {"MAILBOX", {.verb = CLIENT_FIND_MAILBOXES, .name = SPAN_INIT("*")}},
        {"BBOARD", {.verb = CLIENT_FIND_BBOARDS, .name = SPAN_INIT("*")}},
        {"COPY", {.verb = CLIENT_COPY, .sequence = SPAN_INIT("1:4"), .name = SPAN_INIT("m1")}},
        {"+", {.verb = CLIENT_COPY, .sequence = SPAN_INIT("1:4"), .name = SPAN_INIT("{\"\\")}},
        {"", {.verb = CLIENT_FETCH, .sequence = SPAN_INIT("1:4"), .items = CLIENT_ALL}},
    };
    size_t i = 0;
    while (span_find_nocase(span_slice(response, 0, 40), span_of(requests[i].word)) == SPAN_NPOS)
        i++;
    return &requests[i].request;
}

static void open_talk(struct talk *talk, const struct client_request *request)
{
    static const struct client_request login = {
        .verb = CLIENT_LOGIN, .name = SPAN_INIT("fred"), .password = SPAN_INIT("secret")};
    static const struct client_request select = {.verb = CLIENT_SELECT, .name = SPAN_INIT("INBOX")};
    talk->client = reference_client_new(NULL);
    (void)reference_client_begin(talk->client, &login);
    (void)reference_client_begin(talk->client, &select);
    tell(talk, SPAN_LIT("* OK hello\r\n"));
    tell(talk, SPAN_LIT("A0001 OK logged in\r\n"));
    tell(talk, SPAN_LIT("* 4 EXISTS\r\nA0002 OK [READ-WRITE] selected\r\n"));
    ENSURE(reference_client_state(talk->client) == CLIENT_SELECTED);
    reference_client_clear_notes(talk->client);
    talk->tag = SPAN_LIT("A0003");
    talk->operation = request == NULL ? 0 : reference_client_begin(talk->client, request);
    tell(talk, SPAN_LIT(""));
}

/* ---- what was not taken ---- */

/* It is well formed, and says what cannot be. */
static bool is_about_meaning(struct span why)
{
    static const char *const reasons[] = {"there is no such message",
                                          "no command has this tag",
                                          "no literal is pending",
                                          "messages go by EXPUNGE",
                                          "is under way",
                                          "the number is too large",
                                          "no mailbox is selected",
                                          "RFC822.SIZE has no",
                                          "not a number",
                                          "there is no name"};
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (span_find(span_slice(why, 0, 60), span_of(reasons[i])) != SPAN_NPOS)
            return true;
    return false;
}

/* Only numbers of more than 32 bits are none to the client. */
static bool has_long_number(struct span text)
{
    size_t ndigits = 0;
    for (size_t i = 0; i < text.nbytes && ndigits < 10; i++)
        ndigits = char_is_digit(text.data[i]) ? ndigits + 1 : 0;
    return ndigits >= 10;
}

static void check_taken(const struct talk *talk, const struct wire_unit *unit)
{
    struct buffer text = {0};
    buffer_append_escaped(&text, unit->bytes, 300);
    for (size_t i = 0; i < reference_client_nnotes(talk->client); i++) {
        struct client_note note = reference_client_note(talk->client, i);
        bool is_refused = note.kind == CLIENT_NOTE_IGNORED || note.kind == CLIENT_NOTE_FAULT;
        bool is_number = span_starts_with(note.text, SPAN_LIT("not a number")) ||
                         span_starts_with(note.text, SPAN_LIT("RFC822.SIZE"));
        if (is_refused &&
            (!is_about_meaning(note.text) || (is_number && !has_long_number(unit->bytes))))
            fuzz_fail("response.refuses", "syntax.server-full", "refused",
                      "the client refuses what the grammar derives (%.*s): %.*s",
                      SPAN_ARG(span_slice(note.text, 0, 60)), SPAN_ARG(buffer_span(&text)));
    }
    buffer_free(&text);
}

static bool has_line_of(struct span bytes, struct span tag)
{
    while (bytes.nbytes > 0)
        if (span_starts_with(span_cut(&bytes, '\n'), tag))
            return true;
    return false;
}

/* Only its own tag, octet by octet, completes a command. What is no response need not announce a
 * literal, either: then each of its lines may be one. */
static void check_tag(const struct talk *talk, const struct wire_unit *unit,
                      enum grammar_verdict verdict)
{
    const struct client_result *result = reference_client_result(talk->client, talk->operation);
    bool is_completed = result->outcome == CLIENT_OK || result->outcome == CLIENT_NO ||
                        result->outcome == CLIENT_BAD;
    bool has_tag = verdict == GRAMMAR_REJECTED ? has_line_of(unit->bytes, talk->tag)
                                               : span_starts_with(unit->bytes, talk->tag);
    if (is_completed && !has_tag)
        fuzz_fail("response.tag", "client.complete-on-tag", "completed by another tag",
                  "a line with another tag completes the command");
}

/* ---- what was taken ---- */

/* Each line by which it can be said is one of the grammar. */
static void check_derivable(struct span printed)
{
    struct wire_reader *reader = wire_reader_new(WIRE_FROM_SERVER, NULL);
    struct wire_unit unit;
    wire_reader_feed(reader, printed);
    while (wire_reader_next(reader, &unit)) {
        if (span_starts_with(unit.bytes, SPAN_LIT("* FLAGS")))
            continue;
        struct buffer text = {0};
        buffer_append_escaped(&text, unit.bytes, 300);
        if (judge_by_grammar(&unit, common.unit) == GRAMMAR_REJECTED)
            fuzz_fail("response.print", "syntax.server-full", "not derived",
                      "what the client believes cannot be said: %.*s",
                      SPAN_ARG(buffer_span(&text)));
        buffer_free(&text);
    }
    wire_reader_free(&reader);
}

/* Fewer messages than there were are to be told of by EXPUNGE. Several can come at once, in what is
 * one unit for the grammar and several lines for the client. */
static void shrink_view(struct talk *talk, const struct reference_client *wanted)
{
    struct client_view now, then;
    if (!reference_client_view(talk->client, &now) || !reference_client_view(wanted, &then))
        return;
    for (uint32_t number = now.exists; number > then.exists; number--) {
        char line[40];
        int n = snprintf(line, sizeof line, "* %" PRIu32 " EXPUNGE\r\n", number);
        tell(talk, span_make(line, (size_t)n));
    }
}

static void check_fixpoint(const struct talk *talk, bool is_strict)
{
    struct buffer first = {0};
    struct buffer second = {0};
    struct talk other;
    response_print(talk->client, &first);
    if (span_equal(buffer_span(&first), buffer_span(&common.untouched))) {
        buffer_free(&first);
        return;
    }
    if (is_strict)
        check_derivable(buffer_span(&first));
    if (first.nbytes > 0) {
        open_talk(&other, NULL);
        shrink_view(&other, talk->client);
        tell(&other, buffer_span(&first));
        response_print(other.client, &second);
        reference_client_free(&other.client);
    }
    if (!span_equal(buffer_span(&first), buffer_span(&second)))
        fuzz_fail("response.fixpoint", "", "another belief",
                  "said again it reads otherwise: %.*s / %.*s", SPAN_ARG(buffer_span(&first)),
                  SPAN_ARG(buffer_span(&second)));
    buffer_free(&first);
    buffer_free(&second);
}

/* ---- a response ---- */

static void judge_response(const struct wire_unit *unit)
{
    struct talk talk;
    open_talk(&talk, request_for(unit->bytes));
    enum grammar_verdict verdict = judge_by_grammar(unit, common.unit);
    bool is_strict = verdict == GRAMMAR_STRICT;
    if (fuzz_trace != NULL)
        fuzz_trace("client", 'S', unit->bytes);
    fuzz_ncommands++;
    tell(&talk, unit->bytes);
    if (is_strict)
        check_taken(&talk, unit);
    check_tag(&talk, unit, verdict);
    check_fixpoint(&talk, is_strict);
    reference_client_free(&talk.client);
}

static void judge_greeting(const struct wire_unit *unit)
{
    struct talk talk = {.client = reference_client_new(NULL)};
    tell(&talk, unit->bytes);
    if (judge_by_grammar(unit, common.greeting) == GRAMMAR_STRICT &&
        reference_client_state(talk.client) != CLIENT_GREETED)
        fuzz_fail("response.greeting", "greeting.ok", "refused",
                  "the client does not take the greeting");
    reference_client_free(&talk.client);
}

void fuzz_response_one(struct span stream)
{
    static const struct wire_limits limits = {.literal_nbytes = 65536};
    struct wire_reader *reader = wire_reader_new(WIRE_FROM_SERVER, &limits);
    struct stream_reader events = stream_reader_of(stream);
    struct stream_event event;
    struct wire_unit unit;
    if (common.matcher == NULL)
        make_common();
    while (stream_reader_next(&events, &event))
        wire_reader_feed(reader, event.data);
    while (wire_reader_next(reader, &unit)) {
        if (!unit.is_complete || unit.is_cut)
            continue;
        judge_response(&unit);
        judge_greeting(&unit);
    }
    wire_reader_free(&reader);
}
