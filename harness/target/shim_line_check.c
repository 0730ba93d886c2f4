#include <string.h>

#include "target/shim_talk.h"

/* ---- data lines -------------------------------------------------------------------------------
 */

/* The words behind a noun: `n` a number, `v` a value, `*` any number of values. */
struct shape {
    enum shim_verb verb;
    const char *noun, *words;
    const char *looks; /* for people */
};

static const struct shape shapes[] = {
    {SHIM_FIND, "mailbox", "v", "mailbox NAME"},
    {SHIM_FIND, "bboard", "v", "bboard NAME"},
    {SHIM_FETCH_TEXT, "text", "v", "text TEXT"},
    {SHIM_REPLY, "to", "vvvv", "to NAME ROUTE MAILBOX HOST"},
    {SHIM_SEARCH, "found", "#", "found NUMBER..."},
    {SHIM_LOG, "note", "kv", "note KIND TEXT"},
    {SHIM_FEATURES, "feature", "v*", "feature VERB, or VERB and its first word"},
    {SHIM_CACHE, "exists", "n", "exists NUMBER"},
    {SHIM_CACHE, "recent", "n", "recent NUMBER"},
    {SHIM_CACHE, "mailbox", "v", "mailbox NAME"},
    {SHIM_CACHE, "bboard", "v", "bboard NAME"},
    {SHIM_CACHE, "access", "a", "access read-write, read-only or unknown"},
    {SHIM_CACHE, "listed", "*", "listed FLAG..."},
    {SHIM_CACHE, "flags", "n*", "flags N FLAG..."},
    {SHIM_CACHE, "size", "nn", "size N NUMBER"},
    {SHIM_CACHE, "date", "nvv", "date N DATE TEXT"},
    {SHIM_CACHE, "envelope", "ne", "envelope N FIELD VALUE, or N FIELD NAME ROUTE MAILBOX HOST"},
    {SHIM_CACHE, "holds", "nin", "holds N ITEM NUMBER"},
};

static bool is_one_of(struct span word, const char *const *words)
{
    for (; *words != NULL; words++)
        if (span_is(word, *words))
            return true;
    return false;
}

static bool is_number(const struct shim_word *word)
{
    uint64_t value;
    return number_parse_u64(word->value, &value) == 0;
}

/* An envelope's field and what is behind it. */
static bool is_envelope(const struct shim_word *words, size_t n)
{
    static const char *const texts[] = {"date", "subject", "in-reply-to", "message-id", NULL};
    static const char *const lists[] = {"from", "sender", "reply-to", "to", "cc", "bcc", NULL};
    if (n > 0 && is_one_of(words[0].value, texts))
        return n == 2;
    if (n == 2 && is_one_of(words[0].value, lists))
        return words[1].kind == SHIM_BARE && span_is(words[1].value, "NIL");
    return n == 5 && is_one_of(words[0].value, lists);
}

static bool word_fits(char kind, const struct shim_word *word)
{
    static const char *const accesses[] = {"read-write", "read-only", "unknown", NULL};
    static const char *const items[] = {"RFC822", "RFC822.HEADER", "RFC822.TEXT", NULL};
    static const char *const kinds[] = {"ok", "no", "bad", "bye", "ignored", "fault", NULL};
    switch (kind) {
    case 'n':
        return is_number(word);
    case 'a':
        return is_one_of(word->value, accesses);
    case 'i':
        return is_one_of(word->value, items);
    case 'k':
        return is_one_of(word->value, kinds);
    default:
        return true;
    }
}

static bool has_shape(const char *shape, const struct shim_word *words, size_t n)
{
    size_t i = 0;
    for (; *shape != '\0'; shape++) {
        if (*shape == '*')
            return true;
        if (*shape == 'e')
            return is_envelope(words + i, n - i);
        if (*shape == '#') {
            while (i < n && is_number(&words[i]))
                i++;
            return i == n;
        }
        if (i == n || !word_fits(*shape, &words[i++]))
            return false;
    }
    return i == n;
}

static bool is_lower(struct span word)
{
    for (size_t i = 0; i < word.nbytes; i++)
        if (char_is_upper(word.data[i]))
            return false;
    return true;
}

static const char *fault_of_shape(const struct shape *shape, const struct shim_line *line,
                                  struct arena *arena)
{
    for (size_t i = 0; i < line->nwords; i++)
        if (line->words[i].kind == SHIM_LIST_OPEN || line->words[i].kind == SHIM_LIST_CLOSE)
            return "data lines hold no parentheses";
    if (has_shape(shape->words, line->words + 1, line->nwords - 1))
        return NULL;
    return arena_printf(arena, "the line looks so: %s", shape->looks);
}

const char *shim_line_fault(enum shim_verb verb, bool is_known, const struct shim_line *line,
                            struct arena *arena)
{
    if (line->nwords == 0)
        return "an empty line is no line of an answer";
    struct span noun = line->words[0].value;
    if (line->words[0].kind != SHIM_BARE)
        return "a line begins with a bare word";
    if (!is_lower(noun))
        return "the first word of a line is in lower case";
    for (size_t i = 0; is_known && i < sizeof shapes / sizeof shapes[0]; i++)
        if (shapes[i].verb == verb && span_is(noun, shapes[i].noun))
            return fault_of_shape(&shapes[i], line, arena);
    return arena_printf(
        arena,
        "`%.*s` is neither a status (ok, no, bad, unsupported, failed) nor a data line of %s",
        SPAN_ARG(noun),
        is_known ? arena_printf(arena, "`%s`", shim_verb_info(verb)->name)
                 : "a verb that it does not know");
}

/* ---- answers ----------------------------------------------------------------------------------
 */

static size_t count(const struct shim_answer *answer, const char *noun)
{
    size_t n = 0;
    for (size_t i = 0; i < answer->nlines; i++)
        n += span_is(answer->lines[i].words[0].value, noun);
    return n;
}

const char *shim_answer_fault(enum shim_verb verb, const struct shim_answer *answer,
                              struct arena *arena)
{
    static const struct {
        enum shim_verb verb;
        const char *noun;
        bool is_once;
    } required[] = {
        {SHIM_SEARCH, "found", true},      {SHIM_FETCH_TEXT, "text", true},
        {SHIM_CACHE, "exists", false},     {SHIM_CACHE, "recent", false},
        {SHIM_FEATURES, "feature", false},
    };
    if (answer->status != SHIM_OK)
        return NULL;
    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++) {
        if (required[i].verb != verb)
            continue;
        size_t n = count(answer, required[i].noun);
        if (n == 0 || (required[i].is_once && n > 1))
            return arena_printf(arena, "%s data line `%s` before this `ok`",
                                n == 0 ? "there is no" : "there is more than one",
                                required[i].noun);
    }
    return NULL;
}
