#include "grammar/syntax.h"

/* The `;!` lines of a grammar file. */

struct note {
    struct grammar *grammar;
    struct span line; /* after ";!" */
    struct span rest; /* not read yet */
    unsigned number;  /* of the line in the file */
    const char *file;
    struct err *err;
};

static int complain(struct note *n, struct span at, const char *what)
{
    (void)err_set(n->err, n->file, n->number, (unsigned)(at.data - n->line.data) + 3, "%s", what);
    err_set_source(n->err, span_make(n->line.data - 2, n->line.nbytes + 2));
    return -1;
}

static struct span next_word(struct note *n)
{
    size_t from = 0;
    while (from < n->rest.nbytes && n->rest.data[from] == ' ')
        from++;
    n->rest = span_from(n->rest, from);
    size_t to = 0;
    while (to < n->rest.nbytes && n->rest.data[to] != ' ')
        to++;
    struct span word = span_slice(n->rest, 0, to);
    n->rest = span_from(n->rest, to);
    return word;
}

static struct rule *next_rule(struct note *n)
{
    struct span word = next_word(n);
    int rule = grammar_rule(n->grammar, word);
    if (rule == GRAMMAR_NO_RULE) {
        (void)complain(n, word, "this line names a rule that is not defined");
        return NULL;
    }
    return &n->grammar->rules[rule];
}

static int read_count(struct note *n)
{
    struct rule *count = next_rule(n);
    if (count == NULL)
        return -1;
    struct span governs = next_word(n);
    if (!span_is(governs, "governs"))
        return complain(n, governs, "a count line reads: count RULE governs RULE");
    struct span place = span_trim(n->rest);
    struct rule *content = next_rule(n);
    if (content == NULL)
        return -1;
    if (content->counted_by != GRAMMAR_NO_RULE)
        return complain(n, place, "the rule is governed by a count already");
    count->is_count = true;
    content->counted_by = (int)(count - n->grammar->rules);
    return 0;
}

static int read_unlike(struct note *n)
{
    struct rule *rule = next_rule(n);
    if (rule == NULL)
        return -1;
    struct span text = span_trim(n->rest);
    if (text.nbytes < 2 || text.data[0] != '"' || text.data[text.nbytes - 1] != '"')
        return complain(n, text, "an unlike line reads: unlike RULE \"text\"");
    n->rest = span_slice(n->rest, n->rest.nbytes, 0);
    struct arena *arena = &n->grammar->arena;
    rule->unlike = arena_grow(arena, rule->unlike, &rule->unlike_capacity, rule->nunlike + 1,
                              sizeof *rule->unlike);
    rule->unlike[rule->nunlike++] = arena_copy(arena, span_slice(text, 1, text.nbytes - 2));
    return 0;
}

/* [READING] at the end of a grade line. */
static int read_reading(struct note *n, struct rule *rule)
{
    uint32_t number = 0;
    struct span word = next_word(n);
    if (word.nbytes == 0)
        return 0;
    if (word.data[0] != 'B' || number_parse_u32(span_from(word, 1), &number) != 0 || number == 0)
        return complain(n, word, "a reading is named like B75");
    rule->reading = number;
    return 0;
}

static int read_grade(struct note *n)
{
    static const struct {
        const char *name;
        enum finding_level level;
    } levels[] = {{"observe", FINDING_OBSERVE}, {"warn", FINDING_WARN}, {"fail", FINDING_FAIL}};
    struct span place = span_trim(n->rest);
    struct rule *rule = next_rule(n);
    if (rule == NULL)
        return -1;
    if (!rule->is_obsolete)
        return complain(n, place, "only obs- rules have a grade");
    struct span requirement = next_word(n);
    struct span level = next_word(n);
    if (requirement.nbytes == 0)
        return complain(n, requirement, "a grade line reads: grade RULE REQUIREMENT LEVEL");
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (!span_is(level, levels[i].name))
            continue;
        rule->requirement = arena_text(&n->grammar->arena, requirement);
        rule->level = levels[i].level;
        return read_reading(n, rule);
    }
    return complain(n, level, "the level is observe, warn or fail");
}

static int read_note(struct note *n)
{
    static const struct {
        const char *word;
        int (*read)(struct note *n);
    } kinds[] = {{"count", read_count}, {"unlike", read_unlike}, {"grade", read_grade}};
    struct span word = next_word(n);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!span_is(word, kinds[i].word))
            continue;
        if (kinds[i].read(n) < 0)
            return -1;
        struct span more = next_word(n);
        return more.nbytes == 0 ? 0 : complain(n, more, "nothing more is expected on this line");
    }
    return complain(n, word, "after ;! comes count, unlike or grade");
}

int syntax_read_notes(struct grammar *grammar, struct span abnf, const char *file, struct err *err)
{
    unsigned number = 0;
    while (abnf.nbytes > 0) {
        struct span line = span_cut(&abnf, '\n');
        number++;
        if (!span_starts_with(line, SPAN_LIT(";!")))
            continue;
        size_t nbytes = line.nbytes - (line.data[line.nbytes - 1] == '\r');
        struct span words = span_slice(line, 2, nbytes - 2);
        struct note n = {grammar, words, words, number, file, err};
        if (read_note(&n) < 0)
            return -1;
    }
    return 0;
}
