#include "script/substitute.h"

#include <string.h>

#include "script/macro.h"
#include "script/meta.h"
#include "script/piece.h"

const char *script_binding_name(const struct script_binding *b, const char *name)
{
    if (b->macro == NULL || script_is_predefined(name))
        return name;
    size_t i = script_macro_parameter(b->macro, name);
    if (i != SIZE_MAX && b->macro->is_capture[i])
        return b->arguments[i].pieces[0].text.data;
    return arena_printf(b->faults->arena, "%s~%u", name, b->use);
}

/* The value a name stands for, NULL when it is a capture or predefined. */
static const struct script_text *value_of(const struct script_binding *b, const char *name)
{
    if (b->macro != NULL) {
        size_t i = script_macro_parameter(b->macro, name);
        return i == SIZE_MAX || b->macro->is_capture[i] ? NULL : &b->arguments[i];
    }
    for (size_t i = 0; i < b->scenario->naxes; i++)
        if (strcmp(b->scenario->axes[i].name, name) == 0)
            return &b->axis_values[i];
    return NULL;
}

/* " (used in line 9)", for what is wrong with a macro only where it is used. */
static const char *used_where(const struct script_binding *b)
{
    if (b->macro == NULL)
        return "";
    return arena_printf(b->faults->arena, " (used in %s line %u)", b->place.file, b->place.line);
}

static int add_number(const struct script_binding *b, struct script_text *out, int64_t number,
                      struct script_place place)
{
    if (number < 0)
        return script_fault(b->faults, place, "the number %lld is negative%s", (long long)number,
                            used_where(b));
    script_text_add_word(b->faults->arena, out,
                         span_of(arena_printf(b->faults->arena, "%lld", (long long)number)), place);
    return 0;
}

/* ---- splicing a value in ------------------------------------------------------------------ */

/* Appends what a piece of a value stands for inside a string: its octets, outside their form. */
static int add_to_string(const struct script_binding *b, struct script_text *out,
                         const struct script_piece *piece)
{
    struct arena *arena = b->faults->arena;
    switch (piece->kind) {
    case PIECE_WORD:
    case PIECE_BYTES:
        script_text_add_word(arena, out, piece->text, piece->place);
        return 0;
    case PIECE_SPACE:
        script_text_add_word(arena, out, SPAN_LIT(" "), piece->place);
        return 0;
    case PIECE_OPEN:
        script_text_add_word(arena, out, SPAN_LIT("("), piece->place);
        return 0;
    case PIECE_CLOSE:
        script_text_add_word(arena, out, SPAN_LIT(")"), piece->place);
        return 0;
    case PIECE_REFERENCE:
        (void)script_text_add(arena, out, *piece);
        return 0;
    case PIECE_QUOTED:
    case PIECE_LITERAL:
        if (piece->is_message)
            break;
        if (piece->parts == NULL)
            script_text_add_word(arena, out, piece->text, piece->place);
        for (size_t i = 0; piece->parts != NULL && i < piece->parts->npieces; i++)
            if (add_to_string(b, out, &piece->parts->pieces[i]) != 0)
                return -1;
        return 0;
    case PIECE_TAG:
    case PIECE_REST:
    case PIECE_TYPE:
    case PIECE_BARE:
        break;
    }
    return script_fault(b->faults, piece->place, "this value cannot stand inside a string%s",
                        used_where(b));
}

/* Values of axes keep their form, also as arguments of macros. */
static int splice(const struct script_binding *b, struct script_text *out,
                  const struct script_text *value, struct script_place place, bool is_string)
{
    for (size_t i = 0; i < value->npieces; i++) {
        struct script_piece piece = value->pieces[i];
        piece.place = place;
        if (is_string && add_to_string(b, out, &piece) != 0)
            return -1;
        if (!is_string && piece.kind == PIECE_WORD)
            script_text_add_word(b->faults->arena, out, piece.text, place);
        else if (!is_string)
            (void)script_text_add(b->faults->arena, out, piece);
        if (!is_string && (b->macro == NULL || piece.keeps_form) && out->npieces > 0)
            out->pieces[out->npieces - 1].keeps_form = true;
    }
    return 0;
}

/* ${name+1} and ${name.len} of a value that is known now, or is itself a reference. */
static int compute(const struct script_binding *b, struct script_text *out,
                   const struct script_text *value, const struct script_piece *piece)
{
    const struct script_reference *r = &piece->reference;
    const struct script_piece *only = value->npieces == 1 ? &value->pieces[0] : NULL;
    uint32_t number;
    bool is_text =
        only != NULL && only->parts == NULL && !only->is_message &&
        (only->kind == PIECE_WORD || only->kind == PIECE_QUOTED || only->kind == PIECE_LITERAL);
    if (only != NULL && only->kind == PIECE_REFERENCE && only->reference.kind == REFERENCE_NAME &&
        (r->kind == REFERENCE_NAME || only->reference.add == 0)) {
        struct script_piece copy = *piece;
        copy.reference.name = only->reference.name;
        copy.reference.add += only->reference.add;
        (void)script_text_add(b->faults->arena, out, copy);
        return 0;
    }
    if (r->kind == REFERENCE_LENGTH && is_text)
        return add_number(b, out, (int64_t)only->text.nbytes, piece->place);
    if (r->kind == REFERENCE_NAME && is_text && only->kind == PIECE_WORD &&
        number_parse_u32(only->text, &number) == 0)
        return add_number(b, out, (int64_t)number + r->add, piece->place);
    return script_fault(b->faults, piece->place,
                        r->kind == REFERENCE_LENGTH ? "`%s` is here %s, which has no length%s"
                                                    : "`%s` is here %s, which is no number%s",
                        r->name, value->source, used_where(b));
}

static int add_reference(const struct script_binding *b, struct script_text *out,
                         const struct script_piece *piece, bool is_string)
{
    const struct script_reference *r = &piece->reference;
    bool has_name = r->kind == REFERENCE_NAME || r->kind == REFERENCE_LENGTH;
    const struct script_text *value = has_name ? value_of(b, r->name) : NULL;
    if (value != NULL && r->kind == REFERENCE_NAME && r->add == 0)
        return splice(b, out, value, piece->place, is_string);
    if (value != NULL)
        return compute(b, out, value, piece);
    struct script_piece copy = *piece;
    if (has_name)
        copy.reference.name = script_binding_name(b, r->name);
    (void)script_text_add(b->faults->arena, out, copy);
    return 0;
}

/* ---- pieces ------------------------------------------------------------------------------- */

static int add_string(const struct script_binding *b, struct script_text *out,
                      const struct script_piece *piece)
{
    struct script_piece copy = *piece;
    struct script_text parts;
    if (piece->parts == NULL) {
        (void)script_text_add(b->faults->arena, out, copy);
        return 0;
    }
    if (script_substitute(b, piece->parts, true, &parts) != 0)
        return -1;
    copy.parts = NULL;
    copy.text = SPAN_LIT("");
    if (parts.npieces == 1 && parts.pieces[0].kind == PIECE_WORD) {
        copy.text = parts.pieces[0].text;
    } else if (parts.npieces > 0) {
        copy.parts = arena_alloc(b->faults->arena, sizeof *copy.parts);
        *copy.parts = parts;
    }
    (void)script_text_add(b->faults->arena, out, copy);
    return 0;
}

static int add_bare(const struct script_binding *b, struct script_text *out,
                    const struct script_piece *piece)
{
    struct script_piece copy = *piece;
    struct script_text number = {.source = ""};
    if (piece->name != NULL)
        copy.name = script_binding_name(b, piece->name);
    if (!piece->has_count && piece->type == NULL) {
        struct script_piece reference = *piece;
        reference.kind = PIECE_REFERENCE;
        if (add_reference(b, &number, &reference, false) != 0)
            return -1;
        const struct script_piece *only = number.npieces == 1 ? &number.pieces[0] : NULL;
        if (only != NULL && only->kind == PIECE_REFERENCE)
            copy.reference = only->reference;
        else if (only != NULL && only->kind == PIECE_WORD &&
                 number_parse_u64(only->text, &copy.count) == 0)
            copy.has_count = true;
        else
            return script_fault(b->faults, piece->place, "a bare announcement holds a number%s",
                                used_where(b));
    }
    (void)script_text_add(b->faults->arena, out, copy);
    return 0;
}

static int add_piece(const struct script_binding *b, struct script_text *out,
                     const struct script_piece *piece, bool is_string)
{
    struct script_piece copy = *piece;
    switch (piece->kind) {
    case PIECE_REFERENCE:
        return add_reference(b, out, piece, is_string);
    case PIECE_QUOTED:
    case PIECE_LITERAL:
        return add_string(b, out, piece);
    case PIECE_BARE:
        return add_bare(b, out, piece);
    case PIECE_WORD:
        script_text_add_word(b->faults->arena, out, piece->text, piece->place);
        return 0;
    case PIECE_TYPE:
        if (piece->name != NULL)
            copy.name = script_binding_name(b, piece->name);
        break;
    case PIECE_TAG:
    case PIECE_SPACE:
    case PIECE_OPEN:
    case PIECE_CLOSE:
    case PIECE_REST:
    case PIECE_BYTES:
        break;
    }
    (void)script_text_add(b->faults->arena, out, copy);
    return 0;
}

static const char *source_of(const struct script_binding *b, const struct script_text *text,
                             bool is_string)
{
    struct buffer out = {0};
    if (is_string) {
        buffer_append_byte(&out, '"');
        script_parts_write(text, &out);
        buffer_append_byte(&out, '"');
    } else {
        script_text_write(text, &out);
    }
    const char *source = arena_text(b->faults->arena, buffer_span(&out));
    buffer_free(&out);
    return source;
}

int script_substitute(const struct script_binding *b, const struct script_text *text,
                      bool is_string, struct script_text *text_r)
{
    *text_r = (struct script_text){.source = text->source};
    for (size_t i = 0; i < text->npieces; i++)
        if (add_piece(b, text_r, &text->pieces[i], is_string) != 0)
            return -1;
    for (size_t i = 0; i + 1 < text_r->npieces; i++)
        if (text_r->pieces[i].kind == PIECE_BARE)
            return script_fault(b->faults, text_r->pieces[i].place,
                                "nothing can follow a bare announcement%s", used_where(b));
    if (text->source != NULL && strstr(text->source, "${") != NULL)
        text_r->source = source_of(b, text_r, is_string);
    return 0;
}
