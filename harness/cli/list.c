#include <stdio.h>

#include "cli/tables.h"

int cli_list(struct cli *cli, int argc, char **argv)
{
    static const struct cli_option none[] = {{0}};
    struct cli_texts arguments = {0};
    struct cli_texts paths = {0};
    struct cli_texts selectors = {0};
    struct buffer unused = {0};
    struct suite suite;
    struct err err;
    char nothing;
    if (cli_options_read(cli, none, argc, argv, &nothing, &arguments, &err) != 0)
        return cli_fail(&err);
    cli_split_selectors(cli, &arguments, &paths, &selectors);
    suite_init(&suite, &cli->arena);
    int status = 0;
    if (cli_load_suite(cli, &suite, &paths, NULL) != 0)
        status = RESULT_EXIT_USAGE;
    else if (suite_expand(&suite, SCRIPT_CLIENT, 0, &err) != 0 ||
             suite_expand(&suite, SCRIPT_SERVER, 0, &err) != 0)
        status = cli_fail(&err);
    else
        suite_select(&suite, selectors.items, selectors.nitems, NULL, 0, &unused);
    const struct script_scenario *last = NULL;
    for (size_t i = 0; status == 0 && i < suite.ncases; i++) {
        const struct script_scenario *s = suite.cases[i].script->scenario;
        if (s != last)
            (void)printf("%-40s %s\n", s->id, s->claim);
        last = s;
    }
    if (status == 0 && suite.ncases == 0)
        status = RESULT_EXIT_EMPTY;
    cli_warn_unused(&unused);
    suite_free(&suite);
    return status;
}
