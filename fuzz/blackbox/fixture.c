#include "blackbox/fixture.h"

#include "convert/convert.h"

static bool is_in(struct span sequence, size_t number)
{
    while (sequence.nbytes > 0) {
        struct span last = span_cut(&sequence, ',');
        struct span first = span_cut(&last, ':');
        uint32_t low;
        uint32_t high;
        if (number_parse_u32(first, &low) != 0)
            return false;
        if (last.nbytes == 0 || number_parse_u32(last, &high) != 0)
            high = low;
        if (number >= low && number <= high)
            return true;
    }
    return false;
}

static void set_flags(const struct script_fixture *fixture, size_t number, struct arena *arena,
                      struct fixture_message *m)
{
    size_t capacity = 0;
    for (size_t i = 0; i < fixture->nflags; i++) {
        if (!is_in(span_of(fixture->flags[i].sequence), number))
            continue;
        for (size_t k = 0; k < fixture->flags[i].flags.nitems; k++) {
            m->flags = arena_grow(arena, m->flags, &capacity, m->nflags + 1, sizeof *m->flags);
            m->flags[m->nflags++] = fixture->flags[i].flags.items[k];
        }
    }
    m->is_recent = fixture->recent != NULL && is_in(span_of(fixture->recent), number);
}

static void add_box(struct fixture_set *set, const struct script_fixture *fixture,
                    struct arena *arena)
{
    struct fixture_mailbox *box = &set->boxes[set->nboxes++];
    *box = (struct fixture_mailbox){.user = fixture->is_board ? "" : "fred",
                                    .name = fixture->mailbox,
                                    .is_board = fixture->is_board,
                                    .is_readonly = fixture->is_readonly,
                                    .nmessages = fixture->nmessages,
                                    .messages = fixture_generate(arena, fixture->nmessages)};
    for (size_t i = 0; i < box->nmessages; i++)
        set_flags(fixture, i + 1, arena, &box->messages[i]);
}

bool fixture_set_has(enum fixture_extent extent, struct span line)
{
    switch (extent) {
    case FIXTURE_WHOLE:
        return true;
    case FIXTURE_PLAIN:
        return !span_ends_with(line, SPAN_LIT(" board")) &&
               !span_ends_with(line, SPAN_LIT(" read-only"));
    case FIXTURE_INBOX:
        return span_find(line, SPAN_LIT(" INBOX ")) != SPAN_NPOS;
    case FIXTURE_NONE:
        break;
    }
    return false;
}

static bool is_wanted(enum fixture_extent extent, const struct script_fixture *fixture)
{
    if (extent == FIXTURE_PLAIN)
        return !fixture->is_board && !fixture->is_readonly;
    return extent == FIXTURE_WHOLE ||
           (extent == FIXTURE_INBOX && span_is(span_of(fixture->mailbox), "INBOX"));
}

void fixture_set_make(enum fixture_extent extent, struct arena *arena, struct fixture_set *set)
{
    struct buffer text = {0};
    struct script_file *file;
    struct err err;
    *set = (struct fixture_set){.extent = extent};
    convert_stream_to_scenario(SPAN_LIT(""), "fixtures", "", &text);
    struct span copy = arena_copy(arena, buffer_span(&text));
    buffer_free(&text);
    ENSURE(script_read(copy, "fixtures", NULL, arena, &file, &err) == 0);
    const struct script_scenario *scenario = file->scenarios[0];
    ENSURE(scenario->nfixtures <= FIXTURE_BOXES_MOST);
    for (size_t i = 0; i < scenario->nfixtures; i++)
        if (is_wanted(extent, &scenario->fixtures[i]))
            add_box(set, &scenario->fixtures[i], arena);
    for (unsigned i = 0; i < FIXTURE_NTEMPLATES; i++) {
        struct span octets = convert_template(i, arena);
        struct fixture_message *messages;
        size_t nmessages;
        ENSURE(fixture_read(octets, "template.eml", arena, &messages, &nmessages, &err) == 0);
        ENSURE(nmessages == 1);
        set->templates[i] = messages[0];
    }
}
