#include "reference/client.h"
#include "reference/session.h"
#include "targets/place.h"
#include "targets/target.h"

/*
 * Two octets an event. Of the first the upper three bits say what happens and the lower two whose
 * connection it is; the second is the argument: how many octets are carried, say.
 */
enum event_kind {
    BEGIN,       /* the client is asked to do something */
    CARRY_UP,    /* so many octets reach the server, at most */
    CARRY_DOWN,  /* so many reach the client */
    CARRY_ALL,   /* both ways, until nothing is under way on this connection */
    DELIVER,     /* a message arrives from outside */
    BREAK,       /* the connection is lost; a new one is made and logged in */
    BEGIN_AGAIN, /* as BEGIN */
    CARRY_BIT    /* as CARRY_DOWN, of fewer octets */
};

enum { NCONNECTIONS = 3, NOPERATIONS_MAX = 64, NEVENTS_MAX = 400, NROUNDS_MAX = 100000 };

struct connection {
    struct reference_client *client;
    struct reference_session *session;
    uint64_t operations[NOPERATIONS_MAX];
    size_t noperations;
    const char *name;
};

struct loop {
    struct place place;
    struct connection connections[NCONNECTIONS];
};

/* ---- what a client is asked ---- */

static const struct span flags[] = {SPAN_INIT("\\Seen"), SPAN_INIT("\\Deleted"),
                                    SPAN_INIT("\\Flagged")};
static const struct client_criterion criteria[] = {
    {.key = SPAN_INIT("SUBJECT"), .value = SPAN_INIT("a \"{3}\""), .has_value = true},
    {.key = SPAN_INIT("UNDELETED")},
    {.key = SPAN_INIT("RECENT")}};

#define FETCH(numbers, what, missing)                                                              \
    {                                                                                              \
        .verb = CLIENT_FETCH, .sequence = SPAN_INIT(numbers), .items = (what),                     \
        .only_missing = (missing)                                                                  \
    }
#define STORE(numbers, how, which)                                                                 \
    {                                                                                              \
        .verb = CLIENT_STORE, .sequence = SPAN_INIT(numbers), .store = (how),                      \
        .flags = &flags[which], .nflags = 1                                                        \
    }
static const struct client_request requests[] = {
    {.verb = CLIENT_SELECT, .name = SPAN_INIT("INBOX")},
    {.verb = CLIENT_SELECT, .name = SPAN_INIT("m1")},
    FETCH("1", CLIENT_ALL, false),
    FETCH("1:3", CLIENT_FLAGS, false),
    FETCH("2:5", CLIENT_RFC822, false),
    FETCH("1:2", CLIENT_HEADER | CLIENT_TEXT | CLIENT_SIZE, true),
    FETCH("3,1", CLIENT_INTERNALDATE | CLIENT_ENVELOPE, true),
    STORE("1", CLIENT_STORE_ADD, 1),
    STORE("2:3", CLIENT_STORE_ADD, 1),
    STORE("1:2", CLIENT_STORE_REMOVE, 0),
    STORE("1:4", CLIENT_STORE_REPLACE, 2),
    {.verb = CLIENT_EXPUNGE},
    {.verb = CLIENT_CHECK},
    {.verb = CLIENT_NOOP},
    {.verb = CLIENT_SEARCH, .criteria = criteria, .ncriteria = 1},
    {.verb = CLIENT_SEARCH, .criteria = criteria + 1, .ncriteria = 2},
    {.verb = CLIENT_COPY, .sequence = SPAN_INIT("1"), .name = SPAN_INIT("INBOX")},
    {.verb = CLIENT_COPY, .sequence = SPAN_INIT("1:2"), .name = SPAN_INIT("m1")},
    {.verb = CLIENT_COPY, .sequence = SPAN_INIT("1"), .name = SPAN_INIT("{new}")},
    {.verb = CLIENT_FIND_MAILBOXES, .name = SPAN_INIT("*")},
    {.verb = CLIENT_SELECT, .name = SPAN_INIT("no such mailbox")},
    {.verb = CLIENT_BBOARD, .name = SPAN_INIT("b1")},
    {.verb = CLIENT_SELECT, .name = SPAN_INIT("m3")},
    {.verb = CLIENT_LOGOUT},
};
enum { NREQUESTS = sizeof requests / sizeof *requests };

static void begin(struct connection *c, const struct client_request *request)
{
    if (c->noperations < NOPERATIONS_MAX)
        c->operations[c->noperations++] = reference_client_begin(c->client, request);
    fuzz_ncommands++;
}

/* ---- pipes ---- */

static void trace(const struct connection *c, char who, struct span octets)
{
    if (fuzz_trace != NULL && octets.nbytes > 0)
        fuzz_trace(c->name, who, octets);
}

static size_t carry_up(struct connection *c, size_t most)
{
    if (reference_session_is_closing(c->session) || !reference_session_wants_input(c->session))
        return 0;
    struct span octets = span_slice(reference_client_output(c->client), 0, most);
    trace(c, 'C', octets);
    reference_session_receive(c->session, octets);
    reference_client_sent(c->client, octets.nbytes);
    return octets.nbytes;
}

static size_t carry_down(struct connection *c, size_t most)
{
    struct span octets = span_slice(reference_session_output(c->session), 0, most);
    trace(c, 'S', octets);
    reference_client_receive(c->client, octets);
    reference_session_sent(c->session, octets.nbytes);
    return octets.nbytes;
}

static void settle(struct connection *c)
{
    size_t nrounds = 0;
    while (carry_up(c, SIZE_MAX) + carry_down(c, SIZE_MAX) > 0)
        if (++nrounds > NROUNDS_MAX)
            fuzz_fail("loop.end", "", "endless", "client and server talk without an end");
    if (reference_session_is_closing(c->session))
        reference_client_receive_eof(c->client);
}

static void open_connection(struct loop *loop, struct connection *c)
{
    static const struct client_request login = {
        .verb = CLIENT_LOGIN, .name = SPAN_INIT("fred"), .password = SPAN_INIT("secret")};
    c->client = reference_client_new(NULL);
    c->session = reference_session_open(loop->place.server);
    c->noperations = 0;
    begin(c, &login);
}

static void close_connection(struct connection *c)
{
    reference_client_free(&c->client);
    reference_session_free(&c->session);
}

/* ---- what must be true in the end ---- */

static void check_deadlock(const struct connection *c)
{
    for (size_t i = 0; i < c->noperations; i++)
        if (reference_client_result(c->client, c->operations[i])->outcome == CLIENT_RUNNING)
            fuzz_fail("loop.deadlock", "cmd.one-completion", "both wait",
                      "operation %zu has no end, and neither side says anything", i);
}

static bool has(struct span list, const char *flag)
{
    return client_flags_have(list, span_of(flag));
}

static void check_flags(const struct client_message *believed, const struct view *view,
                        const struct view_entry *entry)
{
    static const char *const names[] = {"\\Answered", "\\Flagged", "\\Deleted", "\\Seen"};
    struct mail_flags truth = entry->message->flags;
    for (unsigned i = 0; i < 4; i++)
        if (has(believed->flags, names[i]) != ((truth.system >> i & 1) != 0))
            fuzz_fail("loop.flags", "cache.flags", names[i], "%s of message %u is wrong: (%.*s)",
                      names[i], (unsigned)believed->number, SPAN_ARG(believed->flags));
    for (unsigned i = 0; i < view->box->nkeywords; i++)
        if (has(believed->flags, view->box->keywords[i]) != ((truth.keywords >> i & 1) != 0))
            fuzz_fail("loop.flags", "cache.flags", "keyword", "%s of message %u is wrong: (%.*s)",
                      view->box->keywords[i], (unsigned)believed->number,
                      SPAN_ARG(believed->flags));
    if (has(believed->flags, "\\Recent") != (bool)entry->is_recent)
        fuzz_fail("loop.flags", "fetch.flags-recent", "recent", "\\Recent of message %u is wrong",
                  (unsigned)believed->number);
}

static void check_content(const struct client_message *believed, struct mail_content *content)
{
    const struct {
        unsigned item;
        struct span believed, truth;
    } texts[] = {{CLIENT_RFC822, believed->rfc822, content->octets},
                 {CLIENT_HEADER, believed->header, mail_content_header(content)},
                 {CLIENT_TEXT, believed->text, mail_content_text(content)}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if ((believed->known & texts[i].item) != 0 &&
            !span_equal(texts[i].believed, texts[i].truth))
            fuzz_fail("loop.content", "", "text", "a text of message %u is another one",
                      (unsigned)believed->number);
    if ((believed->known & CLIENT_SIZE) != 0 && believed->size_nbytes != content->octets.nbytes)
        fuzz_fail("loop.content", "", "size", "message %u has %zu octets, not %u",
                  (unsigned)believed->number, content->octets.nbytes,
                  (unsigned)believed->size_nbytes);
}

static void check_message(const struct client_message *believed, struct view *view)
{
    const struct view_entry *entry = view_entry(view, believed->number);
    struct mail_content *content;
    if ((believed->known & CLIENT_FLAGS) != 0)
        check_flags(believed, view, entry);
    if ((believed->known & CLIENT_INTERNALDATE) != 0 &&
        believed->internal_date.wall_s != entry->message->time.wall_s)
        fuzz_fail("loop.content", "fetch.internaldate", "date",
                  "the date of message %u is another one", (unsigned)believed->number);
    if (mail_message_load(view->box, entry->message, &content) != MAIL_OK)
        fuzz_fail("loop.content", "", "load", "a message cannot be loaded");
    check_content(believed, content);
    mail_message_unload(view->box, entry->message);
}

static void check_state(const struct connection *c)
{
    static const struct {
        enum client_state client;
        enum session_state session;
    } pairs[] = {{CLIENT_AUTHENTICATED, SESSION_AUTHENTICATED},
                 {CLIENT_SELECTED, SESSION_SELECTED},
                 {CLIENT_CLOSED, SESSION_CLOSED}};
    enum client_state state = reference_client_state(c->client);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if ((state == pairs[i].client) != (c->session->state == pairs[i].session))
            fuzz_fail("loop.state", "", "state", "the client is in state %d, the server in %d",
                      (int)state, (int)c->session->state);
}

static void check_cache(const struct connection *c)
{
    struct client_view believed;
    struct view *view = &c->session->view;
    check_state(c);
    if (reference_client_state(c->client) != CLIENT_SELECTED)
        return;
    if (!reference_client_view(c->client, &believed) || believed.exists != view->nentries)
        fuzz_fail("loop.exists", "resp.exists", "count", "the client knows of %u messages of %zu",
                  (unsigned)believed.exists, view->nentries);
    if (believed.recent != view->nrecent)
        fuzz_fail("loop.recent", "resp.recent", "count", "%zu are recent, not %u", view->nrecent,
                  (unsigned)believed.recent);
    if ((believed.access == CLIENT_READ_WRITE) != view->is_writable)
        fuzz_fail("loop.access", "", "access", "the client is wrong about its access");
    for (size_t i = 0; i < reference_client_nknown(c->client); i++)
        check_message(reference_client_known(c->client, i), view);
}

/* Everybody asks for the news, and then knows what is. */
static void finish(struct loop *loop)
{
    static const struct client_request check = {.verb = CLIENT_CHECK};
    for (size_t i = 0; i < NCONNECTIONS; i++) {
        settle(&loop->connections[i]);
        check_deadlock(&loop->connections[i]);
    }
    for (size_t i = 0; i < NCONNECTIONS; i++) {
        struct connection *c = &loop->connections[i];
        c->noperations = 0;
        if (reference_client_state(c->client) == CLIENT_SELECTED)
            begin(c, &check);
        settle(c);
        check_deadlock(c);
        check_cache(c);
    }
}

/* ---- a run ---- */

static void act(struct loop *loop, unsigned code, unsigned argument)
{
    struct connection *c = &loop->connections[(code & 3) % NCONNECTIONS];
    switch ((enum event_kind)(code >> 5)) {
    case BEGIN:
    case BEGIN_AGAIN:
        begin(c, &requests[argument % NREQUESTS]);
        return;
    case CARRY_UP:
        (void)carry_up(c, argument % 64 + 1);
        return;
    case CARRY_DOWN:
        (void)carry_down(c, (size_t)argument * 4 + 1);
        return;
    case CARRY_BIT:
        (void)carry_down(c, argument % 8 + 1);
        return;
    case CARRY_ALL:
        settle(c);
        return;
    case DELIVER:
        place_deliver(&loop->place, argument >> 4 & 1, argument & 0xf);
        return;
    case BREAK:
        close_connection(c);
        open_connection(loop, c);
        return;
    }
}

/* Three clients of the server, each through a pipe that carries as many octets as the input says.
 */
void fuzz_loop_one(struct span octets)
{
    static const char *const names[NCONNECTIONS] = {"c1", "c2", "c3"};
    struct loop loop;
    place_open(&loop.place);
    for (size_t i = 0; i < NCONNECTIONS; i++) {
        loop.connections[i].name = names[i];
        open_connection(&loop, &loop.connections[i]);
    }
    for (size_t i = 0; i + 1 < octets.nbytes && i / 2 < NEVENTS_MAX; i += 2)
        act(&loop, (unsigned char)octets.data[i], (unsigned char)octets.data[i + 1]);
    finish(&loop);
    for (size_t i = 0; i < NCONNECTIONS; i++)
        close_connection(&loop.connections[i]);
    place_close(&loop.place);
}
