/*
 * reference: the bundled reference implementation of RFC 1176. Its reading of the RFC is code: a
 * hand-written incremental parser and a mailbox. It shares nothing with the checker's reading
 * (grammar and model) but the generic containers of base/, so that a slip in one is caught by the
 * other.
 *
 * The server is a sans-I/O engine: octets in, octets out, time from the caller's clock. One
 * `struct reference_server` holds the mail store and the users and is shared by its sessions; one
 * `struct reference_session` is one connection. All calls are from one thread.
 *
 *     struct reference_server *server = reference_server_new(&config, store);
 *     struct reference_session *session = reference_session_open(server);   the greeting is ready
 *     loop:
 *         reference_session_receive(session, octets);       any split of the client's octets
 *         struct span out = reference_session_output(session);
 *         ... write as much of out as the connection takes ...
 *         reference_session_sent(session, nwritten);
 *         if (reference_session_is_closing(session)) close once output is empty;
 *     reference_session_free(&session);
 *
 * It does all that RFC 1176 says must or should be done. Where the RFC leaves a choice (B numbers:
 * section B of the requirement catalogue):
 *
 *   - Commands are carried out in order, one at a time. What other sessions did is told before a
 *     completion; EXPUNGE lines for their removals only in NOOP, CHECK and EXPUNGE, which take no
 *     message numbers (B62). Until then the numbers stay: FETCH and SEARCH still work for a removed
 *     message as long as its content can be had, STORE on it is answered NO.
 *   - What breaks the grammar is BAD, under its tag when it has one; so are numbers of no message
 *     (B35), wrong states (B46), a second LOGIN (B48), and lines that end in a bare LF or hold
 *     octets that are not printable ASCII. Sequences written downwards (B34), `STORE n FLAGS ()`
 *     (B7), a `%` in the pattern of FIND (B14) and four-digit years in SEARCH (B80) are taken.
 *     NOOP is carried out before LOGIN, too (B47).
 *   - A literal is refused before "+" when what stands before it is wrong already (B21).
 *   - A failed SELECT leaves no mailbox selected (B54).
 *   - Messages are \Recent for the first session with write access that hears of them (B55, B56);
 *     a RECENT line follows whenever the number changes (B58).
 *   - STORE of a flag the mailbox does not list is NO (B107), \Recent in it is ignored (B106).
 *     A read-only mailbox answers NO to STORE and EXPUNGE (B109).
 *   - COPY is done for all messages or none (B70), keeps flags and internal date (B69), creates the
 *     destination (B72), reports `n COPY` (B67) and sets \Seen on the source (B68).
 *   - SINCE includes the day itself (B78). Boards are opened read-only unless the store says
 *     otherwise (B95).
 *   - FETCH always sends what was asked for (B26); a flag set by it is in the same line (B27, B28).
 */
#ifndef IMAPSPEC_REFERENCE_REFERENCE_H
#define IMAPSPEC_REFERENCE_REFERENCE_H

#include "base/base.h"

struct reference_server;
struct reference_session;
struct mail_store; /* where mail is kept: reference/store.h */

struct reference_config {
    const struct clock *clock;   /* borrowed; must outlive the server */
    const char *host;            /* shown in the greeting; NULL: "localhost" */
    int64_t idle_timeout_ms;     /* BYE after that much silence (RFC 1176 p.20); 0: never */
    size_t line_limit_nbytes;    /* a longer command line is answered BAD; 0: 65536 */
    size_t literal_limit_nbytes; /* a longer literal is refused without "+"; 0: 16 MiB */
    size_t output_limit_nbytes;  /* commands wait while more than that is unsent; 0: 1 MiB */
    bool no_bboard;              /* BBOARD and FIND BBOARDS are answered BAD (p.11-13: optional) */
    bool no_find;                /* FIND MAILBOXES is answered BAD (p.12: optional) */
};

/* Returns new; borrows the store, which must outlive the server. */
struct reference_server *reference_server_new(const struct reference_config *config,
                                              struct mail_store *store);
void reference_server_free(struct reference_server **server); /* all sessions freed before */

/* A user who may log in. Adding a known user changes the password. Texts are copied. */
void reference_server_add_user(struct reference_server *server, const char *user,
                               const char *password);

struct reference_session *reference_session_open(struct reference_server *server);
void reference_session_free(struct reference_session **session); /* as if the connection broke */

/* Takes octets from the client, in any split, and executes what is complete. Octets beyond what may
 * be executed now (output limit) are kept. Ignored once the session is closing. */
void reference_session_receive(struct reference_session *session, struct span octets);
void reference_session_receive_eof(struct reference_session *session);

/* Octets to send, valid until the next call on any session of this server; then what was sent. */
struct span reference_session_output(const struct reference_session *session);
void reference_session_sent(struct reference_session *session, size_t nbytes);

/* No more octets will be read; close the connection when the output has been sent. */
bool reference_session_is_closing(const struct reference_session *session);
/* False while enough output waits to be sent: the host should stop reading from the connection. */
bool reference_session_wants_input(const struct reference_session *session);

/* Time of the clock, in microseconds, at which reference_session_tick() wants to be called; -1:
 * never. */
int64_t reference_session_deadline_us(const struct reference_session *session);
void reference_session_tick(struct reference_session *session);

#endif
