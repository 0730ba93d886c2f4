#include "blackbox/client_script.h"

#include <string.h>

#include "convert/convert.h"
#include "script/quote.h"
#include "wire/wire.h"

/* In the order in which barriers ask for them; the first two only at the beginning. */
static const struct {
    const char *text, *feature;
} operations[] = {
    {"login ${user} ${password}", "shim.login"},
    {"select INBOX", "shim.select"},
    {"fetch 1:3 FLAGS", "shim.fetch"},
    {"noop", "shim.noop"},
    {"fetch 2 (ENVELOPE INTERNALDATE)", "shim.fetch"},
    {"search SEEN", "shim.search"},
    {"store 2:3 +FLAGS (\\Deleted)", "shim.store.+FLAGS"},
    {"expunge", "shim.expunge"},
    {"check", "shim.check"},
    {"find mailboxes \"*\"", "shim.find.mailboxes"},
    {"copy 1:2 m1", "shim.copy"},
    {"fetch-text 1", "shim.fetch-text"},
    {"fetch 3:5 (FLAGS RFC822.SIZE)", "shim.fetch"},
    {"show 1:3 (FLAGS ENVELOPE)", "shim.show"},
    {"search FROM \"smith\" UNDELETED", "shim.search"},
    {"store 1 -FLAGS (\\Seen)", "shim.store.-FLAGS"},
    {"reply 2", "shim.reply"},
    {"fetch 1:5 ALL", "shim.fetch"},
    {"find bboards \"*\"", "shim.find.bboards"},
    {"bboard b1", "shim.bboard"},
    {"fetch 1 (FLAGS RFC822.HEADER)", "shim.fetch"},
    {"select m1", "shim.select"},
    {"store 3,5 FLAGS (\\Seen)", "shim.store.FLAGS"},
    {"fetch 5 FLAGS", "shim.fetch"},
    {"copy 4:5 m1", "shim.copy"},
    {"show 4:5 FLAGS", "shim.show"},
    {"logout", "shim.logout"},
};
enum { NOPERATIONS = sizeof operations / sizeof *operations, GROUP_MOST = 4, ASKED_MOST = 24 };

/* A client without a shim: whose commands what is said behind the nth barrier goes with. */
static const char *const commands[] = {"LOGIN <text-line>",
                                       "SELECT <text-line>",
                                       "FETCH <text-line>",
                                       "SEARCH <text-line>",
                                       "STORE <text-line>",
                                       "EXPUNGE",
                                       "LOGOUT",
                                       "NOOP",
                                       "CHECK",
                                       "FIND MAILBOXES <text-line>",
                                       "COPY <text-line>",
                                       "<text-line>"};
enum { NCOMMANDS = sizeof commands / sizeof *commands };

size_t client_noperations(void)
{
    return NOPERATIONS;
}

unsigned client_operation_number(const char *text)
{
    for (unsigned i = 0; i < NOPERATIONS; i++)
        if (strcmp(operations[i].text, text) == 0)
            return i;
    NEVER("an operation that there is not");
}

void client_can_ask(const struct run_target *target, bool has_delivery, struct client_can *can_r)
{
    *can_r =
        (struct client_can){.has_shim = target->client->has_shim, .has_delivery = has_delivery};
    for (size_t i = 0; i < NOPERATIONS && can_r->has_shim; i++)
        if (target->feature(target->context, operations[i].feature) == RUN_YES)
            can_r->operations |= UINT32_C(1) << i;
    can_r->overlaps = target->feature(target->context, "shim.overlap") == RUN_YES;
    can_r->has_cache = target->feature(target->context, "shim.cache") == RUN_YES;
}

struct writer {
    const struct client_can *can;
    const struct client_expectation *expectation;
    struct buffer *out;
    struct wire_reader *reader;
    struct buffer during, after; /* lines said in the handler, and behind the operation */
    size_t group[GROUP_MOST];    /* the operations that they go with; none: they greet */
    size_t ngroup;
    unsigned nasked, nhere; /* operations in all, and on this connection */
    size_t next;            /* operation that the next barrier asks for */
    bool is_after;          /* what is said now is said behind the operation */
    bool is_completed;      /* the script completes the command, not the model server */
    bool has_handler;       /* one that says anything is in force */
    bool is_over;           /* the server has said its last */
    bool is_closed;         /* and the script has closed its direction */
    unsigned cut, cut_written;
};

/* ---- what is said ---- */

/* Whether a text line says just these octets, so that nothing needs a notation. */
static bool is_plain(struct span line)
{
    static const char special[] = "<>{}\"$@#\\";
    int depth = 0;
    bool has_slash = false;
    for (size_t i = 0; i < line.nbytes; i++) {
        char c = line.data[i];
        char next = ' ';
        if (i + 1 < line.nbytes)
            next = line.data[i + 1];
        bool is_slash = c == '\\' && char_is_alpha(next);
        has_slash = has_slash || is_slash;
        if (!char_is_print(c) || (strchr(special, c) != NULL && !is_slash) ||
            (c == ' ' && (next == ' ' || next == ')')) || (c == '(' && next == ' ') ||
            (c == '.' && next == '.'))
            return false;
        if (c == '(')
            depth++;
        else if (c == ')')
            depth--;
        if (depth < 0)
            return false;
    }
    return line.nbytes > 0 && depth == 0 && line.data[0] != ' ';
}

static void say(struct buffer *out, const char *indent, bool has_tag, struct span octets)
{
    struct span line = span_slice(octets, 0, octets.nbytes - 2);
    bool is_line = octets.nbytes > 2 && span_ends_with(octets, SPAN_LIT("\r\n"));
    bool is_apart = !has_tag || line.data[0] == ' ';
    if (is_line && is_apart && is_plain(span_from(line, has_tag ? 1 : 0))) {
        buffer_printf(out, "%sS: %s%.*s\n", indent, has_tag ? "@" : "", SPAN_ARG(line));
        return;
    }
    buffer_printf(out, "%sS= \"%s", indent, has_tag ? "${tag}" : "");
    script_quote_write_escaped(octets, out);
    buffer_append_text(out, "\"\n");
}

/* `a12`: whoever waits for a completion is meant. */
static bool is_meant_tag(struct span tag)
{
    size_t ndigits = tag.nbytes > 0 ? number_digits(span_from(tag, 1)) : 0;
    return tag.nbytes > 1 && tag.data[0] == 'a' && ndigits == tag.nbytes - 1 && ndigits <= 3;
}

static bool is_completion(struct span rest)
{
    struct span words = span_trim(span_from(rest, 1)); /* behind one blank */
    struct span word = span_cut(&words, ' ');
    bool is_status =
        span_is_nocase(word, "OK") || span_is_nocase(word, "NO") || span_is_nocase(word, "BAD");
    return is_status && rest.data[0] == ' ' && rest.data[1] != ' ';
}

static bool is_bye(const struct wire_unit *unit)
{
    struct span rest = span_trim(unit->bytes);
    return span_is(span_cut(&rest, ' '), "*") && span_is_nocase(span_cut(&rest, ' '), "BYE");
}

static void take_unit(struct writer *w, const struct wire_unit *unit)
{
    struct span octets = unit->bytes;
    bool is_inside = !w->is_after && (w->ngroup > 0 || !w->can->has_shim) && w->nasked > 0;
    bool has_tag = is_inside && unit->kind == WIRE_TAGGED && is_meant_tag(unit->tag);
    if (w->is_over || unit->is_cut)
        return;
    if (has_tag)
        octets = span_from(octets, unit->tag.nbytes);
    say(w->is_after ? &w->after : &w->during, is_inside ? "    " : "  ", has_tag, octets);
    if (has_tag && is_completion(octets))
        w->is_completed = true;
    w->is_over = is_bye(unit) || !unit->is_complete;
}

/* ---- operations ---- */

static void write_handler(struct writer *w, const char *command)
{
    buffer_printf(w->out, "  on? %s {\n%.*s", command, SPAN_ARG(buffer_span(&w->during)));
    if (w->is_over && !w->is_after && !w->is_closed)
        buffer_append_text(w->out, "    halfclose\n");
    else if (!w->is_completed)
        buffer_append_text(w->out, "    answer\n");
    buffer_append_text(w->out, "  }\n");
}

/* How the operation that was asked nth ends. */
static void write_over(struct writer *w, unsigned number)
{
    const struct client_expectation *e = w->expectation;
    bool is_it = e != NULL && e->operation == number;
    if (e == NULL || (is_it && e->is_end))
        buffer_append_text(w->out, "  check client.complete-on-tag {\n    use over()\n  }\n");
    else if (is_it && !e->is_of_cache)
        buffer_printf(w->out, "  check %s {\n%s  }\n", e->requirement, e->lines);
    else
        buffer_append_text(w->out, "  use over()\n");
}

static void write_belief(struct writer *w, unsigned number)
{
    const struct client_expectation *e = w->expectation;
    if ((e == NULL || e->operation == 0) && w->can->has_cache)
        buffer_append_text(w->out, "  do cache\n");
    else if (e != NULL && e->operation == number && e->is_of_cache)
        buffer_printf(w->out, "  check %s {\n%s  }\n", e->requirement, e->lines);
}

static void write_cut(struct writer *w)
{
    static const char *const cuts[] = {"none", "bytewise", "3,7", "lines"};
    if (w->cut != w->cut_written)
        buffer_printf(w->out, "  split %s always\n", cuts[w->cut]);
    w->cut_written = w->cut;
}

/* Whether what the operation gives back is looked at. */
static bool captures(const struct writer *w, unsigned number)
{
    const struct client_expectation *e = w->expectation;
    return e != NULL && e->operation == number && strstr(e->lines, "${found}") != NULL;
}

static void write_group(struct writer *w)
{
    unsigned first = w->nasked - (unsigned)w->ngroup + 1;
    bool says = w->during.nbytes > 0 || (w->is_over && !w->is_after && !w->is_closed);
    if (says || w->has_handler)
        write_handler(w, "<text-line>");
    w->has_handler = says;
    for (unsigned i = 0; i < w->ngroup; i++)
        buffer_printf(w->out, "  start %s%s\n", operations[w->group[i]].text,
                      captures(w, first + i) ? " -> found" : "");
    for (unsigned i = 0; i < w->ngroup; i++)
        write_over(w, first + i);
    buffer_append(w->out, buffer_span(&w->after));
    if (w->is_over && w->is_after)
        buffer_append_text(w->out, "  halfclose\n");
    write_belief(w, w->nasked);
}

/* What has been gathered is written. */
static void flush(struct writer *w)
{
    write_cut(w);
    if (!w->can->has_shim) {
        if (w->nasked > 0 && w->during.nbytes + w->after.nbytes > 0) {
            buffer_append(&w->during, buffer_span(&w->after));
            write_handler(w, commands[(w->nasked - 1) % NCOMMANDS]);
        } else if (w->nasked == 0)
            buffer_printf(w->out, "  open\n%.*s", SPAN_ARG(buffer_span(&w->during)));
    } else if (w->ngroup > 0) {
        write_group(w);
    } else {
        buffer_printf(w->out, "  open\n%.*s%.*s", SPAN_ARG(buffer_span(&w->during)),
                      SPAN_ARG(buffer_span(&w->after)));
        if (w->is_over)
            buffer_append_text(w->out, "  halfclose\n");
        w->is_closed = w->is_over;
    }
    buffer_clear(&w->during);
    buffer_clear(&w->after);
    w->ngroup = 0;
    w->is_after = w->is_completed = false;
}

static size_t choose_operation(struct writer *w, size_t wanted)
{
    for (size_t i = 0; i < NOPERATIONS; i++) {
        size_t k = (wanted + i) % NOPERATIONS;
        if ((w->can->operations >> k & 1) != 0)
            return k;
    }
    return 0;
}

static void add_operation(struct writer *w, size_t k)
{
    w->group[w->ngroup++] = k;
    w->nasked++;
    w->nhere++;
}

static void ask(struct writer *w, const struct stream_event *event)
{
    bool is_quiet = w->during.nbytes + w->after.nbytes == 0 && !w->is_after;
    bool joins =
        w->ngroup > 0 && w->ngroup < GROUP_MOST && is_quiet && w->can->overlaps && w->nhere > 2;
    if (!joins)
        flush(w);
    if (w->is_over || w->nasked == ASKED_MOST)
        return;
    size_t wanted = w->nhere < 2                  ? w->nhere
                    : event->kind == STREAM_FAULT ? event->argument % NOPERATIONS
                                                  : w->next;
    size_t k = choose_operation(w, wanted);
    if (w->nhere >= 2 && event->kind == STREAM_BARRIER)
        w->next = k + 1 >= NOPERATIONS - 1 ? 2 : k + 1;
    add_operation(w, k);
}

/* ---- events ---- */

static void take_delivery(struct writer *w, unsigned argument)
{
    static const char *const names[4] = {"INBOX", "m1", "m2", "m3"};
    struct stream_delivery d = stream_delivery(argument);
    if (d.kind != STREAM_DELIVER_MESSAGE || !w->can->has_delivery || d.mailbox == 3)
        return;
    bool is_inside = !w->is_after && w->ngroup > 0;
    buffer_printf(w->is_after ? &w->after : &w->during, "%sdeliver %s \"fixtures/t%u.eml\"\n",
                  is_inside ? "    " : "  ", names[d.mailbox], d.number);
}

static void take_reconnect(struct writer *w)
{
    if (w->ngroup == 0 || w->nasked + 4 > ASKED_MOST || !w->can->has_shim)
        return;
    flush(w);
    buffer_append_text(w->out, "  reset\n");
    w->nhere = 0;
    w->next = 2;
}

static void take_control(struct writer *w, const struct stream_event *event)
{
    if (w->is_over || wire_reader_is_inside_unit(w->reader))
        return;
    switch (event->kind) {
    case STREAM_BARRIER:
    case STREAM_FAULT:
        ask(w, event);
        return;
    case STREAM_SEGMENT:
        w->is_after = w->ngroup > 0 && w->can->has_shim;
        return;
    case STREAM_SESSION:
        w->cut = event->argument - 1;
        return;
    case STREAM_DELIVER:
        take_delivery(w, event->argument);
        return;
    case STREAM_HALFCLOSE:
        w->is_over = w->nasked > 0;
        return;
    case STREAM_RECONNECT:
        take_reconnect(w);
        return;
    case STREAM_CLOCK:
    case STREAM_DATA:
        return;
    }
}

static void take_stream(struct writer *w, struct span stream)
{
    struct stream_reader reader = stream_reader_of(stream);
    struct stream_event event;
    struct wire_unit unit;
    while (stream_reader_next(&reader, &event) && !w->is_over) {
        if (event.kind != STREAM_DATA) {
            take_control(w, &event);
            continue;
        }
        wire_reader_feed(w->reader, event.data);
        while (wire_reader_next(w->reader, &unit))
            take_unit(w, &unit);
    }
    wire_reader_end(w->reader);
    while (wire_reader_next(w->reader, &unit))
        take_unit(w, &unit);
}

/* ---- the whole ---- */

static void write_meta(struct writer *w, const char *id, const char *claim)
{
    const struct client_expectation *e = w->expectation;
    const char *covered = e == NULL          ? "client.complete-on-tag"
                          : e->operation > 0 ? e->requirement
                                             : NULL;
    if (w->can->has_shim)
        buffer_append_text(w->out, "# However it ends: only that it does.\n"
                                   "macro over() {\n"
                                   "  either {\n    finish ok\n  } or {\n    finish no\n"
                                   "  } or {\n    finish bad\n  } or {\n    finish failed\n  }\n"
                                   "}\n\n");
    buffer_printf(w->out, "scenario %s \"", id);
    script_quote_write_escaped(span_of(claim), w->out);
    buffer_append_text(w->out, "\" {\n  role     server\n");
    if (covered != NULL)
        buffer_printf(w->out, "  covers   %s\n", covered);
    if (!w->can->has_shim)
        buffer_append_text(w->out, "  needs    exec\n");
    buffer_printf(w->out, "%s  serve    model\n\n", convert_fixtures);
}

static void write_exit(struct writer *w)
{
    bool judges = w->expectation == NULL || w->expectation->is_end;
    buffer_append_text(w->out, judges ? "  check client.complete-on-tag\n  exit\n" : "  exit\n");
}

void client_script_write(struct span stream, const struct client_can *can, const char *id,
                         const char *claim, const char *head,
                         const struct client_expectation *expectation, struct buffer *out)
{
    struct writer w = {.can = can,
                       .expectation = expectation,
                       .out = out,
                       .reader = wire_reader_new(WIRE_FROM_SERVER, NULL),
                       .next = 2};
    buffer_append_text(out, head);
    write_meta(&w, id, claim);
    take_stream(&w, stream);
    if (w.nhere == 0 && can->has_shim) { /* however it is greeted, the client does something */
        flush(&w);
        add_operation(&w, 0);
    }
    flush(&w);
    if (!can->has_shim)
        write_exit(&w);
    buffer_append_text(out, "}\n");
    buffer_free(&w.during);
    buffer_free(&w.after);
    wire_reader_free(&w.reader);
}
