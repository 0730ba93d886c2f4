#include "reports/html_parts.h"

#include <stdlib.h>
#include <string.h>

/* One choice seen in one place. */
struct choice {
    const char *label;
    size_t *ncases; /* by run */
};

struct topic {
    const char *name;
    uint32_t reading;  /* 53 of "B53 Order of SELECT data"; UINT32_MAX: none */
    bool *is_recorded; /* by run */
    struct choice **choices;
    size_t nchoices, capacity;
    size_t nkinds; /* how many different answers the runs gave, for the order */
};

struct profile {
    const struct html_model *m;
    struct table topics;
    struct topic **sorted;
};

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static uint32_t reading_of(struct span name)
{
    struct span word = span_cut(&name, ' ');
    uint32_t number;
    if (!span_starts_with(word, SPAN_LIT("B")) ||
        number_parse_u32(span_from(word, 1), &number) != 0)
        return UINT32_MAX;
    return number;
}

static struct topic *topic_named(struct profile *p, const char *name)
{
    struct arena *arena = p->m->arena;
    struct topic *topic = table_get(&p->topics, span_of(name));
    if (topic != NULL)
        return topic;
    topic = arena_alloc(arena, sizeof *topic);
    *topic = (struct topic){.name = name,
                            .reading = reading_of(span_of(name)),
                            .is_recorded = arena_array(arena, p->m->nruns, sizeof(bool))};
    (void)table_put(&p->topics, span_of(name), topic);
    return topic;
}

static void note(struct profile *p, size_t run, const struct result_behaviour *b)
{
    struct arena *arena = p->m->arena;
    struct topic *topic = topic_named(p, or_empty(b->topic));
    size_t i = 0;
    while (i < topic->nchoices && strcmp(topic->choices[i]->label, or_empty(b->choice)) != 0)
        i++;
    if (i == topic->nchoices) {
        topic->choices = arena_grow(arena, topic->choices, &topic->capacity, topic->nchoices + 1,
                                    sizeof(void *));
        topic->choices[i] = arena_alloc(arena, sizeof **topic->choices);
        *topic->choices[i] =
            (struct choice){or_empty(b->choice), arena_array(arena, p->m->nruns, sizeof(size_t))};
        topic->nchoices++;
    }
    topic->choices[i]->ncases[run]++;
    topic->is_recorded[run] = true;
}

static int compare_topics(const void *a, const void *b)
{
    const struct topic *x = *(const struct topic *const *)a;
    const struct topic *y = *(const struct topic *const *)b;
    if (x->reading != y->reading)
        return x->reading < y->reading ? -1 : 1;
    return strcmp(x->name, y->name);
}

static int compare_choices(const void *a, const void *b)
{
    return strcmp((*(const struct choice *const *)a)->label,
                  (*(const struct choice *const *)b)->label);
}

/* Whether the targets that were asked all did the same. */
static bool is_unanimous(const struct html_model *m, const struct topic *t)
{
    for (size_t i = 0; i < t->nchoices; i++)
        for (size_t run = 0; run < m->nruns; run++)
            if (t->is_recorded[run] && t->choices[i]->ncases[run] == 0)
                return false;
    return true;
}

static void write_topic_name(const struct html_model *m, const struct topic *t, struct buffer *out)
{
    const struct html_requirement *r = html_model_requirement(m, t->name);
    const struct html_scenario *s = html_model_scenario(m, t->name);
    const char *anchor = r != NULL ? r->anchor : s != NULL && s->ncases > 0 ? s->anchor : NULL;
    if (anchor == NULL) {
        html_prose(out, t->name);
        return;
    }
    buffer_printf(out, "<a href=\"#%s\">", anchor);
    html_put(out, t->name);
    buffer_append_text(out, "</a>");
}

static void write_topic(const struct html_model *m, const struct topic *t, struct buffer *out)
{
    buffer_append_text(out, is_unanimous(m, t) ? "<tbody>" : "<tbody class=differ>");
    for (size_t i = 0; i < t->nchoices; i++) {
        buffer_append_text(out, "<tr>");
        if (i == 0) {
            buffer_printf(out, "<th scope=rowgroup rowspan=%zu>", t->nchoices);
            write_topic_name(m, t, out);
        }
        buffer_append_text(out, "<th scope=row class=choice>");
        html_put(out, t->choices[i]->label);
        for (size_t run = 0; run < m->nruns; run++)
            buffer_append_text(out, !t->is_recorded[run]             ? "<td class=u>\xe2\x80\x93"
                                    : t->choices[i]->ncases[run] > 0 ? "<td class=y>yes"
                                                                     : "<td class=o>no");
        buffer_append_byte(out, '\n');
    }
}

static void collect(struct profile *p)
{
    const struct html_model *m = p->m;
    for (size_t run = 0; run < m->nruns; run++)
        for (size_t i = 0; i < m->runs[run].run->ncases; i++) {
            const struct result_case *c = m->runs[run].run->cases[i];
            for (size_t k = 0; k < c->nbehaviours; k++)
                note(p, run, &c->behaviours[k]);
        }
    p->sorted = arena_array(m->arena, p->topics.nentries + 1, sizeof(void *));
    for (size_t i = 0; i < p->topics.nentries; i++) {
        p->sorted[i] = p->topics.entries[i].value;
        qsort(p->sorted[i]->choices, p->sorted[i]->nchoices, sizeof(void *), compare_choices);
    }
    qsort(p->sorted, p->topics.nentries, sizeof(void *), compare_topics);
}

void html_profile_write(const struct html_model *m, struct buffer *out)
{
    struct profile p = {.m = m};
    collect(&p);
    buffer_append_text(
        out, "<section class=view id=profile aria-labelledby=h-profile>\n<h2 id=h-profile "
             "tabindex=-1>Behaviour where the RFC leaves a choice</h2>\n<p>What each target was "
             "seen to do; a dash where it was never put into that place. All of it is lawful. "
             "Several choices of one target: it did the one here and the other there.</p>\n");
    if (m->nruns > 1)
        buffer_append_text(out, "<form class=filter data-of=profile aria-label=\"Filter the "
                                "behaviour\" hidden><label><input type=checkbox name=differ "
                                "value=1> only where targets differ</label> <output "
                                "aria-live=polite></output></form>\n");
    buffer_append_text(out, "<div class=scroll role=region tabindex=0 aria-label=\"Behaviour\">"
                            "<table class=\"grid profile\"><thead><tr><th scope=col>where<th "
                            "scope=col>choice");
    html_run_heads(m, out);
    buffer_append_byte(out, '\n');
    for (size_t i = 0; i < p.topics.nentries; i++)
        write_topic(m, p.sorted[i], out);
    buffer_append_text(out, "</table></div>\n</section>\n");
    table_free(&p.topics);
}
