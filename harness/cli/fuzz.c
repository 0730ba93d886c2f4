#include "cli/fuzz.h"

#include <stdio.h>

#include "cli/tables.h"

#define MEMBER(name) offsetof(struct fuzz_options, name)

const struct cli_option fuzz_option_table[] = {
    {0, "time", "TIME", CLI_TEXT, MEMBER(time), "end after so long: 60s, 10m, 2h (60s)"},
    {0, "count", "N", CLI_NUMBER, MEMBER(count), "end after N scenarios instead"},
    {0, "seed", "N", CLI_NUMBER, MEMBER(seed), "seed of all chance (1)"},
    {0, "against", "TARGET", CLI_TEXT, MEMBER(against), "say the same to this server and compare"},
    {0, "rate", "N", CLI_NUMBER, MEMBER(rate), "at most so many scenarios a second"},
    {0, "resume", NULL, CLI_FLAG, MEMBER(resumes), "go on with the corpus that is there"},
    FUZZ_TARGET_OPTIONS,
    {0}};

enum { DEFAULT_TIME_MS = 60000, RATE_MOST = 1000000 };

/* "90", "90s", "10m", "2h" in milliseconds. */
static int read_time(const char *text, int64_t *ms_r, struct err *err)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"s", 1000}, {"m", 60000}, {"h", 3600000}, {"", 1000}};
    struct span digits = span_of(text);
    size_t n = number_digits(digits);
    uint32_t number;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (span_is(span_from(digits, n), units[i].unit) &&
            number_parse_u32(span_slice(digits, 0, n), &number) == 0 && number > 0) {
            *ms_r = number * units[i].ms;
            return 0;
        }
    return err_set(err, NULL, 0, 0, "--time wants a time such as 60s, 10m or 2h, not \"%s\"", text);
}

static int run(struct cli *cli, void *context, struct blackbox_options *blackbox)
{
    const int64_t *time_ms = context;
    struct blackbox_summary summary;
    struct err err;
    (void)cli;
    blackbox->time_ms = *time_ms;
    if (blackbox_run(blackbox, &summary, &err) != 0)
        return cli_fail(&err);
    if (summary.nearlier > 0)
        (void)printf("%u of the findings were in %s before this run\n", summary.nearlier,
                     blackbox->findings);
    if (summary.nflaky > 0)
        (void)printf("%u of the findings did not show again every time\n", summary.nflaky);
    if (summary.is_broken) {
        (void)fprintf(stderr, "imapspec: %s: %s\n", target_name(blackbox->target), summary.why);
        return RESULT_EXIT_TARGET;
    }
    return summary.nfindings > 0 ? RESULT_EXIT_UNEXPECTED : RESULT_EXIT_EXPECTED;
}

int cli_fuzz(struct cli *cli, int argc, char **argv)
{
    struct fuzz_options options = {.seed = 1};
    struct cli_texts arguments = {0};
    struct err err;
    int64_t time_ms = 0;
    if (cli_options_read(cli, fuzz_option_table, argc, argv, &options, &arguments, &err) != 0)
        return cli_fail(&err);
    if (arguments.nitems != (fuzz_target_is_option(&options) ? 0 : 1)) {
        (void)err_set(&err, NULL, 0, 0, "fuzz wants one target");
        return cli_fail(&err);
    }
    if (options.time != NULL && read_time(options.time, &time_ms, &err) != 0)
        return cli_fail(&err);
    if (options.rate > RATE_MOST) {
        (void)err_set(&err, NULL, 0, 0, "--rate is at most %d", RATE_MOST);
        return cli_fail(&err);
    }
    if (options.time == NULL && options.count == 0)
        time_ms = DEFAULT_TIME_MS;
    return fuzz_with_target(cli, &options, arguments.nitems > 0 ? arguments.items[0] : NULL, run,
                            &time_ms);
}
