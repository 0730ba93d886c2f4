#include "blackbox/stage.h"

/* INBOX begins with five messages. Whoever takes a case of a second for slow looks at the target
 * more closely (watch.c), which takes time. */
enum { INBOX_LEAST = 3, INBOX_MOST = 24, AGE_MOST_US = 500000, CONNECTIONS_MOST = 32 };

enum run_readiness stage_prepare(const struct run_target *target, struct net_loop *loop,
                                 const struct run_setup *setup, struct buffer *why)
{
    enum { TRIES = 3 };
    enum run_readiness readiness = RUN_BROKEN;
    for (int i = 0; i < TRIES && readiness == RUN_BROKEN; i++) {
        buffer_clear(why);
        readiness = target->prepare(target->context, loop, setup, why);
    }
    return readiness;
}

static void make_world(struct stage *s)
{
    s->world = model_world_new();
    for (size_t i = 0; i < s->fixtures->nboxes; i++)
        model_world_add(s->world, &s->fixtures->boxes[i]);
}

enum run_readiness stage_fill(struct stage *s, struct buffer *why)
{
    static const char *users[] = {"fred"};
    if (s->is_filled)
        return RUN_READY;
    if (s->loop == NULL)
        s->loop = s->target->is_in_process ? net_loop_new_virtual(STAGE_EPOCH_S) : net_loop_new();
    struct run_setup setup = {.case_id = "fuzz",
                              .mailboxes = s->fixtures->boxes,
                              .nmailboxes = s->has_world ? s->fixtures->nboxes : 0,
                              .users = users,
                              .nusers = 1};
    enum run_readiness readiness = stage_prepare(s->target, s->loop, &setup, why);
    if (readiness != RUN_READY)
        return readiness;
    s->is_filled = true;
    s->is_spoilt = false;
    s->nplays = 0;
    s->nconnections = 0;
    s->filled_us = clock_now_us(net_loop_clock(s->loop));
    if (s->has_world)
        make_world(s);
    return RUN_READY;
}

bool stage_is_good(const struct stage *s)
{
    if (!s->is_filled || s->is_spoilt || s->nconnections > CONNECTIONS_MOST)
        return false;
    if (!s->target->is_in_process &&
        clock_now_us(net_loop_clock(s->loop)) - s->filled_us > AGE_MOST_US)
        return false;
    if (s->world == NULL)
        return true;
    size_t exists = model_world_exists(s->world, "fred", "INBOX");
    return exists >= INBOX_LEAST && exists <= INBOX_MOST;
}

void stage_clear(struct stage *s)
{
    if (s->world != NULL)
        model_world_free(&s->world);
    if (s->is_filled)
        s->target->finish(s->target->context, s->loop);
    s->is_filled = false;
    arena_reset(&s->arena);
    if (s->loop != NULL && s->target->is_in_process)
        net_loop_free(&s->loop);
}

void stage_free(struct stage *s)
{
    stage_clear(s);
    if (s->loop != NULL)
        net_loop_free(&s->loop);
    arena_free(&s->arena);
}
