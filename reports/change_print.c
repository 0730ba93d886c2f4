#include <string.h>

#include "reports/change.h"

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

/* What peers have sent cannot steer a terminal, nor end a line. */
static void append_text(struct buffer *out, const char *text)
{
    struct span s = span_of(or_empty(text));
    for (size_t i = 0; i < s.nbytes; i++)
        if (char_is_print(s.data[i]))
            buffer_append_byte(out, s.data[i]);
        else
            buffer_printf(out, "\\x%02x", (unsigned)(unsigned char)s.data[i]);
}

static const char *verdict_of(const struct result_case *c)
{
    return c == NULL ? "-" : result_verdict_name(c->verdict);
}

static const char *word_of(const struct change_case *c)
{
    return c->before == NULL ? "new" : c->after == NULL ? "gone" : change_kind_name(c->kind);
}

static const char *reason_of(const struct result_case *c)
{
    if (c == NULL)
        return "";
    for (size_t i = 0; i < c->nfindings; i++)
        if (strcmp(or_empty(c->findings[i].level), "observe") != 0)
            return or_empty(c->findings[i].text);
    return or_empty(c->reason);
}

static void write_cases(const struct change_list *list, const char *word, struct buffer *out)
{
    for (size_t i = 0; i < list->ncases; i++) {
        const struct change_case *c = &list->cases[i];
        if (strcmp(word_of(c), word) != 0)
            continue;
        buffer_printf(out, "%-6s  %-9s  %-9s  ", word, verdict_of(c->before), verdict_of(c->after));
        append_text(out, c->after != NULL ? c->after->id : c->before->id);
        if (*reason_of(c->after) != '\0') {
            buffer_append_text(out, ": ");
            append_text(out, reason_of(c->after));
        }
        buffer_append_byte(out, '\n');
    }
}

void change_list_write(const struct change_list *list, struct buffer *out)
{
    static const char *const WORDS[] = {"worse", "better", "other", "new", "gone"};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        write_cases(list, WORDS[i], out);
    for (size_t i = 0; i < list->nbehaviours; i++) {
        buffer_append_text(out, "choice  ");
        append_text(out, list->behaviours[i].topic);
        buffer_append_text(out, ": ");
        append_text(out, list->behaviours[i].before);
        buffer_append_text(out, " -> ");
        append_text(out, list->behaviours[i].after);
        buffer_append_byte(out, '\n');
    }
    buffer_printf(out, "%zu better, %zu worse, %zu changed otherwise, %zu new, %zu gone\n",
                  list->nbetter, list->nworse, list->nother, list->nnew, list->ngone);
}
