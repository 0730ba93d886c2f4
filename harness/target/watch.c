#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "target/inside.h"
#include "target/probe.h"
#include "target/proc.h"

/* A case that took this long is looked at more closely: when it is over, the target has nothing to
 * do, and a process that computes all the same spins. */
enum { WATCH_SLOW_US = 1000000, WATCH_PAUSE_US = 20000 };
enum { WATCH_CHUNK_NBYTES = 64 * 1024, WATCH_TAIL_NBYTES = 1500, WATCH_QUOTE_NBYTES = 300 };

static int64_t real_now_us(void)
{
    struct clock real = clock_system();
    return clock_now_us(&real);
}

/* ---- what it printed --------------------------------------------------------------------------
 */

static int open_log(const struct target *t)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/stderr", t->folder);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* Appends ": " and the line of text around at. */
static void quote_line(struct buffer *why, struct span text, size_t at)
{
    size_t begin = at;
    while (begin > 0 && text.data[begin - 1] != '\n' && at - begin < WATCH_QUOTE_NBYTES / 3)
        begin--;
    struct span rest = span_from(text, begin);
    struct span line = span_trim(span_cut(&rest, '\n'));
    buffer_append_text(why, ": ");
    buffer_append_escaped(why, line, WATCH_QUOTE_NBYTES);
}

static bool text_is_bad(const struct target *t, struct span text, struct buffer *why)
{
    const struct script_names *bad = &t->file->stderr_bad;
    for (size_t i = 0; i < bad->nitems; i++) {
        size_t at = span_find(text, span_of(bad->items[i]));
        if (at == SPAN_NPOS)
            continue;
        buffer_printf(why, "%s printed \"%s\"", t->file->name, bad->items[i]);
        quote_line(why, text, at);
        if (t->worker.count > 1 && t->way != TARGET_STDIO)
            buffer_append_text(why, " (or it is of a case played at the same time)");
        return true;
    }
    return false;
}

/* So much of the end of a part is looked at again with the next one. */
static size_t overlap(const struct target *t)
{
    size_t most = 1;
    for (size_t i = 0; i < t->file->stderr_bad.nitems; i++)
        if (strlen(t->file->stderr_bad.items[i]) > most)
            most = strlen(t->file->stderr_bad.items[i]);
    return most - 1;
}

bool watch_log_is_bad(const struct target *t, off_t *offset, struct buffer *why)
{
    int fd = t->file->stderr_bad.nitems > 0 ? open_log(t) : -1;
    if (fd < 0)
        return false;
    struct buffer text = {0};
    off_t from = *offset > (off_t)overlap(t) ? *offset - (off_t)overlap(t) : 0;
    bool is_bad = false;
    ssize_t n = lseek(fd, 0, SEEK_END) > *offset ? 1 : 0;
    while (n > 0 && !is_bad) {
        buffer_clear(&text);
        n = pread(fd, buffer_reserve(&text, WATCH_CHUNK_NBYTES), WATCH_CHUNK_NBYTES, from);
        buffer_advance(&text, n > 0 ? (size_t)n : 0);
        is_bad = text_is_bad(t, buffer_span(&text), why);
        bool is_last = n < WATCH_CHUNK_NBYTES;
        if (n > 0)
            *offset = from + n;
        if (is_last)
            break;
        from += n - (off_t)overlap(t);
    }
    buffer_free(&text);
    (void)close(fd);
    return is_bad;
}

void watch_pass_over(struct target *t)
{
    int fd = open_log(t);
    if (fd < 0)
        return;
    off_t end = lseek(fd, 0, SEEK_END);
    t->worker.log_offset = end + (off_t)overlap(t);
    (void)close(fd);
}

void watch_log_tail(const struct target *t, struct buffer *out)
{
    int fd = t->folder == NULL ? -1 : open_log(t);
    if (fd < 0)
        return;
    char room[WATCH_TAIL_NBYTES];
    off_t size = lseek(fd, 0, SEEK_END);
    off_t from = size > WATCH_TAIL_NBYTES ? size - WATCH_TAIL_NBYTES : 0;
    ssize_t n = pread(fd, room, sizeof room, from);
    (void)close(fd);
    struct span text = span_trim(span_make(room, n > 0 ? (size_t)n : 0));
    if (text.nbytes > 0)
        buffer_printf(out, ": %.*s", SPAN_ARG(text));
}

/* ---- spinning ---------------------------------------------------------------------------------
 */

static void pause_a_little(void *context)
{
    struct net_loop *loop = context;
    net_sleep(loop, clock_now_us(net_loop_clock(loop)) + WATCH_PAUSE_US);
}

/* A server, not the program of one connection, greets somebody. */
static bool answers(struct target *t, struct net_loop *loop)
{
    const char *user = t->worker.nroles > 0 ? t->worker.roles[0].name : "";
    struct err err;
    return t->daemon_pid != 0 && probe_reach(t, loop, user, &err) == 0;
}

/* What hooks and connections that are gone have asked for may keep it busy: whoever greets somebody
 * afterwards is done with that, and is measured from there on. */
static bool spins(struct target *t, struct net_loop *loop, long pid, struct buffer *why)
{
    if (real_now_us() - t->worker.case_began_us < WATCH_SLOW_US)
        return false;
    int64_t used_us = proc_spinning_us(pid, pause_a_little, loop);
    if (used_us > 0 && answers(t, loop))
        used_us = proc_spinning_us(pid, pause_a_little, loop);
    if (used_us == 0)
        return false;
    buffer_printf(why, "%s spins: it used %d ms of processor time while it was asked nothing",
                  t->file->name, (int)(used_us / 1000));
    return true;
}

/* ---- all together -----------------------------------------------------------------------------
 */

void watch_begin(struct target *t)
{
    t->worker.case_began_us = real_now_us();
}

bool watch_has_died(const struct target *t, struct buffer *why)
{
    struct buffer how = {0};
    bool has_died = t->daemon_pid != 0 && !proc_is_alive(t->daemon_pid, &how);
    if (has_died) {
        buffer_printf(why, "%s %.*s", t->file->name, SPAN_ARG(buffer_span(&how)));
        watch_log_tail(t, why);
    }
    buffer_free(&how);
    return has_died;
}

/* A shell in between gives a signal on as 128 more than its number. */
static bool ended_by_signal(struct net_process *program)
{
    if (!net_process_poll(program))
        return false;
    int status = net_process_exit_status(program);
    return net_process_signal(program) != 0 || (status > 128 && status <= 160);
}

static bool program_is_well(struct target *t, struct net_loop *loop, struct net_process *program,
                            struct buffer *why)
{
    if (text_is_bad(t, net_process_stderr(program), why))
        return false;
    if (ended_by_signal(program)) {
        struct span text = span_trim(net_process_stderr(program));
        buffer_printf(why, "%s ", t->file->name);
        net_process_describe(program, why);
        if (text.nbytes > 0)
            buffer_printf(why, ": %.*s", SPAN_ARG(text));
        return false;
    }
    return !net_process_is_running(program) || !spins(t, loop, net_process_pid(program), why);
}

bool watch_is_well(struct target *t, struct net_loop *loop, struct buffer *why)
{
    for (size_t i = 0; i < t->worker.nprograms; i++)
        if (!program_is_well(t, loop, t->worker.programs[i], why))
            return false;
    if (t->daemon_pid == 0)
        return true;
    return !watch_log_is_bad(t, &t->worker.log_offset, why) && !watch_has_died(t, why) &&
           !spins(t, loop, t->daemon_pid, why);
}
