#include "reference/client_command.h"
#include "reference/client_date.h"
#include "reference/client_flags.h"

enum value_kind { VALUE_NONE, VALUE_STRING, VALUE_DATE, VALUE_FLAG };

/* p.16-17; FROM, SUBJECT and the flag of UNKEYWORD are missing in the grammar of p.28 (B1, B2). */
static const struct {
    const char *key;
    enum value_kind kind;
} keys[] = {
    {"ALL", VALUE_NONE},       {"ANSWERED", VALUE_NONE},   {"BCC", VALUE_STRING},
    {"BEFORE", VALUE_DATE},    {"BODY", VALUE_STRING},     {"CC", VALUE_STRING},
    {"DELETED", VALUE_NONE},   {"FLAGGED", VALUE_NONE},    {"FROM", VALUE_STRING},
    {"KEYWORD", VALUE_FLAG},   {"NEW", VALUE_NONE},        {"OLD", VALUE_NONE},
    {"ON", VALUE_DATE},        {"RECENT", VALUE_NONE},     {"SEEN", VALUE_NONE},
    {"SINCE", VALUE_DATE},     {"SUBJECT", VALUE_STRING},  {"TEXT", VALUE_STRING},
    {"TO", VALUE_STRING},      {"UNANSWERED", VALUE_NONE}, {"UNDELETED", VALUE_NONE},
    {"UNFLAGGED", VALUE_NONE}, {"UNKEYWORD", VALUE_FLAG},  {"UNSEEN", VALUE_NONE},
};

/* "1-Oct-87"; years of four digits lose two where they stay clear (B80). */
static const char *write_date(struct buffer *out, struct span value)
{
    static const char fault[] = "not a date such as 1-Oct-87";
    struct span rest = value;
    struct span day_text = span_cut(&rest, '-');
    struct span month_text = span_cut(&rest, '-');
    uint32_t day, year;
    int month = client_date_month(month_text);
    if (number_parse_u32(day_text, &day) != 0 || day_text.nbytes > 2 || month == 0 ||
        number_parse_u32(rest, &year) != 0 || (rest.nbytes != 2 && rest.nbytes != 4))
        return fault;
    uint32_t full_year = rest.nbytes == 4 ? year : year + (year >= 70 ? 1900 : 2000);
    if (full_year == 0 || day == 0 || day > (uint32_t)clock_days_in_month((int)full_year, month))
        return fault;
    bool is_short = rest.nbytes == 2 || (full_year >= 1970 && full_year <= 1999);
    buffer_printf(out, "%u-%.*s-%.*s", (unsigned)day, SPAN_ARG(month_text),
                  SPAN_ARG(is_short ? span_from(rest, rest.nbytes - 2) : rest));
    return NULL;
}

static const char *write_value(struct client_command *command, enum value_kind kind,
                               struct span value)
{
    switch (kind) {
    case VALUE_NONE:
        break;
    case VALUE_STRING:
        client_command_string(command, value);
        break;
    case VALUE_DATE:
        return write_date(&command->octets, value);
    case VALUE_FLAG:
        if (!client_flags_is_flag(value))
            return "not a flag";
        buffer_append(&command->octets, value);
        break;
    }
    return NULL;
}

static const char *write_criterion(struct client_command *command,
                                   const struct client_criterion *criterion)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!span_is_nocase(criterion->key, keys[i].key))
            continue;
        if (criterion->has_value != (keys[i].kind != VALUE_NONE))
            return criterion->has_value ? "a criterion that takes no value has one"
                                        : "a criterion lacks its value";
        buffer_append_byte(&command->octets, ' ');
        buffer_append_text(&command->octets, keys[i].key);
        if (criterion->has_value)
            buffer_append_byte(&command->octets, ' ');
        return write_value(command, keys[i].kind, criterion->value);
    }
    return "IMAP2 has no such criterion";
}

const char *client_command_search(struct client_command *command,
                                  const struct client_request *request)
{
    const char *fault = request->ncriteria == 0 ? "no criterion" : NULL;
    for (size_t i = 0; i < request->ncriteria && fault == NULL; i++)
        fault = write_criterion(command, &request->criteria[i]);
    return fault;
}

bool client_search_key_takes_value(struct span key)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (span_is_nocase(key, keys[i].key))
            return keys[i].kind != VALUE_NONE;
    return false;
}
