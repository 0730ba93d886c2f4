#include "wire/wire.h"

bool wire_unit_is_untagged_bad(const struct wire_unit *unit)
{
    struct span rest = span_trim(unit->bytes);
    return unit->kind == WIRE_UNTAGGED && span_is(span_cut(&rest, ' '), "*") &&
           span_is_nocase(span_cut(&rest, ' '), "BAD");
}

bool wire_tag_is_marked(struct span tag)
{
    return tag.nbytes > 0 && (tag.data[0] == '*' || tag.data[0] == '+');
}
