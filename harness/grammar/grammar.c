#include "grammar/grammar.h"

#include <stdlib.h>
#include <threads.h>

#include "grammar/syntax.h"
#include "grammar/view.h"

extern const unsigned char grammar_imap2_abnf[];
extern const size_t grammar_imap2_abnf_nbytes;

enum { NAME_NBYTES = 64 };

/* False when no rule can have such a name. */
static bool lower_name(struct span name, char *lower)
{
    if (name.nbytes > NAME_NBYTES)
        return false;
    for (size_t i = 0; i < name.nbytes; i++)
        lower[i] = char_lower(name.data[i]);
    return true;
}

void syntax_name_rule(struct grammar *grammar, size_t rule)
{
    char lower[NAME_NBYTES];
    struct span name = span_of(grammar->rules[rule].name);
    ENSURE(lower_name(name, lower));
    int *number = arena_alloc(&grammar->arena, sizeof *number);
    *number = (int)rule;
    (void)table_put(&grammar->names, span_make(lower, name.nbytes), number);
}

int grammar_rule(const struct grammar *grammar, struct span name)
{
    char lower[NAME_NBYTES];
    if (!lower_name(name, lower))
        return GRAMMAR_NO_RULE;
    const int *number = table_get(&grammar->names, span_make(lower, name.nbytes));
    return number == NULL ? GRAMMAR_NO_RULE : *number;
}

size_t grammar_nrules(const struct grammar *grammar)
{
    return grammar->nrules;
}

static const struct rule *rule_of(const struct grammar *grammar, int rule)
{
    ENSURE(rule >= 0 && (size_t)rule < grammar->nrules);
    return &grammar->rules[rule];
}

const char *grammar_rule_name(const struct grammar *grammar, int rule)
{
    return rule_of(grammar, rule)->name;
}

enum finding_level grammar_obsolete_level(const struct grammar *grammar, int rule)
{
    return rule_of(grammar, rule)->level;
}

const char *grammar_obsolete_requirement(const struct grammar *grammar, int rule)
{
    return rule_of(grammar, rule)->requirement;
}

unsigned grammar_obsolete_reading(const struct grammar *grammar, int rule)
{
    return rule_of(grammar, rule)->reading;
}

/* ---- life ---- */

struct grammar *grammar_read(struct span abnf, const char *file, struct err *err)
{
    struct grammar *grammar = mem_alloc(sizeof *grammar);
    struct span text = arena_copy(&grammar->arena, abnf);
    if (syntax_read(grammar, text, file, err) < 0 || syntax_check(grammar, file, err) < 0) {
        grammar_free(&grammar);
        return NULL;
    }
    for (int variant = 0; variant < VARIANTS; variant++)
        program_compile(grammar, variant);
    grammar->everything = view_of_everything(grammar);
    return grammar;
}

void grammar_free(struct grammar **grammar)
{
    if (*grammar == NULL)
        return;
    grammar_view_free(&(*grammar)->everything);
    table_free(&(*grammar)->names);
    arena_free(&(*grammar)->arena);
    free(*grammar);
    *grammar = NULL;
}

/* ---- built-in grammars ---- */

static struct grammar *imap2;
static once_flag imap2_once = ONCE_FLAG_INIT;

static void read_imap2(void)
{
    struct err err = {0};
    struct span abnf = {(const char *)grammar_imap2_abnf, grammar_imap2_abnf_nbytes};
    imap2 = grammar_read(abnf, "imap2.abnf", &err);
    ENSURE(imap2 != NULL);
}

const struct grammar *grammar_of_dialect(struct span dialect)
{
    if (!span_is(dialect, "imap2"))
        return NULL;
    call_once(&imap2_once, read_imap2);
    return imap2;
}
