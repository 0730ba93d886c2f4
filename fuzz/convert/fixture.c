#include "convert/convert.h"
#include "model/sequence.h"

static bool is_in(const char *text, size_t number)
{
    struct sequence sequence = {.nranges = 0};
    if (text == NULL)
        return false;
    sequence_read(&sequence, span_of(text));
    bool has = sequence_has(&sequence, (uint32_t)number);
    sequence_free(&sequence);
    return has;
}

static void set_flags(const struct script_fixture *fixture, size_t number, struct arena *arena,
                      struct fixture_message *m)
{
    size_t capacity = 0;
    for (size_t i = 0; i < fixture->nflags; i++) {
        if (!is_in(fixture->flags[i].sequence, number))
            continue;
        for (size_t k = 0; k < fixture->flags[i].flags.nitems; k++) {
            m->flags = arena_grow(arena, m->flags, &capacity, m->nflags + 1, sizeof *m->flags);
            m->flags[m->nflags++] = fixture->flags[i].flags.items[k];
        }
    }
    m->is_recent = is_in(fixture->recent, number);
}

static void make_box(const struct script_fixture *fixture, struct arena *arena,
                     struct fixture_mailbox *box_r)
{
    *box_r = (struct fixture_mailbox){.user = fixture->is_board ? "" : "fred",
                                      .name = fixture->mailbox,
                                      .is_board = fixture->is_board,
                                      .is_readonly = fixture->is_readonly,
                                      .nmessages = fixture->nmessages,
                                      .messages = fixture_generate(arena, fixture->nmessages)};
    for (size_t i = 0; i < box_r->nmessages; i++)
        set_flags(fixture, i + 1, arena, &box_r->messages[i]);
}

struct fixture_mailbox *convert_mailboxes(struct arena *arena, size_t *n_r)
{
    struct buffer text = {0};
    struct script_file *file;
    struct err err;
    convert_stream_to_scenario(SPAN_LIT(""), "fixtures", "", &text);
    struct span copy = arena_copy(arena, buffer_span(&text));
    buffer_free(&text);
    ENSURE(script_read(copy, "fixtures", NULL, arena, &file, &err) == 0);
    const struct script_scenario *scenario = file->scenarios[0];
    struct fixture_mailbox *boxes = arena_array(arena, scenario->nfixtures, sizeof *boxes);
    for (size_t i = 0; i < scenario->nfixtures; i++)
        make_box(&scenario->fixtures[i], arena, &boxes[i]);
    *n_r = scenario->nfixtures;
    return boxes;
}
