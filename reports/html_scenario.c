#include "reports/html_parts.h"

#include <string.h>

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static size_t count_results(const struct html_scenario *s)
{
    size_t n = 0;
    for (size_t c = 0; c < s->ncases; c++)
        n += s->cases[c] != NULL;
    return n;
}

/* The worst of the scenario's cases in a run. Skipped or blocked counts when nothing else is. */
static int worst_of(const struct html_scenario *s, size_t run)
{
    int worst = HTML_UNKNOWN;
    for (size_t c = 0; c < s->ncases; c++) {
        const struct html_result *r = s->cases[c]->results[run];
        if (r == NULL)
            continue;
        int v = (int)r->result->verdict;
        if (worst == HTML_UNKNOWN || worst == RESULT_SKIP ||
            (v != RESULT_SKIP && html_verdict_worse(worst, v) == v))
            worst = v;
    }
    return worst;
}

/* ---- list ---- */

static void write_filters(struct buffer *out)
{
    buffer_append_text(out, "<form class=filter data-of=scenarios role=search aria-label=\"Filter "
                            "the scenarios\" hidden>\n<label>verdict <select name=verdict><option "
                            "value=\"\">all<option value=not-met>not met (warn, fail, crash)");
    for (int v = 0; v < RESULT_NVERDICTS; v++)
        buffer_printf(out, "<option>%s", html_verdict_text(v));
    buffer_append_text(out, "</select></label>\n<label>text <input type=search name=text size=24 "
                            "autocomplete=off spellcheck=false></label>\n<button type=reset>clear"
                            "</button>\n<output aria-live=polite></output></form>\n");
}

static void write_row(const struct html_model *m, const struct html_scenario *s, struct buffer *out)
{
    buffer_printf(out, "<tr><th scope=row><a href=\"#%s\">", s->anchor);
    html_put(out, s->id);
    buffer_append_text(out, "</a><td class=what>");
    html_put(out, s->claim);
    buffer_printf(out, "<td class=num>%zu", s->ncases);
    for (size_t run = 0; run < m->nruns; run++)
        html_verdict_cell(out, worst_of(s, run), 0);
    buffer_append_byte(out, '\n');
}

static void write_list(const struct html_model *m, struct buffer *out)
{
    buffer_append_text(out, "<div class=scroll role=region tabindex=0 aria-label=\"Scenarios\">"
                            "<table class=\"grid list\"><thead><tr><th scope=col>scenario<th "
                            "scope=col class=what>claim<th scope=col>cases");
    html_run_heads(m, out);
    buffer_append_text(out, "<tbody>\n");
    for (size_t i = 0; i < m->nscenarios; i++)
        if (count_results(m->scenarios[i]) > 0)
            write_row(m, m->scenarios[i], out);
    buffer_append_text(out, "</table></div>\n");
}

/* ---- one ---- */

/* What stands behind the scenario's ID in a case's: its axis values and order. */
static const char *variant(const struct html_scenario *s, const struct html_case *c)
{
    size_t n = strlen(s->id);
    const char *rest = strncmp(c->id, s->id, n) == 0 ? c->id + n : c->id;
    return *rest == '/' ? rest + 1 : *rest == '\0' ? "the only case" : rest;
}

static void write_cases(const struct html_model *m, const struct html_scenario *s,
                        struct buffer *out)
{
    buffer_append_text(out, "<div class=scroll role=region tabindex=0 aria-label=\"Cases\"><table "
                            "class=grid><thead><tr><th scope=col>case");
    html_run_heads(m, out);
    buffer_append_text(out, "<tbody>\n");
    for (size_t c = 0; c < s->ncases; c++) {
        buffer_append_text(out, "<tr><th scope=row>");
        html_put(out, variant(s, s->cases[c]));
        for (size_t run = 0; run < m->nruns; run++) {
            const struct html_result *r = s->cases[c]->results[run];
            html_verdict_cell(out, r == NULL ? HTML_UNKNOWN : (int)r->result->verdict,
                              r == NULL ? 0 : r->evidence);
        }
        buffer_append_byte(out, '\n');
    }
    buffer_append_text(out, "</table></div>\n");
}

/* Why cases were skipped: each run's first reason. */
static void write_skips(const struct html_model *m, const struct html_scenario *s,
                        struct buffer *out)
{
    for (size_t run = 0; run < m->nruns; run++) {
        const struct result_case *skipped = NULL;
        for (size_t c = 0; c < s->ncases && skipped == NULL; c++) {
            const struct html_result *r = s->cases[c]->results[run];
            if (r != NULL && r->result->verdict == RESULT_SKIP)
                skipped = r->result;
        }
        if (skipped == NULL || *or_empty(skipped->reason) == '\0')
            continue;
        buffer_append_text(out, "<p class=why>");
        html_put(out, m->runs[run].label);
        buffer_append_text(out, " skipped: ");
        html_put(out, skipped->reason);
        buffer_append_text(out, "</p>\n");
    }
}

static void write_covers(const struct html_model *m, const struct html_scenario *s,
                         struct buffer *out)
{
    buffer_append_text(out, "<p class=covers>Checks");
    for (size_t i = 0; i < s->facts->ncovers; i++) {
        const struct html_requirement *r = html_model_requirement(m, s->facts->covers[i]);
        buffer_append_text(out, i == 0 ? " " : ", ");
        if (r != NULL)
            buffer_printf(out, "<a href=\"#%s\">", r->anchor);
        html_put(out, s->facts->covers[i]);
        buffer_append_text(out, r != NULL ? "</a>" : "");
    }
    buffer_append_text(out, "</p>\n");
}

/* Lines with their numbers: the margin of wire logs refers to them. */
static void write_source(const struct html_scenario *s, struct buffer *out)
{
    struct span text = s->facts->text;
    if (s->is_changed)
        buffer_append_text(out, "<p class=reason><b class=w>note</b> This is not the text that was "
                                "played: the scenario has changed since.</p>\n");
    buffer_printf(out, "<pre class=src data-first=%u>", s->facts->line);
    for (unsigned line = s->facts->line; text.nbytes > 0; line++) {
        buffer_printf(out, "%4u ", line);
        html_text(out, span_cut(&text, '\n'));
        buffer_append_byte(out, '\n');
    }
    buffer_append_text(out, "</pre>\n");
}

static void write_scenario(const struct html_model *m, const struct html_scenario *s,
                           struct table *logs, struct buffer *out)
{
    buffer_printf(out, "<details class=scn id=\"%s\"><summary><h3>", s->anchor);
    html_put(out, s->id);
    buffer_append_text(out, "</h3> ");
    html_put(out, s->claim);
    buffer_append_text(out, "</summary>\n");
    if (s->facts != NULL)
        write_covers(m, s, out);
    write_cases(m, s, out);
    write_skips(m, s, out);
    for (size_t c = 0; c < s->ncases; c++)
        for (size_t run = 0; run < m->nruns; run++) {
            const struct html_result *r = s->cases[c]->results[run];
            if (r != NULL && r->evidence > 0)
                html_evidence_write(m, r, logs, out);
        }
    buffer_append_text(out, "<details class=text><summary>the scenario, ");
    html_put(out, s->file);
    buffer_printf(out, " line %u</summary>\n", s->line);
    if (s->facts != NULL && s->facts->text.nbytes > 0)
        write_source(s, out);
    else
        buffer_append_text(out, "<p class=none>Its text is not at hand.</p>\n");
    buffer_append_text(out, "</details></details>\n");
}

void html_scenarios_write(const struct html_model *m, struct buffer *out)
{
    struct table logs = {0};
    buffer_append_text(
        out, "<section class=view id=scenarios aria-labelledby=h-scenarios>\n<h2 id=h-scenarios "
             "tabindex=-1>Scenarios</h2>\n<div class=all><p>The worst verdict of each scenario's "
             "cases. A case is a scenario with one choice of its axis values and orders.</p>\n");
    write_filters(out);
    write_list(m, out);
    buffer_append_text(
        out, "<h3>Each scenario</h3>\n<p>With the wire log of what did not simply pass, and of "
             "one case otherwise: in front of each line the number of the scenario's line that "
             "it belongs to, and <code>!</code> where something was found.</p></div>\n");
    for (size_t i = 0; i < m->nscenarios; i++)
        if (count_results(m->scenarios[i]) > 0)
            write_scenario(m, m->scenarios[i], &logs, out);
    buffer_append_text(out, "</section>\n");
    table_free(&logs);
}
