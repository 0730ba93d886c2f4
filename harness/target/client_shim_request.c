#include "target/client_shim_inside.h"

static const char *read_items(const struct shim_word *words, size_t nwords, unsigned *items_r)
{
    static const struct {
        const char *name;
        enum client_items item;
    } names[] = {{"ALL", CLIENT_ALL},           {"FAST", CLIENT_FAST},
                 {"ENVELOPE", CLIENT_ENVELOPE}, {"FLAGS", CLIENT_FLAGS},
                 {"RFC822", CLIENT_RFC822},     {"INTERNALDATE", CLIENT_INTERNALDATE},
                 {"RFC822.TEXT", CLIENT_TEXT},  {"RFC822.HEADER", CLIENT_HEADER},
                 {"RFC822.SIZE", CLIENT_SIZE}};
    enum { NNAMES = sizeof names / sizeof *names };
    *items_r = 0;
    for (size_t i = 0; i < nwords; i++) {
        size_t name = 0;
        if (words[i].kind == SHIM_LIST_OPEN || words[i].kind == SHIM_LIST_CLOSE)
            continue;
        while (name < NNAMES && !span_is_nocase(words[i].value, names[name].name))
            name++;
        if (name == NNAMES)
            return "an item is not of IMAP2";
        *items_r |= (unsigned)names[name].item;
    }
    return *items_r == 0 ? "no item" : NULL;
}

static const char *read_store(const struct shim_line *line, struct arena *arena,
                              struct client_request *request)
{
    static const struct {
        const char *name;
        enum client_store store;
    } names[] = {{"FLAGS", CLIENT_STORE_REPLACE},
                 {"+FLAGS", CLIENT_STORE_ADD},
                 {"-FLAGS", CLIENT_STORE_REMOVE}};
    size_t name = 0;
    while (name < 3 && !span_is_nocase(line->words[2].value, names[name].name))
        name++;
    if (name == 3)
        return "store takes FLAGS, +FLAGS or -FLAGS";
    struct span *flags = arena_array(arena, line->nwords, sizeof *flags);
    for (size_t i = 3; i < line->nwords; i++) {
        enum shim_word_kind kind = line->words[i].kind;
        if (kind != SHIM_LIST_OPEN && kind != SHIM_LIST_CLOSE)
            flags[request->nflags++] = line->words[i].value;
    }
    request->flags = flags;
    request->store = names[name].store;
    return NULL;
}

static const char *read_search(const struct shim_line *line, struct arena *arena,
                               struct client_request *request)
{
    struct client_criterion *criteria = arena_array(arena, line->nwords, sizeof *criteria);
    for (size_t i = 1; i < line->nwords; i++) {
        struct client_criterion *criterion = &criteria[request->ncriteria++];
        criterion->key = line->words[i].value;
        criterion->has_value =
            client_search_key_takes_value(criterion->key) && i + 1 < line->nwords;
        if (criterion->has_value)
            criterion->value = line->words[++i].value;
    }
    request->criteria = criteria;
    return NULL;
}

static const char *read_find(const struct shim_line *line, struct client_request *request)
{
    struct span kind = line->words[1].value;
    if (!span_is_nocase(kind, "mailboxes") && !span_is_nocase(kind, "bboards"))
        return "find takes mailboxes or bboards";
    request->verb = span_is_nocase(kind, "bboards") ? CLIENT_FIND_BBOARDS : CLIENT_FIND_MAILBOXES;
    request->name = line->words[2].value;
    return NULL;
}

/* fetch, show, fetch-text, reply */
static const char *read_fetch(const struct client_shim_task *task, struct client_request *request)
{
    const struct shim_line *line = &task->line;
    request->sequence = line->words[1].value;
    request->only_missing = task->verb == SHIM_SHOW || task->verb == SHIM_REPLY;
    if (task->verb == SHIM_FETCH || task->verb == SHIM_SHOW)
        return read_items(line->words + 2, line->nwords - 2, &request->items);
    request->items = task->verb == SHIM_REPLY ? CLIENT_ENVELOPE : CLIENT_TEXT;
    uint32_t number;
    return number_parse_u32(request->sequence, &number) == 0 ? NULL : "not a message number";
}

/* What verbs without a reader of their own become, and which words they take. */
static const struct {
    enum client_verb verb;
    unsigned name, password, sequence; /* words; 0: none */
} plain[SHIM_NVERBS] = {
    [SHIM_LOGIN] = {CLIENT_LOGIN, 1, 2, 0},      [SHIM_LOGOUT] = {CLIENT_LOGOUT, 0, 0, 0},
    [SHIM_NOOP] = {CLIENT_NOOP, 0, 0, 0},        [SHIM_SELECT] = {CLIENT_SELECT, 1, 0, 0},
    [SHIM_BBOARD] = {CLIENT_BBOARD, 1, 0, 0},    [SHIM_CHECK] = {CLIENT_CHECK, 0, 0, 0},
    [SHIM_EXPUNGE] = {CLIENT_EXPUNGE, 0, 0, 0},  [SHIM_COPY] = {CLIENT_COPY, 2, 0, 1},
    [SHIM_FETCH] = {CLIENT_FETCH, 0, 0, 1},      [SHIM_SHOW] = {CLIENT_FETCH, 0, 0, 1},
    [SHIM_FETCH_TEXT] = {CLIENT_FETCH, 0, 0, 1}, [SHIM_REPLY] = {CLIENT_FETCH, 0, 0, 1},
    [SHIM_STORE] = {CLIENT_STORE, 0, 0, 1},      [SHIM_SEARCH] = {CLIENT_SEARCH, 0, 0, 0},
};

static struct span word(const struct shim_line *line, unsigned place)
{
    return place == 0 ? (struct span){0} : line->words[place].value;
}

const char *client_shim_read(const struct client_shim_task *task, struct arena *arena,
                             struct client_request *request_r)
{
    const struct shim_line *line = &task->line;
    enum shim_verb verb = task->verb;
    *request_r = (struct client_request){.verb = plain[verb].verb,
                                         .name = word(line, plain[verb].name),
                                         .password = word(line, plain[verb].password),
                                         .sequence = word(line, plain[verb].sequence)};
    if (verb == SHIM_FIND)
        return read_find(line, request_r);
    if (verb == SHIM_STORE)
        return read_store(line, arena, request_r);
    if (verb == SHIM_SEARCH)
        return read_search(line, arena, request_r);
    return request_r->verb == CLIENT_FETCH ? read_fetch(task, request_r) : NULL;
}
