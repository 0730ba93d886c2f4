#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/guard.h"

static void print(FILE *to, struct buffer *text)
{
    struct span all = buffer_span(text);
    (void)fwrite(all.data, 1, all.nbytes, to);
    buffer_free(text);
}

static int help(const char *name)
{
    struct buffer text = {0};
    const struct cli_command *command = name == NULL ? NULL : cli_command_find(name);
    if (name != NULL && command == NULL) {
        (void)fprintf(stderr, "imapspec: there is no command \"%s\"; see imapspec help\n", name);
        return RESULT_EXIT_USAGE;
    }
    if (command == NULL)
        cli_help(&text);
    else
        cli_help_command(command, &text);
    print(stdout, &text);
    return 0;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static int run(struct cli *cli, int argc, char **argv)
{
    const struct cli_command *command = cli_command_find(argv[1]);
    if (command == NULL)
        return help(argv[1]);
    if (asks_for_help(argc - 2, argv + 2))
        return help(argv[1]);
    struct err err;
    cli->data = cli_find_data(cli, &err);
    if (cli->data == NULL)
        return cli_fail(&err);
    return command->run(cli, argc - 2, argv + 2);
}

int main(int argc, char **argv)
{
    struct cli cli = {.program = argv[0]};
    guard_catch_abort();
    const char *terminal = getenv("TERM");
    cli.out_is_terminal = isatty(STDOUT_FILENO) == 1 && getenv("CI") == NULL &&
                          !(terminal != NULL && strcmp(terminal, "dumb") == 0);
    cli.color = cli.out_is_terminal && getenv("NO_COLOR") == NULL;
    if (argc < 2) {
        (void)help(NULL);
        return RESULT_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)printf("imapspec %s\n", IMAPSPEC_VERSION);
        return 0;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
        strcmp(argv[1], "-h") == 0)
        return help(argc > 2 ? argv[2] : NULL);
    int status = run(&cli, argc, argv);
    if (fflush(stdout) != 0) {
        perror("imapspec: standard output");
        status = status == 0 ? RESULT_EXIT_INTERNAL : status;
    }
    arena_free(&cli.arena);
    return status;
}
