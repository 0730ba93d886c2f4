#include "grammar/grammar.h"
#include "reference/session.h"
#include "targets/place.h"
#include "targets/target.h"

/* Sessions whose parser is asked; parsing has no effect on anything. */
static struct {
    struct place place;
    struct reference_session *greeted, *selected;
    struct grammar_matcher *matcher;
    int rule;
    struct wire_reader *reader;
} common;

static struct reference_session *open_session(const char *octets)
{
    struct reference_session *session = reference_session_open(common.place.server);
    reference_session_receive(session, span_of(octets));
    struct span output = reference_session_output(session);
    reference_session_sent(session, output.nbytes);
    return session;
}

static void make_common(void)
{
    static const struct wire_limits limits = {.literal_nbytes = 65536};
    const struct grammar *grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    place_open(&common.place);
    common.greeted = open_session("");
    common.selected = open_session("a LOGIN fred secret\r\nb SELECT INBOX\r\n");
    ENSURE(common.selected->state == SESSION_SELECTED);
    common.matcher = grammar_matcher_new_viewing(grammar_view_new(grammar, NULL, 0));
    grammar_matcher_set_memory(common.matcher, grammar_memory_new());
    common.rule = grammar_rule(grammar, SPAN_LIT("request"));
    common.reader = wire_reader_new(WIRE_FROM_CLIENT, &limits);
}

/* ---- the server's reading ---- */

struct reading {
    enum parse_result result;
    const char *fault;
    size_t refused_at; /* where the text ended that was refused */
};

static bool is_printable(struct span line)
{
    for (size_t i = 0; i < line.nbytes; i++)
        if (!char_is_print(line.data[i]))
            return false;
    return true;
}

static bool is_login(struct span text)
{
    (void)span_cut(&text, ' ');
    return span_starts_with_nocase(text, SPAN_LIT("LOGIN"));
}

/* As a session reads it: to the end of each line that announces, and at last as a whole. */
static struct reading read_command(const struct wire_unit *unit)
{
    struct reference_session *session = is_login(unit->bytes) ? common.greeted : common.selected;
    struct reading reading = {.result = PARSE_BAD};
    size_t line = 0;
    for (size_t i = 0; i <= unit->nliterals; i++) {
        size_t end = i < unit->nliterals ? unit->literals[i].at : unit->bytes.nbytes;
        reading.refused_at = end;
        bool has_crlf = end - line >= 2 && unit->bytes.data[end - 2] == '\r' &&
                        unit->bytes.data[end - 1] == '\n';
        if (!has_crlf || !is_printable(span_slice(unit->bytes, line, end - 2 - line)))
            return (struct reading){PARSE_BAD, "framing", end};
        struct parser parser = {.text = span_slice(unit->bytes, 0, end - 2)};
        session->reader.line_at = line;
        reading.result = server_command_parse(session, &parser);
        reading.fault = parser.fault;
        if (reading.result != PARSE_LITERAL || i == unit->nliterals)
            return reading;
        if (parser.literal_nbytes != unit->literals[i].count)
            fuzz_fail("command.literal", "lex.literal", "another count",
                      "the server reads %llu octets, %llu are announced",
                      (unsigned long long)parser.literal_nbytes,
                      (unsigned long long)unit->literals[i].count);
        line = unit->literals[i].at + (size_t)unit->literals[i].count;
    }
    return reading;
}

/* Refusals of what is well formed. */
static bool is_about_meaning(const char *fault)
{
    static const char *const faults[] = {"No message has that number", "Already logged in",
                                         "Log in first", "Malformed date"};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (span_is(span_of(fault), faults[i]))
            return true;
    return false;
}

_Noreturn static void fail(const char *oracle, const char *signature, const char *what,
                           const struct wire_unit *unit)
{
    struct buffer text = {0};
    buffer_append_escaped(&text, unit->bytes, 300);
    fuzz_fail(oracle, "syntax.client-strict", signature, "%s: %.*s", what,
              SPAN_ARG(buffer_span(&text)));
}

static void judge_command(const struct wire_unit *unit)
{
    struct grammar_match match;
    struct grammar_input input = {unit->bytes, unit->literals, unit->nliterals};
    struct reading reading = read_command(unit);
    fuzz_ncommands++;
    enum grammar_verdict verdict =
        grammar_match(common.matcher, common.rule, input, GRAMMAR_VERDICT, &match);
    if (verdict == GRAMMAR_REJECTED && match.limit == NULL && reading.result == PARSE_OK) {
        (void)grammar_match(common.matcher, common.rule, input, GRAMMAR_WHOLE, &match);
        fail("command.accepts", match.failed_in == NULL ? "" : match.failed_in,
             "the server takes what no reading of the grammar allows", unit);
    }
    if (verdict != GRAMMAR_STRICT || reading.result == PARSE_OK)
        return;
    if (reading.fault == NULL)
        fail("command.refuses", "", "the server waits for a literal in what the grammar derives",
             unit);
    if (!is_about_meaning(reading.fault))
        fail("command.refuses", reading.fault, "the server refuses what the grammar derives", unit);
}

void fuzz_command_one(struct span stream)
{
    struct stream_reader events = stream_reader_of(stream);
    struct stream_event event;
    struct wire_unit unit;
    uint64_t count;
    if (common.matcher == NULL)
        make_common();
    wire_reader_reset(common.reader);
    while (stream_reader_next(&events, &event))
        wire_reader_feed(common.reader, event.data);
    do {
        while (wire_reader_next(common.reader, &unit))
            if (unit.is_complete && !unit.is_cut)
                judge_command(&unit);
        if (!wire_reader_is_waiting(common.reader, &unit, &count))
            break;
        wire_reader_literal_granted(common.reader);
    } while (true);
}
