#include "parser.h"

struct cursor {
    const char *bytes;
    size_t nbytes, at;
};

enum found { WRONG = -1, UNFINISHED, FOUND };

static int peek(const struct cursor *c)
{
    return c->at < c->nbytes ? (unsigned char)c->bytes[c->at] : -1;
}

static int is_delimiter(int octet)
{
    return octet < 0 || octet == ' ' || octet == '\r' || octet == '\n';
}

static enum found take_atom(struct cursor *c, struct own_word *word)
{
    word->bytes = c->bytes + c->at;
    while (!is_delimiter(peek(c)))
        c->at++;
    word->nbytes = (size_t)(c->bytes + c->at - word->bytes);
    if (peek(c) < 0)
        return UNFINISHED;
    return word->nbytes > 0 ? FOUND : WRONG;
}

static enum found take_quoted(struct cursor *c, struct own_word *word)
{
    word->bytes = c->bytes + ++c->at;
    while (peek(c) >= 0 && peek(c) != '"' && peek(c) != '\r' && peek(c) != '\n')
        c->at++;
    word->nbytes = (size_t)(c->bytes + c->at - word->bytes);
    if (peek(c) < 0)
        return UNFINISHED;
    return c->bytes[c->at++] == '"' ? FOUND : WRONG;
}

/* {5} CR LF and five octets. */
static enum found take_literal(struct cursor *c, struct own_word *word)
{
    size_t count = 0;
    for (c->at++; peek(c) >= '0' && peek(c) <= '9'; c->at++) {
        if (count > 100000)
            return WRONG;
        count = 10 * count + (size_t)(peek(c) - '0');
    }
    static const char end[] = "}\r\n";
    for (size_t i = 0; i < sizeof end - 1; i++, c->at++)
        if (peek(c) != end[i])
            return peek(c) < 0 ? UNFINISHED : WRONG;
#ifdef OWN_BUG
    if (!is_delimiter((unsigned char)c->bytes[c->at + count])) /* before all of it has come */
        return WRONG;
#endif
    if (count > c->nbytes - c->at)
        return UNFINISHED;
    word->bytes = c->bytes + c->at;
    word->nbytes = count;
    c->at += count;
    return FOUND;
}

static enum found take_word(struct cursor *c, struct own_word *word)
{
    if (peek(c) == '"')
        return take_quoted(c, word);
    if (peek(c) == '{')
        return take_literal(c, word);
    return take_atom(c, word);
}

static enum found take_words(struct cursor *c, struct own_command *command)
{
    enum found found = FOUND;
    while (found == FOUND && peek(c) == ' ') {
        c->at++;
        if (command->nwords == OWN_MOST_WORDS)
            return WRONG;
        found = take_word(c, &command->words[command->nwords++]);
    }
    return found;
}

static enum found take_end(struct cursor *c)
{
    if (peek(c) == '\r')
        c->at++;
    if (peek(c) < 0)
        return UNFINISHED;
    return c->bytes[c->at++] == '\n' ? FOUND : WRONG;
}

long own_parse(const char *bytes, size_t nbytes, struct own_command *command)
{
    struct cursor c = {bytes, nbytes, 0};
    command->nwords = 0;
    enum found found = take_atom(&c, &command->tag);
    if (found == FOUND && c.bytes[c.at++] != ' ')
        found = WRONG;
    if (found == FOUND)
        found = take_atom(&c, &command->verb);
    if (found == FOUND)
        found = take_words(&c, command);
    if (found == FOUND)
        found = take_end(&c);
    return found == FOUND ? (long)c.at : (long)found;
}
