#include "target/probe.h"

#include <stdlib.h>
#include <string.h>

#include "target/inside.h"
#include "wire/wire.h"

enum { PROBE_LIMIT_US = 5000000 };

struct probe {
    struct target *target;
    struct net_loop *loop;
    struct carrier *carrier;
    struct net_process *program; /* TARGET_STDIO: the one made for this connection */
    struct wire_reader *reader;
    unsigned ncommands;
    bool is_preauthenticated;
    struct buffer answer;
};

/* The next unit, appended to the answer. False when the stream has ended or the time is up. */
static bool read_unit(struct probe *p, int64_t deadline_us, struct wire_unit *unit_r)
{
    while (!wire_reader_next(p->reader, unit_r)) {
        struct buffer *input = carrier_input(p->carrier);
        if (input->nbytes == 0 && (carrier_at_eof(p->carrier) || !net_wait(p->loop, deadline_us)))
            return false;
        wire_reader_feed(p->reader, buffer_span(input));
        buffer_consume(input, input->nbytes);
    }
    buffer_append(&p->answer, unit_r->bytes);
    return true;
}

static int64_t deadline(const struct probe *p)
{
    return clock_now_us(net_loop_clock(p->loop)) + PROBE_LIMIT_US;
}

static enum probe_status status_of(struct span unit, struct span tag)
{
    struct span text = span_from(unit, tag.nbytes + 1);
    if (span_starts_with_nocase(text, SPAN_LIT("OK")))
        return PROBE_OK;
    return span_starts_with_nocase(text, SPAN_LIT("NO")) ? PROBE_NO : PROBE_BAD;
}

enum probe_status probe_ask(struct probe *p, const char *format, ...)
{
    struct buffer line = {0};
    char tag[16];
    struct wire_unit unit;
    enum probe_status status = PROBE_LOST;
    va_list arguments;
    struct buffer tag_text = {0};
    buffer_printf(&tag_text, "p%u", ++p->ncommands);
    memcpy(tag, tag_text.bytes + tag_text.head, tag_text.nbytes);
    struct span tag_span = span_make(tag, tag_text.nbytes);
    buffer_free(&tag_text);
    buffer_append(&line, tag_span);
    buffer_append_byte(&line, ' ');
    va_start(arguments, format);
    buffer_vprintf(&line, format, arguments);
    va_end(arguments);
    buffer_append_text(&line, "\r\n");
    buffer_clear(&p->answer);
    carrier_send(p->carrier, buffer_span(&line));
    buffer_free(&line);
    int64_t until_us = deadline(p);
    while (status == PROBE_LOST && read_unit(p, until_us, &unit))
        if (unit.kind == WIRE_TAGGED && span_equal(unit.tag, tag_span))
            status = status_of(unit.bytes, unit.tag);
    return status;
}

struct span probe_answer(const struct probe *p)
{
    return buffer_span(&p->answer);
}

bool probe_has_line(const struct probe *p, const char *text)
{
    struct span rest = buffer_span(&p->answer);
    while (rest.nbytes > 0) {
        struct span line = span_cut(&rest, '\n');
        if (span_starts_with(line, SPAN_LIT("* ")) &&
            span_starts_with_nocase(span_from(line, 2), span_of(text)))
            return true;
    }
    return false;
}

bool probe_was_preauthenticated(const struct probe *p)
{
    return p->is_preauthenticated;
}

static int read_greeting(struct probe *p, struct err *err)
{
    struct wire_unit unit;
    if (!read_unit(p, deadline(p), &unit))
        return err_set(err, "", 0, 0, "%s: no greeting came", carrier_name(p->carrier));
    p->is_preauthenticated = probe_has_line(p, "PREAUTH");
    if (!p->is_preauthenticated && !probe_has_line(p, "OK"))
        return err_set(err, "", 0, 0, "%s: the greeting is \"%.*s\"", carrier_name(p->carrier),
                       SPAN_ARG(span_trim(probe_answer(p))));
    return 0;
}

static int log_in(struct probe *p, const char *user, struct err *err)
{
    if (p->is_preauthenticated)
        return 0;
    if (probe_ask(p, "LOGIN %s %s", user, p->target->file->password) != PROBE_OK)
        return err_set(err, "", 0, 0, "LOGIN of %s: \"%.*s\"", user,
                       SPAN_ARG(span_trim(probe_answer(p))));
    return 0;
}

/* Connected and greeted. */
static struct probe *begin(struct target *t, struct net_loop *loop, const char *user,
                           struct err *err)
{
    size_t nprograms = t->worker.nprograms;
    struct carrier *carrier = daemon_connect(t, loop, user, err);
    if (carrier == NULL)
        return NULL;
    struct probe *p = mem_alloc(sizeof *p);
    p->target = t;
    p->loop = loop;
    p->carrier = carrier;
    p->reader = wire_reader_new(WIRE_FROM_SERVER, NULL);
    if (t->worker.nprograms > nprograms)
        p->program = t->worker.programs[--t->worker.nprograms];
    if (read_greeting(p, err) != 0)
        probe_close(&p);
    return p;
}

struct probe *probe_open(struct target *t, struct net_loop *loop, const char *user, struct err *err)
{
    struct probe *p = begin(t, loop, user, err);
    if (p != NULL && log_in(p, user, err) != 0)
        probe_close(&p);
    return p;
}

int probe_reach(struct target *t, struct net_loop *loop, const char *user, struct err *err)
{
    struct probe *p = begin(t, loop, user, err);
    int result = p == NULL ? -1 : 0;
    probe_close(&p);
    return result;
}

void probe_close(struct probe **probe)
{
    struct probe *p = *probe;
    *probe = NULL;
    if (p == NULL)
        return;
    (void)probe_ask(p, "LOGOUT");
    carrier_close(&p->carrier);
    net_process_free(&p->program);
    wire_reader_free(&p->reader);
    buffer_free(&p->answer);
    free(p);
}

/* The n of the line "* n EXISTS". */
static bool exists_of(const struct probe *p, size_t *n_r)
{
    struct span rest = probe_answer(p);
    while (rest.nbytes > 0) {
        struct span line = span_trim(span_cut(&rest, '\n'));
        uint64_t n;
        if (!span_starts_with(line, SPAN_LIT("* ")))
            continue;
        line = span_from(line, 2);
        if (number_parse_u64(span_cut(&line, ' '), &n) == 0 && span_is_nocase(line, "EXISTS")) {
            *n_r = (size_t)n;
            return true;
        }
    }
    return false;
}

int probe_count_messages(struct target *t, struct net_loop *loop, const char *user, size_t *n_r,
                         struct err *err)
{
    struct probe *p = probe_open(t, loop, user, err);
    if (p == NULL)
        return -1;
    int result = 0;
    if (probe_ask(p, "SELECT INBOX") != PROBE_OK || !exists_of(p, n_r))
        result =
            err_set(err, "", 0, 0, "SELECT INBOX: \"%.*s\"", SPAN_ARG(span_trim(probe_answer(p))));
    probe_close(&p);
    return result;
}
