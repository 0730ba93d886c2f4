#include <string.h>

#include "reference/maildir.h"
#include "target/files.h"
#include "target/inside.h"
#include "target/probe.h"

/* ---- through the bundled server's own store ------------------------------------------------- */

static struct mail_store *disk_store(struct target *t)
{
    if (t->worker.store == NULL) {
        const struct mail_maildir_config config = {
            .mail_path = arena_printf(&t->arena, "%s/mail/%%u", t->folder),
            .board_root = arena_printf(&t->arena, "%s/boards", t->folder),
            .no_sync = true};
        t->worker.store = mail_store_maildir_new(&config);
    }
    return t->worker.store;
}

static const char *name_of(const struct target *t, const char *role)
{
    const struct target_role *found = users_find(t, role);
    return found == NULL ? role : found->name;
}

static void remove_below(const struct target *t, const char *folder, const char *name)
{
    struct arena arena = {0};
    files_remove_tree(arena_printf(&arena, "%s/%s/%s", t->folder, folder, name));
    arena_free(&arena);
}

static bool is_plain_inbox(const struct fixture_mailbox *mailbox)
{
    return store_is_inbox(mailbox) && mailbox->nmessages == 0 && !mailbox->is_readonly &&
           !mailbox->is_unreadable;
}

static enum run_readiness fill_store(struct target *t, const struct run_setup *setup,
                                     struct buffer *why)
{
    for (size_t i = 0; i < t->worker.nroles; i++)
        if (t->worker.roles[i].was_used)
            remove_below(t, "mail", t->worker.roles[i].name);
    for (size_t i = 0; i < setup->nmailboxes; i++) {
        const struct fixture_mailbox *mailbox = &setup->mailboxes[i];
        if (!is_plain_inbox(mailbox) &&
            store_fill(disk_store(t), name_of(t, mailbox->user), mailbox, why) != 0)
            return RUN_BROKEN;
    }
    return RUN_READY;
}

void fill_forget_boards(struct target *t)
{
    struct arena arena = {0};
    struct err err;
    const char *folder = arena_printf(&arena, "%s/boards", t->folder);
    if (t->is_bundled) {
        files_remove_tree(folder);
        ENSURE(files_make_folder(folder, &err) == 0);
    }
    arena_free(&arena);
}

/* ---- through the provision hook ---------------------------------------------------------------
 */

static const char *new_folder(struct target *t, struct arena *arena)
{
    return arena_printf(arena, "%s/fixture-%u-%u", t->folder, t->worker.number,
                        t->worker.nfixtures++);
}

static enum run_readiness provision(struct target *t, struct net_loop *loop,
                                    const struct fixture_mailbox *mailbox, struct buffer *why)
{
    struct arena arena = {0};
    struct err err;
    const char *folder = new_folder(t, &arena);
    enum run_readiness readiness = RUN_BROKEN;
    if (files_write_fixture(folder, mailbox, &err) != 0) {
        buffer_append_text(why, err.text);
    } else {
        const struct hook_values values = {
            .user = mailbox->is_board ? "" : name_of(t, mailbox->user),
            .mailbox = store_is_inbox(mailbox) ? "INBOX" : mailbox->name,
            .fixture = folder};
        readiness = hook_run(t, loop, "provision", &t->file->provision, &values, why);
    }
    files_remove_tree(folder);
    arena_free(&arena);
    return readiness;
}

/* The inboxes first: providing one takes away all that the user had. */
static enum run_readiness fill_by_hook(struct target *t, struct net_loop *loop,
                                       const struct run_setup *setup, struct buffer *why)
{
    enum run_readiness readiness = RUN_READY;
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; readiness == RUN_READY && i < setup->nmailboxes; i++) {
            const struct fixture_mailbox *mailbox = &setup->mailboxes[i];
            const struct target_role *role = users_find(t, mailbox->user);
            bool is_there = is_plain_inbox(mailbox) && role != NULL && !role->was_used;
            if (store_is_inbox(mailbox) == (round == 0) && !is_there)
                readiness = provision(t, loop, mailbox, why);
        }
    return readiness;
}

/* ---- without a hook ---------------------------------------------------------------------------
 */

/* Only a case that asks for nothing but empty inboxes can be played, if that is what is there; or
 * one that asks for no mailboxes at all, which takes them as they are. */
static enum run_readiness check_empty(struct target *t, struct net_loop *loop,
                                      const struct run_setup *setup, struct buffer *why)
{
    for (size_t i = 0; i < setup->nmailboxes; i++)
        if (!is_plain_inbox(&setup->mailboxes[i])) {
            buffer_printf(why, "%s has no provision hook to put %s there", t->file->name,
                          setup->mailboxes[i].name);
            return RUN_SKIP;
        }
    for (size_t i = 0; i < t->worker.nroles && setup->nmailboxes > 0; i++) {
        size_t nmessages = 0;
        struct err err;
        if (probe_count_messages(t, loop, t->worker.roles[i].name, &nmessages, &err) != 0) {
            buffer_printf(why,
                          "%s has no provision hook, and whether INBOX is empty is not known: "
                          "%s",
                          t->file->name, err.text);
            return RUN_SKIP;
        }
        if (nmessages > 0) {
            buffer_printf(why, "%s has no provision hook, and INBOX of %s is not empty: %zu",
                          t->file->name, t->worker.roles[i].name, nmessages);
            return RUN_SKIP;
        }
    }
    return RUN_READY;
}

enum run_readiness fill_all(struct target *t, struct net_loop *loop, const struct run_setup *setup,
                            struct buffer *why)
{
    if (t->is_bundled)
        return fill_store(t, setup, why);
    if (hook_is_there(t, &t->file->provision))
        return fill_by_hook(t, loop, setup, why);
    return check_empty(t, loop, setup, why);
}

/* ---- while the case is played -----------------------------------------------------------------
 */

static int deliver_by_hook(struct target *t, struct net_loop *loop, const char *user,
                           const char *mailbox, const struct fixture_message *message,
                           struct err *err)
{
    struct arena arena = {0};
    struct buffer why = {0};
    const char *path = arena_printf(&arena, "%s.eml", new_folder(t, &arena));
    int result = files_write_message(path, message, err);
    if (result == 0) {
        const struct hook_values values = {
            .user = name_of(t, user), .mailbox = mailbox, .message = path};
        if (hook_run(t, loop, "deliver", &t->file->deliver, &values, &why) != RUN_READY)
            result = err_set(err, "", 0, 0, "%.*s", SPAN_ARG(buffer_span(&why)));
    }
    files_remove_tree(path);
    buffer_free(&why);
    arena_free(&arena);
    return result;
}

int fill_deliver(struct target *t, struct net_loop *loop, const char *user, const char *mailbox,
                 const struct fixture_message *message, struct err *err)
{
    if (t->is_bundled)
        return store_deliver(disk_store(t), name_of(t, user), mailbox, user[0] == '\0', message,
                             true, err);
    if (!hook_is_there(t, &t->file->deliver))
        return err_set(err, "", 0, 0, "%s has no deliver hook", t->file->name);
    return deliver_by_hook(t, loop, user, mailbox, message, err);
}
