#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "catalogue/catalogue.h"
#include "cli/tables.h"
#include "watch/watch.h"

enum { WATCH_LOG_NBYTES = 1024 * 1024 };

struct options {
    const char *listen, *to, *tls_listen, *tls_key, *judge, *results, *log;
    bool tls_to, is_once;
    unsigned verbosity;
};

#define MEMBER(name) offsetof(struct options, name)

const struct cli_option watch_option_table[] = {
    {0, "listen", "HOST:PORT", CLI_TEXT, MEMBER(listen), "where clients connect; PORT 0: any free"},
    {0, "to", "HOST:PORT", CLI_TEXT, MEMBER(to), "the server"},
    {0, "tls-listen", "CERT", CLI_TEXT, MEMBER(tls_listen),
     "TLS with clients; CERT is a chain in PEM"},
    {0, "tls-key", "KEY", CLI_TEXT, MEMBER(tls_key), "its key in PEM (default: in CERT too)"},
    {0, "tls-to", NULL, CLI_FLAG, MEMBER(tls_to), "TLS with the server, whatever its certificate"},
    {0, "judge", "SIDE", CLI_TEXT, MEMBER(judge), "server, client or both (default: both)"},
    {0, "results", "FILE", CLI_TEXT, MEMBER(results), "write a case for each connection to FILE"},
    {0, "log", "FILE", CLI_TEXT, MEMBER(log), "write the wire log of each connection to FILE"},
    {0, "once", NULL, CLI_FLAG, MEMBER(is_once), "end with the first connection"},
    {'v', "verbose", NULL, CLI_COUNT, MEMBER(verbosity),
     "tell what is only recorded, connections coming and going"},
    {0}};

struct watching {
    const struct catalogue *catalogue;
    FILE *results, *log;
    unsigned verbosity;
    unsigned nconnections, ntroubles;
    uint64_t noctets[WATCH_BOTH + 1];
    size_t nfindings[WATCH_NLEVELS];
};

/* ---- arguments ------------------------------------------------------------------------------ */

/* "127.0.0.1:143", "[::1]:143", "imap.example.org:143" */
static int read_address(struct cli *cli, const char *option, const char *text, const char **host_r,
                        unsigned *port_r, struct err *err)
{
    struct span all = span_of(text);
    size_t colon = all.nbytes;
    while (colon > 0 && all.data[colon - 1] != ':')
        colon--;
    struct span host = span_slice(all, 0, colon > 0 ? colon - 1 : 0);
    if (host.nbytes > 2 && host.data[0] == '[' && host.data[host.nbytes - 1] == ']')
        host = span_slice(host, 1, host.nbytes - 2);
    uint32_t port = 0;
    if (host.nbytes == 0 || number_parse_u32(span_from(all, colon), &port) != 0 || port > 65535)
        return err_set(err, NULL, 0, 0, "--%s wants HOST:PORT, not \"%s\"", option, text);
    *host_r = arena_text(&cli->arena, host);
    *port_r = port;
    return 0;
}

static int read_side(const char *text, enum watch_side *side_r, struct err *err)
{
    *side_r = WATCH_BOTH;
    for (unsigned side = WATCH_SERVER; side <= WATCH_BOTH && text != NULL; side++)
        if (strcmp(text, watch_side_name((enum watch_side)side)) == 0) {
            *side_r = (enum watch_side)side;
            return 0;
        }
    if (text == NULL)
        return 0;
    return err_set(err, NULL, 0, 0, "--judge wants server, client or both, not \"%s\"", text);
}

static int read_tls(struct cli *cli, const struct options *o, struct watch_proxy_options *proxy,
                    struct err *err)
{
    struct span certificate, key;
    if (o->tls_key != NULL && o->tls_listen == NULL)
        return err_set(err, NULL, 0, 0, "--tls-key goes with --tls-listen");
    if (o->tls_listen != NULL) {
        const char *key_file = o->tls_key != NULL ? o->tls_key : o->tls_listen;
        if (cli_read_file(cli, o->tls_listen, &certificate, err) != 0 ||
            cli_read_file(cli, key_file, &key, err) != 0)
            return -1;
        proxy->tls_listen = net_tls_server_new(certificate, key, err);
        if (proxy->tls_listen == NULL)
            return -1;
    }
    if (!o->tls_to)
        return 0;
    proxy->tls_to = net_tls_client_new(NULL, err);
    return proxy->tls_to == NULL ? -1 : 0;
}

static int read_options(struct cli *cli, const struct options *o, struct watch_proxy_options *proxy,
                        struct err *err)
{
    if (o->listen == NULL || o->to == NULL)
        return err_set(err, NULL, 0, 0, "watch wants --listen HOST:PORT and --to HOST:PORT");
    if (read_address(cli, "listen", o->listen, &proxy->listen_host, &proxy->listen_port, err) !=
            0 ||
        read_address(cli, "to", o->to, &proxy->to_host, &proxy->to_port, err) != 0 ||
        read_side(o->judge, &proxy->judged, err) != 0)
        return -1;
    if (proxy->to_port == 0)
        return err_set(err, NULL, 0, 0, "--to wants the port of the server, not 0");
    proxy->dialect = "imap2";
    proxy->is_once = o->is_once;
    proxy->log_nbytes = o->log != NULL || o->results != NULL ? WATCH_LOG_NBYTES : 0;
    return read_tls(cli, o, proxy, err);
}

static int open_file(const char *path, FILE **file_r, struct err *err)
{
    *file_r = path == NULL ? NULL : fopen(path, "wb");
    if (path != NULL && *file_r == NULL)
        return err_set(err, path, 0, 0, "%s", strerror(errno));
    return 0;
}

/* ---- what is told --------------------------------------------------------------------------- */

static void put(FILE *file, struct buffer *text)
{
    struct span all = buffer_span(text);
    (void)fwrite(all.data, 1, all.nbytes, file);
    (void)fflush(file);
    buffer_free(text);
}

static void found(void *context, const struct watch_record *record, const struct watch_found *what)
{
    struct watching *w = context;
    const struct finding *f = what->finding;
    w->nfindings[f->level]++;
    if (f->level == FINDING_OBSERVE && w->verbosity == 0)
        return;
    const struct catalogue_requirement *row = catalogue_find(w->catalogue, span_of(f->requirement));
    struct buffer text = {0};
    buffer_printf(&text, "connection %u: %s %s: %s", record->number, watch_side_name(what->side),
                  finding_level_name(f->level), f->requirement);
    buffer_printf(&text, " (%s%s%s%s): ", row == NULL ? "" : "p.", row == NULL ? "" : row->place,
                  f->rule[0] == '\0' ? "" : "; ", f->rule);
    watch_text_write(span_of(f->text), &text);
    buffer_append_byte(&text, '\n');
    if (what->octets.nbytes > 0) {
        buffer_append_text(&text, what->side == WATCH_CLIENT ? "    C: " : "    S: ");
        watch_line_write(what->octets, &text);
        buffer_append_byte(&text, '\n');
    }
    put(stdout, &text);
}

static void opened(void *context, const struct watch_record *record)
{
    struct watching *w = context;
    w->nconnections++;
    if (w->verbosity == 0)
        return;
    (void)printf("connection %u: opened\n", record->number);
    (void)fflush(stdout);
}

static void keep_log(struct watching *w, const struct watch_record *record)
{
    struct buffer text = {0};
    buffer_printf(&text, "== connection %u\n", record->number);
    wire_log_render(record->log, &text, 0, 0);
    put(w->log, &text);
}

static void keep_result(struct watching *w, const struct watch_record *record)
{
    struct arena arena = {0};
    struct buffer text = {0};
    result_case_write(watch_record_result(record, catalogue_dialect(w->catalogue), &arena), &text);
    put(w->results, &text);
    arena_free(&arena);
}

static void closed(void *context, const struct watch_record *record)
{
    struct watching *w = context;
    for (unsigned side = WATCH_SERVER; side <= WATCH_CLIENT; side++)
        w->noctets[side] += record->noctets[side];
    if (record->trouble[0] != '\0') {
        w->ntroubles++;
        (void)printf("connection %u: %s\n", record->number, record->trouble);
    }
    if (w->verbosity > 0)
        (void)printf("connection %u: closed, %llu octets from the client, %llu from the server\n",
                     record->number, (unsigned long long)record->noctets[WATCH_CLIENT],
                     (unsigned long long)record->noctets[WATCH_SERVER]);
    (void)fflush(stdout);
    if (w->log != NULL)
        keep_log(w, record);
    if (w->results != NULL)
        keep_result(w, record);
}

static void write_header(const struct watching *w, struct cli *cli, const struct options *o)
{
    struct clock clock = clock_system();
    struct clock_date d = clock_date_of(clock_wall_s(&clock));
    struct result_header header = {
        .version = IMAPSPEC_VERSION,
        .target = o->to,
        .title = arena_printf(&cli->arena, "live traffic with %s", o->to),
        .dialect = catalogue_dialect(w->catalogue),
        .started = arena_printf(&cli->arena, "%04d-%02d-%02dT%02d:%02d:%02dZ", d.year, d.month,
                                d.day, d.hour, d.minute, d.second)};
    struct buffer text = {0};
    result_header_write(&header, &text);
    put(w->results, &text);
}

static void write_summary(const struct watching *w)
{
    (void)printf("%u connections, %llu octets from clients, %llu from the server: %zu fail, "
                 "%zu warn, %zu recorded\n",
                 w->nconnections, (unsigned long long)w->noctets[WATCH_CLIENT],
                 (unsigned long long)w->noctets[WATCH_SERVER], w->nfindings[FINDING_FAIL],
                 w->nfindings[FINDING_WARN], w->nfindings[FINDING_OBSERVE]);
}

/* ---- the command ---------------------------------------------------------------------------- */

static int exit_code(const struct watching *w)
{
    if (w->nfindings[FINDING_FAIL] + w->nfindings[FINDING_WARN] > 0)
        return RESULT_EXIT_UNEXPECTED;
    return w->nconnections > 0 && w->ntroubles == w->nconnections ? RESULT_EXIT_TARGET
                                                                  : RESULT_EXIT_EXPECTED;
}

static int look_on(struct watching *w, struct watch_proxy_options *options)
{
    struct err err;
    struct net_loop *loop = net_loop_new();
    struct watch_proxy *proxy = watch_proxy_open(loop, options, &err);
    int status = RESULT_EXIT_TARGET;
    if (proxy == NULL) {
        (void)cli_fail(&err);
    } else {
        net_loop_catch_signals(loop);
        (void)printf("listening on %s:%u\n", options->listen_host, watch_proxy_port(proxy));
        (void)fflush(stdout);
        int64_t deadline_us = watch_proxy_carry(proxy);
        while (net_loop_signal(loop) == 0 && !watch_proxy_is_over(proxy)) {
            (void)net_wait(loop, deadline_us);
            deadline_us = watch_proxy_carry(proxy);
        }
        watch_proxy_close(&proxy);
        write_summary(w);
        status = exit_code(w);
    }
    net_loop_free(&loop);
    return status;
}

/* Every connection takes two descriptors: as many as the system lets us have. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int cli_watch(struct cli *cli, int argc, char **argv)
{
    struct options o = {0};
    struct cli_texts arguments = {0};
    struct watching w = {.catalogue = catalogue_of_dialect(SPAN_LIT("imap2"))};
    struct watch_proxy_options proxy = {
        .context = &w, .found = found, .opened = opened, .closed = closed};
    struct err err;
    int status = RESULT_EXIT_USAGE;
    if (cli_options_read(cli, watch_option_table, argc, argv, &o, &arguments, &err) != 0)
        return cli_fail(&err);
    if (arguments.nitems > 0) {
        (void)err_set(&err, NULL, 0, 0, "watch takes options only, not \"%s\"", arguments.items[0]);
        return cli_fail(&err);
    }
    w.verbosity = o.verbosity;
    if (read_options(cli, &o, &proxy, &err) != 0 || open_file(o.results, &w.results, &err) != 0 ||
        open_file(o.log, &w.log, &err) != 0) {
        (void)cli_fail(&err);
    } else {
        raise_descriptor_limit();
        if (w.results != NULL)
            write_header(&w, cli, &o);
        status = look_on(&w, &proxy);
    }
    if (w.results != NULL && fclose(w.results) != 0)
        status = RESULT_EXIT_INTERNAL;
    if (w.log != NULL && fclose(w.log) != 0)
        status = RESULT_EXIT_INTERNAL;
    net_tls_free(&proxy.tls_listen);
    net_tls_free(&proxy.tls_to);
    return status;
}
