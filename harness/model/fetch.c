#include <string.h>

#include "model/session.h"

/* One line of message data while it is being applied. */
struct line {
    struct model_session *session;
    struct mailbox *view;
    struct slot *slot;
    uint32_t number;
    uint32_t instance; /* of the slot; 0: not known */
    uint32_t evidence; /* instance whose Message-ID has been seen in this line */
    bool is_selected;  /* the view is the current selection: the truth may be asked */
    bool is_foreign;   /* the data is another message's: nothing more is compared */
    unsigned items;    /* carried by this line */
};

/* The fixture that the data must equal; NULL: not known for certain. */
static const struct fixture_message *fixture_of(const struct line *line)
{
    if (line->instance == 0 || !line->slot->is_certain || line->is_foreign)
        return NULL;
    return truth_at(line->session->truth, line->instance)->facts->fixture;
}

static void note_item(struct line *line, enum item item, bool is_repeated)
{
    struct model_session *s = line->session;
    line->items |= 1u << item;
    line->slot->sent |= (unsigned char)(1u << item);
    if (!is_repeated || (s->repeated_items >> item & 1) != 0)
        return;
    s->repeated_items |= 1u << item;
    session_note(s, 26, "sent again");
    breach(s, I28, "%s of message %u was sent again though it had not changed", item_names[item],
           line->number);
}

/* ---- FLAGS ---------------------------------------------------------------------------------- */

static void check_listed(struct line *line, uint64_t flags)
{
    struct mailbox *view = line->view;
    uint64_t strange =
        flags & ~view->listed & ~FLAG_RECENT & ~FLAG_OTHERS & ~view->flags_complained;
    if (!view->is_listed || strange == 0)
        return;
    view->flags_complained |= strange;
    buffer_clear(&line->session->flags_text);
    flag_names_write(line->session->flags, strange, &line->session->flags_text);
    struct span names = buffer_span(&line->session->flags_text);
    breach(line->session, I17, "message %u carries %.*s, not in the FLAGS list", line->number,
           SPAN_ARG(names));
}

/* Changes nobody in this session has asked for. */
static void note_unasked(struct line *line, uint64_t flags)
{
    struct model_session *s = line->session;
    struct slot *slot = line->slot;
    if (slot->flags_state != FLAGS_KNOWN || ((slot->flags ^ flags) & ~FLAG_RECENT) == 0 ||
        s->noutstanding > 0 || line->instance == 0)
        return;
    if (truth_at(s->truth, line->instance)->changed_by != s)
        breach(s, M5, "changed flags of message %u were announced unasked", line->number);
}

static void read_flags(struct line *line, size_t pair)
{
    struct model_session *s = line->session;
    uint64_t flags = 0;
    for (size_t node = reading_find(&s->reading, pair, WORD_FETCH_FLAG); node != NO_NODE;
         node = reading_after(&s->reading, node, pair, WORD_FETCH_FLAG))
        flags |= flag_names_bit(s->flags, reading_text(&s->reading, node));
    check_listed(line, flags);
    note_unasked(line, flags);
    note_item(line, ITEM_FLAGS,
              line->slot->flags_state == FLAGS_KNOWN && line->slot->flags == flags);
    mailbox_set_flags(line->view, line->slot, flags, s->nunits);
}

/* ---- INTERNALDATE, RFC822.SIZE --------------------------------------------------------------- */

static void read_date(struct line *line, size_t pair)
{
    struct model_session *s = line->session;
    size_t node = reading_find(&s->reading, pair, WORD_DATE_TIME);
    ENSURE(node != NO_NODE);
    struct span text = reading_text(&s->reading, node);
    struct slot_texts *texts = mailbox_texts(line->view, line->slot);
    bool is_known = texts->internal_date.data != NULL;
    bool is_same = is_known && span_equal_nocase(texts->internal_date, text);
    note_item(line, ITEM_DATE, is_same);
    bool is_quoted = span_ends_with(reading_text(&s->reading, pair), SPAN_LIT("\""));
    session_note(s, 76, is_quoted ? "quoted" : "literal");
    if (is_known && !is_same)
        breach_as(s, I16, "fetch.internaldate-stable", MODEL_STRICT,
                  "INTERNALDATE of message %u changed from %.*s to %.*s", line->number,
                  SPAN_ARG(texts->internal_date), SPAN_ARG(text));
    if (!is_same)
        texts->internal_date = arena_copy(&line->view->arena, text);
}

/* A size that is none of this message's but some other's tells of a shifted number. */
static bool is_other_size(const struct line *line, uint64_t size)
{
    const struct truth *truth = line->session->truth;
    for (size_t i = 0; i < truth->nmessages; i++)
        if (truth->messages[i].facts->fixture->octets.nbytes == size)
            return true;
    return false;
}

static void check_true_size(struct line *line, uint64_t size)
{
    const struct fixture_message *fixture = fixture_of(line);
    if (fixture == NULL || fixture->octets.nbytes == size)
        return;
    if (is_other_size(line, size)) {
        identity_breach(line->session, line->slot, "RFC822.SIZE");
        line->is_foreign = true;
        return;
    }
    breach(line->session, I15, "RFC822.SIZE of message %u is %zu octets, not %llu", line->number,
           fixture->octets.nbytes, (unsigned long long)size);
}

static void read_size(struct line *line, size_t pair)
{
    struct model_session *s = line->session;
    uint64_t size = UINT64_MAX;
    if (number_parse_u64(span_from(reading_text(&s->reading, pair), sizeof "RFC822.SIZE"), &size) !=
        0)
        size = UINT64_MAX;
    struct slot *slot = line->slot;
    bool is_known = (slot->sent >> ITEM_SIZE & 1) != 0;
    note_item(line, ITEM_SIZE, is_known && slot->size == size);
    if (is_known && slot->size != size && !line->is_foreign)
        breach(s, I15, "RFC822.SIZE of message %u changed from %llu to %llu", line->number,
               (unsigned long long)slot->size, (unsigned long long)size);
    else if (!is_known)
        check_true_size(line, size);
    slot->size = size;
}

/* ---- ENVELOPE ------------------------------------------------------------------------------- */

static void meet(struct line *line, struct span message_id)
{
    if (!line->is_selected || line->is_foreign || message_id.data == NULL)
        return;
    if (!identity_meets(line->session, line->slot, message_id, &line->evidence))
        line->is_foreign = true;
    line->instance = identity_of(line->session, line->slot);
}

static void read_envelope(struct line *line, size_t pair)
{
    struct model_session *s = line->session;
    size_t node = reading_find(&s->reading, pair, WORD_ENVELOPE);
    struct slot_texts *texts = mailbox_texts(line->view, line->slot);
    struct envelope *envelope = envelope_read(&s->reading, node, &line->view->arena);
    const struct envelope *before = texts->envelope;
    bool is_same = before != NULL && envelope != NULL && envelope_equal(before, envelope);
    note_item(line, ITEM_ENVELOPE, is_same);
    if (envelope == NULL)
        return;
    meet(line, envelope->fields[ENVELOPE_MESSAGE_ID]);
    if (before != NULL && !is_same && !line->is_foreign)
        breach_as(s, I16, "fetch.right-number", MODEL_STRICT, "ENVELOPE of message %u changed",
                  line->number);
    texts->envelope = envelope;
}

/* ---- RFC822 and its parts -------------------------------------------------------------------- */

static const char *const text_requirements[] = {"fetch.rfc822", "fetch.header-raw", "fetch.text"};

static struct span true_octets(const struct fixture_message *fixture, enum item item)
{
    if (item == ITEM_HEADER)
        return fixture_header(fixture);
    return item == ITEM_TEXT ? fixture_text(fixture) : fixture->octets;
}

static void check_true_octets(struct line *line, enum item item, struct reading_string string)
{
    const struct fixture_message *fixture = fixture_of(line);
    if (fixture == NULL || string.nbytes != string.value.nbytes)
        return;
    struct span octets = true_octets(fixture, item);
    if (span_equal(octets, string.value))
        return;
    size_t at = 0;
    while (at < octets.nbytes && at < string.value.nbytes &&
           octets.data[at] == string.value.data[at])
        at++;
    /* B18: what becomes of a NUL is only recorded, as long as the count is right */
    bool is_nul =
        at < octets.nbytes && octets.data[at] == '\0' && octets.nbytes == string.value.nbytes;
    breach_as(line->session, I16, text_requirements[item - ITEM_RFC822],
              is_nul ? MODEL_OBSERVE : MODEL_STRICT,
              "%s of message %u is not what was put there: %zu octets instead of %zu, the first "
              "difference at octet %zu",
              item_names[item], line->number, string.value.nbytes, octets.nbytes, at);
}

/* The Message-ID is asked of the octets only where it can teach something. */
static void meet_octets(struct line *line, enum item item, struct span octets)
{
    if (!line->is_selected || line->session->truth == NULL || item == ITEM_TEXT)
        return;
    const struct fixture_message *fixture = fixture_of(line);
    if (fixture != NULL && span_equal(true_octets(fixture, item), octets)) {
        if (line->evidence == 0)
            line->evidence = line->instance;
        return;
    }
    struct fixture_message message = {.octets = octets, .header_nbytes = octets.nbytes};
    size_t end = span_find(octets, SPAN_LIT("\r\n\r\n"));
    if (end != SPAN_NPOS)
        message.header_nbytes = end + 4;
    struct arena scratch = {0};
    meet(line, fixture_field(&message, SPAN_LIT("Message-ID"), &scratch));
    arena_free(&scratch);
}

static void read_octets(struct line *line, size_t pair, enum item item)
{
    struct model_session *s = line->session;
    size_t node = reading_find(&s->reading, pair, WORD_TEXT_VALUE);
    struct reading_string string = reading_string(&s->reading, node);
    struct content *kept = &mailbox_texts(line->view, line->slot)->contents[item - ITEM_RFC822];
    struct content now = content_of(string.value, string.nbytes);
    now.unit = s->nunits;
    note_item(line, item, false);
    meet_octets(line, item, string.value);
    bool has_changed = kept->is_known && !content_equal(kept, &now);
    if (has_changed && !line->is_foreign)
        breach_as(s, I16, text_requirements[item - ITEM_RFC822], MODEL_STRICT,
                  "%s of message %u changed", item_names[item], line->number);
    else if (!line->is_foreign)
        check_true_octets(line, item, string);
    *kept = now;
}

/* ---- what belongs together --------------------------------------------------------------------
 */

static void check_lengths(struct line *line)
{
    const struct slot_texts *texts = line->slot->texts;
    bool has_size = (line->slot->sent >> ITEM_SIZE & 1) != 0;
    if (texts == NULL || line->is_foreign || (line->items & ~(1u << ITEM_FLAGS)) == 0)
        return;
    const struct content *whole = &texts->contents[0], *head = &texts->contents[1],
                         *tail = &texts->contents[2];
    if (has_size && whole->is_known && whole->nbytes != line->slot->size)
        breach_as(line->session, I15, "fetch.size-equals-rfc822", MODEL_STRICT,
                  "RFC822 of message %u has %llu octets, RFC822.SIZE says %llu", line->number,
                  (unsigned long long)whole->nbytes, (unsigned long long)line->slot->size);
    if (!head->is_known || !tail->is_known)
        return;
    if (whole->is_known && !content_joins(whole, head, tail))
        breach_as(line->session, I15, "fetch.rfc822-concat", MODEL_STRICT,
                  "RFC822 of message %u is not RFC822.HEADER followed by RFC822.TEXT",
                  line->number);
    uint64_t sum = head->nbytes + tail->nbytes;
    if (has_size && !whole->is_known && sum != line->slot->size)
        breach_as(line->session, I15, "fetch.size-equals-rfc822", MODEL_STRICT,
                  "RFC822.HEADER and RFC822.TEXT of message %u have %llu octets, RFC822.SIZE "
                  "says %llu",
                  line->number, (unsigned long long)sum, (unsigned long long)line->slot->size);
}

static void read_pair(struct line *line, size_t node, enum word word)
{
    if (word == WORD_FLAGS_PAIR)
        read_flags(line, node);
    else if (word == WORD_DATE_PAIR)
        read_date(line, node);
    else if (word == WORD_SIZE_PAIR)
        read_size(line, node);
    else if (word == WORD_ENVELOPE_PAIR)
        read_envelope(line, node);
    else if (word == WORD_RFC822_PAIR)
        read_octets(line, node, ITEM_RFC822);
    else if (word == WORD_HEADER_PAIR)
        read_octets(line, node, ITEM_HEADER);
    else if (word == WORD_TEXT_PAIR)
        read_octets(line, node, ITEM_TEXT);
}

static bool is_pair(enum word word)
{
    return word >= WORD_FLAGS_PAIR && word <= WORD_TEXT_PAIR;
}

static void read_pairs(struct line *line, size_t node)
{
    const struct reading *reading = &line->session->reading;
    size_t end = reading_end(reading, node);
    for (size_t at = node + 1; at < end;) {
        enum word word = reading_word(reading, at);
        if (!is_pair(word)) {
            at++;
            continue;
        }
        read_pair(line, at, word);
        at = reading_end(reading, at);
    }
}

static void count_line(struct model_session *s, bool is_store, const struct line *line)
{
    for (size_t i = 0; i < s->noutstanding; i++) {
        struct command *command = s->outstanding[i];
        command->nfetched += is_store ? 0 : 1;
        command->nstored += is_store ? 1 : 0;
    }
    const struct command *fetch = session_oldest(s, VERB_FETCH);
    unsigned reads = 1u << ITEM_RFC822 | 1u << ITEM_TEXT;
    if (fetch != NULL && (line->items & 1u << ITEM_FLAGS) != 0 && (fetch->items & reads) != 0 &&
        (fetch->items & 1u << ITEM_FLAGS) == 0)
        session_note(s, 27, (line->items & reads) != 0 ? "same line" : "line of its own");
}

void fetch_read(struct model_session *s, struct mailbox *view, size_t node)
{
    struct span text = reading_text(&s->reading, node);
    bool is_store = reading_find(&s->reading, node, WORD_STORE_NAME) != NO_NODE;
    uint32_t number = UINT32_MAX;
    if (number_parse_u32(span_slice(text, 0, number_digits(text)), &number) != 0)
        number = UINT32_MAX;
    if (!data_check_number(s, view, number, I7, is_store ? "STORE" : "FETCH"))
        return;
    struct line line = {.session = s,
                        .view = view,
                        .slot = mailbox_slot(view, number),
                        .number = number,
                        .is_selected = view == s->selected && s->truth != NULL && !s->is_doubtful};
    if (line.slot == NULL)
        return;
    if (line.is_selected)
        line.instance = identity_of(s, line.slot);
    read_pairs(&line, node);
    count_line(s, is_store, &line);
    check_lengths(&line);
}
