/*
 * block: where messages lie, side by side in blocks, so that who goes through a mailbox reads
 * memory in order. Private to box.c.
 *
 * A place is used once: AddressSanitizer tells of every use of a message that is gone, even while
 * others in its block are left. A block is freed when all its messages are gone and it is not the
 * one that is being filled.
 */
#ifndef IMAPSPEC_REFERENCE_BLOCK_H
#define IMAPSPEC_REFERENCE_BLOCK_H

#include "reference/store.h"

struct mail_block;

/* A new message, all zeros. *filling is NULL or the block that is being filled; when it is full
 * another one takes its place, the larger the more messages there are beside the new one. */
struct mail_message *mail_block_take(struct mail_block **filling, size_t nmessages);

/* The message is not used any more. */
void mail_block_give(struct mail_message *message);

/* The block is not filled any further. NULL is fine. */
void mail_block_end(struct mail_block **filling);

#endif
