#include "net/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/carrier.h"
#include "net/host.h"

static struct net_loop *loop_new(struct clock clock)
{
    struct net_loop *loop = mem_alloc(sizeof *loop);
    loop->clock = clock;
    struct sigaction old;
    if (sigaction(SIGPIPE, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
        (void)signal(SIGPIPE, SIG_IGN);
    return loop;
}

struct net_loop *net_loop_new(void)
{
    return loop_new(clock_system());
}

struct net_loop *net_loop_new_virtual(int64_t epoch_s)
{
    return loop_new(clock_virtual(epoch_s));
}

void net_loop_restart(struct net_loop *loop, int64_t epoch_s)
{
    ENSURE(loop->clock.is_virtual && loop->carriers == NULL && loop->processes == NULL);
    loop->clock = clock_virtual(epoch_s);
    loop->has_news = false;
}

uv_loop_t *loop_uv(struct net_loop *loop)
{
    if (loop->has_uv)
        return &loop->uv;
    int status = uv_loop_init(&loop->uv);
    if (status != 0) {
        (void)fprintf(stderr, "imapspec: no event loop: %s\n", uv_strerror(status));
        abort();
    }
    loop->has_uv = true;
    loop->timer = loop_new_handle(sizeof *loop->timer);
    ENSURE(uv_timer_init(&loop->uv, loop->timer) == 0);
    return &loop->uv;
}

char *loop_scratch(struct net_loop *loop)
{
    if (loop->scratch == NULL)
        loop->scratch = mem_alloc(LOOP_PIECE_NBYTES);
    return loop->scratch;
}

void *loop_new_handle(size_t nbytes)
{
    return mem_alloc(nbytes);
}

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

void loop_close_handle(void *handle)
{
    if (handle != NULL)
        uv_close(handle, free_handle);
}

void net_loop_free(struct net_loop **loop)
{
    struct net_loop *l = *loop;
    if (l == NULL)
        return;
    ENSURE(l->carriers == NULL && l->processes == NULL);
    host_free(&l->host);
    if (l->has_uv) {
        loop_close_handle(l->timer);
        loop_close_handle(l->child_signal);
        loop_close_handle(l->interrupt);
        loop_close_handle(l->termination);
        (void)uv_run(&l->uv, UV_RUN_DEFAULT);
        ENSURE(uv_loop_close(&l->uv) == 0);
    }
    free(l->scratch);
    free(l);
    *loop = NULL;
}

const struct clock *net_loop_clock(const struct net_loop *loop)
{
    return &loop->clock;
}

bool net_loop_is_virtual(const struct net_loop *loop)
{
    return loop->clock.is_virtual;
}

int64_t loop_real_us(void)
{
    struct clock real = clock_system();
    return clock_now_us(&real);
}

bool loop_refuses(const struct net_loop *loop, const char *what, struct err *err)
{
    if (!loop->clock.is_virtual)
        return false;
    (void)err_set(err, NULL, 0, 0, "%s: not possible in virtual time", what);
    return true;
}

const char *loop_errno_text(int number, char *room, size_t nbytes)
{
    const char *text = strerrordesc_np(number);
    (void)snprintf(room, nbytes, "%s", text == NULL ? "unknown error" : text);
    /* "RPC ..." and the like keep their capitals. */
    if (room[0] != '\0' && char_is_lower(room[1]))
        room[0] = char_lower(room[0]);
    return room;
}

bool loop_is_idle(const struct net_loop *loop)
{
    return loop->carriers == NULL && loop->nwatched == 0;
}

/* A timer may be due before the loop comes to wait, when this process was not running; the loop
 * would then wait with nothing to end it. */
static void timer_fired(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

static void arm_all(struct net_loop *loop)
{
    for (struct carrier *c = loop->carriers; c != NULL; c = c->next)
        if (c->ops->arm != NULL)
            c->ops->arm(c);
}

bool loop_turn(struct net_loop *loop, int64_t timeout_us)
{
    uv_loop_t *uv = loop_uv(loop);
    arm_all(loop);
    if (timeout_us <= 0) {
        bool waits = timeout_us < 0;
        if (uv_is_active((uv_handle_t *)loop->timer))
            (void)uv_timer_stop(loop->timer);
        if (waits && !uv_loop_alive(uv))
            return false;
        (void)uv_run(uv, waits ? UV_RUN_ONCE : UV_RUN_NOWAIT);
        return true;
    }
    uv_update_time(uv);
    uint64_t timeout_ms = (uint64_t)(timeout_us + 999) / 1000;
    ENSURE(uv_timer_start(loop->timer, timer_fired, timeout_ms, 0) == 0);
    (void)uv_run(uv, UV_RUN_ONCE);
    return true;
}

static void pump_all(struct net_loop *loop)
{
    bool moved;
    do {
        moved = false;
        for (struct carrier *c = loop->carriers; c != NULL; c = c->next)
            if (c->ops->pump != NULL && c->ops->pump(c))
                moved = true;
    } while (moved);
}

/* Calls what is due at `now_us`; the earliest later deadline of a peer, -1: none. A peer whose
 * deadline stays in the past is not asked again before it has received something. */
static int64_t tick_peers(struct net_loop *loop, int64_t now_us)
{
    int64_t earliest_us = -1;
    for (struct carrier *c = loop->carriers; c != NULL; c = c->next) {
        if (c->ops->deadline_us == NULL)
            continue;
        int64_t at_us = c->ops->deadline_us(c);
        if (at_us >= 0 && at_us <= now_us) {
            c->ops->tick(c);
            at_us = c->ops->deadline_us(c);
        }
        if (at_us > now_us && (earliest_us < 0 || at_us < earliest_us))
            earliest_us = at_us;
    }
    return earliest_us;
}

static bool take_news(struct net_loop *loop)
{
    bool has_news = loop->has_news;
    loop->has_news = false;
    return has_news;
}

/* Waits without libuv when there is but one thing to wait for, and that can do so. */
static bool wait_alone(struct net_loop *loop, int64_t timeout_us)
{
    struct carrier *c = loop->carriers;
    return c != NULL && c->next == NULL && loop->nwatched == 0 && c->ops->wait_alone != NULL &&
           c->ops->wait_alone(c, timeout_us);
}

/* Waits in the loop's time until `until_us` (-1: for ever), or shorter; false when nothing can ever
 * happen. */
static bool pass_time(struct net_loop *loop, int64_t now_us, int64_t until_us)
{
    if (!loop->clock.is_virtual) {
        int64_t timeout_us = until_us < 0 ? -1 : until_us - now_us;
        return wait_alone(loop, timeout_us) || loop_turn(loop, timeout_us);
    }
    if (until_us < 0)
        return false;
    if (until_us > now_us)
        clock_advance_us(&loop->clock, until_us - now_us);
    return true;
}

bool net_wait(struct net_loop *loop, int64_t deadline_us)
{
    bool has_looked = loop->clock.is_virtual;
    for (;;) {
        pump_all(loop);
        if (take_news(loop))
            return true;
        int64_t now_us = clock_now_us(&loop->clock);
        int64_t until_us = tick_peers(loop, now_us);
        pump_all(loop);
        if (take_news(loop))
            return true;
        bool is_late = deadline_us >= 0 && now_us >= deadline_us;
        if (is_late && has_looked)
            return false;
        if (until_us < 0 || (deadline_us >= 0 && deadline_us < until_us))
            until_us = deadline_us;
        if (!pass_time(loop, now_us, is_late ? now_us : until_us))
            return false;
        has_looked = has_looked || is_late;
    }
}

void net_sleep(struct net_loop *loop, int64_t deadline_us)
{
    bool has_news = false;
    do {
        if (net_wait(loop, deadline_us))
            has_news = true;
    } while (clock_now_us(&loop->clock) < deadline_us);
    loop->has_news = has_news;
}

static void signal_caught(uv_signal_t *handle, int number)
{
    struct net_loop *loop = handle->data;
    loop->caught_signal = number;
    loop->has_news = true;
}

static uv_signal_t *catch_signal(struct net_loop *loop, int number)
{
    uv_signal_t *handle = loop_new_handle(sizeof *handle);
    handle->data = loop;
    ENSURE(uv_signal_init(loop_uv(loop), handle) == 0);
    ENSURE(uv_signal_start(handle, signal_caught, number) == 0);
    return handle;
}

void net_loop_catch_signals(struct net_loop *loop)
{
    ENSURE(!loop->clock.is_virtual);
    if (loop->interrupt != NULL)
        return;
    loop->nwatched++;
    loop->interrupt = catch_signal(loop, SIGINT);
    loop->termination = catch_signal(loop, SIGTERM);
}

int net_loop_signal(const struct net_loop *loop)
{
    return loop->caught_signal;
}
