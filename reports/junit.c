#include <stdio.h>
#include <stdlib.h>

#include "reports/result_fields.h"
#include "reports/result_tell.h"

/* Elements and attributes are those of the schema that Jenkins' readers go by, in its order. */

static void append_xml(struct buffer *out, struct span text, bool in_attribute)
{
    for (size_t i = 0; i < text.nbytes; i++) {
        char c = text.data[i];
        if (c == '&')
            buffer_append_text(out, "&amp;");
        else if (c == '<')
            buffer_append_text(out, "&lt;");
        else if (c == '>')
            buffer_append_text(out, "&gt;");
        else if (c == '"' && in_attribute)
            buffer_append_text(out, "&quot;");
        else if (c == '\n' && in_attribute)
            buffer_append_text(out, "&#10;");
        else
            buffer_append_byte(out, c);
    }
}

static void append_attribute(struct buffer *out, const char *name, const char *text)
{
    struct buffer shown = {0};
    result_text_show(&shown, text, 0);
    buffer_printf(out, " %s=\"", name);
    append_xml(out, buffer_span(&shown), true);
    buffer_append_byte(out, '"');
    buffer_free(&shown);
}

static void append_property(struct buffer *out, const char *name, const char *value)
{
    buffer_append_text(out, "      <property");
    append_attribute(out, "name", name);
    append_attribute(out, "value", value == NULL ? "" : value);
    buffer_append_text(out, "/>\n");
}

/* ---- one case ---- */

/* <skipped>why</skipped>: this element has no attributes. */
static void write_skipped(const struct result_case *result, struct buffer *out)
{
    struct buffer line = {0};
    result_tell_line(result, &line);
    buffer_append_text(out, "      <skipped>");
    append_xml(out, buffer_span(&line), false);
    buffer_append_text(out, "</skipped>\n");
    buffer_free(&line);
}

static void write_bad(const struct result_case *result, struct buffer *out)
{
    const char *element = result->verdict == RESULT_ERROR ? "error" : "failure";
    const struct result_finding *finding = result_tell_finding(result);
    bool is_listed = result->expected != NULL && result->expected[0] != '\0';
    bool is_gone = is_listed && result->verdict == RESULT_PASS;
    struct buffer line = {0}, full = {0};
    result_tell_line(result, &line);
    result_tell_full(result, &full);
    char *message = buffer_take_text(&line);
    buffer_printf(out, "      <%s", element);
    append_attribute(out, "message", message);
    append_attribute(out, "type",
                     finding != NULL && !is_gone ? finding->requirement
                     : is_gone                   ? "unexpected pass"
                                                 : result_verdict_name(result->verdict));
    buffer_append_byte(out, '>');
    append_xml(out, buffer_span(&full), false);
    buffer_printf(out, "</%s>\n", element);
    free(message);
    buffer_free(&full);
}

/* What is worth a look though the case counts as passed. */
static void write_note(const struct result_case *result, struct buffer *out)
{
    struct buffer full = {0};
    result_tell_full(result, &full);
    if (full.nbytes > 0) {
        buffer_append_text(out, "      <system-out>");
        append_xml(out, buffer_span(&full), false);
        buffer_append_text(out, "</system-out>\n");
    }
    buffer_free(&full);
}

/* "dovecot.expunge" of the scenario "expunge.example": a package and a class to most viewers. */
static void append_class(struct buffer *out, const struct result_header *header,
                         const char *scenario)
{
    struct buffer name = {0};
    struct span area = span_of(scenario);
    size_t dot = span_find_byte(area, '.');
    buffer_append_text(&name, header->target == NULL ? "" : header->target);
    buffer_append_byte(&name, '.');
    buffer_append(&name, dot == SPAN_NPOS ? area : span_slice(area, 0, dot));
    char *text = buffer_take_text(&name);
    append_attribute(out, "classname", text);
    free(text);
}

/* Each repetition of a case has a name of its own: `nth` from 1. */
static void write_case(const struct result_header *header, const struct result_case *result,
                       size_t nth, struct buffer *out)
{
    struct buffer name = {0};
    buffer_append_text(&name, result->id == NULL ? "" : result->id);
    if (nth > 1)
        buffer_printf(&name, " #%zu", nth);
    char *text = buffer_take_text(&name);
    buffer_append_text(out, "    <testcase");
    append_attribute(out, "name", text);
    append_class(out, header, result->scenario);
    buffer_printf(out, " time=\"%.6f\">\n", result->ms / 1000);
    free(text);
    switch (result_kind_of(result)) {
    case RESULT_KIND_SKIP:
    case RESULT_KIND_KNOWN:
        write_skipped(result, out);
        break;
    case RESULT_KIND_BAD:
        write_bad(result, out);
        break;
    case RESULT_KIND_GOOD:
        write_note(result, out);
        break;
    }
    buffer_append_text(out, "    </testcase>\n");
}

/* ---- one run ---- */

struct counts {
    size_t ntests, nfailures, nerrors, nskipped;
    double ms;
};

static void count(const struct result_run *run, struct counts *counts)
{
    for (size_t i = 0; i < run->ncases; i++) {
        const struct result_case *result = run->cases[i];
        enum result_kind kind = result_kind_of(result);
        bool is_error = result->verdict == RESULT_ERROR;
        counts->nfailures += kind == RESULT_KIND_BAD && !is_error;
        counts->nerrors += kind == RESULT_KIND_BAD && is_error;
        counts->nskipped += kind == RESULT_KIND_SKIP || kind == RESULT_KIND_KNOWN;
        counts->ms += result->ms;
    }
    size_t nextra = result_run_missing(run) > 0;
    counts->ntests += run->ncases + nextra;
    counts->nerrors += nextra;
}

/* "BBOARD=yes" */
static void append_feature(struct buffer *out, const char *feature)
{
    struct arena arena = {0};
    struct span value = span_of(feature);
    struct span name = span_cut(&value, '=');
    append_property(out, arena_printf(&arena, "feature.%.*s", SPAN_ARG(name)),
                    arena_text(&arena, value));
    arena_free(&arena);
}

static void write_properties(const struct result_header *header, struct buffer *out)
{
    char seed[24];
    (void)snprintf(seed, sizeof seed, "%llu", (unsigned long long)header->seed);
    buffer_append_text(out, "    <properties>\n");
    append_property(out, "imapspec", header->version);
    append_property(out, "target", header->target);
    append_property(out, "title", header->title);
    append_property(out, "dialect", header->dialect);
    append_property(out, "seed", seed);
    for (size_t i = 0; i < header->nfeatures; i++)
        append_feature(out, header->features[i]);
    buffer_append_text(out, "    </properties>\n");
}

/* A run that was cut short is no green one, whatever the cases were that it came to. */
static void write_missing(const struct result_run *run, struct buffer *out)
{
    struct buffer line = {0};
    result_tell_missing(run, &line);
    if (line.nbytes == 0)
        return;
    char *text = buffer_take_text(&line);
    buffer_append_text(out, "    <testcase name=\"the run is whole\"");
    append_class(out, &run->header, "run");
    buffer_append_text(out, " time=\"0\">\n      <error");
    append_attribute(out, "message", text);
    buffer_append_text(out, " type=\"cut short\"/>\n    </testcase>\n");
    free(text);
}

static void write_suite(const struct result_run *run, size_t index, struct buffer *out)
{
    struct counts counts = {0};
    struct table seen = {0};
    struct arena arena = {0};
    count(run, &counts);
    buffer_append_text(out, "  <testsuite");
    append_attribute(out, "name", run->header.target == NULL ? "" : run->header.target);
    buffer_printf(
        out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.6f\"",
        counts.ntests, counts.nfailures, counts.nerrors, counts.nskipped, counts.ms / 1000);
    /* readers want no time zone here; it is UTC */
    struct span started = span_of(run->header.started);
    if (span_ends_with(started, SPAN_LIT("Z")))
        started.nbytes--;
    append_attribute(out, "timestamp", arena_text(&arena, started));
    buffer_printf(out, " id=\"%zu\">\n", index);
    write_properties(&run->header, out);
    for (size_t i = 0; i < run->ncases; i++) {
        size_t *n = table_get(&seen, span_of(run->cases[i]->id));
        if (n == NULL) {
            n = arena_alloc(&arena, sizeof *n);
            (void)table_put(&seen, span_of(run->cases[i]->id), n);
        }
        write_case(&run->header, run->cases[i], ++*n, out);
    }
    write_missing(run, out);
    buffer_append_text(out, "  </testsuite>\n");
    table_free(&seen);
    arena_free(&arena);
}

void result_junit_write(const struct result_run *const *runs, size_t nruns, struct buffer *out)
{
    struct counts counts = {0};
    for (size_t r = 0; r < nruns; r++)
        count(runs[r], &counts);
    buffer_printf(out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"imapspec\" "
                  "tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"%.6f\">\n",
                  counts.ntests, counts.nfailures, counts.nerrors, counts.ms / 1000);
    for (size_t r = 0; r < nruns; r++)
        write_suite(runs[r], r, out);
    buffer_append_text(out, "</testsuites>\n");
}
