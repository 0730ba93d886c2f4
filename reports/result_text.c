#include "reports/result_fields.h"

#include <stdint.h>

static const struct span REPLACEMENT = SPAN_INIT("\xef\xbf\xbd"); /* U+FFFD */

size_t result_utf8_length(struct span s)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least; /* smaller values have a shorter form */
    } FORMS[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    if (s.nbytes == 0)
        return 0;
    unsigned char first = (unsigned char)s.data[0];
    for (size_t n = 0; n < sizeof FORMS / sizeof *FORMS; n++) {
        if ((first & FORMS[n].mask) != FORMS[n].lead)
            continue;
        uint32_t value = (unsigned char)(first & (unsigned char)~FORMS[n].mask);
        if (s.nbytes <= n)
            return 0;
        for (size_t i = 1; i <= n; i++) {
            unsigned char next = (unsigned char)s.data[i];
            if ((next & 0xc0) != 0x80)
                return 0;
            value = value << 6 | (next & 0x3f);
        }
        bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
        return value < FORMS[n].least || value > 0x10ffff || is_surrogate ? 0 : n + 1;
    }
    return 0;
}

static void encode_octets(struct span octets, struct buffer *out)
{
    for (size_t i = 0; i < octets.nbytes; i++) {
        buffer_append(out, REPLACEMENT);
        buffer_printf(out, "%02X", (unsigned)(unsigned char)octets.data[i]);
    }
}

/* Length of the run of ASCII at the start: nearly all of most texts. */
static size_t ascii_length(struct span s)
{
    size_t n = 0;
    while (n < s.nbytes && (unsigned char)s.data[n] < 0x80)
        n++;
    return n;
}

void result_text_encode(struct span text, struct buffer *out)
{
    while (text.nbytes > 0) {
        size_t nbytes = ascii_length(text);
        if (nbytes == 0)
            nbytes = result_utf8_length(text);
        struct span here = span_slice(text, 0, nbytes ? nbytes : 1);
        if (nbytes == 0 || span_equal(here, REPLACEMENT))
            encode_octets(here, out);
        else
            buffer_append(out, here);
        text = span_from(text, here.nbytes);
    }
}

/* The octet that an escape at the start of s stands for, or -1. No text holds a NUL. */
static int escape_value(struct span s)
{
    if (s.nbytes < 5 || !span_starts_with(s, REPLACEMENT))
        return -1;
    int high = char_hex_value(s.data[3]), low = char_hex_value(s.data[4]);
    return high < 0 || low < 0 || high + low == 0 ? -1 : high * 16 + low;
}

const char *result_text_decode(struct span encoded, struct arena *arena)
{
    struct buffer out = {0};
    while (encoded.nbytes > 0) {
        size_t nplain = ascii_length(encoded);
        int value = nplain > 0 ? -1 : escape_value(encoded);
        if (value >= 0) {
            buffer_append_byte(&out, (char)value);
            encoded = span_from(encoded, 5);
            continue;
        }
        nplain += nplain == 0;
        buffer_append(&out, span_slice(encoded, 0, nplain));
        encoded = span_from(encoded, nplain);
    }
    const char *text = arena_text(arena, buffer_span(&out));
    buffer_free(&out);
    return text;
}

/* A control character, or one of the two values that are no characters and no XML may hold. */
static bool is_control(struct span s)
{
    unsigned char first = (unsigned char)s.data[0];
    bool is_c1 = first == 0xc2 && s.nbytes > 1 && (unsigned char)s.data[1] < 0xa0;
    bool is_none = span_starts_with(s, SPAN_LIT("\xef\xbf\xbe")) ||
                   span_starts_with(s, SPAN_LIT("\xef\xbf\xbf"));
    return first < 0x20 || first == 0x7f || is_c1 || is_none;
}

void result_text_show(struct buffer *out, const char *text, size_t indent)
{
    struct span rest = span_of(text);
    while (rest.nbytes > 0) {
        size_t nbytes = result_utf8_length(rest);
        if (rest.data[0] == '\n') {
            buffer_append_byte(out, '\n');
            buffer_append_repeat(out, ' ', rest.nbytes > 1 ? indent : 0);
            nbytes = 1;
        } else if (nbytes == 0 || is_control(rest)) {
            nbytes = nbytes ? nbytes : 1;
            for (size_t i = 0; i < nbytes; i++)
                buffer_printf(out, "\\x%02x", (unsigned)(unsigned char)rest.data[i]);
        } else {
            buffer_append(out, span_slice(rest, 0, nbytes));
        }
        rest = span_from(rest, nbytes);
    }
}
