/*
 * search: the criteria of a SEARCH command, and what they say about a message of which more or less
 * is known (I22): yes, no, or it cannot be decided.
 */
#ifndef IMAPSPEC_MODEL_SEARCH_H
#define IMAPSPEC_MODEL_SEARCH_H

#include "model/dialect.h"
#include "model/flags.h"

enum search_key {
    SEARCH_ALL,
    SEARCH_ANSWERED,
    SEARCH_BCC,
    SEARCH_BEFORE,
    SEARCH_BODY,
    SEARCH_CC,
    SEARCH_DELETED,
    SEARCH_FLAGGED,
    SEARCH_FROM,
    SEARCH_KEYWORD,
    SEARCH_NEW,
    SEARCH_OLD,
    SEARCH_ON,
    SEARCH_RECENT,
    SEARCH_SEEN,
    SEARCH_SINCE,
    SEARCH_SUBJECT,
    SEARCH_TEXT,
    SEARCH_TO,
    SEARCH_UNANSWERED,
    SEARCH_UNDELETED,
    SEARCH_UNFLAGGED,
    SEARCH_UNKEYWORD,
    SEARCH_UNSEEN,
    SEARCH_KEY_COUNT
};

struct criterion {
    enum search_key key;
    struct span text;  /* of string keys; points into the command */
    uint64_t flag;     /* of KEYWORD and UNKEYWORD */
    int32_t day;       /* of date keys, days since 1970 */
    bool is_decidable; /* false: how servers read the operand is open (B77-B86) */
};

enum answer { ANSWER_NO, ANSWER_OPEN, ANSWER_YES };

struct envelope;

/* What is known of a message. */
struct search_subject {
    uint64_t flags, flags_known;     /* flags_known: which bits are certain */
    const struct envelope *envelope; /* NULL: not known */
    struct span internal_date;       /* as in FETCH; data NULL: not known */
    struct span header, text;        /* octets; data NULL: not known */
};

/* Reads the criterion of one search-key node. */
struct criterion search_read(const struct reading *reading, size_t node, struct flag_names *flags);

enum answer search_evaluate(const struct criterion *criteria, size_t ncriteria,
                            const struct search_subject *subject);

/* The catalogue's requirement for a key: "search.key.from". */
const char *search_requirement(enum search_key key);

#endif
