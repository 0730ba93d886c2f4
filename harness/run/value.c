#include "run/value.h"

enum { VALUE_DEPTH_MAX = 64 };

size_t value_unit_end(const struct wire_unit *unit)
{
    size_t end = unit->bytes.nbytes;
    if (end > 0 && unit->bytes.data[end - 1] == '\n')
        end--;
    if (end > 0 && unit->bytes.data[end - 1] == '\r')
        end--;
    return end;
}

static size_t atom_end(struct span bytes, size_t at, size_t end)
{
    size_t to = at;
    while (to < end && bytes.data[to] != ' ' && bytes.data[to] != '(' && bytes.data[to] != ')' &&
           bytes.data[to] != '\r' && bytes.data[to] != '\n')
        to++;
    return to == at ? SPAN_NPOS : to;
}

static size_t quoted_end(struct span bytes, size_t at, size_t end)
{
    size_t inside = span_find_byte(span_slice(bytes, at + 1, end - at - 1), '"');
    return inside == SPAN_NPOS ? SPAN_NPOS : at + 1 + inside + 1;
}

static size_t literal_end(const struct wire_unit *unit, size_t at)
{
    for (size_t i = 0; i < unit->nliterals; i++) {
        const struct wire_literal *literal = &unit->literals[i];
        if (literal->at > at && span_find_byte(span_slice(unit->bytes, at, literal->at - at),
                                               '\n') == literal->at - at - 1)
            return literal->at + literal->kept;
    }
    return SPAN_NPOS;
}

static size_t scan(const struct wire_unit *unit, size_t at, unsigned depth)
{
    size_t end = value_unit_end(unit);
    if (at >= end || depth > VALUE_DEPTH_MAX)
        return SPAN_NPOS;
    switch (unit->bytes.data[at]) {
    case '"':
        return quoted_end(unit->bytes, at, end);
    case '{': {
        size_t literal = literal_end(unit, at);
        return literal == SPAN_NPOS ? atom_end(unit->bytes, at, end) : literal;
    }
    case '(':
        at++;
        while (at < end && unit->bytes.data[at] != ')') {
            if (unit->bytes.data[at] == ' ')
                at++;
            else if ((at = scan(unit, at, depth + 1)) == SPAN_NPOS)
                return SPAN_NPOS;
        }
        return at < end ? at + 1 : SPAN_NPOS;
    default:
        return atom_end(unit->bytes, at, end);
    }
}

size_t value_end(const struct wire_unit *unit, size_t at)
{
    return scan(unit, at, 0);
}

size_t value_list(const struct wire_unit *unit, size_t at, struct arena *arena,
                  struct value_element **elements_r, size_t *end_r)
{
    size_t nelements = 0;
    size_t capacity = 0;
    size_t list_end = value_end(unit, at);
    *elements_r = NULL;
    *end_r = list_end;
    if (list_end == SPAN_NPOS || unit->bytes.data[at] != '(')
        return SPAN_NPOS;
    for (at++; at < list_end - 1;) {
        if (unit->bytes.data[at] == ' ') {
            at++;
            continue;
        }
        size_t end = value_end(unit, at);
        *elements_r = arena_grow(arena, *elements_r, &capacity, nelements + 1, sizeof **elements_r);
        (*elements_r)[nelements++] = (struct value_element){at, end};
        at = end;
    }
    return nelements;
}
