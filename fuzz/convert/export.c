#include <stdio.h>
#include <string.h>

#include "convert/carrier.h"
#include "script/quote.h"

/* A scenario while it is written. */
struct exporter {
    struct buffer *out;
    bool has_names;    /* several sessions, each line says its own */
    unsigned session;  /* as a reader of what is written so far would take it */
    unsigned switched; /* to this one since; 0: not */
    bool ends_command; /* the last thing written is a whole command, whose tag is: */
    char tag[32];
};

static void begin_line(struct exporter *e)
{
    if (e->switched != 0)
        e->session = e->switched;
    e->switched = 0;
    e->ends_command = false;
    buffer_append_text(e->out, "  ");
    if (e->has_names)
        buffer_printf(e->out, "s%u ", e->session);
}

/* A switch that no line shows. */
static void flush_switch(struct exporter *e)
{
    if (e->switched == 0)
        return;
    begin_line(e);
    buffer_append_text(e->out, "C= \"\"\n");
}

static void write_switch(struct exporter *e, unsigned session)
{
    flush_switch(e);
    e->switched = session;
    if (session == e->session)
        flush_switch(e);
}

static void write_pause(struct exporter *e, int64_t ms)
{
    begin_line(e);
    if (ms % 1000 == 0)
        buffer_printf(e->out, "C= pause %llds\n", (long long)ms / 1000);
    else
        buffer_printf(e->out, "C= pause %lldms\n", (long long)ms);
}

static void write_note(struct exporter *e, unsigned octet, unsigned argument)
{
    static const char *const deliveries[] = {
        [STREAM_DELIVER_SEEN] = "another agent sets \\Seen of message",
        [STREAM_DELIVER_DELETED] = "another agent sets \\Deleted of message",
        [STREAM_DELIVER_REMOVED] = "another agent removes message"};
    static const char *const faults[] = {[STREAM_FAULT_ALLOCATION] = "allocation",
                                         [STREAM_FAULT_WRITE] = "change of the store",
                                         [STREAM_FAULT_READ] = "look into the store"};
    begin_line(e);
    buffer_printf(e->out, "C= \"\"*%llu  # ", (unsigned long long)carrier_note(octet, argument));
    if (octet == STREAM_OCTET_DELIVER) {
        struct stream_delivery d = stream_delivery(argument);
        buffer_printf(e->out, "%s %u of %s\n", deliveries[d.kind], d.number,
                      carrier_mailboxes[d.mailbox]);
    } else {
        struct stream_fault f = stream_fault(argument);
        buffer_printf(e->out, "%s number %u from here fails\n", faults[f.kind], f.nth);
    }
}

static void write_delivery(struct exporter *e, unsigned argument)
{
    struct stream_delivery delivery = stream_delivery(argument);
    if (delivery.kind != STREAM_DELIVER_MESSAGE) {
        write_note(e, STREAM_OCTET_DELIVER, argument);
        return;
    }
    flush_switch(e);
    e->ends_command = false;
    buffer_printf(e->out, "  deliver %s \"fixtures/t%u.eml\"\n",
                  carrier_mailboxes[delivery.mailbox], delivery.number);
}

static void write_barrier(struct exporter *e)
{
    if (!e->ends_command || e->switched != 0) {
        write_pause(e, CARRIER_BARRIER_MS);
        return;
    }
    begin_line(e);
    buffer_append_text(e->out, "S*: * <any>\n");
    begin_line(e);
    buffer_printf(e->out, "S: %s <status> <text-line>\n", e->tag);
}

static void write_word(struct exporter *e, const char *word)
{
    begin_line(e);
    buffer_printf(e->out, "%s\n", word);
}

static void write_control(struct exporter *e, enum stream_kind kind, unsigned argument)
{
    switch (kind) {
    case STREAM_DATA:
        return;
    case STREAM_SESSION:
        write_switch(e, argument);
        return;
    case STREAM_SEGMENT:
        write_pause(e, CARRIER_SEGMENT_MS);
        return;
    case STREAM_DELIVER:
        write_delivery(e, argument);
        return;
    case STREAM_CLOCK:
        write_pause(e, carrier_clock_ms(argument));
        return;
    case STREAM_HALFCLOSE:
        write_word(e, "halfclose");
        return;
    case STREAM_RECONNECT:
        write_word(e, "reset");
        write_word(e, "open");
        return;
    case STREAM_FAULT:
        write_note(e, STREAM_OCTET_FAULT, argument);
        return;
    case STREAM_BARRIER:
        write_barrier(e);
        return;
    }
}

static void write_raw(struct exporter *e, struct span data)
{
    while (data.nbytes > 0) {
        size_t lf = span_find_byte(data, '\n');
        size_t nbytes = lf == SPAN_NPOS ? data.nbytes : lf + 1;
        if (nbytes > 4096) /* lines of a scenario have an end, too */
            nbytes = 4096;
        begin_line(e);
        buffer_append_text(e->out, "C= ");
        script_quote_write(span_slice(data, 0, nbytes), e->out);
        buffer_append_byte(e->out, '\n');
        data = span_from(data, nbytes);
    }
}

static bool read_tag(struct span text, char *tag, size_t capacity)
{
    struct span first = span_cut(&text, ' ');
    bool ok = text.nbytes > 0 && first.nbytes < capacity;
    for (size_t i = 0; i < first.nbytes && ok; i++)
        ok = char_is_alnum(first.data[i]);
    if (ok) {
        memcpy(tag, first.data, first.nbytes);
        tag[first.nbytes] = '\0';
    }
    return ok;
}

static void write_data(struct exporter *e, const struct stream_unit *unit)
{
    struct buffer text = {0};
    if (unit->begins && unit->ends && carrier_say(unit->bytes, &text)) {
        begin_line(e);
        buffer_printf(e->out, "C: %.*s\n", SPAN_ARG(buffer_span(&text)));
        e->ends_command = read_tag(buffer_span(&text), e->tag, sizeof e->tag);
        buffer_free(&text);
        return;
    }
    buffer_free(&text);
    struct stream_reader reader = stream_reader_of(unit->bytes);
    struct stream_event event;
    while (stream_reader_next(&reader, &event)) {
        if (event.kind == STREAM_DATA)
            write_raw(e, event.data);
        else
            write_control(e, event.kind, event.argument);
    }
}

/* Some servers greet a session that is logged in already (B49). */
static void write_greeting(struct exporter *e, unsigned session)
{
    char name[8] = "";
    if (e->has_names)
        (void)snprintf(name, sizeof name, "s%u ", session);
    buffer_printf(e->out,
                  "  either {\n    %sS: * OK <text-line>\n  } or {\n    %sS: * PREAUTH "
                  "<text-line>\n  }\n",
                  name, name);
}

static void write_head(struct exporter *e, const char *id, const char *claim, unsigned nsessions)
{
    buffer_printf(e->out, "scenario %s ", id);
    script_quote_write(span_of(claim), e->out);
    buffer_append_text(e->out, " {\n  role     client\n");
    buffer_append_text(e->out, convert_fixtures);
    for (unsigned i = 1; e->has_names && i <= nsessions; i++)
        buffer_printf(e->out, "  session  s%u\n", i);
    buffer_append_byte(e->out, '\n');
    for (unsigned i = 1; i <= nsessions; i++)
        write_greeting(e, i);
}

void convert_stream_to_scenario(struct span stream, const char *id, const char *claim,
                                struct buffer *out)
{
    unsigned nsessions = stream_highest_session(stream);
    struct exporter e = {.out = out, .has_names = nsessions > 1, .session = 1};
    struct stream_splitter splitter = stream_splitter_of(stream);
    struct stream_unit unit;
    write_head(&e, id, claim, nsessions);
    while (stream_splitter_next(&splitter, &unit)) {
        if (unit.kind == STREAM_DATA)
            write_data(&e, &unit);
        else
            write_control(&e, unit.kind, unit.argument);
    }
    flush_switch(&e);
    buffer_append_text(out, "}\n");
}
