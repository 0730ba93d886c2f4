/*
 * fixture: the messages that a mailbox holds before a scenario starts, known to the octet. Targets
 * are filled with them (target/), scenarios refer to them (`${msg:3.size}`), and the ground truth
 * is made of them. No I/O here: files are read by the caller, and corpus/fixtures/README.md says
 * what each of the shipped ones holds.
 */
#ifndef IMAPSPEC_MODEL_FIXTURE_H
#define IMAPSPEC_MODEL_FIXTURE_H

#include "base/base.h"

struct fixture_message {
    struct span octets;   /* the whole message in RFC 822 form: every line ends in CR LF */
    size_t header_nbytes; /* the header with the empty line that ends it; the rest is the text */
    const char **flags;   /* "\\Deleted", "work"; without \Recent */
    size_t nflags;
    bool is_recent;
    int64_t internal_date_s; /* seconds since 1970 UTC */
    int zone_minutes;        /* zone in which the date is to be shown, east positive */
};

struct fixture_mailbox {
    const char *user; /* role name in the scenario: "fred"; "" for a board */
    const char *name; /* "INBOX" */
    bool is_board, is_readonly, is_unreadable;
    struct fixture_message *messages; /* message number i is messages[i - 1] */
    size_t nmessages;
};

struct span fixture_header(const struct fixture_message *message); /* with the empty line */
struct span fixture_text(const struct fixture_message *message);

/* The value of the first header field of that name (no colon), blanks around it removed and its
 * folds undone: the line ends go, the blanks of the folds stay. In the arena; the octets of the
 * message themselves when nothing was folded. data NULL when there is no such field. */
struct span fixture_field(const struct fixture_message *message, struct span name,
                          struct arena *arena);

/* ---- messages made here -----------------------------------------------------------------------
 */

/* Messages 1..n of a canonical series: message i has Subject "message i", Message-ID
 * "<message-i@fixture.example>", its own From, To, Date (an hour before the internal date) and, up
 * to 499, size, and an internal date at midday UT of the i-th day after 1 January 1990. In the
 * arena. */
struct fixture_message *fixture_generate(struct arena *arena, size_t nmessages);

/* The one message F8: a text of over 700,000 octets in lines of over 10,000. In the arena. */
struct fixture_message *fixture_generate_large(struct arena *arena);

/* Some fixtures are too large to be kept as files and are made here: "fixtures/f8". NULL when the
 * path is none of them, and a file is to be read. In the arena. */
struct fixture_message *fixture_generated(struct span path, struct arena *arena,
                                          size_t *nmessages_r);

/* ---- messages from files ----------------------------------------------------------------------
 */

/*
 * Messages of an mbox file ("From " lines; LF or CR LF), or the one message of an .eml file. -1
 * with *err when it is neither. Flags are given by the scenario, not here. In the arena.
 *
 * A "From " line is "From WORD DATE", or "From WORD" at the start of the file or after an empty
 * line; without a date the message gets that of the canonical series. Before each "From " line, and
 * at the end of a file that ends in an empty line, one line end belongs to the separation and not
 * to the message: so an mbox file can hold a message whose last line is not ended. Lines of a
 * message that begin with "From " after any number of `>` lose one `>` (only in mbox files).
 */
__attribute__((warn_unused_result)) int fixture_read(struct span content, const char *path,
                                                     struct arena *arena,
                                                     struct fixture_message **messages_r,
                                                     size_t *nmessages_r, struct err *err);

/*
 * An internal date as people write it, of the years 1970 to 9999, zone UT when none is given:
 *     4-Jul-1990 12:00:00 +0000       4-Jul-90 12:00:00 PDT       4-Jul-90 (midday UT)
 *     Wed Jul  4 12:00:00 1990        Wed Jul  4 12:00:00 PDT 1990       ... 1990 -0700
 * Two-digit years are 1970 to 2069. 0, or -1 when it is none.
 */
__attribute__((warn_unused_result)) int fixture_date_parse(struct span text, int64_t *wall_s_r,
                                                           int *zone_minutes_r);

#endif
