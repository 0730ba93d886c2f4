#include "wire/finding.h"

#include <stdarg.h>

static const char *const level_names[] = {
    [FINDING_OBSERVE] = "observe", [FINDING_WARN] = "warn", [FINDING_FAIL] = "fail"};

const char *finding_level_name(enum finding_level level)
{
    ENSURE((size_t)level < sizeof level_names / sizeof *level_names);
    return level_names[level];
}

void finding_add(struct finding_list *list, const char *requirement, const char *rule,
                 enum finding_level level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = arena_vprintf(list->arena, format, arguments);
    va_end(arguments);
    list->items = arena_grow(list->arena, list->items, &list->capacity, list->nitems + 1,
                             sizeof *list->items);
    list->items[list->nitems++] =
        (struct finding){.requirement = requirement, .rule = rule, .level = level, .text = text};
}
