#include "reports/change.h"

#include <string.h>

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

const char *change_kind_name(enum change_kind kind)
{
    switch (kind) {
    case CHANGE_NONE:
        return "same";
    case CHANGE_BETTER:
        return "better";
    case CHANGE_WORSE:
        return "worse";
    case CHANGE_OTHER:
        return "other";
    }
    return "";
}

static bool is_good(enum result_verdict verdict)
{
    return verdict == RESULT_PASS || verdict == RESULT_NONSTRICT;
}

static bool is_known(enum result_verdict verdict)
{
    return is_good(verdict) || verdict == RESULT_WARN || verdict == RESULT_FAIL ||
           verdict == RESULT_CRASH;
}

enum change_kind change_of_verdict(enum result_verdict before, enum result_verdict after)
{
    if (before == after)
        return CHANGE_NONE;
    if (is_known(before) && is_known(after))
        return after < before ? CHANGE_BETTER : CHANGE_WORSE;
    if (is_good(after))
        return CHANGE_BETTER;
    return is_good(before) ? CHANGE_WORSE : CHANGE_OTHER;
}

/* ---- cases ---- */

static void note_kind(struct change_list *list, const struct change_case *c)
{
    list->nbetter += c->kind == CHANGE_BETTER;
    list->nworse += c->kind == CHANGE_WORSE;
    list->nother += c->kind == CHANGE_OTHER;
    list->nnew += c->before == NULL;
    list->ngone += c->after == NULL;
}

static void add_case(struct change_list *list, const struct result_case *before,
                     const struct result_case *after)
{
    struct change_case c = {before, after, CHANGE_NONE};
    if (before != NULL && after != NULL)
        c.kind = change_of_verdict(before->verdict, after->verdict);
    if (before != NULL && after != NULL && c.kind == CHANGE_NONE)
        return;
    note_kind(list, &c);
    list->cases[list->ncases++] = c;
}

static void index_cases(const struct result_run *run, struct table *ids)
{
    for (size_t i = 0; i < run->ncases; i++)
        (void)table_put(ids, span_of(or_empty(run->cases[i]->id)), run->cases[i]);
}

static void compare_cases(struct change_list *list, const struct result_run *before,
                          const struct result_run *after, struct arena *arena)
{
    struct table old_ids = {0};
    struct table new_ids = {0};
    index_cases(before, &old_ids);
    index_cases(after, &new_ids);
    list->cases = arena_array(arena, before->ncases + after->ncases, sizeof *list->cases);
    for (size_t i = 0; i < after->ncases; i++) {
        struct span id = span_of(or_empty(after->cases[i]->id));
        add_case(list, table_get(&old_ids, id), after->cases[i]);
    }
    for (size_t i = 0; i < before->ncases; i++)
        if (table_get(&new_ids, span_of(or_empty(before->cases[i]->id))) == NULL)
            add_case(list, before->cases[i], NULL);
    table_free(&old_ids);
    table_free(&new_ids);
}

/* ---- behaviours ---- */

/* All choices that a run made in one place. */
struct choices {
    const char **items;
    size_t nitems, capacity;
};

static int compare_texts(const char *a, const char *b)
{
    return strcmp(or_empty(a), or_empty(b));
}

/* Sorted in, each once. */
static void add_choice(struct choices *c, const char *choice, struct arena *arena)
{
    size_t at = 0;
    while (at < c->nitems && compare_texts(c->items[at], choice) < 0)
        at++;
    if (at < c->nitems && compare_texts(c->items[at], choice) == 0)
        return;
    c->items = arena_grow(arena, c->items, &c->capacity, c->nitems + 1, sizeof *c->items);
    memmove(c->items + at + 1, c->items + at, (c->nitems - at) * sizeof *c->items);
    c->items[at] = or_empty(choice);
    c->nitems++;
}

static void index_choices(const struct result_run *run, struct table *topics, struct arena *arena)
{
    for (size_t i = 0; i < run->ncases; i++)
        for (size_t k = 0; k < run->cases[i]->nbehaviours; k++) {
            const struct result_behaviour *b = &run->cases[i]->behaviours[k];
            struct choices *c = table_get(topics, span_of(or_empty(b->topic)));
            if (c == NULL) {
                c = arena_alloc(arena, sizeof *c);
                (void)table_put(topics, span_of(or_empty(b->topic)), c);
            }
            add_choice(c, b->choice, arena);
        }
}

static const char *join(const struct choices *c, struct arena *arena)
{
    const char *text = "";
    for (size_t i = 0; i < c->nitems; i++)
        text = arena_printf(arena, "%s%s%s", text, i == 0 ? "" : "; ", c->items[i]);
    return text;
}

static void compare_behaviours(struct change_list *list, const struct result_run *before,
                               const struct result_run *after, struct arena *arena)
{
    struct table old_topics = {0};
    struct table new_topics = {0};
    index_choices(before, &old_topics, arena);
    index_choices(after, &new_topics, arena);
    list->behaviours = arena_array(arena, new_topics.nentries, sizeof *list->behaviours);
    for (size_t i = 0; i < new_topics.nentries; i++) {
        struct span topic = new_topics.entries[i].key;
        const struct choices *was = table_get(&old_topics, topic);
        if (was == NULL)
            continue;
        struct change_behaviour b = {arena_text(arena, topic), join(was, arena),
                                     join(new_topics.entries[i].value, arena)};
        if (strcmp(b.before, b.after) != 0)
            list->behaviours[list->nbehaviours++] = b;
    }
    table_free(&old_topics);
    table_free(&new_topics);
}

struct change_list *change_list_make(const struct result_run *before,
                                     const struct result_run *after, struct arena *arena)
{
    struct change_list *list = arena_alloc(arena, sizeof *list);
    compare_cases(list, before, after, arena);
    compare_behaviours(list, before, after, arena);
    return list;
}
