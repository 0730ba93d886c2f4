/* chars: ASCII character tests, independent of the locale. */
#ifndef IMAPSPEC_BASE_CHARS_H
#define IMAPSPEC_BASE_CHARS_H

#include <stdbool.h>

static inline bool char_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool char_is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool char_is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool char_is_alpha(char c)
{
    return char_is_upper(c) || char_is_lower(c);
}

static inline bool char_is_alnum(char c)
{
    return char_is_alpha(c) || char_is_digit(c);
}

static inline char char_lower(char c)
{
    if (char_is_upper(c))
        return (char)(c + 32);
    return c;
}

static inline char char_upper(char c)
{
    if (char_is_lower(c))
        return (char)(c - 32);
    return c;
}

/* 0..15, or -1 when c is no hexadecimal digit. */
static inline int char_hex_value(char c)
{
    if (char_is_digit(c))
        return c - '0';
    c = char_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Printable ASCII, blank included. */
static inline bool char_is_print(char c)
{
    return c >= 0x20 && c <= 0x7e;
}

#endif
