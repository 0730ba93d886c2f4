#include "blackbox/client_feedback.h"

#include <stdlib.h>

#include "blackbox/feedback.h"

enum { TEMPLATES_MOST = 20000, NOTED_MOST = 1000, LINE_NBYTES = 160, TOLD_NBYTES = 24 };

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash ^= value + UINT64_C(0x9e3779b97f4a7c15) + (hash << 6) + (hash >> 2);
    hash *= UINT64_C(0xff51afd7ed558ccd);
    return hash ^ (hash >> 32);
}

static void note(struct client_feedback *f, uint64_t hash)
{
    uint16_t index = (uint16_t)(hash ^ (hash >> 16) ^ (hash >> 48));
    f->nnew += f->seen[index] == 0;
    f->seen[index] = 1;
}

/* The same of what would have no end. */
static void note_most(struct client_feedback *f, uint64_t hash)
{
    size_t before = f->nnew;
    if (f->nmost < NOTED_MOST)
        note(f, hash);
    f->nmost += f->nnew - before;
}

/* Of a line with its values left out: one N for a number, by whether it is 0; small letters. */
static uint64_t template_of(struct span line, size_t most)
{
    uint64_t hash = 3;
    most = line.nbytes < most ? line.nbytes : most;
    for (size_t i = 0; i < most; i++) {
        char c = char_lower(line.data[i]);
        if (char_is_digit(c)) {
            size_t ndigits = number_digits(span_from(line, i));
            c = c == '0' && ndigits == 1 ? '0' : 'N';
            i += ndigits - 1;
        }
        hash = mix(hash, (unsigned char)c);
    }
    return hash;
}

struct client_feedback *client_feedback_new(void)
{
    struct client_feedback *f = mem_alloc(sizeof *f);
    const struct grammar *grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    f->matcher = grammar_matcher_new(grammar);
    f->told = grammar_coverage_new(grammar);
    f->greeting = grammar_rule(grammar, SPAN_LIT("greeting"));
    f->unit = grammar_rule(grammar, SPAN_LIT("server-unit"));
    return f;
}

void client_feedback_free(struct client_feedback **feedback)
{
    struct client_feedback *f = *feedback;
    if (f == NULL)
        return;
    grammar_coverage_free(&f->told);
    grammar_matcher_free(&f->matcher);
    table_free(&f->templates);
    free(f);
    *feedback = NULL;
}

void client_feedback_begin(struct client_feedback *f)
{
    f->nnew = 0;
}

void client_feedback_told(struct client_feedback *f, const struct wire_unit *unit, bool is_greeting,
                          const char *verb)
{
    uint64_t whole = template_of(unit->bytes, SPAN_NPOS);
    struct span key = span_make((const char *)&whole, sizeof whole);
    note_most(f, mix(template_of(unit->bytes, TOLD_NBYTES), rng_hash(span_of(verb))));
    if (table_get(&f->templates, key) != NULL || f->templates.nentries >= TEMPLATES_MOST)
        return;
    (void)table_put(&f->templates, key, f);
    struct grammar_input input = {unit->bytes, unit->literals, unit->nliterals};
    (void)grammar_coverage_add(f->told, f->matcher, is_greeting ? f->greeting : f->unit, input);
}

static unsigned state_index(enum model_state state)
{
    return state == MODEL_SELECTED                          ? 2
           : state == MODEL_AUTHENTICATED                   ? 1
           : state == MODEL_LOGOUT || state == MODEL_CLOSED ? 3
                                                            : 0;
}

void client_feedback_command(struct client_feedback *f, struct span command, enum model_state state)
{
    unsigned verb = feedback_verb(command);
    f->reached[state_index(state)][verb] = true;
    struct span rest = command;
    (void)span_cut(&rest, ' ');
    note(f, mix(template_of(rest, LINE_NBYTES), 5 + state_index(state)));
}

static bool has_spoken_in(const struct client_feedback *f, enum model_state state)
{
    bool has_spoken = false;
    for (size_t verb = 0; verb < CLIENT_FEEDBACK_NVERBS; verb++)
        has_spoken = has_spoken || f->reached[state_index(state)][verb];
    return has_spoken;
}

static bool has_entered(const struct client_feedback *f)
{
    return has_spoken_in(f, MODEL_AUTHENTICATED) || has_spoken_in(f, MODEL_SELECTED);
}

void client_feedback_end(struct client_feedback *f, const char *verb,
                         const struct shim_answer *answer)
{
    uint64_t hash = mix(rng_hash(span_of(verb)), 11 + (uint64_t)answer->status);
    f->nends[answer->status]++;
    note_most(f, mix(hash, template_of(answer->text, TOLD_NBYTES)));
    for (size_t i = 0; i < answer->nlines; i++)
        if (answer->lines[i].nwords > 0)
            note(f, mix(mix(hash, rng_hash(answer->lines[i].words[0].value)),
                        answer->lines[i].nwords));
}

void client_feedback_print(const struct client_feedback *f, struct buffer *out)
{
    size_t nreached = 0;
    for (size_t i = 0; i < CLIENT_FEEDBACK_NSTATES; i++)
        for (size_t k = 1; k < CLIENT_FEEDBACK_NVERBS; k++)
            nreached += f->reached[i][k];
    buffer_printf(out,
                  "responses: alternatives told %zu/%zu, of greetings %zu/%zu; commands of the "
                  "client: state x verb %zu/%d\n",
                  grammar_coverage_reached(f->told, f->unit),
                  grammar_coverage_total(f->told, f->unit),
                  grammar_coverage_reached(f->told, f->greeting),
                  grammar_coverage_total(f->told, f->greeting), nreached,
                  CLIENT_FEEDBACK_NSTATES * (CLIENT_FEEDBACK_NVERBS - 1));
    if (!has_entered(f))
        buffer_append_text(out, "the client was never logged in\n");
    struct buffer missing = {0};
    grammar_coverage_missing(f->told, f->unit, &missing);
    struct span rest = buffer_span(&missing);
    if (rest.nbytes > 0)
        buffer_append_text(out, "never told:\n");
    while (rest.nbytes > 0) {
        struct span line = span_cut(&rest, '\n');
        buffer_printf(out, "  %.*s\n", SPAN_ARG(line));
    }
    buffer_free(&missing);
}
