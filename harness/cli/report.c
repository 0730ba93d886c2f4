#include <stdio.h>

#include "cli/tables.h"

struct options {
    const char *markdown;
};

const struct cli_option report_option_table[] = {
    {0, "markdown", "FILE", CLI_TEXT, offsetof(struct options, markdown),
     "write Markdown there; - (the default) is standard output"},
    {0}};

static int write_report(const struct options *options, struct span text, struct err *err)
{
    if (options->markdown != NULL && !span_is(span_of(options->markdown), "-"))
        return cli_write_file(options->markdown, text, err);
    (void)fwrite(text.data, 1, text.nbytes, stdout);
    return 0;
}

int cli_report(struct cli *cli, int argc, char **argv)
{
    struct options options = {0};
    struct cli_texts paths = {0};
    struct err err;
    if (cli_options_read(cli, report_option_table, argc, argv, &options, &paths, &err) != 0)
        return cli_fail(&err);
    if (paths.nitems == 0) {
        (void)err_set(&err, NULL, 0, 0, "report wants results files");
        return cli_fail(&err);
    }
    struct result_run **runs = arena_array(&cli->arena, paths.nitems, sizeof(struct result_run *));
    for (size_t i = 0; i < paths.nitems; i++) {
        if (cli_read_results(cli, paths.items[i], &runs[i], &err) != 0)
            return cli_fail(&err);
    }
    struct buffer out = {0};
    result_markdown_write((const struct result_run *const *)runs, paths.nitems, &out);
    int status = write_report(&options, buffer_span(&out), &err) != 0 ? cli_fail(&err) : 0;
    buffer_free(&out);
    return status;
}
