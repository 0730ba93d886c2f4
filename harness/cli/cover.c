#include <stdio.h>
#include <string.h>

#include "catalogue/catalogue.h"
#include "cli/tables.h"

struct options {
    bool shows_missing;
};

const struct cli_option cover_option_table[] = {{'m', "missing", NULL, CLI_FLAG,
                                                 offsetof(struct options, shows_missing),
                                                 "print the requirements that no scenario checks"},
                                                {0}};

static bool is_covered(const struct suite *suite, const char *requirement)
{
    for (size_t f = 0; f < suite->nfiles; f++) {
        for (size_t i = 0; i < suite->files[f]->nscenarios; i++) {
            const struct script_names *covers = &suite->files[f]->scenarios[i]->covers;
            for (size_t k = 0; k < covers->nitems; k++)
                if (strcmp(covers->items[k], requirement) == 0)
                    return true;
        }
    }
    return false;
}

static void print_coverage(const struct suite *suite, const struct options *options)
{
    const struct catalogue *catalogue = catalogue_of_dialect(SPAN_LIT("imap2"));
    size_t all = 0;
    size_t all_covered = 0;
    for (size_t g = 0; g < catalogue_group_count(catalogue); g++) {
        const struct catalogue_group *group = catalogue_group_at(catalogue, g);
        const struct catalogue_requirement *r = NULL;
        size_t total = 0;
        size_t covered = 0;
        while ((r = catalogue_group_next(catalogue, group, r)) != NULL) {
            if (r->side == CATALOGUE_CLIENT)
                continue;
            bool is = is_covered(suite, r->id);
            total++;
            covered += is;
            if (!is && options->shows_missing)
                (void)printf("      %s\n", r->id);
        }
        (void)printf("%-5s %3zu of %3zu  %s\n", group->name, covered, total, group->title);
        all += total;
        all_covered += covered;
    }
    (void)printf("      %3zu of %3zu  requirements of servers are checked by a scenario\n",
                 all_covered, all);
}

int cli_cover(struct cli *cli, int argc, char **argv)
{
    struct options options = {0};
    struct cli_texts paths = {0};
    struct suite suite;
    struct err err;
    if (cli_options_read(cli, cover_option_table, argc, argv, &options, &paths, &err) != 0)
        return cli_fail(&err);
    suite_init(&suite, &cli->arena);
    int status = cli_load_suite(cli, &suite, &paths, "server") != 0 ? RESULT_EXIT_USAGE : 0;
    if (status == 0)
        print_coverage(&suite, &options);
    suite_free(&suite);
    return status;
}
