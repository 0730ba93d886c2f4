#include "mutator/inside.h"

/* Large mailboxes and long logs: what grows in blocks, tables and rings is right for a few messages
 * and changes, and may not be for hundreds. */

enum { LARGE_IN = 4, SMALL_TURNS = 3, LARGE_TURNS = 9, EXISTS_MOST = 600, CHANGES_MOST = 2000 };

/* All messages of the mailbox once more. */
static void say_double(struct mutator *m, unsigned session)
{
    struct producer p = command_start_all(m, session, SPAN_LIT(" COPY "));
    produce_octets(&p, SPAN_LIT(" "));
    produce_octets(&p, span_make(p.scene->mailbox, p.scene->mailbox_nbytes));
    produce_octets(&p, SPAN_LIT("\r\n"));
    command_end(m, &p, session);
}

/* Each of them changes every message; the onlooker, if there is one, sees some of them. */
static void say_changes(struct mutator *m, unsigned session, unsigned onlooker)
{
    uint32_t count = 1 + below(m, LARGE_TURNS);
    for (uint32_t i = 0; i < count && i * m->scenes[session - 1].exists < CHANGES_MOST; i++) {
        struct producer p = command_start_all(m, session, SPAN_LIT(" STORE "));
        produce_octets(&p, i % 2 == 0 ? SPAN_LIT(" FLAGS \\Answered\r\n")
                                      : SPAN_LIT(" FLAGS \\Seen\r\n"));
        command_end(m, &p, session);
        if (onlooker != session && below(m, 2) == 0) {
            sink_session(&m->sink, onlooker);
            command_say(m, onlooker, "NOOP");
            sink_session(&m->sink, session);
        }
    }
}

/* Another session that has been asked into the mailbox; or nobody else. */
static unsigned ask_onlooker(struct mutator *m, unsigned session)
{
    unsigned other = other_session(m, session);
    const struct scene *scene = &m->scenes[session - 1];
    if (below(m, 2) == 0 || scene->mailbox_nbytes == 0)
        return session;
    sink_session(&m->sink, other);
    command_enter(m, other, span_make(scene->mailbox, scene->mailbox_nbytes));
    sink_session(&m->sink, session);
    return other;
}

static void grow_here(struct mutator *m, unsigned session)
{
    struct scene *scene = &m->scenes[session - 1];
    uint32_t turns = 1 + below(m, below(m, LARGE_IN) == 0 ? LARGE_TURNS : SMALL_TURNS);
    if (scene->state != SCENE_SELECTED)
        command_prefix(m, session);
    while (turns > 0 && scene->mailbox_nbytes > 0 && scene->exists > 0 &&
           scene->exists < EXISTS_MOST) {
        say_double(m, session);
        turns--;
    }
    if (below(m, 2) == 0)
        say_changes(m, session, ask_onlooker(m, session));
    if (below(m, 2) == 0)
        command_expunge(m, session);
}

/* A server says at once how many there are. */
static void tell_many(struct mutator *m)
{
    answer_numbered(m, m->scenes[0].exists + (UINT32_C(1) << below(m, 11)), " EXISTS\r\n");
}

/* Has a small weight: what has become large stays so in all that is made of it, and is slow. */
bool session_grow(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t place = units_place(m, m->units);
    units_walk(m, place);
    m->unit = place;
    sink_units(&m->sink, m->units, 0, place);
    if (m->side == MUTATOR_REQUESTS)
        grow_here(m, units_session(m->units, place));
    else
        tell_many(m);
    sink_units(&m->sink, m->units, place, m->units->nitems);
    return true;
}
