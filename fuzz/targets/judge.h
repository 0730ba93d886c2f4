/*
 * judge: one connection to the bundled server, every line of which is judged by the framing, the
 * grammar and the model.
 */
#ifndef IMAPSPEC_TARGETS_JUDGE_H
#define IMAPSPEC_TARGETS_JUDGE_H

#include "targets/place.h"

struct judge {
    struct place *place; /* borrowed */
    const char *name;    /* borrowed */
    struct reference_session *session;
    struct model_session *model;
    struct wire_reader *from_client, *from_server;
    struct finding_list findings;
    struct arena arena;
    struct buffer quoted; /* the octets a finding is about, readable */
    size_t nwaiting;      /* literals of the command waiting for `+` that the model knows of */
    bool is_half_closed, is_closed;
    uint64_t *due; /* hashes of the tags that are to be completed */
    size_t ndue, due_capacity;
};

/* Opens a connection; the greeting is judged. is_alone: nobody else changes mailboxes. *judge is
 * all zeros or was closed; then its memory is used again, for what is as if it were new. */
void judge_open(struct judge *judge, struct place *place, const char *name, bool is_alone);
void judge_close(struct judge *judge); /* keeps the memory; harmless when it is not open */
void judge_free(struct judge *judge);  /* closes it, if need be */

/* The client says this; all that the server answers is judged. */
void judge_say(struct judge *judge, struct span octets);
void judge_half_close(struct judge *judge);
void judge_listen(struct judge *judge); /* takes and judges what the server says by itself */

/* To be called when no more comes: every command that is whole must have been completed. */
void judge_end(struct judge *judge);

#endif
