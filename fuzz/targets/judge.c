#include "targets/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "targets/target.h"

enum { LITERAL_KEPT_NBYTES = 256 * 1024 };

/* ---- findings ---- */

/* The sentence with numbers and quotations left out: the same for the same fault. */
static void make_signature(const struct finding *finding, char *out, size_t capacity)
{
    size_t n = (size_t)snprintf(out, capacity, "%s ", finding->rule);
    bool is_quoted = false;
    for (const char *at = finding->text; *at != '\0' && n + 1 < capacity; at++) {
        if (*at == '"' || *at == '`')
            is_quoted = !is_quoted;
        else if (!is_quoted && !char_is_digit(*at))
            out[n++] = *at;
    }
    out[n] = '\0';
}

static void tell(struct judge *judge, const struct finding *finding, struct span octets)
{
    char signature[64];
    if (finding->level == FINDING_OBSERVE) /* of the framing */
        return;
    make_signature(finding, signature, sizeof signature);
    buffer_clear(&judge->quoted);
    buffer_append_escaped(&judge->quoted, octets, 300);
    fuzz_fail("session.model", finding->requirement, signature, "%s in: %.*s", finding->text,
              SPAN_ARG(buffer_span(&judge->quoted)));
}

static void tell_findings(struct judge *judge, struct span octets)
{
    if (judge->findings.nitems == 0)
        return;
    for (size_t i = 0; i < judge->findings.nitems; i++)
        tell(judge, &judge->findings.items[i], octets);
    arena_reset(&judge->arena);
    judge->findings = (struct finding_list){.arena = &judge->arena};
}

static void trace(const struct judge *judge, char who, struct span octets)
{
    if (fuzz_trace != NULL)
        fuzz_trace(judge->name, who, octets);
}

/* ---- the client ---- */

static bool is_tag_octet(char c)
{
    switch (c) {
    case '(':
    case ')':
    case '{':
    case ' ':
    case '%':
    case '"':
    case '\\':
        return false;
    default:
        return char_is_print(c);
    }
}

/* A tag that can be given back (B41, B43): by the letter of RFC 1176 p.28. */
static bool has_usable_tag(const struct wire_unit *unit)
{
    struct span tag = unit->tag;
    if (tag.nbytes > 0 && (tag.data[0] == '*' || tag.data[0] == '+'))
        return false;
    for (size_t i = 0; i < tag.nbytes; i++)
        if (!is_tag_octet(tag.data[i]))
            return false;
    /* What follows it decides whether it is a tag at all. */
    struct span rest = span_from(unit->bytes, tag.nbytes);
    return tag.nbytes > 0 &&
           (span_is(rest, "\r\n") || span_is(rest, "\n") || span_starts_with(rest, SPAN_LIT(" ")));
}

static void expect_completion(struct judge *judge, const struct wire_unit *unit)
{
    if (!has_usable_tag(unit))
        return;
    judge->due = mem_grow(judge->due, &judge->due_capacity, judge->ndue + 1, sizeof *judge->due);
    judge->due[judge->ndue++] = span_hash(unit->tag);
}

static void take_completion(struct judge *judge, const struct wire_unit *unit)
{
    uint64_t hash = span_hash(unit->tag);
    for (size_t i = 0; i < judge->ndue; i++)
        if (judge->due[i] == hash) {
            judge->due[i] = judge->due[--judge->ndue];
            return;
        }
    fuzz_fail("session.completion", "cmd.one-completion", "completion of no command",
              "completed though no such command is under way: %.*s",
              SPAN_ARG(span_trim(unit->bytes)));
}

/* Once its completion has come, and is due still: it was that of an older one of the same tag. */
static bool is_due(const struct judge *judge, struct span tag)
{
    for (size_t i = 0; i < judge->ndue; i++)
        if (judge->due[i] == span_hash(tag))
            return true;
    return false;
}

static void look_at_client(struct judge *judge)
{
    struct wire_unit unit;
    uint64_t count;
    while (wire_reader_next(judge->from_client, &unit)) {
        fuzz_ncommands++;
        model_session_client(judge->model, &unit, &judge->findings);
        if (judge->nwaiting == 0 && unit.is_complete)
            expect_completion(judge, &unit);
        judge->nwaiting = 0;
    }
    if (!wire_reader_is_waiting(judge->from_client, &unit, &count))
        return;
    if (judge->nwaiting != unit.nliterals)
        model_session_client(judge->model, &unit, &judge->findings);
    if (judge->nwaiting == 0)
        expect_completion(judge, &unit);
    judge->nwaiting = unit.nliterals;
}

/* ---- the server ---- */

/* An untagged BAD answers a command whose tag cannot be given back (B43). */
static bool refuses_untagged(const struct wire_unit *answer, const struct wire_unit *command)
{
    struct span rest = answer->bytes;
    return answer->kind == WIRE_UNTAGGED && !has_usable_tag(command) &&
           span_is(span_cut(&rest, ' '), "*") && span_is(span_cut(&rest, ' '), "BAD");
}

static void answer_announcement(struct judge *judge, const struct wire_unit *answer)
{
    struct wire_unit command;
    uint64_t count;
    if (!wire_reader_is_waiting(judge->from_client, &command, &count)) {
        if (answer->kind == WIRE_CONTINUATION)
            fuzz_fail("session.plus", "literal.continuation", "plus without a literal",
                      "`+` though no literal is announced");
        return;
    }
    if (answer->kind == WIRE_CONTINUATION)
        wire_reader_literal_granted(judge->from_client);
    else if ((answer->kind == WIRE_TAGGED && span_equal(answer->tag, command.tag) &&
              !is_due(judge, command.tag)) ||
             refuses_untagged(answer, &command))
        wire_reader_literal_refused(judge->from_client);
    else
        return;
    look_at_client(judge);
}

static void look_at_server(struct judge *judge)
{
    struct wire_unit unit;
    while (wire_reader_next(judge->from_server, &unit)) {
        for (size_t i = 0; i < unit.nfindings; i++)
            tell(judge, &unit.findings[i], unit.bytes);
        model_session_server(judge->model, &unit, &judge->findings);
        tell_findings(judge, unit.bytes);
        if (unit.kind == WIRE_TAGGED)
            take_completion(judge, &unit);
        answer_announcement(judge, &unit);
    }
}

void judge_listen(struct judge *judge)
{
    struct span output = reference_session_output(judge->session);
    while (output.nbytes > 0) {
        if (judge->is_closed)
            fuzz_fail("session.closed", "session.bye-closes", "output after the end",
                      "%zu octets after the connection was to be closed", output.nbytes);
        trace(judge, 'S', output);
        wire_reader_feed(judge->from_server, output);
        reference_session_sent(judge->session, output.nbytes);
        look_at_server(judge);
        output = reference_session_output(judge->session);
    }
    if (reference_session_is_closing(judge->session) && !judge->is_closed) {
        judge->is_closed = true;
        if (wire_reader_is_inside_unit(judge->from_server))
            fuzz_fail("session.closed", "resp.crlf", "closed inside a line",
                      "the server closes in the middle of a response");
        model_session_server_closed(judge->model, false, &judge->findings);
        tell_findings(judge, (struct span){0});
    }
}

void judge_say(struct judge *judge, struct span octets)
{
    if (judge->is_half_closed || judge->is_closed)
        return;
    trace(judge, 'C', octets);
    wire_reader_feed(judge->from_client, octets);
    look_at_client(judge);
    reference_session_receive(judge->session, octets);
    judge_listen(judge);
}

void judge_half_close(struct judge *judge)
{
    if (judge->is_half_closed || judge->is_closed)
        return;
    judge->is_half_closed = true;
    wire_reader_end(judge->from_client);
    look_at_client(judge);
    model_session_client_ended(judge->model, false, &judge->findings);
    reference_session_receive_eof(judge->session);
    judge_listen(judge);
    if (!judge->is_closed)
        fuzz_fail("session.eof", "", "open after the end of input",
                  "the client's end does not end the session");
}

void judge_end(struct judge *judge)
{
    struct wire_unit unit;
    uint64_t count;
    if (judge->is_closed)
        return;
    if (wire_reader_is_inside_unit(judge->from_server))
        fuzz_fail("session.whole", "resp.crlf", "stopped inside a line",
                  "the server stops in the middle of a response");
    bool is_waiting = wire_reader_is_waiting(judge->from_client, &unit, &count);
    if (is_waiting)
        fuzz_fail("session.plus", "literal.continuation", "announcement without an answer",
                  "an announced literal is neither granted nor refused");
    /* The one whose literal is still to come is not whole. */
    if (judge->ndue > (judge->nwaiting > 0 ? 1 : 0))
        fuzz_fail("session.completion", "cmd.one-completion", "command without a completion",
                  "%zu commands are not completed", judge->ndue);
}

/* ---- a connection ---- */

void judge_open(struct judge *judge, struct place *place, const char *name, bool is_alone)
{
    static const struct wire_limits limits = {.literal_nbytes = LITERAL_KEPT_NBYTES};
    struct model_setup setup = {.dialect = "imap2",
                                .name = name,
                                .user = "fred",
                                .judges_server = true,
                                .least = FINDING_WARN,
                                .is_single_writer = is_alone,
                                .memory = place->memory};
    judge->place = place;
    judge->name = name;
    judge->findings.arena = &judge->arena;
    if (judge->model == NULL) {
        judge->model = model_session_new(place->world, &setup);
        judge->from_client = wire_reader_new(WIRE_FROM_CLIENT, &limits);
        judge->from_server = wire_reader_new(WIRE_FROM_SERVER, &limits);
    } else {
        model_session_reset(judge->model, place->world, &setup);
        wire_reader_reset(judge->from_client);
        wire_reader_reset(judge->from_server);
    }
    judge->session = reference_session_open(place->server);
    judge_listen(judge);
}

void judge_close(struct judge *judge)
{
    if (judge->session == NULL)
        return;
    model_session_client_closed(judge->model);
    model_session_retire(judge->model);
    reference_session_free(&judge->session);
    arena_reset(&judge->arena);
    *judge = (struct judge){.model = judge->model,
                            .from_client = judge->from_client,
                            .from_server = judge->from_server,
                            .arena = judge->arena,
                            .quoted = judge->quoted,
                            .due = judge->due,
                            .due_capacity = judge->due_capacity};
}

void judge_free(struct judge *judge)
{
    judge_close(judge);
    model_session_free(&judge->model);
    wire_reader_free(&judge->from_client);
    wire_reader_free(&judge->from_server);
    arena_free(&judge->arena);
    buffer_free(&judge->quoted);
    free(judge->due);
    *judge = (struct judge){0};
}
