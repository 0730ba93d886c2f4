/*
 * generator: IMAP2 traffic for a program that is not ours: made up by the grammar, or changed so
 * that most of it still means something. For a parser or a server of your own, written in C, C++ or
 * anything that can call C; nothing else of this product has to be included. To be linked with
 * libimapspec_generator.a (CMake target `generator`). An example that builds: examples/own-parser.
 *
 * Everything is an *event stream* (docs/fuzzing.md): raw IMAP, with a few control octets in between
 * that say who speaks and what else happens. Any run of octets is one. Read it with
 * imapspec_read(), or take the data alone with imapspec_data() when there is one peer and nothing
 * else of interest.
 *
 *     struct imapspec_generator *g = imapspec_generator_new(IMAPSPEC_REQUESTS);
 *     char stream[4096];
 *     size_t n = imapspec_generate(g, 10, 1, stream, sizeof stream, seed);
 *     n = imapspec_mutate(g, stream, n, sizeof stream, seed + 1);
 *
 * Chance comes from the seeds alone: a new generator, told the same, says the same. A generator is
 * for one thread. None of these functions fails; when there is no memory the process is aborted.
 */
#ifndef IMAPSPEC_GLUE_GENERATOR_H
#define IMAPSPEC_GLUE_GENERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a client says to a server, or what a server says: greeting, responses. */
enum imapspec_side { IMAPSPEC_REQUESTS, IMAPSPEC_RESPONSES };

struct imapspec_generator;

struct imapspec_generator *imapspec_generator_new(enum imapspec_side side); /* about 1 MB */
void imapspec_generator_free(struct imapspec_generator *generator);         /* NULL is fine */

/* Makes up about `ncommands` commands (or responses) of up to `nsessions` sessions, 1 to 4. Writes
 * at most `max` octets and returns how many. Sessions log in as user fred, password secret, and
 * select INBOX, m1, m2, m3 or the board b1 mostly. */
size_t imapspec_generate(struct imapspec_generator *generator, unsigned ncommands,
                         unsigned nsessions, char *out, size_t max, uint64_t seed);

/* Changes a stream of `nbytes` octets in place, to at most `max`, which is what there is room for.
 * Returns how many octets it has now. As LLVMFuzzerCustomMutator() of libFuzzer. */
size_t imapspec_mutate(struct imapspec_generator *generator, char *stream, size_t nbytes,
                       size_t max, uint64_t seed);

struct imapspec_octets {
    const char *data; /* borrowed */
    size_t nbytes;
};

/* Puts commands of one stream into another; `out` must not overlap with either. */
size_t imapspec_cross(struct imapspec_generator *generator, struct imapspec_octets first,
                      struct imapspec_octets second, char *out, size_t max, uint64_t seed);

/* ---- reading ------------------------------------------------------------------------------ */

enum imapspec_kind {
    IMAPSPEC_DATA,    /* the session says these octets; how they are cut has no meaning */
    IMAPSPEC_SESSION, /* from here on another session speaks: connect it, if it is new */
    IMAPSPEC_SEGMENT, /* what was said so far arrives now, as one segment */
    IMAPSPEC_DELIVER, /* the mailbox is changed from outside; argument: see fuzz/stream/stream.h */
    IMAPSPEC_CLOCK,   /* `seconds` go by */
    IMAPSPEC_HALFCLOSE, /* the session sends no more, and still reads */
    IMAPSPEC_RECONNECT, /* its connection is reset, and a new one made */
    IMAPSPEC_FAULT,     /* something in the store fails soon; argument as above */
    IMAPSPEC_BARRIER    /* what is due is waited for, such as the `+` for a literal */
};

struct imapspec_event {
    enum imapspec_kind kind;
    unsigned session;  /* 1 to 4: whose it is */
    unsigned argument; /* IMAPSPEC_DELIVER, IMAPSPEC_FAULT: 0 to 255 */
    int64_t seconds;   /* IMAPSPEC_CLOCK */
    const char *data;  /* IMAPSPEC_DATA: in the stream */
    size_t nbytes;     /* of the data, 1 or more; else 0 */
};

struct imapspec_reader {
    const char *stream; /* borrowed */
    size_t nbytes;
    size_t at;        /* 0 at the beginning; moved by imapspec_read() */
    unsigned session; /* 0 at the beginning */
};

/* The next event; false at the end. What an event does not have is zero. */
bool imapspec_read(struct imapspec_reader *reader, struct imapspec_event *event);

/* The data of all sessions in order, without control octets: writes at most `capacity` octets and
 * returns how many there are in all (never more than the stream has). */
size_t imapspec_data(const char *stream, size_t nbytes, char *out, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
