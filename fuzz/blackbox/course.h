/*
 * course: a run of the black-box fuzzer, whoever is under test: one scenario after the other until
 * a limit is reached; what was worth while is kept, and gone on with. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_COURSE_H
#define IMAPSPEC_BLACKBOX_COURSE_H

#include "blackbox/blackbox.h"
#include "blackbox/bucket.h"
#include "blackbox/corpus.h"
#include "blackbox/plan.h"
#include "blackbox/play.h"
#include "seeds/seeds.h"

enum { SAMPLE_MOST_NBYTES = 65536, COURSE_VAIN_SCENARIOS = 32 };

/* What is played: all that is to be known to do it again. */
struct sample {
    char bytes[SAMPLE_MOST_NBYTES];
    size_t nbytes;
    struct plan_mode mode; /* against servers */
    uint64_t number;       /* of the scenario in the run */
};

/* Copies the stream, cut where there is no more room. */
void sample_set(struct sample *sample, struct span stream);
struct span sample_span(const struct sample *sample);

/* What outlives the process that plays, where that is not the one that counts. */
struct course_shared {
    struct sample sample; /* being played */
    volatile uint64_t nplays;
    volatile bool is_to_end;
    volatile unsigned verb; /* of the command that the client said last */
    uint64_t nscenarios;    /* of this run, seeds included */
    struct blackbox_summary summary;
    int64_t began_us;
    struct err err; /* why the process that plays could not go on */
};

struct course {
    const struct blackbox_options *options;
    struct course_shared *shared;
    struct clock clock;
    struct corpus corpus;
    struct bucket_list buckets; /* findings */
    int64_t status_us;          /* when it was shown last */
};

/* Zeroed but for these. */
struct course course_begin(const struct blackbox_options *options, struct course_shared *shared);
void course_free(struct course *course);

/* ---- limits ---- */

int64_t course_elapsed_us(const struct course *course);
/* What is left of the run's time, less than 0 when it is over; a day when it has no end. */
int64_t course_left_us(const struct course *course);
bool course_is_interrupted(const struct course *course);

/* ---- all of it ---- */

/* What is done with the one and only the one kind of target. */
struct course_player {
    void *campaign; /* the context of all these */
    struct course *course;
    const char *target;
    struct plan_mode plain; /* of seeds, and of what is in the corpus from before */
    bool has_modes;         /* others make a difference */
    /* Before the first play that counts: may add seeds of its own. */
    void (*begin)(void *campaign, struct seeds *seeds);
    /* Makes up the next sample. */
    void (*make)(void *campaign, const struct seeds *seeds, struct sample *sample_r);
    /* Plays it, counted. */
    void (*play)(void *campaign, const struct sample *sample, struct play_result *result_r);
    /* Plays it, not counted, on a target of its own. From then on each play against a target in
     * this process is in another one: it may end that. */
    void (*play_alone)(void *campaign, const struct sample *sample, struct play_result *result_r);
    /* Confirms it, shrinks it, and writes it to the folder of findings. */
    int (*take_finding)(void *campaign, const struct sample *sample,
                        const struct play_finding *finding, struct err *err);
    /* After a play without a finding; NULL: nothing. */
    int (*look_after)(void *campaign, const struct sample *sample, const struct play_result *result,
                      struct err *err);
    /* Whether all that was played says nothing of the target, and why, such as that nobody could
     * log in. Asked in the end, and after COURSE_VAIN_SCENARIOS, while nothing was found. */
    bool (*is_in_vain)(const void *campaign, char *why, size_t size);
    /* How commands were answered, in shares: "OK 41 % NO 6 % BAD 53 %  ". */
    void (*tell_shares)(const void *campaign, struct buffer *out);
    /* How much was reached, in whole lines. */
    void (*tell_reach)(const void *campaign, struct buffer *out);
};

/* Plays until the course is over: first the corpus that is in the findings' folder already, if it
 * resumes, then the seeds, then what is made up. Prints what was reached. */
__attribute__((warn_unused_result)) int course_run(const struct course_player *player,
                                                   const struct seeds *seeds, bool resumes,
                                                   struct err *err);

/* take_finding() of a copy: shrinking plays other samples. */
__attribute__((warn_unused_result)) int course_take_finding(const struct course_player *player,
                                                            const struct play_finding *finding,
                                                            struct err *err);

#endif
