#include "reports/html_parts.h"

#include <string.h>

/* Of the requirements of one area that are asked of what was tested. */
struct area {
    size_t ntestable, ncovered, nuntestable, nproven;
};

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static bool is_of_side(const struct html_model *m, const struct html_requirement *r)
{
    if (r->facts == NULL || strcmp(or_empty(r->facts->side), "both") == 0)
        return true;
    for (size_t run = 0; run < m->nruns; run++)
        if (strcmp(or_empty(r->facts->side), m->runs[run].side) == 0)
            return true;
    return false;
}

static bool is_untestable(const struct html_requirement *r)
{
    return r->facts != NULL && r->facts->untestable != NULL;
}

static void area_add(struct area *area, const struct html_requirement *r)
{
    if (is_untestable(r)) {
        area->nuntestable++;
        return;
    }
    area->ntestable++;
    area->ncovered += r->nscenarios > 0;
    area->nproven += r->nfaults > 0;
}

static void write_row(const struct html_model *m, const char *name, const struct area *area,
                      const size_t *njudged, struct buffer *out)
{
    buffer_append_text(out, "<tr><th scope=row>");
    html_put(out, name);
    buffer_printf(out, "<td class=num>%zu<td class=num>%zu<td class=num>%zu", area->ntestable,
                  area->ncovered, area->nuntestable);
    if (m->facts->nfaults > 0)
        buffer_printf(out, "<td class=num>%zu", area->nproven);
    for (size_t run = 0; run < m->nruns; run++)
        buffer_printf(out, "<td class=num>%zu", njudged[run]);
    buffer_append_byte(out, '\n');
}

static void write_group(const struct html_model *m, const struct facts_group *group,
                        struct area *total, size_t *total_judged, struct buffer *out)
{
    struct area area = {0};
    size_t *njudged = arena_array(m->arena, m->nruns, sizeof *njudged);
    for (size_t i = 0; i < m->nrequirements; i++) {
        const struct html_requirement *r = m->requirements[i];
        if (r->facts == NULL || strcmp(or_empty(r->facts->group), group->name) != 0 ||
            !is_of_side(m, r))
            continue;
        area_add(&area, r);
        area_add(total, r);
        for (size_t run = 0; run < m->nruns; run++) {
            int v = r->verdicts[run];
            bool is_judged = v != HTML_UNKNOWN && v != RESULT_BLOCKED;
            njudged[run] += is_judged;
            total_judged[run] += is_judged;
        }
    }
    if (area.ntestable + area.nuntestable > 0)
        write_row(m, arena_printf(m->arena, "%s %s", group->name, group->title), &area, njudged,
                  out);
}

static void write_table(const struct html_model *m, struct buffer *out)
{
    struct area total = {0};
    size_t *njudged = arena_array(m->arena, m->nruns, sizeof *njudged);
    buffer_append_text(out, "<div class=scroll role=region tabindex=0 aria-label=\"Coverage\">"
                            "<table class=\"grid cover\"><thead><tr><th scope=col>area<th "
                            "scope=col>can be tested<th scope=col>checked by a scenario<th "
                            "scope=col>cannot be tested");
    if (m->facts->nfaults > 0)
        buffer_append_text(out, "<th scope=col>proven by a seeded fault");
    for (size_t run = 0; run < m->nruns; run++) {
        buffer_append_text(out, "<th scope=col>judged: ");
        html_put(out, m->runs[run].label);
    }
    buffer_append_text(out, "<tbody>\n");
    for (size_t g = 0; g < m->facts->ngroups; g++)
        write_group(m, &m->facts->groups[g], &total, njudged, out);
    buffer_append_text(out, "<tbody class=total>");
    write_row(m, "all", &total, njudged, out);
    buffer_append_text(out, "</table></div>\n");
}

static void write_link(const struct html_requirement *r, struct buffer *out)
{
    buffer_printf(out, "<li><a href=\"#%s\">", r->anchor);
    html_put(out, r->id);
    buffer_append_text(out, "</a>");
}

static void write_uncovered(const struct html_model *m, struct buffer *out)
{
    size_t n = 0;
    buffer_append_text(out, "<h3>Checked by no scenario</h3>\n<ul>");
    for (size_t i = 0; i < m->nrequirements; i++) {
        const struct html_requirement *r = m->requirements[i];
        if (is_untestable(r) || r->nscenarios > 0 || !is_of_side(m, r))
            continue;
        write_link(r, out);
        n++;
    }
    buffer_append_text(out, n == 0 ? "<li>none</ul>\n" : "</ul>\n");
}

static void write_untestable(const struct html_model *m, struct buffer *out)
{
    size_t n = 0;
    buffer_append_text(out, "<h3>Cannot be tested over the wire</h3>\n<ul>");
    for (size_t i = 0; i < m->nrequirements; i++) {
        const struct html_requirement *r = m->requirements[i];
        if (!is_untestable(r) || !is_of_side(m, r))
            continue;
        write_link(r, out);
        buffer_append_text(out, ": ");
        html_prose(out, r->facts->untestable);
        n++;
    }
    buffer_append_text(out, n == 0 ? "<li>none</ul>\n" : "</ul>\n");
}

void html_coverage_write(const struct html_model *m, struct buffer *out)
{
    buffer_append_text(out, "<section class=view id=coverage aria-labelledby=h-coverage>\n<h2 "
                            "id=h-coverage tabindex=-1>Coverage of the requirements</h2>\n");
    if (m->facts->nrequirements == 0) {
        buffer_append_text(out,
                           "<p class=none>The catalogue of requirements is not at hand.</p>\n");
    } else {
        write_table(m, out);
        write_uncovered(m, out);
        write_untestable(m, out);
    }
    buffer_append_text(out, "</section>\n");
}
