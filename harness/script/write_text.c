#include <string.h>

#include "script/piece.h"

/* A character that would mean something if it stood bare in a text. */
static bool is_special(struct span word, size_t i)
{
    char c = word.data[i];
    if (c == '$')
        return i + 1 < word.nbytes && word.data[i + 1] == '{';
    return c <= 0x20 || c >= 0x7f || strchr("()\"<{", c) != NULL;
}

/* Behind two blanks, `#` would start a comment. */
static bool is_behind_blanks(const struct script_text *text, size_t i)
{
    return i >= 2 && text->pieces[i - 1].kind == PIECE_SPACE &&
           text->pieces[i - 2].kind == PIECE_SPACE;
}

static void write_word(const struct script_text *text, size_t i, struct buffer *out)
{
    struct span word = text->pieces[i].text;
    if (span_is(word, "...")) {
        buffer_append_text(out, "<0x2e2e2e>");
        return;
    }
    for (size_t at = 0; at < word.nbytes; at++) {
        char c = word.data[at];
        bool is_first = at == 0 && ((c == '@' && i == 0) ||
                                    (c == '#' && (i == 0 || is_behind_blanks(text, i))));
        if (is_first || is_special(word, at))
            buffer_printf(out, "<0x%02x>", (unsigned)(unsigned char)c);
        else
            buffer_append_byte(out, c);
    }
}

static void write_reference(const struct script_reference *r, struct buffer *out)
{
    buffer_append_text(out, "${");
    script_reference_write(r, out);
    buffer_append_byte(out, '}');
}

void script_parts_write(const struct script_text *parts, struct buffer *out)
{
    for (size_t i = 0; i < parts->npieces; i++) {
        if (parts->pieces[i].kind == PIECE_REFERENCE)
            write_reference(&parts->pieces[i].reference, out);
        else
            script_quote_write_escaped(parts->pieces[i].text, out);
    }
}

static void write_string(const struct script_piece *piece, struct buffer *out)
{
    buffer_append_byte(out, '"');
    if (piece->parts != NULL)
        script_parts_write(piece->parts, out);
    else
        script_quote_write_escaped(piece->text, out);
    buffer_append_byte(out, '"');
}

static void write_type(const struct script_piece *piece, struct buffer *out)
{
    buffer_append_byte(out, '<');
    if (piece->name != NULL)
        buffer_printf(out, "%s:", piece->name);
    buffer_append_text(out, piece->type);
    if (piece->has_range)
        buffer_printf(out, " %llu..%llu", (unsigned long long)piece->low,
                      (unsigned long long)piece->high);
    buffer_append_byte(out, '>');
}

/* ---- literals ----------------------------------------------------------------------------- */

/* The content as it would stand in `|` lines, references in place. */
static void append_plain(const struct script_piece *piece, struct buffer *out)
{
    if (piece->parts == NULL)
        buffer_append(out, piece->text);
    for (size_t i = 0; piece->parts != NULL && i < piece->parts->npieces; i++) {
        if (piece->parts->pieces[i].kind == PIECE_REFERENCE)
            write_reference(&piece->parts->pieces[i].reference, out);
        else
            buffer_append(out, piece->parts->pieces[i].text);
    }
}

static bool has_false_reference(const struct script_piece *piece)
{
    if (piece->parts == NULL)
        return span_find(piece->text, SPAN_LIT("${")) != SPAN_NPOS;
    for (size_t i = 0; i < piece->parts->npieces; i++)
        if (piece->parts->pieces[i].kind != PIECE_REFERENCE &&
            span_find(piece->parts->pieces[i].text, SPAN_LIT("${")) != SPAN_NPOS)
            return true;
    return false;
}

/* Whether the content can be written as `|` lines, each ended by CR LF. */
static bool is_writable_as_lines(const struct script_piece *piece)
{
    struct buffer plain = {0};
    append_plain(piece, &plain);
    struct span s = buffer_span(&plain);
    bool ok = span_ends_with(s, SPAN_LIT("\r\n")) && !has_false_reference(piece);
    for (size_t i = 0; i < s.nbytes && ok; i++) {
        bool is_end = i + 1 < s.nbytes && s.data[i] == '\r' && s.data[i + 1] == '\n';
        unsigned char c = (unsigned char)s.data[i];
        ok = is_end || (c >= 0x20 && c != 0x7f) || c == '\t';
        i += is_end;
    }
    buffer_free(&plain);
    return ok;
}

void script_content_write(const struct script_text *text, unsigned indent, struct buffer *out)
{
    for (size_t i = 0; i < text->npieces; i++) {
        const struct script_piece *piece = &text->pieces[i];
        if (piece->kind != PIECE_LITERAL || !piece->is_lines || !is_writable_as_lines(piece))
            continue;
        struct buffer plain = {0};
        append_plain(piece, &plain);
        struct span rest = buffer_span(&plain);
        while (rest.nbytes > 0) {
            size_t length = span_find(rest, SPAN_LIT("\r\n"));
            buffer_append_repeat(out, ' ', indent);
            buffer_append_text(out, length == 0 ? "|" : "| ");
            buffer_append(out, span_slice(rest, 0, length));
            buffer_append_byte(out, '\n');
            rest = span_from(rest, length + 2);
        }
        buffer_free(&plain);
    }
}

static void write_literal(const struct script_piece *piece, struct buffer *out)
{
    buffer_append_byte(out, '{');
    if (piece->sync != LITERAL_WAITS)
        buffer_append_byte(out, piece->sync == LITERAL_PUSHES ? '!' : '+');
    if (piece->has_count)
        buffer_printf(out, "%llu:", (unsigned long long)piece->count);
    if (piece->is_message)
        script_reference_write(&piece->reference, out);
    else if (piece->is_lines && is_writable_as_lines(piece))
        buffer_append_byte(out, '|');
    else
        write_string(piece, out);
    buffer_append_byte(out, '}');
}

static void write_bare(const struct script_piece *piece, struct buffer *out)
{
    buffer_append_byte(out, '{');
    if (piece->sync != LITERAL_WAITS)
        buffer_append_byte(out, piece->sync == LITERAL_PUSHES ? '!' : '+');
    if (piece->has_count)
        buffer_printf(out, "%llu", (unsigned long long)piece->count);
    else if (piece->type != NULL)
        write_type(piece, out);
    else
        write_reference(&piece->reference, out);
    buffer_append_byte(out, '}');
}

/* ---- pieces ------------------------------------------------------------------------------- */

static void write_piece(const struct script_text *text, size_t i, struct buffer *out)
{
    const struct script_piece *piece = &text->pieces[i];
    switch (piece->kind) {
    case PIECE_TAG:
        buffer_append_byte(out, '@');
        if (piece->number > 0)
            buffer_printf(out, "%u", piece->number);
        return;
    case PIECE_WORD:
        write_word(text, i, out);
        return;
    case PIECE_SPACE: /* a blank at the end of a line would be lost */
        buffer_append_text(out, i + 1 == text->npieces ? "<0x20>" : " ");
        return;
    case PIECE_OPEN:
        buffer_append_byte(out, '(');
        return;
    case PIECE_CLOSE:
        buffer_append_byte(out, ')');
        return;
    case PIECE_REST:
        buffer_append_text(out, "...");
        return;
    case PIECE_QUOTED:
        write_string(piece, out);
        return;
    case PIECE_TYPE:
        write_type(piece, out);
        return;
    case PIECE_BYTES:
        buffer_append_text(out, "<0x");
        for (size_t at = 0; at < piece->text.nbytes; at++)
            buffer_printf(out, "%02x", (unsigned)(unsigned char)piece->text.data[at]);
        buffer_append_byte(out, '>');
        return;
    case PIECE_REFERENCE:
        write_reference(&piece->reference, out);
        return;
    case PIECE_LITERAL:
        write_literal(piece, out);
        return;
    case PIECE_BARE:
        write_bare(piece, out);
        return;
    }
}

void script_text_write(const struct script_text *text, struct buffer *out)
{
    for (size_t i = 0; i < text->npieces; i++)
        write_piece(text, i, out);
}
