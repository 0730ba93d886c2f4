#include "script/piece.h"

#include <string.h>

/* What all piece readers share. */
struct piece_reader {
    struct script_cursor *c;
    struct script_text *text;
    struct script_content *content;
    size_t start; /* offset of the text's first octet */
    bool has_tag;
};

static struct span rest_of(const struct piece_reader *r)
{
    return span_from(r->c->text, r->c->at);
}

static struct script_piece *add(struct piece_reader *r, enum script_piece_kind kind, size_t at)
{
    struct script_piece piece = {.kind = kind, .place = script_cursor_place(r->c, at)};
    return script_text_add(r->c->faults->arena, r->text, piece);
}

/* ---- strings ------------------------------------------------------------------------------ */

/* Puts what was gathered into a QUOTED or LITERAL piece: as text when there is no reference. */
static void set_value(struct arena *arena, struct script_piece *piece, struct script_text parts)
{
    if (parts.npieces == 0) {
        piece->text = arena_copy(arena, SPAN_LIT(""));
    } else if (parts.npieces == 1 && parts.pieces[0].kind == PIECE_WORD) {
        piece->text = parts.pieces[0].text;
    } else {
        piece->parts = arena_alloc(arena, sizeof *piece->parts);
        *piece->parts = parts;
    }
}

static int read_quoted(struct piece_reader *r)
{
    struct script_text parts;
    size_t at = r->c->at;
    if (script_quote_read_parts(r->c, &parts) != 0)
        return -1;
    set_value(r->c->faults->arena, add(r, PIECE_QUOTED, at), parts);
    return 0;
}

/* ---- <...> -------------------------------------------------------------------------------- */

static int read_bytes(struct piece_reader *r, size_t at, struct span hex)
{
    if (hex.nbytes == 0 || hex.nbytes % 2 != 0)
        return script_cursor_fault(r->c, at, "<0x...> holds pairs of hexadecimal digits");
    char *bytes = arena_alloc(r->c->faults->arena, hex.nbytes / 2 + 1);
    for (size_t i = 0; i < hex.nbytes; i++) {
        int digit = char_hex_value(hex.data[i]);
        if (digit < 0)
            return script_cursor_fault(r->c, at + 3 + i, "`%c` is no hexadecimal digit",
                                       hex.data[i]);
        bytes[i / 2] = (char)(bytes[i / 2] * 16 + digit);
    }
    add(r, PIECE_BYTES, at)->text = span_make(bytes, hex.nbytes / 2);
    return 0;
}

/* lo..hi, all of s */
static int read_range(struct piece_reader *r, size_t at, struct span s, struct script_piece *piece)
{
    size_t dots = span_find(s, SPAN_LIT(".."));
    if (dots == SPAN_NPOS || number_parse_u64(span_slice(s, 0, dots), &piece->low) != 0 ||
        number_parse_u64(span_from(s, dots + 2), &piece->high) != 0)
        return script_cursor_fault(r->c, at, "a range is written LOW..HIGH, as in <number 5..9>");
    if (piece->low > piece->high)
        return script_cursor_fault(r->c, at, "the range %llu..%llu is empty",
                                   (unsigned long long)piece->low, (unsigned long long)piece->high);
    piece->has_range = true;
    return 0;
}

static enum script_type_kind type_kind(struct span type)
{
    if (span_is(type, "text-line"))
        return TYPE_TEXT_LINE;
    if (span_is(type, "any"))
        return TYPE_ANY;
    return span_is(type, "number") ? TYPE_NUMBER : TYPE_OF_RULE;
}

static int read_type(struct piece_reader *r, size_t at, struct span inside)
{
    struct arena *arena = r->c->faults->arena;
    struct script_piece *piece = add(r, PIECE_TYPE, at);
    struct span rest = inside;
    struct span type = span_cut(&rest, ' ');
    size_t colon = span_find_byte(type, ':');
    if (colon != SPAN_NPOS) {
        struct span name = span_slice(type, 0, colon);
        if (!script_is_name(name, "_~"))
            return script_cursor_fault(r->c, at + 1, "`%.*s` is no name to capture into",
                                       SPAN_ARG(name));
        piece->name = arena_text(arena, name);
        type = span_from(type, colon + 1);
    }
    if (!script_is_name(type, "-"))
        return script_cursor_fault(r->c, at,
                                   "`<` opens a placeholder such as <number> or <n:number>; "
                                   "write <0x3c> for the character");
    piece->type = arena_text(arena, type);
    piece->type_kind = type_kind(type);
    if (type.data + type.nbytes == inside.data + inside.nbytes)
        return 0;
    if (!span_is(type, "number") && !span_is(type, "nz-number"))
        return script_cursor_fault(r->c, at, "only <number> can have a range");
    return read_range(r, at + 1 + inside.nbytes - rest.nbytes, rest, piece);
}

static int read_placeholder(struct piece_reader *r)
{
    size_t at = r->c->at;
    size_t length = span_find_byte(rest_of(r), '>');
    if (length == SPAN_NPOS)
        return script_cursor_fault(
            r->c, at, "`<` opens a placeholder that has no `>`; write <0x3c> for the character");
    struct span inside = span_slice(r->c->text, at + 1, length - 1);
    r->c->at += length + 1;
    if (span_starts_with(inside, SPAN_LIT("0x")))
        return read_bytes(r, at, span_from(inside, 2));
    return read_type(r, at, inside);
}

/* ---- {...} -------------------------------------------------------------------------------- */

static int read_content_lines(struct piece_reader *r, size_t at, struct script_piece *piece)
{
    struct script_text parts = {.source = ""};
    struct script_content *content = r->content;
    if (content == NULL)
        return script_cursor_fault(r->c, at, "{|} can only stand in a wire line");
    if (content->is_used)
        return script_cursor_fault(r->c, at, "a line can have only one {|}");
    content->is_used = true;
    for (size_t i = 0; i < content->nlines; i++) {
        const struct script_line *line = content->lines[i];
        struct script_cursor c;
        script_cursor_init(&c, r->c->faults, line->text,
                           (struct script_place){content->path, line->number, line->col});
        c.at = line->text.nbytes > 1 ? 2 : 1;
        if (script_quote_read_plain(&c, line->text.nbytes, &parts) != 0)
            return -1;
        script_text_add_word(r->c->faults->arena, &parts, SPAN_LIT("\r\n"), piece->place);
    }
    piece->is_lines = true;
    set_value(r->c->faults->arena, piece, parts);
    return 0;
}

/* The content of a literal, behind `{`, `!` and a count; at `}` when done. */
static int read_literal_content(struct piece_reader *r, struct script_piece *piece)
{
    struct script_cursor *c = r->c;
    struct span rest = rest_of(r);
    if (rest.nbytes > 0 && rest.data[0] == '"') {
        struct script_text parts;
        if (script_quote_read_parts(c, &parts) != 0)
            return -1;
        set_value(c->faults->arena, piece, parts);
        return 0;
    }
    if (rest.nbytes > 0 && rest.data[0] == '|') {
        c->at++;
        return read_content_lines(r, c->at - 1, piece);
    }
    if (span_starts_with(rest, SPAN_LIT("msg:"))) {
        size_t length = span_find_byte(rest, '}');
        piece->is_message = true;
        c->at += length == SPAN_NPOS ? rest.nbytes : length;
        return script_reference_read_message(c,
                                             c->at - (length == SPAN_NPOS ? rest.nbytes : length),
                                             span_slice(rest, 0, length), &piece->reference);
    }
    return script_cursor_fault(c, c->at,
                               "`{` opens a literal such as {\"abc\"}, {|}, {msg:1} or {6}; write "
                               "<0x7b> for the character");
}

static int end_brace(struct piece_reader *r, size_t at)
{
    struct span rest = rest_of(r);
    if (rest.nbytes == 0 || rest.data[0] != '}')
        return script_cursor_fault(r->c, at, "the literal that starts here is not closed by `}`");
    r->c->at++;
    return 0;
}

static int end_bare(struct piece_reader *r, size_t at)
{
    if (end_brace(r, at) != 0)
        return -1;
    if (r->c->at != r->c->text.nbytes)
        return script_cursor_fault(r->c, r->c->at,
                                   "nothing can follow a bare announcement; write "
                                   "what comes next as a line of its own");
    return 0;
}

/* {6} {<n:number>} {${n}}: the cursor is behind `{`. */
static int read_bare(struct piece_reader *r, size_t at, struct script_piece *piece)
{
    struct script_cursor *c = r->c;
    struct span rest = rest_of(r);
    piece->kind = PIECE_BARE;
    if (piece->has_count)
        return end_bare(r, at);
    if (rest.data[0] == '$') {
        if (script_reference_read(c, &piece->reference) != 0)
            return -1;
        return end_bare(r, at);
    }
    if (read_placeholder(r) != 0)
        return -1;
    struct script_piece type = r->text->pieces[--r->text->npieces];
    piece = &r->text->pieces[r->text->npieces - 1]; /* adding one may have moved them */
    if (type.kind != PIECE_TYPE || strcmp(type.type, "number") != 0)
        return script_cursor_fault(c, at + 1,
                                   "a bare announcement holds a number: {6}, "
                                   "{<n:number>} or {${n}}");
    piece->name = type.name;
    piece->type = type.type;
    piece->type_kind = type.type_kind;
    piece->has_range = type.has_range;
    piece->low = type.low;
    piece->high = type.high;
    return end_bare(r, at);
}

/* `!` or `+`, then digits and `:` or `}` */
static int read_announcement(struct piece_reader *r, struct script_piece *piece, bool *is_bare_r)
{
    struct script_cursor *c = r->c;
    struct span rest = rest_of(r);
    if (rest.nbytes > 0 && (rest.data[0] == '!' || rest.data[0] == '+')) {
        piece->sync = rest.data[0] == '!' ? LITERAL_PUSHES : LITERAL_PLUS;
        rest = span_from(rest, 1);
        c->at++;
    }
    size_t ndigits = number_digits(rest);
    char behind = script_char_at(rest, ndigits);
    *is_bare_r = span_starts_with(rest, SPAN_LIT("${")) || span_starts_with(rest, SPAN_LIT("<"));
    if (ndigits == 0 || (behind != ':' && behind != '}'))
        return 0;
    if (number_parse_u64(span_slice(rest, 0, ndigits), &piece->count) != 0)
        return script_cursor_fault(c, c->at, "the count %.*s is too large",
                                   SPAN_ARG(span_slice(rest, 0, ndigits)));
    piece->has_count = true;
    *is_bare_r = behind == '}';
    c->at += ndigits + (behind == ':');
    return 0;
}

static int read_literal(struct piece_reader *r)
{
    size_t at = r->c->at++;
    bool is_bare;
    struct script_piece *piece = add(r, PIECE_LITERAL, at);
    piece->reference = (struct script_reference){.name = "", .part = "", .mailbox = ""};
    if (read_announcement(r, piece, &is_bare) != 0)
        return -1;
    if (is_bare)
        return read_bare(r, at, piece);
    if (read_literal_content(r, piece) != 0)
        return -1;
    return end_brace(r, at);
}

/* ---- words -------------------------------------------------------------------------------- */

static int read_tag(struct piece_reader *r)
{
    struct span rest = rest_of(r);
    size_t at = r->c->at;
    bool has_digit = rest.nbytes > 1 && char_is_digit(rest.data[1]);
    size_t length = has_digit ? 2 : 1;
    if (length < rest.nbytes && rest.data[length] != ' ')
        return script_cursor_fault(r->c, at,
                                   "a tag is written @, or @ and one digit; write <0x40> "
                                   "for the character");
    add(r, PIECE_TAG, at)->number = has_digit ? (unsigned)(rest.data[1] - '0') : 0;
    r->c->at += length;
    return 0;
}

/* `...` as a word of its own, not the dots of a sentence. */
static bool is_rest_at(const struct piece_reader *r)
{
    struct span rest = rest_of(r);
    char behind = script_char_at(rest, 3);
    if (!span_starts_with(rest, SPAN_LIT("...")) ||
        (behind != '\0' && behind != ' ' && behind != ')'))
        return false;
    if (r->c->at == r->start)
        return true;
    char before = r->c->text.data[r->c->at - 1];
    return before == ' ' || before == '(';
}

/* `)...`: would be read as a word that nothing can match. */
static bool is_glued_rest(const struct piece_reader *r)
{
    struct span rest = rest_of(r);
    char behind = script_char_at(rest, 3);
    return r->c->at > r->start && r->c->text.data[r->c->at - 1] == ')' &&
           span_starts_with(rest, SPAN_LIT("...")) &&
           (behind == '\0' || behind == ' ' || behind == ')');
}

static int read_word(struct piece_reader *r)
{
    struct script_cursor *c = r->c;
    size_t start = c->at;
    while (c->at < c->text.nbytes) {
        char at = c->text.data[c->at];
        if (strchr(" ()\"<{", at) != NULL || span_starts_with(rest_of(r), SPAN_LIT("${")))
            break;
        if ((unsigned char)at >= 0x80)
            return script_cursor_fault(c, c->at,
                                       "an octet above 0x7F; write \\xHH in a string, or <0x%02x>",
                                       (unsigned)(unsigned char)at);
        c->at++;
    }
    script_text_add_word(c->faults->arena, r->text, span_slice(c->text, start, c->at - start),
                         script_cursor_place(c, start));
    return 0;
}

static int read_one_octet(struct piece_reader *r, enum script_piece_kind kind)
{
    (void)add(r, kind, r->c->at++);
    return 0;
}

static int read_piece(struct piece_reader *r)
{
    size_t at = r->c->at;
    switch (r->c->text.data[at]) {
    case ' ':
        return read_one_octet(r, PIECE_SPACE);
    case '(':
        return read_one_octet(r, PIECE_OPEN);
    case ')':
        return read_one_octet(r, PIECE_CLOSE);
    case '"':
        return read_quoted(r);
    case '<':
        return read_placeholder(r);
    case '{':
        return read_literal(r);
    default:
        break;
    }
    if (r->has_tag && at == r->start && r->c->text.data[at] == '@')
        return read_tag(r);
    if (span_starts_with(rest_of(r), SPAN_LIT("${"))) {
        struct script_piece *piece = add(r, PIECE_REFERENCE, at);
        return script_reference_read(r->c, &piece->reference);
    }
    if (is_rest_at(r)) {
        (void)add(r, PIECE_REST, at);
        r->c->at += 3;
        return 0;
    }
    if (is_glued_rest(r))
        return script_cursor_fault(r->c, at, "`...` wants a blank before it");
    return read_word(r);
}

int script_text_read(struct script_cursor *c, bool has_tag, struct script_content *content,
                     struct script_text *text_r)
{
    struct piece_reader r = {
        .c = c, .text = text_r, .content = content, .start = c->at, .has_tag = has_tag};
    *text_r =
        (struct script_text){.source = arena_text(c->faults->arena, span_from(c->text, c->at))};
    while (c->at < c->text.nbytes)
        if (read_piece(&r) != 0)
            return -1;
    return 0;
}

size_t script_text_end(struct span text, size_t at, const char *stops)
{
    unsigned depth = 0;
    for (size_t i = at; i < text.nbytes; i++) {
        char c = text.data[i];
        if (depth == 0 && c != '\0' && strchr(stops, c) != NULL)
            return i;
        if (c == '"') {
            size_t end = script_line_string_end(text, i);
            if (end == SPAN_NPOS)
                return text.nbytes;
            i = end - 1;
        } else if (c == '(' || c == '{' || c == '<') {
            depth++;
        } else if ((c == ')' || c == '}' || c == '>') && depth > 0) {
            depth--;
        }
    }
    return text.nbytes;
}

int script_text_read_one(struct script_cursor *c, const char *what, struct script_text *text_r)
{
    script_cursor_skip(c);
    struct script_cursor part;
    size_t end = script_text_end(c->text, c->at, " ");
    if (end == c->at)
        return script_cursor_fault(c, c->at, "expected %s", what);
    script_cursor_part(&part, c, end);
    c->at = end;
    return script_text_read(&part, false, NULL, text_r);
}
