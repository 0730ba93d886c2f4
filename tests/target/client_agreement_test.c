/*
 * A client that does as it should must never be blamed: random sessions of such a client with the
 * bundled server, judged as the watcher does. The client knows what the server has said and no more
 * (it asks the model, which is fed as it reads), waits where it has to, overlaps what may be, sends
 * values in every form, and answers are cut and held back at random.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/model.h"
#include "reference/reference.h"
#include "reference/store_memory.h"

enum { NSTEPS = 30, NSEEDS = 400, NMESSAGES = 7 };

struct play {
    struct arena arena;
    struct rng rng;
    struct mail_store *store;
    struct fixture_message *arrivals;
    struct clock clock;
    struct reference_server *server;
    struct reference_session *session, *other;
    struct model_session *model;
    struct wire_reader *from_client, *from_server;
    size_t nwaiting;
    unsigned ntags;
    bool has_mailbox;
    struct finding_list findings;
    struct wire_log *log;
};

static void deliver(struct play *p, const char *box, const struct fixture_message *m)
{
    struct mail_delivery delivery = {.octets = m->octets,
                                     .time = {m->internal_date_s, m->zone_minutes}};
    assert_int_equal(
        p->store->ops->deliver(p->store, SPAN_LIT("fred"), MAIL_MAILBOX, span_of(box), &delivery),
        MAIL_OK);
}

static void fill(struct play *p, const char *box, size_t nmessages)
{
    static const char *keywords[] = {"work", NULL};
    struct mail_box_spec spec = {.keywords = keywords};
    assert_int_equal(
        p->store->ops->create(p->store, SPAN_LIT("fred"), MAIL_MAILBOX, span_of(box), &spec),
        MAIL_OK);
    for (size_t i = 0; i < nmessages; i++)
        deliver(p, box, &p->arrivals[40 + i]);
}

static void play_begin(struct play *p, uint64_t seed)
{
    *p = (struct play){.rng = rng_seeded(seed), .clock = clock_virtual(631195200)};
    p->findings.arena = &p->arena;
    p->log = wire_log_new(0);
    p->arrivals = fixture_generate(&p->arena, 60);
    p->store = mail_store_memory_new();
    fill(p, "INBOX", NMESSAGES);
    fill(p, "two words", 3);
    fill(p, "EMPTY", 0);
    struct reference_config config = {.clock = &p->clock};
    p->server = reference_server_new(&config, p->store);
    reference_server_add_user(p->server, "fred", "se\"cret");
    p->session = reference_session_open(p->server);
    p->other = reference_session_open(p->server);
    struct model_setup setup = {
        .dialect = "imap2", .name = "", .judges_client = true, .may_cross = seed % 2 == 0};
    p->model = model_session_new(NULL, &setup);
    p->from_client = wire_reader_new(WIRE_FROM_CLIENT, NULL);
    p->from_server = wire_reader_new(WIRE_FROM_SERVER, NULL);
}

static void play_end(struct play *p)
{
    model_session_free(&p->model);
    wire_reader_free(&p->from_client);
    wire_reader_free(&p->from_server);
    reference_session_free(&p->session);
    reference_session_free(&p->other);
    reference_server_free(&p->server);
    mail_store_free(&p->store);
    wire_log_free(&p->log);
    arena_free(&p->arena);
}

/* ---- the wire: model/model.h, Feeding ------------------------------------------------------- */

static void add_framing(struct play *p, const struct wire_unit *unit)
{
    for (size_t i = 0; i < unit->nfindings; i++)
        finding_add(&p->findings, unit->findings[i].requirement, unit->findings[i].rule,
                    unit->findings[i].level, "%s", unit->findings[i].text);
}

static void look_at_client(struct play *p)
{
    struct wire_unit unit;
    uint64_t count;
    while (wire_reader_next(p->from_client, &unit)) {
        add_framing(p, &unit);
        model_session_client(p->model, &unit, &p->findings);
        p->nwaiting = 0;
    }
    if (!wire_reader_is_waiting(p->from_client, &unit, &count))
        return;
    if (p->nwaiting != unit.nliterals)
        model_session_client(p->model, &unit, &p->findings);
    p->nwaiting = unit.nliterals;
    if (wire_reader_pending(p->from_client) > 0)
        model_session_client_early(p->model, &p->findings);
}

static void send_octets(struct play *p, struct span octets)
{
    wire_log_octets(p->log, "", 'C', octets, 0);
    while (octets.nbytes > 0) {
        struct span piece = span_slice(octets, 0, rng_below(&p->rng, 40) + 1);
        model_session_client_octets(p->model, piece.nbytes, &p->findings);
        wire_reader_feed(p->from_client, piece);
        look_at_client(p);
        octets = span_from(octets, piece.nbytes);
    }
}

static void take_unit(struct play *p, const struct wire_unit *unit)
{
    struct wire_unit command;
    uint64_t count;
    model_session_server(p->model, unit, &p->findings);
    if (!wire_reader_is_waiting(p->from_client, &command, &count))
        return;
    if (unit->kind == WIRE_CONTINUATION)
        wire_reader_literal_granted(p->from_client);
    else if (unit->kind == WIRE_TAGGED && span_equal(unit->tag, command.tag))
        wire_reader_literal_refused(p->from_client);
    look_at_client(p);
}

/* Reads what the server has said, or a part of it. */
static void read_octets(struct play *p, size_t nbytes)
{
    struct wire_unit unit;
    struct span output = span_slice(reference_session_output(p->session), 0, nbytes);
    wire_log_octets(p->log, "", 'S', output, 0);
    model_session_server_octets(p->model, output.nbytes);
    wire_reader_feed(p->from_server, output);
    reference_session_sent(p->session, output.nbytes);
    while (wire_reader_next(p->from_server, &unit))
        take_unit(p, &unit);
}

static void read_all(struct play *p)
{
    while (reference_session_output(p->session).nbytes > 0)
        read_octets(p, rng_below(&p->rng, 300) + 1);
}

/* ---- a client ------------------------------------------------------------------------------- */

/* Sends octets of which the server's answer decides how it goes on: false when it was no `+`. */
static bool announce(struct play *p, struct buffer *line)
{
    reference_session_receive(p->session, buffer_span(line));
    send_octets(p, buffer_span(line));
    buffer_clear(line);
    read_all(p);
    struct wire_unit unit;
    uint64_t count;
    return !wire_reader_is_waiting(p->from_client, &unit, &count);
}

static void send_line(struct play *p, struct buffer *line)
{
    buffer_append_text(line, "\r\n");
    reference_session_receive(p->session, buffer_span(line));
    send_octets(p, buffer_span(line));
    buffer_free(line);
}

static struct buffer begin_line(struct play *p)
{
    struct buffer line = {0};
    buffer_printf(&line, "%c%u ", "aT=#"[rng_below(&p->rng, 4)], ++p->ntags);
    return line;
}

/* A value in a form that it may have, waiting for `+` where there is one. */
static void add_value(struct play *p, struct buffer *line, const char *value)
{
    struct span text = span_of(value);
    if (strpbrk(value, "\"\\%{\r\n") != NULL || text.nbytes == 0) {
        buffer_printf(line, "{%zu}\r\n", text.nbytes);
        assert_true(announce(p, line));
        buffer_append(line, text);
    } else if (strpbrk(value, " ()") != NULL || rng_below(&p->rng, 2) == 0) {
        buffer_printf(line, "\"%s\"", value);
    } else {
        buffer_append_text(line, value);
    }
}

static void log_in(struct play *p)
{
    read_all(p);
    if (rng_below(&p->rng, 4) == 0) {
        struct buffer line = begin_line(p);
        buffer_append_text(&line, "LOGIN fred wrong");
        send_line(p, &line);
        read_all(p);
    }
    struct buffer line = begin_line(p);
    buffer_append_text(&line, "login ");
    add_value(p, &line, "fred");
    buffer_append_byte(&line, ' ');
    add_value(p, &line, "se\"cret");
    send_line(p, &line);
    read_all(p);
    assert_int_equal(model_session_state(p->model), MODEL_AUTHENTICATED);
}

static void select_mailbox(struct play *p)
{
    static const char *const names[] = {"INBOX", "two words", "EMPTY", "nosuch", "inbox"};
    struct buffer line = begin_line(p);
    size_t which = rng_below(&p->rng, sizeof names / sizeof *names);
    buffer_append_text(&line, "SELECT ");
    add_value(p, &line, names[which]);
    send_line(p, &line);
    read_all(p);
    p->has_mailbox = which != 3;
}

/* Within what it knows to exist. */
static void add_sequence(struct play *p, struct buffer *line, uint32_t exists)
{
    uint32_t first = (uint32_t)rng_below(&p->rng, exists) + 1;
    uint32_t last = (uint32_t)rng_below(&p->rng, exists) + 1;
    if (rng_below(&p->rng, 2) == 0)
        buffer_printf(line, "%u", first);
    else
        buffer_printf(line, "%u:%u,%u", first, last, first);
}

/* Commands with numbers, which may overlap each other. */
static void send_numbered(struct play *p, uint32_t exists)
{
    static const char *const what[][2] = {
        {"FETCH", "ALL"},
        {"FETCH", "(FLAGS RFC822.SIZE)"},
        {"fetch", "RFC822.HEADER"},
        {"STORE", "+FLAGS \\Seen"},
        {"STORE", "+Flags (\\Deleted work)"},
        {"STORE", "-FLAGS work"},
        {"STORE", "FLAGS \\Deleted"},
    };
    size_t which = rng_below(&p->rng, sizeof what / sizeof *what);
    struct buffer line = begin_line(p);
    buffer_printf(&line, "%s ", what[which][0]);
    add_sequence(p, &line, exists);
    buffer_printf(&line, " %s", what[which][1]);
    send_line(p, &line);
}

static void send_simple(struct play *p, const char *text)
{
    struct buffer line = begin_line(p);
    buffer_append_text(&line, text);
    send_line(p, &line);
}

static void search(struct play *p)
{
    static const char *const words[] = {"message", "two words", "50%", "a\\b", ""};
    struct buffer line = begin_line(p);
    buffer_append_text(&line, "SEARCH UNSEEN SUBJECT ");
    add_value(p, &line, words[rng_below(&p->rng, 5)]);
    send_line(p, &line);
    read_all(p);
}

static void copy(struct play *p, uint32_t exists)
{
    struct buffer line = begin_line(p);
    buffer_append_text(&line, "COPY ");
    add_sequence(p, &line, exists);
    buffer_append_byte(&line, ' ');
    add_value(p, &line, "two words");
    send_line(p, &line);
    read_all(p);
}

/* ---- what others do ------------------------------------------------------------------------- */

static void other_says(struct play *p, const char *text)
{
    reference_session_receive(p->other, span_of(text));
    reference_session_sent(p->other, reference_session_output(p->other).nbytes);
}

static void something_happens(struct play *p)
{
    if (rng_below(&p->rng, 2) == 0)
        deliver(p, "INBOX", &p->arrivals[rng_below(&p->rng, 40)]);
    else
        other_says(p, "x STORE 1 +FLAGS \\Deleted\r\ny EXPUNGE\r\n");
}

/* ---- playing -------------------------------------------------------------------------------- */

static void in_mailbox(struct play *p)
{
    uint32_t exists = 0;
    bool is_known = model_session_exists(p->model, &exists) && exists > 0;
    uint64_t what = rng_below(&p->rng, 8);
    if (what == 0)
        send_simple(p, "CHECK");
    else if (what == 1)
        send_simple(p, "EXPUNGE");
    else if (what == 2)
        search(p);
    else if (what == 3 && is_known)
        copy(p, exists);
    else
        for (uint64_t n = rng_below(&p->rng, 3) + 1; n > 0 && is_known; n--) {
            send_numbered(p, exists);
            if (rng_below(&p->rng, 3) == 0)
                send_simple(p, "NOOP");
        }
    read_all(p);
}

static void play_step(struct play *p)
{
    uint64_t what = rng_below(&p->rng, 12);
    if (what == 0 || (what < 6 && !p->has_mailbox))
        select_mailbox(p);
    else if (what == 1)
        something_happens(p);
    else if (what == 2)
        send_simple(p, "FIND MAILBOXES *");
    else if (what == 3)
        send_simple(p, "noop");
    else if (p->has_mailbox)
        in_mailbox(p);
    read_all(p);
}

static void check_findings(const struct play *p, uint64_t seed)
{
    for (size_t i = 0; i < p->findings.nitems; i++) {
        const struct finding *f = &p->findings.items[i];
        if (f->level == FINDING_OBSERVE)
            continue;
        struct buffer log = {0};
        wire_log_render(p->log, &log, 60, 200);
        fail_msg("seed %llu: %s %s %s: %s\n%.*s", (unsigned long long)seed,
                 finding_level_name(f->level), f->rule, f->requirement, f->text,
                 SPAN_ARG(buffer_span(&log)));
    }
}

static size_t play_seed(uint64_t seed)
{
    struct play p;
    play_begin(&p, seed);
    other_says(&p, "l LOGIN fred {7}\r\n");
    other_says(&p, "se\"cret\r\ns SELECT INBOX\r\n");
    log_in(&p);
    select_mailbox(&p);
    for (size_t step = 0; step < NSTEPS; step++)
        play_step(&p);
    send_simple(&p, "LOGOUT");
    read_all(&p);
    model_session_client_ended(p.model, false, &p.findings);
    check_findings(&p, seed);
    size_t ncommands = model_session_client_facts(p.model)->ncommands;
    play_end(&p);
    return ncommands;
}

static void never_blames_a_good_client(void **state)
{
    (void)state;
    size_t ncommands = 0;
    for (uint64_t seed = 0; seed < NSEEDS; seed++)
        ncommands += play_seed(seed);
    assert_true(ncommands > (size_t)NSEEDS * NSTEPS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(never_blames_a_good_client)};
    return cmocka_run_group_tests_name("client agreement", tests, NULL, NULL);
}
