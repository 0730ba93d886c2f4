#include <string.h>

#include "run/player.h"

enum { PLAY_EPOCH = 646315200 }; /* where virtual time begins: 25 June 1990, 12:00 UT */
enum { PLAY_GRACE_US = 300000 }; /* for a process to be seen dead after its connection was lost */

/* "imapspec server dovecot 'login.ok' --seed 7": built of its parts, for every case has one. */
static const char *command_line(const struct player *p, const char *id)
{
    char room[NUMBER_DIGITS_MAX];
    const struct span parts[] = {span_of(p->options->imapspec),
                                 span_of(p->target->client != NULL ? " client " : " server "),
                                 span_of(p->options->target_argument),
                                 SPAN_LIT(" '"),
                                 span_of(id),
                                 SPAN_LIT("' --seed "),
                                 number_write(p->options->seed, 1, room)};
    size_t nbytes = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        nbytes += parts[i].nbytes;
    char *text = arena_alloc(p->arena, nbytes + 1);
    char *end = text;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        end = mempcpy(end, parts[i].data, parts[i].nbytes);
    return text;
}

static void make_result(struct player *p, const char *order_name)
{
    const struct script_scenario *scenario = p->script->scenario;
    const char *id = order_name[0] == '\0'
                         ? p->script->id
                         : arena_printf(p->arena, "%s%s", p->script->id, order_name);
    p->result = arena_alloc(p->arena, sizeof *p->result);
    *p->result = (struct result_case){
        .id = id,
        .scenario = scenario->id,
        .claim = scenario->claim,
        .file = scenario->place.file,
        .line = scenario->place.line,
        .verdict = RESULT_PASS,
        .expected = "",
        .reason = "",
        .seed = p->options->seed,
        .reproduce = command_line(p, id),
        .log = "",
    };
}

static void make_sessions(struct player *p)
{
    const struct script_scenario *scenario = p->script->scenario;
    /* a client may make more connections than the scenario knows of */
    enum { PLAY_MORE_SESSIONS = 16 };
    p->nsessions = scenario->nsessions;
    p->sessions_capacity = p->nsessions + (p->is_server ? PLAY_MORE_SESSIONS : 0);
    p->sessions = arena_array(p->arena, p->sessions_capacity, sizeof *p->sessions);
    for (size_t i = 0; i < p->nsessions; i++)
        p->sessions[i].script = &scenario->sessions[i];
}

static bool lacks_feature(struct player *p)
{
    const struct script_names *needs = &p->script->scenario->needs;
    for (size_t i = 0; i < needs->nitems; i++) {
        enum run_answer answer = p->target->feature(p->target->context, needs->items[i]);
        if (answer == RUN_YES)
            continue;
        player_raise(
            p, RESULT_SKIP,
            arena_printf(p->arena, "needs %s, which %s %s", needs->items[i], p->target->name,
                         answer == RUN_NO ? "does not have" : "does not tell whether it has"));
        return true;
    }
    return false;
}

/* True when the case can be played; else the verdict says why not. */
static bool prepare(struct player *p)
{
    struct run_setup setup = {.case_id = p->result->id,
                              .mailboxes = p->mailboxes,
                              .nmailboxes = p->nmailboxes,
                              .users = p->users,
                              .nusers = p->nusers,
                              .needs_deliver = player_needs_deliver(&p->script->steps)};
    struct buffer why = {0};
    enum run_readiness readiness = p->target->prepare(p->target->context, p->loop, &setup, &why);
    if (readiness != RUN_READY)
        player_raise(p, readiness == RUN_SKIP ? RESULT_SKIP : RESULT_ERROR,
                     arena_text(p->arena, buffer_span(&why)));
    buffer_free(&why);
    return readiness == RUN_READY;
}

static bool connection_was_lost(const struct player *p)
{
    for (size_t i = 0; i < p->nsessions; i++)
        if (p->sessions[i].is_ended)
            return true;
    return false;
}

/* A process that has just died may need a moment to be seen so. */
static void look_after_target(struct player *p)
{
    struct buffer why = {0};
    bool is_well = p->target->is_well(p->target->context, p->loop, &why);
    if (is_well && connection_was_lost(p) && p->result->verdict >= RESULT_BLOCKED) {
        net_sleep(p->loop, clock_now_us(net_loop_clock(p->loop)) + PLAY_GRACE_US);
        is_well = p->target->is_well(p->target->context, p->loop, &why);
    }
    if (!is_well)
        player_raise(p, RESULT_CRASH, arena_text(p->arena, buffer_span(&why)));
    buffer_free(&why);
}

static void play_script(struct player *p)
{
    p->started_us = clock_now_us(net_loop_clock(p->loop));
    (void)player_steps(p, &p->script->steps, NULL);
    player_catch_up(p);
    if (p->is_server) {
        if (!p->is_skipped && p->result->verdict < RESULT_BLOCKED)
            player_judge_handlers(p);
        player_sessions_free(p); /* how it goes when it is told to quit is no fault of the client */
        driver_stop(p);
    }
    player_judge_findings(p);
    look_after_target(p);
    player_sessions_free(p);
    player_judge_findings(p);
    driver_free(p);
    if (!p->is_skipped)
        player_judge_rest(p);
}

static void drop_log(struct player *p)
{
    p->result->nmatches = 0;
    for (size_t i = 0; i < p->result->nfindings; i++)
        p->result->findings[i].log_line = 0;
}

static void keep_log(struct player *p)
{
    struct buffer *text = &p->room->text;
    buffer_clear(text);
    wire_log_render(p->log, text, 400, 2000);
    size_t nlines = 0;
    for (struct span rest = buffer_span(text); rest.nbytes > 0; (void)span_cut(&rest, '\n'))
        nlines++;
    player_renumber(p, nlines);
    p->result->log = arena_text(p->arena, buffer_span(text));
}

static void play_prepared(struct player *p)
{
    struct err err;
    room_begin(p->room, p->grammar);
    p->log = p->room->log;
    p->matcher = p->room->matcher;
    p->vary.matcher = p->matcher;
    if (player_set_up(p, &err) != 0) {
        player_raise(p, RESULT_ERROR, arena_text(p->arena, span_of(err.text)));
    } else if (prepare(p)) {
        play_script(p);
        if (p->options->drops_logs && p->result->verdict == RESULT_PASS)
            drop_log(p);
        else
            keep_log(p);
        p->target->finish(p->target->context, p->loop);
    }
}

void run_play(const struct run_options *options, const struct run_target *target,
              const struct script_case *script, size_t order, struct arena *arena,
              struct result_case **result_r)
{
    struct player p = {.options = options, .target = target, .script = script, .arena = arena};
    ENSURE((target->client != NULL) == (script->scenario->role == SCRIPT_SERVER));
    p.is_server = target->client != NULL;
    struct order_list orders;
    p.captures.arena = arena;
    p.findings.arena = arena;
    order_list_of_case(script, options->seed, arena, &orders);
    ENSURE(order < orders.norders);
    p.order = orders.orders[order];
    p.norder = orders.nunits;
    p.grammar = grammar_of_dialect(span_of(script->scenario->dialect));
    make_result(&p, order_name(&orders, order, arena));
    p.rng = rng_labelled(options->seed, span_of(p.result->id));
    p.vary = (struct vary){.what = options->vary,
                           .rng = rng_labelled(~options->seed, span_of(p.result->id)),
                           .grammar = p.grammar,
                           .arena = arena};
    make_sessions(&p);
    struct clock real = clock_system();
    int64_t before_us = clock_now_us(&real);
    if (!lacks_feature(&p)) {
        struct run_room *own = NULL;
        p.room = options->room;
        if (p.room == NULL)
            p.room = own = run_room_new();
        p.loop = target->is_in_process ? room_loop(p.room, PLAY_EPOCH) : net_loop_new();
        play_prepared(&p);
        if (!target->is_in_process)
            net_loop_free(&p.loop);
        run_room_free(&own);
    }
    p.result->ms = (double)(clock_now_us(&real) - before_us) / 1000;
    *result_r = p.result;
}
