#include <stdio.h>

#include "cli/fuzz.h"
#include "cli/tables.h"
#include "convert/convert.h"

const struct cli_option shrink_option_table[] = {FUZZ_TARGET_OPTIONS, {0}};

struct shrink_input {
    const char *path;
    struct buffer stream;
};

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
    if (cases[0].scenario->role == SCRIPT_SERVER)
        return err_set(
            err, path, 0, 0,
            "a scenario for a client cannot be shrunk; the stream in the events.bin that "
            "was written with it can");
    convert_stream_of_case(&cases[0], &loss, stream);
    return 0;
}

static int run(struct cli *cli, void *context, struct blackbox_options *blackbox)
{
    const struct shrink_input *input = context;
    struct err err;
    (void)cli;
    int shown = blackbox_shrink(blackbox, buffer_span(&input->stream), &err);
    if (shown < 0)
        return cli_fail(&err);
    if (shown == 0)
        return RESULT_EXIT_UNEXPECTED;
    (void)printf("%s: %s shows nothing wrong\n", input->path, target_name(blackbox->target));
    return 0;
}

int cli_shrink(struct cli *cli, int argc, char **argv)
{
    struct fuzz_options options = {.seed = 1};
    struct cli_texts arguments = {0};
    struct shrink_input input = {.path = NULL};
    struct err err;
    if (cli_options_read(cli, shrink_option_table, argc, argv, &options, &arguments, &err) != 0)
        return cli_fail(&err);
    bool is_option = fuzz_target_is_option(&options);
    if (arguments.nitems != (is_option ? 1 : 2)) {
        (void)err_set(&err, NULL, 0, 0, "shrink wants a file and a target");
        return cli_fail(&err);
    }
    input.path = arguments.items[0];
    int status =
        read_stream(cli, input.path, &input.stream, &err) == 0
            ? fuzz_with_target(cli, &options, is_option ? NULL : arguments.items[1], run, &input)
            : cli_fail(&err);
    buffer_free(&input.stream);
    return status;
}
