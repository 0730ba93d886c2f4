#include "base/number.h"

#include "base/chars.h"

size_t number_digits(struct span s)
{
    size_t n = 0;
    while (n < s.nbytes && char_is_digit(s.data[n]))
        n++;
    return n;
}

struct span number_write(uint64_t value, size_t least, char room[NUMBER_DIGITS_MAX])
{
    size_t at = NUMBER_DIGITS_MAX;
    while (at > 0 && (value > 0 || at > NUMBER_DIGITS_MAX - least)) {
        room[--at] = (char)('0' + value % 10);
        value /= 10;
    }
    return span_make(room + at, NUMBER_DIGITS_MAX - at);
}

enum { SAFE_DIGITS = 19 }; /* so many of any value fit into 64 bits */

int number_parse_u64(struct span s, uint64_t *value)
{
    uint64_t sum = 0;
    if (s.nbytes == 0)
        return -1;
    for (size_t i = 0; i < s.nbytes; i++) {
        unsigned digit = (unsigned char)s.data[i] - (unsigned)'0';
        if (digit > 9 || (i >= SAFE_DIGITS && sum > (UINT64_MAX - digit) / 10))
            return -1;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return 0;
}

int number_parse_u32(struct span s, uint32_t *value)
{
    uint64_t wide = 0;
    if (number_parse_u64(s, &wide) != 0 || wide > UINT32_MAX)
        return -1;
    *value = (uint32_t)wide;
    return 0;
}
