#include "reference/client_set.h"

#include <stdlib.h>

void client_set_free(struct client_set *set)
{
    free(set->ranges);
    *set = (struct client_set){0};
}

void client_set_add(struct client_set *set, uint32_t first, uint32_t last)
{
    set->ranges = mem_grow(set->ranges, &set->capacity, set->nranges + 1, sizeof *set->ranges);
    set->ranges[set->nranges++] = (struct client_range){first, last};
}

bool client_set_read(struct client_set *set, struct span text)
{
    if (text.nbytes == 0 || text.data[text.nbytes - 1] == ',')
        return false;
    while (text.nbytes > 0) {
        struct span part = span_cut(&text, ',');
        struct span first_text = span_slice(part, 0, number_digits(part));
        struct span last_text = span_from(part, first_text.nbytes);
        uint32_t first, last;
        if (number_parse_u32(first_text, &first) != 0 || first == 0)
            return false;
        last = first;
        if (last_text.nbytes > 0 &&
            (last_text.data[0] != ':' || number_parse_u32(span_from(last_text, 1), &last) != 0))
            return false;
        if (last == 0)
            return false;
        client_set_add(set, first < last ? first : last, first < last ? last : first);
    }
    return true;
}

void client_set_write(const struct client_set *set, struct buffer *out)
{
    for (size_t i = 0; i < set->nranges; i++) {
        const struct client_range *range = &set->ranges[i];
        buffer_printf(out, i > 0 ? ",%u" : "%u", (unsigned)range->first);
        if (range->last > range->first)
            buffer_printf(out, ":%u", (unsigned)range->last);
    }
}

uint32_t client_set_max(const struct client_set *set)
{
    uint32_t max = 0;
    for (size_t i = 0; i < set->nranges; i++)
        if (set->ranges[i].last > max)
            max = set->ranges[i].last;
    return max;
}

void client_set_expunge(struct client_set *set, uint32_t number)
{
    size_t nkept = 0;
    for (size_t i = 0; i < set->nranges; i++) {
        struct client_range range = set->ranges[i];
        bool is_alone = range.first == number && range.last == number;
        if (number < range.first)
            range.first--;
        if (number <= range.last)
            range.last--;
        if (!is_alone)
            set->ranges[nkept++] = range;
    }
    set->nranges = nkept;
}
