#include "cli/shim_check.h"
#include "cli/tables.h"
#include "net/net.h"
#include "target/client_shim.h"

#define MEMBER(name) offsetof(struct shim_options, name)

const struct cli_option shim_option_table[] = {
    {0, "check", NULL, CLI_FLAG, MEMBER(checks), "check a shim: TARGET, or with --exec"},
    {0, "exec", "COMMAND", CLI_TEXT, MEMBER(exec), "no TARGET: the shim's command line"},
    {0, "tls", NULL, CLI_FLAG, MEMBER(uses_tls), "with --exec: the harness listens with TLS"},
    {0, "timeout-scale", "F", CLI_FACTOR, MEMBER(timeout_scale), "multiply all time limits"},
    {'v', "verbose", NULL, CLI_COUNT, MEMBER(verbosity), "show what is said in every check"},
    {0}};

enum { CONNECT_TIMEOUT_US = 30 * 1000 * 1000 };

struct program {
    struct net_loop *loop;
    struct client_shim *shim;
    struct carrier *stdio;
    struct carrier *server; /* NULL: not connected */
    bool has_all_requests;
};

/* Connects when that is wanted, as it may be again as soon as the last connection is closed. */
static bool open_server(struct program *p)
{
    const char *host;
    unsigned port;
    struct err err;
    if (!client_shim_wants_open(p->shim, &host, &port))
        return false;
    int64_t deadline_us = clock_now_us(net_loop_clock(p->loop)) + CONNECT_TIMEOUT_US;
    p->server = carrier_open_tcp(p->loop, host, port, deadline_us, &err);
    client_shim_opened(p->shim, p->server == NULL ? err.text : NULL);
    return true;
}

/* Gives the server's octets to the client. */
static void read_server(struct program *p)
{
    if (p->server == NULL)
        return;
    struct buffer *input = carrier_input(p->server);
    client_shim_receive(p->shim, buffer_span(input));
    buffer_consume(input, input->nbytes);
    if (carrier_at_eof(p->server))
        client_shim_receive_eof(p->shim);
}

static void write_server(struct program *p)
{
    if (p->server == NULL)
        return;
    struct span output = client_shim_output(p->shim);
    carrier_send(p->server, output);
    client_shim_sent(p->shim, output.nbytes);
    bool is_sent = carrier_nunsent(p->server) == 0 || carrier_send_failed(p->server);
    if (!client_shim_wants_close(p->shim) || !is_sent)
        return;
    carrier_close(&p->server);
    client_shim_closed(p->shim);
}

/* What the server sent before a request was written shall be known when the request is read. */
static void read_requests(struct program *p)
{
    struct buffer *input = carrier_input(p->stdio);
    if (input->nbytes > 0) {
        while (net_wait(p->loop, 0))
            read_server(p);
        read_server(p);
        client_shim_request(p->shim, buffer_span(input));
        buffer_consume(input, input->nbytes);
    }
    if (carrier_at_eof(p->stdio) && !p->has_all_requests)
        client_shim_request_eof(p->shim);
    p->has_all_requests = carrier_at_eof(p->stdio);
}

static void write_answers(struct program *p)
{
    struct span answers = client_shim_answers(p->shim);
    carrier_send(p->stdio, answers);
    client_shim_answered(p->shim, answers.nbytes);
}

static void run(struct program *p)
{
    while (!client_shim_is_finished(p->shim) && !carrier_send_failed(p->stdio)) {
        (void)net_wait(p->loop, -1);
        read_server(p);
        read_requests(p);
        write_server(p);
        while (open_server(p))
            write_server(p);
        write_answers(p);
    }
    while (carrier_nunsent(p->stdio) > 0 && !carrier_send_failed(p->stdio))
        (void)net_wait(p->loop, -1);
}

static int be_shim(void)
{
    struct err err;
    struct program p = {.loop = net_loop_new(), .shim = client_shim_new()};
    p.stdio = carrier_open_stdio(p.loop, &err);
    int status = p.stdio == NULL ? cli_fail(&err) : 0;
    if (p.stdio != NULL)
        run(&p);
    client_shim_free(&p.shim);
    carrier_close(&p.server);
    carrier_close(&p.stdio);
    net_loop_free(&p.loop);
    return status;
}

int cli_shim(struct cli *cli, int argc, char **argv)
{
    struct shim_options options = {0};
    struct cli_texts arguments = {0};
    struct err err;
    if (cli_options_read(cli, shim_option_table, argc, argv, &options, &arguments, &err) != 0)
        return cli_fail(&err);
    if (options.checks)
        return shim_check(cli, &options, &arguments);
    if (arguments.nitems == 0 && options.exec == NULL)
        return be_shim();
    (void)err_set(&err, NULL, 0, 0,
                  "shim takes no arguments without --check: it is told by requests");
    return cli_fail(&err);
}
