#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "catalogue/catalogue.h"
#include "model/model.h"

static void invariants_name_requirements(void **state)
{
    (void)state;
    size_t count;
    const struct model_invariant *invariants = model_invariants(SPAN_LIT("imap2"), &count);
    assert_non_null(invariants);
    assert_int_equal(count, 28 + 10 + 1 + 23);
    for (size_t i = 0; i < count; i++) {
        assert_true(catalogue_has(span_of(invariants[i].requirement)));
        assert_true(invariants[i].statement[0] != '\0');
        char name[32];
        size_t first = i < 28 ? 0 : i < 38 ? 28 : 39;
        (void)snprintf(name, sizeof name, "%c%zu", "IME"[(i >= 28) + (i > 38)], i - first + 1);
        assert_string_equal(invariants[i].name, i == 38 ? "D.2" : name);
    }
    assert_null(model_invariants(SPAN_LIT("imap7"), &count));
}

/* ---- anything at all ------------------------------------------------------------------------ */

static void feed_client(struct model_session *session, struct wire_reader *reader,
                        struct span octets, struct finding_list *findings)
{
    struct wire_unit unit;
    uint64_t count;
    wire_reader_feed(reader, octets);
    for (;;) {
        while (wire_reader_next(reader, &unit))
            model_session_client(session, &unit, findings);
        if (!wire_reader_is_waiting(reader, &unit, &count))
            return;
        model_session_client(session, &unit, findings);
        wire_reader_literal_granted(reader);
    }
}

static void feed_server(struct model_session *session, struct wire_reader *reader,
                        struct span octets, struct finding_list *findings)
{
    struct wire_unit unit;
    wire_reader_feed(reader, octets);
    while (wire_reader_next(reader, &unit))
        model_session_server(session, &unit, findings);
}

static void mutate(struct rng *rng, struct buffer *octets)
{
    if (octets->nbytes == 0 || rng_below(rng, 4) != 0)
        return;
    char *bytes = octets->bytes + octets->head;
    bytes[rng_below(rng, octets->nbytes)] = (char)rng_below(rng, 256);
}

static bool small_numbers(void *context, int rule, struct buffer *out)
{
    struct rng *rng = ((void **)context)[0];
    const int *rules = ((void **)context)[1];
    if (rule != rules[0] && rule != rules[1])
        return false;
    buffer_printf(out, "%u", (unsigned)rng_below(rng, 12) + 1);
    return true;
}

/* One session with all that belongs to it. */
struct stage {
    struct arena arena;
    struct finding_list findings;
    struct fixture_mailbox inbox;
    struct model_world *world;
    struct model_session *session;
    struct wire_reader *client, *server;
};

static void stage_open(struct stage *stage, bool is_single_writer)
{
    static const char *const lines[] = {
        "S* OK hello\r\n",
        "C1 LOGIN fred x\r\n",
        "S1 OK in\r\n",
        "C2 SELECT INBOX\r\n",
        "S* 9 EXISTS\r\n* 0 RECENT\r\n",
        "S* FLAGS (\\Answered \\Flagged \\Deleted \\Seen)\r\n",
        "S2 OK x\r\n",
    };
    *stage = (struct stage){.findings.arena = &stage->arena};
    stage->inbox = (struct fixture_mailbox){.user = "fred",
                                            .name = "INBOX",
                                            .messages = fixture_generate(&stage->arena, 9),
                                            .nmessages = 9};
    stage->world = model_world_new();
    model_world_add(stage->world, &stage->inbox);
    struct model_setup setup = {.dialect = "imap2",
                                .name = "a",
                                .user = "fred",
                                .judges_client = true,
                                .judges_server = true,
                                .is_single_writer = is_single_writer};
    stage->session = model_session_new(stage->world, &setup);
    stage->client = wire_reader_new(WIRE_FROM_CLIENT, NULL);
    stage->server = wire_reader_new(WIRE_FROM_SERVER, NULL);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (lines[i][0] == 'S')
            feed_server(stage->session, stage->server, span_of(lines[i] + 1), &stage->findings);
        else
            feed_client(stage->session, stage->client, span_of(lines[i] + 1), &stage->findings);
    assert_int_equal(stage->findings.nitems, 0);
}

static void stage_close(struct stage *stage)
{
    wire_reader_free(&stage->client);
    wire_reader_free(&stage->server);
    model_session_free(&stage->session);
    model_world_free(&stage->world);
    arena_free(&stage->arena);
}

static void generate(const char *rule, const struct grammar_generation *how, struct buffer *out)
{
    const struct grammar *grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    grammar_generate(grammar, grammar_rule(grammar, span_of(rule)), how, out);
}

static void random_line(struct stage *stage, const struct grammar_generation *how,
                        struct buffer *octets)
{
    static const char *const statuses[] = {"OK", "OK", "OK", "NO", "BAD"};
    struct rng *rng = how->rng;
    unsigned tag = (unsigned)rng_below(rng, 5);
    buffer_clear(octets);
    uint64_t dice = rng_below(rng, 6);
    if (dice < 2) {
        buffer_printf(octets, "t%u ", tag);
        generate("command", how, octets);
        buffer_append_text(octets, "\r\n");
    } else if (dice < 4) {
        buffer_printf(octets, "t%u %s done\r\n", tag, statuses[rng_below(rng, 5)]);
    } else {
        generate("server-unit", how, octets);
    }
    mutate(rng, octets);
    if (dice < 2)
        feed_client(stage->session, stage->client, buffer_span(octets), &stage->findings);
    else
        feed_server(stage->session, stage->server, buffer_span(octets), &stage->findings);
}

static void ask_anything(const struct model_session *session, struct rng *rng)
{
    uint32_t number = (uint32_t)rng_below(rng, 14);
    struct span flags;
    size_t nremoved;
    struct buffer why = {0};
    (void)model_session_flags(session, number, &flags);
    (void)model_session_current(session, number);
    (void)model_session_removed(session, &nremoved);
    (void)model_session_state(session);
    if (model_session_state(session) == MODEL_SELECTED)
        assert_true(model_sessions_agree(session, session, &why));
    buffer_free(&why);
}

/* Grammatical and damaged lines of both sides in any order: nothing may break the model. */
static void survives_anything(uint64_t seed)
{
    const struct grammar *grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    struct rng rng = rng_seeded(seed);
    int rules[] = {grammar_rule(grammar, SPAN_LIT("number")),
                   grammar_rule(grammar, SPAN_LIT("nz-number"))};
    void *context[] = {&rng, rules};
    struct grammar_generation how = {
        .rng = &rng, .allow_obsolete = true, .substitute = small_numbers, .context = context};
    struct stage stage;
    stage_open(&stage, seed % 2 == 0);
    struct buffer octets = {0};
    for (int step = 0; step < 80; step++) {
        random_line(&stage, &how, &octets);
        ask_anything(stage.session, &rng);
    }
    model_session_server_closed(stage.session, seed % 3 == 0, &stage.findings);
    for (size_t i = 0; i < stage.findings.nitems; i++)
        assert_true(catalogue_has(span_of(stage.findings.items[i].requirement)));
    buffer_free(&octets);
    stage_close(&stage);
}

static void survives_random_streams(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 400; seed++)
        survives_anything(seed);
}

/* ---- a mailbox of a hundred thousand -------------------------------------------------------- */

static void judges_a_large_mailbox(void **state)
{
    (void)state;
    enum { LARGE = 100000 };
    struct arena arena = {0};
    struct finding_list findings = {.arena = &arena};
    struct model_setup setup = {.dialect = "imap2",
                                .name = "a",
                                .judges_server = true,
                                .is_single_writer = true,
                                .is_preauthenticated = true};
    struct model_session *session = model_session_new(NULL, &setup);
    struct wire_reader *client = wire_reader_new(WIRE_FROM_CLIENT, NULL);
    struct wire_reader *server = wire_reader_new(WIRE_FROM_SERVER, NULL);
    struct buffer octets = {0};
    feed_server(session, server, SPAN_LIT("* OK hello\r\n"), &findings);
    feed_client(session, client, SPAN_LIT("a SELECT INBOX\r\n"), &findings);
    feed_server(session, server,
                SPAN_LIT("* 100000 EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Answered \\Flagged \\Deleted "
                         "\\Seen)\r\na OK [READ-WRITE]\r\n"),
                &findings);
    feed_client(session, client, SPAN_LIT("b FETCH 1:100000 FLAGS\r\n"), &findings);
    for (int i = 1; i <= LARGE; i++)
        buffer_printf(&octets, "* %d FETCH (FLAGS (%s))\r\n", i, i % 2 == 0 ? "\\Deleted" : "");
    buffer_append_text(&octets, "b OK done\r\n");
    feed_server(session, server, buffer_span(&octets), &findings);
    feed_client(session, client, SPAN_LIT("c EXPUNGE\r\n"), &findings);
    buffer_clear(&octets);
    for (int i = 2; i <= LARGE / 2 + 1; i++)
        buffer_printf(&octets, "* %d EXPUNGE\r\n", i);
    buffer_append_text(&octets, "c OK done\r\n");
    feed_server(session, server, buffer_span(&octets), &findings);
    uint32_t exists = 0;
    assert_true(model_session_exists(session, &exists));
    assert_int_equal(exists, LARGE / 2);
    assert_int_equal(model_session_current(session, LARGE - 1), LARGE / 2);
    assert_int_equal(model_session_current(session, LARGE), 0);
    size_t nremoved;
    const uint32_t *removed = model_session_removed(session, &nremoved);
    assert_int_equal(nremoved, LARGE / 2);
    for (uint32_t i = 0; i < nremoved; i++)
        assert_int_equal(removed[i], (i + 1) * 2);
    assert_int_equal(findings.nitems, 0);
    buffer_free(&octets);
    wire_reader_free(&client);
    wire_reader_free(&server);
    model_session_free(&session);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(invariants_name_requirements),
                                       cmocka_unit_test(survives_random_streams),
                                       cmocka_unit_test(judges_a_large_mailbox)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
