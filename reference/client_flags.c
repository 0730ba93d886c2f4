#include "reference/client_flags.h"

bool client_flags_have(struct span flags, struct span flag)
{
    while (flags.nbytes > 0)
        if (span_equal_nocase(span_cut(&flags, ' '), flag))
            return true;
    return false;
}

void client_flags_add(struct buffer *flags, struct span flag)
{
    if (client_flags_have(buffer_span(flags), flag))
        return;
    if (flags->nbytes > 0)
        buffer_append_byte(flags, ' ');
    buffer_append(flags, flag);
}

void client_flags_remove(struct buffer *flags, struct span flag)
{
    struct buffer kept = {0};
    struct span rest = buffer_span(flags);
    while (rest.nbytes > 0) {
        struct span one = span_cut(&rest, ' ');
        if (!span_equal_nocase(one, flag))
            client_flags_add(&kept, one);
    }
    buffer_free(flags);
    *flags = kept;
}

bool client_flags_is_flag(struct span flag)
{
    if (span_starts_with(flag, SPAN_LIT("\\")))
        flag = span_from(flag, 1);
    for (size_t i = 0; i < flag.nbytes; i++)
        if (!client_string_is_atom_byte(flag.data[i]))
            return false;
    return flag.nbytes > 0;
}
