#include "reports/result_fields.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t skip_blanks(struct span line, size_t at)
{
    while (at < line.nbytes && is_blank(line.data[at]))
        at++;
    return at;
}

/* Behind the string that starts at `at`. */
static size_t skip_string(struct span line, size_t at)
{
    for (at++; at < line.nbytes && line.data[at] != '"'; at++) {
        if (line.data[at] == '\\')
            at++;
    }
    return at + 1;
}

/* Behind the value that starts at `at`. */
static size_t skip_value(struct span line, size_t at)
{
    size_t depth = 0;
    while (at < line.nbytes) {
        char c = line.data[at];
        if (depth == 0 && (c == ',' || c == '}' || c == ']'))
            return at;
        if (c == '"') {
            at = skip_string(line, at);
            continue;
        }
        if (c == '{' || c == '[')
            depth++;
        if (c == '}' || c == ']')
            depth--;
        at++;
    }
    return line.nbytes;
}

/* The start of a member of the object, or of an element of the array, that starts at `at`. */
static size_t locate_inside(const struct result_path *step, struct span line, size_t container)
{
    size_t at = skip_blanks(line, container + 1);
    for (size_t i = 0; at < line.nbytes && line.data[at] != '}' && line.data[at] != ']'; i++) {
        struct span key = span_make("", 0);
        if (line.data[container] == '{') {
            size_t end = skip_string(line, at);
            key = span_slice(line, at + 1, end - at - 2);
            at = skip_blanks(line, skip_blanks(line, end) + 1);
        }
        if (step->key ? span_is(key, step->key) : i == step->index)
            return at;
        at = skip_value(line, at);
        if (at < line.nbytes && line.data[at] == ',')
            at = skip_blanks(line, at + 1);
    }
    return container;
}

size_t result_path_locate(const struct result_path *path, struct span line)
{
    if (!path)
        return skip_blanks(line, 0);
    return locate_inside(path, line, result_path_locate(path->parent, line));
}

void result_path_write(const struct result_path *path, struct buffer *out)
{
    if (!path)
        return;
    result_path_write(path->parent, out);
    if (path->key)
        buffer_printf(out, "%s%s", path->parent ? "." : "", path->key);
    else
        buffer_printf(out, "[%zu]", path->index);
}
