#include "shim/shim.h"

static const struct shim_verb_info verbs[SHIM_NVERBS] = {
    [SHIM_OPEN] = {"open", "HOST PORT", NULL, "connect; ok as soon as the connection stands", 2, 2,
                   false},
    [SHIM_CLOSE] = {"close", "", NULL, "drop the connection without LOGOUT", 0, 0, false},
    [SHIM_LOGIN] = {"login", "USER PASSWORD", NULL, "log in", 2, 2, true},
    [SHIM_LOGOUT] = {"logout", "", NULL, "log out, and close when the server has answered", 0, 0,
                     true},
    [SHIM_NOOP] = {"noop", "", NULL, "NOOP", 0, 0, true},
    [SHIM_SELECT] = {"select", "MAILBOX", NULL, "select a mailbox", 1, 1, true},
    [SHIM_BBOARD] = {"bboard", "BOARD", NULL, "select a bulletin board", 1, 1, true},
    [SHIM_FIND] = {"find", "mailboxes|bboards PATTERN", "mailbox NAME, bboard NAME",
                   "list mailboxes or boards", 2, 2, true},
    [SHIM_CHECK] = {"check", "", NULL, "CHECK", 0, 0, true},
    [SHIM_EXPUNGE] = {"expunge", "", NULL, "remove what is deleted", 0, 0, true},
    [SHIM_COPY] = {"copy", "SEQUENCE MAILBOX", NULL, "copy messages", 2, 2, true},
    [SHIM_FETCH] = {"fetch", "SEQUENCE ITEMS", NULL, "FETCH, whatever is known already", 2, 0,
                    true},
    [SHIM_SHOW] = {"show", "SEQUENCE ITEMS", NULL, "get what is not known yet, and only that", 2, 0,
                   true},
    [SHIM_FETCH_TEXT] = {"fetch-text", "NUMBER", "text TEXT", "get the text of a message", 1, 1,
                         true},
    [SHIM_REPLY] = {"reply", "NUMBER", "to NAME ROUTE MAILBOX HOST",
                    "say whom an answer to a message would go to", 1, 1, true},
    [SHIM_STORE] = {"store", "SEQUENCE +FLAGS|-FLAGS|FLAGS FLAGS", NULL, "change flags", 3, 0,
                    true},
    [SHIM_SEARCH] = {"search", "CRITERIA", "found NUMBER...", "search", 1, 0, true},
    [SHIM_CACHE] = {"cache", "", "exists, recent, flags, envelope, ...",
                    "say what the client believes", 0, 0, false},
    [SHIM_LOG] = {"log", "", "note KIND TEXT",
                  "say what the client has shown or logged since the last time", 0, 0, false},
    [SHIM_FEATURES] = {"features", "", "feature VERB", "say which verbs are supported", 0, 0,
                       false},
    [SHIM_QUIT] = {"quit", "", NULL, "end, dropping any connection", 0, 0, false},
};

const struct shim_verb_info *shim_verb_info(enum shim_verb verb)
{
    ENSURE(verb < SHIM_NVERBS);
    return &verbs[verb];
}

bool shim_verb_find(struct span name, enum shim_verb *verb_r)
{
    for (enum shim_verb i = SHIM_OPEN; i < SHIM_NVERBS; i++) {
        if (!span_is(name, verbs[i].name))
            continue;
        *verb_r = i;
        return true;
    }
    return false;
}

int shim_request_check(const struct shim_line *line, enum shim_verb *verb_r, struct err *err)
{
    if (line->nwords == 0)
        return err_set(err, NULL, 0, 1, "a request begins with a verb");
    if (line->words[0].kind != SHIM_BARE || !shim_verb_find(line->words[0].value, verb_r))
        return 1;
    const struct shim_verb_info *info = &verbs[*verb_r];
    size_t nwords = line->nwords - 1;
    bool has_limit = info->max_words > 0 || info->min_words == 0;
    if (nwords < info->min_words || (has_limit && nwords > info->max_words))
        return err_set(err, NULL, 0, 1, "%s takes %s", info->name,
                       info->arguments[0] == '\0' ? "no arguments" : info->arguments);
    return 0;
}
