#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "echo_helper.h"
#include "net/process.h"

static struct net_loop *loop;

static int begin(void **state)
{
    (void)state;
    loop = net_loop_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    net_loop_free(&loop);
    return 0;
}

static struct net_process *start_shell(const char *command, enum net_stdio stdio)
{
    struct err err;
    const char *argv[] = {"sh", "-c", command, NULL};
    struct net_process_options options = {.argv = argv, .stdio = stdio};
    struct net_process *process = net_process_start(loop, &options, &err);
    assert_non_null(process);
    return process;
}

static void check_described(const struct net_process *process, const char *wanted)
{
    struct buffer out = {0};
    net_process_describe(process, &out);
    char *text = buffer_take_text(&out);
    assert_string_equal(text, wanted);
    free(text);
}

static void check_cat(enum net_stdio stdio)
{
    struct err err;
    const char *argv[] = {"cat", NULL};
    struct net_process_options options = {.argv = argv, .stdio = stdio};
    struct net_process *process = net_process_start(loop, &options, &err);
    assert_non_null(process);
    struct carrier *c = carrier_open_process(process);
    echo_round_trip(loop, c, SPAN_LIT("hello"));
    struct buffer much = {0};
    buffer_append_repeat(&much, 'x', 900000);
    echo_round_trip(loop, c, buffer_span(&much));
    buffer_free(&much);
    check_described(process, "running");
    carrier_send(c, SPAN_LIT("last"));
    carrier_half_close(c);
    echo_await(loop, c, SPAN_NPOS);
    assert_true(carrier_at_eof(c) && !carrier_was_reset(c));
    assert_true(span_is(buffer_span(carrier_input(c)), "last"));
    assert_true(net_process_wait(process, 10000));
    check_described(process, "exited with status 0");
    assert_int_equal(net_process_exit_status(process), 0);
    net_process_free(&process);
    carrier_close(&c);
}

static void test_cat(void **state)
{
    (void)state;
    check_cat(NET_STDIO_PIPES);
    check_cat(NET_STDIO_SOCKETPAIR);
}

static void test_exit_and_stderr(void **state)
{
    (void)state;
    struct net_process *process = start_shell("echo oops >&2; exit 7", NET_STDIO_NULL);
    int64_t until_us = echo_in_us(loop, 10000000);
    while (net_process_is_running(process) && net_wait(loop, until_us))
        continue;
    assert_false(net_process_is_running(process));
    assert_int_equal(net_process_exit_status(process), 7);
    assert_int_equal(net_process_signal(process), 0);
    check_described(process, "exited with status 7");
    assert_true(span_is(net_process_stderr(process), "oops\n"));
    net_process_free(&process);
    assert_null(process);
    net_process_free(&process);
}

static void test_death_by_signal(void **state)
{
    (void)state;
    struct net_process *process =
        start_shell("ulimit -c 0; printf '* BYE'; kill -SEGV $$", NET_STDIO_PIPES);
    struct carrier *c = carrier_open_process(process);
    echo_await(loop, c, SPAN_NPOS);
    assert_true(carrier_at_eof(c));
    assert_true(span_is(buffer_span(carrier_input(c)), "* BYE"));
    assert_true(net_process_wait(process, 10000));
    assert_int_equal(net_process_exit_status(process), -1);
    assert_int_equal(net_process_signal(process), SIGSEGV);
    check_described(process, "killed by SIGSEGV");
    carrier_close(&c);
    net_process_free(&process);
}

/* The program does not read any more, but what it said before is still heard. */
static void test_write_to_one_that_has_gone(void **state)
{
    (void)state;
    static const enum net_stdio kinds[] = {NET_STDIO_PIPES, NET_STDIO_SOCKETPAIR};
    for (size_t i = 0; i < 2; i++) {
        struct net_process *process = start_shell("echo bye", kinds[i]);
        struct carrier *c = carrier_open_process(process);
        assert_true(net_process_wait(process, 10000));
        carrier_send(c, SPAN_LIT("hello?"));
        assert_true(carrier_send_failed(c));
        assert_string_equal(carrier_error(c), "write: broken pipe");
        carrier_send(c, SPAN_LIT("hello?"));
        echo_await(loop, c, SPAN_NPOS);
        assert_true(carrier_at_eof(c));
        assert_true(span_is(buffer_span(carrier_input(c)), "bye\n"));
        net_process_free(&process);
        carrier_close(&c);
    }
}

static void test_stop(void **state)
{
    (void)state;
    struct net_process *process = start_shell("exec sleep 100", NET_STDIO_NULL);
    assert_true(net_process_stop(process, SIGTERM, 10000));
    check_described(process, "killed by SIGTERM");
    assert_true(net_process_stop(process, SIGTERM, 10000));
    net_process_free(&process);

    process =
        start_shell("trap '' TERM; echo ready; while :; do sleep 0.01; done", NET_STDIO_PIPES);
    struct carrier *c = carrier_open_process(process);
    echo_await(loop, c, 6);
    assert_false(net_process_stop(process, SIGTERM, 50));
    check_described(process, "killed by SIGKILL");
    net_process_free(&process);
    carrier_close(&c);
}

static long read_pid(struct carrier *c)
{
    uint64_t pid = 0;
    echo_await(loop, c, 2);
    assert_int_equal(number_parse_u64(span_trim(buffer_span(carrier_input(c))), &pid), 0);
    return (long)pid;
}

/* Waits until nothing of that number runs any more. */
static void await_gone(long pid)
{
    for (int i = 0; i < 1000 && kill((pid_t)pid, 0) == 0; i++) {
        char path[64], room[512] = "";
        (void)snprintf(path, sizeof path, "/proc/%ld/stat", pid);
        FILE *file = fopen(path, "r");
        size_t n = file == NULL ? 0 : fread(room, 1, sizeof room - 1, file);
        if (file != NULL)
            (void)fclose(file);
        if (n > 0 && strstr(room, ") Z") != NULL)
            return;
        (void)usleep(10000);
    }
    assert_int_not_equal(kill((pid_t)pid, 0), 0);
}

static void test_the_group_goes_too(void **state)
{
    (void)state;
    struct net_process *process = start_shell("sleep 100 & echo $!; wait", NET_STDIO_PIPES);
    struct carrier *c = carrier_open_process(process);
    long pid = read_pid(c);
    net_process_free(&process);
    await_gone(pid);
    carrier_close(&c);
}

/* A harness that is killed takes its programs along. */
static void test_death_of_the_harness(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t harness = fork();
    if (harness == 0) {
        struct net_loop *mine = net_loop_new();
        struct err err;
        const char *argv[] = {"sleep", "100", NULL};
        struct net_process_options options = {.argv = argv};
        struct net_process *process = net_process_start(mine, &options, &err);
        long pid = process == NULL ? 0 : net_process_pid(process);
        ssize_t ignored = write(fds[1], &pid, sizeof pid);
        (void)ignored;
        (void)kill(getpid(), SIGKILL);
    }
    long pid = 0;
    assert_int_equal(read(fds[0], &pid, sizeof pid), sizeof pid);
    assert_int_equal(waitpid(harness, NULL, 0), harness);
    assert_true(pid > 0);
    await_gone(pid);
    (void)close(fds[0]);
    (void)close(fds[1]);
}

static void test_what_cannot_be_started(void **state)
{
    (void)state;
    struct err err;
    const char *missing[] = {"./start.sh", NULL}, *true_[] = {"true", NULL};
    struct net_process_options options = {.argv = missing};
    assert_null(net_process_start(loop, &options, &err));
    assert_string_equal(err.text, "./start.sh: no such file or directory");
    options.argv = true_;
    options.directory = "/nowhere/at/all";
    assert_null(net_process_start(loop, &options, &err));
    assert_string_equal(err.text, "/nowhere/at/all: no such file or directory");
    options.directory = NULL;
    options.stderr_file = "/nowhere/at/all";
    assert_null(net_process_start(loop, &options, &err));
    assert_string_equal(err.text, "/nowhere/at/all: no such file or directory");
}

static void test_environment_and_directory(void **state)
{
    (void)state;
    struct err err;
    struct net_process_result result;
    const char *argv[] = {"sh", "-c", "pwd; echo $ONE; echo $HOME; echo $PATH", NULL};
    const char *environment[] = {"ONE=1", "HOME=/here", "PATH=/bin:/usr/bin", NULL};
    struct net_process_options options = {
        .argv = argv, .environment = environment, .directory = "/"};
    assert_int_equal(net_process_run(loop, &options, 10000, &result, &err), 0);
    assert_int_equal(result.exit_status, 0);
    assert_true(span_is(buffer_span(&result.out), "/\n1\n/here\n/bin:/usr/bin\n"));
    net_process_result_free(&result);
}

static void test_run(void **state)
{
    struct err err;
    struct net_process_result result;
    const char *argv[] = {"sh", "-c", "cat; echo out; echo err >&2; exit 3", NULL};
    const char *never[] = {"sleep", "100", NULL};
    struct net_process_options options = {.argv = argv};
    struct net_loop *virtual_loop = net_loop_new_virtual(0);
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct net_loop *in = i == 0 ? loop : virtual_loop;
        assert_int_equal(net_process_run(in, &options, 10000, &result, &err), 0);
        assert_int_equal(result.exit_status, 3);
        assert_false(result.is_late);
        assert_true(span_is(buffer_span(&result.out), "out\n"));
        assert_true(span_is(buffer_span(&result.err), "err\n"));
        net_process_result_free(&result);
    }
    net_loop_free(&virtual_loop);
    options.argv = never;
    assert_int_equal(net_process_run(loop, &options, 50, &result, &err), -1);
    assert_true(result.is_late);
    assert_int_equal(result.exit_status, -1);
    assert_int_equal(result.signal_number, SIGKILL);
    assert_string_equal(err.text, "sleep: not finished after 50 ms, killed");
    net_process_result_free(&result);
}

static void test_capture_is_bounded(void **state)
{
    (void)state;
    struct err err;
    struct net_process_result result;
    const char *argv[] = {"sh", "-c",
                          "printf begin; head -c 3000000 /dev/zero | tr '\\0' x; printf end", NULL};
    struct net_process_options options = {.argv = argv, .capture_limit_nbytes = 20};
    assert_int_equal(net_process_run(loop, &options, 10000, &result, &err), 0);
    assert_true(span_is(buffer_span(&result.out),
                        "beginxxxxx\n[... 2999988 octets left out ...]\nxxxxxxxend"));
    net_process_result_free(&result);
}

static void test_stderr_to_a_file(void **state)
{
    (void)state;
    struct err err;
    char path[] = "/tmp/process_test.XXXXXX", room[64] = "";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    const char *argv[] = {"sh", "-c", "echo oops >&2", NULL};
    struct net_process_options options = {.argv = argv, .stderr_file = path};
    for (int i = 0; i < 2; i++) {
        struct net_process *process = net_process_start(loop, &options, &err);
        assert_non_null(process);
        assert_true(net_process_wait(process, 10000));
        assert_int_equal(net_process_stderr(process).nbytes, 0);
        net_process_free(&process);
    }
    assert_int_equal(read(fd, room, sizeof room), 10);
    assert_memory_equal(room, "oops\noops\n", 10);
    (void)close(fd);
    (void)unlink(path);
}

static void test_spinning(void **state)
{
    (void)state;
    struct net_process *waiting = start_shell("exec sleep 100", NET_STDIO_NULL);
    struct net_process *spinning = start_shell("(while :; do :; done)", NET_STDIO_NULL);
    int64_t until_us = echo_in_us(loop, 10000000);
    while (net_process_cpu_us(spinning) < 100000 && echo_in_us(loop, 0) < until_us)
        net_sleep(loop, echo_in_us(loop, 20000));
    assert_true(net_process_cpu_us(spinning) >= 100000);
    assert_in_range(net_process_cpu_us(waiting), 0, 50000);
    net_process_free(&waiting);
    net_process_free(&spinning);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cat, begin, end),
        cmocka_unit_test_setup_teardown(test_exit_and_stderr, begin, end),
        cmocka_unit_test_setup_teardown(test_death_by_signal, begin, end),
        cmocka_unit_test_setup_teardown(test_write_to_one_that_has_gone, begin, end),
        cmocka_unit_test_setup_teardown(test_stop, begin, end),
        cmocka_unit_test_setup_teardown(test_the_group_goes_too, begin, end),
        cmocka_unit_test(test_death_of_the_harness),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_started, begin, end),
        cmocka_unit_test_setup_teardown(test_environment_and_directory, begin, end),
        cmocka_unit_test_setup_teardown(test_run, begin, end),
        cmocka_unit_test_setup_teardown(test_capture_is_bounded, begin, end),
        cmocka_unit_test_setup_teardown(test_stderr_to_a_file, begin, end),
        cmocka_unit_test_setup_teardown(test_spinning, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
