/*
 * client_feedback: what was new about a play with a client, seen from outside: what it was told,
 * what it said then, how it took what it was asked to do. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_CLIENT_FEEDBACK_H
#define IMAPSPEC_BLACKBOX_CLIENT_FEEDBACK_H

#include "grammar/grammar.h"
#include "model/model.h"
#include "shim/shim.h"

enum { CLIENT_FEEDBACK_NSTATES = 4, CLIENT_FEEDBACK_NVERBS = 13 };

struct client_feedback {
    uint8_t seen[65536]; /* 1: known */
    size_t nnew;         /* since client_feedback_begin() */
    size_t nmost;        /* of what would have no end */
    struct grammar_matcher *matcher;
    struct grammar_coverage *told; /* alternatives of the grammar that the client was told */
    int greeting, unit;            /* rules */
    struct table templates;        /* of lines that `told` has seen */
    bool reached[CLIENT_FEEDBACK_NSTATES][CLIENT_FEEDBACK_NVERBS];
    uint64_t nends[SHIM_FAILED + 1]; /* of operations, by their status */
};

struct client_feedback *client_feedback_new(void);
void client_feedback_free(struct client_feedback **feedback);

void client_feedback_begin(struct client_feedback *feedback); /* a play begins */
/* The server has said a whole unit, while the client did `verb` ("": nothing). */
void client_feedback_told(struct client_feedback *feedback, const struct wire_unit *unit,
                          bool is_greeting, const char *verb);
void client_feedback_command(struct client_feedback *feedback, struct span command,
                             enum model_state state);
void client_feedback_end(struct client_feedback *feedback, const char *verb,
                         const struct shim_answer *answer);

/* Appends "responses: alternatives told 143/147 ..." and what was never told, a line each; before
 * that, that the client was never logged in. */
void client_feedback_print(const struct client_feedback *feedback, struct buffer *out);

#endif
