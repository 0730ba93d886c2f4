/* value: the lexical elements of a unit: atoms, quoted strings, literals and lists. */
#ifndef IMAPSPEC_RUN_VALUE_H
#define IMAPSPEC_RUN_VALUE_H

#include "wire/wire.h"

/* End of the unit's content: the offset of the line end that closes it. */
size_t value_unit_end(const struct wire_unit *unit);

/* Offset behind the value that starts at `at`; SPAN_NPOS when none starts there or it does not end:
 * a quoted string, a literal with its content, a list with all inside, or an atom (anything up to
 * SP, a parenthesis or the line's end). */
size_t value_end(const struct wire_unit *unit, size_t at);

struct value_element {
    size_t at, end; /* octets of the unit */
};

struct value_list {
    struct value_element *items;
    size_t nitems, capacity;
};

/* Elements of the list that starts with the parenthesis at `at`; false when there is no well-formed
 * one. `list` comes with room for some of them or none; more is taken from the arena. *end_r is the
 * offset behind the list. */
bool value_list(const struct wire_unit *unit, size_t at, struct arena *arena,
                struct value_list *list, size_t *end_r);

#endif
