#include "model/sequence.h"

#include <stdlib.h>

void sequence_free(struct sequence *sequence)
{
    free(sequence->ranges);
    *sequence = (struct sequence){0};
}

static uint32_t read_number(struct span text)
{
    uint32_t number = UINT32_MAX;
    if (number_parse_u32(text, &number) != 0)
        return UINT32_MAX;
    return number;
}

static int compare_ranges(const void *a, const void *b)
{
    const struct sequence_range *left = a, *right = b;
    return (left->first > right->first) - (left->first < right->first);
}

static void join_ranges(struct sequence *sequence)
{
    if (sequence->nranges < 2)
        return;
    qsort(sequence->ranges, sequence->nranges, sizeof *sequence->ranges, compare_ranges);
    size_t kept = 0;
    for (size_t i = 1; i < sequence->nranges; i++) {
        struct sequence_range range = sequence->ranges[i], *last = &sequence->ranges[kept];
        if (last->last == UINT32_MAX || range.first <= last->last + 1) {
            if (range.last > last->last)
                last->last = range.last;
        } else {
            sequence->ranges[++kept] = range;
        }
    }
    sequence->nranges = kept + 1;
}

void sequence_read(struct sequence *sequence, struct span text)
{
    sequence->nranges = 0;
    while (text.nbytes > 0) {
        struct span part = span_cut(&text, ',');
        struct span first = span_cut(&part, ':');
        struct sequence_range range = {.first = read_number(first)};
        range.last = part.nbytes > 0 ? read_number(part) : range.first;
        if (range.first > range.last)
            range = (struct sequence_range){range.last, range.first};
        sequence->ranges = mem_grow(sequence->ranges, &sequence->capacity, sequence->nranges + 1,
                                    sizeof *sequence->ranges);
        sequence->ranges[sequence->nranges++] = range;
    }
    join_ranges(sequence);
}

bool sequence_has(const struct sequence *sequence, uint32_t number)
{
    size_t low = 0, high = sequence->nranges;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (number < sequence->ranges[middle].first)
            high = middle;
        else if (number > sequence->ranges[middle].last)
            low = middle + 1;
        else
            return true;
    }
    return false;
}

uint32_t sequence_last(const struct sequence *sequence)
{
    return sequence->nranges == 0 ? 0 : sequence->ranges[sequence->nranges - 1].last;
}

uint32_t sequence_first(const struct sequence *sequence)
{
    return sequence->nranges == 0 ? 0 : sequence->ranges[0].first;
}

bool sequence_next(const struct sequence *sequence, size_t *at, uint32_t limit, uint32_t *number)
{
    if (*at >= sequence->nranges)
        return false;
    if (*number < sequence->ranges[*at].first) {
        *number = sequence->ranges[*at].first;
    } else if (*number < sequence->ranges[*at].last) {
        ++*number;
    } else {
        if (++*at >= sequence->nranges)
            return false;
        *number = sequence->ranges[*at].first;
    }
    return *number <= limit;
}
