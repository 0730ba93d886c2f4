/*
 * envelope: a message's envelope as the server gave it, its fields' values apart from their forms
 * on the wire, for comparing (I16), for searching (I22) and for knowing messages again.
 */
#ifndef IMAPSPEC_MODEL_ENVELOPE_H
#define IMAPSPEC_MODEL_ENVELOPE_H

#include "model/dialect.h"

enum envelope_field {
    ENVELOPE_DATE,
    ENVELOPE_SUBJECT,
    ENVELOPE_FROM,
    ENVELOPE_SENDER,
    ENVELOPE_REPLY_TO,
    ENVELOPE_TO,
    ENVELOPE_CC,
    ENVELOPE_BCC,
    ENVELOPE_IN_REPLY_TO,
    ENVELOPE_MESSAGE_ID,
    ENVELOPE_COUNT
};

/* A field is one text: of a plain field its value; of an address list all components of all
 * addresses, each followed by NUL. data is NULL when the field is NIL. */
struct envelope {
    struct span fields[ENVELOPE_COUNT];
};

/* Reads the node of an envelope into the arena; NULL when the whole envelope is NIL. */
struct envelope *envelope_read(const struct reading *reading, size_t node, struct arena *arena);
bool envelope_equal(const struct envelope *a, const struct envelope *b);

#endif
