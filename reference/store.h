/*
 * store: where mail is kept. The server knows this interface alone; behind it stand the memory
 * store (store_memory.h) and the Maildir store (maildir.h).
 *
 * Ownership of the files: this header, box.c, block.[ch] and store_memory.[ch] belong together; a
 * store implements `struct mail_store_ops` and keeps its mailboxes' message lists by the "for
 * stores" functions below, which are implemented once, in box.c.
 *
 * One `struct mail_box` stands for one mailbox or board that is in use, however many sessions have
 * it open; all of them see the same messages with the same flags. A message is an object with an
 * identity: it is never moved to another mailbox and never changes its content. Its list position
 * changes when messages before it are removed; what number it has for a client is the business of
 * the session's view alone. New messages are always added at the end of the list.
 *
 * A message that was removed stays usable as an object (its flags, date and size too) until the
 * last holder lets go of it; its content may no longer be loadable then.
 */
#ifndef IMAPSPEC_REFERENCE_STORE_H
#define IMAPSPEC_REFERENCE_STORE_H

#include "base/base.h"

struct mail_store;
struct mail_box;
struct mail_message;

enum mail_error {
    MAIL_OK,
    MAIL_NONEXISTENT, /* no mailbox or board of that name */
    MAIL_NO_READ,     /* it exists, but this user may not read it */
    MAIL_NO_WRITE,    /* this user may not change it */
    MAIL_BAD_NAME,    /* nothing can have that name */
    MAIL_EXISTS,      /* to be created, but there already */
    MAIL_GONE,        /* the message was removed and its content with it */
    MAIL_FAILED,      /* the storage failed: disk full, file not readable, ... */
};

/* One sentence without a full stop, for the text of a NO. Never NULL. */
const char *mail_error_text(enum mail_error error);

enum mail_kind {
    MAIL_MAILBOX, /* of one user; INBOX in any letter case is the user's primary mailbox */
    MAIL_BOARD,   /* shared by all users; its names are a space of their own; INBOX means nothing */
};

/* System flags that are stored. \Recent is none of them, see mail_message.is_new. */
enum {
    MAIL_ANSWERED = 1,
    MAIL_FLAGGED = 2,
    MAIL_DELETED = 4,
    MAIL_SEEN = 8,
};

enum { MAIL_KEYWORDS_MAX = 30 }; /* RFC 1176 p.5: about thirty */

struct mail_flags {
    uint32_t system;   /* MAIL_ANSWERED | ... */
    uint32_t keywords; /* bit i: the mailbox's keywords[i] */
};

/* When a message was put into its mailbox (INTERNALDATE), with the zone it is shown in. */
struct mail_time {
    int64_t wall_s;   /* seconds since 1970-01-01 UTC */
    int zone_minutes; /* east of UTC is positive */
};

/*
 * The octets of a message, immutable and counted: one content can be shared by several messages,
 * mailboxes and stores (of one thread). CRLF form, exactly what RFC822 answers.
 */
struct mail_content {
    unsigned references;
    size_t header_nbytes; /* RFC822.HEADER is that many octets from the start, the blank line in
                             them (B74); RFC822.TEXT is the rest */
    struct span octets;
    struct span envelope; /* ENVELOPE list text once it was asked for, else empty; see
                             mail_content_envelope() */
};

/* Each returns new with one reference. The first takes octets that are in CRLF form already and
 * keeps them as they are; the second turns each LF without CR into CRLF. Both find the end of the
 * header: the first empty line; without one all is header. */
struct mail_content *mail_content_new(struct span crlf_octets);
struct mail_content *mail_content_new_from_lines(struct span octets);
struct mail_content *mail_content_hold(struct mail_content *content); /* one reference more */
void mail_content_drop(
    struct mail_content **content); /* one less, freed with the last; NULL is fine */
struct span mail_content_header(const struct mail_content *content);
struct span mail_content_text(const struct mail_content *content);
struct span mail_content_envelope(struct mail_content *content); /* computed once, then kept */

struct mail_message {
    uint64_t id;      /* rising in list order; never used again in this mailbox object */
    uint64_t changed; /* value of mail_box.nchanges when the flags last changed */
    struct mail_flags flags;
    struct mail_time time;
    size_t nbytes;                /* RFC 822 size (B19); valid when has_size */
    struct mail_content *content; /* NULL while not loaded */
    void *store_data;             /* the store's own, see mail_store_ops.forget */
    unsigned references;          /* the list's, and of those who hold it */
    unsigned nloads;              /* open mail_message_load() calls */
    bool has_size;
    bool is_new;     /* no session has been given it as \Recent yet (B55) */
    bool is_removed; /* expunged: no longer in the list, kept for those who hold it */
    uint8_t place;   /* in its block; private to block.c */
};

/* A session's place in the changes of a mailbox, and what it has of it. Made by mail_box_watch();
 * private to box.c but for the last two. */
struct mail_watch {
    struct mail_watch *next;
    struct mail_watch **link; /* what points here: the list's head, or another's `next` */
    size_t cursor;            /* entries of the log already read */
    bool is_lost;             /* the log was cut before it was read: everything may have changed */
    uint64_t last_id; /* set by whose watch it is: it has all messages up to this one. It need not
                         hold them as long as they are in the list */
    size_t nremoved;  /* so many of them were removed since, each of which it holds since then */
};

/* Stores embed this as the first member of their own struct, or use store_data. */
struct mail_box {
    struct mail_store *store;
    enum mail_kind kind;
    char *name; /* as the user writes it; "INBOX" for the inbox */
    struct mail_message **messages;
    size_t nmessages, messages_capacity;
    struct mail_block *filling; /* where the next message will lie; private to box.c */
    size_t nnew;                /* messages that are new */
    uint64_t last_id;
    uint64_t nchanges;                 /* rises with every change of any message's flags */
    char *keywords[MAIL_KEYWORDS_MAX]; /* the keywords messages here can have; never removed */
    unsigned nkeywords;
    unsigned references; /* opens without close */
    void *store_data;

    /* Private to box.c: which messages changed, for those who watch. */
    struct mail_watch *watches;
    uint64_t *log;
    size_t nlog, log_capacity;
};

struct mail_names {
    struct span *names; /* in an arena */
    size_t nnames, capacity;
};

/* What a new mailbox is like; all zeros: readable, writable, no keywords. A new board is never
 * writable, whatever is said here; set_access() can make it so. */
struct mail_box_spec {
    bool is_unreadable;
    bool is_readonly;
    const char *const *keywords; /* borrowed, ends with NULL; NULL: none */
};

/* A message to put into a mailbox. Keywords it names are listed for the mailbox if need be. */
struct mail_delivery {
    struct span octets;           /* lines end in CRLF or LF, see mail_content_new_from_lines() */
    struct mail_content *content; /* if not NULL, used instead of octets; borrowed */
    struct mail_time time;
    uint32_t system_flags;
    const char *const *keywords; /* borrowed, ends with NULL; NULL: none */
    bool is_old;                 /* already read by somebody: will not be \Recent */
};

/*
 * What a store does. `user` is who acts, as logged in; names come as the client sent them (any
 * octets) and are checked by the store. Functions that change something have done it durably when
 * they return MAIL_OK, and have changed nothing when they return an error unless stated otherwise.
 */
struct mail_store_ops {
    /* Appends the names of the kind that exist for that user, INBOX left out, in any order. */
    enum mail_error (*list)(struct mail_store *store, struct span user, enum mail_kind kind,
                            struct arena *arena, struct mail_names *names);

    /* Opens for reading: *box_r gets one reference more, *is_writable_r whether this user may
     * change it. Errors: NONEXISTENT, NO_READ, BAD_NAME, FAILED. A user's INBOX exists always.
     * Boards are read-only unless the store was told otherwise. The message list is complete on
     * return. */
    enum mail_error (*open)(struct mail_store *store, struct span user, enum mail_kind kind,
                            struct span name, struct mail_box **box_r, bool *is_writable_r);

    /* The counterpart, called by mail_box_close() when the last reference is gone: the store may
     * free the box. No views and no watches are left then. */
    void (*close)(struct mail_box *box);

    /* Looks for new mail, removals and flag changes made by others than this process, and applies
     * them by the "for stores" functions. `is_thorough`: asked for by CHECK or EXPUNGE; otherwise
     * a cheap look that may miss changes for a short time. NULL: nothing can change outside. */
    enum mail_error (*refresh)(struct mail_box *box, bool is_thorough);

    /* These messages have been given to a session as \Recent: sees to it that they are not new when
     * the mailbox is opened again, and clears is_new. A failure is not serious. */
    enum mail_error (*claim)(struct mail_box *box, struct mail_message *const *messages, size_t n);

    /* Replaces the flags of one message, ends with mail_box_note_flags(). Errors: GONE, FAILED. */
    enum mail_error (*set_flags)(struct mail_box *box, struct mail_message *message,
                                 struct mail_flags flags);

    /* Removes the messages (all in the list, in list order) for good, ends with mail_box_remove().
     * On FAILED some may have been removed; those have been passed to mail_box_remove(). */
    enum mail_error (*expunge)(struct mail_box *box, struct mail_message *const *messages,
                               size_t n);

    /* Adds copies of the messages (of any mailbox; keywords are matched by name) to a mailbox of
     * the user, in the order given, all or none, with their flags and times; they are new mail
     * there. Creates the mailbox if there is none (with the keywords of `source`). `source` may be
     * the destination itself. Errors: NO_WRITE, BAD_NAME, GONE, FAILED. */
    enum mail_error (*append)(struct mail_store *store, struct span user, struct span name,
                              struct mail_box *source, struct mail_message *const *messages,
                              size_t n);

    /* Sets message->content (one reference), nbytes and has_size. Errors: GONE, FAILED. Called only
     * while content is NULL. */
    enum mail_error (*load)(struct mail_box *box, struct mail_message *message);

    /* The content is not in use any more: the store may drop it (mail_content_drop()) or keep it.
     */
    void (*release)(struct mail_box *box, struct mail_message *message);

    /* The message object is about to be freed: frees store_data. NULL when there is none. */
    void (*forget)(struct mail_box *box, struct mail_message *message);

    /* For seeding (no command of IMAP2 does these). `name` "INBOX" with a user is the inbox; for
     * boards `user` is ignored. create: EXISTS when it is there (the inbox too, once created or
     * delivered to). deliver: the mailbox must exist (the inbox always does); works on mailboxes
     * nobody may write, too. set_access: changes the rights of a mailbox for later opens. */
    enum mail_error (*create)(struct mail_store *store, struct span user, enum mail_kind kind,
                              struct span name, const struct mail_box_spec *spec);
    enum mail_error (*deliver)(struct mail_store *store, struct span user, enum mail_kind kind,
                               struct span name, const struct mail_delivery *delivery);
    enum mail_error (*set_access)(struct mail_store *store, struct span user, enum mail_kind kind,
                                  struct span name, bool is_readable, bool is_writable);

    void (*free)(struct mail_store *store); /* no box is open */
};

/* The first member of every store's struct. */
struct mail_store {
    const struct mail_store_ops *ops;
};

void mail_store_free(struct mail_store **store);

/*
 * For those who use a mailbox (sessions). Open with store->ops->open(); then:
 */
void mail_box_close(struct mail_box **box);

struct mail_message *mail_message_hold(struct mail_message *message);       /* one reference more */
void mail_message_drop(struct mail_box *box, struct mail_message *message); /* one less */

/* The content, valid until mail_message_unload(); on error nothing is to be unloaded. Counted. */
__attribute__((warn_unused_result)) enum mail_error
mail_message_load(struct mail_box *box, struct mail_message *message,
                  struct mail_content **content_r);
void mail_message_unload(struct mail_box *box, struct mail_message *message);
/* Makes sure that has_size is set. */
__attribute__((warn_unused_result)) enum mail_error
mail_message_measure(struct mail_box *box, struct mail_message *message);

/* Index of the keyword in any letter case, or -1. */
int mail_box_find_keyword(const struct mail_box *box, struct span keyword);

/*
 * Watching: from mail_box_watch() on, every removal and every change of flags leaves the id of the
 * message in the log. mail_box_changes() hands out the ids noted since the last call (borrowed,
 * valid until the next change; one id may come several times) and returns true, or returns false
 * when there were too many: look at all messages then. Additions are not logged: they are the
 * messages at the end of the list with ids larger than those known.
 */
void mail_box_watch(struct mail_box *box, struct mail_watch *watch);
void mail_box_unwatch(struct mail_box *box, struct mail_watch *watch);
bool mail_box_changes(struct mail_box *box, struct mail_watch *watch, const uint64_t **ids_r,
                      size_t *n_r);

/*
 * For stores.
 */
void mail_box_init(struct mail_box *box, struct mail_store *store, enum mail_kind kind,
                   struct span name);
void mail_box_clear(struct mail_box *box); /* frees what box holds, not box itself */

/* A new message at the end of the list, zeroed but for id, changed and references. To be filled in
 * by the store; the pointer stays valid while the message is in the list. */
struct mail_message *mail_box_add(struct mail_box *box);

/* Sets is_new, which nothing else does: those that are new are counted. */
void mail_message_set_new(struct mail_box *box, struct mail_message *message, bool is_new);

/* Takes the messages (each in the list) out of it and marks them removed; linear in the list. */
void mail_box_remove(struct mail_box *box, struct mail_message *const *messages, size_t n);

/* The message has these flags now; does nothing when they are what it had. */
void mail_box_note_flags(struct mail_box *box, struct mail_message *message,
                         struct mail_flags flags);

/* Index of the keyword, which is listed if it was not; -1 when no more can be listed or the name is
 * not an atom. */
int mail_box_add_keyword(struct mail_box *box, struct span keyword);

/* The bits in `to` of the keywords that `bits` means in `from`, listing them there if need be;
 * keywords that cannot be listed are left out. */
uint32_t mail_keywords_map(const struct mail_box *from, uint32_t bits, struct mail_box *to);

#endif
