#include <string.h>

#include "script/piece.h"
#include "script/step.h"

/* ---- the text, joined from the lines it stands on ------------------------------------------- */

struct joined {
    struct buffer text;
    struct script_segment *segments;
    size_t nsegments, capacity;
    bool is_raw;
};

static void join(struct script_reader *r, struct joined *j, struct span text, unsigned line,
                 unsigned col)
{
    j->segments = arena_grow(r->faults->arena, j->segments, &j->capacity, j->nsegments + 1,
                             sizeof *j->segments);
    j->segments[j->nsegments++] = (struct script_segment){
        .at = j->text.nbytes,
        .place = {r->path, line, col},
    };
    buffer_append(&j->text, text);
}

static int join_appended(struct script_reader *r, struct joined *j, const struct script_line *line)
{
    if (line->text.nbytes < 3 || line->text.data[1] != ' ')
        return script_fault(
            r->faults, (struct script_place){r->path, line->number, line->col},
            "`&` is followed by a blank and the text that continues the line above");
    if (j->is_raw) /* blanks between raw items have no meaning */
        buffer_append_byte(&j->text, ' ');
    join(r, j, span_from(line->text, 2), line->number, line->col + 2);
    return 0;
}

static int add_content(struct script_reader *r, struct script_content *content,
                       const struct script_line *line)
{
    if (line->text.nbytes > 1 && line->text.data[1] != ' ')
        return script_fault(r->faults, (struct script_place){r->path, line->number, line->col},
                            "`|` is followed by a blank and a line of the literal");
    content->lines[content->nlines++] = line;
    return 0;
}

/* The `&` lines first, then the `|` lines. */
static int join_lines(struct script_reader *r, const struct script_node *node, struct joined *j,
                      struct script_content *content)
{
    *content = (struct script_content){.path = r->path};
    content->lines = arena_array(r->faults->arena, node->nmore, sizeof(struct script_line *));
    for (size_t i = 0; i < node->nmore; i++) {
        const struct script_line *line = &node->more[i];
        int status = 0;
        if (line->kind == LINE_CONTENT)
            status = add_content(r, content, line);
        else if (line->kind == LINE_APPENDED && content->nlines > 0)
            status =
                script_fault(r->faults, (struct script_place){r->path, line->number, line->col},
                             "`&` lines stand before the `|` lines");
        else if (line->kind == LINE_APPENDED)
            status = join_appended(r, j, line);
        if (status != 0)
            return -1;
    }
    return 0;
}

/* ---- C: S{2..4}: -------------------------------------------------------------------------- */

static void set_mark(struct script_wire *wire, enum script_mark mark, unsigned least, unsigned most)
{
    wire->mark = mark;
    wire->least = least;
    wire->most = most;
}

static int read_count(struct script_cursor *c, struct script_wire *wire)
{
    struct span rest = span_from(c->text, c->at);
    size_t length = span_find_byte(rest, '}');
    struct span inside = span_slice(rest, 1, length == SPAN_NPOS ? 0 : length - 1);
    size_t dots = span_find(inside, SPAN_LIT(".."));
    uint32_t least;
    uint32_t most = SCRIPT_MANY;
    if (number_parse_u32(span_slice(inside, 0, dots), &least) != 0)
        return script_cursor_fault(c, c->at, "a count is written {5}, {2..4} or {2..}");
    if (dots == SPAN_NPOS)
        most = least;
    else if (dots + 2 < inside.nbytes && number_parse_u32(span_from(inside, dots + 2), &most) != 0)
        return script_cursor_fault(c, c->at, "a count is written {5}, {2..4} or {2..}");
    if (most < least || most == 0 || most > SCRIPT_MANY)
        return script_cursor_fault(c, c->at,
                                   "a count is at least 1 and at most %d, the lower "
                                   "bound first; what must not arrive is marked `!`",
                                   SCRIPT_MANY);
    set_mark(wire, MARK_COUNTED, least, most);
    c->at += length + 1;
    return 0;
}

static int read_mark(struct script_cursor *c, struct script_wire *wire)
{
    char mark = script_char_at(c->text, c->at);
    set_mark(wire, MARK_ONE, 1, 1);
    switch (mark) {
    case '?':
        set_mark(wire, MARK_OPTIONAL, 0, 1);
        break;
    case '*':
        set_mark(wire, MARK_ANY, 0, SCRIPT_MANY);
        break;
    case '+':
        set_mark(wire, MARK_SOME, 1, SCRIPT_MANY);
        break;
    case '!':
        set_mark(wire, MARK_NEVER, 0, 0);
        break;
    case '{':
        return read_count(c, wire);
    default:
        return 0;
    }
    c->at++;
    return 0;
}

/* [session] C|S [mark] :|= blank */
static int read_prefix(struct script_cursor *c, struct script_step *step)
{
    struct script_wire *wire = &step->as.wire;
    size_t at = script_line_wire_at(c->text);
    if (at > 0 && script_cursor_name(c, "the name of a session", &step->session) != 0)
        return -1;
    c->at = at;
    wire->who = c->text.data[c->at++];
    if (read_mark(c, wire) != 0)
        return -1;
    char colon = script_char_at(c->text, c->at);
    if (colon != ':' && colon != '=')
        return script_cursor_fault(c, c->at,
                                   "a wire line starts with C: S: C= or S=, with a mark "
                                   "? * + ! {n} or {n..m} before the sign");
    wire->is_raw = colon == '=';
    c->at++;
    if (c->at < c->text.nbytes && c->text.data[c->at] != ' ')
        return script_cursor_fault(c, c->at, "a blank must follow `%c`", colon);
    if (wire->is_raw && wire->mark != MARK_ONE)
        return script_cursor_fault(c, at, "a raw line takes no mark");
    if (c->at + 1 >= c->text.nbytes)
        return script_cursor_fault(
            c, c->at, "nothing is said here; an empty line is written %c= \"\\r\\n\"", wire->who);
    c->at++;
    return 0;
}

/* ---- raw items ---------------------------------------------------------------------------- */

static int read_hex(struct script_cursor *c, struct script_raw_item *item)
{
    script_cursor_skip(c);
    size_t at = c->at;
    struct span hex = script_cursor_word(c);
    char *bytes = arena_alloc(c->faults->arena, hex.nbytes / 2 + 1);
    for (size_t i = 0; i < hex.nbytes; i++) {
        if (char_hex_value(hex.data[i]) < 0)
            return script_cursor_fault(c, at + i, "`%c` is no hexadecimal digit", hex.data[i]);
        bytes[i / 2] = (char)(bytes[i / 2] * 16 + char_hex_value(hex.data[i]));
    }
    if (hex.nbytes == 0 || hex.nbytes % 2 != 0)
        return script_cursor_fault(c, at, "`hex` is followed by pairs of hexadecimal digits");
    item->text.source = arena_printf(c->faults->arena, "hex %.*s", SPAN_ARG(hex));
    script_text_add_word(c->faults->arena, &item->text, span_make(bytes, hex.nbytes / 2),
                         item->place);
    return 0;
}

static int read_raw_string(struct script_cursor *c, struct script_raw_item *item)
{
    enum { TIMES_MOST = 100 * 1000 * 1000 };
    size_t start = c->at;
    if (script_quote_read_parts(c, &item->text) != 0)
        return -1;
    item->text.source = arena_text(c->faults->arena, span_slice(c->text, start, c->at - start));
    if (script_char_at(c->text, c->at) != '*')
        return 0;
    size_t at = c->at++;
    struct span rest = span_from(c->text, c->at);
    size_t ndigits = number_digits(rest);
    if (number_parse_u64(span_slice(rest, 0, ndigits), &item->times) != 0 || item->times == 0 ||
        item->times > TIMES_MOST)
        return script_cursor_fault(c, at, "`*` is followed by a number from 1 to %d", TIMES_MOST);
    c->at += ndigits;
    return 0;
}

static int read_raw_item(struct script_cursor *c, struct script_raw_item *item)
{
    *item = (struct script_raw_item){.times = 1, .text.source = ""};
    char next = script_cursor_peek(c);
    item->place = script_cursor_place(c, c->at);
    if (next == '"')
        return read_raw_string(c, item);
    if (script_cursor_take(c, "hex"))
        return read_hex(c, item);
    if (script_cursor_take(c, "pause")) {
        item->kind = RAW_PAUSE;
        return script_cursor_duration(c, &item->pause_ms);
    }
    return script_cursor_fault(c, c->at,
                               "raw items are \"string\", \"string\"*N, hex HH and pause "
                               "DURATION");
}

static int read_raw(struct script_cursor *c, struct script_wire *wire)
{
    size_t capacity = 0;
    while (!script_cursor_is_end(c)) {
        struct script_raw_item item;
        if (read_raw_item(c, &item) != 0)
            return -1;
        wire->raw =
            arena_grow(c->faults->arena, wire->raw, &capacity, wire->nraw + 1, sizeof *wire->raw);
        wire->raw[wire->nraw++] = item;
    }
    return 0;
}

/* ---- the whole line ----------------------------------------------------------------------- */

static int read_all(struct script_cursor *c, struct script_content *content,
                    struct script_step *step)
{
    struct script_wire *wire = &step->as.wire;
    wire->text.source = "";
    if (read_prefix(c, step) != 0)
        return -1;
    int status = wire->is_raw ? read_raw(c, wire) : script_text_read(c, true, content, &wire->text);
    if (status != 0)
        return -1;
    if (content->nlines > 0 && !content->is_used)
        return script_fault(
            c->faults,
            (struct script_place){content->path, content->lines[0]->number, content->lines[0]->col},
            "a `|` line stands below a wire line with `{|}`");
    if (content->nlines == 0 && content->is_used)
        return script_cursor_fault(c, 0,
                                   "{|} without `|` lines below; write {\"\"} for an empty "
                                   "literal");
    return 0;
}

static bool is_raw(struct span text)
{
    struct span rest = span_from(text, script_line_wire_at(text));
    return span_ends_with(span_cut(&rest, ' '), SPAN_LIT("="));
}

int script_wire_read(struct script_reader *r, const struct script_node *node,
                     struct script_step *step)
{
    struct joined joined = {.text = {0}};
    struct script_content content;
    step->kind = STEP_WIRE;
    joined.is_raw = is_raw(node->line->text);
    join(r, &joined, node->line->text, node->line->number, node->line->col);
    int status = join_lines(r, node, &joined, &content);
    if (status == 0) {
        struct script_cursor c = {.faults = r->faults,
                                  .text = arena_copy(r->faults->arena, buffer_span(&joined.text)),
                                  .segments = joined.segments,
                                  .nsegments = joined.nsegments};
        status = read_all(&c, &content, step);
    }
    buffer_free(&joined.text);
    return status;
}
