#include <stdio.h>
#include <string.h>

#include "catalogue/catalogue.h"
#include "cli/tables.h"
#include "script/target.h"

/* What can stand at a place of the command line. */
enum kind { WORDS, FILES, FOLDERS, TARGETS, SELECTORS, REQUIREMENTS };

/* By the name of an option, else by what the help calls its value or the argument. */
static const struct completion {
    const char *name;
    enum kind kind;
    const char *words; /* of WORDS; of FILES, how their names end */
} completions[] = {
    {"judge", WORDS, "server client both"},
    {"from", WORDS, "log transcript stream"},
    {"logs", WORDS, "some failed all"},
    {"id", WORDS, ""},
    {"SIDE", WORDS, "server client"},
    {"WHEN", WORDS, "auto always never"},
    {"WHAT", WORDS, "chunks tags case forms all"},
    {"TARGET", TARGETS, NULL},
    {"SELECTOR", SELECTORS, NULL},
    {"ID", REQUIREMENTS, NULL},
    {"RESULTS", FILES, ".jsonl"},
    {"CERT", FILES, ".pem"},
    {"KEY", FILES, ".pem"},
    {"DIR", FOLDERS, NULL},
    {"FOLDER", FOLDERS, NULL},
    {"FILE", FILES, ""},
    {"PATH", FILES, ""},
};

/* A command line up to the word that is to be completed. */
struct line {
    struct cli *cli;
    const struct cli_command *command; /* NULL: it is the word */
    struct span word;
};

/* ---- candidates --------------------------------------------------------------------------- */

/* A candidate a line, with what it means behind a tab. `:files SUFFIX` and `:folders` stand for
 * those that the shell knows itself. */
static void offer(const struct line *line, const char *prefix, const char *name, const char *about)
{
    struct buffer text = {0};
    buffer_printf(&text, "%s%s", prefix, name);
    if (span_starts_with(buffer_span(&text), line->word))
        (void)printf("%.*s\t%s\n", SPAN_ARG(buffer_span(&text)), about);
    buffer_free(&text);
}

static void offer_words(const struct line *line, const char *words)
{
    struct span rest = span_of(words);
    while (rest.nbytes > 0) {
        struct span word = span_cut(&rest, ' ');
        offer(line, "", arena_text(&line->cli->arena, word), "");
    }
}

static void offer_commands(const struct line *line)
{
    const struct cli_command *c;
    for (size_t i = 0; (c = cli_command_at(i)) != NULL; i++)
        if (c->summary != NULL)
            offer(line, "", c->name, c->summary);
}

static void offer_options(const struct line *line)
{
    for (const struct cli_option *o = line->command->options; o->name != NULL; o++)
        offer(line, "--", o->name, o->help);
    offer(line, "--", "help", "what the command does, and its options");
}

static void offer_requirements(const struct line *line, const char *prefix)
{
    const struct catalogue *catalogue = catalogue_of_dialect(SPAN_LIT("imap2"));
    for (size_t i = 0; i < catalogue_count(catalogue); i++)
        offer(line, prefix, catalogue_at(catalogue, i)->id, catalogue_at(catalogue, i)->statement);
}

static void offer_readings(const struct line *line)
{
    const struct catalogue *catalogue = catalogue_of_dialect(SPAN_LIT("imap2"));
    for (unsigned n = 1; n <= catalogue_reading_count(catalogue); n++)
        offer(line, "", arena_printf(&line->cli->arena, "B%u", n),
              catalogue_reading(catalogue, n)->topic);
}

/* The side that the command tests; NULL for both. */
static const char *side_of(const struct line *line)
{
    bool has_side =
        strcmp(line->command->name, "server") == 0 || strcmp(line->command->name, "client") == 0;
    return has_side ? line->command->name : NULL;
}

static void offer_scenarios(const struct line *line)
{
    struct suite suite;
    struct cli_texts none = {0};
    suite_init(&suite, &line->cli->arena);
    if (cli_load_suite(line->cli, &suite, &none, side_of(line)) == 0)
        for (size_t f = 0; f < suite.nfiles; f++)
            for (size_t i = 0; i < suite.files[f]->nscenarios; i++)
                offer(line, "", suite.files[f]->scenarios[i]->id,
                      suite.files[f]->scenarios[i]->claim);
    suite_free(&suite);
}

static void offer_selectors(const struct line *line)
{
    static const char *const levels[] = {"must", "should", "may"};
    if (span_starts_with(line->word, SPAN_LIT("req:"))) {
        offer_requirements(line, "req:");
        return;
    }
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (span_starts_with(line->word, SPAN_LIT("level:")))
            offer(line, "level:", levels[i], "");
    if (span_starts_with(line->word, SPAN_LIT("failed:"))) {
        (void)printf(":files .jsonl\n");
        return;
    }
    offer(line, "", "failed:", "what was unexpected in a results file");
    offer(line, "", "req:", "what checks a requirement");
    offer(line, "", "level:", "what checks requirements of a level");
    offer_scenarios(line);
    (void)printf(":files .scn\n");
}

/* ---- targets ------------------------------------------------------------------------------ */

static void offer_target_file(const struct line *line, const char *path)
{
    struct script_target *target;
    struct span text;
    struct err err;
    const char *side = side_of(line);
    if (cli_read_file(line->cli, path, &text, &err) != 0 ||
        script_read_target(text, path, &line->cli->arena, &target, &err) != 0)
        return;
    bool is_client = target->side == SIDE_CLIENT;
    if (side == NULL || is_client == (strcmp(side, "client") == 0))
        offer(line, "", target->name, target->title);
}

static void offer_targets(const struct line *line)
{
    struct cli_texts files = {0};
    struct err err;
    const char *side = side_of(line);
    const char *folder = arena_printf(&line->cli->arena, "%s/scripts/targets", line->cli->data);
    offer(line, "", "reference", "what is bundled, called by function");
    if (side == NULL || strcmp(side, "server") == 0)
        offer(line, "", "reference-tcp", "the bundled server as a process");
    if (side == NULL || strcmp(side, "client") == 0)
        offer(line, "", "reference-shim", "the bundled client as a program");
    if (cli_list_files(line->cli, folder, ".target", &files, &err) == 0)
        for (size_t i = 0; i < files.nitems; i++)
            offer_target_file(line, files.items[i]);
    (void)printf(":files .target\n");
}

/* ---- places of the command line ----------------------------------------------------------- */

static void offer_kind(const struct line *line, const struct completion *c)
{
    switch (c->kind) {
    case WORDS:
        offer_words(line, c->words);
        break;
    case FILES:
        (void)printf(":files %s\n", c->words);
        break;
    case FOLDERS:
        (void)printf(":folders\n");
        break;
    case TARGETS:
        offer_targets(line);
        break;
    case SELECTORS:
        offer_selectors(line);
        break;
    case REQUIREMENTS:
        offer_requirements(line, "");
        offer_readings(line);
        break;
    }
}

static const struct completion *completion_of(struct span name)
{
    for (size_t i = 0; i < sizeof completions / sizeof completions[0]; i++)
        if (span_is(name, completions[i].name))
            return &completions[i];
    return NULL;
}

static void offer_value(const struct line *line, const struct cli_option *option)
{
    const struct completion *c = completion_of(span_of(option->name));
    if (c == NULL)
        c = completion_of(span_of(option->value));
    if (c != NULL)
        offer_kind(line, c);
}

/* The argument of that index, counted from 0, as the command's usage names it. */
static void offer_argument(const struct line *line, size_t index)
{
    struct span rest = span_of(line->command->arguments);
    struct span name = {"", 0};
    for (size_t i = 0; rest.nbytes > 0; i++) {
        name = span_cut(&rest, ' ');
        bool is_optional = span_starts_with(name, SPAN_LIT("["));
        bool is_list = span_find(name, SPAN_LIT("...")) != SPAN_NPOS;
        name = span_slice(name, is_optional ? 1 : 0,
                          name.nbytes - (is_optional ? 2 : 0) - (is_list ? 3 : 0));
        if (i == index || is_list)
            break;
        name = span_slice(name, 0, 0);
    }
    const struct completion *c = completion_of(name);
    if (c != NULL)
        offer_kind(line, c);
}

static const struct cli_option *option_of(const struct cli_command *command, struct span word)
{
    for (const struct cli_option *o = command->options; o->name != NULL; o++) {
        bool is_short = word.nbytes == 2 && word.data[0] == '-' && word.data[1] == o->letter;
        bool is_long =
            span_starts_with(word, SPAN_LIT("--")) && span_is(span_from(word, 2), o->name);
        if (o->value != NULL && (is_short || is_long))
            return o;
    }
    return NULL;
}

/* Whether the word is `--option=value`, whose value is then offered for. */
static bool offer_attached(struct line *line)
{
    struct span value = line->word;
    struct span name = span_cut(&value, '=');
    const struct cli_option *option = option_of(line->command, name);
    if (name.nbytes == line->word.nbytes || option == NULL)
        return false;
    line->word = value;
    offer_value(line, option);
    return true;
}

static void offer_within_command(struct line *line, const struct cli_texts *words)
{
    const struct cli_option *option = NULL; /* whose value comes next */
    size_t index = 0;
    for (size_t i = 1; i + 1 < words->nitems; i++) {
        struct span word = span_of(words->items[i]);
        bool is_value = option != NULL;
        option = is_value ? NULL : option_of(line->command, word);
        if (!is_value && !span_starts_with(word, SPAN_LIT("-")))
            index++;
        else if (span_is(word, "--exec")) /* stands instead of the target */
            index = 1;
    }
    if (option != NULL)
        offer_value(line, option);
    else if (span_starts_with(line->word, SPAN_LIT("-"))) {
        if (!offer_attached(line))
            offer_options(line);
    } else
        offer_argument(line, index);
}

int cli_complete(struct cli *cli, int argc, char **argv)
{
    static const struct cli_option none[] = {{0}};
    struct cli_texts words = {0};
    struct err err;
    char nothing;
    if (cli_options_read(cli, none, argc, argv, &nothing, &words, &err) != 0)
        return cli_fail(&err);
    if (words.nitems == 0)
        cli_texts_add(cli, &words, "");
    struct line line = {.cli = cli, .word = span_of(words.items[words.nitems - 1])};
    if (words.nitems == 1) {
        offer_commands(&line);
        offer(&line, "", "help", "what a command does, and its options");
        offer(&line, "", "--version", "of the program");
        return 0;
    }
    if (strcmp(words.items[0], "help") == 0 && words.nitems == 2) {
        offer_commands(&line);
        return 0;
    }
    line.command = cli_command_find(words.items[0]);
    if (line.command != NULL)
        offer_within_command(&line, &words);
    return 0;
}
