#include "model/command.h"

#include <stdlib.h>
#include <string.h>

#include "model/mailbox.h"
#include "model/model.h"

#define VERB_NAME(name) (name), sizeof(name) - 1
const struct verb_facts verb_table[VERB_COUNT] = {
    [VERB_UNKNOWN] = {VERB_NAME("command"), WORD_NONE, 0, "syntax.client-verbs"},
    [VERB_NOOP] = {VERB_NAME("NOOP"), WORD_NOOP, 0, "syntax.client-verbs"},
    [VERB_LOGIN] = {VERB_NAME("LOGIN"), WORD_LOGIN, 0, "lex.atom-client"},
    [VERB_LOGOUT] = {VERB_NAME("LOGOUT"), WORD_LOGOUT, 0, "syntax.client-verbs"},
    [VERB_SELECT] = {VERB_NAME("SELECT"), WORD_SELECT, VERB_NEEDS_LOGIN | VERB_SELECTS,
                     "syntax.client-copy-find"},
    [VERB_BBOARD] = {VERB_NAME("BBOARD"), WORD_BBOARD, VERB_NEEDS_LOGIN | VERB_SELECTS,
                     "syntax.client-copy-find"},
    [VERB_FIND] = {VERB_NAME("FIND"), WORD_FIND, VERB_NEEDS_LOGIN, "syntax.client-copy-find"},
    [VERB_CHECK] = {VERB_NAME("CHECK"), WORD_CHECK, VERB_NEEDS_LOGIN | VERB_NEEDS_MAILBOX,
                    "syntax.client-verbs"},
    [VERB_EXPUNGE] = {VERB_NAME("EXPUNGE"), WORD_EXPUNGE, VERB_NEEDS_LOGIN | VERB_NEEDS_MAILBOX,
                      "syntax.client-verbs"},
    [VERB_COPY] = {VERB_NAME("COPY"), WORD_COPY,
                   VERB_NEEDS_LOGIN | VERB_NEEDS_MAILBOX | VERB_HAS_NUMBERS,
                   "syntax.client-copy-find"},
    [VERB_FETCH] = {VERB_NAME("FETCH"), WORD_FETCH,
                    VERB_NEEDS_LOGIN | VERB_NEEDS_MAILBOX | VERB_HAS_NUMBERS,
                    "syntax.client-fetch"},
    [VERB_STORE] = {VERB_NAME("STORE"), WORD_STORE,
                    VERB_NEEDS_LOGIN | VERB_NEEDS_MAILBOX | VERB_HAS_NUMBERS,
                    "syntax.client-store"},
    [VERB_SEARCH] = {VERB_NAME("SEARCH"), WORD_SEARCH,
                     VERB_NEEDS_LOGIN | VERB_NEEDS_MAILBOX | VERB_HAS_NUMBERS,
                     "search.client-strict"},
};

void command_clear(struct command *command)
{
    buffer_clear(&command->bytes);
    command->sequence.nranges = 0;
    size_t from = offsetof(struct command, tag);
    memset((char *)command + from, 0, sizeof *command - from);
}

void command_free(struct command *command)
{
    buffer_free(&command->bytes);
    sequence_free(&command->sequence);
    free(command->criteria);
    free(command->hits);
    free(command);
}

/* Cuts *rest there, and off a blank that stands there. */
static struct span cut_at(struct span *rest, size_t end)
{
    struct span word = span_slice(*rest, 0, end);
    if (end < rest->nbytes && rest->data[end] == ' ')
        end++;
    *rest = span_from(*rest, end);
    return word;
}

static struct span cut_word(struct span *rest)
{
    size_t end = 0;
    while (end < rest->nbytes && rest->data[end] != ' ' && rest->data[end] != '\n')
        end++;
    if (end < rest->nbytes && rest->data[end] == '\n' && end > 0 && rest->data[end - 1] == '\r')
        end--;
    return cut_at(rest, end);
}

static enum verb read_verb(struct span word)
{
    for (int i = VERB_UNKNOWN + 1; i < VERB_COUNT; i++)
        if (span_equal_nocase(word, span_make(verb_table[i].name, verb_table[i].name_nbytes)))
            return (enum verb)i;
    return VERB_UNKNOWN;
}

void command_take(struct command *command, const struct wire_unit *unit)
{
    buffer_clear(&command->bytes);
    buffer_append(&command->bytes, unit->bytes);
    struct span rest = buffer_span(&command->bytes);
    /* The framing has cut the tag already, of what is whole. */
    if (unit->kind == WIRE_TAGGED && unit->is_complete)
        command->tag = cut_at(&rest, unit->tag.nbytes);
    else
        command->tag = cut_word(&rest);
    while (rest.nbytes > 0 && rest.data[0] == ' ') /* a server may take several for one (B32) */
        rest = span_from(rest, 1);
    struct span verb = cut_word(&rest);
    command->verb = read_verb(verb);
    command->nliterals = unit->nliterals;
}

/* ---- arguments ------------------------------------------------------------------------------ */

/* Points into the command instead of the unit, which does not last. */
static struct span keep(const struct command *command, const struct reading *reading,
                        struct span part)
{
    ENSURE(part.data >= reading->input.bytes.data);
    return span_slice(buffer_span(&command->bytes), (size_t)(part.data - reading->input.bytes.data),
                      part.nbytes);
}

static struct span argument(const struct command *command, const struct reading *reading,
                            enum word word)
{
    size_t node = reading_find(reading, 0, word);
    if (node == NO_NODE)
        return (struct span){"", 0};
    struct span text = reading_text(reading, node);
    struct span value = reading_string(reading, node).value;
    /* A bare NIL is no nil here but a name of three letters. */
    if (value.nbytes == 0 && span_is_nocase(text, "NIL"))
        value = text;
    return value.nbytes == 0 ? (struct span){"", 0} : keep(command, reading, value);
}

static void parse_items(struct command *command, const struct reading *reading)
{
    size_t node = reading_find(reading, 0, WORD_FETCH_MACRO);
    if (node != NO_NODE) {
        bool is_all = span_is_nocase(reading_text(reading, node), "ALL");
        command->items = is_all ? ITEMS_ALL : ITEMS_FAST;
        return;
    }
    for (node = reading_find(reading, 0, WORD_FETCH_ATT); node != NO_NODE;
         node = reading_after(reading, node, 0, WORD_FETCH_ATT))
        for (unsigned item = 0; item < ITEM_COUNT; item++)
            if (span_is_nocase(reading_text(reading, node), item_names[item]))
                command->items |= 1u << item;
}

static void parse_store(struct command *command, const struct reading *reading,
                        struct flag_names *flags)
{
    struct span item = reading_text(reading, reading_find(reading, 0, WORD_STORE_ITEM));
    command->mode = STORE_REPLACE;
    if (item.data[0] == '+')
        command->mode = STORE_ADD;
    else if (item.data[0] == '-')
        command->mode = STORE_REMOVE;
    for (size_t node = reading_find(reading, 0, WORD_FLAG); node != NO_NODE;
         node = reading_after(reading, node, 0, WORD_FLAG))
        command->flags |= flag_names_bit(flags, reading_text(reading, node));
}

static void parse_search(struct command *command, const struct reading *reading,
                         struct flag_names *flags)
{
    for (size_t node = reading_find(reading, 0, WORD_SEARCH_KEY); node != NO_NODE;
         node = reading_after(reading, node, 0, WORD_SEARCH_KEY)) {
        command->criteria = mem_grow(command->criteria, &command->criteria_capacity,
                                     command->ncriteria + 1, sizeof *command->criteria);
        struct criterion criterion = search_read(reading, node, flags);
        if (criterion.text.nbytes > 0)
            criterion.text = keep(command, reading, criterion.text);
        command->criteria[command->ncriteria++] = criterion;
    }
}

void command_parse(struct command *command, const struct reading *reading, struct flag_names *flags)
{
    command->is_wellformed = true;
    size_t node = reading_find(reading, 0, WORD_SEQUENCE);
    if (node != NO_NODE)
        sequence_read(&command->sequence, reading_text(reading, node));
    switch (command->verb) {
    case VERB_LOGIN:
        command->user = argument(command, reading, WORD_USERID);
        break;
    case VERB_SELECT:
    case VERB_COPY:
        command->mailbox = argument(command, reading, WORD_MAILBOX);
        break;
    case VERB_BBOARD:
        command->mailbox = argument(command, reading, WORD_BBOARD_NAME);
        break;
    case VERB_FETCH:
        parse_items(command, reading);
        break;
    case VERB_STORE:
        parse_store(command, reading, flags);
        break;
    case VERB_SEARCH:
        parse_search(command, reading, flags);
        break;
    case VERB_UNKNOWN:
    case VERB_NOOP:
    case VERB_LOGOUT:
    case VERB_FIND:
    case VERB_CHECK:
    case VERB_EXPUNGE:
    case VERB_COUNT:
        break;
    }
}

const char *command_name(const struct command *command)
{
    return verb_table[command->verb].name;
}

static bool is_tag_octet(char c)
{
    switch (c) {
    case '"':
    case '%':
    case '\\':
    case '{':
    case '(':
    case ')':
        return false;
    default:
        return c > ' ' && c <= '~';
    }
}

bool command_tag_is_valid(const struct command *command)
{
    return model_tag_is_usable(command->tag);
}

bool model_tag_is_usable(struct span tag)
{
    if (tag.nbytes == 0 || wire_tag_is_marked(tag))
        return false;
    for (size_t i = 0; i < tag.nbytes; i++)
        if (!is_tag_octet(tag.data[i]))
            return false;
    return true;
}
