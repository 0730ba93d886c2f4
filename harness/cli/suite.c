#include <stdio.h>

#include "cli/cli.h"

void cli_split_selectors(struct cli *cli, const struct cli_texts *arguments,
                         struct cli_texts *paths, struct cli_texts *selectors)
{
    for (size_t i = 0; i < arguments->nitems; i++) {
        const char *text = arguments->items[i];
        if (cli_exists(text))
            cli_texts_add(cli, paths, text);
        else
            cli_texts_add(cli, selectors, text);
    }
}

void cli_warn_unused(struct buffer *selectors)
{
    struct span lines = buffer_span(selectors);
    while (lines.nbytes > 0) {
        struct span line = span_cut(&lines, '\n');
        (void)fprintf(stderr, "imapspec: \"%.*s\" matches no scenario\n", SPAN_ARG(line));
    }
    buffer_free(selectors);
}

static int list_scenarios(struct cli *cli, const struct cli_texts *paths, const char *side,
                          struct cli_texts *files, struct err *err)
{
    if (paths->nitems == 0) {
        const char *folder = arena_printf(&cli->arena, "%s/scripts/imap2%s%s", cli->data,
                                          side == NULL ? "" : "/", side == NULL ? "" : side);
        return cli_list_files(cli, cli_short_path(&cli->arena, folder), ".scn", files, err);
    }
    for (size_t i = 0; i < paths->nitems; i++) {
        if (!cli_is_folder(paths->items[i]))
            cli_texts_add(cli, files, paths->items[i]);
        else if (cli_list_files(cli, paths->items[i], ".scn", files, err) != 0)
            return -1;
    }
    return 0;
}

int cli_load_suite(struct cli *cli, struct suite *suite, const struct cli_texts *paths,
                   const char *side)
{
    struct script_loader loader = {cli_load_include, cli};
    struct cli_texts files = {0};
    struct err err;
    int status = 0;
    if (list_scenarios(cli, paths, side, &files, &err) != 0) {
        (void)cli_fail(&err);
        return -1;
    }
    for (size_t i = 0; i < files.nitems; i++) {
        struct span text;
        if (cli_read_file(cli, files.items[i], &text, &err) == 0 &&
            suite_add(suite, text, files.items[i], &loader, &err) == 0)
            continue;
        (void)cli_fail(&err);
        status = -1;
    }
    return status;
}
