#include "script/file.h"

#include <string.h>

#include "script/meta.h"

/* What is gathered while a file and those it includes are read. */
struct gathering {
    struct script_parsed parsed;
    const struct script_loader *loader;
    bool has_includes;
    struct script_names loaded; /* files read so far, each once */
};

static void read_file(struct gathering *g, struct script_faults *faults, struct span text,
                      const char *path, bool is_main);

/* ---- include ------------------------------------------------------------------------------ */

static int load(struct gathering *g, struct script_cursor *c, const char *from, const char *path)
{
    struct err err;
    struct span text;
    const char *name;
    if (g->loader == NULL)
        return script_cursor_fault(c, 0, "nothing can be included here");
    if (g->loader->load(g->loader->context, from, path, c->faults->arena, &text, &name, &err) != 0)
        return script_cursor_fault(c, 0, "cannot include \"%s\": %s", path, err.text);
    if (script_names_have(&g->loaded, name))
        return 0;
    size_t nfaults = c->faults->nitems;
    read_file(g, c->faults, text, name, false);
    return c->faults->nitems > nfaults ? -1 : 0;
}

static void read_include(struct gathering *g, struct script_reader *r,
                         const struct script_node *node)
{
    struct script_cursor c;
    const char *path;
    script_node_cursor(r, node, &c);
    (void)script_cursor_word(&c);
    int status = script_cursor_string(&c, "the file to include, in quotes", &path);
    if (status == 0)
        status = script_cursor_end(&c);
    if (status == 0 && g->has_includes)
        status = load(g, &c, r->path, path);
    if (status != 0)
        g->parsed.has_broken_macro = true;
}

/* ---- macro -------------------------------------------------------------------------------- */

/* ( [name { , name }] ), behind the macro's name */
static int read_parameters(struct script_cursor *c, size_t open, struct script_macro *macro)
{
    size_t close = c->text.nbytes == 0 ? 0 : c->text.nbytes - 1;
    if (c->text.data[close] != ')')
        return script_cursor_fault(c, open, "the parameters that start here are not closed by `)`");
    struct span rest = span_slice(c->text, open + 1, close - open - 1);
    if (span_trim(rest).nbytes == 0)
        return 0;
    do {
        struct span name = span_trim(span_cut(&rest, ','));
        size_t at = name.nbytes == 0 ? open : (size_t)(name.data - c->text.data);
        if (!script_is_name(name, "_"))
            return script_cursor_fault(c, at, "expected the name of a parameter (no `-`, no `.`)");
        const char *parameter = arena_text(c->faults->arena, name);
        if (script_names_have(&macro->parameters, parameter))
            return script_cursor_fault(c, at, "the parameter `%s` is named twice", parameter);
        if (script_is_predefined(parameter))
            return script_cursor_fault(c, at, "`%s` is predefined", parameter);
        script_names_add(c->faults->arena, &macro->parameters, parameter);
    } while (rest.nbytes > 0);
    return 0;
}

static int read_macro_line(struct script_cursor *c, struct script_macro *macro)
{
    (void)script_cursor_word(c);
    script_cursor_skip(c);
    size_t start = c->at;
    size_t open = span_find_byte(c->text, '(');
    struct span name = span_trim(span_slice(c->text, start, open == SPAN_NPOS ? 0 : open - start));
    macro->place = script_cursor_place(c, 0);
    if (!script_is_name(name, "-_"))
        return script_cursor_fault(c, start,
                                   "a macro is written `macro name(parameter, parameter) {`");
    macro->name = arena_text(c->faults->arena, name);
    return read_parameters(c, open, macro);
}

static const struct script_macro *find_macro(const struct script_file *file, const char *name)
{
    for (size_t i = 0; i < file->nmacros; i++)
        if (strcmp(file->macros[i]->name, name) == 0)
            return file->macros[i];
    return NULL;
}

static int add_macro(struct gathering *g, struct script_cursor *c, struct script_macro *macro)
{
    struct script_file *file = g->parsed.file;
    const struct script_macro *other = find_macro(file, macro->name);
    if (other != NULL)
        return script_cursor_fault(c, 0, "there is a macro `%s` already, in %s line %u",
                                   macro->name, other->place.file, other->place.line);
    macro->is_capture =
        arena_array(c->faults->arena, macro->parameters.nitems, sizeof *macro->is_capture);
    file->macros =
        script_grow(c->faults->arena, file->macros, file->nmacros, sizeof(struct script_macro *));
    file->macros[file->nmacros++] = macro;
    return 0;
}

static void read_macro(struct gathering *g, struct script_reader *r, const struct script_node *node)
{
    struct script_cursor c;
    struct script_macro *macro = arena_alloc(r->faults->arena, sizeof *macro);
    size_t nfaults = r->faults->nitems;
    script_node_cursor(r, node, &c);
    int status = read_macro_line(&c, macro);
    if (node->children == NULL)
        (void)script_cursor_fault(&c, 0, "the macro is empty");
    macro->steps = script_steps_read(r, node->children);
    if (status == 0)
        status = add_macro(g, &c, macro);
    if (status != 0 || r->faults->nitems > nfaults)
        g->parsed.has_broken_macro = true;
}

/* ---- scenario ----------------------------------------------------------------------------- */

static bool is_id(struct span s)
{
    if (s.nbytes == 0 || !char_is_alnum(s.data[0]))
        return false;
    for (size_t i = 0; i < s.nbytes; i++)
        if (!char_is_alnum(s.data[i]) && strchr("-_.", s.data[i]) == NULL)
            return false;
    return true;
}

static int read_scenario_line(struct script_cursor *c, struct script_scenario *s)
{
    (void)script_cursor_word(c);
    script_cursor_skip(c);
    size_t at = c->at;
    struct span id = script_cursor_word(c);
    s->place = script_cursor_place(c, 0);
    s->id = arena_text(c->faults->arena, id);
    if (!is_id(id))
        return script_cursor_fault(c, at,
                                   "a scenario has an ID of letters, digits, `.`, `-` and `_`");
    if (script_cursor_string(c, "what the scenario claims, in quotes", &s->claim) != 0)
        return -1;
    return script_cursor_end(c);
}

static bool is_meta(const struct script_node *node)
{
    struct span rest = node->line->text;
    return node->line->kind != LINE_WIRE && script_is_meta_word(span_cut(&rest, ' '));
}

static void read_scenario_block(struct script_reader *r, const struct script_node *node,
                                struct script_scenario *s)
{
    const struct script_node *at = node->children;
    s->dialect = "imap2";
    s->because = "";
    s->no_fault = "";
    while (at != NULL && is_meta(at)) {
        script_meta_read(r, at, s);
        at = at->next;
    }
    if (!script_names_have(&s->metas, "role") && r->faults->nitems == 0)
        (void)script_fault(r->faults, s->place, "the scenario has no `role`");
    if (s->nsessions == 0) {
        s->sessions = arena_alloc(r->faults->arena, sizeof *s->sessions);
        s->sessions[0] = (struct script_session){.name = "", .user = "fred", .place = s->place};
        s->nsessions = 1;
    }
    s->steps = script_steps_read(r, at);
    if (at == NULL && r->faults->nitems == 0)
        (void)script_fault(r->faults, s->place, "the scenario has no steps");
}

static void add_scenario(struct gathering *g, struct script_faults *faults,
                         struct script_scenario *s, bool is_broken)
{
    struct script_file *file = g->parsed.file;
    for (size_t i = 0; i < file->nscenarios; i++)
        if (strcmp(file->scenarios[i]->id, s->id) == 0)
            (void)script_fault(faults, s->place, "there is a scenario `%s` already, in line %u",
                               s->id, file->scenarios[i]->place.line);
    file->scenarios = script_grow(faults->arena, file->scenarios, file->nscenarios,
                                  sizeof(struct script_scenario *));
    g->parsed.is_broken =
        script_grow(faults->arena, g->parsed.is_broken, file->nscenarios, sizeof(bool));
    g->parsed.is_broken[file->nscenarios] = is_broken;
    file->scenarios[file->nscenarios++] = s;
}

static void read_scenario(struct gathering *g, struct script_reader *r,
                          const struct script_node *node)
{
    struct script_cursor c;
    struct script_scenario *s = arena_alloc(r->faults->arena, sizeof *s);
    size_t nfaults = r->faults->nitems;
    script_node_cursor(r, node, &c);
    s->claim = "";
    if (read_scenario_line(&c, s) == 0)
        read_scenario_block(r, node, s);
    add_scenario(g, r->faults, s, r->faults->nitems > nfaults);
}

/* ---- file --------------------------------------------------------------------------------- */

static void read_top(struct gathering *g, struct script_reader *r, const struct script_node *node,
                     bool is_main)
{
    struct script_cursor c;
    script_node_cursor(r, node, &c);
    struct span word = script_cursor_word(&c);
    bool opens = node->line->kind == LINE_OPEN;
    if (node->branch != NULL)
        (void)script_fault(
            r->faults,
            (struct script_place){r->path, node->branch->line->number, node->branch->line->col},
            "`} or` belongs to `either` only");
    if (span_is(word, "include") && !opens)
        read_include(g, r, node);
    else if (span_is(word, "macro") && opens)
        read_macro(g, r, node);
    else if (span_is(word, "scenario") && opens && is_main)
        read_scenario(g, r, node);
    else if (span_is(word, "scenario") && opens)
        (void)script_cursor_fault(&c, 0, "an included file holds macros only");
    else if (span_is(word, "macro") || span_is(word, "scenario"))
        (void)script_cursor_fault(&c, 0, "`%.*s` opens a block: `{` ends the line", SPAN_ARG(word));
    else
        (void)script_cursor_fault(&c, 0, "expected `include`, `macro` or `scenario`");
}

static void read_file(struct gathering *g, struct script_faults *faults, struct span text,
                      const char *path, bool is_main)
{
    struct script_line *lines;
    struct script_reader r = {.faults = faults, .path = path};
    script_names_add(faults->arena, &g->loaded, path);
    size_t nlines = script_lines_read(text, path, faults, &lines);
    script_faults_add_source(faults, path, lines, nlines);
    const struct script_node *node = script_tree_read(lines, nlines, path, faults);
    for (; node != NULL; node = node->next)
        read_top(g, &r, node, is_main);
}

struct script_parsed script_parse(struct span text, const char *path,
                                  const struct script_loader *loader, bool has_includes,
                                  struct script_faults *faults)
{
    struct gathering g = {.loader = loader, .has_includes = has_includes};
    path = arena_text(faults->arena, span_of(path));
    g.parsed.file = arena_alloc(faults->arena, sizeof *g.parsed.file);
    g.parsed.file->path = path;
    read_file(&g, faults, arena_copy(faults->arena, text), path, true);
    return g.parsed;
}
