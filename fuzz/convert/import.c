#include <string.h>

#include "convert/carrier.h"
#include "convert/piece.h"

/* What is known of one session of the scenario. */
struct endpoint {
    struct importer_session said;
    bool owes;     /* it said something since the last barrier: waiting means a barrier */
    bool has_said; /* anything at all */
    bool is_reset; /* by `reset`; an `open` makes a reconnection of both */
};

struct split {
    enum script_split how;
    const size_t *offsets;
    size_t noffsets;
    bool is_always;
    bool is_set;
};

struct importer {
    struct stream_writer writer;
    struct pieces pieces;
    struct endpoint *endpoints;
    size_t nendpoints;
    unsigned session; /* that the stream is in */
    struct split split;
    struct convert_loss *loss;
};

static struct endpoint *endpoint_of(struct importer *m, const char *name)
{
    for (size_t i = 0; i < m->nendpoints; i++)
        if (strcmp(m->endpoints[i].said.session->name, name) == 0)
            return &m->endpoints[i];
    return &m->endpoints[0];
}

/* The stream goes on in that session. */
static void enter(struct importer *m, const struct endpoint *endpoint)
{
    unsigned session = (unsigned)((size_t)(endpoint - m->endpoints) % STREAM_NSESSIONS) + 1;
    if (session != m->session)
        stream_write_session(&m->writer, session);
    m->session = session;
}

static void control(struct importer *m, const struct endpoint *endpoint, enum stream_kind kind,
                    unsigned argument)
{
    enter(m, endpoint);
    stream_write_control(&m->writer, kind, argument);
}

/* ---- what is sent ------------------------------------------------------------------------- */

static bool is_cut_at(const struct split *split, struct span data, size_t at)
{
    if (!split->is_set || at == 0)
        return false;
    switch (split->how) {
    case SPLIT_BYTEWISE:
        return true;
    case SPLIT_LINES:
        return data.data[at - 1] == '\n';
    case SPLIT_AT:
        for (size_t i = 0; i < split->noffsets; i++)
            if (split->offsets[i] == at)
                return true;
        return false;
    case SPLIT_NONE:
        return false;
    }
    return false;
}

static void send(struct importer *m, struct endpoint *endpoint, struct span data,
                 const struct piece_waits *waits)
{
    enter(m, endpoint);
    size_t start = 0;
    size_t nwaits = 0;
    for (size_t at = 1; at < data.nbytes; at++) {
        bool waits_here = nwaits < waits->n && waits->at[nwaits] == at;
        bool is_cut = is_cut_at(&m->split, data, at);
        if (!waits_here && !is_cut)
            continue;
        stream_write_data(&m->writer, span_slice(data, start, at - start));
        stream_write_control(&m->writer, waits_here ? STREAM_BARRIER : STREAM_SEGMENT, 0);
        nwaits += waits_here;
        start = at;
    }
    stream_write_data(&m->writer, span_from(data, start));
    if (nwaits < waits->n) /* an empty literal at the end has a line end behind it: never here */
        stream_write_control(&m->writer, STREAM_BARRIER, 0);
    m->split.is_set = m->split.is_always;
    endpoint->owes = endpoint->has_said = true;
}

/* `C= ""*N`: false when it is none of ours. */
static bool take_note(struct importer *m, const struct endpoint *endpoint, uint64_t note)
{
    unsigned argument = (unsigned)(note % 256);
    if (note == 1) {
        m->session = (unsigned)((size_t)(endpoint - m->endpoints) % STREAM_NSESSIONS) + 1;
        stream_write_session(&m->writer, m->session);
        return true;
    }
    if (note / 256 == STREAM_OCTET_DELIVER)
        control(m, endpoint, STREAM_DELIVER, argument);
    else if (note / 256 == STREAM_OCTET_FAULT)
        control(m, endpoint, STREAM_FAULT, argument);
    else
        return false;
    return true;
}

static void send_pause(struct importer *m, const struct endpoint *endpoint, int64_t ms)
{
    if (ms >= CARRIER_CLOCK_MS)
        control(m, endpoint, STREAM_CLOCK, carrier_clock_argument(ms));
    else
        control(m, endpoint, ms <= CARRIER_SEGMENT_MS ? STREAM_SEGMENT : STREAM_BARRIER, 0);
}

static void send_raw(struct importer *m, struct endpoint *endpoint, const struct script_wire *wire)
{
    enum { MOST_NBYTES = 65536 }; /* of one repeated string */
    static const struct piece_waits none = {0};
    struct buffer once = {0};
    struct buffer all = {0};
    for (size_t i = 0; i < wire->nraw; i++) {
        const struct script_raw_item *item = &wire->raw[i];
        if (item->kind == RAW_PAUSE) {
            send_pause(m, endpoint, item->pause_ms);
            continue;
        }
        buffer_clear(&once);
        buffer_clear(&all);
        pieces_join(&m->pieces, &endpoint->said, &item->text, &once);
        if (once.nbytes == 0 && take_note(m, endpoint, item->times))
            continue;
        for (uint64_t n = 0; n < item->times && all.nbytes + once.nbytes <= MOST_NBYTES; n++)
            buffer_append(&all, buffer_span(&once));
        m->loss->steps += once.nbytes > 0 && all.nbytes / once.nbytes < item->times;
        send(m, endpoint, buffer_span(&all), &none);
    }
    buffer_free(&once);
    buffer_free(&all);
}

static void wait_for(struct importer *m, struct endpoint *endpoint)
{
    if (!endpoint->owes)
        return;
    control(m, endpoint, STREAM_BARRIER, 0);
    endpoint->owes = false;
}

static void take_wire(struct importer *m, const struct script_step *step)
{
    const struct script_wire *wire = &step->as.wire;
    struct endpoint *endpoint = endpoint_of(m, step->session);
    struct buffer line = {0};
    struct piece_waits waits = {0};
    if ((wire->who == 'C') != m->pieces.is_client) {
        if (wire->mark == MARK_ONE)
            wait_for(m, endpoint);
        return;
    }
    if (wire->is_raw) {
        send_raw(m, endpoint, wire);
        return;
    }
    pieces_line(&m->pieces, &endpoint->said, &wire->text, &line, &waits);
    send(m, endpoint, buffer_span(&line), &waits);
    buffer_free(&line);
}

/* ---- other steps -------------------------------------------------------------------------- */

static unsigned mailbox_number(const char *name)
{
    for (unsigned i = 0; i < 4; i++)
        if (strcmp(carrier_mailboxes[i], name) == 0)
            return i;
    return 0;
}

static void take_delivery(struct importer *m, const struct script_step *step)
{
    struct buffer mailbox = {0};
    struct span file = span_of(step->as.deliver.file);
    uint32_t number;
    pieces_join(&m->pieces, &m->endpoints[0].said, &step->as.deliver.mailbox, &mailbox);
    buffer_append_byte(&mailbox, '\0');
    bool is_ours =
        span_starts_with(file, SPAN_LIT("fixtures/t")) && span_ends_with(file, SPAN_LIT(".eml")) &&
        number_parse_u32(span_slice(file, 10, file.nbytes - 14), &number) == 0 && number < 16;
    if (!is_ours)
        number = (uint32_t)(rng_hash(file) & 15);
    m->loss->guesses += !is_ours;
    stream_write_control(&m->writer, STREAM_DELIVER,
                         mailbox_number(buffer_span(&mailbox).data) << 4 | number);
    buffer_free(&mailbox);
}

static void take_split(struct importer *m, const struct script_step *step)
{
    m->split = (struct split){.how = step->as.split.how,
                              .offsets = step->as.split.offsets,
                              .noffsets = step->as.split.noffsets,
                              .is_always = step->as.split.is_always,
                              .is_set = step->as.split.how != SPLIT_NONE};
}

static void take_open(struct importer *m, struct endpoint *endpoint)
{
    if (endpoint->is_reset || endpoint->has_said)
        control(m, endpoint, STREAM_RECONNECT, 0);
    endpoint->is_reset = endpoint->owes = false;
}

static void take_converge(struct importer *m, const struct script_step *step)
{
    const char *names[2] = {step->as.converge.first, step->as.converge.second};
    static const struct piece_waits none = {0};
    for (size_t i = 0; i < 2; i++) {
        struct endpoint *endpoint = endpoint_of(m, names[i]);
        struct buffer line = {0};
        endpoint->said.ntags++;
        buffer_printf(&line, "a%u %s\r\n", endpoint->said.ntags, step->as.converge.command);
        send(m, endpoint, buffer_span(&line), &none);
        buffer_free(&line);
        wait_for(m, endpoint);
    }
}

static void take_steps(struct importer *m, struct script_steps steps);

static void take_blocks(struct importer *m, const struct script_step *step)
{
    if (step->kind == STEP_CHECK)
        take_steps(m, step->as.check.steps);
    else if (step->kind == STEP_UNORDERED)
        take_steps(m, step->as.unordered.steps);
    else if (step->kind == STEP_EITHER)
        take_steps(m, step->as.either.branches[0].steps);
    else if (step->kind == STEP_ON)
        take_steps(m, step->as.on.steps);
    else if (step->kind == STEP_REPEAT)
        for (unsigned i = 0; i < step->as.repeat.count; i++)
            take_steps(m, step->as.repeat.steps);
    else if (step->kind == STEP_INTERLEAVE)
        for (size_t i = 0; i < step->as.interleave.nunits; i++)
            take_steps(m, step->as.interleave.units[i].steps);
}

static void take_step(struct importer *m, const struct script_step *step)
{
    struct endpoint *endpoint = endpoint_of(m, step->session);
    switch (step->kind) {
    case STEP_WIRE:
        take_wire(m, step);
        return;
    case STEP_CHECK:
    case STEP_UNORDERED:
    case STEP_EITHER:
    case STEP_ON:
    case STEP_REPEAT:
    case STEP_INTERLEAVE:
        take_blocks(m, step);
        return;
    case STEP_OPEN:
        take_open(m, endpoint);
        return;
    case STEP_RESET:
        endpoint->is_reset = true;
        return;
    case STEP_CLOSE:
    case STEP_HALFCLOSE:
        control(m, endpoint, STREAM_HALFCLOSE, 0);
        return;
    case STEP_SPLIT:
        take_split(m, step);
        return;
    case STEP_DELIVER:
        take_delivery(m, step);
        return;
    case STEP_CONVERGE:
        take_converge(m, step);
        return;
    case STEP_EOF:
        wait_for(m, endpoint);
        return;
    case STEP_USE:
    case STEP_LETTERS:
    case STEP_EXIT:
    case STEP_ANSWER:
    case STEP_DO:
    case STEP_START:
    case STEP_FINISH:
        m->loss->steps++;
        return;
    case STEP_QUIET:
    case STEP_CACHE:
    case STEP_REMOVED:
    case STEP_MODEL:
    case STEP_ASSERT:
        return;
    }
}

static void take_steps(struct importer *m, struct script_steps steps)
{
    for (size_t i = 0; i < steps.nitems; i++)
        take_step(m, steps.items[i]);
}

void convert_stream_of_case(const struct script_case *kase, struct convert_loss *loss_r,
                            struct buffer *out)
{
    const struct script_scenario *scenario = kase->scenario;
    struct importer m = {.writer = stream_writer_to(out), .session = 1, .loss = loss_r};
    m.pieces = (struct pieces){.scenario = scenario,
                               .grammar = grammar_of_dialect(span_of(scenario->dialect)),
                               .rng = rng_seeded(1),
                               .is_client = scenario->role != SCRIPT_SERVER};
    *loss_r = (struct convert_loss){0};
    m.nendpoints = scenario->nsessions;
    m.endpoints = arena_array(&m.pieces.arena, m.nendpoints, sizeof *m.endpoints);
    for (size_t i = 0; i < m.nendpoints; i++)
        m.endpoints[i].said.session = &scenario->sessions[i];
    take_steps(&m, kase->steps);
    for (size_t i = 0; i < m.nendpoints; i++)
        if (m.endpoints[i].is_reset)
            control(&m, &m.endpoints[i], STREAM_HALFCLOSE, 0);
    loss_r->guesses += m.pieces.nguesses;
    table_free(&m.pieces.values);
    arena_free(&m.pieces.arena);
}
