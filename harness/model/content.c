#include "model/content.h"

/* A polynomial in an odd base, modulo 2^64: what joins is a multiplication away. */
static const uint64_t base = 0x9e3779b97f4a7c15u;

static uint64_t base_to_power(uint64_t n)
{
    uint64_t power = 1, square = base;
    for (; n > 0; n >>= 1, square *= square)
        if ((n & 1) != 0)
            power *= square;
    return power;
}

struct content content_of(struct span octets, uint64_t nbytes)
{
    struct content content = {
        .nbytes = nbytes, .is_known = true, .is_whole = octets.nbytes == nbytes};
    uint64_t hash = 0;
    for (size_t i = 0; content.is_whole && i < octets.nbytes; i++)
        hash = hash * base + (unsigned char)octets.data[i] + 1;
    content.hash = hash;
    return content;
}

bool content_equal(const struct content *a, const struct content *b)
{
    return a->nbytes == b->nbytes && (!a->is_whole || !b->is_whole || a->hash == b->hash);
}

bool content_joins(const struct content *whole, const struct content *head,
                   const struct content *tail)
{
    if (whole->nbytes - head->nbytes != tail->nbytes)
        return false;
    if (!whole->is_whole || !head->is_whole || !tail->is_whole)
        return true;
    return whole->hash == head->hash * base_to_power(tail->nbytes) + tail->hash;
}
