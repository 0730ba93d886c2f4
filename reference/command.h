/*
 * command: one command of a client, from its text to its completion. The table in command.c names
 * the commands with the states they are allowed in (RFC 1176 p.6), how their arguments are read and
 * what they do; server_command_parse() and command_step() are driven by it.
 *
 * Reading arguments has no effect. It is repeated from the start for each literal, so that a
 * command that is wrong is refused before the literal is asked for (p.21). A step does as much as
 * the output limit allows and says whether the command is done; then it has written the completion.
 */
#ifndef IMAPSPEC_REFERENCE_COMMAND_H
#define IMAPSPEC_REFERENCE_COMMAND_H

#include "reference/parse.h"
#include "reference/sequence.h"
#include "reference/store.h"

struct reference_session;
struct search_kind;

struct command_kind {
    const char *name;
    enum parse_result (*parse)(struct reference_session *session, struct parser *parser);
    bool (*step)(struct reference_session *session); /* true when completed */
    unsigned states;                                 /* enum session_state, or-ed */
    bool renumbers; /* takes no message numbers, so EXPUNGE lines may come before its completion */
};

enum fetch_item {
    FETCH_ENVELOPE,
    FETCH_FLAGS,
    FETCH_INTERNALDATE,
    FETCH_RFC822,
    FETCH_HEADER,
    FETCH_SIZE,
    FETCH_TEXT,
    FETCH_NITEMS,
};

/* One criterion of SEARCH. */
struct search_key {
    const struct search_kind *kind;
    size_t at, nbytes;       /* where in the command's text its string is */
    int day;                 /* days since 1970-01-01 */
    struct mail_flags flags; /* KEYWORD: one bit, or none when no message can have the flag */
    bool is_recent;          /* KEYWORD \Recent */
};

struct command {
    const struct command_kind *kind;
    struct buffer tag; /* empty when the command had none */
    struct span text;  /* valid for parsing and the first step */

    /* Arguments; spans lie in text. */
    struct span first, second; /* LOGIN: user, password; SELECT, COPY: mailbox; FIND: pattern */
    enum mail_kind mail_kind;  /* SELECT, BBOARD, FIND */
    struct sequence sequence;  /* FETCH, STORE, COPY */
    enum fetch_item items[FETCH_NITEMS];
    size_t nitems;
    char store_mode;         /* '+', '-', or '=' */
    struct mail_flags flags; /* STORE */
    const char *refusal;     /* STORE: well-formed, but cannot be done for that reason */
    struct search_key *keys; /* SEARCH */
    size_t nkeys, keys_capacity;
    size_t search_at; /* where in text the keys already read end: so that a command of many
                         literals is not read from its start for each of them */

    /* Where a command that takes several steps stands. */
    bool is_running;
    enum mail_error error;        /* the first one met on the way */
    size_t number;                /* FETCH: the message being written; 0 between messages */
    size_t item;                  /* FETCH: index of its next item */
    bool adds_flags;              /* FETCH: FLAGS are to be added at the end */
    struct mail_content *content; /* FETCH: loaded for message `number`, or NULL */
    struct span rest;             /* FETCH: what is left of the literal being written */
};

void server_command_free(struct command *command);

/* Reads the tag (as far as there is one), the verb and the arguments. Fills session->command. */
enum parse_result server_command_parse(struct reference_session *session, struct parser *parser);

/* Only the tag: for lines that cannot be read. */
void server_command_parse_tag_only(struct reference_session *session, struct span text);

/* Completes the running command with the news about the mailbox before the completion. */
void server_command_complete(struct reference_session *session, const char *text);
void server_command_refuse(struct reference_session *session, const char *text); /* NO */

/* For the verbs: each in the file of its name. */
enum parse_result login_parse(struct reference_session *session, struct parser *parser);
enum parse_result select_parse(struct reference_session *session, struct parser *parser);
enum parse_result bboard_parse(struct reference_session *session, struct parser *parser);
enum parse_result find_parse(struct reference_session *session, struct parser *parser);
enum parse_result copy_parse(struct reference_session *session, struct parser *parser);
enum parse_result fetch_parse(struct reference_session *session, struct parser *parser);
enum parse_result store_parse(struct reference_session *session, struct parser *parser);
enum parse_result search_parse(struct reference_session *session, struct parser *parser);
enum parse_result server_command_parse_sequence(struct reference_session *session,
                                                struct parser *parser); /* SP sequence */

bool noop_step(struct reference_session *session);
bool login_step(struct reference_session *session);
bool logout_step(struct reference_session *session);
bool select_step(struct reference_session *session);
bool find_step(struct reference_session *session);
bool check_step(struct reference_session *session);
bool expunge_step(struct reference_session *session);
bool copy_step(struct reference_session *session);
bool fetch_step(struct reference_session *session);
bool store_step(struct reference_session *session);
bool search_step(struct reference_session *session);
void fetch_abandon(struct reference_session *session); /* lets go of the loaded message */

#endif
