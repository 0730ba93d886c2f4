#include "blackbox/death.h"

#include <stdio.h>
#include <string.h>

/* What programs write before they end themselves; the rest of the line says what it was. */
static const char *const words[] = {"internal error:", "Assertion `", "assertion failed:", "Panic:",
                                    "panic:",          "Fatal:",      "runtime error:"};

/* The line around `at`, from there on. */
static struct span line_at(struct span text, size_t at)
{
    struct span rest = span_from(text, at);
    return span_trim(span_slice(rest, 0, span_find_byte(rest, '\n')));
}

/* The last one, as the end is what it died of. */
static size_t find_last(struct span text, struct span what)
{
    size_t found = SPAN_NPOS;
    size_t at = 0;
    for (;;) {
        size_t next = span_find(span_from(text, at), what);
        if (next == SPAN_NPOS)
            return found;
        found = at + next;
        at = found + 1;
    }
}

/* Copies without numbers, which differ each time, and without the folders of files. */
static void copy_words(struct span line, char *out, size_t capacity)
{
    size_t n = 0;
    for (size_t i = 0; i < line.nbytes && n + 1 < capacity; i++) {
        bool is_number = char_is_digit(line.data[i]);
        while (line.data[i] == '/' && n > 0 && out[n - 1] != ' ' && out[n - 1] != '(')
            n--;
        if (line.data[i] == '/')
            continue;
        while (is_number && i + 1 < line.nbytes &&
               (char_is_alnum(line.data[i + 1]) || line.data[i + 1] == '.'))
            i++;
        char c = (char)(is_number ? '0' : line.data[i]);
        out[n++] = (char)(char_is_print(c) || c == ' ' ? c : '?');
    }
    out[n] = '\0';
}

/* "SUMMARY: AddressSanitizer: heap-use-after-free /where/file.c:12:3 in function" without the
 * place: it moves with every change. */
static bool name_summary(struct span report, char *out, size_t capacity)
{
    size_t at = find_last(report, SPAN_LIT("SUMMARY: "));
    if (at == SPAN_NPOS)
        return false;
    struct span line = span_from(line_at(report, at), 9);
    struct span rest = line;
    (void)span_cut(&rest, ' ');
    struct span kind = span_cut(&rest, ' ');
    size_t in = find_last(line, SPAN_LIT(" in "));
    struct span place = in == SPAN_NPOS ? rest : span_from(line, in + 4);
    (void)snprintf(out, capacity, "%.*s in %.*s", SPAN_ARG(kind), SPAN_ARG(place));
    return true;
}

static bool name_word(struct span report, char *out, size_t capacity)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t at = find_last(report, span_of(words[i]));
        if (at == SPAN_NPOS)
            continue;
        copy_words(line_at(report, at), out, capacity);
        return true;
    }
    return false;
}

void death_name(struct span report, const char *otherwise, const char *verb, struct play_finding *f)
{
    char name[sizeof f->signature];
    struct buffer text = {0};
    /* a board is selected in the same way */
    verb = strcmp(verb, "BBOARD") == 0 ? "SELECT" : verb;
    if (!name_word(report, name, sizeof name) && !name_summary(report, name, sizeof name)) {
        copy_words(span_of(otherwise), name, sizeof name);
        size_t n = strlen(name);
        if (strstr(name, " at ") == NULL)
            (void)snprintf(name + n, sizeof name - n, " at %s", verb);
    } else {
        buffer_append_text(&text, ": ");
        buffer_append_escaped(&text, span_of(name), sizeof name);
        size_t n = strlen(f->text);
        (void)snprintf(f->text + n, sizeof f->text - n, "%.*s", SPAN_ARG(buffer_span(&text)));
    }
    memcpy(f->signature, name, sizeof name);
    buffer_free(&text);
}
