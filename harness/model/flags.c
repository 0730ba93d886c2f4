#include "model/flags.h"

static const struct span system_flags[] = {SPAN_INIT("\\Recent"), SPAN_INIT("\\Seen"),
                                           SPAN_INIT("\\Answered"), SPAN_INIT("\\Flagged"),
                                           SPAN_INIT("\\Deleted")};

void flag_names_init(struct flag_names *names)
{
    names->arena = (struct arena){0};
    flag_names_reset(names);
}

void flag_names_reset(struct flag_names *names)
{
    arena_reset(&names->arena);
    names->nnames = sizeof system_flags / sizeof *system_flags;
    for (size_t i = 0; i < names->nnames; i++)
        names->names[i] = system_flags[i];
}

void flag_names_free(struct flag_names *names)
{
    arena_free(&names->arena);
}

static uint64_t add_name(struct flag_names *names, struct span name)
{
    if (names->nnames == FLAG_NAMES_MAX)
        return FLAG_OTHERS;
    names->names[names->nnames] = arena_copy(&names->arena, name);
    return (uint64_t)1 << names->nnames++;
}

uint64_t flag_names_bit(struct flag_names *names, struct span name)
{
    for (size_t i = 0; i < names->nnames; i++)
        if (span_equal_nocase(names->names[i], name))
            return (uint64_t)1 << i;
    return add_name(names, name);
}

void flag_names_write(const struct flag_names *names, uint64_t mask, struct buffer *out)
{
    const char *between = "";
    for (size_t i = 0; i < names->nnames; i++) {
        if ((mask >> i & 1) == 0)
            continue;
        buffer_append_text(out, between);
        buffer_append(out, names->names[i]);
        between = " ";
    }
    if ((mask & FLAG_OTHERS) != 0)
        buffer_printf(out, "%s(others)", between);
}
