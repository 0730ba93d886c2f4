/*
 * client_cache: what the client knows of the selected mailbox (RFC 1176 p.24-25). Only messages of
 * which something is known take memory, so a server may claim any count. The functions return NULL,
 * or why the data was ignored.
 */
#ifndef IMAPSPEC_REFERENCE_CLIENT_CACHE_H
#define IMAPSPEC_REFERENCE_CLIENT_CACHE_H

#include "reference/client_parse.h"

enum { CLIENT_NTEXTS = 3 };

struct client_entry {
    struct client_message message; /* first member: what is handed out */
    struct buffer flags, date, texts[CLIENT_NTEXTS];
    struct client_envelope *envelope; /* owned */
    uint64_t flags_stamp;             /* cache->stamp when the flags came */
};

struct client_cache {
    bool is_open;    /* a mailbox is selected, or being so */
    bool is_pending; /* SELECT or BBOARD is under way */
    bool has_exists;
    bool is_board;
    uint32_t exists, recent;
    enum client_access access;
    struct buffer name, listed;
    struct client_entry **entries; /* numbers ascending; owned */
    size_t nentries, capacity;
    uint64_t stamp; /* rises with every command that is sent */
};

void client_cache_clear(struct client_cache *cache); /* no mailbox is open */
void client_cache_open(struct client_cache *cache, struct span name, bool is_board);

const char *client_cache_exists(struct client_cache *cache, uint32_t count);
const char *client_cache_recent(struct client_cache *cache, uint32_t count);
const char *client_cache_expunge(struct client_cache *cache, uint32_t number);
/* The cursor is at the list of properties, which ends the text. */
const char *client_cache_fetch(struct client_cache *cache, uint32_t number,
                               struct client_cursor *c);
/* The cursor is behind FLAGS and its blank. */
const char *client_cache_flags(struct client_cache *cache, struct client_cursor *c);

uint32_t client_cache_recent_count(const struct client_cache *cache);

/* The place of the first message with this number or a higher one. */
size_t client_cache_place(const struct client_cache *cache, uint32_t number);
struct client_entry *client_cache_find(const struct client_cache *cache, uint32_t number);

/* Flags the entry has from now on, with blanks between; flags_stamp is the caller's. */
void client_entry_set_flags(struct client_entry *entry, struct span flags);
void client_entry_forget_flags(struct client_entry *entry);

#endif
