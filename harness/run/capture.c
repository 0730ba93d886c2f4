#include "run/capture.h"

#include <string.h>

#include "wire/wire.h"

static void put(struct capture_list *list, const char *name, struct span octets, bool is_value)
{
    list->items = arena_grow(list->arena, list->items, &list->capacity, list->nitems + 1,
                             sizeof *list->items);
    list->items[list->nitems++] = (struct capture){name, arena_copy(list->arena, octets), is_value};
}

void capture_put(struct capture_list *list, const char *name, struct span raw)
{
    put(list, name, raw, false);
}

void capture_put_value(struct capture_list *list, const char *name, struct span value)
{
    put(list, name, value, true);
}

const struct capture *capture_find(const struct capture_list *list, const char *name)
{
    for (size_t i = list->nitems; i > 0; i--)
        if (strcmp(list->items[i - 1].name, name) == 0)
            return &list->items[i - 1];
    return NULL;
}

static struct span literal_content(struct span raw)
{
    size_t line_end = span_find(raw, SPAN_LIT("\r\n"));
    uint64_t count;
    size_t brace;
    if (line_end == SPAN_NPOS || !wire_announcement(span_slice(raw, 0, line_end), &count, &brace) ||
        brace != 0)
        return raw;
    return span_from(raw, line_end + 2);
}

struct span capture_value(struct span raw)
{
    if (raw.nbytes >= 2 && raw.data[0] == '"' && raw.data[raw.nbytes - 1] == '"')
        return span_slice(raw, 1, raw.nbytes - 2);
    if (raw.nbytes > 0 && raw.data[0] == '{')
        return literal_content(raw);
    return raw;
}
