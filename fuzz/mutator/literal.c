#include "mutator/inside.h"

/* Operators on literals. Any string will do: it is spelled as a literal first. */

static void announce_text(struct producer *p, const char *count)
{
    produce_octets(p, SPAN_LIT("{"));
    produce_octets(p, span_of(count));
    produce_octets(p, SPAN_LIT("}\r\n"));
}

static void write_lines(struct mutator *m, struct producer *p, struct span value)
{
    static const char *const lines[] = {
        "\r\n", "\r\na1 NOOP\r\n", "x {3}\r\nabc", "\r\n* 1 EXPUNGE\r\n", "\r\n+ go\r\n", "\n\n"};
    struct span line = span_of(lines[below(m, 6)]);
    produce_announcement(p, (uint32_t)(value.nbytes + line.nbytes));
    produce_octets(p, value);
    produce_octets(p, line);
}

/* A count about a power of two, or one that no type can hold. */
static void write_huge(struct mutator *m, struct producer *p, struct span value)
{
    static const char *const counts[] = {
        "9999999999",           "99999",
        "18446744073709551615", "18446744073709551616",
        "4294967295",           "00000000000000000000000003",
        "4294967296",           "100000000000000000000000000000000000000000000000000000000"};
    uint32_t kind = below(m, 16);
    if (kind < 8)
        announce_text(p, counts[kind]);
    else
        produce_announcement(p, (UINT32_C(1) << (8 + below(m, 24))) + below(m, 5) - 2);
    produce_octets(p, value);
}

static void write_damaged(struct mutator *m, struct producer *p, unsigned kind, struct span value)
{
    const uint32_t nbytes = (uint32_t)value.nbytes;
    switch ((enum literal_kind)kind) {
    case LITERAL_OFF_BY_ONE:
        produce_announcement(p, nbytes > 0 && below(m, 2) == 0 ? nbytes - 1 : nbytes + 1);
        produce_octets(p, value);
        return;
    case LITERAL_MISMATCH:
        produce_announcement(p, below(m, 40));
        produce_octets(p, value);
        return;
    case LITERAL_LINES:
        write_lines(m, p, value);
        return;
    case LITERAL_ANNOUNCED_TWICE:
        produce_octets(p, SPAN_LIT("\""));
        produce_octets(p, value);
        produce_octets(p, below(m, 2) == 0 ? SPAN_LIT("\"{3}\r\nabc") : SPAN_LIT("{3}\"\r\nabc"));
        return;
    case LITERAL_ZERO:
        produce_announcement(p, 0);
        return;
    case LITERAL_HUGE:
        write_huge(m, p, value);
        return;
    case LITERAL_EARLY:
    case LITERAL_WAITED:
        produce_announcement(p, nbytes);
        produce_octets(p, value);
        return;
    }
}

/* Where the line is cut: the announcement alone, or with some of the data, goes ahead. */
static void write_cut(struct mutator *m, uint32_t node, struct span spelled, unsigned kind)
{
    const struct parse_node *n = &m->tree.nodes[node];
    size_t line = span_find_byte(spelled, '\n') + 1;
    size_t cut =
        kind == LITERAL_WAITED ? line : line + below(m, (uint32_t)(spelled.nbytes - line) + 1);
    sink_units(&m->sink, m->units, 0, m->unit);
    if (kind == LITERAL_EARLY && below(m, 2) == 0)
        sink_control(&m->sink, STREAM_SEGMENT, 0);
    sink_data(&m->sink, span_slice(m->text, 0, n->at));
    sink_data(&m->sink, span_slice(spelled, 0, cut));
    sink_control(&m->sink, kind == LITERAL_WAITED ? STREAM_BARRIER : STREAM_SEGMENT, 0);
    sink_data(&m->sink, span_from(spelled, cut));
    sink_data(&m->sink, span_from(m->text, (size_t)n->at + n->nbytes));
    sink_units(&m->sink, m->units, m->unit + 1, m->units->nitems);
}

bool literal_damage(struct mutator *m, unsigned which)
{
    uint32_t node = tree_load_with(m, tree_is_string);
    if (node == UINT32_MAX)
        return false;
    enum produce_spelling spelling;
    struct span value = produce_string_value(parse_text(&m->tree, node), &spelling);
    struct producer p = {.out = m->scratch, .capacity = sizeof m->scratch};
    write_damaged(m, &p, which, value);
    struct span spelled = span_make(p.out, p.nbytes);
    if (p.is_full)
        return false;
    if (which == LITERAL_EARLY || which == LITERAL_WAITED)
        write_cut(m, node, spelled, which);
    else
        tree_replace(m, node, spelled);
    return true;
}
