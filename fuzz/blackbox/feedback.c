#include "blackbox/feedback.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seeds/seeds.h"

enum { TEMPLATES_MOST = 2000, TEMPLATE_NBYTES = 96 };

static const char *const verbs[FEEDBACK_NVERBS] = {"",       "NOOP",  "LOGIN", "LOGOUT",  "SELECT",
                                                   "BBOARD", "FIND",  "CHECK", "EXPUNGE", "COPY",
                                                   "FETCH",  "STORE", "SEARCH"};

/* ---- the map ---- */

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash ^= value + UINT64_C(0x9e3779b97f4a7c15) + (hash << 6) + (hash >> 2);
    hash *= UINT64_C(0xff51afd7ed558ccd);
    return hash ^ (hash >> 32);
}

static void note(struct feedback *f, uint64_t hash)
{
    uint16_t index = (uint16_t)(hash ^ (hash >> 16) ^ (hash >> 48));
    if (f->seen[index] != 0)
        return;
    f->seen[index] = 1;
    f->nseen++;
    f->nnew++;
}

/* ---- derivations ---- */

/* Each step of a derivation (a rule and its alternative), with the step above it. */
static void each_pair(const struct grammar_match *match,
                      void (*visit)(void *context, uint32_t above, uint32_t step), void *context)
{
    enum { DEEP = 64 };
    struct {
        size_t end;
        uint32_t step;
    } above[DEEP];
    size_t depth = 0;
    for (size_t i = 0; i < match->nnodes; i++) {
        const struct grammar_node *node = &match->nodes[i];
        uint32_t step = ((uint32_t)node->rule << 16 | node->alternative) + 1;
        while (depth > 0 && i >= above[depth - 1].end)
            depth--;
        visit(context, depth > 0 ? above[depth - 1].step : 0, step);
        if (depth < DEEP) {
            above[depth].end = i + node->size;
            above[depth++].step = step;
        }
    }
}

static void put_pair(void *context, uint32_t above, uint32_t step)
{
    uint32_t key[2] = {above, step};
    (void)table_put(context, span_make((const char *)key, sizeof key), context);
}

struct paths {
    struct feedback_command *command;
};

static void add_path(void *context, uint32_t above, uint32_t step)
{
    struct feedback_command *c = ((struct paths *)context)->command;
    if (c->npaths + 2 > FEEDBACK_MOST_PATHS)
        return;
    uint64_t one = mix(1, step);
    uint64_t two = mix(mix(2, above), step);
    c->paths[c->npaths++] = (uint16_t)(one ^ (one >> 32));
    c->paths[c->npaths++] = (uint16_t)(two ^ (two >> 32));
    c->derivation = mix(c->derivation, two);
}

static void add_sentence(struct feedback *f, struct grammar_coverage *coverage, struct span text,
                         struct table *pairs)
{
    struct wire_unit unit;
    uint64_t count;
    struct wire_reader *reader = wire_reader_new(WIRE_FROM_CLIENT, NULL);
    wire_reader_feed(reader, text);
    while (wire_reader_is_waiting(reader, &unit, &count))
        wire_reader_literal_granted(reader);
    if (wire_reader_next(reader, &unit)) {
        struct grammar_input input = {unit.bytes, unit.literals, unit.nliterals};
        struct grammar_match match;
        if (coverage != NULL)
            (void)grammar_coverage_add(coverage, f->matcher, f->request, input);
        if (pairs != NULL &&
            grammar_match(f->matcher, f->request, input, GRAMMAR_WHOLE, &match) != GRAMMAR_REJECTED)
            each_pair(&match, put_pair, pairs);
    }
    wire_reader_free(&reader);
}

/* All pairs that the grammar's own seeds hold. */
static void count_all_pairs(struct feedback *f)
{
    struct seeds_sentences sentences = {0};
    seeds_derive(&sentences, MUTATOR_REQUESTS);
    for (size_t i = 0; i < sentences.nitems; i++)
        add_sentence(f, NULL, sentences.items[i], &f->all_pairs);
    seeds_sentences_free(&sentences);
}

/* ---- life ---- */

struct feedback *feedback_new(void)
{
    struct feedback *f = mem_alloc(sizeof *f);
    f->grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    f->request = grammar_rule(f->grammar, SPAN_LIT("request"));
    f->matcher = grammar_matcher_new(f->grammar);
    f->sent = grammar_coverage_new(f->grammar);
    f->accepted = grammar_coverage_new(f->grammar);
    count_all_pairs(f);
    return f;
}

void feedback_free(struct feedback **feedback)
{
    struct feedback *f = *feedback;
    if (f == NULL)
        return;
    grammar_coverage_free(&f->sent);
    grammar_coverage_free(&f->accepted);
    grammar_matcher_free(&f->matcher);
    table_free(&f->derivations[0]);
    table_free(&f->derivations[1]);
    table_free(&f->pairs);
    table_free(&f->all_pairs);
    free(f);
    *feedback = NULL;
}

void feedback_begin(struct feedback *f)
{
    f->nnew = 0;
}

/* ---- words ---- */

bool feedback_class_of(struct span completion, enum feedback_class *class_r)
{
    static const char *const words[] = {"OK", "NO", "BAD"};
    struct span rest = span_trim(completion);
    (void)span_cut(&rest, ' ');
    struct span word = span_cut(&rest, ' ');
    for (unsigned i = 0; i < FEEDBACK_NCLASSES; i++)
        if (span_is_nocase(word, words[i])) {
            *class_r = (enum feedback_class)i;
            return true;
        }
    return false;
}

unsigned feedback_verb(struct span command)
{
    size_t line = span_find_byte(command, '\n');
    struct span rest = span_trim(span_slice(command, 0, line));
    (void)span_cut(&rest, ' ');
    struct span word = span_cut(&rest, ' ');
    for (unsigned i = 1; i < FEEDBACK_NVERBS; i++)
        if (span_is_nocase(word, verbs[i]))
            return i;
    return 0;
}

const char *feedback_verb_name(unsigned verb)
{
    return verb == 0 ? "(other)" : verbs[verb];
}

static unsigned state_index(enum model_state state)
{
    return state == MODEL_SELECTED ? 2 : state == MODEL_AUTHENTICATED ? 1 : 0;
}

/* A line with its values left out: numbers are N, words in quotes S, letters small. */
static uint64_t template_of(struct span line)
{
    uint64_t hash = 3;
    size_t most = line.nbytes < TEMPLATE_NBYTES ? line.nbytes : TEMPLATE_NBYTES;
    for (size_t i = 0; i < most; i++) {
        char c = line.data[i];
        if (c == '\r' || c == '\n' || c == '{')
            break;
        if (char_is_digit(c)) {
            while (i + 1 < most && char_is_digit(line.data[i + 1]))
                i++;
            c = 'N';
        } else if (c == '"') {
            while (i + 1 < most && line.data[i + 1] != '"')
                i++;
            i++;
        } else
            c = char_lower(c);
        hash = mix(hash, (unsigned char)c);
    }
    return hash;
}

/* ---- what happens ---- */

void feedback_command(struct feedback *f, struct feedback_command *c, struct span text,
                      enum model_state state, const struct grammar_match *match)
{
    *c = (struct feedback_command){.verb = (uint8_t)feedback_verb(text),
                                   .state = (uint8_t)state_index(state)};
    f->ncommands++;
    if (match->verdict == GRAMMAR_REJECTED)
        return;
    struct paths paths = {c};
    each_pair(match, add_path, &paths);
    each_pair(match, put_pair, &f->pairs);
}

void feedback_refused(struct feedback *f, struct span whole)
{
    add_sentence(f, f->sent, whole, &f->pairs);
}

void feedback_untagged(struct feedback *f, struct feedback_command *c, struct span line)
{
    struct span rest = span_trim(span_slice(line, 0, 200));
    (void)span_cut(&rest, ' ');
    struct span word = span_cut(&rest, ' ');
    if (word.nbytes > 0 && number_digits(word) == word.nbytes)
        word = span_cut(&rest, ' ');
    uint64_t hash = 4;
    for (size_t i = 0; i < word.nbytes && i < 12; i++)
        hash = mix(hash, (unsigned char)char_lower(word.data[i]));
    c->kinds |= UINT32_C(1) << (hash & 31);
    if (f->ntemplates < TEMPLATES_MOST) {
        size_t before = f->nnew;
        note(f, template_of(line));
        f->ntemplates += f->nnew - before;
    }
}

static void cover(struct feedback *f, unsigned which, struct span text, uint64_t derivation)
{
    struct span key = span_make((const char *)&derivation, sizeof derivation);
    if (table_get(&f->derivations[which], key) != NULL)
        return;
    (void)table_put(&f->derivations[which], key, f);
    add_sentence(f, which == 0 ? f->sent : f->accepted, text, NULL);
}

static void keep_refusal(struct feedback *f, struct span answer)
{
    struct buffer text = {0};
    buffer_append_escaped(&text, span_trim(answer), sizeof f->refusal / 2);
    (void)snprintf(f->refusal, sizeof f->refusal, "%.*s", SPAN_ARG(buffer_span(&text)));
    buffer_free(&text);
}

void feedback_answer(struct feedback *f, const struct feedback_command *c, struct span text,
                     struct span answer, enum feedback_class class)
{
    f->nanswers[class]++;
    f->reached[c->state][c->verb][class] = true;
    if (c->verb == FEEDBACK_LOGIN && class != FEEDBACK_OK && f->refusal[0] == '\0')
        keep_refusal(f, answer);
    for (size_t i = 0; i < c->npaths; i++)
        note(f, mix(mix(5, c->paths[i]), class != FEEDBACK_OK));
    note(f, mix(mix(mix(mix(6, c->state), c->verb), class), c->kinds));
    if (f->ntemplates < TEMPLATES_MOST) {
        size_t before = f->nnew;
        struct span rest = answer;
        (void)span_cut(&rest, ' ');
        note(f, mix(template_of(rest), c->verb));
        f->ntemplates += f->nnew - before;
    }
    if (c->derivation != 0) {
        cover(f, 0, text, c->derivation);
        if (class == FEEDBACK_OK)
            cover(f, 1, text, c->derivation);
    }
}

static unsigned bucket(uint32_t n)
{
    return n < 2 ? n : n < 8 ? 2 : 3;
}

void feedback_state(struct feedback *f, const struct model_session *session, size_t nsessions)
{
    uint32_t exists = 9;
    uint32_t recent = 9;
    size_t nremoved = 0;
    (void)model_session_exists(session, &exists);
    (void)model_session_recent(session, &recent);
    (void)model_session_removed(session, &nremoved);
    uint64_t hash = mix(7, (uint64_t)model_session_state(session));
    hash = mix(mix(hash, bucket(exists)), bucket(recent));
    note(f, mix(mix(hash, bucket((uint32_t)nremoved)), nsessions));
}

bool feedback_has_entered(const struct feedback *f)
{
    bool has_entered = f->reached[0][FEEDBACK_LOGIN][FEEDBACK_OK];
    for (unsigned state = 1; state < FEEDBACK_NSTATES; state++)
        for (unsigned verb = 0; verb < FEEDBACK_NVERBS; verb++)
            for (unsigned class = 0; class < FEEDBACK_NCLASSES; class ++)
                has_entered = has_entered || f->reached[state][verb][class];
    return has_entered;
}

/* ---- what is printed ---- */

static size_t count_reached(const struct feedback *f)
{
    size_t n = 0;
    for (size_t s = 0; s < FEEDBACK_NSTATES; s++)
        for (size_t v = 0; v < FEEDBACK_NVERBS; v++)
            for (size_t c = 0; c < FEEDBACK_NCLASSES; c++)
                n += f->reached[s][v][c];
    return n;
}

static size_t count_pairs(const struct feedback *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->pairs.nentries; i++)
        n += table_get(&f->all_pairs, f->pairs.entries[i].key) != NULL;
    return n;
}

static void print_missing(const struct grammar_coverage *coverage, int rule, const char *title,
                          struct buffer *out)
{
    struct buffer missing = {0};
    grammar_coverage_missing(coverage, rule, &missing);
    struct span rest = buffer_span(&missing);
    if (rest.nbytes > 0)
        buffer_printf(out, "%s:\n", title);
    while (rest.nbytes > 0) {
        struct span line = span_cut(&rest, '\n');
        buffer_printf(out, "  %.*s\n", SPAN_ARG(line));
    }
    buffer_free(&missing);
}

void feedback_print(const struct feedback *f, struct buffer *out)
{
    size_t total = grammar_coverage_total(f->sent, f->request);
    buffer_printf(out,
                  "grammar: alternatives sent %zu/%zu, accepted %zu/%zu, 2-paths %zu/%zu, "
                  "state x command x answer %zu/%d\n",
                  grammar_coverage_reached(f->sent, f->request), total,
                  grammar_coverage_reached(f->accepted, f->request), total, count_pairs(f),
                  f->all_pairs.nentries, count_reached(f),
                  FEEDBACK_NSTATES * FEEDBACK_NVERBS * FEEDBACK_NCLASSES);
    if (!f->reached[state_index(MODEL_SELECTED)][FEEDBACK_FETCH][FEEDBACK_OK])
        buffer_append_text(out, "no FETCH was answered with OK: is there mail in INBOX?\n");
    print_missing(f->sent, f->request, "never sent", out);
    print_missing(f->accepted, f->request, "never accepted", out);
}
