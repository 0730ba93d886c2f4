#include "model/world.h"

#include <stdlib.h>

struct model_world *model_world_new(void)
{
    struct model_world *world = mem_alloc(sizeof *world);
    flag_names_init(&world->flags);
    return world;
}

void model_world_free(struct model_world **world)
{
    struct model_world *w = *world;
    if (w == NULL)
        return;
    for (size_t i = 0; i < w->ntruths; i++) {
        free(w->truths[i]->messages);
        table_free(&w->truths[i]->by_id);
    }
    free(w->truths);
    flag_names_free(&w->flags);
    arena_free(&w->arena);
    free(w);
    *world = NULL;
}

void model_world_reset(struct model_world *w)
{
    for (size_t i = 0; i < w->ntruths; i++) {
        free(w->truths[i]->messages);
        table_free(&w->truths[i]->by_id);
    }
    struct model_world kept = {
        .truths = w->truths, .capacity = w->capacity, .flags = w->flags, .arena = w->arena};
    arena_reset(&kept.arena);
    flag_names_reset(&kept.flags);
    *w = kept;
}

static bool names_equal(struct span a, struct span b)
{
    return span_equal(a, b) || (span_is_nocase(a, "INBOX") && span_is_nocase(b, "INBOX"));
}

struct truth *world_truth(const struct model_world *world, struct span user, struct span name,
                          bool is_board)
{
    for (size_t i = 0; i < world->ntruths; i++) {
        struct truth *truth = world->truths[i];
        if (truth->is_board == is_board && names_equal(span_of(truth->name), name) &&
            (is_board || span_is(user, truth->user)))
            return truth;
    }
    return NULL;
}

static struct truth_message *append(struct model_world *world, struct truth *truth,
                                    struct facts *facts)
{
    truth->messages =
        mem_grow(truth->messages, &truth->capacity, truth->nmessages + 1, sizeof *truth->messages);
    struct truth_message *message = &truth->messages[truth->nmessages++];
    *message = (struct truth_message){.facts = facts, .arrived_at = world->nevents};
    truth->nlive++;
    return message;
}

static void append_fixture(struct model_world *world, struct truth *truth, struct facts *facts)
{
    struct truth_message *message = append(world, truth, facts);
    message->known = ~FLAG_RECENT;
    for (size_t i = 0; i < facts->fixture->nflags; i++)
        message->flags |= flag_names_bit(&world->flags, span_of(facts->fixture->flags[i]));
}

void model_world_add(struct model_world *world, const struct fixture_mailbox *mailbox)
{
    struct truth *truth = arena_alloc(&world->arena, sizeof *truth);
    *truth = (struct truth){.user = mailbox->user,
                            .name = mailbox->name,
                            .is_board = mailbox->is_board,
                            .is_readonly = mailbox->is_readonly};
    world->truths =
        mem_grow(world->truths, &world->capacity, world->ntruths + 1, sizeof(struct truth *));
    world->truths[world->ntruths++] = truth;
    struct facts *facts = arena_array(&world->arena, mailbox->nmessages, sizeof *facts);
    for (size_t i = 0; i < mailbox->nmessages; i++) {
        facts[i].fixture = &mailbox->messages[i];
        append_fixture(world, truth, &facts[i]);
    }
}

void model_world_deliver(struct model_world *world, const char *user, const char *mailbox,
                         const struct fixture_message *message)
{
    world->nevents++;
    struct truth *truth = world_truth(world, span_of(user), span_of(mailbox), false);
    if (truth == NULL)
        truth = world_truth(world, span_of(user), span_of(mailbox), true);
    if (truth == NULL)
        return;
    truth->is_order_doubtful = truth->is_order_doubtful || world->nactive > 0;
    struct facts *facts = arena_alloc(&world->arena, sizeof *facts);
    facts->fixture = message;
    append_fixture(world, truth, facts);
}

size_t model_world_exists(const struct model_world *world, const char *user, const char *mailbox)
{
    const struct truth *truth = world_truth(world, span_of(user), span_of(mailbox), false);
    if (truth == NULL)
        truth = world_truth(world, span_of(user), span_of(mailbox), true);
    return truth == NULL || truth->is_uncertain ? SIZE_MAX : truth->nlive;
}

struct truth_message *truth_at(const struct truth *truth, uint32_t instance)
{
    ENSURE(instance > 0 && instance <= truth->nmessages);
    return &truth->messages[instance - 1];
}

static struct span facts_message_id(struct model_world *world, struct facts *facts)
{
    if (!facts->is_read)
        facts->message_id = fixture_field(facts->fixture, SPAN_LIT("Message-ID"), &world->arena);
    facts->is_read = true;
    return facts->message_id;
}

struct span truth_message_id(struct model_world *world, const struct truth *truth,
                             uint32_t instance)
{
    return facts_message_id(world, truth_at(truth, instance)->facts);
}

uint32_t truth_find(struct model_world *world, struct truth *truth, struct span message_id)
{
    for (; truth->nindexed < truth->nmessages; truth->nindexed++) {
        struct span id = facts_message_id(world, truth->messages[truth->nindexed].facts);
        if (id.data == NULL)
            continue;
        uintptr_t value = truth->nindexed + 1;
        if (table_get(&truth->by_id, id) != NULL)
            value = TRUTH_AMBIGUOUS;
        table_put(&truth->by_id, id, (void *)value); // NOLINT(performance-no-int-to-ptr)
    }
    return (uint32_t)(uintptr_t)table_get(&truth->by_id, message_id);
}

void truth_copy(struct model_world *world, struct truth *truth, const struct truth_message *source,
                const struct model_session *by)
{
    struct facts *facts = source->facts;
    struct truth_message *copy = append(world, truth, facts);
    copy->copied_by = by;
    copy->is_copy = true;
}

void truth_remove(struct truth *truth, uint32_t instance, const struct model_session *by)
{
    struct truth_message *message = truth_at(truth, instance);
    if (message->is_removed)
        return;
    message->is_removed = true;
    message->removed_by = by;
    truth->nlive--;
}

void truth_doubt_flags(struct model_world *world, struct truth *truth)
{
    for (size_t i = 0; i < truth->nmessages; i++) {
        truth->messages[i].known = 0;
        truth->messages[i].changed_at = world->nevents;
    }
}

void world_doubt(struct model_world *world)
{
    for (size_t i = 0; i < world->ntruths; i++) {
        world->truths[i]->is_uncertain = true;
        truth_doubt_flags(world, world->truths[i]);
    }
}

void world_forget(struct model_world *world, const struct model_session *session)
{
    /* nobody's: what another session had done with the same memory would be taken for its own */
    const struct model_session *gone = (const struct model_session *)(const void *)world;
    for (size_t i = 0; i < world->ntruths; i++)
        for (size_t k = 0; k < world->truths[i]->nmessages; k++) {
            struct truth_message *m = &world->truths[i]->messages[k];
            m->changed_by = m->changed_by == session ? gone : m->changed_by;
            m->copied_by = m->copied_by == session ? gone : m->copied_by;
            m->removed_by = m->removed_by == session ? gone : m->removed_by;
        }
}
