#include "grammar/memory.h"

#include <stdlib.h>
#include <string.h>

enum {
    MEMORY_NENTRIES = 16384,
    MEMORY_MOST_NBYTES = 8192, /* of an answer */
    MEMORY_ROUND_NBYTES = 128  /* what their sizes are multiples of */
};

/* Followed by the octets, which are looked at first, then literals, nodes, expectations and
 * obsolete rules. */
struct memory_answer {
    int rule;
    enum grammar_extent extent;
    size_t nbytes, nliterals;
    uint64_t steps;
    size_t capacity;            /* of all */
    struct grammar_match match; /* borrows from what follows */
};

/* Small, since most of them are looked at for nothing but the hash. */
struct memory_entry {
    uint64_t hash;
    struct memory_answer *answer; /* NULL: there is none */
};

struct grammar_memory {
    struct memory_entry entries[MEMORY_NENTRIES];
};

struct grammar_memory *grammar_memory_new(void)
{
    return mem_alloc(sizeof(struct grammar_memory));
}

void grammar_memory_free(struct grammar_memory **memory)
{
    if (*memory == NULL)
        return;
    for (size_t i = 0; i < MEMORY_NENTRIES; i++)
        free((*memory)->entries[i].answer);
    free(*memory);
    *memory = NULL;
}

/* ---- questions ---- */

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint64_t word_at(const char *octets)
{
    uint64_t word;
    memcpy(&word, octets, sizeof word);
    return word;
}

/* Of what is shorter than a word. */
static uint64_t short_word(const char *octets, size_t nbytes)
{
    uint64_t word = 0;
    for (size_t i = 0; i < nbytes; i++)
        word = word << 8 | (unsigned char)octets[i];
    return word;
}

/* The last word overlaps the one before it. */
static uint64_t hash_of(const struct memory_question *ask)
{
    const struct grammar_input input = ask->input;
    const char *octets = input.bytes.data;
    size_t nbytes = input.bytes.nbytes;
    uint64_t hash = mix((uint64_t)ask->rule + ((uint64_t)ask->extent << 32), nbytes);
    uint64_t word = 0;
    for (size_t at = 0; at + sizeof word < nbytes; at += sizeof word)
        hash = mix(hash, word_at(octets + at));
    if (nbytes >= sizeof word)
        word = word_at(octets + nbytes - sizeof word);
    else
        word = short_word(octets, nbytes);
    for (size_t i = 0; i < input.nliterals; i++)
        word ^= input.literals[i].at + input.literals[i].kept * 257;
    return mix(hash, word);
}

/* All that a derivation depends on. */
static bool same_literal(const struct wire_literal *a, const struct wire_literal *b)
{
    return a->at == b->at && a->count == b->count && a->kept == b->kept && a->is_bare == b->is_bare;
}

/* ---- answers ---- */

/* What stands behind the octets is aligned. */
static size_t octets_room(size_t nbytes)
{
    return (nbytes + sizeof(uint64_t) - 1) / sizeof(uint64_t) * sizeof(uint64_t);
}

static char *bytes_of(const struct memory_answer *answer)
{
    return (char *)(answer + 1);
}

static struct wire_literal *literals_of(const struct memory_answer *answer)
{
    return (struct wire_literal *)(void *)(bytes_of(answer) + octets_room(answer->nbytes));
}

static struct grammar_node *nodes_of(const struct memory_answer *answer)
{
    return (struct grammar_node *)(void *)(literals_of(answer) + answer->nliterals);
}

static struct grammar_expectation *expected_of(const struct memory_answer *answer)
{
    return (struct grammar_expectation *)(void *)(nodes_of(answer) + answer->match.nnodes);
}

static int *obsolete_of(const struct memory_answer *answer)
{
    return (int *)(void *)(expected_of(answer) + answer->match.nexpected);
}

static size_t answer_nbytes(const struct memory_answer *answer)
{
    return sizeof *answer + octets_room(answer->nbytes) +
           answer->nliterals * sizeof(struct wire_literal) +
           answer->match.nnodes * sizeof(struct grammar_node) +
           answer->match.nexpected * sizeof(struct grammar_expectation) +
           answer->match.nobsolete * sizeof(int);
}

/* Most are a few words long, for which a call takes longer than this. */
static bool same_octets(const char *a, const char *b, size_t nbytes)
{
    enum { WORD = sizeof(uint64_t) };
    if (nbytes < WORD)
        return short_word(a, nbytes) == short_word(b, nbytes);
    for (size_t at = 0; at + WORD < nbytes; at += WORD)
        if (word_at(a + at) != word_at(b + at))
            return false;
    return word_at(a + nbytes - WORD) == word_at(b + nbytes - WORD);
}

static bool is_of(const struct memory_answer *answer, const struct memory_question *ask)
{
    const struct grammar_input *input = &ask->input;
    if (answer->rule != ask->rule || answer->extent != ask->extent ||
        answer->nbytes != input->bytes.nbytes || answer->nliterals != input->nliterals)
        return false;
    const struct wire_literal *literals = literals_of(answer);
    for (size_t i = 0; i < answer->nliterals; i++)
        if (!same_literal(&literals[i], &input->literals[i]))
            return false;
    return same_octets(bytes_of(answer), input->bytes.data, answer->nbytes);
}

const uint64_t *memory_find(const struct grammar_memory *memory, struct memory_question *ask,
                            struct grammar_match *match_r)
{
    ask->hash = hash_of(ask);
    const struct memory_entry *entry = &memory->entries[ask->hash % MEMORY_NENTRIES];
    if (entry->answer == NULL || entry->hash != ask->hash || !is_of(entry->answer, ask))
        return NULL;
    *match_r = entry->answer->match;
    return &entry->answer->steps;
}

static void copy(void *to, const void *from, size_t count, size_t element_nbytes)
{
    if (count > 0)
        memcpy(to, from, count * element_nbytes);
}

static void fill(struct memory_answer *answer, const struct memory_question *ask)
{
    const struct grammar_input *input = &ask->input;
    struct grammar_match *match = &answer->match;
    copy(nodes_of(answer), match->nodes, match->nnodes, sizeof *match->nodes);
    copy(expected_of(answer), match->expected, match->nexpected, sizeof *match->expected);
    copy(literals_of(answer), input->literals, answer->nliterals, sizeof *input->literals);
    copy(obsolete_of(answer), match->obsolete, match->nobsolete, sizeof *match->obsolete);
    copy(bytes_of(answer), input->bytes.data, answer->nbytes, 1);
    match->nodes = nodes_of(answer);
    match->expected = expected_of(answer);
    match->obsolete = obsolete_of(answer);
}

void memory_keep(struct grammar_memory *memory, const struct memory_question *ask,
                 const struct grammar_match *match, uint64_t steps)
{
    struct memory_entry *entry = &memory->entries[ask->hash % MEMORY_NENTRIES];
    struct memory_answer made = {.steps = steps,
                                 .match = *match,
                                 .nbytes = ask->input.bytes.nbytes,
                                 .nliterals = ask->input.nliterals,
                                 .rule = ask->rule,
                                 .extent = ask->extent,
                                 .capacity = entry->answer == NULL ? 0 : entry->answer->capacity};
    size_t nbytes = answer_nbytes(&made);
    if (nbytes > MEMORY_MOST_NBYTES)
        return;
    if (nbytes > made.capacity) {
        made.capacity = (nbytes / MEMORY_ROUND_NBYTES + 1) * MEMORY_ROUND_NBYTES;
        entry->answer = mem_resize(entry->answer, made.capacity);
    }
    entry->hash = ask->hash;
    *entry->answer = made;
    fill(entry->answer, ask);
}
