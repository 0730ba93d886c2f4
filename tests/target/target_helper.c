#include "target_helper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "target/files.h"

enum { RIG_LIMIT_US = 10000000 };

/* ---- this program as the server ---------------------------------------------------------------
 */

static const char *option(int argc, char **argv, const char *name)
{
    for (int i = 2; i < argc - 1; i++)
        if (strcmp(argv[i], name) == 0)
            return argv[i + 1];
    return NULL;
}

static void serve(int argc, char **argv)
{
    struct err err;
    struct net_loop *loop = net_loop_new();
    uint32_t port = 0;
    assert_int_equal(number_parse_u32(span_of(option(argc, argv, "--port")), &port), 0);
    struct serve_options options = {.port = port,
                                    .maildir = option(argc, argv, "--maildir"),
                                    .boards = option(argc, argv, "--boards"),
                                    .users_file = option(argc, argv, "--users"),
                                    .no_sync = true};
    net_loop_catch_signals(loop);
    struct serve *server = serve_open(loop, &options, &err);
    if (server == NULL) {
        (void)fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    while (net_loop_signal(loop) == 0)
        (void)net_wait(loop, -1);
    serve_close(&server);
    net_loop_free(&loop);
    exit(0);
}

void rig_main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "serve") == 0)
        serve(argc, argv);
}

/* ---- rigs -------------------------------------------------------------------------------------
 */

void rig_init(struct rig *rig)
{
    *rig = (struct rig){.folder = "/tmp/imapspec-test-XXXXXX"};
    assert_non_null(mkdtemp(rig->folder));
    assert_int_equal(chmod(rig->folder, 0755), 0);
    rig->loop = net_loop_new();
}

void rig_free(struct rig *rig)
{
    struct err err;
    if (rig->target != NULL) {
        target_detach(rig->target);
        if (target_stop(rig->target, rig->loop, &err) != 0)
            print_message("%s\n", err.text);
    }
    target_free(&rig->target);
    net_loop_free(&rig->loop);
    buffer_free(&rig->why);
    files_remove_tree(rig->folder);
}

void rig_script(struct rig *rig, const char *name, const char *body)
{
    char path[256];
    char text[4096];
    (void)snprintf(path, sizeof path, "%s/%s", rig->folder, name);
    (void)snprintf(text, sizeof text, "#!/bin/sh\n%s\n", body);
    assert_int_equal(files_write(path, span_of(text), &rig->err), 0);
    assert_int_equal(chmod(path, 0755), 0);
}

struct target *rig_open(struct rig *rig, const char *lines)
{
    char path[256];
    char text[4096];
    (void)snprintf(path, sizeof path, "%s/fake.target", rig->folder);
    (void)snprintf(text, sizeof text, "target fake \"a server made for a test\" {\n%s\n}\n", lines);
    assert_int_equal(files_write(path, span_of(text), &rig->err), 0);
    const struct target_request request = {.argument = path};
    rig->target = target_open(&request, &rig->err);
    return rig->target;
}

static void start(struct rig *rig)
{
    if (rig->target == NULL || target_start(rig->target, rig->loop, &rig->err) != 0)
        fail_msg("%s:%u: %s", rig->err.file, rig->err.line, rig->err.text);
    target_attach(rig->target, 0, 1, &rig->run);
}

void rig_start(struct rig *rig, const char *lines)
{
    (void)rig_open(rig, lines);
    start(rig);
}

void rig_start_named(struct rig *rig, const char *argument)
{
    const struct target_request request = {.argument = argument,
                                           .targets_folder = SOURCE_ROOT "/scripts/targets"};
    rig->target = target_open(&request, &rig->err);
    if (rig->target != NULL && target_is_in_process(rig->target)) {
        net_loop_free(&rig->loop);
        rig->loop = net_loop_new_virtual(646315200);
    }
    start(rig);
}

/* ---- cases ------------------------------------------------------------------------------------
 */

enum run_readiness rig_prepare(struct rig *rig, const struct fixture_mailbox *mailboxes,
                               size_t nmailboxes)
{
    static const char *users[] = {"fred"};
    const struct run_setup setup = {.case_id = "test",
                                    .mailboxes = mailboxes,
                                    .nmailboxes = nmailboxes,
                                    .users = users,
                                    .nusers = 1};
    buffer_clear(&rig->why);
    return rig->run.prepare(rig->run.context, rig->loop, &setup, &rig->why);
}

static bool has_line(const struct buffer *input, const char *start)
{
    struct span rest = buffer_span(input);
    while (rest.nbytes > 0) {
        struct span line = span_cut(&rest, '\n');
        bool is_whole = rest.nbytes > 0 || input->bytes[input->head + input->nbytes - 1] == '\n';
        if (is_whole && span_starts_with(line, span_of(start)))
            return true;
    }
    return false;
}

static void wait_line(struct rig *rig, struct carrier *c, const char *start_of_line)
{
    int64_t until_us = clock_now_us(net_loop_clock(rig->loop)) + RIG_LIMIT_US;
    while (!has_line(carrier_input(c), start_of_line) && !carrier_at_eof(c))
        if (!net_wait(rig->loop, until_us))
            break;
}

struct carrier *rig_connect(struct rig *rig)
{
    struct carrier *c = rig->run.connect(rig->run.context, rig->loop, "fred", &rig->err);
    if (c == NULL)
        return NULL;
    wait_line(rig, c, "* ");
    return c;
}

const char *rig_ask(struct rig *rig, struct carrier *c, const char *line)
{
    static char text[16384];
    char tag[16] = "";
    struct buffer *input = carrier_input(c);
    (void)snprintf(tag, sizeof tag, "%.*s", (int)strcspn(line, " ") + 1, line);
    buffer_consume(input, input->nbytes);
    carrier_send(c, span_of(line));
    carrier_send(c, SPAN_LIT("\r\n"));
    wait_line(rig, c, tag);
    (void)snprintf(text, sizeof text, "%.*s", SPAN_ARG(buffer_span(input)));
    return text;
}

void rig_wait_ms(struct rig *rig, int64_t ms)
{
    net_sleep(rig->loop, clock_now_us(net_loop_clock(rig->loop)) + ms * 1000);
}

const char *rig_why(struct rig *rig)
{
    static char text[4096];
    (void)snprintf(text, sizeof text, "%.*s", SPAN_ARG(buffer_span(&rig->why)));
    buffer_clear(&rig->why);
    return text;
}
