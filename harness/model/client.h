/*
 * client: what is remembered of a client so that it can be judged (section E of the catalogue), and
 * the places at which it is:
 *
 *   client.c          octets, commands, completions, the end: who is asked when
 *   client_line.c     lines that are no command, or one by tolerance only (E2-E5, E9, E10)
 *   client_literal.c  literals (E8, E11)
 *   client_state.c    the right command for the state; what depends on what (E6, E7, E12, E16)
 *   client_number.c   sequences (E13)
 *   client_answer.c   what is made of answers (E5, E14, E15, E18)
 *   client_name.c     names (E19)
 *   client_end.c      LOGOUT and the end (E17)
 *
 * What was sent to a client may still be under way when its next octets come (setup.may_cross).
 * Findings that this could excuse are told as strictly as is certain all the same; `client_sure`
 * says how strictly.
 */
#ifndef IMAPSPEC_MODEL_CLIENT_H
#define IMAPSPEC_MODEL_CLIENT_H

#include "model/command.h"
#include "model/model.h"

enum { CLIENT_ANSWERS = 16, CLIENT_NAMES = 128 };

/* The last that was said to a client besides data and the completions it waits for. */
enum client_hint {
    CLIENT_HINT_NONE,
    CLIENT_HINT_OK,
    CLIENT_HINT_NO,
    CLIENT_HINT_BAD,
    CLIENT_HINT_TAG, /* a completion with a tag of nobody */
    CLIENT_HINT_PLUS /* `+` without a literal */
};

/* A command that was refused: its octets behind the tag. */
struct client_answer {
    uint64_t hash;
    unsigned nbad; /* answered BAD so often in a row */
    bool is_told;
};

struct client_memory {
    struct model_client_facts facts;
    uint64_t last_hash; /* of the command sent last, without its tag */
    bool is_greeting_begun, has_told_early_greeting;
    bool has_overlapped; /* has sent a command while another one was outstanding */
    bool has_ended;
    bool has_told_tag_reuse;

    const struct command *early_command; /* whose literal came early, */
    size_t early_literal;                /* that one; told */
    bool is_refusal_early;               /* what follows a refused literal had been sent before */

    uint32_t peak_exists; /* most messages there have been in this selection */
    bool is_confused; /* the server said what cannot be: nobody knows what a client makes of it */
    bool has_sent_login;
    bool has_selected;          /* a SELECT or BBOARD was completed with OK once */
    bool was_refused_selection; /* the last one was not */
    bool was_refused_logout;    /* what else can it do then but close */

    enum client_hint hint;
    uint32_t hint_unit; /* server units when it came */

    size_t nanswers;      /* refused so far; the last ones are in session_lists */
    bool is_probing;      /* the line looked at now is a probe of another dialect */
    unsigned find_bad[2]; /* FIND MAILBOXES, FIND BBOARDS: answered BAD so often */
    unsigned bboard_bad;
    uint64_t refused_copy; /* hash of the sequence of a COPY that was refused last; 0: none */

    size_t nnames; /* in session_lists */
};

struct model_session;

/* ---- client.c ------------------------------------------------------------------------------- */

/* A command has begun; all of it is there; it was refused by the grammar. */
void client_check_new(struct model_session *session, const struct command *command,
                      const struct wire_unit *unit);
void client_check_command(struct model_session *session, const struct command *command,
                          const struct wire_unit *unit);
void client_check_rejected(struct model_session *session, const struct command *command,
                           const struct wire_unit *unit);
void client_round_trip(struct model_session *session);

/* What the server says, before it is acted upon: a line by its kind; one that is refused by the
 * grammar; a completion, once it has been acted upon; one with a tag of nobody. */
void client_hears(struct model_session *session, size_t node, enum word word);
void client_hears_nonsense(struct model_session *session, const struct wire_unit *unit);
void client_completed(struct model_session *session, const struct command *command,
                      enum status status);
void client_hint(struct model_session *session, enum client_hint hint);

/* How strictly to report what is a breach unless both directions crossed, and `otherwise` then. */
enum model_strictness client_sure(const struct model_session *session,
                                  enum model_strictness otherwise);
/* Of a command without its tag: what makes two the same. */
uint64_t client_hash(const struct command *command);

/* ---- the others ----------------------------------------------------------------------------- */

void client_line_rejected(struct model_session *session, const struct command *command,
                          const struct wire_unit *unit);
void client_tag_check(struct model_session *session, const struct command *command);
/* A command that other dialects have: a probe, if its refusal is taken well. */
bool client_line_is_probe(const struct command *command);

void client_literal_early(struct model_session *session);
void client_literal_check(struct model_session *session, const struct wire_unit *unit);

void client_state_new(struct model_session *session);
void client_state_check(struct model_session *session, const struct command *command);

void client_number_check(struct model_session *session, const struct command *command);

void client_answer_check(struct model_session *session, const struct command *command);
void client_answer_note(struct model_session *session, const struct command *command,
                        enum status status);
/* A probe is sent though it was answered BAD. */
bool client_answer_was_bad(const struct model_session *session, const struct command *command);

void client_name_note(struct model_session *session, size_t node);
void client_name_check(struct model_session *session, const struct command *command);

void client_end_check(struct model_session *session, bool is_reset);

#endif
