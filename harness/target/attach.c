#include <string.h>

#include "target/inside.h"

static bool has_boards(const struct run_setup *setup)
{
    for (size_t i = 0; i < setup->nmailboxes; i++)
        if (setup->mailboxes[i].is_board)
            return true;
    return false;
}

static enum run_readiness is_possible(struct target *t, const struct run_setup *setup,
                                      struct buffer *why)
{
    if (t->missing != NULL) {
        buffer_append_text(why, t->missing);
        return RUN_SKIP;
    }
    if (setup->needs_deliver && features_answer(t, "DELIVER") != RUN_YES) {
        buffer_printf(why, "%s has no deliver hook", t->file->name);
        return RUN_SKIP;
    }
    if (watch_has_died(t, why))
        return RUN_BROKEN;
    return users_take(t, setup->users, setup->nusers, why) ? RUN_READY : RUN_SKIP;
}

static void end_case(struct target *t)
{
    struct target_worker *w = &t->worker;
    while (w->nprograms > 0)
        net_process_free(&w->programs[--w->nprograms]);
    w->nroles = 0;
    if (w->has_boards)
        fill_forget_boards(t);
    w->has_boards = false;
    users_unlock(t);
}

static enum run_readiness prepare(void *context, struct net_loop *loop,
                                  const struct run_setup *setup, struct buffer *why)
{
    struct target *t = context;
    enum run_readiness readiness = is_possible(t, setup, why);
    if (readiness != RUN_READY)
        return readiness;
    t->worker.has_boards = has_boards(setup);
    users_lock(t, t->worker.has_boards);
    readiness = fill_all(t, loop, setup, why);
    watch_begin(t);
    if (readiness != RUN_READY)
        end_case(t);
    return readiness;
}

static struct carrier *connect_session(void *context, struct net_loop *loop, const char *user,
                                       struct err *err)
{
    struct target *t = context;
    const struct target_role *role = users_find(t, user);
    return daemon_connect(t, loop, role == NULL ? user : role->name, err);
}

static int deliver(void *context, struct net_loop *loop, const char *user, const char *mailbox,
                   const struct fixture_message *message, struct err *err)
{
    return fill_deliver(context, loop, user, mailbox, message, err);
}

static const char *user_name(void *context, const char *role)
{
    const struct target_role *found = users_find(context, role);
    return found == NULL ? role : found->name;
}

static void finish(void *context, struct net_loop *loop)
{
    (void)loop;
    end_case(context);
}

void attach_outside(struct target *t, struct run_target *run_r)
{
    (void)t;
    run_r->prepare = prepare;
    run_r->connect = connect_session;
    run_r->deliver = deliver;
    run_r->user_name = user_name;
    run_r->finish = finish;
}
