/*
 * The two readings of the RFC against each other: random sessions, made from the grammar, are
 * played between the bundled server (a reading as code) and the model (a reading as data). Neither
 * knows the other; where they disagree, one of them is wrong.
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

enum { NSESSIONS_MAX = 3, NSTEPS = 40, NBOXES = 4 };

struct session {
    struct model_session *model;
    struct reference_session *server;
    struct wire_reader *from_client, *from_server;
    char name[2];
};

struct play {
    struct arena arena;
    struct rng rng;
    const struct grammar *grammar;
    int number_rules[2], mailbox_rule, flag_rule, search_rule;
    struct fixture_mailbox boxes[NBOXES];
    struct fixture_message *arrivals;
    struct mail_store *store;
    struct model_world *world;
    struct clock clock;
    struct reference_server *server;
    struct session sessions[NSESSIONS_MAX];
    size_t nsessions;
    struct finding_list findings;
    struct wire_log *log;
};

/* ---- what commands are made of ---- */

static const char *one_of(struct play *p, const char *const *words, size_t nwords)
{
    return words[rng_below(&p->rng, nwords)];
}

/* Small universes, so that commands meet: numbers about the mailbox's size, its names, its flags.
 */
static bool substitute(void *context, int rule, struct buffer *out)
{
    static const char *const boxes[] = {"INBOX", "inbox", "MEETING", "OTHER", "RO", "nosuch"};
    static const char *const flags[] = {"\\Seen", "\\Deleted", "\\Flagged", "\\Answered", "work"};
    static const char *const words[] = {"message", "1", "example", "\"message 3\"", "zzz"};
    struct play *p = context;
    if (rule == p->number_rules[0] || rule == p->number_rules[1])
        buffer_printf(out, "%u", (unsigned)rng_below(&p->rng, 10) + 1);
    else if (rule == p->mailbox_rule)
        buffer_append_text(out, one_of(p, boxes, sizeof boxes / sizeof boxes[0]));
    else if (rule == p->flag_rule)
        buffer_append_text(out, one_of(p, flags, sizeof flags / sizeof flags[0]));
    else if (rule == p->search_rule)
        buffer_append_text(out, one_of(p, words, sizeof words / sizeof words[0]));
    else
        return false;
    return true;
}

/* ---- setting up ---- */

static void fill_box(struct play *p, struct fixture_mailbox *box)
{
    static const char *keywords[] = {"work", NULL};
    static const char *deleted[] = {"\\Deleted"};
    struct span user = SPAN_LIT("fred");
    struct mail_box_spec spec = {.keywords = keywords};
    assert_int_equal(p->store->ops->create(p->store, user, MAIL_MAILBOX, span_of(box->name), &spec),
                     MAIL_OK);
    for (size_t i = 0; i < box->nmessages; i++) {
        struct fixture_message *m = &box->messages[i];
        struct mail_delivery delivery = {.octets = m->octets,
                                         .time = {m->internal_date_s, m->zone_minutes},
                                         .is_old = rng_below(&p->rng, 3) > 0};
        if (rng_below(&p->rng, 3) == 0) {
            m->flags = deleted;
            m->nflags = 1;
            delivery.system_flags = MAIL_DELETED;
        }
        assert_int_equal(
            p->store->ops->deliver(p->store, user, MAIL_MAILBOX, span_of(box->name), &delivery),
            MAIL_OK);
    }
    if (box->is_readonly)
        (void)p->store->ops->set_access(p->store, user, MAIL_MAILBOX, span_of(box->name), true,
                                        false);
    model_world_add(p->world, box);
}

static void open_session(struct play *p, size_t index)
{
    struct session *s = &p->sessions[index];
    s->name[0] = (char)('a' + index);
    struct model_setup setup = {.dialect = "imap2",
                                .name = s->name,
                                .user = "fred",
                                .judges_server = true,
                                .is_single_writer = p->nsessions == 1};
    s->model = model_session_new(p->world, &setup);
    s->server = reference_session_open(p->server);
    s->from_client = wire_reader_new(WIRE_FROM_CLIENT, NULL);
    s->from_server = wire_reader_new(WIRE_FROM_SERVER, NULL);
}

static void play_begin(struct play *p, uint64_t seed, size_t nsessions)
{
    static const char *const names[NBOXES] = {"INBOX", "MEETING", "OTHER", "RO"};
    static const size_t counts[NBOXES] = {9, 3, 0, 4};
    *p = (struct play){.rng = rng_seeded(seed), .nsessions = nsessions};
    p->grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    p->number_rules[0] = grammar_rule(p->grammar, SPAN_LIT("number"));
    p->number_rules[1] = grammar_rule(p->grammar, SPAN_LIT("nz-number"));
    p->mailbox_rule = grammar_rule(p->grammar, SPAN_LIT("mailbox"));
    p->flag_rule = grammar_rule(p->grammar, SPAN_LIT("flag"));
    p->search_rule = grammar_rule(p->grammar, SPAN_LIT("search-string"));
    p->findings.arena = &p->arena;
    p->log = wire_log_new(0);
    p->clock = clock_virtual(631195200);
    p->store = mail_store_memory_new();
    p->world = model_world_new();
    struct fixture_message *messages = fixture_generate(&p->arena, 100);
    p->arrivals = messages + 40;
    for (size_t i = 0; i < NBOXES; i++) {
        p->boxes[i] = (struct fixture_mailbox){.user = "fred",
                                               .name = names[i],
                                               .is_readonly = i == 3,
                                               .messages = messages + i * 10,
                                               .nmessages = counts[i]};
        fill_box(p, &p->boxes[i]);
    }
    struct reference_config config = {.clock = &p->clock};
    p->server = reference_server_new(&config, p->store);
    reference_server_add_user(p->server, "fred", "secret");
    for (size_t i = 0; i < nsessions; i++)
        open_session(p, i);
}

static void play_end(struct play *p)
{
    for (size_t i = 0; i < p->nsessions; i++) {
        model_session_free(&p->sessions[i].model);
        reference_session_free(&p->sessions[i].server);
        wire_reader_free(&p->sessions[i].from_client);
        wire_reader_free(&p->sessions[i].from_server);
    }
    reference_server_free(&p->server);
    mail_store_free(&p->store);
    model_world_free(&p->world);
    wire_log_free(&p->log);
    arena_free(&p->arena);
}

/* ---- playing ---- */

static void client_says(struct play *p, struct session *s, struct span octets)
{
    struct wire_unit unit;
    wire_log_octets(p->log, s->name, 'C', octets, 0);
    wire_reader_feed(s->from_client, octets);
    while (wire_reader_next(s->from_client, &unit))
        model_session_client(s->model, &unit, &p->findings);
    reference_session_receive(s->server, octets);
}

static void read_answers(struct play *p, struct session *s)
{
    struct wire_unit unit;
    struct span output = reference_session_output(s->server);
    wire_log_octets(p->log, s->name, 'S', output, 0);
    wire_reader_feed(s->from_server, output);
    reference_session_sent(s->server, output.nbytes);
    while (wire_reader_next(s->from_server, &unit))
        model_session_server(s->model, &unit, &p->findings);
}

static void check_findings(const struct play *p, uint64_t seed)
{
    for (size_t i = 0; i < p->findings.nitems; i++) {
        const struct finding *f = &p->findings.items[i];
        if (f->level == FINDING_OBSERVE)
            continue;
        struct buffer log = {0};
        wire_log_render(p->log, &log, 60, 200);
        fail_msg("seed %llu, %zu sessions: %s %s %s: %s\n%.*s", (unsigned long long)seed,
                 p->nsessions, finding_level_name(f->level), f->rule, f->requirement, f->text,
                 SPAN_ARG(buffer_span(&log)));
    }
}

static void mail_arrives(struct play *p, size_t step)
{
    struct fixture_message *m = &p->arrivals[step];
    struct mail_delivery delivery = {.octets = m->octets,
                                     .time = {m->internal_date_s, m->zone_minutes}};
    (void)p->store->ops->deliver(p->store, SPAN_LIT("fred"), MAIL_MAILBOX, SPAN_LIT("INBOX"),
                                 &delivery);
    model_world_deliver(p->world, "fred", "INBOX", m);
}

/* A command from the grammar; literals, which would need the `+` exchange, are left to others. */
static void send_command(struct play *p, struct session *s, size_t step, unsigned k,
                         const struct grammar_generation *how)
{
    static const char *const verbs[] = {"fetch", "fetch", "store", "store",  "search", "expunge",
                                        "copy",  "check", "noop",  "select", "find",   "bboard"};
    struct buffer line = {0};
    int rule = grammar_rule(p->grammar, span_of(one_of(p, verbs, sizeof verbs / sizeof verbs[0])));
    buffer_printf(&line, "t%zu.%u ", step, k);
    grammar_generate(p->grammar, rule, how, &line);
    buffer_append_text(&line, "\r\n");
    if (span_find(buffer_span(&line), SPAN_LIT("}\r\n")) == SPAN_NPOS)
        client_says(p, s, buffer_span(&line));
    buffer_free(&line);
}

static void play_step(struct play *p, size_t step, const struct grammar_generation *how)
{
    struct session *s = &p->sessions[rng_below(&p->rng, p->nsessions)];
    if (rng_below(&p->rng, 30) == 0) {
        mail_arrives(p, step);
        return;
    }
    unsigned ncommands = rng_below(&p->rng, 5) == 0 ? 3 : 1;
    for (unsigned k = 0; k < ncommands; k++)
        send_command(p, s, step, k, how);
    bool is_read_later = p->nsessions > 1 && rng_below(&p->rng, 3) == 0;
    if (!is_read_later)
        read_answers(p, s);
}

static void play_seed(uint64_t seed, size_t nsessions)
{
    struct play p;
    play_begin(&p, seed, nsessions);
    struct grammar_generation how = {
        .rng = &p.rng, .allow_obsolete = seed % 4 == 0, .substitute = substitute, .context = &p};
    for (size_t i = 0; i < nsessions; i++) {
        read_answers(&p, &p.sessions[i]);
        client_says(&p, &p.sessions[i], SPAN_LIT("l LOGIN fred secret\r\n"));
        read_answers(&p, &p.sessions[i]);
        client_says(&p, &p.sessions[i], SPAN_LIT("s SELECT INBOX\r\n"));
        read_answers(&p, &p.sessions[i]);
    }
    for (size_t step = 0; step < NSTEPS; step++)
        play_step(&p, step, &how);
    for (size_t i = 0; i < nsessions; i++)
        read_answers(&p, &p.sessions[i]);
    check_findings(&p, seed);
    play_end(&p);
}

static void one_session(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++)
        play_seed(seed, 1);
}

static void two_sessions(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++)
        play_seed(seed, 2);
}

static void three_sessions(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++)
        play_seed(seed, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_session),
        cmocka_unit_test(two_sessions),
        cmocka_unit_test(three_sessions),
    };
    return cmocka_run_group_tests_name("agreement", tests, NULL, NULL);
}
