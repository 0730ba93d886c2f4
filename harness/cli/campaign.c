#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/tables.h"

struct campaign_options {
    const char *time, *place;
    uint64_t ncores, exchange_s;
    bool shows;
};

#define MEMBER(name) offsetof(struct campaign_options, name)

const struct cli_option campaign_option_table[] = {
    {0, "time", "TIME", CLI_TEXT, MEMBER(time), "end after so long: 60s, 10m, 2h (10m)"},
    {0, "cores", "N", CLI_NUMBER, MEMBER(ncores), "cores to use (all there are)"},
    {0, "exchange", "S", CLI_NUMBER, MEMBER(exchange_s),
     "seconds between exchanges of what was reached (600)"},
    {0, "place", "DIR", CLI_TEXT, MEMBER(place),
     "where corpus and findings are (build/campaign/TARGET of the tree)"},
    {0, "status", NULL, CLI_FLAG, MEMBER(shows),
     "print what the campaign there has come to, and end"},
    {0}};

enum { DEFAULT_EXCHANGE_S = 600 };

static int set_variable(const char *name, const char *value, struct err *err)
{
    if (setenv(name, value, 1) == 0)
        return 0;
    return err_set(err, NULL, 0, 0, "%s: %s", name, strerror(errno));
}

/* A place is named from the folder that the command is called in; the script works in another. */
static int set_place(struct cli *cli, const char *place, struct err *err)
{
    char folder[4096];
    if (place == NULL)
        return 0;
    if (place[0] == '/')
        return set_variable("PLACE", place, err);
    if (getcwd(folder, sizeof folder) == NULL)
        return err_set(err, NULL, 0, 0, "%s", strerror(errno));
    return set_variable("PLACE", arena_printf(&cli->arena, "%s/%s", folder, place), err);
}

/* Becomes the script, so that signals are its own. Returns only when that cannot be. */
static int become(struct cli *cli, const struct campaign_options *options, const char *target)
{
    const char *script = IMAPSPEC_TREE "/tools/fuzz-campaign";
    const char *exchange = arena_printf(&cli->arena, "%" PRIu64, options->exchange_s);
    const char *cores = arena_printf(&cli->arena, "%" PRIu64, options->ncores);
    struct err err;
    if (set_place(cli, options->place, &err) != 0 || set_variable("EXCHANGE", exchange, &err) != 0)
        return cli_fail(&err);
    (void)fflush(NULL);
    if (options->shows)
        (void)execl(script, script, "--status", target, (char *)NULL);
    else
        (void)execl(script, script, target, options->time, options->ncores == 0 ? NULL : cores,
                    (char *)NULL);
    (void)err_set(&err, script, 0, 0, "%s: campaigns are run where imapspec was built",
                  strerror(errno));
    (void)cli_fail(&err);
    return RESULT_EXIT_TARGET;
}

int cli_campaign(struct cli *cli, int argc, char **argv)
{
    struct campaign_options options = {.time = "10m", .exchange_s = DEFAULT_EXCHANGE_S};
    struct cli_texts arguments = {0};
    struct err err;
    if (cli_options_read(cli, campaign_option_table, argc, argv, &options, &arguments, &err) != 0)
        return cli_fail(&err);
    if (arguments.nitems != 1) {
        (void)err_set(&err, NULL, 0, 0, "campaign wants one in-process target: docs/fuzzing.md");
        return cli_fail(&err);
    }
    return become(cli, &options, arguments.items[0]);
}
