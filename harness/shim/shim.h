/*
 * shim: the protocol between the harness and a client under test. A shim is a program that drives a
 * client: it reads requests on its standard input, one a line, does with the client what they say,
 * and answers each on its standard output, in the order of the requests. docs/shim.md is the manual
 * for those who write one. This folder is the codec for both ends, without I/O:
 *
 *   line      a line as words, and back                                   either end
 *   verb      the requests there are, as a table                          either end
 *   answer    a status line; the lines of one answer, collected           the harness's end
 *
 * A line is words with blanks between, ended by LF. A word is
 *   bare      printable ASCII but for blank, `"`, `(`, `)`: Seen, 2,4:7, \Deleted
 *   a string  in quotes, with \" \\ and \xHH for any octet: "pa\"ss\x0d\x0a"
 *   ( or )    a word of its own
 * Where a name or a value is wanted, a bare word and a string mean the same; but NIL is nothing and
 * "NIL" is these three letters.
 *
 *     request   verb word...                        select "INBOX"
 *     answer    any number of data lines, then      exists 3
 *               one status line                     ok | no TEXT | bad TEXT | unsupported | failed
 * TEXT
 *
 * The TEXT of a status line is the rest of the line, for people.
 */
#ifndef IMAPSPEC_SHIM_SHIM_H
#define IMAPSPEC_SHIM_SHIM_H

#include "base/base.h"

/* ---- lines (line.c) ---- */

enum shim_word_kind { SHIM_BARE, SHIM_STRING, SHIM_LIST_OPEN, SHIM_LIST_CLOSE };

struct shim_word {
    enum shim_word_kind kind;
    struct span value; /* without quotes and escapes */
};

struct shim_line {
    struct shim_word *words;
    size_t nwords;
};

/* Reads a line (without its LF; a CR before it is dropped) into the arena. -1 with *err, col set:
 * an open quote, a bad escape, octets that must not stand bare. An empty line has no words. */
__attribute__((warn_unused_result)) int shim_line_read(struct arena *arena, struct span text,
                                                       struct shim_line *line_r, struct err *err);

/* Appends a word, with a blank in front when the line in `out` has one already (anything since the
 * last LF that does not end in an open parenthesis). A bare word that cannot stand bare becomes a
 * string. shim_write_list() writes `( word ... )` with all words bare. */
void shim_write_bare(struct buffer *out, struct span value);
void shim_write_string(struct buffer *out, struct span value);
void shim_write_number(struct buffer *out, uint64_t value);
void shim_write_list(struct buffer *out, const struct span *values, size_t nvalues);
void shim_write_word(struct buffer *out, struct shim_word word);
void shim_write_end(struct buffer *out); /* LF */

/* ---- requests (verb.c) ---- */

enum shim_verb {
    SHIM_OPEN,
    SHIM_CLOSE,
    SHIM_LOGIN,
    SHIM_LOGOUT,
    SHIM_NOOP,
    SHIM_SELECT,
    SHIM_BBOARD,
    SHIM_FIND,
    SHIM_CHECK,
    SHIM_EXPUNGE,
    SHIM_COPY,
    SHIM_FETCH,
    SHIM_SHOW,
    SHIM_FETCH_TEXT,
    SHIM_REPLY,
    SHIM_STORE,
    SHIM_SEARCH,
    SHIM_CACHE,
    SHIM_LOG,
    SHIM_FEATURES,
    SHIM_QUIT,
    SHIM_NVERBS
};

struct shim_verb_info {
    const char *name;
    const char *arguments; /* "SEQUENCE ITEMS" */
    const char *gives;     /* data lines: "found NUMBER..."; NULL: none */
    const char *summary;
    unsigned min_words, max_words; /* behind the verb; parentheses are words; max 0: any number */
    bool is_operation;             /* the client talks to the server for it */
};

const struct shim_verb_info *shim_verb_info(enum shim_verb verb);
bool shim_verb_find(struct span name, enum shim_verb *verb_r);

/* What a request line asks: -1 with *err when the verb gets too few or too many words; 1 when the
 * verb is unknown; else 0. */
__attribute__((warn_unused_result)) int shim_request_check(const struct shim_line *line,
                                                           enum shim_verb *verb_r, struct err *err);

/* ---- answers (answer.c) ---- */

enum shim_status {
    SHIM_OK,          /* the client did it, and the server agreed */
    SHIM_NO,          /* the server answered NO */
    SHIM_BAD,         /* the server answered BAD */
    SHIM_UNSUPPORTED, /* the shim or its client cannot do that */
    SHIM_FAILED       /* the client did not do it, or lost the connection over it */
};

const char *shim_status_word(enum shim_status status);

/* A whole status line; what is not printable in text becomes a blank. */
void shim_write_status(struct buffer *out, enum shim_status status, struct span text);
/* True when the line is a status line. text_r borrows from it. */
bool shim_status_read(struct span line, enum shim_status *status_r, struct span *text_r);

/*
 * The answer to one request, fed by what the shim writes in any split:
 *
 *     struct shim_answer answer = {0};
 *     nused = shim_answer_receive(&answer, octets, &err)     ... until answer.is_complete
 *     shim_answer_free(&answer);
 */
struct shim_answer {
    struct shim_line *lines; /* the data lines; in the arena */
    size_t nlines, capacity;
    bool is_complete;
    enum shim_status status;
    struct span text; /* of the status line; in the arena */
    struct buffer pending;
    struct arena arena;
};

/* Takes octets up to the end of this answer; *nused_r: how many. -1 with *err, line and col set,
 * when what came is no line of an answer. */
__attribute__((warn_unused_result)) int shim_answer_receive(struct shim_answer *answer,
                                                            struct span octets, size_t *nused_r,
                                                            struct err *err);
void shim_answer_free(struct shim_answer *answer);

/* The last data line with this noun, of message `number` (0: the noun has none), with this field
 * behind it (NULL: it has none): "exists 3", "flags 2 ...", "envelope 2 subject ...". The words
 * behind them go to *values_r. False: there is none. */
bool shim_answer_find(const struct shim_answer *answer, const char *noun, uint32_t number,
                      const char *field, struct shim_line *values_r);

/* What `do X -> name` captures: the words behind the noun of the first data line, with blanks
 * between, unquoted. Appended; nothing when there is no data line. */
void shim_answer_capture(const struct shim_answer *answer, struct buffer *out);

#endif
