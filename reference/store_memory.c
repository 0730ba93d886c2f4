#include "reference/store_memory.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_LIMIT_NBYTES = 255 };

struct memory_box {
    struct mail_box box;
    struct span user; /* borrowed from the table's key; empty for boards */
    bool is_readable, is_writable;
};

struct memory_store {
    struct mail_store store;
    struct table boxes; /* kind, user, NUL, name -> struct memory_box */
    struct buffer key;  /* scratch */
};

static struct memory_store *memory_of(struct mail_store *store)
{
    return (struct memory_store *)store;
}

static bool memory_name_is_valid(struct span name)
{
    for (size_t i = 0; i < name.nbytes; i++) {
        if (!char_is_print(name.data[i]))
            return false;
    }
    return name.nbytes > 0 && name.nbytes <= NAME_LIMIT_NBYTES;
}

static bool memory_is_inbox(enum mail_kind kind, struct span name)
{
    return kind == MAIL_MAILBOX && span_is_nocase(name, "INBOX");
}

static struct span memory_key(struct memory_store *memory, struct span user, enum mail_kind kind,
                              struct span name)
{
    buffer_clear(&memory->key);
    buffer_append_byte(&memory->key, kind == MAIL_MAILBOX ? 'M' : 'B');
    if (kind == MAIL_MAILBOX)
        buffer_append(&memory->key, user);
    buffer_append_byte(&memory->key, '\0');
    buffer_append(&memory->key, memory_is_inbox(kind, name) ? SPAN_LIT("INBOX") : name);
    return buffer_span(&memory->key);
}

static struct memory_box *memory_make(struct memory_store *memory, struct span user,
                                      enum mail_kind kind, struct span name)
{
    struct memory_box *made = mem_alloc(sizeof *made);
    mail_box_init(&made->box, &memory->store, kind,
                  memory_is_inbox(kind, name) ? SPAN_LIT("INBOX") : name);
    made->is_readable = true;
    made->is_writable = kind == MAIL_MAILBOX;
    (void)table_put(&memory->boxes, memory_key(memory, user, kind, name), made);
    struct span key = memory->boxes.entries[memory->boxes.nentries - 1].key;
    made->user = kind == MAIL_MAILBOX ? span_slice(key, 1, user.nbytes) : span_make("", 0);
    return made;
}

/* The mailbox, the inbox made if need be; NULL when there is none. */
static struct memory_box *memory_find(struct memory_store *memory, struct span user,
                                      enum mail_kind kind, struct span name)
{
    struct memory_box *found = table_get(&memory->boxes, memory_key(memory, user, kind, name));
    if (found == NULL && memory_is_inbox(kind, name))
        found = memory_make(memory, user, kind, name);
    return found;
}

static enum mail_error memory_list(struct mail_store *store, struct span user, enum mail_kind kind,
                                   struct arena *arena, struct mail_names *names)
{
    const struct memory_store *memory = memory_of(store);
    for (size_t i = 0; i < memory->boxes.nentries; i++) {
        const struct memory_box *box = memory->boxes.entries[i].value;
        struct span name = span_of(box->box.name);
        if (box->box.kind != kind || memory_is_inbox(kind, name))
            continue;
        if (kind == MAIL_MAILBOX && !span_equal(box->user, user))
            continue;
        names->names = arena_grow(arena, names->names, &names->capacity, names->nnames + 1,
                                  sizeof *names->names);
        names->names[names->nnames++] = arena_copy(arena, name);
    }
    return MAIL_OK;
}

static enum mail_error memory_open(struct mail_store *store, struct span user, enum mail_kind kind,
                                   struct span name, struct mail_box **box_r, bool *is_writable_r)
{
    if (!memory_name_is_valid(name))
        return MAIL_BAD_NAME;
    struct memory_box *box = memory_find(memory_of(store), user, kind, name);
    if (box == NULL)
        return MAIL_NONEXISTENT;
    if (!box->is_readable)
        return MAIL_NO_READ;
    box->box.references++;
    *box_r = &box->box;
    *is_writable_r = box->is_writable;
    return MAIL_OK;
}

static void memory_close(struct mail_box *box)
{
    (void)box; /* mailboxes live as long as the store */
}

static enum mail_error memory_claim(struct mail_box *box, struct mail_message *const *messages,
                                    size_t n)
{
    for (size_t i = 0; i < n; i++)
        mail_message_set_new(box, messages[i], false);
    return MAIL_OK;
}

static enum mail_error memory_set_flags(struct mail_box *box, struct mail_message *message,
                                        struct mail_flags flags)
{
    if (message->is_removed)
        return MAIL_GONE;
    mail_box_note_flags(box, message, flags);
    return MAIL_OK;
}

static enum mail_error memory_expunge(struct mail_box *box, struct mail_message *const *messages,
                                      size_t n)
{
    mail_box_remove(box, messages, n);
    return MAIL_OK;
}

static struct mail_message *memory_add(struct mail_box *box, struct mail_content *content)
{
    struct mail_message *message = mail_box_add(box);
    message->content = mail_content_hold(content);
    message->nbytes = content->octets.nbytes;
    message->has_size = true;
    return message;
}

static enum mail_error memory_append(struct mail_store *store, struct span user, struct span name,
                                     struct mail_box *source, struct mail_message *const *messages,
                                     size_t n)
{
    struct memory_store *memory = memory_of(store);
    if (!memory_name_is_valid(name))
        return MAIL_BAD_NAME;
    struct memory_box *destination = memory_find(memory, user, MAIL_MAILBOX, name);
    if (destination != NULL && !destination->is_writable)
        return MAIL_NO_WRITE;
    if (destination == NULL) {
        destination = memory_make(memory, user, MAIL_MAILBOX, name);
        for (unsigned i = 0; i < source->nkeywords; i++)
            (void)mail_box_add_keyword(&destination->box, span_of(source->keywords[i]));
    }
    for (size_t i = 0; i < n; i++) {
        struct mail_message *copy = memory_add(&destination->box, messages[i]->content);
        copy->time = messages[i]->time;
        copy->flags.system = messages[i]->flags.system;
        copy->flags.keywords =
            mail_keywords_map(source, messages[i]->flags.keywords, &destination->box);
        mail_message_set_new(&destination->box, copy, true);
    }
    return MAIL_OK;
}

static enum mail_error memory_load(struct mail_box *box, struct mail_message *message)
{
    (void)box;
    ENSURE(message->content != NULL);
    return MAIL_OK;
}

static enum mail_error memory_create(struct mail_store *store, struct span user,
                                     enum mail_kind kind, struct span name,
                                     const struct mail_box_spec *spec)
{
    struct memory_store *memory = memory_of(store);
    if (!memory_name_is_valid(name))
        return MAIL_BAD_NAME;
    if (table_get(&memory->boxes, memory_key(memory, user, kind, name)) != NULL)
        return MAIL_EXISTS;
    struct memory_box *made = memory_make(memory, user, kind, name);
    made->is_readable = !spec->is_unreadable;
    made->is_writable = made->is_writable && !spec->is_readonly;
    for (size_t i = 0; spec->keywords != NULL && spec->keywords[i] != NULL; i++)
        (void)mail_box_add_keyword(&made->box, span_of(spec->keywords[i]));
    return MAIL_OK;
}

static enum mail_error memory_deliver(struct mail_store *store, struct span user,
                                      enum mail_kind kind, struct span name,
                                      const struct mail_delivery *delivery)
{
    struct memory_box *box = memory_find(memory_of(store), user, kind, name);
    if (box == NULL)
        return MAIL_NONEXISTENT;
    struct mail_content *content = delivery->content != NULL
                                       ? mail_content_hold(delivery->content)
                                       : mail_content_new_from_lines(delivery->octets);
    struct mail_message *message = memory_add(&box->box, content);
    mail_content_drop(&content);
    message->time = delivery->time;
    message->flags.system = delivery->system_flags;
    for (size_t i = 0; delivery->keywords != NULL && delivery->keywords[i] != NULL; i++) {
        int index = mail_box_add_keyword(&box->box, span_of(delivery->keywords[i]));
        if (index >= 0)
            message->flags.keywords |= UINT32_C(1) << index;
    }
    mail_message_set_new(&box->box, message, !delivery->is_old);
    return MAIL_OK;
}

static enum mail_error memory_set_access(struct mail_store *store, struct span user,
                                         enum mail_kind kind, struct span name, bool is_readable,
                                         bool is_writable)
{
    struct memory_box *box = memory_find(memory_of(store), user, kind, name);
    if (box == NULL)
        return MAIL_NONEXISTENT;
    box->is_readable = is_readable;
    box->is_writable = is_writable;
    return MAIL_OK;
}

static void memory_free(struct mail_store *store)
{
    struct memory_store *memory = memory_of(store);
    for (size_t i = 0; i < memory->boxes.nentries; i++) {
        struct memory_box *box = memory->boxes.entries[i].value;
        ENSURE(box->box.references == 0);
        mail_box_clear(&box->box);
        free(box);
    }
    table_free(&memory->boxes);
    buffer_free(&memory->key);
    free(memory);
}

static const struct mail_store_ops memory_ops = {
    .list = memory_list,
    .open = memory_open,
    .close = memory_close,
    .claim = memory_claim,
    .set_flags = memory_set_flags,
    .expunge = memory_expunge,
    .append = memory_append,
    .load = memory_load,
    .create = memory_create,
    .deliver = memory_deliver,
    .set_access = memory_set_access,
    .free = memory_free,
};

struct mail_store *mail_store_memory_new(void)
{
    struct memory_store *memory = mem_alloc(sizeof *memory);
    memory->store.ops = &memory_ops;
    return &memory->store;
}
