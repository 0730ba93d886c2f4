#include "target/resident.h"

#include <stdlib.h>
#include <string.h>

#include "target/inside.h"

enum { RESIDENT_LIMIT_MS = 30000, RESIDENT_LINE_MOST = 4096 };

struct resident {
    struct net_loop *loop; /* its own: those of cases come and go */
    struct net_process *process;
    struct carrier *carrier;
};

static struct resident *start(const struct target *t, struct err *err)
{
    struct arena arena = {0};
    struct net_process_options options = {
        .argv = hook_argv(t, &t->file->hooks, &(struct hook_values){0}, &arena),
        .directory = t->home,
        .stdio = NET_STDIO_PIPES};
    struct resident *r = mem_alloc(sizeof *r);
    *r = (struct resident){.loop = net_loop_new()};
    r->process = net_process_start(r->loop, &options, err);
    if (r->process != NULL)
        r->carrier = carrier_open_process(r->process);
    arena_free(&arena);
    return r;
}

void resident_free(struct resident **resident)
{
    struct resident *r = *resident;
    *resident = NULL;
    if (r == NULL)
        return;
    carrier_close(&r->carrier);
    net_process_free(&r->process);
    net_loop_free(&r->loop);
    free(r);
}

/* Whether the text can be a field of a request line. */
static bool is_field(const char *text)
{
    return strpbrk(text, "\t\r\n") == NULL;
}

static void send_request(struct resident *r, const char *what, const struct hook_values *values)
{
    struct buffer line = {0};
    const char *path = values->fixture != NULL ? values->fixture : values->message;
    buffer_printf(&line, "%s\t%s\t%s\t%s\n", what, values->user, values->mailbox, path);
    carrier_send(r->carrier, buffer_span(&line));
    buffer_free(&line);
}

/* The answer's line without its end; false when none came in time. */
static bool await_line(struct resident *r, struct span *line_r)
{
    int64_t until_us = clock_now_us(net_loop_clock(r->loop)) + RESIDENT_LIMIT_MS * 1000LL;
    for (;;) {
        struct span input = buffer_span(carrier_input(r->carrier));
        size_t end = span_find_byte(input, '\n');
        if (end != SPAN_NPOS) {
            *line_r = span_slice(input, 0, end);
            return true;
        }
        if (input.nbytes > RESIDENT_LINE_MOST || carrier_at_eof(r->carrier) ||
            !net_wait(r->loop, until_us))
            return false;
    }
}

/* What the program wrote to its standard error, and how it ended if it did. */
static void describe_silence(struct resident *r, struct buffer *why)
{
    buffer_append_text(why, "the hooks program gave no answer");
    if (net_process_wait(r->process, carrier_at_eof(r->carrier) ? 1000 : 0)) {
        buffer_append_text(why, " and ");
        net_process_describe(r->process, why);
    }
    struct span said = span_trim(net_process_stderr(r->process));
    if (said.nbytes > 0)
        buffer_printf(why, ": %.*s", SPAN_ARG(said));
}

/* ok | cannot REASON | failed REASON */
static enum run_readiness read_answer(struct span line, const char *what, struct buffer *why)
{
    struct span rest = line;
    struct span word = span_cut(&rest, ' ');
    if (span_is(word, "ok") && rest.nbytes == 0)
        return RUN_READY;
    if (span_is(word, "cannot")) {
        buffer_printf(why, "the target cannot have this fixture: %.*s", SPAN_ARG(rest));
        return RUN_SKIP;
    }
    if (span_is(word, "failed"))
        buffer_printf(why, "%s hook failed: %.*s", what, SPAN_ARG(rest));
    else
        buffer_printf(why,
                      "the hooks program answered \"%.*s\", which is neither ok, cannot nor "
                      "failed",
                      SPAN_ARG(line));
    return RUN_BROKEN;
}

enum run_readiness resident_run(struct target *t, const char *what,
                                const struct hook_values *values, struct buffer *why)
{
    struct err err;
    struct span line;
    if (!is_field(values->mailbox)) {
        buffer_append_text(why, "the mailbox's name cannot be told to the hooks program");
        return RUN_SKIP;
    }
    if (t->worker.resident == NULL)
        t->worker.resident = start(t, &err);
    struct resident *r = t->worker.resident;
    enum run_readiness readiness = RUN_BROKEN;
    if (r->process == NULL) {
        buffer_append_text(why, err.text);
    } else {
        send_request(r, what, values);
        if (await_line(r, &line)) {
            readiness = read_answer(line, what, why);
            buffer_consume(carrier_input(r->carrier), line.nbytes + 1);
            return readiness;
        }
        describe_silence(r, why);
    }
    resident_free(&t->worker.resident);
    return readiness;
}
