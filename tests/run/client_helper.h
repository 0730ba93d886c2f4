/*
 * client: a client for tests of the player in the server's role, called by function. It does what
 * two tables tell it: what it sends and answers when it is asked something through its shim, and
 * what it sends when the server has said something.
 */
#ifndef IMAPSPEC_TESTS_RUN_CLIENT_HELPER_H
#define IMAPSPEC_TESTS_RUN_CLIENT_HELPER_H

#include "fake_helper.h"

struct client_request {
    const char *words;  /* start of the request line; NULL ends the table */
    const char *says;   /* octets it sends then */
    const char *until;  /* what the server must have said since then; "": it answers at once */
    const char *answer; /* "exists 3\nok\n"; NULL: it never answers */
};

struct client_reaction {
    const char *heard; /* the server has said this since the last reaction; NULL ends the table */
    const char *says;
    bool closes;
};

struct client {
    const struct client_request *requests;
    const struct client_reaction *reactions;
    const char *greets;    /* it says this as soon as it is connected, without waiting */
    unsigned nconnections; /* a program without shim, which makes so many, one after another */
    const char *features;  /* blank-separated names it has; everything else it has not */
    bool is_dead;          /* is_well says so */
    unsigned vary;         /* RUN_VARY_... */
    struct fake model;     /* the server behind `serve model` */

    struct buffer heard; /* all that the server has said, "|" after each piece that came at once */
    struct buffer asked; /* all request lines */
};

/* Plays the only scenario of the text (its first case). Everything in the arena. */
struct result_case *client_play(struct client *client, const char *scenario, struct arena *arena);
void client_free(struct client *client);

#endif
