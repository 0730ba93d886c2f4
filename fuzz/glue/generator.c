#include "glue/generator.h"

#include <stdlib.h>
#include <string.h>

#include "mutator/mutator.h"
#include "stream/stream.h"

struct imapspec_generator {
    struct mutator *mutator;
    char *copy; /* of what is changed */
    size_t capacity;
};

struct imapspec_generator *imapspec_generator_new(enum imapspec_side side)
{
    struct imapspec_generator *generator = mem_alloc(sizeof *generator);
    generator->mutator =
        mutator_new(side == IMAPSPEC_RESPONSES ? MUTATOR_RESPONSES : MUTATOR_REQUESTS);
    return generator;
}

void imapspec_generator_free(struct imapspec_generator *generator)
{
    if (generator == NULL)
        return;
    mutator_free(&generator->mutator);
    free(generator->copy);
    free(generator);
}

size_t imapspec_generate(struct imapspec_generator *generator, unsigned ncommands,
                         unsigned nsessions, char *out, size_t max, uint64_t seed)
{
    unsigned sessions = nsessions < 1                  ? 1
                        : nsessions > STREAM_NSESSIONS ? STREAM_NSESSIONS
                                                       : nsessions;
    return mutator_generate(generator->mutator, ncommands, sessions, out, max, seed);
}

size_t imapspec_mutate(struct imapspec_generator *generator, char *stream, size_t nbytes,
                       size_t max, uint64_t seed)
{
    if (nbytes > generator->capacity) {
        generator->copy = mem_resize(generator->copy, nbytes);
        generator->capacity = nbytes;
    }
    if (nbytes > 0)
        memcpy(generator->copy, stream, nbytes);
    return mutator_mutate(generator->mutator, span_make(generator->copy, nbytes), stream, max,
                          seed);
}

size_t imapspec_cross(struct imapspec_generator *generator, struct imapspec_octets first,
                      struct imapspec_octets second, char *out, size_t max, uint64_t seed)
{
    return mutator_cross(generator->mutator, span_make(first.data, first.nbytes),
                         span_make(second.data, second.nbytes), out, max, seed);
}

static enum imapspec_kind kind_of(enum stream_kind kind)
{
    switch (kind) {
    case STREAM_DATA:
        return IMAPSPEC_DATA;
    case STREAM_SESSION:
        return IMAPSPEC_SESSION;
    case STREAM_SEGMENT:
        return IMAPSPEC_SEGMENT;
    case STREAM_DELIVER:
        return IMAPSPEC_DELIVER;
    case STREAM_CLOCK:
        return IMAPSPEC_CLOCK;
    case STREAM_HALFCLOSE:
        return IMAPSPEC_HALFCLOSE;
    case STREAM_RECONNECT:
        return IMAPSPEC_RECONNECT;
    case STREAM_FAULT:
        return IMAPSPEC_FAULT;
    case STREAM_BARRIER:
        break;
    }
    return IMAPSPEC_BARRIER;
}

bool imapspec_read(struct imapspec_reader *reader, struct imapspec_event *event)
{
    struct stream_reader inside = stream_reader_of(span_make(reader->stream, reader->nbytes));
    struct stream_event found;
    if (reader->at > 0 || reader->session > 0) {
        inside.at = reader->at;
        inside.session = reader->session;
    }
    if (!stream_reader_next(&inside, &found))
        return false;
    reader->at = inside.at;
    reader->session = inside.session;
    *event = (struct imapspec_event){.kind = kind_of(found.kind), .session = found.session};
    if (found.kind == STREAM_DATA) {
        event->data = found.data.data;
        event->nbytes = found.data.nbytes;
    } else if (found.kind == STREAM_CLOCK) {
        event->seconds = stream_clock_s(found.argument);
    } else if (found.kind == STREAM_DELIVER || found.kind == STREAM_FAULT) {
        event->argument = found.argument;
    }
    return true;
}

size_t imapspec_data(const char *stream, size_t nbytes, char *out, size_t capacity)
{
    return stream_data(span_make(stream, nbytes), out, capacity);
}
