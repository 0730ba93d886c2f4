#include "model/session.h"

#include <stdlib.h>

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

void session_end(struct model_session *s)
{
    abandon_commands(s);
    select_leave(s);
    s->is_closed = true;
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

enum grammar_verdict session_match(struct model_session *s, enum word start,
                                   const struct wire_unit *unit, enum grammar_extent extent)
{
    s->reading =
        (struct reading){s->dialect, &s->match, {unit->bytes, unit->literals, unit->nliterals}};
    s->matched = start;
    return grammar_match(s->matcher, s->dialect->rules[start], s->reading.input, extent, &s->match);
}

/* ---- commands ------------------------------------------------------------------------------- */

struct command *session_add_command(struct model_session *s)
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

void session_open_selection(struct model_session *s)
{
    if (session_oldest_with(s, VERB_SELECTS) == NULL)
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
