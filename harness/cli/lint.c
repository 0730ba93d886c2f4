#include <stdio.h>
#include <string.h>

#include "cli/tables.h"
#include "mutants/fault.h"

static bool is_target_file(const char *path)
{
    return span_ends_with(span_of(path), SPAN_LIT(".target"));
}

static bool is_fault_file(const char *path)
{
    return span_ends_with(span_of(path), SPAN_LIT(".fault"));
}

/* Files below folders, and files named. */
static int gather(struct cli *cli, const struct cli_texts *arguments, bool has_faults,
                  struct cli_texts *files, struct err *err)
{
    for (size_t i = 0; i < arguments->nitems; i++) {
        const char *path = arguments->items[i];
        if (!cli_is_folder(path))
            cli_texts_add(cli, files, path);
        else if (cli_list_files(cli, path, ".scn", files, err) != 0 ||
                 cli_list_files(cli, path, ".target", files, err) != 0 ||
                 (has_faults && cli_list_files(cli, path, ".fault", files, err) != 0))
            return -1;
    }
    if (files->nitems == 0)
        return err_set(err, NULL, 0, 0, "which files?");
    return 0;
}

static size_t lint_target(struct cli *cli, struct span text, const char *path, struct buffer *out)
{
    struct script_target *target;
    struct err err;
    if (script_read_target(text, path, &cli->arena, &target, &err) == 0)
        return 0;
    err_print(&err, out);
    return 1;
}

static size_t lint(struct cli *cli, const char *path, struct buffer *out)
{
    struct script_loader loader = {cli_load_include, cli};
    struct mutants_fault *fault;
    struct span text;
    struct err err;
    if (cli_read_file(cli, path, &text, &err) != 0) {
        err_print(&err, out);
        return 1;
    }
    if (is_target_file(path))
        return lint_target(cli, text, path, out);
    if (is_fault_file(path))
        return mutants_fault_read(text, path, &cli->arena, &fault, out);
    return script_lint(text, path, &loader, out);
}

int cli_lint(struct cli *cli, int argc, char **argv)
{
    static const struct cli_option none[] = {{0}};
    struct cli_texts arguments = {0};
    struct cli_texts files = {0};
    struct buffer out = {0};
    struct err err;
    size_t nerrors = 0;
    char nothing;
    if (cli_options_read(cli, none, argc, argv, &nothing, &arguments, &err) != 0 ||
        gather(cli, &arguments, true, &files, &err) != 0)
        return cli_fail(&err);
    for (size_t i = 0; i < files.nitems; i++)
        nerrors += lint(cli, files.items[i], &out);
    (void)fwrite(buffer_span(&out).data, 1, out.nbytes, stderr);
    buffer_free(&out);
    return nerrors == 0 ? 0 : RESULT_EXIT_USAGE;
}

/* ---- fmt ---- */

struct fmt_options {
    bool writes, checks;
};

const struct cli_option fmt_option_table[] = {
    {'w', "write", NULL, CLI_FLAG, offsetof(struct fmt_options, writes), "write files back"},
    {0, "check", NULL, CLI_FLAG, offsetof(struct fmt_options, checks),
     "print the names of files that would change; exit code 1 if there are any"},
    {0}};

static int format_file(struct cli *cli, const char *path, const struct fmt_options *options,
                       bool *differs_r, struct err *err)
{
    struct span text;
    struct buffer out = {0};
    int status = cli_read_file(cli, path, &text, err);
    if (status == 0)
        status = script_format(text, path, &out, err);
    *differs_r = status == 0 && !span_equal(text, buffer_span(&out));
    if (status == 0 && options->checks)
        (void)(*differs_r && printf("%s\n", path));
    else if (status == 0 && options->writes)
        status = *differs_r ? cli_write_file(path, buffer_span(&out), err) : 0;
    else if (status == 0)
        (void)fwrite(buffer_span(&out).data, 1, out.nbytes, stdout);
    buffer_free(&out);
    return status;
}

int cli_fmt(struct cli *cli, int argc, char **argv)
{
    struct fmt_options options = {0};
    struct cli_texts arguments = {0};
    struct cli_texts files = {0};
    struct err err;
    int status = 0;
    bool some_differ = false;
    if (cli_options_read(cli, fmt_option_table, argc, argv, &options, &arguments, &err) != 0 ||
        gather(cli, &arguments, false, &files, &err) != 0)
        return cli_fail(&err);
    for (size_t i = 0; i < files.nitems; i++) {
        bool differs;
        if (format_file(cli, files.items[i], &options, &differs, &err) != 0)
            status = cli_fail(&err);
        some_differ = some_differ || differs;
    }
    return status == 0 && options.checks && some_differ ? RESULT_EXIT_UNEXPECTED : status;
}
