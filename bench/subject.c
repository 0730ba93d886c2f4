#include "subject.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- when a case connects ---- */

static struct subject *connecting; /* the functions of a target know its context alone */
static struct carrier *(*connect_plainly)(void *context, struct net_loop *loop, const char *user,
                                          struct err *err);

static struct carrier *connect_and_tell(void *context, struct net_loop *loop, const char *user,
                                        struct err *err)
{
    (void)snprintf(connecting->user, sizeof connecting->user, "%s",
                   connecting->run.user_name(context, user));
    if (connecting->connects != NULL)
        connecting->connects();
    return connect_plainly(context, loop, user, err);
}

static void attach(struct subject *s)
{
    target_attach(s->target, 0, 1, &s->run);
    connect_plainly = s->run.connect;
    s->run.connect = connect_and_tell;
    connecting = s;
}

/* ---- the target ---- */

static int give_up(struct subject *s, const struct err *err)
{
    (void)fprintf(stderr, "bench: %s\n", err->text);
    subject_close(s);
    return -1;
}

int subject_open(struct subject *s, const char *name)
{
    struct err err = {0};
    struct target_request request = {.argument = name,
                                     .targets_folder = BENCH_TREE "/scripts/targets",
                                     .imapspec = BENCH_IMAPSPEC};
    char *text = mem_copy_text(name, strlen(name));
    char *place = strchr(text, '@');
    char *colon = strchr(text, ':');
    *s = (struct subject){.is_filled = place == NULL};
    if (place != NULL && colon != NULL && colon < place) {
        *place = *colon = '\0';
        request.argument = place + 1;
        request.user = text;
        request.password = colon + 1;
    }
    s->target = target_open(&request, &err);
    free(text);
    if (s->target == NULL)
        return give_up(s, &err);
    if (!target_is_in_process(s->target))
        s->loop = net_loop_new();
    if (s->loop != NULL && target_start(s->target, s->loop, &err) != 0)
        return give_up(s, &err);
    if (target_missing(s->target) != NULL) {
        (void)fprintf(stderr, "bench: %s\n", target_missing(s->target));
        subject_close(s);
        return 1;
    }
    attach(s);
    s->room = run_room_new();
    return 0;
}

void subject_close(struct subject *s)
{
    struct err err;
    if (s->run.context != NULL) {
        run_room_free(&s->room);
        target_detach(s->target);
    }
    if (s->target != NULL && s->loop != NULL && target_stop(s->target, s->loop, &err) != 0)
        (void)fprintf(stderr, "bench: %s\n", err.text);
    target_free(&s->target);
    arena_free(&s->arena);
    if (s->loop != NULL)
        net_loop_free(&s->loop);
}

/* ---- cases ---- */

void subject_case_read(struct subject_case *c, const char *text)
{
    struct err err = {0};
    *c = (struct subject_case){0};
    suite_init(&c->suite, &c->arena);
    if (suite_add(&c->suite, span_of(text), "bench.scn", NULL, &err) != 0 ||
        suite_expand(&c->suite, SCRIPT_CLIENT, 1, &err) != 0) {
        (void)fprintf(stderr, "%u:%u: %s\n", err.line, err.col, err.text);
        exit(1);
    }
}

void subject_case_free(struct subject_case *c)
{
    suite_free(&c->suite);
    arena_free(&c->arena);
}

void subject_play(struct subject *s, const struct subject_case *c,
                  const struct run_options *options)
{
    struct run_options own = *options;
    struct result_case *result;
    arena_reset(&s->arena);
    own.imapspec = "imapspec";
    own.drops_logs = true;
    own.room = s->room;
    own.target_argument = target_name(s->target);
    run_play(&own, &s->run, c->suite.cases[0].script, 0, &s->arena, &result);
    if (result->verdict != RESULT_PASS) {
        (void)fprintf(stderr, "bench: a case did not pass: %s %s %s\n%.300s",
                      result_verdict_name(result->verdict), result->reason,
                      result->nfindings > 0 ? result->findings[0].text : "",
                      result->log == NULL ? "" : result->log);
        subject_close(s);
        exit(1);
    }
}

const char *subject_user(const struct subject *s)
{
    return s->user;
}

const char *subject_password(const struct subject *s)
{
    return s->run.user_password(s->run.context, "fred");
}

const char *subject_host(const struct subject *s)
{
    return target_host(s->target);
}

unsigned subject_port(const struct subject *s)
{
    return target_port(s->target);
}
