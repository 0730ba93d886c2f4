#include "cli/failed.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "failed:"

bool failed_is_selector(const char *text)
{
    return strncmp(text, PREFIX, strlen(PREFIX)) == 0;
}

static bool has_failed(const struct result_case *result)
{
    return result->is_unexpected || result->verdict >= RESULT_FAIL;
}

/* A text once only. */
static bool is_new(struct table *seen, const char *text)
{
    return table_put(seen, span_of(text), seen) == NULL;
}

struct gathering {
    struct cli *cli;
    struct failed *failed;
    struct table ids, files;
};

static void gather(struct gathering *g, const struct result_run *run, struct cli_texts *selectors)
{
    for (size_t i = 0; i < run->ncases; i++) {
        const struct result_case *result = run->cases[i];
        if (!has_failed(result) || !is_new(&g->ids, result->id))
            continue;
        cli_texts_add(g->cli, selectors, result->id);
        if (!is_new(&g->files, result->file))
            continue;
        cli_texts_add(g->cli, &g->failed->files, result->file);
        g->failed->has_files = g->failed->has_files && cli_exists(result->file);
    }
}

static int expand_one(struct gathering *g, const char *selector, struct cli_texts *selectors,
                      struct err *err)
{
    const char *path = selector + strlen(PREFIX);
    struct result_run *run;
    size_t before = selectors->nitems;
    if (cli_read_results(g->cli, path, &run, err) != 0)
        return -1;
    gather(g, run, selectors);
    if (selectors->nitems == before) {
        (void)fprintf(stderr, "%s: no case of it failed\n", path);
        cli_texts_add(g->cli, selectors, selector); /* which fits none: nothing is not all */
        return 0;
    }
    if (!g->failed->has_seed)
        g->failed->seed = run->header.seed;
    g->failed->has_seed = true;
    return 0;
}

int failed_expand(struct cli *cli, struct cli_texts *selectors, struct failed *failed_r,
                  struct err *err)
{
    struct gathering g = {.cli = cli, .failed = failed_r};
    struct cli_texts expanded = {0};
    int status = 0;
    for (size_t i = 0; i < selectors->nitems && status == 0; i++) {
        if (failed_is_selector(selectors->items[i]))
            status = expand_one(&g, selectors->items[i], &expanded, err);
        else
            cli_texts_add(cli, &expanded, selectors->items[i]);
    }
    *selectors = expanded;
    table_free(&g.ids);
    table_free(&g.files);
    return status;
}
