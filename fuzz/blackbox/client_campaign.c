#include "blackbox/client_campaign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blackbox/apart.h"
#include "blackbox/client_belief.h"
#include "blackbox/stage.h"
#include "blackbox/supervise.h"

enum { STUCK_MS = 30000 };

/* ---- playing ---- */

static void fail(struct play_result *result, const char *oracle, const char *requirement,
                 const char *signature, const char *text)
{
    struct play_finding *f = &result->finding;
    *f = (struct play_finding){.requirement = ""};
    result->has_finding = true;
    (void)snprintf(f->oracle, sizeof f->oracle, "%s", oracle);
    (void)snprintf(f->requirement, sizeof f->requirement, "%s", requirement);
    (void)snprintf(f->signature, sizeof f->signature, "%s", signature);
    (void)snprintf(f->text, sizeof f->text, "%s", text);
}

/* The operation that was under way last. */
static const struct look_request *under_way(const struct client_look *look)
{
    static const struct look_request none = {.verb = "-"};
    for (size_t i = look->nanswered; i < look->nasked; i++)
        if (look->requests[i % LOOK_REQUESTS_MOST].operation > 0)
            return &look->requests[i % LOOK_REQUESTS_MOST];
    return &none;
}

static void point_at(struct play_finding *f, unsigned operation, bool is_of_cache)
{
    (void)snprintf(f->tag, sizeof f->tag, "%u", operation);
    (void)snprintf(f->session, sizeof f->session, "%s", is_of_cache ? "cache" : "");
}

/* The program has died, or computes without end. */
static void take_crash(const struct client_look *look, const struct result_case *r,
                       struct play_result *result)
{
    char signature[96] = "";
    client_look_sign(span_of(r->reason), signature, sizeof signature);
    (void)snprintf(signature + strlen(signature), sizeof signature - strlen(signature), ", at %s",
                   under_way(look)->verb);
    fail(result, "crash", "", signature, r->reason);
}

/* The shim has ended without dying of anything. */
static void take_last(const struct client_look *look, struct play_result *result)
{
    const struct look_request *request = under_way(look);
    char signature[96];
    (void)snprintf(signature, sizeof signature, "ended at %s", request->verb);
    fail(result, "crash", "cache.maintained", signature, "the client's program has ended");
    (void)snprintf(result->finding.wanted, sizeof result->finding.wanted,
                   "    either {\n      finish ok\n    } or {\n      finish no\n    } or {\n      "
                   "finish bad\n    }\n");
    point_at(&result->finding, request->operation, false);
}

/* An operation did not end, though the server has said all that it owes. */
static bool take_hang(const struct client_look *look, const struct result_case *r,
                      struct play_result *result)
{
    static const char requirement[] = "client.complete-on-tag";
    const struct look_request *request = under_way(look);
    for (size_t i = 0; i < r->nfindings; i++) {
        const struct result_finding *f = &r->findings[i];
        char signature[96];
        if (strcmp(f->requirement, requirement) != 0 || f->line == 0 || !look->has_greeted ||
            client_look_is_garbled(look))
            continue;
        (void)snprintf(signature, sizeof signature, "no end of %s", request->verb);
        fail(result, "hang", requirement, signature, f->text);
        (void)snprintf(result->finding.text, sizeof result->finding.text,
                       "the client does not end `%s`", request->verb);
        point_at(&result->finding, request->operation, false);
        return true;
    }
    return false;
}

static bool result_has(const struct result_case *r, const struct play_finding *finding)
{
    for (size_t i = 0; i < r->nfindings; i++)
        if (strcmp(r->findings[i].requirement, finding->requirement) == 0 &&
            strcmp(r->findings[i].level, "fail") == 0 && r->findings[i].line == 0)
            return true;
    return false;
}

/* What the look has found; of several things one that is not known yet. */
static void take_look(const struct client_campaign *c, const struct client_look *look,
                      const struct result_case *r, struct play_result *result)
{
    for (size_t i = 0; i < look->nfindings; i++) {
        const struct look_finding *f = &look->findings[i];
        bool is_of_player = strcmp(f->finding.oracle, "model") == 0;
        if (f->is_void || (is_of_player && !result_has(r, &f->finding)) ||
            (result->has_finding && bucket_is_known(&c->course.buckets, &f->finding)))
            continue;
        result->has_finding = true;
        result->finding = f->finding;
        point_at(&result->finding, f->operation, f->is_of_cache);
        if (!bucket_is_known(&c->course.buckets, &f->finding))
            return;
    }
}

static void judge(const struct client_campaign *c, const struct client_look *look,
                  const struct result_case *r, struct play_result *result)
{
    if (r->verdict == RESULT_ERROR && r->log[0] == '\0') {
        result->is_broken = true;
        (void)snprintf(result->finding.text, sizeof result->finding.text, "%s", r->reason);
    } else if (r->verdict == RESULT_CRASH) {
        take_crash(look, r, result);
    } else if (look->has_ended) {
        take_last(look, result);
    } else if (!take_hang(look, r, result)) {
        take_look(c, look, r, result);
    }
}

struct playing {
    struct client_campaign *c;
    struct span stream;
    struct client_feedback *feedback;
    struct buffer *log;
};

static void play_script(struct playing *p, const struct script_case *kase, struct arena *arena,
                        struct play_result *result_r)
{
    struct client_campaign *c = p->c;
    static struct client_look look;
    struct result_case *r;
    client_look_begin(&look, p->feedback, !c->target.is_in_process);
    look.verb = &c->course.shared->verb;
    look.has_cache = c->can.has_cache;
    const struct run_options options = {.observer = &look.observer,
                                        .timeout_scale = c->timeout_scale,
                                        .imapspec = "imapspec",
                                        .target_argument = target_name(c->course.options->target),
                                        .read_file = c->course.options->read_file,
                                        .read_context = c->course.options->read_context};
    run_play(&options, &c->target, kase, 0, arena, &r);
    client_belief_settle(&look);
    judge(c, &look, r, result_r);
    result_r->ncommands = look.ncommands;
    if (result_r->has_finding && strcmp(result_r->finding.oracle, "hang") == 0)
        result_r->waited_us = (uint64_t)(r->ms * 1000);
    if (p->log != NULL)
        buffer_append_text(p->log, r->log);
    client_look_end(&look);
}

static void play_here(void *context, struct play_result *result_r)
{
    struct playing *p = context;
    struct arena arena = {0};
    struct buffer text = {0};
    struct script_file *file;
    struct script_case *cases;
    size_t ncases;
    struct err err;
    *result_r = (struct play_result){.ncommands = 0};
    client_script_write(p->stream, &p->c->can, "fuzz", "", "", NULL, &text);
    bool is_read = script_read(buffer_span(&text), "fuzz.scn", NULL, &arena, &file, &err) == 0 &&
                   script_expand(file, file->scenarios[0], &arena, &cases, &ncases, &err) == 0;
    if (!is_read)
        (void)fprintf(stderr, "%s\n%.*s", err.text, SPAN_ARG(buffer_span(&text)));
    ENSURE(is_read);
    play_script(p, &cases[0], &arena, result_r);
    p->c->course.shared->nplays++;
    arena_free(&arena);
    buffer_free(&text);
}

void client_campaign_play(struct client_campaign *c, struct span stream, bool is_counted,
                          struct buffer *log, struct play_result *result_r)
{
    struct playing p = {c, stream, is_counted ? c->feedback : NULL, log};
    if (c->plays_apart)
        apart_play("client", play_here, &p, &c->course.shared->verb, result_r);
    else
        play_here(&p, result_r);
}

/* ---- life ---- */

static bool get_ready(struct client_campaign *c, const struct blackbox_options *options,
                      struct course_shared *shared)
{
    static const char *users[] = {"fred"};
    *c = (struct client_campaign){.course = course_begin(options, shared),
                                  .timeout_scale = options->timeout_scale};
    target_attach(options->target, 0, 1, &c->target);
    struct net_loop *loop = c->target.is_in_process ? net_loop_new_virtual(0) : net_loop_new();
    struct run_setup setup = {.case_id = "fuzz", .users = users, .nusers = 1};
    struct buffer why = {0};
    bool is_ready = stage_prepare(&c->target, loop, &setup, &why) == RUN_READY;
    if (is_ready)
        c->target.finish(c->target.context, loop);
    (void)snprintf(shared->summary.why, sizeof shared->summary.why, "%.*s",
                   SPAN_ARG(buffer_span(&why)));
    buffer_free(&why);
    net_loop_free(&loop);
    client_can_ask(&c->target, true, &c->can);
    c->mutator = mutator_new(MUTATOR_RESPONSES);
    shared->summary.is_broken = !is_ready;
    return is_ready;
}

/* ---- one after the other ---- */

static void make(void *campaign, const struct seeds *seeds, struct sample *sample)
{
    client_stream_next(campaign, seeds, sample);
}

static void play(void *campaign, const struct sample *sample, struct play_result *result_r)
{
    struct client_campaign *c = campaign;
    client_campaign_play(c, sample_span(sample), true, NULL, result_r);
    result_r->nnew = c->feedback->nnew;
}

static void play_alone(void *campaign, const struct sample *sample, struct play_result *result_r)
{
    struct client_campaign *c = campaign;
    c->plays_apart = c->target.is_in_process;
    client_campaign_play(c, sample_span(sample), false, NULL, result_r);
}

static int take_finding(void *campaign, const struct sample *sample,
                        const struct play_finding *finding, struct err *err)
{
    return client_finding_take(campaign, sample, finding, err);
}

static bool is_in_vain(const void *campaign, char *why, size_t size)
{
    const struct client_campaign *c = campaign;
    if (c->course.shared->summary.ncommands > 0)
        return false;
    (void)snprintf(why, size,
                   "the client never said a command, so nothing was tested: does it connect to "
                   "{host} {port}?");
    return true;
}

static void tell_shares(const void *campaign, struct buffer *out)
{
    const struct client_campaign *c = campaign;
    const uint64_t *n = c->feedback->nends;
    double ends = (double)(n[SHIM_OK] + n[SHIM_NO] + n[SHIM_BAD] + n[SHIM_FAILED]);
    ends = ends > 0 ? ends : 1;
    if (c->can.has_shim)
        buffer_printf(out, "ok %.0f %% no %.0f %% bad %.0f %% failed %.0f %%  ",
                      100 * (double)n[SHIM_OK] / ends, 100 * (double)n[SHIM_NO] / ends,
                      100 * (double)n[SHIM_BAD] / ends, 100 * (double)n[SHIM_FAILED] / ends);
}

static void tell_reach(const void *campaign, struct buffer *out)
{
    client_feedback_print(((const struct client_campaign *)campaign)->feedback, out);
}

/* ---- all of it ---- */

static void begin(void *campaign, struct seeds *seeds)
{
    (void)seeds;
    ((struct client_campaign *)campaign)->feedback = client_feedback_new();
}

static bool open_client(const struct blackbox_options *options, struct course_shared *shared,
                        struct course_player *player_r)
{
    struct client_campaign *c = mem_alloc(sizeof *c);
    bool is_ready = get_ready(c, options, shared);
    *player_r = (struct course_player){.campaign = c,
                                       .course = &c->course,
                                       .target = c->target.name,
                                       .begin = begin,
                                       .make = make,
                                       .play = play,
                                       .play_alone = play_alone,
                                       .take_finding = take_finding,
                                       .is_in_vain = is_in_vain,
                                       .tell_shares = tell_shares,
                                       .tell_reach = tell_reach};
    return is_ready;
}

static void close_client(void *campaign)
{
    struct client_campaign *c = campaign;
    target_detach(c->course.options->target);
    mutator_free(&c->mutator);
    client_feedback_free(&c->feedback);
    course_free(&c->course);
    free(c);
}

const struct campaign_kind client_campaign = {"client", STUCK_MS, MUTATOR_RESPONSES, open_client,
                                              close_client};
