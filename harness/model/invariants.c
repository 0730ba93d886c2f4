#include "model/invariants.h"

#include <stdarg.h>

#include "model/session.h"

/* A peer that breaks one rule without end shall not fill the memory with findings. */
enum { REPORTS_MAX = 100, OBSERVATIONS_MAX = 8 };

const struct model_invariant invariants_imap2[INVARIANT_COUNT] = {
    [I1] = {"I1", "greeting.ok", MODEL_STRICT,
            "the server's first line is a greeting, and the client is silent before it"},
    [I2] = {"I2", "resp.line-shapes", MODEL_STRICT, "each line can be derived from the grammar"},
    [I3] = {"I3", "select.exists-before-ok", MODEL_STRICT,
            "FLAGS, EXISTS and RECENT are sent between SELECT or BBOARD and its OK"},
    [I4] = {"I4", "resp.exists", MODEL_STRICT,
            "within one selection EXISTS never lowers the number of messages"},
    [I5] = {"I5", "resp.expunge", MODEL_STRICT, "an EXPUNGE line names an existing message"},
    [I6] = {"I6", "resp.exists", MODEL_STRICT,
            "after EXPUNGE lines EXISTS gives the number left plus what has arrived"},
    [I7] = {"I7", "resp.numbered-valid", MODEL_STRICT,
            "FETCH, STORE and COPY lines name an existing message"},
    [I8] = {"I8", "resp.recent", MODEL_WARN,
            "at a completion no more messages are recent than exist"},
    [I9] = {"I9", "search.result-valid", MODEL_STRICT,
            "every number in a SEARCH line names an existing message"},
    [I10] = {"I10", "cmd.one-completion", MODEL_STRICT,
             "every tagged line completes exactly one outstanding command"},
    [I11] = {"I11", "cmd.one-completion", MODEL_STRICT,
             "at LOGOUT's OK every earlier command has been completed"},
    [I12] = {"I12", "state.no-default-mailbox", MODEL_STRICT,
             "there is no mailbox data outside a selection"},
    [I13] = {"I13", "literal.no-early-plus", MODEL_STRICT,
             "a + line comes only while a literal is pending, and once for each"},
    [I14] = {"I14", "multi.stream-integrity", MODEL_STRICT,
             "no other line begins inside the data of a message"},
    [I15] = {"I15", "fetch.size", MODEL_STRICT,
             "a message's size never changes and is the length of its text"},
    [I16] = {"I16", "fetch.ok-means-current", MODEL_STRICT,
             "a message's date, envelope and texts never change"},
    [I17] = {"I17", "resp.flags-cover", MODEL_WARN,
             "every flag on a message but \\Recent is in the FLAGS list"},
    [I18] = {"I18", "expunge.renumber-immediate", MODEL_STRICT,
             "EXPUNGE removes exactly the messages flagged \\Deleted"},
    [I19] = {"I19", "resp.recent", MODEL_WARN, "as many messages carry \\Recent as RECENT says"},
    [I20] = {"I20", "fetch.every-message", MODEL_STRICT,
             "at FETCH's OK every requested datum has been sent"},
    [I21] = {"I21", "store.data-true", MODEL_STRICT,
             "flags reported for a STORE contain or omit what was asked"},
    [I22] = {"I22", "search.and", MODEL_STRICT,
             "a SEARCH result is what its criteria say about known messages"},
    [I23] = {"I23", "resp.bye-close", MODEL_STRICT,
             "after BYE comes nothing but the completion of LOGOUT, then the end"},
    [I24] = {"I24", "tag.unique", MODEL_STRICT,
             "a client reuses no outstanding tag and no number beyond those it knows (E3, E13)"},
    [I25] = {"I25", "literal.client-waits", MODEL_STRICT,
             "a client sends no octet of a literal before +, none after a refusal (E8, E9)"},
    [I26] = {"I26", "state.client-preauth", MODEL_STRICT,
             "a client sends only commands valid in the state it knows (E6, E7, E16)"},
    [I27] = {"I27", "resp.expunge", MODEL_OBSERVE,
             "EXPUNGE lines outside EXPUNGE, or while numbers are in use"},
    [I28] = {"I28", "fetch.may-omit-known", MODEL_OBSERVE, "known unchanged data is sent again"},
    [M1] = {"M1", "expunge.other-session", MODEL_STRICT,
            "a session's numbers change by EXPUNGE lines on its own connection only"},
    [M2] = {"M2", "fetch.right-number", MODEL_STRICT,
            "data for a number is that of the message in the session's own slot"},
    [M3] = {"M3", "check.finds-new-mail", MODEL_STRICT,
            "at CHECK's OK all that arrived before it has been announced"},
    [M4] = {"M4", "check.sees-changes", MODEL_STRICT,
            "after CHECK the changes that others made to flags are visible"},
    [M5] = {"M5", "multi.new-mail-unasked", MODEL_OBSERVE,
            "changes by others are announced unasked"},
    [M6] = {"M6", "expunge.lock", MODEL_STRICT,
            "other sessions see the state before or after an expunge, never a mixture"},
    [M7] = {"M7", "conn.concurrent", MODEL_OBSERVE,
            "a second session on a mailbox is refused, read-only, or ends the first"},
    [M8] = {"M8", "resp.recent", MODEL_OBSERVE, "which sessions are told that mail is recent"},
    [M9] = {"M9", "expunge.removes-deleted", MODEL_STRICT,
            "EXPUNGE also removes what other sessions flagged \\Deleted"},
    [M10] = {"M10", "check.finds-new-mail", MODEL_STRICT,
             "copies made by another session show up as deliveries do"},
    [D2] = {"D.2", "state.no-default-mailbox", MODEL_STRICT,
            "commands that need another state are not completed with OK"},
    [E1] = {"E1", "client.waits-greeting", MODEL_STRICT,
            "a client is silent until the whole greeting has come"},
    [E2] = {"E2", "cmd.client-crlf", MODEL_STRICT,
            "the lines of a client end in CR LF and are ASCII"},
    [E3] = {"E3", "tag.unique", MODEL_STRICT,
            "a command begins with a legal tag that no outstanding command has"},
    [E4] = {"E4", "cmd.client-single-sp", MODEL_STRICT,
            "each command can be derived from the grammar"},
    [E5] = {"E5", "syntax.client-verbs", MODEL_STRICT,
            "a client uses the commands of its dialect only"},
    [E6] = {"E6", "state.client-preauth", MODEL_STRICT,
            "nothing but LOGIN and LOGOUT is sent before LOGIN's OK"},
    [E7] = {"E7", "state.client-select-first", MODEL_STRICT,
            "a mailbox is selected before its messages are named"},
    [E8] = {"E8", "literal.client-waits", MODEL_STRICT,
            "no octet of a literal is sent before the server has said +"},
    [E9] = {"E9", "literal.client-refused", MODEL_STRICT,
            "a command whose literal was refused is dropped"},
    [E10] = {"E10", "literal.count-exact", MODEL_STRICT,
             "a literal is as long as announced, and its command goes on"},
    [E11] = {"E11", "lex.prefer-short", MODEL_WARN,
             "no literal is used where an atom or a quoted string would do"},
    [E12] = {"E12", "pipeline.client-no-ambiguity", MODEL_WARN,
             "no command is sent behind one that it depends on"},
    [E13] = {"E13", "sequence.client-bounds", MODEL_STRICT,
             "sequences name messages that the client knows to exist"},
    [E14] = {"E14", "client.complete-on-tag", MODEL_WARN,
             "only a completion with its tag ends a command"},
    [E15] = {"E15", "client.status-distinguished", MODEL_WARN,
             "what was answered NO or BAD is not taken as done"},
    [E16] = {"E16", "resp.client-bye", MODEL_STRICT, "after BYE a client sends nothing more"},
    [E17] = {"E17", "logout.client-sends", MODEL_WARN,
             "a client ends with LOGOUT and reads its completion"},
    [E18] = {"E18", "find.client-bad", MODEL_WARN,
             "a refused FIND or BBOARD is not tried again and again"},
    [E19] = {"E19", "find.client-value-reuse", MODEL_WARN,
             "a listed name is selected as it was listed"},
    [E20] = {"E20", "literal.client-by-count", MODEL_OFF,
             "literals of the server are read by their count"},
    [E21] = {"E21", "cache.any-unsolicited", MODEL_OFF,
             "a client goes on reading while data flows"},
    [E22] = {"E22", "cache.mixed-case", MODEL_OFF,
             "a client takes the server's words in any letter case"},
    [E23] = {"E23", "resp.client-ignores-text", MODEL_OFF,
             "a client does not depend on texts that are for people"},
};

static const enum finding_level levels[] = {[MODEL_OFF] = FINDING_OBSERVE,
                                            [MODEL_OBSERVE] = FINDING_OBSERVE,
                                            [MODEL_WARN] = FINDING_WARN,
                                            [MODEL_STRICT] = FINDING_FAIL};

static bool is_told(const struct model_session *session, enum invariant which,
                    enum model_strictness strictness)
{
    unsigned most = strictness == MODEL_OBSERVE ? OBSERVATIONS_MAX : REPORTS_MAX;
    return strictness != MODEL_OFF && !session->is_muted &&
           levels[strictness] >= session->setup.least && session->nreported[which] < most;
}

static void report(struct model_session *session, enum invariant which, const char *requirement,
                   enum model_strictness strictness, struct span text)
{
    const struct model_invariant *invariant = &session->dialect->invariants[which];
    session->nreported[which]++;
    finding_add(session->findings, requirement != NULL ? requirement : invariant->requirement,
                invariant->name, levels[strictness], "%.*s%s", SPAN_ARG(text),
                session->nreported[which] == REPORTS_MAX ? " (no more of this kind is told)" : "");
}

static void report_format(struct model_session *session, enum invariant which,
                          const char *requirement, enum model_strictness at_most,
                          const char *format, va_list arguments)
    __attribute__((format(printf, 5, 0)));

static void report_format(struct model_session *session, enum invariant which,
                          const char *requirement, enum model_strictness at_most,
                          const char *format, va_list arguments)
{
    enum model_strictness strictness = session->dialect->invariants[which].strictness;
    if (strictness > at_most)
        strictness = at_most;
    if (!is_told(session, which, strictness))
        return;
    buffer_clear(&session->text);
    buffer_vprintf(&session->text, format, arguments);
    report(session, which, requirement, strictness, buffer_span(&session->text));
}

void breach(struct model_session *session, enum invariant which, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report_format(session, which, NULL, MODEL_STRICT, format, arguments);
    va_end(arguments);
}

void breach_as(struct model_session *session, enum invariant which, const char *requirement,
               enum model_strictness at_most, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report_format(session, which, requirement, at_most, format, arguments);
    va_end(arguments);
}
