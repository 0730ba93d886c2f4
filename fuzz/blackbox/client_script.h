/*
 * client_script: what an event stream means to a client under test, as a scenario of role server:
 * what is played and what is kept are the same text. The model server answers what the client says;
 * the stream says what a server says besides, and what the client is asked to do:
 *
 *     barrier        the next operation: the client shall log in, select INBOX, fetch, ...
 *     0x11 + octet   an operation by its number; the first two are always the login and SELECT
 *     data           what the server says once the operation's command has come, before it is
 *                    answered. A completion (its tag `a` and up to three digits) stands in place of
 *                    the answer. Before the first operation: the greeting, and what follows it
 *     segment        what follows is said when the operation is over
 *     session 1..4   what follows is written at once, octet by octet, in three pieces, by lines
 *     deliver        a message arrives
 *     half-close     the server says no more; BYE, and a line without its end, do the same
 *     reconnect      the connection is reset, and the client shall connect and log in anew
 *
 * Operations with nothing between them are begun together by a client that can overlap them. A
 * client without a shim does what it does: the first barrier stands for LOGIN, the next for SELECT,
 * and so on, and what is said behind it is said whenever that command comes. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_CLIENT_SCRIPT_H
#define IMAPSPEC_BLACKBOX_CLIENT_SCRIPT_H

#include "run/run.h"

/* What the client can be asked. */
struct client_can {
    bool has_shim;
    uint32_t operations; /* one bit each, by their numbers */
    bool overlaps, has_cache, has_delivery;
};

void client_can_ask(const struct run_target *target, bool has_delivery, struct client_can *can_r);
size_t client_noperations(void);
unsigned client_operation_number(const char *text); /* "search SEEN" */

/* What the scenario shall judge besides the rules that hold in any: behind the nth operation, from
 * 1. */
struct client_expectation {
    unsigned operation;      /* 0: none */
    const char *requirement; /* of its check */
    const char *lines;       /* steps, each with its line end */
    bool is_of_cache;        /* of what the client believes then; else of how the operation ends */
    bool is_end;             /* that it ends at all is judged; no other steps */
};

/* Appends the scenario. `head`: comments. With expectation NULL every operation must end. */
void client_script_write(struct span stream, const struct client_can *can, const char *id,
                         const char *claim, const char *head,
                         const struct client_expectation *expectation, struct buffer *out);

#endif
