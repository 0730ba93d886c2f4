#include "blackbox/fixture.h"

#include "convert/convert.h"

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

static bool is_wanted(enum fixture_extent extent, const struct fixture_mailbox *box)
{
    if (extent == FIXTURE_PLAIN)
        return !box->is_board && !box->is_readonly;
    return extent == FIXTURE_WHOLE ||
           (extent == FIXTURE_INBOX && span_is(span_of(box->name), "INBOX"));
}

void fixture_set_make(enum fixture_extent extent, struct arena *arena, struct fixture_set *set)
{
    struct err err;
    size_t nboxes;
    *set = (struct fixture_set){.extent = extent};
    const struct fixture_mailbox *boxes = convert_mailboxes(arena, &nboxes);
    ENSURE(nboxes <= FIXTURE_BOXES_MOST);
    for (size_t i = 0; i < nboxes; i++)
        if (is_wanted(extent, &boxes[i]))
            set->boxes[set->nboxes++] = boxes[i];
    for (unsigned i = 0; i < FIXTURE_NTEMPLATES; i++) {
        struct span octets = convert_template(i, arena);
        struct fixture_message *messages;
        size_t nmessages;
        ENSURE(fixture_read(octets, "template.eml", arena, &messages, &nmessages, &err) == 0);
        ENSURE(nmessages == 1);
        set->templates[i] = messages[0];
    }
}
