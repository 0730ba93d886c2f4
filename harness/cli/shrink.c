#include <stdio.h>

#include "cli/fuzz.h"
#include "cli/guard.h"
#include "cli/tables.h"
#include "convert/convert.h"

#define MEMBER(name) offsetof(struct fuzz_options, name)

const struct cli_option shrink_option_table[] = {
    {0, "findings", "DIR", CLI_TEXT, MEMBER(findings), "where the result goes (findings)"},
    {0, "user", "NAME", CLI_TEXT, MEMBER(user), "to log in with, for HOST:PORT"},
    {0, "password", "TEXT", CLI_TEXT, MEMBER(password), "to log in with, for HOST:PORT"},
    {0, "tls", NULL, CLI_FLAG, MEMBER(uses_tls), "TLS from the first octet, for HOST:PORT"},
    {0, "timeout-scale", "F", CLI_FACTOR, MEMBER(timeout_scale), "multiply all time limits"},
    {0, "i-own-this-server", NULL, CLI_FLAG, MEMBER(is_own),
     "the server is not on this machine, and you may do this"},
    {0}};

/* Of a scenario what it sends; all else is a stream. */
static int read_stream(struct cli *cli, const char *path, struct buffer *stream, struct err *err)
{
    struct script_loader loader = {cli_load_include, cli};
    struct script_file *file;
    struct script_case *cases;
    size_t ncases;
    struct convert_loss loss;
    struct span text;
    if (cli_read_file(cli, path, &text, err) != 0)
        return -1;
    if (!span_ends_with(span_of(path), SPAN_LIT(".scn"))) {
        buffer_append(stream, text);
        return 0;
    }
    if (script_read(text, path, &loader, &cli->arena, &file, err) != 0)
        return -1;
    if (file->nscenarios != 1)
        return err_set(err, path, 0, 0, "there are %zu scenarios in it, and one is wanted",
                       file->nscenarios);
    if (script_expand(file, file->scenarios[0], &cli->arena, &cases, &ncases, err) != 0)
        return -1;
    convert_stream_of_case(&cases[0], &loss, stream);
    return 0;
}

static int shrink_against(struct cli *cli, const struct fuzz_options *options, const char *path,
                          struct span stream, struct fuzz_target *target)
{
    struct fuzz_target none = {.target = NULL};
    struct err err;
    struct net_loop *loop =
        target_is_in_process(target->target) ? net_loop_new_virtual(0) : net_loop_new();
    int status = fuzz_target_start(target, loop);
    if (status == 0) {
        struct blackbox_options blackbox = fuzz_blackbox_options(cli, options, target, &none);
        int shown = blackbox_shrink(&blackbox, stream, &err);
        if (shown < 0)
            status = cli_fail(&err);
        else if (shown > 0)
            (void)printf("%s: %s shows nothing wrong\n", path, target_name(target->target));
        else
            status = RESULT_EXIT_UNEXPECTED;
    }
    fuzz_target_close(target, loop);
    net_loop_free(&loop);
    return status;
}

int cli_shrink(struct cli *cli, int argc, char **argv)
{
    struct fuzz_options options = {.seed = 1};
    struct cli_texts arguments = {0};
    struct fuzz_target target = {.target = NULL};
    struct buffer stream = {0};
    struct err err;
    if (cli_options_read(cli, shrink_option_table, argc, argv, &options, &arguments, &err) != 0)
        return cli_fail(&err);
    if (arguments.nitems != 2) {
        (void)err_set(&err, NULL, 0, 0, "shrink wants a file and a target");
        return cli_fail(&err);
    }
    if (read_stream(cli, arguments.items[0], &stream, &err) != 0)
        return cli_fail(&err);
    int status = fuzz_target_open(cli, arguments.items[1], &options, &target);
    guard_catch_signals();
    if (status == 0)
        status = shrink_against(cli, &options, arguments.items[0], buffer_span(&stream), &target);
    else
        target_free(&target.target);
    buffer_free(&stream);
    return status;
}
