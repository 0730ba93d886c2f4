#include "run/suite.h"

#include <string.h>

#include "catalogue/catalogue.h"
#include "run/order.h"

void suite_init(struct suite *suite, struct arena *arena)
{
    *suite = (struct suite){.arena = arena};
}

void suite_free(struct suite *suite)
{
    table_free(&suite->scenarios);
}

int suite_add(struct suite *suite, struct span text, const char *path,
              const struct script_loader *loader, struct err *err)
{
    struct script_file *file;
    if (script_read(text, path, loader, suite->arena, &file, err) != 0)
        return -1;
    for (size_t i = 0; i < file->nscenarios; i++) {
        struct script_scenario *scenario = file->scenarios[i];
        const struct script_scenario *other =
            table_put(&suite->scenarios, span_of(scenario->id), scenario);
        if (other != NULL)
            return err_set(err, scenario->place.file, scenario->place.line, scenario->place.col,
                           "scenario \"%s\" exists already: %s:%u", scenario->id, other->place.file,
                           other->place.line);
    }
    suite->files = arena_grow(suite->arena, suite->files, &suite->files_capacity, suite->nfiles + 1,
                              sizeof(void *));
    suite->files[suite->nfiles++] = file;
    return 0;
}

static void add_orders(struct suite *suite, const struct script_case *script, uint64_t seed)
{
    struct order_list orders;
    order_list_of_case(script, seed, suite->arena, &orders);
    for (size_t i = 0; i < orders.norders; i++) {
        suite->cases = arena_grow(suite->arena, suite->cases, &suite->cases_capacity,
                                  suite->ncases + 1, sizeof *suite->cases);
        const char *id =
            arena_printf(suite->arena, "%s%s", script->id, order_name(&orders, i, suite->arena));
        suite->cases[suite->ncases++] = (struct suite_case){script, i, id};
    }
}

int suite_expand(struct suite *suite, enum script_role role, uint64_t seed, struct err *err)
{
    for (size_t f = 0; f < suite->nfiles; f++) {
        const struct script_file *file = suite->files[f];
        for (size_t i = 0; i < file->nscenarios; i++) {
            struct script_case *cases;
            size_t ncases;
            if (file->scenarios[i]->role != role)
                continue;
            if (script_expand(file, file->scenarios[i], suite->arena, &cases, &ncases, err) != 0)
                return -1;
            for (size_t c = 0; c < ncases; c++)
                add_orders(suite, &cases[c], seed);
        }
    }
    return 0;
}

/* ---- selecting ---- */

static bool covers(const struct suite_case *c, struct span pattern)
{
    const struct script_names *ids = &c->script->scenario->covers;
    for (size_t i = 0; i < ids->nitems; i++)
        if (catalogue_glob(pattern, span_of(ids->items[i])))
            return true;
    return false;
}

static bool covers_level(const struct suite_case *c, struct span level)
{
    const struct script_scenario *scenario = c->script->scenario;
    const struct catalogue *catalogue = catalogue_of_dialect(span_of(scenario->dialect));
    for (size_t i = 0; i < scenario->covers.nitems; i++) {
        const struct catalogue_requirement *r =
            catalogue_find(catalogue, span_of(scenario->covers.items[i]));
        if (r != NULL && span_is_nocase(level, catalogue_level_name(r->level)))
            return true;
    }
    return false;
}

static bool is_in_path(const struct suite_case *c, struct span path)
{
    struct span file = span_of(c->script->scenario->place.file);
    while (path.nbytes > 1 && path.data[path.nbytes - 1] == '/')
        path.nbytes--;
    return span_equal(file, path) ||
           (span_starts_with(file, path) && file.data[path.nbytes] == '/');
}

bool suite_case_fits(const struct suite_case *c, struct span selector)
{
    if (span_starts_with(selector, SPAN_LIT("req:")))
        return covers(c, span_from(selector, 4));
    if (span_starts_with(selector, SPAN_LIT("level:")))
        return covers_level(c, span_from(selector, 6));
    /* first as it stands: the brackets and slashes of a case ID are no pattern */
    return span_is(selector, c->id) || span_is(selector, c->script->id) ||
           catalogue_glob(selector, span_of(c->script->scenario->id)) ||
           catalogue_glob(selector, span_of(c->id)) || is_in_path(c, selector);
}

static bool fits_some(const struct suite_case *c, const char *const *selectors, size_t n,
                      bool *used)
{
    bool fits = false;
    for (size_t i = 0; i < n; i++)
        if (suite_case_fits(c, span_of(selectors[i])))
            fits = used[i] = true;
    return fits;
}

static void append_unused(const char *const *selectors, size_t n, const bool *used,
                          struct buffer *out)
{
    for (size_t i = 0; i < n; i++)
        if (!used[i])
            buffer_printf(out, "%s\n", selectors[i]);
}

void suite_select(struct suite *suite, const char *const *only, size_t nonly,
                  const char *const *except, size_t nexcept, struct buffer *unused_r)
{
    bool *used_only = arena_array(suite->arena, nonly + 1, sizeof *used_only);
    bool *used_except = arena_array(suite->arena, nexcept + 1, sizeof *used_except);
    size_t kept = 0;
    for (size_t i = 0; i < suite->ncases; i++) {
        const struct suite_case *c = &suite->cases[i];
        bool wanted = fits_some(c, only, nonly, used_only) || nonly == 0;
        if (!fits_some(c, except, nexcept, used_except) && wanted)
            suite->cases[kept++] = *c;
    }
    suite->ncases = kept;
    append_unused(only, nonly, used_only, unused_r);
    append_unused(except, nexcept, used_except, unused_r);
}
