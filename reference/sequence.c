#include "reference/sequence.h"

#include <stdlib.h>

void server_sequence_free(struct sequence *sequence)
{
    free(sequence->ranges);
    *sequence = (struct sequence){0};
}

/* A number without sign and without leading zeros (p.9) that names one of `count` messages. */
static int parse_number(struct span *text, size_t count, size_t *number_r, const char **fault_r)
{
    uint64_t number;
    size_t ndigits = number_digits(*text);
    if (ndigits == 0 || (ndigits > 1 && text->data[0] == '0')) {
        *fault_r = "Malformed sequence";
        return -1;
    }
    if (number_parse_u64(span_slice(*text, 0, ndigits), &number) != 0 || number < 1 ||
        number > count) {
        *fault_r = "No message has that number";
        return -1;
    }
    *number_r = (size_t)number;
    *text = span_from(*text, ndigits);
    return 0;
}

static int parse_range(struct span *text, size_t count, struct sequence_range *range_r,
                       const char **fault_r)
{
    size_t from, to;
    if (parse_number(text, count, &from, fault_r) != 0)
        return -1;
    to = from;
    if (text->nbytes > 0 && text->data[0] == ':') {
        *text = span_from(*text, 1);
        if (parse_number(text, count, &to, fault_r) != 0)
            return -1;
    }
    *range_r = from <= to ? (struct sequence_range){from, to} : (struct sequence_range){to, from};
    return 0;
}

static int compare_ranges(const void *left, const void *right)
{
    const struct sequence_range *a = left, *b = right;
    return a->first < b->first ? -1 : a->first > b->first;
}

static void join_ranges(struct sequence *sequence)
{
    size_t last = 0;
    for (size_t i = 1; i < sequence->nranges; i++) {
        struct sequence_range *into = &sequence->ranges[last];
        const struct sequence_range *range = &sequence->ranges[i];
        if (range->first > into->last + 1)
            sequence->ranges[++last] = *range;
        else if (range->last > into->last)
            into->last = range->last;
    }
    sequence->nranges = last + 1;
}

int server_sequence_parse(struct sequence *sequence, struct span text, size_t count,
                          const char **fault_r)
{
    sequence->nranges = 0;
    bool is_sorted = true;
    for (;;) {
        struct sequence_range range;
        if (parse_range(&text, count, &range, fault_r) != 0)
            return -1;
        is_sorted = is_sorted && (sequence->nranges == 0 ||
                                  sequence->ranges[sequence->nranges - 1].first <= range.first);
        sequence->ranges = mem_grow(sequence->ranges, &sequence->capacity, sequence->nranges + 1,
                                    sizeof *sequence->ranges);
        sequence->ranges[sequence->nranges++] = range;
        if (text.nbytes == 0)
            break;
        if (text.data[0] != ',') {
            *fault_r = "Malformed sequence";
            return -1;
        }
        text = span_from(text, 1);
    }
    if (!is_sorted)
        qsort(sequence->ranges, sequence->nranges, sizeof *sequence->ranges, compare_ranges);
    join_ranges(sequence);
    server_sequence_rewind(sequence);
    return 0;
}

size_t server_sequence_count(const struct sequence *sequence)
{
    size_t count = 0;
    for (size_t i = 0; i < sequence->nranges; i++)
        count += sequence->ranges[i].last - sequence->ranges[i].first + 1;
    return count;
}

void server_sequence_rewind(struct sequence *sequence)
{
    sequence->range = 0;
    sequence->last = 0;
}

size_t server_sequence_next(struct sequence *sequence)
{
    if (sequence->range == sequence->nranges)
        return 0;
    const struct sequence_range *range = &sequence->ranges[sequence->range];
    sequence->last = sequence->last < range->first ? range->first : sequence->last + 1;
    if (sequence->last == range->last)
        sequence->range++;
    return sequence->last;
}
