/*
 * span: a borrowed run of octets with a length. Wire data is never NUL-terminated; every function
 * that takes octets takes a span. A span owns nothing: it is valid as long as what it points into.
 */
#ifndef IMAPSPEC_BASE_SPAN_H
#define IMAPSPEC_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const char *data; /* may be NULL only when nbytes is 0 */
    size_t nbytes;
};

/* A span over a string literal, usable in static initialisers too. */
#define SPAN_INIT(text)                                                                            \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }
#define SPAN_LIT(text) ((struct span)SPAN_INIT(text))

/* For printf: "%.*s" takes SPAN_ARG(s). Lengths over INT_MAX are cut there. */
#define SPAN_ARG(s) ((s).nbytes > 0x7fffffff ? 0x7fffffff : (int)(s).nbytes), ((s).data)

#define SPAN_NPOS ((size_t)-1)

static inline struct span span_make(const char *data, size_t nbytes)
{
    return (struct span){data, nbytes};
}

/* Borrows; NULL gives the empty span. */
static inline struct span span_of(const char *text)
{
    return (struct span){text, text == NULL ? 0 : strlen(text)};
}

/* Most texts are constants, which are the same by their place already. */
static inline bool text_equal(const char *a, const char *b)
{
    return a == b || (a[0] == b[0] && strcmp(a, b) == 0);
}

/* The part from `from`, at most `nbytes` long; clipped to s, never out of it. */
static inline struct span span_slice(struct span s, size_t from, size_t nbytes)
{
    if (from > s.nbytes)
        from = s.nbytes;
    if (nbytes > s.nbytes - from)
        nbytes = s.nbytes - from;
    return (struct span){from == 0 ? s.data : s.data + from, nbytes};
}

static inline struct span span_from(struct span s, size_t from)
{
    return span_slice(s, from, SPAN_NPOS);
}

/* Octets as a number that equal octets of the same length share, and others do not: eight of them;
 * all of a span of less than eight. */
enum { SPAN_WORD_NBYTES = 8 };

static inline uint64_t span_word(const char *octets)
{
    uint64_t word;
    memcpy(&word, octets, sizeof word);
    return word;
}

static inline uint64_t span_short_word(struct span s)
{
    uint32_t head, tail; /* may overlap */
    if (s.nbytes >= sizeof head) {
        memcpy(&head, s.data, sizeof head);
        memcpy(&tail, s.data + s.nbytes - sizeof tail, sizeof tail);
        return head | (uint64_t)tail << 32;
    }
    if (s.nbytes == 0)
        return 0;
    return (unsigned char)s.data[0] | (unsigned)(unsigned char)s.data[s.nbytes / 2] << 8 |
           (unsigned)(unsigned char)s.data[s.nbytes - 1] << 16;
}

struct span span_trim(struct span s); /* without blanks, tabs, CR and LF at either end */

static inline bool span_equal(struct span a, struct span b)
{
    return a.nbytes == b.nbytes &&
           (a.nbytes == 0 || a.data == b.data || memcmp(a.data, b.data, a.nbytes) == 0);
}

bool span_equal_folded(struct span a, struct span b); /* span_equal_nocase() of equal lengths */

enum { SPAN_ALL_BUT_CASE = 0xdf }; /* of a letter */

/* ASCII case only. */
static inline bool span_equal_nocase(struct span a, struct span b)
{
    if (a.nbytes != b.nbytes)
        return false;
    if (a.nbytes == 0)
        return true;
    size_t last = a.nbytes - 1;
    int ends = (a.data[0] ^ b.data[0]) | (a.data[last] ^ b.data[last]);
    return (ends & SPAN_ALL_BUT_CASE) == 0 && span_equal_folded(a, b);
}

/* These two are asked of one text after the other: most differ in the first octet. */
static inline bool span_is(struct span s, const char *text)
{
    if (s.nbytes > 0 && text != NULL && s.data[0] != text[0])
        return false;
    return span_equal(s, span_of(text));
}

static inline bool span_is_nocase(struct span s, const char *text)
{
    if (s.nbytes > 0 && text != NULL && ((s.data[0] ^ text[0]) & SPAN_ALL_BUT_CASE) != 0)
        return false;
    return span_equal_nocase(s, span_of(text));
}

static inline bool span_starts_with(struct span s, struct span prefix)
{
    return span_equal(span_slice(s, 0, prefix.nbytes), prefix);
}

static inline bool span_starts_with_nocase(struct span s, struct span prefix)
{
    return span_equal_nocase(span_slice(s, 0, prefix.nbytes), prefix);
}

/* A number that equal spans share and others hardly ever. Not the same everywhere: nothing that is
 * written down may depend on it; for that there is rng_hash(). */
static inline uint64_t span_hash(struct span s)
{
    const uint64_t factor = 0x9e3779b97f4a7c15U;
    uint64_t hash = s.nbytes * factor;
    for (size_t at = 0; at + SPAN_WORD_NBYTES < s.nbytes; at += SPAN_WORD_NBYTES) {
        hash = (hash ^ span_word(s.data + at)) * factor;
        hash ^= hash >> 32;
    }
    bool is_short = s.nbytes < SPAN_WORD_NBYTES; /* else the last word may overlap */
    uint64_t last = is_short ? span_short_word(s) : span_word(s.data + s.nbytes - SPAN_WORD_NBYTES);
    hash = (hash ^ last) * factor;
    return hash ^ hash >> 32;
}

bool span_ends_with(struct span s, struct span suffix);
int span_compare(struct span a, struct span b); /* <0, 0, >0 in octet order */

/* Offset of the first occurrence or SPAN_NPOS. An empty needle is found at 0. Linear time on
 * ordinary text, O(haystack * needle) at worst. */
size_t span_find(struct span haystack, struct span needle);
size_t span_find_nocase(struct span haystack, struct span needle);
static inline size_t span_find_byte(struct span haystack, char byte)
{
    const char *at =
        haystack.nbytes == 0 ? NULL : (const char *)memchr(haystack.data, byte, haystack.nbytes);
    return at == NULL ? SPAN_NPOS : (size_t)(at - haystack.data);
}

/* Cuts *rest at the first `separator`: returns what stands before it and moves *rest behind it.
 * Without a separator returns all and leaves *rest empty. */
struct span span_cut(struct span *rest, char separator);

#endif
