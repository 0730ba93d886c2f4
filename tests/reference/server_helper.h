/*
 * server_helper: a reference server with a memory store, and transcripts played against it.
 *
 * A transcript is lines, each with the number of a session in front (1 when left out):
 *
 *     C: text     the client sends text and CR LF
 *     S: text     the server sends text and CR LF
 *     C- text     the same without CR LF; \r \n \0 \\ are understood
 *     S- text
 *     U: mailbox  fred logs in and selects the mailbox (none if none is named); both must be OK
 *     D: user mailbox number     new mail arrives, see rig_deliver()
 *     X:          the connection breaks; the next line of that session opens a new one
 *
 * All octets the server sends have to be named, in order. A new session starts with its greeting
 * already read.
 */
#ifndef IMAPSPEC_TESTS_SERVER_HELPER_H
#define IMAPSPEC_TESTS_SERVER_HELPER_H

#include "reference/reference.h"
#include "reference/store_memory.h"

#define GREETING "* OK localhost IMAP2 service ready\r\n"

enum { RIG_NSESSIONS = 4 };

/*
 * Users: fred (password secret) and anna (password "pa ss\"wd").
 * fred's INBOX: three messages, read by somebody before, see rig_message(); keywords Meeting, Todo.
 * fred's NINE: nine messages; EMPTY: none; LOCKED: two messages, not writable; HIDDEN: not
 * readable; FOOBAR, FOO.BAR, FOOD.ON.THE.BAR, FOOBARX, "Odd Name": empty. anna's INBOX: one
 * message; anna's PRIVATE: one. Boards: NEWS (two messages, read-only), CHAT (writable, empty).
 */
struct rig {
    struct clock clock;
    struct reference_config config;
    struct mail_store *store;
    struct reference_server *server;
    struct reference_session *sessions[RIG_NSESSIONS];
    bool is_bytewise; /* rig_play() sends one octet at a time */
    const char *name; /* shown when rig_play() fails */
};

/* `config` may be NULL; its clock is replaced. Leaves with rig_free(). */
void rig_init(struct rig *rig, const struct reference_config *config);
void rig_free(struct rig *rig);

/* Message `number` of a mailbox: dated 1987-10-<number> 12:00 UTC, from user<number>@host.example,
 * Subject "Message <number>", text "Text <number>.\r\n". */
void rig_message(struct buffer *out, unsigned number);
int64_t rig_day_s(unsigned number); /* that date */

/* One more such message, new mail. */
void rig_deliver(struct rig *rig, const char *user, const char *mailbox, unsigned number);
void rig_deliver_text(struct rig *rig, const char *user, const char *mailbox, const char *text);

struct reference_session *rig_session(struct rig *rig, unsigned number); /* opened if need be */
void rig_end_session(struct rig *rig, unsigned number);

/* Fails the test at the first difference, showing the line and what was sent instead. */
void rig_play(struct rig *rig, const char *transcript);

struct rig_transcript {
    const char *name;
    const char *text;
};

/* Each with a new server, once with whole lines and once octet by octet. */
void rig_play_all(const struct rig_transcript *transcripts, size_t ntranscripts);

/* Feeds octets to a new session, in parts of at most `part` octets, taking all output; appends what
 * the server sent, greeting included. */
void rig_converse(struct rig *rig, struct span octets, size_t part, struct buffer *out);

#endif
