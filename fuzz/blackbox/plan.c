#include "blackbox/plan.h"

#include <stdio.h>
#include <string.h>

#include "wire/wire.h"

static const struct plan_relation relations[] = {
    {"search-all", "search.key.all", "SEARCH ALL gives every message", PLAN_ALL, {"SEARCH ALL"}},
    {"seen",
     "search.key.unseen",
     "SEEN and UNSEEN are all messages, each once",
     PLAN_PARTITION,
     {"SEARCH SEEN", "SEARCH UNSEEN"}},
    {"deleted",
     "search.key.undeleted",
     "DELETED and UNDELETED are all messages, each once",
     PLAN_PARTITION,
     {"SEARCH DELETED", "SEARCH UNDELETED"}},
    {"flagged",
     "search.key.unflagged",
     "FLAGGED and UNFLAGGED are all messages, each once",
     PLAN_PARTITION,
     {"SEARCH FLAGGED", "SEARCH UNFLAGGED"}},
    {"answered",
     "search.key.unanswered",
     "ANSWERED and UNANSWERED are all messages, each once",
     PLAN_PARTITION,
     {"SEARCH ANSWERED", "SEARCH UNANSWERED"}},
    {"letters",
     "cmd.case-insensitive",
     "letters of keywords make no difference",
     PLAN_SAME,
     {"SEARCH FLAGGED", "search flagged", "Search FlaGGed"}},
    {"spelling",
     "search.string-forms",
     "atom, quoted string and literal are the same string",
     PLAN_SAME,
     {"SEARCH SUBJECT message", "SEARCH SUBJECT \"message\"", "SEARCH SUBJECT {7}\r\nmessage"}},
    {"fetched-list",
     "fetch.every-message",
     "FETCH of two messages is the FETCH of each",
     PLAN_JOINED,
     {"FETCH 1,2 (FLAGS RFC822.SIZE)", "FETCH 1 (FLAGS RFC822.SIZE)",
      "FETCH 2 (FLAGS RFC822.SIZE)"}},
};

size_t plan_nrelations(void)
{
    return sizeof relations / sizeof *relations;
}

const struct plan_relation *plan_relation(unsigned number)
{
    ENSURE(number >= 1 && number <= plan_nrelations());
    return &relations[number - 1];
}

static bool is_tag_octet(char c)
{
    return char_is_print(c) && strchr("(){ %\"\\", c) == NULL;
}

bool plan_has_usable_tag(struct span command)
{
    size_t end = 0;
    while (end < command.nbytes && is_tag_octet(command.data[end]))
        end++;
    struct span rest = span_from(command, end);
    if (end == 0 || command.data[0] == '*' || command.data[0] == '+')
        return false;
    return span_is(rest, "\r\n") || span_is(rest, "\n") || span_starts_with(rest, SPAN_LIT(" "));
}

/* ---- a plan being made ---- */

enum { ANNOUNCED_MOST = 16 };

struct planner {
    const struct plan_mode *mode;
    struct stream_writer writer;
    unsigned session; /* as a reader of the plan takes it */
    unsigned nnoops;
    struct {
        bool is_used, is_inside, is_over; /* is_over: sends no more */
    } sessions[STREAM_NSESSIONS];
    struct buffer data; /* of the unit at hand */
};

static void switch_to(struct planner *p, unsigned session)
{
    if (p->session != session)
        stream_write_session(&p->writer, session);
    p->session = session;
}

static void say(struct planner *p, const char *text)
{
    stream_write_data(&p->writer, span_of(text));
}

static void wait_here(struct planner *p)
{
    stream_write_control(&p->writer, STREAM_BARRIER, 0);
}

static void say_noop(struct planner *p)
{
    char line[32];
    (void)snprintf(line, sizeof line, "zn%u NOOP\r\n", ++p->nnoops);
    say(p, line);
    wait_here(p);
}

/* ---- literals ---- */

/* Where, in the data of a whole command, the contents of its literals begin. */
static size_t find_contents(struct span data, size_t *at_r, size_t capacity)
{
    size_t n = 0;
    size_t at = 0;
    while (at < data.nbytes) {
        uint64_t count;
        size_t brace;
        struct span rest = span_from(data, at);
        size_t lf = span_find_byte(rest, '\n');
        if (lf == SPAN_NPOS || lf == 0 ||
            !wire_announcement(span_slice(rest, 0, rest.data[lf - 1] == '\r' ? lf - 1 : lf), &count,
                               &brace))
            break;
        at += lf + 1;
        if (n < capacity)
            at_r[n++] = at;
        at += count < data.nbytes - at ? (size_t)count : data.nbytes - at;
    }
    return n;
}

/* The data of the unit with barriers at these places and nowhere else; other events stay. */
static void write_waiting(struct planner *p, struct span unit, const size_t *waits, size_t nwaits)
{
    struct stream_reader reader = stream_reader_of(unit);
    struct stream_event event;
    size_t at = 0;
    size_t next = 0;
    while (stream_reader_next(&reader, &event)) {
        if (event.kind == STREAM_SEGMENT)
            stream_write_event(&p->writer, &event);
        while (event.kind == STREAM_DATA && event.data.nbytes > 0) {
            size_t nbytes = event.data.nbytes;
            if (next < nwaits && waits[next] - at < nbytes)
                nbytes = waits[next] - at;
            stream_write_data(&p->writer, span_slice(event.data, 0, nbytes));
            event.data = span_from(event.data, nbytes);
            at += nbytes;
            if (next < nwaits && waits[next] == at) {
                wait_here(p);
                next++;
            }
        }
    }
}

/* ---- units ---- */

static void take_unit_data(struct planner *p, struct span unit)
{
    struct stream_reader reader = stream_reader_of(unit);
    struct stream_event event;
    buffer_clear(&p->data);
    while (stream_reader_next(&reader, &event))
        if (event.kind == STREAM_DATA)
            buffer_append(&p->data, event.data);
}

static void write_command(struct planner *p, const struct stream_unit *unit)
{
    size_t waits[ANNOUNCED_MOST];
    size_t nwaits = 0;
    take_unit_data(p, unit->bytes);
    if (unit->begins && unit->ends && unit->has_literal && !p->mode->hurries)
        nwaits = find_contents(buffer_span(&p->data), waits, ANNOUNCED_MOST);
    write_waiting(p, unit->bytes, waits, nwaits);
    if (!unit->ends)
        return;
    if (p->mode->pipelines)
        return;
    bool is_usable = plan_has_usable_tag(buffer_span(&p->data));
    if (is_usable || !unit->begins)
        wait_here(p);
    if (!is_usable || !unit->begins)
        say_noop(p);
}

static void write_control(struct planner *p, const struct stream_unit *unit)
{
    switch (unit->kind) {
    case STREAM_DATA:
    case STREAM_SESSION: /* with the next thing that is done in it */
    case STREAM_FAULT:
    case STREAM_BARRIER:
    case STREAM_SEGMENT: /* between commands it says nothing */
        return;
    case STREAM_DELIVER:
        if (!p->mode->has_delivery ||
            stream_delivery(unit->argument).kind != STREAM_DELIVER_MESSAGE)
            return;
        break;
    case STREAM_CLOCK:
        if (!p->mode->has_clock)
            return;
        break;
    case STREAM_HALFCLOSE:
    case STREAM_RECONNECT:
        switch_to(p, unit->session);
        p->sessions[unit->session - 1].is_over = unit->kind == STREAM_HALFCLOSE;
        p->sessions[unit->session - 1].is_inside = false;
        p->sessions[unit->session - 1].is_used = true;
        break;
    }
    stream_write_control(&p->writer, unit->kind, unit->argument);
}

static void write_relation(struct planner *p)
{
    const struct plan_relation *relation = plan_relation(p->mode->relation);
    if (p->sessions[p->session - 1].is_inside || p->sessions[p->session - 1].is_over)
        return;
    for (unsigned i = 0; relation->commands[i] != NULL; i++) {
        char tag[16];
        struct span command = span_of(relation->commands[i]);
        size_t content = span_find_byte(command, '\n');
        (void)snprintf(tag, sizeof tag, "zr%u ", i + 1);
        say(p, tag);
        if (content != SPAN_NPOS) {
            stream_write_data(&p->writer, span_slice(command, 0, content + 1));
            wait_here(p);
            command = span_from(command, content + 1);
        }
        stream_write_data(&p->writer, command);
        say(p, "\r\n");
        wait_here(p);
    }
}

static void write_end(struct planner *p)
{
    if (p->mode->relation > 0)
        write_relation(p);
    for (unsigned i = 1; i <= STREAM_NSESSIONS && (p->mode->is_closed || p->mode->pipelines); i++) {
        if (!p->sessions[i - 1].is_used || p->sessions[i - 1].is_inside ||
            p->sessions[i - 1].is_over)
            continue;
        switch_to(p, i);
        say_noop(p);
    }
}

void plan_make(struct span stream, const struct plan_mode *mode, struct buffer *out)
{
    struct planner p = {.mode = mode, .writer = stream_writer_to(out), .session = 1};
    struct stream_splitter splitter = stream_splitter_of(stream);
    struct stream_unit unit;
    p.sessions[0].is_used = true;
    while (stream_splitter_next(&splitter, &unit)) {
        if (unit.kind != STREAM_DATA) {
            write_control(&p, &unit);
            continue;
        }
        switch_to(&p, unit.session);
        p.sessions[unit.session - 1].is_used = true;
        p.sessions[unit.session - 1].is_inside = !unit.ends;
        write_command(&p, &unit);
    }
    write_end(&p);
    buffer_free(&p.data);
}

size_t plan_ncommands(struct span stream)
{
    struct stream_splitter splitter = stream_splitter_of(stream);
    struct stream_unit unit;
    size_t n = 0;
    while (stream_splitter_next(&splitter, &unit))
        n += unit.kind == STREAM_DATA && unit.begins;
    return n;
}
