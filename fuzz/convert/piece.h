/*
 * piece: what the pieces of a text are when they are sent without a run: octets. Private to
 * convert.
 */
#ifndef IMAPSPEC_CONVERT_PIECE_H
#define IMAPSPEC_CONVERT_PIECE_H

#include "convert/convert.h"
#include "grammar/grammar.h"

struct importer_session {
    const struct script_session *session;
    char tags[10][24]; /* [0]: of the current command; [n]: of @n */
    unsigned ntags;
};

struct pieces {
    const struct script_scenario *scenario;
    const struct grammar *grammar;
    struct rng rng;
    struct table values; /* what was generated and captured: name -> struct span in the arena */
    struct arena arena;
    size_t nguesses;
    bool is_client;
};

/* Places in the octets of a line where it waits for `+`. */
struct piece_waits {
    size_t *at;
    size_t n, capacity;
};

/* Appends a text line with its CR LF. */
void pieces_line(struct pieces *p, struct importer_session *session, const struct script_text *text,
                 struct buffer *out, struct piece_waits *waits);

/* Appends the joined octets of WORD and REFERENCE pieces. */
void pieces_join(struct pieces *p, struct importer_session *session, const struct script_text *text,
                 struct buffer *out);

#endif
