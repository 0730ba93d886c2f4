#include "script/tree.h"

/* One open block: where its next line is hung. */
struct level {
    struct script_node *opener; /* NULL: the file */
    struct script_node **tail;
};

struct builder {
    const char *path;
    struct script_faults *faults;
    struct script_node *top;
    struct level levels[SCRIPT_DEPTH_MOST + 1];
    size_t depth;
    bool is_too_deep;              /* what follows cannot be understood */
    struct script_node *last_wire; /* that `&` and `|` lines belong to */
};

static struct script_place place_of(const struct builder *b, const struct script_line *line)
{
    return (struct script_place){b->path, line->number, line->col};
}

static struct script_node *add_node(struct builder *b, const struct script_line *line)
{
    struct script_node *node = arena_alloc(b->faults->arena, sizeof *node);
    node->line = line;
    *b->levels[b->depth].tail = node;
    b->levels[b->depth].tail = &node->next;
    return node;
}

static void report_open(struct builder *b)
{
    const struct script_line *line = b->levels[b->depth].opener->line;
    (void)script_fault(b->faults, place_of(b, line), "the block opened here is never closed");
}

static bool is_top_word(struct span text)
{
    struct span word = span_cut(&text, ' ');
    return span_is(word, "scenario") || span_is(word, "macro") || span_is(word, "target");
}

static void open_block(struct builder *b, const struct script_line *line)
{
    if (b->depth > 0 && is_top_word(line->text)) {
        report_open(b);
        b->depth = 0;
    }
    struct script_node *node = add_node(b, line);
    if (b->depth == SCRIPT_DEPTH_MOST) {
        (void)script_fault(b->faults, place_of(b, line), "blocks are nested deeper than %d",
                           SCRIPT_DEPTH_MOST);
        b->is_too_deep = true;
        return;
    }
    b->levels[++b->depth] = (struct level){node, &node->children};
}

static void open_branch(struct builder *b, const struct script_line *line)
{
    if (b->depth == 0) {
        (void)script_fault(b->faults, place_of(b, line),
                           "`}` closes a block that was never opened");
        return;
    }
    struct span rest = span_trim(span_from(line->text, 1));
    if (!span_is(span_cut(&rest, ' '), "or")) {
        (void)script_fault(b->faults, place_of(b, line),
                           "after `}` only `or [nonstrict] [\"label\"] {` may follow");
    }
    struct script_node *node = arena_alloc(b->faults->arena, sizeof *node);
    node->line = line;
    b->levels[b->depth].opener->branch = node;
    b->levels[b->depth] = (struct level){node, &node->children};
}

static void close_block(struct builder *b, const struct script_line *line)
{
    if (b->depth == 0)
        (void)script_fault(b->faults, place_of(b, line),
                           "`}` closes a block that was never opened");
    else
        b->depth--;
}

static void add_below_wire(struct builder *b, const struct script_line *line)
{
    if (b->last_wire == NULL) {
        (void)script_fault(b->faults, place_of(b, line),
                           line->kind == LINE_CONTENT
                               ? "a `|` line stands below a wire line with `{|}`"
                               : "an `&` line continues a wire line; there is none above");
        return;
    }
    if (b->last_wire->more == NULL)
        b->last_wire->more = line;
    b->last_wire->nmore = (size_t)(line - b->last_wire->more) + 1;
}

static void add_plain(struct builder *b, const struct script_line *line)
{
    if (line->text.data[0] == '}')
        (void)script_fault(b->faults, place_of(b, line),
                           "after `}` only `or [nonstrict] [\"label\"] {` may follow");
    else
        (void)add_node(b, line);
}

static void add_line(struct builder *b, const struct script_line *line)
{
    switch (line->kind) {
    case LINE_BLANK:
        return;
    case LINE_APPENDED:
    case LINE_CONTENT:
        add_below_wire(b, line);
        return;
    case LINE_WIRE:
        b->last_wire = add_node(b, line);
        return;
    case LINE_OPEN:
        open_block(b, line);
        break;
    case LINE_OR:
        open_branch(b, line);
        break;
    case LINE_CLOSE:
        close_block(b, line);
        break;
    case LINE_PLAIN:
        add_plain(b, line);
        break;
    }
    b->last_wire = NULL;
}

struct script_node *script_tree_read(const struct script_line *lines, size_t nlines,
                                     const char *path, struct script_faults *faults)
{
    struct builder b = {.path = path, .faults = faults};
    b.levels[0].tail = &b.top;
    for (size_t i = 0; i < nlines && !b.is_too_deep; i++)
        add_line(&b, &lines[i]);
    if (b.depth > 0 && !b.is_too_deep)
        report_open(&b);
    return b.top;
}
