#include <string.h>

#include "run/player.h"

static bool compare_numbers(uint64_t a, uint64_t b, enum script_operator op)
{
    switch (op) {
    case OPERATOR_EQUAL:
        return a == b;
    case OPERATOR_UNEQUAL:
        return a != b;
    case OPERATOR_LESS:
        return a < b;
    case OPERATOR_AT_MOST:
        return a <= b;
    case OPERATOR_GREATER:
        return a > b;
    case OPERATOR_AT_LEAST:
        return a >= b;
    case OPERATOR_CONTAINS:
    case OPERATOR_HAS:
    case OPERATOR_LACKS:
        break;
    }
    return false;
}

static bool holds(struct span left, struct span right, enum script_operator op)
{
    uint64_t a;
    uint64_t b;
    if (op == OPERATOR_CONTAINS || op == OPERATOR_HAS)
        return span_find(left, right) != SPAN_NPOS;
    if (op == OPERATOR_LACKS)
        return span_find(left, right) == SPAN_NPOS;
    if (number_parse_u64(left, &a) == 0 && number_parse_u64(right, &b) == 0)
        return compare_numbers(a, b, op);
    if (op == OPERATOR_EQUAL || op == OPERATOR_UNEQUAL)
        return span_equal(left, right) == (op == OPERATOR_EQUAL);
    return false;
}

enum player_status player_assert(struct player *p, const struct script_step *step)
{
    struct resolve_scope scope = player_scope(p, player_session_of(p, step), NULL);
    struct span left;
    struct span right;
    struct err err;
    if (resolve_text(&scope, &step->as.assertion.left, &left, &err) != 0 ||
        resolve_text(&scope, &step->as.assertion.right, &right, &err) != 0)
        return player_fail_of_harness(p, step, &err);
    if (holds(left, right, step->as.assertion.op))
        return PLAYER_GOES_ON;
    struct player_failure f = player_failure_at(p, step, "the assertion does not hold");
    f.wanted = arena_text(p->arena, right);
    f.got = arena_text(p->arena, left);
    return player_fail(p, f);
}

/* A blank-separated list names the flag, without regard to case. */
static bool list_has(struct span list, struct span flag)
{
    while (list.nbytes > 0)
        if (span_equal_nocase(span_cut(&list, ' '), flag))
            return true;
    return false;
}

bool player_query_holds(enum script_operator op, struct span answer, struct span wanted)
{
    if (answer.data == NULL)
        return false;
    if (op == OPERATOR_HAS)
        return list_has(answer, wanted);
    if (op == OPERATOR_LACKS)
        return !list_has(answer, wanted);
    return holds(answer, wanted, op);
}

int player_query_number(const struct script_step *step, const struct resolve_scope *scope,
                        uint32_t *number_r, struct err *err)
{
    const struct script_query *query = &step->as.query;
    struct span text;
    *number_r = query->number;
    if (query->index.npieces == 0)
        return 0;
    if (resolve_text(scope, &query->index, &text, err) != 0)
        return -1;
    if (number_parse_u32(text, number_r) != 0)
        return err_set(err, NULL, 0, 0, "\"%.*s\" is no message number", SPAN_ARG(text));
    return 0;
}

/* What the model of the session holds for the query, as text; data NULL: it does not know. */
static int model_answer(struct player *p, const struct player_session *s,
                        const struct script_step *step, struct span *answer_r, struct err *err)
{
    struct resolve_scope scope = player_scope(p, s, NULL);
    const char *noun = step->as.query.noun;
    uint32_t number;
    *answer_r = span_of(NULL);
    if (s->model == NULL)
        return err_set(err, NULL, 0, 0, "the connection is not open");
    if (strcmp(noun, "flags") == 0) {
        if (player_query_number(step, &scope, &number, err) != 0)
            return -1;
        (void)model_session_flags(s->model, number, answer_r);
        return 0;
    }
    bool known = strcmp(noun, "exists") == 0 ? model_session_exists(s->model, &number)
                                             : model_session_recent(s->model, &number);
    if (known)
        *answer_r = span_of(arena_printf(p->arena, "%u", number));
    return 0;
}

enum player_status player_model(struct player *p, const struct script_step *step)
{
    const struct player_session *s = player_session_of(p, step);
    struct resolve_scope scope = player_scope(p, s, NULL);
    struct span answer;
    struct span wanted;
    struct err err;
    if (model_answer(p, s, step, &answer, &err) != 0 ||
        resolve_text(&scope, &step->as.query.value, &wanted, &err) != 0)
        return player_fail_of_harness(p, step, &err);
    if (player_query_holds(step->as.query.op, answer, wanted))
        return PLAYER_GOES_ON;
    struct player_failure f =
        player_failure_at(p, step, "the model of the session holds another value");
    f.wanted = arena_printf(p->arena, "%s %.*s", step->as.query.noun, SPAN_ARG(wanted));
    f.got = answer.data == NULL ? "not known" : arena_text(p->arena, answer);
    return player_fail(p, f);
}

/* Message numbers of a sequence like 2,5:7, ascending and each once. */
static int sequence_numbers(struct span sequence, struct arena *arena, uint32_t **numbers_r,
                            size_t *n_r)
{
    size_t capacity = 0;
    *numbers_r = NULL;
    *n_r = 0;
    while (sequence.nbytes > 0) {
        struct span high = span_cut(&sequence, ',');
        struct span low = span_cut(&high, ':');
        uint32_t from;
        uint32_t to;
        if (number_parse_u32(low, &from) != 0 || from == 0)
            return -1;
        to = from;
        if (high.nbytes > 0 && number_parse_u32(high, &to) != 0)
            return -1;
        for (uint32_t i = from; i <= to && i - from < SCRIPT_MANY; i++) {
            *numbers_r = arena_grow(arena, *numbers_r, &capacity, *n_r + 1, sizeof **numbers_r);
            (*numbers_r)[(*n_r)++] = i;
        }
    }
    return 0;
}

static const char *numbers_text(struct arena *arena, const uint32_t *numbers, size_t n)
{
    struct buffer text = {0};
    for (size_t i = 0; i < n && i < 50; i++)
        buffer_printf(&text, "%s%u", i == 0 ? "" : ",", numbers[i]);
    if (n > 50)
        buffer_append_text(&text, ",...");
    const char *copy = n == 0 ? "none" : arena_text(arena, buffer_span(&text));
    buffer_free(&text);
    return copy;
}

enum player_status player_removed(struct player *p, const struct script_step *step)
{
    struct player_session *s = player_session_of(p, step);
    struct resolve_scope scope = player_scope(p, s, NULL);
    struct span sequence;
    struct err err;
    uint32_t *wanted;
    size_t nwanted;
    if (resolve_text(&scope, &step->as.removed.sequence, &sequence, &err) != 0)
        return player_fail_of_harness(p, step, &err);
    if (s->model == NULL || sequence_numbers(sequence, p->arena, &wanted, &nwanted) != 0) {
        (void)err_set(&err, NULL, 0, 0, "\"%.*s\" cannot be asked of this session",
                      SPAN_ARG(sequence));
        return player_fail_of_harness(p, step, &err);
    }
    size_t nremoved;
    const uint32_t *removed = model_session_removed(s->model, &nremoved);
    if (nremoved == nwanted &&
        (nwanted == 0 || memcmp(removed, wanted, nwanted * sizeof *wanted) == 0))
        return PLAYER_GOES_ON;
    struct player_failure f = player_failure_at(p, step, "other messages have gone");
    f.wanted = numbers_text(p->arena, wanted, nwanted);
    f.got = numbers_text(p->arena, removed, nremoved);
    return player_fail(p, f);
}
