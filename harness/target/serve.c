#include "target/serve.h"

#include <stdlib.h>
#include <string.h>

#include "net/server.h"
#include "reference/maildir.h"
#include "reference/reference.h"
#include "reference/store_memory.h"
#include "target/files.h"
#include "target/inside.h"
#include "target/peer.h"

enum { SERVE_IDLE_MS = 30 * 60 * 1000, SERVE_NMESSAGES = 3 };

struct serve {
    struct arena arena;
    struct mail_store *store;
    struct reference_server *server;
    struct net_server *listening;
};

/* ---- mail -------------------------------------------------------------------------------------
 */

static struct mail_store *open_maildir(struct serve *s, const struct serve_options *options,
                                       struct err *err)
{
    bool has_user = strstr(options->maildir, "%u") != NULL;
    if (!has_user && files_make_folder(options->maildir, err) != 0)
        return NULL;
    if (options->boards != NULL && files_make_folder(options->boards, err) != 0)
        return NULL;
    const char *folder = arena_printf(&s->arena, "%s%s", options->maildir, has_user ? "" : "/%u");
    const struct mail_maildir_config config = {
        .mail_path = folder, .board_root = options->boards, .no_sync = options->no_sync};
    return mail_store_maildir_new(&config);
}

/* Something to look at for those who try the server out. */
static void fill_memory(struct serve *s, const char *user)
{
    struct buffer why = {0};
    struct fixture_mailbox inbox = {.user = user,
                                    .name = "INBOX",
                                    .messages = fixture_generate(&s->arena, SERVE_NMESSAGES),
                                    .nmessages = SERVE_NMESSAGES};
    ENSURE(store_fill(s->store, user, &inbox, &why) == 0);
}

static void fill_board(struct serve *s)
{
    struct buffer why = {0};
    struct fixture_mailbox board = {.user = "",
                                    .name = "NEWS",
                                    .is_board = true,
                                    .messages = fixture_generate(&s->arena, SERVE_NMESSAGES),
                                    .nmessages = SERVE_NMESSAGES};
    ENSURE(store_fill(s->store, "", &board, &why) == 0);
}

/* ---- users ------------------------------------------------------------------------------------
 */

static void add_user(struct serve *s, const char *user, const char *password, bool in_memory)
{
    reference_server_add_user(s->server, user, password);
    if (in_memory)
        fill_memory(s, user);
}

static int read_users(struct serve *s, const struct serve_options *options, struct err *err)
{
    struct span rest;
    unsigned number = 0;
    if (files_read(options->users_file, &s->arena, &rest, err) != 0)
        return -1;
    while (rest.nbytes > 0) {
        struct span line = span_cut(&rest, '\n');
        struct span password = line;
        number++;
        if (span_trim(line).nbytes == 0 || line.data[0] == '#')
            continue;
        struct span user = span_cut(&password, ':');
        if (user.nbytes == 0 || user.nbytes == line.nbytes) {
            (void)err_set(err, options->users_file, number, 1, "expected name:password");
            err_set_source(err, line);
            return -1;
        }
        add_user(s, arena_text(&s->arena, user), arena_text(&s->arena, password),
                 options->maildir == NULL);
    }
    return 0;
}

static int add_users(struct serve *s, const struct serve_options *options, struct err *err)
{
    if (options->user != NULL)
        add_user(s, options->user, options->password == NULL ? "" : options->password,
                 options->maildir == NULL);
    return options->users_file == NULL ? 0 : read_users(s, options, err);
}

/* ---- connections ------------------------------------------------------------------------------
 */

static bool accept_connection(void *context, struct net_connection *connection,
                              struct net_peer *peer_r)
{
    struct serve *s = context;
    (void)connection;
    *peer_r = peer_of_session(s->server);
    return true;
}

static int set_up(struct serve *s, struct net_loop *loop, const struct serve_options *options,
                  struct err *err)
{
    s->store = options->maildir == NULL ? mail_store_memory_new() : open_maildir(s, options, err);
    if (s->store == NULL)
        return -1;
    const struct reference_config config = {
        .clock = net_loop_clock(loop),
        .host = options->host == NULL ? "localhost" : options->host,
        .idle_timeout_ms = options->idle_timeout_ms > 0 ? options->idle_timeout_ms : SERVE_IDLE_MS};
    s->server = reference_server_new(&config, s->store);
    if (options->maildir == NULL)
        fill_board(s);
    if (add_users(s, options, err) != 0)
        return -1;
    const struct net_server_options listening = {.host = options->host,
                                                 .port = options->port,
                                                 .max_connections = options->max_connections,
                                                 .context = s,
                                                 .accept = accept_connection};
    s->listening = net_server_listen(loop, &listening, err);
    return s->listening == NULL ? -1 : 0;
}

struct serve *serve_open(struct net_loop *loop, const struct serve_options *options,
                         struct err *err)
{
    struct serve *s = mem_alloc(sizeof *s);
    if (set_up(s, loop, options, err) != 0)
        serve_close(&s);
    return s;
}

unsigned serve_port(const struct serve *s)
{
    return net_server_port(s->listening);
}

size_t serve_nconnections(const struct serve *s)
{
    return net_server_nconnections(s->listening);
}

void serve_close(struct serve **serve)
{
    struct serve *s = *serve;
    *serve = NULL;
    if (s == NULL)
        return;
    if (s->listening != NULL)
        net_server_close(&s->listening);
    reference_server_free(&s->server);
    if (s->store != NULL)
        mail_store_free(&s->store);
    arena_free(&s->arena);
    free(s);
}
