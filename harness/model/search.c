#include "model/search.h"

#include "model/envelope.h"

static const struct {
    const char *name, *requirement;
} keys[SEARCH_KEY_COUNT] = {
    [SEARCH_ALL] = {"ALL", "search.key.all"},
    [SEARCH_ANSWERED] = {"ANSWERED", "search.key.answered"},
    [SEARCH_BCC] = {"BCC", "search.key.bcc"},
    [SEARCH_BEFORE] = {"BEFORE", "search.key.before"},
    [SEARCH_BODY] = {"BODY", "search.key.body"},
    [SEARCH_CC] = {"CC", "search.key.cc"},
    [SEARCH_DELETED] = {"DELETED", "search.key.deleted"},
    [SEARCH_FLAGGED] = {"FLAGGED", "search.key.flagged"},
    [SEARCH_FROM] = {"FROM", "search.key.from"},
    [SEARCH_KEYWORD] = {"KEYWORD", "search.key.keyword"},
    [SEARCH_NEW] = {"NEW", "search.key.new"},
    [SEARCH_OLD] = {"OLD", "search.key.old"},
    [SEARCH_ON] = {"ON", "search.key.on"},
    [SEARCH_RECENT] = {"RECENT", "search.key.recent"},
    [SEARCH_SEEN] = {"SEEN", "search.key.seen"},
    [SEARCH_SINCE] = {"SINCE", "search.key.since"},
    [SEARCH_SUBJECT] = {"SUBJECT", "search.key.subject"},
    [SEARCH_TEXT] = {"TEXT", "search.key.text"},
    [SEARCH_TO] = {"TO", "search.key.to"},
    [SEARCH_UNANSWERED] = {"UNANSWERED", "search.key.unanswered"},
    [SEARCH_UNDELETED] = {"UNDELETED", "search.key.undeleted"},
    [SEARCH_UNFLAGGED] = {"UNFLAGGED", "search.key.unflagged"},
    [SEARCH_UNKEYWORD] = {"UNKEYWORD", "search.key.unkeyword"},
    [SEARCH_UNSEEN] = {"UNSEEN", "search.key.unseen"},
};

const char *search_requirement(enum search_key key)
{
    return keys[key].requirement;
}

/* ---- dates ---------------------------------------------------------------------------------- */

static int month_of(struct span name)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++)
        if (span_equal_nocase(name, span_make(months + (size_t)i * 3, 3)))
            return i + 1;
    return 0;
}

/* "1-OCT-87", " 9-Jun-1988": the day since 1970, or -1 when it is none or its century is open. */
static int32_t read_day(struct span text)
{
    text = span_trim(text);
    uint32_t day = 0, year = 0;
    struct span day_text = span_cut(&text, '-');
    int month = month_of(span_cut(&text, '-'));
    size_t ndigits = number_digits(text);
    if (number_parse_u32(day_text, &day) != 0 || month == 0 ||
        number_parse_u32(span_slice(text, 0, ndigits), &year) != 0)
        return -1;
    if (ndigits == 2)
        year = year < 70 ? 0 : year + 1900;
    if (year < 1970 || year > 9999 || day == 0 || (int)day > clock_days_in_month((int)year, month))
        return -1;
    struct clock_date date = {.year = (int)year, .month = month, .day = (int)day};
    return (int32_t)(clock_date_to_wall(date) / 86400);
}

/* Zones may shift a day at its ends only (B79); fixtures are dated at midday. */
static bool is_near_midnight(struct span internal_date)
{
    size_t colon = span_find_byte(internal_date, ':');
    uint32_t hour = 0;
    if (colon == SPAN_NPOS || colon < 2 ||
        number_parse_u32(span_slice(internal_date, colon - 2, 2), &hour) != 0)
        return true;
    return hour < 6 || hour >= 18;
}

static enum answer from_bool(bool is_true)
{
    return is_true ? ANSWER_YES : ANSWER_NO;
}

static enum answer evaluate_date(const struct criterion *criterion, struct span internal_date)
{
    if (internal_date.data == NULL)
        return ANSWER_OPEN;
    int32_t day = read_day(internal_date);
    if (day < 0)
        return ANSWER_OPEN;
    int32_t distance = day - criterion->day;
    if (distance >= -1 && distance <= 1 && is_near_midnight(internal_date))
        return ANSWER_OPEN;
    if (criterion->key == SEARCH_BEFORE)
        return from_bool(distance < 0);
    if (criterion->key == SEARCH_ON)
        return from_bool(distance == 0);
    return distance == 0 ? ANSWER_OPEN : from_bool(distance > 0); /* B78 */
}

/* ---- texts ---------------------------------------------------------------------------------- */

static bool has_text(struct span haystack, struct span needle)
{
    return span_find_nocase(haystack, needle) != SPAN_NPOS;
}

/* Inside one component the answer is certain; across components it is open (B81). */
static enum answer evaluate_addresses(const struct envelope *envelope, enum envelope_field field,
                                      struct span needle)
{
    if (envelope == NULL)
        return ANSWER_OPEN;
    struct span rest = envelope->fields[field];
    size_t ncomponents = 0;
    while (rest.nbytes > 0) {
        ncomponents++;
        if (has_text(span_cut(&rest, '\0'), needle))
            return ANSWER_YES;
    }
    for (size_t i = 0; ncomponents > 0 && i < needle.nbytes; i++)
        if (!char_is_alnum(needle.data[i]))
            return ANSWER_OPEN;
    return ANSWER_NO;
}

static enum answer evaluate_subject(const struct envelope *envelope, struct span needle)
{
    if (envelope == NULL)
        return ANSWER_OPEN;
    struct span subject = envelope->fields[ENVELOPE_SUBJECT];
    if (has_text(subject, needle))
        return ANSWER_YES;
    /* White space may have been changed by unfolding (B103). */
    for (size_t i = 0; i < needle.nbytes; i++)
        if (needle.data[i] == ' ' || needle.data[i] == '\t')
            return ANSWER_OPEN;
    return ANSWER_NO;
}

static enum answer evaluate_content(const struct criterion *criterion,
                                    const struct search_subject *subject)
{
    if (subject->header.data == NULL)
        return ANSWER_OPEN;
    bool is_encoded = has_text(subject->header, SPAN_LIT("\nContent-"));
    bool is_in_text = has_text(subject->text, criterion->text);
    if (is_in_text)
        return is_encoded ? ANSWER_OPEN : ANSWER_YES;
    bool may_be_hidden = is_encoded;
    for (size_t i = 0; i < criterion->text.nbytes; i++)
        if (criterion->text.data[i] < ' ' || criterion->text.data[i] > '~' ||
            criterion->text.data[i] == ' ')
            may_be_hidden = true;
    if (may_be_hidden)
        return ANSWER_OPEN;
    if (criterion->key == SEARCH_TEXT && has_text(subject->header, criterion->text))
        return ANSWER_OPEN; /* in a value or in a name: B82 */
    return ANSWER_NO;
}

/* ---- flags ---------------------------------------------------------------------------------- */

static enum answer evaluate_flag(const struct search_subject *subject, uint64_t flag)
{
    if ((subject->flags_known & flag) != flag)
        return ANSWER_OPEN;
    return from_bool((subject->flags & flag) == flag);
}

static enum answer negate(enum answer answer)
{
    return (enum answer)(ANSWER_YES - answer);
}

static enum answer both(enum answer a, enum answer b)
{
    return a < b ? a : b;
}

static enum answer evaluate_keyword(const struct criterion *criterion,
                                    const struct search_subject *subject)
{
    enum answer answer = evaluate_flag(subject, criterion->flag);
    return criterion->key == SEARCH_KEYWORD ? answer : negate(answer);
}

static enum answer evaluate_one(const struct criterion *criterion,
                                const struct search_subject *subject)
{
    if (!criterion->is_decidable)
        return ANSWER_OPEN;
    switch (criterion->key) {
    case SEARCH_ALL:
        return ANSWER_YES;
    case SEARCH_ANSWERED:
        return evaluate_flag(subject, FLAG_ANSWERED);
    case SEARCH_UNANSWERED:
        return negate(evaluate_flag(subject, FLAG_ANSWERED));
    case SEARCH_DELETED:
        return evaluate_flag(subject, FLAG_DELETED);
    case SEARCH_UNDELETED:
        return negate(evaluate_flag(subject, FLAG_DELETED));
    case SEARCH_FLAGGED:
        return evaluate_flag(subject, FLAG_FLAGGED);
    case SEARCH_UNFLAGGED:
        return negate(evaluate_flag(subject, FLAG_FLAGGED));
    case SEARCH_SEEN:
        return evaluate_flag(subject, FLAG_SEEN);
    case SEARCH_UNSEEN:
        return negate(evaluate_flag(subject, FLAG_SEEN));
    case SEARCH_RECENT:
        return evaluate_flag(subject, FLAG_RECENT);
    case SEARCH_OLD:
        return negate(evaluate_flag(subject, FLAG_RECENT));
    case SEARCH_NEW:
        return both(evaluate_flag(subject, FLAG_RECENT), negate(evaluate_flag(subject, FLAG_SEEN)));
    case SEARCH_KEYWORD:
    case SEARCH_UNKEYWORD:
        return evaluate_keyword(criterion, subject);
    case SEARCH_BEFORE:
    case SEARCH_ON:
    case SEARCH_SINCE:
        return evaluate_date(criterion, subject->internal_date);
    case SEARCH_FROM:
        return evaluate_addresses(subject->envelope, ENVELOPE_FROM, criterion->text);
    case SEARCH_TO:
        return evaluate_addresses(subject->envelope, ENVELOPE_TO, criterion->text);
    case SEARCH_CC:
        return evaluate_addresses(subject->envelope, ENVELOPE_CC, criterion->text);
    case SEARCH_BCC:
        return evaluate_addresses(subject->envelope, ENVELOPE_BCC, criterion->text);
    case SEARCH_SUBJECT:
        return evaluate_subject(subject->envelope, criterion->text);
    case SEARCH_BODY:
    case SEARCH_TEXT:
        return evaluate_content(criterion, subject);
    case SEARCH_KEY_COUNT:
        break;
    }
    return ANSWER_OPEN;
}

enum answer search_evaluate(const struct criterion *criteria, size_t ncriteria,
                            const struct search_subject *subject)
{
    enum answer all = ANSWER_YES;
    for (size_t i = 0; i < ncriteria && all != ANSWER_NO; i++)
        all = both(all, evaluate_one(&criteria[i], subject));
    return all;
}

/* ---- reading -------------------------------------------------------------------------------- */

static enum search_key key_named(struct span name)
{
    for (int key = 0; key < SEARCH_KEY_COUNT; key++)
        if (span_is_nocase(name, keys[key].name))
            return (enum search_key)key;
    return SEARCH_KEY_COUNT;
}

static void read_text(const struct reading *reading, size_t node, struct criterion *criterion)
{
    size_t value = reading_find(reading, node, WORD_SEARCH_STRING);
    struct reading_string string = reading_string(reading, value);
    criterion->text = string.is_nil ? reading_text(reading, value) : string.value;
    criterion->is_decidable = criterion->text.nbytes > 0 && string.nbytes == string.value.nbytes;
    for (size_t i = 0; i < criterion->text.nbytes; i++)
        if (!char_is_print(criterion->text.data[i]))
            criterion->is_decidable = false;
}

struct criterion search_read(const struct reading *reading, size_t node, struct flag_names *flags)
{
    static const enum word words[] = {WORD_FLAG_KEY, WORD_TEXT_FIELD, WORD_DATE_RELATION,
                                      WORD_KEYWORD_RELATION};
    size_t name = NO_NODE;
    enum word word = WORD_NONE;
    for (size_t i = 0; name == NO_NODE && i < sizeof words / sizeof *words; i++)
        name = reading_find(reading, node, word = words[i]);
    ENSURE(name != NO_NODE);
    struct criterion criterion = {.key = key_named(reading_text(reading, name)),
                                  .is_decidable = true};
    ENSURE(criterion.key != SEARCH_KEY_COUNT);
    if (word == WORD_TEXT_FIELD) {
        read_text(reading, node, &criterion);
    } else if (word == WORD_DATE_RELATION) {
        size_t date = reading_find(reading, node, WORD_DATE_TEXT);
        criterion.day = date == NO_NODE ? -1 : read_day(reading_text(reading, date));
        criterion.is_decidable = criterion.day >= 0;
    } else if (word == WORD_KEYWORD_RELATION) {
        struct span flag = reading_text(reading, reading_find(reading, node, WORD_FLAG));
        criterion.flag = flag_names_bit(flags, flag);
        criterion.is_decidable = flag.data[0] != '\\' && criterion.flag != FLAG_OTHERS; /* B86 */
    }
    return criterion;
}
