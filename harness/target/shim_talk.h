/*
 * shim_talk: one conversation with a shim, for the checks of shim_check. Its client is served by
 * the bundled server. The first thing that goes wrong is kept and ends the conversation: every
 * function then gives false at once. Private to target/.
 */
#ifndef IMAPSPEC_TARGET_SHIM_TALK_H
#define IMAPSPEC_TARGET_SHIM_TALK_H

#include "run/run.h"
#include "shim/shim.h"

enum { SHIM_TALK_CONNECTIONS = 8 };

/* Sets of statuses. */
enum {
    TALK_OK = 1 << SHIM_OK,
    TALK_NO = 1 << SHIM_NO,
    TALK_BAD = 1 << SHIM_BAD,
    TALK_UNSUPPORTED = 1 << SHIM_UNSUPPORTED,
    TALK_FAILED = 1 << SHIM_FAILED,
    TALK_ANY = 31
};

struct shim_served {
    struct carrier *carrier;
    struct net_peer server;
    bool has_ended; /* the client has */
};

struct shim_talk {
    const struct run_target *run;
    struct net_loop *loop;
    int64_t answer_us;
    struct arena arena;

    struct carrier *shim; /* NULL: not started */
    struct shim_served served[SHIM_TALK_CONNECTIONS];
    size_t nserved;
    bool holds;          /* what the server says waits */
    bool hangs_up;       /* the server closes as soon as it hears anything */
    const char *refusal; /* "NO not now": the answer to the next line instead of the server's */
    struct buffer heard; /* all that the client has sent, on all connections */

    const char *request;       /* answered last, or being answered */
    struct shim_answer answer; /* the last */
    struct buffer dialogue;
    bool is_wrong, is_harness_fault;
    const char *text, *wanted, *got;
};

/* Fills the server, listens and starts the shim. False: the harness could not. */
bool shim_talk_begin(struct shim_talk *talk, const struct run_target *run, struct net_loop *loop,
                     int64_t answer_ms);
/* Ends the shim if it still runs, and looks whether it was well all the time. */
void shim_talk_end(struct shim_talk *talk);
void shim_talk_free(struct shim_talk *talk);

/* Records what is wrong, unless something is already. Texts are copied. Always false. */
bool shim_talk_wrong(struct shim_talk *talk, const char *text, const char *wanted, const char *got);

/* Writes octets to the shim, as they are. */
void shim_talk_send(struct shim_talk *talk, const char *octets);
/* Reads the answer to a request sent before: into talk->answer. */
bool shim_talk_answer(struct shim_talk *talk, const char *request);
/* Both: a request without its LF, whose status must be of the set. */
bool shim_talk_ask(struct shim_talk *talk, const char *request, unsigned statuses);
bool shim_talk_is(const struct shim_talk *talk, enum shim_status status); /* the last one's */
/* As shim_talk_ask() with `open`: to where the harness listens. */
bool shim_talk_open(struct shim_talk *talk);

/* Nothing is written while so many milliseconds go by. */
bool shim_talk_quiet(struct shim_talk *talk, int64_t ms, const char *why_not);
void shim_talk_wait(struct shim_talk *talk, int64_t ms);
/* The client has sent this, or does within the time of an answer. */
bool shim_talk_hears(struct shim_talk *talk, struct span octets);
/* The server says these octets on the last connection. */
void shim_talk_say(struct shim_talk *talk, const char *octets);
/* Standard input ends. */
void shim_talk_close_input(struct shim_talk *talk);
/* The shim ends within the time of an answer, having written nothing but, if `may_say_ok`, one
 * `ok`. */
bool shim_talk_ends(struct shim_talk *talk, bool may_say_ok);
/* All connections to the server are closed by the client within the time of an answer. */
bool shim_talk_is_disconnected(struct shim_talk *talk);

/* ---- shim_line_check.c ---- */

/* Whether this data line may stand in the answer to this verb: NULL, or what is wrong with it. */
const char *shim_line_fault(enum shim_verb verb, bool is_known, const struct shim_line *line,
                            struct arena *arena);
/* Whether an `ok` may stand behind these data lines: NULL, or what is missing. */
const char *shim_answer_fault(enum shim_verb verb, const struct shim_answer *answer,
                              struct arena *arena);

#endif
