#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "blackbox/talk.h"

static bool is_caught(const struct play_catch *caught, const struct play_finding *f)
{
    for (size_t i = 0; i < caught->nitems; i++)
        if (strcmp(caught->items[i].signature, f->signature) == 0 &&
            strcmp(caught->items[i].oracle, f->oracle) == 0)
            return true;
    return caught->nitems == sizeof caught->items / sizeof *caught->items;
}

/* Nothing can follow these. */
static bool is_terminal(const struct play_finding *f)
{
    return strcmp(f->oracle, "refused") == 0 || strcmp(f->oracle, "hang") == 0 ||
           strcmp(f->oracle, "crash") == 0 || strcmp(f->oracle, "flood") == 0;
}

bool play_fail(struct play *p, const char *oracle, const char *requirement, const char *signature,
               const char *format, ...)
{
    struct play_finding *f = &p->result->finding;
    va_list arguments;
    if (p->result->has_finding || p->result->is_broken)
        return false;
    p->result->has_finding = true;
    *f = (struct play_finding){.requirement = ""};
    (void)snprintf(f->oracle, sizeof f->oracle, "%s", oracle);
    (void)snprintf(f->requirement, sizeof f->requirement, "%s", requirement);
    (void)snprintf(f->signature, sizeof f->signature, "%s", signature);
    va_start(arguments, format);
    (void)vsnprintf(f->text, sizeof f->text, format, arguments);
    va_end(arguments);
    struct play_catch *caught = p->options->caught;
    if (caught != NULL) {
        if (!is_caught(caught, f))
            caught->items[caught->nitems++] = *f;
        p->result->has_finding = is_terminal(f);
    }
    return true;
}

const char *talk_verb_due(const struct talk *t)
{
    return t->ndue > 0 ? feedback_verb_name(feedback_verb(t->due[0].command)) : "-";
}

static bool is_word(struct span word)
{
    for (size_t i = 0; i < word.nbytes; i++)
        if (!char_is_alpha(word.data[i]) && (word.data[i] != ',' || i + 1 < word.nbytes))
            return false;
    return word.nbytes > 0;
}

static bool is_verb(struct span word)
{
    for (unsigned i = 1; i < FEEDBACK_NVERBS; i++)
        if (span_is(word, feedback_verb_name(i)))
            return true;
    return false;
}

void talk_signature(const struct talk *t, const struct finding *finding, char *out, size_t capacity)
{
    size_t n = (size_t)snprintf(out, capacity, "%s %s", finding->rule, talk_verb_due(t));
    struct span rest = span_of(finding->text);
    bool is_quoted = false;
    bool is_value = false;
    while (rest.nbytes > 0) {
        struct span word = span_cut(&rest, ' ');
        bool was_quoted = is_quoted;
        for (size_t i = 0; i < word.nbytes; i++)
            is_quoted ^= word.data[i] == '"' || word.data[i] == '`';
        if (!was_quoted && !is_quoted && !is_value && is_word(word) && !is_verb(word) &&
            n + word.nbytes + 2 < capacity)
            n += (size_t)snprintf(out + n, capacity - n, " %.*s", SPAN_ARG(word));
        is_value = span_is(word, "tag") || span_is(word, "as");
    }
}
