#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "reports/result_fields.h"
#include "reports/result_tell.h"

#define SCHEMA_URI "https://json.schemastore.org/sarif-2.1.0-rtm.5.json"

static void put(json_t *object, const char *name, json_t *value)
{
    ENSURE(value != NULL);
    ENSURE(json_object_set_new(object, name, value) == 0);
}

static void add(json_t *list, json_t *value)
{
    ENSURE(json_array_append_new(list, value) == 0);
}

/* Takes the buffer's content. */
static json_t *buffer_json(struct buffer *text)
{
    struct span all = buffer_span(text);
    json_t *json = json_stringn(all.nbytes > 0 ? all.data : "", all.nbytes);
    buffer_free(text);
    return json;
}

static json_t *text_json(const char *text)
{
    struct buffer shown = {0};
    result_text_show(&shown, text, 0);
    return buffer_json(&shown);
}

static json_t *message(json_t *text)
{
    json_t *object = json_object();
    put(object, "text", text);
    return object;
}

static bool has_text(const char *text)
{
    return text != NULL && *text != '\0';
}

/* ---- places ---- */

/* A path as a URI reference; an absolute one gets its scheme. */
static json_t *uri_json(struct span path)
{
    struct buffer uri = {0};
    if (span_starts_with(path, SPAN_LIT("/")))
        buffer_append_text(&uri, "file://");
    for (size_t i = 0; i < path.nbytes; i++) {
        char c = path.data[i];
        if (char_is_alnum(c) || (c != '\0' && strchr("-._~/", c) != NULL))
            buffer_append_byte(&uri, c);
        else
            buffer_printf(&uri, "%%%02X", (unsigned)(unsigned char)c);
    }
    return buffer_json(&uri);
}

static json_t *location(struct span file, unsigned line)
{
    json_t *object = json_object(), *physical = json_object(), *artifact = json_object();
    put(artifact, "uri", uri_json(file));
    put(physical, "artifactLocation", artifact);
    if (line > 0) {
        json_t *region = json_object();
        put(region, "startLine", json_integer(line));
        put(physical, "region", region);
    }
    put(object, "physicalLocation", physical);
    return object;
}

/* The place that "dovecot.expect:12" names, or NULL. */
static json_t *listed_location(const char *listed_at)
{
    struct span file = span_of(listed_at);
    uint32_t line;
    size_t colon = file.nbytes;
    while (colon > 0 && file.data[colon - 1] != ':')
        colon--;
    if (colon < 2 || number_parse_u32(span_from(file, colon), &line) != 0)
        return NULL;
    return location(span_slice(file, 0, colon - 1), line);
}

static json_t *locations_of(const struct result_case *result, const struct result_finding *finding)
{
    json_t *list = json_array();
    json_t *listed = NULL;
    if (result->is_unexpected && has_text(result->expected) && finding == NULL)
        listed = listed_location(result->listed_at);
    if (listed != NULL)
        add(list, listed);
    else if (finding != NULL && has_text(finding->file))
        add(list, location(span_of(finding->file), finding->line));
    else if (has_text(result->file))
        add(list, location(span_of(result->file), result->line));
    return list;
}

/* ---- rules: the requirements ---- */

struct rules {
    struct arena arena;
    struct table numbers; /* ID -> size_t */
    json_t *list;
};

static size_t rule_number(struct rules *rules, const char *id, const char *statement,
                          const char *page)
{
    size_t *number = table_get(&rules->numbers, span_of(id));
    if (number != NULL)
        return *number;
    number = arena_alloc(&rules->arena, sizeof *number);
    *number = rules->numbers.nentries;
    (void)table_put(&rules->numbers, span_of(id), number);
    json_t *rule = json_object();
    put(rule, "id", text_json(id));
    if (has_text(statement))
        put(rule, "shortDescription", message(text_json(statement)));
    if (has_text(page)) {
        struct buffer text = {0};
        buffer_append_text(&text, "RFC 1176, page ");
        result_text_show(&text, page, 0);
        put(rule, "help", message(buffer_json(&text)));
    }
    add(rules->list, rule);
    return *number;
}

/* ---- results ---- */

static const char *level_of(const struct result_case *result, const struct result_finding *finding)
{
    if (finding != NULL && strcmp(finding->level == NULL ? "" : finding->level, "warn") == 0)
        return "warning";
    return result->is_unexpected || result_kind_of(result) == RESULT_KIND_KNOWN ? "error" : "note";
}

/* A result that the expectation file lists is told, and shown as accepted. */
static void put_suppression(json_t *object, const struct result_case *result)
{
    json_t *list = json_array();
    if (!result->is_unexpected && has_text(result->expected)) {
        json_t *one = json_object();
        json_t *place = listed_location(result->listed_at);
        put(one, "kind", json_string("external"));
        put(one, "status", json_string("accepted"));
        put(one, "justification", text_json(result->reason));
        if (place != NULL)
            put(one, "location", place);
        add(list, one);
    }
    put(object, "suppressions", list);
}

static void put_identity(json_t *object, const struct result_run *run,
                         const struct result_case *result, const char *rule)
{
    json_t *prints = json_object(), *properties = json_object();
    struct buffer print = {0};
    result_text_show(&print, run->header.target, 0);
    buffer_append_byte(&print, ' ');
    result_text_show(&print, result->id, 0);
    buffer_append_byte(&print, ' ');
    result_text_show(&print, rule, 0);
    put(prints, "imapspec/v1", buffer_json(&print));
    put(object, "partialFingerprints", prints);
    put(properties, "case", text_json(result->id));
    put(properties, "claim", text_json(result->claim));
    put(properties, "verdict", json_string(result_verdict_name(result->verdict)));
    put(properties, "unexpected", json_boolean(result->is_unexpected));
    put(properties, "reproduce", text_json(result->reproduce));
    put(object, "properties", properties);
}

static json_t *message_of(const struct result_case *result, const struct result_finding *finding)
{
    struct buffer text = {0};
    if (finding != NULL)
        result_tell_of_finding(result, finding, &text);
    else
        result_tell_line(result, &text);
    buffer_append_text(&text, "\nCase: ");
    result_text_show(&text, result->id, 0);
    if (has_text(result->reproduce)) {
        buffer_append_text(&text, "\nReproduce: ");
        result_text_show(&text, result->reproduce, 0);
    }
    return message(buffer_json(&text));
}

/* finding NULL: of the case as a whole. */
static json_t *result_json(const struct result_run *run, const struct result_case *result,
                           const struct result_finding *finding, struct rules *rules)
{
    json_t *object = json_object();
    bool has_requirement = finding != NULL && has_text(finding->requirement);
    bool is_listing = finding == NULL && result->is_unexpected && has_text(result->expected);
    const char *rule = has_requirement ? finding->requirement
                       : is_listing    ? "expectation"
                                       : result_verdict_name(result->verdict);
    size_t number = has_requirement ? rule_number(rules, rule, finding->statement, finding->page)
                                    : rule_number(rules, rule, "", "");
    put(object, "ruleId", text_json(rule));
    put(object, "ruleIndex", json_integer((json_int_t)number));
    put(object, "level", json_string(level_of(result, finding)));
    put(object, "message", message_of(result, finding));
    put(object, "locations", locations_of(result, finding));
    put_suppression(object, result);
    put_identity(object, run, result, rule);
    return object;
}

static void add_case(const struct result_run *run, const struct result_case *result,
                     struct rules *rules, json_t *list)
{
    size_t before = json_array_size(list);
    bool is_listing = result->is_unexpected && has_text(result->expected);
    for (size_t i = 0; i < result->nfindings; i++)
        if (strcmp(result->findings[i].level == NULL ? "" : result->findings[i].level, "observe") !=
            0)
            add(list, result_json(run, result, &result->findings[i], rules));
    bool is_told = json_array_size(list) > before;
    bool is_bad = result->is_unexpected || result_kind_of(result) == RESULT_KIND_KNOWN;
    if (is_listing || (is_bad && !is_told))
        add(list, result_json(run, result, NULL, rules));
}

/* ---- runs ---- */

static json_t *driver_json(const struct result_header *header, json_t *rules)
{
    json_t *tool = json_object(), *driver = json_object();
    put(driver, "name", json_string("imapspec"));
    if (has_text(header->version))
        put(driver, "version", text_json(header->version));
    put(driver, "rules", rules);
    put(tool, "driver", driver);
    return tool;
}

static bool is_time(const char *text)
{
    return has_text(text) && strlen(text) == strlen("2026-11-21T23:53:42Z") && text[10] == 'T';
}

static json_t *invocations_json(const struct result_run *run)
{
    json_t *list = json_array(), *one = json_object();
    struct buffer missing = {0};
    result_tell_missing(run, &missing);
    put(one, "executionSuccessful", json_boolean(missing.nbytes == 0));
    if (is_time(run->header.started))
        put(one, "startTimeUtc", text_json(run->header.started));
    if (missing.nbytes > 0) {
        json_t *notices = json_array(), *notice = json_object();
        put(notice, "level", json_string("error"));
        put(notice, "message", message(buffer_json(&missing)));
        add(notices, notice);
        put(one, "toolExecutionNotifications", notices);
    }
    add(list, one);
    return list;
}

static json_t *run_json(const struct result_run *run)
{
    json_t *object = json_object(), *results = json_array();
    json_t *properties = json_object(), *details = json_object();
    struct rules rules = {.list = json_array()};
    struct buffer id = {0};
    for (size_t i = 0; i < run->ncases; i++)
        add_case(run, run->cases[i], &rules, results);
    put(object, "tool", driver_json(&run->header, rules.list));
    /* runs of one target are one series to who reads several such files */
    buffer_append_text(&id, "imapspec/");
    result_text_show(&id, run->header.target, 0);
    buffer_append_byte(&id, '/');
    put(details, "id", buffer_json(&id));
    put(object, "automationDetails", details);
    put(object, "invocations", invocations_json(run));
    put(object, "results", results);
    put(properties, "target", text_json(run->header.target));
    put(properties, "title", text_json(run->header.title));
    put(properties, "cases", json_integer((json_int_t)run->ncases));
    put(object, "properties", properties);
    table_free(&rules.numbers);
    arena_free(&rules.arena);
    return object;
}

void result_sarif_write(const struct result_run *const *runs, size_t nruns, struct buffer *out)
{
    json_t *document = json_object(), *list = json_array();
    put(document, "$schema", json_string(SCHEMA_URI));
    put(document, "version", json_string("2.1.0"));
    for (size_t r = 0; r < nruns; r++)
        add(list, run_json(runs[r]));
    put(document, "runs", list);
    char *text = json_dumps(document, JSON_INDENT(1));
    ENSURE(text != NULL);
    buffer_append_text(out, text);
    buffer_append_byte(out, '\n');
    free(text);
    json_decref(document);
}
