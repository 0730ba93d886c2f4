/*
 * cli: the command line. main.c finds the command in the table of command.c; each command has a
 * file of its own. Everything a command needs besides its arguments is in struct cli. Only this
 * folder exits, prints to the terminal and reads files named by users.
 */
#ifndef IMAPSPEC_CLI_CLI_H
#define IMAPSPEC_CLI_CLI_H

#include "base/base.h"
#include "reports/reports.h"
#include "run/run.h"
#include "run/suite.h"

struct cli {
    const char *program; /* as called: argv[0] */
    struct arena arena;  /* for what lives as long as the command */
    const char *data;    /* folder with scripts/ and corpus/, see cli_find_data() */
    bool out_is_terminal;
    bool color;
};

/* ---- commands (command.c) ---- */

struct cli_command {
    const char *name;
    const char *arguments;            /* "TARGET [SELECTOR...]" */
    const char *summary;              /* one line; NULL: for programs, not listed for people */
    const char *details;              /* for --help, lines under 80 columns; may be NULL */
    const struct cli_option *options; /* ended by one without a name */
    int (*run)(struct cli *cli, int argc, char **argv); /* arguments behind the command's name */
};

const struct cli_command *cli_command_find(const char *name); /* NULL: unknown */
const struct cli_command *cli_command_at(size_t index);       /* NULL: there are no more */
void cli_help(struct buffer *out);
void cli_help_command(const struct cli_command *command, struct buffer *out);

int cli_server(struct cli *cli, int argc, char **argv);
int cli_client(struct cli *cli, int argc, char **argv);
int cli_serve(struct cli *cli, int argc, char **argv);
int cli_shim(struct cli *cli, int argc, char **argv);
int cli_watch(struct cli *cli, int argc, char **argv);
int cli_lint(struct cli *cli, int argc, char **argv);
int cli_fmt(struct cli *cli, int argc, char **argv);
int cli_convert(struct cli *cli, int argc, char **argv);
int cli_grammar(struct cli *cli, int argc, char **argv);
int cli_list(struct cli *cli, int argc, char **argv);
int cli_explain(struct cli *cli, int argc, char **argv);
int cli_cover(struct cli *cli, int argc, char **argv);
int cli_features(struct cli *cli, int argc, char **argv);
int cli_report(struct cli *cli, int argc, char **argv);
int cli_mutants(struct cli *cli, int argc, char **argv);
int cli_init(struct cli *cli, int argc, char **argv);
int cli_fuzz(struct cli *cli, int argc, char **argv);
int cli_shrink(struct cli *cli, int argc, char **argv);
int cli_campaign(struct cli *cli, int argc, char **argv);
int cli_complete(struct cli *cli, int argc, char **argv);

/* ---- options (option.c) ---- */

enum cli_option_kind {
    CLI_FLAG,   /* bool: present or not */
    CLI_COUNT,  /* unsigned: how often (-v -v) */
    CLI_NUMBER, /* uint64_t, and bool is_given in has */
    CLI_FACTOR, /* double > 0 */
    CLI_TEXT,   /* const char * */
    CLI_LIST    /* struct cli_texts: every use adds one */
};

struct cli_texts {
    const char **items;
    size_t nitems, capacity;
};

struct cli_option {
    char letter;       /* 0: none */
    const char *name;  /* without dashes; NULL ends the table */
    const char *value; /* what is shown for its value: "FILE"; NULL for flags and counts */
    enum cli_option_kind kind;
    size_t offset; /* of the member in the command's struct */
    const char *help;
};

/* Reads options (anywhere) and arguments into the struct at `into`. -1 with *err: unknown option,
 * missing or bad value. Arguments that are no options go to *arguments_r. */
__attribute__((warn_unused_result)) int
cli_options_read(struct cli *cli, const struct cli_option *options, int argc, char **argv,
                 void *into, struct cli_texts *arguments_r, struct err *err);
void cli_texts_add(struct cli *cli, struct cli_texts *list, const char *text);

/* ---- files (file.c) ---- */

/* The folder that holds scripts/ and corpus/: $IMAPSPEC_DATA, ../share/imapspec beside the program,
 * or the tree it was built in. NULL and *err when there is none. */
const char *cli_find_data(struct cli *cli, struct err *err);

/* The program that is started as reference-tcp: $IMAPSPEC_SERVER, or NULL, for this one. */
const char *cli_server_program(void);

/* A file's octets in the cli's arena; "-" is standard input. */
__attribute__((warn_unused_result)) int cli_read_file(struct cli *cli, const char *path,
                                                      struct span *octets_r, struct err *err);
/* Replaces a file by renaming a new one over it; a device, pipe or socket is written to. */
__attribute__((warn_unused_result)) int cli_write_file(const char *path, struct span octets,
                                                       struct err *err);
/* A results file; says on stderr when it was cut short. */
__attribute__((warn_unused_result)) int
cli_read_results(struct cli *cli, const char *path, struct result_run **run_r, struct err *err);
bool cli_is_folder(const char *path);
bool cli_exists(const char *path);
bool cli_is_special(const char *path); /* there, and neither file nor folder: /dev/stderr, a pipe */

/* A path as it is best shown: without the working folder in front, when it lies below that. */
const char *cli_short_path(struct arena *arena, const char *path);

/* Files below a folder that end in `suffix`, in the order of their names; in the arena. */
__attribute__((warn_unused_result)) int cli_list_files(struct cli *cli, const char *folder,
                                                       const char *suffix, struct cli_texts *list,
                                                       struct err *err);

/* Reads a file named inside a scenario ("std/imap2.scn", "fixtures/x.mbox"): beside the file that
 * names it, else among the shipped ones. For struct script_loader and struct run_options; context
 * is the struct cli. */
int cli_load_include(void *context, const char *from, const char *path, struct arena *arena,
                     struct span *text_r, const char **path_r, struct err *err);

/* ---- shared by commands (suite.c) ---- */

/* Reads scenario files into the suite: those named, or all that are shipped for the dialect's side
 * ("server", "client"; NULL: for both).
 * Prints every error of every file to stderr; -1 when there was one. */
__attribute__((warn_unused_result)) int cli_load_suite(struct cli *cli, struct suite *suite,
                                                       const struct cli_texts *paths,
                                                       const char *side);
/* Splits arguments into files and folders that exist and selectors, which choose among what is in
 * them. */
void cli_split_selectors(struct cli *cli, const struct cli_texts *arguments,
                         struct cli_texts *paths, struct cli_texts *selectors);
/* Says which selectors fitted nothing, one a line as suite_select() appends them; frees them. */
void cli_warn_unused(struct buffer *selectors);

/* Prints an error to stderr, and returns RESULT_EXIT_USAGE. */
int cli_fail(const struct err *err);

#endif
