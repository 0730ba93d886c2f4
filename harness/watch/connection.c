#include <stdlib.h>

#include "watch/watch.h"

/* A command that is never answered is remembered for ever: beyond so many nothing is judged. */
enum { CONNECTION_OUTSTANDING_MAX = 4096, CONNECTION_PIECE_NBYTES = 64 * 1024 };

struct watch_connection {
    struct watch_setup setup;
    struct model_session *session;
    struct wire_reader *from_client, *from_server;
    size_t nwaiting; /* literals of the command waiting for `+` that the session knows of */
    bool is_blind;   /* judges the framing of commands and no more */
    bool was_dismissed;
    struct buffer early_plus; /* a `+` line that came before its announcement had ended; or empty */
    struct arena arena;       /* of the findings of one call */
    struct finding_list findings;
};

const char *watch_side_name(enum watch_side side)
{
    switch (side) {
    case WATCH_SERVER:
        return "server";
    case WATCH_CLIENT:
        return "client";
    case WATCH_BOTH:
        return "both";
    }
    NEVER("an unknown side");
}

struct watch_connection *watch_connection_new(const struct watch_setup *setup)
{
    /* Of a literal only the beginning is looked at; the limits bound what a connection holds. */
    static const struct wire_limits limits = {.literal_nbytes = 256 * 1024,
                                              .unit_nbytes = 2 * 1024 * 1024};
    struct watch_connection *c = mem_alloc(sizeof *c);
    struct model_setup model = {.dialect = setup->dialect,
                                .name = "",
                                .judges_server = (setup->judged & WATCH_SERVER) != 0,
                                .judges_client = (setup->judged & WATCH_CLIENT) != 0,
                                .may_cross = setup->may_cross,
                                .is_single_writer = setup->is_single_writer};
    c->setup = *setup;
    c->session = model_session_new(NULL, &model);
    c->from_client = wire_reader_new(WIRE_FROM_CLIENT, &limits);
    c->from_server = wire_reader_new(WIRE_FROM_SERVER, &limits);
    c->findings.arena = &c->arena;
    return c;
}

void watch_connection_free(struct watch_connection **connection)
{
    struct watch_connection *c = *connection;
    if (c == NULL)
        return;
    model_session_free(&c->session);
    wire_reader_free(&c->from_client);
    wire_reader_free(&c->from_server);
    buffer_free(&c->early_plus);
    arena_free(&c->arena);
    free(c);
    *connection = NULL;
}

const struct model_session *watch_connection_session(const struct watch_connection *c)
{
    return c->session;
}

bool watch_connection_was_dismissed(const struct watch_connection *c)
{
    return c->was_dismissed;
}

/* ---- findings ------------------------------------------------------------------------------- */

/* Hands on what has been found since the last call, as found in these octets. */
static void tell(struct watch_connection *c, enum watch_side side, struct span octets)
{
    for (size_t i = 0; i < c->findings.nitems; i++)
        c->setup.found(c->setup.context,
                       &(struct watch_found){side, &c->findings.items[i], octets});
    if (c->findings.nitems == 0)
        return;
    arena_reset(&c->arena);
    c->findings = (struct finding_list){.arena = &c->arena};
}

static void tell_framing(struct watch_connection *c, enum watch_side side,
                         const struct wire_unit *unit)
{
    for (size_t i = 0; i < unit->nfindings && (c->setup.judged & side) != 0; i++)
        c->setup.found(c->setup.context,
                       &(struct watch_found){side, &unit->findings[i], unit->bytes});
}

static void check_load(struct watch_connection *c)
{
    if (c->is_blind || model_session_noutstanding(c->session) <= CONNECTION_OUTSTANDING_MAX)
        return;
    c->is_blind = true;
    finding_add(&c->findings, "pipeline.flow-control", "", FINDING_OBSERVE,
                "more than %d commands are unanswered: this connection is judged no more",
                CONNECTION_OUTSTANDING_MAX);
    tell(c, WATCH_CLIENT, (struct span){"", 0});
}

/* ---- the client ----------------------------------------------------------------------------- */

static void take_commands(struct watch_connection *c)
{
    struct wire_unit unit;
    while (wire_reader_next(c->from_client, &unit)) {
        tell_framing(c, WATCH_CLIENT, &unit);
        if (!c->is_blind)
            model_session_client(c->session, &unit, &c->findings);
        tell(c, WATCH_CLIENT, unit.bytes);
        c->nwaiting = 0;
        check_load(c);
    }
}

static void look_at_client(struct watch_connection *c);

/* The announcement that it was meant for is there now. */
static void take_early_plus(struct watch_connection *c)
{
    struct buffer plus = c->early_plus;
    c->early_plus = (struct buffer){0};
    struct wire_unit unit = {.kind = WIRE_CONTINUATION,
                             .bytes = buffer_span(&plus),
                             .tag = span_slice(buffer_span(&plus), 0, 1),
                             .is_complete = true,
                             .nbytes = plus.nbytes};
    model_session_server(c->session, &unit, &c->findings);
    tell(c, WATCH_SERVER, unit.bytes);
    wire_reader_literal_granted(c->from_client);
    buffer_free(&plus);
    look_at_client(c);
}

static void look_at_client(struct watch_connection *c)
{
    struct wire_unit unit;
    uint64_t count;
    take_commands(c);
    while (c->is_blind && wire_reader_is_waiting(c->from_client, &unit, &count)) {
        wire_reader_literal_granted(c->from_client);
        take_commands(c);
    }
    if (c->is_blind || !wire_reader_is_waiting(c->from_client, &unit, &count))
        return;
    if (c->nwaiting != unit.nliterals)
        model_session_client(c->session, &unit, &c->findings);
    c->nwaiting = unit.nliterals;
    if (c->early_plus.nbytes > 0) {
        tell(c, WATCH_CLIENT, unit.bytes);
        take_early_plus(c);
        return;
    }
    if (wire_reader_pending(c->from_client) > 0)
        model_session_client_early(c->session, &c->findings);
    tell(c, WATCH_CLIENT, unit.bytes);
}

void watch_connection_client(struct watch_connection *c, struct span octets)
{
    model_session_client_octets(c->session, octets.nbytes, &c->findings);
    tell(c, WATCH_CLIENT, octets);
    while (octets.nbytes > 0) {
        struct span piece = span_slice(octets, 0, CONNECTION_PIECE_NBYTES);
        wire_reader_feed(c->from_client, piece);
        look_at_client(c);
        octets = span_from(octets, piece.nbytes);
    }
}

void watch_connection_client_ended(struct watch_connection *c, bool is_reset)
{
    wire_reader_end(c->from_client);
    look_at_client(c);
    if (!c->is_blind)
        model_session_client_ended(c->session, is_reset, &c->findings);
    tell(c, WATCH_CLIENT, (struct span){"", 0});
}

/* ---- the server ----------------------------------------------------------------------------- */

/* The server may have answered the announcement that the client's reader waits with. */
static void answer_announcement(struct watch_connection *c, const struct wire_unit *answer)
{
    struct wire_unit command;
    uint64_t count;
    if (!wire_reader_is_waiting(c->from_client, &command, &count))
        return;
    if (answer->kind == WIRE_CONTINUATION)
        wire_reader_literal_granted(c->from_client);
    else if ((answer->kind == WIRE_TAGGED && span_equal(answer->tag, command.tag)) ||
             (wire_unit_is_untagged_bad(answer) && !model_tag_is_usable(command.tag)))
        wire_reader_literal_refused(c->from_client);
    else
        return;
    look_at_client(c);
}

/* A line that has not ended can be refused by a server that has seen enough of it, and is answered
 * by one that takes other line ends for one. What it did is not known then. */
static bool answers_unfinished(struct watch_connection *c, const struct wire_unit *answer)
{
    struct span line = wire_reader_unfinished(c->from_client);
    if (answer->kind != WIRE_TAGGED || !span_equal(span_cut(&line, ' '), answer->tag) ||
        model_session_awaits(c->session, answer->tag))
        return false;
    c->is_blind = true;
    finding_add(&c->findings, "cmd.one-completion", "", FINDING_OBSERVE,
                "a command was answered before its line had ended: from here on only the framing "
                "of commands is judged");
    return true;
}

/* Some servers say `+` as soon as they have seen `{n}`, before the end of that line. */
static bool grants_unfinished(struct watch_connection *c, const struct wire_unit *answer)
{
    struct span line = span_trim(wire_reader_unfinished(c->from_client));
    uint64_t count;
    size_t brace;
    if (answer->kind != WIRE_CONTINUATION || c->early_plus.nbytes > 0 ||
        wire_reader_is_waiting(c->from_client, &(struct wire_unit){0}, &count) ||
        !wire_announcement(line, &count, &brace))
        return false;
    buffer_append(&c->early_plus, answer->bytes);
    finding_add(&c->findings, "literal.no-early-plus", "I13", FINDING_OBSERVE,
                "+ was sent before the line of the announcement had ended");
    tell(c, WATCH_SERVER, answer->bytes);
    return true;
}

static void look_at_server(struct watch_connection *c)
{
    struct wire_unit unit;
    while (!c->is_blind && wire_reader_next(c->from_server, &unit)) {
        if (answers_unfinished(c, &unit)) {
            tell(c, WATCH_SERVER, unit.bytes);
            look_at_client(c);
            return;
        }
        if (grants_unfinished(c, &unit))
            continue;
        bool was_leaving = model_session_state(c->session) >= MODEL_LOGOUT;
        tell_framing(c, WATCH_SERVER, &unit);
        model_session_server(c->session, &unit, &c->findings);
        tell(c, WATCH_SERVER, unit.bytes);
        if (!was_leaving && model_session_state(c->session) == MODEL_LOGOUT)
            c->was_dismissed = true;
        answer_announcement(c, &unit);
    }
}

void watch_connection_server(struct watch_connection *c, struct span octets)
{
    model_session_server_octets(c->session, octets.nbytes);
    while (octets.nbytes > 0 && !c->is_blind) {
        struct span piece = span_slice(octets, 0, CONNECTION_PIECE_NBYTES);
        wire_reader_feed(c->from_server, piece);
        look_at_server(c);
        octets = span_from(octets, piece.nbytes);
    }
}

void watch_connection_server_ended(struct watch_connection *c, bool is_reset)
{
    if (c->is_blind)
        return;
    wire_reader_end(c->from_server);
    look_at_server(c);
    model_session_server_closed(c->session, is_reset, &c->findings);
    tell(c, WATCH_SERVER, (struct span){"", 0});
}
