#include "model/session.h"

/* What the server sends. */

static void check_after_bye(struct model_session *s, const struct wire_unit *unit)
{
    if (!s->has_bye && !s->has_logout_ok)
        return;
    for (size_t i = 0; i < s->noutstanding && unit->kind == WIRE_TAGGED; i++)
        if ((s->outstanding[i]->verb == VERB_LOGOUT ||
             (s->outstanding[i]->shared & SHARED_LOGOUT) != 0) &&
            span_equal(s->outstanding[i]->tag, unit->tag))
            return;
    struct span rest = span_trim(unit->bytes);
    bool is_bye = span_is(span_cut(&rest, ' '), "*") && span_is_nocase(span_cut(&rest, ' '), "BYE");
    if (!s->has_bye && is_bye)
        return; /* after LOGOUT's OK: late, but not forbidden (B51) */
    breach_as(s, I23, s->has_bye ? "resp.bye-close" : "state.after-logout", MODEL_STRICT,
              "a line came after %s", s->has_bye ? "BYE" : "LOGOUT was completed");
}

static void read_greeting(struct model_session *s, enum word word)
{
    s->has_greeted = true;
    if (word == WORD_PREAUTH_GREETING)
        s->is_authenticated = true;
    if (word == WORD_BYE_GREETING)
        s->has_bye = true;
}

static void read_continuation(struct model_session *s)
{
    for (size_t i = 0; i < s->noutstanding; i++) {
        struct command *command = s->outstanding[i];
        if (command->ncontinuations < command->nliterals) {
            command->ncontinuations++;
            return;
        }
    }
    client_hint(s, CLIENT_HINT_PLUS);
    if (s->nplus_commands > 0) {
        s->nplus_commands--;
        breach_as(s, I13, "tag.reserved-server", MODEL_WARN,
                  "a command tagged + was answered with a line that reads as a continuation");
        return;
    }
    breach(s, I13, "+ was sent though no literal is pending");
}

/* The word that *rest begins with; *rest is moved behind it and the blank that ends it. */
static enum status cut_status(struct span *rest)
{
    static const struct {
        struct span word;
        enum status status;
    } rows[] = {
        {SPAN_INIT("OK"), STATUS_OK}, {SPAN_INIT("NO"), STATUS_NO}, {SPAN_INIT("BAD"), STATUS_BAD}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct span word = rows[i].word;
        if (!span_starts_with_nocase(*rest, word) ||
            (rest->nbytes > word.nbytes && rest->data[word.nbytes] != ' '))
            continue;
        *rest = span_from(*rest, word.nbytes + 1);
        return rows[i].status;
    }
    (void)span_cut(rest, ' ');
    return STATUS_UNKNOWN;
}

static void read_completion(struct model_session *s, const struct wire_unit *unit)
{
    struct span rest = span_trim(span_from(unit->bytes, unit->tag.nbytes));
    enum status status = cut_status(&rest);
    completion_read(s, unit->tag, status, rest);
}

/* The first node that says what kind of line it is. */
static void read_derivation(struct model_session *s, const struct wire_unit *unit)
{
    for (size_t node = 0; node < s->match.nnodes; node++) {
        enum word word = reading_word(&s->reading, node);
        if (word == WORD_RESPONSE) {
            read_completion(s, unit);
            return;
        }
        if (word == WORD_READY) {
            read_continuation(s);
            return;
        }
        if (data_is_kind(word)) {
            client_hears(s, node, word);
            data_read(s, node, word);
            return;
        }
    }
}

static void salvage(struct model_session *s, const struct wire_unit *unit)
{
    if (unit->kind == WIRE_TAGGED)
        read_completion(s, unit);
    else if (unit->kind == WIRE_UNTAGGED)
        data_salvage(s, unit->bytes);
    else if (unit->kind == WIRE_CONTINUATION)
        read_continuation(s);
}

static void judge_greeting(struct model_session *s, const struct wire_unit *unit,
                           enum grammar_verdict verdict)
{
    if (verdict == GRAMMAR_REJECTED) {
        s->has_greeted = true;
        rejection_report(s, unit, true);
        return;
    }
    enum word word = WORD_GREETING;
    for (size_t node = 0; node < s->match.nnodes; node++) {
        enum word found = reading_word(&s->reading, node);
        if (found == WORD_PREAUTH_GREETING || found == WORD_BYE_GREETING)
            word = found;
    }
    read_greeting(s, word);
}

void model_session_server(struct model_session *s, const struct wire_unit *unit,
                          struct finding_list *findings)
{
    session_judge(s, s->setup.judges_server, findings);
    s->nunits++;
    bool is_greeting = !s->has_greeted;
    enum word start = is_greeting ? WORD_GREETING : WORD_SERVER_UNIT;
    s->matched = WORD_NONE;
    if (!unit->is_complete)
        return; /* the framing has told that the stream ended within it */
    check_after_bye(s, unit);
    enum grammar_verdict verdict = session_match(s, start, unit, GRAMMAR_WHOLE);
    if (verdict == GRAMMAR_OBSOLETE)
        rejection_report_obsolete(s, I2);
    if (is_greeting) {
        judge_greeting(s, unit, verdict);
    } else if (verdict == GRAMMAR_REJECTED) {
        rejection_report(s, unit, false);
        client_hears_nonsense(s, unit);
        salvage(s, unit);
    } else {
        read_derivation(s, unit);
    }
}

void model_session_server_closed(struct model_session *s, bool is_reset,
                                 struct finding_list *findings)
{
    session_judge(s, s->setup.judges_server, findings);
    bool was_expected = s->is_closed || s->client.has_ended || s->has_bye || s->has_logout_ok ||
                        s->may_have_ended || !s->has_greeted;
    if (!was_expected)
        breach_as(s, I23, "resp.bye-autologout", MODEL_WARN,
                  "the server %s the connection"
                  " without BYE",
                  is_reset ? "reset" : "closed");
    session_end(s);
}
