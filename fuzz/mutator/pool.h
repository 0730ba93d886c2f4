/*
 * pool: small universes of values. What is worth saying is what somebody has heard of: the users,
 * mailboxes and flags of the fixture, the words of its messages, numbers about the number of
 * messages. One value in ten is made up freely. Private to the folders of fuzz/.
 */
#ifndef IMAPSPEC_MUTATOR_POOL_H
#define IMAPSPEC_MUTATOR_POOL_H

#include "base/base.h"

enum pool {
    POOL_NONE,
    POOL_TAG,
    POOL_USER,
    POOL_PASSWORD,
    POOL_MAILBOX,
    POOL_BBOARD,
    POOL_PATTERN,
    POOL_KEYWORD,
    POOL_WORD, /* what is searched for */
    POOL_DAY,
    POOL_MONTH,
    POOL_YEAR,
    POOL_MESSAGE, /* a message number */
    POOL_COUNT,   /* a number of messages */
    POOL_TEXT,    /* human-readable */
    POOL_ATOM,
    POOL_NPOOLS
};

struct pool_words {
    const struct span *items;
    uint32_t nitems;
};

/* The universes, by enum pool; those of numbers have no words. */
struct pools {
    struct pool_words of[POOL_NPOOLS];
};

struct pools pools_standard(void);

/* What is known of the session a value is for. */
struct scene {
    const struct pools *pools;
    uint8_t state;     /* enum scene_state */
    uint16_t exists;   /* messages it may have been told of: a guess */
    uint16_t old;      /* the number of messages before that */
    uint16_t commands; /* so many were said; of a server, so many were completed */
    bool is_server;    /* it says what servers say */
    uint8_t mailbox_nbytes;
    char mailbox[24]; /* that was selected last, when its name is a short atom */
};

enum scene_state { SCENE_NEW, SCENE_AUTHENTICATED, SCENE_SELECTED, SCENE_OVER, SCENE_NSTATES };

enum { POOL_MOST_NBYTES = 80, POOL_EXISTS_GUESS = 5 };

/* What chance the folders of fuzz/ use for each octet or so: splitmix64, without a call. */
struct dice {
    uint64_t state; /* any seed */
};

static inline uint64_t dice_next(struct dice *dice)
{
    uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* A number of 0..bound-1; bound is at least 1 and less than 2^32. Uneven by less than one in a
 * million for small bounds. */
static inline uint32_t pool_below(struct dice *dice, uint32_t bound)
{
    return (uint32_t)(((dice_next(dice) >> 32) * bound) >> 32);
}

static inline bool pool_chance(struct dice *dice, uint32_t one_in)
{
    return pool_below(dice, one_in) == 0;
}

/* A value, in `out` when it is not a constant. Never POOL_NONE. */
struct span pool_value(enum pool pool, struct dice *dice, const struct scene *scene,
                       char out[POOL_MOST_NBYTES]);

/* The value that stands for all of a pool: its first word, the number 1, the tag of the command. */
struct span pool_canonical(enum pool pool, const struct scene *scene, char out[POOL_MOST_NBYTES]);

/* The messages of a mailbox when nobody has told about it: those of the fixture, or
 * POOL_EXISTS_GUESS. */
uint16_t pool_exists(struct span mailbox);

/* A number as a bad client or server may mean it: about the number of messages, or at an edge. */
struct span pool_edge_number(struct dice *dice, const struct scene *scene,
                             char out[POOL_MOST_NBYTES]);
/* As many octets as rooms for values have, or one more or less. */
uint32_t pool_edge_length(struct dice *dice);
/* A date dd-mmm-yy at an edge of the calendar. */
struct span pool_edge_date(struct dice *dice, char out[POOL_MOST_NBYTES]);

/* Its values are strings: an atom, quoted or a literal. */
bool pool_is_string(enum pool pool);

/* The pool of a grammar's rule. */
enum pool pool_of_rule(const char *name);

#endif
