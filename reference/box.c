#include <stdlib.h>
#include <string.h>

#include "reference/block.h"
#include "reference/store.h"

const char *mail_error_text(enum mail_error error)
{
    switch (error) {
    case MAIL_OK:
        return "No error";
    case MAIL_NONEXISTENT:
        return "No such mailbox";
    case MAIL_NO_READ:
        return "No read access to that mailbox";
    case MAIL_NO_WRITE:
        return "No write access to that mailbox";
    case MAIL_BAD_NAME:
        return "That cannot be the name of a mailbox";
    case MAIL_EXISTS:
        return "There is a mailbox of that name already";
    case MAIL_GONE:
        return "A message has been expunged by another session";
    case MAIL_FAILED:
        return "The mail store failed";
    }
    return "Unknown error";
}

void mail_store_free(struct mail_store **store)
{
    if (*store != NULL)
        (*store)->ops->free(*store);
    *store = NULL;
}

/* Messages. */

struct mail_message *mail_message_hold(struct mail_message *message)
{
    message->references++;
    return message;
}

void mail_message_drop(struct mail_box *box, struct mail_message *message)
{
    ENSURE(message->references > 0);
    if (--message->references > 0)
        return;
    if (box->store->ops->forget != NULL)
        box->store->ops->forget(box, message);
    mail_content_drop(&message->content);
    mail_block_give(message);
}

enum mail_error mail_message_load(struct mail_box *box, struct mail_message *message,
                                  struct mail_content **content_r)
{
    if (message->content == NULL) {
        enum mail_error error = box->store->ops->load(box, message);
        if (error != MAIL_OK)
            return error;
        ENSURE(message->content != NULL);
    }
    message->nloads++;
    *content_r = message->content;
    return MAIL_OK;
}

void mail_message_unload(struct mail_box *box, struct mail_message *message)
{
    ENSURE(message->nloads > 0);
    if (--message->nloads == 0 && box->store->ops->release != NULL)
        box->store->ops->release(box, message);
}

enum mail_error mail_message_measure(struct mail_box *box, struct mail_message *message)
{
    if (message->has_size)
        return MAIL_OK;
    struct mail_content *content;
    enum mail_error error = mail_message_load(box, message, &content);
    if (error != MAIL_OK)
        return error;
    message->nbytes = content->octets.nbytes;
    message->has_size = true;
    mail_message_unload(box, message);
    return MAIL_OK;
}

/* Mailboxes. */

void mail_box_init(struct mail_box *box, struct mail_store *store, enum mail_kind kind,
                   struct span name)
{
    *box = (struct mail_box){.store = store, .kind = kind};
    box->name = mem_copy_text(name.data, name.nbytes);
}

void mail_box_clear(struct mail_box *box)
{
    for (size_t i = 0; i < box->nmessages; i++)
        mail_message_drop(box, box->messages[i]);
    mail_block_end(&box->filling);
    for (unsigned i = 0; i < box->nkeywords; i++)
        free(box->keywords[i]);
    free((void *)box->messages);
    free(box->log);
    free(box->name);
    *box = (struct mail_box){0};
}

void mail_box_close(struct mail_box **box)
{
    struct mail_box *old = *box;
    *box = NULL;
    ENSURE(old->references > 0);
    if (--old->references == 0)
        old->store->ops->close(old);
}

struct mail_message *mail_box_add(struct mail_box *box)
{
    struct mail_message *message = mail_block_take(&box->filling, box->nmessages);
    message->references = 1;
    message->id = ++box->last_id;
    message->changed = box->nchanges;
    box->messages = mem_grow((void *)box->messages, &box->messages_capacity, box->nmessages + 1,
                             sizeof(struct mail_message *));
    box->messages[box->nmessages++] = message;
    return message;
}

void mail_message_set_new(struct mail_box *box, struct mail_message *message, bool is_new)
{
    box->nnew = box->nnew + is_new - message->is_new;
    message->is_new = is_new;
}

/* Watches and the log. */

void mail_box_watch(struct mail_box *box, struct mail_watch *watch)
{
    *watch = (struct mail_watch){.next = box->watches, .cursor = box->nlog};
    if (watch->next != NULL)
        watch->next->link = &watch->next;
    watch->link = &box->watches;
    box->watches = watch;
}

void mail_box_unwatch(struct mail_box *box, struct mail_watch *watch)
{
    struct mail_watch **at = watch->link;
    ENSURE(*at == watch);
    *at = watch->next;
    if (watch->next != NULL)
        watch->next->link = at;
    if (box->watches == NULL)
        box->nlog = 0;
}

bool mail_box_changes(struct mail_box *box, struct mail_watch *watch, const uint64_t **ids_r,
                      size_t *n_r)
{
    if (watch->is_lost) {
        watch->is_lost = false;
        watch->cursor = box->nlog;
        return false;
    }
    *ids_r = box->nlog == 0 ? NULL : box->log + watch->cursor;
    *n_r = box->nlog - watch->cursor;
    watch->cursor = box->nlog;
    if (box->watches == watch && watch->next == NULL) {
        box->nlog = 0;
        watch->cursor = 0;
    }
    return true;
}

/* Makes the log short again: drops what all have read; if that is not much, lets those who are
 * behind look at the whole mailbox instead, so that an idle session costs no memory. */
static void box_cut_log(struct mail_box *box)
{
    size_t nread = box->nlog;
    for (struct mail_watch *watch = box->watches; watch != NULL; watch = watch->next) {
        if (watch->cursor < nread)
            nread = watch->cursor;
    }
    if (nread < box->nlog / 2)
        nread = box->nlog;
    for (struct mail_watch *watch = box->watches; watch != NULL; watch = watch->next) {
        watch->is_lost = watch->is_lost || watch->cursor < nread;
        watch->cursor = watch->cursor < nread ? 0 : watch->cursor - nread;
    }
    box->nlog -= nread;
    memmove(box->log, box->log + nread, box->nlog * sizeof *box->log);
}

static void box_log(struct mail_box *box, uint64_t id)
{
    if (box->watches == NULL)
        return;
    if (box->nlog >= 1024 + 2 * box->nmessages)
        box_cut_log(box);
    box->log = mem_grow(box->log, &box->log_capacity, box->nlog + 1, sizeof *box->log);
    box->log[box->nlog++] = id;
}

/* From here on nothing else holds them for those who have them. */
static void hold_for_watch(struct mail_watch *watch, struct mail_message *const *messages, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (messages[i]->id <= watch->last_id) {
            (void)mail_message_hold(messages[i]);
            watch->nremoved++;
        }
    }
}

void mail_box_remove(struct mail_box *box, struct mail_message *const *messages, size_t n)
{
    for (struct mail_watch *watch = box->watches; watch != NULL; watch = watch->next)
        hold_for_watch(watch, messages, n);
    for (size_t i = 0; i < n; i++) {
        ENSURE(!messages[i]->is_removed);
        messages[i]->is_removed = true;
        mail_message_set_new(box, messages[i], false);
        box_log(box, messages[i]->id);
    }
    size_t nkept = 0;
    for (size_t i = 0; i < box->nmessages; i++) {
        struct mail_message *message = box->messages[i];
        if (message->is_removed)
            mail_message_drop(box, message);
        else
            box->messages[nkept++] = message;
    }
    box->nmessages = nkept;
}

void mail_box_note_flags(struct mail_box *box, struct mail_message *message,
                         struct mail_flags flags)
{
    if (message->flags.system == flags.system && message->flags.keywords == flags.keywords)
        return;
    message->flags = flags;
    message->changed = ++box->nchanges;
    box_log(box, message->id);
}

/* Keywords. */

int mail_box_find_keyword(const struct mail_box *box, struct span keyword)
{
    for (unsigned i = 0; i < box->nkeywords; i++) {
        if (span_is_nocase(keyword, box->keywords[i]))
            return (int)i;
    }
    return -1;
}

static bool keyword_is_atom(struct span keyword)
{
    for (size_t i = 0; i < keyword.nbytes; i++) {
        char c = keyword.data[i];
        if (!char_is_print(c) || strchr(" ()\"%\\{", c) != NULL)
            return false;
    }
    return keyword.nbytes > 0;
}

int mail_box_add_keyword(struct mail_box *box, struct span keyword)
{
    int found = mail_box_find_keyword(box, keyword);
    if (found >= 0)
        return found;
    if (box->nkeywords == MAIL_KEYWORDS_MAX || !keyword_is_atom(keyword))
        return -1;
    box->keywords[box->nkeywords] = mem_copy_text(keyword.data, keyword.nbytes);
    return (int)box->nkeywords++;
}

uint32_t mail_keywords_map(const struct mail_box *from, uint32_t bits, struct mail_box *to)
{
    if (from == to)
        return bits;
    uint32_t mapped = 0;
    for (unsigned i = 0; i < from->nkeywords; i++) {
        if ((bits >> i & 1) == 0)
            continue;
        int index = mail_box_add_keyword(to, span_of(from->keywords[i]));
        if (index >= 0)
            mapped |= UINT32_C(1) << index;
    }
    return mapped;
}
