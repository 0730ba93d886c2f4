/*
 * subject: the server that is measured: a target as `imapspec server` knows it, started here, or
 * USER:PASSWORD@HOST:PORT, one that runs already. Cases are played against it by the player, and
 * the bare client can reach it at the same place, as the user of the last case.
 */
#ifndef IMAPSPEC_BENCH_SUBJECT_H
#define IMAPSPEC_BENCH_SUBJECT_H

#include "run/run.h"
#include "run/suite.h"
#include "target/target.h"

struct subject {
    struct target *target;
    struct net_loop *loop;
    struct run_target run;
    struct run_room *room;
    struct arena arena;     /* of the last case's result */
    bool is_filled;         /* mailboxes can be put in: scenarios may have fixtures */
    char user[64];          /* of the last case */
    void (*connects)(void); /* called when a case is about to; NULL: nobody asks */
};

/* 0; or -1, and why on stderr; 1: it is not installed. */
int subject_open(struct subject *s, const char *name);
void subject_close(struct subject *s);

/* A text of one scenario, read. Ends the program when it is wrong: it is our own. */
struct subject_case {
    struct arena arena;
    struct suite suite;
};
void subject_case_read(struct subject_case *c, const char *text);
void subject_case_free(struct subject_case *c);

/* Plays it; ends the program unless it passes. Of the options seed and without are used. */
void subject_play(struct subject *s, const struct subject_case *c,
                  const struct run_options *options);

/* Whom the last case logged in as, and where. */
const char *subject_user(const struct subject *s);
const char *subject_password(const struct subject *s);
const char *subject_host(const struct subject *s);
unsigned subject_port(const struct subject *s);

#endif
