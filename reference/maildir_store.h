/*
 * maildir_store: what the operations of the Maildir store share. Private to it.
 */
#ifndef IMAPSPEC_REFERENCE_MAILDIR_STORE_H
#define IMAPSPEC_REFERENCE_MAILDIR_STORE_H

#include "reference/maildir_box.h"

struct maildir_store {
    struct mail_store store; /* first: see store.h */
    char *mail_path;
    char *board_root; /* NULL: no boards */
    int zone_minutes;
    bool is_synced;
    int64_t last_us;            /* of maildir_name_unique() */
    struct maildir_box **boxes; /* those that are open */
    size_t nboxes, capacity;
    struct table writable_boards; /* name -> not NULL */
};

static inline struct maildir_store *maildir_store_of(struct mail_store *store)
{
    return (struct maildir_store *)store;
}

/* Where a mailbox is or would be. */
struct maildir_place {
    enum mail_kind kind;
    bool is_inbox;
    char *inbox_path; /* NULL for boards */
    char *path;
};

/* Returns new in *place_r (also on error) by the rules of maildir.h. BAD_NAME; NONEXISTENT when
 * there are no boards. Looks at no file. */
__attribute__((warn_unused_result)) enum mail_error
maildir_place_find(const struct maildir_store *maildir, struct span user, enum mail_kind kind,
                   struct span name, struct maildir_place *place_r);
void maildir_place_free(struct maildir_place *place);

/* Makes the Maildir, and the inbox it is in. EXISTS when it is there. */
__attribute__((warn_unused_result)) enum mail_error
maildir_place_create(const struct maildir_place *place);

/* Opens the Maildir; an inbox that does not exist is created. */
__attribute__((warn_unused_result)) enum mail_error
maildir_place_open(const struct maildir_place *place, struct maildir_dir *dir_r);

/* The mailbox that is open on this Maildir, or NULL. */
struct maildir_box *maildir_store_find_open(const struct maildir_store *maildir,
                                            const struct maildir_dir *dir, enum mail_kind kind);

/* maildir_add.c: the operations of mail_store_ops that bring new mail. */
enum mail_error maildir_store_append(struct mail_store *store, struct span user, struct span name,
                                     struct mail_box *source, struct mail_message *const *messages,
                                     size_t n);
enum mail_error maildir_store_deliver(struct mail_store *store, struct span user,
                                      enum mail_kind kind, struct span name,
                                      const struct mail_delivery *delivery);

#endif
