#include <string.h>

#include "reports/change.h"
#include "reports/html_parts.h"

/* Two runs to be compared. */
struct pair {
    size_t before, after;
};

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static bool is_same_target(const struct html_model *m, size_t a, size_t b)
{
    return strcmp(or_empty(m->runs[a].run->header.target),
                  or_empty(m->runs[b].run->header.target)) == 0;
}

/* The n-th pair: each run with the one of the same target before it; or first and last. */
static bool pair_at(const struct html_model *m, size_t n, struct pair *pair_r)
{
    for (size_t after = 1; after < m->nruns; after++)
        for (size_t before = after; before-- > 0;) {
            if (!is_same_target(m, before, after))
                continue;
            if (n-- == 0) {
                *pair_r = (struct pair){before, after};
                return true;
            }
            break;
        }
    bool wants_ends = m->options->compares && m->nruns > 1 && !is_same_target(m, 0, m->nruns - 1);
    *pair_r = (struct pair){0, m->nruns - 1};
    return wants_ends && n == 0;
}

bool html_changes_exist(const struct html_model *m)
{
    struct pair pair;
    return pair_at(m, 0, &pair);
}

/* ---- requirements ---- */

static enum change_kind requirement_change(const struct html_requirement *r, struct pair pair)
{
    int before = r->verdicts[pair.before], after = r->verdicts[pair.after];
    if (before == HTML_UNKNOWN || after == HTML_UNKNOWN)
        return CHANGE_NONE;
    return change_of_verdict((enum result_verdict)before, (enum result_verdict)after);
}

static void write_requirement_rows(const struct html_model *m, struct pair pair,
                                   enum change_kind kind, struct buffer *out)
{
    for (size_t i = 0; i < m->nrequirements; i++) {
        const struct html_requirement *r = m->requirements[i];
        if (requirement_change(r, pair) != kind)
            continue;
        const struct html_result *worst = r->worst[pair.after];
        bool is_telling = r->verdicts[pair.after] != RESULT_PASS && worst != NULL;
        buffer_printf(out, "<tr><td class=%s>%s<th scope=row><a href=\"#%s\">",
                      change_kind_name(kind), change_kind_name(kind), r->anchor);
        html_put(out, r->id);
        buffer_append_text(out, "</a><td class=what>");
        html_put(out, r->statement);
        html_verdict_cell(out, r->verdicts[pair.before], 0);
        html_verdict_cell(out, r->verdicts[pair.after], is_telling ? worst->evidence : 0);
        buffer_append_byte(out, '\n');
    }
}

static void write_table_head(const struct html_model *m, struct pair pair, const char *what,
                             struct buffer *out)
{
    buffer_printf(out,
                  "<div class=scroll role=region tabindex=0 aria-label=\"%s\"><table class=\"grid "
                  "list\"><thead><tr><th scope=col>change<th scope=col>%s<th scope=col class=what>"
                  "what it is about<th scope=col>",
                  what, what);
    html_put(out, m->runs[pair.before].label);
    buffer_append_text(out, "<th scope=col>");
    html_put(out, m->runs[pair.after].label);
    buffer_append_text(out, "<tbody>\n");
}

static void write_requirements(const struct html_model *m, struct pair pair, struct buffer *out)
{
    struct buffer rows = {0};
    write_requirement_rows(m, pair, CHANGE_WORSE, &rows);
    write_requirement_rows(m, pair, CHANGE_BETTER, &rows);
    write_requirement_rows(m, pair, CHANGE_OTHER, &rows);
    if (rows.nbytes > 0) {
        buffer_append_text(out, "<h4>Requirements</h4>\n");
        write_table_head(m, pair, "requirement", out);
        buffer_append(out, buffer_span(&rows));
        buffer_append_text(out, "</table></div>\n");
    }
    buffer_free(&rows);
}

/* ---- cases ---- */

static const char *word_of(const struct change_case *c)
{
    return c->before == NULL ? "new" : c->after == NULL ? "gone" : change_kind_name(c->kind);
}

static void write_verdict(const struct html_model *m, const struct result_case *c, size_t run,
                          struct buffer *out)
{
    if (c == NULL) {
        html_verdict_cell(out, HTML_UNKNOWN, 0);
        return;
    }
    const struct html_case *all = table_get(&m->case_ids, span_of(or_empty(c->id)));
    const struct html_result *r = all == NULL ? NULL : all->results[run];
    html_verdict_cell(out, (int)c->verdict, r == NULL ? 0 : r->evidence);
}

static void write_case_rows(const struct html_model *m, struct pair pair,
                            const struct change_list *list, const char *word, struct buffer *out)
{
    for (size_t i = 0; i < list->ncases; i++) {
        const struct change_case *c = &list->cases[i];
        const struct result_case *any = c->after != NULL ? c->after : c->before;
        const struct html_scenario *s = html_model_scenario(m, or_empty(any->scenario));
        if (strcmp(word_of(c), word) != 0 || s == NULL)
            continue;
        buffer_printf(out, "<tr><td class=%s>%s<th scope=row><a href=\"#%s\">", word, word,
                      s->anchor);
        html_put(out, any->id);
        buffer_append_text(out, "</a><td class=what>");
        html_put(out, any->claim);
        write_verdict(m, c->before, pair.before, out);
        write_verdict(m, c->after, pair.after, out);
        buffer_append_byte(out, '\n');
    }
}

static void write_cases(const struct html_model *m, struct pair pair,
                        const struct change_list *list, struct buffer *out)
{
    static const char *const WORDS[] = {"worse", "better", "other", "new", "gone"};
    if (list->ncases == 0)
        return;
    buffer_append_text(out, "<h4>Cases</h4>\n");
    write_table_head(m, pair, "case", out);
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        write_case_rows(m, pair, list, WORDS[i], out);
    buffer_append_text(out, "</table></div>\n");
}

static void write_behaviours(const struct html_model *m, struct pair pair,
                             const struct change_list *list, struct buffer *out)
{
    if (list->nbehaviours == 0)
        return;
    buffer_append_text(out, "<h4>Behaviour</h4>\n<div class=scroll role=region tabindex=0 "
                            "aria-label=\"Changed behaviour\"><table class=grid><thead><tr><th "
                            "scope=col>where<th scope=col>");
    html_put(out, m->runs[pair.before].label);
    buffer_append_text(out, "<th scope=col>");
    html_put(out, m->runs[pair.after].label);
    buffer_append_text(out, "<tbody>\n");
    for (size_t i = 0; i < list->nbehaviours; i++) {
        buffer_append_text(out, "<tr><th scope=row>");
        html_prose(out, list->behaviours[i].topic);
        buffer_append_text(out, "<td>");
        html_put(out, list->behaviours[i].before);
        buffer_append_text(out, "<td>");
        html_put(out, list->behaviours[i].after);
        buffer_append_byte(out, '\n');
    }
    buffer_append_text(out, "</table></div>\n");
}

/* ---- a pair ---- */

static void write_pair(const struct html_model *m, struct pair pair, struct buffer *out)
{
    const struct html_run *before = &m->runs[pair.before], *after = &m->runs[pair.after];
    struct change_list *list = change_list_make(before->run, after->run, m->arena);
    buffer_append_text(out, "<h3>");
    html_put(out, before->label);
    buffer_append_text(out, " \xe2\x86\x92 ");
    html_put(out, after->label);
    buffer_append_text(out, "</h3>\n<p>");
    html_put(out, before->run->header.started);
    buffer_append_text(out, " and ");
    html_put(out, after->run->header.started);
    buffer_printf(out,
                  ". Cases: <b class=better>%zu better</b>, <b class=worse>%zu worse</b>, <b "
                  "class=other>%zu changed otherwise</b>, %zu new, %zu gone.</p>\n",
                  list->nbetter, list->nworse, list->nother, list->nnew, list->ngone);
    if (list->ncases == 0)
        buffer_append_text(out, "<p>Every case ended as before.</p>\n");
    write_requirements(m, pair, out);
    write_cases(m, pair, list, out);
    write_behaviours(m, pair, list, out);
}

void html_changes_write(const struct html_model *m, struct buffer *out)
{
    struct pair pair;
    if (!html_changes_exist(m))
        return;
    buffer_append_text(out, "<section class=view id=changes aria-labelledby=h-changes>\n<h2 "
                            "id=h-changes tabindex=-1>What got better, what got worse</h2>\n");
    for (size_t i = 0; pair_at(m, i, &pair); i++)
        write_pair(m, pair, out);
    buffer_append_text(out, "</section>\n");
}
