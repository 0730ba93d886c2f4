#include "reference/reference.h"
#include "reference/store_memory.h"
#include "target/inside.h"
#include "target/peer.h"

enum { BUNDLED_IDLE_MS = 30 * 60 * 1000 };

static enum run_readiness prepare(void *context, struct net_loop *loop,
                                  const struct run_setup *setup, struct buffer *why)
{
    struct target *t = context;
    struct target_worker *w = &t->worker;
    const struct reference_config config = {.clock = net_loop_clock(loop),
                                            .host = "reference.example",
                                            .idle_timeout_ms = BUNDLED_IDLE_MS};
    w->store = mail_store_memory_new();
    w->server = reference_server_new(&config, w->store);
    for (size_t i = 0; i < setup->nusers; i++)
        reference_server_add_user(w->server, setup->users[i], t->file->password);
    for (size_t i = 0; i < setup->nmailboxes; i++)
        if (store_fill(w->store, setup->mailboxes[i].user, &setup->mailboxes[i], why) != 0) {
            detach_bundled(t);
            return RUN_BROKEN;
        }
    return RUN_READY;
}

static struct carrier *connect_session(void *context, struct net_loop *loop, const char *user,
                                       struct err *err)
{
    struct target *t = context;
    (void)user;
    (void)err;
    return carrier_open_peer(loop, peer_of_session(t->worker.server));
}

static int deliver(void *context, struct net_loop *loop, const char *user, const char *mailbox,
                   const struct fixture_message *message, struct err *err)
{
    struct target *t = context;
    (void)loop;
    return store_deliver(t->worker.store, user, mailbox, user[0] == '\0', message, true, err);
}

static const char *user_name(void *context, const char *role)
{
    (void)context;
    return role;
}

static bool is_well(void *context, struct net_loop *loop, struct buffer *why)
{
    (void)context;
    (void)loop;
    (void)why;
    return true;
}

static void finish(void *context, struct net_loop *loop)
{
    (void)loop;
    detach_bundled(context);
}

void detach_bundled(struct target *t)
{
    reference_server_free(&t->worker.server);
    if (t->worker.store != NULL)
        mail_store_free(&t->worker.store);
}

void attach_bundled(struct target *t, struct run_target *run_r)
{
    run_r->is_in_process = true;
    run_r->prepare = prepare;
    run_r->connect = connect_session;
    run_r->deliver = deliver;
    run_r->user_name = user_name;
    run_r->is_well = is_well;
    run_r->finish = finish;
    (void)t;
}
