#include "catalogue/catalogue.h"

#include <pthread.h>
#include <stdlib.h>

#include "catalogue/data.h"

enum { NDIALECTS = 1 };

static const struct catalogue_data *const DIALECTS[NDIALECTS] = {&catalogue_imap2};

/* Requirements in the order of their IDs, for binary search: made once, before the first question
 * is answered, so that the data files can keep the order people read them in. */
struct catalogue {
    const struct catalogue_data *data;
    const struct catalogue_entry *by_id;
};

static struct catalogue catalogues[NDIALECTS];
static pthread_once_t catalogues_once = PTHREAD_ONCE_INIT;

static int compare_by_id(const void *a, const void *b)
{
    const struct catalogue_entry *left = a, *right = b;
    return span_compare(left->id, right->id);
}

static void catalogues_index(void)
{
    for (size_t i = 0; i < NDIALECTS; i++) {
        const struct catalogue_data *data = DIALECTS[i];
        for (size_t k = 0; k < data->nrequirements; k++)
            data->by_id[k] =
                (struct catalogue_entry){span_of(data->requirements[k].id), &data->requirements[k]};
        qsort(data->by_id, data->nrequirements, sizeof *data->by_id, compare_by_id);
        catalogues[i] = (struct catalogue){.data = data, .by_id = data->by_id};
    }
}

static const struct catalogue *catalogue_number(size_t index)
{
    ENSURE(pthread_once(&catalogues_once, catalogues_index) == 0);
    return &catalogues[index];
}

const struct catalogue *catalogue_of_dialect(struct span dialect)
{
    for (size_t i = 0; i < NDIALECTS; i++) {
        if (span_is(dialect, DIALECTS[i]->dialect))
            return catalogue_number(i);
    }
    return NULL;
}

const char *catalogue_dialect(const struct catalogue *catalogue)
{
    return catalogue->data->dialect;
}

const char *catalogue_source(const struct catalogue *catalogue)
{
    return catalogue->data->source;
}

size_t catalogue_count(const struct catalogue *catalogue)
{
    return catalogue->data->nrequirements;
}

const struct catalogue_requirement *catalogue_at(const struct catalogue *catalogue, size_t index)
{
    ENSURE(index < catalogue->data->nrequirements);
    return &catalogue->data->requirements[index];
}

const struct catalogue_requirement *catalogue_find(const struct catalogue *catalogue,
                                                   struct span id)
{
    size_t low = 0, high = catalogue->data->nrequirements;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = span_compare(id, catalogue->by_id[middle].id);
        if (order == 0)
            return catalogue->by_id[middle].requirement;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

bool catalogue_has(struct span id)
{
    for (size_t i = 0; i < NDIALECTS; i++) {
        if (catalogue_find(catalogue_number(i), id))
            return true;
    }
    return false;
}

bool catalogue_has_reading(unsigned number)
{
    for (size_t i = 0; i < NDIALECTS; i++) {
        if (catalogue_reading(catalogue_number(i), number))
            return true;
    }
    return false;
}

static size_t index_after(const struct catalogue *catalogue,
                          const struct catalogue_requirement *after)
{
    return after ? (size_t)(after - catalogue->data->requirements) + 1 : 0;
}

const struct catalogue_requirement *catalogue_next(const struct catalogue *catalogue,
                                                   struct span pattern,
                                                   const struct catalogue_requirement *after)
{
    for (size_t i = index_after(catalogue, after); i < catalogue->data->nrequirements; i++) {
        const struct catalogue_requirement *requirement = &catalogue->data->requirements[i];
        if (catalogue_glob(pattern, span_of(requirement->id)))
            return requirement;
    }
    return NULL;
}

bool catalogue_glob(struct span pattern, struct span text)
{
    size_t p = 0, t = 0, star = SPAN_NPOS, resume = 0;
    while (t < text.nbytes) {
        if (p < pattern.nbytes && pattern.data[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.nbytes &&
                   (pattern.data[p] == '?' || pattern.data[p] == text.data[t])) {
            p++;
            t++;
        } else if (star != SPAN_NPOS) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.nbytes && pattern.data[p] == '*')
        p++;
    return p == pattern.nbytes;
}

size_t catalogue_group_count(const struct catalogue *catalogue)
{
    return catalogue->data->ngroups;
}

const struct catalogue_group *catalogue_group_at(const struct catalogue *catalogue, size_t index)
{
    ENSURE(index < catalogue->data->ngroups);
    return &catalogue->data->groups[index];
}

const struct catalogue_group *catalogue_group_find(const struct catalogue *catalogue,
                                                   struct span name)
{
    for (size_t i = 0; i < catalogue->data->ngroups; i++) {
        if (span_is(name, catalogue->data->groups[i].name))
            return &catalogue->data->groups[i];
    }
    return NULL;
}

const struct catalogue_requirement *catalogue_group_next(const struct catalogue *catalogue,
                                                         const struct catalogue_group *group,
                                                         const struct catalogue_requirement *after)
{
    for (size_t i = index_after(catalogue, after); i < catalogue->data->nrequirements; i++) {
        if (catalogue->data->requirements[i].group == group)
            return &catalogue->data->requirements[i];
    }
    return NULL;
}

size_t catalogue_reading_count(const struct catalogue *catalogue)
{
    return catalogue->data->nreadings;
}

const struct catalogue_reading *catalogue_reading(const struct catalogue *catalogue,
                                                  unsigned number)
{
    if (number == 0 || number > catalogue->data->nreadings)
        return NULL;
    const struct catalogue_reading *reading = &catalogue->data->readings[number - 1];
    ENSURE(reading->number == number);
    return reading;
}

bool catalogue_cites(const struct catalogue_requirement *requirement, unsigned number)
{
    for (size_t i = 0; i < CATALOGUE_READINGS_MAX && requirement->readings[i] != 0; i++) {
        if (requirement->readings[i] == number)
            return true;
    }
    return false;
}

const char *catalogue_level_name(enum catalogue_level level)
{
    static const char *const NAMES[CATALOGUE_NLEVELS] = {
        [CATALOGUE_MUST] = "must", [CATALOGUE_SHOULD] = "should", [CATALOGUE_MAY] = "may"};
    ENSURE((unsigned)level < CATALOGUE_NLEVELS);
    return NAMES[level];
}

const char *catalogue_side_name(enum catalogue_side side)
{
    static const char *const NAMES[CATALOGUE_NSIDES] = {
        [CATALOGUE_SERVER] = "server", [CATALOGUE_CLIENT] = "client", [CATALOGUE_BOTH] = "both"};
    ENSURE((unsigned)side < CATALOGUE_NSIDES);
    return NAMES[side];
}

void catalogue_verdicts_write(unsigned verdicts, struct buffer *out)
{
    static const struct {
        unsigned verdict;
        const char *name;
    } NAMES[] = {{CATALOGUE_STRICT, "strict"},
                 {CATALOGUE_WARN, "warn"},
                 {CATALOGUE_TOLERATE, "tolerate"},
                 {CATALOGUE_OBSERVE, "observe"}};
    if (verdicts == CATALOGUE_UNSCORED) {
        buffer_append_text(out, "unscored");
        return;
    }
    const char *separator = "";
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        if (!(verdicts & NAMES[i].verdict))
            continue;
        buffer_printf(out, "%s%s", separator, NAMES[i].name);
        separator = ", ";
    }
}
