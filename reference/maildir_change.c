#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "reference/maildir_box.h"
#include "reference/maildir_file.h"

enum { TRIES_MAX = 50 }; /* how often a file that others rename is pursued */

static void set_name(struct mail_message *message, struct buffer *name)
{
    struct maildir_file *file = maildir_file_of(message);
    free(file->name);
    file->name = buffer_take_text(name);
    file->is_in_new = false;
}

/* Moves the message's file to cur with these flags (NULL: with those it has); pursues it when
 * others have renamed it. */
static enum mail_error move_to_cur(struct maildir_box *box, struct mail_message *message,
                                   const struct maildir_flags *flags)
{
    for (int i = 0; i < TRIES_MAX; i++) {
        const struct maildir_file *file = maildir_file_of(message);
        struct buffer name = {0};
        struct span old = span_of(file->name);
        maildir_name_write(&name, old,
                           flags != NULL
                               ? *flags
                               : (struct maildir_flags){.system = maildir_name_system_flags(old)});
        buffer_append_byte(&name, '\0');
        buffer_truncate(&name, name.nbytes - 1);
        if (!file->is_in_new && span_is(buffer_span(&name), file->name)) {
            buffer_free(&name);
            return MAIL_OK;
        }
        int rc = maildir_file_move(maildir_box_directory(box, message), file->name, box->dir.cur,
                                   buffer_span(&name).data);
        int error = errno;
        if (rc == 0)
            set_name(message, &name);
        buffer_free(&name);
        if (rc == 0)
            return MAIL_OK;
        if (error != ENOENT)
            return maildir_error(error);
        if (!maildir_box_locate(box, message))
            return MAIL_GONE;
    }
    return MAIL_FAILED;
}

enum mail_error maildir_box_claim(struct maildir_box *box, struct mail_message *message)
{
    mail_message_set_new(&box->box, message, false);
    if (!box->is_writable || message->is_removed || !maildir_file_of(message)->is_in_new)
        return MAIL_OK;
    return move_to_cur(box, message, NULL);
}

/* Gives a letter to each keyword that has none. */
static enum mail_error find_letters(struct maildir_box *box, uint32_t keywords)
{
    for (unsigned i = 0; i < box->box.nkeywords; i++) {
        struct span name = span_of(box->box.keywords[i]);
        if ((keywords >> i & 1) == 0 || maildir_keywords_find(&box->keywords, name) >= 0)
            continue;
        if (maildir_keywords_add(&box->keywords, box->dir.top, name) < 0)
            return MAIL_FAILED;
        maildir_box_refresh_keywords(box);
    }
    return MAIL_OK;
}

enum mail_error maildir_box_set_flags(struct maildir_box *box, struct mail_message *message,
                                      struct mail_flags flags)
{
    if (message->is_removed)
        return MAIL_GONE;
    if (!box->is_writable)
        return MAIL_NO_WRITE;
    enum mail_error error = find_letters(box, flags.keywords);
    if (error != MAIL_OK)
        return error;
    const struct maildir_flags letters = maildir_box_letters(box, flags);
    error = move_to_cur(box, message, &letters);
    if (error == MAIL_OK)
        mail_box_note_flags(&box->box, message, flags);
    return error;
}

enum mail_error maildir_box_unlink(struct maildir_box *box, struct mail_message *message)
{
    for (int i = 0; i < TRIES_MAX; i++) {
        const struct maildir_file *file = maildir_file_of(message);
        if (unlinkat(maildir_box_directory(box, message), file->name, 0) == 0)
            return MAIL_OK;
        if (errno != ENOENT)
            return maildir_error(errno);
        if (!maildir_box_locate(box, message))
            return MAIL_OK; /* somebody else was faster */
        bool is_deleted = (maildir_name_system_flags(span_of(maildir_file_of(message)->name)) &
                           MAIL_DELETED) != 0;
        if ((message->flags.system & MAIL_DELETED) != 0 && !is_deleted)
            return MAIL_FAILED; /* somebody else has just taken the flag back */
    }
    return MAIL_FAILED;
}

enum mail_error maildir_box_load(struct maildir_box *box, struct mail_message *message)
{
    if (message->is_removed) /* looking for its file would read the directory, for each of them */
        return MAIL_GONE;
    for (int i = 0; i < TRIES_MAX; i++) {
        struct buffer octets = {0};
        int rc = maildir_file_read(maildir_box_directory(box, message),
                                   maildir_file_of(message)->name, &octets);
        int error = errno;
        if (rc == 0) {
            message->content = mail_content_new_from_lines(buffer_span(&octets));
            message->nbytes = message->content->octets.nbytes;
            message->has_size = true;
        }
        buffer_free(&octets);
        if (rc == 0)
            return MAIL_OK;
        if (error != ENOENT)
            return MAIL_FAILED;
        if (!maildir_box_locate(box, message))
            return MAIL_GONE;
    }
    return MAIL_FAILED;
}
