/*
 * mailbox_bench STORE SIZE [RUNS]: the bundled server with a mailbox of so many messages, in this
 * process. STORE is `memory`, or a folder in which a Maildir may be made. Every second message is
 * \Deleted. Prints a line of JSON for each command, with the CPU time of each run in seconds:
 *
 *     {"case": "SELECT", "size": 1000, "runs": [0.00012, ...], "peak_kib": 5120}
 *
 * What can be said again is said once unmeasured, then measured for two hundredths of a second or
 * longer. What changes the mailbox, or is answered from what the server has kept when it is asked
 * again, is measured the first time; as it is over soon with a small mailbox, in as many of these
 * as have a thousand messages together. The case "memory" is what any of them cannot do without:
 * one word changed in each of so many pieces of memory, of the size that a message takes.
 */
#include <unistd.h>

#include "bench.h"
#include "reference/maildir.h"
#include "reference/reference.h"
#include "reference/store_memory.h"

enum { NRUNS_MAX = 99, SIZE_MAX_MESSAGES = 1000000, MESSAGES_AT_LEAST = 1000, PIECE_NBYTES = 512 };

static const double at_least_s = 0.02;

struct step {
    const char *name;
    const char *command; /* with `*` for the number of the last message */
    bool is_once;        /* only the first time counts */
};

static const struct step steps[] = {
    {"SELECT", "a SELECT INBOX\r\n", false},
    {"FETCH FLAGS", "a FETCH 1:* (FLAGS)\r\n", false},
    {"FETCH ENVELOPE", "a FETCH 1:* (ENVELOPE)\r\n", true},
    {"FETCH ENVELOPE again", "a FETCH 1:* (ENVELOPE)\r\n", false},
    {"SEARCH DELETED", "a SEARCH DELETED\r\n", false},
    {"SEARCH SUBJECT", "a SEARCH SUBJECT \"kingfisher\"\r\n", false},
    {"STORE", "a STORE 1:* +FLAGS (\\Flagged)\r\n", true},
    {"EXPUNGE", "a EXPUNGE\r\n", true},
};
enum { NSTEPS = sizeof steps / sizeof *steps };

struct place {
    struct mail_store *store;
    struct reference_server *server;
    struct reference_session *session;
    struct clock clock;
    uint64_t noctets;
};

_Noreturn static void fail(const char *what)
{
    (void)fprintf(stderr, "mailbox_bench: %s\n", what);
    exit(1);
}

/* Says it, and takes all that is answered. */
static void say(struct place *p, struct span command)
{
    bool is_ok = false;
    reference_session_receive(p->session, command);
    for (;;) {
        struct span out = reference_session_output(p->session);
        if (out.nbytes == 0)
            break;
        is_ok = span_find(out, SPAN_LIT("a OK")) != SPAN_NPOS;
        p->noctets += out.nbytes;
        reference_session_sent(p->session, out.nbytes);
        reference_session_receive(p->session, SPAN_LIT(""));
    }
    if (!is_ok)
        fail("no OK");
}

static void fill(struct place *p, size_t size)
{
    struct buffer text = {0};
    for (size_t i = 0; i < size; i++) {
        buffer_clear(&text);
        buffer_printf(&text,
                      "Date: Mon, 25 Jun 90 12:00:00 PDT\r\nFrom: user%zu@host.example\r\n"
                      "To: fred@host.example\r\nSubject: message %zu of many\r\n"
                      "Message-ID: <%zu@host.example>\r\n\r\nA short text.\r\n",
                      i % 97, i, i);
        struct mail_delivery delivery = {.octets = buffer_span(&text),
                                         .time = {.wall_s = 646315200 + (int64_t)i},
                                         .system_flags = i % 2 == 0 ? 0 : MAIL_DELETED,
                                         .is_old = true};
        if (p->store->ops->deliver(p->store, SPAN_LIT("fred"), MAIL_MAILBOX, SPAN_LIT("INBOX"),
                                   &delivery) != MAIL_OK)
            fail("a message cannot be delivered");
    }
    buffer_free(&text);
}

static void open_place(struct place *p, const char *kind, size_t run, size_t size)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%zu", kind, run);
    struct mail_maildir_config maildir = {.mail_path = path, .no_sync = true};
    *p = (struct place){.clock = clock_virtual(646315200)};
    p->store =
        strcmp(kind, "memory") == 0 ? mail_store_memory_new() : mail_store_maildir_new(&maildir);
    struct reference_config config = {.clock = &p->clock};
    p->server = reference_server_new(&config, p->store);
    reference_server_add_user(p->server, "fred", "secret");
    fill(p, size);
    p->session = reference_session_open(p->server);
    say(p, SPAN_LIT("a LOGIN fred secret\r\n"));
}

static void close_place(struct place *p)
{
    reference_session_free(&p->session);
    reference_server_free(&p->server);
    mail_store_free(&p->store);
}

/* Seconds for one time. */
static double measure(struct place *p, const struct step *step, size_t size, double until_s)
{
    struct buffer command = {0};
    struct span rest = span_of(step->command);
    size_t ndone = 0;
    buffer_append(&command, span_cut(&rest, '*'));
    if (rest.nbytes > 0)
        buffer_printf(&command, "%zu%.*s", size, SPAN_ARG(rest));
    if (!step->is_once)
        say(p, buffer_span(&command));
    double began_s = bench_now_s(false);
    double seconds;
    do {
        say(p, buffer_span(&command));
        ndone++;
        seconds = bench_now_s(false) - began_s;
    } while (!step->is_once && seconds < until_s);
    buffer_free(&command);
    return seconds / (double)ndone;
}

/* Seconds for one time. */
static double measure_memory(size_t size)
{
    size_t **pieces = mem_alloc(size * sizeof(size_t *));
    size_t ndone = 0;
    for (size_t i = 0; i < size; i++)
        pieces[i] = mem_alloc(PIECE_NBYTES);
    double began_s = bench_now_s(false);
    double seconds;
    do {
        for (size_t i = 0; i < size; i++)
            ++*pieces[i];
        ndone++;
        seconds = bench_now_s(false) - began_s;
    } while (seconds < at_least_s);
    for (size_t i = 0; i < size; i++)
        free(pieces[i]);
    free((void *)pieces);
    return seconds / (double)ndone;
}

/* Seconds for one time of each step. */
static void run_steps(const char *kind, size_t run, size_t size, double *seconds)
{
    size_t nplaces = size < MESSAGES_AT_LEAST ? MESSAGES_AT_LEAST / size : 1;
    for (size_t i = 0; i < nplaces; i++) {
        struct place place;
        open_place(&place, kind, run * nplaces + i, size);
        for (size_t k = 0; k < NSTEPS; k++) {
            double taken = measure(&place, &steps[k], size, i == 0 ? at_least_s : 0);
            seconds[k] += steps[k].is_once ? taken / (double)nplaces : i == 0 ? taken : 0;
        }
        close_place(&place);
    }
}

static void print(const char *name, size_t size, const double *seconds, size_t nruns)
{
    (void)printf("{\"case\": \"%s\", \"size\": %zu, \"runs\": [", name, size);
    for (size_t run = 0; run < nruns; run++)
        (void)printf("%s%.6g", run == 0 ? "" : ", ", seconds[run]);
    (void)printf("], \"peak_kib\": %ld}\n", bench_peak_kib());
}

int main(int argc, char **argv)
{
    static double seconds[NSTEPS + 1][NRUNS_MAX];
    size_t size = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    size_t nruns = argc > 3 ? strtoul(argv[3], NULL, 10) : BENCH_NRUNS;
    if (size == 0 || size > SIZE_MAX_MESSAGES || nruns == 0 || nruns > NRUNS_MAX) {
        (void)fprintf(stderr, "usage: mailbox_bench memory|FOLDER SIZE [RUNS]\n");
        return 2;
    }
    for (size_t run = 0; run < nruns; run++) {
        double taken[NSTEPS] = {0};
        run_steps(argv[1], run, size, taken);
        for (size_t i = 0; i < NSTEPS; i++)
            seconds[i][run] = taken[i];
        seconds[NSTEPS][run] = measure_memory(size);
    }
    for (size_t i = 0; i < NSTEPS; i++)
        print(steps[i].name, size, seconds[i], nruns);
    print("memory", size, seconds[NSTEPS], nruns);
    return 0;
}
