#include "reference/client_note.h"

#include <stdlib.h>

static void drop_first(struct client_notes *notes)
{
    char *text = (char *)notes->items[notes->first].text.data;
    free(text);
    notes->first = (notes->first + 1) % CLIENT_NOTES_MAX;
    notes->nitems--;
}

void client_notes_clear(struct client_notes *notes)
{
    while (notes->nitems > 0)
        drop_first(notes);
}

void client_notes_add(struct client_notes *notes, enum client_note_kind kind, const char *why,
                      struct span text)
{
    struct buffer all = {0};
    if (why != NULL)
        buffer_printf(&all, "%s: ", why);
    buffer_append(&all, span_slice(text, 0, CLIENT_NOTE_NBYTES_MAX));
    size_t nbytes = all.nbytes;
    if (notes->nitems == CLIENT_NOTES_MAX)
        drop_first(notes);
    size_t place = (notes->first + notes->nitems) % CLIENT_NOTES_MAX;
    notes->items[place] =
        (struct client_note){.kind = kind, .text = span_make(buffer_take_text(&all), nbytes)};
    notes->nitems++;
}

struct client_note client_notes_get(const struct client_notes *notes, size_t place)
{
    ENSURE(place < notes->nitems);
    return notes->items[(notes->first + place) % CLIENT_NOTES_MAX];
}
