/*
 * wire: the framing of an IMAP stream in either direction (RFC 1176 p.9-10, p.21), and the log of
 * what went over it.
 *
 * A stream is a sequence of *units*. A unit is one whole command or response: line fragments that
 * each end in a literal announcement `{n}` CRLF, the n octets of each literal, and a last fragment
 * ended by CRLF. A reader takes the stream in any split of the octets and gives units out one by
 * one; however the octets were cut, the units are the same.
 *
 * Framing is strict about what ends a line: only CR LF does. A bare CR, a bare LF, NUL and octets
 * above 0x7F outside literals are findings of the unit they stand in (a bare LF ends the line all
 * the same, so that the stream is not lost). From a client, NUL and octets above 0x7F are left to
 * the grammar, which can name the production they break. Findings of one kind are told once a unit,
 * with the place of the first and their number.
 *
 * Nothing a peer sends can make a reader use more memory than its limits say and what was fed since
 * wire_reader_next() gave false: a longer line is cut and reported, of a longer literal only the
 * first octets are kept and the rest is counted; framing goes on all the same. So feed in pieces,
 * and take out what is there after each.
 *
 * Not every `{n}` at the end of a line announces a literal: the text of `* OK ready {5}` is only
 * text. From a server a reader takes `{n}` as an announcement unless the line is a status line (tag
 * or `*` followed by OK, NO, BAD, BYE or PREAUTH) or starts with `+`; from a client, always. A
 * count of 2^63 or more is a finding; from a server no content is awaited then and the unit ends.
 *
 * From the server, literal octets follow at once. From the client they follow only after the server
 * has said `+` (p.21): a reader of the client's direction stops at the announcement
 * (wire_reader_is_waiting) until the caller says what the server answered. Octets that came before
 * that are no finding of the framing: whoever knows what the server said (the model, E8) judges by
 * wire_reader_pending() while it waits, or by `early` of the literal.
 */
#ifndef IMAPSPEC_WIRE_WIRE_H
#define IMAPSPEC_WIRE_WIRE_H

#include "base/base.h"
#include "wire/finding.h"
#include "wire/log.h"

enum wire_direction { WIRE_FROM_CLIENT, WIRE_FROM_SERVER };

enum wire_kind {
    WIRE_TAGGED,       /* a word first: a command, or a completion */
    WIRE_UNTAGGED,     /* `*` SP first */
    WIRE_CONTINUATION, /* `+` first */
    WIRE_SHAPELESS     /* none of these: empty, starts with SP, with `*` and no SP, ... */
    /* A client's `*x` SP is a tag; `*x OK` of a server, with NO or BAD as well or with `+x`, echoes
     * one. */
};

struct wire_literal {
    size_t at;      /* offset in the unit's bytes of the first content octet */
    uint64_t count; /* octets announced */
    size_t kept;    /* octets of the content that stand in bytes; less than count when the limit
                       was passed or the stream ended */
    size_t early;   /* client direction: octets that had come when the literal was granted */
    bool is_bare;   /* announced, but content was refused, is still waited for, or is impossible */
};

struct wire_unit {
    enum wire_kind kind;
    struct span bytes; /* all of it, literal content and line ends included; at most the limits */
    struct span tag;   /* what stands before the first SP or the line end; empty when shapeless */
    const struct wire_literal *literals;
    size_t nliterals;
    const struct finding *findings; /* framing findings of this unit */
    size_t nfindings;
    bool is_complete; /* false: the stream ended within the unit, or a literal was refused or had an
                         impossible count */
    bool is_cut;      /* bytes is not all of it: of a line or a literal less was kept than came */
    uint64_t nbytes;  /* octets of the unit in the stream, whether kept or not */
};

/* `* BAD`: how a command is answered whose tag cannot be given back (B43). */
bool wire_unit_is_untagged_bad(const struct wire_unit *unit);
/* A first word that begins as lines of the server do, `*` or `+`: no tag (B41). */
bool wire_tag_is_marked(struct span tag);

struct wire_limits {
    size_t line_nbytes;    /* longest line fragment kept, line end included; 0: 1 MiB */
    size_t literal_nbytes; /* most octets of one literal kept; 0: 16 MiB */
    size_t unit_nbytes;    /* most octets of one unit kept; 0: 32 MiB */
};

struct wire_reader;

/* limits may be NULL for the defaults. Returns new. */
struct wire_reader *wire_reader_new(enum wire_direction direction,
                                    const struct wire_limits *limits);
void wire_reader_free(struct wire_reader **reader);
void wire_reader_reset(struct wire_reader *reader); /* as a new one in the memory of the old one */

void wire_reader_feed(struct wire_reader *reader, struct span octets); /* copies what it keeps */
void wire_reader_end(struct wire_reader *reader);                      /* the stream has ended */

/* True and *unit_r, borrowed until the next call on this reader, when a whole unit is there. After
 * wire_reader_end() a last, incomplete unit may come with the finding that says so. */
bool wire_reader_next(struct wire_reader *reader, struct wire_unit *unit_r);

/* Client direction: a literal has been announced and the reader waits to be told what the server
 * answered. *unit_r is the unit so far (is_complete false), *count_r the octets announced. Octets
 * that arrive meanwhile are kept; wire_reader_pending() tells how many (a client that does not wait
 * for `+` breaks literal.client-waits). */
bool wire_reader_is_waiting(const struct wire_reader *reader, struct wire_unit *unit_r,
                            uint64_t *count_r);
void wire_reader_literal_granted(struct wire_reader *reader); /* `+` was sent: content follows */
void wire_reader_literal_refused(struct wire_reader *reader); /* completed instead: the unit ends */

/* What is kept so far of a unit that has not ended. Borrowed until the next call on this reader. */
struct span wire_reader_unfinished(const struct wire_reader *reader);

/* Octets fed that stand behind the last unit given out; while the reader waits, those that stand
 * behind the announcement. */
size_t wire_reader_pending(const struct wire_reader *reader);

/* True when the octets fed so far end inside a unit (for "the stream stopped in the middle of"); to
 * be asked after wire_reader_next() gave false. */
bool wire_reader_is_inside_unit(const struct wire_reader *reader);

/* Memory held, in octets. */
size_t wire_reader_memory(const struct wire_reader *reader);

/* If `line` (without its CRLF) ends in `{digits}`: true, *count_r (UINT64_MAX when it does not fit)
 * and *brace_r, the offset of `{`. */
bool wire_announcement(struct span line, uint64_t *count_r, size_t *brace_r);

#endif
