/*
 * seeds: inputs to begin a campaign with, made from the grammar, so that nobody has to collect any.
 *
 * Event streams (stream/stream.h): the shortest derivation of every alternative of the grammar, and
 * of every pair of an alternative and one of the choices in it; several of them to a session that
 * has logged in and selected a mailbox; the sessions of RFC 1176; long sessions, and two sessions
 * at once. And a dictionary: all the words of the grammar.
 *
 * The same program makes the same files.
 */
#ifndef IMAPSPEC_SEEDS_SEEDS_H
#define IMAPSPEC_SEEDS_SEEDS_H

#include "base/base.h"
#include "mutator/mutator.h"

struct seed {
    const char *name; /* of its file: "request-003" */
    struct span stream;
};

struct seeds {
    struct arena arena;
    struct seed *items; /* in the arena */
    size_t nitems, capacity;
    size_t nderivations; /* commands or responses made of the grammar, all different */
};

/* Fills *seeds, which must be all zeros. */
void seeds_make(struct seeds *seeds, enum mutator_side side);
void seeds_free(struct seeds *seeds);

/* Every derivation by itself. */
struct seeds_sentences {
    struct arena arena;
    struct span *items; /* in the arena */
    size_t nitems, capacity;
};
void seeds_derive(struct seeds_sentences *sentences, enum mutator_side side);
void seeds_sentences_free(struct seeds_sentences *sentences);

/* Adds one of the caller's: the name and the stream are copied. */
void seeds_add(struct seeds *seeds, const char *name, struct span stream);

/* Appends a dictionary of both sides, in the syntax of libFuzzer and AFL++: name="value". */
void seeds_dictionary(struct buffer *out);

#endif
