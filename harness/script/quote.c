#include "script/quote.h"

#include <string.h>

struct script_piece *script_text_add(struct arena *arena, struct script_text *text,
                                     struct script_piece piece)
{
    text->pieces = script_grow(arena, text->pieces, text->npieces, sizeof *text->pieces);
    text->pieces[text->npieces] = piece;
    return &text->pieces[text->npieces++];
}

void script_text_add_word(struct arena *arena, struct script_text *text, struct span octets,
                          struct script_place place)
{
    struct script_piece *last = text->npieces == 0 ? NULL : &text->pieces[text->npieces - 1];
    if (octets.nbytes == 0)
        return;
    if (last == NULL || last->kind != PIECE_WORD) {
        (void)script_text_add(arena, text,
                              (struct script_piece){.kind = PIECE_WORD,
                                                    .place = place,
                                                    .text = arena_copy(arena, octets)});
        return;
    }
    char *joined = arena_alloc(arena, last->text.nbytes + octets.nbytes + 1);
    memcpy(joined, last->text.data, last->text.nbytes);
    memcpy(joined + last->text.nbytes, octets.data, octets.nbytes);
    last->text = span_make(joined, last->text.nbytes + octets.nbytes);
}

/* ---- reading ------------------------------------------------------------------------------ */

/* What is gathered of a string: octets until a reference cuts them. */
struct gathering {
    struct script_cursor *c;
    struct buffer octets;
    size_t from; /* where the gathered octets began */
    struct script_text *parts;
};

static void flush(struct gathering *g)
{
    script_text_add_word(g->c->faults->arena, g->parts, buffer_span(&g->octets),
                         script_cursor_place(g->c, g->from));
    buffer_clear(&g->octets);
}

static int read_escape(struct script_cursor *c, struct buffer *out)
{
    static const char letters[] = "rnt\"\\";
    static const char values[] = "\r\n\t\"\\";
    char letter = script_char_at(c->text, c->at + 1);
    const char *known = letter == '\0' ? NULL : strchr(letters, letter);
    if (known != NULL) {
        buffer_append_byte(out, values[known - letters]);
        c->at += 2;
        return 0;
    }
    struct span hex = span_slice(c->text, c->at + 2, 2);
    if (letter != 'x')
        return script_cursor_fault(c, c->at,
                                   "unknown escape; there are \\r \\n \\t \\\" \\\\ and \\xHH");
    if (hex.nbytes < 2 || char_hex_value(hex.data[0]) < 0 || char_hex_value(hex.data[1]) < 0)
        return script_cursor_fault(c, c->at, "\\x is followed by two hexadecimal digits");
    buffer_append_byte(out, (char)(char_hex_value(hex.data[0]) * 16 + char_hex_value(hex.data[1])));
    c->at += 4;
    return 0;
}

static bool is_reference_at(const struct script_cursor *c)
{
    return span_starts_with(span_from(c->text, c->at), SPAN_LIT("${"));
}

static int gather_reference(struct gathering *g)
{
    struct script_piece piece = {.kind = PIECE_REFERENCE,
                                 .place = script_cursor_place(g->c, g->c->at)};
    flush(g);
    if (script_reference_read(g->c, &piece.reference) != 0)
        return -1;
    (void)script_text_add(g->c->faults->arena, g->parts, piece);
    g->from = g->c->at;
    return 0;
}

/* One octet, escape or reference at the cursor. parts NULL: references are plain text. */
static int gather_one(struct gathering *g, bool has_escapes)
{
    struct script_cursor *c = g->c;
    if (has_escapes && c->text.data[c->at] == '\\')
        return read_escape(c, &g->octets);
    if (g->parts != NULL && is_reference_at(c))
        return gather_reference(g);
    buffer_append_byte(&g->octets, c->text.data[c->at++]);
    return 0;
}

static int read_string(struct gathering *g)
{
    struct script_cursor *c = g->c;
    size_t start = c->at++;
    g->from = c->at;
    while (c->at < c->text.nbytes && c->text.data[c->at] != '"')
        if (gather_one(g, true) != 0)
            return -1;
    if (c->at >= c->text.nbytes)
        return script_cursor_fault(c, start, "the string that starts here is never closed");
    c->at++;
    return 0;
}

int script_quote_read(struct script_cursor *c, struct span *value_r)
{
    struct gathering g = {.c = c};
    int status = read_string(&g);
    if (status == 0)
        *value_r = arena_copy(c->faults->arena, buffer_span(&g.octets));
    buffer_free(&g.octets);
    return status;
}

int script_quote_read_parts(struct script_cursor *c, struct script_text *parts_r)
{
    struct gathering g = {.c = c, .parts = parts_r};
    *parts_r = (struct script_text){.source = ""};
    int status = read_string(&g);
    if (status == 0)
        flush(&g);
    buffer_free(&g.octets);
    return status;
}

int script_quote_read_plain(struct script_cursor *c, size_t end, struct script_text *parts_r)
{
    struct gathering g = {.c = c, .from = c->at, .parts = parts_r};
    int status = 0;
    while (status == 0 && c->at < end)
        status = gather_one(&g, false);
    if (status == 0)
        flush(&g);
    buffer_free(&g.octets);
    return status;
}

/* ---- writing ------------------------------------------------------------------------------ */

void script_quote_write_escaped(struct span value, struct buffer *out)
{
    static const char letters[] = "rnt\"\\";
    static const char values[] = "\r\n\t\"\\";
    for (size_t i = 0; i < value.nbytes; i++) {
        char c = value.data[i];
        const char *known = c == '\0' ? NULL : strchr(values, c);
        if (known != NULL)
            buffer_printf(out, "\\%c", letters[known - values]);
        else if (!char_is_print(c) ||
                 (c == '$' && i + 1 < value.nbytes && value.data[i + 1] == '{'))
            buffer_printf(out, "\\x%02x", (unsigned)(unsigned char)c);
        else
            buffer_append_byte(out, c);
    }
}

void script_quote_write(struct span value, struct buffer *out)
{
    buffer_append_byte(out, '"');
    script_quote_write_escaped(value, out);
    buffer_append_byte(out, '"');
}
