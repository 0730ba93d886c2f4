#include "blackbox/status.h"

#include <inttypes.h>
#include <stdio.h>

enum { STATUS_US = 1000000 };

static void print_rates(const struct course_player *player, const char *end, FILE *out)
{
    const struct course *course = player->course;
    const struct blackbox_summary *s = &course->shared->summary;
    double seconds = (double)course_elapsed_us(course) / 1e6;
    double looked = (double)s->nlooked_us / 1e6;
    double each = seconds > looked ? seconds - looked : 1;
    char restarts[32] = "";
    char on_findings[48] = "";
    struct buffer shares = {0};
    player->tell_shares(player->campaign, &shares);
    if (s->nlooked_us > 0)
        (void)snprintf(on_findings, sizeof on_findings, ", %.1f s of it on findings", looked);
    if (s->nrestarts > 0)
        (void)snprintf(restarts, sizeof restarts, "  restarts %u", s->nrestarts);
    (void)fprintf(out,
                  "%.1f s%s  %" PRIu64 " scenarios (%.0f/s)  %" PRIu64
                  " commands (%.0f/s)  %.*scorpus %zu  timeouts %.1f %%  findings %u%s%s",
                  seconds, on_findings, s->nscenarios, (double)s->nscenarios / each, s->ncommands,
                  (double)s->ncommands / each, SPAN_ARG(buffer_span(&shares)),
                  course->corpus.nitems, (double)s->nwaited_us / 1e4 / each, s->nfindings, restarts,
                  end);
    buffer_free(&shares);
}

void status_show(const struct course_player *player)
{
    struct course *course = player->course;
    int64_t now_us = clock_now_us(&course->clock);
    if (!course->options->shows_status || now_us - course->status_us < STATUS_US)
        return;
    course->status_us = now_us;
    (void)fprintf(stderr, "\r");
    print_rates(player, "  ", stderr);
    (void)fflush(stderr);
}

void status_announce(const struct course *course, const struct play_finding *finding)
{
    if (course->options->shows_status)
        (void)fprintf(stderr, "\n");
    (void)printf("shown after %.1f s: %s; to be confirmed and shrunk\n",
                 (double)course_elapsed_us(course) / 1e6, finding->oracle);
    (void)fflush(stdout);
}

void status_end(const struct course_player *player)
{
    const struct course *course = player->course;
    struct buffer reach = {0};
    if (course->options->shows_status)
        (void)fprintf(stderr, "\n");
    (void)printf("%s: ", player->target);
    print_rates(player, "\n", stdout);
    player->tell_reach(player->campaign, &reach);
    (void)printf("%.*sseed %" PRIu64 "\n", SPAN_ARG(buffer_span(&reach)), course->options->seed);
    (void)fflush(stdout);
    buffer_free(&reach);
}
