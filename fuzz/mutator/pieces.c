#include "mutator/inside.h"

/* Set pieces: a few commands, of one session or of several, that are about the same thing. */

enum { STEPS_LEAST = 3, STEPS_MORE = 8 };

unsigned other_session(struct mutator *m, unsigned session)
{
    return 1 + (session + below(m, STREAM_NSESSIONS - 1)) % STREAM_NSESSIONS;
}

void command_say(struct mutator *m, unsigned session, const char *text)
{
    struct producer p = producer_of(m, session);
    if (m->side == MUTATOR_REQUESTS) {
        produce_rule(&p, m->tag);
        produce_octets(&p, SPAN_LIT(" "));
    }
    produce_octets(&p, span_of(text));
    produce_octets(&p, SPAN_LIT("\r\n"));
    command_end(m, &p, session);
}

/* ---- into a mailbox ---- */

static void say_login(struct mutator *m, unsigned session)
{
    struct producer p = command_start(m, session, SPAN_LIT(" LOGIN "));
    produce_octets(&p, m->pools.of[POOL_USER].items[0]);
    produce_octets(&p, SPAN_LIT(" "));
    produce_octets(&p, m->pools.of[POOL_PASSWORD].items[0]);
    produce_octets(&p, SPAN_LIT("\r\n"));
    command_end(m, &p, session);
}

/* A mailbox where another session is, if there is one. */
static struct span other_mailbox(struct mutator *m, const struct scene *scene)
{
    uint32_t first = below(m, STREAM_NSESSIONS);
    for (uint32_t i = 0; i < STREAM_NSESSIONS; i++) {
        const struct scene *other = &m->scenes[(first + i) % STREAM_NSESSIONS];
        if (other != scene && other->mailbox_nbytes > 0)
            return span_make(other->mailbox, other->mailbox_nbytes);
    }
    return SPAN_LIT("");
}

/* Half of the time one where another session is. */
static struct span common_mailbox(struct mutator *m, const struct scene *scene,
                                  char room[POOL_MOST_NBYTES])
{
    struct span name = below(m, 2) == 0 ? other_mailbox(m, scene) : SPAN_LIT("");
    if (name.nbytes > 0)
        return name;
    if (below(m, 4) == 0)
        return m->pools.of[POOL_MAILBOX].items[0];
    return pool_value(POOL_MAILBOX, &m->dice, scene, room);
}

/* The mailbox is the last argument. */
static void end_with_mailbox(struct mutator *m, struct producer *p, unsigned session,
                             struct span name)
{
    produce_string(p, produce_can_spell(PRODUCE_ATOM, name) ? PRODUCE_ATOM : PRODUCE_QUOTED, name);
    produce_octets(p, SPAN_LIT("\r\n"));
    command_end(m, p, session);
}

static void say_select(struct mutator *m, unsigned session, struct span name)
{
    struct producer p = command_start(m, session, SPAN_LIT(" SELECT "));
    end_with_mailbox(m, &p, session, name);
}

void command_enter(struct mutator *m, unsigned session, struct span name)
{
    unsigned state = m->scenes[session - 1].state;
    if (state == SCENE_NEW || state == SCENE_OVER)
        say_login(m, session);
    say_select(m, session, name);
}

void command_prefix(struct mutator *m, unsigned session)
{
    char room[POOL_MOST_NBYTES];
    if (m->side == MUTATOR_RESPONSES) {
        command_say(m, session, "* OK ready");
        command_say(m, session, "+ go");
        command_say(m, session, "A0001 OK in");
        command_say(m, session, "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen k1)");
        command_say(m, session, "* 5 EXISTS");
        command_say(m, session, "* 1 RECENT");
        command_say(m, session, "A0002 OK [READ-WRITE] selected");
        return;
    }
    command_enter(m, session, common_mailbox(m, &m->scenes[session - 1], room));
}

static void probe_request(struct mutator *m, unsigned session)
{
    static const char *const plain[] = {"NOOP", "SEARCH ALL", "CHECK"};
    static const char *const items[] = {" ALL\r\n", " FLAGS\r\n", " (FLAGS RFC822.SIZE)\r\n"};
    if (below(m, 2) == 0) {
        command_say(m, session, plain[below(m, 3)]);
        return;
    }
    struct producer p = command_start_all(m, session, SPAN_LIT(" FETCH "));
    produce_octets(&p, span_of(items[below(m, 3)]));
    command_end(m, &p, session);
}

void command_probe(struct mutator *m, unsigned session)
{
    static const char *const responses[] = {"* 5 EXISTS", "* 0 EXISTS",   "* 1 EXPUNGE",
                                            "* 1 RECENT", "* SEARCH 1 2", "a1 OK done"};
    for (uint32_t count = 1 + below(m, 3); count > 0; count--)
        if (m->side == MUTATOR_REQUESTS)
            probe_request(m, session);
        else
            command_say(m, session, responses[below(m, 6)]);
}

/* ---- what clients do with a mailbox that they share ---- */

/* Mostly as clients name messages: one of them, or all. */
static void produce_messages(struct mutator *m, struct producer *p)
{
    uint32_t kind = below(m, 4);
    if (kind == 0)
        produce_rule(p, m->sequence);
    else if (kind == 1)
        command_all(p);
    else
        produce_number(p, 1 + below(m, p->scene->exists > 0 ? p->scene->exists : 1));
}

/* Messages and then the rest, said behind a verb. */
static void say_of_messages(struct mutator *m, unsigned session, const char *verb, const char *rest)
{
    struct producer p = command_start(m, session, span_of(verb));
    produce_messages(m, &p);
    produce_octets(&p, span_of(rest));
    command_end(m, &p, session);
}

void command_expunge(struct mutator *m, unsigned session)
{
    say_of_messages(m, session, " STORE ", " +FLAGS (\\Deleted)\r\n");
    command_say(m, session, "EXPUNGE");
}

void event_deliver(struct mutator *m)
{
    unsigned argument = below(m, 256);
    if (below(m, 2) == 0)
        argument &= 0x0f; /* a message, to the first mailbox */
    sink_control(&m->sink, STREAM_DELIVER, argument);
}

static const char *const other_flags[] = {" FLAGS \\Deleted\r\n", " -FLAGS (\\Seen k1)\r\n",
                                          " +FLAGS k1\r\n", " +FLAGS (k2 k3)\r\n"};

/* Goes where messages have been copied to and changes what is there. */
static void say_follow(struct mutator *m, unsigned session, struct span name, const char *flags)
{
    say_select(m, session, name);
    say_of_messages(m, session, " STORE ", flags);
}

static void say_copy(struct mutator *m, unsigned session)
{
    char room[POOL_MOST_NBYTES];
    struct producer p = command_start(m, session, SPAN_LIT(" COPY "));
    struct span name = common_mailbox(m, p.scene, room);
    produce_messages(m, &p);
    produce_octets(&p, SPAN_LIT(" "));
    end_with_mailbox(m, &p, session, name);
    if (below(m, 2) == 0)
        say_follow(m, session, name, other_flags[below(m, 4)]);
}

/* Brings all that is in the first mailbox, and the keywords that are there, to where another
 * session is. */
static void say_bring(struct mutator *m, unsigned session)
{
    struct span name = other_mailbox(m, &m->scenes[session - 1]);
    if (name.nbytes == 0) {
        say_copy(m, session);
        return;
    }
    say_select(m, session, m->pools.of[POOL_MAILBOX].items[0]);
    struct producer p = command_start_all(m, session, SPAN_LIT(" COPY "));
    produce_octets(&p, SPAN_LIT(" "));
    end_with_mailbox(m, &p, session, name);
    say_follow(m, session, name, " +FLAGS k1\r\n");
}

/* Looks for something in messages of which it has seen the envelopes. */
static void say_search(struct mutator *m, unsigned session)
{
    struct producer p = command_start_all(m, session, SPAN_LIT(" FETCH "));
    produce_octets(&p, SPAN_LIT(" ENVELOPE\r\n"));
    command_end(m, &p, session);
    p = command_start(m, session, SPAN_LIT(" SEARCH"));
    for (uint32_t count = 1 + below(m, 3); count > 0; count--) {
        produce_octets(&p, SPAN_LIT(" "));
        produce_rule(&p, m->text_key);
    }
    produce_octets(&p, SPAN_LIT("\r\n"));
    command_end(m, &p, session);
}

static void take_step(struct mutator *m, unsigned session)
{
    if (m->scenes[session - 1].state != SCENE_SELECTED && below(m, 16) != 0)
        command_prefix(m, session);
    switch (below(m, 10)) {
    case 0:
        say_of_messages(m, session, " STORE ", " +FLAGS (\\Deleted)\r\n");
        return;
    case 1:
        say_of_messages(m, session, " STORE ", other_flags[below(m, 4)]);
        return;
    case 2:
    case 3:
        command_say(m, session, "EXPUNGE");
        return;
    case 4:
        for (uint32_t count = 1 + below(m, 4); count > 0; count--)
            event_deliver(m);
        return;
    case 5:
        command_probe(m, session);
        return;
    case 6:
        if (below(m, 2) == 0)
            say_copy(m, session);
        else
            say_bring(m, session);
        return;
    case 7:
        say_search(m, session);
        return;
    default:
        command_fresh(m, session);
        return;
    }
}

static void write_steps(struct mutator *m, unsigned here)
{
    unsigned other = other_session(m, here);
    bool is_alone = below(m, 3) == 0;
    unsigned session = here;
    for (uint32_t count = STEPS_LEAST + below(m, STEPS_MORE); count > 0 && !m->sink.is_full;
         count--) {
        unsigned next = is_alone || below(m, 2) == 0 ? here : other;
        if (next != session)
            sink_session(&m->sink, session = next);
        take_step(m, session);
        if (session == other && below(m, 2) == 0) {
            sink_session(&m->sink, session = here);
            command_probe(m, here);
        }
    }
    if (session != here)
        sink_session(&m->sink, here);
}

void piece_prepare(struct mutator *m)
{
    m->sequence = form_rule(m->form, "sequence");
    m->text_key = form_rule(m->form, "text-key");
}

/* ---- operators ---- */

/* A client mostly goes away at the first line that it cannot take, and hears no more of a stream;
 * and behind many commands sessions are not where they seem to be. So now and then the piece stands
 * alone. */
bool session_piece(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t place = below(m, 2) == 0 ? m->units->nitems : units_place(m, m->units);
    bool is_anew = below(m, 3) == 0;
    if (is_anew)
        place = 0;
    unsigned here = units_session(m->units, place);
    units_walk(m, place);
    sink_units(&m->sink, m->units, 0, place);
    m->unit = place;
    if (m->side == MUTATOR_REQUESTS)
        write_steps(m, here);
    else
        answer_write(m);
    if (!is_anew)
        sink_units(&m->sink, m->units, place, m->units->nitems);
    return true;
}

void piece_session(struct mutator *m, unsigned ncommands, unsigned nsessions)
{
    unsigned session = 1;
    for (unsigned i = 0; i < ncommands && !m->sink.is_full; i++) {
        unsigned next = below(m, 3) == 0 ? 1 + below(m, nsessions) : session;
        if (next != session)
            sink_session(&m->sink, session = next);
        if (m->scenes[session - 1].state == SCENE_NEW && below(m, 8) != 0)
            command_prefix(m, session);
        if (m->side == MUTATOR_RESPONSES && below(m, 4) == 0)
            answer_write(m);
        else if (m->side == MUTATOR_REQUESTS && below(m, 3) == 0)
            take_step(m, session);
        else
            command_fresh(m, session);
        if (below(m, 24) == 0)
            event_deliver(m);
    }
}
