#include <stdio.h>
#include <sys/resource.h>

#include "cli/tables.h"
#include "target/serve.h"

struct options {
    const char *host, *maildir, *boards, *users, *user, *password;
    uint64_t port, idle_s, max_connections;
    bool no_sync;
};

#define MEMBER(name) offsetof(struct options, name)

const struct cli_option serve_option_table[] = {
    {0, "host", "HOST", CLI_TEXT, MEMBER(host), "address to listen at (default: 127.0.0.1)"},
    {0, "port", "N", CLI_NUMBER, MEMBER(port), "port to listen at (default: any free one)"},
    {0, "maildir", "DIR", CLI_TEXT, MEMBER(maildir), "mail is in DIR/USER, a Maildir each"},
    {0, "boards", "DIR", CLI_TEXT, MEMBER(boards), "bulletin boards are Maildirs in DIR"},
    {0, "user", "NAME", CLI_TEXT, MEMBER(user), "who may log in (default: fred)"},
    {0, "password", "TEXT", CLI_TEXT, MEMBER(password), "with this password (default: secret)"},
    {0, "users", "FILE", CLI_TEXT, MEMBER(users), "further users, one name:password a line"},
    {0, "idle", "SECONDS", CLI_NUMBER, MEMBER(idle_s),
     "log out after that silence (default: 1800)"},
    {0, "max-connections", "N", CLI_NUMBER, MEMBER(max_connections), "further ones are closed"},
    {0, "no-sync", NULL, CLI_FLAG, MEMBER(no_sync), "do not wait for the disk"},
    {0}};

static int check(const struct options *o, struct err *err)
{
    if (o->port > 65535)
        return err_set(err, NULL, 0, 0, "--port wants a number up to 65535");
    if ((o->user == NULL) != (o->password == NULL))
        return err_set(err, NULL, 0, 0, "--user and --password go together");
    if (o->idle_s > 86400)
        return err_set(err, NULL, 0, 0, "--idle wants a number of seconds up to 86400");
    return 0;
}

static struct serve_options serve_options_of(const struct options *o)
{
    bool is_default = o->user == NULL && o->users == NULL;
    return (struct serve_options){.host = o->host,
                                  .port = (unsigned)o->port,
                                  .maildir = o->maildir,
                                  .boards = o->boards,
                                  .no_sync = o->no_sync,
                                  .user = is_default ? "fred" : o->user,
                                  .password = is_default ? "secret" : o->password,
                                  .users_file = o->users,
                                  .idle_timeout_ms = (int64_t)o->idle_s * 1000,
                                  .max_connections = (size_t)o->max_connections};
}

/* Every connection takes a descriptor: as many as the system lets us have. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int cli_serve(struct cli *cli, int argc, char **argv)
{
    struct options o = {0};
    struct cli_texts arguments = {0};
    struct err err;
    if (cli_options_read(cli, serve_option_table, argc, argv, &o, &arguments, &err) != 0 ||
        check(&o, &err) != 0)
        return cli_fail(&err);
    if (arguments.nitems > 0) {
        (void)err_set(&err, NULL, 0, 0, "serve takes options only, not \"%s\"", arguments.items[0]);
        return cli_fail(&err);
    }
    raise_descriptor_limit();
    struct serve_options options = serve_options_of(&o);
    struct net_loop *loop = net_loop_new();
    struct serve *serve = serve_open(loop, &options, &err);
    int status = 0;
    if (serve == NULL) {
        (void)cli_fail(&err);
        status = RESULT_EXIT_TARGET;
    } else {
        net_loop_catch_signals(loop);
        (void)printf("listening on %s:%u\n", o.host == NULL ? "127.0.0.1" : o.host,
                     serve_port(serve));
        (void)fflush(stdout);
        while (net_loop_signal(loop) == 0)
            (void)net_wait(loop, -1);
    }
    serve_close(&serve);
    net_loop_free(&loop);
    return status;
}
