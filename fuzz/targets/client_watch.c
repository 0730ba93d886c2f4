#include "targets/client_watch.h"

#include <stdio.h>

#include "targets/target.h"

void client_watch_told(struct client_watch *watch, struct span octets)
{
    buffer_append(&watch->told, octets);
}

void client_watch_free(struct client_watch *watch)
{
    buffer_free(&watch->told);
}

/* ---- commands ---- */

static void check_sequence(struct span sequence, uint32_t exists)
{
    uint64_t number = 0;
    for (size_t i = 0; i < sequence.nbytes; i++) {
        if (!char_is_digit(sequence.data[i])) {
            number = 0;
            continue;
        }
        number = number * 10 + (unsigned)(sequence.data[i] - '0');
        if (number > exists)
            fuzz_fail("client.numbers", "cache.expunge-shifts", "number beyond EXISTS",
                      "the client asks for message %.*s of %u", SPAN_ARG(sequence),
                      (unsigned)exists);
    }
}

void client_watch_said(struct client_watch *watch, struct span octets)
{
    struct client_view view;
    uint32_t exists = reference_client_view(watch->client, &view) ? view.exists : 0;
    while (octets.nbytes > 0) {
        struct span line = span_cut(&octets, '\n');
        struct span tag = span_cut(&line, ' ');
        struct span verb = span_cut(&line, ' ');
        if (tag.nbytes < 2 || tag.data[0] != 'A' ||
            number_digits(span_from(tag, 1)) != tag.nbytes - 1)
            continue;
        if (span_is(verb, "FETCH") || span_is(verb, "STORE") || span_is(verb, "COPY"))
            check_sequence(span_cut(&line, ' '), exists);
        if (span_is(span_trim(verb), "LOGOUT") &&
            number_parse_u64(span_from(tag, 1), &watch->logout) != 0)
            watch->logout = 0;
    }
}

/* ---- beliefs ---- */

static void check_view(const struct reference_client *client)
{
    struct client_view view;
    uint32_t last = 0;
    if (!reference_client_view(client, &view))
        return;
    for (size_t i = 0; i < reference_client_nknown(client); i++) {
        uint32_t number = reference_client_known(client, i)->number;
        if (number <= last || (view.has_exists && number > view.exists))
            fuzz_fail("client.cache", "cache.expunge-shifts", "number",
                      "the client knows of message %u behind %u, of %u", (unsigned)number,
                      (unsigned)last, (unsigned)view.exists);
        last = number;
    }
    if (view.recent > view.exists)
        fuzz_fail("client.cache", "cache.exists-grows", "recent", "%u of %u messages are recent",
                  (unsigned)view.recent, (unsigned)view.exists);
}

static void check_numbers(const struct client_result *result)
{
    uint32_t last = 0;
    for (size_t i = 0; i < result->nnumbers; i++) {
        if (result->numbers[i] <= last)
            fuzz_fail("client.result", "", "number", "message %u behind %u is a result",
                      (unsigned)result->numbers[i], (unsigned)last);
        last = result->numbers[i];
    }
}

/* Commands are sent in the order in which they were begun, so the nth sent has the nth tag. */
void client_watch_look(const struct client_watch *watch, const uint64_t *operations, size_t n)
{
    unsigned nsent = 0;
    check_view(watch->client);
    for (size_t i = 0; i < n; i++) {
        const struct client_result *result = reference_client_result(watch->client, operations[i]);
        char tag[32];
        check_numbers(result);
        if (!result->was_sent)
            continue;
        (void)snprintf(tag, sizeof tag, "A%04u ", ++nsent);
        bool is_completed = result->outcome == CLIENT_OK || result->outcome == CLIENT_NO ||
                            result->outcome == CLIENT_BAD;
        if (is_completed && nsent != watch->logout &&
            span_find(buffer_span(&watch->told), span_of(tag)) == SPAN_NPOS)
            fuzz_fail("client.tag", "client.complete-on-tag", "completed by another tag",
                      "%sis completed, and no line has this tag", tag);
    }
}
