#include "model/session.h"

#include <stdlib.h>

enum { BEGUN_NBYTES = 128 }; /* of a line that has not ended: enough to know it again */

/* ---- lifetime ------------------------------------------------------------------------------- */

/* Of a session that has nothing but memory. */
static void begin(struct model_session *s, struct model_world *world,
                  const struct model_setup *setup)
{
    const struct dialect *dialect = dialect_of(span_of(setup->dialect));
    ENSURE(dialect != NULL && (s->dialect == NULL || s->dialect == dialect));
    s->dialect = dialect;
    s->world = world;
    s->setup = *setup;
    s->setup.dialect = dialect->name;
    s->setup.name = arena_text(&s->arena, span_of(setup->name));
    if (setup->user != NULL)
        s->user = arena_copy(&s->arena, span_of(setup->user));
    s->is_authenticated = setup->is_preauthenticated;
    flag_names_init(&s->lists->own_flags);
    s->flags = world != NULL ? &world->flags : &s->lists->own_flags;
}

struct model_session *model_session_new(struct model_world *world, const struct model_setup *setup)
{
    struct model_session *s = mem_alloc(sizeof *s);
    s->lists = mem_resize(NULL, sizeof *s->lists);
    begin(s, world, setup);
    s->matcher = grammar_matcher_new_viewing(s->dialect->view);
    grammar_matcher_set_memory(s->matcher, setup->memory);
    return s;
}

static void abandon_commands(struct model_session *s)
{
    if (s->has_early && s->world != NULL)
        world_doubt(s->world);
    session_end_early(s);
    for (size_t i = 0; i < s->noutstanding; i++) {
        if (s->outstanding[i]->is_counted_writing && s->world != NULL)
            world_doubt(s->world); /* nobody knows what it has done */
        session_end_writing(s, s->outstanding[i]);
    }
}

void model_session_retire(struct model_session *s)
{
    abandon_commands(s);
    select_leave(s);
    if (s->world != NULL)
        world_forget(s->world, s);
    s->world = NULL;
}

void model_session_reset(struct model_session *s, struct model_world *world,
                         const struct model_setup *setup)
{
    model_session_retire(s);
    while (s->noutstanding > 0)
        session_remove_command(s, s->noutstanding - 1);
    struct model_session kept = {.dialect = s->dialect,
                                 .lists = s->lists,
                                 .arena = s->arena,
                                 .matcher = s->matcher,
                                 .whole_matcher = s->whole_matcher,
                                 .outstanding = s->outstanding,
                                 .outstanding_capacity = s->outstanding_capacity,
                                 .spare_commands = s->spare_commands,
                                 .nspare = s->nspare,
                                 .spare_capacity = s->spare_capacity,
                                 .views = {s->views[0], s->views[1]},
                                 .select_order = s->select_order,
                                 .text = s->text,
                                 .flags_text = s->flags_text,
                                 .removed = s->removed,
                                 .removed_capacity = s->removed_capacity};
    arena_reset(&kept.arena);
    flag_names_free(&s->lists->own_flags);
    mailbox_reset(&kept.views[0]);
    mailbox_reset(&kept.views[1]);
    buffer_clear(&kept.select_order);
    buffer_clear(&kept.text);
    buffer_clear(&kept.flags_text);
    *s = kept;
    begin(s, world, setup);
    grammar_matcher_set_memory(s->matcher, setup->memory);
}

void model_session_free(struct model_session **session)
{
    struct model_session *s = *session;
    if (s == NULL)
        return;
    model_session_retire(s);
    for (size_t i = 0; i < s->noutstanding; i++)
        command_free(s->outstanding[i]);
    for (size_t i = 0; i < s->nspare; i++)
        command_free(s->spare_commands[i]);
    free(s->outstanding);
    free(s->spare_commands);
    mailbox_free(&s->views[0]);
    mailbox_free(&s->views[1]);
    grammar_matcher_free(&s->matcher);
    grammar_matcher_free(&s->whole_matcher);
    flag_names_free(&s->lists->own_flags);
    free(s->lists);
    buffer_free(&s->select_order);
    buffer_free(&s->text);
    buffer_free(&s->flags_text);
    free(s->removed);
    arena_free(&s->arena);
    free(s);
    *session = NULL;
}

void session_judge(struct model_session *s, bool is_judged, struct finding_list *findings)
{
    s->findings = findings;
    s->is_muted = !is_judged;
}

/* ---- commands ------------------------------------------------------------------------------- */

static struct command *add_command(struct model_session *s)
{
    struct command *command =
        s->nspare > 0 ? s->spare_commands[--s->nspare] : mem_alloc(sizeof *command);
    command_clear(command);
    s->outstanding = mem_grow(s->outstanding, &s->outstanding_capacity, s->noutstanding + 1,
                              sizeof(struct command *));
    command->is_alone = s->noutstanding == 0;
    for (size_t i = 0; i < s->noutstanding; i++)
        s->outstanding[i]->is_alone = false;
    s->outstanding[s->noutstanding++] = command;
    return command;
}

bool session_is_answerable(const struct command *command)
{
    return command->is_partial || (command_tag_is_valid(command) && !command->has_untagged_bad);
}

struct command *session_oldest(const struct model_session *s, enum verb verb)
{
    for (size_t i = 0; i < s->noutstanding; i++)
        if (s->outstanding[i]->verb == verb)
            return s->outstanding[i];
    return NULL;
}

struct command *session_oldest_with(const struct model_session *s, unsigned traits)
{
    for (size_t i = 0; i < s->noutstanding; i++)
        if (command_has(s->outstanding[i], traits))
            return s->outstanding[i];
    return NULL;
}

bool session_is_undisturbed(const struct model_session *s, const struct command *command)
{
    if (s->world == NULL)
        return s->setup.is_single_writer;
    bool is_known = s->setup.is_single_writer || s->truth != NULL;
    return is_known && !command->is_foreign_active &&
           s->world->nevents - s->nevents == command->nforeign;
}

static void begin_activity(struct model_session *s)
{
    s->nevents++;
    s->nactive++;
    s->world->nevents++;
    s->world->nactive++;
}

static void end_activity(struct model_session *s)
{
    s->nevents++;
    s->nactive--;
    s->world->nevents++;
    s->world->nactive--;
}

void session_begin_writing(struct model_session *s, struct command *command)
{
    bool writes = command->verb == VERB_STORE || command->verb == VERB_EXPUNGE ||
                  command->verb == VERB_COPY ||
                  (command->verb == VERB_FETCH && (command->items & ITEMS_TEXTS) != 0);
    if (!writes || s->world == NULL || command->is_counted_writing)
        return;
    command->is_counted_writing = true;
    begin_activity(s);
}

void session_end_writing(struct model_session *s, struct command *command)
{
    if (!command->is_counted_writing || s->world == NULL)
        return;
    command->is_counted_writing = false;
    end_activity(s);
}

void session_begin_early(struct model_session *s)
{
    if (!s->has_early && s->world != NULL)
        begin_activity(s);
    s->has_early = true;
}

void session_end_early(struct model_session *s)
{
    if (s->has_early && s->world != NULL)
        end_activity(s);
    s->has_early = false;
}

/* ---- selections ----------------------------------------------------------------------------- */

void session_open_pending(struct model_session *s)
{
    if (s->pending != NULL || s->noutstanding == 0)
        return;
    struct command *command = NULL;
    for (size_t i = 0; command == NULL && i < s->noutstanding; i++)
        if (session_is_answerable(s->outstanding[i]))
            command = s->outstanding[i];
    if (s->selected == NULL && !s->is_lenient) /* there is nothing else that data can be about */
        command = session_oldest_with(s, VERB_SELECTS);
    if (command == NULL || !command_has(command, VERB_SELECTS) || command->is_partial)
        return;
    s->pending = s->selected == &s->views[0] ? &s->views[1] : &s->views[0];
    mailbox_reset(s->pending);
    s->pending_command = command;
    buffer_clear(&s->select_order);
}

/* ---- the client's side ---------------------------------------------------------------------- */

static void note_circumstances(struct model_session *s, struct command *command)
{
    command->unit = s->nunits;
    command->is_bound = s->selected != NULL && session_oldest_with(s, VERB_SELECTS) == NULL;
    if (s->selected != NULL) {
        command->bound = s->selected->exists;
        mailbox_forget_removed(s->selected);
    }
    if (s->world != NULL) {
        command->nevents = s->world->nevents;
        command->nforeign = s->world->nevents - s->nevents;
        command->is_foreign_active = s->has_early || s->world->nactive > s->nactive;
    }
    command->is_ascending = command->is_descending = true;
}

/* What nobody is told need not be explained. */
static enum grammar_verdict match_unit(struct model_session *s, enum word start,
                                       const struct wire_unit *unit, enum grammar_extent extent)
{
    s->reading =
        (struct reading){s->dialect, &s->match, {unit->bytes, unit->literals, unit->nliterals}};
    s->matched = start;
    return grammar_match(s->matcher, s->dialect->rules[start], s->reading.input, extent, &s->match);
}

static void read_command(struct model_session *s, struct command *command,
                         const struct wire_unit *unit)
{
    enum grammar_verdict verdict =
        match_unit(s, WORD_REQUEST, unit, s->is_muted ? GRAMMAR_VERDICT : GRAMMAR_WHOLE);
    if (!unit->is_complete || unit->is_cut || verdict == GRAMMAR_REJECTED) {
        client_check_rejected(s, command, unit);
        return;
    }
    command_parse(command, &s->reading, s->flags);
    if (verdict == GRAMMAR_OBSOLETE)
        rejection_report_obsolete(s, E4);
}

/* The rest of a command whose first part has been given already. */
static struct command *continued(struct model_session *s, const struct wire_unit *unit)
{
    struct command *command = s->partial;
    s->partial = NULL;
    if (command == NULL)
        return NULL;
    struct span before = buffer_span(&command->bytes);
    return span_starts_with(unit->bytes, before) ? command : NULL;
}

/* A command that was completed while a part of it was still to be sent comes once more: as a broken
 * unit, when its literal was refused, or whole, when the completion crossed what was under way. */
static bool is_rest_of_refused(struct model_session *s, const struct wire_unit *unit)
{
    size_t nbytes = s->refused_nbytes;
    if ((!s->was_refused && !s->is_line_refused) || nbytes == 0 || unit->bytes.nbytes < nbytes ||
        span_hash(span_slice(unit->bytes, 0, nbytes)) != s->refused_hash)
        return false;
    s->refused_nbytes = 0;
    s->is_line_refused = false;
    return true;
}

void model_session_client_begun(struct model_session *s, struct span octets)
{
    struct span start = span_slice(octets, 0, BEGUN_NBYTES);
    size_t end = span_find_byte(start, ' ');
    bool is_known = s->partial != NULL || s->is_line_refused;
    s->begun_nbytes = is_known || end == SPAN_NPOS ? 0 : start.nbytes;
    if (s->begun_nbytes == 0)
        return;
    s->begun_hash = span_hash(start);
    s->begun_tag_hash = span_hash(span_slice(start, 0, end));
}

bool model_session_has_refused_line(const struct model_session *s)
{
    return s->is_line_refused;
}

void model_session_client(struct model_session *s, const struct wire_unit *unit,
                          struct finding_list *findings)
{
    session_judge(s, s->setup.judges_client, findings);
    s->begun_nbytes = 0;
    if (is_rest_of_refused(s, unit))
        return;
    struct command *command = continued(s, unit);
    bool is_new = command == NULL;
    if (is_new)
        command = add_command(s);
    command_take(command, unit);
    s->matched = WORD_NONE;
    bool is_waiting =
        !unit->is_complete && unit->nliterals > 0 && unit->literals[unit->nliterals - 1].is_bare;
    command->is_partial = is_waiting;
    if (is_new) {
        note_circumstances(s, command);
        client_check_new(s, command, unit);
    }
    if (is_waiting) {
        s->partial = command;
        return;
    }
    if (span_is(command->tag, "+"))
        s->nplus_commands++;
    read_command(s, command, unit);
    client_check_command(s, command, unit);
    session_begin_writing(s, command);
    if (command->verb == VERB_LOGOUT && command->is_wellformed)
        s->is_logged_out = true;
    session_open_pending(s);
    s->was_refused = false;
}

void model_session_client_closed(struct model_session *s)
{
    abandon_commands(s);
    select_leave(s);
    s->is_closed = true;
}

/* ---- the server's side ---------------------------------------------------------------------- */

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

static enum status read_status(struct span word)
{
    if (span_is_nocase(word, "OK"))
        return STATUS_OK;
    if (span_is_nocase(word, "NO"))
        return STATUS_NO;
    return span_is_nocase(word, "BAD") ? STATUS_BAD : STATUS_UNKNOWN;
}

static void read_completion(struct model_session *s, const struct wire_unit *unit)
{
    struct span rest = span_trim(span_from(unit->bytes, unit->tag.nbytes));
    enum status status = read_status(span_cut(&rest, ' '));
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
    enum grammar_verdict verdict = match_unit(s, start, unit, GRAMMAR_WHOLE);
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
    abandon_commands(s);
    select_leave(s);
    s->is_closed = true;
}
