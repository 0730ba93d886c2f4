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

int number_parse_u64(struct span s, uint64_t *value)
{
    uint64_t sum = 0;
    if (s.nbytes == 0 || number_digits(s) != s.nbytes)
        return -1;
    for (size_t i = 0; i < s.nbytes; i++) {
        unsigned digit = (unsigned)(s.data[i] - '0');
        if (sum > (UINT64_MAX - digit) / 10)
            return -1;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return 0;
}

int number_parse_u32(struct span s, uint32_t *value)
{
    uint64_t wide;
    if (number_parse_u64(s, &wide) != 0 || wide > UINT32_MAX)
        return -1;
    *value = (uint32_t)wide;
    return 0;
}
