/*
 * inside: what the files of this folder know of a target. Private.
 *
 *   open.c      from a name to a target              daemon.c    start, ready, stop
 *   attach.c    struct run_target, from outside      bundled.c   struct run_target, in process
 *   client.c    struct run_target, of a client       client_peer.c   the bundled client
 *   fill.c      mailboxes put in                     users.c     whose case is whose user
 *   watch.c     is it still well                     feature.c   features and their probes
 *   hook.c      programs that fill and deliver       resident.c  one that stays
 *   certificate.c  what is shown to clients over TLS
 */
#ifndef IMAPSPEC_TARGET_INSIDE_H
#define IMAPSPEC_TARGET_INSIDE_H

#include <sys/types.h>

#include "net/process.h"
#include "net/tls.h"
#include "reference/store.h"
#include "target/target.h"

enum target_way {
    TARGET_IN_PROCESS, /* the bundled server, or client, by function call */
    TARGET_DAEMON,     /* a program we start once, reached by TCP or TLS */
    TARGET_STDIO,      /* a program we start for each connection */
    TARGET_REMOTE,     /* runs already */
    TARGET_CLIENT      /* a client, a program we start for each case */
};

enum { TARGET_MOST_WORKERS = 256, TARGET_MOST_ROLES = 16, TARGET_NFEATURES = 19 };

/* Shared by the parent and all workers, also those that replace one that died. */
struct target_shared {
    unsigned ntaken[TARGET_MOST_WORKERS]; /* users that each worker has taken so far */
};

/* A role of the case that is played and the user who has it. */
struct target_role {
    const char *role; /* in the case's memory */
    char name[64];    /* as the target knows the user */
    bool was_used;    /* by an earlier case of this run */
};

/* What belongs to one process that plays cases. */
struct target_worker {
    unsigned number, count;
    struct net_tls *tls; /* made when first needed */
    struct target_role roles[TARGET_MOST_ROLES];
    size_t nroles;
    unsigned nfixtures;               /* folders written so far, for their names */
    struct net_process *programs[64]; /* TARGET_STDIO: of the connections of this case */
    size_t nprograms;
    bool has_boards;          /* this case has: they are to be taken away again */
    int turn_fd, boards_fd;   /* locks: see users.c; -1: not open */
    struct mail_store *store; /* the bundled server's mail: in memory for one case, or on disk */
    struct reference_server *server; /* TARGET_IN_PROCESS, clients: of one case */
    struct client_shim *client;      /* the bundled client of one case */
    struct net_listener *listener;   /* where clients connect, in one case */
    struct resident *resident;       /* the program of `hooks`, while it runs */
    off_t log_offset;                /* how far the program's stderr has been looked through */
    int64_t case_began_us;           /* real time */
};

struct target {
    struct arena arena; /* all texts; lives as long as the target */
    enum target_way way;
    bool is_bundled; /* is the reference server: filled through its own store */
    bool keeps_folder;
    const struct script_target *file; /* made up for what has no file */
    const char *home;                 /* folder of the target file, where hooks run */
    const char *expect_path;          /* may not exist */
    const char *missing;
    const char *imapspec;

    pid_t owner; /* the process that may stop and remove things; 0: nothing started */
    const char *folder;
    const char *certificate; /* PEM file with what the harness shows clients over TLS; NULL: none */
    struct net_tls *tls;     /* with that certificate */
    unsigned port;
    struct net_process *daemon;
    long daemon_pid; /* 0: there is none */
    struct target_shared *shared;

    struct target_feature features[TARGET_NFEATURES];
    struct script_names verbs; /* what a client's shim says it supports, once it was asked */
    bool has_told_verbs;
    struct target_worker worker;
};

/* ---- users.c ---- */

/* Users for the roles of a case. False and why when there are not enough. */
bool users_take(struct target *t, const char *const *roles, size_t nroles, struct buffer *why);
const struct target_role *users_find(const struct target *t, const char *role);
void users_name(const struct target *t, unsigned number, char *room, size_t nbytes); /* from 0 */
unsigned users_count(const struct target *t);
/* Boards belong to all users, so cases that have some are played alone (over all workers). */
void users_lock(struct target *t, bool has_boards);
void users_unlock(struct target *t);

/* ---- fill.c ---- */

enum run_readiness fill_all(struct target *t, struct net_loop *loop, const struct run_setup *setup,
                            struct buffer *why);
int fill_deliver(struct target *t, struct net_loop *loop, const char *user, const char *mailbox,
                 const struct fixture_message *message, struct err *err);
void fill_forget_boards(struct target *t); /* of the bundled server */

/* ---- store.c: mail of the bundled server ---- */

/* Creates the mailbox and puts its messages in. -1 and *why. */
int store_fill(struct mail_store *store, const char *user, const struct fixture_mailbox *mailbox,
               struct buffer *why);
int store_deliver(struct mail_store *store, const char *user, const char *mailbox, bool is_board,
                  const struct fixture_message *message, bool is_new, struct err *err);
bool store_is_inbox(const struct fixture_mailbox *mailbox);

/* ---- hook.c ---- */

/* What stands for the placeholders of an argument list; NULL: not to be had there. */
struct hook_values {
    const char *user, *mailbox, *fixture, *message;
};

enum { HOOK_NOT_SUPPORTED = 77 }; /* exit status: the server cannot have such a mailbox */

/* Whether the target file names a program for it. */
bool hook_is_there(const struct target *t, const struct script_names *words);
/* The argument list with its placeholders replaced, NULL-terminated, in the arena. */
const char **hook_argv(const struct target *t, const struct script_names *words,
                       const struct hook_values *values, struct arena *arena);
enum run_readiness hook_run(struct target *t, struct net_loop *loop, const char *what,
                            const struct script_names *words, const struct hook_values *values,
                            struct buffer *why);

/* ---- daemon.c ---- */

struct carrier *daemon_connect(struct target *t, struct net_loop *loop, const char *user,
                               struct err *err);

/* ---- certificate.c ---- */

/* For clients over TLS: makes a certificate of this run, puts it into the folder, and makes what
 * accepts connections with it. Does nothing for others. */
__attribute__((warn_unused_result)) int certificate_prepare(struct target *t, struct err *err);

/* ---- watch.c ---- */

void watch_begin(struct target *t); /* a case begins */
bool watch_is_well(struct target *t, struct net_loop *loop, struct buffer *why);
/* Whether the daemon has died: true and how. */
bool watch_has_died(const struct target *t, struct buffer *why);
/* Whether the daemon's stderr, from *offset on, holds a text of stderr-bad; moves *offset. */
bool watch_log_is_bad(const struct target *t, off_t *offset, struct buffer *why);
/* What the daemon has written up to now is not looked at any more. */
void watch_pass_over(struct target *t);
/* Appends the last lines of the daemon's stderr, after ": ". */
void watch_log_tail(const struct target *t, struct buffer *out);

/* ---- feature.c ---- */

void features_init(struct target *t);
int features_check(const struct target *t, const char *path, struct err *err);
enum run_answer features_answer(const struct target *t, const char *name);

/* ---- attach.c, bundled.c ---- */

void attach_outside(struct target *t, struct run_target *run_r);
void attach_bundled(struct target *t, struct run_target *run_r);
void detach_bundled(struct target *t);

/* ---- client.c ---- */

void attach_client(struct target *t, struct run_target *run_r);
void detach_client(struct target *t);
/* Asks the shim which verbs it supports, unless it has no shim. */
void client_ask_features(struct target *t, struct net_loop *loop);

#endif
