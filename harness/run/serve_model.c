#include <string.h>

#include "run/player.h"

/*
 * The model server hears of a session what the scenario itself does not answer, and its answers go
 * to the client. So that both tell the client of one mailbox, it also hears, without being heard:
 *
 *   - a command that a step or handler has completed with OK
 *   - a LOGIN, when the script has greeted with PREAUTH
 *   - a removal, for each EXPUNGE line of the script
 *   - a STORE, for the FLAGS of FETCH and STORE data of the script
 *
 * What else a script may say (EXISTS, RECENT, envelopes, texts) stays between it and the client.
 */

static const char muted_tag[] = "imapspec";

static struct span output_of(const struct player_session *s)
{
    return s->model_server.ops->output(s->model_server.context);
}

static void drop(struct player_session *s, size_t nbytes)
{
    s->model_server.ops->sent(s->model_server.context, nbytes);
}

static void receive(struct player_session *s, struct span octets)
{
    if (!s->model_server.ops->is_closing(s->model_server.context))
        s->model_server.ops->receive(s->model_server.context, octets);
}

void model_server_open(struct player *p, struct player_session *s)
{
    if (!p->script->scenario->serves_model)
        return;
    s->model_server = p->target->client->serve(p->target->context);
    s->is_model_silent = true;
}

void model_server_close(struct player_session *s)
{
    if (s->model_server.ops != NULL)
        s->model_server.ops->free(s->model_server.context);
    s->model_server = (struct net_peer){0};
}

/* ---- being heard ---- */

/* All it has to say, or only as far as it is about to give. */
static bool say_output(struct player *p, struct player_session *s)
{
    bool did = false;
    struct span output;
    while ((output = output_of(s)).nbytes > 0) {
        struct buffer copy = {0};
        buffer_append(&copy, output);
        drop(s, output.nbytes);
        player_say(p, s, buffer_span(&copy));
        buffer_free(&copy);
        did = true;
    }
    return did;
}

/* It closes after LOGOUT and BYE; the client then closes too. */
static void close_with_it(struct player *p, struct player_session *s)
{
    if (!s->model_server.ops->is_closing(s->model_server.context) || s->is_half_closed)
        return;
    carrier_half_close(s->carrier);
    s->is_half_closed = true;
    player_log_event(p, s, "half-closed by the model server");
    model_session_server_closed(s->model, false, &p->findings);
}

void model_server_greet(struct player *p, struct player_session *s)
{
    s->is_model_silent = false;
    (void)say_output(p, s);
    close_with_it(p, s);
}

bool model_server_pump(struct player *p, struct player_session *s)
{
    if (s->model_server.ops == NULL || s->is_model_silent || s->is_half_closed)
        return false;
    bool did = say_output(p, s);
    close_with_it(p, s);
    return did;
}

/* The `+` it says for a literal that is here already. False: it refuses the literal. */
static bool take_continuation(struct player_session *s)
{
    struct span output = output_of(s);
    if (output.nbytes == 0 || output.data[0] != '+')
        return false;
    size_t line = span_find_byte(output, '\n');
    drop(s, line == SPAN_NPOS ? output.nbytes : line + 1);
    return true;
}

/* The command, from announcement to announcement; no further when one is refused. */
static void give_command(struct player_session *s, const struct wire_unit *command)
{
    size_t from = 0;
    for (size_t i = 0; i < command->nliterals; i++) {
        receive(s, span_slice(command->bytes, from, command->literals[i].at - from));
        from = command->literals[i].at;
        if (!take_continuation(s))
            return;
    }
    receive(s, span_from(command->bytes, from));
}

void model_server_answer(struct player *p, struct player_session *s,
                         const struct wire_unit *command)
{
    if (s->is_model_silent)
        model_server_greet(p, s);
    give_command(s, command);
    (void)model_server_pump(p, s);
    for (size_t i = 0; i < p->nsessions; i++) /* others may have something to hear of it */
        if (&p->sessions[i] != s && p->sessions[i].carrier != NULL)
            (void)model_server_pump(p, &p->sessions[i]);
}

/* ---- not being heard ---- */

static struct span drop_output(struct player *p, struct player_session *s)
{
    struct buffer all = {0};
    struct span output;
    while ((output = output_of(s)).nbytes > 0) {
        buffer_append(&all, output);
        drop(s, output.nbytes);
    }
    struct span copy = arena_copy(p->arena, buffer_span(&all));
    buffer_free(&all);
    return copy;
}

/* What it answers to a command of the harness's own. */
static struct span converse(struct player *p, struct player_session *s, const char *command)
{
    receive(s, span_of(arena_printf(p->arena, "%s %s\r\n", muted_tag, command)));
    return drop_output(p, s);
}

static bool is_ok(struct span answer)
{
    static const char ok[] = "imapspec OK";
    return span_find_nocase(answer, span_of(ok)) != SPAN_NPOS;
}

/* ---- following the script ---- */

static void log_in(struct player *p, struct player_session *s)
{
    (void)converse(p, s,
                   arena_printf(p->arena, "LOGIN \"%s\" \"%s\"",
                                p->target->user_name(p->target->context, s->script->user),
                                p->target->user_password(p->target->context, s->script->user)));
}

/* Whoever the script lets in is the session's user, whatever name the client gave. */
static void follow_command(struct player *p, struct player_session *s,
                           const struct wire_unit *command)
{
    struct span rest = command->bytes;
    struct span tag = span_cut(&rest, ' ');
    give_command(s, command);
    struct span answer = drop_output(p, s);
    const char *done = arena_printf(p->arena, "%.*s OK", SPAN_ARG(tag));
    if (span_starts_with_nocase(rest, SPAN_LIT("LOGIN ")) &&
        span_find(answer, span_of(done)) == SPAN_NPOS)
        log_in(p, s);
}

static void follow_completion(struct player *p, struct player_session *s,
                              const struct wire_unit *unit)
{
    for (size_t i = 0; i < s->ntaken; i++) {
        const struct wire_unit *command = &s->taken[i]->unit;
        if (!span_equal(command->tag, unit->tag))
            continue;
        struct span rest = unit->bytes;
        (void)span_cut(&rest, ' ');
        memmove(&s->taken[i], &s->taken[i + 1], (s->ntaken - i - 1) * sizeof(void *));
        s->ntaken--;
        if (span_starts_with_nocase(rest, SPAN_LIT("OK")))
            follow_command(p, s, command);
        return;
    }
}

static void mark_deleted(struct player *p, struct player_session *s, uint32_t number, bool is_on)
{
    (void)converse(
        p, s, arena_printf(p->arena, "STORE %u %cFLAGS (\\Deleted)", number, is_on ? '+' : '-'));
}

/* Removes that message alone: what others have marked as deleted stays so. */
static void follow_expunge(struct player *p, struct player_session *s, uint32_t number)
{
    struct span found = converse(p, s, "SEARCH DELETED");
    if (!is_ok(found))
        return;
    struct span line = span_cut(&found, '\r');
    uint32_t other;
    struct span numbers = line;
    (void)span_cut(&numbers, ' ');
    (void)span_cut(&numbers, ' ');
    for (struct span rest = numbers; rest.nbytes > 0;)
        if (number_parse_u32(span_cut(&rest, ' '), &other) == 0 && other != number)
            mark_deleted(p, s, other, false);
    mark_deleted(p, s, number, true);
    (void)converse(p, s, "EXPUNGE");
    for (struct span rest = numbers; rest.nbytes > 0;)
        if (number_parse_u32(span_cut(&rest, ' '), &other) == 0 && other != number)
            mark_deleted(p, s, other > number ? other - 1 : other, true);
}

static void follow_flags(struct player *p, struct player_session *s, uint32_t number,
                         struct span data)
{
    size_t at = span_find_nocase(data, SPAN_LIT("FLAGS ("));
    struct span list = span_from(data, at == SPAN_NPOS ? data.nbytes : at + strlen("FLAGS ("));
    struct buffer command = {0};
    if (at == SPAN_NPOS || span_find_byte(list, ')') == SPAN_NPOS)
        return;
    list = span_cut(&list, ')');
    buffer_printf(&command, "STORE %u FLAGS (", number);
    for (bool is_first = true; list.nbytes > 0;) {
        struct span flag = span_cut(&list, ' ');
        if (flag.nbytes == 0 || span_is_nocase(flag, "\\Recent"))
            continue;
        buffer_printf(&command, "%s%.*s", is_first ? "" : " ", SPAN_ARG(flag));
        is_first = false;
    }
    buffer_append_text(&command, ")");
    (void)converse(p, s, arena_text(p->arena, buffer_span(&command)));
    buffer_free(&command);
}

static void follow_data(struct player *p, struct player_session *s, const struct wire_unit *unit)
{
    struct span rest = span_trim(unit->bytes);
    (void)span_cut(&rest, ' ');
    struct span word = span_cut(&rest, ' ');
    uint32_t number;
    if (span_is_nocase(word, "PREAUTH"))
        log_in(p, s);
    if (number_parse_u32(word, &number) != 0)
        return;
    word = span_cut(&rest, ' ');
    if (span_is_nocase(word, "EXPUNGE"))
        follow_expunge(p, s, number);
    else if (span_is_nocase(word, "FETCH") || span_is_nocase(word, "STORE"))
        follow_flags(p, s, number, rest);
}

void model_server_follow(struct player *p, struct player_session *s, const struct wire_unit *unit)
{
    if (s->model_server.ops == NULL)
        return;
    if (s->is_model_silent) { /* the script has greeted */
        s->is_model_silent = false;
        (void)drop_output(p, s);
    }
    if (unit->kind == WIRE_TAGGED)
        follow_completion(p, s, unit);
    else if (unit->kind == WIRE_UNTAGGED)
        follow_data(p, s, unit);
}
