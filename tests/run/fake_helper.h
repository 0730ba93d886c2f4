/*
 * fake: a server for tests of the player, called by function, that says exactly what a table tells
 * it to. Each line received is answered by the first rule whose words the line has behind its tag;
 * `%T` in an answer is the tag.
 */
#ifndef IMAPSPEC_TESTS_RUN_FAKE_HELPER_H
#define IMAPSPEC_TESTS_RUN_FAKE_HELPER_H

#include "run/run.h"

struct fake_rule {
    const char
        *words; /* "SELECT": start of the line behind the tag, any case; NULL ends the table */
    const char *answer; /* "* 3 EXISTS\r\n%T OK done\r\n" */
    bool closes;        /* the connection, after the answer */
    char session;       /* only when the tag begins with this letter; 0: any */
};

struct fake {
    const char *greeting;
    const struct fake_rule *rules;
    size_t flood_nbytes; /* octets of `flood` said after the greeting, again and again */
    const char *flood;
    bool closes_at_once;
    bool is_dead; /* is_well says so */
    enum run_readiness readiness;
    const char *features; /* blank-separated names it has; everything else it has not */
    uint64_t seed;        /* 0: 7 */
    unsigned vary;        /* RUN_VARY_... */
    unsigned without;     /* RUN_WITHOUT_... */
    bool drops_logs;
    struct run_room *room;
    const char *file_name, *file; /* the only file that scenarios may name */
    const char *delivered;        /* sent to every connection when a message is delivered */

    unsigned nprepared, nfinished, nconnections, nends; /* seen so far; ends of the client's side */
    struct run_setup seen;                              /* of the last prepare */
    struct buffer received;                             /* all octets of all connections */
    struct buffer pieces; /* the same, "|" after each that came at once */
    struct buffer log;    /* "deliver USER MAILBOX octets\n" */
    struct buffer news;   /* `delivered`, so often as it is due */
};

/* The other end of a connection to the fake, as its target makes it. */
struct net_peer fake_peer(struct fake *fake);
void fake_free(struct fake *fake);
struct run_target fake_target(struct fake *fake);

/* The only scenario of the text, its first case. Fails the test when it cannot be read. */
const struct script_case *fake_read_case(const char *scenario, struct arena *arena);

/* Plays the only scenario of the text (its first case, `order` of it) against the fake. Everything
 * in the arena. */
struct result_case *fake_play(struct fake *fake, const char *scenario, size_t order,
                              struct arena *arena);

#endif
