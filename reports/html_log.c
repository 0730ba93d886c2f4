#include <string.h>

#include "reports/html_parts.h"

enum { LOG_WIDTH = 240, LOG_PAUSE_MS = 100, LOGS_NBYTES_MANY = 3000000 };

/* Of a long log the beginning, the end and the surroundings of what was found are shown; of all
 * logs less when there are very many. */
struct extent {
    size_t nhead, ntail, naround;
};

static const struct extent USUAL = {30, 20, 12};
static const struct extent TIGHT = {10, 6, 6};

enum { FINDINGS_MOST = 8 };

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static bool is_observed(const struct result_finding *f)
{
    return strcmp(or_empty(f->level), "observe") == 0;
}

/* ---- findings ---- */

/* The same thing seen, whatever requirement it breaks. */
static bool is_same(const struct result_finding *a, const struct result_finding *b)
{
    return a->line == b->line && is_observed(a) == is_observed(b) &&
           strcmp(or_empty(a->text), or_empty(b->text)) == 0 &&
           strcmp(or_empty(a->wanted), or_empty(b->wanted)) == 0 &&
           strcmp(or_empty(a->got), or_empty(b->got)) == 0;
}

static bool is_same_requirement(const struct result_finding *a, const struct result_finding *b)
{
    return is_same(a, b) && strcmp(or_empty(a->requirement), or_empty(b->requirement)) == 0;
}

static bool was_told(const struct result_case *c, size_t at,
                     bool (*same)(const struct result_finding *a, const struct result_finding *b))
{
    for (size_t i = 0; i < at; i++)
        if (same(&c->findings[i], &c->findings[at]))
            return true;
    return false;
}

static void write_requirement(const struct html_model *m, const struct result_finding *f,
                              struct buffer *out)
{
    const struct html_requirement *r = html_model_requirement(m, or_empty(f->requirement));
    if (r != NULL)
        buffer_printf(out, "<a href=\"#%s\">", r->anchor);
    html_put(out, or_empty(f->requirement)[0] == '\0' ? "the way there" : f->requirement);
    buffer_append_text(out, r != NULL ? "</a>" : "");
    if (*or_empty(f->page) != '\0') {
        buffer_append_text(out, " <small>p.");
        html_put(out, f->page);
        buffer_append_text(out, "</small>");
    }
    if (*or_empty(f->rule) != '\0') {
        buffer_append_text(out, " <small>");
        html_prose(out, f->rule);
        buffer_append_text(out, "</small>");
    }
}

/* All requirements that the same thing breaks. */
static void write_requirements(const struct html_model *m, const struct result_case *c, size_t at,
                               struct buffer *out)
{
    const char *separator = " ";
    for (size_t i = at; i < c->nfindings; i++) {
        if (!is_same(&c->findings[at], &c->findings[i]) || was_told(c, i, is_same_requirement))
            continue;
        buffer_append_text(out, separator);
        write_requirement(m, &c->findings[i], out);
        separator = ", ";
    }
}

static bool is_in_own_file(const struct result_case *c, const struct result_finding *f)
{
    return f->line > 0 && strcmp(or_empty(f->file), or_empty(c->file)) == 0;
}

static void write_place(const struct result_case *c, const struct result_finding *f,
                        struct buffer *out)
{
    bool is_own = is_in_own_file(c, f);
    if (f->line == 0)
        return;
    buffer_append_text(out, " <small>(");
    html_put(out, is_own ? "line " : f->file);
    buffer_printf(out, "%s%u)</small>", is_own ? "" : ":", f->line);
}

static const char *level_class(const struct result_finding *f)
{
    return is_observed(f) ? "n" : strcmp(or_empty(f->level), "warn") == 0 ? "w" : "f";
}

static void write_finding(const struct html_model *m, const struct result_case *c, size_t at,
                          struct buffer *out)
{
    const struct result_finding *f = &c->findings[at];
    buffer_printf(out, "<li><b class=%s>", level_class(f));
    html_put(out, f->level);
    buffer_append_text(out, "</b>");
    write_requirements(m, c, at, out);
    buffer_append_text(out, ": ");
    html_put(out, f->text);
    write_place(c, f, out);
    if (*or_empty(f->wanted) != '\0') {
        buffer_append_text(out, "<dl><dt>wanted<dd><code>");
        html_put(out, f->wanted);
        buffer_append_text(out, "</code><dt>got<dd><code>");
        html_put(out, f->got);
        buffer_append_text(out, "</code></dl>");
    }
    buffer_append_byte(out, '\n');
}

/* Those of one kind, each once; of many the first. */
static void write_findings_of(const struct html_model *m, const struct result_case *c,
                              bool observed, struct buffer *out)
{
    size_t n = 0;
    for (size_t i = 0; i < c->nfindings; i++) {
        if (is_observed(&c->findings[i]) != observed || was_told(c, i, is_same))
            continue;
        if (n++ < FINDINGS_MOST)
            write_finding(m, c, i, out);
    }
    if (n > FINDINGS_MOST)
        buffer_printf(out, "<li>and %zu more\n", n - FINDINGS_MOST);
}

static void write_findings(const struct html_model *m, const struct result_case *c,
                           struct buffer *out)
{
    if (c->nfindings == 0)
        return;
    buffer_append_text(out, "<ul class=findings>");
    write_findings_of(m, c, false, out);
    write_findings_of(m, c, true, out);
    buffer_append_text(out, "</ul>\n");
}

/* ---- the wire log ---- */

/* What stands in the margin of one line. */
struct margin {
    unsigned line; /* of the scenario; 0: none */
    bool is_found; /* a finding points here */
};

static bool is_near(const struct extent *extent, const struct margin *margins, size_t nlines,
                    size_t at)
{
    size_t from = at < extent->naround ? 0 : at - extent->naround;
    for (size_t i = from; i < nlines && i <= at + extent->naround; i++)
        if (margins[i].is_found)
            return true;
    return at < extent->nhead || at + extent->ntail >= nlines;
}

static size_t count_lines(struct span log)
{
    size_t n = 0;
    for (; log.nbytes > 0; n++)
        (void)span_cut(&log, '\n');
    return n;
}

static struct margin *make_margins(const struct html_model *m, const struct result_case *c,
                                   size_t nlines)
{
    struct margin *margins = arena_array(m->arena, nlines + 1, sizeof *margins);
    for (size_t i = 0; i < c->nmatches; i++)
        if (c->matches[i].log_line > 0 && c->matches[i].log_line <= nlines)
            margins[c->matches[i].log_line - 1].line = c->matches[i].line;
    for (size_t i = 0; i < c->nfindings; i++) {
        size_t line = c->findings[i].log_line;
        if (is_observed(&c->findings[i]) || line == 0 || line > nlines)
            continue;
        margins[line - 1].is_found = true;
        if (margins[line - 1].line == 0 && is_in_own_file(c, &c->findings[i]))
            margins[line - 1].line = c->findings[i].line;
    }
    return margins;
}

/* The time in front of a line, in ms; -1: there is none. */
static int64_t time_of(struct span line)
{
    struct span seconds = span_cut(&line, '.');
    struct span part = span_cut(&line, ' ');
    uint32_t s, ms;
    if (part.nbytes != 3 || number_parse_u32(seconds, &s) != 0 || number_parse_u32(part, &ms) != 0)
        return -1;
    return (int64_t)s * 1000 + ms;
}

/* Times tell little where all goes at once; only a pause is told. */
static void write_line(struct span line, int64_t *last_ms, struct buffer *out)
{
    int64_t ms = time_of(line);
    if (ms >= 0) {
        (void)span_cut(&line, ' ');
        if (ms - *last_ms >= LOG_PAUSE_MS)
            buffer_printf(out, "(%.1f s later) ", (double)(ms - *last_ms) / 1000);
        *last_ms = ms;
    }
    html_text(out, span_slice(line, 0, LOG_WIDTH));
    if (line.nbytes > LOG_WIDTH)
        buffer_printf(out, "... (%zu more)", line.nbytes - LOG_WIDTH);
    buffer_append_byte(out, '\n');
}

/* Each line with the scenario's line that it belongs to in front, "!" where something was found. */
static void write_lines(const struct html_model *m, const struct result_case *c, struct buffer *out)
{
    struct span log = span_of(or_empty(c->log));
    size_t nlines = count_lines(log);
    struct margin *margins = make_margins(m, c, nlines);
    const struct extent *extent = m->nlogs_nbytes > LOGS_NBYTES_MANY ? &TIGHT : &USUAL;
    bool is_left_out = false;
    int64_t last_ms = 0;
    for (size_t i = 0; i < nlines; i++) {
        struct span line = span_cut(&log, '\n');
        if (!is_near(extent, margins, nlines, i)) {
            buffer_append_text(out, is_left_out ? "" : "     ...\n");
            is_left_out = true;
            continue;
        }
        is_left_out = false;
        if (margins[i].line > 0)
            buffer_printf(out, "%4u%c", margins[i].line, margins[i].is_found ? '!' : ' ');
        else
            buffer_append_text(out, margins[i].is_found ? "    !" : "     ");
        write_line(line, &last_ms, out);
    }
}

/* A log that was written before, as that of another run of the same, is referred to. */
static void write_log(const struct html_model *m, const struct html_result *r, struct table *logs,
                      struct buffer *out)
{
    struct buffer text = {0};
    write_lines(m, r->result, &text);
    const struct html_result *same = table_get(logs, buffer_span(&text));
    if (text.nbytes == 0) {
        buffer_append_text(out, "<p class=none>No wire log was kept.</p>\n");
    } else if (same != NULL && same->scenario == r->scenario) {
        buffer_printf(out,
                      "<p class=same data-same=e%zu>The wire log is the same as of <a "
                      "href=#e%zu>",
                      same->evidence, same->evidence);
        html_put(out, m->runs[same->run].label);
        buffer_append_text(out, "</a>.</p>\n");
    } else {
        buffer_append_text(out, "<pre class=log>");
        buffer_append(out, buffer_span(&text));
        buffer_append_text(out, "</pre>\n");
        (void)table_put(logs, buffer_span(&text), (void *)r);
    }
    buffer_free(&text);
}

/* ---- a case ---- */

/* The scenario's line where it went wrong, for the script to mark. */
static unsigned line_at_fault(const struct result_case *c)
{
    for (size_t i = 0; i < c->nfindings; i++) {
        const struct result_finding *f = &c->findings[i];
        if (!is_observed(f) && is_in_own_file(c, f))
            return f->line;
    }
    return 0;
}

static void write_reason(const struct result_case *c, struct buffer *out)
{
    bool is_listed = *or_empty(c->expected) != '\0';
    if (*or_empty(c->reason) != '\0') {
        buffer_append_text(out, "<p class=reason>");
        html_put(out, is_listed ? "Known: " : "");
        html_prose(out, c->reason);
        buffer_append_text(out, "</p>\n");
    }
    if (c->is_unexpected) {
        buffer_append_text(out, "<p class=reason><b class=f>not expected</b>");
        if (is_listed) {
            buffer_append_text(out, ": the expectation file lists it as ");
            html_put(out, c->expected);
        }
        buffer_append_text(out, "</p>\n");
    }
}

void html_evidence_write(const struct html_model *m, const struct html_result *r,
                         struct table *logs, struct buffer *out)
{
    const struct result_case *c = r->result;
    buffer_printf(out, "<details class=ev id=e%zu", r->evidence);
    if (line_at_fault(c) > 0)
        buffer_printf(out, " data-line=%u", line_at_fault(c));
    buffer_printf(out, "><summary><b class=%s>%s</b> ", html_verdict_class((int)c->verdict),
                  html_verdict_text((int)c->verdict));
    html_put(out, m->runs[r->run].label);
    buffer_append_text(out, " <code>");
    html_put(out, c->id);
    buffer_append_text(out, "</code></summary>\n");
    write_reason(c, out);
    write_findings(m, c, out);
    write_log(m, r, logs, out);
    if (*or_empty(c->reproduce) != '\0') {
        buffer_append_text(out, "<p class=again>Again: <code>");
        html_put(out, c->reproduce);
        buffer_append_text(out, "</code></p>\n");
    }
    buffer_append_text(out, "</details>\n");
}
