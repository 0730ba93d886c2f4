#include "wire/announcement.h"

#include <string.h>

#include "wire/wire.h"

bool wire_announcement(struct span line, uint64_t *count_r, size_t *brace_r)
{
    if (line.nbytes < 3 || line.data[line.nbytes - 1] != '}')
        return false;
    size_t first = line.nbytes - 1;
    while (first > 0 && char_is_digit(line.data[first - 1]))
        first--;
    if (first == line.nbytes - 1 || first == 0 || line.data[first - 1] != '{')
        return false;
    *brace_r = first - 1;
    if (number_parse_u64(span_slice(line, first, line.nbytes - 1 - first), count_r) != 0)
        *count_r = UINT64_MAX;
    return true;
}

bool announcement_is_text_line(struct span start)
{
    static const char *const words[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
    if (start.nbytes > 0 && start.data[0] == '+')
        return true;
    size_t space = span_find_byte(start, ' ');
    if (space == SPAN_NPOS || space == 0)
        return false;
    struct span rest = span_from(start, space + 1);
    struct span word = span_cut(&rest, ' ');
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_is_nocase(word, words[i]))
            return true;
    return false;
}

void announcement_tail_add(struct announcement_tail *tail, struct span piece)
{
    if (piece.nbytes >= sizeof tail->bytes) {
        memcpy(tail->bytes, piece.data + piece.nbytes - sizeof tail->bytes, sizeof tail->bytes);
        tail->nbytes = sizeof tail->bytes;
        return;
    }
    if (piece.nbytes == 0)
        return;
    size_t stay = tail->nbytes;
    if (stay + piece.nbytes > sizeof tail->bytes)
        stay = sizeof tail->bytes - piece.nbytes;
    memmove(tail->bytes, tail->bytes + tail->nbytes - stay, stay);
    memcpy(tail->bytes + stay, piece.data, piece.nbytes);
    tail->nbytes = stay + piece.nbytes;
}

struct span announcement_strip_line_end(struct span line)
{
    if (line.nbytes > 0 && line.data[line.nbytes - 1] == '\n')
        line.nbytes--;
    if (line.nbytes > 0 && line.data[line.nbytes - 1] == '\r')
        line.nbytes--;
    return line;
}
