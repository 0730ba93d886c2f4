/*
 * maildir_box: an open mailbox of the Maildir store: its list of messages against the files on
 * disk. Private to the Maildir store.
 */
#ifndef IMAPSPEC_REFERENCE_MAILDIR_BOX_H
#define IMAPSPEC_REFERENCE_MAILDIR_BOX_H

#include "reference/maildir_dir.h"
#include "reference/maildir_keywords.h"
#include "reference/maildir_name.h"
#include "reference/store.h"

struct maildir_box {
    struct mail_box box; /* first: a struct mail_box * of this store is one of these */
    struct maildir_dir dir;
    struct maildir_keywords keywords;
    int keyword_of_letter[MAILDIR_LETTERS]; /* index into box.keywords, or -1 */
    bool is_writable;
    int zone_minutes;

    /* The directories when they were last read. */
    struct timespec new_changed, cur_changed;
    bool is_young; /* they had changed so recently that more changes may look the same */

    size_t cached_nbytes; /* content of messages kept though nobody uses it */
};

/* Where a message is; its mail_message.store_data. */
struct maildir_file {
    char *name;
    bool is_in_new;
    bool is_cached; /* its content is counted in the box's cached_nbytes */
};

static inline struct maildir_box *maildir_box_of(struct mail_box *box)
{
    return (struct maildir_box *)box;
}

static inline struct maildir_file *maildir_file_of(const struct mail_message *message)
{
    return message->store_data;
}

/* Takes the open directories. Reading them is left to maildir_box_scan(). */
struct maildir_box *maildir_box_new(struct mail_store *store, enum mail_kind kind, struct span name,
                                    const struct maildir_dir *dir);
void maildir_box_free(struct maildir_box **box);

/* The directory the message's file is in. */
int maildir_box_directory(const struct maildir_box *box, const struct mail_message *message);

/* Flags as letters, as far as there are letters for the keywords. */
struct maildir_flags maildir_box_letters(const struct maildir_box *box, struct mail_flags flags);
/* Reads the keywords file if it has changed and lists what it names. */
void maildir_box_refresh_keywords(struct maildir_box *box);

/*
 * maildir_scan.c. Brings the list in line with the directories: new files are added in order, files
 * that are gone for certain are removed, changed names are noted with the flags they stand for.
 * With `is_thorough` false nothing is done while the directories look unchanged.
 */
enum mail_error maildir_box_scan(struct maildir_box *box, bool is_thorough);

/* Another program has renamed the message's file: finds it by its base. False when it is gone; when
 * true it may have been renamed again already. */
bool maildir_box_locate(struct maildir_box *box, struct mail_message *message);

/*
 * maildir_change.c. The operations of store.h on files.
 */
enum mail_error maildir_box_claim(struct maildir_box *box, struct mail_message *message);
enum mail_error maildir_box_set_flags(struct maildir_box *box, struct mail_message *message,
                                      struct mail_flags flags);
enum mail_error maildir_box_unlink(struct maildir_box *box, struct mail_message *message);
enum mail_error maildir_box_load(struct maildir_box *box, struct mail_message *message);

#endif
