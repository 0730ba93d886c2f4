#include <stdlib.h>

#include "reference/maildir_store.h"

static char *joined(const char *parent, const char *between, struct span name)
{
    struct buffer path = {0};
    buffer_append_text(&path, parent);
    buffer_append_text(&path, between);
    buffer_append(&path, name);
    return buffer_take_text(&path);
}

static enum mail_error find_board(const struct maildir_store *maildir, struct span name,
                                  struct maildir_place *place_r)
{
    if (!maildir_name_is_valid_box(name))
        return MAIL_BAD_NAME;
    if (maildir->board_root == NULL)
        return MAIL_NONEXISTENT;
    place_r->path = joined(maildir->board_root, "/", name);
    return MAIL_OK;
}

static enum mail_error find_mailbox(const struct maildir_store *maildir, struct span user,
                                    struct span name, struct maildir_place *place_r)
{
    struct buffer inbox = {0};
    if (!maildir_name_is_valid_box(name) ||
        !maildir_path_expand(&inbox, maildir->mail_path, user)) {
        buffer_free(&inbox);
        return MAIL_BAD_NAME;
    }
    place_r->inbox_path = buffer_take_text(&inbox);
    place_r->is_inbox = span_is_nocase(name, "INBOX");
    place_r->path = place_r->is_inbox ? joined(place_r->inbox_path, "", (struct span){0})
                                      : joined(place_r->inbox_path, "/.", name);
    return MAIL_OK;
}

enum mail_error maildir_place_find(const struct maildir_store *maildir, struct span user,
                                   enum mail_kind kind, struct span name,
                                   struct maildir_place *place_r)
{
    *place_r = (struct maildir_place){.kind = kind};
    return kind == MAIL_BOARD ? find_board(maildir, name, place_r)
                              : find_mailbox(maildir, user, name, place_r);
}

void maildir_place_free(struct maildir_place *place)
{
    free(place->inbox_path);
    free(place->path);
    *place = (struct maildir_place){0};
}

static bool is_there(const char *path)
{
    struct maildir_dir dir;
    bool is_found = maildir_dir_open(path, &dir) != MAIL_NONEXISTENT;
    maildir_dir_close(&dir);
    return is_found;
}

enum mail_error maildir_place_create(const struct maildir_place *place)
{
    if (is_there(place->path))
        return MAIL_EXISTS;
    bool is_folder = place->kind == MAIL_MAILBOX && !place->is_inbox;
    if (is_folder && !is_there(place->inbox_path)) {
        enum mail_error error = maildir_dir_create(place->inbox_path, false);
        if (error != MAIL_OK)
            return error;
    }
    return maildir_dir_create(place->path, is_folder);
}

enum mail_error maildir_place_open(const struct maildir_place *place, struct maildir_dir *dir_r)
{
    enum mail_error error = maildir_dir_open(place->path, dir_r);
    if (error != MAIL_NONEXISTENT || !place->is_inbox)
        return error;
    error = maildir_place_create(place);
    return error == MAIL_OK || error == MAIL_EXISTS ? maildir_dir_open(place->path, dir_r) : error;
}
