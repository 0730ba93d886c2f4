#include "reports/html_parts.h"

#include <stdlib.h>

#include "reports/digest.h"

extern const unsigned char report_css[];
extern const size_t report_css_nbytes;
extern const unsigned char report_js[];
extern const size_t report_js_nbytes;

enum { FEW_RUNS = 3 }; /* whose names stand upright above their columns */

static struct span style(void)
{
    return span_make((const char *)report_css, report_css_nbytes);
}

static struct span script(void)
{
    return span_make((const char *)report_js, report_js_nbytes);
}

static const char *dialect_of(const struct html_model *m)
{
    const char *dialect = m->nruns == 0 ? NULL : m->runs[0].run->header.dialect;
    char *name =
        arena_text(m->arena, span_of(dialect == NULL || *dialect == '\0' ? "imap2" : dialect));
    for (char *c = name; *c != '\0'; c++)
        *c = char_upper(*c);
    return name;
}

static void write_title(const struct html_model *m, struct buffer *out)
{
    html_put(out, dialect_of(m));
    buffer_append_text(out, " compliance");
    for (size_t i = 0; i < m->nruns && i < 4; i++) {
        buffer_append_text(out, i == 0 ? ": " : ", ");
        html_put(out, m->runs[i].label);
    }
    if (m->nruns > 4)
        buffer_printf(out, " and %zu more", m->nruns - 4);
}

/* Nothing is loaded from anywhere, and no other script than ours runs, whatever the page holds. */
static void write_head(const struct html_model *m, struct buffer *out)
{
    const char *version = m->nruns == 0 ? "" : m->runs[0].run->header.version;
    buffer_append_text(out,
                       "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                       "'none'; img-src data:; style-src '");
    digest_source_write(style(), out);
    buffer_append_text(out, "'; script-src '");
    digest_source_write(script(), out);
    buffer_append_text(out, "'; base-uri 'none'; form-action 'none'\">\n"
                            "<meta name=\"viewport\" content=\"width=device-width, "
                            "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light "
                            "dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
                            "<meta name=\"generator\" content=\"imapspec ");
    html_put(out, version);
    buffer_append_text(out, "\">\n<link rel=\"icon\" href=\"data:,\">\n<title>");
    write_title(m, out);
    buffer_append_text(out, "</title>\n<style>");
    buffer_append(out, style());
    buffer_append_text(out, "</style>\n</head>\n");
}

static void write_part_link(struct buffer *out, const char *id, const char *name)
{
    buffer_printf(out, "<li><a href=\"#%s\">%s</a></li>", id, name);
}

static void write_header(const struct html_model *m, struct buffer *out)
{
    buffer_append_text(out, m->nruns <= FEW_RUNS ? "<body class=\"few\">\n" : "<body>\n");
    buffer_append_text(out, "<a class=\"jump\" href=\"#main\">Skip to the content</a>\n"
                            "<header class=\"top\"><p class=\"brand\">");
    html_put(out, dialect_of(m));
    buffer_append_text(out, " compliance</p>\n<nav aria-label=\"Parts of the report\"><ul>");
    write_part_link(out, "overview", "Overview");
    if (html_changes_exist(m))
        write_part_link(out, "changes", "Changes");
    write_part_link(out, "matrix", "Matrix");
    write_part_link(out, "scenarios", "Scenarios");
    write_part_link(out, "profile", "Behaviour");
    write_part_link(out, "coverage", "Coverage");
    write_part_link(out, "requirements", "Requirements");
    if (m->facts->nreadings > 0)
        write_part_link(out, "readings", "Readings");
    buffer_append_text(out, "</ul></nav></header>\n<main id=\"main\" tabindex=\"-1\">\n<h1>");
    write_title(m, out);
    buffer_append_text(out, "</h1>\n");
}

static void write_footer(const struct html_model *m, struct buffer *out)
{
    buffer_append_text(out, "</main>\n<footer><p>Made by imapspec");
    if (m->nruns > 0) {
        buffer_append_byte(out, ' ');
        html_put(out, m->runs[0].run->header.version);
    }
    buffer_append_text(out, ". Page numbers are those of ");
    html_put(out, m->source);
    buffer_append_text(out, ". This file needs nothing but itself.</p></footer>\n<script>");
    buffer_append(out, script());
    buffer_append_text(out, "</script>\n</body>\n</html>\n");
}

void html_run_heads(const struct html_model *m, struct buffer *out)
{
    for (size_t i = 0; i < m->nruns; i++) {
        buffer_append_text(out, "<th scope=col class=t><span>");
        html_put(out, m->runs[i].label);
        buffer_append_text(out, "</span>");
    }
}

const char *html_level(const struct html_requirement *r)
{
    return r->facts == NULL ? "" : r->level;
}

void result_html_write(const struct result_run *const *runs, size_t nruns,
                       const struct report_facts *facts, const struct html_options *options,
                       struct buffer *out)
{
    struct arena arena = {0};
    struct html_model m;
    html_model_make(&m, runs, nruns, facts, options, &arena);
    write_head(&m, out);
    write_header(&m, out);
    html_overview_write(&m, out);
    html_changes_write(&m, out);
    html_matrix_write(&m, out);
    html_scenarios_write(&m, out);
    html_profile_write(&m, out);
    html_coverage_write(&m, out);
    html_requirements_write(&m, out);
    html_readings_write(&m, out);
    write_footer(&m, out);
    html_model_free(&m);
    arena_free(&arena);
}
