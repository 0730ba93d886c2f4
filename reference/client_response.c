#include "reference/client_inside.h"

static void ignore(struct reference_client *client, const char *why, struct span response)
{
    client_notes_add(&client->notes, CLIENT_NOTE_IGNORED, why, response);
}

/* ---- data about numbers: "5 EXISTS", "3 FETCH (...)" ---- */

static const char *take_exists(struct reference_client *client, uint32_t number,
                               struct client_cursor *c)
{
    (void)c;
    return client_cache_exists(&client->cache, number);
}

static const char *take_recent(struct reference_client *client, uint32_t number,
                               struct client_cursor *c)
{
    (void)c;
    return client_cache_recent(&client->cache, number);
}

static const char *take_expunge(struct reference_client *client, uint32_t number,
                                struct client_cursor *c)
{
    (void)c;
    const char *why = client_cache_expunge(&client->cache, number);
    for (size_t i = 0; i < client->noperations && why == NULL; i++)
        client_operation_expunge(client->operations[i], number);
    return why;
}

static const char *take_copy(struct reference_client *client, uint32_t number,
                             struct client_cursor *c)
{
    (void)c;
    struct client_operation *copy = client_outstanding(client, CLIENT_COPY);
    if (copy == NULL)
        return "no COPY is under way";
    if (number == 0 || number > client->cache.exists)
        return "there is no such message";
    client_operation_add_number(copy, number);
    return NULL;
}

static const char *take_fetch(struct reference_client *client, uint32_t number,
                              struct client_cursor *c)
{
    if (!client_parse_blanks(c))
        return "there are no properties";
    return client_cache_fetch(&client->cache, number, c);
}

static const struct {
    const char *word;
    bool is_alone; /* ends the line */
    const char *(*take)(struct reference_client *client, uint32_t number, struct client_cursor *c);
} numbered[] = {
    {"EXISTS", true, take_exists}, {"RECENT", true, take_recent}, {"EXPUNGE", true, take_expunge},
    {"COPY", true, take_copy},     {"FETCH", false, take_fetch},  {"STORE", false, take_fetch},
};

static const char *take_numbered(struct reference_client *client, struct span number_text,
                                 struct client_cursor *c)
{
    struct span word;
    uint32_t number;
    if (number_parse_u32(number_text, &number) != 0)
        return "the number is too large";
    if (!client_parse_blanks(c) || !client_parse_word(c, &word))
        return "nothing follows the number";
    for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++) {
        if (!span_is_nocase(word, numbered[i].word))
            continue;
        if (numbered[i].is_alone) {
            client_parse_skip_blanks(c);
            if (!client_parse_is_end(c))
                return "something follows";
        }
        return numbered[i].take(client, number, c);
    }
    return "unknown data";
}

/* ---- other data: "FLAGS (...)", "OK text" ---- */

static struct span rest_of(const struct client_cursor *c)
{
    return span_from(c->text, c->at);
}

static const char *take_ok(struct reference_client *client, struct client_cursor *c)
{
    client_notes_add(&client->notes, CLIENT_NOTE_OK, NULL, rest_of(c));
    return NULL;
}

static const char *take_no(struct reference_client *client, struct client_cursor *c)
{
    client_notes_add(&client->notes, CLIENT_NOTE_NO, NULL, rest_of(c));
    return NULL;
}

static const char *take_bad(struct reference_client *client, struct client_cursor *c)
{
    client_notes_add(&client->notes, CLIENT_NOTE_BAD, NULL, rest_of(c));
    return NULL;
}

static const char *take_bye(struct reference_client *client, struct client_cursor *c)
{
    client_take_bye(client, rest_of(c));
    return NULL;
}

static const char *take_flags(struct reference_client *client, struct client_cursor *c)
{
    return client_cache_flags(&client->cache, c);
}

static const char *take_search(struct reference_client *client, struct client_cursor *c)
{
    struct client_operation *search = client_outstanding(client, CLIENT_SEARCH);
    const char *why = NULL;
    if (search == NULL)
        return "no SEARCH is under way";
    while (!client_parse_is_end(c)) {
        uint32_t number;
        if (!client_parse_number(c, &number))
            return "not a number";
        if (number == 0 || number > client->cache.exists)
            why = "there is no such message";
        else
            client_operation_add_number(search, number);
        client_parse_skip_blanks(c);
    }
    return why;
}

/* A string, or else the rest of the line (B93). */
static const char *take_name(struct reference_client *client, enum client_verb verb,
                             struct client_cursor *c)
{
    struct client_operation *find = client_outstanding(client, verb);
    struct span name = rest_of(c);
    struct client_cursor string = *c;
    struct span value;
    if (find == NULL)
        return "no FIND is under way";
    if (client_parse_string(&string, &value) && client_parse_is_end(&string))
        name = value;
    if (name.nbytes == 0)
        return "there is no name";
    client_operation_add_name(find, name);
    return NULL;
}

static const char *take_mailbox(struct reference_client *client, struct client_cursor *c)
{
    return take_name(client, CLIENT_FIND_MAILBOXES, c);
}

static const char *take_board(struct reference_client *client, struct client_cursor *c)
{
    return take_name(client, CLIENT_FIND_BBOARDS, c);
}

static const struct {
    const char *word;
    const char *(*take)(struct reference_client *client, struct client_cursor *c);
} others[] = {
    {"OK", take_ok},           {"NO", take_no},        {"BAD", take_bad},
    {"BYE", take_bye},         {"FLAGS", take_flags},  {"SEARCH", take_search},
    {"MAILBOX", take_mailbox}, {"BBOARD", take_board},
};

/* ---- responses ---- */

static const char *take_data(struct reference_client *client, struct client_cursor *c)
{
    struct span word;
    if (!client_parse_word(c, &word))
        return "not a response";
    if (number_digits(word) == word.nbytes)
        return take_numbered(client, word, c);
    client_parse_skip_blanks(c);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (span_is_nocase(word, others[i].word))
            return others[i].take(client, c);
    return "unknown data";
}

/* The first line (p.6; B49, B50). */
static void take_greeting(struct reference_client *client, struct client_cursor *c,
                          struct span response)
{
    struct span word;
    if (!client_parse_byte(c, '*') || !client_parse_blanks(c) || !client_parse_word(c, &word)) {
        client_fail(client, "the server does not greet", response);
        return;
    }
    client_parse_skip_blanks(c);
    bool is_preauthenticated = span_is_nocase(word, "PREAUTH");
    if (is_preauthenticated || span_is_nocase(word, "OK")) {
        (void)take_ok(client, c);
        client->state = is_preauthenticated ? CLIENT_AUTHENTICATED : CLIENT_GREETED;
    } else if (span_is_nocase(word, "BYE")) {
        client_take_bye(client, rest_of(c));
    } else if (span_is_nocase(word, "NO") || span_is_nocase(word, "BAD")) {
        client_fail(client, "the server does not greet", response);
    } else {
        ignore(client, "before the greeting", response);
    }
}

void client_take_response(struct reference_client *client, struct span response)
{
    struct client_cursor c = {.text = response};
    if (client->state == CLIENT_OPENING) {
        take_greeting(client, &c, response);
        return;
    }
    struct span rest = response;
    struct span tag = span_cut(&rest, ' ');
    if (span_is(tag, "+")) {
        if (!client_send_literal(client))
            ignore(client, "no literal is pending", response);
        return;
    }
    if (!span_is(tag, "*")) {
        client_take_completion(client, response);
        return;
    }
    c.at = 1;
    client_parse_skip_blanks(&c);
    const char *why = take_data(client, &c);
    if (why != NULL)
        ignore(client, why, response);
}
