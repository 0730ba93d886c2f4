#include <string.h>

#include "mutator/inside.h"

/* Commands come again and again, in one input and in the next: what was taken apart is kept, by its
 * octets, and so is the way in which the last stream falls into units. */

static uint32_t hash_of(struct span text)
{
    uint64_t hash = text.nbytes;
    size_t at = 0;
    for (; at + 8 <= text.nbytes; at += 8) {
        uint64_t eight;
        memcpy(&eight, text.data + at, 8);
        hash = (hash ^ eight) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    for (; at < text.nbytes; at++)
        hash = (hash ^ (unsigned char)text.data[at]) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(hash >> 40);
}

static bool is_same(const char *kept, uint32_t nbytes, struct span bytes)
{
    return nbytes == bytes.nbytes && memcmp(kept, bytes.data, nbytes) == 0;
}

static void take_kept(struct parse *p, const struct kept_tree *kept, struct span text)
{
    p->bytes = text.data;
    p->nbytes = kept->nbytes;
    p->nnodes = kept->nnodes;
    p->derived = kept->derived;
    p->is_whole = kept->is_whole;
    memcpy(p->nodes, kept->nodes, kept->nnodes * sizeof p->nodes[0]);
}

void kept_parse(struct mutator *m, struct parse *p, struct span text)
{
    if (text.nbytes == 0 || text.nbytes > KEPT_NBYTES) {
        parse(p, m->form, m->start, text);
        return;
    }
    struct kept_tree *kept = &m->trees[hash_of(text) % KEPT_NTREES];
    p->form = m->form;
    if (is_same(kept->text, kept->nbytes, text)) {
        take_kept(p, kept, text);
        return;
    }
    parse(p, m->form, m->start, text);
    if (p->nnodes > KEPT_NNODES)
        return;
    kept->nbytes = p->nbytes;
    kept->nnodes = p->nnodes;
    kept->derived = p->derived;
    kept->is_whole = p->is_whole;
    memcpy(kept->text, text.data, text.nbytes);
    memcpy(kept->nodes, p->nodes, p->nnodes * sizeof p->nodes[0]);
}

void kept_split(struct kept_units *kept, struct span stream)
{
    if (kept->nbytes > 0 && is_same(kept->stream, kept->nbytes, stream)) {
        kept->units.stream = stream;
        return;
    }
    units_split(&kept->units, stream);
    kept->nbytes = stream.nbytes <= DONOR_NBYTES ? (uint32_t)stream.nbytes : 0;
    if (kept->nbytes > 0)
        memcpy(kept->stream, stream.data, kept->nbytes);
}
