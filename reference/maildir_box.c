#include "reference/maildir_box.h"

#include <stdlib.h>

struct maildir_box *maildir_box_new(struct mail_store *store, enum mail_kind kind, struct span name,
                                    const struct maildir_dir *dir)
{
    struct maildir_box *box = mem_alloc(sizeof *box);
    mail_box_init(&box->box, store, kind, name);
    box->dir = *dir;
    for (int i = 0; i < MAILDIR_LETTERS; i++)
        box->keyword_of_letter[i] = -1;
    return box;
}

void maildir_box_free(struct maildir_box **box)
{
    struct maildir_box *old = *box;
    *box = NULL;
    mail_box_clear(&old->box);
    maildir_keywords_free(&old->keywords);
    maildir_dir_close(&old->dir);
    free(old);
}

int maildir_box_directory(const struct maildir_box *box, const struct mail_message *message)
{
    return maildir_file_of(message)->is_in_new ? box->dir.new : box->dir.cur;
}

/* A keyword that two letters stand for is written as the first of them. */
struct maildir_flags maildir_box_letters(const struct maildir_box *box, struct mail_flags flags)
{
    struct maildir_flags letters = {.system = flags.system};
    uint32_t missing = flags.keywords;
    for (int i = 0; i < MAILDIR_LETTERS; i++) {
        int index = box->keyword_of_letter[i];
        if (index < 0)
            continue;
        letters.known_letters |= UINT32_C(1) << i;
        if ((missing >> index & 1) != 0)
            letters.keyword_letters |= UINT32_C(1) << i;
        missing &= ~(UINT32_C(1) << index);
    }
    return letters;
}

void maildir_box_refresh_keywords(struct maildir_box *box)
{
    (void)maildir_keywords_refresh(&box->keywords, box->dir.top);
    for (int i = 0; i < MAILDIR_LETTERS; i++) {
        const char *name = box->keywords.names[i];
        box->keyword_of_letter[i] =
            name == NULL ? -1 : mail_box_add_keyword(&box->box, span_of(name));
    }
}
