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

bool value_list(const struct wire_unit *unit, size_t at, struct arena *arena,
                struct value_list *list, size_t *end_r)
{
    size_t end = value_unit_end(unit);
    list->nitems = 0;
    if (at >= end || unit->bytes.data[at] != '(')
        return false;
    for (at++; at < end && unit->bytes.data[at] != ')';) {
        if (unit->bytes.data[at] == ' ') {
            at++;
            continue;
        }
        size_t behind = scan(unit, at, 1);
        if (behind == SPAN_NPOS)
            return false;
        list->items =
            arena_grow(arena, list->items, &list->capacity, list->nitems + 1, sizeof *list->items);
        list->items[list->nitems++] = (struct value_element){at, behind};
        at = behind;
    }
    *end_r = at + 1;
    return at < end;
}
