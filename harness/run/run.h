/*
 * run: plays scenario cases against what is under test and gives verdicts. Against a server the
 * player takes the client's role: it sends the `C` lines and checks the `S` lines; against a client
 * the server's. It knows the thing under test only through the functions of struct run_target,
 * which target/ implements.
 *
 *   suite     the cases of many scenario files, selected            run/suite.h
 *   play      one case: run_play()                                  run/run.h
 *   workers   several processes that play cases in parallel         run/workers.h
 *   match     does a unit match a pattern; captures                 run/match.h
 *   order     the orders of an interleave                           run/order.h
 *   vary      other ways to say the same                            run/vary.h
 *
 * Every unit that arrives goes through framing, grammar and model first; a breach is a finding with
 * the rule's own requirement ID, wherever the script is. Then it is offered to the window of the
 * script (docs/scenario-language.md, "How a window is matched").
 */
#ifndef IMAPSPEC_RUN_RUN_H
#define IMAPSPEC_RUN_RUN_H

#include "base/base.h"
#include "model/fixture.h"
#include "net/net.h"
#include "reports/reports.h"
#include "script/script.h"

/* ---- the thing under test ------------------------------------------------------------------- */

enum run_answer { RUN_NO, RUN_YES, RUN_UNKNOWN };

enum run_readiness {
    RUN_READY,
    RUN_SKIP,  /* a hook or feature is missing: the reason is in `why` */
    RUN_BROKEN /* provisioning failed or the target is gone: the reason is in `why` */
};

/* What a case needs before it starts. User names are the scenario's role names ("fred"). */
struct run_setup {
    const char *case_id;
    const struct fixture_mailbox *mailboxes;
    size_t nmailboxes;
    const char *
        *users; /* all role names that sessions or fixtures name, the first session's first */
    size_t nusers;
    bool needs_deliver; /* the case has a `deliver` step */
};

/* What there is besides when a client is under test and the harness plays the server. The context
 * is the target's. */
struct run_client {
    /* Whether it can be told what to do, through a shim; else its program does what it does. */
    bool has_shim;
    /* The lines of the shim protocol, to and from (docs/shim.md). Called once in a case. NULL and
     * *err when it cannot be started. */
    struct carrier *(*shim)(void *context, struct net_loop *loop, struct err *err);
    /* Starts the program of a client without a shim. Called once in a case. */
    int (*start)(void *context, struct net_loop *loop, struct err *err);
    /* Whether that program has ended, and how: "exited with status 1". */
    bool (*has_exited)(void *context, struct buffer *how);
    /* Where clients connect, for the shim's `open HOST PORT`. */
    const char *(*host)(void *context);
    unsigned (*port)(void *context);
    /* The next connection that the client has made, or NULL when there is none now. */
    struct carrier *(*accept)(void *context, struct net_loop *loop);
    /* A session of the model server, whose mail is what prepare() was told: `serve model`. The
     * caller frees it. */
    struct net_peer (*serve)(void *context);
};

struct run_target {
    void *context;
    const char *name;
    const char *dialect;
    int64_t timeout_ms;              /* how long a step waits */
    int64_t failed_login_ms;         /* the same while LOGIN is answered, when that is longer */
    bool is_in_process;              /* engine called by function: cases run in virtual time */
    bool is_preauthenticated;        /* greets already logged in */
    const struct run_client *client; /* a client is under test; NULL: a server */

    /* Fills the target for one case: mailboxes exactly as said, users who may log in. */
    enum run_readiness (*prepare)(void *context, struct net_loop *loop,
                                  const struct run_setup *setup, struct buffer *why);
    /* A new connection for a session of that user. NULL and *err when refused. Of servers. */
    struct carrier *(*connect)(void *context, struct net_loop *loop, const char *user,
                               struct err *err);
    /* A message arrives in a mailbox from outside. */
    int (*deliver)(void *context, struct net_loop *loop, const char *user, const char *mailbox,
                   const struct fixture_message *message, struct err *err);
    /* The name and password that the role logs in with; valid until the next prepare. */
    const char *(*user_name)(void *context, const char *role);
    const char *(*user_password)(void *context, const char *role);
    enum run_answer (*feature)(void *context, const char *name);
    /* Whether it is still well: false and a reason when its process died by a signal, printed what
     * stderr-bad lists, or spins. After `connection lost` the caller gives it a moment first. */
    bool (*is_well)(void *context, struct net_loop *loop, struct buffer *why);
    /* The case is over and its carriers are closed. */
    void (*finish)(void *context, struct net_loop *loop);
};

/* ---- playing -------------------------------------------------------------------------------- */

enum {
    RUN_VARY_CHUNKS = 1, /* how a send is cut into writes */
    RUN_VARY_TAGS = 2,   /* the shape of tags */
    RUN_VARY_CASE = 4,   /* the case of keywords */
    RUN_VARY_FORMS = 8,  /* of strings, dates and sequences */
    RUN_VARY_ALL = 15
};

/* Judgement left out, to measure what it costs. What is not looked at cannot fail. */
enum {
    RUN_WITHOUT_LOG = 1,    /* nothing is written into the wire log */
    RUN_WITHOUT_MODEL = 2,  /* units are recognized by the grammar, but the model does not follow */
    RUN_WITHOUT_GRAMMAR = 4 /* neither: framing and the script's own lines are what is left */
};

struct run_room;

struct shim_answer;

/* Looks on while a case is played. Spans are borrowed, valid during the call only. */
struct run_observer {
    void *context;
    void (*connected)(void *context, const char *session);
    void (*ended)(void *context, const char *session); /* by the peer under test */
    /* Octets of client ('C') or server ('S'), as they are read and before they are written. */
    void (*octets)(void *context, const char *session, char who, struct span octets);
    /* A request to the shim of a client under test, and its whole answer; they come in the order of
     * the requests. NULL: the shim has ended, and answers no more. */
    void (*asked)(void *context, const char *verb, struct span line);
    void (*answered)(void *context, const char *verb, const struct shim_answer *answer);
};

struct run_options {
    const struct run_observer *observer; /* NULL: nobody looks on */
    uint64_t seed;
    unsigned vary;               /* RUN_VARY_... */
    double timeout_scale;        /* 0: 1 */
    const char *imapspec;        /* how this program is called in reproduction commands */
    const char *target_argument; /* target, files and options there: "dovecot --vary tags" */
    /* Of cases that pass: the wire log is not rendered, and what refers to its lines is left out.
     */
    bool drops_logs;
    unsigned without;      /* RUN_WITHOUT_...; 0: all is judged */
    struct run_room *room; /* borrowed; NULL: the case makes its own */
    int (*read_file)(void *context, const char *from, const char *path, struct arena *arena,
                     struct span *octets_r, const char **path_r, struct err *err);
    void *read_context;
};

/* Memory and messages that cases played one after another share: a case takes less time with it.
 * Used by one thread; what results point to is not in it. Returns new. */
struct run_room *run_room_new(void);
void run_room_free(struct run_room **room);

/* Plays one case with one order of its interleaves. order: index of the order in the case's list
 * (run/order.h), 0 when there is none. Everything the result points to is in the arena. */
void run_play(const struct run_options *options, const struct run_target *target,
              const struct script_case *script, size_t order, struct arena *arena,
              struct result_case **result_r);

#endif
