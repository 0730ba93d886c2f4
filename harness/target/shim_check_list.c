#include <string.h>

#include "target/shim_check_inside.h"

#define NEEDS(verb) (1u << (verb))

enum { LIST_QUIET_MS = 150, LIST_HOLD_MS = 300, LIST_NMESSAGES = 4 };

/* ---- starting ---- */

static void check_silent(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    if (shim_talk_quiet(talk, LIST_QUIET_MS, "it writes something before it is asked"))
        (void)shim_talk_ask(talk, "features", TALK_OK | TALK_UNSUPPORTED);
}

static const char *const requests[SHIM_NVERBS] = {
    [SHIM_CLOSE] = "close",
    [SHIM_LOGIN] = "login fred secret",
    [SHIM_LOGOUT] = "logout",
    [SHIM_NOOP] = "noop",
    [SHIM_SELECT] = "select INBOX",
    [SHIM_BBOARD] = "bboard news",
    [SHIM_FIND] = "find mailboxes *",
    [SHIM_CHECK] = "check",
    [SHIM_EXPUNGE] = "expunge",
    [SHIM_COPY] = "copy 1 notes",
    [SHIM_FETCH] = "fetch 1 FLAGS",
    [SHIM_SHOW] = "show 1 FLAGS",
    [SHIM_FETCH_TEXT] = "fetch-text 1",
    [SHIM_REPLY] = "reply 1",
    [SHIM_STORE] = "store 1 +FLAGS (\\Deleted)",
    [SHIM_SEARCH] = "search ALL",
    [SHIM_CACHE] = "cache",
    [SHIM_LOG] = "log",
    [SHIM_FEATURES] = "features",
};

/* Who cannot say what it knows is asked for everything. */
static void try_verbs(struct shim_talk *talk, struct shim_verbs *verbs)
{
    for (size_t i = 0; i < SHIM_NVERBS; i++)
        if (requests[i] != NULL && shim_talk_ask(talk, requests[i], TALK_ANY))
            verbs->knows[i] = !shim_talk_is(talk, SHIM_UNSUPPORTED);
}

static void check_features(struct shim_talk *talk, struct shim_verbs *verbs)
{
    if (!shim_talk_ask(talk, "features", TALK_OK | TALK_UNSUPPORTED))
        return;
    verbs->has_told = shim_talk_is(talk, SHIM_OK);
    for (size_t i = 0; i < talk->answer.nlines; i++) {
        enum shim_verb verb;
        struct span name = talk->answer.lines[i].words[1].value;
        if (shim_verb_find(name, &verb))
            verbs->knows[verb] = true;
        else if (span_is(name, "overlap"))
            verbs->overlaps = true;
        else
            (void)shim_talk_wrong(talk, "a feature is the name of a verb, or `overlap`",
                                  "a verb of the manual",
                                  arena_printf(&talk->arena, "feature %.*s", SPAN_ARG(name)));
    }
    if (!verbs->has_told)
        try_verbs(talk, verbs);
    else if (!verbs->knows[SHIM_OPEN] || !verbs->knows[SHIM_QUIT])
        (void)shim_talk_wrong(talk, "each shim has these verbs", "feature open, feature quit",
                              "not both of them");
    verbs->knows[SHIM_OPEN] = verbs->knows[SHIM_QUIT] = true;
}

static void check_unknown(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    if (shim_talk_ask(talk, "frobnicate 1 \"a b\" (c)", TALK_UNSUPPORTED))
        (void)shim_talk_ask(talk, "features", TALK_OK | TALK_UNSUPPORTED);
}

/* ---- verbs ---- */

static void check_unnamed(struct shim_talk *talk, struct shim_verbs *verbs)
{
    for (size_t i = 0; i < SHIM_NVERBS; i++)
        if (verbs->has_told && !verbs->knows[i] && requests[i] != NULL)
            (void)shim_talk_ask(talk, requests[i], TALK_UNSUPPORTED);
}

/* ---- connecting ---- */

static void check_unconnected(struct shim_talk *talk, struct shim_verbs *verbs)
{
    for (size_t i = 0; i < SHIM_NVERBS; i++)
        if (shim_verb_info((enum shim_verb)i)->is_operation && verbs->knows[i] && i != SHIM_LOGOUT)
            (void)shim_talk_ask(talk, requests[i], TALK_FAILED);
}

static void check_refused(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    unsigned port = net_free_port();
    if (shim_talk_ask(talk, arena_printf(&talk->arena, "open 127.0.0.1 %u", port), TALK_FAILED))
        (void)shim_talk_open(talk);
}

static void check_greeting(struct shim_talk *talk, struct shim_verbs *verbs)
{
    talk->holds = true;
    if (!shim_talk_open(talk)) {
        if (talk->is_wrong)
            talk->text = "`open` is answered before the greeting has come";
        return;
    }
    talk->holds = false;
    if (verbs->knows[SHIM_LOGIN])
        (void)shim_talk_ask(talk, "login fred secret", TALK_OK);
}

static void check_close(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    if (!shim_talk_ask(talk, "close", TALK_OK) || !shim_talk_is_disconnected(talk))
        return;
    if (span_find_nocase(buffer_span(&talk->heard), SPAN_LIT("LOGOUT")) != SPAN_NPOS)
        (void)shim_talk_wrong(talk, "`close` drops the connection", "no LOGOUT", "LOGOUT");
    if (shim_talk_open(talk))
        (void)shim_talk_ask(talk, "login fred secret", TALK_OK);
}

static void check_logout(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    if (!shim_talk_ask(talk, "logout", TALK_OK) || !shim_talk_is_disconnected(talk))
        return;
    if (span_find_nocase(buffer_span(&talk->heard), SPAN_LIT(" LOGOUT")) == SPAN_NPOS)
        (void)shim_talk_wrong(talk, "`logout` sends LOGOUT", "LOGOUT", "the connection was closed");
    if (shim_talk_open(talk))
        (void)shim_talk_ask(talk, "login fred secret", TALK_OK);
}

static void check_logout_lost(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    talk->hangs_up = true;
    (void)shim_talk_ask(talk, "logout", TALK_OK);
}

static void check_lost(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    talk->hangs_up = true;
    if (!shim_talk_ask(talk, "noop", TALK_FAILED))
        return;
    talk->hangs_up = false;
    if (shim_talk_open(talk))
        (void)shim_talk_ask(talk, "login fred secret", TALK_OK);
}

/* ---- words ---- */

static void check_blanks(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    if (shim_talk_ask(talk, "select \"INBOX\"", TALK_OK) &&
        shim_talk_ask(talk, "fetch 1 (FLAGS RFC822.SIZE)", TALK_OK))
        (void)shim_talk_ask(talk, "fetch  1  ( \"FLAGS\" RFC822.SIZE )", TALK_OK);
}

/* Whatever the client makes of such a password: when it is sent, then octet for octet. */
static void check_octets(struct shim_talk *talk, struct shim_verbs *verbs)
{
    static const char octets[] = "x\r\ny\xff\x7f";
    (void)verbs;
    if (!shim_talk_ask(talk, "login nobody \"x\\x0d\\x0ay\\xff\\x7F\"",
                       TALK_NO | TALK_BAD | TALK_FAILED | TALK_UNSUPPORTED))
        return;
    struct span heard = buffer_span(&talk->heard);
    bool is_sent = shim_talk_is(talk, SHIM_NO) || shim_talk_is(talk, SHIM_BAD);
    if (!is_sent || span_find(heard, span_of(octets)) != SPAN_NPOS)
        return;
    struct buffer shown = {0};
    buffer_append_escaped(&shown, heard, 200);
    (void)shim_talk_wrong(talk, "octets of a string arrive as they were written",
                          "x\\r\\ny\\xff\\x7f among what the client sends",
                          arena_text(&talk->arena, buffer_span(&shown)));
    buffer_free(&shown);
}

static void check_pieces(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    shim_talk_send(talk, "featu");
    if (!shim_talk_quiet(talk, LIST_QUIET_MS, "a request is answered before its line has ended"))
        return;
    shim_talk_send(talk, "res\n");
    (void)shim_talk_answer(talk, "features");
}

/* ---- order ---- */

static bool is_in_order(struct shim_talk *talk, const char *request, enum shim_status status)
{
    if (!shim_talk_answer(talk, request))
        return false;
    return shim_talk_is(talk, status) ||
           shim_talk_wrong(
               talk,
               "answers come in the order of the requests: noop, frobnicate, search, features",
               arena_printf(&talk->arena, "`%s` to `%s`", shim_status_word(status), request),
               shim_status_word(talk->answer.status));
}

static void check_order(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    talk->holds = true;
    shim_talk_send(talk, "noop\nfrobnicate\nsearch ALL\nfeatures\n");
    if (!shim_talk_quiet(talk, LIST_HOLD_MS,
                         "something is answered while the first request waits for the server"))
        return;
    talk->holds = false;
    if (is_in_order(talk, "noop", SHIM_OK) && is_in_order(talk, "frobnicate", SHIM_UNSUPPORTED) &&
        is_in_order(talk, "search ALL", SHIM_OK))
        (void)is_in_order(talk, "features", SHIM_OK);
}

/* Both commands are under way before either is answered. */
static void check_overlap(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    talk->holds = true;
    buffer_clear(&talk->heard);
    shim_talk_send(talk, "fetch 1 FLAGS\nfetch 2 FLAGS\n");
    bool is_first_sent = shim_talk_hears(talk, SPAN_LIT("FETCH 1 "));
    if (!is_first_sent || !shim_talk_hears(talk, SPAN_LIT("FETCH 2 ")))
        (void)shim_talk_wrong(talk, "a client that names `overlap` overlaps commands",
                              "FETCH 2 before FETCH 1 is answered",
                              is_first_sent ? "FETCH 1 alone" : "nothing");
    talk->holds = false;
    if (shim_talk_answer(talk, "fetch 1 FLAGS"))
        (void)shim_talk_answer(talk, "fetch 2 FLAGS");
}

static void check_unasked(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    if (!shim_talk_ask(talk, "noop", TALK_OK))
        return;
    shim_talk_say(talk, "* OK Here is something to say\r\n");
    if (shim_talk_quiet(talk, LIST_HOLD_MS, "it writes something that is no answer"))
        (void)shim_talk_ask(talk, "noop", TALK_OK);
}

/* ---- statuses ---- */

static void check_no(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    talk->refusal = "NO There is no such mailbox";
    if (shim_talk_ask(talk, "select nosuchbox", TALK_NO))
        (void)shim_talk_ask(talk, "select INBOX", TALK_OK);
}

/* Who cannot tell BAD from NO says `no`. */
static void check_bad(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    talk->refusal = "BAD What do you mean";
    if (shim_talk_ask(talk, "noop", TALK_BAD | TALK_NO))
        (void)shim_talk_ask(talk, "noop", TALK_OK);
}

/* ---- data ---- */

static void check_nothing_found(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    if (shim_talk_ask(talk, "search SUBJECT nowheretobefound", TALK_OK) &&
        talk->answer.lines[0].nwords != 1)
        (void)shim_talk_wrong(talk, "when nothing is found, `found` stands alone", "found",
                              "found and more");
}

static void check_text(struct shim_talk *talk, struct shim_verbs *verbs)
{
    static const char text[] = "say \"hello\" \\x41\\\r\n\tand \x01\xe9\xff\r\n";
    (void)verbs;
    if (!shim_talk_ask(talk, "fetch-text 2", TALK_OK))
        return;
    struct span got = talk->answer.lines[0].words[1].value;
    if (span_is(got, text))
        return;
    struct buffer room = {0};
    buffer_append_escaped(&room, got, 200);
    (void)shim_talk_wrong(talk,
                          "the text of a message is told octet for octet, with \\\" \\\\ and \\xHH",
                          "say \\\"hello\\\" \\\\x41\\\\\\r\\n\\tand \\x01\\xe9\\xff\\r\\n",
                          arena_text(&talk->arena, buffer_span(&room)));
    buffer_free(&room);
}

static void check_mailboxes(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    if (!shim_talk_ask(talk, "find mailboxes *", TALK_OK))
        return;
    for (size_t i = 0; i < talk->answer.nlines; i++)
        if (span_is(talk->answer.lines[i].words[1].value, "notes"))
            return;
    (void)shim_talk_wrong(talk, "what is found is listed", "mailbox notes", "no such line");
}

static void check_log_is_new(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    if (!shim_talk_ask(talk, "log", TALK_OK))
        return;
    if (shim_talk_ask(talk, "log", TALK_OK) && talk->answer.nlines > 0)
        (void)shim_talk_wrong(talk, "`log` tells what came since the last `log`",
                              "no data line in the second of two", "the same again");
}

/* ---- cache ---- */

/* The number of the last such line; the strict reading has seen that there is one. */
static bool has_number(struct shim_talk *talk, const char *noun, uint32_t number)
{
    struct shim_line values;
    uint32_t value = 0;
    if (shim_answer_find(&talk->answer, noun, 0, NULL, &values) &&
        number_parse_u32(values.words[0].value, &value) == 0 && value == number)
        return true;
    return shim_talk_wrong(talk, "what `cache` tells",
                           arena_printf(&talk->arena, "%s %u", noun, number),
                           arena_printf(&talk->arena, "%s %u", noun, value));
}

static bool is_empty(struct shim_talk *talk)
{
    static const char *const nouns[] = {"mailbox", "bboard",   "flags", "size",
                                        "date",    "envelope", "holds"};
    struct shim_line values;
    if (!shim_talk_ask(talk, "cache", TALK_OK) || !has_number(talk, "exists", 0) ||
        !has_number(talk, "recent", 0))
        return false;
    for (size_t i = 0; i < sizeof nouns / sizeof nouns[0]; i++)
        if (shim_answer_find(&talk->answer, nouns[i], 0, NULL, &values))
            return shim_talk_wrong(talk, "the cache is empty",
                                   "no lines but `exists 0`, `recent 0`",
                                   arena_printf(&talk->arena, "a line `%s`", nouns[i]));
    return true;
}

static void check_cache_first(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    (void)is_empty(talk);
}

static void check_cache_again(struct shim_talk *talk, struct shim_verbs *verbs)
{
    bool is_told = verbs->knows[SHIM_LOGOUT];
    if (!shim_talk_ask(talk, "cache", TALK_OK) || !has_number(talk, "exists", LIST_NMESSAGES))
        return;
    if (shim_talk_ask(talk, is_told ? "logout" : "close", TALK_OK) && shim_talk_open(talk))
        (void)is_empty(talk);
}

static void check_cache_counts(struct shim_talk *talk, struct shim_verbs *verbs)
{
    struct shim_line values;
    (void)verbs;
    if (!shim_talk_ask(talk, "cache", TALK_OK) || !has_number(talk, "exists", LIST_NMESSAGES) ||
        !has_number(talk, "recent", 0))
        return;
    if (shim_answer_find(&talk->answer, "mailbox", 0, NULL, &values) &&
        !span_is(values.words[0].value, "INBOX"))
        (void)shim_talk_wrong(talk, "the mailbox that is selected", "mailbox INBOX",
                              "another name");
}

static void check_cache_arrived(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    shim_talk_say(talk, "* 5 EXISTS\r\n* 1 RECENT\r\n");
    shim_talk_wait(talk, LIST_QUIET_MS);
    if (shim_talk_ask(talk, "cache", TALK_OK) && !has_number(talk, "exists", LIST_NMESSAGES + 1))
        talk->text = "what had arrived before `cache` is taken before it is answered";
}

static void check_cache_after(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    if (shim_talk_ask(talk, "logout", TALK_OK) && shim_talk_ask(talk, "cache", TALK_OK) &&
        !has_number(talk, "exists", LIST_NMESSAGES))
        talk->text = "after the connection, `cache` tells what was believed last";
}

static void check_cache_quoted(struct shim_talk *talk, struct shim_verbs *verbs)
{
    static const char wanted[] = "a \"quoted\" back\\slash";
    struct shim_line values;
    (void)verbs;
    if (!shim_talk_ask(talk, "fetch 2 ENVELOPE", TALK_OK) || !shim_talk_ask(talk, "cache", TALK_OK))
        return;
    if (shim_answer_find(&talk->answer, "envelope", 2, "subject", &values) &&
        !span_is(values.words[0].value, wanted))
        (void)shim_talk_wrong(talk, "a subject with quotes and a backslash",
                              "envelope 2 subject \"a \\\"quoted\\\" back\\\\slash\"",
                              "another subject");
}

/* ---- the end ---- */

static void check_quit(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    if (shim_talk_ask(talk, "quit", TALK_OK) && shim_talk_ends(talk, false))
        (void)shim_talk_is_disconnected(talk);
}

static void check_eof(struct shim_talk *talk, struct shim_verbs *verbs)
{
    (void)verbs;
    shim_talk_close_input(talk);
    if (shim_talk_ends(talk, true))
        (void)shim_talk_is_disconnected(talk);
}

/* ---- the list ---- */

const struct shim_check_item shim_check_items[] = {
    {"start", "it writes nothing before it is asked, answers at once, and flushes each line",
     STATE_STARTED, 0, check_silent, NULL, true},
    {"features", "`features` names verbs, `open` and `quit` among them", STATE_STARTED, 0,
     check_features, NULL, true},
    {"verb.unknown", "a verb it does not know is `unsupported`", STATE_STARTED, 0, check_unknown,
     NULL, false},
    {"verb.unnamed", "what `features` does not name is `unsupported`", STATE_STARTED, 0,
     check_unnamed, NULL, false},
    {"verb.unconnected", "without a connection a command of the client's is `failed`",
     STATE_STARTED, 0, check_unconnected, NULL, false},
    {"cache.before-open", "before `open` the cache is empty", STATE_STARTED, NEEDS(SHIM_CACHE),
     check_cache_first, NULL, false},
    {"line.pieces", "a request is answered when its line has ended", STATE_STARTED, 0, check_pieces,
     NULL, false},
    {"open", "it connects", STATE_OPEN, 0, NULL, NULL, false},
    {"open.refused", "`open` to a port where nobody listens is `failed`, and the next one works",
     STATE_STARTED, 0, check_refused, NULL, false},
    {"open.greeting", "`open` does not wait for the greeting", STATE_STARTED, 0, check_greeting,
     NULL, false},
    {"verb.login", "`login`", STATE_LOGGED_IN, NEEDS(SHIM_LOGIN), NULL, NULL, false},
    {"verb.select", "`select`", STATE_SELECTED, NEEDS(SHIM_SELECT), NULL, NULL, false},
    {"verb.noop", "`noop`", STATE_LOGGED_IN, NEEDS(SHIM_NOOP), NULL, "noop", false},
    {"verb.bboard", "`bboard`", STATE_LOGGED_IN, NEEDS(SHIM_BBOARD), NULL, "bboard news", false},
    {"verb.find", "`find` lists mailboxes", STATE_LOGGED_IN, NEEDS(SHIM_FIND), check_mailboxes,
     NULL, false},
    {"verb.check", "`check`", STATE_SELECTED, NEEDS(SHIM_CHECK), NULL, "check", false},
    {"verb.expunge", "`expunge`", STATE_SELECTED, NEEDS(SHIM_EXPUNGE), NULL, "expunge", false},
    {"verb.copy", "`copy`", STATE_SELECTED, NEEDS(SHIM_COPY), NULL, "copy 1 notes", false},
    {"verb.fetch", "`fetch`", STATE_SELECTED, NEEDS(SHIM_FETCH), NULL, "fetch 1:2 FLAGS", false},
    {"verb.show", "`show`", STATE_SELECTED, NEEDS(SHIM_SHOW), NULL, "show 1:2 FLAGS", false},
    {"verb.fetch-text", "`fetch-text` tells a text octet for octet", STATE_SELECTED,
     NEEDS(SHIM_FETCH_TEXT), check_text, NULL, false},
    {"verb.reply", "`reply`", STATE_SELECTED, NEEDS(SHIM_REPLY), NULL, "reply 2", false},
    {"verb.store", "`store`", STATE_SELECTED, NEEDS(SHIM_STORE), NULL, "store 1 +FLAGS (\\Deleted)",
     false},
    {"verb.search", "`search`", STATE_SELECTED, NEEDS(SHIM_SEARCH), NULL, "search ALL", false},
    {"verb.log", "`log` tells each thing once", STATE_SELECTED, NEEDS(SHIM_LOG), check_log_is_new,
     NULL, false},
    {"verb.logout", "`logout` sends LOGOUT and closes", STATE_SELECTED, NEEDS(SHIM_LOGOUT),
     check_logout, NULL, false},
    {"verb.close", "`close` drops the connection without LOGOUT", STATE_LOGGED_IN,
     NEEDS(SHIM_CLOSE), check_close, NULL, false},
    {"search.nothing", "`found` comes also when nothing was found", STATE_SELECTED,
     NEEDS(SHIM_SEARCH), check_nothing_found, NULL, false},
    {"line.words", "bare words, strings, parentheses, several blanks", STATE_SELECTED,
     NEEDS(SHIM_FETCH), check_blanks, NULL, false},
    {"line.octets", "\\xHH in a request is that octet", STATE_OPEN, NEEDS(SHIM_LOGIN), check_octets,
     NULL, false},
    {"order", "requests written ahead are answered in their order", STATE_SELECTED,
     NEEDS(SHIM_NOOP) | NEEDS(SHIM_SEARCH) | NEEDS(SHIM_FEATURES), check_order, NULL, false},
    {"order.overlap", "commands are overlapped", STATE_SELECTED,
     NEEDS(SHIM_FETCH) | SHIM_NEEDS_OVERLAP, check_overlap, NULL, false},
    {"line.unasked", "nothing is written but answers", STATE_SELECTED, NEEDS(SHIM_NOOP),
     check_unasked, NULL, false},
    {"status.no", "the server's NO is `no`", STATE_LOGGED_IN, NEEDS(SHIM_SELECT), check_no, NULL,
     false},
    {"status.bad", "the server's BAD is `bad`", STATE_LOGGED_IN, NEEDS(SHIM_NOOP), check_bad, NULL,
     false},
    {"status.lost", "a connection lost is `failed`, and the next `open` works", STATE_LOGGED_IN,
     NEEDS(SHIM_NOOP), check_lost, NULL, false},
    {"logout.lost", "`logout` is `ok` when the server just closes", STATE_LOGGED_IN,
     NEEDS(SHIM_LOGOUT), check_logout_lost, NULL, false},
    {"cache.counts", "`cache` tells `exists` and `recent` of the selected mailbox", STATE_SELECTED,
     NEEDS(SHIM_CACHE), check_cache_counts, NULL, false},
    {"cache.quoted", "`cache` tells what an envelope holds", STATE_SELECTED,
     NEEDS(SHIM_CACHE) | NEEDS(SHIM_FETCH), check_cache_quoted, NULL, false},
    {"cache.arrived", "`cache` takes what has arrived first", STATE_SELECTED, NEEDS(SHIM_CACHE),
     check_cache_arrived, NULL, false},
    {"cache.afterwards", "after the connection `cache` is as it was", STATE_SELECTED,
     NEEDS(SHIM_CACHE) | NEEDS(SHIM_LOGOUT), check_cache_after, NULL, false},
    {"cache.again", "a second connection begins with an empty cache", STATE_SELECTED,
     NEEDS(SHIM_CACHE), check_cache_again, NULL, false},
    {"quit", "`quit` is answered, ends it and drops the connection", STATE_OPEN, 0, check_quit,
     NULL, false},
    {"quit.eof", "so does the end of its input, unanswered", STATE_OPEN, 0, check_eof, NULL, false},
};

const size_t shim_ncheck_items = sizeof shim_check_items / sizeof shim_check_items[0];
