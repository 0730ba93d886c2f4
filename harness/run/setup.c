#include <string.h>

#include "run/player.h"

static const char *owner_of(const struct player *p, const struct script_fixture *fixture)
{
    if (fixture->is_board)
        return "";
    return fixture->user != NULL ? fixture->user : p->script->scenario->sessions[0].user;
}

/* ---- sequences of a fixture line ---- */

static int for_each_number(const struct script_fixture *fixture, const char *sequence,
                           size_t nmessages, void (*visit)(void *context, size_t index),
                           void *context, struct err *err)
{
    struct span rest = span_of(sequence);
    while (rest.nbytes > 0) {
        struct span high = span_cut(&rest, ',');
        struct span low = span_cut(&high, ':');
        uint32_t from;
        uint32_t to;
        if (number_parse_u32(low, &from) != 0 ||
            number_parse_u32(high.nbytes > 0 ? high : low, &to) != 0 || from < 1 || to < from ||
            to > nmessages)
            return err_set(err, fixture->place.file, fixture->place.line, fixture->place.col,
                           "\"%s\" names no messages of this fixture (it has %zu)", sequence,
                           nmessages);
        for (uint32_t i = from; i <= to; i++)
            visit(context, i - 1);
    }
    return 0;
}

struct flagging {
    struct fixture_mailbox *box;
    struct arena *arena;
    const struct script_names *flags;
};

static void add_flags(void *context, size_t index)
{
    struct flagging *f = context;
    struct fixture_message *message = &f->box->messages[index];
    const char **all = arena_array(f->arena, message->nflags + f->flags->nitems, sizeof *all);
    if (message->nflags > 0)
        memcpy(all, message->flags, message->nflags * sizeof *all);
    memcpy(all + message->nflags, f->flags->items, f->flags->nitems * sizeof *all);
    message->flags = all;
    message->nflags += f->flags->nitems;
}

static void set_recent(void *context, size_t index)
{
    struct fixture_mailbox *box = context;
    box->messages[index].is_recent = true;
}

struct dating {
    struct fixture_mailbox *box;
    int64_t wall_s;
    int zone_minutes;
};

static void set_date(void *context, size_t index)
{
    struct dating *d = context;
    d->box->messages[index].internal_date_s = d->wall_s;
    d->box->messages[index].zone_minutes = d->zone_minutes;
}

static int apply_mods(struct player *p, const struct script_fixture *fixture,
                      struct fixture_mailbox *box, struct err *err)
{
    for (size_t i = 0; i < fixture->nflags; i++) {
        struct flagging f = {box, p->arena, &fixture->flags[i].flags};
        if (for_each_number(fixture, fixture->flags[i].sequence, box->nmessages, add_flags, &f,
                            err) != 0)
            return -1;
    }
    for (size_t i = 0; i < fixture->ndates; i++) {
        struct dating d = {.box = box};
        if (fixture_date_parse(span_of(fixture->dates[i].date), &d.wall_s, &d.zone_minutes) != 0)
            return err_set(err, fixture->place.file, fixture->place.line, fixture->place.col,
                           "\"%s\" is no date", fixture->dates[i].date);
        if (for_each_number(fixture, fixture->dates[i].sequence, box->nmessages, set_date, &d,
                            err) != 0)
            return -1;
    }
    return fixture->recent == NULL
               ? 0
               : for_each_number(fixture, fixture->recent, box->nmessages, set_recent, box, err);
}

/* ---- mailboxes ---- */

static int load_messages(struct player *p, const struct script_fixture *fixture,
                         struct fixture_mailbox *box, struct err *err)
{
    struct span octets;
    const char *path;
    switch (fixture->kind) {
    case FIXTURE_EMPTY:
        return 0;
    case FIXTURE_MESSAGES:
        box->nmessages = fixture->nmessages;
        box->messages = room_messages(p->room, fixture->nmessages, p->arena);
        return 0;
    case FIXTURE_FILE:
        box->messages = fixture_generated(span_of(fixture->file), p->arena, &box->nmessages);
        if (box->messages != NULL)
            return 0;
        if (p->options->read_file(p->options->read_context, fixture->place.file, fixture->file,
                                  p->arena, &octets, &path, err) != 0)
            return -1;
        return fixture_read(octets, path, p->arena, &box->messages, &box->nmessages, err);
    }
    return 0;
}

static int make_mailbox(struct player *p, const struct script_fixture *fixture,
                        struct fixture_mailbox *box, struct err *err)
{
    *box = (struct fixture_mailbox){.user = owner_of(p, fixture),
                                    .name = fixture->mailbox,
                                    .is_board = fixture->is_board,
                                    .is_readonly = fixture->is_readonly,
                                    .is_unreadable = fixture->is_unreadable};
    return load_messages(p, fixture, box, err) != 0 ? -1 : apply_mods(p, fixture, box, err);
}

static void add_user(struct player *p, const char *user)
{
    for (size_t i = 0; i < p->nusers; i++)
        if (strcmp(p->users[i], user) == 0)
            return;
    p->users[p->nusers++] = user;
}

static bool has_inbox(const struct player *p, const char *user)
{
    for (size_t i = 0; i < p->nmailboxes; i++)
        if (!p->mailboxes[i].is_board && strcmp(p->mailboxes[i].user, user) == 0 &&
            span_is_nocase(span_of(p->mailboxes[i].name), "INBOX"))
            return true;
    return false;
}

int player_set_up(struct player *p, struct err *err)
{
    const struct script_scenario *scenario = p->script->scenario;
    size_t most_users = scenario->nsessions + scenario->nfixtures;
    p->users = arena_array(p->arena, most_users, sizeof *p->users);
    for (size_t i = 0; i < scenario->nsessions; i++)
        add_user(p, scenario->sessions[i].user);
    p->mailboxes = arena_array(p->arena, scenario->nfixtures + most_users, sizeof *p->mailboxes);
    for (size_t i = 0; i < scenario->nfixtures; i++) {
        const struct script_fixture *fixture = &scenario->fixtures[i];
        if (make_mailbox(p, fixture, &p->mailboxes[p->nmailboxes], err) != 0)
            return -1;
        p->nmailboxes++;
        if (fixture->user != NULL)
            add_user(p, fixture->user);
    }
    /* every user has an INBOX (RFC 1176 p.11), empty unless the scenario says otherwise */
    for (size_t i = 0; i < p->nusers; i++)
        if (!has_inbox(p, p->users[i]))
            p->mailboxes[p->nmailboxes++] =
                (struct fixture_mailbox){.user = p->users[i], .name = "INBOX"};
    p->world = room_world(p->room);
    for (size_t i = 0; i < p->nmailboxes; i++)
        model_world_add(p->world, &p->mailboxes[i]);
    return 0;
}

bool player_needs_deliver(const struct script_steps *steps)
{
    for (size_t i = 0; i < steps->nitems; i++) {
        const struct script_step *step = steps->items[i];
        bool inside = false;
        if (step->kind == STEP_DELIVER)
            return true;
        if (step->kind == STEP_CHECK)
            inside = player_needs_deliver(&step->as.check.steps);
        else if (step->kind == STEP_REPEAT)
            inside = player_needs_deliver(&step->as.repeat.steps);
        for (size_t k = 0; step->kind == STEP_EITHER && k < step->as.either.nbranches; k++)
            inside = inside || player_needs_deliver(&step->as.either.branches[k].steps);
        for (size_t k = 0; step->kind == STEP_INTERLEAVE && k < step->as.interleave.nunits; k++)
            inside = inside || player_needs_deliver(&step->as.interleave.units[k].steps);
        if (inside)
            return true;
    }
    return false;
}
