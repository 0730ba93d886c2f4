/*
 * session: the inside of struct model_session, shared by the files that follow its stream:
 *
 *   session.c     lifetime, what is outstanding, what is being written
 *   request.c     what the client sends     response.c    what the server sends, line by line
 *   data.c        untagged lines            fetch.c       the data of a message
 *   completion.c  tags, and completions of all kinds      complete_VERB.c  those of one verb
 *   complete_any.c  of one of several with the same tag
 *   select.c      selections coming and going
 *   client*.c     obligations of the client: see client.h
 *   identity.c    which message of the truth a slot is
 *   rejection.c   lines that the grammar refuses
 */
#ifndef IMAPSPEC_MODEL_SESSION_H
#define IMAPSPEC_MODEL_SESSION_H

#include "model/client.h"
#include "model/command.h"
#include "model/invariants.h"
#include "model/mailbox.h"
#include "model/world.h"

enum access { ACCESS_UNKNOWN, ACCESS_READ_WRITE, ACCESS_READ_ONLY };

enum { SESSION_DONE_TAGS = 32, SESSION_BEHAVIOURS_MAX = 64 };

/* Long lists of a session, apart from it: they are not emptied for a new one, since it is known how
 * many of each are set. */
struct session_lists {
    struct flag_names own_flags;                  /* when there is no world */
    uint64_t done_tags[SESSION_DONE_TAGS];        /* hashes of tags last completed, a ring */
    struct client_answer answers[CLIENT_ANSWERS]; /* commands last refused, a ring */
    struct span names[CLIENT_NAMES];              /* of MAILBOX lines; in the session's arena */
    struct model_behaviour behaviours[SESSION_BEHAVIOURS_MAX];
};

struct model_session {
    const struct dialect *dialect;
    struct model_world *world; /* NULL: no ground truth */
    struct model_setup setup;  /* texts in the arena */
    struct session_lists *lists;
    struct flag_names *flags;
    struct arena arena;
    struct grammar_matcher *matcher;
    struct grammar_match match;
    struct reading reading;                /* of the last unit */
    enum word matched;                     /* by which rule; WORD_NONE: it was not looked at */
    struct grammar_matcher *whole_matcher; /* for those who ask for whole derivations; NULL: none */
    struct grammar_match whole_match;

    /* state; see model_session_state() */
    bool has_greeted, is_authenticated, is_logged_out, is_closed;
    bool has_bye, has_logout_ok;
    struct span user;

    /* commands, oldest first */
    struct command **outstanding;
    size_t noutstanding, outstanding_capacity;
    struct command **spare_commands;
    size_t nspare, spare_capacity;
    struct command *partial; /* still being sent; also in outstanding, unless refused */
    bool was_refused;        /* the command sent last was completed before its literal */
    bool has_early;          /* commands may stand behind a literal that did not wait for `+`: until
                                all are read and completed, anything may be done for this session */
    bool is_line_refused;    /* a line was completed before it had ended: its rest is to come */
    uint64_t begun_hash, begun_tag_hash; /* of a line that has not ended, as far as it has come */
    size_t begun_nbytes;                 /* 0: there is none */
    bool may_have_ended;                 /* one of the completions may have been that of LOGOUT */
    uint64_t refused_hash;               /* of its octets, */
    size_t refused_nbytes;               /* that many; 0: what was left of it has come */
    unsigned nplus_commands; /* client lines that began with `+` and were not answered */
    size_t ndone;            /* commands completed */

    /* selections */
    struct mailbox views[2];
    struct mailbox *selected, *pending; /* NULL: none */
    struct command *pending_command;
    bool has_crossed; /* data came for the SELECT that failed, or for the old selection */
    bool is_doubtful; /* a SELECT failed: the old selection may be gone or not (B54) */
    bool is_lenient;  /* as before, and nothing at all is sure any more */
    enum access access;
    struct truth *truth;   /* of the selected mailbox; NULL: none known */
    uint32_t first_unseen; /* first instance that was not there at SELECT */
    bool is_dense;         /* at SELECT instance i was message i */
    bool is_order_broken;  /* order of arrival says nothing about instances any more */
    bool has_own_expunge;  /* an EXPUNGE of this session removed something */
    uint32_t checked_at;   /* world events when the last completed CHECK was sent; 0: none */

    uint32_t nunits;                     /* server units so far */
    uint32_t nevents, nactive;           /* this session's part of the world's */
    uint32_t known_exists, known_before; /* messages the client can know of: see client.c */
    unsigned nafter_bye;                 /* commands sent after BYE */
    struct client_memory client;
    uint32_t reported_recent; /* count last complained about, so that it is told once */
    unsigned repeated_items;  /* for which a repetition has been told (I28) */

    size_t nbehaviours;

    struct buffer select_order;  /* first letters of SELECT's data in order: "FER" */
    bool has_told_obsolete[256]; /* obs- rules, by number modulo 256 */

    /* while a unit is being judged */
    struct finding_list *findings;
    bool is_muted; /* the side that acted is not judged */
    unsigned char nreported[INVARIANT_COUNT];
    struct buffer text, flags_text;
    uint32_t *removed;
    size_t removed_capacity;
};

/* ---- session.c ------------------------------------------------------------------------------ */

/* From here on findings go to this list; none are made unless the side that acts is judged. */
static inline void session_judge(struct model_session *session, bool is_judged,
                                 struct finding_list *findings)
{
    session->findings = findings;
    session->is_muted = !is_judged;
}
/* The connection is gone, from either side. */
void session_end(struct model_session *session);
/* The unit read by a rule of the grammar, into `reading` and `match`. */
enum grammar_verdict session_match(struct model_session *session, enum word start,
                                   const struct wire_unit *unit, enum grammar_extent extent);
/* A new one, empty, outstanding; the session owns it. */
struct command *session_add_command(struct model_session *session);
void session_note(struct model_session *session, unsigned reading, const char *choice);
/* Whether a completion may still come for it: not for a tag that is none, or once a line has been
 * answered by an untagged BAD. */
bool session_is_answerable(const struct command *command);
/* A command with this tag was completed: one of the last SESSION_DONE_TAGS. */
bool session_has_done(const struct model_session *session, struct span tag);
void session_remove_command(struct model_session *session, size_t at);
struct command *session_oldest(const struct model_session *session, enum verb verb);
/* The oldest one with any of these traits. */
struct command *session_oldest_with(const struct model_session *session, unsigned traits);
void session_open_selection(struct model_session *session);
/* When a SELECT is under way: data that comes from here on may be about its mailbox. */
static inline void session_open_pending(struct model_session *session)
{
    if (session->noutstanding > 0 && session->pending == NULL)
        session_open_selection(session);
}
/* Nobody else has written since the command was sent. */
bool session_is_undisturbed(const struct model_session *session, const struct command *command);
/* The command was answered for good; if its literal is still to come, it will not. */
void session_note_refused(struct model_session *session, const struct command *command);
void session_begin_writing(struct model_session *session, struct command *command);
void session_end_writing(struct model_session *session, struct command *command);
/* What has been sent and not been read yet counts as a command that writes. */
void session_begin_early(struct model_session *session);
void session_end_early(struct model_session *session);

/* ---- the others ----------------------------------------------------------------------------- */

void data_read(struct model_session *session, size_t node, enum word word);
static inline bool data_is_kind(enum word word) /* a line that data_read() takes */
{
    return word >= WORD_EXISTS && word <= WORD_BAD_DATA && word != WORD_STORE_NAME;
}
/* What can be understood of an untagged line that the grammar refuses. */
void data_salvage(struct model_session *session, struct span line);
/* Whether `number` may be used; reports `which` when it may not. */
bool data_check_number(struct model_session *session, struct mailbox *view, uint32_t number,
                       enum invariant which, const char *name);

void fetch_read(struct model_session *session, struct mailbox *view, size_t node);

void completion_read(struct model_session *session, struct span tag, enum status status,
                     struct span text);

void select_complete(struct model_session *session, struct command *command, enum status status,
                     struct span text);
void select_leave(struct model_session *session);
void select_check_arrivals(struct model_session *session); /* at every completion */
uint32_t select_nunseen(const struct model_session *session, const struct command *check,
                        bool *is_copy_r);

/* The instance of a slot of the selected mailbox; 0: not known. */
uint32_t identity_found(struct model_session *session, struct slot *slot);
static inline uint32_t identity_of(struct model_session *session, struct slot *slot)
{
    if (session->truth == NULL)
        return 0;
    bool is_known = slot->instance != 0 || slot->is_certain;
    return is_known ? slot->instance : identity_found(session, slot);
}
/* Data of a slot carries this Message-ID. False: it belongs to another message (reported). */
bool identity_meets(struct model_session *session, struct slot *slot, struct span message_id,
                    uint32_t *evidence);
/* Reports that data for the slot is another message's. */
void identity_breach(struct model_session *session, struct slot *slot, const char *what);
/* What the truth says about flags of a slot: returns flags, *known_r the certain bits. */
uint64_t identity_flags(struct model_session *session, struct slot *slot, uint64_t *known_r);

void rejection_report(struct model_session *session, const struct wire_unit *unit,
                      bool is_greeting);
/* What of the line was derived by obs- rules only; `which` is I2 or E4. */
void rejection_report_obsolete(struct model_session *session, enum invariant which);

#endif
