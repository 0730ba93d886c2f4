#include "sample_helper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct result_header sample_header(void)
{
    static const char *features[] = {"BBOARD=yes", "FIND-MAILBOXES=no"};
    return (struct result_header){.version = "0.1.0",
                                  .seed = 7,
                                  .target = "dovecot",
                                  .title = "Dovecot 2.3",
                                  .dialect = "imap2",
                                  .started = "2026-11-21T23:53:42Z",
                                  .features = features,
                                  .nfeatures = 2,
                                  .planned = 8};
}

#define STATEMENT "`n EXPUNGE` names one existing message, whose number passes to its successor."

static struct result_check checks_passed[] = {
    {"expunge.removes-deleted", RESULT_PASS, "13 Cmd", "Messages flagged deleted are removed."},
    {"resp.expunge", RESULT_PASS, "18 Resp", STATEMENT},
};
static struct result_check checks_failed[] = {
    {"expunge.removes-deleted", RESULT_PASS, "13 Cmd", "Messages flagged deleted are removed."},
    {"resp.expunge", RESULT_FAIL, "18 Resp", STATEMENT},
    {"expunge.none", RESULT_BLOCKED, "13 Cmd", "Nothing to remove is no error."},
};
static struct result_finding findings_failed[] = {
    {.requirement = "resp.expunge",
     .rule = "I5",
     .level = "fail",
     .file = "scripts/imap2/server/expunge/example.scn",
     .line = 14,
     .text = "EXPUNGE of a message that does not exist",
     .wanted = "* 5 EXPUNGE",
     .got = "* 10 EXPUNGE\nand \x1b[2J more\xff",
     .log_line = 3,
     .page = "18 Resp",
     .statement = STATEMENT},
    {.requirement = "fetch.flags", .rule = "B88", .level = "observe", .text = "only recorded"},
};
static struct result_finding findings_warned[] = {
    {.requirement = "select.access-text",
     .rule = "B115",
     .level = "warn",
     .file = "scripts/imap2/server/select/access.scn",
     .line = 9,
     .text = "the text does not say whether the mailbox is writable",
     .wanted = "[READ-ONLY] or [READ-WRITE]",
     .got = "Select complete",
     .page = "11 Cmd",
     .statement = "The OK text begins with `[READ-ONLY]` or `[READ-WRITE]`."},
};
static struct result_behaviour behaviours[] = {{"expunge.example", "ascending"}};

#define LOG "0.000 S: * OK ready\n0.001 C: a1 EXPUNGE\n0.002 S: * 10 EXPUNGE\n0.002 S: a1 OK done\n"

struct result_case sample_case(enum result_verdict verdict)
{
    struct result_case result = {.id = "expunge.example/flag=lower[102]",
                                 .scenario = "expunge.example",
                                 .claim = "the last five of nine are removed",
                                 .file = "scripts/imap2/server/expunge/example.scn",
                                 .line = 4,
                                 .verdict = verdict,
                                 .is_unexpected = verdict >= RESULT_FAIL,
                                 .ms = 1.25,
                                 .seed = 7,
                                 .checks = checks_passed,
                                 .nchecks = 2,
                                 .behaviours = behaviours,
                                 .nbehaviours = 1,
                                 .reproduce = "imapspec server dovecot 'expunge.example[102]' "
                                              "--seed 7",
                                 .log = LOG};
    if (verdict == RESULT_FAIL) {
        result.checks = checks_failed;
        result.nchecks = 3;
        result.findings = findings_failed;
        result.nfindings = 2;
    } else if (verdict == RESULT_WARN) {
        result.findings = findings_warned;
        result.nfindings = 1;
    } else if (verdict == RESULT_SKIP) {
        result.reason = "the target has no BBOARD";
    } else if (verdict == RESULT_BLOCKED) {
        result.reason = "connection lost before line 9";
    } else if (verdict == RESULT_CRASH) {
        result.reason = "ended by signal 11";
    } else if (verdict == RESULT_ERROR) {
        result.reason = "deliver.sh: exit code 2";
    }
    return result;
}

/* Favours what is hard to keep: quotes, controls, broken UTF-8, U+FFFD and what looks like it. */
static const char *random_text(struct rng *rng, struct arena *arena)
{
    static const char *const HARD[] = {"\xef\xbf\xbd",
                                       "\357\277\27541",
                                       "\xef\xbf",
                                       "\xed\xa0\x80",
                                       "\xc0\x80",
                                       "\xf4\x90\x80\x80",
                                       "\xf0\x9f\x98\x80",
                                       "\\",
                                       "\\x41",
                                       "\"",
                                       "\r\n",
                                       "\x01",
                                       "\x7f",
                                       "\xc3\xa9",
                                       "\xe2\x80\xa8",
                                       "E9"};
    struct buffer text = {0};
    for (uint64_t n = rng_below(rng, 12); n > 0; n--) {
        if (rng_below(rng, 2) == 0)
            buffer_append_text(&text, HARD[rng_below(rng, sizeof HARD / sizeof *HARD)]);
        else
            buffer_append_byte(&text, (char)(1 + rng_below(rng, 255)));
    }
    const char *copy = arena_text(arena, buffer_span(&text));
    buffer_free(&text);
    return copy;
}

static enum result_verdict random_verdict(struct rng *rng)
{
    return (enum result_verdict)rng_below(rng, RESULT_NVERDICTS);
}

static void random_lists(struct rng *rng, struct arena *arena, struct result_case *result)
{
    static const char *const LEVELS[] = {"observe", "warn", "fail"};
    result->nchecks = rng_below(rng, 3);
    result->checks = arena_array(arena, result->nchecks, sizeof *result->checks);
    for (size_t i = 0; i < result->nchecks; i++)
        result->checks[i] = (struct result_check){random_text(rng, arena), random_verdict(rng),
                                                  random_text(rng, arena), random_text(rng, arena)};
    result->nfindings = rng_below(rng, 3);
    result->findings = arena_array(arena, result->nfindings, sizeof *result->findings);
    for (size_t i = 0; i < result->nfindings; i++)
        result->findings[i] = (struct result_finding){.requirement = random_text(rng, arena),
                                                      .rule = random_text(rng, arena),
                                                      .level = LEVELS[rng_below(rng, 3)],
                                                      .file = random_text(rng, arena),
                                                      .line = (unsigned)rng_below(rng, UINT32_MAX),
                                                      .text = random_text(rng, arena),
                                                      .wanted = random_text(rng, arena),
                                                      .got = random_text(rng, arena),
                                                      .log_line = rng_below(rng, 1u << 30),
                                                      .page = random_text(rng, arena),
                                                      .statement = random_text(rng, arena)};
    result->nbehaviours = rng_below(rng, 3);
    result->behaviours = arena_array(arena, result->nbehaviours, sizeof *result->behaviours);
    for (size_t i = 0; i < result->nbehaviours; i++)
        result->behaviours[i] =
            (struct result_behaviour){random_text(rng, arena), random_text(rng, arena)};
    result->nmatches = rng_below(rng, 3);
    result->matches = arena_array(arena, result->nmatches, sizeof *result->matches);
    for (size_t i = 0; i < result->nmatches; i++)
        result->matches[i] =
            (struct result_match){rng_below(rng, 1u << 30), (unsigned)rng_below(rng, UINT32_MAX)};
}

struct result_case *sample_random_case(struct rng *rng, struct arena *arena)
{
    struct result_case *result = arena_alloc(arena, sizeof *result);
    *result = (struct result_case){.id = random_text(rng, arena),
                                   .scenario = random_text(rng, arena),
                                   .claim = random_text(rng, arena),
                                   .file = random_text(rng, arena),
                                   .line = (unsigned)rng_below(rng, 100000),
                                   .verdict = random_verdict(rng),
                                   .expected = random_text(rng, arena),
                                   .listed_at = random_text(rng, arena),
                                   .is_unexpected = rng_below(rng, 2) == 1,
                                   .reason = random_text(rng, arena),
                                   .ms = (double)rng_below(rng, 100000000) / 1000,
                                   .seed = rng_next(rng),
                                   .reproduce = random_text(rng, arena),
                                   .log = random_text(rng, arena)};
    random_lists(rng, arena, result);
    return result;
}

static void assert_text(const char *a, const char *b)
{
    assert_string_equal(a ? a : "", b ? b : "");
}

static void assert_lists(const struct result_case *a, const struct result_case *b)
{
    assert_int_equal(a->nchecks, b->nchecks);
    for (size_t i = 0; i < a->nchecks; i++) {
        assert_text(a->checks[i].requirement, b->checks[i].requirement);
        assert_int_equal(a->checks[i].verdict, b->checks[i].verdict);
        assert_text(a->checks[i].page, b->checks[i].page);
        assert_text(a->checks[i].statement, b->checks[i].statement);
    }
    assert_int_equal(a->nfindings, b->nfindings);
    for (size_t i = 0; i < a->nfindings; i++) {
        const struct result_finding *x = &a->findings[i], *y = &b->findings[i];
        assert_text(x->requirement, y->requirement);
        assert_text(x->rule, y->rule);
        assert_text(x->level, y->level);
        assert_text(x->file, y->file);
        assert_int_equal(x->line, y->line);
        assert_text(x->text, y->text);
        assert_text(x->wanted, y->wanted);
        assert_text(x->got, y->got);
        assert_int_equal(x->log_line, y->log_line);
        assert_text(x->page, y->page);
        assert_text(x->statement, y->statement);
    }
    assert_int_equal(a->nbehaviours, b->nbehaviours);
    for (size_t i = 0; i < a->nbehaviours; i++) {
        assert_text(a->behaviours[i].topic, b->behaviours[i].topic);
        assert_text(a->behaviours[i].choice, b->behaviours[i].choice);
    }
    assert_int_equal(a->nmatches, b->nmatches);
    for (size_t i = 0; i < a->nmatches; i++) {
        assert_int_equal(a->matches[i].log_line, b->matches[i].log_line);
        assert_int_equal(a->matches[i].line, b->matches[i].line);
    }
}

void sample_assert_equal(const struct result_case *a, const struct result_case *b)
{
    assert_text(a->id, b->id);
    assert_text(a->scenario, b->scenario);
    assert_text(a->claim, b->claim);
    assert_text(a->file, b->file);
    assert_int_equal(a->line, b->line);
    assert_int_equal(a->verdict, b->verdict);
    assert_text(a->expected, b->expected);
    assert_text(a->listed_at, b->listed_at);
    assert_int_equal(a->is_unexpected, b->is_unexpected);
    assert_text(a->reason, b->reason);
    assert_true(a->ms == b->ms);
    assert_true(a->seed == b->seed);
    assert_text(a->reproduce, b->reproduce);
    assert_text(a->log, b->log);
    assert_lists(a, b);
}
