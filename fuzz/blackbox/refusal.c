#include "blackbox/refusal.h"

#include <stdio.h>
#include <string.h>

#include "grammar/grammar.h"

static bool is_due(const struct talk *t, struct span tag)
{
    for (size_t i = 0; i < t->ndue; i++)
        if (t->due[i].tag == rng_hash(tag))
            return true;
    return false;
}

bool refusal_is_of_literal(const struct talk *t, const struct wire_unit *answer,
                           const struct wire_unit *command)
{
    if (answer->kind == WIRE_TAGGED)
        return span_equal(answer->tag, command->tag) && !is_due(t, command->tag);
    bool is_usable = plan_has_usable_tag(command->bytes);
    return wire_unit_is_untagged_bad(answer) &&
           (is_usable ? !is_due(t, command->tag) : t->nunusable == 0);
}

/* ---- which command ---- */

/* Any atom is a tag, but letters and digits are what servers are used to. */
static bool is_unusual(const struct talk_due *due)
{
    struct span rest = due->command;
    struct span tag = span_cut(&rest, ' ');
    for (size_t i = 0; i < tag.nbytes; i++)
        if (!char_is_alnum(tag.data[i]))
            return true;
    return false;
}

static bool has_unusual(const struct talk *t)
{
    for (size_t i = 0; i < t->ndue; i++)
        if (is_unusual(&t->due[i]))
            return true;
    return false;
}

/* What has been said of it; with an unusual tag also when literals are still to come. */
static bool is_wellformed(const struct talk_due *due)
{
    const struct grammar *grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    struct grammar_matcher *matcher = grammar_matcher_new(grammar);
    struct grammar_match match;
    enum grammar_verdict verdict =
        grammar_match(matcher, grammar_rule(grammar, SPAN_LIT("request")),
                      (struct grammar_input){.bytes = due->command}, GRAMMAR_WHOLE, &match);
    bool is_begun =
        verdict == GRAMMAR_REJECTED && match.failed_at >= due->command.nbytes && is_unusual(due);
    grammar_matcher_free(&matcher);
    return verdict == GRAMMAR_STRICT || is_begun;
}

static void forget_oldest(struct talk *t)
{
    t->ndue--;
    memmove(&t->due[0], &t->due[1], t->ndue * sizeof *t->due);
}

void refusal_note(struct talk *t, const struct wire_unit *answer, int64_t now_us)
{
    if (!wire_unit_is_untagged_bad(answer))
        return;
    if (t->nunusable > 0)
        t->nunusable--;
    else if (t->ndue == 1 && is_wellformed(&t->due[0])) {
        t->due[0].has_bad = true;
        t->due[0].bad_us = now_us;
    } else if (has_unusual(t))
        t->is_gray = true;
    else if (t->ndue > 0)
        forget_oldest(t);
}

/* ---- how it is told ---- */

const char *refusal_requirement(const struct talk *t)
{
    return is_unusual(&t->due[0]) ? "tag.any-atom" : "cmd.one-completion";
}

void refusal_signature(const struct talk *t, char *out, size_t capacity)
{
    (void)snprintf(out, capacity, "%s is answered by an untagged BAD",
                   is_unusual(&t->due[0]) ? "a tag" : talk_verb_due(t));
}
