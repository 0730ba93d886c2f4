#include "reference/address.h"

#include "reference/address_token.h"

/* Where in an address the reader is. */
enum place {
    IN_WORDS,  /* phrase or local part: not known before "<" or "@" */
    IN_DOMAIN, /* behind the "@" of an addr-spec */
    IN_ROUTE,  /* behind "<@", up to the colon */
    BEHIND,    /* behind ">" */
};

struct reader {
    struct address_lexer lexer;
    struct arena *arena;
    struct mail_address_list *list;
    enum place place;
    bool in_angle;
    bool last_was_word; /* the last token (comments aside) was a word or a domain literal */

    /* The address being read. `phrase` holds everything since its start, for the case that a "<"
     * makes a phrase of it; after the "<" it is left alone. */
    struct buffer phrase, route, mailbox, host;
    struct span comment; /* the last one, nothing but comments after it */
    bool has_comment;
};

static struct span keep(struct reader *r, const struct buffer *part)
{
    return part->nbytes == 0 ? (struct span){0} : arena_copy(r->arena, buffer_span(part));
}

static struct span comment_name(struct reader *r)
{
    struct buffer text = {0};
    address_unquote(&text, r->comment);
    struct span name = arena_copy(r->arena, span_trim(buffer_span(&text)));
    buffer_free(&text);
    return name;
}

/* Ends the address: lists it unless there is nothing to list, and starts afresh. */
static void finish(struct reader *r)
{
    bool has_phrase = r->in_angle || r->place == BEHIND;
    struct mail_address address = {
        .name = has_phrase ? keep(r, &r->phrase) : (struct span){0},
        .route = keep(r, &r->route),
        .mailbox = keep(r, &r->mailbox),
        .host = keep(r, &r->host),
    };
    bool is_any =
        address.name.nbytes + address.route.nbytes + address.mailbox.nbytes + address.host.nbytes >
        0;
    if (is_any && address.name.nbytes == 0 && r->has_comment)
        address.name = comment_name(r);
    if (is_any) {
        struct mail_address_list *list = r->list;
        list->items = arena_grow(r->arena, list->items, &list->capacity, list->count + 1,
                                 sizeof *list->items);
        list->items[list->count++] = address;
    }
    buffer_clear(&r->phrase);
    buffer_clear(&r->route);
    buffer_clear(&r->mailbox);
    buffer_clear(&r->host);
    r->has_comment = false;
    r->last_was_word = false;
    r->in_angle = false;
    r->place = IN_WORDS;
}

/* Forgets the words read: they were the name of a group. */
static void forget_group_name(struct reader *r)
{
    buffer_clear(&r->phrase);
    buffer_clear(&r->mailbox);
    r->has_comment = false;
    r->last_was_word = false;
}

static void append_word(struct buffer *out, struct address_token token)
{
    if (token.kind == ADDRESS_QUOTED)
        address_unquote(out, token.text);
    else
        buffer_append(out, token.text);
}

/* Phrases keep the blanks around dots and at-signs, which have no business there anyway. */
static void append_to_phrase(struct reader *r, struct address_token token)
{
    if (r->in_angle)
        return;
    bool is_word = token.kind != ADDRESS_SPECIAL;
    bool is_apart = token.after_blank || (is_word && r->last_was_word);
    if (r->phrase.nbytes > 0 && is_apart)
        buffer_append_byte(&r->phrase, ' ');
    append_word(&r->phrase, token);
}

static struct buffer *part_now(struct reader *r)
{
    if (r->place == IN_DOMAIN)
        return &r->host;
    return r->place == IN_ROUTE ? &r->route : &r->mailbox;
}

static void read_word(struct reader *r, struct address_token token)
{
    if (r->place == BEHIND || (r->place == IN_DOMAIN && r->last_was_word))
        finish(r);
    if (r->place == IN_ROUTE && r->last_was_word) {
        r->place = IN_WORDS;
        r->last_was_word = false;
    }
    r->has_comment = false;
    append_to_phrase(r, token);
    struct buffer *part = part_now(r);
    if (part == &r->mailbox && r->last_was_word)
        buffer_append_byte(part, ' ');
    append_word(part, token);
    r->last_was_word = true;
}

static void read_at_sign(struct reader *r, struct address_token token)
{
    if (r->place == BEHIND)
        finish(r);
    r->has_comment = false;
    append_to_phrase(r, token);
    if (r->in_angle && r->place == IN_WORDS && !r->last_was_word && r->mailbox.nbytes == 0 &&
        r->route.nbytes == 0)
        r->place = IN_ROUTE;
    if (r->place == IN_ROUTE) {
        buffer_append_byte(&r->route, '@');
    } else if (r->place == IN_DOMAIN) {
        buffer_append_byte(&r->mailbox, '@');
        buffer_append(&r->mailbox, buffer_span(&r->host));
        buffer_clear(&r->host);
    } else {
        r->place = IN_DOMAIN;
    }
    r->last_was_word = false;
}

static void read_dot(struct reader *r, struct address_token token)
{
    if (r->place == BEHIND)
        return;
    r->has_comment = false;
    append_to_phrase(r, token);
    buffer_append_byte(part_now(r), '.');
    r->last_was_word = false;
}

static void read_open(struct reader *r)
{
    if (r->in_angle || r->place == BEHIND)
        finish(r);
    buffer_clear(&r->mailbox);
    buffer_clear(&r->host);
    r->has_comment = false;
    r->in_angle = true;
    r->place = IN_WORDS;
    r->last_was_word = false;
}

static void read_close(struct reader *r)
{
    if (!r->in_angle)
        return;
    r->in_angle = false;
    r->place = BEHIND;
    r->last_was_word = false;
}

static bool next_is_at_sign(const struct reader *r)
{
    struct address_lexer ahead = r->lexer;
    struct address_token token;
    do {
        token = address_lexer_next(&ahead);
    } while (token.kind == ADDRESS_COMMENT);
    return token.kind == ADDRESS_SPECIAL && *token.text.data == '@';
}

static void read_comma(struct reader *r)
{
    if (r->place == IN_ROUTE && next_is_at_sign(r)) {
        buffer_append_byte(&r->route, ',');
        r->last_was_word = false;
        return;
    }
    finish(r);
}

static void read_colon(struct reader *r)
{
    if (r->place == IN_ROUTE) {
        r->place = IN_WORDS;
        r->last_was_word = false;
        r->has_comment = false;
    } else if (r->place == IN_WORDS && !r->in_angle) {
        forget_group_name(r);
    } else {
        finish(r);
    }
}

static void read_special(struct reader *r, struct address_token token)
{
    switch (*token.text.data) {
    case '<':
        read_open(r);
        break;
    case '>':
        read_close(r);
        break;
    case '@':
        read_at_sign(r, token);
        break;
    case '.':
        read_dot(r, token);
        break;
    case ',':
        read_comma(r);
        break;
    case ':':
        read_colon(r);
        break;
    default: /* a semicolon: the end of a group */
        finish(r);
    }
}

void mail_address_parse(struct mail_address_list *list, struct arena *arena, struct span text)
{
    struct reader r = {.lexer = {.text = text}, .arena = arena, .list = list};
    struct address_token token;
    while ((token = address_lexer_next(&r.lexer)).kind != ADDRESS_END) {
        if (token.kind == ADDRESS_COMMENT) {
            r.comment = token.text;
            r.has_comment = true;
        } else if (token.kind == ADDRESS_SPECIAL) {
            read_special(&r, token);
        } else {
            read_word(&r, token);
        }
    }
    finish(&r);
    buffer_free(&r.phrase);
    buffer_free(&r.route);
    buffer_free(&r.mailbox);
    buffer_free(&r.host);
}
