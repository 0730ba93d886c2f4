#include <string.h>

#include "run/player.h"

enum { DRIVER_QUIT_US = 2000000 }; /* for the client to end when it is told to */

int driver_start(struct player *p, struct err *err)
{
    const struct run_client *client = p->target->client;
    struct player_driver *d = &p->driver;
    if (d->is_started)
        return 0;
    d->is_started = true;
    if (!client->has_shim)
        return client->start(p->target->context, p->loop, err);
    d->carrier = client->shim(p->target->context, p->loop, err);
    return d->carrier == NULL ? -1 : 0;
}

static void note(struct player *p, char direction, struct span line)
{
    struct buffer text = {0};
    buffer_printf(&text, "%c ", direction);
    buffer_append_escaped(&text, span_trim(line), 400);
    player_log_event(p, NULL, arena_text(p->arena, buffer_span(&text)));
    buffer_free(&text);
}

struct player_request *driver_ask(struct player *p, const char *verb, struct span line)
{
    struct player_driver *d = &p->driver;
    struct player_request *request = arena_alloc(p->arena, sizeof *request);
    request->verb = verb;
    if (d->first == NULL)
        d->end = &d->first;
    *d->end = request;
    d->end = &request->next;
    note(p, '>', line);
    if (p->options->observer != NULL)
        p->options->observer->asked(p->options->observer->context, verb, line);
    if (d->broken == NULL)
        carrier_send(d->carrier, line);
    return request;
}

bool driver_is_running(const struct player *p, const struct player_request *request)
{
    return !request->answer.is_complete && p->driver.broken == NULL;
}

void driver_drop(struct player *p)
{
    struct player_request *request = p->driver.first;
    p->driver.first = request->next;
    shim_answer_free(&request->answer);
}

/* ---- answers ---- */

static void show_answer(const struct player *p, const char *verb, const struct shim_answer *answer)
{
    const struct run_observer *o = p->options->observer;
    if (o != NULL)
        o->answered(o->context, verb, answer);
}

static void take_answer(struct player *p, struct player_request *request, struct buffer *input)
{
    struct player_driver *d = &p->driver;
    struct err err;
    size_t nused;
    struct span all = buffer_span(input);
    if (shim_answer_receive(&request->answer, all, &nused, &err) != 0) {
        d->broken = arena_printf(p->arena, "the shim answers what is no answer: %s", err.text);
        d->is_wrong = true;
    }
    struct span rest = span_slice(all, 0, nused);
    while (rest.nbytes > 0)
        note(p, '<', span_cut(&rest, '\n'));
    buffer_consume(input, nused);
    if (d->broken == NULL && request->answer.is_complete)
        show_answer(p, request->verb, &request->answer);
}

void driver_pump(struct player *p)
{
    struct player_driver *d = &p->driver;
    if (d->carrier == NULL || d->broken != NULL)
        return;
    struct buffer *input = carrier_input(d->carrier);
    for (struct player_request *r = d->first; r != NULL && input->nbytes > 0; r = r->next)
        if (driver_is_running(p, r))
            take_answer(p, r, input);
    if (d->broken == NULL && carrier_at_eof(d->carrier) && input->nbytes == 0) {
        d->broken = "the client's shim has ended";
        show_answer(p, "", NULL);
        player_log_event(p, NULL, d->broken);
    }
}

const char *driver_answer_text(struct player *p, const struct player_request *request)
{
    const struct shim_answer *answer = &request->answer;
    if (!answer->is_complete)
        return p->driver.broken == NULL ? "nothing" : p->driver.broken;
    const char *word = shim_status_word(answer->status);
    return answer->text.nbytes == 0
               ? word
               : arena_printf(p->arena, "%s %.*s", word, SPAN_ARG(answer->text));
}

bool driver_ended_with(const struct player *p, const struct player_request *request,
                       enum shim_status status)
{
    const struct player_driver *d = &p->driver;
    if (request->answer.is_complete)
        return request->answer.status == status;
    /* a client that has gone has failed to do what it was asked */
    return d->broken != NULL && !d->is_wrong && status == SHIM_FAILED;
}

/* ---- waiting ---- */

static enum player_status fail_late(struct player *p, const struct script_step *step,
                                    const struct player_request *request)
{
    struct player_failure f = player_failure_at(
        p, step, arena_printf(p->arena, "the client does not finish `%s`", request->verb));
    f.wanted = "an end";
    f.got = "nothing";
    return player_fail(p, f);
}

/* Anything happened? Serves, and takes up a connection made anew. */
static enum serve_status do_a_round(struct player *p, int64_t *deadline_us)
{
    enum serve_status did = player_attend_until(p, NULL, deadline_us);
    if (did == SERVE_NOTHING && p->script->scenario->serves_model && player_accept_more(p, false))
        did = SERVE_DONE;
    return did;
}

enum player_status driver_await(struct player *p, const struct script_step *step,
                                const struct player_request *request)
{
    int64_t deadline = player_deadline_us(p, step);
    while (driver_is_running(p, request)) {
        struct player_session *s;
        enum serve_status did = do_a_round(p, &deadline);
        if (did == SERVE_STOPS)
            return PLAYER_STOPS;
        const struct player_unit *unit = player_unanswered(p, &s);
        if (unit != NULL)
            return player_fail_unanswered(p, step, unit);
        if (did == SERVE_NOTHING && !player_wait(p, deadline) && driver_is_running(p, request))
            return fail_late(p, step, request);
    }
    /* what has come with the answer is answered before the script goes on */
    return do_a_round(p, &deadline) == SERVE_STOPS ? PLAYER_STOPS : PLAYER_GOES_ON;
}

enum player_status driver_await_all(struct player *p, const struct script_step *step)
{
    enum player_status status = PLAYER_GOES_ON;
    while (p->driver.first != NULL && status == PLAYER_GOES_ON) {
        status = driver_await(p, step, p->driver.first);
        if (status == PLAYER_GOES_ON)
            driver_drop(p);
    }
    return status;
}

/* ---- the end ---- */

void driver_stop(struct player *p)
{
    struct player_driver *d = &p->driver;
    if (d->carrier == NULL || d->broken != NULL)
        return;
    int64_t until = clock_now_us(net_loop_clock(p->loop)) + DRIVER_QUIT_US;
    for (const struct player_request *r = d->first; r != NULL; r = r->next)
        if (driver_is_running(p, r)) /* it would not listen */
            return;
    (void)driver_ask(p, "quit", SPAN_LIT("quit\n"));
    while (d->broken == NULL && player_wait(p, until))
        ;
}

void driver_free(struct player *p)
{
    carrier_close(&p->driver.carrier);
    while (p->driver.first != NULL)
        driver_drop(p);
}
