/*
 * stream: the input form of all fuzzing, a run of octets that says what up to four clients do to a
 * server, in order. It is raw IMAP, as `cat` shows it, with a few control octets in between, which
 * IMAP2 text cannot hold outside literals. One codec for libFuzzer, AFL++, replay from files, and
 * the network.
 *
 *     octet            event               meaning
 *     0x01..0x04       STREAM_SESSION      what follows is of session 1..4. Allowed anywhere, also
 *                                          inside a line or a literal
 *     0x05             STREAM_SEGMENT      what was said by this session so far is delivered now,
 *                                          as one segment
 *     0x06 + octet     STREAM_DELIVER      the mailbox is changed from outside: stream_delivery()
 *     0x07 + octet     STREAM_CLOCK        time passes: stream_clock_s()
 *     0x0e             STREAM_HALFCLOSE    this session sends no more, and still reads
 *     0x0f             STREAM_RECONNECT    this session's connection is reset if it is open, and a
 *                                          new one is made
 *     0x10 + octet     (data)              the escape: that octet is data, whatever it is
 *     0x11 + octet     STREAM_FAULT        something fails: stream_fault()
 *     0x12             STREAM_BARRIER      on the network: the answers that are due are waited for
 *                                          before going on. In-process it has no meaning
 *     all others       STREAM_DATA         data as they stand
 *
 * *Every run of octets is a stream*, and none is refused: an argument missing at the very end is
 * the octet 0x00, and an escape at the very end stands for nothing. There is no header, no length,
 * no version. A control octet has its meaning inside literals, too, and stands there for itself
 * only behind an escape; a literal's count counts the data, not the octets of the stream.
 *
 * A stream begins in session 1, whose connection is open at the beginning; that of another session
 * is opened when it is first switched to. How data are cut into STREAM_DATA events has no meaning.
 *
 * A stream is *canonical* when it is what the writer writes for its events: arguments are there,
 * and only control octets are escaped. write(read(s)) is canonical for any s, and equals s when s
 * is.
 *
 * Nothing here allocates, but for a writer that was told to write to a struct buffer.
 */
#ifndef IMAPSPEC_STREAM_STREAM_H
#define IMAPSPEC_STREAM_STREAM_H

#include "base/base.h"

enum {
    STREAM_NSESSIONS = 4,
    STREAM_MOST_NBYTES = 16384 /* longest stream of a campaign; nothing below depends on it */
};

/* The control octets; for STREAM_SESSION the first of four. */
enum stream_octet {
    STREAM_OCTET_SESSION = 0x01,
    STREAM_OCTET_SEGMENT = 0x05,
    STREAM_OCTET_DELIVER = 0x06,
    STREAM_OCTET_CLOCK = 0x07,
    STREAM_OCTET_HALFCLOSE = 0x0e,
    STREAM_OCTET_RECONNECT = 0x0f,
    STREAM_OCTET_ESCAPE = 0x10,
    STREAM_OCTET_FAULT = 0x11,
    STREAM_OCTET_BARRIER = 0x12
};

enum stream_kind {
    STREAM_DATA,
    STREAM_SESSION,
    STREAM_SEGMENT,
    STREAM_DELIVER,
    STREAM_CLOCK,
    STREAM_HALFCLOSE,
    STREAM_RECONNECT,
    STREAM_FAULT,
    STREAM_BARRIER
};
enum { STREAM_NKINDS = STREAM_BARRIER + 1 };

const char *stream_kind_name(enum stream_kind kind); /* "data", "session", ... */

/* Whether data must escape this octet. */
bool stream_is_control(char octet);
/* Offset of the first such octet from `from` on; bytes.nbytes when there is none. */
size_t stream_control_find(struct span bytes, size_t from);

/* ---- reading ------------------------------------------------------------------------------ */

struct stream_event {
    enum stream_kind kind;
    unsigned session;  /* 1..4: whose it is; of STREAM_SESSION the one switched to */
    unsigned argument; /* STREAM_SESSION: 1..4; STREAM_DELIVER, CLOCK, FAULT: 0..255; else 0 */
    struct span data;  /* STREAM_DATA: one octet or more, in the stream, escapes left out */
    size_t at, nbytes; /* where it stands in the stream, its escape included */
};

struct stream_reader {
    struct span bytes;
    size_t at;
    unsigned session;
};

struct stream_reader stream_reader_of(struct span bytes); /* borrows bytes */

/* The next event; false at the end. */
bool stream_reader_next(struct stream_reader *reader, struct stream_event *event_r);

/* The highest session that is spoken of, 1..4. */
unsigned stream_highest_session(struct span bytes);

/* What the argument of STREAM_DELIVER means. Message numbers are those of the mailbox itself, in
 * order of arrival; one beyond the end stands for nothing. */
struct stream_delivery {
    enum stream_delivery_kind {
        STREAM_DELIVER_MESSAGE, /* argument 0x00..0x3f: a new message arrives */
        STREAM_DELIVER_SEEN,    /* 0x40..0x7f: another agent sets \Seen of a message */
        STREAM_DELIVER_DELETED, /* 0x80..0xbf: another agent sets \Deleted of a message */
        STREAM_DELIVER_REMOVED  /* 0xc0..0xff: another agent deletes one and expunges */
    } kind;
    unsigned mailbox; /* 0..3: INBOX, then the three others of the fixture; bits 4 and 5 */
    unsigned number;  /* MESSAGE: template 0..15; else message 1..16; bits 0 to 3 */
};
struct stream_delivery stream_delivery(unsigned argument);

/* What the argument of STREAM_CLOCK means: 2 to the power of its low five bits, in seconds; at most
 * 2^16 (18 hours). */
int64_t stream_clock_s(unsigned argument);

/* What the argument of STREAM_FAULT means: the nth thing of a kind from now on fails. */
struct stream_fault {
    enum stream_fault_kind {
        STREAM_FAULT_ALLOCATION, /* argument 0x00..0x7f */
        STREAM_FAULT_WRITE,      /* 0x80..0xbf: a change of the store */
        STREAM_FAULT_READ        /* 0xc0..0xff: a look into the store */
    } kind;
    unsigned nth; /* from 1 */
};
struct stream_fault stream_fault(unsigned argument);

/* ---- writing ------------------------------------------------------------------------------ */

/*
 * Writes into memory of the caller (bytes, capacity), or to a buffer. An event that does not fit is
 * left out as a whole, and is_full is set; shorter ones may still fit behind it. Data are cut where
 * the memory ends.
 */
struct stream_writer {
    char *bytes; /* NULL when `buffer` takes all */
    size_t nbytes, capacity;
    struct buffer *buffer;
    bool is_full;
};

struct stream_writer stream_writer_of(char *bytes, size_t capacity); /* borrows bytes */
struct stream_writer stream_writer_to(struct buffer *buffer);        /* borrows buffer */

void stream_write_data(struct stream_writer *writer, struct span data); /* escapes */
void stream_write_session(struct stream_writer *writer, unsigned session);
/* Any kind but STREAM_DATA; the argument (only its low octet counts) where the kind has one. */
void stream_write_control(struct stream_writer *writer, enum stream_kind kind, unsigned argument);
void stream_write_event(struct stream_writer *writer, const struct stream_event *event);

/* Octets of the stream as they are, whole or not at all: for pieces of other streams. */
void stream_write_raw(struct stream_writer *writer, struct span bytes);

/* Whether it is what the writer writes for its events. */
bool stream_is_canonical(struct span bytes);

/* ---- splitting ---------------------------------------------------------------------------- */

/*
 * Cuts a stream into units: pieces that follow each other without gap and together are the stream.
 * A unit is a run of data that ends with the command it stands in, or earlier where the session
 * changes or the connection ends; or one control event that stands between commands. SEGMENT,
 * DELIVER, CLOCK, FAULT and BARRIER inside a command belong to its unit.
 *
 * A command ends with the LF that ends its line; a line that ends in an announcement `{n}` CRLF (or
 * `{n}` LF) goes on with n octets of data and another line. It is taken for granted that every
 * literal is granted. A count beyond 2^63 swallows all the rest of the session. Each session, and
 * each connection of it, has its own place in its commands: after a switch in the middle of a line
 * a session goes on where it was.
 */
struct stream_unit {
    struct span bytes;     /* of the stream: escapes and control octets included */
    size_t at;             /* where they begin in it */
    enum stream_kind kind; /* STREAM_DATA, or of the one control event */
    unsigned session;      /* whose it is; of STREAM_SESSION the one switched to */
    unsigned argument;     /* of the one control event */
    /* STREAM_DATA: */
    bool begins;      /* a command begins here (false: the rest of one) */
    bool ends;        /* it ends here (false: cut by a switch, or by the end of the stream) */
    bool is_plain;    /* no control octets and no escapes: bytes are what the session says */
    bool has_literal; /* an announcement or literal octets are in it */
};

struct stream_splitter {
    struct span bytes;
    size_t at;
    unsigned session;
    struct stream_place { /* by session - 1: where its connection is */
        uint64_t literal; /* octets of a literal still to come */
        uint64_t count;   /* of the announcement being read */
        unsigned char state;
        bool is_inside; /* a command has begun */
    } places[STREAM_NSESSIONS];
};

struct stream_splitter stream_splitter_of(struct span bytes); /* borrows bytes */

/* The next unit; false at the end. */
bool stream_splitter_next(struct stream_splitter *splitter, struct stream_unit *unit_r);

/* The data of a stream or a unit without escapes and control events, all sessions' in order: writes
 * at most `capacity` octets at `out` and returns how many there are in all. */
size_t stream_data(struct span bytes, char *out, size_t capacity);

#endif
