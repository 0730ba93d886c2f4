#include <string.h>

#include "catalogue/catalogue.h"
#include "cli/report.h"
#include "mutants/fault.h"
#include "reports/facts.h"

/* What is put together for a report. */
struct gathering {
    struct cli *cli;
    struct report_facts *facts;
    struct suite suite;
    struct table texts; /* path -> struct span */
};

/* ---- the catalogue ---- */

static void gather_requirement(const struct catalogue_requirement *from,
                               struct facts_requirement *to)
{
    *to = (struct facts_requirement){.id = from->id,
                                     .page = from->place,
                                     .group = from->group->name,
                                     .side = catalogue_side_name(from->side),
                                     .level = catalogue_level_name(from->level),
                                     .statement = from->statement,
                                     .test = from->test,
                                     .defect = from->defect,
                                     .judgement = from->judgement,
                                     .condition = from->condition,
                                     .grading = from->grading,
                                     .untestable = from->untestable,
                                     .readings = from->readings};
    while (to->nreadings < CATALOGUE_READINGS_MAX && from->readings[to->nreadings] != 0)
        to->nreadings++;
}

static void gather_reading(struct arena *arena, const struct catalogue_reading *from,
                           struct facts_reading *to)
{
    struct buffer verdicts = {0};
    catalogue_verdicts_write(from->verdicts, &verdicts);
    *to = (struct facts_reading){from->number,   from->topic,   from->competing,
                                 from->practice, from->adopted, NULL};
    to->verdicts = arena_text(arena, buffer_span(&verdicts));
    buffer_free(&verdicts);
}

static void gather_catalogue(struct gathering *g)
{
    const struct catalogue *catalogue = catalogue_of_dialect(SPAN_LIT("imap2"));
    struct arena *arena = &g->cli->arena;
    struct report_facts *f = g->facts;
    f->source = catalogue_source(catalogue);
    f->ngroups = catalogue_group_count(catalogue);
    f->groups = arena_array(arena, f->ngroups, sizeof *f->groups);
    for (size_t i = 0; i < f->ngroups; i++) {
        const struct catalogue_group *group = catalogue_group_at(catalogue, i);
        f->groups[i] = (struct facts_group){group->name, group->title};
    }
    f->nrequirements = catalogue_count(catalogue);
    f->requirements = arena_array(arena, f->nrequirements, sizeof *f->requirements);
    for (size_t i = 0; i < f->nrequirements; i++)
        gather_requirement(catalogue_at(catalogue, i), &f->requirements[i]);
    f->nreadings = catalogue_reading_count(catalogue);
    f->readings = arena_array(arena, f->nreadings, sizeof *f->readings);
    for (size_t i = 0; i < f->nreadings; i++)
        gather_reading(arena, catalogue_reading(catalogue, (unsigned)i + 1), &f->readings[i]);
}

/* ---- scenarios ---- */

/* A file's text, read once; empty when it cannot be read. */
static struct span text_of(struct gathering *g, const char *path)
{
    struct err err;
    struct span *text = table_get(&g->texts, span_of(path));
    if (text != NULL)
        return *text;
    text = arena_alloc(&g->cli->arena, sizeof *text);
    if (cli_read_file(g->cli, path, text, &err) != 0)
        *text = (struct span){"", 0};
    (void)table_put(&g->texts, span_of(path), text);
    return *text;
}

/* The line at which the next scenario or macro of the file begins; UINT32_MAX when none does. */
static unsigned next_item(const struct script_file *file, const struct script_place *place)
{
    unsigned next = UINT32_MAX;
    for (size_t i = 0; i < file->nscenarios; i++) {
        unsigned line = file->scenarios[i]->place.line;
        if (line > place->line && line < next)
            next = line;
    }
    for (size_t i = 0; i < file->nmacros; i++) {
        const struct script_place *at = &file->macros[i]->place;
        bool is_here = strcmp(at->file, place->file) == 0;
        if (is_here && at->line > place->line && at->line < next)
            next = at->line;
    }
    return next;
}

/* Lines from `first` to before `next`, without the comments that belong to what comes then. */
static struct span cut_lines(struct span text, unsigned first, unsigned next)
{
    for (unsigned line = 1; line < first && text.nbytes > 0; line++)
        (void)span_cut(&text, '\n');
    struct span rest = text;
    size_t nbytes = 0;
    for (unsigned line = first; line < next && rest.nbytes > 0; line++) {
        struct span content = span_trim(span_cut(&rest, '\n'));
        if (content.nbytes > 0 && content.data[0] != '#')
            nbytes = (size_t)(rest.data - text.data);
    }
    return span_slice(text, 0, nbytes);
}

static void gather_scenario(struct gathering *g, const struct script_file *file,
                            const struct script_scenario *from)
{
    static const char *const SIDES[] = {
        [SCRIPT_CLIENT] = "server", [SCRIPT_SERVER] = "client", [SCRIPT_MONITOR] = "both"};
    struct facts_scenario *to = &g->facts->scenarios[g->facts->nscenarios++];
    *to = (struct facts_scenario){
        .id = from->id,
        .claim = from->claim,
        .file = from->place.file,
        .line = from->place.line,
        .text = cut_lines(text_of(g, from->place.file), from->place.line,
                          next_item(file, &from->place)),
        .side = SIDES[from->role],
        .covers = from->covers.items,
        .ncovers = from->covers.nitems,
    };
}

/* Scenarios that are not among the shipped ones are read from where they were played, if they are
 * still there; what is wrong with them is nothing that a report has to tell. */
static void load_files_of(struct gathering *g, const struct result_run *run)
{
    struct script_loader loader = {cli_load_include, g->cli};
    struct err err;
    for (size_t i = 0; i < run->ncases; i++) {
        const struct result_case *c = run->cases[i];
        if (table_get(&g->suite.scenarios, span_of(c->scenario)) != NULL ||
            table_get(&g->texts, span_of(c->file)) != NULL || !cli_exists(c->file) ||
            cli_is_special(c->file))
            continue;
        struct span text = text_of(g, c->file);
        if (suite_add(&g->suite, text, c->file, &loader, &err) != 0)
            continue;
    }
}

static int gather_scenarios(struct gathering *g, const struct result_run *const *runs, size_t nruns)
{
    struct cli_texts no_paths = {0};
    size_t n = 0;
    if (cli_load_suite(g->cli, &g->suite, &no_paths, NULL) != 0)
        return -1;
    for (size_t i = 0; i < nruns; i++)
        load_files_of(g, runs[i]);
    for (size_t f = 0; f < g->suite.nfiles; f++)
        n += g->suite.files[f]->nscenarios;
    g->facts->scenarios = arena_array(&g->cli->arena, n, sizeof *g->facts->scenarios);
    for (size_t f = 0; f < g->suite.nfiles; f++)
        for (size_t i = 0; i < g->suite.files[f]->nscenarios; i++)
            gather_scenario(g, g->suite.files[f], g->suite.files[f]->scenarios[i]);
    return 0;
}

/* ---- seeded faults ---- */

/* They are there where imapspec was built; elsewhere the report does without. */
static void gather_faults(struct gathering *g)
{
    struct arena *arena = &g->cli->arena;
    struct cli_texts files = {0};
    struct err err;
    const char *folder = arena_printf(arena, "%s/tests/faults", g->cli->data);
    if (!cli_is_folder(folder) || cli_list_files(g->cli, folder, ".fault", &files, &err) != 0)
        return;
    g->facts->faults = arena_array(arena, files.nitems, sizeof *g->facts->faults);
    for (size_t i = 0; i < files.nitems; i++) {
        struct buffer errors = {0};
        struct mutants_fault *fault;
        struct span text = text_of(g, files.items[i]);
        if (mutants_fault_read(text, files.items[i], arena, &fault, &errors) == 0)
            g->facts->faults[g->facts->nfaults++] = (struct facts_fault){
                fault->id, fault->claim, fault->breaks.items, fault->breaks.nitems};
        buffer_free(&errors);
    }
}

int report_gather_facts(struct cli *cli, const struct result_run *const *runs, size_t nruns,
                        struct report_facts *facts)
{
    struct gathering g = {.cli = cli, .facts = facts};
    *facts = (struct report_facts){0};
    suite_init(&g.suite, &cli->arena);
    gather_catalogue(&g);
    int status = gather_scenarios(&g, runs, nruns);
    if (status == 0)
        gather_faults(&g);
    suite_free(&g.suite);
    table_free(&g.texts);
    return status;
}
