/*
 * octet: which octets of a stream are not data, and finding the next of them quickly. Private to
 * stream.
 */
#ifndef IMAPSPEC_STREAM_OCTET_H
#define IMAPSPEC_STREAM_OCTET_H

#include <string.h>

#include "stream/stream.h"

enum stream_octet_class {
    OCTET_DATA,
    OCTET_CONTROL,  /* an event without an argument */
    OCTET_ARGUMENT, /* an event whose argument is the next octet */
    OCTET_ESCAPE
};

/* For octets below 0x20; all others are data. */
struct stream_octet_meaning {
    unsigned char octet_class; /* enum stream_octet_class */
    unsigned char kind;        /* enum stream_kind */
};
extern const struct stream_octet_meaning stream_octet_meanings[0x20];

static inline struct stream_octet_meaning stream_octet_meaning(char octet)
{
    unsigned char c = (unsigned char)octet;
    return c < 0x20 ? stream_octet_meanings[c] : (struct stream_octet_meaning){0};
}

/* Of eight octets in memory order, those whose top bit is set in the mask: the place of the first,
 * or 0 where that is not to be had cheaply. */
static inline size_t stream_octet_first(uint64_t mask)
{
#if defined __BYTE_ORDER__ && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (size_t)__builtin_ctzll(mask) / 8;
#else
    (void)mask;
    return 0;
#endif
}

/* Offset, from `from` on, of the first octet below 0x20; bytes.nbytes when there is none. */
static inline size_t stream_octet_find(struct span bytes, size_t from)
{
    size_t at = from;
    /* Eight at a time: an octet below 0x20 borrows from its own top bit, which it did not have. */
    while (at + 8 <= bytes.nbytes) {
        uint64_t eight;
        memcpy(&eight, bytes.data + at, 8);
        uint64_t below =
            (eight - UINT64_C(0x2020202020202020)) & ~eight & UINT64_C(0x8080808080808080);
        if (below != 0) {
            at += stream_octet_first(below);
            break;
        }
        at += 8;
    }
    while (at < bytes.nbytes && (unsigned char)bytes.data[at] >= 0x20)
        at++;
    return at;
}

static inline bool stream_octet_is_control(char octet)
{
    return stream_octet_meaning(octet).octet_class != OCTET_DATA;
}

/* The argument at `at`: 0 behind the end. */
static inline unsigned stream_octet_argument(struct span bytes, size_t at)
{
    return at < bytes.nbytes ? (unsigned char)bytes.data[at] : 0;
}

#endif
