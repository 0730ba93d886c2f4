#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "run/workers.h"

enum deed { DEED_DIE, DEED_EXIT, DEED_HANG, DEED_TALK_AND_DIE, DEED_BIG, DEED_WHISPER, DEED_NONE };

enum { MOST = 2000, BIG_NBYTES = 3 * 1024 * 1024 };

struct play {
    enum deed deeds[MOST];
    size_t stop_after;     /* results; 0: never */
    unsigned interrupt_in; /* looks; 0: never */
    bool ends_badly;

    unsigned ndone[MOST], ndied[MOST];
    int signal_number, status;
    bool is_late, was_wrong;
    char diagnosis[128];
    size_t diagnosis_nbytes, nresults;
    int marks; /* a pipe's end: one octet for each begin and end of a worker */
};

static void mark(const struct play *play, char what)
{
    if (play->marks > 0)
        assert_int_equal(write(play->marks, &what, 1), 1);
}

static void begin(void *context, unsigned worker)
{
    (void)worker;
    mark(context, 'b');
}

static void end(void *context, unsigned worker)
{
    const struct play *play = context;
    (void)worker;
    mark(context, 'e');
    if (play->ends_badly)
        _exit(9);
}

static void die(void)
{
    const struct rlimit no_core = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)signal(SIGSEGV, SIG_DFL); /* a sanitizer's handler would make a status of it */
    (void)raise(SIGSEGV);
}

static void play_job(void *context, size_t job, struct buffer *result)
{
    const struct play *play = context;
    switch (play->deeds[job]) {
    case DEED_DIE:
        die();
        break;
    case DEED_EXIT:
        _exit(7);
    case DEED_HANG:
        for (;;)
            (void)pause();
    case DEED_TALK_AND_DIE:
        for (int i = 0; i < 20000; i++)
            (void)fprintf(stderr, "line %d of what it has to say\n", i);
        (void)fprintf(stderr, "last words");
        (void)fflush(stderr);
        die();
        break;
    case DEED_BIG:
        buffer_append_repeat(result, 'x', BIG_NBYTES);
        break;
    case DEED_WHISPER: /* an empty result is one too */
        return;
    case DEED_NONE:
        break;
    }
    buffer_printf(result, "job %zu", job);
}

static bool goes_on(struct play *play)
{
    play->nresults++;
    return play->stop_after == 0 || play->nresults < play->stop_after;
}

static bool done(void *context, size_t job, struct span result)
{
    struct play *play = context;
    char wanted[32];
    (void)snprintf(wanted, sizeof wanted, "job %zu", job);
    play->ndone[job]++;
    if (play->deeds[job] == DEED_WHISPER)
        play->was_wrong = play->was_wrong || result.nbytes != 0;
    else if (play->deeds[job] == DEED_BIG)
        play->was_wrong = play->was_wrong || result.nbytes != BIG_NBYTES + strlen(wanted) ||
                          !span_ends_with(result, span_of(wanted));
    else
        play->was_wrong = play->was_wrong || !span_is(result, wanted);
    return goes_on(play);
}

static bool died(void *context, size_t job, int signal_number, int status, bool is_late,
                 struct span diagnosis)
{
    struct play *play = context;
    size_t n = diagnosis.nbytes < sizeof play->diagnosis - 1 ? diagnosis.nbytes
                                                             : sizeof play->diagnosis - 1;
    play->ndied[job]++;
    play->signal_number = signal_number;
    play->status = status;
    play->is_late = is_late;
    play->diagnosis_nbytes = diagnosis.nbytes;
    if (n > 0)
        memcpy(play->diagnosis, diagnosis.data + diagnosis.nbytes - n, n);
    play->diagnosis[n] = '\0';
    return goes_on(play);
}

static bool is_interrupted(void *context)
{
    struct play *play = context;
    return play->interrupt_in > 0 && --play->interrupt_in == 0;
}

static int run(struct play *play, size_t njobs, unsigned nworkers, int64_t limit_ms)
{
    struct err err;
    const struct workers_jobs jobs = {.context = play,
                                      .njobs = njobs,
                                      .nworkers = nworkers,
                                      .job_limit_ms = limit_ms,
                                      .begin = begin,
                                      .end = end,
                                      .play = play_job,
                                      .done = done,
                                      .died = died,
                                      .is_interrupted = is_interrupted};
    return workers_run(&jobs, &err);
}

static struct play *new_play(void)
{
    struct play *play = mem_alloc(sizeof *play);
    for (size_t i = 0; i < MOST; i++)
        play->deeds[i] = DEED_NONE;
    return play;
}

/* Every job but `odd` has been done once, and that one has died once. */
static void check_all_but(const struct play *play, size_t njobs, size_t odd)
{
    assert_false(play->was_wrong);
    for (size_t i = 0; i < njobs; i++) {
        assert_int_equal(play->ndone[i], i == odd ? 0 : 1);
        assert_int_equal(play->ndied[i], i == odd ? 1 : 0);
    }
}

static void every_job_is_done_once(void **state)
{
    (void)state;
    static const struct {
        size_t njobs;
        unsigned nworkers;
    } rows[] = {{0, 4}, {1, 4}, {7, 1}, {7, 0}, {MOST, 3}, {5, 16}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct play *play = new_play();
        assert_int_equal(run(play, rows[i].njobs, rows[i].nworkers, 0), 0);
        check_all_but(play, rows[i].njobs, SIZE_MAX);
        free(play);
    }
}

static void results_may_be_of_any_size(void **state)
{
    (void)state;
    struct play *play = new_play();
    play->deeds[1] = play->deeds[4] = DEED_BIG;
    play->deeds[2] = DEED_WHISPER;
    assert_int_equal(run(play, 6, 2, 0), 0);
    check_all_but(play, 6, SIZE_MAX);
    free(play);
}

static void a_dead_worker_harms_no_other_job(void **state)
{
    (void)state;
    for (unsigned nworkers = 1; nworkers <= 3; nworkers++) {
        for (size_t odd = 0; odd < 6; odd += 5) {
            struct play *play = new_play();
            play->deeds[odd] = DEED_DIE;
            assert_int_equal(run(play, 6, nworkers, 0), 0);
            check_all_but(play, 6, odd);
            assert_int_equal(play->signal_number, SIGSEGV);
            assert_false(play->is_late);
            free(play);
        }
    }
}

static void an_exit_is_told_with_its_status(void **state)
{
    (void)state;
    struct play *play = new_play();
    play->deeds[3] = DEED_EXIT;
    assert_int_equal(run(play, 6, 2, 0), 0);
    check_all_but(play, 6, 3);
    assert_int_equal(play->signal_number, 0);
    assert_int_equal(play->status, 7);
    free(play);
}

static void a_job_that_hangs_is_killed(void **state)
{
    (void)state;
    struct play *play = new_play();
    play->deeds[0] = DEED_HANG;
    assert_int_equal(run(play, 4, 2, 1500), 0);
    check_all_but(play, 4, 0);
    assert_true(play->is_late);
    assert_int_equal(play->signal_number, SIGKILL);
    free(play);
}

static void last_words_are_kept(void **state)
{
    (void)state;
    struct play *play = new_play();
    play->deeds[0] = DEED_TALK_AND_DIE;
    assert_int_equal(run(play, 2, 1, 0), 0);
    check_all_but(play, 2, 0);
    assert_non_null(strstr(play->diagnosis, "line 19999 of what it has to say\nlast words"));
    assert_true(play->diagnosis_nbytes <= 65536);
    free(play);
}

static void all_jobs_may_die(void **state)
{
    (void)state;
    struct play *play = new_play();
    for (size_t i = 0; i < 20; i++)
        play->deeds[i] = DEED_EXIT;
    assert_int_equal(run(play, 20, 2, 0), 0);
    for (size_t i = 0; i < 20; i++)
        assert_int_equal(play->ndied[i], 1);
    free(play);
}

static void it_ends_early_when_told(void **state)
{
    (void)state;
    struct play *play = new_play();
    play->stop_after = 3;
    play->deeds[2] = DEED_EXIT;
    assert_int_equal(run(play, 100, 1, 0), 0);
    assert_int_equal(play->nresults, 3);
    assert_int_equal(play->ndied[2], 1);
    free(play);
    play = new_play();
    play->stop_after = 10;
    assert_int_equal(run(play, 100, 4, 0), 0);
    assert_in_range(play->nresults, 10, 13); /* with those that were under way */
    free(play);
}

static void an_interruption_leaves_what_is_under_way(void **state)
{
    (void)state;
    struct play *play = new_play();
    play->deeds[0] = play->deeds[1] = DEED_HANG;
    play->interrupt_in = 3;
    assert_int_equal(run(play, 10, 2, 0), 0);
    assert_int_equal(play->nresults, 0);
    free(play);
}

static void workers_begin_and_end(void **state)
{
    (void)state;
    struct play *play = new_play();
    int fds[2];
    char seen[16];
    unsigned nbegun = 0;
    unsigned nended = 0;
    assert_int_equal(pipe(fds), 0);
    play->marks = fds[1];
    play->deeds[0] = DEED_EXIT; /* one more begins, and that one did not end */
    assert_int_equal(run(play, 8, 2, 0), 0);
    assert_int_equal(close(fds[1]), 0);
    ssize_t n = read(fds[0], seen, sizeof seen);
    for (ssize_t i = 0; i < n; i++) {
        nbegun += seen[i] == 'b';
        nended += seen[i] == 'e';
    }
    assert_int_equal(close(fds[0]), 0);
    assert_in_range(nbegun, 2, 3);
    assert_int_equal(nended, nbegun - 1);
    free(play);
}

static void a_bad_end_is_our_fault(void **state)
{
    (void)state;
    struct play *play = new_play();
    play->ends_badly = true;
    assert_int_equal(run(play, 4, 2, 0), -1);
    check_all_but(play, 4, SIZE_MAX);
    free(play);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_is_done_once),
        cmocka_unit_test(results_may_be_of_any_size),
        cmocka_unit_test(a_dead_worker_harms_no_other_job),
        cmocka_unit_test(an_exit_is_told_with_its_status),
        cmocka_unit_test(a_job_that_hangs_is_killed),
        cmocka_unit_test(last_words_are_kept),
        cmocka_unit_test(all_jobs_may_die),
        cmocka_unit_test(it_ends_early_when_told),
        cmocka_unit_test(an_interruption_leaves_what_is_under_way),
        cmocka_unit_test(workers_begin_and_end),
        cmocka_unit_test(a_bad_end_is_our_fault),
    };
    return cmocka_run_group_tests_name("workers", tests, NULL, NULL);
}
