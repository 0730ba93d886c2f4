#include "mutants/fault.h"

#include <string.h>

#include "catalogue/catalogue.h"
#include "script/cursor.h"
#include "script/fault.h"
#include "script/lexer.h"
#include "script/meta.h"

enum section { SECTION_NONE, SECTION_REPLACE, SECTION_BY };

struct reading {
    struct script_faults *faults;
    struct mutants_fault *fault;
    struct script_names given; /* keys, once each */
    struct script_place *breaks_places;
    struct script_place grade_place;
    enum section section; /* that `|` lines belong to */
};

/* ---- keys --------------------------------------------------------------------------------- */

static int read_fault(struct reading *r, struct script_cursor *c)
{
    struct mutants_fault *f = r->fault;
    f->place = script_cursor_place(c, 0);
    if (script_cursor_name(c, "the fault's ID, as in expunge.old-numbers", &f->id) != 0)
        return -1;
    script_cursor_skip(c);
    size_t at = c->at;
    if (script_cursor_string(c, "what goes wrong, in quotes", &f->claim) != 0)
        return -1;
    if (span_trim(span_of(f->claim)).nbytes == 0 || strchr(f->claim, '\n') != NULL)
        return script_cursor_fault(c, at, "say in one line what goes wrong");
    return 0;
}

static int read_breaks(struct reading *r, struct script_cursor *c)
{
    struct mutants_fault *f = r->fault;
    do {
        struct script_place place;
        size_t n = f->breaks.nitems;
        if (script_requirement_read(c, &f->breaks, &place) != 0)
            return -1;
        r->breaks_places = script_grow(c->faults->arena, r->breaks_places, n, sizeof place);
        r->breaks_places[n] = place;
    } while (!script_cursor_is_end(c));
    return 0;
}

static int read_file(struct reading *r, struct script_cursor *c)
{
    script_cursor_skip(c);
    size_t at = c->at;
    if (script_cursor_text(c, "a source file below reference/", &r->fault->source) != 0)
        return -1;
    struct span path = span_of(r->fault->source);
    if (!span_starts_with(path, SPAN_LIT("reference/")) || !span_ends_with(path, SPAN_LIT(".c")) ||
        span_find(path, SPAN_LIT("..")) != SPAN_NPOS)
        return script_cursor_fault(c, at,
                                   "the file is a source below reference/, as in "
                                   "reference/expunge.c");
    return 0;
}

static int read_grade(struct reading *r, struct script_cursor *c)
{
    script_cursor_skip(c);
    r->grade_place = script_cursor_place(c, c->at);
    r->fault->is_graded_warn = script_cursor_take(c, "warn");
    if (r->fault->is_graded_warn)
        return 0;
    return script_cursor_fault(c, c->at, "the only grade is `warn`");
}

static int read_side(struct reading *r, struct script_cursor *c)
{
    if (script_cursor_take(c, "server") || script_cursor_take(c, "client")) {
        bool is_client = span_ends_with(span_slice(c->text, 0, c->at), SPAN_LIT("client"));
        r->fault->side = is_client ? SIDE_CLIENT : SIDE_SERVER;
        return 0;
    }
    return script_cursor_fault(c, c->at, "the side is server or client");
}

static int read_target(struct reading *r, struct script_cursor *c)
{
    static const char *const targets[] = {"reference", "reference-tcp"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        if (!script_cursor_take(c, targets[i]))
            continue;
        r->fault->target = targets[i];
        return 0;
    }
    return script_cursor_fault(c, c->at, "the target is reference or reference-tcp");
}

/* `replace` and `by` have their text below them. */
static int read_replace(struct reading *r, struct script_cursor *c)
{
    struct mutants_fault *f = r->fault;
    struct mutants_change change = {.place = script_cursor_place(c, 0)};
    if (r->section == SECTION_REPLACE)
        return script_cursor_fault(c, 0, "the `replace` above has no `by`");
    r->section = SECTION_REPLACE;
    f->changes = script_grow(c->faults->arena, f->changes, f->nchanges, sizeof change);
    f->changes[f->nchanges++] = change;
    return 0;
}

static int read_by(struct reading *r, struct script_cursor *c)
{
    if (r->section != SECTION_REPLACE)
        return script_cursor_fault(c, 0, "`by` stands below a `replace` and its text");
    r->section = SECTION_BY;
    return 0;
}

static const struct key {
    const char *word;
    int (*read)(struct reading *r, struct script_cursor *c);
    bool is_repeatable, is_section;
} keys[] = {
    {"fault", read_fault, false, false},   {"breaks", read_breaks, true, false},
    {"file", read_file, false, false},     {"grade", read_grade, false, false},
    {"side", read_side, false, false},     {"target", read_target, false, false},
    {"replace", read_replace, true, true}, {"by", read_by, true, true},
};

/* ---- lines -------------------------------------------------------------------------------- */

static const struct key *find_key(struct span word)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (span_is(word, keys[i].word))
            return &keys[i];
    return NULL;
}

static void read_key(struct reading *r, struct script_cursor *c)
{
    struct span word = script_cursor_word(c);
    const struct key *key = find_key(word);
    if (key == NULL) {
        (void)script_cursor_fault(c, 0,
                                  "expected one of fault, breaks, file, grade, side, target, "
                                  "replace, by");
        return;
    }
    if (!key->is_section && script_names_have(&r->given, key->word) && !key->is_repeatable) {
        (void)script_cursor_fault(c, 0, "`%s` is given twice", key->word);
        return;
    }
    if (!script_names_have(&r->given, key->word))
        script_names_add(r->faults->arena, &r->given, key->word);
    if (!key->is_section && r->section == SECTION_REPLACE)
        (void)script_cursor_fault(c, 0, "the `replace` above has no `by`");
    if (!key->is_section)
        r->section = SECTION_NONE;
    if (key->read(r, c) == 0)
        (void)(script_cursor_end(c) == 0);
}

static void read_content(struct reading *r, struct script_cursor *c)
{
    struct mutants_fault *f = r->fault;
    if (r->section == SECTION_NONE) {
        (void)script_cursor_fault(c, 0, "a `|` line stands below `replace` or `by`");
        return;
    }
    if (c->text.nbytes > 1 && c->text.data[1] != ' ') {
        (void)script_cursor_fault(c, 0, "`|` is followed by a blank and a line of the text");
        return;
    }
    struct mutants_change *change = &f->changes[f->nchanges - 1];
    struct span *text = r->section == SECTION_BY ? &change->replacement : &change->text;
    struct span line = span_from(c->text, 2);
    if (text->data == NULL)
        *text = arena_copy(r->faults->arena, line);
    else
        *text =
            span_of(arena_printf(r->faults->arena, "%.*s\n%.*s", SPAN_ARG(*text), SPAN_ARG(line)));
}

static void read_line(struct reading *r, const char *path, const struct script_line *line)
{
    struct script_cursor c;
    script_cursor_init(&c, r->faults, line->text,
                       (struct script_place){path, line->number, line->col});
    switch (line->kind) {
    case LINE_BLANK:
        return;
    case LINE_CONTENT:
        read_content(r, &c);
        return;
    case LINE_PLAIN:
        read_key(r, &c);
        return;
    case LINE_OPEN:
        (void)script_cursor_fault(&c, c.text.nbytes, "a fault's file has no blocks");
        read_key(r, &c);
        return;
    case LINE_OR:
    case LINE_CLOSE:
        (void)script_cursor_fault(&c, 0, "a fault's file has no blocks");
        return;
    case LINE_WIRE:
    case LINE_APPENDED:
        (void)script_cursor_fault(&c, 0, "text of the source stands behind `|`");
        return;
    }
}

/* ---- the whole ---------------------------------------------------------------------------- */

static void check_given(struct reading *r)
{
    static const char *const needed[] = {"fault", "breaks", "file", "replace"};
    struct script_place top = {r->fault->path, 1, 1};
    if (r->fault->id != NULL)
        top = r->fault->place;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!script_names_have(&r->given, needed[i]))
            (void)script_fault(r->faults, top, "the fault has no `%s`", needed[i]);
}

static void check_changes(struct reading *r)
{
    const struct mutants_fault *f = r->fault;
    for (size_t i = 0; i < f->nchanges; i++) {
        const struct mutants_change *change = &f->changes[i];
        bool has_by = i + 1 < f->nchanges || r->section != SECTION_REPLACE;
        if (change->text.nbytes == 0)
            (void)script_fault(r->faults, change->place, "`replace` has no text");
        else if (!has_by)
            (void)script_fault(r->faults, change->place, "this `replace` has no `by`");
        else if (span_equal(change->text, change->replacement))
            (void)script_fault(r->faults, change->place, "this changes nothing");
    }
}

static void check_breaks(struct reading *r)
{
    static const char *const sides[] = {[SIDE_SERVER] = "server", [SIDE_CLIENT] = "client"};
    const struct mutants_fault *f = r->fault;
    const struct catalogue *catalogue = catalogue_of_dialect(SPAN_LIT("imap2"));
    for (size_t i = 0; i < f->breaks.nitems; i++) {
        const struct catalogue_requirement *row =
            catalogue_find(catalogue, span_of(f->breaks.items[i]));
        enum catalogue_side other = f->side == SIDE_CLIENT ? CATALOGUE_SERVER : CATALOGUE_CLIENT;
        if (row == NULL)
            continue;
        if (row->side == other)
            (void)script_fault(r->faults, r->breaks_places[i], "`%s` does not bind a %s", row->id,
                               sides[f->side]);
        if (f->is_graded_warn && row->level == CATALOGUE_MUST)
            (void)script_fault(r->faults, r->grade_place,
                               "`%s` is a MUST: what breaks it has to fail", row->id);
    }
}

size_t mutants_fault_read(struct span text, const char *path, struct arena *arena,
                          struct mutants_fault **fault_r, struct buffer *errors)
{
    struct script_faults faults = {.arena = arena};
    struct mutants_fault *fault = arena_alloc(arena, sizeof *fault);
    struct reading r = {.faults = &faults, .fault = fault};
    struct script_line *lines;
    fault->path = arena_text(arena, span_of(path));
    fault->target = "reference";
    size_t nlines = script_lines_read(arena_copy(arena, text), fault->path, &faults, &lines);
    script_faults_add_source(&faults, fault->path, lines, nlines);
    for (size_t i = 0; i < nlines; i++)
        read_line(&r, fault->path, &lines[i]);
    check_given(&r);
    check_changes(&r);
    check_breaks(&r);
    script_faults_sort(&faults);
    for (size_t i = 0; i < faults.nitems; i++) {
        struct err err;
        script_fault_to_err(&faults, &faults.items[i], &err);
        err_print(&err, errors);
    }
    *fault_r = fault;
    return faults.nitems;
}
