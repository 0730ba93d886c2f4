#include "grammar/machine.h"

#include <stdlib.h>
#include <string.h>

/* Steps allowed for an input: far more than an unambiguous grammar needs. */
enum { STEPS_BASE = 20000, STEPS_PER_OCTET = 400, OCTETS_PER_STEP = 16 };

void machine_free(struct machine *m)
{
    free(m->frames);
    free(m->points);
    free(m->nodes);
    free(m->trail);
    free(m->wanted);
    free(m->wanted_obsolete);
    free(m->chain);
    free(m->common);
    *m = (struct machine){0};
}

static unsigned symbol_at(const struct machine *m)
{
    return m->at < m->end ? (unsigned char)m->input.bytes.data[m->at] : OCTETS_END;
}

static bool fails(struct machine *m, size_t start, size_t reach, uint32_t want)
{
    if (m->diagnosis != DIAGNOSIS_NONE)
        machine_note_failure(m, start, reach, m->program->wants[want]);
    return false;
}

/* ---- octets ---- */

static bool do_octet(struct machine *m, const struct instruction *i)
{
    unsigned symbol = symbol_at(m);
    if (!octets_has(&m->program->sets[i->a], symbol))
        return fails(m, m->at, m->at, i->want);
    m->at++;
    return true;
}

static size_t span_end(const struct machine *m, const struct span_bounds *bounds)
{
    size_t room = m->end - m->at;
    size_t most = room < bounds->most ? room : bounds->most;
    if (bounds->is_everything)
        return m->at + most;
    const char *data = m->input.bytes.data + m->at;
    size_t count = 0;
    while (count < most && bounds->has[(unsigned char)data[count]])
        count++;
    return m->at + count;
}

/* mem_grow() only when there is no room: these run for every rule and every choice. */
#define GROW(array, count, capacity)                                                               \
    ((count) < (capacity)                                                                          \
         ? (void)0                                                                                 \
         : (void)((array) = mem_grow((array), &(capacity), (count) + 1, sizeof *(array))))

static void push_point(struct machine *m, struct choice_point point)
{
    point.frame = m->frame;
    point.nframes = (uint32_t)m->nframes;
    point.nnodes = (uint32_t)m->nnodes;
    point.ntrail = (uint32_t)m->ntrail;
    GROW(m->points, m->npoints, m->points_capacity);
    m->points[m->npoints++] = point;
}

static bool do_span(struct machine *m, const struct instruction *i)
{
    const struct span_bounds *bounds = &m->program->spans[i->a];
    size_t from = m->at;
    size_t to = span_end(m, bounds);
    m->steps += bounds->is_everything ? 0 : (to - from) / OCTETS_PER_STEP;
    if (to - from < bounds->least)
        return fails(m, to, to, i->want);
    bool is_cut_by_count = to == m->end && (bounds->is_everything || to < m->input.bytes.nbytes);
    if (to - from < bounds->most && !is_cut_by_count)
        (void)fails(m, to, to, i->want);
    m->at = to;
    if (i->op == OP_SPAN_RELEASE && to - from > bounds->least)
        push_point(m, (struct choice_point){.candidate = PROGRAM_NOWHERE,
                                            .pc = m->pc,
                                            .at = to,
                                            .least = from + bounds->least});
    return true;
}

static bool do_text(struct machine *m, const struct instruction *i)
{
    const char *text = m->program->texts + i->a;
    const char *data = m->input.bytes.data + m->at;
    size_t room = m->end - m->at;
    size_t most = room < i->b ? room : i->b;
    size_t same = 0;
    if (i->op == OP_TEXT_NOCASE)
        while (same < most && char_lower(data[same]) == text[same])
            same++;
    else
        while (same < most && data[same] == text[same])
            same++;
    if (same < i->b)
        return fails(m, m->at, m->at + same, i->want);
    m->at += i->b;
    return true;
}

/* ---- rules ---- */

static void push_frame(struct machine *m, int rule, uint32_t return_to, uint32_t node)
{
    GROW(m->frames, m->nframes, m->frames_capacity);
    struct frame *f = &m->frames[m->nframes];
    *f = (struct frame){.parent = m->frame,
                        .return_to = return_to,
                        .node = node,
                        .rule = (uint16_t)rule,
                        .at = m->at,
                        .end = m->end};
    if (m->frame != PROGRAM_NOWHERE)
        f->depth = (uint16_t)(m->frames[m->frame].depth + 1);
    m->frame = (uint32_t)m->nframes++;
}

static void enter_rule(struct machine *m, int rule, uint32_t return_to)
{
    GROW(m->nodes, m->nnodes, m->nodes_capacity);
    m->nodes[m->nnodes] = (struct grammar_node){.rule = (uint16_t)rule, .size = 1, .at = m->at};
    push_frame(m, rule, return_to, (uint32_t)m->nnodes++);
    m->pc = m->program->entry[rule];
}

static uint64_t number_of(struct span digits)
{
    uint64_t value = 0;
    return number_parse_u64(digits, &value) < 0 ? UINT64_MAX : value;
}

/* The number that governs rule: what its count rule derived last. False when there is none. */
static bool find_count(const struct machine *m, int rule, uint64_t *count)
{
    int counted_by = m->grammar->rules[rule].counted_by;
    for (size_t i = m->nnodes; i-- > 0;) {
        const struct grammar_node *node = &m->nodes[i];
        if (node->rule != counted_by)
            continue;
        *count = number_of(span_slice(m->input.bytes, node->at, node->nbytes));
        return true;
    }
    return false;
}

/* The literal whose content begins here, when its content was not kept whole. */
static const struct wire_literal *cut_literal(struct machine *m)
{
    const struct grammar_input *in = &m->input;
    if (in->nliterals == 0)
        return NULL;
    for (size_t i = 0; i < in->nliterals; i++) {
        size_t index = (m->next_literal + i) % in->nliterals;
        const struct wire_literal *literal = &in->literals[index];
        if (literal->at != m->at)
            continue;
        m->next_literal = index + 1;
        return literal->kept < literal->count && !literal->is_bare ? literal : NULL;
    }
    return NULL;
}

static bool do_counted_call(struct machine *m, const struct instruction *i)
{
    uint64_t count = 0;
    if (!find_count(m, i->rule, &count)) {
        enter_rule(m, i->rule, m->pc);
        return true;
    }
    const struct wire_literal *cut = cut_literal(m);
    if (cut != NULL && cut->count == count && cut->kept <= m->end - m->at) {
        uint32_t back = m->pc;
        enter_rule(m, i->rule, back);
        m->nodes[m->nnodes - 1].nbytes = cut->kept;
        m->at += cut->kept;
        m->frame = m->frames[--m->nframes].parent;
        m->pc = back;
        return true;
    }
    if (count > m->end - m->at) {
        if (m->diagnosis != DIAGNOSIS_NONE)
            machine_note_failure(m, m->end, m->end, "more octets, as announced");
        return false;
    }
    enter_rule(m, i->rule, m->pc);
    m->end = m->at + (size_t)count;
    m->frames[m->frame].end = m->end;
    return true;
}

static bool do_call(struct machine *m, const struct instruction *i)
{
    if (m->frames[m->frame].depth >= MACHINE_MOST_DEPTH) {
        m->is_too_deep = true;
        return false;
    }
    if (i->flags & INSTRUCTION_COUNTED)
        return do_counted_call(m, i);
    enter_rule(m, i->rule, m->pc);
    return true;
}

static bool is_unlike(const struct machine *m, const struct grammar_node *node)
{
    const struct rule *rule = &m->grammar->rules[node->rule];
    struct span derived = span_slice(m->input.bytes, node->at, m->at - node->at);
    for (size_t i = 0; i < rule->nunlike; i++)
        if (span_equal_nocase(derived, rule->unlike[i]))
            return false;
    return true;
}

/* Goes on in the caller. The frame is given up unless a choice point may lead back into it. */
static void leave_frame(struct machine *m)
{
    uint32_t index = m->frame;
    bool is_top = index + 1 == m->nframes;
    m->frame = m->frames[index].parent;
    if (m->frame != PROGRAM_NOWHERE)
        m->end = m->frames[m->frame].end;
    if (is_top && (m->npoints == 0 || m->points[m->npoints - 1].nframes <= index))
        m->nframes = index;
}

static bool do_return(struct machine *m, const struct instruction *i)
{
    const struct frame *f = &m->frames[m->frame];
    struct grammar_node *node = &m->nodes[f->node];
    bool must_end = f->parent == PROGRAM_NOWHERE || (i->flags & INSTRUCTION_COUNTED) != 0;
    if (must_end && m->at != m->end) {
        if (m->diagnosis != DIAGNOSIS_NONE)
            machine_note_failure(m, m->at, m->at, "the end");
        return false;
    }
    if ((i->flags & INSTRUCTION_UNLIKE) && !is_unlike(m, node)) {
        if (m->diagnosis != DIAGNOSIS_NONE)
            machine_note_failure(m, node->at, node->at, "another word");
        return false;
    }
    node->size = (uint32_t)m->nnodes - f->node;
    node->nbytes = m->at - node->at;
    m->pc = f->return_to;
    leave_frame(m);
    return true;
}

/* ---- choices ---- */

/* The octet behind the next SP, when that is near enough to be looked for. */
static unsigned symbol_after_space(const struct machine *m, size_t at)
{
    enum { MACHINE_NEAR_NBYTES = 16 };
    const char *data = m->input.bytes.data;
    size_t room = m->end - at < MACHINE_NEAR_NBYTES ? m->end - at : MACHINE_NEAR_NBYTES;
    for (size_t end = at + room; at < end; at++)
        if (data[at] == ' ')
            return at + 1 < m->end ? (unsigned char)data[at + 1] : OCTETS_END;
    return OCTETS_NSYMBOLS;
}

/* The first of a run of candidates that may fit. When a failure is to be explained all are tried,
 * since each says what it would have wanted. */
static uint32_t next_candidate(const struct machine *m, uint32_t candidate, unsigned after)
{
    const struct program *p = m->program;
    if (after == OCTETS_NSYMBOLS || m->diagnosis != DIAGNOSIS_NONE)
        return candidate;
    while (p->candidates[candidate] != PROGRAM_NOWHERE &&
           !octets_has(&p->sets[p->afters[candidate]], after))
        candidate++;
    return candidate;
}

static bool go_candidate(struct machine *m, uint32_t candidate)
{
    const uint32_t *candidates = m->program->candidates;
    if (candidates[candidate + 1] == PROGRAM_NOWHERE) {
        m->pc = candidates[candidate];
        return true;
    }
    unsigned after = symbol_after_space(m, m->at);
    candidate = next_candidate(m, candidate, after);
    if (candidates[candidate] == PROGRAM_NOWHERE)
        return false;
    uint32_t next = next_candidate(m, candidate + 1, after);
    if (candidates[next] != PROGRAM_NOWHERE)
        push_point(m, (struct choice_point){.candidate = next, .at = m->at});
    m->pc = candidates[candidate];
    return true;
}

static bool do_choice(struct machine *m, const struct instruction *i)
{
    const struct choice *choice = &m->program->choices[i->a];
    uint32_t candidate = choice->by_symbol[symbol_at(m)];
    if (m->diagnosis == DIAGNOSIS_COLLECT && m->at == m->failed_at)
        candidate = choice->all;
    if (m->program->candidates[candidate] == PROGRAM_NOWHERE)
        return fails(m, m->at, m->at, 0);
    return go_candidate(m, candidate);
}

static bool do_production(struct machine *m, const struct instruction *i)
{
    if (!m->keeps_trail)
        return true;
    GROW(m->trail, m->ntrail, m->trail_capacity);
    m->trail[m->ntrail++] = i->a;
    return true;
}

static bool do_loop_open(struct machine *m)
{
    const struct frame *f = &m->frames[m->frame];
    push_frame(m, f->rule, 0, f->node);
    return true;
}

static bool do_loop_close(struct machine *m)
{
    if (m->frames[m->frame].at == m->at)
        return false;
    leave_frame(m);
    return true;
}

/* Undoes what was done since the last choice point and takes its next way. */
static bool backtrack(struct machine *m)
{
    if (m->npoints == 0)
        return false;
    struct choice_point *point = &m->points[m->npoints - 1];
    m->frame = point->frame;
    m->nframes = point->nframes;
    m->nnodes = point->nnodes;
    m->ntrail = point->ntrail;
    m->end = m->frames[m->frame].end;
    if (point->candidate == PROGRAM_NOWHERE) {
        m->at = --point->at;
        m->pc = point->pc;
        if (point->at == point->least)
            m->npoints--;
        return true;
    }
    m->at = point->at;
    m->pc = m->program->candidates[point->candidate];
    unsigned after = symbol_after_space(m, m->at);
    point->candidate = next_candidate(m, point->candidate + 1, after);
    if (m->program->candidates[point->candidate] == PROGRAM_NOWHERE)
        m->npoints--;
    return true;
}

static bool execute(struct machine *m, const struct instruction *i)
{
    switch ((enum opcode)i->op) {
    case OP_FAIL:
        return fails(m, m->at, m->at, 0);
    case OP_OCTET:
        return do_octet(m, i);
    case OP_SPAN:
    case OP_SPAN_RELEASE:
        return do_span(m, i);
    case OP_TEXT:
    case OP_TEXT_NOCASE:
        return do_text(m, i);
    case OP_CALL:
        return do_call(m, i);
    case OP_RETURN:
        return do_return(m, i);
    case OP_CHOICE:
        return do_choice(m, i);
    case OP_JUMP:
        m->pc = i->a;
        return true;
    case OP_ALTERNATIVE:
        m->nodes[m->frames[m->frame].node].alternative = (uint16_t)i->a;
        return true;
    case OP_PRODUCTION:
        return do_production(m, i);
    case OP_LOOP_OPEN:
        return do_loop_open(m);
    case OP_LOOP_CLOSE:
        return do_loop_close(m);
    }
    return false;
}

static bool advance(struct machine *m)
{
    while (m->frame != PROGRAM_NOWHERE) {
        if (++m->steps > m->most_steps) {
            m->is_over_budget = true;
            return false;
        }
        const struct instruction *i = &m->program->code[m->pc++];
        if (!execute(m, i) && !backtrack(m))
            return false;
    }
    return true;
}

bool machine_resume(struct machine *m)
{
    return backtrack(m) && advance(m);
}

uint64_t machine_most_steps(size_t nbytes)
{
    return STEPS_BASE + (uint64_t)STEPS_PER_OCTET * nbytes;
}

bool machine_run(struct machine *m, enum variant variant, int rule, struct grammar_input input,
                 enum diagnosis diagnosis)
{
    ENSURE(rule >= 0 && (size_t)rule < m->grammar->nrules);
    ENSURE(input.bytes.nbytes < UINT32_MAX);
    if (input.bytes.data == NULL)
        input.bytes.data = "";
    m->program = &m->grammar->programs[variant];
    m->input = input;
    m->at = 0;
    m->end = input.bytes.nbytes;
    m->next_literal = 0;
    m->steps = 0;
    m->most_steps = machine_most_steps(input.bytes.nbytes);
    m->is_over_budget = m->is_too_deep = false;
    m->nframes = m->npoints = m->nnodes = m->ntrail = 0;
    m->diagnosis = diagnosis;
    if (diagnosis == DIAGNOSIS_COLLECT && m->chain == NULL) {
        m->chain = mem_alloc(MACHINE_MOST_FRAMES * sizeof *m->chain);
        m->common = mem_alloc(MACHINE_MOST_FRAMES * sizeof *m->common);
    }
    if (diagnosis != DIAGNOSIS_COLLECT)
        m->reach = m->failed_at = 0;
    m->nwanted = m->ncommon = 0;
    m->has_common = m->common_is_obsolete = false;
    m->frame = PROGRAM_NOWHERE;
    enter_rule(m, rule, 0);
    return advance(m);
}
