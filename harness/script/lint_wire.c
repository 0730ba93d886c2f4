#include "script/lint.h"

#include <string.h>

static void check_literal(struct script_lint *l, const struct script_wire *wire,
                          const struct script_piece *piece)
{
    if (script_lint_is_checked(l, wire) && piece->sync != LITERAL_WAITS)
        (void)script_fault(l->faults, piece->place,
                           "`!` and `+` say how a literal is sent; this line is checked");
    else if (script_lint_is_sent(l, wire) && piece->sync != LITERAL_WAITS && wire->who == 'S')
        (void)script_fault(l->faults, piece->place,
                           "`!` and `+` belong to a client's literal; a server never waits");
    if (script_lint_is_checked(l, wire) && piece->kind == PIECE_LITERAL && piece->has_count)
        (void)script_fault(l->faults, piece->place,
                           "a wrong count can only be sent; this line is checked");
}

static void check_type(struct script_lint *l, const struct script_wire *wire,
                       const struct script_piece *piece)
{
    if (script_lint_is_sent(l, wire) && piece->kind == PIECE_BARE)
        (void)script_fault(l->faults, piece->place,
                           "{<number>} only checks an announcement; send {6} or {${n}}");
    else if (script_lint_is_sent(l, wire) && strcmp(piece->type, "any") == 0)
        (void)script_fault(l->faults, piece->place, "<any> says nothing that could be sent");
}

static void check_rest(struct script_lint *l, const struct script_wire *wire,
                       const struct script_piece *piece, unsigned depth)
{
    if (script_lint_is_sent(l, wire))
        (void)script_fault(l->faults, piece->place,
                           "`...` can only be checked, not sent; write <0x2e2e2e> for the dots");
    else if (depth == 0)
        (void)script_fault(l->faults, piece->place,
                           "`...` stands for other members of a list, inside ( ) only");
}

static void check_text(struct script_lint *l, const struct script_wire *wire)
{
    unsigned depth = 0;
    for (size_t i = 0; i < wire->text.npieces; i++) {
        const struct script_piece *piece = &wire->text.pieces[i];
        if (piece->kind == PIECE_OPEN)
            depth++;
        else if (piece->kind == PIECE_CLOSE && depth > 0)
            depth--;
        else if (piece->kind == PIECE_REST)
            check_rest(l, wire, piece, depth);
        if (piece->kind == PIECE_LITERAL || piece->kind == PIECE_BARE)
            check_literal(l, wire, piece);
        if (piece->kind == PIECE_TYPE || (piece->kind == PIECE_BARE && piece->type != NULL))
            check_type(l, wire, piece);
    }
}

void script_lint_wire(struct script_lint *l, const struct script_step *step)
{
    const struct script_wire *wire = &step->as.wire;
    if (wire->mark != MARK_ONE && script_lint_is_sent(l, wire))
        (void)script_fault(l->faults, step->place,
                           "a mark says how often a line may arrive; this line is sent");
    for (size_t i = 0; i < wire->nraw; i++)
        if (wire->raw[i].kind == RAW_PAUSE && script_lint_is_checked(l, wire))
            (void)script_fault(l->faults, wire->raw[i].place,
                               "`pause` belongs to what is sent; this line is checked");
    check_text(l, wire);
}
