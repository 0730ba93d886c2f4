#include "blackbox/client_campaign.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blackbox/apart.h"
#include "blackbox/client_belief.h"

enum {
    STATUS_US = 1000000,
    SAVE_SCENARIOS = 512, /* the corpus is saved so often */
    STUCK_MS = 30000,
    CRASHES_MOST = 50 /* then the run ends: it is taken up again after each */
};

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
static void take_end(const struct client_look *look, struct play_result *result)
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
            (look->is_hostile && look->was_garbled))
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
            (result->has_finding && client_finding_is_known(c, &f->finding)))
            continue;
        result->has_finding = true;
        result->finding = f->finding;
        point_at(&result->finding, f->operation, f->is_of_cache);
        if (!client_finding_is_known(c, &f->finding))
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
        take_end(look, result);
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
    look.verb = &c->shared->verb;
    look.has_cache = c->can.has_cache;
    const struct run_options options = {.observer = &look.observer,
                                        .timeout_scale = c->timeout_scale,
                                        .imapspec = "imapspec",
                                        .target_argument = target_name(c->options->target),
                                        .read_file = c->options->read_file,
                                        .read_context = c->options->read_context};
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
    p->c->shared->nplays++;
    arena_free(&arena);
    buffer_free(&text);
}

void client_campaign_play(struct client_campaign *c, struct span stream, bool is_counted,
                          struct buffer *log, struct play_result *result_r)
{
    struct playing p = {c, stream, is_counted ? c->feedback : NULL, log};
    if (c->plays_apart)
        apart_play(play_here, &p, &c->shared->verb, result_r);
    else
        play_here(&p, result_r);
}

/* ---- life ---- */

static bool open_campaign(struct client_campaign *c, const struct blackbox_options *options,
                          struct client_shared *shared)
{
    static const char *users[] = {"fred"};
    *c = (struct client_campaign){.options = options,
                                  .shared = shared,
                                  .clock = clock_system(),
                                  .timeout_scale = options->timeout_scale};
    target_attach(options->target, 0, 1, &c->target);
    struct net_loop *loop = c->target.is_in_process ? net_loop_new_virtual(0) : net_loop_new();
    struct run_setup setup = {.case_id = "fuzz", .users = users, .nusers = 1};
    struct buffer why = {0};
    bool is_ready = c->target.prepare(c->target.context, loop, &setup, &why) == RUN_READY;
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

static void close_campaign(struct client_campaign *c)
{
    target_detach(c->options->target);
    mutator_free(&c->mutator);
    client_feedback_free(&c->feedback);
    corpus_free(&c->corpus);
    table_free(&c->known);
}

static int64_t elapsed_us(const struct client_campaign *c)
{
    return clock_now_us(&c->clock) - c->shared->began_us;
}

bool client_campaign_is_over(const struct client_campaign *c)
{
    const struct blackbox_options *o = c->options;
    return c->shared->is_to_end || o->is_interrupted(o->context) || c->shared->summary.is_broken ||
           (o->count > 0 && c->shared->nscenarios >= o->count) ||
           (o->time_ms > 0 && elapsed_us(c) >= o->time_ms * 1000);
}

/* ---- what is told ---- */

static void print_rates(const struct client_campaign *c, const char *end, FILE *out)
{
    const struct blackbox_summary *s = &c->shared->summary;
    const uint64_t *n = c->feedback->nends;
    double seconds = (double)elapsed_us(c) / 1e6;
    double each = seconds > 0 ? seconds : 1;
    double ends = (double)(n[SHIM_OK] + n[SHIM_NO] + n[SHIM_BAD] + n[SHIM_FAILED]);
    ends = ends > 0 ? ends : 1;
    (void)fprintf(out, "%.1f s  %" PRIu64 " scenarios (%.0f/s)  %" PRIu64 " commands (%.0f/s)  ",
                  seconds, s->nscenarios, (double)s->nscenarios / each, s->ncommands,
                  (double)s->ncommands / each);
    if (c->can.has_shim)
        (void)fprintf(out, "ok %.0f %% no %.0f %% bad %.0f %% failed %.0f %%  ",
                      100 * (double)n[SHIM_OK] / ends, 100 * (double)n[SHIM_NO] / ends,
                      100 * (double)n[SHIM_BAD] / ends, 100 * (double)n[SHIM_FAILED] / ends);
    (void)fprintf(out, "corpus %zu  timeouts %.1f %%  findings %u%s", c->corpus.nitems,
                  (double)s->nwaited_us / 1e4 / each, s->nfindings, end);
}

static void show_status(struct client_campaign *c)
{
    int64_t now_us = clock_now_us(&c->clock);
    if (!c->options->shows_status || now_us - c->status_us < STATUS_US)
        return;
    c->status_us = now_us;
    (void)fprintf(stderr, "\r");
    print_rates(c, "  ", stderr);
    (void)fflush(stderr);
}

static void print_end(struct client_campaign *c)
{
    struct buffer text = {0};
    if (c->options->shows_status)
        (void)fprintf(stderr, "\n");
    (void)printf("%s: ", c->target.name);
    print_rates(c, "\n", stdout);
    client_feedback_print(c->feedback, &text);
    (void)printf("%.*sseed %" PRIu64 "\n", SPAN_ARG(buffer_span(&text)), c->options->seed);
    (void)fflush(stdout);
    buffer_free(&text);
}

/* ---- one after the other ---- */

static int take_result(struct client_campaign *c, const struct play_result *result, struct err *err)
{
    const struct client_sample *sample = &c->shared->sample;
    struct blackbox_summary *s = &c->shared->summary;
    s->nscenarios++;
    s->ncommands += result->ncommands;
    s->nwaited_us += result->waited_us;
    if (result->is_broken) {
        s->is_broken = true;
        (void)snprintf(s->why, sizeof s->why, "%s", result->finding.text);
        return 0;
    }
    if (c->feedback->nnew > 0)
        corpus_add(&c->corpus, span_make(sample->bytes, sample->nbytes), c->feedback->nnew);
    if (!result->has_finding)
        return 0;
    struct client_sample *copy = mem_alloc(sizeof *copy); /* shrinking plays others */
    struct play_finding finding = result->finding;
    *copy = *sample;
    int status = client_finding_take(c, copy, &finding, err);
    free(copy);
    return status;
}

static int play_next(struct client_campaign *c, const struct seeds *seeds, struct err *err)
{
    struct play_result result;
    struct client_sample *sample = &c->shared->sample;
    client_stream_next(c, seeds, sample);
    c->shared->nscenarios++;
    client_campaign_play(c, span_make(sample->bytes, sample->nbytes), true, NULL, &result);
    if (take_result(c, &result, err) != 0)
        return -1;
    show_status(c);
    return c->shared->nscenarios % SAVE_SCENARIOS == 0
               ? corpus_save(&c->corpus, c->options->findings, err)
               : 0;
}

/* What is in the corpus from before is played again, so that what it reached is known. */
static void replay_corpus(struct client_campaign *c)
{
    for (size_t i = 0; i < c->corpus.nitems && !client_campaign_is_over(c); i++) {
        struct play_result result;
        struct client_sample *sample = &c->shared->sample;
        struct span stream = span_slice(c->corpus.items[i].stream, 0, sizeof sample->bytes);
        memcpy(sample->bytes, stream.data, stream.nbytes);
        sample->nbytes = stream.nbytes;
        client_campaign_play(c, stream, true, NULL, &result);
    }
}

static int fuzz(struct client_campaign *c, bool resumes, struct err *err)
{
    struct seeds seeds = {.nitems = 0};
    int status = 0;
    c->feedback = client_feedback_new();
    seeds_make(&seeds, MUTATOR_RESPONSES);
    c->shared->summary.nfindings = client_finding_load(c);
    if (resumes) {
        status = corpus_load(&c->corpus, c->options->findings, err);
        replay_corpus(c);
    }
    while (status == 0 && !client_campaign_is_over(c))
        status = play_next(c, &seeds, err);
    if (status == 0)
        status = corpus_save(&c->corpus, c->options->findings, err);
    if (!c->shared->summary.is_broken)
        print_end(c);
    seeds_free(&seeds);
    return status;
}

static int fuzz_once(const struct blackbox_options *options, struct client_shared *shared,
                     bool resumes, struct err *err)
{
    struct client_campaign c;
    int status = open_campaign(&c, options, shared) ? fuzz(&c, resumes, err) : 0;
    close_campaign(&c);
    (void)fflush(NULL);
    return status;
}

/* ---- a client called by function, in a process of its own ---- */

struct supervision {
    const struct blackbox_options *options;
    struct client_shared *shared;
};

static void attend(void *context)
{
    struct supervision *s = context;
    if (s->options->is_interrupted(s->options->context))
        s->shared->is_to_end = true;
}

static int take_death(struct supervision *s, enum apart_end end, int signal_number, struct err *err)
{
    struct client_campaign c;
    struct play_finding finding;
    struct play_result again = {.has_finding = false};
    struct client_sample *sample = mem_alloc(sizeof *sample);
    int status = 0;
    *sample = s->shared->sample;
    apart_finding(end, signal_number, s->shared->verb, &finding);
    if (open_campaign(&c, s->options, s->shared)) {
        (void)client_finding_load(&c);
        c.plays_apart = true;
        /* what it shows alone is known better than what the process that ended has told */
        client_campaign_play(&c, span_make(sample->bytes, sample->nbytes), false, NULL, &again);
        status =
            client_finding_take(&c, sample, again.has_finding ? &again.finding : &finding, err);
    }
    close_campaign(&c);
    free(sample);
    return status;
}

static int supervise(const struct blackbox_options *options, struct client_shared *shared,
                     struct err *err)
{
    struct supervision s = {options, shared};
    int status = 0;
    bool goes_on = true;
    for (unsigned i = 0; i < CRASHES_MOST && goes_on && status == 0; i++) {
        int number = 0;
        pid_t pid = apart_fork(err);
        if (pid == 0)
            _exit(fuzz_once(options, shared, options->resumes || i > 0, &shared->err) == 0 ? 0 : 1);
        if (pid < 0)
            return -1;
        enum apart_end end = apart_wait(pid, &shared->nplays, STUCK_MS, attend, &s, &number);
        goes_on = end != APART_EXITED;
        if (goes_on) {
            status = take_death(&s, end, number, err);
        } else if (number != 0) {
            *err = shared->err;
            status = -1;
        }
    }
    return status;
}

int client_campaign_run(const struct blackbox_options *options, struct blackbox_summary *summary_r,
                        struct err *err)
{
    struct client_shared *shared = apart_memory(sizeof *shared);
    struct clock clock = clock_system();
    shared->began_us = clock_now_us(&clock);
    int status = target_is_in_process(options->target)
                     ? supervise(options, shared, err)
                     : fuzz_once(options, shared, options->resumes, err);
    *summary_r = shared->summary;
    apart_memory_free(shared, sizeof *shared);
    return status;
}

int client_campaign_shrink(const struct blackbox_options *options, struct span stream,
                           struct err *err)
{
    struct client_shared *shared = apart_memory(sizeof *shared);
    struct client_campaign c;
    struct clock clock = clock_system();
    struct play_result result = {.has_finding = false};
    struct client_sample *sample = mem_alloc(sizeof *sample);
    int status = 1;
    shared->began_us = clock_now_us(&clock);
    if (stream.nbytes > sizeof sample->bytes) {
        status = err_set(err, NULL, 0, 0, "the stream has over %zu octets", sizeof sample->bytes);
    } else if (!open_campaign(&c, options, shared)) {
        status = err_set(err, NULL, 0, 0, "%s", shared->summary.why);
        close_campaign(&c);
    } else {
        memcpy(sample->bytes, stream.data, stream.nbytes);
        sample->nbytes = stream.nbytes;
        c.plays_apart = c.target.is_in_process;
        client_campaign_play(&c, stream, false, NULL, &result);
        struct play_finding finding = result.finding;
        if (result.has_finding)
            status = client_finding_take(&c, sample, &finding, err);
        close_campaign(&c);
    }
    free(sample);
    apart_memory_free(shared, sizeof *shared);
    return status;
}
