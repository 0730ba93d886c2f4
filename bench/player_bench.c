/*
 * player_bench SERVER ...: the player and the bare client, which say the same to the same server in
 * turn: a session of LOGIN, SELECT and very many commands, each answered before the next is sent,
 * or a hundred in one write. SERVER is a target of `imapspec server`, or
 * USER:PASSWORD@HOST:PORT; what follows is as with every benchmark (bench.h). Time is the wall
 * clock's, from connecting to the end.
 *
 * player_bench SERVER --hold: starts it, fills the mailbox of a user with three messages, prints
 * HOST PORT USER PASSWORD, does each case named by a line of standard input once and prints its
 * rate, and stops the server at the end of it.
 *
 * Ends with 77 when the server is not installed.
 */
#include <unistd.h>

#include "bench.h"
#include "floor.h"
#include "subject.h"

enum { DEPTH = 100, EXIT_MISSING = 77 };

static struct subject subject;

/* What is said, and what of the judging is left out. */
struct talk {
    const char *command;
    const char *expected; /* before the completion, with line ends; as a scenario says it */
    bool is_pipelined;    /* a unit is a command, a call is DEPTH of them */
    unsigned without;
};

/* ---- the bare client ---- */

_Noreturn static void fail(const char *what)
{
    (void)fprintf(stderr, "bench: %s\n", what);
    subject_close(&subject);
    exit(1);
}

static void say_bare(const struct bench_case *c, size_t count)
{
    const struct talk *talk = c->context;
    bench_begin(true);
    int fd = floor_connect(subject_host(&subject), subject_port(&subject));
    if (fd < 0 || floor_login(fd, subject_user(&subject), subject_password(&subject)) != 0)
        fail("the bare client cannot log in");
    int status = talk->is_pipelined ? floor_pipelined(fd, talk->command, count * DEPTH, DEPTH)
                                    : floor_lockstep(fd, talk->command, count);
    if (status != 0 || floor_logout(fd) != 0)
        fail("the bare client got no OK");
    (void)close(fd);
    bench_end(true);
}

/* ---- the player ---- */

/* What is called by function waits for nobody. */
static bool is_wall(void)
{
    return !target_is_in_process(subject.target);
}

/* A Maildir that has changed within the grain of its file system's clock is read anew at every
 * command. The mailbox has just been filled, and the bare client finds it as the player leaves it:
 * both are to find it at rest. */
static void let_mailbox_rest(void)
{
    const struct timespec rest = {.tv_nsec = 100000000};
    if (subject.is_filled)
        (void)nanosleep(&rest, NULL);
}

static void begin(void)
{
    if (is_wall())
        let_mailbox_rest();
    bench_begin(is_wall());
}

static void write_commands(const struct talk *talk, struct buffer *out)
{
    if (!talk->is_pipelined) {
        buffer_printf(out, "    C: @ %s\n%s    S: @ OK <text-line>\n", talk->command,
                      talk->expected);
        return;
    }
    buffer_append_text(out, "    C= \"");
    for (unsigned i = 0; i < DEPTH; i++)
        buffer_printf(out, "p%u %s\\r\\n", i, talk->command);
    buffer_append_text(out, "\"\n");
    for (unsigned i = 0; i < DEPTH; i++)
        buffer_printf(out, "%s    S: p%u OK <text-line>\n", talk->expected, i);
}

static char *scenario(const struct talk *talk, size_t count)
{
    struct buffer out = {0};
    buffer_append_text(&out, "scenario bench.talk \"A session\" {\n  role client\n");
    if (subject.is_filled)
        buffer_append_text(&out, "  fixture INBOX messages 3\n");
    buffer_append_text(&out, "  S: * OK <text-line>\n"
                             "  C: @ LOGIN ${user} ${password}\n"
                             "  S*: * <any>\n  S: @ OK <text-line>\n"
                             "  C: @ SELECT INBOX\n"
                             "  S*: * <any>\n  S: @ OK <text-line>\n");
    buffer_printf(&out, "  repeat %zu {\n", count);
    write_commands(talk, &out);
    buffer_append_text(&out,
                       "  }\n  C: @ LOGOUT\n  S: * BYE <text-line>\n  S: @ OK <text-line>\n}\n");
    return buffer_take_text(&out);
}

static void play(const struct bench_case *c, size_t count)
{
    const struct talk *talk = c->context;
    struct run_options options = {.seed = 1, .without = talk->without};
    struct subject_case played;
    char *text = scenario(talk, count);
    subject_case_read(&played, text);
    subject_play(&subject, &played, &options);
    bench_end(is_wall());
    subject_case_free(&played);
    free(text);
}

/* ---- the list ---- */

#define FETCH "FETCH 1:3 (FLAGS)"
#define FETCHED "    S{3}: * <number> FETCH (FLAGS <any>)\n"

static const struct talk talks[] = {
    {"NOOP", "", false, 0},
    {"NOOP", "", true, 0},
    {FETCH, FETCHED, false, 0},
    {FETCH, FETCHED, true, 0},
    {"NOOP", "", false, RUN_WITHOUT_LOG},
    {"NOOP", "", false, RUN_WITHOUT_MODEL},
    {"NOOP", "", false, RUN_WITHOUT_MODEL | RUN_WITHOUT_GRAMMAR},
    {"NOOP", "", false, RUN_WITHOUT_LOG | RUN_WITHOUT_MODEL | RUN_WITHOUT_GRAMMAR},
    {"NOOP", "", true, RUN_WITHOUT_LOG},
    {"NOOP", "", true, RUN_WITHOUT_MODEL},
    {"NOOP", "", true, RUN_WITHOUT_MODEL | RUN_WITHOUT_GRAMMAR},
    {"NOOP", "", true, RUN_WITHOUT_LOG | RUN_WITHOUT_MODEL | RUN_WITHOUT_GRAMMAR},
};

#define LOCKSTEP(name, work, talk)                                                                 \
    {                                                                                              \
        name, "commands", 3000, 1, 0, work, talk                                                   \
    }
#define PIPELINED(name, work, talk)                                                                \
    {                                                                                              \
        name, "commands", 100, DEPTH, 0, work, talk                                                \
    }

static const struct bench_case cases[] = {
    LOCKSTEP("bare lockstep", say_bare, &talks[0]),
    LOCKSTEP("player lockstep", play, &talks[0]),
    PIPELINED("bare pipelined", say_bare, &talks[1]),
    PIPELINED("player pipelined", play, &talks[1]),
    LOCKSTEP("bare lockstep fetch", say_bare, &talks[2]),
    LOCKSTEP("player lockstep fetch", play, &talks[2]),
    PIPELINED("bare pipelined fetch", say_bare, &talks[3]),
    PIPELINED("player pipelined fetch", play, &talks[3]),
    LOCKSTEP("lockstep, no log", play, &talks[4]),
    LOCKSTEP("lockstep, no model", play, &talks[5]),
    LOCKSTEP("lockstep, no grammar", play, &talks[6]),
    LOCKSTEP("lockstep, nothing", play, &talks[7]),
    PIPELINED("pipelined, no log", play, &talks[8]),
    PIPELINED("pipelined, no model", play, &talks[9]),
    PIPELINED("pipelined, no grammar", play, &talks[10]),
    PIPELINED("pipelined, nothing", play, &talks[11]),
};
enum { NCASES = sizeof cases / sizeof *cases };

static int hold(void)
{
    char line[256];
    (void)printf("%s %u %s %s\n", subject_host(&subject), subject_port(&subject),
                 subject_user(&subject), subject_password(&subject));
    (void)fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        const struct bench_case *c = bench_find(cases, NCASES, line);
        if (c == NULL)
            return 2;
        (void)printf("%.6g\n", bench_run(c, c->count));
        (void)fflush(stdout);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fprintf(stderr, "usage: player_bench SERVER [--hold | ...]\n");
        return 2;
    }
    int status = subject_open(&subject, argv[1]);
    if (status != 0)
        return status > 0 ? EXIT_MISSING : 1;
    subject.connects = begin;
    /* takes a user, and fills the mailbox, for the bare client */
    play(&(struct bench_case){.context = &talks[0]}, 1);
    argv[1] = argv[0];
    status = argc == 3 && strcmp(argv[2], "--hold") == 0
                 ? hold()
                 : bench_main(cases, NCASES, argc - 1, argv + 1);
    subject_close(&subject);
    return status;
}
