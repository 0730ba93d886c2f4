#include "wire/flaw.h"

#include <inttypes.h>
#include <string.h>

struct flaw_row {
    const char *requirement; /* NULL: in this direction not framing's business */
    const char *rule;
    enum finding_level level;
};

/*
 * NUL and octets above 0x7F from a client break the production they stand in, which the grammar
 * names (an atom, a quoted string), so they are no finding here. RFC 1176 bounds neither lines nor
 * responses: one over our limit is a warning, since what was not kept cannot be judged.
 */
static const struct {
    const char *text;
    struct flaw_row server, client;
} rows[FLAW_NKINDS] = {
    [FLAW_BARE_CR] = {"CR without LF after it",
                      {"resp.crlf", "", FINDING_FAIL},
                      {"cmd.client-crlf", "E2", FINDING_FAIL}},
    [FLAW_BARE_LF] = {"LF without CR before it",
                      {"resp.crlf", "", FINDING_FAIL},
                      {"cmd.client-crlf", "E2", FINDING_FAIL}},
    [FLAW_NUL] = {"NUL outside a literal", {"resp.ascii", "", FINDING_FAIL}, {0}},
    [FLAW_EIGHT_BIT] = {"octet above 0x7F outside a literal",
                        {"resp.ascii", "B18", FINDING_FAIL},
                        {0}},
    [FLAW_NO_SHAPE] = {"line that starts neither with a tag nor with '* ' nor with '+'",
                       {"resp.line-shapes", "I2", FINDING_FAIL},
                       {"tag.prefix", "E3", FINDING_FAIL}},
    [FLAW_LONG_LINE] = {"line longer than the limit, cut",
                        {"limits.large-message", "", FINDING_WARN},
                        {"limits.command-line", "", FINDING_WARN}},
    [FLAW_LONG_UNIT] = {"more octets or literals than the limit, cut",
                        {"limits.large-message", "", FINDING_OBSERVE},
                        {"limits.arguments", "", FINDING_OBSERVE}},
    [FLAW_ABSURD_COUNT] = {"literal count of 2^63 or more",
                           {"literal.count-exact", "B19", FINDING_FAIL},
                           {"literal.count-exact", "E10", FINDING_FAIL}},
    [FLAW_ENDED_IN_LINE] = {"end of the stream before the CRLF",
                            {"resp.line-shapes", "I2", FINDING_FAIL},
                            {"cmd.client-crlf", "E2", FINDING_FAIL}},
    [FLAW_ENDED_IN_LITERAL] = {"end of the stream inside a literal",
                               {"literal.count-exact", "B19", FINDING_FAIL},
                               {"literal.count-exact", "E10", FINDING_FAIL}},
};

void flaw_note(struct flaws *flaws, enum flaw_kind kind, uint64_t at)
{
    if (flaws->of[kind].count++ == 0)
        flaws->of[kind].first = at;
    flaws->any = true;
}

bool flaw_octets_are_plain(struct span octets)
{
    /* The subtraction sets the top bit of an octet below the blank, or borrows from such a one. */
    const uint64_t ones = 0x0101010101010101U, tops = ones << 7, blanks = ones * ' ';
    uint64_t bad = 0;
    for (size_t i = 0; octets.nbytes < SPAN_WORD_NBYTES && i < octets.nbytes; i++)
        bad |= char_is_print(octets.data[i]) || octets.data[i] == '\x7f' ? 0 : tops;
    if (octets.nbytes >= SPAN_WORD_NBYTES) {
        size_t last = octets.nbytes - SPAN_WORD_NBYTES; /* may overlap the word before */
        for (size_t i = 0; i < last; i += SPAN_WORD_NBYTES) {
            uint64_t eight = span_word(octets.data + i);
            bad |= eight | (eight - blanks);
        }
        uint64_t eight = span_word(octets.data + last);
        bad |= eight | (eight - blanks);
    }
    return (bad & tops) == 0;
}

static void look_closely(struct flaws *flaws, struct span body, uint64_t at)
{
    for (size_t i = 0; i < body.nbytes; i++) {
        unsigned char c = (unsigned char)body.data[i];
        if (c == '\r')
            flaw_note(flaws, FLAW_BARE_CR, at + i);
        else if (c == 0)
            flaw_note(flaws, FLAW_NUL, at + i);
        else if (c >= 0x80)
            flaw_note(flaws, FLAW_EIGHT_BIT, at + i);
    }
}

void flaw_look_at(struct flaws *flaws, struct span piece, uint64_t at, bool *ends_in_cr)
{
    if (piece.nbytes == 0)
        return;
    if (*ends_in_cr)
        flaw_note(flaws, FLAW_BARE_CR, at - 1);
    *ends_in_cr = piece.data[piece.nbytes - 1] == '\r';
    struct span body = span_slice(piece, 0, piece.nbytes - (*ends_in_cr ? 1 : 0));
    if (!flaw_octets_are_plain(body))
        look_closely(flaws, body, at);
}

void flaw_report(const struct flaws *flaws, enum wire_direction direction,
                 struct finding_list *list)
{
    if (!flaws->any)
        return;
    const char *noun = direction == WIRE_FROM_SERVER ? "response" : "command";
    for (size_t kind = 0; kind < FLAW_NKINDS; kind++) {
        const struct flaw_row *row =
            direction == WIRE_FROM_SERVER ? &rows[kind].server : &rows[kind].client;
        uint64_t count = flaws->of[kind].count, place = flaws->of[kind].first + 1;
        if (count == 0 || row->requirement == NULL)
            continue;
        if (count == 1)
            finding_add(list, row->requirement, row->rule, row->level,
                        "%s at octet %" PRIu64 " of the %s", rows[kind].text, place, noun);
        else
            finding_add(list, row->requirement, row->rule, row->level,
                        "%s at octet %" PRIu64 " of the %s, %" PRIu64 " in all", rows[kind].text,
                        place, noun, count);
    }
}
