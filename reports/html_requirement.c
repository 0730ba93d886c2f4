#include <string.h>

#include "reports/html_parts.h"

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static void write_term(struct buffer *out, const char *term, const char *text)
{
    if (*or_empty(text) == '\0')
        return;
    buffer_printf(out, "<dt>%s<dd>", term);
    html_prose(out, text);
}

static void write_facts(const struct html_model *m, const struct html_requirement *r,
                        struct buffer *out)
{
    const struct facts_requirement *f = r->facts;
    buffer_append_text(out, "<dl><dt>where<dd>");
    html_put(out, m->source);
    buffer_append_text(out, " p. ");
    html_prose(out, r->page);
    if (f != NULL) {
        buffer_append_text(out, "<dt>level<dd>");
        html_put(out, r->level);
        buffer_append_text(out, " <small>(of ");
        html_put(out, or_empty(f->side)[0] == 'b' ? "either side" : f->side);
        buffer_append_text(out, ")</small>");
        write_term(out, "judged", f->judgement);
        write_term(out, "applies", f->condition);
        write_term(out, "grading", f->grading);
        write_term(out, "test", f->test);
        write_term(out, "catches", f->defect);
        write_term(out, "not tested", f->untestable);
    }
    buffer_append_text(out, "</dl>\n");
}

static const struct facts_reading *find_reading(const struct html_model *m, unsigned number)
{
    for (size_t i = 0; i < m->facts->nreadings; i++)
        if (m->facts->readings[i].number == number)
            return &m->facts->readings[i];
    return NULL;
}

static void write_readings(const struct html_model *m, const struct html_requirement *r,
                           struct buffer *out)
{
    for (size_t i = 0; r->facts != NULL && i < r->facts->nreadings; i++) {
        const struct facts_reading *reading = find_reading(m, r->facts->readings[i]);
        if (reading == NULL)
            continue;
        buffer_printf(out, "<p class=reading><a href=#b%u>B%u</a> <i>", reading->number,
                      reading->number);
        html_prose(out, reading->topic);
        buffer_append_text(out, "</i> Adopted: ");
        html_prose(out, reading->adopted);
        buffer_append_text(out, "</p>\n");
    }
}

static void write_scenarios(const struct html_model *m, const struct html_requirement *r,
                            struct buffer *out)
{
    if (r->nscenarios == 0) {
        buffer_append_text(out, "<p class=none>No scenario checks it.</p>\n");
        return;
    }
    buffer_append_text(out, "<div class=scroll role=region tabindex=0 aria-label=\"Scenarios\">"
                            "<table class=grid><thead><tr><th scope=col>checked by");
    html_run_heads(m, out);
    buffer_append_text(out, "<tbody>\n");
    for (size_t i = 0; i < r->nscenarios; i++) {
        const struct html_scenario *s = r->scenarios[i];
        buffer_append_text(out, "<tr><th scope=row>");
        if (s->ncases > 0)
            buffer_printf(out, "<a href=\"#%s\">", s->anchor);
        html_put(out, s->id);
        buffer_append_text(out, s->ncases > 0 ? "</a>" : "");
        for (size_t run = 0; run < m->nruns; run++) {
            struct html_result *worst;
            int verdict = html_scenario_verdict(s, r->id, run, &worst);
            bool is_told = worst != NULL && html_is_telling((enum result_verdict)verdict);
            html_verdict_cell(out, verdict, is_told ? worst->evidence : 0);
        }
        buffer_append_byte(out, '\n');
    }
    buffer_append_text(out, "</table></div>\n");
}

static void write_faults(const struct html_requirement *r, struct buffer *out)
{
    if (r->nfaults == 0)
        return;
    buffer_printf(out,
                  "<details class=faults><summary>%zu seeded fault%s it, in copies of the bundled "
                  "implementation that the suite finds</summary><ul>",
                  r->nfaults, r->nfaults == 1 ? " breaks" : "s break");
    for (size_t i = 0; i < r->nfaults; i++) {
        buffer_append_text(out, "<li><code>");
        html_put(out, r->faults[i]->id);
        buffer_append_text(out, "</code> ");
        html_put(out, r->faults[i]->claim);
    }
    buffer_append_text(out, "</ul></details>\n");
}

static void write_requirement(const struct html_model *m, const struct html_requirement *r,
                              struct buffer *out)
{
    buffer_printf(out, "<details class=req id=\"%s\"><summary><h3>", r->anchor);
    html_put(out, r->id);
    buffer_append_text(out, "</h3> ");
    html_prose(out, r->statement);
    buffer_append_text(out, "</summary>\n");
    write_facts(m, r, out);
    write_readings(m, r, out);
    write_scenarios(m, r, out);
    write_faults(r, out);
    buffer_append_text(out, "</details>\n");
}

void html_requirements_write(const struct html_model *m, struct buffer *out)
{
    const char *group = "";
    buffer_append_text(out, "<section class=view id=requirements aria-labelledby=h-requirements>\n"
                            "<h2 id=h-requirements tabindex=-1>Requirements</h2>\n");
    for (size_t i = 0; i < m->nrequirements; i++) {
        const struct html_requirement *r = m->requirements[i];
        const char *name = r->facts == NULL ? "" : or_empty(r->facts->group);
        if (strcmp(group, name) != 0) {
            group = name;
            buffer_append_text(out, "<p class=area>");
            html_put(out, group);
            for (size_t g = 0; g < m->facts->ngroups; g++)
                if (strcmp(m->facts->groups[g].name, group) == 0) {
                    buffer_append_byte(out, ' ');
                    html_put(out, m->facts->groups[g].title);
                }
            buffer_append_text(out, "</p>\n");
        }
        write_requirement(m, r, out);
    }
    buffer_append_text(out, "</section>\n");
}

/* ---- readings ---- */

static void write_users(const struct html_model *m, unsigned number, struct buffer *out)
{
    const char *separator = "<dt>used by<dd>";
    for (size_t i = 0; i < m->nrequirements; i++) {
        const struct html_requirement *r = m->requirements[i];
        for (size_t k = 0; r->facts != NULL && k < r->facts->nreadings; k++) {
            if (r->facts->readings[k] != number)
                continue;
            buffer_printf(out, "%s<a href=\"#%s\">", separator, r->anchor);
            html_put(out, r->id);
            buffer_append_text(out, "</a>");
            separator = ", ";
        }
    }
}

void html_readings_write(const struct html_model *m, struct buffer *out)
{
    if (m->facts->nreadings == 0)
        return;
    buffer_append_text(out, "<section class=view id=readings aria-labelledby=h-readings>\n<h2 "
                            "id=h-readings tabindex=-1>Readings of ambiguous places</h2>\n<p>Where "
                            "the RFC can be read in more than one way, the reading that the "
                            "scenarios and the checker follow.</p>\n");
    for (size_t i = 0; i < m->facts->nreadings; i++) {
        const struct facts_reading *reading = &m->facts->readings[i];
        buffer_printf(out, "<details class=rd id=b%u><summary><h3>B%u</h3> ", reading->number,
                      reading->number);
        html_prose(out, reading->topic);
        buffer_append_text(out, "</summary><dl>");
        write_term(out, "readings", reading->competing);
        write_term(out, "practice", reading->practice);
        write_term(out, "adopted", reading->adopted);
        write_term(out, "judged", reading->verdicts);
        write_users(m, reading->number, out);
        buffer_append_text(out, "</dl></details>\n");
    }
    buffer_append_text(out, "</section>\n");
}
