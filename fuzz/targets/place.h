/*
 * place: a bundled server filled with the mailboxes that streams are about (convert_fixtures), and
 * the model's truth of them. One for each input; what is the same in all is made once.
 */
#ifndef IMAPSPEC_TARGETS_PLACE_H
#define IMAPSPEC_TARGETS_PLACE_H

#include "model/model.h"
#include "reference/reference.h"
#include "reference/store.h"
#include "stream/stream.h"

enum { PLACE_NBOXES_MAX = 8, PLACE_EPOCH_S = 662688000 }; /* 1 January 1991 */

struct place {
    struct clock clock;
    struct mail_store *store;
    struct reference_server *server;
    struct model_world *world;
    struct grammar_memory *memory;       /* borrowed: of all places */
    struct fixture_message arrivals[64]; /* as delivered; the world borrows them */
    size_t narrivals;
    struct arena arena;                   /* what was delivered as octets */
    unsigned failing_write, failing_read; /* so many more until one fails; 0: none does */
};

/* Fills *place, which must stay where it is. */
void place_open(struct place *place);
void place_close(struct place *place);

/* A message arrives from outside in mailbox 0..3; nothing after 64 of them. */
void place_deliver(struct place *place, unsigned mailbox, unsigned number);

/* The same of a message of any octets: lines are ended by CR LF, or are made so. */
void place_deliver_octets(struct place *place, unsigned mailbox, struct span octets);

/* The nth change of the store from now on fails, or look into it. */
void place_fail_write(struct place *place, unsigned nth);
void place_fail_read(struct place *place, unsigned nth);

#endif
