/*
 * model: what a session must look like from outside. It follows both directions of a connection,
 * unit by unit, keeps the state machine of section D.1 of the requirement catalogue and the
 * client's view of the mailbox (D.4), and reports every breach of grammar (I2) and of the
 * invariants I1-I28 (D.5) as a finding that carries the catalogue's requirement ID. It needs no
 * script: a monitor between two real peers uses it in the same way as the player.
 *
 * Several sessions of one run share a *world*: the ground truth, made of the fixtures and of what
 * the harness itself caused (D.6, M1-M10). Invariants marked G are judged only with a world.
 *
 * How strict each invariant is stands in a table per dialect (model_invariants); nothing else here
 * knows a dialect but through its grammar's rule names.
 *
 *     struct model_world *world = model_world_new();
 *     model_world_add(world, &fixture_mailbox);
 *     struct model_session *session = model_session_new(world, &setup);
 *     model_session_client(session, &unit, &findings);   each unit, in the order seen on the wire
 *     model_session_server(session, &unit, &findings);
 */
#ifndef IMAPSPEC_MODEL_MODEL_H
#define IMAPSPEC_MODEL_MODEL_H

#include "base/base.h"
#include "grammar/grammar.h"
#include "model/fixture.h"
#include "wire/wire.h"

/* ---- invariants ----------------------------------------------------------------------------- */

enum model_strictness { MODEL_OFF, MODEL_OBSERVE, MODEL_WARN, MODEL_STRICT };

struct model_invariant {
    const char *name;        /* "I5", "M2" */
    const char *requirement; /* catalogue ID reported: "resp.expunge" */
    enum model_strictness strictness;
    const char *statement; /* one sentence, our words */
};

/* The table of a dialect: I1.., M1.., then "D.2" (commands completed with OK in a state that does
 * not allow them), then E1..E23, the obligations of clients (docs/watching.md); NULL: unknown
 * dialect. */
const struct model_invariant *model_invariants(struct span dialect, size_t *ninvariants_r);

/* ---- ground truth --------------------------------------------------------------------------- */

struct model_world;

struct model_world *model_world_new(void);         /* returns new */
void model_world_free(struct model_world **world); /* after its sessions */
void model_world_reset(struct model_world *world); /* as new, in its memory; after its sessions */

/* Makes a mailbox known. Borrows the fixture, which must outlive the world. */
void model_world_add(struct model_world *world, const struct fixture_mailbox *mailbox);

/* A message has arrived from outside (the target's deliver hook succeeded). Borrows the message. */
void model_world_deliver(struct model_world *world, const char *user, const char *mailbox,
                         const struct fixture_message *message);

/* Messages the mailbox holds in truth; SIZE_MAX: not known. */
size_t model_world_exists(const struct model_world *world, const char *user, const char *mailbox);

/* ---- sessions ------------------------------------------------------------------------------- */

enum model_state {
    MODEL_OPENING,
    MODEL_NOT_AUTHENTICATED,
    MODEL_AUTHENTICATED,
    MODEL_SELECTED,
    MODEL_LOGOUT,
    MODEL_CLOSED
};

struct model_setup {
    const char *dialect;
    const char *name;         /* of the session, for messages */
    const char *user;         /* role name under which fixtures were added; NULL: from LOGIN */
    bool judges_server;       /* report breaches by the server */
    bool judges_client;       /* report breaches by the client (E1-E19, client grammar) */
    enum finding_level least; /* what is less is not reported; FINDING_OBSERVE: all is */
    bool may_cross;           /* what one side sent may be under way when the other one's octets
                                 are given: a connection through a network. What could be explained
                                 by that is reported less strictly. False: each side has had all */
    bool is_single_writer;    /* no other session or agent changes mailboxes during the run */
    bool is_preauthenticated; /* greeted already logged in (B49); a PREAUTH greeting implies it */
    struct grammar_memory *memory; /* for lines that come again; borrowed; NULL: none */
};

struct model_session;

/* world may be NULL: no ground truth. Returns new; borrows world. */
struct model_session *model_session_new(struct model_world *world, const struct model_setup *setup);
void model_session_free(struct model_session **session);
/* Nothing is left of it in its world, which may go before it: it can only be reset or freed. */
void model_session_retire(struct model_session *session);
/* As a new one in the memory of the old one, of the same dialect. */
void model_session_reset(struct model_session *session, struct model_world *world,
                         const struct model_setup *setup);

/*
 * Feeding. What was seen first is given first, each side through a wire_reader of its own:
 *
 *   octets of the client have come:
 *     model_session_client_octets()                     before they are framed
 *     wire_reader_feed(), then for each whole unit      model_session_client()
 *     while the reader waits for `+`: its unit so far,  model_session_client(), once
 *       and when more stands behind it already,         model_session_client_early()
 *     while it is within a line:                        model_session_client_begun()
 *       (or no more is judged once that is answered)
 *   octets of the server have come, or are sent by the harness in that role:
 *     model_session_server_octets()                     before they are framed
 *     wire_reader_feed(), then for each whole unit      model_session_server(), and then, if the
 *       client's reader waits: `+` grants its literal, a completion with its command's tag refuses
 *       it, and the client's reader is looked at as above.
 *
 * A client is judged by this order: octets given before those of the server are taken to have been
 * sent without knowing them, which is certain; octets given after them, to have been sent with that
 * knowledge, which is certain unless may_cross. So who plays the server gives the client's octets
 * as they are received, and his own when he sends them, after having given all that had been
 * received by then. A proxy gives either side's when it passes them on, the client's first when it
 * has read both. watch/watch.h does all of this.
 */

/* What the client sent: a complete command, or (is_complete false, waiting for `+`) the beginning
 * of one up to a literal announcement; the same command's next part is given again from its start.
 * Framing findings of the unit are not repeated here. A literal that the server refuses is known
 * from the completion: the broken unit that the framing then gives out may be given here or left
 * out. */
void model_session_client(struct model_session *session, const struct wire_unit *unit,
                          struct finding_list *findings);
/* What has come of a line that has not ended, from the unit's start (wire_reader_unfinished()); to
 * be given after each piece of the client's octets, empty when there is none. A server may refuse
 * such a line already. The whole unit is given later all the same. */
void model_session_client_begun(struct model_session *session, struct span octets);
/* True after a server's unit that refused such a line: no answer to it is to be awaited. */
bool model_session_has_refused_line(const struct model_session *session);
/* A tag that a server can give back (B43), and that no line of its own begins with (B41). What is
 * wrong with a command that has none may be answered by an untagged BAD. */
bool model_tag_is_usable(struct span tag);
/* Octets of a literal were sent though no `+` had come (E8); told once a literal. */
void model_session_client_early(struct model_session *session, struct finding_list *findings);

/* So many octets have come of the client (E1), of the server. Whoever judges no client may leave
 * these out. */
void model_session_client_octets(struct model_session *session, size_t nbytes,
                                 struct finding_list *findings);
void model_session_server_octets(struct model_session *session, size_t nbytes);

/* What the server sent: one whole unit. Runs the grammar, then the invariants, then updates. */
void model_session_server(struct model_session *session, const struct wire_unit *unit,
                          struct finding_list *findings);

/* The client sends no more: it closed, half-closed or (is_reset) reset the connection (E17). What
 * the server still sends is judged on. */
void model_session_client_ended(struct model_session *session, bool is_reset,
                                struct finding_list *findings);

/* The server closed the connection (is_reset: by reset), or the client did and gets nothing more.
 */
void model_session_server_closed(struct model_session *session, bool is_reset,
                                 struct finding_list *findings);
void model_session_client_closed(struct model_session *session);

/* The grammar's judgement of the last unit given, for those who need the whole derivation: it is
 * found anew. Borrowed until the next unit. The rule was `greeting`, `server-unit` or `request`;
 * nothing was matched for units that the stream's end broke off. */
const struct grammar_match *model_session_last_match(struct model_session *session);

/* ---- questions ------------------------------------------------------------------------------ */

enum model_state model_session_state(const struct model_session *session);
bool model_session_exists(const struct model_session *session,
                          uint32_t *exists_r); /* false: unknown */
bool model_session_recent(const struct model_session *session, uint32_t *recent_r);

/* Flags last reported for message `number`, as text "\Seen \Deleted", each in the spelling first
 * met, system flags first, `\Recent` included; false when none have been. Valid until the next
 * call. */
bool model_session_flags(const struct model_session *session, uint32_t number,
                         struct span *flags_r);

/* The current number of the message that had `number` when the mailbox was selected (at the OK of
 * SELECT); 0 when it has been expunged; UINT32_MAX when there never was one. */
uint32_t model_session_current(const struct model_session *session, uint32_t number);

/* What has been removed from this session's view since the last command was sent, as numbers as
 * they were then, ascending. Borrowed until the next call. */
const uint32_t *model_session_removed(const struct model_session *session, size_t *nremoved_r);

/* Commands sent and not completed. */
size_t model_session_noutstanding(const struct model_session *session);

/* Whether one of these has that tag. */
bool model_session_awaits(const struct model_session *session, struct span tag);

/* What a client has done so far, for those who provoke it and look whether it reacts (E14-E23):
 * equal octet counts before and after say that it kept silent. Borrowed, kept up to date. */
struct model_client_facts {
    uint64_t noctets;   /* as given by model_session_client_octets() */
    size_t ncommands;   /* begun, whether they were right or not */
    size_t noverlapped; /* most commands outstanding at a time */
    size_t nidentical;  /* the last command, without its tag, came so often in a row: 1.. */
};
const struct model_client_facts *model_session_client_facts(const struct model_session *session);

/* Whether two sessions on the same mailbox believe the same: number of messages, and flags and
 * identities where both know them. Appends the first difference to `why` when they do not. */
bool model_sessions_agree(const struct model_session *a, const struct model_session *b,
                          struct buffer *why);

/* ---- behaviour ------------------------------------------------------------------------------ */

/* Lawful choices seen in the stream (order of SELECT data, \Seen reported in the same line or
 * apart, order of EXPUNGE lines, ...). Borrowed, static texts. */
struct model_behaviour {
    unsigned reading;   /* of the catalogue: the place that leaves the choice; 53 is B53 */
    const char *choice; /* "ascending" */
};
/* Whether choices of that reading are among those seen, besides those of the grammar's obs- rules.
 */
bool model_records_reading(unsigned reading);
const struct model_behaviour *model_session_behaviours(const struct model_session *session,
                                                       size_t *nbehaviours_r);

#endif
