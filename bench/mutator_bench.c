/*
 * How many changes a second: taking commands apart alone, each operator on lines of usual length
 * (calls: not every one can be applied to every line), all of them on lines and on a session.
 */
#include "bench.h"
#include "mutator/mutator.h"
#include "mutator/parse.h"

enum { CALLS = 100000, ROOM = 16384, NCASES_MAX = 90 };

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

static struct mutator *mutator;
static char out[ROOM];
static char session[ROOM];
static size_t session_nbytes;

static void take_apart(const struct bench_case *c, size_t count)
{
    static struct parse p;
    struct form *form = form_new(grammar_of_dialect(SPAN_LIT("imap2")));
    int rule = form_rule(form, "request");
    (void)c;
    for (size_t i = 0; i < count; i++)
        parse(&p, form, rule, span_of(lines[i % NLINES]));
    form_free(&form);
}

static void apply(const struct bench_case *c, size_t count)
{
    const size_t *operator= c->context;
    for (size_t i = 0; i < count; i++)
        (void)mutator_apply(mutator, *operator, span_of(lines[i % NLINES]), out, ROOM, i);
}

static void change_line(const struct bench_case *c, size_t count)
{
    (void)c;
    for (size_t i = 0; i < count; i++)
        (void)mutator_mutate(mutator, span_of(lines[i % NLINES]), out, ROOM, i);
}

static void change_session(const struct bench_case *c, size_t count)
{
    (void)c;
    for (size_t i = 0; i < count; i++)
        (void)mutator_mutate(mutator, span_make(session, session_nbytes), out, ROOM, i);
}

/* A subtree made afresh: parsing, deriving, writing. */
static void change_subtree(const struct bench_case *c, size_t count)
{
    size_t regenerate = 0;
    (void)c;
    while (strcmp(mutator_operator(regenerate).name, "regenerate") != 0)
        regenerate++;
    for (size_t i = 0; i < count; i++)
        (void)mutator_apply(mutator, regenerate, span_of(lines[i % NLINES]), out, ROOM, i);
}

static void make_session(const struct bench_case *c, size_t count)
{
    (void)c;
    for (size_t i = 0; i < count; i++)
        (void)mutator_generate(mutator, 10, 2, out, ROOM, i);
}

int main(int argc, char **argv)
{
    static struct bench_case cases[NCASES_MAX] = {
        {"taking apart", "commands", CALLS, 1, 0, take_apart, NULL},
        {"any, of a line", "changes", CALLS, 1, 0, change_line, NULL},
        {"any, of 20 commands", "changes", CALLS, 1, 0, change_session, NULL},
        {"a subtree, of a line", "changes", CALLS, 1, 0, change_subtree, NULL},
        {"making up", "commands", CALLS, 10, 0, make_session, NULL},
    };
    static size_t operators[NCASES_MAX];
    size_t ncases = 5;
    mutator = mutator_new(MUTATOR_REQUESTS);
    session_nbytes = mutator_generate(mutator, 20, 2, session, sizeof session, 1);
    for (size_t i = 0; i < mutator_noperators() && ncases < NCASES_MAX; i++) {
        operators[i] = i;
        cases[ncases++] = (struct bench_case){
            mutator_operator(i).name, "calls", CALLS / 4, 1, 0, apply, &operators[i]};
    }
    int status = bench_main(cases, ncases, argc, argv);
    mutator_free(&mutator);
    return status;
}
