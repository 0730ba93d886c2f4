/*
 * target: what is under test: started, filled, reached, watched and stopped, so that run/ sees no
 * more of it than the functions of struct run_target. docs/targets.md is the manual for those who
 * write target files and hooks.
 *
 *   target    a thing under test, from its name to its end     target/target.h
 *   expect    the list of results that are known               target/expect.h
 *   serve     the bundled server on a port                     target/serve.h
 *
 * One parent process starts the target; any number of worker processes, forked after that, play
 * cases against it:
 *
 *     target_open(&request, &err)             reads the target file; nothing is started
 *     target_start(target, loop, &err)        temporary folder, daemon, ready
 *     target_probe(target, loop, NULL, 0)     the features that are to be probed
 *         fork; target_attach(target, worker, nworkers, &run_target)
 *               ... run_play(..., &run_target, ...) ...
 *               target_detach(target)
 *     target_stop(target, loop)               stops what was started, removes the folder
 *     target_free(&target)
 *
 * Without fork the same calls are made in one process, as worker 0 of 1. Calls of target_stop() and
 * target_free() in a forked process stop and remove nothing: that is the parent's alone.
 *
 * In a run each worker has users of its own (worker w of n: number w, w + n, w + 2n, ...), and each
 * case takes fresh ones, so that cases neither meet nor follow each other. When the users run out,
 * the first ones are used again: their mail is replaced by the provision hook.
 */
#ifndef IMAPSPEC_TARGET_TARGET_H
#define IMAPSPEC_TARGET_TARGET_H

#include "base/base.h"
#include "run/run.h"
#include "script/script.h"

struct target;

/* ---- opening ----------------------------------------------------------------------------------
 */

struct target_request {
    /* What the user named:
     *   "reference"        the bundled server, called by function, in virtual time
     *   "reference-tcp"    the bundled server as a process of its own, on a Maildir
     *   "reference", "reference-shim", when a client is wanted: the bundled client, called by
     *                      function, or as a process (`imapspec shim`)
     *   a path             a target file: anything that ends in ".target"
     *   HOST:PORT          a server that runs: no hooks, `user` and `password` for LOGIN;
     *                      "[::1]:143" for IPv6 in digits
     *   any other word     `targets_folder`/WORD.target */
    const char *argument;
    const char *targets_folder;  /* where the shipped target files are; NULL: there are none */
    const char *imapspec;        /* path of the program that is started as `imapspec serve` for
                                    reference-tcp; NULL: what runs now */
    bool wants_client;           /* `reference` is the client of that name */
    const char *exec;            /* instead of argument: the command line of a client, for a shell,
                                    with {host} {port} {user} {password} {certificate}; NULL */
    const char *shim;            /* the same, of a program that speaks the shim protocol; NULL */
    const char *user, *password; /* HOST:PORT; for a target file instead of its own users. NULL */
    bool uses_tls;               /* HOST:PORT, exec, shim: TLS from the first octet */
    bool keeps_folder;           /* leave the temporary folder behind: target_folder() */
};

/* Reads what the request names; nothing is started and nothing is written. NULL and *err (a wrong
 * target file has file, line and column there). Texts of the request are copied. Returns new. */
struct target *target_open(const struct target_request *request, struct err *err);

/* Stops what still runs, as target_stop() but without a grace. NULL is fine. */
void target_free(struct target **target);

const char *target_name(const struct target *target);  /* "dovecot" */
const char *target_title(const struct target *target); /* "Dovecot 2.3" */
const char *target_dialect(const struct target *target);
bool target_is_server(const struct target *target); /* else a client is under test */
bool target_is_in_process(const struct target *target);

/* Why it cannot be run on this machine, as a sentence ("needs dovecot, which is not installed"):
 * every case is skipped with it. NULL when it can, as far as is known: before target_start() that
 * is what its file says, afterwards also what its program has found out. */
const char *target_missing(const struct target *target);

/* Most workers that make sense: 1 when there is one user only, many in process. */
unsigned target_max_workers(const struct target *target);

/* The expectation file that belongs to it: NAME.expect beside the target file, or in targets_folder
 * for the built-in ones. NULL when that is no existing file. */
const char *target_expect_path(const struct target *target);

/* ---- running ----------------------------------------------------------------------------------
 */

/* In the parent: makes the temporary folder, starts the target's program and waits until it is
 * ready. Does nothing for what is called by function, started for each connection, or missing. When
 * the program ends with status 77 it is missing from now on: nothing runs and 0 is returned.
 * A server named by HOST:PORT is tried to be reached. -1 and *err, with what the program wrote,
 * when it cannot be had (exit code 3): nothing is left running then. */
__attribute__((warn_unused_result)) int target_start(struct target *target, struct net_loop *loop,
                                                     struct err *err);

/* In the parent, after target_start(): finds out by short sessions which features the target has.
 * names: those that the selected scenarios need, or NULL for all. Only features that
 * are to be probed cost anything. A probe that comes to nothing leaves its feature unknown. */
void target_probe(struct target *target, struct net_loop *loop, const char *const *names,
                  size_t nnames);

/* In the parent: ends what still runs of the target's program and starts it anew, in the same
 * folder, with the same loop. -1 and *err when it cannot be had, or is none that was started here.
 */
__attribute__((warn_unused_result)) int target_restart(struct target *target, struct net_loop *loop,
                                                       struct err *err);

/* In a worker, once, before its first case: opens what belongs to one process and fills *run_r,
 * which is valid until target_detach(). worker < nworkers. */
void target_attach(struct target *target, unsigned worker, unsigned nworkers,
                   struct run_target *run_r);
void target_detach(struct target *target);

/* In the parent: stops the program by its own number (signal or program of the target file, a
 * grace, SIGKILL to its group) and removes the temporary folder. Does nothing when nothing was
 * started. -1 and *err when the program did not end well: it had died before, or had to be killed;
 * it is stopped all the same. */
__attribute__((warn_unused_result)) int target_stop(struct target *target, struct net_loop *loop,
                                                    struct err *err);

/* The temporary folder of the run ({dir} of the hooks), or NULL before target_start(). */
const char *target_folder(const struct target *target);
unsigned target_port(const struct target *target); /* 0: none */
long target_pid(const struct target *target);      /* of the program that was started; 0: none */
/* Where connections go: a name or digits; 127.0.0.1 for what is started here. */
const char *target_host(const struct target *target);

/* ---- features ---------------------------------------------------------------------------------
 */

struct target_feature {
    const char *name;    /* "BBOARD" */
    const char *meaning; /* "takes the command BBOARD" */
    enum run_answer answer;
    const char *how; /* "built in", "target file", "probed", "not probed", or why it is not known */
};

/* All features there are, in a fixed order, with the answers known now. Borrowed until the next
 * call with this target. */
const struct target_feature *target_features(struct target *target, size_t *nfeatures_r);

/* Of a client: the verbs its shim says it supports (after target_probe()), and whether it is a
 * program that cannot be told anything. */
const struct script_names *target_verbs(const struct target *target);
bool target_is_exec(const struct target *target);

/* Whether a scenario's `needs` may name it: one of the list, or `exec` or `shim.VERB`, which client
 * targets answer. */
bool target_feature_is_known(const char *name);

#endif
