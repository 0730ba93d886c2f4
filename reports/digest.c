#include "reports/digest.h"

#include <string.h>

enum { BLOCK_NBYTES = 64, NWORDS = 8, NROUNDS = 64 };

/* FIPS 180-4: fractional parts of the cube roots of the first primes. */
static const uint32_t ROUND[NROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t x, unsigned by)
{
    return x >> by | x << (32 - by);
}

static void schedule(const unsigned char *block, uint32_t w[NROUNDS])
{
    for (size_t i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
               (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (size_t i = 16; i < NROUNDS; i++) {
        uint32_t a = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t b = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + a + w[i - 7] + b;
    }
}

static void take_block(uint32_t state[NWORDS], const unsigned char *block)
{
    uint32_t w[NROUNDS];
    uint32_t s[NWORDS];
    schedule(block, w);
    memcpy(s, state, sizeof s);
    for (size_t i = 0; i < NROUNDS; i++) {
        uint32_t e = rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25);
        uint32_t a = rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22);
        uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
        uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
        uint32_t first = s[7] + e + choice + ROUND[i] + w[i];
        memmove(s + 1, s, sizeof s - sizeof *s);
        s[4] += first;
        s[0] = first + a + majority;
    }
    for (size_t i = 0; i < NWORDS; i++)
        state[i] += s[i];
}

void digest_sha256(struct span text, unsigned char digest[DIGEST_NBYTES])
{
    uint32_t state[NWORDS] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                              0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    unsigned char last[2 * BLOCK_NBYTES] = {0};
    uint64_t nbits = (uint64_t)text.nbytes * 8;
    while (text.nbytes >= BLOCK_NBYTES) {
        take_block(state, (const unsigned char *)text.data);
        text = span_from(text, BLOCK_NBYTES);
    }
    if (text.nbytes > 0)
        memcpy(last, text.data, text.nbytes);
    last[text.nbytes] = 0x80;
    size_t nlast = text.nbytes < BLOCK_NBYTES - 8 ? BLOCK_NBYTES : 2 * BLOCK_NBYTES;
    for (size_t i = 0; i < 8; i++)
        last[nlast - 1 - i] = (unsigned char)(nbits >> 8 * i);
    for (size_t i = 0; i < nlast; i += BLOCK_NBYTES)
        take_block(state, last + i);
    for (size_t i = 0; i < DIGEST_NBYTES; i++)
        digest[i] = (unsigned char)(state[i / 4] >> (24 - 8 * (i % 4)));
}

void digest_source_write(struct span text, struct buffer *out)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char digest[DIGEST_NBYTES + 1] = {0}; /* a 0 behind, to make up whole groups of 3 */
    digest_sha256(text, digest);
    buffer_append_text(out, "sha256-");
    for (size_t i = 0; i < DIGEST_NBYTES; i += 3) {
        uint32_t group = (uint32_t)digest[i] << 16 | (uint32_t)digest[i + 1] << 8 | digest[i + 2];
        size_t ndigits = DIGEST_NBYTES - i < 3 ? DIGEST_NBYTES - i + 1 : 4;
        for (size_t k = 0; k < 4; k++)
            buffer_append(out, k < ndigits ? span_make(&DIGITS[group >> (18 - 6 * k) & 63], 1)
                                           : SPAN_LIT("="));
    }
}
