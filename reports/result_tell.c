#include "reports/result_tell.h"

#include <stdlib.h>

#include "reports/result_fields.h"

enum {
    LOG_LINES = 100, /* of the wire log, in full accounts */
    HEAD_NBYTES = 24 * 1024,
    TAIL_NBYTES = 8 * 1024,
    VALUE_NBYTES = 400 /* of what was wanted or got, in a line */
};

static bool has_text(const char *text)
{
    return text != NULL && *text != '\0';
}

enum result_kind result_kind_of(const struct result_case *result)
{
    if (result->is_unexpected)
        return RESULT_KIND_BAD;
    switch (result->verdict) {
    case RESULT_SKIP:
    case RESULT_BLOCKED:
        return RESULT_KIND_SKIP;
    case RESULT_FAIL:
    case RESULT_CRASH:
    case RESULT_ERROR:
        return RESULT_KIND_KNOWN;
    case RESULT_PASS:
    case RESULT_NONSTRICT:
    case RESULT_WARN:
        break;
    }
    return RESULT_KIND_GOOD;
}

const struct result_finding *result_tell_finding(const struct result_case *result)
{
    const struct result_finding *found = NULL;
    for (size_t i = 0; i < result->nfindings; i++) {
        struct span level = span_of(result->findings[i].level);
        if (span_is(level, "fail"))
            return &result->findings[i];
        if (found == NULL && span_is(level, "warn"))
            found = &result->findings[i];
    }
    return found;
}

void result_tell_listing(const struct result_case *result, struct buffer *out)
{
    bool is_needless = !result_is_unexpected(result->verdict, "", false);
    buffer_append_text(out, is_needless ? "remove this line: listed as " : "listed as ");
    result_text_show(out, result->expected, 2);
    if (result->verdict == RESULT_PASS)
        buffer_append_text(out, ", but it passes now");
    else
        buffer_printf(out, ", but the verdict is %s now", result_verdict_name(result->verdict));
}

/* One line of a text: what would end it is a blank. */
static void append_line(struct buffer *out, const char *text, size_t limit)
{
    struct buffer shown = {0};
    result_text_show(&shown, text, 0);
    struct span rest = buffer_span(&shown);
    size_t nbytes = 0;
    while (rest.nbytes > 0) {
        size_t length = result_utf8_length(rest);
        length = length == 0 ? 1 : length;
        if (nbytes + length > limit) {
            buffer_append_text(out, "...");
            break;
        }
        buffer_append(out, rest.data[0] == '\n' ? SPAN_LIT(" ") : span_slice(rest, 0, length));
        nbytes += length;
        rest = span_from(rest, length);
    }
    buffer_free(&shown);
}

void result_tell_wire_line(const struct result_case *result, const struct result_finding *finding,
                           struct buffer *out)
{
    struct span rest = span_of(result->log);
    for (size_t i = 1; i < finding->log_line && rest.nbytes > 0; i++)
        (void)span_cut(&rest, '\n');
    struct span line = span_cut(&rest, '\n');
    size_t blank = span_find_byte(line, ' ');
    if (finding->log_line > 0 && blank != SPAN_NPOS)
        buffer_append(out, span_from(line, blank + 1));
}

void result_tell_value(const char *text, struct buffer *out)
{
    append_line(out, text, VALUE_NBYTES);
}

static void append_part(struct buffer *out, const char *label, const char *text)
{
    if (!has_text(text))
        return;
    buffer_append_text(out, label);
    append_line(out, text, VALUE_NBYTES);
}

void result_tell_of_finding(const struct result_case *result, const struct result_finding *finding,
                            struct buffer *out)
{
    append_line(out, has_text(finding->requirement) ? finding->requirement : "no requirement",
                VALUE_NBYTES);
    if (has_text(finding->page)) {
        append_part(out, " (page ", finding->page);
        buffer_append_byte(out, ')');
    }
    append_part(out, ": ", finding->text);
    append_part(out, "; wanted ", has_text(finding->wanted) ? finding->wanted : finding->statement);
    struct buffer wire = {0};
    result_tell_wire_line(result, finding, &wire);
    char *line = buffer_take_text(&wire);
    append_part(out, "; got ", has_text(finding->got) ? finding->got : line);
    free(line);
}

static void append_listing(const struct result_case *result, struct buffer *out)
{
    if (has_text(result->listed_at)) {
        append_line(out, result->listed_at, SIZE_MAX);
        buffer_append_text(out, ": ");
    }
    result_tell_listing(result, out);
    append_part(out, ": ", result->reason);
}

void result_tell_line(const struct result_case *result, struct buffer *out)
{
    const struct result_finding *finding = result_tell_finding(result);
    enum result_kind kind = result_kind_of(result);
    if (result->verdict == RESULT_PASS && kind != RESULT_KIND_BAD)
        return;
    if (kind == RESULT_KIND_BAD && has_text(result->expected)) {
        append_listing(result, out);
        if (result->verdict == RESULT_PASS || finding == NULL)
            return;
        buffer_append_text(out, "; ");
        result_tell_of_finding(result, finding, out);
        return;
    }
    if (kind == RESULT_KIND_KNOWN)
        buffer_append_text(out, "known ");
    buffer_append_text(out, result_verdict_name(result->verdict));
    append_part(out, ": ", result->reason);
    if (finding == NULL || kind == RESULT_KIND_SKIP)
        return;
    buffer_append_text(out, has_text(result->reason) ? "; " : ": ");
    result_tell_of_finding(result, finding, out);
}

/* A cut may halve a character: what is left of it is shown, not passed on. */
static void append_cut(struct buffer *out, struct span text)
{
    char *copy = mem_copy_text(text.data, text.nbytes);
    result_text_show(out, copy, 0);
    free(copy);
}

void result_tell_full(const struct result_case *result, struct buffer *out)
{
    struct result_terminal how = {.log_lines = LOG_LINES};
    struct buffer text = {0};
    result_case_print(result, &how, &text);
    struct span all = buffer_span(&text);
    if (all.nbytes <= HEAD_NBYTES + TAIL_NBYTES) {
        buffer_append(out, all);
    } else {
        append_cut(out, span_slice(all, 0, HEAD_NBYTES));
        buffer_printf(out, "\n[%zu octets are left out here]\n",
                      all.nbytes - HEAD_NBYTES - TAIL_NBYTES);
        append_cut(out, span_from(all, all.nbytes - TAIL_NBYTES));
    }
    buffer_free(&text);
}

void result_tell_missing(const struct result_run *run, struct buffer *out)
{
    size_t nmissing = result_run_missing(run);
    if (nmissing == 0)
        return;
    append_line(out, run->header.target, VALUE_NBYTES);
    if (run->header.planned > 0)
        buffer_printf(out, ": %zu of %zu cases were played", run->ncases, run->header.planned);
    else
        buffer_printf(out, ": the run was cut short after %zu cases", run->ncases);
}
