#include <string.h>

#include "convert/convert.h"
#include "grammar/grammar.h"
#include "mutants/fault.h"
#include "reports/reports.h"
#include "script/script.h"
#include "target/expect.h"
#include "targets/target.h"
#include "wire/log.h"

/*
 * The first octet says what the rest is:
 *     s scenario   t target   e expectations   r results   g grammar   c transcript   w octets of a
 *     wire log     f fault    any other: one of these
 * Whatever stands there is read or refused, with a place in it; what was read is written, and what
 * was written is read and written again, the same.
 */

static const char path[] = "file";

/* ---- errors ---- */

static struct span line_of(struct span text, unsigned number)
{
    struct span line = {0};
    for (unsigned i = 0; i < number; i++)
        line = span_cut(&text, '\n');
    return line;
}

static unsigned count_lines(struct span text)
{
    unsigned nlines = 1;
    for (size_t i = 0; i < text.nbytes; i++)
        nlines += text.data[i] == '\n';
    return nlines;
}

/* It has a place, which is in the text or right behind a line's end, and a sentence. */
static void check_error(const struct err *err, struct span text)
{
    unsigned nlines = count_lines(text);
    if (strcmp(err->file, path) != 0 || err->line == 0 || err->line > nlines || err->col == 0)
        fuzz_fail("files.error", "", "no place", "%s:%u:%u: %s (%u lines)", err->file, err->line,
                  err->col, err->text, nlines);
    struct span line = line_of(text, err->line);
    if (err->col > line.nbytes + 1)
        fuzz_fail("files.error", "", "beyond the line", "%u:%u: %s (%zu octets)", err->line,
                  err->col, err->text, line.nbytes);
    if (err->text[0] == '\0' || strchr(err->text, '\n') != NULL)
        fuzz_fail("files.error", "", "no sentence", "the error is \"%s\"", err->text);
}

/* Errors as err_print() writes them. */
static void check_printed(struct span errors, size_t nerrors, struct span text)
{
    unsigned nlines = count_lines(text);
    size_t nfound = 0;
    while (errors.nbytes > 0) {
        struct span line = span_cut(&errors, '\n');
        uint32_t number;
        if (!span_starts_with(line, SPAN_LIT("file:")))
            continue;
        line = span_from(line, 5);
        if (number_parse_u32(span_cut(&line, ':'), &number) != 0 || number == 0 || number > nlines)
            fuzz_fail("files.error", "", "no place", "no such line: %.*s", SPAN_ARG(line));
        nfound++;
    }
    if (nfound < nerrors)
        fuzz_fail("files.error", "", "not printed", "%zu errors, %zu are told", nerrors, nfound);
}

static void expect_same(struct span first, struct span second, const char *what)
{
    if (!span_equal(first, second))
        fuzz_fail("files.fixpoint", "", what, "%s is another one when read and written again",
                  what);
}

/* ---- scenarios and targets ---- */

/* Laying out twice changes nothing. */
static void check_format(struct span text, const char *what)
{
    struct buffer once = {0};
    struct buffer twice = {0};
    struct err err;
    if (script_format(text, path, &once, &err) != 0)
        fuzz_fail("files.format", "", what, "%s is read, but not laid out: %u:%u: %s", what,
                  err.line, err.col, err.text);
    if (script_format(buffer_span(&once), path, &twice, &err) != 0)
        fuzz_fail("files.format", "", what, "a layout is refused: %u:%u: %s", err.line, err.col,
                  err.text);
    expect_same(buffer_span(&once), buffer_span(&twice), "layout");
    buffer_free(&once);
    buffer_free(&twice);
}

static void write_scenarios(const struct script_file *file, struct buffer *out)
{
    for (size_t i = 0; i < file->nscenarios; i++)
        script_write_scenario(file->scenarios[i], out);
}

/* What the scenarios say, written and read. Macros stand outside of them. */
static void check_written(const struct script_file *file, struct arena *arena)
{
    struct buffer once = {0};
    struct buffer twice = {0};
    struct script_file *again;
    struct err err;
    if (file->nmacros > 0 || file->nscenarios == 0)
        return;
    write_scenarios(file, &once);
    if (script_read(buffer_span(&once), path, NULL, arena, &again, &err) != 0)
        fuzz_fail("files.write", "", "scenario", "what was written is refused: %u:%u: %s", err.line,
                  err.col, err.text);
    write_scenarios(again, &twice);
    expect_same(buffer_span(&once), buffer_span(&twice), "scenario");
    buffer_free(&once);
    buffer_free(&twice);
}

/* Lint finds errors when reading gives one, which is what rc says. */
static void check_lint(struct span text, int rc)
{
    struct buffer errors = {0};
    size_t nerrors = script_lint(text, path, NULL, &errors);
    if ((rc == 0) != (nerrors == 0))
        fuzz_fail("files.lint", "", "lint", "%zu errors by lint, and reading gives %d", nerrors,
                  rc);
    check_printed(buffer_span(&errors), nerrors, text);
    buffer_free(&errors);
}

static void take_scenario(struct span text)
{
    struct arena arena = {0};
    struct script_file *file;
    struct err err;
    int rc = script_read(text, path, NULL, &arena, &file, &err);
    if (!script_is_target(text)) /* lint would read it as one */
        check_lint(text, rc);
    if (rc != 0) {
        check_error(&err, text);
    } else {
        check_format(text, "a scenario file");
        check_written(file, &arena);
    }
    arena_free(&arena);
}

static void take_target(struct span text)
{
    struct arena arena = {0};
    struct script_target *target;
    struct err err;
    int rc = script_read_target(text, path, &arena, &target, &err);
    if (script_is_target(text))
        check_lint(text, rc);
    if (rc != 0)
        check_error(&err, text);
    else
        check_format(text, "a target file");
    arena_free(&arena);
}

/* ---- results and what is expected of them ---- */

static void take_expectations(struct span text)
{
    enum { TODAY_DAYS = 20000 };
    struct err err;
    struct buffer once = {0};
    struct buffer twice = {0};
    struct expect_list *list = expect_read(text, path, TODAY_DAYS, &err);
    if (list == NULL) {
        check_error(&err, text);
        return;
    }
    (void)expect_update(list, false, NULL, 0, &once);
    expect_free(&list);
    list = expect_read(buffer_span(&once), path, TODAY_DAYS, &err);
    if (list == NULL)
        fuzz_fail("files.write", "", "expectations", "what was written is refused: %u:%u: %s",
                  err.line, err.col, err.text);
    (void)expect_update(list, false, NULL, 0, &twice);
    expect_same(buffer_span(&once), buffer_span(&twice), "expectation file");
    expect_free(&list);
    buffer_free(&once);
    buffer_free(&twice);
}

static void write_run(const struct result_run *run, struct buffer *out)
{
    result_header_write(&run->header, out);
    for (size_t i = 0; i < run->ncases; i++)
        result_case_write(run->cases[i], out);
}

static void take_results(struct span text)
{
    struct arena arena = {0};
    struct buffer once = {0};
    struct buffer twice = {0};
    struct result_run *run;
    struct err err;
    if (result_run_read(text, path, &arena, &run, &err) != 0) {
        check_error(&err, text);
        arena_free(&arena);
        return;
    }
    write_run(run, &once);
    if (result_run_read(buffer_span(&once), path, &arena, &run, &err) != 0)
        fuzz_fail("files.write", "", "results", "what was written is refused: %u:%u: %s", err.line,
                  err.col, err.text);
    write_run(run, &twice);
    expect_same(buffer_span(&once), buffer_span(&twice), "results");
    buffer_free(&once);
    buffer_free(&twice);
    arena_free(&arena);
}

/* ---- grammars ---- */

/* What a grammar makes it also takes. */
static void check_grammar(const struct grammar *grammar, uint64_t seed)
{
    struct rng rng = rng_seeded(seed);
    struct grammar_matcher *matcher = grammar_matcher_new(grammar);
    struct grammar_generation how = {.rng = &rng, .max_depth = 6, .max_repeat = 2};
    for (size_t i = 0; i < grammar_nrules(grammar) && i < 8; i++) {
        struct buffer made = {0};
        struct grammar_match match;
        grammar_generate(grammar, (int)i, &how, &made);
        enum grammar_verdict verdict =
            grammar_match(matcher, (int)i, (struct grammar_input){buffer_span(&made), NULL, 0},
                          GRAMMAR_WHOLE, &match);
        if (verdict == GRAMMAR_REJECTED && match.limit == NULL)
            fuzz_fail("files.grammar", "", "refused", "rule %s refuses what it has made",
                      grammar_rule_name(grammar, (int)i));
        buffer_free(&made);
    }
    grammar_matcher_free(&matcher);
}

static void take_grammar(struct span text)
{
    struct err err;
    struct grammar *grammar = grammar_read(text, path, &err);
    if (grammar == NULL)
        check_error(&err, text);
    else if (span_find(text, SPAN_LIT(";!")) == SPAN_NPOS)
        check_grammar(grammar, rng_hash(text));
    grammar_free(&grammar);
}

/* ---- transcripts ---- */

static void take_transcript(struct span text)
{
    struct arena arena = {0};
    struct buffer scenario = {0};
    struct script_file *file;
    struct err err;
    if (convert_transcript(text, path, "a.transcript", "a claim", &scenario, &err) != 0)
        check_error(&err, text);
    else if (script_read(buffer_span(&scenario), path, NULL, &arena, &file, &err) != 0)
        fuzz_fail("files.write", "", "transcript", "the scenario is refused: %u:%u: %s", err.line,
                  err.col, err.text);
    buffer_free(&scenario);
    arena_free(&arena);
}

/* Each line goes the way that its first octet says. What the log shows can be converted, as long as
 * nothing is cut. */
static void take_octets(struct span octets)
{
    struct wire_log *log = wire_log_new(0);
    struct buffer shown = {0};
    struct buffer scenario = {0};
    struct err err;
    int64_t at_us = 0;
    while (octets.nbytes > 0) {
        size_t lf = span_find_byte(octets, '\n');
        struct span line = span_slice(octets, 0, lf == SPAN_NPOS ? octets.nbytes : lf + 1);
        unsigned char way = (unsigned char)line.data[0];
        wire_log_octets(log, way % 4 < 2 ? "a" : "b", way % 2 == 0 ? 'C' : 'S', span_from(line, 1),
                        at_us += 1000);
        octets = span_from(octets, line.nbytes);
    }
    wire_log_render(log, &shown, 0, 0);
    if (convert_transcript(buffer_span(&shown), path, "a.log", "a claim", &scenario, &err) != 0)
        check_error(&err, buffer_span(&shown));
    wire_log_free(&log);
    buffer_free(&shown);
    buffer_free(&scenario);
}

/* ---- faults ---- */

static void take_fault(struct span text)
{
    struct arena arena = {0};
    struct buffer errors = {0};
    struct buffer changed = {0};
    struct mutants_fault *fault;
    struct err err;
    size_t nerrors = mutants_fault_read(text, path, &arena, &fault, &errors);
    check_printed(buffer_span(&errors), nerrors, text);
    /* Its own text is a source as good as any. */
    if (nerrors == 0 && mutants_fault_apply(fault, text, &changed, &err) != 0)
        check_error(&err, text);
    buffer_free(&errors);
    buffer_free(&changed);
    arena_free(&arena);
}

static const struct {
    char letter;
    void (*take)(struct span text);
} kinds[] = {{'s', take_scenario}, {'t', take_target},  {'e', take_expectations},
             {'r', take_results},  {'g', take_grammar}, {'c', take_transcript},
             {'w', take_octets},   {'f', take_fault}};
enum { NKINDS = sizeof kinds / sizeof *kinds };

void fuzz_files_one(struct span octets)
{
    if (octets.nbytes == 0)
        return;
    size_t kind = (unsigned char)octets.data[0] % NKINDS;
    for (size_t i = 0; i < NKINDS; i++)
        if (kinds[i].letter == octets.data[0])
            kind = i;
    fuzz_ncommands++;
    kinds[kind].take(span_from(octets, 1));
}
