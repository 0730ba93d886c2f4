/*
 * text: the pieces of a wire line, an argument or an operand. On the side that sends, a text is
 * what to send; on the side that is checked, it is a pattern (see run/match.h for how it matches).
 */
#ifndef IMAPSPEC_SCRIPT_TEXT_H
#define IMAPSPEC_SCRIPT_TEXT_H

#include "base/base.h"

struct script_place {
    const char *file;
    unsigned line, col;
};

struct script_names {
    const char **items;
    size_t nitems;
};

struct script_text;

enum script_piece_kind {
    PIECE_TAG,       /* @ or @1: the tag of the session's current (or numbered) command */
    PIECE_WORD,      /* octets as they stand, no SP, no parentheses */
    PIECE_SPACE,     /* one SP (each blank is a piece of its own) */
    PIECE_OPEN,      /* ( */
    PIECE_CLOSE,     /* ) */
    PIECE_REST,      /* ... : and others */
    PIECE_QUOTED,    /* "abc": sent with its quotes; checked, the value in any legal form */
    PIECE_TYPE,      /* <name:type lo..hi> */
    PIECE_BYTES,     /* <0x0d0a> */
    PIECE_REFERENCE, /* ${...} */
    PIECE_LITERAL,   /* {"abc"} {|} {msg:16} {!"abc"} {+"abc"} {700:"abc"} */
    PIECE_BARE       /* {6} (has_count), {<n:number>} (type), {${n}} (neither: reference), at the
                        end of a line: announcement only */
};

enum script_reference_kind {
    REFERENCE_NAME,    /* ${name}, ${name+1}, ${name-1}; also user, password, tag */
    REFERENCE_LENGTH,  /* ${name.len} */
    REFERENCE_CURRENT, /* ${#3} */
    REFERENCE_MESSAGE  /* ${msg:16.size}: part is size | header | text | a header field such as
                          subject or message-id; "": all of the message */
};

struct script_reference {
    enum script_reference_kind kind;
    const char *name; /* NAME, LENGTH */
    int64_t add;      /* NAME: +n or -n */
    unsigned number;  /* CURRENT, MESSAGE */
    const char *part; /* MESSAGE */
    const char
        *mailbox; /* MESSAGE: `${msg:BOX:3.size}` names a fixture's mailbox; "" = the first */
};

enum script_literal_sync {
    LITERAL_WAITS,  /* waits for `+` before its content */
    LITERAL_PUSHES, /* {!...}: does not wait */
    LITERAL_PLUS    /* {+...}: LITERAL+ announcement, does not wait (later dialects) */
};

/* Types that are known without the grammar. */
enum script_type_kind {
    TYPE_OF_RULE,
    TYPE_TEXT_LINE, /* all the rest of the line */
    TYPE_ANY,       /* a value of whatever kind */
    TYPE_NUMBER     /* digits */
};

struct script_piece {
    enum script_piece_kind kind;
    struct script_place place;
    bool keeps_form;  /* it, or part of it, is the value of an axis: sent as it stands */
    struct span text; /* WORD, BYTES, QUOTED (without quotes, unescaped), LITERAL's content */
    unsigned number;  /* TAG: 0 for @, else the digit */
    const char *name; /* TYPE: capture name, or NULL */
    const char *type; /* TYPE: rule of the dialect, or "any" */
    enum script_type_kind type_kind;
    bool has_range; /* TYPE, with low and high */
    uint64_t low, high;
    struct script_reference reference; /* REFERENCE; LITERAL {msg:n}; BARE {${n}} */
    enum script_literal_sync sync;     /* LITERAL */
    bool has_count; /* LITERAL {700:...}: count given and possibly wrong; BARE {6} */
    uint64_t count;
    bool is_message; /* LITERAL: content is `reference`, not text */
    bool is_lines;   /* LITERAL: written as {|} with `|` lines below; each ends in CR LF */
    /* QUOTED and LITERAL whose string holds ${references}: WORD and REFERENCE pieces to be joined,
     * and `text` is empty. NULL when `text` is all there is. */
    struct script_text *parts;
};

struct script_text {
    struct script_piece *pieces;
    size_t npieces;
    const char *source; /* as written, for messages */
};

enum script_raw_kind { RAW_TEXT, RAW_PAUSE };

/* `C= "a001 NO" pause 20ms "OP\r\n" hex 00ff "x"*10000`; a string may hold ${references}. */
struct script_raw_item {
    enum script_raw_kind kind;
    struct script_text text; /* RAW_TEXT: WORD and REFERENCE pieces only */
    uint64_t times;          /* RAW_TEXT: repetition, 1 without `*` */
    int64_t pause_ms;        /* RAW_PAUSE */
    struct script_place place;
};

#endif
