/*
 * client: the bundled reference client of RFC 1176, a sans-I/O engine: octets of the server in,
 * octets for the server out, no clock. Its reading of the RFC is code of its own, apart from the
 * reference server's and from the checker's (grammar and model); all share base/ alone.
 *
 * One struct reference_client is one connection, with the cache of the selected mailbox (p.24-25).
 *
 *     struct reference_client *client = reference_client_new(NULL);
 *     uint64_t id = reference_client_begin(client, &(struct client_request){
 *         .verb = CLIENT_LOGIN, .name = SPAN_LIT("fred"), .password = SPAN_LIT("secret")});
 *     loop:
 *         reference_client_receive(client, octets);        any split of the server's octets
 *         struct span out = reference_client_output(client);
 *         ... write as much of out as the connection takes ...
 *         reference_client_sent(client, nwritten);
 *         if (reference_client_is_closing(client)) close once output is empty;
 *     until reference_client_result(client, id)->outcome is no more CLIENT_RUNNING
 *     reference_client_end(client, id);
 *     reference_client_free(&client);
 *
 * Operations. Any number may be begun at any time; each becomes one command. They are sent in the
 * order in which they were begun, each as soon as it may be: not before the whole greeting has
 * come (p.6), not inside another command's literal, and not while a command is outstanding on which
 * it depends or whose data could be taken for its own (p.6). So several FETCH are overlapped, and a
 * second SEARCH waits for the first. Whether a command is possible at all is judged when its turn
 * has come; what is not is never sent (CLIENT_REFUSED): a command in the wrong state (p.6, p.8),
 * numbers above the count (p.10), STORE and EXPUNGE after "[READ-ONLY]" (p.11), what the server has
 * answered with BAD because it is optional (p.12-13), anything after LOGOUT, BYE or the end.
 *
 * Numbers. A request's numbers are those of the moment of begin(). When messages are expunged
 * before the command is sent it is sent with the numbers that are right then; when nothing is left
 * of them it is refused. A result's numbers are renumbered as long as the result is there. When an
 * EXPUNGE line comes between a command and its completion, nobody can say what the command's
 * numbers meant to the server (B63): was_renumbered.
 *
 * Strings are sent as an atom, else quoted, else as a literal, by what they hold (p.9-10); for a
 * literal the client waits for "+", and when the completion comes instead, drops the rest (p.21).
 *
 * Data is taken in the order it comes, whatever command is under way (p.24):
 *   - Keywords are read in any letter case, properties in any order, the last value wins (B29,
 * B39).
 *   - EXISTS above the count adds messages of which nothing is known; below it, it is ignored
 * (B61), but before the completion of SELECT the last one counts.
 *   - EXPUNGE takes the message out and shifts those behind it at once, whenever it comes (B62).
 *   - STORE data is FETCH data (B24); COPY data changes nothing (B67).
 *   - Unknown properties are skipped by their syntax, unknown untagged data by its lines and
 *     literals. Data for messages that do not exist is ignored, as is a line that breaks the
 * syntax.
 *   - SELECT and BBOARD empty the cache when they are sent; data until their completion belongs to
 *     the new mailbox. After NO or BAD no mailbox is selected (B54).
 *   - An untagged OK, NO or BAD is noted and changes nothing (p.20-21). After BYE nothing is sent
 *     and, but for LOGOUT's, no completion awaited (B112).
 *
 * What the server said to people and what was ignored is kept as notes.
 */
#ifndef IMAPSPEC_REFERENCE_CLIENT_H
#define IMAPSPEC_REFERENCE_CLIENT_H

#include "base/base.h"

struct reference_client;

struct reference_client_config {
    size_t line_limit_nbytes;    /* a longer line ends the connection; 0: 1 MiB */
    size_t literal_limit_nbytes; /* literals of one response together; 0: 64 MiB */
};

/* config: NULL for the defaults. Returns new. */
struct reference_client *reference_client_new(const struct reference_client_config *config);
void reference_client_free(struct reference_client **client);

/* ---- octets ---- */

/* Takes octets from the server, in any split. Ignored once the client is closing. */
void reference_client_receive(struct reference_client *client, struct span octets);
/* The server has closed, or the connection broke: what has not come completely is dropped. */
void reference_client_receive_eof(struct reference_client *client);

/* Octets to send, valid until the next call; then what was sent. */
struct span reference_client_output(const struct reference_client *client);
void reference_client_sent(struct reference_client *client, size_t nbytes);

/* Nothing more will be sent or read; close the connection when the output has been sent. */
bool reference_client_is_closing(const struct reference_client *client);

/* ---- operations ---- */

enum client_verb {
    CLIENT_NOOP,
    CLIENT_LOGIN,
    CLIENT_LOGOUT,
    CLIENT_SELECT,
    CLIENT_BBOARD,
    CLIENT_FIND_MAILBOXES,
    CLIENT_FIND_BBOARDS,
    CLIENT_CHECK,
    CLIENT_EXPUNGE,
    CLIENT_COPY,
    CLIENT_FETCH,
    CLIENT_STORE,
    CLIENT_SEARCH
};

/* What FETCH gets and what is known of a message: a set. */
enum client_items {
    CLIENT_FLAGS = 1,
    CLIENT_INTERNALDATE = 2,
    CLIENT_SIZE = 4,
    CLIENT_ENVELOPE = 8,
    CLIENT_RFC822 = 16,
    CLIENT_HEADER = 32,
    CLIENT_TEXT = 64,
    CLIENT_FAST = 128, /* the macros of FETCH: sent as such when they stand alone, else spelt out */
    CLIENT_ALL = 256
};

enum client_store { CLIENT_STORE_REPLACE, CLIENT_STORE_ADD, CLIENT_STORE_REMOVE };

/* A criterion of SEARCH: "DELETED", or "FROM" with the value "smith" (p.16-17). Keys in any letter
 * case; dates as 1-Oct-87 or 1-Oct-1987, which is sent as the former if that is unambiguous. */
struct client_criterion {
    struct span key;
    struct span value; /* of keys that take one */
    bool has_value;
};

/* What shall be done. Everything is copied. */
struct client_request {
    enum client_verb verb;
    struct span name;     /* LOGIN: user; SELECT, BBOARD, COPY: mailbox; FIND: pattern */
    struct span password; /* LOGIN */
    struct span sequence; /* COPY, FETCH, STORE: "2,4:7" */
    unsigned items;       /* FETCH: of enum client_items */
    bool only_missing;    /* FETCH: only what is not known; nothing is sent when all is (p.25) */
    enum client_store store;
    const struct span *flags; /* STORE; replacing by none removes all that are listed (B7) */
    size_t nflags;
    const struct client_criterion *criteria; /* SEARCH */
    size_t ncriteria;
};

/* Whether a criterion of that key has a value; false for keys that there are not. */
bool client_search_key_takes_value(struct span key);

enum client_outcome {
    CLIENT_RUNNING,
    CLIENT_OK,
    CLIENT_NO,
    CLIENT_BAD,
    CLIENT_REFUSED, /* never sent, or given up between its literals: see text */
    CLIENT_LOST     /* the connection ended first */
};

struct client_result {
    enum client_outcome outcome;
    struct span text;    /* of the completion, or why it was refused */
    bool was_sent;       /* at least its beginning */
    bool was_renumbered; /* EXPUNGE came between command and completion */
    uint32_t first; /* COPY, FETCH, STORE: the first of the messages asked for that is still there,
                       by its number now; 0: none is */
    const uint32_t *numbers;  /* SEARCH: found, COPY: reported as copied; ascending, each once */
    size_t nnumbers;          /* emptied when another mailbox is selected */
    const struct span *names; /* FIND: in the order they came */
    size_t nnames;
};

/* Returns the operation's id, > 0. What is wrong with the request is told by its result. */
uint64_t reference_client_begin(struct reference_client *client,
                                const struct client_request *request);
/* Borrowed until the next call that changes something. id must be one that was not ended. */
const struct client_result *reference_client_result(const struct reference_client *client,
                                                    uint64_t id);
/* Forgets the operation. One that is running goes on, but nobody hears of it. */
void reference_client_end(struct reference_client *client, uint64_t id);

/* ---- what the client believes ---- */

enum client_state {
    CLIENT_OPENING,       /* no greeting yet */
    CLIENT_GREETED,       /* LOGIN comes next */
    CLIENT_AUTHENTICATED, /* no mailbox */
    CLIENT_SELECTED,
    CLIENT_LEAVING, /* LOGOUT was sent */
    CLIENT_CLOSED   /* after LOGOUT's completion, BYE, a fault or the end of the stream */
};

enum client_access { CLIENT_ACCESS_UNKNOWN, CLIENT_READ_WRITE, CLIENT_READ_ONLY };

enum client_state reference_client_state(const struct reference_client *client);

/* The mailbox that is selected or just being selected. */
struct client_view {
    bool is_pending;   /* SELECT or BBOARD is under way */
    bool has_exists;   /* otherwise exists is 0 */
    uint32_t exists;   /* messages */
    uint32_t recent;   /* never more than exists */
    struct span name;  /* as it was selected */
    bool is_board;     /* by BBOARD */
    struct span flags; /* those of the FLAGS line, with blanks between: "\Seen work" */
    enum client_access access;
};

/* False, and all zeros, when there is none. Borrowed until the next call. */
bool reference_client_view(const struct reference_client *client, struct client_view *view_r);

/* A date and time as it was written (p.26). */
struct client_date {
    bool is_valid;          /* it could be read; otherwise only text is set */
    struct clock_date when; /* in its own zone; two digits of a year are 1970-2069 (B80) */
    bool has_zone;          /* the zone was an offset or a name of RFC 822 */
    int zone_minutes;       /* east of UTC */
    int64_t wall_s;         /* UTC, seconds since 1970; unknown zones are taken for UTC */
    struct span text;       /* as the server wrote it */
};

struct client_string {
    bool is_nil;
    struct span value;
};

struct client_address {
    struct client_string name, route, mailbox, host; /* p.19 */
};

enum client_list {
    CLIENT_FROM,
    CLIENT_SENDER,
    CLIENT_REPLY_TO,
    CLIENT_TO,
    CLIENT_CC,
    CLIENT_BCC,
    CLIENT_NLISTS
};

struct client_addresses {
    const struct client_address *items;
    size_t nitems;
    bool is_nil;
};

struct client_envelope {
    struct client_string date, subject, in_reply_to, message_id;
    struct client_addresses lists[CLIENT_NLISTS];
};

/* What is known of one message. */
struct client_message {
    uint32_t number;   /* now */
    unsigned known;    /* of enum client_items: which of these are valid */
    struct span flags; /* with blanks between: "\Seen work" */
    struct client_date internal_date;
    uint32_t size_nbytes;                   /* RFC822.SIZE */
    const struct client_envelope *envelope; /* NULL: not known */
    struct span rfc822, header, text;
};

/* NULL: no such message, or nothing is known of it. Borrowed until the next call that changes
 * something. */
const struct client_message *reference_client_message(const struct reference_client *client,
                                                      uint32_t number);
/* The messages of which something is known, by their place: 0..n-1, numbers ascending. */
size_t reference_client_nknown(const struct reference_client *client);
const struct client_message *reference_client_known(const struct reference_client *client,
                                                    size_t place);

/* Whether a list of flags with blanks between ("\Seen work") has one, in any letter case. */
bool client_flags_have(struct span flags, struct span flag);

/* ---- notes ---- */

enum client_note_kind {
    CLIENT_NOTE_OK, /* untagged, the greeting included */
    CLIENT_NOTE_NO,
    CLIENT_NOTE_BAD,
    CLIENT_NOTE_BYE,
    CLIENT_NOTE_IGNORED, /* what the server sent and the client did not take, with the reason */
    CLIENT_NOTE_FAULT    /* why the client gave the connection up */
};

struct client_note {
    enum client_note_kind kind;
    struct span text;
};

/* Of many only the newest are kept. Borrowed until the next call that changes something. */
size_t reference_client_nnotes(const struct reference_client *client);
struct client_note reference_client_note(const struct reference_client *client, size_t place);
void reference_client_clear_notes(struct reference_client *client);

#endif
