/*
 * shim_check: whether a shim speaks the shim protocol as docs/shim.md says. The shim is started
 * anew for each check and told what to do, while the bundled server serves its client a small
 * mailbox in good order; so what goes wrong is the shim's, or its client's, and no scenario's.
 *
 *   shim_check.c         the checks, in order; what each needs of those before it
 *   shim_check_list.c    what each check says and wants
 *   shim_talk.c          one conversation: the program, requests, answers, connections served
 *   shim_line_check.c    whether a line of an answer is one that may stand there
 */
#ifndef IMAPSPEC_TARGET_SHIM_CHECK_H
#define IMAPSPEC_TARGET_SHIM_CHECK_H

#include "run/run.h"

enum shim_verdict {
    SHIM_GOOD,
    SHIM_WRONG,
    SHIM_LEFT_OUT, /* the verb is not among its features, or an earlier check has failed */
    SHIM_NVERDICTS
};

/* What came of one check. Texts are valid during the call only. */
struct shim_told {
    const char *name;    /* "cache.before-open" */
    const char *meaning; /* "`cache` is answered before `open`: nothing is selected" */
    enum shim_verdict verdict;
    const char *text;         /* what is wrong, or why it was left out; "" */
    const char *wanted, *got; /* of SHIM_WRONG; "" when they do not apply */
    struct span dialogue;     /* all that was said: lines "> request", "< answer" */
};

struct shim_check {
    void *context;
    void (*told)(void *context, const struct shim_told *told); /* after each check */
    int64_t answer_ms;                                         /* how long an answer may take */
    const char *const *selectors;                              /* globs of names; none: all */
    size_t nselectors;
};

struct shim_tally {
    size_t n[SHIM_NVERDICTS];
    const char *harness_fault; /* why it could not be started at all, in the arena; NULL */
};

/* All checks of a client with a shim, that was started and attached (target/target.h). Texts go to
 * the arena. */
struct shim_tally shim_check_run(const struct shim_check *check, const struct run_target *run,
                                 struct net_loop *loop, struct arena *arena);

#endif
