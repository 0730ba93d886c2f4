#include "cli/test.h"

static double seconds_since(int64_t us)
{
    struct clock clock = clock_system();
    return (double)(clock_now_us(&clock) - us) / 1e6;
}

void test_progress(const struct test_run *run)
{
    if (!run->shows_progress || run->summary.ncases == 0)
        return;
    double passed = seconds_since(run->started_us);
    double left =
        passed / (double)run->summary.ncases * (double)(run->ntotal - run->summary.ncases);
    (void)fprintf(stderr, "\r\033[K%zu/%zu done, %zu failed, %.0f s left", run->summary.ncases,
                  run->ntotal, run->nfailed, left);
    (void)fflush(stderr);
}

void test_progress_clear(const struct test_run *run)
{
    if (run->shows_progress)
        (void)fputs("\r\033[K", stderr);
}

static void write_result(struct test_run *run, const struct result_case *result)
{
    struct buffer line = {0};
    if (run->results == NULL)
        return;
    result_case_write(result, &line);
    (void)fwrite(buffer_span(&line).data, 1, line.nbytes, run->results);
    (void)fflush(run->results); /* a crash of anything leaves what was done behind */
    buffer_free(&line);
}

void test_take_result(struct test_run *run, struct result_case *result)
{
    struct buffer text = {0};
    expect_apply(run->expected, run->options.is_strict, result);
    write_result(run, result);
    run->done = arena_grow(&run->cli->arena, run->done, &run->done_capacity, run->ndone + 1,
                           sizeof(void *));
    run->done[run->ndone++] = result;
    result_summary_add(&run->summary, result);
    run->nfailed += result->verdict >= RESULT_BLOCKED;
    result_case_print(result, &run->terminal, &text);
    if (text.nbytes > 0) {
        test_progress_clear(run);
        (void)fwrite(buffer_span(&text).data, 1, text.nbytes, stdout);
        (void)fflush(stdout);
    }
    buffer_free(&text);
    test_progress(run);
}
