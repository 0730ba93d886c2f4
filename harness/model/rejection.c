#include "model/session.h"

/* What kind of line it was meant to be, by its words, and what is broken when it is not. */
struct line_kind {
    const char *word;
    bool is_numbered;
    const char *requirement;
};

static const struct line_kind line_kinds[] = {
    {"EXISTS", true, "resp.exists"},         {"RECENT", true, "resp.recent"},
    {"EXPUNGE", true, "resp.expunge"},       {"COPY", true, "copy.response-truth"},
    {"FETCH", true, "fetch.list-form"},      {"STORE", true, "fetch.list-form"},
    {"FLAGS", false, "resp.flags"},          {"SEARCH", false, "search.result-spaces"},
    {"MAILBOX", false, "find.mailbox-data"}, {"BBOARD", false, "find.bboards-data"},
    {"BYE", false, "resp.text-human"},       {"OK", false, "resp.text-human"},
    {"NO", false, "resp.text-human"},        {"BAD", false, "resp.text-human"},
};

/* Inside message data the innermost rules tell more. Compared by their beginning, in order. */
static const struct {
    const char *rule, *requirement;
} part_requirements[] = {
    {"envelope-pair", "fetch.list-form"},   {"envelope", "envelope.ten-fields"},
    {"env-", "envelope.ten-fields"},        {"addr-list", "address.list-form"},
    {"obs-addr-list", "address.list-form"}, {"addr", "address.four-fields"},
    {"nstring", "envelope.specials"},       {"date", "fetch.internaldate"},
    {"day-fixed", "fetch.internaldate"},    {"month", "fetch.internaldate"},
    {"year", "fetch.internaldate"},         {"time", "fetch.internaldate"},
    {"zone", "fetch.internaldate"},         {"obs-zone", "fetch.internaldate"},
    {"quoted", "lex.quoted-server"},        {"obs-quoted", "lex.quoted-server"},
    {"literal", "literal.count-exact"},     {"number", "lex.number"},
};

static struct span cut_word(struct span *rest)
{
    return span_cut(rest, ' ');
}

static const struct line_kind *kind_of(struct span line, bool *is_zero_r)
{
    struct span rest = span_trim(span_slice(line, 1, 64));
    struct span word = cut_word(&rest);
    bool is_numbered = word.nbytes > 0 && number_digits(word) == word.nbytes;
    *is_zero_r = is_numbered && word.data[0] == '0';
    if (is_numbered)
        word = cut_word(&rest);
    for (size_t i = 0; i < sizeof line_kinds / sizeof *line_kinds; i++)
        if (line_kinds[i].is_numbered == is_numbered && span_is_nocase(word, line_kinds[i].word))
            return &line_kinds[i];
    return NULL;
}

static const char *part_requirement(const struct grammar_match *match, const char *otherwise)
{
    for (size_t i = 0; i < match->nexpected; i++)
        for (size_t k = 0; k < sizeof part_requirements / sizeof *part_requirements; k++)
            if (span_starts_with_nocase(span_of(match->expected[i].rule),
                                        span_of(part_requirements[k].rule)))
                return part_requirements[k].requirement;
    return otherwise;
}

static bool is_message_data(const struct line_kind *kind)
{
    return kind != NULL && span_is(span_of(kind->requirement), "fetch.list-form");
}

/* A line that ends, or another one that begins, before the list of message data is closed (I14). */
static bool is_interrupted(const struct model_session *s)
{
    struct span bytes = s->reading.input.bytes;
    size_t at = s->match.failed_at;
    if (at > bytes.nbytes || span_find_byte(span_slice(bytes, 0, at), '(') == SPAN_NPOS)
        return false;
    struct span rest = span_from(bytes, at);
    return rest.nbytes == 0 || rest.data[0] == '\r' || rest.data[0] == '\n' ||
           span_starts_with(rest, SPAN_LIT("* "));
}

static const char *requirement_of(const struct model_session *s, const struct wire_unit *unit,
                                  bool is_greeting)
{
    if (is_greeting)
        return "greeting.ok";
    if (unit->kind == WIRE_CONTINUATION)
        return "literal.continuation";
    if (unit->kind == WIRE_SHAPELESS)
        return "resp.line-shapes";
    if (unit->kind == WIRE_TAGGED && wire_tag_is_marked(unit->tag))
        return "resp.line-shapes";
    if (unit->kind == WIRE_TAGGED) {
        struct span rest = span_trim(span_from(unit->bytes, unit->tag.nbytes));
        struct span word = cut_word(&rest);
        bool has_status =
            span_is_nocase(word, "OK") || span_is_nocase(word, "NO") || span_is_nocase(word, "BAD");
        return has_status ? "resp.text-human" : "cmd.status-word";
    }
    bool is_zero;
    const struct line_kind *kind = kind_of(unit->bytes, &is_zero);
    if (kind == NULL)
        return "resp.unsolicited-only-known";
    if (!is_message_data(kind))
        return kind->requirement;
    return is_zero ? "resp.numbered-valid" : part_requirement(&s->match, kind->requirement);
}

static bool has_framing_failure(const struct wire_unit *unit)
{
    for (size_t i = 0; i < unit->nfindings; i++)
        if (unit->findings[i].level == FINDING_FAIL)
            return true;
    return false;
}

/* A server can only echo a tag that is none (B41). */
static bool echoes_bad_tag(const struct model_session *s, const struct wire_unit *unit)
{
    for (size_t i = 0; unit->kind == WIRE_TAGGED && i < s->noutstanding; i++)
        if (span_equal(s->outstanding[i]->tag, unit->tag))
            return !command_tag_is_valid(s->outstanding[i]);
    return false;
}

void rejection_report(struct model_session *s, const struct wire_unit *unit, bool is_greeting)
{
    /* What the framing has told of this unit is why it cannot be derived. */
    if (s->is_muted || has_framing_failure(unit) || unit->is_cut)
        return;
    if (echoes_bad_tag(s, unit)) {
        breach_as(s, I2, "tag.unparsable", MODEL_OBSERVE,
                  "a completion echoes a tag that is no atom, as it was sent");
        return;
    }
    bool is_zero;
    enum invariant which = is_greeting ? I1 : I2;
    if (unit->kind == WIRE_UNTAGGED && is_message_data(kind_of(unit->bytes, &is_zero)) &&
        is_interrupted(s))
        which = I14;
    struct buffer text = {0};
    grammar_explain(&s->match, s->reading.input, &text);
    breach_as(s, which, which == I14 ? NULL : requirement_of(s, unit, is_greeting), MODEL_STRICT,
              "%.*s", SPAN_ARG(buffer_span(&text)));
    buffer_free(&text);
}

void rejection_report_obsolete(struct model_session *s, enum invariant which)
{
    static const enum model_strictness levels[] = {[FINDING_OBSERVE] = MODEL_OBSERVE,
                                                   [FINDING_WARN] = MODEL_WARN,
                                                   [FINDING_FAIL] = MODEL_STRICT};
    for (size_t i = 0; i < s->match.nobsolete && !s->is_muted; i++) {
        int rule = s->match.obsolete[i];
        const char *requirement = grammar_obsolete_requirement(s->dialect->grammar, rule);
        /* A client's bare LF has been told by the framing, under its own requirement. */
        if (which == E4 && span_is(span_of(requirement), "resp.crlf"))
            continue;
        enum finding_level level = grammar_obsolete_level(s->dialect->grammar, rule);
        size_t mark = (size_t)rule % sizeof s->has_told_obsolete;
        if (level == FINDING_OBSERVE && s->has_told_obsolete[mark])
            continue;
        s->has_told_obsolete[mark] = true;
        unsigned reading = grammar_obsolete_reading(s->dialect->grammar, rule);
        if (reading != 0)
            session_note(s, reading, grammar_rule_name(s->dialect->grammar, rule));
        breach_as(s, which, requirement, levels[level],
                  "the line is derived by %s, which is tolerated only",
                  grammar_rule_name(s->dialect->grammar, rule));
    }
}
