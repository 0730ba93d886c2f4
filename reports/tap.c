#include <stdlib.h>

#include "reports/result_fields.h"
#include "reports/result_tell.h"

/* Text of a test point's description or directive: one line, `#` and `\` escaped. */
static void append_words(struct buffer *out, const char *text)
{
    struct buffer shown = {0};
    result_text_show(&shown, text, 0);
    struct span all = buffer_span(&shown);
    for (size_t i = 0; i < all.nbytes; i++) {
        char c = all.data[i];
        if (c == '\n')
            c = ' ';
        else if (c == '#' || c == '\\')
            buffer_append_byte(out, '\\');
        buffer_append_byte(out, c);
    }
    buffer_free(&shown);
}

/* `key: "value"` in YAML's quoted form, which holds anything. */
static void append_entry(struct buffer *out, const char *key, const char *value)
{
    struct buffer shown = {0};
    if (value == NULL || *value == '\0')
        return;
    result_text_show(&shown, value, 0);
    struct span all = buffer_span(&shown);
    buffer_printf(out, "  %s: \"", key);
    for (size_t i = 0; i < all.nbytes; i++) {
        char c = all.data[i];
        if (c == '"' || c == '\\')
            buffer_append_byte(out, '\\');
        if (c == '\n')
            buffer_append_text(out, "\\n");
        else
            buffer_append_byte(out, c);
    }
    buffer_append_text(out, "\"\n");
    buffer_free(&shown);
}

/* As append_entry(), of a text that may be huge: only its start. */
static void append_cut(struct buffer *out, const char *key, const char *value)
{
    struct buffer line = {0};
    result_tell_value(value, &line);
    char *text = buffer_take_text(&line);
    append_entry(out, key, text);
    free(text);
}

static void write_diagnosis(const struct result_case *result, struct buffer *out)
{
    struct buffer line = {0}, full = {0};
    const struct result_finding *finding = result_tell_finding(result);
    result_tell_line(result, &line);
    result_tell_full(result, &full);
    char *message = buffer_take_text(&line);
    char *details = buffer_take_text(&full);
    buffer_append_text(out, "  ---\n");
    append_entry(out, "message", message);
    append_entry(out, "severity", result_verdict_name(result->verdict));
    append_entry(out, "listed", result->expected);
    append_entry(out, "listed_at", result->listed_at);
    if (finding != NULL) {
        append_entry(out, "requirement", finding->requirement);
        append_entry(out, "page", finding->page);
        append_cut(out, "wanted", finding->wanted);
        append_cut(out, "got", finding->got);
    }
    append_entry(out, "file", result->file);
    if (result->line > 0)
        buffer_printf(out, "  line: %u\n", result->line);
    append_entry(out, "reproduce", result->reproduce);
    append_entry(out, "details", details);
    buffer_append_text(out, "  ...\n");
    free(message);
    free(details);
}

static void write_directive(const struct result_case *result, const char *word, struct buffer *out)
{
    struct buffer line = {0};
    result_tell_line(result, &line);
    char *text = buffer_take_text(&line);
    buffer_printf(out, " # %s ", word);
    append_words(out, text);
    free(text);
}

static void write_point(const struct result_header *header, const struct result_case *result,
                        size_t number, struct buffer *out)
{
    enum result_kind kind = result_kind_of(result);
    bool is_ok = kind == RESULT_KIND_GOOD || kind == RESULT_KIND_SKIP;
    buffer_printf(out, "%s %zu - ", is_ok ? "ok" : "not ok", number);
    append_words(out, header->target);
    buffer_append_text(out, ": ");
    append_words(out, result->id);
    if (kind == RESULT_KIND_SKIP)
        write_directive(result, "SKIP", out);
    else if (kind == RESULT_KIND_KNOWN)
        write_directive(result, "TODO", out);
    buffer_append_byte(out, '\n');
    if (kind == RESULT_KIND_BAD)
        write_diagnosis(result, out);
}

static void write_comment(const char *label, const char *text, struct buffer *out)
{
    if (text == NULL || *text == '\0')
        return;
    buffer_printf(out, "# %s ", label);
    append_words(out, text);
    buffer_append_byte(out, '\n');
}

/* The plan counts the cases that a run has not come to: so they are missed by who reads it. */
void result_tap_write(const struct result_run *const *runs, size_t nruns, struct buffer *out)
{
    size_t nplanned = 0;
    size_t number = 0;
    for (size_t r = 0; r < nruns; r++)
        nplanned += runs[r]->ncases + result_run_missing(runs[r]);
    buffer_printf(out, "TAP version 14\n1..%zu%s\n", nplanned,
                  nplanned == 0 ? " # SKIP nothing was played" : "");
    for (size_t r = 0; r < nruns; r++) {
        const struct result_run *run = runs[r];
        struct buffer missing = {0};
        write_comment("target", run->header.target, out);
        buffer_printf(out, "# seed %llu\n", (unsigned long long)run->header.seed);
        for (size_t i = 0; i < run->ncases; i++)
            write_point(&run->header, run->cases[i], ++number, out);
        result_tell_missing(run, &missing);
        char *text = buffer_take_text(&missing);
        write_comment("cut short:", text, out);
        free(text);
    }
}
