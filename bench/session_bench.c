/*
 * A session of LOGIN, SELECT, five commands and LOGOUT in one process, by how much of the checker
 * takes part: the bundled server alone; framing, grammar and model alone, on what was said before;
 * both; both in a place of their own, as the fuzz target `session` plays it; and the player with a
 * scenario. And the fuzz target with an input in which most is FETCH.
 */
#include <stdbool.h>

#include "bench.h"
#include "run/run.h"
#include "run/suite.h"
#include "target/target.h"
#include "targets/judge.h"
#include "targets/target.h"

static const char *const commands[] = {
    "a1 LOGIN fred secret\r\n",
    "a2 SELECT INBOX\r\n",
    "a3 NOOP\r\n",
    "a4 FETCH 1:3 (FLAGS)\r\n",
    "a5 STORE 3 +FLAGS (\\Flagged)\r\n",
    "a6 SEARCH UNSEEN\r\n",
    "a7 STORE 3 -FLAGS (\\Flagged)\r\n",
    "a8 LOGOUT\r\n",
};
enum { NCOMMANDS = sizeof commands / sizeof *commands };

#define CASE(name_, unit_, count_, nper_call_, work_, context_)                                    \
    {                                                                                              \
        .name = (name_), .unit = (unit_), .count = (count_), .nper_call = (nper_call_),            \
        .work = (work_), .context = (context_)                                                     \
    }

static struct place place;

/* ---- parts ---- */

static void take_output(struct reference_session *session, struct buffer *out)
{
    struct span output = reference_session_output(session);
    if (out != NULL)
        buffer_append(out, output);
    reference_session_sent(session, output.nbytes);
}

static void serve(const struct bench_case *c, size_t count)
{
    (void)c;
    for (size_t i = 0; i < count; i++) {
        struct reference_session *session = reference_session_open(place.server);
        take_output(session, NULL);
        for (size_t k = 0; k < NCOMMANDS; k++) {
            reference_session_receive(session, span_of(commands[k]));
            take_output(session, NULL);
        }
        reference_session_free(&session);
    }
}

/* What the server said: to the connection, then to each command. */
static struct buffer answers[NCOMMANDS + 1];

static void record(void)
{
    struct reference_session *session = reference_session_open(place.server);
    take_output(session, &answers[0]);
    for (size_t k = 0; k < NCOMMANDS; k++) {
        reference_session_receive(session, span_of(commands[k]));
        take_output(session, &answers[k + 1]);
    }
    reference_session_free(&session);
}

struct check {
    struct arena arena;
    struct finding_list findings;
    struct model_session *model;
    struct wire_reader *from_client, *from_server;
};

static void hear(struct check *check, struct span octets)
{
    struct wire_unit unit;
    wire_reader_feed(check->from_server, octets);
    while (wire_reader_next(check->from_server, &unit))
        model_session_server(check->model, &unit, &check->findings);
}

static void check_session(void)
{
    struct model_setup setup = {.dialect = "imap2",
                                .name = "s1",
                                .user = "fred",
                                .judges_server = true,
                                .is_single_writer = true};
    struct wire_unit unit;
    struct check check = {.model = model_session_new(place.world, &setup),
                          .from_client = wire_reader_new(WIRE_FROM_CLIENT, NULL),
                          .from_server = wire_reader_new(WIRE_FROM_SERVER, NULL)};
    check.findings.arena = &check.arena;
    hear(&check, buffer_span(&answers[0]));
    for (size_t k = 0; k < NCOMMANDS; k++) {
        wire_reader_feed(check.from_client, span_of(commands[k]));
        while (wire_reader_next(check.from_client, &unit))
            model_session_client(check.model, &unit, &check.findings);
        hear(&check, buffer_span(&answers[k + 1]));
    }
    ENSURE(check.findings.nitems == 0);
    model_session_client_closed(check.model);
    model_session_free(&check.model);
    wire_reader_free(&check.from_client);
    wire_reader_free(&check.from_server);
    arena_free(&check.arena);
}

static void check(const struct bench_case *c, size_t count)
{
    (void)c;
    for (size_t i = 0; i < count; i++)
        check_session();
}

/* ---- both ---- */

static void judge(const struct bench_case *c, size_t count)
{
    (void)c;
    for (size_t i = 0; i < count; i++) {
        static struct judge judge;
        judge_open(&judge, &place, "s1", true);
        for (size_t k = 0; k < NCOMMANDS; k++)
            judge_say(&judge, span_of(commands[k]));
        judge_end(&judge);
        judge_close(&judge);
    }
}

static void open_and_close(const struct bench_case *c, size_t count)
{
    (void)c;
    static struct place other;
    for (size_t i = 0; i < count; i++) {
        place_open(&other);
        place_close(&other);
    }
}

static void fuzz(const struct bench_case *c, size_t count)
{
    const struct buffer *input = c->context;
    const struct fuzz_target *target = fuzz_target_find("session");
    for (size_t i = 0; i < count; i++)
        fuzz_run(target, (const uint8_t *)input->bytes, input->nbytes);
}

/* As the fuzz target gets them: the same session, and one of 30 commands of which most fetch. */
static void make_inputs(struct buffer *same, struct buffer *fetching)
{
    for (size_t k = 0; k < NCOMMANDS; k++)
        buffer_append_text(same, commands[k]);
    buffer_append_text(fetching, "a LOGIN fred secret\r\nb SELECT INBOX\r\n");
    for (unsigned i = 0; i < 14; i++)
        buffer_printf(fetching, "c%u FETCH %u ALL\r\nd%u FETCH 1:2 (FLAGS RFC822.SIZE)\r\n", i,
                      i % 3 + 1, i);
}

/* ---- the player ---- */

static const char scenario[] = "scenario bench.session \"A session\" {\n"
                               "  role     client\n"
                               "  dialect  imap2\n"
                               "  covers   syntax.client-verbs\n"
                               "  fixture  INBOX messages 3\n"
                               "  S: * OK <text-line>\n"
                               "  C: @ LOGIN ${user} ${password}\n"
                               "  S: @ OK <text-line>\n"
                               "  C: @ SELECT INBOX\n"
                               "  S*: * <any>\n"
                               "  S: @ OK <text-line>\n"
                               "  C: @ NOOP\n"
                               "  check syntax.client-verbs {\n"
                               "    S: @ OK <text-line>\n"
                               "  }\n"
                               "  C: @ FETCH 1:3 (FLAGS)\n"
                               "  S{3}: * <number> FETCH (FLAGS <any>)\n"
                               "  S: @ OK <text-line>\n"
                               "  C: @ STORE 3 +FLAGS (\\Flagged)\n"
                               "  S{1}: * 3 FETCH (FLAGS <any>)\n"
                               "  S: @ OK <text-line>\n"
                               "  C: @ SEARCH UNSEEN\n"
                               "  S: * SEARCH 1 2 3\n"
                               "  S: @ OK <text-line>\n"
                               "  C: @ STORE 3 -FLAGS (\\Flagged)\n"
                               "  S{1}: * 3 FETCH (FLAGS <any>)\n"
                               "  S: @ OK <text-line>\n"
                               "  C: @ LOGOUT\n"
                               "  S: * BYE <text-line>\n"
                               "  S: @ OK <text-line>\n"
                               "}\n";

static struct arena arena;
static struct suite suite;
static struct run_target under_test;

static void prepare_player(void)
{
    struct err err = {0};
    const struct target_request request = {.argument = "reference"};
    struct target *target = target_open(&request, &err);
    ENSURE(target != NULL);
    target_attach(target, 0, 1, &under_test);
    suite_init(&suite, &arena);
    if (suite_add(&suite, span_of(scenario), "bench.scn", NULL, &err) != 0 ||
        suite_expand(&suite, SCRIPT_CLIENT, 1, &err) != 0) {
        (void)fprintf(stderr, "%u:%u: %s\n", err.line, err.col, err.text);
        exit(1);
    }
}

static void play(const struct bench_case *c, size_t count)
{
    (void)c;
    static struct arena scratch;
    struct run_options options = {.seed = 1,
                                  .imapspec = "imapspec",
                                  .target_argument = "reference",
                                  .drops_logs = true,
                                  .room = run_room_new()};
    for (size_t i = 0; i < count; i++) {
        struct result_case *result;
        arena_reset(&scratch);
        run_play(&options, &under_test, suite.cases[0].script, 0, &scratch, &result);
        if (result->verdict != RESULT_PASS) {
            (void)fprintf(stderr, "%s\n%s", result->reason, result->log);
            exit(1);
        }
    }
    run_room_free(&options.room);
    arena_free(&scratch);
}

int main(int argc, char **argv)
{
    struct buffer same = {0};
    struct buffer fetching = {0};
    make_inputs(&same, &fetching);
    place_open(&place);
    judge(NULL, 1); /* takes \Recent: from now on sessions leave all as it is */
    record();
    prepare_player();
    const struct bench_case cases[] = {
        CASE("server alone", "sessions", 20000, 1, serve, NULL),
        CASE("checker alone", "sessions", 10000, 1, check, NULL),
        CASE("server and checker", "sessions", 5000, 1, judge, NULL),
        CASE("making a place", "places", 5000, 1, open_and_close, NULL),
        CASE("fuzz target", "sessions", 5000, 1, fuzz, &same),
        CASE("fuzz target, fetching", "commands", 1500, 30, fuzz, &fetching),
        CASE("player", "sessions", 1500, 1, play, NULL),
    };
    int code = bench_main(cases, sizeof cases / sizeof *cases, argc, argv);
    buffer_free(&same);
    buffer_free(&fetching);
    return code;
}
