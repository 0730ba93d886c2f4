#include "shrink/inside.h"
#include "wire/wire.h"

/* Candidates that leave words out of a command that has no derivation. A literal belongs to the
 * word that ends with its announcement: its octets are none of the command's words. */

/* Octets of an announcement that begins here, its line end and the literal; 0: it is none. */
static size_t literal_at(struct span rest)
{
    uint64_t count = 0;
    size_t brace = 0;
    size_t end = span_find(rest, SPAN_LIT("\r\n"));
    if (end == SPAN_NPOS || !wire_announcement(span_slice(rest, 0, end), &count, &brace) ||
        brace != 0)
        return 0;
    size_t behind = end + 2;
    return behind + (count < rest.nbytes - behind ? (size_t)count : rest.nbytes - behind);
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
        size_t literal = text.data[end] == '{' ? literal_at(span_from(text, end)) : 0;
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
    size_t from = word_at(text, to > s->chunk ? to - s->chunk : 0);
    s->cursor += s->chunk;
    shrink_replace(s, from, word_at(text, to) - from, SPAN_LIT(""));
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
