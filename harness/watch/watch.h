/*
 * watch: looks on while two peers talk, and says what either does wrong. No script: framing,
 * grammar and the model of the session judge every octet (docs/watching.md).
 *
 *   connection   judges one connection; octets in, findings out      an engine, sans-I/O
 *   proxy        sits between the peers of any number of connections and carries their octets on
 *   record       what came of a connection, as a result
 *
 * A connection judges by the order in which it is told of octets (model/model.h, Feeding). The
 * proxy passes octets on first and then tells the connection, the client's first when it has read
 * both sides'.
 */
#ifndef IMAPSPEC_WATCH_WATCH_H
#define IMAPSPEC_WATCH_WATCH_H

#include "base/base.h"
#include "model/model.h"
#include "net/net.h"
#include "net/tls.h"
#include "reports/reports.h"
#include "wire/wire.h"

/* ---- one connection ------------------------------------------------------------------------- */

enum watch_side { WATCH_SERVER = 1, WATCH_CLIENT = 2, WATCH_BOTH = WATCH_SERVER | WATCH_CLIENT };
const char *watch_side_name(enum watch_side side); /* "server", "client", "both" */

/* Something that one side did. All borrowed, valid during the call only. */
struct watch_found {
    enum watch_side side;
    const struct finding *finding;
    struct span octets; /* what it was found in: a command, a response, what came too early */
};

struct watch_setup {
    const char *dialect;    /* "imap2" */
    enum watch_side judged; /* whose faults are told */
    bool may_cross;         /* see struct model_setup */
    bool is_single_writer;  /* as there */
    void (*found)(void *context, const struct watch_found *found);
    void *context;
};

struct watch_connection;

/* The setup is copied. Returns new. */
struct watch_connection *watch_connection_new(const struct watch_setup *setup);
void watch_connection_free(struct watch_connection **connection);

/* Octets that came of one side, in any split. */
void watch_connection_client(struct watch_connection *connection, struct span octets);
void watch_connection_server(struct watch_connection *connection, struct span octets);

/* One side sends no more: in good order, or by a reset. What the other one still sends is judged
 * on. */
void watch_connection_client_ended(struct watch_connection *connection, bool is_reset);
void watch_connection_server_ended(struct watch_connection *connection, bool is_reset);

/* The session's state, for questions. Borrowed. */
const struct model_session *watch_connection_session(const struct watch_connection *connection);
/* The server has said BYE without having been asked by LOGOUT. */
bool watch_connection_was_dismissed(const struct watch_connection *connection);

/* ---- what came of it ------------------------------------------------------------------------ */

enum { WATCH_NLEVELS = FINDING_FAIL + 1 };

struct watch_kept {
    enum watch_side side;
    const char *requirement, *rule, *text; /* texts in the record's arena */
    enum finding_level level;
    const char *line;
    size_t log_line; /* of the wire log, from 1 */
};

/* A connection's story. Findings beyond WATCH_KEPT_MAX are counted only. */
enum { WATCH_KEPT_MAX = 1000, WATCH_LINE_NBYTES = 160 };
struct watch_record {
    unsigned number;                  /* of the connection, from 1 */
    uint64_t noctets[WATCH_BOTH + 1]; /* by the side that sent them */
    size_t nfindings[WATCH_NLEVELS];
    struct watch_kept *kept;
    size_t nkept, capacity;
    double ms;
    const char *trouble; /* why it could not be carried; "" */
    struct wire_log *log;
    struct arena arena;
};

/* The record as a result: a case named connection-N. Texts in the arena or the record. */
struct result_case *watch_record_result(const struct watch_record *record, const char *dialect,
                                        struct arena *arena);

/* Appends a text with everything but printable ASCII as \xHH. */
void watch_text_write(struct span text, struct buffer *out);
/* Appends the line that a finding was made in, in that way: the first, cut to WATCH_LINE_NBYTES. */
void watch_line_write(struct span octets, struct buffer *out);

/* ---- the proxy ------------------------------------------------------------------------------ */

struct watch_proxy_options {
    const char *listen_host, *to_host;
    unsigned listen_port, to_port; /* listen_port 0: any free one */
    struct net_tls *tls_listen;    /* borrowed; NULL: no TLS with clients */
    struct net_tls *tls_to;        /* borrowed; NULL: no TLS with the server */
    const char *dialect;
    enum watch_side judged;
    bool is_once;      /* accept one connection and no more */
    size_t log_nbytes; /* memory for each connection's wire log; 0: none is kept */
    void *context;
    void (*found)(void *context, const struct watch_record *record,
                  const struct watch_found *found);
    void (*opened)(void *context, const struct watch_record *record);
    void (*closed)(void *context, const struct watch_record *record); /* it goes after the call */
};

struct watch_proxy;

/* Listens. The options are copied, their texts borrowed. NULL and *err when the address is not to
 * be had. Returns new. */
struct watch_proxy *watch_proxy_open(struct net_loop *loop,
                                     const struct watch_proxy_options *options, struct err *err);
unsigned watch_proxy_port(const struct watch_proxy *proxy);

/* Carries what there is; to be called after each return of net_wait(), which is to be called with
 * the deadline given back (-1: none). */
int64_t watch_proxy_carry(struct watch_proxy *proxy);

size_t watch_proxy_nopen(const struct watch_proxy *proxy);
/* With is_once: the one connection has come and gone. */
bool watch_proxy_is_over(const struct watch_proxy *proxy);

/* Breaks what is open (closed() is called for each) and stops listening. */
void watch_proxy_close(struct watch_proxy **proxy);

#endif
