#include "run/letters.h"

#include <string.h>

int letters_read(struct span word, enum letters *letters_r, struct err *err)
{
    static const char *const words[] = {[LETTERS_AS_WRITTEN] = "none",
                                        [LETTERS_LOWER] = "lower",
                                        [LETTERS_UPPER] = "upper",
                                        [LETTERS_MIXED] = "mixed"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!span_is(word, words[i]))
            continue;
        *letters_r = (enum letters)i;
        return 0;
    }
    return err_set(err, NULL, 0, 0, "letters are lower, upper, mixed or none, not \"%.*s\"",
                   SPAN_ARG(word));
}

struct changing {
    enum letters letters;
    char *octets;
    size_t nbytes, at;
};

static void change_word(struct changing *c, size_t at, size_t end)
{
    for (size_t i = at; i < end; i++) {
        bool is_upper =
            c->letters == LETTERS_UPPER || (c->letters == LETTERS_MIXED && (i - at) % 2 == 1);
        if (is_upper)
            c->octets[i] = char_upper(c->octets[i]);
        else
            c->octets[i] = char_lower(c->octets[i]);
    }
}

static struct span rest(const struct changing *c)
{
    return span_make(c->octets + c->at, c->nbytes - c->at);
}

static void skip_line(struct changing *c)
{
    size_t line = span_find_byte(rest(c), '\n');
    c->at = line == SPAN_NPOS ? c->nbytes : c->at + line + 1;
}

static bool is_end(const struct changing *c)
{
    return c->at >= c->nbytes || c->octets[c->at] == '\n';
}

/* The word at the place, with the blank behind it passed over. */
static struct span take_word(struct changing *c, size_t *at_r)
{
    *at_r = c->at;
    while (!is_end(c) && c->octets[c->at] != ' ' && c->octets[c->at] != '\r')
        c->at++;
    struct span word = span_make(c->octets + *at_r, c->at - *at_r);
    if (!is_end(c) && c->octets[c->at] == ' ')
        c->at++;
    return word;
}

/* ---- lists ---- */

static void skip_quoted(struct changing *c)
{
    for (c->at++; !is_end(c) && c->octets[c->at] != '"'; c->at++)
        ;
    c->at += is_end(c) ? 0 : 1;
}

/* A literal ends its line; what follows its content is the same response. */
static void skip_literal(struct changing *c)
{
    size_t end = span_find_byte(rest(c), '\n');
    uint64_t count = 0;
    struct span digits = span_slice(rest(c), 1, end == SPAN_NPOS || end < 3 ? 0 : end - 3);
    if (number_parse_u64(digits, &count) != 0 || end == SPAN_NPOS) {
        c->at++;
        return;
    }
    c->at += end + 1;
    c->at = count > c->nbytes - c->at ? c->nbytes : c->at + (size_t)count;
}

static void change_atom(struct changing *c, bool is_key)
{
    size_t at = c->at;
    while (!is_end(c) && strchr(" ()\r\"", c->octets[c->at]) == NULL)
        c->at++;
    bool is_nil = span_is_nocase(span_make(c->octets + at, c->at - at), "NIL");
    if (is_key || is_nil || c->octets[at] == '\\')
        change_word(c, at, c->at);
}

/* has_keys: at depth 1 every other element is the name of a property. */
static void change_lists(struct changing *c, bool has_keys)
{
    unsigned depth = 0;
    bool is_key = has_keys;
    while (!is_end(c)) {
        char here = c->octets[c->at];
        bool is_element = true;
        bool was_key = depth == 1 && is_key;
        if (here == '"') {
            skip_quoted(c);
        } else if (here == '{') {
            skip_literal(c);
        } else if (here == '(') {
            depth++;
            c->at++;
            is_element = false;
        } else if (here == ')') {
            depth -= depth > 0;
            c->at++;
            is_element = depth == 1;
        } else if (here == ' ' || here == '\r') {
            c->at++;
            is_element = false;
        } else {
            change_atom(c, was_key);
        }
        if (is_element && depth == 1)
            is_key = has_keys && !was_key;
    }
}

/* ---- responses ---- */

static bool is_status(struct span word)
{
    return span_is_nocase(word, "OK") || span_is_nocase(word, "NO") ||
           span_is_nocase(word, "BAD") || span_is_nocase(word, "BYE") ||
           span_is_nocase(word, "PREAUTH");
}

static void change_marker(struct changing *c)
{
    size_t end = span_find_byte(rest(c), ']');
    if (!is_end(c) && c->octets[c->at] == '[' && end != SPAN_NPOS)
        change_word(c, c->at, c->at + end);
}

static void change_response(struct changing *c)
{
    size_t at;
    if (c->octets[c->at] != '+') {
        (void)take_word(c, &at);
        struct span word = take_word(c, &at);
        if (word.nbytes > 0 && number_digits(word) == word.nbytes)
            word = take_word(c, &at);
        change_word(c, at, at + word.nbytes);
        bool is_data = span_is_nocase(word, "FETCH") || span_is_nocase(word, "STORE");
        if (is_status(word))
            change_marker(c);
        else if (is_data || span_is_nocase(word, "FLAGS"))
            change_lists(c, is_data);
    }
    skip_line(c);
}

struct span letters_change(enum letters letters, struct span octets, struct arena *arena)
{
    if (letters == LETTERS_AS_WRITTEN || octets.nbytes == 0)
        return octets;
    struct changing c = {.letters = letters, .nbytes = octets.nbytes};
    c.octets = arena_alloc(arena, octets.nbytes);
    memcpy(c.octets, octets.data, octets.nbytes);
    while (c.at < c.nbytes)
        change_response(&c);
    return span_make(c.octets, c.nbytes);
}
