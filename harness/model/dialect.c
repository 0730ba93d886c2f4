#include "model/dialect.h"

#include <pthread.h>
#include <string.h>

#include "model/invariants.h"

static struct dialect imap2 = {.name = "imap2", .invariants = invariants_imap2};
static pthread_once_t imap2_once = PTHREAD_ONCE_INIT;

static const char *const word_rules[WORD_COUNT] = {
#define DIALECT_WORD(word, rule) [WORD_##word] = (rule),
    DIALECT_WORDS(DIALECT_WORD)
#undef DIALECT_WORD
};

static void bind_words(struct dialect *dialect)
{
    dialect->words = mem_alloc(grammar_nrules(dialect->grammar));
    for (int word = WORD_NONE + 1; word < WORD_COUNT; word++) {
        int rule = grammar_rule(dialect->grammar, span_of(word_rules[word]));
        ENSURE(rule != GRAMMAR_NO_RULE);
        dialect->rules[word] = rule;
        dialect->words[rule] = (unsigned char)word;
    }
    dialect->view =
        grammar_view_new(dialect->grammar, &dialect->rules[WORD_NONE + 1], WORD_COUNT - 1);
}

static void make_imap2(void)
{
    imap2.grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    ENSURE(imap2.grammar != NULL);
    bind_words(&imap2);
}

const struct dialect *dialect_of(struct span name)
{
    if (!span_is(name, imap2.name))
        return NULL;
    ENSURE(pthread_once(&imap2_once, make_imap2) == 0);
    return &imap2;
}

const struct model_invariant *model_invariants(struct span dialect, size_t *ninvariants_r)
{
    *ninvariants_r = INVARIANT_COUNT;
    return span_is(dialect, imap2.name) ? imap2.invariants : NULL;
}

static struct reading_string literal_of(const struct reading *reading, size_t node)
{
    struct span text = reading_text(reading, node);
    size_t feed = span_find_byte(text, '\n');
    ENSURE(feed != SPAN_NPOS);
    struct reading_string string = {.value = span_from(text, feed + 1), .is_literal = true};
    string.nbytes = string.value.nbytes;
    size_t at = reading->match->nodes[node].at + feed + 1;
    for (size_t i = 0; i < reading->input.nliterals; i++)
        if (reading->input.literals[i].at == at)
            string.nbytes = reading->input.literals[i].count;
    return string;
}

struct reading_string reading_string(const struct reading *reading, size_t node)
{
    struct span text = reading_text(reading, node);
    ENSURE(text.nbytes > 0);
    if (text.data[0] == '{' && span_find_byte(text, '\n') != SPAN_NPOS)
        return literal_of(reading, node);
    if (text.data[0] == '"' && text.nbytes >= 2)
        text = span_slice(text, 1, text.nbytes - 2);
    else if (span_is_nocase(text, "NIL"))
        return (struct reading_string){.value = {"", 0}, .is_nil = true};
    return (struct reading_string){.value = text, .nbytes = text.nbytes};
}
