#include "reports/html_parts.h"

#include <string.h>

/* What a badge says: of the requirements that must be met and were judged, how many are met. */
struct badge {
    const char *name;
    const char *value; /* "238 of 243 MUST" */
    const char *color;
    const char *title; /* for those who hear it */
};

enum { BADGE_CHAR_WIDTH = 7, BADGE_MARGIN = 8, BADGE_HEIGHT = 20 };

static bool is_must(const struct html_requirement *r)
{
    return r->facts == NULL || strcmp(r->level, "must") == 0;
}

static struct badge badge_of(const struct html_model *m, size_t run)
{
    struct html_count count = {0};
    for (size_t i = 0; i < m->nrequirements; i++)
        if (is_must(m->requirements[i]))
            html_count_add(m, &count, m->requirements[i], run);
    size_t nmissed = count.njudged - count.nmet;
    bool is_whole = nmissed == 0 && count.njudged > 0;
    /* white on each of these has a contrast of at least 4.5 to 1 */
    const char *color = count.njudged == 0             ? "#5c636d"
                        : is_whole                     ? "#1a7a3c"
                        : nmissed * 10 < count.njudged ? "#8f6200"
                                                       : "#b3261e";
    const char *value = count.njudged == 0
                            ? "not judged"
                            : arena_printf(m->arena, "%zu of %zu MUST", count.nmet, count.njudged);
    const char *title =
        arena_printf(m->arena, "%s: %s of %s are met; %zu were not judged", m->runs[run].label,
                     value, m->source, count.nasked - count.njudged);
    return (struct badge){m->source, value, color, title};
}

static void write_part(struct buffer *out, const char *text, size_t x, size_t width)
{
    buffer_printf(out, "<text x=\"%zu\" y=\"14\" textLength=\"%zu\">", x + BADGE_MARGIN,
                  width - 2 * BADGE_MARGIN);
    html_put(out, text);
    buffer_append_text(out, "</text>");
}

static size_t width_of(const char *text)
{
    return strlen(text) * BADGE_CHAR_WIDTH + 2 * BADGE_MARGIN;
}

void html_badge_write(const struct html_model *m, size_t run, struct buffer *out)
{
    struct badge badge = badge_of(m, run);
    size_t nname = width_of(badge.name), nvalue = width_of(badge.value);
    buffer_printf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%zu\" height=\"%d\" "
                  "role=\"img\" aria-label=\"",
                  nname + nvalue, BADGE_HEIGHT);
    html_put(out, badge.title);
    buffer_append_text(out, "\"><title>");
    html_put(out, badge.title);
    buffer_printf(out,
                  "</title><rect width=\"%zu\" height=\"%d\" rx=\"3\" fill=\"%s\"/>"
                  "<path d=\"M3 0h%zuv%dH3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z\" fill=\"#3b414a\"/>"
                  "<g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,sans-serif\" "
                  "font-size=\"11\">",
                  nname + nvalue, BADGE_HEIGHT, badge.color, nname - 3, BADGE_HEIGHT);
    write_part(out, badge.name, 0, nname);
    write_part(out, badge.value, nname, nvalue);
    buffer_append_text(out, "</g></svg>");
}

void result_badge_write(const struct result_run *run, const struct report_facts *facts,
                        struct buffer *out)
{
    static const struct html_options NO_LOGS = {.logs = HTML_LOGS_FAILURES};
    struct arena arena = {0};
    struct html_model m;
    html_model_make(&m, &run, 1, facts, &NO_LOGS, &arena);
    html_badge_write(&m, 0, out);
    buffer_append_byte(out, '\n');
    html_model_free(&m);
    arena_free(&arena);
}
