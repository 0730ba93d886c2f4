/*
 * script: the scenario language and the target files, as a library without I/O. It reads text into
 * data, checks it (lint), lays it out canonically (fmt) and expands macros and axes into the flat
 * steps that a player plays. docs/scenario-language.md is the reference of the language for its
 * users; this header is the manual of its data.
 *
 *     text --script_read--> struct script_file --script_expand--> struct script_case (per axis
 * value)
 *
 * All that is read lives in the arena given by the caller, texts NUL-terminated. An error has file,
 * line, column and the source line; the whole file is checked before anything is played.
 */
#ifndef IMAPSPEC_SCRIPT_SCRIPT_H
#define IMAPSPEC_SCRIPT_SCRIPT_H

#include "base/base.h"
#include "script/target.h"
#include "script/text.h"

enum script_role { SCRIPT_CLIENT, SCRIPT_SERVER, SCRIPT_MONITOR }; /* what the harness plays */

/* ---- meta --------------------------------------------------------------------------------- */

/* A mailbox that exists before the scenario starts: `fixture INBOX messages 9 flags 2,5
 * (\Deleted)`. Message n of `messages` has the subject "message n"; see model/fixture.h. */
enum script_fixture_kind { FIXTURE_EMPTY, FIXTURE_MESSAGES, FIXTURE_FILE };

struct script_fixture_flags {
    const char *sequence;      /* "2,5:7" */
    struct script_names flags; /* "\Deleted", "work" */
};

struct script_fixture_date {
    const char *sequence;
    const char *date; /* "4-Jul-1990 12:00:00 +0000" or "4-Jul-90" (midday UT) */
};

struct script_fixture {
    struct script_place place;
    const char *mailbox;
    enum script_fixture_kind kind;
    unsigned nmessages; /* FIXTURE_MESSAGES */
    const char *file;   /* FIXTURE_FILE: .mbox file, .eml file or folder, as written */
    struct script_fixture_flags *flags;
    size_t nflags;
    struct script_fixture_date *dates;
    size_t ndates;
    const char *recent; /* sequence of messages that are \Recent; NULL: none */
    const char *user;   /* whose mailbox; NULL: the first session's user */
    bool is_board;      /* a bulletin board (BBOARD) */
    bool is_readonly, is_unreadable;
};

struct script_session {
    const char *name; /* "" for the only, unnamed session */
    const char *user; /* role name of the user, default "fred" */
    struct script_place place;
};

struct script_axis {
    const char *name;
    struct script_names values; /* as written, quotes included: they are sent as they stand */
    struct script_place place;
};

enum script_extras { EXTRAS_ANY, EXTRAS_NONE, EXTRAS_LISTED };

/* ---- steps -------------------------------------------------------------------------------- */

enum script_step_kind {
    STEP_WIRE,  /* C: S: C= S= */
    STEP_CHECK, /* check IDs { ... } */
    STEP_UNORDERED,
    STEP_EITHER,
    STEP_INTERLEAVE,
    STEP_ON, /* role server: handler */
    STEP_REPEAT,
    STEP_USE, /* gone after script_expand() */
    STEP_OPEN,
    STEP_CLOSE,
    STEP_HALFCLOSE,
    STEP_RESET,
    STEP_EOF,
    STEP_QUIET,
    STEP_SPLIT,
    STEP_LETTERS, /* role server: the case of keywords in what is said */
    STEP_EXIT,    /* role server: the client's program ends */
    STEP_ANSWER,  /* role server: the model server answers what a handler has taken */
    STEP_DO,
    STEP_START,
    STEP_FINISH,
    STEP_CACHE, /* shim */
    STEP_REMOVED,
    STEP_MODEL,
    STEP_DELIVER,
    STEP_ASSERT,
    STEP_CONVERGE
};

struct script_steps {
    struct script_step **items;
    size_t nitems;
};

enum script_mark { MARK_ONE, MARK_OPTIONAL, MARK_ANY, MARK_SOME, MARK_NEVER, MARK_COUNTED };

struct pattern; /* script/pattern.h */

struct script_wire {
    char who;    /* 'C' or 'S' */
    bool is_raw; /* `C=`: raw, no CRLF added, else a line */
    enum script_mark mark;
    unsigned least,
        most; /* how often: ONE 1..1, OPTIONAL 0..1, ANY 0..MAX, SOME 1..MAX, NEVER 0..0 */
    struct script_text text;     /* the line, continuations joined */
    struct script_raw_item *raw; /* is_raw */
    size_t nraw;
    const struct pattern *pattern; /* of a checked line, after script_expand(); else NULL */
};

enum { SCRIPT_MANY = 1000000 }; /* `most` when there is no upper bound */

struct script_branch {
    const char *label; /* "" when there is none */
    bool is_nonstrict;
    struct script_steps steps;
    struct script_place place;
};

struct script_unit { /* of an interleave */
    const char *session;
    struct script_steps steps;
    struct script_place place;
};

enum script_split { SPLIT_AT, SPLIT_BYTEWISE, SPLIT_LINES, SPLIT_NONE };

enum script_operator {
    OPERATOR_EQUAL,
    OPERATOR_UNEQUAL,
    OPERATOR_LESS,
    OPERATOR_AT_MOST,
    OPERATOR_GREATER,
    OPERATOR_AT_LEAST,
    OPERATOR_CONTAINS,
    OPERATOR_HAS,
    OPERATOR_LACKS
};

/* `model exists == 4`, `model flags 3 has \Deleted`, `cache recent == 0`, `cache subject 1 == x`.
 */
struct script_query {
    const char *noun;         /* exists | recent | flags; the cache also has subject, date */
    unsigned number;          /* message number for `flags 3`, else 0 */
    struct script_text index; /* the same when it is a reference, e.g. flags ${#3}; else empty */
    enum script_operator op;
    struct script_text value;
};

struct script_step {
    enum script_step_kind kind;
    struct script_place place;
    const char
        *session; /* named on the line; after expansion always resolved ("" = the only one) */
    unsigned
        use_line; /* after expansion, of a macro's step: line of the scenario's `use`; else 0 */
    int64_t within_ms; /* of a `within` line before it; 0: none */
    union {
        struct script_wire wire;
        struct {
            struct script_names requirements;
            struct script_steps steps;
        } check;
        struct {
            struct script_steps steps; /* wire steps only */
        } unordered;
        struct {
            unsigned reading; /* that leaves the choice: 59 for B59; 0: none named */
            struct script_branch *branches;
            size_t nbranches;
        } either;
        struct {
            bool is_sends; /* sends, else commands */
            unsigned max;  /* most orders to run; 0: the player's default */
            struct script_unit *units;
            size_t nunits;
        } interleave;
        struct {
            bool is_optional; /* `on?`: it need not ever run */
            struct script_text pattern;
            struct script_steps steps;
        } on;
        struct {
            unsigned count;
            struct script_steps steps;
        } repeat;
        struct {
            const char *macro;
            struct script_text *arguments;
            size_t narguments;
        } use;
        struct {
            int64_t ms;
        } quiet;
        struct {
            enum script_split how;
            struct script_text how_reference; /* `split ${cut}`: resolved by expansion */
            size_t *offsets;                  /* SPLIT_AT, ascending */
            size_t noffsets;
            int64_t gap_ms;
            bool is_always; /* of all that is sent from here on, not of the next line alone */
        } split;
        struct {
            struct script_text how; /* lower | upper | mixed | none */
        } letters;
        struct {
            const char *verb;
            struct script_text request; /* `start ${request}`: resolved by expansion */
            struct script_text *arguments;
            size_t narguments;
            const char *capture; /* `-> body`; NULL: none */
        } shim;                  /* STEP_DO, STEP_START */
        struct {
            const char *status; /* "ok" | "no" | "bad" | "failed" */
        } finish;
        struct script_query query; /* STEP_CACHE, STEP_MODEL */
        struct {
            struct script_text sequence;
        } removed;
        struct {
            struct script_text mailbox;
            const char *file;
        } deliver;
        struct {
            struct script_text left, right;
            enum script_operator op;
        } assertion;
        struct {
            const char *first, *second; /* sessions */
            const char *command;        /* CHECK | NOOP */
        } converge;
    } as;
};

/* ---- files -------------------------------------------------------------------------------- */

struct script_macro {
    const char *name;
    struct script_names parameters;
    bool *is_capture; /* per parameter: the macro captures into the name given as its argument */
    struct script_steps steps;
    struct script_place place;
};

struct script_scenario {
    const char *id;
    const char *claim;
    struct script_place place;
    enum script_role role;
    const char *dialect; /* default "imap2" */
    struct script_names covers, needs;
    struct script_place *covers_places; /* of each ID in covers */
    struct script_fixture *fixtures;
    size_t nfixtures;
    struct script_session *sessions; /* at least one */
    size_t nsessions;
    struct script_axis *axes;
    size_t naxes;
    enum script_extras extras;
    struct script_names extras_kinds;
    int64_t timeout_ms;        /* 0: the target's */
    const char *because;       /* "" when absent */
    const char *no_fault;      /* why no seeded fault can be shown by it; "" when absent */
    bool serves_model;         /* `serve model` */
    struct script_names metas; /* the meta words that were written, once for each line */
    struct script_place *metas_places;
    struct script_steps steps;
};

struct script_source;

struct script_file {
    const char *path;
    struct script_scenario **scenarios;
    size_t nscenarios;
    struct script_macro **macros; /* own and included ones */
    size_t nmacros;
    const struct script_source *sources; /* for errors: the lines of all files read */
    size_t nsources;
};

/* Gives the text of an included file: 0 and *text_r (valid as long as the arena), and *path_r how
 * it shall be called in errors; or -1 with *err. `from` is the including file's path. */
struct script_loader {
    int (*load)(void *context, const char *from, const char *path, struct arena *arena,
                struct span *text_r, const char **path_r, struct err *err);
    void *context;
};

/* Reads a scenario file. loader may be NULL when there are no includes. 0, or -1 with the first
 * error. Everything lint counts as an error (see script_lint) is checked here too. */
__attribute__((warn_unused_result)) int script_read(struct span text, const char *path,
                                                    const struct script_loader *loader,
                                                    struct arena *arena,
                                                    struct script_file **file_r, struct err *err);

/* Not a word that begins a step or a line of the head: those cannot name a session. */
bool script_can_name_session(struct span name);

/* Whether the first line that is not blank begins a target, and what lint() takes for a target
 * file. */
bool script_is_target(struct span text);

/* Reads all errors of a scenario or target file instead of the first: appends each to out as
 * err_print() does, and returns how many there were (at most 200). Recovers at the next line. */
size_t script_lint(struct span text, const char *path, const struct script_loader *loader,
                   struct buffer *out);

/* Canonical layout of a scenario or target file: indentation by blocks, one blank between words,
 * aligned meta values, comments kept. Formatting twice changes nothing; reading the result gives
 * the same data. -1 with *err when the text is no valid file. */
__attribute__((warn_unused_result)) int script_format(struct span text, const char *path,
                                                      struct buffer *out, struct err *err);

/* ---- expansion ---------------------------------------------------------------------------- */

/* One scenario with one value for each axis: macros inlined (parameters hygienic), axis values put
 * in, `repeat` unrolled, sessions resolved. */
struct script_case {
    const struct script_scenario *scenario;
    const char *id;   /* "expunge.last/path=inbox": axes in the order declared */
    const char *axis; /* "path=inbox", or "" */
    struct script_steps steps;
};

/* All cases of a scenario, the last axis varying fastest. Returns an array in the arena. */
__attribute__((warn_unused_result)) int
script_expand(const struct script_file *file, const struct script_scenario *scenario,
              struct arena *arena, struct script_case **cases_r, size_t *ncases_r, struct err *err);

/* ---- writing ------------------------------------------------------------------------------ */

/* Appends a step (with blocks) or a scenario as source text, indented by `depth` levels: what
 * script_read() reads back to the same data. */
void script_write_step(const struct script_step *step, unsigned depth, struct buffer *out);
void script_write_scenario(const struct script_scenario *scenario, struct buffer *out);

#endif
