#include "blackbox/client_look.h"

#include <stdio.h>
#include <string.h>

#include "blackbox/client_belief.h"

enum { FLOOD_NBYTES = 4 * 1024 * 1024 };

/* ---- findings ---- */

struct look_finding *client_look_add(struct client_look *look, const char *oracle,
                                     const char *requirement, const char *signature)
{
    size_t at = look->nfindings < LOOK_FINDINGS_MOST ? look->nfindings++ : LOOK_FINDINGS_MOST - 1;
    struct look_finding *f = &look->findings[at];
    *f = (struct look_finding){.operation = 0};
    (void)snprintf(f->finding.oracle, sizeof f->finding.oracle, "%s", oracle);
    (void)snprintf(f->finding.requirement, sizeof f->finding.requirement, "%s", requirement);
    (void)snprintf(f->finding.signature, sizeof f->finding.signature, "%s", signature);
    return f;
}

static bool is_word(struct span word)
{
    for (size_t i = 0; i < word.nbytes; i++)
        if (!char_is_alpha(word.data[i]) && (word.data[i] != ',' || i + 1 < word.nbytes))
            return false;
    return word.nbytes > 0;
}

void client_look_sign(struct span sentence, char *out, size_t capacity)
{
    size_t n = strlen(out);
    bool is_quoted = false;
    bool is_value = false;
    while (sentence.nbytes > 0) {
        struct span word = span_cut(&sentence, ' ');
        bool was_quoted = is_quoted;
        for (size_t i = 0; i < word.nbytes; i++)
            is_quoted ^= word.data[i] == '"' || word.data[i] == '`';
        if (!was_quoted && !is_quoted && !is_value && is_word(word) &&
            n + word.nbytes + 2 < capacity)
            n += (size_t)snprintf(out + n, capacity - n, " %.*s", SPAN_ARG(word));
        is_value = span_is(word, "tag");
    }
}

/* Breaches that say only that the server is wrong about its mail: what it told is clear. */
static bool is_about_mail(const struct finding *finding)
{
    static const char *const rules[] = {"I15", "I16", "I17", "I18", "I19",
                                        "I20", "I21", "I22", "I8"};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strcmp(finding->rule, rules[i]) == 0)
            return true;
    return false;
}

/* What no server can be the reason for. */
static bool is_inexcusable(const char *requirement)
{
    static const char *const ids[] = {"cmd.client-crlf", "cmd.client-single-sp", "tag.prefix",
                                      "tag.unique"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (strcmp(requirement, ids[i]) == 0)
            return true;
    return span_starts_with(span_of(requirement), SPAN_LIT("syntax.client-"));
}

/* Whether readers may disagree where the next line begins: at a literal, or behind a bare LF. */
static bool is_ambiguous(struct span octets)
{
    for (size_t i = 0; i < octets.nbytes; i++)
        if (octets.data[i] == '{' ||
            (octets.data[i] == '\n' && (i == 0 || octets.data[i - 1] != '\r')))
            return true;
    return false;
}

bool client_look_is_garbled(const struct client_look *look)
{
    return (look->is_hostile && look->was_garbled) ||
           (look->from_server != NULL && is_ambiguous(wire_reader_unfinished(look->from_server)));
}

static void take_server_finding(struct client_look *look, const struct watch_found *found)
{
    const struct finding *f = found->finding;
    if (is_about_mail(f) || (f->level < FINDING_FAIL && f->rule[0] == 'I'))
        return;
    look->is_hostile = true;
    look->was_garbled = look->was_garbled || is_ambiguous(found->octets);
}

static void take_found(void *context, const struct watch_found *found)
{
    struct client_look *look = context;
    const struct finding *f = found->finding;
    if (found->side == WATCH_SERVER) {
        take_server_finding(look, found);
        return;
    }
    if (f->level < FINDING_FAIL || (look->is_hostile && !is_inexcusable(f->requirement)))
        return;
    struct buffer line = {0};
    struct look_finding *mine = client_look_add(look, "model", f->requirement, f->rule);
    client_look_sign(span_of(f->text), mine->finding.signature, sizeof mine->finding.signature);
    buffer_append_escaped(&line, found->octets, 160);
    (void)snprintf(mine->finding.text, sizeof mine->finding.text, "%s, in: %.*s", f->text,
                   SPAN_ARG(buffer_span(&line)));
    buffer_free(&line);
}

/* ---- connections ---- */

static void take_end(void *context, const char *session)
{
    struct client_look *look = context;
    (void)session;
    look->is_open = false;
}

static void forget_connection(struct client_look *look)
{
    watch_connection_free(&look->watch);
    wire_reader_free(&look->from_client);
    wire_reader_free(&look->from_server);
}

static void take_connection(void *context, const char *session)
{
    struct client_look *look = context;
    const struct watch_setup setup = {.dialect = "imap2",
                                      .judged = WATCH_BOTH,
                                      .may_cross = look->may_cross,
                                      .found = take_found,
                                      .context = look};
    (void)session;
    forget_connection(look);
    look->watch = watch_connection_new(&setup);
    look->from_client = wire_reader_new(WIRE_FROM_CLIENT, NULL);
    look->from_server = wire_reader_new(WIRE_FROM_SERVER, NULL);
    look->is_open = true;
    look->has_greeted = look->is_dismissed = look->is_hostile = look->was_garbled = false;
    look->is_selection_sure = look->are_flags_sure = look->is_recent_sure = false;
    look->has_stale_numbers = look->has_idle_data = false;
}

/* ---- what the client says ---- */

static void note_selection(struct client_look *look)
{
    /* several counts may be of two mailboxes: the one that was left had still to say something */
    look->is_selection_sure = look->ncounts <= 1;
    look->are_flags_sure = true;
    look->is_recent_sure = false;
}

static void take_command(struct client_look *look, const struct wire_unit *unit)
{
    struct look_command *c = &look->commands[look->ncommands++ % LOOK_COMMANDS_MOST];
    struct span rest = span_trim(unit->bytes);
    struct span tag = span_cut(&rest, ' ');
    struct span verb = span_cut(&rest, ' ');
    *c = (struct look_command){.is_completed = false};
    (void)snprintf(c->tag, sizeof c->tag, "%.*s", SPAN_ARG(tag));
    (void)snprintf(c->verb, sizeof c->verb, "%.*s", SPAN_ARG(span_slice(verb, 0, 11)));
    if (look->verb != NULL)
        *look->verb = feedback_verb(unit->bytes);
    if (span_is_nocase(verb, "SELECT") || span_is_nocase(verb, "BBOARD")) {
        look->ncounts = 0;
    } else if (span_is_nocase(verb, "SEARCH")) {
        memset(look->told, 0, sizeof look->told);
        look->is_search_sure = true;
        look->has_told_numbers = false;
    } else if (span_is_nocase(verb, "STORE") || span_is_nocase(verb, "COPY") ||
               (span_is_nocase(verb, "FETCH") &&
                span_find_nocase(rest, SPAN_LIT("RFC822")) != SPAN_NPOS)) {
        look->are_flags_sure = false; /* it may believe that the server did it */
    }
}

static void take_client(struct client_look *look, struct span octets)
{
    struct wire_unit unit;
    uint64_t count;
    look->noctets += octets.nbytes;
    wire_reader_feed(look->from_client, octets);
    while (wire_reader_next(look->from_client, &unit)) {
        take_command(look, &unit);
        if (look->feedback != NULL)
            client_feedback_command(look->feedback, unit.bytes,
                                    model_session_state(watch_connection_session(look->watch)));
    }
    /* how it is answered is the watch's business; here only the beginning of a command counts */
    while (wire_reader_is_waiting(look->from_client, &unit, &count))
        wire_reader_literal_granted(look->from_client);
    watch_connection_client(look->watch, octets);
    if (look->noctets > FLOOD_NBYTES && look->noctets - octets.nbytes <= FLOOD_NBYTES)
        (void)snprintf(
            client_look_add(look, "flood", "", "the client sends without end")->finding.text,
            sizeof look->findings[0].finding.text, "over %d octets of the client", FLOOD_NBYTES);
}

/* ---- what the server says ---- */

static void take_completion(struct client_look *look, struct span tag, struct span word)
{
    size_t n = look->ncommands < LOOK_COMMANDS_MOST ? look->ncommands : LOOK_COMMANDS_MOST;
    bool is_ok = span_is_nocase(word, "OK");
    for (size_t i = 0; i < n; i++) {
        struct look_command *c = &look->commands[(look->ncommands - 1 - i) % LOOK_COMMANDS_MOST];
        if (!span_is(tag, c->tag) || c->is_completed)
            continue;
        c->is_completed = true;
        c->status = is_ok ? SHIM_OK : span_is_nocase(word, "NO") ? SHIM_NO : SHIM_BAD;
        bool selects = span_is_nocase(span_of(c->verb), "SELECT") ||
                       span_is_nocase(span_of(c->verb), "BBOARD");
        if (selects && is_ok)
            note_selection(look);
        else if (selects)
            look->is_selection_sure = false;
        return;
    }
}

/* The client has a SEARCH under way. */
static bool is_searching(const struct client_look *look)
{
    const struct look_command *last = &look->commands[(look->ncommands - 1) % LOOK_COMMANDS_MOST];
    return look->ncommands > 0 && !last->is_completed &&
           span_is_nocase(span_of(last->verb), "SEARCH");
}

static void note_numbers(struct client_look *look, struct span rest)
{
    if (!is_searching(look)) { /* whose result that is, nobody says */
        look->has_stale_numbers = true;
        return;
    }
    if (look->has_told_numbers) /* whether several lines add up is a reading (B89) */
        look->is_search_sure = false;
    look->has_told_numbers = true;
    while (rest.nbytes > 0) {
        uint32_t number;
        if (number_parse_u32(span_cut(&rest, ' '), &number) == 0 && number < LOOK_TOLD_MOST)
            look->told[number] = 1;
        else
            look->is_search_sure = false;
    }
}

static void take_response(struct client_look *look, const struct wire_unit *unit)
{
    struct span rest = span_trim(unit->bytes);
    struct span tag = span_cut(&rest, ' ');
    struct span word = span_cut(&rest, ' ');
    if (unit->kind == WIRE_TAGGED) {
        look->has_idle_data = false;
        take_completion(look, tag, word);
    }
    if (!span_is(tag, "*"))
        return;
    look->has_idle_data = true;
    if (span_is_nocase(word, "SEARCH"))
        note_numbers(look, rest);
    else if (span_is_nocase(word, "BYE"))
        look->is_dismissed = true;
    else if (span_is_nocase(rest, "EXISTS"))
        look->ncounts++;
    else if (span_is_nocase(rest, "EXPUNGE"))
        look->is_search_sure = look->is_recent_sure = false;
    else if (span_is_nocase(rest, "RECENT"))
        look->is_recent_sure = true;
}

static const char *verb_asked(const struct client_look *look)
{
    return look->nanswered < look->nasked
               ? look->requests[look->nanswered % LOOK_REQUESTS_MOST].verb
               : "";
}

static void take_server(struct client_look *look, struct span octets)
{
    struct wire_unit unit;
    bool greets = false;
    wire_reader_feed(look->from_server, octets);
    while (wire_reader_next(look->from_server, &unit)) {
        if (look->feedback != NULL)
            client_feedback_told(look->feedback, &unit, !look->has_greeted, verb_asked(look));
        greets = greets || !look->has_greeted;
        look->has_greeted = true;
        take_response(look, &unit);
    }
    watch_connection_server(look->watch, octets);
    if (greets && look->is_hostile) /* who is not greeted may wait for that */
        look->was_garbled = true;
}

static void take_octets(void *context, const char *session, char who, struct span octets)
{
    struct client_look *look = context;
    (void)session;
    if (!look->is_open)
        return;
    if (who == 'C')
        take_client(look, octets);
    else
        take_server(look, octets);
}

/* ---- the shim ---- */

static void take_request(void *context, const char *verb, struct span line)
{
    struct client_look *look = context;
    enum shim_verb known;
    (void)line;
    bool is_operation =
        shim_verb_find(span_of(verb), &known) && shim_verb_info(known)->is_operation;
    if (look->nanswered == look->nasked)
        look->has_overlapped = false;
    else if (is_operation && verb_asked(look)[0] != 'o') /* `open` */
        look->has_overlapped = true;
    struct look_request *r = &look->requests[look->nasked++ % LOOK_REQUESTS_MOST];
    *r = (struct look_request){.first_command = look->ncommands};
    (void)snprintf(r->verb, sizeof r->verb, "%s", verb);
    r->operation = is_operation ? ++look->noperations : 0;
}

static void take_answer(void *context, const char *verb, const struct shim_answer *answer)
{
    struct client_look *look = context;
    (void)verb;
    if (answer == NULL) {
        const struct look_request *last = &look->requests[(look->nasked - 1) % LOOK_REQUESTS_MOST];
        look->has_ended = look->nasked > 0 && strcmp(last->verb, "quit") != 0;
        return;
    }
    if (look->nanswered == look->nasked)
        return;
    const struct look_request *r = &look->requests[look->nanswered++ % LOOK_REQUESTS_MOST];
    if (look->feedback != NULL && r->operation > 0)
        client_feedback_end(look->feedback, r->verb, answer);
    client_belief_judge(look, r, answer);
}

/* ---- a play ---- */

void client_look_begin(struct client_look *look, struct client_feedback *feedback, bool may_cross)
{
    *look = (struct client_look){.feedback = feedback, .may_cross = may_cross};
    look->observer = (struct run_observer){.context = look,
                                           .connected = take_connection,
                                           .ended = take_end,
                                           .octets = take_octets,
                                           .asked = take_request,
                                           .answered = take_answer};
    if (feedback != NULL)
        client_feedback_begin(feedback);
}

void client_look_end(struct client_look *look)
{
    forget_connection(look);
}
