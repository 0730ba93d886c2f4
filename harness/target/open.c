#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target/files.h"
#include "target/inside.h"
#include "target/resident.h"

enum { OPEN_TIMEOUT_MS = 5000, OPEN_BUNDLED_USERS = 500 };

/* ---- is it installed --------------------------------------------------------------------------
 */

static bool is_in_folder(struct span folder, const char *program)
{
    struct arena arena = {0};
    bool is = folder.nbytes > 0 &&
              access(arena_printf(&arena, "%.*s/%s", SPAN_ARG(folder), program), X_OK) == 0;
    arena_free(&arena);
    return is;
}

/* Servers are often where only the superuser's PATH leads. */
static bool is_installed(const char *program)
{
    if (strchr(program, '/') != NULL)
        return access(program, X_OK) == 0;
    const char *path = getenv("PATH");
    struct span rest = span_of(path == NULL ? "/usr/bin:/bin" : path);
    while (rest.nbytes > 0)
        if (is_in_folder(span_cut(&rest, ':'), program))
            return true;
    return is_in_folder(SPAN_LIT("/usr/sbin"), program) ||
           is_in_folder(SPAN_LIT("/usr/local/sbin"), program) ||
           is_in_folder(SPAN_LIT("/sbin"), program);
}

static void look_for_programs(struct target *t)
{
    const struct script_names *programs = &t->file->programs;
    for (size_t i = 0; i < programs->nitems && t->missing == NULL; i++)
        if (!is_installed(programs->items[i]))
            t->missing =
                arena_printf(&t->arena, "needs %s, which is not installed", programs->items[i]);
}

/* ---- from a name ------------------------------------------------------------------------------
 */

static const char *folder_of(struct target *t, const char *path)
{
    char *real = realpath(path, NULL);
    struct span whole = span_of(real == NULL ? path : real);
    size_t n = whole.nbytes;
    while (n > 0 && whole.data[n - 1] != '/')
        n--;
    const char *folder = n == 0 ? "." : arena_text(&t->arena, span_slice(whole, 0, n - 1));
    free(real);
    return folder;
}

static struct script_target *made_up(struct target *t, const char *name, const char *title)
{
    struct script_target *file = arena_alloc(&t->arena, sizeof *file);
    *file = (struct script_target){.name = name,
                                   .title = title,
                                   .side = SIDE_SERVER,
                                   .dialect = "imap2",
                                   .host = "127.0.0.1",
                                   .ready_text = "",
                                   .ready_timeout_ms = 10000,
                                   .stop_signal = "SIGTERM",
                                   .user_pattern = "fred",
                                   .password = "secret",
                                   .user_count = 1};
    t->home = ".";
    t->file = file;
    return file;
}

static void open_reference(struct target *t)
{
    struct script_target *file = made_up(t, "reference", "the bundled reference server");
    file->carrier = CARRIER_IN_PROCESS;
    t->way = TARGET_IN_PROCESS;
    t->is_bundled = true;
}

static struct script_names names_of(struct target *t, const char *const *words, size_t nwords)
{
    const char **copy = arena_array(&t->arena, nwords, sizeof *copy);
    memcpy(copy, words, nwords * sizeof *copy);
    return (struct script_names){copy, nwords};
}

/* What our own programs write on stderr when they are ill. */
static struct script_names own_bad_words(struct target *t)
{
    static const char *const words[] = {"AddressSanitizer", "LeakSanitizer",
                                        "runtime error:", "ENSURE"};
    return names_of(t, words, sizeof words / sizeof words[0]);
}

static void open_reference_tcp(struct target *t)
{
    const char *const words[] = {t->imapspec, "serve",       "--port",   "{port}",
                                 "--maildir", "{dir}/mail",  "--boards", "{dir}/boards",
                                 "--users",   "{dir}/users", "--no-sync"};
    struct script_target *file =
        made_up(t, "reference-tcp", "the bundled reference server, over TCP on a Maildir");
    file->carrier = CARRIER_TCP;
    file->start = names_of(t, words, sizeof words / sizeof words[0]);
    file->stderr_bad = own_bad_words(t);
    file->user_pattern = "fred{n}";
    file->user_count = OPEN_BUNDLED_USERS;
    t->way = TARGET_DAEMON;
    t->is_bundled = true;
}

static void open_reference_client(struct target *t)
{
    struct script_target *file = made_up(t, "reference", "the bundled reference client");
    file->side = SIDE_CLIENT;
    file->carrier = CARRIER_IN_PROCESS;
    t->way = TARGET_IN_PROCESS;
}

static void open_reference_shim(struct target *t)
{
    const char *const words[] = {t->imapspec, "shim"};
    struct script_target *file =
        made_up(t, "reference-shim", "the bundled reference client, as a program");
    file->side = SIDE_CLIENT;
    file->start = names_of(t, words, sizeof words / sizeof words[0]);
    file->stderr_bad = own_bad_words(t);
    t->way = TARGET_CLIENT;
}

/* A command line for the shell. */
static struct script_target *open_command(struct target *t, const struct target_request *request,
                                          const char *name, const char *command)
{
    const char *const words[] = {"/bin/sh", "-c", arena_text(&t->arena, span_of(command))};
    struct script_target *file = made_up(t, name, words[2]);
    file->side = SIDE_CLIENT;
    file->carrier = request->uses_tls ? CARRIER_TLS : CARRIER_TCP;
    file->start = names_of(t, words, sizeof words / sizeof words[0]);
    t->way = TARGET_CLIENT;
    return file;
}

static void open_exec(struct target *t, const struct target_request *request)
{
    struct script_target *file = open_command(t, request, "exec", request->exec);
    struct script_feature *feature = arena_alloc(&t->arena, sizeof *feature);
    *feature = (struct script_feature){.name = "exec", .setting = FEATURE_YES};
    file->features = feature;
    file->nfeatures = 1;
}

/* "HOST:PORT" or "[HOST]:PORT". */
static bool split_address(struct span argument, struct span *host_r, uint32_t *port_r)
{
    size_t colon = argument.nbytes;
    while (colon > 0 && argument.data[colon - 1] != ':')
        colon--;
    if (colon < 2 || number_parse_u32(span_from(argument, colon), port_r) != 0 || *port_r == 0 ||
        *port_r > 65535)
        return false;
    *host_r = span_slice(argument, 0, colon - 1);
    if (host_r->data[0] == '[' && host_r->data[host_r->nbytes - 1] == ']')
        *host_r = span_slice(*host_r, 1, host_r->nbytes - 2);
    return host_r->nbytes > 0 && span_find_byte(*host_r, '/') == SPAN_NPOS;
}

static int open_remote(struct target *t, const struct target_request *request, struct span host,
                       uint32_t port, struct err *err)
{
    if (request->user == NULL || request->password == NULL)
        return err_set(err, "", 0, 0, "%s: a server that runs needs --user and --password",
                       request->argument);
    struct script_target *file =
        made_up(t, arena_text(&t->arena, span_of(request->argument)), "a server that runs");
    file->title = file->name;
    file->host = arena_text(&t->arena, host);
    file->port = port;
    file->carrier = request->uses_tls ? CARRIER_TLS : CARRIER_TCP;
    t->way = TARGET_REMOTE;
    return 0;
}

static bool names_certificate(const struct script_target *file)
{
    for (size_t i = 0; i < file->start.nitems; i++)
        if (strstr(file->start.items[i], "{certificate}") != NULL)
            return true;
    return false;
}

static int open_file(struct target *t, const char *path, struct err *err)
{
    struct span text;
    struct script_target *file;
    if (files_read(path, &t->arena, &text, err) != 0 ||
        script_read_target(text, path, &t->arena, &file, err) != 0)
        return -1;
    t->file = file;
    t->home = folder_of(t, path);
    if (file->carrier == CARRIER_IN_PROCESS)
        return err_set(err, path, file->place.line, file->place.col,
                       "only the built-in target `reference` is in-process");
    if (file->side == SIDE_CLIENT && file->carrier == CARRIER_STDIO)
        return err_set(err, path, file->place.line, file->place.col,
                       "a client connects: its carrier is tcp or tls");
    bool has_certificate = file->side == SIDE_CLIENT && file->carrier == CARRIER_TLS;
    if (!has_certificate && names_certificate(file))
        return err_set(err, path, file->place.line, file->place.col,
                       "there is a {certificate} for clients with `carrier tls` only");
    t->way = file->side == SIDE_CLIENT        ? TARGET_CLIENT
             : file->carrier == CARRIER_STDIO ? TARGET_STDIO
             : file->start.nitems > 0         ? TARGET_DAEMON
                                              : TARGET_REMOTE;
    struct span stem = span_of(path);
    if (span_ends_with(stem, SPAN_LIT(".target")))
        stem = span_slice(stem, 0, stem.nbytes - strlen(".target"));
    t->expect_path = arena_printf(&t->arena, "%.*s.expect", SPAN_ARG(stem));
    return features_check(t, path, err);
}

static int open_shipped(struct target *t, const struct target_request *request, struct err *err)
{
    const char *folder = request->targets_folder;
    if (folder != NULL) {
        const char *path = arena_printf(&t->arena, "%s/%s.target", folder, request->argument);
        if (files_exists(path))
            return open_file(t, path, err);
    }
    return err_set(err, "", 0, 0,
                   "%s: no such target: say reference, %s, a .target file, the name of a shipped "
                   "one%s",
                   request->argument, request->wants_client ? "reference-shim" : "reference-tcp",
                   request->wants_client ? "" : ", or HOST:PORT");
}

static int open_named(struct target *t, const struct target_request *request, struct err *err)
{
    struct span argument = span_of(request->argument);
    struct span host;
    uint32_t port;
    if (request->exec != NULL)
        open_exec(t, request);
    else if (request->shim != NULL)
        (void)open_command(t, request, "shim", request->shim);
    else if (request->wants_client && span_is(argument, "reference"))
        open_reference_client(t);
    else if (request->wants_client && span_is(argument, "reference-shim"))
        open_reference_shim(t);
    else if (span_is(argument, "reference"))
        open_reference(t);
    else if (span_is(argument, "reference-tcp"))
        open_reference_tcp(t);
    else if (span_ends_with(argument, SPAN_LIT(".target")))
        return open_file(t, request->argument, err);
    else if (!request->wants_client && split_address(argument, &host, &port))
        return open_remote(t, request, host, port, err);
    else
        return open_shipped(t, request, err);
    if (request->targets_folder != NULL)
        t->expect_path = arena_printf(&t->arena, "%s/%s%s.expect", request->targets_folder,
                                      t->file->name, target_is_server(t) ? "" : "-client");
    return 0;
}

static void use_one_user(struct target *t, const struct target_request *request)
{
    struct script_target *file = arena_alloc(&t->arena, sizeof *file);
    *file = *t->file;
    if (request->user != NULL) {
        file->user_pattern = arena_text(&t->arena, span_of(request->user));
        file->user_count = 1;
    }
    if (request->password != NULL)
        file->password = arena_text(&t->arena, span_of(request->password));
    t->file = file;
}

static const char *own_program(struct target *t)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path);
    return n <= 0 ? "imapspec" : arena_text(&t->arena, span_make(path, (size_t)n));
}

struct target *target_open(const struct target_request *request, struct err *err)
{
    struct target *t = mem_alloc(sizeof *t);
    t->imapspec = request->imapspec == NULL ? own_program(t)
                                            : arena_text(&t->arena, span_of(request->imapspec));
    t->keeps_folder = request->keeps_folder;
    t->worker.count = 1;
    t->worker.turn_fd = t->worker.boards_fd = -1;
    if (open_named(t, request, err) != 0) {
        target_free(&t);
        return NULL;
    }
    if (request->user != NULL || request->password != NULL)
        use_one_user(t, request);
    look_for_programs(t);
    features_init(t);
    return t;
}

/* ---- what it is -------------------------------------------------------------------------------
 */

const char *target_name(const struct target *t)
{
    return t->file->name;
}

const char *target_title(const struct target *t)
{
    return t->file->title;
}

const char *target_dialect(const struct target *t)
{
    return t->file->dialect;
}

bool target_is_server(const struct target *t)
{
    return t->file->side == SIDE_SERVER;
}

bool target_is_in_process(const struct target *t)
{
    return t->way == TARGET_IN_PROCESS;
}

const char *target_missing(const struct target *t)
{
    return t->missing;
}

const char *target_expect_path(const struct target *t)
{
    return t->expect_path != NULL && files_exists(t->expect_path) ? t->expect_path : NULL;
}

const char *target_folder(const struct target *t)
{
    return t->folder;
}

unsigned target_port(const struct target *t)
{
    return t->port;
}

long target_pid(const struct target *t)
{
    return t->daemon_pid;
}

const char *target_host(const struct target *t)
{
    return t->file->host;
}

/* ---- workers ----------------------------------------------------------------------------------
 */

static int64_t or_default(int64_t value, int64_t otherwise)
{
    return value > 0 ? value : otherwise;
}

static const char *user_password(void *context, const char *role)
{
    const struct target *t = context;
    (void)role;
    return t->file->password;
}

static enum run_answer feature(void *context, const char *name)
{
    const struct target *t = context;
    /* when nothing can be played, prepare() gives the reason */
    return t->missing != NULL ? RUN_YES : features_answer(t, name);
}

static bool is_well(void *context, struct net_loop *loop, struct buffer *why)
{
    return watch_is_well(context, loop, why);
}

/* What all kinds of targets have in common; the rest is theirs. */
void target_attach(struct target *t, unsigned worker, unsigned nworkers, struct run_target *run_r)
{
    ENSURE(worker < nworkers && worker < TARGET_MOST_WORKERS);
    int64_t timeout_ms = or_default(t->file->limit_timeout_ms, OPEN_TIMEOUT_MS);
    t->worker =
        (struct target_worker){.number = worker, .count = nworkers, .turn_fd = -1, .boards_fd = -1};
    *run_r = (struct run_target){.context = t,
                                 .name = t->file->name,
                                 .dialect = t->file->dialect,
                                 .timeout_ms = timeout_ms,
                                 .failed_login_ms =
                                     or_default(t->file->limit_failed_login_ms, timeout_ms),
                                 .is_preauthenticated = features_answer(t, "PREAUTH") == RUN_YES,
                                 .user_password = user_password,
                                 .feature = feature,
                                 .is_well = is_well};
    if (!target_is_server(t))
        attach_client(t, run_r);
    else if (t->way == TARGET_IN_PROCESS)
        attach_bundled(t, run_r);
    else
        attach_outside(t, run_r);
}

void target_detach(struct target *t)
{
    struct target_worker *w = &t->worker;
    detach_client(t);
    detach_bundled(t);
    while (w->nprograms > 0)
        net_process_free(&w->programs[--w->nprograms]);
    net_tls_free(&w->tls);
    resident_free(&w->resident);
    if (w->turn_fd >= 0)
        (void)close(w->turn_fd);
    if (w->boards_fd >= 0)
        (void)close(w->boards_fd);
    w->turn_fd = w->boards_fd = -1;
    w->nroles = 0;
}
