/*
 * maildir_name: the file names of messages, BASE or BASE:2,LETTERS, and which names mailboxes may
 * have. No I/O. Private to the Maildir store.
 */
#ifndef IMAPSPEC_REFERENCE_MAILDIR_NAME_H
#define IMAPSPEC_REFERENCE_MAILDIR_NAME_H

#include <stdint.h>

#include "base/base.h"

/* The part that stays the same as long as the message is in its mailbox. */
struct span maildir_name_base(struct span name);

/* The flag letters; empty when there are none. */
struct span maildir_name_letters(struct span name);

uint32_t maildir_name_system_flags(struct span name);    /* MAIL_SEEN | ... of store.h */
uint32_t maildir_name_keyword_letters(struct span name); /* bit 0: letter a */

/*
 * Appends the name with these flags instead of those it has. Only the keyword letters in
 * `known_letters` are changed; they and all other letters stand in ASCII order, each once, and what
 * stands behind a comma after the letters is kept. Without any letter BASE:2, is the name.
 */
struct maildir_flags {
    uint32_t system;
    uint32_t keyword_letters;
    uint32_t known_letters;
};
void maildir_name_write(struct buffer *out, struct span name, struct maildir_flags flags);

/* Order of arrival: by the number at the start, then by octets. */
int maildir_name_compare(struct span a, struct span b);

/* A base no other message in the world has. Bases made with the same `last_us` are in rising order.
 */
void maildir_name_unique(struct buffer *out, int64_t *last_us);

/* Whether a mailbox, board or user can be called that: see maildir.h. */
bool maildir_name_is_valid_box(struct span name);

#endif
