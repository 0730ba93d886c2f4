#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/tables.h"
#include "convert/convert.h"
#include "grammar/grammar.h"
#include "seeds/seeds.h"
#include "stream/stream.h"

struct grammar_options {
    const char *seeds, *dictionary;
    bool coverage;
};

const struct cli_option grammar_option_table[] = {
    {0, "seeds", "DIR", CLI_TEXT, offsetof(struct grammar_options, seeds),
     "write event streams made of it, and of the shipped scenarios, below DIR"},
    {0, "dictionary", "FILE", CLI_TEXT, offsetof(struct grammar_options, dictionary),
     "write its words for libFuzzer and AFL++"},
    {0, "coverage", NULL, CLI_FLAG, offsetof(struct grammar_options, coverage),
     "print how many alternatives there are, and how many of them the seeds use"},
    {0}};

static const struct {
    const char *name; /* of the folder */
    enum mutator_side side;
    enum script_role role; /* of the harness that says so */
    const char *starts[2];
} sides[] = {
    {"request", MUTATOR_REQUESTS, SCRIPT_CLIENT, {"request", NULL}},
    {"response", MUTATOR_RESPONSES, SCRIPT_SERVER, {"server-unit", "greeting"}},
};
enum { NSIDES = sizeof sides / sizeof sides[0], PACK_NBYTES = 2048 };

extern const unsigned char grammar_imap2_abnf[];
extern const size_t grammar_imap2_abnf_nbytes;

/* ---- coverage ---- */

static void print_coverage_of(const struct grammar *grammar, enum mutator_side side,
                              const char *start)
{
    struct seeds_sentences sentences;
    struct grammar_coverage *coverage = grammar_coverage_new(grammar);
    struct grammar_matcher *matcher = grammar_matcher_new(grammar);
    int rule = grammar_rule(grammar, span_of(start));
    seeds_derive(&sentences, side);
    for (size_t i = 0; i < sentences.nitems; i++)
        (void)grammar_coverage_add(coverage, matcher, rule,
                                   (struct grammar_input){.bytes = sentences.items[i]});
    (void)printf("%-12s %zu of %zu alternatives used by %zu derivations\n", start,
                 grammar_coverage_reached(coverage, rule), grammar_coverage_total(coverage, rule),
                 sentences.nitems);
    seeds_sentences_free(&sentences);
    grammar_matcher_free(&matcher);
    grammar_coverage_free(&coverage);
}

static void print_coverage(void)
{
    const struct grammar *grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    for (size_t i = 0; i < NSIDES; i++)
        for (size_t k = 0; k < 2 && sides[i].starts[k] != NULL; k++)
            print_coverage_of(grammar, sides[i].side, sides[i].starts[k]);
}

/* ---- seeds ---- */

/* Several scenarios make one stream: connections are made anew in between. */
struct pack {
    struct seeds *seeds;
    struct buffer stream;
    size_t count;
};

static void close_pack(struct pack *pack)
{
    if (pack->stream.nbytes > 0)
        seeds_add(pack->seeds, arena_printf(&pack->seeds->arena, "scenarios-%03zu", pack->count++),
                  buffer_span(&pack->stream));
    buffer_clear(&pack->stream);
}

static void add_to_pack(struct pack *pack, struct span stream)
{
    if (stream.nbytes == 0 || stream.nbytes > PACK_NBYTES)
        return;
    if (pack->stream.nbytes + stream.nbytes > PACK_NBYTES)
        close_pack(pack);
    struct stream_writer writer = stream_writer_to(&pack->stream);
    for (unsigned session = STREAM_NSESSIONS; session > 0 && pack->stream.nbytes > 0; session--) {
        stream_write_session(&writer, session);
        stream_write_control(&writer, STREAM_RECONNECT, 0);
    }
    stream_write_raw(&writer, stream);
}

/* The first case of each scenario: what they are varied by makes no other bytes worth having. */
static void add_scenarios(const struct suite *suite, struct seeds *seeds)
{
    const struct script_scenario *last = NULL;
    struct pack pack = {.seeds = seeds};
    struct buffer stream = {0};
    for (size_t i = 0; i < suite->ncases; i++) {
        const struct script_case *kase = suite->cases[i].script;
        struct convert_loss loss;
        if (kase->scenario == last)
            continue;
        last = kase->scenario;
        buffer_clear(&stream);
        convert_stream_of_case(kase, &loss, &stream);
        add_to_pack(&pack, buffer_span(&stream));
    }
    close_pack(&pack);
    buffer_free(&pack.stream);
    buffer_free(&stream);
}

static int read_scenarios(struct cli *cli, size_t side, struct seeds *seeds)
{
    struct cli_texts none = {0};
    struct suite suite;
    struct err err;
    int status = 0;
    suite_init(&suite, &cli->arena);
    if (cli_load_suite(cli, &suite, &none, NULL) != 0)
        status = RESULT_EXIT_USAGE;
    else if (suite_expand(&suite, sides[side].role, 0, &err) != 0)
        status = cli_fail(&err);
    else
        add_scenarios(&suite, seeds);
    suite_free(&suite);
    return status;
}

static int make_folder(const char *path)
{
    struct err err;
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return 0;
    (void)err_set(&err, path, 0, 0, "cannot be made: %s", strerror(errno));
    return cli_fail(&err);
}

static int write_seeds(struct cli *cli, const char *folder, const struct seeds *seeds)
{
    int status = make_folder(folder);
    for (size_t i = 0; i < seeds->nitems && status == 0; i++) {
        const struct seed *seed = &seeds->items[i];
        struct err err;
        if (cli_write_file(arena_printf(&cli->arena, "%s/%s", folder, seed->name), seed->stream,
                           &err) != 0)
            status = cli_fail(&err);
    }
    return status;
}

static int make_seeds(struct cli *cli, const char *folder)
{
    int status = make_folder(folder);
    for (size_t side = 0; side < NSIDES && status == 0; side++) {
        struct seeds seeds = {0};
        seeds_make(&seeds, sides[side].side);
        status = read_scenarios(cli, side, &seeds);
        if (status == 0)
            status = write_seeds(cli, arena_printf(&cli->arena, "%s/%s", folder, sides[side].name),
                                 &seeds);
        if (status == 0)
            (void)printf("%s: %zu files, %zu derivations\n", sides[side].name, seeds.nitems,
                         seeds.nderivations);
        seeds_free(&seeds);
    }
    return status;
}

static int make_dictionary(const char *path)
{
    struct buffer out = {0};
    struct err err;
    seeds_dictionary(&out);
    int status = cli_write_file(path, buffer_span(&out), &err) == 0 ? 0 : cli_fail(&err);
    buffer_free(&out);
    return status;
}

int cli_grammar(struct cli *cli, int argc, char **argv)
{
    struct grammar_options options = {0};
    struct cli_texts arguments = {0};
    struct err err;
    int status = 0;
    if (cli_options_read(cli, grammar_option_table, argc, argv, &options, &arguments, &err) != 0)
        return cli_fail(&err);
    if (arguments.nitems > 0) {
        (void)err_set(&err, NULL, 0, 0, "`%s` is one argument too many", arguments.items[0]);
        return cli_fail(&err);
    }
    if (options.seeds == NULL && options.dictionary == NULL && !options.coverage)
        (void)fwrite(grammar_imap2_abnf, 1, grammar_imap2_abnf_nbytes, stdout);
    if (options.coverage)
        print_coverage();
    if (options.seeds != NULL)
        status = make_seeds(cli, options.seeds);
    if (status == 0 && options.dictionary != NULL)
        status = make_dictionary(options.dictionary);
    return status;
}
