#include "script/cursor.h"

#include <stdio.h>
#include <string.h>

#include "script/quote.h"

void script_cursor_init(struct script_cursor *c, struct script_faults *faults, struct span text,
                        struct script_place place)
{
    *c = (struct script_cursor){.faults = faults, .text = text, .only = {0, place}};
    c->segments = &c->only;
    c->nsegments = 1;
}

void script_cursor_part(struct script_cursor *c, const struct script_cursor *of, size_t end)
{
    *c = *of;
    c->text.nbytes = end;
    if (of->segments == &of->only)
        c->segments = &c->only;
}

struct script_place script_cursor_place(const struct script_cursor *c, size_t at)
{
    size_t i = c->nsegments - 1;
    while (i > 0 && c->segments[i].at > at)
        i--;
    struct script_place place = c->segments[i].place;
    place.col += (unsigned)(at - c->segments[i].at);
    return place;
}

int script_cursor_fault(const struct script_cursor *c, size_t at, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return script_fault(c->faults, script_cursor_place(c, at), "%s", text);
}

void script_cursor_skip(struct script_cursor *c)
{
    while (c->at < c->text.nbytes && c->text.data[c->at] == ' ')
        c->at++;
}

bool script_cursor_is_end(struct script_cursor *c)
{
    script_cursor_skip(c);
    return c->at >= c->text.nbytes;
}

char script_char_at(struct span s, size_t i)
{
    if (i >= s.nbytes)
        return '\0';
    return s.data[i];
}

char script_cursor_peek(struct script_cursor *c)
{
    script_cursor_skip(c);
    return script_char_at(c->text, c->at);
}

struct span script_cursor_word(struct script_cursor *c)
{
    script_cursor_skip(c);
    size_t start = c->at;
    while (c->at < c->text.nbytes && c->text.data[c->at] != ' ')
        c->at++;
    return span_slice(c->text, start, c->at - start);
}

bool script_cursor_take(struct script_cursor *c, const char *word)
{
    script_cursor_skip(c);
    size_t start = c->at;
    if (span_is(script_cursor_word(c), word))
        return true;
    c->at = start;
    return false;
}

/* "expected WHAT", and what stands there instead. */
static int expected(const struct script_cursor *c, size_t at, const char *what)
{
    if (at >= c->text.nbytes)
        return script_cursor_fault(c, at, "expected %s", what);
    struct span rest = span_from(c->text, at);
    struct span word = span_cut(&rest, ' ');
    return script_cursor_fault(c, at, "expected %s, found `%.*s`", what,
                               (int)(word.nbytes > 40 ? 40 : word.nbytes), word.data);
}

int script_cursor_end(struct script_cursor *c)
{
    if (script_cursor_is_end(c))
        return 0;
    return expected(c, c->at, "the end of the line");
}

bool script_is_name(struct span s, const char *also)
{
    if (s.nbytes == 0 || !char_is_alpha(s.data[0]))
        return false;
    for (size_t i = 0; i < s.nbytes; i++)
        if (!char_is_alnum(s.data[i]) && (s.data[i] == '\0' || strchr(also, s.data[i]) == NULL))
            return false;
    return true;
}

static int name_of(struct script_cursor *c, const char *what, const char *also, const char **name_r)
{
    script_cursor_skip(c);
    size_t start = c->at;
    struct span word = script_cursor_word(c);
    if (!script_is_name(word, also)) {
        c->at = start;
        return expected(c, start, what);
    }
    *name_r = arena_text(c->faults->arena, word);
    return 0;
}

int script_cursor_name(struct script_cursor *c, const char *what, const char **name_r)
{
    return name_of(c, what, "-_.", name_r);
}

int script_cursor_variable(struct script_cursor *c, const char *what, const char **name_r)
{
    return name_of(c, what, "_~", name_r);
}

int script_cursor_string(struct script_cursor *c, const char *what, const char **text_r)
{
    script_cursor_skip(c);
    size_t start = c->at;
    if (script_char_at(c->text, start) != '"')
        return expected(c, start, what);
    struct span value;
    if (script_quote_read(c, &value) != 0)
        return -1;
    if (memchr(value.data, '\0', value.nbytes) != NULL)
        return script_cursor_fault(c, start, "a NUL has no meaning here");
    *text_r = arena_text(c->faults->arena, value);
    return 0;
}

int script_cursor_text(struct script_cursor *c, const char *what, const char **text_r)
{
    if (script_cursor_peek(c) == '"')
        return script_cursor_string(c, what, text_r);
    struct span word = script_cursor_word(c);
    if (word.nbytes == 0)
        return expected(c, c->at, what);
    if (span_find_byte(word, '"') != SPAN_NPOS)
        return expected(c, c->at - word.nbytes, what);
    *text_r = arena_text(c->faults->arena, word);
    return 0;
}

int script_cursor_number(struct script_cursor *c, const char *what, uint64_t most,
                         uint64_t *number_r)
{
    script_cursor_skip(c);
    size_t start = c->at;
    struct span word = script_cursor_word(c);
    if (word.nbytes == 0 || number_digits(word) != word.nbytes)
        return expected(c, start, what);
    uint64_t number;
    if (number_parse_u64(word, &number) != 0 || number > most)
        return script_cursor_fault(c, start, "%.*s is more than %llu", SPAN_ARG(word),
                                   (unsigned long long)most);
    *number_r = number;
    return 0;
}

int script_cursor_unsigned(struct script_cursor *c, const char *what, unsigned most,
                           unsigned *number_r)
{
    uint64_t number = 0;
    if (script_cursor_number(c, what, most, &number) != 0)
        return -1;
    *number_r = (unsigned)number;
    return 0;
}

int script_cursor_duration(struct script_cursor *c, int64_t *ms_r)
{
    static const struct {
        const char *name;
        uint64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}};
    enum { DAY_MS = 24 * 60 * 60 * 1000 };

    script_cursor_skip(c);
    size_t start = c->at;
    struct span word = script_cursor_word(c);
    size_t ndigits = number_digits(word);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        uint64_t count;
        if (!span_is(span_from(word, ndigits), units[i].name) ||
            number_parse_u64(span_slice(word, 0, ndigits), &count) != 0)
            continue;
        if (count == 0 || count > DAY_MS / units[i].ms)
            return script_cursor_fault(c, start, "a duration is more than zero and at most a day");
        *ms_r = (int64_t)(count * units[i].ms);
        return 0;
    }
    return expected(c, start, "a duration such as 400ms, 5s or 2m");
}

void *script_grow(struct arena *arena, void *items, size_t n, size_t element_nbytes)
{
    size_t capacity = n;
    bool is_full = (n & (n - 1)) == 0; /* it doubles at every power of two */
    if (!is_full)
        return items;
    return arena_grow(arena, items, &capacity, n == 0 ? 1 : n * 2, element_nbytes);
}

void script_names_add(struct arena *arena, struct script_names *names, const char *name)
{
    names->items = script_grow(arena, names->items, names->nitems, sizeof *names->items);
    names->items[names->nitems++] = name;
}

bool script_names_have(const struct script_names *names, const char *name)
{
    for (size_t i = 0; i < names->nitems; i++)
        if (strcmp(names->items[i], name) == 0)
            return true;
    return false;
}
