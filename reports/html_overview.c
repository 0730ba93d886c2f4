#include <string.h>

#include "reports/html_parts.h"

/* Requirements of one level ("" : of any) in one run. */
static struct html_count count_level(const struct html_model *m, const char *level, size_t run)
{
    struct html_count count = {0};
    for (size_t i = 0; i < m->nrequirements; i++)
        if (*level == '\0' || strcmp(html_level(m->requirements[i]), level) == 0)
            html_count_add(m, &count, m->requirements[i], run);
    return count;
}

/* ---- a run ---- */

static void write_segment(struct buffer *out, const char *class, size_t *x, size_t width)
{
    if (width > 0)
        buffer_printf(out, "<rect class=%s x=%zu width=%zu height=1 />", class, *x, width);
    *x += width;
}

/* All requirements that are asked, as one line of blocks. */
static void write_bar(const struct html_count *count, struct buffer *out)
{
    size_t x = 0;
    const size_t *n = count->nverdicts;
    size_t nfailed = n[RESULT_FAIL] + n[RESULT_CRASH] + n[RESULT_ERROR];
    buffer_printf(out,
                  "<svg class=bar viewBox=\"0 0 %zu 1\" preserveAspectRatio=none role=img "
                  "aria-label=\"%zu met, %zu warned, %zu failed, %zu not judged\">",
                  count->nasked == 0 ? 1 : count->nasked, count->nmet, n[RESULT_WARN], nfailed,
                  count->nasked - count->njudged);
    write_segment(out, "p", &x, count->nmet);
    write_segment(out, "w", &x, n[RESULT_WARN]);
    write_segment(out, "f", &x, nfailed);
    buffer_append_text(out, "</svg>");
}

static void write_share(const struct html_count *count, struct buffer *out)
{
    if (count->njudged == 0)
        buffer_append_text(out, "<td class=num>\xe2\x80\x93");
    else
        buffer_printf(out, "<td class=num>%zu<small> of %zu</small>", count->nmet, count->njudged);
}

static void write_run(const struct html_model *m, size_t run, struct buffer *out)
{
    const struct html_run *r = &m->runs[run];
    struct html_count all = count_level(m, "", run);
    struct html_count must = count_level(m, "must", run);
    struct html_count should = count_level(m, "should", run);
    const size_t *n = r->summary.nverdicts;
    buffer_append_text(out, "<tr><th scope=row>");
    html_put(out, r->label);
    buffer_append_text(out, "<small>");
    html_put(out, r->run->header.title);
    if (r->run->is_cut)
        buffer_append_text(out, " (the run was cut short)");
    buffer_append_text(out, "</small><td>");
    html_badge_write(m, run, out);
    buffer_append_text(out, "<td class=wide>");
    write_bar(&all, out);
    write_share(&must, out);
    write_share(&should, out);
    buffer_printf(out, "<td class=num>%zu<td class=num>%zu", all.njudged - all.nmet,
                  all.nasked - all.njudged);
    buffer_printf(out, "<td class=num>%zu<td class=num>%zu<td class=num>%zu<td class=num>%zu",
                  n[RESULT_PASS] + n[RESULT_NONSTRICT], n[RESULT_WARN],
                  n[RESULT_FAIL] + n[RESULT_CRASH] + n[RESULT_ERROR],
                  n[RESULT_SKIP] + n[RESULT_BLOCKED]);
    buffer_printf(out, "<td class=num>%zu\n", r->summary.nunexpected);
}

static void write_runs(const struct html_model *m, struct buffer *out)
{
    buffer_append_text(
        out, "<div class=scroll role=region tabindex=0 aria-label=\"Targets\">"
             "<table class=runs><thead><tr><th rowspan=2 scope=col>target<td rowspan=2><td "
             "rowspan=2 class=wide><th colspan=4 scope=colgroup>requirements<th colspan=5 "
             "scope=colgroup>cases<tr><th scope=col>MUST met<th scope=col>SHOULD met<th "
             "scope=col>not met<th scope=col>not judged<th scope=col>passed<th scope=col>warned"
             "<th scope=col>failed<th scope=col>not played<th scope=col>unexpected<tbody>\n");
    for (size_t i = 0; i < m->nruns; i++)
        write_run(m, i, out);
    buffer_append_text(
        out, "</table></div>\n<p class=key>The bar: <b class=p>met</b> <b class=w>should have "
             "been met</b> <b class=f>not met</b> <b class=u>not judged</b></p>\n<p "
             "class=key>A requirement is not met when any case that checks it says so; it is not "
             "judged when what the test needs is absent, or was not reached.</p>\n");
}

/* ---- areas ---- */

static bool is_of_group(const struct html_requirement *r, const struct facts_group *group)
{
    return r->facts != NULL && r->facts->group != NULL && strcmp(r->facts->group, group->name) == 0;
}

static void write_area_cell(const struct html_count *count, struct buffer *out)
{
    const size_t *n = count->nverdicts;
    bool fails = n[RESULT_FAIL] + n[RESULT_CRASH] + n[RESULT_ERROR] > 0;
    const char *class = count->njudged == 0 ? "u" : fails ? "f" : n[RESULT_WARN] > 0 ? "w" : "p";
    if (count->njudged == 0)
        buffer_printf(out, "<td class=%s>\xe2\x80\x93", class);
    else
        buffer_printf(out, "<td class=%s>%zu/%zu", class, count->nmet, count->njudged);
}

static void write_area(const struct html_model *m, const struct facts_group *group,
                       struct buffer *out)
{
    size_t nall = 0;
    struct buffer cells = {0};
    for (size_t run = 0; run < m->nruns; run++) {
        struct html_count count = {0};
        for (size_t i = 0; i < m->nrequirements; i++)
            if (is_of_group(m->requirements[i], group))
                html_count_add(m, &count, m->requirements[i], run);
        nall += count.nasked;
        write_area_cell(&count, &cells);
    }
    if (nall > 0) {
        buffer_printf(out, "<tr><th scope=row><a href=\"#a-%s\">%s ", group->name, group->name);
        html_put(out, group->title);
        buffer_append_text(out, "</a>");
        buffer_append(out, buffer_span(&cells));
        buffer_append_byte(out, '\n');
    }
    buffer_free(&cells);
}

static void write_areas(const struct html_model *m, struct buffer *out)
{
    if (m->facts->ngroups == 0)
        return;
    buffer_append_text(out, "<h3>By area</h3>\n<p>Requirements met, of those judged.</p>\n"
                            "<div class=scroll role=region tabindex=0 aria-label=\"Areas\">"
                            "<table class=\"grid areas\"><thead><tr><th scope=col>area");
    html_run_heads(m, out);
    buffer_append_text(out, "<tbody>\n");
    for (size_t g = 0; g < m->facts->ngroups; g++)
        write_area(m, &m->facts->groups[g], out);
    buffer_append_text(out, "</table></div>\n");
}

/* ---- details of the runs ---- */

static void write_about(const struct html_model *m, struct buffer *out)
{
    buffer_append_text(out, "<h3>About the runs</h3>\n");
    for (size_t i = 0; i < m->nruns; i++) {
        const struct result_header *h = &m->runs[i].run->header;
        buffer_append_text(out, "<details><summary>");
        html_put(out, m->runs[i].label);
        buffer_append_text(out, ": ");
        html_put(out, h->title);
        buffer_append_text(out, "</summary><dl><dt>started<dd>");
        html_put(out, h->started);
        buffer_append_text(out, "<dt>imapspec<dd>");
        html_put(out, h->version);
        buffer_printf(out, "<dt>seed<dd>%llu<dt>cases<dd>%zu<dt>features<dd>",
                      (unsigned long long)h->seed, m->runs[i].run->ncases);
        for (size_t k = 0; k < h->nfeatures; k++) {
            buffer_append_text(out, k == 0 ? "" : ", ");
            html_put(out, h->features[k]);
        }
        buffer_append_text(out, "</dl></details>\n");
    }
}

void html_overview_write(const struct html_model *m, struct buffer *out)
{
    buffer_append_text(out, "<section class=view id=overview aria-labelledby=h-overview>\n<h2 "
                            "id=h-overview tabindex=-1>Overview</h2>\n");
    write_runs(m, out);
    write_areas(m, out);
    write_about(m, out);
    buffer_append_text(out, "</section>\n");
}
