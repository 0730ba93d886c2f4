/*
 * reader: cuts the client's octets into commands. A command is a line, or several when lines end in
 * the count of a literal: then the reader gives "+" through its caller, and the octets and the next
 * line belong to the same command (RFC 1176 p.21).
 *
 *     reader_receive(reader, octets);
 *     for (;;) switch (reader_next(reader, limit)) {
 *     case READER_WAITING: all complete lines are used up
 *     case READER_LINE:    reader_text() is the command up to the end of its newest line. Then
 * either reader_want_literal() and go on, or reader_drop() when done with it case READER_FAULTY:
 * the same, but the newest line cannot be part of a command: reader->fault
 *     }
 *
 * A line ends at LF. Faulty are lines without CR before it, with octets that are not printable
 * ASCII, and lines over the limit; of the latter only the beginning is kept.
 */
#ifndef IMAPSPEC_REFERENCE_READER_H
#define IMAPSPEC_REFERENCE_READER_H

#include "base/base.h"

enum reader_result { READER_WAITING, READER_LINE, READER_FAULTY };

/* All zeros: nothing received. */
struct reader {
    struct buffer input;   /* from the start of the current command on */
    size_t line_at;        /* where its newest line starts */
    size_t scanned;        /* no LF between line_at and here */
    size_t line_end;       /* where the text of the newest line ends: at its CR LF */
    size_t next_at;        /* after the line's LF */
    size_t lines_nbytes;   /* the lines before the newest one */
    size_t literal_nbytes; /* the literals so far */
    const char *fault;     /* set by READER_FAULTY */
    bool is_overlong;      /* the line is over the limit; what is kept of it is cut */
};

void reader_free(struct reader *reader);
void reader_receive(struct reader *reader, struct span octets);
enum reader_result reader_next(struct reader *reader, size_t line_limit_nbytes);

/* The command so far, without the last line end; valid until the next call. */
struct span reader_text(const struct reader *reader);

/* The newest line ends in a count: that many octets and another line are part of the command. */
void reader_want_literal(struct reader *reader, size_t nbytes);
void reader_drop(struct reader *reader); /* what was returned is done with */

#endif
