#include "reference/maildir.h"

#include <stdlib.h>
#include <string.h>

#include "reference/maildir_store.h"

/* Contents that nobody uses are kept up to that many octets a mailbox, large ones not at all. */
enum {
    CACHE_LIMIT_NBYTES = 16 << 20,
    CACHED_CONTENT_LIMIT_NBYTES = 1 << 20,
};

struct maildir_box *maildir_store_find_open(const struct maildir_store *maildir,
                                            const struct maildir_dir *dir, enum mail_kind kind)
{
    for (size_t i = 0; i < maildir->nboxes; i++) {
        struct maildir_box *box = maildir->boxes[i];
        if (box->dir.device == dir->device && box->dir.inode == dir->inode && box->box.kind == kind)
            return box;
    }
    return NULL;
}

static enum mail_error maildir_list(struct mail_store *store, struct span user, enum mail_kind kind,
                                    struct arena *arena, struct mail_names *names)
{
    const struct maildir_store *maildir = maildir_store_of(store);
    if (kind == MAIL_BOARD)
        return maildir->board_root == NULL
                   ? MAIL_OK
                   : maildir_dir_list(maildir->board_root, false, arena, names);
    struct buffer path = {0};
    if (!maildir_path_expand(&path, maildir->mail_path, user)) {
        buffer_free(&path);
        return MAIL_BAD_NAME;
    }
    char *text = buffer_take_text(&path);
    enum mail_error error = maildir_dir_list(text, true, arena, names);
    free(text);
    return error;
}

/* The open mailbox on this Maildir, or a new one; takes the directories either way. */
static struct maildir_box *share_or_open(struct maildir_store *maildir,
                                         const struct maildir_place *place, struct span name,
                                         struct maildir_dir *dir)
{
    struct maildir_box *box = maildir_store_find_open(maildir, dir, place->kind);
    if (box != NULL) {
        maildir_dir_close(dir);
        return box;
    }
    box = maildir_box_new(&maildir->store, place->kind, place->is_inbox ? SPAN_LIT("INBOX") : name,
                          dir);
    box->zone_minutes = maildir->zone_minutes;
    maildir->boxes = mem_grow((void *)maildir->boxes, &maildir->capacity, maildir->nboxes + 1,
                              sizeof(struct maildir_box *));
    maildir->boxes[maildir->nboxes++] = box;
    return box;
}

static void maildir_close(struct mail_box *closed)
{
    struct maildir_store *maildir = maildir_store_of(closed->store);
    struct maildir_box *box = maildir_box_of(closed);
    size_t at = 0;
    while (maildir->boxes[at] != box)
        at++;
    maildir->boxes[at] = maildir->boxes[--maildir->nboxes];
    maildir_box_free(&box);
}

static enum mail_error open_place(struct maildir_store *maildir, const struct maildir_place *place,
                                  struct span name, struct mail_box **box_r, bool *is_writable_r)
{
    struct maildir_dir dir;
    enum mail_error error = maildir_place_open(place, &dir);
    if (error != MAIL_OK)
        return error;
    unsigned rights = maildir_dir_rights(place->path);
    if ((rights & MAILDIR_READ) == 0) {
        maildir_dir_close(&dir);
        return MAIL_NO_READ;
    }
    *is_writable_r = (rights & MAILDIR_WRITE) != 0 &&
                     (place->kind == MAIL_MAILBOX || table_get(&maildir->writable_boards, name));
    struct maildir_box *box = share_or_open(maildir, place, name, &dir);
    box->is_writable = box->is_writable || *is_writable_r;
    if (box->box.references == 0 && *is_writable_r) {
        const struct clock machine = clock_system(); /* that of the files, not the sessions' */
        maildir_dir_clean(&box->dir, clock_wall_s(&machine));
    }
    error = maildir_box_scan(box, true);
    if (error == MAIL_OK) {
        box->box.references++;
        *box_r = &box->box;
    } else if (box->box.references == 0) {
        maildir_close(&box->box);
    }
    return error;
}

static enum mail_error maildir_open(struct mail_store *store, struct span user, enum mail_kind kind,
                                    struct span name, struct mail_box **box_r, bool *is_writable_r)
{
    struct maildir_store *maildir = maildir_store_of(store);
    struct maildir_place place;
    enum mail_error error = maildir_place_find(maildir, user, kind, name, &place);
    if (error == MAIL_OK)
        error = open_place(maildir, &place, name, box_r, is_writable_r);
    maildir_place_free(&place);
    return error;
}

static enum mail_error maildir_refresh(struct mail_box *box, bool is_thorough)
{
    return maildir_box_scan(maildir_box_of(box), is_thorough);
}

static enum mail_error maildir_claim(struct mail_box *box, struct mail_message *const *messages,
                                     size_t n)
{
    enum mail_error first = MAIL_OK;
    for (size_t i = 0; i < n; i++) {
        enum mail_error error = maildir_box_claim(maildir_box_of(box), messages[i]);
        first = first == MAIL_OK ? error : first;
    }
    return first;
}

static enum mail_error maildir_set_flags(struct mail_box *box, struct mail_message *message,
                                         struct mail_flags flags)
{
    return maildir_box_set_flags(maildir_box_of(box), message, flags);
}

static enum mail_error maildir_expunge(struct mail_box *box, struct mail_message *const *messages,
                                       size_t n)
{
    if (!maildir_box_of(box)->is_writable)
        return MAIL_NO_WRITE;
    enum mail_error error = MAIL_OK;
    size_t nremoved = 0;
    while (nremoved < n && error == MAIL_OK) {
        error = maildir_box_unlink(maildir_box_of(box), messages[nremoved]);
        nremoved += error == MAIL_OK;
    }
    mail_box_remove(box, messages, nremoved);
    return error;
}

static enum mail_error maildir_load(struct mail_box *box, struct mail_message *message)
{
    return maildir_box_load(maildir_box_of(box), message);
}

static void drop_content(struct maildir_box *box, struct mail_message *message)
{
    struct maildir_file *file = maildir_file_of(message);
    if (file->is_cached)
        box->cached_nbytes -= message->content->octets.nbytes;
    file->is_cached = false;
    mail_content_drop(&message->content);
}

static void maildir_release(struct mail_box *released, struct mail_message *message)
{
    struct maildir_box *box = maildir_box_of(released);
    struct maildir_file *file = maildir_file_of(message);
    size_t nbytes = message->content->octets.nbytes;
    if (nbytes > CACHED_CONTENT_LIMIT_NBYTES || message->is_removed) {
        drop_content(box, message);
        return;
    }
    if (!file->is_cached)
        box->cached_nbytes += nbytes;
    file->is_cached = true;
    if (box->cached_nbytes <= CACHE_LIMIT_NBYTES)
        return;
    for (size_t i = 0; i < released->nmessages; i++) {
        struct mail_message *other = released->messages[i];
        if (other->nloads == 0 && other->content != NULL)
            drop_content(box, other);
    }
}

static void maildir_forget(struct mail_box *box, struct mail_message *message)
{
    struct maildir_file *file = maildir_file_of(message);
    if (message->content != NULL)
        drop_content(maildir_box_of(box), message);
    free(file->name);
    free(file);
    message->store_data = NULL;
}

static unsigned rights_of(enum mail_kind kind, bool is_readable, bool is_writable)
{
    unsigned rights = is_readable ? MAILDIR_READ : 0;
    return is_writable || kind == MAIL_BOARD ? rights | MAILDIR_WRITE : rights;
}

/* Lists the keywords in the file of the Maildir. */
static enum mail_error add_keywords(const char *path, const char *const *names)
{
    struct maildir_keywords keywords = {0};
    struct maildir_dir dir;
    enum mail_error error = maildir_dir_open(path, &dir);
    (void)maildir_keywords_refresh(&keywords, dir.top);
    for (; *names != NULL && error == MAIL_OK; names++)
        if (maildir_keywords_add(&keywords, dir.top, span_of(*names)) < 0)
            error = MAIL_FAILED;
    maildir_keywords_free(&keywords);
    maildir_dir_close(&dir);
    return error;
}

static enum mail_error maildir_create(struct mail_store *store, struct span user,
                                      enum mail_kind kind, struct span name,
                                      const struct mail_box_spec *spec)
{
    struct maildir_place place;
    enum mail_error error = maildir_place_find(maildir_store_of(store), user, kind, name, &place);
    if (error == MAIL_OK)
        error = maildir_place_create(&place);
    if (error == MAIL_OK) {
        if (spec->keywords != NULL)
            error = add_keywords(place.path, spec->keywords);
        if (error == MAIL_OK && (spec->is_unreadable || spec->is_readonly))
            error = maildir_dir_set_rights(
                place.path, rights_of(kind, !spec->is_unreadable, !spec->is_readonly));
        if (error != MAIL_OK)
            maildir_dir_remove(place.path);
    }
    maildir_place_free(&place);
    return error;
}

static enum mail_error maildir_set_access(struct mail_store *store, struct span user,
                                          enum mail_kind kind, struct span name, bool is_readable,
                                          bool is_writable)
{
    struct maildir_store *maildir = maildir_store_of(store);
    struct maildir_place place;
    struct maildir_dir dir;
    enum mail_error error = maildir_place_find(maildir, user, kind, name, &place);
    if (error == MAIL_OK)
        error = maildir_place_open(&place, &dir);
    if (error == MAIL_OK) {
        maildir_dir_close(&dir);
        error = maildir_dir_set_rights(place.path, rights_of(kind, is_readable, is_writable));
    }
    if (error == MAIL_OK && kind == MAIL_BOARD)
        (void)table_put(&maildir->writable_boards, name, is_writable ? maildir : NULL);
    maildir_place_free(&place);
    return error;
}

static void maildir_free(struct mail_store *store)
{
    struct maildir_store *maildir = maildir_store_of(store);
    ENSURE(maildir->nboxes == 0);
    free((void *)maildir->boxes);
    table_free(&maildir->writable_boards);
    free(maildir->mail_path);
    free(maildir->board_root);
    free(maildir);
}

static const struct mail_store_ops maildir_ops = {
    .list = maildir_list,
    .open = maildir_open,
    .close = maildir_close,
    .refresh = maildir_refresh,
    .claim = maildir_claim,
    .set_flags = maildir_set_flags,
    .expunge = maildir_expunge,
    .append = maildir_store_append,
    .load = maildir_load,
    .release = maildir_release,
    .forget = maildir_forget,
    .create = maildir_create,
    .deliver = maildir_store_deliver,
    .set_access = maildir_set_access,
    .free = maildir_free,
};

struct mail_store *mail_store_maildir_new(const struct mail_maildir_config *config)
{
    struct maildir_store *maildir = mem_alloc(sizeof *maildir);
    maildir->store.ops = &maildir_ops;
    maildir->mail_path = mem_copy_text(config->mail_path, strlen(config->mail_path));
    if (config->board_root != NULL)
        maildir->board_root = mem_copy_text(config->board_root, strlen(config->board_root));
    maildir->zone_minutes = config->zone_minutes;
    maildir->is_synced = !config->no_sync;
    return &maildir->store;
}
