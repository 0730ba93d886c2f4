/*
 * command: what a client has asked for: verb and arguments read from the derivation of its line,
 * the circumstances in which it was sent, and what has come for it since.
 *
 * A line that is no valid command is kept all the same, with its raw tag and (if it has one) verb,
 * so that its completion can be told from a stray one; only is_wellformed commands have arguments.
 */
#ifndef IMAPSPEC_MODEL_COMMAND_H
#define IMAPSPEC_MODEL_COMMAND_H

#include "model/dialect.h"
#include "model/flags.h"
#include "model/search.h"
#include "model/sequence.h"

enum verb {
    VERB_UNKNOWN,
    VERB_NOOP,
    VERB_LOGIN,
    VERB_LOGOUT,
    VERB_SELECT,
    VERB_BBOARD,
    VERB_FIND,
    VERB_CHECK,
    VERB_EXPUNGE,
    VERB_COPY,
    VERB_FETCH,
    VERB_STORE,
    VERB_SEARCH,
    VERB_COUNT
};

enum { VERB_NEEDS_LOGIN = 1, VERB_NEEDS_MAILBOX = 2, VERB_SELECTS = 4, VERB_HAS_NUMBERS = 8 };

struct verb_facts {
    const char *name;
    size_t name_nbytes;
    enum word word;
    unsigned traits;
    const char *syntax; /* requirement that a client's malformed command breaks */
};
extern const struct verb_facts verb_table[VERB_COUNT];

enum store_mode { STORE_REPLACE, STORE_ADD, STORE_REMOVE };
enum status { STATUS_OK, STATUS_NO, STATUS_BAD, STATUS_UNKNOWN };

/* What commands with the same tag may do when one of them is completed (B42). */
enum shared {
    SHARED_ANY = 1, /* there are several */
    SHARED_WRITES = 2,
    SHARED_SELECTS = 4,
    SHARED_LOGIN = 8,
    SHARED_LOGOUT = 16
};

struct command {
    /* What holds memory. */
    struct buffer bytes; /* all of it as sent so far; the spans below point into it */
    struct sequence sequence;
    struct criterion *criteria; /* ncriteria */
    size_t criteria_capacity;
    uint32_t *hits; /* nhits: numbers in SEARCH lines */
    size_t hits_capacity;

    /* The rest is emptied for the next command, from the tag on. */
    struct span tag;
    enum verb verb;
    bool is_wellformed;
    bool is_tolerated;                /* and in a form that a server may refuse all the same */
    bool is_partial;                  /* a literal is still to come */
    size_t nliterals, ncontinuations; /* announced; allowed by `+` */

    /* arguments of well-formed commands */
    struct span mailbox; /* SELECT, BBOARD, COPY */
    struct span user;    /* LOGIN */
    unsigned items;      /* FETCH: 1 << enum item */
    enum store_mode mode;
    uint64_t flags;
    size_t ncriteria;

    /* circumstances */
    uint32_t unit;           /* server units seen when it was sent */
    bool is_alone;           /* no other command of this session was outstanding with it */
    unsigned shared;         /* enum shared, of all with its tag that were outstanding with it */
    bool is_renumbered;      /* an EXPUNGE line came meanwhile */
    bool is_bound;           /* its numbers are meant in the selected mailbox... */
    uint32_t bound;          /* ...which then held so many messages */
    uint32_t nevents;        /* of the world when it was sent */
    uint32_t nforeign;       /* of these, not caused by this session */
    bool is_foreign_active;  /* another session was writing when it was sent */
    bool is_counted_writing; /* as a writing command in the world */
    uint64_t recent_before;  /* RECENT known when it was sent */

    /* what has come since */
    uint32_t nexists, nrecents, nexpunged, nexpunge_faults, nremoved_kept, ncopied, nsearches;
    uint32_t last_expunged;
    bool is_ascending, is_descending; /* EXPUNGE lines, as far as they went */
    uint32_t nfetched, nstored;       /* FETCH and STORE lines */
    size_t nhits;
    bool has_untagged_bad;
};

void command_clear(struct command *command); /* ready for the next one, memory kept */
void command_free(struct command *command);

/* Takes over the octets of a unit, raw tag and verb; arguments come with command_parse(). */
void command_take(struct command *command, const struct wire_unit *unit);
/* Reads verb and arguments from the derivation of a well-formed request. */
void command_parse(struct command *command, const struct reading *reading,
                   struct flag_names *flags);

const char *command_name(const struct command *command); /* "FETCH", "command" */
static inline bool command_has(const struct command *command, unsigned trait)
{
    return (verb_table[command->verb].traits & trait) != 0;
}
/* A tag that the grammar allows: a server must be able to echo it. */
bool command_tag_is_valid(const struct command *command);

#endif
