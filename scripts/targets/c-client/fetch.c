#include "fetch.h"

#include <stdio.h>
#include <string.h>

#include "outcome.h"

static bool knows_flags(const MESSAGECACHE *message)
{
    return message->valid;
}

static bool knows_fast(const MESSAGECACHE *message)
{
    return message->valid && message->rfc822_size != 0 && message->day != 0;
}

static bool knows_envelope(const MESSAGECACHE *message)
{
    const ENVELOPE *envelope = message->private.msg.env;
    return envelope != NULL && !envelope->incomplete;
}

static bool knows_header(const MESSAGECACHE *message)
{
    return message->private.msg.header.text.data != NULL;
}

static bool knows_text(const MESSAGECACHE *message)
{
    return message->private.msg.text.text.data != NULL;
}

static bool knows_message(const MESSAGECACHE *message)
{
    return message->private.msg.full.text.data != NULL;
}

static void get_flags(MAILSTREAM *stream, char *sequence)
{
    mail_fetch_flags(stream, sequence, NIL);
}

static void get_fast(MAILSTREAM *stream, char *sequence)
{
    mail_fetch_fast(stream, sequence, NIL);
}

static void get_envelope(MAILSTREAM *stream, unsigned long number)
{
    mail_fetch_structure(stream, number, NULL, NIL);
}

static void get_header(MAILSTREAM *stream, unsigned long number)
{
    mail_fetch_header(stream, number, NULL, NULL, NULL, FT_PEEK);
}

static void get_text(MAILSTREAM *stream, unsigned long number)
{
    mail_fetch_text(stream, number, NULL, NULL, NIL);
}

static void get_message(MAILSTREAM *stream, unsigned long number)
{
    mail_fetch_message(stream, number, NULL, NIL);
}

/* Those that bring most of all come first. */
static const struct fetch_item {
    const char *name;
    bool (*knows)(const MESSAGECACHE *message);
    void (*get)(MAILSTREAM *stream, char *sequence); /* always asks the server; or NULL and */
    void (*get_one)(MAILSTREAM *stream, unsigned long number); /* does if it is not known */
} items[] = {
    {"ENVELOPE", knows_envelope, NULL, get_envelope},
    {"ALL", knows_envelope, NULL, get_envelope},
    {"INTERNALDATE", knows_fast, get_fast, NULL},
    {"RFC822.SIZE", knows_fast, get_fast, NULL},
    {"FAST", knows_fast, get_fast, NULL},
    {"FLAGS", knows_flags, get_flags, NULL},
    {"RFC822.HEADER", knows_header, NULL, get_header},
    {"RFC822.TEXT", knows_text, NULL, get_text},
    {"RFC822", knows_message, NULL, get_message},
};

enum { NITEMS = sizeof items / sizeof *items, NALL_IN_ENVELOPE = 6 };

static size_t item_of(const struct line_word *word)
{
    size_t i = 0;
    while (i < NITEMS && strcasecmp(items[i].name, word->text) != 0)
        i++;
    return i;
}

const struct fetch_item *fetch_find(const struct line_word *words, size_t nwords)
{
    size_t best = NITEMS;
    for (size_t i = 0; i < nwords; i++) {
        if (strcmp(words[i].text, "(") == 0 || strcmp(words[i].text, ")") == 0)
            continue;
        size_t item = item_of(&words[i]);
        bool is_text = item >= NALL_IN_ENVELOPE;
        /* nothing brings texts and anything else */
        if (item == NITEMS ||
            (best != NITEMS && best != item && (is_text || best >= NALL_IN_ENVELOPE)))
            return NULL;
        best = item < best ? item : best;
    }
    return best == NITEMS ? NULL : &items[best];
}

static char *copy_of(const char *text)
{
    char *copy = strdup(text);
    if (copy == NULL)
        abort();
    return copy;
}

/* Marks the messages of the sequence. False, and a complaint: there are no such messages, or no
 * mailbox. Those who ask for messages have to see to that first: of a number that it does not know,
 * the library ends the program. */
static bool mark(MAILSTREAM *stream, const char *sequence)
{
    char *copy = copy_of(sequence);
    long is_right = mail_sequence(stream, (unsigned char *)copy);
    free(copy);
    return is_right;
}

bool fetch_asks_again(const struct fetch_item *item, MAILSTREAM *stream, const char *sequence)
{
    if (item->get != NULL || !mark(stream, sequence))
        return true;
    for (unsigned long i = 1; i <= stream->nmsgs; i++)
        if (mail_elt(stream, i)->sequence && item->knows(mail_elt(stream, i)))
            return false;
    return true;
}

static void get_one(const struct fetch_item *item, MAILSTREAM *stream, unsigned long number)
{
    char text[32];
    snprintf(text, sizeof text, "%lu", number);
    if (item->get != NULL)
        item->get(stream, text);
    else
        item->get_one(stream, number);
}

void fetch_get(const struct fetch_item *item, MAILSTREAM *stream, const char *sequence,
               bool is_missing)
{
    if (!mark(stream, sequence))
        return;
    if (item->get != NULL && !is_missing) {
        char *copy = copy_of(sequence);
        item->get(stream, copy);
        free(copy);
        return;
    }
    for (unsigned long i = 1; i <= stream->nmsgs && !outcome_has_complained(); i++)
        if (mail_elt(stream, i)->sequence && !item->knows(mail_elt(stream, i)))
            get_one(item, stream, i);
}
