#include "model/envelope.h"

#include <string.h>

static const enum word field_words[ENVELOPE_COUNT] = {
    WORD_ENV_DATE, WORD_ENV_SUBJECT, WORD_ENV_FROM, WORD_ENV_SENDER,      WORD_ENV_REPLY_TO,
    WORD_ENV_TO,   WORD_ENV_CC,      WORD_ENV_BCC,  WORD_ENV_IN_REPLY_TO, WORD_ENV_MESSAGE_ID};

static struct span read_plain(const struct reading *reading, size_t node, struct arena *arena)
{
    struct reading_string string = reading_string(reading, node);
    if (string.is_nil)
        return (struct span){NULL, 0};
    return arena_copy(arena, string.value);
}

/* Values are not longer than what stands on the wire, and each has a delimiter behind it there. */
static struct span read_addresses(const struct reading *reading, size_t field, struct arena *arena)
{
    size_t node = reading_find(reading, field, WORD_NSTRING);
    if (node == NO_NODE)
        return (struct span){NULL, 0};
    char *text = arena_alloc(arena, reading_text(reading, field).nbytes + 1);
    size_t nbytes = 0;
    for (; node != NO_NODE; node = reading_after(reading, node, field, WORD_NSTRING)) {
        struct span value = reading_string(reading, node).value;
        if (value.nbytes > 0)
            memcpy(text + nbytes, value.data, value.nbytes);
        nbytes += value.nbytes;
        text[nbytes++] = '\0';
    }
    return span_make(text, nbytes);
}

static bool is_address_list(size_t field)
{
    return field >= ENVELOPE_FROM && field <= ENVELOPE_BCC;
}

struct envelope *envelope_read(const struct reading *reading, size_t node, struct arena *arena)
{
    size_t at = reading_find(reading, node, field_words[0]);
    if (at == NO_NODE)
        return NULL;
    struct envelope *envelope = arena_alloc(arena, sizeof *envelope);
    for (size_t i = 0; i < ENVELOPE_COUNT; i++) {
        if (i > 0)
            at = reading_after(reading, at, node, field_words[i]);
        ENSURE(at != NO_NODE);
        envelope->fields[i] = is_address_list(i) ? read_addresses(reading, at, arena)
                                                 : read_plain(reading, at, arena);
    }
    return envelope;
}

bool envelope_equal(const struct envelope *a, const struct envelope *b)
{
    for (size_t i = 0; i < ENVELOPE_COUNT; i++)
        if ((a->fields[i].data == NULL) != (b->fields[i].data == NULL) ||
            !span_equal(a->fields[i], b->fields[i]))
            return false;
    return true;
}
