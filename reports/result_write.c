#include "reports/reports.h"

#include <jansson.h>
#include <stdlib.h>

#include "reports/result_fields.h"

/* Microseconds are all that is measured, and 15 digits show them without rounding noise. */
enum { REAL_DIGITS = 15 };

static json_t *record_to_json(const struct result_record *record, const char *at);

static json_t *text_to_json(const char *text)
{
    struct buffer encoded = {0};
    result_text_encode(span_of(text), &encoded);
    struct span utf8 = buffer_span(&encoded);
    json_t *json = json_stringn(utf8.nbytes ? utf8.data : "", utf8.nbytes);
    buffer_free(&encoded);
    return json;
}

static json_t *seed_to_json(uint64_t seed)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%llu", (unsigned long long)seed);
    return json_string(digits);
}

static json_t *ms_to_json(double ms)
{
    bool is_sane = ms >= 0 && ms < 1e12; /* false of a NaN too */
    return json_real(is_sane ? (double)(int64_t)(ms * 1000 + 0.5) / 1000 : 0);
}

static json_t *list_to_json(const struct result_field *field, const char *at, size_t count)
{
    json_t *list = json_array();
    const void *items = *(const void *const *)(const void *)(at + field->offset);
    for (size_t i = 0; i < count; i++) {
        json_t *item =
            field->kind == RESULT_FIELD_TEXTS
                ? text_to_json(((const char *const *)items)[i])
                : record_to_json(field->record, (const char *)items + i * field->record->nbytes);
        ENSURE(json_array_append_new(list, item) == 0);
    }
    return list;
}

static json_t *field_to_json(const struct result_field *field, const char *base)
{
    const void *at = base + field->offset;
    switch (field->kind) {
    case RESULT_FIELD_TEXT:
        return text_to_json(*(const char *const *)at);
    case RESULT_FIELD_LEVEL:
        ENSURE(result_level_is_known(*(const char *const *)at));
        return json_string(*(const char *const *)at);
    case RESULT_FIELD_VERDICT:
        return json_string(result_verdict_name(*(const enum result_verdict *)at));
    case RESULT_FIELD_UNSIGNED:
        return json_integer((json_int_t) * (const unsigned *)at);
    case RESULT_FIELD_SIZE:
        return json_integer((json_int_t) * (const size_t *)at);
    case RESULT_FIELD_SEED:
        return seed_to_json(*(const uint64_t *)at);
    case RESULT_FIELD_BOOL:
        return json_boolean(*(const bool *)at);
    case RESULT_FIELD_MS:
        return ms_to_json(*(const double *)at);
    case RESULT_FIELD_TEXTS:
    case RESULT_FIELD_RECORDS:
        return list_to_json(field, base,
                            *(const size_t *)(const void *)(base + field->count_offset));
    }
    return NULL;
}

static void object_add(json_t *object, const char *name, json_t *value)
{
    ENSURE(value != NULL);
    ENSURE(json_object_set_new(object, name, value) == 0);
}

static void record_add(json_t *object, const struct result_record *record, const char *at)
{
    for (size_t i = 0; i < record->nfields; i++)
        object_add(object, record->fields[i].name, field_to_json(&record->fields[i], at));
}

static json_t *record_to_json(const struct result_record *record, const char *at)
{
    json_t *object = json_object();
    record_add(object, record, at);
    return object;
}

/* Takes the object. */
static void write_line(json_t *object, struct buffer *out)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS));
    ENSURE(text != NULL);
    buffer_append_text(out, text);
    buffer_append_byte(out, '\n');
    free(text);
    json_decref(object);
}

void result_header_write(const struct result_header *header, struct buffer *out)
{
    json_t *object = json_object();
    object_add(object, "imapspec", json_integer(RESULT_SCHEMA_VERSION));
    record_add(object, &RESULT_RECORD_HEADER, (const char *)header);
    write_line(object, out);
}

void result_case_write(const struct result_case *result, struct buffer *out)
{
    write_line(record_to_json(&RESULT_RECORD_CASE, (const char *)result), out);
}
