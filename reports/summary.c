#include "reports/reports.h"

#include <string.h>

static const char *const VERDICT_NAMES[RESULT_NVERDICTS] = {
    [RESULT_PASS] = "pass",   [RESULT_NONSTRICT] = "nonstrict", [RESULT_WARN] = "warn",
    [RESULT_SKIP] = "skip",   [RESULT_BLOCKED] = "blocked",     [RESULT_FAIL] = "fail",
    [RESULT_CRASH] = "crash", [RESULT_ERROR] = "error",
};

const char *result_verdict_name(enum result_verdict verdict)
{
    ENSURE((unsigned)verdict < RESULT_NVERDICTS);
    return VERDICT_NAMES[verdict];
}

int result_verdict_parse(struct span name, enum result_verdict *verdict_r)
{
    for (unsigned i = 0; i < RESULT_NVERDICTS; i++) {
        if (!span_is(name, VERDICT_NAMES[i]))
            continue;
        *verdict_r = (enum result_verdict)i;
        return 0;
    }
    return -1;
}

static bool is_unexpected_unlisted(enum result_verdict verdict, bool is_strict)
{
    switch (verdict) {
    case RESULT_PASS:
    case RESULT_SKIP:
        return false;
    case RESULT_NONSTRICT:
    case RESULT_WARN:
    case RESULT_BLOCKED:
        return is_strict;
    case RESULT_FAIL:
    case RESULT_CRASH:
    case RESULT_ERROR:
        return true;
    }
    return true;
}

bool result_is_unexpected(enum result_verdict verdict, const char *expected, bool is_strict)
{
    if (!expected || !*expected)
        return is_unexpected_unlisted(verdict, is_strict);
    if (strcmp(expected, "flaky") == 0)
        return verdict == RESULT_ERROR;
    return strcmp(expected, result_verdict_name(verdict)) != 0;
}

void result_summary_add(struct result_summary *summary, const struct result_case *result)
{
    ENSURE((unsigned)result->verdict < RESULT_NVERDICTS);
    summary->ncases++;
    summary->nverdicts[result->verdict]++;
    summary->nunexpected += result->is_unexpected;
    summary->nflaky += span_is(span_of(result->expected), "flaky");
}

void result_summary_write(const struct result_summary *summary, struct buffer *out)
{
    const char *separator = ": ";
    buffer_printf(out, "%zu case%s", summary->ncases, summary->ncases == 1 ? "" : "s");
    for (unsigned i = 0; i < RESULT_NVERDICTS; i++) {
        if (summary->nverdicts[i] == 0)
            continue;
        buffer_printf(out, "%s%zu %s", separator, summary->nverdicts[i], VERDICT_NAMES[i]);
        separator = ", ";
    }
    buffer_printf(out, "; %zu unexpected", summary->nunexpected);
    if (summary->nflaky > 0)
        buffer_printf(out, ", %zu flaky", summary->nflaky);
    buffer_printf(out, "; %.2f s", summary->ms / 1000);
}

enum result_exit result_summary_exit(const struct result_summary *summary)
{
    size_t nplayed = summary->ncases - summary->nverdicts[RESULT_SKIP];
    if (nplayed == 0)
        return RESULT_EXIT_EMPTY;
    if (summary->nverdicts[RESULT_BLOCKED] == nplayed)
        return RESULT_EXIT_TARGET;
    return summary->nunexpected > 0 ? RESULT_EXIT_UNEXPECTED : RESULT_EXIT_EXPECTED;
}

size_t result_run_missing(const struct result_run *run)
{
    size_t nlost = run->is_cut ? 1 : 0; /* the case whose line is incomplete */
    if (run->header.planned <= run->ncases)
        return run->header.planned == 0 ? nlost : 0;
    return run->header.planned - run->ncases;
}
