/* inside: what a mutator is made of. Private to this folder. */
#ifndef IMAPSPEC_MUTATOR_INSIDE_H
#define IMAPSPEC_MUTATOR_INSIDE_H

#include "mutator/form.h"
#include "mutator/mutator.h"
#include "mutator/parse.h"
#include "mutator/produce.h"
#include "stream/stream.h"

enum {
    UNITS_MOST = 1024,
    SCRATCH_NBYTES = 8192,
    DONORS_NITEMS = 8,
    DONOR_NBYTES = 4096,
    OPERATORS_MOST = 64,
    VERBS_MOST = 16,
    ANSWERS_MOST = 16,
    SWARM_CALLS = 64,
    KEPT_NTREES = 128,
    KEPT_NBYTES = 128,
    KEPT_NNODES = 96
};

/* A unit of a stream; the last of a long one is all that is left. */
struct unit {
    uint32_t at, nbytes;
    uint8_t kind;    /* enum stream_kind */
    uint8_t session; /* 1..4: the one that is current behind it */
    bool begins, ends, is_plain;
};

struct units {
    struct span stream;
    struct unit items[UNITS_MOST];
    uint32_t nitems;
};

/* The units of a stream that was seen, and a copy of it; nbytes is 0 when it was too long. */
struct kept_units {
    struct units units;
    char stream[DONOR_NBYTES];
    uint32_t nbytes;
};

/* A command that was taken apart. */
struct kept_tree {
    uint32_t nbytes, nnodes, derived;
    bool is_whole;
    char text[KEPT_NBYTES];
    struct parse_node nodes[KEPT_NNODES];
};

/* What is written, cut at max. */
struct sink {
    char *bytes;
    size_t nbytes, max;
    bool is_full;
};

struct mutator {
    enum mutator_side side;
    struct form *form;
    int start;    /* the rule of units: request, server-unit */
    int greeting; /* MUTATOR_RESPONSES */
    int tag, eol, sequence, text_key;
    int verb_rules[VERBS_MOST];
    int answer_rules[ANSWERS_MOST];
    struct dice dice;
    struct pools pools;

    /* swarm */
    struct produce_swarm swarm;
    bool *is_off; /* by item */
    uint32_t verbs_off;
    uint16_t shares[OPERATORS_MOST]; /* of the operators: as usual, and ... */
    uint32_t upto[OPERATORS_MOST];   /* ... now: with those before it */
    uint32_t calls;

    /* the call at hand */
    struct units *units; /* those of kept */
    struct scene scenes[STREAM_NSESSIONS];
    struct sink sink;
    uint32_t unit;    /* that was changed, or UINT32_MAX */
    struct span text; /* data of that unit */
    struct parse tree, other;
    char text_room[PARSE_MOST_NBYTES], other_room[PARSE_MOST_NBYTES];
    char scratch[SCRATCH_NBYTES];
    struct mutator_last last;

    /* what was seen before */
    struct kept_units kept;
    struct kept_tree trees[KEPT_NTREES];
    struct kept_units donors[DONORS_NITEMS];
    uint32_t ndonors, next_donor;
    struct units other_units; /* of the stream to cross with */

    size_t (*hook)(void *context, char *bytes, size_t nbytes, size_t max, uint64_t seed);
    void *hook_context;
};

static inline uint32_t below(struct mutator *m, uint32_t bound)
{
    return pool_below(&m->dice, bound);
}

/* ---- units (units.c) ---- */

void units_split(struct units *units, struct span stream);
/* Finds out what each session has come to before unit `upto`. */
void units_walk(struct mutator *m, uint32_t upto);
/* The session that is current before a unit. */
unsigned units_session(const struct units *units, uint32_t unit);
/* A place between commands: 0..nitems. */
uint32_t units_place(struct mutator *m, const struct units *units);
/* A unit of data (begun there, if there is such a one), or UINT32_MAX. */
uint32_t units_data(struct mutator *m, const struct units *units);
/* Its data without control octets, at `room` unless they stand so in the stream. */
struct span units_text(const struct units *units, uint32_t unit, char *room);

/* A stream to take from: one that was seen, or the input itself. */
const struct units *units_donor(struct mutator *m);

/* ---- what was seen before (kept.c) ---- */

/* As parse(), from m->start. */
void kept_parse(struct mutator *m, struct parse *p, struct span text);
/* As units_split(). */
void kept_split(struct kept_units *kept, struct span stream);

/* ---- what is written (sink.c) ---- */

void sink_raw(struct sink *sink, struct span bytes);
void sink_data(struct sink *sink, struct span data); /* escapes */
void sink_session(struct sink *sink, unsigned session);
void sink_control(struct sink *sink, enum stream_kind kind, unsigned argument);
/* Units from..to-1 as they stand. */
void sink_units(struct sink *sink, const struct units *units, uint32_t from, uint32_t to);
/* The whole input, with octets at..at+nbytes of the data of m->unit (m->text) replaced. */
void sink_edit(struct mutator *m, uint32_t at, uint32_t nbytes, struct span replacement);

/* ---- commands (commands.c) ---- */

/* A producer that writes to m->scratch, for the session. */
struct producer producer_of(struct mutator *m, unsigned session);
/* Writes a fresh command or response that suits the session, and lets it take effect. */
void command_fresh(struct mutator *m, unsigned session);
/* The same, begun: a tag and the verb, which brings its blanks. */
struct producer command_start(struct mutator *m, unsigned session, struct span verb);
/* Names all messages that the session may know: 1:N. */
void command_all(struct producer *p);
/* A command begun, with these. */
struct producer command_start_all(struct mutator *m, unsigned session, struct span verb);
/* Writes what p has made, and lets it take effect. */
void command_end(struct mutator *m, struct producer *p, unsigned session);
/* What a command (or response) does to a session, by its first words. */
void command_effect(struct mutator *m, struct scene *scene, struct span text);
/* Finds the rules of the commands. */
void command_prepare(struct mutator *m);
/* A random subset of commands for the swarm. */
void command_swarm(struct mutator *m);

/* ---- set pieces (pieces.c) ---- */

/* Any session but this one. */
unsigned other_session(struct mutator *m, unsigned session);
/* Writes a line: of a request, what stands behind the tag. */
void command_say(struct mutator *m, unsigned session, const char *text);
/* A client's session comes into that mailbox. */
void command_enter(struct mutator *m, unsigned session, struct span name);
/* Writes what brings the session to a selected mailbox. */
void command_prefix(struct mutator *m, unsigned session);
/* Writes what shows what the session knows: FETCH, SEARCH, CHECK; the like of a server. */
void command_probe(struct mutator *m, unsigned session);
/* Removes messages. */
void command_expunge(struct mutator *m, unsigned session);
/* Writes the event that changes a mailbox from outside. */
void event_deliver(struct mutator *m);
/* Writes a whole session, or several: the scenes are at their beginning. */
void piece_session(struct mutator *m, unsigned ncommands, unsigned nsessions);
/* Finds the rules of the pieces. */
void piece_prepare(struct mutator *m);

/* ---- what servers say (answers.c) ---- */

/* Writes an operation of a client or some, what its server has to say, and their ends. */
void answer_write(struct mutator *m);
/* Writes data about a number: "* ", it, and the rest of the line. */
void answer_numbered(struct mutator *m, uint32_t number, const char *rest);
/* Finds the rules of the answers. */
void answer_prepare(struct mutator *m);

/* ---- trees ---- */

/* Chooses a unit and takes it apart: m->unit, m->text, m->tree. False when there is none. */
bool tree_load(struct mutator *m);
/* A node that can be replaced on its own: no octet count, nothing inside a literal. */
uint32_t tree_target(struct mutator *m);
/* A node of a fitting rule, found from a random place on; UINT32_MAX: none. */
uint32_t tree_find(struct mutator *m, bool (*fits)(const struct form_rule *rule));
bool tree_is_string(const struct form_rule *rule);
/* Loads commands until one has a fitting node, which it returns; UINT32_MAX: none found. */
uint32_t tree_load_with(struct mutator *m, bool (*fits)(const struct form_rule *rule));
/* Writes the whole input with one node of m->tree replaced. */
void tree_replace(struct mutator *m, uint32_t node, struct span replacement);

/* ---- operators: false when it does not fit; `which` is from the table ---- */

bool session_insert(struct mutator *m, unsigned which);
bool session_delete(struct mutator *m, unsigned which);
bool session_duplicate(struct mutator *m, unsigned which);
bool session_swap(struct mutator *m, unsigned which);
bool session_replace(struct mutator *m, unsigned which);
bool session_splice(struct mutator *m, unsigned which);
bool session_move(struct mutator *m, unsigned which);
bool session_prefix(struct mutator *m, unsigned which);
bool session_interleave(struct mutator *m, unsigned which);
bool session_repeat(struct mutator *m, unsigned which);
bool session_probe(struct mutator *m, unsigned which);
bool session_event(struct mutator *m, unsigned which);
bool session_piece(struct mutator *m, unsigned which);
bool session_grow(struct mutator *m, unsigned which);
bool tree_regenerate(struct mutator *m, unsigned which);
bool tree_swap(struct mutator *m, unsigned which);
bool tree_graft(struct mutator *m, unsigned which);
bool tree_lengthen(struct mutator *m, unsigned which);
bool tree_shorten(struct mutator *m, unsigned which);
bool tree_respell(struct mutator *m, unsigned which);
bool value_number(struct mutator *m, unsigned which);
bool value_name(struct mutator *m, unsigned which);
bool value_tag(struct mutator *m, unsigned which);
bool value_date(struct mutator *m, unsigned which);
bool value_long(struct mutator *m, unsigned which);

enum literal_kind {
    LITERAL_OFF_BY_ONE,
    LITERAL_MISMATCH,
    LITERAL_LINES,
    LITERAL_ANNOUNCED_TWICE,
    LITERAL_ZERO,
    LITERAL_HUGE,
    LITERAL_EARLY,
    LITERAL_WAITED
};
bool literal_damage(struct mutator *m, unsigned which);

enum near_kind {
    NEAR_EIGHT_BIT,
    NEAR_NUL,
    NEAR_CR,
    NEAR_LF,
    NEAR_TAB,
    NEAR_DOUBLE_SPACE,
    NEAR_TRAILING_SPACE,
    NEAR_MISSING_SPACE,
    NEAR_CASE,
    NEAR_WORD
};
bool near_miss(struct mutator *m, unsigned which);
bool octets_change(struct mutator *m, unsigned which);

#endif
