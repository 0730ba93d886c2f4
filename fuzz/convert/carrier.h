/*
 * carrier: how events that are no data stand in raw lines. Private to convert.
 */
#ifndef IMAPSPEC_CONVERT_CARRIER_H
#define IMAPSPEC_CONVERT_CARRIER_H

#include "convert/convert.h"

enum {
    CARRIER_SEGMENT_MS = 1,
    CARRIER_BARRIER_MS = 20, /* from the one above up to a second, any pause is a barrier */
    CARRIER_CLOCK_MS = 1000
};

/* Names of the four mailboxes of STREAM_DELIVER. */
extern const char *const carrier_mailboxes[4];

int64_t carrier_clock_ms(unsigned argument);
unsigned carrier_clock_argument(int64_t ms); /* ms >= CARRIER_CLOCK_MS; the nearest below */

/* N of `C= ""*N`. A count of 1 is a switch of session. */
static inline uint64_t carrier_note(unsigned octet, unsigned argument)
{
    return (uint64_t)octet * 256 + argument;
}

/* Appends the command as the text of a `C:` line and returns true, or appends nothing: it holds
 * what cannot be said so. `unit` is a whole command of a stream, from its first octet to its LF. */
bool carrier_say(struct span unit, struct buffer *out);

/* The octets of one line (no CR LF) as pieces of a text, if they can be written as they stand. */
bool carrier_is_sayable(struct span line);

#endif
