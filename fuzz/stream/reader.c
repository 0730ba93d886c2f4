#include "stream/octet.h"

const struct stream_octet_meaning stream_octet_meanings[0x20] = {
    [0x01] = {OCTET_CONTROL, STREAM_SESSION},
    [0x02] = {OCTET_CONTROL, STREAM_SESSION},
    [0x03] = {OCTET_CONTROL, STREAM_SESSION},
    [0x04] = {OCTET_CONTROL, STREAM_SESSION},
    [STREAM_OCTET_SEGMENT] = {OCTET_CONTROL, STREAM_SEGMENT},
    [STREAM_OCTET_DELIVER] = {OCTET_ARGUMENT, STREAM_DELIVER},
    [STREAM_OCTET_CLOCK] = {OCTET_ARGUMENT, STREAM_CLOCK},
    [STREAM_OCTET_HALFCLOSE] = {OCTET_CONTROL, STREAM_HALFCLOSE},
    [STREAM_OCTET_RECONNECT] = {OCTET_CONTROL, STREAM_RECONNECT},
    [STREAM_OCTET_ESCAPE] = {OCTET_ESCAPE, STREAM_DATA},
    [STREAM_OCTET_FAULT] = {OCTET_ARGUMENT, STREAM_FAULT},
    [STREAM_OCTET_BARRIER] = {OCTET_CONTROL, STREAM_BARRIER},
};

static const char *const kind_names[STREAM_NKINDS] = {
    [STREAM_DATA] = "data",           [STREAM_SESSION] = "session",
    [STREAM_SEGMENT] = "segment",     [STREAM_DELIVER] = "deliver",
    [STREAM_CLOCK] = "clock",         [STREAM_HALFCLOSE] = "halfclose",
    [STREAM_RECONNECT] = "reconnect", [STREAM_FAULT] = "fault",
    [STREAM_BARRIER] = "barrier",
};

const char *stream_kind_name(enum stream_kind kind)
{
    return kind_names[kind];
}

bool stream_is_control(char octet)
{
    return stream_octet_is_control(octet);
}

size_t stream_control_find(struct span bytes, size_t from)
{
    size_t at = stream_octet_find(bytes, from);
    while (at < bytes.nbytes && !stream_octet_is_control(bytes.data[at]))
        at = stream_octet_find(bytes, at + 1);
    return at;
}

struct stream_reader stream_reader_of(struct span bytes)
{
    return (struct stream_reader){.bytes = bytes, .session = 1};
}

/* Data that begin at `start`, whose first octet is data whatever it is. */
static void read_data(struct stream_reader *reader, size_t start, struct stream_event *event)
{
    struct span bytes = reader->bytes;
    size_t at = stream_control_find(bytes, start + 1);
    event->kind = STREAM_DATA;
    event->argument = 0;
    event->data = span_make(bytes.data + start, at - start);
    reader->at = at;
}

bool stream_reader_next(struct stream_reader *reader, struct stream_event *event_r)
{
    struct span bytes = reader->bytes;
    if (reader->at >= bytes.nbytes)
        return false;
    size_t start = reader->at;
    char octet = bytes.data[start];
    struct stream_octet_meaning meaning = stream_octet_meaning(octet);
    *event_r = (struct stream_event){.at = start};
    switch ((enum stream_octet_class)meaning.octet_class) {
    case OCTET_DATA:
        read_data(reader, start, event_r);
        break;
    case OCTET_ESCAPE:
        if (start + 1 >= bytes.nbytes) {
            reader->at = bytes.nbytes;
            return false;
        }
        read_data(reader, start + 1, event_r);
        break;
    case OCTET_CONTROL:
        event_r->kind = (enum stream_kind)meaning.kind;
        reader->at++;
        if (event_r->kind == STREAM_SESSION)
            event_r->argument = reader->session = (unsigned char)octet;
        break;
    case OCTET_ARGUMENT:
        event_r->kind = (enum stream_kind)meaning.kind;
        event_r->argument = stream_octet_argument(bytes, start + 1);
        reader->at = start + 1 < bytes.nbytes ? start + 2 : bytes.nbytes;
        break;
    }
    event_r->session = reader->session;
    event_r->nbytes = reader->at - start;
    return true;
}

struct stream_delivery stream_delivery(unsigned argument)
{
    static const enum stream_delivery_kind kinds[] = {STREAM_DELIVER_MESSAGE, STREAM_DELIVER_SEEN,
                                                      STREAM_DELIVER_DELETED,
                                                      STREAM_DELIVER_REMOVED};
    struct stream_delivery delivery = {
        .kind = kinds[argument >> 6 & 3], .mailbox = argument >> 4 & 3, .number = argument & 15};
    if (delivery.kind != STREAM_DELIVER_MESSAGE)
        delivery.number++;
    return delivery;
}

int64_t stream_clock_s(unsigned argument)
{
    unsigned log = argument & 31;
    return INT64_C(1) << (log > 16 ? 16 : log);
}

struct stream_fault stream_fault(unsigned argument)
{
    if ((argument & 0x80) == 0)
        return (struct stream_fault){STREAM_FAULT_ALLOCATION, (argument & 0x7f) + 1};
    return (struct stream_fault){argument & 0x40 ? STREAM_FAULT_READ : STREAM_FAULT_WRITE,
                                 (argument & 0x3f) + 1};
}

size_t stream_data(struct span bytes, char *out, size_t capacity)
{
    struct stream_reader reader = stream_reader_of(bytes);
    struct stream_event event;
    size_t nbytes = 0;
    while (stream_reader_next(&reader, &event)) {
        if (nbytes < capacity && event.data.nbytes) {
            size_t room = capacity - nbytes;
            memcpy(out + nbytes, event.data.data,
                   event.data.nbytes < room ? event.data.nbytes : room);
        }
        nbytes += event.data.nbytes;
    }
    return nbytes;
}

unsigned stream_highest_session(struct span bytes)
{
    struct stream_reader reader = stream_reader_of(bytes);
    struct stream_event event;
    unsigned highest = 1;
    while (stream_reader_next(&reader, &event))
        if (event.session > highest)
            highest = event.session;
    return highest;
}
