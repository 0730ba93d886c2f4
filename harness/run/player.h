/*
 * player (private to run/): the state of one case being played.
 *
 *   setup.c       fixtures, users, ground truth
 *   session.c     connections, and what arrives on them
 *   hear.c        what is judged of it, at once or a little later
 *   listen.c      connections that the client under test makes
 *   serve.c       commands that no step waits for: handlers, literals, the model
 *   serve_model.c the model server behind `serve model`, kept in step with the script
 *   driver.c      requests to the client under test, and their answers
 *   drive.c       do, start, finish, cache, exit
 *   cache.c       what the client believes
 *   send.c        what the script says, as octets
 *   letters.c     what the server says, in other letters
 *   vary.c        other ways to say the same
 *   window.c      what arrives, against the script
 *   assign.c      units to patterns, one to one
 *   judge.c       checks, findings, the verdict
 *   step.c        one step of each kind
 *   question.c    assert, model, removed
 *   either.c      alternatives
 *   interleave.c  orders of units, converge
 *   play.c        a case from beginning to end
 */
#ifndef IMAPSPEC_RUN_PLAYER_H
#define IMAPSPEC_RUN_PLAYER_H

#include "catalogue/catalogue.h"
#include "model/model.h"
#include "run/letters.h"
#include "run/match.h"
#include "run/order.h"
#include "run/room.h"
#include "run/run.h"
#include "run/vary.h"
#include "shim/shim.h"

enum { PLAYER_UNITS_NBYTES_MAX = 96 * 1024 * 1024 }; /* octets of units kept in one case */
enum { PLAYER_OCTETS_MAX = 1024 * 1024 * 1024 };     /* octets taken from all peers in one case */

/* ---- what has arrived ---- */

struct player_unit {
    struct wire_unit unit; /* a copy, in the case's arena */
    /* Of a client: its command up to the announcement of a literal, which waits for an answer. The
     * whole command comes as a unit of its own; rest_at is then where its rest begins. */
    bool is_announcement;
    size_t rest_at;
    bool is_wanted;                     /* a branch that is being tried takes it: nobody else may */
    size_t log_line;                    /* number of its first line in the wire log, from 1 */
    size_t slot;                        /* of the window that looks at it: the first to take it */
    const struct script_step *taken_by; /* the line of a window that it was given to; NULL: none */
    struct resolve_view view;           /* of its session, when it had just arrived */
    bool is_consumed;                   /* matched or passed over */
};

struct player_session {
    const struct script_session *script;
    struct carrier *carrier; /* NULL: not open */
    struct wire_reader *from_server, *from_client;
    struct wire_reader *incoming; /* the one of these whose octets arrive */
    struct model_session *model;
    struct player_unit **units;
    size_t nunits, capacity;
    size_t first;     /* units before it are all consumed */
    size_t log_line;  /* where the unit that is arriving begins in the wire log */
    size_t sent_line; /* where what is being sent begins there; 0: nothing was sent yet */
    size_t end_line;  /* of the wire log: the peer closed the connection; 0: it has not */
    bool was_opened, is_half_closed;
    bool is_ended, was_reset; /* the peer closed the connection */
    unsigned ntags;           /* tags made so far */
    struct span tags[RESOLVE_TAGS];
    const struct script_step *split;        /* how the next send is cut; NULL: at once */
    const struct script_step *split_always; /* and those after it */
    enum letters letters;                   /* role server: of what is said */
    bool has_letters;                       /* the script says so; else they vary (B39) */
    struct resolve_view view;               /* now; what it points to is never overwritten */
    size_t view_capacity;
    struct span select_tag; /* of the SELECT or BBOARD sent last */
    /* role server */
    bool is_of_model;             /* what is being said comes from the model server */
    bool has_spoken;              /* something was said on this connection: the greeting is out */
    struct net_peer model_server; /* `serve model`; ops NULL: none */
    bool is_model_silent;         /* its greeting is still to be said, or dropped */
    struct player_unit **taken;   /* commands that the script answers, until it has */
    size_t ntaken, taken_capacity;
    size_t nearly; /* octets of a literal seen before it was granted */
};

/* ---- what the client does (role server) ---- */

/* `on COMMAND { }`, in force since the script has come to it. */
struct player_handler {
    const struct script_step *step;
    struct pattern pattern;
    size_t nfixed, nany; /* pieces that say something exactly, and nothing at all */
    unsigned nruns;
};

/* A request to the client, and what it has answered so far. */
struct player_request {
    struct player_request *next; /* the one made after it */
    const char *verb;            /* "select" */
    const char *capture;         /* of `-> name`; NULL: none */
    bool is_open;                /* of the step `open`: nothing is asked before it has ended */
    struct shim_answer answer;
};

/* The requests whose end nobody has looked at yet, in their order. The client may be busy with
 * several at a time; they are answered in their order. */
struct player_driver {
    struct carrier *carrier; /* of the shim; NULL: not started, or there is none */
    bool is_started;         /* the shim, or the client's program */
    struct player_request *first, **end;
    const char *broken; /* why nothing more can be asked; NULL: it can */
    bool is_wrong;      /* it broke the shim protocol */
};

/* ---- judging ---- */

/* What has been put off: what the model is to hear of, or a check that was passed. */
struct player_later {
    struct player_session *session;
    const struct wire_unit *unit;      /* in the case's arena; NULL: not of the server */
    size_t log_line;                   /* the last of the wire log when it arrived */
    struct span said;                  /* by the harness, to a server */
    const struct player_check *passed; /* NULL: something heard */
};

/* The requirements that a step may fail: those of the innermost `check` around it. */
struct player_check {
    const struct script_names *requirements;
    bool has_failed; /* a step inside has been recorded as failed */
};

/* A step with the check it stands in: blocks of `check` are laid flat, so that a window may begin
 * before a check and be closed inside it. */
struct player_line {
    const struct script_step *step;
    struct player_check *check; /* NULL: outside any */
    bool ends_check;            /* no step: the end of `check` */
    /* Of an `either`: the marks that stand before it, whose window its branches continue. */
    const struct player_line *marks;
    size_t nmarks;
};

/* Why a step failed. Texts in the arena. */
struct player_failure {
    struct script_place place;
    struct player_check *check; /* NULL: outside any check */
    const char *text;           /* one sentence */
    const char *wanted, *got;   /* "" when they do not apply */
    size_t log_line;
    bool is_harness; /* our own side failed (a hook, a reference): verdict error */
};

enum player_status {
    PLAYER_GOES_ON,
    PLAYER_MISSED, /* inside a trial: player->failure says why; nothing has been recorded */
    PLAYER_STOPS   /* the case is over */
};

struct player {
    const struct run_options *options;
    const struct run_target *target;
    const struct script_case *script;
    const uint8_t *order; /* units of the interleave, or NULL */
    size_t norder;
    struct arena *arena;
    struct run_room *room;
    struct net_loop *loop;
    struct rng rng;   /* of generated values */
    struct vary vary; /* of how things are said */
    int64_t started_us;

    struct fixture_mailbox *mailboxes;
    size_t nmailboxes;
    const char **users;
    size_t nusers;
    struct model_world *world;

    struct player_session *sessions;
    size_t nsessions, sessions_capacity;
    struct capture_list captures;
    const struct grammar *grammar;
    struct grammar_matcher *matcher; /* of the room */
    struct wire_log *log;            /* of the room */
    uint64_t noctets;                /* received so far */
    size_t nkept;                    /* octets of units kept */
    bool is_flooded;
    unsigned nwaits;    /* for octets of peers, so far */
    bool is_logging_in; /* the command sent last is a LOGIN: a refusal may take its time */

    bool is_server; /* the harness plays the server */
    struct player_driver driver;
    struct player_handler *handlers;
    size_t nhandlers, handlers_capacity;
    struct player_session *handled;   /* whose command a handler is being played for; NULL: none */
    struct player_unit *handled_unit; /* that command */
    bool is_skipped;                  /* the client does not support what the scenario asks for */

    struct player_check *check; /* context of the step being played */
    bool has_missed;            /* a check has failed that only warns */
    unsigned ntrials;           /* branches being tried, none of which has sent anything */
    bool is_starved;        /* a trial missed for want of input, or of time: more may change it */
    int64_t trial_began_us; /* when the outermost `either` began to be tried */
    int64_t wake_us; /* when a trial that waits for quiet wants to be tried again; -1: none */
    struct player_failure failure;
    struct player_unit **consumed; /* trail, for taking a trial back */
    size_t nconsumed, consumed_capacity;

    struct player_later *later; /* in the order in which it came */
    size_t nlater, later_capacity;
    struct finding_list findings; /* of framing, grammar and model, in order */
    size_t nfindings_seen;        /* already turned into results */
    struct result_case *result;
    size_t checks_capacity, findings_capacity, behaviours_capacity, matches_capacity;
};

/* ---- setup.c ---- */

/* Builds mailboxes, users and the world from the scenario's fixtures. -1 with *err. */
__attribute__((warn_unused_result)) int player_set_up(struct player *p, struct err *err);
bool player_needs_deliver(const struct script_steps *steps);

/* ---- session.c ---- */

struct player_session *player_session_named(struct player *p, const char *name);
struct player_session *player_session_of(struct player *p, const struct script_step *step);
enum player_status player_open(struct player *p, struct player_session *s,
                               const struct script_step *step);
/* Begins a session on a connection that is there. Takes the carrier. */
void player_connected(struct player *p, struct player_session *s, struct carrier *carrier);
void player_close(struct player *p, struct player_session *s); /* our side closes */
/* Shows octets to whoever looks on. */
void player_show(const struct player *p, const struct player_session *s, char who,
                 struct span octets);
void player_sessions_free(struct player *p);
const char *player_peer(const struct player *p); /* "the server", "the client" */
char player_checked(const struct player *p);     /* whose lines are checked: 'S' or 'C' */
/* What the harness has said as a server: the numbers of the session follow from it. */
void player_note_view(struct player *p, struct player_session *s, const struct wire_unit *unit);
/* The unit that begins the answer to a literal's announcement, or refuses it: what was held back
 * of the client's octets can be read on. False when it is neither. */
bool player_answer_announcement(struct player_session *s, const struct wire_unit *answer);
/* Units of the client that can be read now. */
void player_take_units(struct player *p, struct player_session *s);

/* Takes in whatever has arrived at any session: log, framing, model. */
void player_pump(struct player *p);
/* Waits until something has arrived at some session or the deadline passes: false. Inside a trial
 * it does not wait: alternatives are tried on what is there, and again when more has come. */
bool player_wait(struct player *p, int64_t deadline_us);
void player_consume(struct player *p, struct player_session *s, struct player_unit *unit);
int64_t player_deadline_us(const struct player *p, const struct script_step *step);
int64_t player_now_us(const struct player *p); /* since the case started */
/* What references mean in the session now; or, with a unit, meant when that had just arrived. */
struct resolve_scope player_scope(const struct player *p, const struct player_session *s,
                                  const struct player_unit *unit);
/* A command goes out: a new selection starts its numbers anew. */
void player_note_command(struct player *p, struct player_session *s, struct span octets);

/* ---- hear.c ---- */

/* The grammar and the model hear of a unit; as far as run_options.without says. */
void player_hear_server(struct player *p, struct player_session *s, const struct wire_unit *unit,
                        struct finding_list *findings);
void player_hear_client(struct player *p, struct player_session *s, const struct wire_unit *unit);
/* Of the client the harness plays: octets that it says, */
void player_hear_said(struct player *p, struct player_session *s, struct span octets);
/* and what it has said of a command that is not whole. */
void player_hear_unfinished(struct player *p, struct player_session *s);
/* Into the wire log, likewise. Session NULL: an event of none. */
void player_log_octets(struct player *p, const struct player_session *s, char who,
                       struct span octets);
void player_log_event(struct player *p, const struct player_session *s, const char *text);

/*
 * Against a server, what is said and what arrives is judged a little later, several lines together
 * and when a command has just left: while the server works. Nobody sees that: whatever asks the
 * model or records a failure catches up before.
 */
/* Puts a unit off; false when it has to be heard at once. */
bool player_hear_later(struct player *p, struct player_session *s, const struct player_unit *unit);
/* The same for what the harness has said as a client, octets in the case's arena: framing and model
 * are to hear of it. */
bool player_say_later(struct player *p, struct player_session *s, struct span octets);
/* player_pass(), in its turn. */
void player_pass_later(struct player *p, const struct player_check *check);
void player_catch_up(struct player *p);
void player_catch_up_with_many(struct player *p); /* unless there is little to catch up with */

/* ---- send.c ---- */

enum player_status player_send(struct player *p, struct player_session *s,
                               const struct script_step *step);
/* Octets of the model server, as they stand but for letters and cuts. */
void player_say(struct player *p, struct player_session *s, struct span octets);
/* A command line of the harness's own, with a new tag: "CHECK". */
void player_send_command(struct player *p, struct player_session *s, const char *command);

/* ---- window.c ---- */

/* Plays the window that starts at lines[*at]; moves *at behind it. */
enum player_status player_window(struct player *p, const struct player_line *lines, size_t nlines,
                                 size_t *at);
/* Whether a pattern takes the unit; captures are made then. */
bool player_takes(struct player *p, struct player_session *s, const struct pattern *pattern,
                  const struct player_unit *unit);
const char *player_line_text(const struct script_step *step); /* what a checked line wants */
const char *player_unit_text(struct player *p, const struct player_unit *unit); /* for messages */

/* ---- assign.c ---- */

struct assign_slot {
    const struct script_step *step;
    struct player_check *check; /* context of the step */
    const struct pattern *pattern;
    unsigned least, most;
    unsigned count; /* units it got */
};

/* Each unit's `slot` is the first that takes it when nothing else has been captured, nslots when
 * none does. Gives each unit to at most one slot so that every slot's bounds hold and units that no
 * slot takes are lawful extras. True when that can be done; captures are made then. When not,
 * *failure_r says what is wrong with the best attempt (place of the slot, wanted, got). Either way
 * each unit's taken_by says where it went. */
bool player_assign(struct player *p, struct player_session *s, struct assign_slot *slots,
                   size_t nslots, struct player_unit **units, size_t nunits,
                   struct player_failure *failure_r);

/* ---- listen.c, serve.c, serve_model.c: role server ---- */

/* The client is asked to connect, or started; the connection is waited for. */
enum player_status player_listen(struct player *p, struct player_session *s,
                                 const struct script_step *step);
/* Takes a connection that no step waits for into a session whose own has ended; with may_add, else
 * into one that the scenario does not know. True when there was one. */
bool player_accept_more(struct player *p, bool may_add);

void player_add_handler(struct player *p, const struct script_step *step);
/* A handler that had to run and has not: the case is blocked. */
void player_judge_handlers(struct player *p);

enum serve_status { SERVE_NOTHING, SERVE_DONE, SERVE_STOPS };

/* Answers a command that no step takes: a handler does, or the model, or the harness itself does.
 * NOTHING: nobody knows an answer. */
enum serve_status player_serve(struct player *p, struct player_session *s,
                               struct player_unit *unit);
/* The command that a handler is being played for is answered as if there were no handler. */
enum player_status player_answer(struct player *p, const struct script_step *step);
/* Greets who has not been greeted and answers what has come on all sessions but one (NULL: on all),
 * the commands only that no branch wants. DONE when anything was done. */
enum serve_status player_attend(struct player *p, const struct player_session *except);
/* The same for a step that waits for the client until *deadline_us, which moves: what the harness
 * takes to answer is no time of the client's. */
enum serve_status player_attend_until(struct player *p, const struct player_session *except,
                                      int64_t *deadline_us);
/* A command that nobody knows an answer to; NULL when there is none. */
struct player_unit *player_unanswered(struct player *p, struct player_session **s_r);
enum player_status player_fail_unanswered(struct player *p, const struct script_step *step,
                                          const struct player_unit *unit);

/* The script takes this command: the model hears of it when the script completes it with OK. */
void player_note_taken(struct player *p, struct player_session *s, struct player_unit *unit);

/* `serve model`: the model server's session of a connection begins, and ends. */
void model_server_open(struct player *p, struct player_session *s);
void model_server_close(struct player_session *s);
/* The command goes to it, and its answer to the client. */
void model_server_answer(struct player *p, struct player_session *s,
                         const struct wire_unit *command);
void model_server_greet(struct player *p, struct player_session *s);
/* Sends what it has to say unasked. True when that was anything. */
bool model_server_pump(struct player *p, struct player_session *s);
/* The script has said this unit: the model server shall believe it. */
void model_server_follow(struct player *p, struct player_session *s, const struct wire_unit *unit);

/* ---- driver.c, drive.c, cache.c ---- */

/* Starts the client: its shim, or its program. -1 with *err. */
__attribute__((warn_unused_result)) int driver_start(struct player *p, struct err *err);
/* Makes a request: a whole line with its end. Those before it may be under way. */
struct player_request *driver_ask(struct player *p, const char *verb, struct span line);
bool driver_is_running(const struct player *p, const struct player_request *request);
void driver_pump(struct player *p); /* takes in what it has answered */
/* Waits for the end of a request, and serves the client meanwhile. GOES_ON: it has ended, or never
 * will. */
enum player_status driver_await(struct player *p, const struct script_step *step,
                                const struct player_request *request);
/* The same for all of them, however they end; nobody looks at them any more. */
enum player_status driver_await_all(struct player *p, const struct script_step *step);
bool driver_ended_with(const struct player *p, const struct player_request *request,
                       enum shim_status status);
/* "no Mailbox unknown", for messages */
const char *driver_answer_text(struct player *p, const struct player_request *request);
void driver_drop(struct player *p); /* the first has been looked at, and is gone */
void driver_stop(struct player *p); /* `quit`, and its end */
void driver_free(struct player *p);

/* The client cannot do the oldest request: the case is over, and skipped. */
bool player_skip_unsupported(struct player *p);
enum player_status player_do(struct player *p, const struct script_step *step);
enum player_status player_start(struct player *p, const struct script_step *step);
enum player_status player_finish(struct player *p, const struct script_step *step);
enum player_status player_cache(struct player *p, const struct script_step *step);
/* Whether what the client believes is as the query wants it. */
enum player_status player_judge_cache(struct player *p, const struct script_step *step,
                                      const struct shim_answer *answer);
enum player_status player_exit(struct player *p, const struct script_step *step);

/* ---- judge.c ---- */

/* A step has failed. Inside a trial: keeps it as p->failure. Else records it: fail or warn by the
 * levels of the check's requirements, blocked outside a check, error when the harness is at fault.
 */
enum player_status player_fail(struct player *p, struct player_failure failure);
/* The step was sent as, or took, what begins at that line of the wire log. */
void player_match(struct player *p, const struct script_step *step, size_t log_line);
/* The rendered log has `nlines` lines: findings and matches refer to those. */
void player_renumber(struct player *p, size_t nlines);
/* A check has been played without failing. */
void player_pass(struct player *p, const struct player_check *check);
void player_behaviour(struct player *p, const char *topic, const char *choice);
/* "B59 Order of EXPUNGE lines" */
const char *player_reading_topic(struct player *p, unsigned number);
void player_nonstrict(struct player *p);
/* Turns what framing, grammar and model reported since the last call into results. */
void player_judge_findings(struct player *p);
/* The same for what was put off: it belongs to that line of the wire log. */
void player_judge_findings_at(struct player *p, size_t log_line);
void player_raise(struct player *p, enum result_verdict verdict, const char *reason);
/* Requirements covered but not checked when the case ended count as blocked. */
void player_judge_rest(struct player *p);

/* ---- step.c ---- */

/* Plays steps in their order, those outside a check of their own in the context `check`. */
enum player_status player_steps(struct player *p, const struct script_steps *steps,
                                struct player_check *check);
/* The same with the marks of an `either` in front. */
enum player_status player_branch(struct player *p, const struct player_line *either,
                                 const struct script_steps *steps);

/* A failure of the step in the check being played, with the wire log as it is now. */
struct player_failure player_failure_at(const struct player *p, const struct script_step *step,
                                        const char *text);
enum player_status player_fail_of_harness(struct player *p, const struct script_step *step,
                                          const struct err *err);

/* ---- question.c ---- */

/* Whether the answer (data NULL: not known) is as the query wants it. */
bool player_query_holds(enum script_operator op, struct span answer, struct span wanted);
/* The message that a query asks about; 0 when about none. */
__attribute__((warn_unused_result)) int player_query_number(const struct script_step *step,
                                                            const struct resolve_scope *scope,
                                                            uint32_t *number_r, struct err *err);
enum player_status player_assert(struct player *p, const struct script_step *step);
enum player_status player_model(struct player *p, const struct script_step *step);
enum player_status player_removed(struct player *p, const struct script_step *step);

/* ---- either.c, interleave.c ---- */

enum player_status player_either(struct player *p, const struct player_line *line);
enum player_status player_interleave(struct player *p, const struct script_step *step);
enum player_status player_converge(struct player *p, const struct script_step *step);

#endif
