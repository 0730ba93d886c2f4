/*
 * How many changes a second: each operator on lines of usual length, all of them on lines and on a
 * session, and taking commands apart alone. Seconds of CPU time; run it on an idle machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "mutator/mutator.h"
#include "mutator/parse.h"

enum { CALLS = 400000, ROOM = 16384 };

static const char *const lines[] = {
    "a1 LOGIN fred secret\r\n",
    "a2 SELECT INBOX\r\n",
    "a3 FETCH 1:3,5 (FLAGS RFC822.SIZE)\r\n",
    "a4 STORE 1:4 +FLAGS (\\Deleted \\Seen)\r\n",
    "a5 SEARCH FROM \"smith\" SINCE 1-Oct-87 UNSEEN\r\n",
    "a6 COPY 2 {4}\r\nwork\r\n",
    "a7 NOOP\r\n",
    "a8 FIND MAILBOXES w*\r\n",
};
enum { NLINES = sizeof lines / sizeof lines[0] };

static double cpu_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print_rate(const char *what, double since, size_t count, size_t done)
{
    double seconds = cpu_s() - since;
    (void)printf("%-22s %6.2f M/s  applied %3.0f %%\n", what, (double)count / seconds / 1e6,
                 100.0 * (double)done / (double)count);
}

static void bench_parse(void)
{
    struct form *form = form_new(grammar_of_dialect(SPAN_LIT("imap2")));
    struct parse *p = mem_alloc(sizeof *p);
    int rule = form_rule(form, "request");
    size_t whole = 0;
    double since = cpu_s();
    for (size_t i = 0; i < CALLS; i++) {
        parse(p, form, rule, span_of(lines[i % NLINES]));
        whole += p->is_whole;
    }
    print_rate("taking apart", since, CALLS, whole);
    form_free(&form);
    free(p);
}

static void bench_operators(struct mutator *m, char *out)
{
    for (size_t operator= 0; operator<mutator_noperators(); operator++) {
        size_t done = 0;
        double since = cpu_s();
        for (size_t i = 0; i < CALLS / 4; i++)
            done += mutator_apply(m, operator, span_of(lines[i % NLINES]), out, ROOM, i) > 0;
        print_rate(mutator_operator(operator).name, since, CALLS / 4, done);
    }
}

static void bench_all(struct mutator *m, char *out)
{
    static char session[ROOM];
    size_t done = 0;
    double since = cpu_s();
    for (size_t i = 0; i < CALLS; i++)
        done += mutator_mutate(m, span_of(lines[i % NLINES]), out, ROOM, i) > 0;
    print_rate("any, of a line", since, CALLS, done);
    size_t nbytes = mutator_generate(m, 20, 2, session, sizeof session, 1);
    done = 0;
    since = cpu_s();
    for (size_t i = 0; i < CALLS; i++)
        done += mutator_mutate(m, span_make(session, nbytes), out, ROOM, i) > 0;
    print_rate("any, of 20 commands", since, CALLS, done);
}

int main(void)
{
    static char out[ROOM];
    struct mutator *m = mutator_new(MUTATOR_REQUESTS);
    bench_parse();
    bench_operators(m, out);
    bench_all(m, out);
    mutator_free(&m);
    return 0;
}
