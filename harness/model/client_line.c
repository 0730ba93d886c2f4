#include <string.h>

#include "model/session.h"

/* ---- tags (E3) ------------------------------------------------------------------------------ */

void client_tag_check(struct model_session *s, const struct command *command)
{
    if (command->tag.nbytes == 0)
        return;
    for (size_t i = 0; i < s->noutstanding; i++)
        if (s->outstanding[i] != command && span_equal(s->outstanding[i]->tag, command->tag)) {
            breach(s, E3, "tag %.*s is used again while its command is outstanding",
                   SPAN_ARG(command->tag));
            return;
        }
    if (s->client.has_told_tag_reuse || !session_has_done(s, command->tag))
        return;
    s->client.has_told_tag_reuse = true;
    breach_as(s, E3, NULL, MODEL_OBSERVE, "tag %.*s is used again after its command was completed",
              SPAN_ARG(command->tag));
}

/* ---- other dialects (E5) -------------------------------------------------------------------- */

/* Commands of later dialects that a client may try once, to learn what it speaks to. */
static const char *const foreign_verbs[] = {
    "APPEND",  "AUTHENTICATE", "CAPABILITY", "CLOSE",       "CREATE",    "DELETE", "ENABLE",
    "EXAMINE", "ID",           "LIST",       "LSUB",        "NAMESPACE", "RENAME", "STARTTLS",
    "STATUS",  "SUBSCRIBE",    "UID",        "UNSUBSCRIBE", "PARTIAL",   "SCAN",   "BBOARD.FIND",
};

static struct span word_behind(struct span bytes, size_t nwords)
{
    struct span word = {"", 0};
    bytes = span_trim(bytes);
    for (size_t i = 0; i <= nwords; i++)
        word = span_cut(&bytes, ' ');
    return word;
}

static bool is_foreign_verb(struct span verb)
{
    for (size_t i = 0; i < sizeof foreign_verbs / sizeof *foreign_verbs; i++)
        if (span_is_nocase(verb, foreign_verbs[i]))
            return true;
    return false;
}

/* FIND ALL.MAILBOXES, FETCH n FULL and FETCH n (BODY FLAGS) of later clients. */
static bool is_foreign_form(const struct command *command, struct span bytes)
{
    if (command->verb == VERB_FIND)
        return span_starts_with_nocase(word_behind(bytes, 2), SPAN_LIT("ALL."));
    if (command->verb != VERB_FETCH)
        return false;
    struct span item = word_behind(bytes, 3);
    if (span_starts_with(item, SPAN_LIT("(")))
        item = span_from(item, 1);
    return span_is_nocase(item, "FULL") || span_is_nocase(item, "BODY") ||
           span_is_nocase(item, "BODYSTRUCTURE");
}

bool client_line_is_probe(const struct command *command)
{
    struct span bytes = buffer_span(&command->bytes);
    if (!command_tag_is_valid(command))
        return false;
    if (command->verb == VERB_UNKNOWN)
        return is_foreign_verb(word_behind(bytes, 1));
    return is_foreign_form(command, bytes);
}

static void report_probe(struct model_session *s, const struct command *command)
{
    struct span shown =
        span_slice(span_trim(span_from(buffer_span(&command->bytes), command->tag.nbytes)), 0, 40);
    bool was_bad = client_answer_was_bad(s, command);
    breach_as(s, E5, verb_table[command->verb].syntax, was_bad ? MODEL_STRICT : MODEL_OBSERVE,
              was_bad ? "`%.*s` is of another dialect, and was answered BAD before"
                      : "`%.*s` probes for another dialect",
              SPAN_ARG(shown));
}

/* ---- which rule is broken ------------------------------------------------------------------- */

struct line_fault {
    enum invariant rule;
    const char *requirement;
};

/* The end of a literal's content: where what was announced and what came must meet. */
static bool is_behind_literal(const struct wire_unit *unit, size_t at)
{
    for (size_t i = 0; i < unit->nliterals; i++)
        if (unit->literals[i].kept == unit->literals[i].count &&
            unit->literals[i].at + unit->literals[i].kept == at)
            return true;
    return false;
}

static bool is_inside_quotes(struct span bytes, size_t at)
{
    bool is_inside = false;
    for (size_t i = 0; i < at && i < bytes.nbytes; i++) {
        if (bytes.data[i] == '"')
            is_inside = !is_inside;
        else if (bytes.data[i] == '\n')
            is_inside = false;
    }
    return is_inside;
}

static struct line_fault tag_fault(const struct command *command)
{
    bool is_reserved = wire_tag_is_marked(command->tag);
    return (struct line_fault){E3, is_reserved ? "tag.reserved-client" : "tag.prefix"};
}

/* By the octet that no derivation could take. */
static struct line_fault octet_fault(const struct model_session *s, const struct command *command)
{
    struct span bytes = s->reading.input.bytes;
    size_t at = s->match.failed_at;
    unsigned char octet = at < bytes.nbytes ? (unsigned char)bytes.data[at] : '\n';
    bool takes_strings = command->verb != VERB_FETCH && command->verb != VERB_STORE;
    const char *syntax = verb_table[command->verb].syntax;
    if (is_inside_quotes(bytes, at))
        return (struct line_fault){octet >= 0x80 || octet == 0 ? E2 : E4, "lex.quoted-client"};
    if (octet >= 0x80 || octet == 0)
        return (struct line_fault){E2, "lex.atom-client"};
    if (octet == ' ')
        return (struct line_fault){E4, "cmd.client-single-sp"};
    if (takes_strings && at > 0 && bytes.data[at - 1] > ' ' && strchr("\"%\\{()", octet) != NULL)
        return (struct line_fault){E4, "lex.atom-client"};
    return (struct line_fault){command->verb == VERB_UNKNOWN ? E5 : E4, syntax};
}

static struct line_fault fault_of(const struct model_session *s, const struct command *command,
                                  const struct wire_unit *unit)
{
    if (!command_tag_is_valid(command))
        return tag_fault(command);
    if (span_trim(s->reading.input.bytes).nbytes == command->tag.nbytes)
        return (struct line_fault){E3, "tag.prefix"};
    if (is_behind_literal(unit, s->match.failed_at))
        return (struct line_fault){E10, "literal.count-exact"};
    return octet_fault(s, command);
}

static bool has_framing_failure(const struct wire_unit *unit)
{
    for (size_t i = 0; i < unit->nfindings; i++)
        if (unit->findings[i].level == FINDING_FAIL)
            return true;
    return false;
}

/* What comes where a new command should, after a literal was refused. */
static void report_refused(struct model_session *s)
{
    if (!s->client.is_refusal_early)
        breach(s, E9, "after a literal was refused came no new command but `%.*s`",
               SPAN_ARG(span_slice(span_trim(s->reading.input.bytes), 0, 40)));
    s->client.is_refusal_early = false;
}

void client_line_rejected(struct model_session *s, const struct command *command,
                          const struct wire_unit *unit)
{
    if (s->was_refused) {
        report_refused(s);
        return;
    }
    if (has_framing_failure(unit) || unit->is_cut)
        return;
    if (client_line_is_probe(command)) {
        report_probe(s, command);
        return;
    }
    if (s->client.hint == CLIENT_HINT_PLUS && s->client.hint_unit == s->nunits)
        breach_as(s, E8, "literal.client-stray-plus", MODEL_WARN,
                  "a + line without a literal was answered");
    struct line_fault fault = fault_of(s, command, unit);
    struct buffer text = {0};
    grammar_explain(&s->match, s->reading.input, &text);
    breach_as(s, fault.rule, fault.requirement, MODEL_STRICT, "%.*s", SPAN_ARG(buffer_span(&text)));
    buffer_free(&text);
}
