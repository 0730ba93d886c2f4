#include "stream/octet.h"

struct stream_writer stream_writer_of(char *bytes, size_t capacity)
{
    return (struct stream_writer){.bytes = bytes, .capacity = capacity};
}

struct stream_writer stream_writer_to(struct buffer *buffer)
{
    return (struct stream_writer){.buffer = buffer};
}

void stream_write_raw(struct stream_writer *writer, struct span bytes)
{
    if (writer->buffer) {
        buffer_append(writer->buffer, bytes);
        writer->nbytes += bytes.nbytes;
        return;
    }
    if (bytes.nbytes > writer->capacity - writer->nbytes) {
        writer->is_full = true;
        return;
    }
    if (bytes.nbytes)
        memcpy(writer->bytes + writer->nbytes, bytes.data, bytes.nbytes);
    writer->nbytes += bytes.nbytes;
}

/* Octets that need no escape: as many as fit. */
static void write_plain(struct stream_writer *writer, struct span data)
{
    if (!writer->buffer && data.nbytes > writer->capacity - writer->nbytes) {
        data.nbytes = writer->capacity - writer->nbytes;
        writer->is_full = true;
    }
    stream_write_raw(writer, data);
}

void stream_write_data(struct stream_writer *writer, struct span data)
{
    size_t start = 0;
    size_t at = 0;
    while ((at = stream_octet_find(data, at)) < data.nbytes) {
        if (!stream_is_control(data.data[at])) {
            at++;
            continue;
        }
        write_plain(writer, span_slice(data, start, at - start));
        char escaped[2] = {STREAM_OCTET_ESCAPE, data.data[at]};
        stream_write_raw(writer, span_make(escaped, 2));
        if (writer->is_full)
            return;
        start = ++at;
    }
    write_plain(writer, span_from(data, start));
}

void stream_write_session(struct stream_writer *writer, unsigned session)
{
    ENSURE(session >= 1 && session <= STREAM_NSESSIONS);
    char octet = (char)session;
    stream_write_raw(writer, span_make(&octet, 1));
}

void stream_write_control(struct stream_writer *writer, enum stream_kind kind, unsigned argument)
{
    static const char octets[STREAM_NKINDS] = {
        [STREAM_SEGMENT] = STREAM_OCTET_SEGMENT,     [STREAM_DELIVER] = STREAM_OCTET_DELIVER,
        [STREAM_CLOCK] = STREAM_OCTET_CLOCK,         [STREAM_HALFCLOSE] = STREAM_OCTET_HALFCLOSE,
        [STREAM_RECONNECT] = STREAM_OCTET_RECONNECT, [STREAM_FAULT] = STREAM_OCTET_FAULT,
        [STREAM_BARRIER] = STREAM_OCTET_BARRIER,
    };
    ENSURE(kind != STREAM_DATA);
    if (kind == STREAM_SESSION) {
        stream_write_session(writer, argument);
        return;
    }
    char pair[2] = {octets[kind], (char)(unsigned char)argument};
    bool has_argument = stream_octet_meaning(pair[0]).octet_class == OCTET_ARGUMENT;
    stream_write_raw(writer, span_make(pair, has_argument ? 2 : 1));
}

void stream_write_event(struct stream_writer *writer, const struct stream_event *event)
{
    if (event->kind == STREAM_DATA)
        stream_write_data(writer, event->data);
    else
        stream_write_control(writer, event->kind, event->argument);
}

bool stream_is_canonical(struct span bytes)
{
    size_t at = 0;
    while ((at = stream_octet_find(bytes, at)) < bytes.nbytes) {
        enum stream_octet_class octet_class =
            (enum stream_octet_class)stream_octet_meaning(bytes.data[at]).octet_class;
        bool has_more = at + 1 < bytes.nbytes;
        if (octet_class == OCTET_ESCAPE && !(has_more && stream_is_control(bytes.data[at + 1])))
            return false;
        if (octet_class == OCTET_ARGUMENT && !has_more)
            return false;
        at += octet_class == OCTET_ESCAPE || octet_class == OCTET_ARGUMENT ? 2 : 1;
    }
    return true;
}
