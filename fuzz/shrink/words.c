#include "shrink/inside.h"

/* Candidates that leave words out of a command that has no derivation. A literal belongs to the
 * word that ends with its announcement: its octets are none of the command's words. */

static size_t octets_announced(struct span rest)
{
    uint32_t count = 0;
    size_t close = span_find(rest, SPAN_LIT("}\r\n"));
    if (close == SPAN_NPOS || number_parse_u32(span_slice(rest, 1, close - 1), &count) != 0)
        return 0;
    size_t behind = close + 3;
    return behind + (count < rest.nbytes - behind ? count : rest.nbytes - behind);
}

/* Where the word that begins at `at` ends; the blanks before it are part of it, a line's end is a
 * word of its own. */
static size_t word_end(struct span text, size_t at)
{
    size_t end = at;
    while (end < text.nbytes && text.data[end] == ' ')
        end++;
    if (end < text.nbytes && text.data[end] == '\r')
        return end + 1 + (end + 1 < text.nbytes && text.data[end + 1] == '\n');
    while (end < text.nbytes && text.data[end] != ' ' && text.data[end] != '\r') {
        size_t literal = text.data[end] == '{' ? octets_announced(span_from(text, end)) : 0;
        end += literal > 0 ? literal : 1;
    }
    return end;
}

static size_t count_words(struct span text)
{
    size_t count = 0;
    for (size_t at = 0; at < text.nbytes; at = word_end(text, at))
        count++;
    return count;
}

static size_t word_at(struct span text, size_t index)
{
    size_t at = 0;
    while (index-- > 0)
        at = word_end(text, at);
    return at;
}

static void leave_out(struct shrinker *s, struct span text, size_t from, size_t to)
{
    struct stream_writer writer = stream_writer_to(&s->candidate);
    shrink_keep(s, 0, s->unit);
    stream_write_data(&writer, span_slice(text, 0, word_at(text, from)));
    stream_write_data(&writer, span_from(text, word_at(text, to)));
    shrink_keep(s, s->unit + 1, s->nunits);
}

/* Runs of words from the end on, shorter and shorter. */
static bool shrink_unit(struct shrinker *s)
{
    struct span text = buffer_span(&s->text);
    size_t nwords = count_words(text);
    if (s->chunk > nwords)
        s->chunk = nwords;
    while (s->chunk > 0 && s->cursor >= nwords) {
        s->chunk /= 2;
        s->cursor = 0;
    }
    if (s->chunk == 0)
        return false;
    size_t to = nwords - s->cursor;
    s->cursor += s->chunk;
    leave_out(s, text, to > s->chunk ? to - s->chunk : 0, to);
    return true;
}

bool shrink_words(struct shrinker *s)
{
    for (; s->unit < s->nunits; s->unit++, s->is_loaded = false) {
        if (!s->is_loaded && !shrink_load(s))
            continue;
        s->is_loaded = true;
        if (!s->tree->is_whole && shrink_unit(s))
            return true;
        s->cursor = 0;
        s->chunk = SIZE_MAX;
    }
    return false;
}
