#include "mutator/inside.h"

/* Set pieces: a few commands, of one session or of several, that are about the same thing. */

enum { STEPS_LEAST = 3, STEPS_MORE = 4, NUMBERS_MOST = 40 };

static void say(struct mutator *m, unsigned session, const char *text)
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
    struct producer p = producer_of(m, session);
    produce_rule(&p, m->tag);
    produce_octets(&p, SPAN_LIT(" LOGIN "));
    produce_octets(&p, m->pools.of[POOL_USER].items[0]);
    produce_octets(&p, SPAN_LIT(" "));
    produce_octets(&p, m->pools.of[POOL_PASSWORD].items[0]);
    produce_octets(&p, SPAN_LIT("\r\n"));
    command_end(m, &p, session);
}

/* A mailbox where another session is, half of the time. */
static struct span common_mailbox(struct mutator *m, const struct scene *scene,
                                  char room[POOL_MOST_NBYTES])
{
    uint32_t first = below(m, STREAM_NSESSIONS);
    for (uint32_t i = 0; i < STREAM_NSESSIONS && first % 2 == 0; i++) {
        const struct scene *other = &m->scenes[(first + i) % STREAM_NSESSIONS];
        if (other != scene && other->mailbox_nbytes > 0)
            return span_make(other->mailbox, other->mailbox_nbytes);
    }
    if (below(m, 4) == 0)
        return m->pools.of[POOL_MAILBOX].items[0];
    return pool_value(POOL_MAILBOX, &m->dice, scene, room);
}

static void say_select(struct mutator *m, unsigned session)
{
    struct producer p = producer_of(m, session);
    char room[POOL_MOST_NBYTES];
    struct span name = common_mailbox(m, p.scene, room);
    produce_rule(&p, m->tag);
    produce_octets(&p, SPAN_LIT(" SELECT "));
    produce_string(&p, produce_can_spell(PRODUCE_ATOM, name) ? PRODUCE_ATOM : PRODUCE_QUOTED, name);
    produce_octets(&p, SPAN_LIT("\r\n"));
    command_end(m, &p, session);
}

void command_prefix(struct mutator *m, unsigned session)
{
    unsigned state = m->scenes[session - 1].state;
    if (m->side == MUTATOR_RESPONSES) {
        say(m, session, "* OK ready");
        say(m, session, "+ go");
        say(m, session, "A0001 OK in");
        say(m, session, "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen k1)");
        say(m, session, "* 5 EXISTS");
        say(m, session, "* 1 RECENT");
        say(m, session, "A0002 OK [READ-WRITE] selected");
        return;
    }
    if (state == SCENE_NEW || state == SCENE_OVER)
        say_login(m, session);
    say_select(m, session);
}

void command_probe(struct mutator *m, unsigned session)
{
    static const char *const requests[] = {
        "NOOP", "SEARCH ALL", "CHECK", "FETCH 1:5 ALL", "FETCH 1:5 (FLAGS RFC822.SIZE)", "NOOP"};
    static const char *const responses[] = {"* 5 EXISTS", "* 0 EXISTS",   "* 1 EXPUNGE",
                                            "* 1 RECENT", "* SEARCH 1 2", "a1 OK done"};
    uint32_t count = 1 + below(m, 3);
    for (uint32_t i = 0; i < count; i++)
        say(m, session, (m->side == MUTATOR_REQUESTS ? requests : responses)[below(m, 6)]);
}

/* ---- what clients do with a mailbox that they share ---- */

/* A sequence and then the rest, said behind a verb. */
static void say_of_messages(struct mutator *m, unsigned session, const char *verb, const char *rest)
{
    struct producer p = producer_of(m, session);
    produce_rule(&p, m->tag);
    produce_octets(&p, span_of(verb));
    produce_rule(&p, m->sequence);
    produce_octets(&p, span_of(rest));
    command_end(m, &p, session);
}

void event_deliver(struct mutator *m)
{
    unsigned argument = below(m, 256);
    if (below(m, 2) == 0)
        argument &= 0x0f; /* a message, to the first mailbox */
    sink_control(&m->sink, STREAM_DELIVER, argument);
}

static void take_step(struct mutator *m, unsigned session)
{
    if (m->scenes[session - 1].state != SCENE_SELECTED && below(m, 16) != 0)
        command_prefix(m, session);
    switch (below(m, 8)) {
    case 0:
        say_of_messages(m, session, " STORE ", " +FLAGS (\\Deleted)\r\n");
        return;
    case 1:
        say_of_messages(m, session, " STORE ",
                        below(m, 2) == 0 ? " FLAGS \\Deleted\r\n" : " -FLAGS (\\Seen k1)\r\n");
        return;
    case 2:
    case 3:
        say(m, session, "EXPUNGE");
        return;
    case 4:
        for (uint32_t count = 1 + below(m, 4); count > 0; count--)
            event_deliver(m);
        return;
    case 5:
        command_probe(m, session);
        return;
    default:
        command_fresh(m, session);
        return;
    }
}

static void write_steps(struct mutator *m, unsigned here)
{
    unsigned other = 1 + (here + below(m, STREAM_NSESSIONS - 1)) % STREAM_NSESSIONS;
    bool is_alone = below(m, 3) == 0;
    unsigned session = here;
    for (uint32_t count = STEPS_LEAST + below(m, STEPS_MORE); count > 0 && !m->sink.is_full;
         count--) {
        unsigned next = is_alone || below(m, 2) == 0 ? here : other;
        if (next != session)
            sink_session(&m->sink, session = next);
        take_step(m, session);
    }
    if (session != here)
        sink_session(&m->sink, here);
}

/* ---- an operation of a client, what its server has to say about it, and its end ---- */

/* Rules of data, and the operation that asks for it, as the target `client` numbers them: some of
 * those say a literal. */
static const struct answer {
    const char *rule;
    uint8_t operation;
    bool has_literal;
} answers[] = {{"search-data", 5, true},   {"search-data", 5, true},  {"expunge-data", 9, false},
               {"expunge-data", 8, false}, {"exists-data", 1, false}, {"recent-data", 10, false},
               {"copy-data", 7, true},     {"msg-fetch", 2, false},   {"msg-fetch", 3, false},
               {"msg-fetch", 4, false},    {"msg-fetch", 12, false},  {"flags-data", 1, false},
               {"mailbox-data", 6, false}};
enum { NANSWERS = sizeof answers / sizeof answers[0] };

void piece_prepare(struct mutator *m)
{
    ENSURE((int)NANSWERS <= (int)ANSWERS_MOST);
    m->sequence = form_rule(m->form, "sequence");
    for (size_t i = 0; i < NANSWERS; i++)
        m->answer_rules[i] = form_rule(m->form, answers[i].rule);
}

static void say_number(struct mutator *m, uint32_t number, const char *rest)
{
    struct producer p = producer_of(m, 1);
    produce_octets(&p, SPAN_LIT("* "));
    produce_number(&p, number);
    produce_octets(&p, span_of(rest));
    command_end(m, &p, 1);
}

/* Ascending numbers of messages; there are as many as that needs. */
static void say_found(struct mutator *m)
{
    uint32_t count = 1 + below(m, NUMBERS_MOST);
    uint32_t step = 1 + below(m, 3);
    uint32_t first = below(m, 8) == 0 ? 0 : 1;
    if (m->scenes[0].exists < first + count * step && below(m, 8) != 0)
        say_number(m, first + count * step, " EXISTS\r\n");
    struct producer p = producer_of(m, 1);
    produce_octets(&p, SPAN_LIT("* SEARCH"));
    for (uint32_t i = 0; i < count; i++) {
        produce_octets(&p, SPAN_LIT(" "));
        produce_number(&p, first + i * step);
    }
    produce_octets(&p, SPAN_LIT("\r\n"));
    command_end(m, &p, 1);
}

static void say_data(struct mutator *m, size_t answer)
{
    struct producer p = producer_of(m, 1);
    produce_octets(&p, SPAN_LIT("* "));
    produce_rule(&p, m->answer_rules[answer]);
    produce_rule(&p, m->eol);
    command_end(m, &p, 1);
}

static void say_completion(struct mutator *m)
{
    struct producer p = producer_of(m, 1);
    p.is_brief = true;
    produce_rule(&p, m->tag);
    p.is_brief = false;
    produce_octets(&p, below(m, 8) == 0 ? SPAN_LIT(" NO not so\r\n") : SPAN_LIT(" OK done\r\n"));
    command_end(m, &p, 1);
}

static void write_answer(struct mutator *m)
{
    size_t answer = below(m, NANSWERS);
    bool is_search = answers[answer].rule[0] == 's';
    bool is_other = below(m, 8) == 0;
    if (is_other)
        sink_control(&m->sink, STREAM_BARRIER, 0);
    else
        sink_control(&m->sink, STREAM_FAULT,
                     below(m, 8) == 0 ? below(m, 32) : answers[answer].operation);
    if (answers[answer].has_literal && below(m, 4) != 0)
        say(m, 1, "+ go");
    if (is_search && below(m, 2) == 0)
        say_found(m);
    for (uint32_t lines = below(m, 4); lines > 0; lines--)
        say_data(m, below(m, 4) == 0 ? below(m, NANSWERS) : answer);
    if (below(m, 8) != 0)
        say_completion(m);
}

static void write_answers(struct mutator *m)
{
    if (m->scenes[0].commands < 2)
        command_prefix(m, 1);
    for (uint32_t count = 1 + below(m, 3); count > 0; count--)
        write_answer(m);
}

/* ---- operators ---- */

/* A client mostly goes away at the first line that it cannot take, and hears no more of a stream:
 * behind many there is nobody to hear the piece. */
bool session_piece(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t place = below(m, 2) == 0 ? m->units->nitems : units_place(m, m->units);
    bool is_anew = m->side == MUTATOR_RESPONSES && below(m, 3) == 0;
    if (is_anew)
        place = 0;
    unsigned here = units_session(m->units, place);
    units_walk(m, place);
    sink_units(&m->sink, m->units, 0, place);
    m->unit = place;
    if (m->side == MUTATOR_REQUESTS)
        write_steps(m, here);
    else
        write_answers(m);
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
            write_answers(m);
        else if (m->side == MUTATOR_REQUESTS && below(m, 3) == 0)
            take_step(m, session);
        else
            command_fresh(m, session);
        if (below(m, 24) == 0)
            event_deliver(m);
    }
}
