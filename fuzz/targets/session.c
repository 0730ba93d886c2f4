#include <stdio.h>
#include <string.h>

#include "targets/judge.h"
#include "targets/target.h"

/* The four sessions of a stream, and the agent that changes mailboxes from outside. Its memory is
 * used for all inputs. */
struct play {
    bool is_made, is_under_way;
    struct place place;
    struct judge sessions[STREAM_NSESSIONS];
    /* There is a connection, which nobody has used: it is made when somebody does. Most are never
     * used, in streams that begin anew again and again. */
    bool is_connected[STREAM_NSESSIONS];
    struct judge agent;
    unsigned nagent; /* commands of the agent */
    bool is_alone;   /* session 1 and nobody else: the model is strictest then */
};

static struct judge *session_of(struct play *play, unsigned number)
{
    static const char *const names[STREAM_NSESSIONS] = {"s1", "s2", "s3", "s4"};
    struct judge *judge = &play->sessions[number - 1];
    if (judge->session == NULL)
        judge_open(judge, &play->place, names[number - 1], play->is_alone);
    return judge;
}

static bool has_one_session(struct span stream)
{
    struct stream_reader reader = stream_reader_of(stream);
    struct stream_event event;
    while (stream_reader_next(&reader, &event)) {
        if (event.kind == STREAM_SESSION && event.session > 1)
            return false;
        if (event.kind == STREAM_DELIVER &&
            stream_delivery(event.argument).kind != STREAM_DELIVER_MESSAGE)
            return false;
    }
    return true;
}

/* ---- the agent ---- */

static void agent_say(struct play *play, const char *command, unsigned number, const char *rest)
{
    char line[128];
    int n = number > 0 ? snprintf(line, sizeof line, "z%u %s %u %s\r\n", ++play->nagent, command,
                                  number, rest)
                       : snprintf(line, sizeof line, "z%u %s\r\n", ++play->nagent, command);
    judge_say(&play->agent, span_make(line, (size_t)n));
}

/* It works as another client does, so that the model knows what it has done. */
static void change(struct play *play, struct stream_delivery delivery)
{
    static const char *const selects[4] = {"SELECT INBOX", "SELECT m1", "SELECT m2", "SELECT m3"};
    if (play->agent.session == NULL || play->agent.is_closed) {
        judge_close(&play->agent);
        judge_open(&play->agent, &play->place, "agent", false);
        agent_say(play, "LOGIN fred secret", 0, "");
    }
    agent_say(play, selects[delivery.mailbox], 0, "");
    bool is_seen = delivery.kind == STREAM_DELIVER_SEEN;
    agent_say(play, "STORE", delivery.number, is_seen ? "+FLAGS (\\Seen)" : "+FLAGS (\\Deleted)");
    if (delivery.kind == STREAM_DELIVER_REMOVED)
        agent_say(play, "EXPUNGE", 0, "");
}

/* ---- events ---- */

static void pass_time(struct play *play, unsigned argument)
{
    for (unsigned i = 1; i <= STREAM_NSESSIONS; i++)
        if (play->is_connected[i - 1])
            (void)session_of(play, i);
    clock_advance_us(&play->place.clock, stream_clock_s(argument) * 1000000);
    for (size_t i = 0; i <= STREAM_NSESSIONS; i++) {
        struct judge *judge = i < STREAM_NSESSIONS ? &play->sessions[i] : &play->agent;
        if (judge->session == NULL)
            continue;
        reference_session_tick(judge->session);
        judge_listen(judge);
    }
}

static void set_fault(struct play *play, unsigned argument)
{
    struct stream_fault fault = stream_fault(argument);
    if (fault.kind == STREAM_FAULT_WRITE)
        place_fail_write(&play->place, fault.nth);
    else if (fault.kind == STREAM_FAULT_READ)
        place_fail_read(&play->place, fault.nth);
}

static void take_control(struct play *play, enum stream_kind kind, unsigned session,
                         unsigned argument)
{
    struct stream_delivery delivery;
    switch (kind) {
    case STREAM_DATA:
    case STREAM_SEGMENT:
    case STREAM_BARRIER:
        return;
    case STREAM_SESSION:
        play->is_connected[session - 1] = true;
        return;
    case STREAM_DELIVER:
        delivery = stream_delivery(argument);
        if (delivery.kind == STREAM_DELIVER_MESSAGE)
            place_deliver(&play->place, delivery.mailbox, delivery.number);
        else
            change(play, delivery);
        return;
    case STREAM_CLOCK:
        pass_time(play, argument);
        return;
    case STREAM_HALFCLOSE:
        judge_half_close(session_of(play, session));
        return;
    case STREAM_RECONNECT:
        judge_close(&play->sessions[session - 1]);
        play->is_connected[session - 1] = true;
        return;
    case STREAM_FAULT:
        set_fault(play, argument);
        return;
    }
}

/* Each command arrives by itself, unless its end is not to be seen; `feed` is about other cuts. */
static void take_unit(struct play *play, const struct stream_unit *unit)
{
    if (unit->kind != STREAM_DATA) {
        take_control(play, unit->kind, unit->session, unit->argument);
        return;
    }
    if (unit->is_plain) {
        judge_say(session_of(play, unit->session), unit->bytes);
        return;
    }
    struct stream_reader reader = stream_reader_of(unit->bytes);
    struct stream_event event;
    while (stream_reader_next(&reader, &event)) {
        if (event.kind == STREAM_DATA)
            judge_say(session_of(play, unit->session), event.data);
        else
            take_control(play, event.kind, unit->session, event.argument);
    }
}

/* The sessions that believe anything about a mailbox see all of it when they ask. */
static void synchronize(struct play *play)
{
    for (size_t i = 0; i < STREAM_NSESSIONS; i++) {
        struct judge *judge = &play->sessions[i];
        if (judge->session == NULL)
            continue;
        judge_end(judge);
        if (!judge->is_half_closed && !wire_reader_is_inside_unit(judge->from_client))
            judge_say(judge, SPAN_LIT("zz NOOP\r\nzy CHECK\r\n"));
        judge_end(judge);
    }
}

/* All memory that is kept is made with the first input: later ones shall not differ by it. */
static void make_memory(struct play *play)
{
    void (*trace)(const char *session, char who, struct span octets) = fuzz_trace;
    play->is_made = true;
    fuzz_trace = NULL;
    place_open(&play->place);
    for (unsigned i = 1; i <= STREAM_NSESSIONS; i++)
        judge_close(session_of(play, i));
    judge_open(&play->agent, &play->place, "agent", false);
    judge_close(&play->agent);
    place_close(&play->place);
    fuzz_trace = trace;
}

void fuzz_session_one(struct span octets)
{
    static struct play play;
    struct stream_splitter splitter = stream_splitter_of(octets);
    struct stream_unit unit;
    if (play.is_under_way) /* it has failed, and was left by the catcher: what it had is lost */
        play = (struct play){0};
    if (!play.is_made)
        make_memory(&play);
    play.is_under_way = true;
    play.is_alone = has_one_session(octets);
    play.nagent = 0;
    memset(play.is_connected, 0, sizeof play.is_connected);
    play.is_connected[0] = true;
    place_open(&play.place);
    while (stream_splitter_next(&splitter, &unit))
        take_unit(&play, &unit);
    place_fail_read(&play.place, 0);
    place_fail_write(&play.place, 0);
    synchronize(&play);
    for (size_t i = 0; i < STREAM_NSESSIONS; i++)
        judge_close(&play.sessions[i]);
    judge_close(&play.agent);
    place_close(&play.place);
    play.is_under_way = false;
}
