#include "cache.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "line.h"

static void begin(const char *noun, unsigned long number)
{
    line_begin(noun);
    line_number(number);
}

static void write_user_flags(const MAILSTREAM *stream, unsigned long set)
{
    for (size_t i = 0; i < NUSERFLAGS && stream->user_flags[i] != NULL; i++)
        if ((set & 1UL << i) != 0)
            line_word(stream->user_flags[i]);
}

static void write_flags(const MAILSTREAM *stream, const MESSAGECACHE *message)
{
    static const char *const names[] = {"\\Seen",     "\\Deleted", "\\Flagged",
                                        "\\Answered", "\\Draft",   "\\Recent"};
    const bool is_set[] = {message->seen,     message->deleted, message->flagged,
                           message->answered, message->draft,   message->recent};
    begin("flags", message->msgno);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (is_set[i])
            line_word(names[i]);
    write_user_flags(stream, message->user_flags);
    line_end();
}

static void write_date(const MESSAGECACHE *message)
{
    char text[128], own[128];
    snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d %c%02d%02d",
             BASEYEAR + message->year, message->month, message->day, message->hours,
             message->minutes, message->seconds, message->zoccident ? '-' : '+', message->zhours,
             message->zminutes);
    MESSAGECACHE copy = *message;
    mail_date(own, &copy);
    begin("date", message->msgno);
    line_nstring(text);
    line_nstring(own); /* as the server wrote it is not kept */
    line_end();
}

void cache_write_address(const ADDRESS *address)
{
    line_nstring(address->personal);
    line_nstring(address->adl);
    line_nstring(address->mailbox);
    line_nstring(address->host);
}

static void write_field(unsigned long number, const char *field, const char *value)
{
    begin("envelope", number);
    line_word(field);
    line_nstring(value);
    line_end();
}

static void write_list(unsigned long number, const char *field, const ADDRESS *address)
{
    if (address == NULL)
        write_field(number, field, NULL);
    for (; address != NULL; address = address->next) {
        begin("envelope", number);
        line_word(field);
        cache_write_address(address);
        line_end();
    }
}

static void write_envelope(unsigned long number, const ENVELOPE *envelope)
{
    write_field(number, "date", (const char *)envelope->date);
    write_field(number, "subject", envelope->subject);
    write_list(number, "from", envelope->from);
    write_list(number, "sender", envelope->sender);
    write_list(number, "reply-to", envelope->reply_to);
    write_list(number, "to", envelope->to);
    write_list(number, "cc", envelope->cc);
    write_list(number, "bcc", envelope->bcc);
    write_field(number, "in-reply-to", envelope->in_reply_to);
    write_field(number, "message-id", envelope->message_id);
}

static void write_held(unsigned long number, const char *item, const PARTTEXT *held)
{
    if (held->text.data == NULL)
        return;
    begin("holds", number);
    line_word(item);
    line_number(held->text.size);
    line_end();
}

static void write_message(const MAILSTREAM *stream, const MESSAGECACHE *message)
{
    unsigned long number = message->msgno;
    if (message->valid)
        write_flags(stream, message);
    if (message->rfc822_size != 0) {
        begin("size", number);
        line_number(message->rfc822_size);
        line_end();
    }
    if (message->day != 0)
        write_date(message);
    if (message->private.msg.env != NULL && !message->private.msg.env->incomplete)
        write_envelope(number, message->private.msg.env);
    write_held(number, "RFC822", &message->private.msg.full);
    write_held(number, "RFC822.HEADER", &message->private.msg.header);
    write_held(number, "RFC822.TEXT", &message->private.msg.text);
}

static void write_mailbox(const MAILSTREAM *stream)
{
    const char *name = strrchr(stream->mailbox, '}');
    line_begin("mailbox");
    line_nstring(name != NULL ? name + 1 : stream->mailbox);
    line_end();
    line_begin("access");
    line_word(stream->rdonly ? "read-only" : "read-write");
    line_end();
    line_begin("listed"); /* flags of the system are not kept */
    write_user_flags(stream, ~0UL);
    line_end();
}

void cache_write(MAILSTREAM *stream)
{
    unsigned long exists = stream != NULL ? stream->nmsgs : 0;
    if (stream != NULL && !stream->halfopen)
        write_mailbox(stream);
    begin("exists", exists);
    line_end();
    begin("recent", stream != NULL ? stream->recent : 0);
    line_end();
    for (unsigned long i = 1; i <= exists; i++)
        write_message(stream, mail_elt(stream, i));
}
