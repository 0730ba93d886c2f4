#include "shim/shim.h"

static bool stands_bare(char c)
{
    return c > 0x20 && c < 0x7f && c != '"' && c != '(' && c != ')';
}

static int fault(struct err *err, size_t at, const char *text)
{
    return err_set(err, NULL, 0, (unsigned)at + 1, "%s", text);
}

/* Behind the backslash at *at; the octet goes to out. */
static int read_escape(struct span text, size_t *at, struct buffer *out, struct err *err)
{
    size_t from = *at;
    struct span rest = span_from(text, from + 1);
    if (rest.nbytes > 0 && (rest.data[0] == '"' || rest.data[0] == '\\')) {
        buffer_append_byte(out, rest.data[0]);
        *at += 2;
        return 0;
    }
    if (rest.nbytes < 3 || rest.data[0] != 'x' || char_hex_value(rest.data[1]) < 0 ||
        char_hex_value(rest.data[2]) < 0)
        return fault(err, from, "an escape is \\\", \\\\ or \\xHH");
    buffer_append_byte(out,
                       (char)(char_hex_value(rest.data[1]) * 16 + char_hex_value(rest.data[2])));
    *at += 4;
    return 0;
}

/* The string whose quote is at *at. */
static int read_string(struct span text, size_t *at, struct buffer *out, struct err *err)
{
    size_t from = (*at)++;
    while (*at < text.nbytes && text.data[*at] != '"') {
        char c = text.data[*at];
        if (c == '\\') {
            if (read_escape(text, at, out, err) != 0)
                return -1;
            continue;
        }
        if (!char_is_print(c))
            return fault(err, *at, "in quotes, what is not printable ASCII is written \\xHH");
        buffer_append_byte(out, c);
        ++*at;
    }
    if (*at == text.nbytes)
        return fault(err, from, "this quote is not closed");
    ++*at;
    return 0;
}

static int read_word(struct arena *arena, struct span text, size_t *at, struct shim_word *word_r,
                     struct err *err)
{
    size_t from = *at;
    char c = text.data[from];
    if (c == '(' || c == ')') {
        *word_r = (struct shim_word){.kind = c == '(' ? SHIM_LIST_OPEN : SHIM_LIST_CLOSE,
                                     .value = span_slice(text, from, 1)};
        ++*at;
    } else if (c == '"') {
        struct buffer value = {0};
        int status = read_string(text, at, &value, err);
        *word_r = (struct shim_word){SHIM_STRING, arena_copy(arena, buffer_span(&value))};
        buffer_free(&value);
        return status;
    } else {
        while (*at < text.nbytes && stands_bare(text.data[*at]))
            ++*at;
        if (*at == from)
            return fault(err, from, "what is not printable ASCII stands in quotes, as \\xHH");
        *word_r = (struct shim_word){SHIM_BARE, span_slice(text, from, *at - from)};
    }
    word_r->value = arena_copy(arena, word_r->value);
    return 0;
}

int shim_line_read(struct arena *arena, struct span text, struct shim_line *line_r, struct err *err)
{
    size_t capacity = 0, at = 0;
    *line_r = (struct shim_line){0};
    if (span_ends_with(text, SPAN_LIT("\r")))
        text.nbytes--;
    for (;;) {
        while (at < text.nbytes && text.data[at] == ' ')
            at++;
        if (at == text.nbytes)
            return 0;
        line_r->words =
            arena_grow(arena, line_r->words, &capacity, line_r->nwords + 1, sizeof *line_r->words);
        if (read_word(arena, text, &at, &line_r->words[line_r->nwords], err) != 0)
            return -1;
        line_r->nwords++;
    }
}

static void separate(struct buffer *out)
{
    struct span now = buffer_span(out);
    if (now.nbytes == 0)
        return;
    char last = now.data[now.nbytes - 1];
    if (last != '\n' && last != '(')
        buffer_append_byte(out, ' ');
}

void shim_write_bare(struct buffer *out, struct span value)
{
    for (size_t i = 0; i < value.nbytes; i++) {
        if (stands_bare(value.data[i]))
            continue;
        shim_write_string(out, value);
        return;
    }
    if (value.nbytes == 0) {
        shim_write_string(out, value);
        return;
    }
    separate(out);
    buffer_append(out, value);
}

void shim_write_string(struct buffer *out, struct span value)
{
    separate(out);
    buffer_append_byte(out, '"');
    for (size_t i = 0; i < value.nbytes; i++) {
        char c = value.data[i];
        if (c == '"' || c == '\\')
            buffer_append_byte(out, '\\');
        if (char_is_print(c))
            buffer_append_byte(out, c);
        else
            buffer_printf(out, "\\x%02x", (unsigned)(unsigned char)c);
    }
    buffer_append_byte(out, '"');
}

void shim_write_number(struct buffer *out, uint64_t value)
{
    separate(out);
    buffer_printf(out, "%llu", (unsigned long long)value);
}

void shim_write_list(struct buffer *out, const struct span *values, size_t nvalues)
{
    separate(out);
    buffer_append_byte(out, '(');
    for (size_t i = 0; i < nvalues; i++)
        shim_write_bare(out, values[i]);
    buffer_append_byte(out, ')');
}

void shim_write_word(struct buffer *out, struct shim_word word)
{
    switch (word.kind) {
    case SHIM_BARE:
        shim_write_bare(out, word.value);
        break;
    case SHIM_STRING:
        shim_write_string(out, word.value);
        break;
    case SHIM_LIST_OPEN:
        separate(out);
        buffer_append_byte(out, '(');
        break;
    case SHIM_LIST_CLOSE:
        buffer_append_byte(out, ')');
        break;
    }
}

void shim_write_end(struct buffer *out)
{
    buffer_append_byte(out, '\n');
}
