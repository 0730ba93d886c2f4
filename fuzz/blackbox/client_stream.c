#include <stdio.h>
#include <string.h>

#include "blackbox/client_campaign.h"

/*
 * What the mutator makes up is what some server says. Here it is dealt out to the operations of the
 * client; most of it so that the server keeps to the rules as far as a look at a line can tell.
 */

enum { INBOX_MESSAGES = 5, OPERATIONS_MOST = 10 };

struct dealer {
    struct rng *rng;
    struct stream_writer writer;
    unsigned noperations;
    uint32_t exists; /* that the client knows of */
    bool is_tame;
};

static bool one_in(struct dealer *d, unsigned n)
{
    return rng_below(d->rng, n) == 0;
}

static void write_text(struct dealer *d, const char *text)
{
    stream_write_data(&d->writer, span_of(text));
}

static void next_operation(struct dealer *d)
{
    bool is_chosen = d->noperations >= 2 && !one_in(d, 3);
    d->noperations++;
    if (is_chosen)
        stream_write_control(&d->writer, STREAM_FAULT,
                             (unsigned)(2 + rng_below(d->rng, client_noperations() - 2)));
    else
        stream_write_control(&d->writer, STREAM_BARRIER, 0);
}

static void ask(struct dealer *d, const char *operation)
{
    d->noperations++;
    stream_write_control(&d->writer, STREAM_FAULT, client_operation_number(operation));
}

/* ---- what is lawful ---- */

static bool are_numbers_known(struct span numbers, uint32_t exists)
{
    while (numbers.nbytes > 0) {
        uint32_t number;
        if (number_parse_u32(span_cut(&numbers, ' '), &number) != 0 || number == 0 ||
            number > exists)
            return false;
    }
    return true;
}

/* Whether a server that has told of `exists` messages may say that. */
static bool is_lawful(struct dealer *d, struct span line)
{
    struct span rest = span_trim(line);
    struct span first = span_cut(&rest, ' ');
    struct span word = span_cut(&rest, ' ');
    uint32_t number;
    if (span_is(first, "+"))
        return false;
    if (!span_is(first, "*")) /* a completion */
        return one_in(d, 3);
    if (number_parse_u32(word, &number) != 0)
        return !span_is_nocase(word, "BYE") && !span_is_nocase(word, "PREAUTH") &&
               (!span_is_nocase(word, "SEARCH") || are_numbers_known(rest, d->exists));
    if (span_is_nocase(rest, "EXISTS"))
        return number == d->exists;
    if (span_is_nocase(rest, "RECENT"))
        return number <= d->exists;
    if (number == 0 || number > d->exists)
        return false;
    d->exists -= span_is_nocase(rest, "EXPUNGE");
    return true;
}

/* ---- dealing ---- */

static void write_number(struct dealer *d, const char *before, uint32_t number, const char *behind)
{
    char text[80];
    (void)snprintf(text, sizeof text, "%s%u%s", before, (unsigned)number, behind);
    write_text(d, text);
}

/* A tag that looks like the client's own, and then what really is the completion. */
static void write_false_completion(struct dealer *d)
{
    char line[40];
    (void)snprintf(line, sizeof line, "a%04u OK early\r\n", d->noperations);
    write_text(d, line);
    write_text(d, "a1 NO late\r\n");
}

/* Many messages, and a search that finds most of them. */
static void write_many_numbers(struct dealer *d)
{
    write_text(d, "* 60 EXISTS\r\n");
    ask(d, "search SEEN");
    d->exists = 60;
    write_text(d, "* SEARCH");
    for (unsigned i = 1, n = 4 + (unsigned)rng_below(d->rng, 56); i <= n; i++)
        write_number(d, " ", i, "");
    write_text(d, "\r\n");
}

/* A message goes while the client has still to say what it wants of others. */
static void write_removal(struct dealer *d)
{
    static const char *const first[] = {"noop", "check", "expunge"};
    static const char *const second[] = {"fetch 5 FLAGS", "copy 4:5 m1",
                                         "store 3,5 FLAGS (\\Seen)"};
    if (d->exists == 0)
        return;
    ask(d, first[rng_below(d->rng, 3)]);
    ask(d, second[rng_below(d->rng, 3)]);
    write_number(d, "* ", 1 + (uint32_t)rng_below(d->rng, d->exists), " EXPUNGE\r\n");
    d->exists--;
}

/* Numbers where clients go wrong: of no message, the last, the one behind it, beyond all. */
static void write_edge(struct dealer *d)
{
    static const char *const kinds[] = {"EXPUNGE",
                                        "EXPUNGE",
                                        "EXISTS",
                                        "RECENT",
                                        "COPY",
                                        "FETCH (FLAGS (\\Seen))",
                                        "STORE (FLAGS ())",
                                        "FETCH (RFC822.SIZE 1)"};
    const uint32_t edges[] = {0, 0, d->exists, d->exists + 1, INT32_MAX, UINT32_MAX};
    uint32_t number = edges[rng_below(d->rng, sizeof edges / sizeof *edges)];
    uint64_t kind = rng_below(d->rng, 1 + sizeof kinds / sizeof *kinds);
    if (kind == 0) {
        ask(d, "search SEEN");
        write_number(d, "* SEARCH ", number, " 1\r\n");
        return;
    }
    write_number(d, "* ", number, " ");
    write_text(d, kinds[kind - 1]);
    write_text(d, "\r\n");
}

static void deal_unit(struct dealer *d, struct span line)
{
    if (d->is_tame && !is_lawful(d, line))
        return;
    if (d->noperations < OPERATIONS_MOST && !one_in(d, 2)) {
        next_operation(d);
        if (one_in(d, 4))
            next_operation(d);
        if (one_in(d, 5))
            stream_write_control(&d->writer, STREAM_SEGMENT, 0);
    }
    if (one_in(d, 24))
        write_false_completion(d);
    if (one_in(d, 32))
        write_many_numbers(d);
    if (d->noperations >= 2 && one_in(d, 24))
        write_removal(d);
    if (!d->is_tame && one_in(d, 4))
        write_edge(d);
    if (one_in(d, 16))
        stream_write_control(&d->writer, STREAM_DELIVER, (unsigned)rng_below(d->rng, 0x20));
    stream_write_raw(&d->writer, line);
}

/* Writes what the stream's server says, between operations. */
static size_t deal(struct rng *rng, struct span stream, char *out)
{
    struct dealer d = {.rng = rng,
                       .writer = stream_writer_of(out, CLIENT_STREAM_NBYTES),
                       .exists = INBOX_MESSAGES};
    struct stream_splitter splitter = stream_splitter_of(stream);
    struct stream_unit unit;
    bool is_first = true;
    d.is_tame = !one_in(&d, 4);
    if (one_in(&d, 6))
        stream_write_session(&d.writer, 2 + (unsigned)rng_below(rng, 3));
    while (stream_splitter_next(&splitter, &unit)) {
        if (unit.kind != STREAM_DATA || !unit.begins || !unit.ends)
            continue;
        if (is_first && one_in(&d, 8))
            stream_write_raw(&d.writer, unit.bytes);
        else if (!is_first)
            deal_unit(&d, unit.bytes);
        for (; is_first && d.noperations < 1 + (unsigned)!one_in(&d, 4);)
            next_operation(&d);
        is_first = false;
    }
    while (d.noperations < 4)
        next_operation(&d);
    return d.writer.nbytes;
}

/* ---- the next one ---- */

static void mutate(struct client_campaign *c, struct rng *rng, struct sample *sample)
{
    static char other[CLIENT_STREAM_NBYTES];
    struct span stream = span_slice(corpus_choose(&c->course.corpus, rng), 0, sizeof other);
    sample->nbytes = mutator_mutate(c->mutator, stream, sample->bytes, sizeof other, rng_next(rng));
    for (uint64_t more = rng_below(rng, 4); more > 0; more--) {
        memcpy(other, sample->bytes, sample->nbytes);
        sample->nbytes = mutator_mutate(c->mutator, span_make(other, sample->nbytes), sample->bytes,
                                        sizeof other, rng_next(rng));
    }
}

void client_stream_next(struct client_campaign *c, const struct seeds *seeds, struct sample *sample)
{
    static char said[CLIENT_STREAM_NBYTES];
    uint64_t number = sample->number;
    struct rng rng = rng_seeded(c->course.options->seed * UINT64_C(0x9e3779b97f4a7c15) + number);
    if (number < seeds->nitems) {
        sample->nbytes = deal(&rng, seeds->items[number].stream, sample->bytes);
    } else if (c->course.corpus.nitems == 0 || rng_below(&rng, 3) == 0) {
        size_t nbytes = mutator_generate(c->mutator, 4 + (unsigned)rng_below(&rng, 16), 1, said,
                                         sizeof said / 2, rng_next(&rng));
        sample->nbytes = deal(&rng, span_make(said, nbytes), sample->bytes);
    } else {
        mutate(c, &rng, sample);
    }
}
