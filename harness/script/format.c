#include <string.h>

#include "script/control.h"
#include "script/file.h"
#include "script/meta.h"
#include "script/piece.h"
#include "script/target_file.h"

enum {
    INDENT = 2,
    META_WIDTH = 8,    /* `no-fault` */
    TARGET_WIDTH = 10, /* `stderr-bad` */
    ALIGN_MOST = 60    /* a longer line takes no part in aligning comments */
};

/* A line of the result. */
struct entry {
    struct span text;    /* indented */
    struct span comment; /* behind it; empty when there is none */
    bool is_comment, is_meta;
    bool is_below;      /* belongs to the wire line above */
    bool opens, closes; /* a block: no blank line behind, or before it */
    bool is_top;        /* opens or closes a block of the file */
};

struct layout {
    struct arena *arena;
    struct entry *entries;
    size_t nentries;
    unsigned depth;
    bool is_blank_pending;
    bool is_target; /* in the block of a target */
};

/* ---- words -------------------------------------------------------------------------------- */

/* Appends text with runs of blanks made one, except in strings and, if has_lists, in ( ). */
static void append_words(struct buffer *out, struct span text, bool has_lists)
{
    unsigned depth = 0;
    text = span_trim(text);
    for (size_t i = 0; i < text.nbytes; i++) {
        char c = text.data[i];
        if (c == '"') {
            size_t end = script_line_string_end(text, i);
            buffer_append(out, span_slice(text, i, end - i));
            i = end - 1;
            continue;
        }
        if (has_lists && c == '(')
            depth++;
        else if (has_lists && c == ')' && depth > 0)
            depth--;
        if (c != ' ' || depth > 0 || text.data[i - 1] != ' ')
            buffer_append_byte(out, c);
    }
}

static void append_axis(struct buffer *out, struct span rest)
{
    size_t open = span_find_byte(rest, '{');
    struct script_cursor c;
    append_words(out, span_slice(rest, 0, open), false);
    buffer_append_text(out, " {");
    script_cursor_init(&c, NULL, rest, (struct script_place){0});
    c.at = open + 1;
    while (script_cursor_peek(&c) != '}') {
        buffer_append_byte(out, ' ');
        buffer_append(out, script_axis_value(&c));
    }
    buffer_append_text(out, " }");
}

/* name(a, b): the arguments of a `use`, or the parameters of a macro, which any comma separates. */
static void append_call(struct buffer *out, struct span rest, bool is_macro)
{
    size_t at = span_find_byte(rest, '(');
    buffer_append(out, span_trim(span_slice(rest, 0, at)));
    buffer_append_byte(out, '(');
    while (at < rest.nbytes && rest.data[at] != ')') {
        size_t end = is_macro ? script_text_end(rest, at + 1, ",)")
                              : script_control_argument_end(rest, at + 1);
        if (rest.data[at] == ',')
            buffer_append_text(out, ", ");
        buffer_append(out, span_trim(span_slice(rest, at + 1, end - at - 1)));
        at = end;
    }
    buffer_append_byte(out, ')');
}

/* ---- lines -------------------------------------------------------------------------------- */

static void append_wire(struct buffer *out, struct span text)
{
    size_t at = script_line_wire_at(text);
    if (at > 0) {
        buffer_append(out, span_trim(span_slice(text, 0, at)));
        buffer_append_byte(out, ' ');
    }
    struct span rest = span_from(text, at);
    struct span prefix = span_cut(&rest, ' ');
    buffer_append(out, prefix);
    buffer_append_byte(out, ' ');
    if (prefix.data[prefix.nbytes - 1] == '=')
        append_words(out, rest, false);
    else
        buffer_append(out, rest);
}

/* A control line: its first word decides. */
static void append_control(const struct layout *l, struct buffer *out, struct span text)
{
    struct span rest = text;
    struct span word = span_cut(&rest, ' ');
    bool is_step = !l->is_target && script_is_control_word(word);
    struct span rest_trimmed = span_trim(rest);
    struct span second = rest_trimmed;
    second = span_cut(&second, ' ');
    if (!is_step && l->depth > 0 && script_is_control_word(second) && !script_is_meta_word(word) &&
        !l->is_target) {
        buffer_append(out, word);
        buffer_append_byte(out, ' ');
        append_control(l, out, rest_trimmed);
        return;
    }
    bool is_meta = l->depth == 1 && (l->is_target || script_is_meta_word(word));
    unsigned width = !is_meta ? 0 : l->is_target ? TARGET_WIDTH : META_WIDTH;
    if (rest_trimmed.nbytes == 0) {
        buffer_append(out, word);
        return;
    }
    buffer_printf(out, "%-*.*s ", (int)width, SPAN_ARG(word));
    if (span_is(word, "axis") && is_meta)
        append_axis(out, rest_trimmed);
    else if (span_is(word, "use") || (span_is(word, "macro") && l->depth == 0))
        append_call(out, rest_trimmed, l->depth == 0);
    else if (span_is(word, "on"))
        buffer_append(out, rest_trimmed);
    else
        append_words(out, rest_trimmed, is_step);
}

static void append_line(const struct layout *l, struct buffer *out, const struct script_line *line)
{
    switch (line->kind) {
    case LINE_WIRE:
        append_wire(out, line->text);
        return;
    case LINE_OPEN:
        append_control(l, out, line->text);
        buffer_append_text(out, " {");
        return;
    case LINE_OR:
        buffer_append_text(out, "} ");
        append_words(out, span_from(line->text, 1), false);
        buffer_append_text(out, " {");
        return;
    case LINE_PLAIN:
        append_control(l, out, line->text);
        return;
    case LINE_BLANK:
    case LINE_APPENDED:
    case LINE_CONTENT:
    case LINE_CLOSE:
        buffer_append(out, line->text);
        return;
    }
}

/* ---- entries ------------------------------------------------------------------------------ */

static void add_entry(struct layout *l, struct entry entry)
{
    l->entries = script_grow(l->arena, l->entries, l->nentries, sizeof entry);
    l->entries[l->nentries++] = entry;
}

/* Puts a blank line before an entry where one was, or has to be. */
static void add_blank(struct layout *l, const struct entry *entry)
{
    const struct entry *last = l->nentries == 0 ? NULL : &l->entries[l->nentries - 1];
    bool was_pending = l->is_blank_pending;
    l->is_blank_pending = false;
    if (last == NULL || last->opens || entry->closes || entry->is_below)
        return;
    bool is_needed = (last->is_top && last->closes) ||
                     (entry->is_top && entry->opens && !last->is_comment) ||
                     (last->is_meta && !entry->is_meta && !entry->is_comment && !l->is_target);
    if (was_pending || is_needed)
        add_entry(l, (struct entry){0});
}

static bool is_meta_line(const struct layout *l, const struct script_line *line)
{
    struct span rest = line->text;
    return l->depth == 1 && !l->is_target && line->kind == LINE_PLAIN &&
           script_is_meta_word(span_cut(&rest, ' '));
}

static void add_line(struct layout *l, const struct script_line *line)
{
    struct buffer out = {0};
    bool closes = line->kind == LINE_CLOSE || line->kind == LINE_OR;
    bool is_below = line->kind == LINE_APPENDED || line->kind == LINE_CONTENT;
    if (line->kind == LINE_BLANK && line->comment.nbytes == 0) {
        l->is_blank_pending = true;
        return;
    }
    if (l->depth == 0 && line->kind == LINE_OPEN)
        l->is_target = span_starts_with(line->text, SPAN_LIT("target "));
    l->depth -= closes;
    buffer_append_repeat(&out, ' ', (size_t)l->depth * INDENT + is_below);
    if (line->kind == LINE_BLANK)
        buffer_append(&out, line->comment);
    else
        append_line(l, &out, line);
    struct entry entry = {
        .text = arena_copy(l->arena, buffer_span(&out)),
        .comment = line->kind == LINE_BLANK ? SPAN_LIT("") : line->comment,
        .is_comment = line->kind == LINE_BLANK,
        .is_meta = is_meta_line(l, line),
        .is_below = is_below,
        .opens = line->kind == LINE_OPEN || line->kind == LINE_OR,
        .closes = closes,
        .is_top = l->depth == 0,
    };
    buffer_free(&out);
    add_blank(l, &entry);
    add_entry(l, entry);
    l->depth += entry.opens;
}

/* ---- result ------------------------------------------------------------------------------- */

static bool is_aligned(const struct entry *entry)
{
    return entry->comment.nbytes > 0 && entry->text.nbytes <= ALIGN_MOST;
}

/* The column of the comments of all aligned lines from `at` on that follow each other. */
static size_t comment_column(const struct layout *l, size_t at)
{
    size_t column = 0;
    for (; at < l->nentries && is_aligned(&l->entries[at]); at++)
        if (l->entries[at].text.nbytes + 2 > column)
            column = l->entries[at].text.nbytes + 2;
    return column;
}

static void write_entries(const struct layout *l, struct buffer *out)
{
    size_t column = 0; /* 0: not among aligned lines */
    for (size_t i = 0; i < l->nentries; i++) {
        const struct entry *entry = &l->entries[i];
        buffer_append(out, entry->text);
        if (!is_aligned(entry))
            column = 0;
        else if (column == 0)
            column = comment_column(l, i);
        if (entry->comment.nbytes > 0) {
            size_t width = entry->text.nbytes;
            buffer_append_repeat(out, ' ', column == 0 ? 2 : column - width);
            buffer_append(out, entry->comment);
        }
        buffer_append_byte(out, '\n');
    }
}

static int check(struct span text, const char *path, struct arena *arena, struct err *err)
{
    struct script_faults faults = {.arena = arena};
    if (script_is_target(text))
        (void)script_target_parse(text, path, &faults);
    else
        (void)script_parse(text, path, NULL, false, &faults);
    script_faults_sort(&faults);
    if (faults.nitems == 0)
        return 0;
    script_fault_to_err(&faults, &faults.items[0], err);
    return -1;
}

int script_format(struct span text, const char *path, struct buffer *out, struct err *err)
{
    struct arena arena = {0};
    struct script_faults faults = {.arena = &arena};
    struct script_line *lines;
    struct layout l = {.arena = &arena};
    size_t nlines = script_lines_read(text, path, &faults, &lines);
    int status = check(text, path, &arena, err);
    for (size_t i = 0; i < nlines && status == 0; i++)
        add_line(&l, &lines[i]);
    if (status == 0)
        write_entries(&l, out);
    arena_free(&arena);
    return status;
}
