#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "target/files.h"
#include "target/inside.h"
#include "target/probe.h"

enum {
    DAEMON_TRIES = 3, /* with a new port each time, should somebody have taken it meanwhile */
    DAEMON_LOOK_US = 20000,
    DAEMON_CONNECT_MS = 10000,
    DAEMON_GRACE_MS = 5000
};

static const uint64_t MEMORY_LEAST_NBYTES = (uint64_t)1 << 30; /* for the folder to be there */

static int64_t in_ms(const struct net_loop *loop, int64_t ms)
{
    return clock_now_us(net_loop_clock(loop)) + ms * 1000;
}

/* ---- the folder -------------------------------------------------------------------------------
 */

/* $TMPDIR, else memory when there is plenty, else the disk. A run makes and removes tens of
 * thousands of small files, which takes a file system on disk most of the time. */
static const char *temporary_place(void)
{
    static const char memory[] = "/dev/shm";
    const char *named = getenv("TMPDIR");
    struct statvfs room;
    if (named != NULL && named[0] != '\0')
        return named;
    if (access(memory, W_OK | X_OK) == 0 && statvfs(memory, &room) == 0 &&
        room.f_bavail * room.f_frsize >= MEMORY_LEAST_NBYTES)
        return memory;
    return "/tmp";
}

static int make_folder(struct target *t, struct err *err)
{
    const char *where = temporary_place();
    char *folder = arena_printf(&t->arena, "%s/imapspec-XXXXXX", where);
    if (mkdtemp(folder) == NULL)
        return err_set(err, "", 0, 0, "%s: no temporary folder: %s", where, strerror(errno));
    /* a target that the superuser starts as somebody else must be able to reach its files */
    if (geteuid() == 0)
        (void)chmod(folder, 0755);
    t->folder = folder;
    return 0;
}

static void share(struct target *t)
{
    void *memory =
        mmap(NULL, sizeof *t->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ENSURE(memory != MAP_FAILED);
    t->shared = memory;
}

static void remove_folder(struct target *t)
{
    if (t->folder != NULL && !t->keeps_folder)
        files_remove_tree(t->folder);
    if (t->shared != NULL)
        (void)munmap(t->shared, sizeof *t->shared);
    t->shared = NULL;
    t->owner = 0;
    if (!t->keeps_folder)
        t->folder = NULL;
}

/* What the bundled server needs in the folder. */
static int lay_out_bundled(struct target *t, struct err *err)
{
    struct buffer users = {0};
    char name[64];
    for (unsigned i = 0; i < users_count(t); i++) {
        users_name(t, i, name, sizeof name);
        buffer_printf(&users, "%s:%s\n", name, t->file->password);
    }
    int result =
        files_write(arena_printf(&t->arena, "%s/users", t->folder), buffer_span(&users), err);
    buffer_free(&users);
    if (result == 0)
        result = files_make_folder(arena_printf(&t->arena, "%s/mail", t->folder), err);
    if (result == 0)
        result = files_make_folder(arena_printf(&t->arena, "%s/boards", t->folder), err);
    return result;
}

/* ---- start ------------------------------------------------------------------------------------
 */

static struct net_process *start_program(struct target *t, struct net_loop *loop, struct err *err)
{
    struct arena arena = {0};
    char user[64];
    users_name(t, 0, user, sizeof user);
    const struct hook_values values = {.user = user};
    struct net_process_options options = {
        .argv = hook_argv(t, &t->file->start, &values, &arena),
        .directory = t->home,
        .stdio = t->file->ready_by_line ? NET_STDIO_CAPTURE : NET_STDIO_NULL,
        .stderr_file = arena_printf(&arena, "%s/stderr", t->folder)};
    struct net_process *process = net_process_start(loop, &options, err);
    arena_free(&arena);
    return process;
}

static bool is_ready(struct target *t, struct net_loop *loop)
{
    if (t->file->ready_by_line)
        return span_find(net_process_stdout(t->daemon), span_of(t->file->ready_text)) != SPAN_NPOS;
    struct err err;
    struct carrier *c = carrier_open_tcp(loop, t->file->host, t->port, in_ms(loop, 1000), &err);
    bool is_open = c != NULL;
    carrier_close(&c);
    return is_open;
}

/* The program has ended with the status that says it cannot run on this machine: what it wrote is
 * why everything is skipped. */
static void note_missing(struct target *t)
{
    struct buffer why = {0};
    watch_log_tail(t, &why);
    enum { COLON = 2 };
    t->missing = why.nbytes == 0 ? "cannot be run on this machine"
                                 : arena_text(&t->arena, span_from(buffer_span(&why), COLON));
    buffer_free(&why);
}

static int wait_ready(struct target *t, struct net_loop *loop, struct err *err)
{
    int64_t until_us = in_ms(loop, t->file->ready_timeout_ms);
    struct buffer why = {0};
    while (why.nbytes == 0) {
        if (net_process_poll(t->daemon)) {
            if (net_process_exit_status(t->daemon) == HOOK_NOT_SUPPORTED)
                note_missing(t);
            buffer_printf(&why, "%s: the program ", t->file->name);
            net_process_describe(t->daemon, &why);
            buffer_append_text(&why, " before it was ready");
        } else if (is_ready(t, loop)) {
            return 0;
        } else if (clock_now_us(net_loop_clock(loop)) >= until_us) {
            buffer_printf(&why, "%s: not ready after %lld ms (%s)", t->file->name,
                          (long long)t->file->ready_timeout_ms,
                          t->file->ready_by_line ? "the line it is to write did not come"
                                                 : "its port cannot be connected to");
        } else {
            net_sleep(loop, clock_now_us(net_loop_clock(loop)) + DAEMON_LOOK_US);
        }
    }
    watch_log_tail(t, &why);
    (void)err_set(err, "", 0, 0, "%.*s", SPAN_ARG(buffer_span(&why)));
    buffer_free(&why);
    return -1;
}

static bool port_was_taken(const struct err *err)
{
    struct span text = span_of(err->text);
    return span_find_nocase(text, SPAN_LIT("address already in use")) != SPAN_NPOS ||
           span_find_nocase(text, SPAN_LIT("address in use")) != SPAN_NPOS;
}

static int start_once(struct target *t, struct net_loop *loop, struct err *err)
{
    t->port = t->file->port != 0 ? t->file->port : net_free_port();
    if (t->port == 0)
        return err_set(err, "", 0, 0, "no free port");
    t->daemon = start_program(t, loop, err);
    if (t->daemon == NULL)
        return -1;
    t->daemon_pid = net_process_pid(t->daemon);
    if (wait_ready(t, loop, err) == 0)
        return 0;
    net_process_free(&t->daemon);
    t->daemon_pid = 0;
    return -1;
}

static int start_in_folder(struct target *t, struct net_loop *loop, struct err *err)
{
    int result = -1;
    for (int i = 0; i < DAEMON_TRIES && result != 0; i++) {
        result = start_once(t, loop, err);
        if (t->file->port != 0 || t->missing != NULL || !port_was_taken(err))
            break;
    }
    return result;
}

static int start_daemon(struct target *t, struct net_loop *loop, struct err *err)
{
    if (t->is_bundled && lay_out_bundled(t, err) != 0)
        return -1;
    return start_in_folder(t, loop, err);
}

int target_restart(struct target *t, struct net_loop *loop, struct err *err)
{
    if (t->way != TARGET_DAEMON || t->owner != getpid())
        return err_set(err, "", 0, 0, "%s was not started here", t->file->name);
    net_process_free(&t->daemon);
    t->daemon_pid = 0;
    watch_pass_over(t);
    return start_in_folder(t, loop, err);
}

/* A server that runs already has been reached when it greets. */
static int reach_remote(struct target *t, struct net_loop *loop, struct err *err)
{
    char user[64];
    t->port = t->file->port;
    users_name(t, 0, user, sizeof user);
    return probe_reach(t, loop, user, err);
}

int target_start(struct target *t, struct net_loop *loop, struct err *err)
{
    ENSURE(t->owner == 0);
    if (t->missing != NULL)
        return 0;
    if (t->way == TARGET_IN_PROCESS) {
        share(t);
        t->owner = getpid();
        return 0;
    }
    if (make_folder(t, err) != 0)
        return -1;
    share(t);
    t->owner = getpid();
    int result = 0;
    if (t->way == TARGET_DAEMON)
        result = start_daemon(t, loop, err);
    else if (t->way == TARGET_REMOTE)
        result = reach_remote(t, loop, err);
    else if (t->way == TARGET_CLIENT)
        result = certificate_prepare(t, err);
    if (result != 0) {
        t->keeps_folder = false;
        remove_folder(t);
    }
    return t->missing != NULL ? 0 : result;
}

/* ---- connections ------------------------------------------------------------------------------
 */

static struct carrier *spawn(struct target *t, struct net_loop *loop, const char *user,
                             struct err *err)
{
    struct target_worker *w = &t->worker;
    struct arena arena = {0};
    struct carrier *carrier = NULL;
    struct net_process *program = NULL;
    const struct hook_values values = {.user = user};
    struct net_process_options options = {.argv = hook_argv(t, &t->file->start, &values, &arena),
                                          .directory = t->home,
                                          .stdio = NET_STDIO_SOCKETPAIR};
    if (w->nprograms == sizeof w->programs / sizeof w->programs[0])
        (void)err_set(err, "", 0, 0, "more than %zu connections in one case", w->nprograms);
    else
        program = net_process_start(loop, &options, err);
    if (program != NULL) {
        w->programs[w->nprograms++] = program;
        carrier = carrier_open_process(program);
    }
    arena_free(&arena);
    return carrier;
}

struct carrier *daemon_connect(struct target *t, struct net_loop *loop, const char *user,
                               struct err *err)
{
    int64_t until_us = in_ms(loop, DAEMON_CONNECT_MS);
    if (t->way == TARGET_STDIO)
        return spawn(t, loop, user, err);
    if (t->file->carrier != CARRIER_TLS)
        return carrier_open_tcp(loop, t->file->host, t->port, until_us, err);
    if (t->worker.tls == NULL)
        t->worker.tls = net_tls_client_new(NULL, err);
    if (t->worker.tls == NULL)
        return NULL;
    return carrier_open_tls(loop, t->file->host, t->port, t->worker.tls, until_us, err);
}

/* ---- stop -------------------------------------------------------------------------------------
 */

static int signal_number(const char *name)
{
    static const struct {
        const char *name;
        int number;
    } signals[] = {{"SIGTERM", SIGTERM},
                   {"SIGINT", SIGINT},
                   {"SIGHUP", SIGHUP},
                   {"SIGQUIT", SIGQUIT},
                   {"SIGKILL", SIGKILL}};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        if (strcmp(signals[i].name, name) == 0)
            return signals[i].number;
    return SIGTERM;
}

/* Ends the program; appends to *why what was wrong with its end. */
static void end_program(struct target *t, struct net_loop *loop, struct buffer *why)
{
    const struct hook_values values = {.user = ""};
    int number = signal_number(t->file->stop_signal);
    if (net_process_poll(t->daemon)) {
        (void)watch_has_died(t, why);
        return;
    }
    if (t->file->stop.nitems > 0) {
        (void)hook_run(t, loop, "stop", &t->file->stop, &values, why);
        if (net_process_wait(t->daemon, DAEMON_GRACE_MS))
            return;
    }
    if (!net_process_stop(t->daemon, number, DAEMON_GRACE_MS) && why->nbytes == 0)
        buffer_printf(why, "%s did not end within %d ms of %s and was killed", t->file->name,
                      DAEMON_GRACE_MS, t->file->stop_signal);
}

int target_stop(struct target *t, struct net_loop *loop, struct err *err)
{
    struct buffer why = {0};
    if (t->owner != getpid())
        return 0;
    if (t->daemon != NULL) {
        end_program(t, loop, &why);
        off_t offset = 0;
        if (why.nbytes == 0)
            (void)watch_log_is_bad(t, &offset, &why);
        net_process_free(&t->daemon);
        t->daemon_pid = 0;
    }
    remove_folder(t);
    int result = 0;
    if (why.nbytes > 0)
        result = err_set(err, "", 0, 0, "%.*s", SPAN_ARG(buffer_span(&why)));
    buffer_free(&why);
    return result;
}

void target_free(struct target **target)
{
    struct target *t = *target;
    *target = NULL;
    if (t == NULL)
        return;
    target_detach(t);
    if (t->owner == getpid()) {
        net_process_free(&t->daemon);
        remove_folder(t);
    }
    net_tls_free(&t->tls);
    arena_free(&t->arena);
    free(t);
}
