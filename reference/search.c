#include "reference/date.h"
#include "reference/envelope.h"
#include "reference/flags.h"
#include "reference/session.h"

enum search_test {
    SEARCH_ALL,
    SEARCH_SYSTEM, /* has (or has not) the system flag */
    SEARCH_RECENT,
    SEARCH_NEW,
    SEARCH_KEYWORD,
    SEARCH_BEFORE,
    SEARCH_ON,
    SEARCH_SINCE,
    SEARCH_FIELD, /* the envelope field; this and the next two need the content */
    SEARCH_BODY,
    SEARCH_TEXT,
};

struct search_kind {
    const char *name;
    enum search_test test;
    bool is_negated;
    uint32_t system;                /* SEARCH_SYSTEM */
    enum mail_envelope_field field; /* SEARCH_FIELD */
};

/* OLD is the opposite of RECENT, not of NEW (B87). */
static const struct search_kind kinds[] = {
    {"ALL", SEARCH_ALL, false, 0, 0},
    {"ANSWERED", SEARCH_SYSTEM, false, MAIL_ANSWERED, 0},
    {"BCC", SEARCH_FIELD, false, 0, MAIL_ENVELOPE_BCC},
    {"BEFORE", SEARCH_BEFORE, false, 0, 0},
    {"BODY", SEARCH_BODY, false, 0, 0},
    {"CC", SEARCH_FIELD, false, 0, MAIL_ENVELOPE_CC},
    {"DELETED", SEARCH_SYSTEM, false, MAIL_DELETED, 0},
    {"FLAGGED", SEARCH_SYSTEM, false, MAIL_FLAGGED, 0},
    {"FROM", SEARCH_FIELD, false, 0, MAIL_ENVELOPE_FROM},
    {"KEYWORD", SEARCH_KEYWORD, false, 0, 0},
    {"NEW", SEARCH_NEW, false, 0, 0},
    {"OLD", SEARCH_RECENT, true, 0, 0},
    {"ON", SEARCH_ON, false, 0, 0},
    {"RECENT", SEARCH_RECENT, false, 0, 0},
    {"SEEN", SEARCH_SYSTEM, false, MAIL_SEEN, 0},
    {"SINCE", SEARCH_SINCE, false, 0, 0},
    {"SUBJECT", SEARCH_FIELD, false, 0, MAIL_ENVELOPE_SUBJECT},
    {"TEXT", SEARCH_TEXT, false, 0, 0},
    {"TO", SEARCH_FIELD, false, 0, MAIL_ENVELOPE_TO},
    {"UNANSWERED", SEARCH_SYSTEM, true, MAIL_ANSWERED, 0},
    {"UNDELETED", SEARCH_SYSTEM, true, MAIL_DELETED, 0},
    {"UNFLAGGED", SEARCH_SYSTEM, true, MAIL_FLAGGED, 0},
    {"UNKEYWORD", SEARCH_KEYWORD, true, 0, 0},
    {"UNSEEN", SEARCH_SYSTEM, true, MAIL_SEEN, 0},
};

static const struct search_kind *search_kind_of(struct span name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (span_is_nocase(name, kinds[i].name))
            return &kinds[i];
    }
    return NULL;
}

static enum parse_result parse_string_value(struct parser *parser, struct search_key *key)
{
    struct span value;
    enum parse_result result = parse_space(parser);
    if (result == PARSE_OK)
        result = parse_string(parser, &value);
    if (result != PARSE_OK)
        return result;
    key->at = (size_t)(value.data - parser->text.data);
    key->nbytes = value.nbytes;
    bool is_date = key->kind->test == SEARCH_BEFORE || key->kind->test == SEARCH_ON ||
                   key->kind->test == SEARCH_SINCE;
    if (is_date && mail_search_date_parse(value, &key->day) != 0)
        return parse_bad(parser, "Malformed date");
    return PARSE_OK;
}

static enum parse_result parse_flag_value(const struct mail_box *box, struct parser *parser,
                                          struct search_key *key)
{
    struct span name;
    if (parse_space(parser) != PARSE_OK || parse_flag(parser, &name) != PARSE_OK)
        return PARSE_BAD;
    key->is_recent = flag_look_up(box, name, &key->flags) == FLAG_RECENT;
    return PARSE_OK;
}

static enum parse_result parse_key(struct reference_session *session, struct parser *parser,
                                   struct search_key *key)
{
    if (parse_space(parser) != PARSE_OK)
        return PARSE_BAD;
    *key = (struct search_key){.kind = search_kind_of(parse_word(parser))};
    if (key->kind == NULL)
        return parse_bad(parser, "Unknown search key");
    switch (key->kind->test) {
    case SEARCH_ALL:
    case SEARCH_SYSTEM:
    case SEARCH_RECENT:
    case SEARCH_NEW:
        return PARSE_OK;
    case SEARCH_KEYWORD:
        return parse_flag_value(session->view.box, parser, key);
    case SEARCH_BEFORE:
    case SEARCH_ON:
    case SEARCH_SINCE:
    case SEARCH_FIELD:
    case SEARCH_BODY:
    case SEARCH_TEXT:
        return parse_string_value(parser, key);
    }
    return PARSE_BAD;
}

enum parse_result search_parse(struct reference_session *session, struct parser *parser)
{
    struct command *command = &session->command;
    if (command->search_at > 0)
        parser->at = command->search_at;
    do {
        struct search_key key;
        enum parse_result result = parse_key(session, parser, &key);
        if (result != PARSE_OK)
            return result;
        command->keys = mem_grow(command->keys, &command->keys_capacity, command->nkeys + 1,
                                 sizeof *command->keys);
        command->keys[command->nkeys++] = key;
        command->search_at = parser->at;
    } while (!parse_at_end(parser));
    return PARSE_OK;
}

static bool has_flags(struct mail_flags has, struct mail_flags wanted)
{
    return (has.system & wanted.system) != 0 || (has.keywords & wanted.keywords) != 0;
}

static bool needs_content(const struct search_key *key)
{
    return key->kind->test == SEARCH_FIELD || key->kind->test == SEARCH_BODY ||
           key->kind->test == SEARCH_TEXT;
}

/* Keys that can be decided without the content of the message. */
static bool key_matches(const struct search_key *key, const struct view_entry *entry)
{
    const struct mail_message *message = entry->message;
    int day = mail_day_number(message->time.wall_s, message->time.zone_minutes);
    switch (key->kind->test) {
    case SEARCH_SYSTEM:
        return (message->flags.system & key->kind->system) != 0;
    case SEARCH_RECENT:
        return entry->is_recent;
    case SEARCH_NEW:
        return entry->is_recent && (message->flags.system & MAIL_SEEN) == 0;
    case SEARCH_KEYWORD:
        return key->is_recent ? entry->is_recent : has_flags(message->flags, key->flags);
    case SEARCH_BEFORE:
        return day < key->day;
    case SEARCH_ON:
        return day == key->day;
    case SEARCH_SINCE: /* the day itself included (B78) */
        return day >= key->day;
    case SEARCH_ALL:
    case SEARCH_FIELD:
    case SEARCH_BODY:
    case SEARCH_TEXT:
        break;
    }
    return true;
}

static bool key_matches_content(struct reference_session *session, const struct search_key *key,
                                const struct mail_content *content)
{
    struct span value = span_slice(session->command.text, key->at, key->nbytes);
    struct span where = content->octets;
    if (key->kind->test == SEARCH_BODY)
        where = mail_content_text(content);
    if (key->kind->test == SEARCH_FIELD) {
        buffer_clear(&session->scratch);
        mail_envelope_field_text(&session->scratch, mail_content_header(content), key->kind->field);
        where = buffer_span(&session->scratch);
    }
    return span_find_nocase(where, value) != SPAN_NPOS;
}

/* A message whose content is not to be had any more matches nothing that asks for content. */
static bool message_matches(struct reference_session *session, struct view_entry *entry)
{
    const struct command *command = &session->command;
    bool asks_content = false;
    for (size_t i = 0; i < command->nkeys; i++) {
        const struct search_key *key = &command->keys[i];
        if (needs_content(key))
            asks_content = true;
        else if (key_matches(key, entry) == key->kind->is_negated)
            return false;
    }
    struct mail_content *content;
    if (!asks_content)
        return true;
    if (mail_message_load(session->view.box, entry->message, &content) != MAIL_OK)
        return false;
    bool matches = true;
    for (size_t i = 0; i < command->nkeys && matches; i++) {
        if (needs_content(&command->keys[i]))
            matches = key_matches_content(session, &command->keys[i], content);
    }
    mail_message_unload(session->view.box, entry->message);
    return matches;
}

bool search_step(struct reference_session *session)
{
    buffer_append(&session->output, SPAN_LIT("* SEARCH"));
    for (size_t number = 1; number <= session->view.nentries; number++) {
        if (message_matches(session, view_entry(&session->view, number))) {
            buffer_append_byte(&session->output, ' ');
            answer_number(&session->output, number);
        }
    }
    buffer_append(&session->output, SPAN_LIT("\r\n"));
    server_command_complete(session, "SEARCH completed");
    return true;
}
