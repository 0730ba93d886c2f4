/*
 * client_reader: cuts the server's octets into responses (RFC 1176 p.18-21). A response is a line,
 * or several with literals between when a line of data ends in a count. The text of OK, NO, BAD,
 * BYE, of completions and of "+" is for people: a count at its end means nothing.
 *
 * A line ends at LF; the CR before it may be missing.
 */
#ifndef IMAPSPEC_REFERENCE_CLIENT_READER_H
#define IMAPSPEC_REFERENCE_CLIENT_READER_H

#include "base/base.h"

enum client_reader_result { CLIENT_READER_WAITING, CLIENT_READER_RESPONSE, CLIENT_READER_FAULTY };

/* All zeros: nothing received. */
struct client_reader {
    struct buffer input;    /* from the start of the current response on */
    size_t line_at;         /* where its newest line starts; may lie beyond the input */
    size_t scanned;         /* no LF between line_at and here */
    size_t response_nbytes; /* of the complete response, without its line end */
    size_t next_at;         /* behind the complete response */
    size_t literals_nbytes; /* of the current response */
    size_t line_limit_nbytes, literal_limit_nbytes;
    const char *fault; /* set by CLIENT_READER_FAULTY: the stream cannot be followed any further */
};

void client_reader_free(struct client_reader *reader);
void client_reader_receive(struct client_reader *reader, struct span octets);

/* RESPONSE: client_reader_text() is complete; client_reader_drop() when done with it. */
enum client_reader_result client_reader_next(struct client_reader *reader);
struct span client_reader_text(const struct client_reader *reader);
void client_reader_drop(struct client_reader *reader);

#endif
