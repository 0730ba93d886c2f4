#include "reference/sequence.h"

#include <string.h>

#include "targets/target.h"

enum { COUNT_MAX = 64 };

/* A number beyond COUNT_MAX is as good as any other. */
static bool read_number(struct span text, size_t *number_r)
{
    size_t number = 0;
    if (text.nbytes == 0)
        return false;
    for (size_t i = 0; i < text.nbytes; i++) {
        if (!char_is_digit(text.data[i]))
            return false;
        number = number * 10 + (size_t)(text.data[i] - '0');
        if (number > COUNT_MAX)
            number = COUNT_MAX + 1;
    }
    *number_r = number;
    return true;
}

/* The set as a bitmap, by the letter of RFC 1176 p.10: false when it is none. */
static bool read_naively(struct span text, size_t count, bool *set)
{
    bool has_more = true;
    while (has_more) {
        size_t comma = span_find_byte(text, ',');
        struct span part = span_slice(text, 0, comma);
        has_more = comma != SPAN_NPOS;
        text = has_more ? span_from(text, comma + 1) : (struct span){0};
        size_t colon = span_find_byte(part, ':');
        size_t low;
        size_t high;
        if (!read_number(span_slice(part, 0, colon), &low))
            return false;
        high = low;
        if (colon != SPAN_NPOS && !read_number(span_from(part, colon + 1), &high))
            return false;
        if (low < 1 || high < 1 || low > count || high > count)
            return false;
        for (size_t n = low < high ? low : high; n <= (low < high ? high : low); n++)
            set[n] = true;
    }
    return true;
}

/* A number with leading zeros may be refused or not (B38). */
static bool is_gray(struct span text)
{
    for (size_t i = 0; i + 1 < text.nbytes; i++) {
        bool begins = i == 0 || !char_is_digit(text.data[i - 1]);
        if (begins && text.data[i] == '0' && char_is_digit(text.data[i + 1]))
            return true;
    }
    return false;
}

/* The first octet is the number of messages, the rest a sequence. */
void fuzz_sequence_one(struct span octets)
{
    bool expected[COUNT_MAX + 1] = {false};
    struct sequence sequence = {0};
    const char *fault = NULL;
    if (octets.nbytes == 0)
        return;
    size_t count = (unsigned char)octets.data[0] % COUNT_MAX + 1;
    struct span text = span_from(octets, 1);
    if (is_gray(text))
        return;
    fuzz_ncommands++;
    bool is_set = read_naively(text, count, expected);
    bool is_read = server_sequence_parse(&sequence, text, count, &fault) == 0;
    if (is_set != is_read)
        fuzz_fail("sequence.accepts", "lex.sequence", is_read ? "taken" : "refused",
                  "%s: \"%.*s\" of %zu messages", is_read ? "taken" : fault, SPAN_ARG(text), count);
    size_t nexpected = 0;
    for (size_t n = 1; n <= COUNT_MAX; n++)
        nexpected += is_read && expected[n];
    if (is_read && server_sequence_count(&sequence) != nexpected)
        fuzz_fail("sequence.count", "lex.sequence", "count", "%zu numbers, not %zu",
                  server_sequence_count(&sequence), nexpected);
    size_t last = 0;
    server_sequence_rewind(&sequence);
    for (size_t n; is_read && (n = server_sequence_next(&sequence)) != 0; last = n) {
        if (n <= last || n > count || !expected[n])
            fuzz_fail("sequence.numbers", "lex.sequence", "number", "%zu comes behind %zu", n,
                      last);
        nexpected--;
    }
    if (is_read && nexpected != 0)
        fuzz_fail("sequence.numbers", "lex.sequence", "missing", "%zu numbers are missing",
                  nexpected);
    server_sequence_free(&sequence);
}
