/*
 * span: a borrowed run of octets with a length. Wire data is never NUL-terminated; every function
 * that takes octets takes a span. A span owns nothing: it is valid as long as what it points into.
 */
#ifndef IMAPSPEC_BASE_SPAN_H
#define IMAPSPEC_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>

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

struct span span_make(const char *data, size_t nbytes);
struct span span_of(const char *text); /* borrows; NULL gives the empty span */

/* The part from `from`, at most `nbytes` long; clipped to s, never out of it. */
struct span span_slice(struct span s, size_t from, size_t nbytes);
struct span span_from(struct span s, size_t from);
struct span span_trim(struct span s); /* without blanks, tabs, CR and LF at either end */

bool span_equal(struct span a, struct span b);
bool span_equal_nocase(struct span a, struct span b); /* ASCII case only */
bool span_is(struct span s, const char *text);
bool span_is_nocase(struct span s, const char *text);
bool span_starts_with(struct span s, struct span prefix);
bool span_starts_with_nocase(struct span s, struct span prefix);
bool span_ends_with(struct span s, struct span suffix);
int span_compare(struct span a, struct span b); /* <0, 0, >0 in octet order */

/* Offset of the first occurrence or SPAN_NPOS. An empty needle is found at 0. Linear time on
 * ordinary text, O(haystack * needle) at worst. */
size_t span_find(struct span haystack, struct span needle);
size_t span_find_nocase(struct span haystack, struct span needle);
size_t span_find_byte(struct span haystack, char byte);

/* Cuts *rest at the first `separator`: returns what stands before it and moves *rest behind it.
 * Without a separator returns all and leaves *rest empty. */
struct span span_cut(struct span *rest, char separator);

#endif
