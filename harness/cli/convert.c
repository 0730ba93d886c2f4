#include <stdio.h>
#include <string.h>

#include "cli/tables.h"
#include "convert/convert.h"

struct convert_options {
    bool to_stream;
    const char *from, *id;
};

const struct cli_option convert_option_table[] = {
    {0, "stream", NULL, CLI_FLAG, offsetof(struct convert_options, to_stream),
     "a scenario to an event stream"},
    {0, "from", "FORM", CLI_TEXT, offsetof(struct convert_options, from),
     "what FILE is: log, transcript or stream; by its content when absent"},
    {0, "id", "ID", CLI_TEXT, offsetof(struct convert_options, id),
     "of the scenario written, or of the one to convert"},
    {0},
};

static int print(struct buffer *out)
{
    struct span all = buffer_span(out);
    (void)fwrite(all.data, 1, all.nbytes, stdout);
    buffer_free(out);
    return 0;
}

/* ---- scenario to stream ---- */

static struct script_scenario *find_scenario(const struct script_file *file, const char *id,
                                             struct err *err)
{
    struct script_scenario *found = NULL;
    for (size_t i = 0; i < file->nscenarios; i++)
        if (id == NULL || strcmp(file->scenarios[i]->id, id) == 0) {
            if (found != NULL) {
                (void)err_set(err, file->path, 0, 0,
                              "there are %zu scenarios in it; choose one with --id",
                              file->nscenarios);
                return NULL;
            }
            found = file->scenarios[i];
        }
    if (found == NULL)
        (void)err_set(err, file->path, 0, 0, "there is no scenario %s in it", id == NULL ? "" : id);
    return found;
}

static int to_stream(struct cli *cli, const struct convert_options *options, struct span text,
                     const char *path)
{
    struct script_loader loader = {cli_load_include, cli};
    struct script_file *file;
    struct script_case *cases;
    size_t ncases;
    struct convert_loss loss;
    struct buffer out = {0};
    struct err err;
    if (script_read(text, path, &loader, &cli->arena, &file, &err) != 0)
        return cli_fail(&err);
    const struct script_scenario *scenario = find_scenario(file, options->id, &err);
    if (scenario == NULL || script_expand(file, scenario, &cli->arena, &cases, &ncases, &err) != 0)
        return cli_fail(&err);
    convert_stream_of_case(&cases[0], &loss, &out);
    if (loss.guesses > 0 || loss.steps > 0)
        (void)fprintf(stderr, "imapspec: %zu values were guessed, %zu steps could not be carried\n",
                      loss.guesses, loss.steps);
    return print(&out);
}

/* ---- to a scenario ---- */

static int form_of(const struct convert_options *options, struct span text,
                   enum convert_form *form_r, struct err *err)
{
    static const char *const words[] = {
        [CONVERT_STREAM] = "stream", [CONVERT_TRANSCRIPT] = "transcript", [CONVERT_LOG] = "log"};
    *form_r = convert_form_of(text);
    if (options->from == NULL)
        return 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(options->from, words[i]) == 0) {
            *form_r = (enum convert_form)i;
            return 0;
        }
    return err_set(err, NULL, 0, 0, "--from wants log, transcript or stream, not \"%s\"",
                   options->from);
}

static int check_id(const char *id, struct err *err)
{
    for (const char *at = id; *at != '\0'; at++)
        if (!char_is_alnum(*at) && strchr(".-_", *at) == NULL)
            return err_set(err, NULL, 0, 0, "--id wants letters, digits, `.`, `-` and `_`");
    return *id != '\0' ? 0 : err_set(err, NULL, 0, 0, "--id wants at least one letter");
}

static int to_scenario(const struct convert_options *options, struct span text, const char *path)
{
    const char *id = options->id == NULL ? "converted" : options->id;
    enum convert_form form;
    struct buffer out = {0};
    struct buffer faults = {0};
    struct err err;
    if (check_id(id, &err) != 0 || form_of(options, text, &form, &err) != 0)
        return cli_fail(&err);
    if (form == CONVERT_STREAM)
        convert_stream_to_scenario(text, id, "an event stream", &out);
    else if (convert_transcript(text, path, id, "a transcript", &out, &err) != 0)
        return cli_fail(&err);
    if (script_lint(buffer_span(&out), path, NULL, &faults) > 0) {
        (void)fprintf(stderr, "imapspec: %s makes no scenario, see the lines it would have had:\n",
                      path);
        (void)fwrite(buffer_span(&faults).data, 1, faults.nbytes, stderr);
        buffer_free(&faults);
        buffer_free(&out);
        return RESULT_EXIT_USAGE;
    }
    return print(&out);
}

int cli_convert(struct cli *cli, int argc, char **argv)
{
    struct convert_options options = {.to_stream = false};
    struct cli_texts arguments = {0};
    struct span text;
    struct err err;
    if (cli_options_read(cli, convert_option_table, argc, argv, &options, &arguments, &err) != 0)
        return cli_fail(&err);
    if (arguments.nitems != 1) {
        (void)err_set(&err, NULL, 0, 0, "convert wants one file");
        return cli_fail(&err);
    }
    const char *path = arguments.items[0];
    if (cli_read_file(cli, path, &text, &err) != 0)
        return cli_fail(&err);
    return options.to_stream ? to_stream(cli, &options, text, path)
                             : to_scenario(&options, text, path);
}
