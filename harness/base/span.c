#include "base/span.h"

#include <string.h>

#include "base/chars.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span span_trim(struct span s)
{
    while (s.nbytes > 0 && is_space(s.data[s.nbytes - 1]))
        s.nbytes--;
    while (s.nbytes > 0 && is_space(s.data[0]))
        s = span_from(s, 1);
    return s;
}

static bool equal_folded_slowly(const char *a, const char *b, size_t nbytes)
{
    for (size_t i = 0; i < nbytes; i++)
        if (char_lower(a[i]) != char_lower(b[i]))
            return false;
    return true;
}

/* What differs in more than letter case is told by the differing bits of whole words. */
bool span_equal_folded(struct span a, struct span b)
{
    const uint64_t but_case = ~UINT64_C(0x2020202020202020);
    uint64_t differing = 0;
    if (a.nbytes < SPAN_WORD_NBYTES) {
        differing = span_short_word(a) ^ span_short_word(b);
    } else {
        size_t last = a.nbytes - SPAN_WORD_NBYTES; /* may overlap the word before */
        for (size_t at = 0; at < last && (differing & but_case) == 0; at += SPAN_WORD_NBYTES)
            differing |= span_word(a.data + at) ^ span_word(b.data + at);
        differing |= span_word(a.data + last) ^ span_word(b.data + last);
    }
    return differing == 0 ||
           ((differing & but_case) == 0 && equal_folded_slowly(a.data, b.data, a.nbytes));
}

bool span_ends_with(struct span s, struct span suffix)
{
    return s.nbytes >= suffix.nbytes && span_equal(span_from(s, s.nbytes - suffix.nbytes), suffix);
}

int span_compare(struct span a, struct span b)
{
    size_t common = a.nbytes < b.nbytes ? a.nbytes : b.nbytes;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
    if (order != 0)
        return order;
    return a.nbytes < b.nbytes ? -1 : a.nbytes > b.nbytes;
}

size_t span_find(struct span haystack, struct span needle)
{
    if (needle.nbytes == 0)
        return 0;
    for (size_t from = 0; from + needle.nbytes <= haystack.nbytes; from++) {
        size_t skip = span_find_byte(span_from(haystack, from), needle.data[0]);
        if (skip == SPAN_NPOS)
            return SPAN_NPOS;
        from += skip;
        if (span_equal(span_slice(haystack, from, needle.nbytes), needle))
            return from;
    }
    return SPAN_NPOS;
}

size_t span_find_nocase(struct span haystack, struct span needle)
{
    if (needle.nbytes == 0)
        return 0;
    for (size_t from = 0; from + needle.nbytes <= haystack.nbytes; from++)
        if (((haystack.data[from] ^ needle.data[0]) & SPAN_ALL_BUT_CASE) == 0 &&
            span_equal_folded(span_make(haystack.data + from, needle.nbytes), needle))
            return from;
    return SPAN_NPOS;
}

struct span span_cut(struct span *rest, char separator)
{
    size_t at = span_find_byte(*rest, separator);
    struct span head = span_slice(*rest, 0, at);
    *rest = at == SPAN_NPOS ? span_from(*rest, rest->nbytes) : span_from(*rest, at + 1);
    return head;
}
