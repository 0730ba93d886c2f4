/*
 * result_fields: what a results file holds, as tables. Writing, reading and the check of the
 * published schema all go by them, so they cannot come to differ.
 */
#ifndef IMAPSPEC_REPORTS_RESULT_FIELDS_H
#define IMAPSPEC_REPORTS_RESULT_FIELDS_H

#include "reports/reports.h"

enum result_field_kind {
    RESULT_FIELD_TEXT,     /* const char * */
    RESULT_FIELD_LEVEL,    /* const char *: "observe", "warn", "fail" */
    RESULT_FIELD_VERDICT,  /* enum result_verdict, by name */
    RESULT_FIELD_UNSIGNED, /* unsigned */
    RESULT_FIELD_SIZE,     /* size_t */
    RESULT_FIELD_SEED,     /* uint64_t, as a string of digits: JSON readers round big numbers */
    RESULT_FIELD_BOOL,     /* bool */
    RESULT_FIELD_MS,       /* double */
    RESULT_FIELD_TEXTS,    /* const char **, and a count */
    RESULT_FIELD_RECORDS   /* array of structures, and a count */
};

struct result_record;

struct result_field {
    const char *name;
    enum result_field_kind kind;
    size_t offset;                      /* in the structure */
    size_t count_offset;                /* of the size_t with the count: TEXTS and RECORDS */
    const struct result_record *record; /* RECORDS */
};

/* How one structure is kept: an object with all these fields, in this order, and no others. */
struct result_record {
    const char *name; /* as in the schema: "case" */
    size_t nbytes;    /* of the structure */
    const struct result_field *fields;
    size_t nfields;
};

extern const struct result_record RESULT_RECORD_HEADER;
extern const struct result_record RESULT_RECORD_CASE;

bool result_level_is_known(const char *level);

/* The text as a results file has it; the result is UTF-8. Appended. */
void result_text_encode(struct span text, struct buffer *out);
/* The other way: NUL-terminated, in the arena. */
const char *result_text_decode(struct span encoded, struct arena *arena);
/* Appends a text that may come from a peer so that people can read it, in UTF-8 without control
 * characters: whatever could steer a terminal or is no text is shown as \xHH. Lines after the first
 * are indented by that many blanks. */
void result_text_show(struct buffer *out, const char *text, size_t indent);
/* Length of the UTF-8 sequence at the start of s, 0 when there is none. */
size_t result_utf8_length(struct span s);

/* One step of the way to a value inside a line of JSON. */
struct result_path {
    const struct result_path *parent; /* NULL: the line's object itself */
    const char *key;                  /* in an object; NULL: by index */
    size_t index;                     /* in an array */
};

/* Offset of the value in the line, which must be valid JSON. A key that is not there gives its
 * object's offset. */
size_t result_path_locate(const struct result_path *path, struct span line);
/* Appends "findings[2].line". */
void result_path_write(const struct result_path *path, struct buffer *out);

#endif
