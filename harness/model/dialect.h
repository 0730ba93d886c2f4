/*
 * dialect: what the model knows of a dialect: the grammar with the rule names that it reads
 * derivations by, and the table of invariants. A reading is one derivation seen through these
 * names.
 */
#ifndef IMAPSPEC_MODEL_DIALECT_H
#define IMAPSPEC_MODEL_DIALECT_H

#include "model/model.h"

/* Every grammar rule that the model looks for. */
#define DIALECT_WORDS(X)                                                                           \
    X(GREETING, "greeting")                                                                        \
    X(PREAUTH_GREETING, "obs-preauth-greeting")                                                    \
    X(BYE_GREETING, "obs-bye-greeting")                                                            \
    X(SERVER_UNIT, "server-unit")                                                                  \
    X(RESPONSE, "response")                                                                        \
    X(READY, "ready")                                                                              \
    X(EXISTS, "exists-data")                                                                       \
    X(RECENT, "recent-data")                                                                       \
    X(EXPUNGED, "expunge-data")                                                                    \
    X(COPIED, "copy-data")                                                                         \
    X(MSG_FETCH, "msg-fetch")                                                                      \
    X(STORE_NAME, "obs-store-name")                                                                \
    X(FLAGS_DATA, "flags-data")                                                                    \
    X(SEARCH_DATA, "search-data")                                                                  \
    X(MAILBOX_DATA, "mailbox-data")                                                                \
    X(BBOARD_DATA, "bboard-data")                                                                  \
    X(BYE_DATA, "bye-data")                                                                        \
    X(OK_DATA, "ok-data")                                                                          \
    X(NO_DATA, "no-data")                                                                          \
    X(BAD_DATA, "bad-data")                                                                        \
    X(LISTED_FLAG, "listed-flag")                                                                  \
    X(FETCH_FLAG, "fetch-flag")                                                                    \
    X(FLAGS_PAIR, "flags-pair")                                                                    \
    X(DATE_PAIR, "internaldate-pair")                                                              \
    X(SIZE_PAIR, "size-pair")                                                                      \
    X(ENVELOPE_PAIR, "envelope-pair")                                                              \
    X(RFC822_PAIR, "rfc822-pair")                                                                  \
    X(HEADER_PAIR, "rfc822-header-pair")                                                           \
    X(TEXT_PAIR, "rfc822-text-pair")                                                               \
    X(TEXT_VALUE, "text-value")                                                                    \
    X(DATE_TIME, "date-time")                                                                      \
    X(ENVELOPE, "envelope")                                                                        \
    X(ENV_DATE, "env-date")                                                                        \
    X(ENV_SUBJECT, "env-subject")                                                                  \
    X(ENV_FROM, "env-from")                                                                        \
    X(ENV_SENDER, "env-sender")                                                                    \
    X(ENV_REPLY_TO, "env-reply-to")                                                                \
    X(ENV_TO, "env-to")                                                                            \
    X(ENV_CC, "env-cc")                                                                            \
    X(ENV_BCC, "env-bcc")                                                                          \
    X(ENV_IN_REPLY_TO, "env-in-reply-to")                                                          \
    X(ENV_MESSAGE_ID, "env-message-id")                                                            \
    X(NSTRING, "nstring")                                                                          \
    X(REQUEST, "request")                                                                          \
    X(NOOP, "noop")                                                                                \
    X(LOGOUT, "logout")                                                                            \
    X(CHECK, "check")                                                                              \
    X(EXPUNGE, "expunge")                                                                          \
    X(LOGIN, "login")                                                                              \
    X(SELECT, "select")                                                                            \
    X(BBOARD, "bboard")                                                                            \
    X(FIND, "find")                                                                                \
    X(COPY, "copy")                                                                                \
    X(FETCH, "fetch")                                                                              \
    X(STORE, "store")                                                                              \
    X(SEARCH, "search")                                                                            \
    X(USERID, "userid")                                                                            \
    X(MAILBOX, "mailbox")                                                                          \
    X(BBOARD_NAME, "bboard-name")                                                                  \
    X(SEQUENCE, "sequence")                                                                        \
    X(FETCH_MACRO, "fetch-macro")                                                                  \
    X(FETCH_ATT, "fetch-att")                                                                      \
    X(STORE_ITEM, "store-item")                                                                    \
    X(FLAG, "flag")                                                                                \
    X(SEARCH_KEY, "search-key")                                                                    \
    X(FLAG_KEY, "flag-key")                                                                        \
    X(TEXT_FIELD, "text-field")                                                                    \
    X(SEARCH_STRING, "search-string")                                                              \
    X(DATE_RELATION, "date-relation")                                                              \
    X(DATE_TEXT, "date-text")                                                                      \
    X(TIMED_DATE, "obs-timed-date")                                                                \
    X(KEYWORD_RELATION, "keyword-relation")

enum word {
    WORD_NONE,
#define DIALECT_WORD(word, rule) WORD_##word,
    DIALECT_WORDS(DIALECT_WORD)
#undef DIALECT_WORD
        WORD_COUNT
};

enum invariant {
    I1,
    I2,
    I3,
    I4,
    I5,
    I6,
    I7,
    I8,
    I9,
    I10,
    I11,
    I12,
    I13,
    I14,
    I15,
    I16,
    I17,
    I18,
    I19,
    I20,
    I21,
    I22,
    I23,
    I24,
    I25,
    I26,
    I27,
    I28,
    M1,
    M2,
    M3,
    M4,
    M5,
    M6,
    M7,
    M8,
    M9,
    M10,
    D2,
    E1,
    E2,
    E3,
    E4,
    E5,
    E6,
    E7,
    E8,
    E9,
    E10,
    E11,
    E12,
    E13,
    E14,
    E15,
    E16,
    E17,
    E18,
    E19,
    E20,
    E21,
    E22,
    E23,
    INVARIANT_COUNT
};

struct dialect {
    const char *name;
    const struct model_invariant *invariants; /* INVARIANT_COUNT of them */
    const struct grammar *grammar;
    const struct grammar_view *view; /* of the rules of all words */
    int rules[WORD_COUNT];           /* of each word */
    unsigned char *words;            /* enum word of each rule */
};

const struct dialect *dialect_of(struct span name); /* NULL: unknown; immutable once made */

struct reading {
    const struct dialect *dialect;
    const struct grammar_match *match;
    struct grammar_input input;
};

enum { READING_NONE = -1 };
static const size_t NO_NODE = (size_t)READING_NONE;

static inline enum word reading_word(const struct reading *reading, size_t node)
{
    return (enum word)reading->dialect->words[reading->match->nodes[node].rule];
}

static inline struct span reading_text(const struct reading *reading, size_t node)
{
    const struct grammar_node *n = &reading->match->nodes[node];
    return span_slice(reading->input.bytes, n->at, n->nbytes);
}

/* First node behind its subtree. */
static inline size_t reading_end(const struct reading *reading, size_t node)
{
    return node + reading->match->nodes[node].size;
}

static inline size_t reading_scan(const struct reading *reading, size_t from, size_t end,
                                  enum word word)
{
    int rule = reading->dialect->rules[word];
    for (size_t node = from; node < end; node++)
        if (reading->match->nodes[node].rule == rule)
            return node;
    return NO_NODE;
}

/* First node below `within` derived by `word`; NO_NODE when there is none. */
static inline size_t reading_find(const struct reading *reading, size_t within, enum word word)
{
    return reading_scan(reading, within + 1, reading_end(reading, within), word);
}

/* The next one after `node`'s subtree within `within`. */
static inline size_t reading_after(const struct reading *reading, size_t node, size_t within,
                                   enum word word)
{
    return reading_scan(reading, reading_end(reading, node), reading_end(reading, within), word);
}

/* What a string-valued node says, whatever its form. */
struct reading_string {
    struct span value; /* octets kept */
    uint64_t nbytes;   /* length in truth: more than value.nbytes when not all was kept */
    bool is_nil, is_literal;
};
struct reading_string reading_string(const struct reading *reading, size_t node);

#endif
