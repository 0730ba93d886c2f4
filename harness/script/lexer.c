#include "script/lexer.h"

#include <string.h>

#include "script/fault.h"

size_t script_line_string_end(struct span text, size_t at)
{
    for (size_t i = at + 1; i < text.nbytes; i++) {
        if (text.data[i] == '\\')
            i++;
        else if (text.data[i] == '"')
            return i + 1;
    }
    return SPAN_NPOS;
}

/* Where a comment starts, or the length of the text. */
static size_t comment_at(struct span text)
{
    for (size_t i = 0; i < text.nbytes; i++) {
        char c = text.data[i];
        if (c == '"') {
            size_t end = script_line_string_end(text, i);
            if (end == SPAN_NPOS)
                return text.nbytes;
            i = end - 1;
        } else if (c == '#' &&
                   (i == 0 || (i >= 2 && text.data[i - 1] == ' ' && text.data[i - 2] == ' '))) {
            return i;
        }
    }
    return text.nbytes;
}

static bool is_direction(struct span word)
{
    return word.nbytes >= 2 && (word.data[0] == 'C' || word.data[0] == 'S') &&
           strchr("?*+!{:=", word.data[1]) != NULL;
}

size_t script_line_wire_at(struct span text)
{
    struct span rest = text;
    struct span word = span_cut(&rest, ' ');
    if (is_direction(word))
        return 0;
    size_t at = word.nbytes;
    while (at < text.nbytes && text.data[at] == ' ')
        at++;
    rest = span_from(text, at);
    return is_direction(span_cut(&rest, ' ')) ? at : SPAN_NPOS;
}

static enum script_line_kind kind_of(struct span text)
{
    if (text.nbytes == 0)
        return LINE_BLANK;
    if (text.data[0] == '|')
        return LINE_CONTENT;
    if (text.data[0] == '&')
        return LINE_APPENDED;
    if (span_is(text, "}"))
        return LINE_CLOSE;
    if (script_line_wire_at(text) != SPAN_NPOS)
        return LINE_WIRE;
    if (text.data[text.nbytes - 1] != '{')
        return LINE_PLAIN;
    return text.data[0] == '}' ? LINE_OR : LINE_OPEN;
}

static struct span without_trailing_blanks(struct span text)
{
    while (text.nbytes > 0 &&
           (text.data[text.nbytes - 1] == ' ' || text.data[text.nbytes - 1] == '\t'))
        text.nbytes--;
    return text;
}

static void split_line(struct script_line *line)
{
    size_t indent = 0;
    while (indent < line->source.nbytes &&
           (line->source.data[indent] == ' ' || line->source.data[indent] == '\t'))
        indent++;
    line->col = (unsigned)indent + 1;
    struct span text = span_from(line->source, indent);
    if (text.nbytes > 0 && text.data[0] == '|') {
        line->text = text;
    } else {
        size_t at = comment_at(text);
        line->comment = without_trailing_blanks(span_from(text, at));
        line->text = without_trailing_blanks(span_slice(text, 0, at));
    }
    line->kind = kind_of(line->text);
    if (line->kind == LINE_OPEN || line->kind == LINE_OR)
        line->text = without_trailing_blanks(span_slice(line->text, 0, line->text.nbytes - 1));
}

static int check_characters(const struct script_line *line, const char *path,
                            struct script_faults *faults)
{
    struct script_place place = {path, line->number, 1};
    if (line->source.nbytes > SCRIPT_LINE_MOST)
        return script_fault(faults, place, "the line is longer than %d octets", SCRIPT_LINE_MOST);
    for (size_t i = 0; i < line->source.nbytes; i++) {
        unsigned char c = (unsigned char)line->source.data[i];
        bool is_tab_allowed = line->kind == LINE_CONTENT || i + 1 < line->col ||
                              i >= line->source.nbytes - line->comment.nbytes;
        if ((c >= 0x20 && c != 0x7f) || (c == '\t' && is_tab_allowed))
            continue;
        place.col = (unsigned)i + 1;
        if (c == '\t')
            return script_fault(faults, place,
                                "a tab may only indent; write \\t in a string or <0x09>");
        return script_fault(faults, place,
                            "control character 0x%02x; write \\x%02x in a string or <0x%02x>", c, c,
                            c);
    }
    return 0;
}

size_t script_lines_read(struct span text, const char *path, struct script_faults *faults,
                         struct script_line **lines_r)
{
    struct script_line *lines = NULL;
    size_t nlines = 0;
    size_t capacity = 0;
    if (span_starts_with(text, SPAN_LIT("\xef\xbb\xbf")))
        text = span_from(text, 3);
    while (text.nbytes > 0) {
        struct script_line line = {.source = span_cut(&text, '\n'), .number = (unsigned)nlines + 1};
        if (line.source.nbytes > 0 && line.source.data[line.source.nbytes - 1] == '\r')
            line.source.nbytes--;
        split_line(&line);
        if (check_characters(&line, path, faults) != 0)
            line =
                (struct script_line){.source = line.source, .number = line.number, .col = line.col};
        lines = arena_grow(faults->arena, lines, &capacity, nlines + 1, sizeof *lines);
        lines[nlines++] = line;
    }
    *lines_r = lines;
    return nlines;
}
