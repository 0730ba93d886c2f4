#include <string.h>

#include "mutator/inside.h"

void sink_raw(struct sink *sink, struct span bytes)
{
    size_t room = sink->max - sink->nbytes;
    size_t count = bytes.nbytes < room ? bytes.nbytes : room;
    sink->is_full = sink->is_full || bytes.nbytes > room;
    if (count > 0)
        memcpy(sink->bytes + sink->nbytes, bytes.data, count);
    sink->nbytes += count;
}

static void sink_whole(struct sink *sink, const char *bytes, size_t nbytes)
{
    if (nbytes <= sink->max - sink->nbytes)
        sink_raw(sink, span_make(bytes, nbytes));
    else
        sink->is_full = true;
}

void sink_data(struct sink *sink, struct span data)
{
    size_t from = 0;
    for (;;) {
        size_t at = stream_control_find(data, from);
        sink_raw(sink, span_slice(data, from, at - from));
        if (at == data.nbytes)
            return;
        const char escaped[2] = {STREAM_OCTET_ESCAPE, data.data[at]};
        sink_whole(sink, escaped, sizeof escaped);
        from = at + 1;
    }
}

void sink_session(struct sink *sink, unsigned session)
{
    const char octet = (char)(STREAM_OCTET_SESSION + session - 1);
    sink_whole(sink, &octet, 1);
}

void sink_control(struct sink *sink, enum stream_kind kind, unsigned argument)
{
    struct stream_writer writer =
        stream_writer_of(sink->bytes + sink->nbytes, sink->max - sink->nbytes);
    stream_write_control(&writer, kind, argument);
    sink->nbytes += writer.nbytes;
    sink->is_full = sink->is_full || writer.is_full;
}

void sink_units(struct sink *sink, const struct units *units, uint32_t from, uint32_t to)
{
    if (from >= to)
        return;
    size_t at = units->items[from].at;
    size_t end = units->items[to - 1].at + units->items[to - 1].nbytes;
    sink_raw(sink, span_slice(units->stream, at, end - at));
}

void sink_edit(struct mutator *m, uint32_t at, uint32_t nbytes, struct span replacement)
{
    struct span head = span_slice(m->text, 0, at);
    struct span tail = span_from(m->text, (size_t)at + nbytes);
    bool is_plain = m->units->items[m->unit].is_plain;
    sink_units(&m->sink, m->units, 0, m->unit);
    if (is_plain)
        sink_raw(&m->sink, head);
    else
        sink_data(&m->sink, head);
    sink_data(&m->sink, replacement);
    if (is_plain)
        sink_raw(&m->sink, tail);
    else
        sink_data(&m->sink, tail);
    sink_units(&m->sink, m->units, m->unit + 1, m->units->nitems);
}
