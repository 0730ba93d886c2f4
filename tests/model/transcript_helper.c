#include "transcript_helper.h"

#include <string.h>

#include "model/model.h"
#include "model/sequence.h"
#include "wire/wire.h"

enum { SERIES = 20, SESSIONS = 3, MAILBOXES = 4 };

struct actor {
    char name; /* 0: not made yet */
    struct model_session *session;
    struct wire_reader *client, *server;
    size_t nwaiting; /* literals of the command that waits for `+`, as given to the session */
};

struct play {
    struct arena arena;
    struct fixture_message *series;
    struct fixture_mailbox mailboxes[MAILBOXES];
    size_t nmailboxes;
    struct model_world *world;
    struct model_setup setup;
    struct actor actors[SESSIONS];
    struct finding_list findings;
    size_t nexpected; /* findings dealt with */
    struct span title;
    unsigned line;
    bool has_failed;
    struct buffer *out;
};

static void complain(struct play *p, const char *what, struct span detail)
{
    p->has_failed = true;
    buffer_printf(p->out, "%.*s, line %u: %s: %.*s\n", SPAN_ARG(p->title), p->line, what,
                  SPAN_ARG(detail));
}

/* ---- setting up ----------------------------------------------------------------------------- */

static uint32_t number_in(struct span text)
{
    uint32_t number = 0;
    ENSURE(number_parse_u32(text, &number) == 0);
    return number;
}

static struct fixture_mailbox *add_mailbox(struct play *p, struct span name, struct span count)
{
    ENSURE(p->nmailboxes < MAILBOXES);
    size_t nmessages = number_in(count);
    struct fixture_mailbox *mailbox = &p->mailboxes[p->nmailboxes++];
    *mailbox = (struct fixture_mailbox){.user = "fred",
                                        .name = arena_text(&p->arena, name),
                                        .messages = fixture_generate(&p->arena, SERIES),
                                        .nmessages = nmessages};
    return mailbox;
}

static void set_flags(struct play *p, struct span rest)
{
    ENSURE(p->mailboxes[0].messages != NULL);
    struct sequence numbers = {0};
    sequence_read(&numbers, span_cut(&rest, ' '));
    size_t at = 0;
    uint32_t number = 0;
    while (sequence_next(&numbers, &at, SERIES, &number)) {
        struct fixture_message *message = &p->mailboxes[0].messages[number - 1];
        const char **flags = arena_array(&p->arena, message->nflags + 1, sizeof *flags);
        for (size_t i = 0; i < message->nflags; i++)
            flags[i] = message->flags[i];
        flags[message->nflags++] = arena_text(&p->arena, rest);
        message->flags = flags;
    }
    sequence_free(&numbers);
}

static struct actor *actor_of(struct play *p, char name)
{
    for (size_t i = 0; i < SESSIONS; i++) {
        struct actor *actor = &p->actors[i];
        if (actor->name == name)
            return actor;
        if (actor->name != 0)
            continue;
        if (p->world == NULL && p->nmailboxes > 0) {
            p->world = model_world_new();
            for (size_t k = 0; k < p->nmailboxes; k++)
                model_world_add(p->world, &p->mailboxes[k]);
        }
        struct model_setup setup = p->setup;
        setup.name = arena_text(&p->arena, span_make(&name, 1));
        *actor = (struct actor){.name = name,
                                .session = model_session_new(p->world, &setup),
                                .client = wire_reader_new(WIRE_FROM_CLIENT, NULL),
                                .server = wire_reader_new(WIRE_FROM_SERVER, NULL)};
        return actor;
    }
    mem_ensure_failed("room for another session", __FILE__, __LINE__);
}

/* ---- octets --------------------------------------------------------------------------------- */

static void write_literal(struct buffer *out, struct span octets)
{
    buffer_printf(out, "{%zu}\r\n", octets.nbytes);
    buffer_append(out, octets);
}

static void write_placeholder(const struct play *p, struct span text, struct buffer *out)
{
    struct span rest = text, name = span_cut(&rest, ' ');
    if (span_is(name, "crlf")) {
        buffer_append_text(out, "\r\n");
        return;
    }
    if (span_is(name, "lf")) {
        buffer_append_byte(out, '\n');
        return;
    }
    if (span_is(name, "cr")) {
        buffer_append_byte(out, '\r');
        return;
    }
    if (span_is(name, "8bit")) {
        buffer_append_byte(out, (char)0xe9);
        return;
    }
    if (span_is(name, "nul")) {
        buffer_append_byte(out, '\0');
        return;
    }
    uint32_t number = 0;
    if (number_parse_u32(rest, &number) != 0 || number == 0 || number > SERIES) {
        buffer_printf(out, "<%.*s>", SPAN_ARG(text));
        return;
    }
    ENSURE(p->series != NULL);
    const struct fixture_message *message = &p->series[number - 1];
    if (span_is(name, "size"))
        buffer_printf(out, "%zu", message->octets.nbytes);
    else if (span_is(name, "rfc822"))
        write_literal(out, message->octets);
    else if (span_is(name, "header"))
        write_literal(out, fixture_header(message));
    else if (span_is(name, "text"))
        write_literal(out, fixture_text(message));
    else
        buffer_printf(out,
                      "(\"date %u\" \"message %u\" ((NIL NIL \"m%u\" \"a.example\")) NIL NIL NIL "
                      "NIL NIL NIL \"<message-%u@fixture.example>\")",
                      number, number, number, number);
}

static void write_line(const struct play *p, struct span text, struct buffer *out)
{
    while (text.nbytes > 0) {
        size_t open = span_find_byte(text, '<'), close = span_find_byte(text, '>');
        if (open == SPAN_NPOS || close == SPAN_NPOS || close < open) {
            buffer_append(out, text);
            break;
        }
        buffer_append(out, span_slice(text, 0, open));
        write_placeholder(p, span_slice(text, open + 1, close - open - 1), out);
        text = span_from(text, close + 1);
    }
    buffer_append_text(out, "\r\n");
}

static void add_framing(struct play *p, const struct wire_unit *unit, const char *rule)
{
    for (size_t i = 0; i < unit->nfindings; i++)
        finding_add(&p->findings, unit->findings[i].requirement,
                    rule != NULL ? rule : unit->findings[i].rule, unit->findings[i].level, "%s",
                    unit->findings[i].text);
}

static void pump_client(struct play *p, struct actor *actor)
{
    struct wire_unit unit;
    uint64_t count;
    while (wire_reader_next(actor->client, &unit)) {
        if (p->setup.judges_client)
            add_framing(p, &unit, NULL);
        model_session_client(actor->session, &unit, &p->findings);
        actor->nwaiting = 0;
    }
    if (!wire_reader_is_waiting(actor->client, &unit, &count)) {
        model_session_client_begun(actor->session, wire_reader_unfinished(actor->client));
        return;
    }
    if (model_session_has_refused_line(actor->session)) {
        wire_reader_literal_refused(actor->client);
        pump_client(p, actor);
        return;
    }
    if (actor->nwaiting != unit.nliterals)
        model_session_client(actor->session, &unit, &p->findings);
    actor->nwaiting = unit.nliterals;
    if (wire_reader_pending(actor->client) > 0)
        model_session_client_early(actor->session, &p->findings);
}

static bool is_untagged_bad(const struct wire_unit *unit)
{
    return unit->kind == WIRE_UNTAGGED && span_starts_with(unit->bytes, SPAN_LIT("* BAD "));
}

static void pump_server(struct play *p, struct actor *actor)
{
    struct wire_unit unit, client;
    uint64_t count;
    while (wire_reader_next(actor->server, &unit)) {
        if (p->setup.judges_server)
            add_framing(p, &unit, "wire");
        model_session_server(actor->session, &unit, &p->findings);
        if (!wire_reader_is_waiting(actor->client, &client, &count))
            continue;
        if (unit.kind == WIRE_CONTINUATION)
            wire_reader_literal_granted(actor->client);
        else if (unit.kind == WIRE_TAGGED
                     ? span_equal(unit.tag, client.tag)
                     : is_untagged_bad(&unit) && !model_tag_is_usable(client.tag))
            wire_reader_literal_refused(actor->client);
    }
    pump_client(p, actor);
}

static void say(struct play *p, struct actor *actor, char who, struct span text, bool is_line)
{
    struct buffer octets = {0};
    write_line(p, text, &octets);
    if (!is_line)
        buffer_truncate(&octets, octets.nbytes - 2);
    if (who == 'C') {
        model_session_client_octets(actor->session, octets.nbytes, &p->findings);
        wire_reader_feed(actor->client, buffer_span(&octets));
        pump_client(p, actor);
    } else {
        model_session_server_octets(actor->session, octets.nbytes);
        wire_reader_feed(actor->server, buffer_span(&octets));
        pump_server(p, actor);
    }
    buffer_free(&octets);
}

static void open_mailbox(struct play *p, struct actor *actor)
{
    static const char *const lines[] = {"S* OK ready", "Co1 LOGIN fred secret", "So1 OK in",
                                        "Co2 SELECT INBOX",
                                        "S* FLAGS (work \\Answered \\Flagged \\Deleted \\Seen)"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        say(p, actor, lines[i][0], span_of(lines[i] + 1), true);
    size_t exists = p->nmailboxes > 0 ? model_world_exists(p->world, "fred", "INBOX") : 9;
    struct buffer line = {0};
    buffer_printf(&line, "* %zu EXISTS", exists);
    say(p, actor, 'S', buffer_span(&line), true);
    say(p, actor, 'S', SPAN_LIT("* 0 RECENT"), true);
    say(p, actor, 'S', SPAN_LIT("o2 OK [READ-WRITE] selected"), true);
    buffer_free(&line);
}

/* ---- what came of it ------------------------------------------------------------------------ */

static void expect_quiet(struct play *p)
{
    for (; p->nexpected < p->findings.nitems; p->nexpected++) {
        const struct finding *finding = &p->findings.items[p->nexpected];
        if (finding->level == FINDING_OBSERVE)
            continue;
        struct buffer text = {0};
        buffer_printf(&text, "%s %s %s: %s", finding_level_name(finding->level), finding->rule,
                      finding->requirement, finding->text);
        complain(p, "unexpected finding", buffer_span(&text));
        buffer_free(&text);
    }
}

static void expect(struct play *p, struct span wanted)
{
    while (p->nexpected < p->findings.nitems) {
        const struct finding *finding = &p->findings.items[p->nexpected++];
        struct buffer text = {0};
        buffer_printf(&text, "%s %s %s", finding_level_name(finding->level), finding->rule,
                      finding->requirement);
        bool is_wanted = span_equal(buffer_span(&text), wanted);
        buffer_printf(&text, ": %s", finding->text);
        if (!is_wanted && finding->level != FINDING_OBSERVE)
            complain(p, "another finding than expected", buffer_span(&text));
        buffer_free(&text);
        if (is_wanted || finding->level != FINDING_OBSERVE)
            return;
    }
    complain(p, "missing finding", wanted);
}

static void answer_number(struct actor *actor, struct span noun, struct span argument,
                          struct buffer *out)
{
    uint32_t number = 0;
    size_t nremoved;
    if (span_is(noun, "exists") || span_is(noun, "recent")) {
        bool is_known = span_is(noun, "exists") ? model_session_exists(actor->session, &number)
                                                : model_session_recent(actor->session, &number);
        buffer_printf(out, is_known ? "%u" : "unknown", number);
    } else if (span_is(noun, "current")) {
        number = model_session_current(actor->session, number_in(argument));
        buffer_printf(out, number == UINT32_MAX ? "never" : "%u", number);
    } else if (span_is(noun, "identical")) {
        buffer_printf(out, "%zu", model_session_client_facts(actor->session)->nidentical);
    } else if (span_is(noun, "outstanding")) {
        buffer_printf(out, "%zu", model_session_noutstanding(actor->session));
    } else if (span_is(noun, "removed")) {
        const uint32_t *removed = model_session_removed(actor->session, &nremoved);
        for (size_t i = 0; i < nremoved; i++)
            buffer_printf(out, "%s%u", i == 0 ? "" : " ", removed[i]);
    }
}

static void answer_behaviour(struct actor *actor, struct span name, struct buffer *out)
{
    size_t count;
    const struct model_behaviour *behaviours = model_session_behaviours(actor->session, &count);
    uint32_t reading;
    ENSURE(number_parse_u32(span_from(name, 1), &reading) == 0);
    for (size_t i = 0; i < count; i++)
        if (behaviours[i].reading == reading) {
            buffer_append_text(out, out->nbytes == 0 ? "" : ", ");
            buffer_append_text(out, behaviours[i].choice);
        }
    if (out->nbytes == 0)
        buffer_append_text(out, "unseen");
}

/* exists, recent, current N, outstanding, removed, flags N, state, behaviour B59, agree */
static void answer(struct play *p, struct actor *actor, struct span noun, struct span argument,
                   struct buffer *out)
{
    static const char *const states[] = {
        "opening", "not-authenticated", "authenticated", "selected", "logout", "closed"};
    struct span flags;
    if (span_is(noun, "state"))
        buffer_append_text(out, states[model_session_state(actor->session)]);
    else if (span_is(noun, "flags") &&
             model_session_flags(actor->session, number_in(argument), &flags))
        buffer_append(out, flags);
    else if (span_is(noun, "flags"))
        buffer_append_text(out, "unknown");
    else if (span_is(noun, "behaviour"))
        answer_behaviour(actor, argument, out);
    else if (span_is(noun, "agree"))
        buffer_append_text(
            out,
            model_sessions_agree(p->actors[0].session, p->actors[1].session, out) ? "yes" : "");
    else
        answer_number(actor, noun, argument, out);
}

static void ask(struct play *p, struct actor *actor, struct span question)
{
    struct span left = question;
    size_t equals = span_find(question, SPAN_LIT(" = "));
    ENSURE(equals != SPAN_NPOS);
    struct span wanted = span_from(question, equals + 3);
    left = span_slice(question, 0, equals);
    struct span noun = span_cut(&left, ' ');
    struct buffer text = {0};
    answer(p, actor, noun, left, &text);
    if (!span_equal(buffer_span(&text), wanted))
        complain(p, "another answer", buffer_span(&text));
    buffer_free(&text);
}

/* ---- lines ---------------------------------------------------------------------------------- */

static bool play_setting(struct play *p, struct span word, struct span rest)
{
    if (span_is(word, "world")) {
        (void)add_mailbox(p, SPAN_LIT("INBOX"), rest);
    } else if (span_is(word, "mailbox")) {
        struct span name = span_cut(&rest, ' ');
        (void)add_mailbox(p, name, rest);
    } else if (span_is(word, "readonly")) {
        struct span name = span_cut(&rest, ' ');
        add_mailbox(p, name, rest)->is_readonly = true;
    } else if (span_is(word, "flags")) {
        set_flags(p, rest);
    } else if (span_is(word, "several")) {
        p->setup.is_single_writer = false;
    } else if (span_is(word, "judge")) {
        p->setup.judges_client = span_is(rest, "client");
        p->setup.judges_server = !p->setup.judges_client;
    } else if (span_is(word, "crossing")) {
        p->setup.may_cross = true;
    } else if (span_is(word, "preauthenticated")) {
        p->setup.is_preauthenticated = true;
    } else {
        return false;
    }
    return true;
}

static bool play_event(struct play *p, struct actor *actor, struct span word, struct span rest)
{
    if (span_is(word, "open")) {
        open_mailbox(p, actor);
    } else if (span_is(word, "eof") || span_is(word, "reset")) {
        model_session_server_closed(actor->session, span_is(word, "reset"), &p->findings);
    } else if (span_is(word, "client-eof") || span_is(word, "client-reset")) {
        wire_reader_end(actor->client);
        pump_client(p, actor);
        model_session_client_ended(actor->session, span_is(word, "client-reset"), &p->findings);
    } else if (span_is(word, "close")) {
        model_session_client_closed(actor->session);
    } else if (span_is(word, "deliver")) {
        struct span name = span_cut(&rest, ' ');
        model_world_deliver(p->world, "fred", arena_text(&p->arena, name),
                            &p->series[number_in(rest) - 1]);
    } else {
        return false;
    }
    return true;
}

static void play_line(struct play *p, struct span line)
{
    struct span rest = line, word = span_cut(&rest, ' ');
    char name = 'a';
    if (word.nbytes == 1 && (word.data[0] == 'a' || word.data[0] == 'b' || word.data[0] == 'c')) {
        name = word.data[0];
        word = span_cut(&rest, ' ');
    }
    if (span_is(word, "!")) {
        expect(p, rest);
        return;
    }
    if (play_setting(p, word, rest))
        return;
    expect_quiet(p);
    struct actor *actor = actor_of(p, name);
    if (span_is(word, "C:") || span_is(word, "S:"))
        say(p, actor, word.data[0], rest, true);
    else if (span_is(word, "C=") || span_is(word, "S="))
        say(p, actor, word.data[0], rest, false);
    else if (span_is(word, "?"))
        ask(p, actor, rest);
    else if (!play_event(p, actor, word, rest))
        complain(p, "not understood", line);
}

static void begin(struct play *p, struct span title, unsigned line, struct buffer *out)
{
    *p = (struct play){.title = title, .line = line, .out = out};
    p->findings.arena = &p->arena;
    p->series = fixture_generate(&p->arena, SERIES);
    p->setup = (struct model_setup){
        .dialect = "imap2", .user = "fred", .judges_server = true, .is_single_writer = true};
}

static bool end(struct play *p)
{
    expect_quiet(p);
    for (size_t i = 0; i < SESSIONS; i++) {
        model_session_free(&p->actors[i].session);
        wire_reader_free(&p->actors[i].client);
        wire_reader_free(&p->actors[i].server);
    }
    model_world_free(&p->world);
    arena_free(&p->arena);
    return p->has_failed;
}

size_t transcript_play(struct span text, struct buffer *out, size_t *ncases_r)
{
    struct play p = {0};
    size_t nbad = 0;
    unsigned line = 0;
    *ncases_r = 0;
    while (text.nbytes > 0) {
        struct span now = span_cut(&text, '\n');
        p.line = ++line;
        if (span_starts_with(now, SPAN_LIT("== "))) {
            if ((*ncases_r)++ > 0)
                nbad += end(&p);
            begin(&p, span_from(now, 3), line, out);
        } else if (span_trim(now).nbytes > 0 && now.data[0] != '#') {
            play_line(&p, now);
        }
    }
    if (*ncases_r > 0)
        nbad += end(&p);
    return nbad;
}
