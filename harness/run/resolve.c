#include "run/resolve.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const struct fixture_message *resolve_message(const struct resolve_scope *scope,
                                              const struct script_reference *reference)
{
    for (size_t i = 0; i < scope->nmailboxes; i++) {
        const struct fixture_mailbox *box = &scope->mailboxes[i];
        if (reference->mailbox[0] != '\0' && strcmp(reference->mailbox, box->name) != 0)
            continue;
        if (reference->number < 1 || reference->number > box->nmessages)
            return NULL;
        return &box->messages[reference->number - 1];
    }
    return NULL;
}

static int resolve_part(const struct resolve_scope *scope, const struct script_reference *reference,
                        struct span *octets_r, struct err *err)
{
    const struct fixture_message *message = resolve_message(scope, reference);
    if (message == NULL)
        return err_set(err, NULL, 0, 0, "the fixture has no message %u", reference->number);
    const char *part = reference->part;
    if (part[0] == '\0')
        *octets_r = message->octets;
    else if (strcmp(part, "header") == 0)
        *octets_r = fixture_header(message);
    else if (strcmp(part, "text") == 0)
        *octets_r = fixture_text(message);
    else if (strcmp(part, "size") == 0)
        *octets_r = span_of(arena_printf(scope->arena, "%zu", message->octets.nbytes));
    else
        *octets_r = fixture_field(message, span_of(part), scope->arena);
    if (octets_r->data == NULL)
        return err_set(err, NULL, 0, 0, "message %u of the fixture has no field \"%s\"",
                       reference->number, part);
    return 0;
}

/* ${user}, ${password}, ${tag}; or a capture. */
static int resolve_name(const struct resolve_scope *scope, const char *name, struct span *octets_r,
                        struct err *err)
{
    const struct capture *capture = capture_find(scope->captures, name);
    if (capture != NULL)
        *octets_r = capture->raw;
    else if (strcmp(name, "user") == 0)
        *octets_r = span_of(scope->target->user_name(scope->target->context, scope->role));
    else if (strcmp(name, "password") == 0)
        *octets_r = span_of(scope->target->user_password(scope->target->context, scope->role));
    else if (strcmp(name, "tag") == 0)
        *octets_r = scope->tags[0];
    else
        return err_set(err, NULL, 0, 0, "${%s} has not been captured", name);
    return 0;
}

static int resolve_sum(const struct resolve_scope *scope, const struct script_reference *reference,
                       struct span *octets_r, struct err *err)
{
    struct span text = {0};
    if (resolve_name(scope, reference->name, &text, err) != 0)
        return -1;
    uint64_t value;
    if (number_parse_u64(text, &value) != 0)
        return err_set(err, NULL, 0, 0, "${%s} is \"%.*s\", which is no number", reference->name,
                       SPAN_ARG(text));
    int64_t add = reference->add;
    if (add < 0 && value < (uint64_t)-add)
        return err_set(err, NULL, 0, 0, "${%s%" PRId64 "} is below zero", reference->name, add);
    uint64_t sum = add < 0 ? value - (uint64_t)-add : value + (uint64_t)add;
    *octets_r = span_of(arena_printf(scope->arena, "%" PRIu64, sum));
    return 0;
}

uint32_t resolve_current(struct resolve_view view, uint32_t number)
{
    for (size_t i = 0; i < view.nexpunged; i++) {
        if (view.expunged[i] == number)
            return 0;
        if (view.expunged[i] < number)
            number--;
    }
    return number;
}

static struct span current_text(const struct resolve_scope *scope, unsigned number)
{
    uint32_t current = resolve_current(scope->view, number);
    return current == 0 ? SPAN_LIT("EXPUNGED") : span_of(arena_printf(scope->arena, "%u", current));
}

/* ${body} as a value: without the quotes or the count it stood in on the wire. */
static struct span value_of(const struct resolve_scope *scope,
                            const struct script_reference *reference, struct span octets)
{
    bool is_name = reference->kind == REFERENCE_NAME || reference->kind == REFERENCE_LENGTH;
    const struct capture *capture = is_name ? capture_find(scope->captures, reference->name) : NULL;
    return capture != NULL && capture->is_value ? octets : capture_value(octets);
}

int resolve_reference(const struct resolve_scope *scope, const struct script_reference *reference,
                      struct span *octets_r, struct err *err)
{
    switch (reference->kind) {
    case REFERENCE_NAME:
        return reference->add == 0 ? resolve_name(scope, reference->name, octets_r, err)
                                   : resolve_sum(scope, reference, octets_r, err);
    case REFERENCE_LENGTH: {
        struct span text = {0};
        if (resolve_name(scope, reference->name, &text, err) != 0)
            return -1;
        *octets_r =
            span_of(arena_printf(scope->arena, "%zu", value_of(scope, reference, text).nbytes));
        return 0;
    }
    case REFERENCE_CURRENT:
        *octets_r = current_text(scope, reference->number);
        return 0;
    case REFERENCE_MESSAGE:
        return resolve_part(scope, reference, octets_r, err);
    }
    NEVER("a reference of no kind");
}

bool resolve_is_string(const struct resolve_scope *scope, const struct script_reference *reference)
{
    if (reference->kind == REFERENCE_MESSAGE)
        return strcmp(reference->part, "size") != 0;
    if (reference->kind != REFERENCE_NAME || reference->add != 0)
        return false;
    const struct capture *capture = capture_find(scope->captures, reference->name);
    return capture != NULL && capture->raw.nbytes > 0 &&
           (capture->raw.data[0] == '"' || capture->raw.data[0] == '{');
}

int resolve_value(const struct resolve_scope *scope, const struct script_reference *reference,
                  struct span *value_r, struct err *err)
{
    if (resolve_reference(scope, reference, value_r, err) != 0)
        return -1;
    if (resolve_is_string(scope, reference))
        *value_r = value_of(scope, reference, *value_r);
    return 0;
}

int resolve_content(const struct resolve_scope *scope, const struct script_piece *piece,
                    struct span *octets_r, struct err *err)
{
    if (piece->kind == PIECE_LITERAL && piece->is_message)
        return resolve_reference(scope, &piece->reference, octets_r, err);
    if (piece->parts != NULL)
        return resolve_text(scope, piece->parts, octets_r, err);
    *octets_r = piece->text;
    return 0;
}

int resolve_piece(const struct resolve_scope *scope, const struct script_piece *piece,
                  struct buffer *out, struct err *err)
{
    struct span octets = piece->text;
    switch (piece->kind) {
    case PIECE_SPACE:
        octets = SPAN_LIT(" ");
        break;
    case PIECE_OPEN:
        octets = SPAN_LIT("(");
        break;
    case PIECE_CLOSE:
        octets = SPAN_LIT(")");
        break;
    case PIECE_REST:
        octets = SPAN_LIT("...");
        break;
    case PIECE_TAG:
        octets = scope->tags[piece->number];
        break;
    case PIECE_REFERENCE:
        if (resolve_reference(scope, &piece->reference, &octets, err) != 0)
            return -1;
        break;
    case PIECE_WORD:
    case PIECE_BYTES:
        break;
    case PIECE_QUOTED:
    case PIECE_TYPE:
    case PIECE_LITERAL:
    case PIECE_BARE:
        return err_set(err, NULL, 0, 0, "a placeholder or literal has no value here");
    }
    buffer_append(out, octets);
    return 0;
}

/* As a value: strings without their quotes or counts. */
static int append_value(const struct resolve_scope *scope, const struct script_piece *piece,
                        struct buffer *out, struct err *err)
{
    struct span octets = {0};
    if (piece->kind == PIECE_QUOTED) {
        if (resolve_content(scope, piece, &octets, err) != 0)
            return -1;
    } else if (piece->kind == PIECE_REFERENCE && resolve_is_string(scope, &piece->reference)) {
        if (resolve_value(scope, &piece->reference, &octets, err) != 0)
            return -1;
    } else {
        return resolve_piece(scope, piece, out, err);
    }
    buffer_append(out, octets);
    return 0;
}

int resolve_text(const struct resolve_scope *scope, const struct script_text *text,
                 struct span *octets_r, struct err *err)
{
    struct buffer out = {0};
    int status = 0;
    for (size_t i = 0; i < text->npieces && status == 0; i++)
        status = append_value(scope, &text->pieces[i], &out, err);
    *octets_r = arena_copy(scope->arena, buffer_span(&out));
    buffer_free(&out);
    return status;
}
