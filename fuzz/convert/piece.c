#include "convert/piece.h"

#include <stdio.h>
#include <string.h>

#include "model/fixture.h"

static struct span guess(struct pieces *p)
{
    p->nguesses++;
    return SPAN_LIT("1");
}

static const char *user_of(const struct importer_session *session)
{
    return session->session->user[0] != '\0' ? session->session->user : "fred";
}

/* A message of a fixture that needs no file; empty when it needs one. */
static struct span message_of(struct pieces *p, const struct script_reference *r)
{
    for (size_t i = 0; i < p->scenario->nfixtures; i++) {
        const struct script_fixture *fixture = &p->scenario->fixtures[i];
        if (r->mailbox[0] != '\0' && strcmp(r->mailbox, fixture->mailbox) != 0)
            continue;
        if (fixture->kind != FIXTURE_MESSAGES || r->number == 0 || r->number > fixture->nmessages)
            break;
        struct fixture_message *messages = fixture_generate(&p->arena, r->number);
        const struct fixture_message *message = &messages[r->number - 1];
        if (strcmp(r->part, "header") == 0)
            return fixture_header(message);
        return strcmp(r->part, "text") == 0 ? fixture_text(message) : message->octets;
    }
    p->nguesses++;
    return SPAN_LIT("Subject: a guess\r\n\r\na guess\r\n");
}

static struct span named(struct pieces *p, const struct importer_session *session, const char *name)
{
    if (strcmp(name, "user") == 0)
        return span_of(user_of(session));
    if (strcmp(name, "password") == 0)
        return SPAN_LIT("secret");
    if (strcmp(name, "tag") == 0)
        return span_of(session->tags[0]);
    const struct span *value = table_get(&p->values, span_of(name));
    return value != NULL ? *value : guess(p);
}

static void add_reference(struct pieces *p, struct importer_session *session,
                          const struct script_reference *r, struct buffer *out)
{
    uint64_t number;
    switch (r->kind) {
    case REFERENCE_LENGTH:
        buffer_printf(out, "%zu", named(p, session, r->name).nbytes);
        return;
    case REFERENCE_CURRENT:
        buffer_printf(out, "%u", r->number);
        return;
    case REFERENCE_MESSAGE:
        if (r->part[0] == '\0' || strcmp(r->part, "header") == 0 || strcmp(r->part, "text") == 0)
            buffer_append(out, message_of(p, r));
        else
            buffer_append(out, guess(p));
        return;
    case REFERENCE_NAME:
        break;
    }
    struct span value = named(p, session, r->name);
    if (r->add != 0 && number_parse_u64(value, &number) == 0)
        buffer_printf(out, "%lld", (long long)((int64_t)(number & INT64_MAX) + r->add));
    else
        buffer_append(out, value);
}

void pieces_join(struct pieces *p, struct importer_session *session, const struct script_text *text,
                 struct buffer *out)
{
    for (size_t i = 0; i < text->npieces; i++) {
        if (text->pieces[i].kind == PIECE_REFERENCE)
            add_reference(p, session, &text->pieces[i].reference, out);
        else
            buffer_append(out, text->pieces[i].text);
    }
}

static void add_type(struct pieces *p, const struct script_piece *piece, struct buffer *out)
{
    size_t before = out->nbytes;
    int rule = grammar_rule(p->grammar, span_of(piece->type));
    struct grammar_generation how = {.rng = &p->rng};
    if (piece->has_range)
        buffer_printf(out, "%llu", (unsigned long long)piece->low);
    else if (rule != GRAMMAR_NO_RULE)
        grammar_generate(p->grammar, rule, &how, out);
    if (piece->name == NULL)
        return;
    struct span *value = arena_alloc(&p->arena, sizeof *value);
    *value = arena_copy(&p->arena, span_from(buffer_span(out), before));
    (void)table_put(&p->values, span_of(piece->name), value);
}

static void add_tag(struct pieces *p, struct importer_session *session,
                    const struct script_piece *piece, bool is_first, struct buffer *out)
{
    if (is_first && p->is_client) {
        session->ntags++;
        (void)snprintf(session->tags[0], sizeof session->tags[0], "a%u", session->ntags);
        memcpy(session->tags[piece->number], session->tags[0], sizeof session->tags[0]);
    }
    buffer_append_text(out, session->tags[piece->number]);
}

static void add_content(struct pieces *p, struct importer_session *session,
                        const struct script_piece *piece, struct buffer *out)
{
    if (piece->is_message)
        buffer_append(out, message_of(p, &piece->reference));
    else if (piece->parts != NULL)
        pieces_join(p, session, piece->parts, out);
    else
        buffer_append(out, piece->text);
}

static void add_literal(struct pieces *p, struct importer_session *session,
                        const struct script_piece *piece, struct buffer *out,
                        struct piece_waits *waits)
{
    struct buffer content = {0};
    add_content(p, session, piece, &content);
    buffer_printf(out, "{%llu%s}\r\n",
                  (unsigned long long)(piece->has_count ? piece->count : content.nbytes),
                  piece->sync == LITERAL_PLUS ? "+" : "");
    if (piece->sync == LITERAL_WAITS && p->is_client) {
        waits->at =
            arena_grow(&p->arena, waits->at, &waits->capacity, waits->n + 1, sizeof *waits->at);
        waits->at[waits->n++] = out->nbytes;
    }
    buffer_append(out, buffer_span(&content));
    buffer_free(&content);
}

static void add_bare(struct pieces *p, struct importer_session *session,
                     const struct script_piece *piece, struct buffer *out)
{
    buffer_append_byte(out, '{');
    if (piece->has_count)
        buffer_printf(out, "%llu", (unsigned long long)piece->count);
    else
        add_reference(p, session, &piece->reference, out);
    buffer_append_text(out, piece->sync == LITERAL_PLUS ? "+}" : "}");
}

static void add_piece(struct pieces *p, struct importer_session *session,
                      const struct script_text *text, size_t i, struct buffer *out,
                      struct piece_waits *waits)
{
    const struct script_piece *piece = &text->pieces[i];
    switch (piece->kind) {
    case PIECE_TAG:
        add_tag(p, session, piece, i == 0, out);
        return;
    case PIECE_WORD:
    case PIECE_BYTES:
        buffer_append(out, piece->text);
        return;
    case PIECE_SPACE:
        buffer_append_byte(out, ' ');
        return;
    case PIECE_OPEN:
        buffer_append_byte(out, '(');
        return;
    case PIECE_CLOSE:
        buffer_append_byte(out, ')');
        return;
    case PIECE_REST:
        return;
    case PIECE_QUOTED:
        buffer_append_byte(out, '"');
        add_content(p, session, piece, out);
        buffer_append_byte(out, '"');
        return;
    case PIECE_TYPE:
        add_type(p, piece, out);
        return;
    case PIECE_REFERENCE:
        add_reference(p, session, &piece->reference, out);
        return;
    case PIECE_LITERAL:
        add_literal(p, session, piece, out, waits);
        return;
    case PIECE_BARE:
        add_bare(p, session, piece, out);
        return;
    }
}

void pieces_line(struct pieces *p, struct importer_session *session, const struct script_text *text,
                 struct buffer *out, struct piece_waits *waits)
{
    for (size_t i = 0; i < text->npieces; i++)
        add_piece(p, session, text, i, out, waits);
    buffer_append_text(out, "\r\n");
}
