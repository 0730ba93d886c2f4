#include <errno.h>
#include <stdlib.h>

#include "reference/maildir_batch.h"
#include "reference/maildir_file.h"
#include "reference/maildir_store.h"

enum { TRIES_MAX = 50 }; /* how often a file that others rename is pursued */

/* A Maildir that is about to get mail. */
struct target {
    struct maildir_store *maildir;
    struct maildir_dir dir;
    struct maildir_keywords keywords;
    struct maildir_batch batch;
    int error; /* why a keyword's letter could not be kept, or 0 */
};

static struct target target_of(struct maildir_store *maildir)
{
    return (struct target){
        .maildir = maildir,
        .dir = {.top = -1, .cur = -1, .new = -1, .tmp = -1},
        .batch = {.last_us = &maildir->last_us, .is_synced = maildir->is_synced}};
}

static void target_free(struct target *target)
{
    target->batch.dir = &target->dir;
    maildir_batch_free(&target->batch);
    maildir_keywords_free(&target->keywords);
    maildir_dir_close(&target->dir);
}

static enum mail_error target_commit(struct target *target, enum mail_kind kind)
{
    if (maildir_batch_commit(&target->batch) != 0)
        return maildir_error(errno);
    struct maildir_box *open = maildir_store_find_open(target->maildir, &target->dir, kind);
    if (open != NULL)
        (void)maildir_box_scan(open, true);
    return MAIL_OK;
}

/* The letter of a keyword as a bit; none when the Maildir has no letter left for it. When it cannot
 * be kept, nothing is added: what was copied keeps its flags. */
static uint32_t letter_bit(struct target *target, struct span keyword)
{
    int letter = maildir_keywords_add(&target->keywords, target->dir.top, keyword);
    if (letter == MAILDIR_LETTER_UNWRITTEN && target->error == 0)
        target->error = errno;
    return letter < 0 ? 0 : UINT32_C(1) << letter;
}

static struct maildir_flags letters_for(struct target *target, const struct mail_box *source,
                                        struct mail_flags flags)
{
    struct maildir_flags letters = {.system = flags.system};
    for (unsigned i = 0; i < source->nkeywords; i++)
        if ((flags.keywords >> i & 1) != 0)
            letters.keyword_letters |= letter_bit(target, span_of(source->keywords[i]));
    letters.known_letters = letters.keyword_letters;
    return letters;
}

static enum mail_error add_file_copy(struct target *target, struct maildir_box *source,
                                     const struct mail_message *message,
                                     struct maildir_batch_place place)
{
    struct buffer octets = {0};
    int rc = maildir_file_read(maildir_box_directory(source, message),
                               maildir_file_of(message)->name, &octets);
    if (rc == 0)
        rc = maildir_batch_add_octets(&target->batch, buffer_span(&octets), message->time.wall_s,
                                      place);
    int error = errno;
    buffer_free(&octets);
    return rc == 0 ? MAIL_OK : maildir_error(error);
}

/* A message whose file is gone can still be copied while its content is held. */
static enum mail_error add_held(struct target *target, const struct mail_message *message,
                                struct maildir_batch_place place)
{
    if (message->content == NULL)
        return MAIL_GONE;
    int rc = maildir_batch_add_octets(&target->batch, message->content->octets,
                                      message->time.wall_s, place);
    return rc == 0 ? MAIL_OK : maildir_error(errno);
}

static enum mail_error add_copy(struct target *target, struct maildir_box *source,
                                struct mail_message *message)
{
    struct maildir_batch_place place = {.flags = letters_for(target, &source->box, message->flags)};
    if (target->error != 0)
        return maildir_error(target->error);
    for (int i = 0; i < TRIES_MAX && !message->is_removed; i++) {
        if (maildir_batch_add_link(&target->batch, maildir_box_directory(source, message),
                                   maildir_file_of(message)->name, place) == 0)
            return MAIL_OK;
        if (errno != ENOENT)
            return add_file_copy(target, source, message, place);
        if (!maildir_box_locate(source, message))
            break;
    }
    return add_held(target, message, place);
}

static enum mail_error copy_all(struct target *target, struct maildir_box *source,
                                struct mail_message *const *messages, size_t n)
{
    target->batch.dir = &target->dir;
    (void)maildir_keywords_refresh(&target->keywords, target->dir.top);
    for (size_t i = 0; i < n; i++) {
        enum mail_error error = add_copy(target, source, messages[i]);
        if (error != MAIL_OK)
            return error;
    }
    return target_commit(target, MAIL_MAILBOX);
}

/* Opens the destination of a COPY, made with the keywords of the source when it is missing. */
static enum mail_error open_destination(struct target *target, const struct maildir_place *place,
                                        const struct mail_box *source, bool *is_made_r)
{
    enum mail_error error = maildir_place_open(place, &target->dir);
    *is_made_r = error == MAIL_NONEXISTENT;
    if (*is_made_r) {
        error = maildir_place_create(place);
        if (error == MAIL_OK)
            error = maildir_dir_open(place->path, &target->dir);
    }
    if (error != MAIL_OK)
        return error;
    if ((maildir_dir_rights(place->path) & MAILDIR_WRITE) == 0)
        return MAIL_NO_WRITE;
    for (unsigned i = 0; *is_made_r && i < source->nkeywords; i++)
        (void)letter_bit(target, span_of(source->keywords[i]));
    return target->error == 0 ? MAIL_OK : maildir_error(target->error);
}

enum mail_error maildir_store_append(struct mail_store *store, struct span user, struct span name,
                                     struct mail_box *source, struct mail_message *const *messages,
                                     size_t n)
{
    struct target target = target_of(maildir_store_of(store));
    struct maildir_place place;
    bool is_made = false;
    enum mail_error error = maildir_place_find(target.maildir, user, MAIL_MAILBOX, name, &place);
    if (error == MAIL_OK)
        error = open_destination(&target, &place, source, &is_made);
    if (error == MAIL_OK)
        error = copy_all(&target, maildir_box_of(source), messages, n);
    target_free(&target);
    if (error != MAIL_OK && is_made)
        maildir_dir_remove(place.path);
    maildir_place_free(&place);
    return error;
}

static enum mail_error deliver_one(struct target *target, const struct mail_delivery *delivery)
{
    struct maildir_batch_place place = {.flags = {.system = delivery->system_flags},
                                        .is_old = delivery->is_old};
    target->batch.dir = &target->dir;
    (void)maildir_keywords_refresh(&target->keywords, target->dir.top);
    for (size_t i = 0; delivery->keywords != NULL && delivery->keywords[i] != NULL; i++)
        place.flags.keyword_letters |= letter_bit(target, span_of(delivery->keywords[i]));
    if (target->error != 0)
        return maildir_error(target->error);
    place.flags.known_letters = place.flags.keyword_letters;
    struct span octets = delivery->content != NULL ? delivery->content->octets : delivery->octets;
    int rc = maildir_batch_add_octets(&target->batch, octets, delivery->time.wall_s, place);
    return rc == 0 ? MAIL_OK : maildir_error(errno);
}

enum mail_error maildir_store_deliver(struct mail_store *store, struct span user,
                                      enum mail_kind kind, struct span name,
                                      const struct mail_delivery *delivery)
{
    struct target target = target_of(maildir_store_of(store));
    struct maildir_place place;
    enum mail_error error = maildir_place_find(target.maildir, user, kind, name, &place);
    if (error == MAIL_OK)
        error = maildir_place_open(&place, &target.dir);
    if (error == MAIL_OK)
        error = deliver_one(&target, delivery);
    if (error == MAIL_OK)
        error = target_commit(&target, kind);
    target_free(&target);
    maildir_place_free(&place);
    return error;
}
