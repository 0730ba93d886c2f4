#include "reports/html_text.h"

#include "reports/html_model.h"
#include "reports/result_fields.h"

static uint32_t code_point(struct span c)
{
    static const unsigned char MASKS[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t value = (unsigned char)c.data[0] & MASKS[c.nbytes];
    for (size_t i = 1; i < c.nbytes; i++)
        value = value << 6 | ((unsigned char)c.data[i] & 0x3f);
    return value;
}

/* Controls, and what has no shape of its own but changes that of others: directions, joiners,
 * separators, tags, non-characters. */
static bool is_shown(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } HIDDEN[] = {{0x00, 0x08},     {0x0b, 0x1f},     {0x7f, 0x9f},       {0xad, 0xad},
                  {0x61c, 0x61c},   {0x180e, 0x180e}, {0x200b, 0x200f},   {0x2028, 0x202e},
                  {0x2060, 0x206f}, {0xe000, 0xf8ff}, {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
                  {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0x10ffff}};
    for (size_t i = 0; i < sizeof HIDDEN / sizeof *HIDDEN; i++)
        if (c >= HIDDEN[i].first && c <= HIDDEN[i].last)
            return false;
    return true;
}

static void put_octets(struct buffer *out, struct span octets)
{
    for (size_t i = 0; i < octets.nbytes; i++)
        buffer_printf(out, "\\x%02x", (unsigned)(unsigned char)octets.data[i]);
}

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&#34;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* ASCII that stands for itself. */
static size_t plain_length(struct span s)
{
    size_t n = 0;
    while (n < s.nbytes && ((char_is_print(s.data[n]) && entity(s.data[n]) == NULL) ||
                            s.data[n] == '\n' || s.data[n] == '\t'))
        n++;
    return n;
}

void html_text(struct buffer *out, struct span text)
{
    while (text.nbytes > 0) {
        size_t nplain = plain_length(text);
        buffer_append(out, span_slice(text, 0, nplain));
        text = span_from(text, nplain);
        if (text.nbytes == 0)
            return;
        size_t nbytes = result_utf8_length(text);
        struct span c = span_slice(text, 0, nbytes == 0 ? 1 : nbytes);
        if (entity(*c.data) != NULL)
            buffer_append_text(out, entity(*c.data));
        else if (nbytes > 0 && is_shown(code_point(c)))
            buffer_append(out, c);
        else
            put_octets(out, c);
        text = span_from(text, c.nbytes);
    }
}

void html_put(struct buffer *out, const char *text)
{
    html_text(out, span_of(text));
}

/* Length of "B59" at the start of the text, where a word begins; else 0. */
static size_t reading_length(struct span text, size_t at)
{
    if (text.data[at] != 'B' || (at > 0 && char_is_alnum(text.data[at - 1])))
        return 0;
    size_t ndigits = number_digits(span_from(text, at + 1));
    struct span rest = span_from(text, at + 1 + ndigits);
    bool ends = rest.nbytes == 0 || !char_is_alnum(rest.data[0]);
    return ndigits > 0 && ndigits < 4 && ends ? ndigits + 1 : 0;
}

void html_prose(struct buffer *out, const char *text)
{
    struct span s = span_of(text);
    size_t from = 0;
    bool is_code = false;
    for (size_t i = 0; i < s.nbytes; i++) {
        size_t nreading = is_code ? 0 : reading_length(s, i);
        if (s.data[i] != '`' && nreading == 0)
            continue;
        html_text(out, span_slice(s, from, i - from));
        if (nreading > 0) {
            struct span word = span_slice(s, i, nreading);
            buffer_printf(out, "<a href=\"#b%.*s\">%.*s</a>", SPAN_ARG(span_from(word, 1)),
                          SPAN_ARG(word));
            i += nreading - 1;
        } else {
            buffer_append_text(out, is_code ? "</code>" : "<code>");
            is_code = !is_code;
        }
        from = i + 1;
    }
    html_text(out, span_from(s, from));
    if (is_code)
        buffer_append_text(out, "</code>");
}

const char *html_anchor(const char *prefix, const char *text, size_t number, struct arena *arena)
{
    struct span s = span_of(text);
    bool is_plain = s.nbytes > 0 && s.nbytes < 200;
    for (size_t i = 0; i < s.nbytes && is_plain; i++)
        is_plain = char_is_alnum(s.data[i]) || s.data[i] == '.' || s.data[i] == '-';
    return is_plain ? arena_printf(arena, "%s-%s", prefix, text)
                    : arena_printf(arena, "%s_%zu", prefix, number);
}

const char *html_verdict_text(int verdict)
{
    return verdict == HTML_UNKNOWN ? "\xe2\x80\x93"
                                   : result_verdict_name((enum result_verdict)verdict);
}

const char *html_verdict_class(int verdict)
{
    static const char *const CLASSES[RESULT_NVERDICTS] = {
        [RESULT_PASS] = "p",  [RESULT_NONSTRICT] = "n", [RESULT_WARN] = "w",
        [RESULT_SKIP] = "s",  [RESULT_BLOCKED] = "b",   [RESULT_FAIL] = "f",
        [RESULT_CRASH] = "c", [RESULT_ERROR] = "e",
    };
    return verdict == HTML_UNKNOWN ? "u" : CLASSES[verdict];
}

void html_verdict_cell(struct buffer *out, int verdict, size_t evidence)
{
    buffer_printf(out, "<td class=%s>", html_verdict_class(verdict));
    if (evidence == 0)
        buffer_append_text(out, html_verdict_text(verdict));
    else
        buffer_printf(out, "<a href=#e%zu>%s</a>", evidence, html_verdict_text(verdict));
}
