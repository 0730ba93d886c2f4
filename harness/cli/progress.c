#include "cli/test.h"

enum { PROGRESS_EVERY_US = 50000 };

static void append_time(struct buffer *out, double seconds)
{
    if (seconds < 90)
        buffer_printf(out, "%.0f s", seconds);
    else
        buffer_printf(out, "%.0f min", seconds / 60);
}

void test_progress(struct test_run *run)
{
    struct clock clock = clock_system();
    int64_t now_us = clock_now_us(&clock);
    size_t ndone = run->summary.ncases;
    bool is_due = ndone == 0 || now_us - run->progress_us >= PROGRESS_EVERY_US;
    if (!run->shows_progress || !is_due)
        return;
    run->progress_us = now_us;
    struct buffer line = {0};
    buffer_printf(&line, "\r\033[K%zu/%zu done, %zu unexpected", ndone, run->ntotal,
                  run->summary.nunexpected);
    if (ndone > 0) {
        double passed_s = (double)(now_us - run->started_us) / 1e6;
        buffer_append_text(&line, ", ");
        append_time(&line, passed_s / (double)ndone * (double)(run->ntotal - ndone));
        buffer_append_text(&line, " left");
    }
    (void)fwrite(buffer_span(&line).data, 1, line.nbytes, stderr);
    (void)fflush(stderr);
    buffer_free(&line);
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
    result_case_print(result, &run->terminal, &text);
    if (!result->is_unexpected && run->terminal.verbosity == 0) {
        buffer_append(&run->later, buffer_span(&text)); /* what is unexpected comes first */
    } else if (text.nbytes > 0) {
        test_progress_clear(run);
        (void)fwrite(buffer_span(&text).data, 1, text.nbytes, run->say);
        (void)fflush(run->say);
        run->progress_us = 0;
    }
    buffer_free(&text);
    test_progress(run);
}
