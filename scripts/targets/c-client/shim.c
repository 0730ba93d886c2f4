/*
 * shim: a program around the c-client library of the University of Washington, which the harness
 * tells what to do by the shim protocol, docs/shim.md. It does nothing itself: what it is asked is
 * done by the one function of the library that does it, and what it says of the mailbox is what the
 * library holds. What the library has no function for is `unsupported`.
 *
 * The library connects and logs in within one call, mail_open(), which asks for the user's name
 * when it has come that far. So `open` is answered when it begins to read, requests that come then
 * are taken by its callback, and the loop of main() goes on when the call has ended.
 *
 * What the library would do beyond what it is asked is turned off: fetching ahead, and searching by
 * itself what the server refused.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cache.h"
#include "fetch.h"
#include "line.h"
#include "outcome.h"

enum { NAME_SIZE = 512, LOGINS_MAX = 100 };

static struct {
    struct line_request request;
    MAILSTREAM *stream;   /* NULL: not logged in */
    unsigned long gensym; /* its count of tags when the request came */
    char prefix[128];     /* of the names of mailboxes: "{127.0.0.1:143/imap/notls}" */
    bool is_within_open;
    bool is_opening;    /* `open` has not been answered */
    bool is_logging_in; /* `login` has not been answered */
    bool is_ending;     /* `quit`, or no more requests */
    /* of the last `login`, for when the library connects anew by itself */
    char user[NAME_SIZE], password[NAME_SIZE];
} shim;

static char *word(size_t i)
{
    static char none[16];
    return i < shim.request.nwords ? shim.request.words[i].text : none;
}

/* The status line of a request that the library has dealt with. */
static void finish(bool has_failed)
{
    /* a stream that is gone was given up, whatever was said before */
    bool was_sent =
        shim.is_logging_in || (shim.stream != NULL && shim.stream->gensym != shim.gensym);
    outcome_answer(has_failed, was_sent);
}

/* ---- the connection ------------------------------------------------------------------------- */

static void do_quit(void)
{
    shim.is_ending = true;
    line_status("ok", "");
}

static void do_log(void)
{
    outcome_write_notes();
    line_status("ok", "");
}

static void do_cache(void)
{
    cache_write(shim.stream);
    line_status("ok", "");
}

static void do_login(void)
{
    line_status("failed", shim.stream != NULL ? "logged in already" : "no connection");
}

static void give_login(char *user, char *password)
{
    memcpy(user, shim.user, sizeof shim.user);
    memcpy(password, shim.password, sizeof shim.password);
}

/* A request that came while the library waits for a name and a password. True: these are there, or
 * it shall give up. */
static bool answer_before_login(char *user, char *password)
{
    const char *verb = word(0);
    if (strcmp(verb, "quit") == 0) {
        do_quit();
    } else if (strcmp(verb, "log") == 0) {
        do_log();
    } else if (strcmp(verb, "cache") == 0) {
        do_cache();
    } else if (strcmp(verb, "logout") == 0) {
        return true;
    } else if (strcmp(verb, "login") != 0 || shim.request.nwords != 3) {
        line_status("failed", "not logged in");
    } else if (strlen(word(1)) >= NAME_SIZE || strlen(word(2)) >= NAME_SIZE) {
        line_status("failed", "too long for the library");
    } else {
        snprintf(shim.user, sizeof shim.user, "%s", word(1));
        snprintf(shim.password, sizeof shim.password, "%s", word(2));
        give_login(user, password);
        shim.is_logging_in = true;
        outcome_begin();
        return true;
    }
    return false;
}

static void log_in(char *user, char *password, unsigned long trial)
{
    *password = '\0';
    if (!shim.is_within_open) {
        if (trial == 0)
            give_login(user, password);
        return;
    }
    if (shim.is_logging_in)
        finish(true);
    shim.is_logging_in = false;
    while (!shim.is_ending) {
        if (!line_read(&shim.request))
            shim.is_ending = true;
        else if (answer_before_login(user, password))
            return;
    }
    /* the connection is dropped, as it is by `quit` at any other time */
    exit(0);
}

static void connected(void)
{
    if (shim.is_opening)
        line_status("ok", "");
    shim.is_opening = false;
}

static void do_open(void)
{
    if (shim.stream != NULL)
        shim.stream = mail_close(shim.stream);
    snprintf(shim.prefix, sizeof shim.prefix, "{%s:%s/imap/notls}", word(1), word(2));
    shim.is_within_open = shim.is_opening = true;
    shim.is_logging_in = false;
    outcome_begin();
    shim.stream = mail_open(NULL, shim.prefix, OP_HALFOPEN);
    shim.is_within_open = false;
    if (shim.is_opening) {
        shim.is_opening = false;
        line_status("failed", "no connection");
    } else if (shim.is_logging_in) {
        finish(shim.stream == NULL);
        shim.is_logging_in = false;
    } else if (strcmp(word(0), "logout") == 0) {
        line_status("ok", "");
    }
}

static void do_logout(void)
{
    shim.stream = mail_close(shim.stream);
    finish(false);
}

/* ---- mailboxes ------------------------------------------------------------------------------ */

static void do_select(void)
{
    char name[NAME_SIZE + sizeof shim.prefix];
    snprintf(name, sizeof name, "%s%s", shim.prefix, word(1));
    shim.stream = mail_open(shim.stream, name, NIL);
    finish(shim.stream == NULL || shim.stream->halfopen);
}

static void do_find(void)
{
    if (strcmp(word(1), "mailboxes") != 0) {
        line_status("unsupported", "the library knows no boards");
        return;
    }
    mail_list(shim.stream, shim.prefix, word(2));
    finish(outcome_has_complained());
}

static void do_noop(void)
{
    finish(!mail_ping(shim.stream));
}

static void do_check(void)
{
    mail_check(shim.stream);
    finish(outcome_has_complained());
}

static void do_expunge(void)
{
    mail_expunge(shim.stream);
    finish(outcome_has_complained());
}

/* ---- messages ------------------------------------------------------------------------------- */

static void do_copy(void)
{
    finish(!mail_copy(shim.stream, word(1), word(2)));
}

/* The words from the i-th on, with blanks between, in a text that the caller frees. */
static char *join(size_t from, bool has_literals)
{
    size_t size = 1;
    for (size_t i = from; i < shim.request.nwords; i++)
        size += shim.request.words[i].size + 32;
    char *text = malloc(size), *to = text;
    if (text == NULL)
        abort();
    *to = '\0';
    for (size_t i = from; i < shim.request.nwords; i++) {
        const struct line_word *w = &shim.request.words[i];
        bool is_parenthesis = !w->is_quoted && (*w->text == '(' || *w->text == ')');
        if (is_parenthesis && !has_literals)
            continue;
        if (to > text)
            *to++ = ' ';
        if (has_literals && w->is_quoted)
            to += sprintf(to, "{%zu}\r\n", w->size);
        memcpy(to, w->text, w->size + 1);
        to += w->size;
    }
    return text;
}

static void do_store(void)
{
    const char *how = word(2);
    if (strcasecmp(how, "+FLAGS") != 0 && strcasecmp(how, "-FLAGS") != 0) {
        line_status("unsupported", "the library adds and takes away flags, no more");
        return;
    }
    char *flags = join(3, false);
    mail_flag(shim.stream, word(1), flags, *how == '+' ? ST_SET : NIL);
    free(flags);
    finish(outcome_has_complained());
}

static void do_search(void)
{
    /* quoted strings of the library's criteria have no escapes */
    char *criteria = join(1, true);
    SEARCHPGM *program = mail_criteria(criteria);
    free(criteria);
    if (program == NULL) {
        line_status("unsupported", "not a criterion of the library's");
        return;
    }
    long is_done = mail_search_full(shim.stream, NULL, program,
                                    SE_FREE | SE_NOPREFETCH | SE_NOLOCAL | SE_SILLYOK);
    bool has_failed = !is_done || outcome_has_complained();
    if (!has_failed) {
        line_begin("found");
        for (unsigned long i = 1; i <= shim.stream->nmsgs; i++)
            if (mail_elt(shim.stream, i)->searched)
                line_number(i);
        line_end();
    }
    finish(has_failed);
}

static void get(bool is_missing)
{
    MAILSTREAM *s = shim.stream;
    const struct fetch_item *item = fetch_find(shim.request.words + 2, shim.request.nwords - 2);
    if (item == NULL) {
        line_status("unsupported", "the library gets no such items together");
    } else if (!is_missing && !fetch_asks_again(item, s, word(1))) {
        line_status("unsupported", "the library asks once for what does not change");
    } else {
        fetch_get(item, s, word(1), is_missing);
        finish(outcome_has_complained());
    }
}

static void do_fetch(void)
{
    get(false);
}

static void do_show(void)
{
    get(true);
}

/* The number of a message, 0 when there is none. */
static unsigned long message_number(void)
{
    unsigned long number = strtoul(word(1), NULL, 10);
    return number <= shim.stream->nmsgs ? number : 0;
}

static void do_fetch_text(void)
{
    unsigned long number = message_number(), size = 0;
    if (number == 0) {
        line_status("failed", "no such message");
        return;
    }
    const char *text = mail_fetch_text(shim.stream, number, NULL, &size, NIL);
    bool has_failed = text == NULL || outcome_has_complained();
    if (!has_failed) {
        line_begin("text");
        line_string(text, size);
        line_end();
    }
    finish(has_failed);
}

static void do_reply(void)
{
    unsigned long number = message_number();
    if (number == 0) {
        line_status("failed", "no such message");
        return;
    }
    const ENVELOPE *envelope = mail_fetch_structure(shim.stream, number, NULL, NIL);
    bool has_failed = envelope == NULL || outcome_has_complained();
    const ADDRESS *address = has_failed ? NULL : envelope->reply_to;
    for (; address != NULL; address = address->next) {
        line_begin("to");
        cache_write_address(address);
        line_end();
    }
    finish(has_failed);
}

/* ---- requests ------------------------------------------------------------------------------- */

static void do_features(void);

static const struct verb {
    const char *name;
    size_t nwords; /* at least, the verb counted */
    bool needs_session;
    void (*run)(void);
} verbs[] = {
    {"open", 3, false, do_open},    {"login", 3, false, do_login},
    {"logout", 1, true, do_logout}, {"noop", 1, true, do_noop},
    {"select", 2, true, do_select}, {"find", 3, true, do_find},
    {"check", 1, true, do_check},   {"expunge", 1, true, do_expunge},
    {"copy", 3, true, do_copy},     {"fetch", 3, true, do_fetch},
    {"show", 3, true, do_show},     {"fetch-text", 2, true, do_fetch_text},
    {"reply", 2, true, do_reply},   {"store", 4, true, do_store},
    {"search", 2, true, do_search}, {"cache", 1, false, do_cache},
    {"log", 1, false, do_log},      {"features", 1, false, do_features},
    {"quit", 1, false, do_quit},
};

enum { NVERBS = sizeof verbs / sizeof *verbs };

static void do_features(void)
{
    for (size_t i = 0; i < NVERBS; i++) {
        line_begin("feature");
        line_word(verbs[i].name);
        line_end();
    }
    line_status("ok", "");
}

static void answer(void)
{
    const struct verb *verb = verbs, *end = verbs + NVERBS;
    while (verb < end && strcmp(verb->name, word(0)) != 0)
        verb++;
    if (verb == end) {
        line_status("unsupported", "");
    } else if (shim.request.nwords < verb->nwords) {
        line_status("failed", "arguments missing");
    } else if (verb->needs_session && shim.stream == NULL) {
        line_status("failed", "no connection");
    } else {
        outcome_begin();
        shim.gensym = shim.stream != NULL ? shim.stream->gensym : 0;
        verb->run();
    }
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    mail_versioncheck(CCLIENTVERSION);
    mail_link(&imapdriver);
    outcome_listen(log_in, connected);
    mail_parameters(NULL, SET_LOOKAHEAD, NULL);
    mail_parameters(NULL, SET_PREFETCH, NULL);
    mail_parameters(NULL, SET_ALLOWREVERSEDNS, NULL);
    mail_parameters(NULL, SET_TRUSTDNS, NULL);
    mail_parameters(NULL, SET_MAXLOGINTRIALS,
                    (void *)(long)LOGINS_MAX); // NOLINT(performance-no-int-to-ptr)
    while (!shim.is_ending && line_read(&shim.request))
        answer();
    line_free(&shim.request);
    return 0;
}
