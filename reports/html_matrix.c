#include "reports/html_parts.h"

#include <string.h>

static const char *group_of(const struct html_requirement *r)
{
    return r->facts == NULL || r->facts->group == NULL ? "" : r->facts->group;
}

static const char *group_title(const struct html_model *m, const char *name)
{
    for (size_t i = 0; i < m->facts->ngroups; i++)
        if (strcmp(m->facts->groups[i].name, name) == 0)
            return m->facts->groups[i].title;
    return "";
}

static bool is_shown(const struct html_model *m, const struct html_requirement *r)
{
    for (size_t run = 0; run < m->nruns; run++)
        if (html_is_asked(m, r, run))
            return true;
    return false;
}

/* ---- filters ---- */

static void write_option(struct buffer *out, const char *value, const char *text)
{
    buffer_append_text(out, "<option value=\"");
    html_put(out, value);
    buffer_append_text(out, "\">");
    html_put(out, text);
}

static void write_areas(const struct html_model *m, struct buffer *out)
{
    if (m->facts->ngroups == 0)
        return;
    buffer_append_text(out, "<label>area <select name=area><option value=\"\">all");
    for (size_t i = 0; i < m->facts->ngroups; i++)
        write_option(
            out, m->facts->groups[i].name,
            arena_printf(m->arena, "%s %s", m->facts->groups[i].name, m->facts->groups[i].title));
    buffer_append_text(out, "</select></label>\n");
}

static void write_targets(const struct html_model *m, struct buffer *out)
{
    if (m->nruns < 2)
        return;
    buffer_append_text(out, "<label>in <select name=target><option value=\"\">any target");
    for (size_t i = 0; i < m->nruns; i++) {
        buffer_printf(out, "<option value=%zu>", i);
        html_put(out, m->runs[i].label);
    }
    buffer_append_text(out, "</select></label>\n");
}

static void write_filters(const struct html_model *m, struct buffer *out)
{
    buffer_append_text(out, "<form class=filter data-of=matrix role=search aria-label=\"Filter "
                            "the matrix\" hidden>\n");
    if (m->facts->nrequirements > 0)
        buffer_append_text(out, "<label>level <select name=level><option value=\"\">all<option>"
                                "must<option>should<option>may</select></label>\n");
    buffer_append_text(out, "<label>verdict <select name=verdict><option value=\"\">all");
    if (m->nruns > 1)
        write_option(out, "differ", "targets differ");
    write_option(out, "not-met", "not met (warn, fail, crash)");
    for (int v = 0; v < RESULT_NVERDICTS; v++)
        if (v != RESULT_SKIP)
            write_option(out, html_verdict_text(v), html_verdict_text(v));
    write_option(out, "unjudged", "not judged");
    buffer_append_text(out, "</select></label>\n");
    write_targets(m, out);
    write_areas(m, out);
    buffer_append_text(out, "<label>text <input type=search name=text size=18 autocomplete=off "
                            "spellcheck=false></label>\n<button type=reset>clear</button>\n"
                            "<output aria-live=polite></output></form>\n");
}

/* ---- rows ---- */

static void write_row(const struct html_model *m, const struct html_requirement *r,
                      struct buffer *out)
{
    buffer_printf(out, "<tr><th scope=row><a href=\"#%s\">", r->anchor);
    html_put(out, r->id);
    buffer_append_text(out, "</a><td class=what>");
    html_put(out, r->statement);
    buffer_append_text(out, "<td class=page>");
    html_put(out, r->page);
    buffer_printf(out, "<td class=level>%s", html_level(r));
    for (size_t run = 0; run < m->nruns; run++) {
        const struct html_result *worst = r->worst[run];
        bool is_telling = r->verdicts[run] != HTML_UNKNOWN && r->verdicts[run] != RESULT_PASS;
        if (html_is_asked(m, r, run))
            html_verdict_cell(out, r->verdicts[run],
                              is_telling && worst != NULL ? worst->evidence : 0);
        else
            buffer_append_text(out, "<td class=x>");
    }
    buffer_append_byte(out, '\n');
}

static void write_group(const struct html_model *m, const char *group, struct buffer *out)
{
    if (*group == '\0')
        buffer_append_text(out, "<tbody data-area=\"\">\n");
    else
        buffer_printf(out,
                      "<tbody data-area=\"%s\" id=\"a-%s\"><tr class=g><th scope=rowgroup "
                      "colspan=%zu>%s ",
                      group, group, 4 + m->nruns, group);
    html_put(out, group_title(m, group));
    buffer_append_byte(out, '\n');
}

void html_matrix_write(const struct html_model *m, struct buffer *out)
{
    const char *group = NULL;
    buffer_append_text(
        out, "<section class=view id=matrix aria-labelledby=h-matrix>\n<h2 id=h-matrix "
             "tabindex=-1>Requirements by target</h2>\n<p>The worst verdict of all cases that "
             "check the requirement. A dash: no case judged it. The name leads to the "
             "requirement, the verdict to a case.</p>\n");
    write_filters(m, out);
    buffer_append_text(out, "<div class=scroll role=region tabindex=0 aria-label=\"Matrix\"><table "
                            "class=\"grid matrix\"><thead><tr><th scope=col>requirement<th "
                            "scope=col class=what>what it asks<th scope=col class=page>page<th "
                            "scope=col>level");
    html_run_heads(m, out);
    for (size_t i = 0; i < m->nrequirements; i++) {
        const struct html_requirement *r = m->requirements[i];
        if (!is_shown(m, r))
            continue;
        if (group == NULL || strcmp(group, group_of(r)) != 0) {
            group = group_of(r);
            write_group(m, group, out);
        }
        write_row(m, r, out);
    }
    buffer_append_text(out, "</table></div>\n</section>\n");
}
