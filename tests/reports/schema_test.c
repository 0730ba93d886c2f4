/* The published schema against the tables by which results are written and read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "reports/result_fields.h"

static json_t *schema_load(void)
{
    json_error_t error;
    json_t *schema =
        json_load_file(SOURCE_ROOT "/reports/result.schema.json", JSON_REJECT_DUPLICATES, &error);
    if (!schema)
        fail_msg("%d:%d: %s", error.line, error.column, error.text);
    return schema;
}

static json_t *schema_def(json_t *schema, const char *name)
{
    json_t *def = json_object_get(json_object_get(schema, "$defs"), name);
    assert_non_null(def);
    return def;
}

static bool has_string(json_t *array, const char *text)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (strcmp(json_string_value(json_array_get(array, i)), text) == 0)
            return true;
    }
    return false;
}

static void assert_type(json_t *property, const char *type)
{
    assert_non_null(json_string_value(json_object_get(property, "type")));
    assert_string_equal(json_string_value(json_object_get(property, "type")), type);
}

static void assert_ref(json_t *property, const char *ref)
{
    assert_non_null(json_string_value(json_object_get(property, "$ref")));
    assert_string_equal(json_string_value(json_object_get(property, "$ref")), ref);
}

static void check_record(json_t *schema, const struct result_record *record);

static void check_list(json_t *schema, json_t *property, const struct result_field *field)
{
    json_t *items = json_object_get(property, "items");
    char ref[64] = "#/$defs/";
    assert_type(property, "array");
    if (field->kind == RESULT_FIELD_TEXTS) {
        assert_type(items, "string");
        return;
    }
    (void)strncat(ref, field->record->name, sizeof ref - strlen(ref) - 1);
    assert_ref(items, ref);
    check_record(schema, field->record);
}

static void check_field(json_t *schema, json_t *property, const struct result_field *field)
{
    switch (field->kind) {
    case RESULT_FIELD_TEXT:
        assert_type(property, "string");
        return;
    case RESULT_FIELD_LEVEL:
        assert_int_equal(json_array_size(json_object_get(property, "enum")), 3);
        for (size_t i = 0; i < 3; i++)
            assert_true(result_level_is_known(
                json_string_value(json_array_get(json_object_get(property, "enum"), i))));
        return;
    case RESULT_FIELD_VERDICT:
        assert_ref(property, "#/$defs/verdict");
        return;
    case RESULT_FIELD_UNSIGNED:
    case RESULT_FIELD_SIZE:
        assert_ref(property, "#/$defs/count");
        return;
    case RESULT_FIELD_SEED:
        assert_ref(property, "#/$defs/seed");
        return;
    case RESULT_FIELD_BOOL:
        assert_type(property, "boolean");
        return;
    case RESULT_FIELD_MS:
        assert_type(property, "number");
        return;
    case RESULT_FIELD_TEXTS:
    case RESULT_FIELD_RECORDS:
        check_list(schema, property, field);
        return;
    }
    fail_msg("%s: a field of no known kind", field->name);
}

static void check_record(json_t *schema, const struct result_record *record)
{
    json_t *def = schema_def(schema, record->name);
    json_t *properties = json_object_get(def, "properties");
    json_t *required = json_object_get(def, "required");
    size_t nmore = record == &RESULT_RECORD_HEADER; /* "imapspec" */
    assert_type(def, "object");
    assert_true(json_is_false(json_object_get(def, "additionalProperties")));
    assert_int_equal(json_object_size(properties), record->nfields + nmore);
    assert_int_equal(json_array_size(required), record->nfields + nmore);
    for (size_t i = 0; i < record->nfields; i++) {
        const struct result_field *field = &record->fields[i];
        if (!json_object_get(properties, field->name) || !has_string(required, field->name))
            fail_msg("%s.%s is not in the schema", record->name, field->name);
        check_field(schema, json_object_get(properties, field->name), field);
    }
}

static void test_records(void **state)
{
    (void)state;
    json_t *schema = schema_load();
    check_record(schema, &RESULT_RECORD_HEADER);
    check_record(schema, &RESULT_RECORD_CASE);
    json_decref(schema);
}

static void test_verdicts_and_version(void **state)
{
    (void)state;
    json_t *schema = schema_load();
    json_t *verdicts = json_object_get(schema_def(schema, "verdict"), "enum");
    assert_int_equal(json_array_size(verdicts), RESULT_NVERDICTS);
    for (unsigned i = 0; i < RESULT_NVERDICTS; i++)
        assert_true(has_string(verdicts, result_verdict_name((enum result_verdict)i)));
    json_t *header = json_object_get(schema_def(schema, "header"), "properties");
    json_t *version = json_object_get(json_object_get(header, "imapspec"), "const");
    assert_int_equal(json_integer_value(version), RESULT_SCHEMA_VERSION);
    json_decref(schema);
}

/* The document for users names every field too. */
static void test_document(void **state)
{
    (void)state;
    static char text[32768];
    FILE *file = fopen(SOURCE_ROOT "/docs/results.md", "rb");
    assert_non_null(file);
    size_t ntext = fread(text, 1, sizeof text - 1, file);
    assert_int_equal(fclose(file), 0);
    const struct result_record *const RECORDS[] = {&RESULT_RECORD_HEADER, &RESULT_RECORD_CASE};
    for (size_t r = 0; r < 2; r++) {
        for (size_t i = 0; i < RECORDS[r]->nfields; i++) {
            char quoted[64];
            (void)snprintf(quoted, sizeof quoted, "`%s`", RECORDS[r]->fields[i].name);
            if (span_find(span_make(text, ntext), span_of(quoted)) == SPAN_NPOS)
                fail_msg("docs/results.md does not name %s", quoted);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_verdicts_and_version),
        cmocka_unit_test(test_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
