#include "run/player.h"

static const struct run_client *client_of(const struct player *p)
{
    return p->target->client;
}

static struct player_failure failure_at(const struct player *p, const struct script_step *step,
                                        const char *got)
{
    struct player_failure f = player_failure_at(p, step, "the client does not connect");
    f.wanted = "a connection";
    f.got = got;
    return f;
}

/* ---- the client is told ---- */

static enum player_status ask_to_open(struct player *p, const struct script_step *step)
{
    /* what was started before goes on until it is over */
    enum player_status status = driver_await_all(p, step);
    if (status != PLAYER_GOES_ON)
        return status;
    const char *line =
        arena_printf(p->arena, "open %s %u\n", client_of(p)->host(p->target->context),
                     client_of(p)->port(p->target->context));
    driver_ask(p, "open", span_of(line))->is_open = true;
    return PLAYER_GOES_ON;
}

/* ---- the connection is waited for ---- */

/* Why no connection will come, or NULL. */
static const char *why_none(struct player *p)
{
    struct buffer how = {0};
    const char *why = NULL;
    if (p->driver.broken != NULL) {
        why = p->driver.broken;
    } else if (client_of(p)->has_shim) {
        const struct player_request *open = p->driver.first;
        if (open->answer.is_complete && !driver_ended_with(p, open, SHIM_OK))
            why = arena_printf(p->arena, "its shim answers: %s", driver_answer_text(p, open));
    } else if (client_of(p)->has_exited(p->target->context, &how)) {
        why = arena_text(p->arena, buffer_span(&how));
    }
    buffer_free(&how);
    return why;
}

static enum player_status await_connection(struct player *p, struct player_session *s,
                                           const struct script_step *step)
{
    int64_t deadline = player_deadline_us(p, step);
    struct carrier *carrier;
    bool is_late = false;
    while ((carrier = client_of(p)->accept(p->target->context, p->loop)) == NULL) {
        enum serve_status did = player_attend_until(p, NULL, &deadline);
        if (did == SERVE_STOPS)
            return PLAYER_STOPS;
        const char *why = why_none(p);
        if (why != NULL || is_late)
            return player_fail(p, failure_at(p, step, why == NULL ? "nothing" : why));
        is_late = did == SERVE_NOTHING && !player_wait(p, deadline);
    }
    player_connected(p, s, carrier);
    return PLAYER_GOES_ON;
}

enum player_status player_listen(struct player *p, struct player_session *s,
                                 const struct script_step *step)
{
    struct err err;
    p->ntrials = 0;
    s->was_opened = true;
    if (driver_start(p, &err) != 0)
        return player_fail_of_harness(p, step, &err);
    enum player_status status = client_of(p)->has_shim ? ask_to_open(p, step) : PLAYER_GOES_ON;
    return status == PLAYER_GOES_ON ? await_connection(p, s, step) : status;
}

/* ---- connections nobody waits for ---- */

/* One more session; the list was made with room for it (play.c). */
static struct player_session *add_session(struct player *p)
{
    if (p->nsessions == p->sessions_capacity)
        return NULL;
    struct script_session *script = arena_alloc(p->arena, sizeof *script);
    struct player_session *s = &p->sessions[p->nsessions++];
    *script = *p->sessions[0].script;
    script->name = arena_printf(p->arena, "connection-%zu", p->nsessions);
    s->script = script;
    s->split = s->split_always = p->sessions[0].split_always;
    s->letters = p->sessions[0].letters;
    s->has_letters = p->sessions[0].has_letters;
    return s;
}

bool player_accept_more(struct player *p, bool may_add)
{
    struct player_session *free_one = NULL;
    for (size_t i = 0; i < p->nsessions && free_one == NULL; i++)
        if (p->sessions[i].carrier == NULL || p->sessions[i].is_ended)
            free_one = &p->sessions[i];
    if (free_one == NULL && !may_add)
        return false;
    struct carrier *carrier = client_of(p)->accept(p->target->context, p->loop);
    if (carrier == NULL)
        return false;
    if (free_one == NULL)
        free_one = add_session(p);
    if (free_one == NULL) {
        carrier_close(&carrier);
        return false;
    }
    player_close(p, free_one);
    player_connected(p, free_one, carrier);
    return true;
}
