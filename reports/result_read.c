#include "reports/reports.h"

#include <jansson.h>
#include <limits.h>

#include "reports/result_fields.h"

/* One line being read. */
struct source {
    struct span line;
    const char *path; /* NULL: no file */
    unsigned number;
    struct arena *arena;
    struct err *err;
};

static int record_read(const struct source *source, json_t *object,
                       const struct result_record *record, const struct result_path *path,
                       char *base);

/* Sets the error at the value that the path leads to; `what` follows its name. -1. */
static int fail_at(const struct source *source, const struct result_path *path, const char *what)
{
    struct buffer name = {0};
    result_path_write(path, &name);
    size_t col = result_path_locate(path, source->line) + 1;
    (void)err_set(source->err, source->path, source->number,
                  col > UINT_MAX ? UINT_MAX : (unsigned)col, "%.*s%s%s",
                  SPAN_ARG(buffer_span(&name)), path ? ": " : "", what);
    err_set_source(source->err, span_trim(source->line));
    buffer_free(&name);
    return -1;
}

static int read_text(const struct source *source, json_t *json, const struct result_path *path,
                     const char **text_r)
{
    if (!json_is_string(json))
        return fail_at(source, path, "wanted a string");
    struct span utf8 = span_make(json_string_value(json), json_string_length(json));
    *text_r = result_text_decode(utf8, source->arena);
    return 0;
}

static int read_whole(const struct source *source, json_t *json, const struct result_path *path,
                      uint64_t most, uint64_t *value_r)
{
    json_int_t value = json_integer_value(json);
    if (!json_is_integer(json) || value < 0 || (uint64_t)value > most)
        return fail_at(source, path, "wanted a whole number");
    *value_r = (uint64_t)value;
    return 0;
}

static int read_verdict(const struct source *source, json_t *json, const struct result_path *path,
                        enum result_verdict *verdict_r)
{
    const char *name = json_string_value(json);
    if (!name || result_verdict_parse(span_of(name), verdict_r) != 0)
        return fail_at(source, path, "wanted a verdict");
    return 0;
}

static int read_seed(const struct source *source, json_t *json, const struct result_path *path,
                     uint64_t *seed_r)
{
    const char *digits = json_string_value(json);
    if (!digits || number_parse_u64(span_of(digits), seed_r) != 0)
        return fail_at(source, path, "wanted a string of digits");
    return 0;
}

static int read_level(const struct source *source, json_t *json, const struct result_path *path,
                      const char **level_r)
{
    if (!result_level_is_known(json_string_value(json)))
        return fail_at(source, path, "wanted \"observe\", \"warn\" or \"fail\"");
    return read_text(source, json, path, level_r);
}

static int read_texts(const struct source *source, json_t *json, const struct result_path *path,
                      const char ***texts_r)
{
    const char **texts = arena_array(source->arena, json_array_size(json), sizeof *texts);
    for (size_t i = 0; i < json_array_size(json); i++) {
        struct result_path item = {path, NULL, i};
        if (read_text(source, json_array_get(json, i), &item, &texts[i]) != 0)
            return -1;
    }
    *texts_r = texts;
    return 0;
}

static int read_records(const struct source *source, json_t *json,
                        const struct result_record *record, const struct result_path *path,
                        void **records_r)
{
    char *records = arena_array(source->arena, json_array_size(json), record->nbytes);
    for (size_t i = 0; i < json_array_size(json); i++) {
        struct result_path item = {path, NULL, i};
        if (record_read(source, json_array_get(json, i), record, &item,
                        records + i * record->nbytes) != 0)
            return -1;
    }
    *records_r = records;
    return 0;
}

static int read_list(const struct source *source, json_t *json, const struct result_field *field,
                     const struct result_path *path, char *base)
{
    if (!json_is_array(json))
        return fail_at(source, path, "wanted an array");
    void *at = base + field->offset;
    *(size_t *)(void *)(base + field->count_offset) = json_array_size(json);
    if (field->kind == RESULT_FIELD_TEXTS)
        return read_texts(source, json, path, (const char ***)at);
    return read_records(source, json, field->record, path, (void **)at);
}

static int read_number(const struct source *source, json_t *json, const struct result_field *field,
                       const struct result_path *path, void *at)
{
    uint64_t value = 0;
    if (read_whole(source, json, path, field->kind == RESULT_FIELD_UNSIGNED ? UINT_MAX : SIZE_MAX,
                   &value) != 0)
        return -1;
    if (field->kind == RESULT_FIELD_UNSIGNED)
        *(unsigned *)at = (unsigned)value;
    else
        *(size_t *)at = (size_t)value;
    return 0;
}

static int field_read(const struct source *source, json_t *json, const struct result_field *field,
                      const struct result_path *path, char *base)
{
    void *at = base + field->offset;
    switch (field->kind) {
    case RESULT_FIELD_TEXT:
        return read_text(source, json, path, (const char **)at);
    case RESULT_FIELD_LEVEL:
        return read_level(source, json, path, (const char **)at);
    case RESULT_FIELD_VERDICT:
        return read_verdict(source, json, path, (enum result_verdict *)at);
    case RESULT_FIELD_UNSIGNED:
    case RESULT_FIELD_SIZE:
        return read_number(source, json, field, path, at);
    case RESULT_FIELD_SEED:
        return read_seed(source, json, path, (uint64_t *)at);
    case RESULT_FIELD_BOOL:
        if (!json_is_boolean(json))
            return fail_at(source, path, "wanted true or false");
        *(bool *)at = json_is_true(json);
        return 0;
    case RESULT_FIELD_MS:
        if (!json_is_number(json))
            return fail_at(source, path, "wanted a number");
        *(double *)at = json_number_value(json);
        return 0;
    case RESULT_FIELD_TEXTS:
    case RESULT_FIELD_RECORDS:
        return read_list(source, json, field, path, base);
    }
    return -1;
}

static bool record_has(const struct result_record *record, const char *name)
{
    if (record == &RESULT_RECORD_HEADER && span_is(span_of(name), "imapspec"))
        return true;
    for (size_t i = 0; i < record->nfields; i++) {
        if (span_is(span_of(name), record->fields[i].name))
            return true;
    }
    return false;
}

static int record_read(const struct source *source, json_t *object,
                       const struct result_record *record, const struct result_path *path,
                       char *base)
{
    const char *name;
    json_t *value;
    if (!json_is_object(object))
        return fail_at(source, path, "wanted an object");
    for (size_t i = 0; i < record->nfields; i++) {
        struct result_path here = {path, record->fields[i].name, 0};
        value = json_object_get(object, here.key);
        if (!value)
            return fail_at(source, &here, "this field is missing");
        if (field_read(source, value, &record->fields[i], &here, base) != 0)
            return -1;
    }
    json_object_foreach(object, name, value)
    {
        struct result_path here = {path, name, 0};
        if (!record_has(record, name))
            return fail_at(source, &here, "no such field is known");
    }
    return 0;
}

/* The line as JSON (returns new), or NULL with the error set. */
static json_t *line_parse(const struct source *source)
{
    json_error_t error;
    json_t *json = json_loadb(source->line.nbytes ? source->line.data : "", source->line.nbytes,
                              JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (json)
        return json;
    (void)err_set(source->err, source->path, source->number,
                  error.position > 0 ? (unsigned)error.position : 1, "no JSON: %s", error.text);
    err_set_source(source->err, span_trim(source->line));
    return NULL;
}

static int case_read(const struct source *source, struct result_case **case_r)
{
    struct result_case *result = arena_alloc(source->arena, sizeof *result);
    json_t *json = line_parse(source);
    int status = json ? record_read(source, json, &RESULT_RECORD_CASE, NULL, (char *)result) : -1;
    json_decref(json);
    if (status == 0)
        *case_r = result;
    return status;
}

static int version_check(const struct source *source, json_t *json)
{
    static const struct result_path VERSION = {NULL, "imapspec", 0};
    json_t *version = json_object_get(json, "imapspec");
    if (!version)
        return fail_at(source, NULL, "no results file: the first line has no field \"imapspec\"");
    if (!json_is_integer(version))
        return fail_at(source, &VERSION, "wanted a whole number");
    if (json_integer_value(version) != RESULT_SCHEMA_VERSION)
        return fail_at(source, &VERSION, "the results are in another version of the format");
    return 0;
}

static int header_read(const struct source *source, struct result_header *header)
{
    json_t *json = line_parse(source);
    if (!json)
        return -1;
    int status = version_check(source, json);
    if (status == 0)
        status = record_read(source, json, &RESULT_RECORD_HEADER, NULL, (char *)header);
    json_decref(json);
    return status;
}

int result_case_read(struct span line, struct arena *arena, struct result_case **case_r,
                     struct err *err)
{
    struct source source = {.line = line, .number = 1, .arena = arena, .err = err};
    return case_read(&source, case_r);
}

static void run_add(struct result_run *run, size_t *capacity, struct result_case *result,
                    struct arena *arena)
{
    run->cases =
        arena_grow(arena, run->cases, capacity, run->ncases + 1, sizeof(struct result_case *));
    run->cases[run->ncases++] = result;
}

int result_run_read(struct span text, const char *path, struct arena *arena,
                    struct result_run **run_r, struct err *err)
{
    struct source source = {.path = path, .arena = arena, .err = err};
    struct result_run *run = arena_alloc(arena, sizeof *run);
    size_t capacity = 0;
    if (span_find_byte(text, '\n') == SPAN_NPOS)
        return err_set(err, path, 1, 1, "the results end before their first line does");
    while (text.nbytes > 0) {
        size_t end = span_find_byte(text, '\n');
        source.line = span_slice(text, 0, end);
        source.number++;
        text = end == SPAN_NPOS ? span_make("", 0) : span_from(text, end + 1);
        struct result_case *result = NULL;
        int status =
            source.number == 1 ? header_read(&source, &run->header) : case_read(&source, &result);
        if (status != 0 && end == SPAN_NPOS) {
            run->is_cut = true;
            break;
        }
        if (status != 0)
            return -1;
        if (result)
            run_add(run, &capacity, result, arena);
    }
    *run_r = run;
    return 0;
}
