#include <jansson.h>
#include <stdlib.h>

#include "mutants/matrix.h"
#include "reports/result_fields.h"

/* Version of the format that is written. */
enum { MATRIX_VERSION = 1, REAL_DIGITS = 15 };

static json_t *text(const char *octets)
{
    struct buffer encoded = {0};
    result_text_encode(span_of(octets), &encoded);
    struct span utf8 = buffer_span(&encoded);
    json_t *json = json_stringn(utf8.nbytes > 0 ? utf8.data : "", utf8.nbytes);
    buffer_free(&encoded);
    return json;
}

static json_t *texts(const struct script_names *names)
{
    json_t *list = json_array();
    for (size_t i = 0; i < names->nitems; i++)
        ENSURE(json_array_append_new(list, text(names->items[i])) == 0);
    return list;
}

static void set(json_t *object, const char *key, json_t *value)
{
    ENSURE(json_object_set_new(object, key, value) == 0);
}

static void write_line(json_t *object, struct buffer *out)
{
    char *line = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS));
    ENSURE(line != NULL);
    buffer_printf(out, "%s\n", line);
    free(line);
    json_decref(object);
}

void mutants_matrix_json_header(const struct mutants_matrix *matrix, struct buffer *out)
{
    char seed[24];
    json_t *object = json_object();
    (void)snprintf(seed, sizeof seed, "%llu", (unsigned long long)matrix->seed);
    set(object, "imapspec-matrix", json_integer(MATRIX_VERSION));
    set(object, "version", text(IMAPSPEC_VERSION));
    set(object, "seed", text(seed));
    set(object, "whole", json_boolean(matrix->is_whole));
    write_line(object, out);
}

static json_t *kill_to_json(const struct mutants_kill *kill)
{
    json_t *object = json_object();
    set(object, "scenario", text(kill->scenario));
    set(object, "verdict", text(result_verdict_name(kill->verdict)));
    set(object, "hit", texts(&kill->hit));
    set(object, "named", texts(&kill->named));
    return object;
}

void mutants_matrix_json_result(const struct mutants_result *result, struct buffer *out)
{
    const struct mutants_fault *fault = result->fault;
    json_t *object = json_object();
    json_t *kills = json_array();
    for (size_t i = 0; i < result->nkills; i++)
        ENSURE(json_array_append_new(kills, kill_to_json(&result->kills[i])) == 0);
    set(object, "fault", text(fault->id));
    set(object, "claim", text(fault->claim));
    set(object, "file", text(fault->path));
    set(object, "source", text(fault->source));
    set(object, "side", text(fault->side == SIDE_CLIENT ? "client" : "server"));
    set(object, "target", text(fault->target));
    set(object, "grade", text(fault->is_graded_warn ? "warn" : "fail"));
    set(object, "breaks", texts(&fault->breaks));
    set(object, "outcome", text(mutants_outcome_name(result->outcome)));
    set(object, "diagnosis", text(result->diagnosis));
    set(object, "cases", json_integer((json_int_t)result->ncases));
    set(object, "blocked", json_integer((json_int_t)result->nverdicts[RESULT_BLOCKED]));
    set(object, "ms", json_integer((json_int_t)result->ms));
    set(object, "kills", kills);
    write_line(object, out);
}

void mutants_matrix_json_scenario(const struct mutants_scenario *scenario, struct buffer *out)
{
    json_t *object = json_object();
    set(object, "scenario", text(scenario->id));
    set(object, "no-fault", text(scenario->no_fault));
    set(object, "kills", texts(&scenario->kills));
    write_line(object, out);
}
