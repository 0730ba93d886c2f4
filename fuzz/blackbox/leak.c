#include "blackbox/leak.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blackbox/finding.h"

enum {
    MEASURED_PLAYS = 1000, /* of the scenarios kept, none of which makes mailboxes larger */
    NARROWED_PLAYS = 200,
    NARROWED_LEAST_NBYTES = 64 * 1024
};

/* Some of the scenarios kept. */
struct selection {
    size_t first, count;
};

static bool play_one(struct campaign *c, const struct growth_sample *kept, struct sample *room)
{
    struct play_result result;
    room->mode = kept->mode;
    room->number = kept->number;
    room->nbytes = kept->nbytes;
    memcpy(room->bytes, kept->bytes, kept->nbytes);
    campaign_play_next(c, room, &result);
    return !result.is_broken && course_left_us(&c->course) > 0 &&
           !course_is_interrupted(&c->course);
}

/* Plays them in turn; how much the process has grown by that. False when there was no time. */
static bool measure(struct campaign *c, struct selection s, unsigned nplays, uint64_t *grown_r)
{
    long pid = target_pid(c->course.options->target);
    struct sample *room = mem_alloc(sizeof *room);
    uint64_t looks[GROWTH_NLOOKS];
    size_t nlooks = 0;
    bool ok = true;
    for (unsigned i = 0; i <= nplays && ok; i++) {
        if (i % (nplays / (GROWTH_NLOOKS - 1)) == 0 && nlooks < GROWTH_NLOOKS)
            looks[nlooks++] = growth_memory(pid);
        ok = play_one(c, &c->growth.kept[s.first + i % s.count], room) &&
             target_pid(c->course.options->target) == pid;
    }
    *grown_r = nplays == MEASURED_PLAYS       ? growth_judge(looks, nlooks)
               : looks[nlooks - 1] > looks[0] ? looks[nlooks - 1] - looks[0]
                                              : 0;
    free(room);
    return ok;
}

/* The half by which it grows more, again and again, until there is one scenario. */
static struct selection narrow(struct campaign *c, struct selection s)
{
    while (s.count > 1) {
        struct selection halves[2] = {{s.first, s.count / 2},
                                      {s.first + s.count / 2, s.count - s.count / 2}};
        uint64_t grown[2];
        if (!measure(c, halves[0], NARROWED_PLAYS, &grown[0]) ||
            !measure(c, halves[1], NARROWED_PLAYS, &grown[1]))
            return s;
        size_t best = grown[1] > grown[0];
        if (grown[best] < NARROWED_LEAST_NBYTES)
            return s;
        s = halves[best];
    }
    return s;
}

static int tell(struct campaign *c, struct selection s, uint64_t grown, struct err *err)
{
    const struct growth_sample *kept = &c->growth.kept[s.first];
    struct sample *sample = mem_alloc(sizeof *sample);
    struct play_finding finding = {.oracle = "memory", .signature = "the process grows"};
    *sample = (struct sample){.mode = kept->mode, .number = kept->number, .nbytes = kept->nbytes};
    memcpy(sample->bytes, kept->bytes, kept->nbytes);
    (void)snprintf(finding.text, sizeof finding.text,
                   "the process grew by %" PRIu64 " KiB in %d scenarios that store nothing%s",
                   grown / 1024, MEASURED_PLAYS,
                   s.count == 1 ? "; this one does it, played again and again"
                                : "; this is one of them");
    c->growth.is_told = true;
    int status = finding_keep(c, sample, &finding, err);
    free(sample);
    return status;
}

int leak_look(struct campaign *c, const struct sample *sample, struct err *err)
{
    long pid = target_pid(c->course.options->target);
    struct growth *g = &c->growth;
    if (pid == 0)
        return 0;
    growth_keep(g, span_make(sample->bytes, sample->nbytes), &sample->mode, sample->number);
    if (!growth_is_due(g))
        return 0;
    growth_look(g, growth_memory(pid));
    if (growth_suspect(g) == 0 || g->nkept == 0)
        return 0;
    struct selection all = {0, g->nkept < GROWTH_NKEPT ? g->nkept : GROWTH_NKEPT};
    uint64_t grown = 0;
    bool has_grown = measure(c, all, MEASURED_PLAYS, &grown) && grown > 0;
    growth_forget(g); /* it may have grown by what it was asked again and again */
    return has_grown ? tell(c, narrow(c, all), grown, err) : 0;
}
