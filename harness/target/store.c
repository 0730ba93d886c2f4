#include "target/inside.h"

/* Keywords of one message, NULL-terminated; more than a mailbox can have are left to the store to
 * refuse. */
struct message_flags {
    uint32_t system;
    const char *keywords[MAIL_KEYWORDS_MAX + 2];
};

static const struct {
    const char *name;
    uint32_t bit;
} system_flags[] = {{"\\Answered", MAIL_ANSWERED},
                    {"\\Flagged", MAIL_FLAGGED},
                    {"\\Deleted", MAIL_DELETED},
                    {"\\Seen", MAIL_SEEN}};

static void sort_flags(const struct fixture_message *message, struct message_flags *flags)
{
    size_t nkeywords = 0;
    *flags = (struct message_flags){0};
    for (size_t i = 0; i < message->nflags; i++) {
        struct span flag = span_of(message->flags[i]);
        for (size_t k = 0; k < sizeof system_flags / sizeof system_flags[0]; k++)
            if (span_is_nocase(flag, system_flags[k].name))
                flags->system |= system_flags[k].bit;
        if (flag.nbytes > 0 && flag.data[0] != '\\' && nkeywords <= MAIL_KEYWORDS_MAX)
            flags->keywords[nkeywords++] = message->flags[i];
    }
}

static enum mail_error deliver(struct mail_store *store, struct span user, enum mail_kind kind,
                               struct span mailbox, const struct fixture_message *message,
                               bool is_new)
{
    struct message_flags flags;
    sort_flags(message, &flags);
    struct mail_content *content = mail_content_new(message->octets);
    struct mail_delivery delivery = {
        .content = content,
        .time = {.wall_s = message->internal_date_s, .zone_minutes = message->zone_minutes},
        .system_flags = flags.system,
        .keywords = flags.keywords,
        .is_old = !is_new,
    };
    enum mail_error error = store->ops->deliver(store, user, kind, mailbox, &delivery);
    mail_content_drop(&content);
    return error;
}

bool store_is_inbox(const struct fixture_mailbox *mailbox)
{
    return !mailbox->is_board && span_is_nocase(span_of(mailbox->name), "INBOX");
}

int store_fill(struct mail_store *store, const char *user, const struct fixture_mailbox *mailbox,
               struct buffer *why)
{
    struct span owner = span_of(user);
    struct span name = span_of(mailbox->name);
    enum mail_kind kind = mailbox->is_board ? MAIL_BOARD : MAIL_MAILBOX;
    struct mail_box_spec spec = {0};
    enum mail_error error = store->ops->create(store, owner, kind, name, &spec);
    for (size_t i = 0; error == MAIL_OK && i < mailbox->nmessages; i++)
        error = deliver(store, owner, kind, name, &mailbox->messages[i],
                        mailbox->messages[i].is_recent);
    bool is_restricted = mailbox->is_readonly || mailbox->is_unreadable;
    if (error == MAIL_OK && is_restricted)
        error = store->ops->set_access(store, owner, kind, name, !mailbox->is_unreadable,
                                       !mailbox->is_readonly && !mailbox->is_board);
    if (error == MAIL_OK)
        return 0;
    buffer_printf(why, "mailbox %s of %s: %s", mailbox->name, user, mail_error_text(error));
    return -1;
}

int store_deliver(struct mail_store *store, const char *user, const char *mailbox, bool is_board,
                  const struct fixture_message *message, bool is_new, struct err *err)
{
    enum mail_error error = deliver(store, span_of(user), is_board ? MAIL_BOARD : MAIL_MAILBOX,
                                    span_of(mailbox), message, is_new);
    if (error == MAIL_OK)
        return 0;
    return err_set(err, "", 0, 0, "mailbox %s of %s: %s", mailbox, user, mail_error_text(error));
}
