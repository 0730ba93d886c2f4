#include "targets/place.h"

#include <string.h>

#include "convert/convert.h"
#include "reference/store_memory.h"

/* ---- what is the same for all inputs ---- */

struct filled_message {
    struct mail_content *content;
    struct mail_time time;
    uint32_t system_flags;
    const char *keywords[4];
    bool is_old;
};

static struct {
    bool is_made;
    struct arena arena;
    const struct fixture_mailbox *boxes;
    struct filled_message *messages[PLACE_NBOXES_MAX];
    size_t nboxes;
    struct fixture_message templates[16];
    struct mail_content *contents[16];
    struct grammar_memory *memory;
    struct model_world *spare; /* of a place that was closed */
} common;

static void set_flag(struct filled_message *filled, const char *flag)
{
    static const struct {
        const char *name;
        uint32_t bit;
    } system_flags[] = {{"\\Answered", MAIL_ANSWERED},
                        {"\\Flagged", MAIL_FLAGGED},
                        {"\\Deleted", MAIL_DELETED},
                        {"\\Seen", MAIL_SEEN}};
    for (size_t i = 0; i < 4; i++)
        if (span_is_nocase(span_of(flag), system_flags[i].name))
            filled->system_flags |= system_flags[i].bit;
    if (flag[0] != '\\')
        filled->keywords[0] = flag;
}

/* With its envelope, which is kept: the first input that asks for it shall not differ from others.
 */
static struct mail_content *make_content(struct span octets)
{
    struct mail_content *content = mail_content_new(octets);
    (void)mail_content_envelope(content);
    return content;
}

static void make_message(const struct fixture_message *m, struct filled_message *filled)
{
    for (size_t i = 0; i < m->nflags; i++)
        set_flag(filled, m->flags[i]);
    filled->content = make_content(m->octets);
    filled->time = (struct mail_time){m->internal_date_s, m->zone_minutes};
    filled->is_old = !m->is_recent;
}

static void make_boxes(void)
{
    common.boxes = convert_mailboxes(&common.arena, &common.nboxes);
    ENSURE(common.nboxes <= PLACE_NBOXES_MAX);
    for (size_t i = 0; i < common.nboxes; i++) {
        const struct fixture_mailbox *box = &common.boxes[i];
        common.messages[i] =
            arena_array(&common.arena, box->nmessages, sizeof(struct filled_message));
        for (size_t k = 0; k < box->nmessages; k++)
            make_message(&box->messages[k], &common.messages[i][k]);
    }
}

static void make_templates(void)
{
    for (unsigned i = 0; i < 16; i++) {
        struct span octets = convert_template(i, &common.arena);
        common.contents[i] = make_content(octets);
        common.templates[i] = (struct fixture_message){
            .octets = octets,
            .header_nbytes = common.contents[i]->header_nbytes,
            .is_recent = true,
        };
    }
}

static void make_common(void)
{
    common.is_made = true;
    common.memory = grammar_memory_new();
    make_boxes();
    make_templates();
}

/* ---- a store in which things fail ---- */

/* The memory store never fails, so its functions are called through these. A store belongs to the
 * place being run, of which there is one at a time. */
static struct {
    const struct mail_store_ops *ops;
    struct place *place;
} real;

static bool is_due(unsigned *countdown)
{
    return *countdown > 0 && --*countdown == 0;
}

static enum mail_error failing_set_flags(struct mail_box *box, struct mail_message *message,
                                         struct mail_flags flags)
{
    if (is_due(&real.place->failing_write))
        return MAIL_FAILED;
    return real.ops->set_flags(box, message, flags);
}

static enum mail_error failing_expunge(struct mail_box *box, struct mail_message *const *messages,
                                       size_t n)
{
    if (is_due(&real.place->failing_write))
        return MAIL_FAILED;
    return real.ops->expunge(box, messages, n);
}

static enum mail_error failing_append(struct mail_store *store, struct span user, struct span name,
                                      struct mail_box *source, struct mail_message *const *messages,
                                      size_t n)
{
    if (is_due(&real.place->failing_write))
        return MAIL_FAILED;
    return real.ops->append(store, user, name, source, messages, n);
}

static enum mail_error failing_load(struct mail_box *box, struct mail_message *message)
{
    if (is_due(&real.place->failing_read))
        return MAIL_FAILED;
    return real.ops->load(box, message);
}

static enum mail_error failing_open(struct mail_store *store, struct span user, enum mail_kind kind,
                                    struct span name, struct mail_box **box_r, bool *is_writable_r)
{
    if (is_due(&real.place->failing_read))
        return MAIL_FAILED;
    return real.ops->open(store, user, kind, name, box_r, is_writable_r);
}

static enum mail_error failing_list(struct mail_store *store, struct span user, enum mail_kind kind,
                                    struct arena *arena, struct mail_names *names)
{
    if (is_due(&real.place->failing_read))
        return MAIL_FAILED;
    return real.ops->list(store, user, kind, arena, names);
}

static void wrap_store(struct place *place)
{
    static struct mail_store_ops failing;
    real.ops = place->store->ops;
    real.place = place;
    failing = *real.ops;
    failing.set_flags = failing_set_flags;
    failing.expunge = failing_expunge;
    failing.append = failing_append;
    failing.load = failing_load;
    failing.open = failing_open;
    failing.list = failing_list;
    place->store->ops = &failing;
}

/* ---- a place ---- */

static void fill_box(struct place *place, size_t index)
{
    const struct fixture_mailbox *box = &common.boxes[index];
    const struct mail_store_ops *ops = place->store->ops;
    static const struct mail_box_spec spec = {0};
    struct span user = span_of(box->user);
    struct span name = span_of(box->name);
    enum mail_kind kind = box->is_board ? MAIL_BOARD : MAIL_MAILBOX;
    ENSURE(ops->create(place->store, user, kind, name, &spec) == MAIL_OK);
    for (size_t i = 0; i < box->nmessages; i++) {
        const struct filled_message *m = &common.messages[index][i];
        struct mail_delivery delivery = {.content = m->content,
                                         .time = m->time,
                                         .system_flags = m->system_flags,
                                         .keywords = m->keywords,
                                         .is_old = m->is_old};
        ENSURE(ops->deliver(place->store, user, kind, name, &delivery) == MAIL_OK);
    }
    if (box->is_readonly)
        ENSURE(ops->set_access(place->store, user, kind, name, true, false) == MAIL_OK);
    model_world_add(place->world, box);
}

void place_open(struct place *place)
{
    if (!common.is_made)
        make_common();
    place->clock = clock_virtual(PLACE_EPOCH_S);
    place->store = mail_store_memory_new();
    place->world = common.spare != NULL ? common.spare : model_world_new();
    common.spare = NULL;
    place->memory = common.memory;
    place->arena = (struct arena){0};
    place->narrivals = 0;
    place->failing_read = place->failing_write = 0;
    for (size_t i = 0; i < common.nboxes; i++)
        fill_box(place, i);
    wrap_store(place);
    struct reference_config config = {.clock = &place->clock,
                                      .idle_timeout_ms = 30 * 60 * 1000,
                                      .line_limit_nbytes = 4096,
                                      .literal_limit_nbytes = 65536};
    place->server = reference_server_new(&config, place->store);
    reference_server_add_user(place->server, "fred", "secret");
}

void place_close(struct place *place)
{
    reference_server_free(&place->server);
    mail_store_free(&place->store);
    model_world_free(&common.spare);
    common.spare = place->world;
    place->world = NULL;
    model_world_reset(common.spare);
    arena_free(&place->arena);
}

static void deliver(struct place *place, unsigned mailbox, struct mail_content *content,
                    const struct fixture_message *message)
{
    static const char *const names[4] = {"INBOX", "m1", "m2", "m3"};
    struct fixture_message *m = &place->arrivals[place->narrivals++];
    *m = *message;
    m->internal_date_s = clock_wall_s(&place->clock);
    struct mail_delivery delivery = {.content = content, .time = {m->internal_date_s, 0}};
    ENSURE(place->store->ops->deliver(place->store, SPAN_LIT("fred"), MAIL_MAILBOX,
                                      span_of(names[mailbox]), &delivery) == MAIL_OK);
    model_world_deliver(place->world, "fred", names[mailbox], m);
}

void place_deliver(struct place *place, unsigned mailbox, unsigned number)
{
    if (place->narrivals < sizeof place->arrivals / sizeof *place->arrivals)
        deliver(place, mailbox, common.contents[number], &common.templates[number]);
}

void place_deliver_octets(struct place *place, unsigned mailbox, struct span octets)
{
    struct mail_content *content = mail_content_new_from_lines(octets);
    struct fixture_message message = {.octets = arena_copy(&place->arena, content->octets),
                                      .is_recent = true};
    /* The model's end of the header is found by itself: the first empty line. */
    size_t empty = span_find(message.octets, SPAN_LIT("\r\n\r\n"));
    message.header_nbytes = empty == SPAN_NPOS ? message.octets.nbytes : empty + 4;
    if (span_starts_with(message.octets, SPAN_LIT("\r\n")))
        message.header_nbytes = 2;
    if (place->narrivals < sizeof place->arrivals / sizeof *place->arrivals)
        deliver(place, mailbox, content, &message);
    mail_content_drop(&content);
}

void place_fail_write(struct place *place, unsigned nth)
{
    place->failing_write = nth;
}

void place_fail_read(struct place *place, unsigned nth)
{
    place->failing_read = nth;
}
