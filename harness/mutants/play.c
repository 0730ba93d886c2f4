#include "mutants/play.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "net/process.h"
#include "script/cursor.h"
#include "target/files.h"

enum {
    PLAY_BUILD_MS = 120000, /* for compiling, and for linking */
    PLAY_LOOK_US = 200000,  /* so often whether it was interrupted */
    PLAY_CASE_S = 10,       /* no case takes as long; one that loops is given up then */
    PLAY_DIAGNOSIS_NBYTES = 16384
};

enum stage { STAGE_COMPILE, STAGE_LINK, STAGE_PLAY };

/* One job under way. */
struct slot {
    const struct mutants_job *job; /* NULL: free */
    struct mutants_result *result;
    enum stage stage;
    struct net_process *process;
    int64_t began_us, deadline_us;
    char *folder, *source, *object, *program, *results; /* paths, in the arena */
    struct arena arena;                                 /* as long as the job */
};

struct play {
    const struct mutants_run *run;
    struct arena *arena; /* of the results */
    struct net_loop *loop;
    struct clock clock;
    struct slot *slots;
    struct err *err;
    bool has_failed; /* err says how */
};

static const char *diagnosis(const struct play *p, const char *text)
{
    return arena_text(p->arena, span_trim(span_of(text)));
}

/* What a program that ended wrongly has said. */
static const char *diagnosis_of(const struct play *p, struct slot *s)
{
    struct buffer out = {0};
    struct span said = span_trim(net_process_stderr(s->process));
    net_process_describe(s->process, &out);
    if (said.nbytes > 0)
        buffer_printf(&out, ":\n%.*s", SPAN_ARG(said));
    const char *text = arena_text(p->arena, buffer_span(&out));
    buffer_free(&out);
    return text;
}

/* ---- a job's stages ----------------------------------------------------------------------- */

static void finish(struct play *p, struct slot *s, enum mutants_outcome outcome, const char *why)
{
    s->result->outcome = outcome;
    s->result->diagnosis = why;
    s->result->ms = (double)(clock_now_us(&p->clock) - s->began_us) / 1000;
    net_process_free(&s->process);
    files_remove_tree(s->folder);
    arena_free(&s->arena);
    struct mutants_result *result = s->result;
    *s = (struct slot){0};
    p->run->done(p->run->context, result);
}

static void start(struct play *p, struct slot *s, enum stage stage, const char *const *argv,
                  int64_t limit_ms)
{
    struct err err;
    const char *environment[] = {arena_printf(&s->arena, "IMAPSPEC_DATA=%s", p->run->data),
                                 arena_printf(&s->arena, "TMPDIR=%s", s->folder), "LC_ALL=C", NULL};
    struct net_process_options options = {.argv = argv,
                                          .environment = environment,
                                          .stdio = NET_STDIO_NULL,
                                          .capture_limit_nbytes = PLAY_DIAGNOSIS_NBYTES};
    net_process_free(&s->process);
    s->stage = stage;
    s->deadline_us = clock_now_us(&p->clock) + limit_ms * 1000;
    s->process = net_process_start(p->loop, &options, &err);
    if (s->process == NULL)
        finish(p, s, stage == STAGE_PLAY ? MUTANTS_UNPLAYED : MUTANTS_UNBUILT,
               diagnosis(p, err.text));
}

static void start_link(struct play *p, struct slot *s)
{
    const char *object = s->job->fault == NULL ? NULL : s->object;
    start(p, s, STAGE_LINK, mutants_link_command(p->run->toolchain, object, s->program, &s->arena),
          PLAY_BUILD_MS);
}

static void start_compile(struct play *p, struct slot *s)
{
    start(
        p, s, STAGE_COMPILE,
        mutants_compile_command(p->run->toolchain, s->job->fault, s->source, s->object, &s->arena),
        PLAY_BUILD_MS);
}

static void start_play(struct play *p, struct slot *s)
{
    struct script_names command = {0};
    bool is_in_process = strcmp(s->job->target, "reference") == 0;
    const char *fixed[] = {s->program,
                           p->run->side == SIDE_CLIENT ? "client" : "server",
                           s->job->target,
                           "-j",
                           is_in_process ? "1" : "4", /* over TCP it mostly waits */
                           "--case-limit",
                           arena_printf(&s->arena, "%d", PLAY_CASE_S),
                           "--results",
                           s->results};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        script_names_add(&s->arena, &command, fixed[i]);
    for (size_t i = 0; i < p->run->arguments.nitems; i++)
        script_names_add(&s->arena, &command, p->run->arguments.items[i]);
    const struct mutants_fault *fault = p->run->by_name ? s->job->fault : NULL;
    for (size_t i = 0; fault != NULL && i < fault->breaks.nitems; i++)
        script_names_add(&s->arena, &command,
                         arena_printf(&s->arena, "req:%s", fault->breaks.items[i]));
    script_names_add(&s->arena, &command, NULL);
    start(p, s, STAGE_PLAY, command.items, s->job->limit_ms);
}

/* The source with the fault in it. */
static int write_source(const struct play *p, struct slot *s, struct err *err)
{
    const struct mutants_fault *fault = s->job->fault;
    struct span text;
    struct buffer out = {0};
    const char *path = arena_printf(&s->arena, "%s/%s", p->run->toolchain->tree, fault->source);
    if (files_read(path, &s->arena, &text, err) != 0)
        return -1;
    buffer_printf(&out, "#line 1 \"%s\"\n", fault->source);
    int status = mutants_fault_apply(fault, text, &out, err);
    if (status == 0)
        status = files_write(s->source, buffer_span(&out), err);
    buffer_free(&out);
    return status;
}

static void begin_job(struct play *p, struct slot *s, const struct mutants_job *job, size_t number)
{
    struct err err;
    s->job = job;
    s->began_us = clock_now_us(&p->clock);
    s->folder = arena_printf(&s->arena, "%s/%zu", p->run->folder, number);
    s->source = arena_printf(&s->arena, "%s/fault.c", s->folder);
    s->object = arena_printf(&s->arena, "%s/fault.o", s->folder);
    s->program = arena_printf(&s->arena, "%s/imapspec", s->folder);
    s->results = arena_printf(&s->arena, "%s/results.jsonl", s->folder);
    s->result = arena_alloc(p->arena, sizeof *s->result);
    *s->result = (struct mutants_result){.fault = job->fault, .target = job->target};
    if (files_make_folder(s->folder, p->err) != 0) {
        p->has_failed = true;
        return;
    }
    if (job->fault == NULL) {
        start_link(p, s);
        return;
    }
    if (write_source(p, s, &err) == 0) {
        start_compile(p, s);
        return;
    }
    struct buffer text = {0};
    err_print(&err, &text);
    const char *why = arena_text(p->arena, span_trim(buffer_span(&text)));
    buffer_free(&text);
    finish(p, s, MUTANTS_UNMATCHED, why);
}

/* Whether playing came to its end: exit codes of `server` that leave results behind. */
static bool has_played(const struct net_process *process)
{
    switch (net_process_exit_status(process)) {
    case RESULT_EXIT_EXPECTED:
    case RESULT_EXIT_UNEXPECTED:
    case RESULT_EXIT_TARGET:
    case RESULT_EXIT_EMPTY:
        return true;
    default:
        return false;
    }
}

static void end_play(struct play *p, struct slot *s, bool is_late)
{
    struct span results;
    struct err err;
    struct mutants_result *result = s->result;
    const char *why = is_late                  ? "did not end in time"
                      : has_played(s->process) ? ""
                                               : diagnosis_of(p, s);
    if (files_read(s->results, &s->arena, &results, &err) == 0)
        mutants_judge(results, &p->run->not_judged, p->arena, result);
    else if (why[0] == '\0')
        why = diagnosis_of(p, s);
    enum mutants_outcome outcome = result->nnaming > 0  ? MUTANTS_KILLED
                                   : result->nkills > 0 ? MUTANTS_UNNAMED
                                   : why[0] != '\0'     ? MUTANTS_UNPLAYED
                                                        : MUTANTS_SURVIVED;
    finish(p, s, outcome, why);
}

/* A program of the job has ended, or its time is over. */
static void advance(struct play *p, struct slot *s, bool is_late)
{
    bool is_good = !is_late && net_process_exit_status(s->process) == 0;
    if (is_late)
        (void)net_process_stop(s->process, SIGKILL, 0);
    switch (s->stage) {
    case STAGE_COMPILE:
    case STAGE_LINK:
        if (!is_good)
            finish(p, s, MUTANTS_UNBUILT, is_late ? "did not end in time" : diagnosis_of(p, s));
        else if (s->stage == STAGE_COMPILE)
            start_link(p, s);
        else
            start_play(p, s);
        return;
    case STAGE_PLAY:
        end_play(p, s, is_late);
        return;
    }
}

/* ---- all jobs ----------------------------------------------------------------------------- */

static void look(struct play *p, struct slot *s)
{
    if (s->job == NULL)
        return;
    bool has_ended = net_process_poll(s->process);
    bool is_late = !has_ended && clock_now_us(&p->clock) >= s->deadline_us;
    if (has_ended || is_late)
        advance(p, s, is_late);
}

static void give_up(struct play *p)
{
    for (unsigned i = 0; i < p->run->njobs; i++) {
        struct slot *s = &p->slots[i];
        if (s->job == NULL)
            continue;
        net_process_free(&s->process);
        files_remove_tree(s->folder);
        arena_free(&s->arena);
        s->job = NULL;
    }
}

static bool some_are_busy(const struct play *p)
{
    for (unsigned i = 0; i < p->run->njobs; i++)
        if (p->slots[i].job != NULL)
            return true;
    return false;
}

static bool goes_on(const struct play *p)
{
    return !p->has_failed && !p->run->is_interrupted(p->run->context);
}

int mutants_play(const struct mutants_run *run, const struct mutants_job *jobs, size_t njobs,
                 struct arena *arena, struct err *err)
{
    struct play p = {.run = run,
                     .arena = arena,
                     .loop = net_loop_new(),
                     .clock = clock_system(),
                     .slots = mem_alloc(run->njobs * sizeof *p.slots),
                     .err = err};
    size_t next = 0;
    while (goes_on(&p) && (next < njobs || some_are_busy(&p))) {
        for (unsigned i = 0; i < run->njobs && goes_on(&p); i++)
            if (p.slots[i].job == NULL && next < njobs) {
                begin_job(&p, &p.slots[i], &jobs[next], next);
                next++;
            }
        if (some_are_busy(&p) && goes_on(&p))
            (void)net_wait(p.loop, clock_now_us(net_loop_clock(p.loop)) + PLAY_LOOK_US);
        for (unsigned i = 0; i < run->njobs && goes_on(&p); i++)
            look(&p, &p.slots[i]);
    }
    give_up(&p);
    net_loop_free(&p.loop);
    free(p.slots);
    return p.has_failed ? -1 : 0;
}
