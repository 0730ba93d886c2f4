/*
 * The reference client against the reference server, in memory: two clients do things at random in
 * the same mailbox while octets are carried in parts of any size; at the end what each believes is
 * what the store holds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "client_helper.h"
#include "server_helper.h"

enum { NSIDES = 2, NOPERATIONS = 60, NSEEDS = 40, IDS_MAX = NOPERATIONS + 8 };

struct side {
    struct reference_client *client;
    struct reference_session *session;
    uint64_t ids[IDS_MAX];
    size_t nids;
};

struct loop {
    struct rig rig;
    struct side sides[NSIDES];
    struct rng rng;
    unsigned noutcomes[CLIENT_LOST + 1];
    unsigned most_outstanding;
};

static uint64_t below(struct loop *loop, uint64_t bound)
{
    return rng_below(&loop->rng, bound);
}

/* ---- carrying ---- */

/* True when there was something to carry. */
static bool carry(struct loop *loop, struct side *side)
{
    size_t part = 1 + (size_t)below(loop, 300);
    struct span up = span_slice(reference_client_output(side->client), 0, part);
    if (up.nbytes > 0) {
        reference_session_receive(side->session, up);
        reference_client_sent(side->client, up.nbytes);
    }
    part = 1 + (size_t)below(loop, 300);
    struct span down = span_slice(reference_session_output(side->session), 0, part);
    size_t nbytes = down.nbytes;
    if (nbytes > 0) {
        reference_client_receive(side->client, down);
        reference_session_sent(side->session, nbytes);
    }
    return nbytes > 0 || up.nbytes > 0;
}

static void carry_all(struct loop *loop)
{
    bool moved = true;
    while (moved) {
        moved = false;
        for (size_t i = 0; i < NSIDES; i++)
            moved = carry(loop, &loop->sides[i]) || moved;
    }
}

/* ---- operations ---- */

static void begin(struct side *side, const char *request)
{
    assert_true(side->nids < IDS_MAX);
    side->ids[side->nids++] = client_begin_text(side->client, span_of(request));
}

static uint32_t some_number(struct loop *loop, const struct side *side)
{
    struct client_view view;
    (void)reference_client_view(side->client, &view);
    return view.exists == 0 ? 1 : 1 + (uint32_t)below(loop, view.exists);
}

static void begin_at_random(struct loop *loop, struct side *side)
{
    static const char *const formats[] = {
        "noop",
        "check",
        "expunge",
        "search|DELETED|subject|{essage",
        "search|UNSEEN",
        "fetch|%u:%u|ALL",
        "fetch|%u:%u|FLAGS",
        "fetch|%u,%u|RFC822.TEXT",
        "fetch|%u,%u|RFC822|RFC822.HEADER",
        "show|%u:%u|ENVELOPE|RFC822.SIZE",
        "show|%u:%u|FAST",
        "store|%u:%u|+FLAGS|\\Deleted",
        "store|%u,%u|-FLAGS|\\Deleted|\\Seen",
        "store|%u:%u|FLAGS|Meeting|\\Flagged",
        "store|%u|FLAGS",
        "copy|%u:%u|INBOX",
        "copy|%u|we{ird \"name",
        "mailboxes|*",
    };
    char request[64];
    const char *format = formats[below(loop, sizeof formats / sizeof *formats)];
    uint32_t first = some_number(loop, side), last = some_number(loop, side);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)snprintf(request, sizeof request, format, (unsigned)first, (unsigned)last);
#pragma GCC diagnostic pop
    begin(side, request);
}

static void count_outstanding(struct loop *loop, const struct side *side)
{
    unsigned n = 0;
    for (size_t i = 0; i < side->nids; i++) {
        const struct client_result *result = reference_client_result(side->client, side->ids[i]);
        n += result->was_sent && result->outcome == CLIENT_RUNNING;
    }
    if (n > loop->most_outstanding)
        loop->most_outstanding = n;
}

/* All that was begun is over. */
static void end_all(struct loop *loop, struct side *side)
{
    for (size_t i = 0; i < side->nids; i++) {
        const struct client_result *result = reference_client_result(side->client, side->ids[i]);
        assert_int_not_equal(result->outcome, CLIENT_RUNNING);
        assert_int_not_equal(result->outcome, CLIENT_BAD);
        loop->noutcomes[result->outcome]++;
        reference_client_end(side->client, side->ids[i]);
    }
    side->nids = 0;
}

/* ---- comparing ---- */

static void check_flags(const struct mail_box *box, const struct mail_message *truth,
                        struct span flags)
{
    static const char *const names[] = {"\\Answered", "\\Flagged", "\\Deleted", "\\Seen"};
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(client_flags_have(flags, span_of(names[i])),
                         (truth->flags.system & (1u << i)) != 0);
    for (unsigned i = 0; i < box->nkeywords; i++)
        assert_int_equal(client_flags_have(flags, span_of(box->keywords[i])),
                         (truth->flags.keywords & (1u << i)) != 0);
}

static void check_content(struct mail_box *box, struct mail_message *truth,
                          const struct client_message *belief)
{
    struct mail_content *content;
    assert_int_equal(mail_message_load(box, truth, &content), MAIL_OK);
    if (belief->known & CLIENT_RFC822)
        assert_true(span_equal(belief->rfc822, content->octets));
    if (belief->known & CLIENT_HEADER)
        assert_true(span_equal(belief->header, mail_content_header(content)));
    if (belief->known & CLIENT_TEXT)
        assert_true(span_equal(belief->text, mail_content_text(content)));
    if (belief->known & CLIENT_ENVELOPE) {
        struct buffer line = {0};
        buffer_printf(&line, "Subject: %.*s\r\n", SPAN_ARG(belief->envelope->subject.value));
        assert_true(span_find(content->octets, buffer_span(&line)) != SPAN_NPOS);
        buffer_free(&line);
    }
    assert_true(belief->known & CLIENT_SIZE);
    assert_int_equal(belief->size_nbytes, content->octets.nbytes);
    mail_message_unload(box, truth);
}

static void check_beliefs(struct loop *loop, const struct side *side)
{
    struct mail_box *box;
    bool is_writable;
    struct client_view view;
    struct mail_store *store = loop->rig.store;
    assert_int_equal(store->ops->open(store, SPAN_LIT("fred"), MAIL_MAILBOX, SPAN_LIT("INBOX"),
                                      &box, &is_writable),
                     MAIL_OK);
    assert_true(reference_client_view(side->client, &view));
    assert_int_equal(view.exists, box->nmessages);
    assert_int_equal(reference_client_nknown(side->client), box->nmessages);
    for (uint32_t i = 0; i < view.exists; i++) {
        const struct client_message *belief = reference_client_message(side->client, i + 1);
        struct mail_message *truth = box->messages[i];
        assert_non_null(belief);
        assert_int_equal(belief->internal_date.wall_s, truth->time.wall_s);
        check_flags(box, truth, belief->flags);
        check_content(box, truth, belief);
    }
    mail_box_close(&box);
}

/* ---- the loop ---- */

static void start(struct loop *loop, uint64_t seed)
{
    *loop = (struct loop){.rng = rng_seeded(seed)};
    rig_init(&loop->rig, NULL);
    for (size_t i = 0; i < NSIDES; i++) {
        struct side *side = &loop->sides[i];
        side->client = reference_client_new(NULL);
        side->session = reference_session_open(loop->rig.server);
        begin(side, "login|fred|secret");
        begin(side, "select|INBOX");
    }
    carry_all(loop);
    for (size_t i = 0; i < NSIDES; i++)
        end_all(loop, &loop->sides[i]);
}

static void do_at_random(struct loop *loop)
{
    unsigned ndelivered = 3;
    for (unsigned i = 0; i < NOPERATIONS; i++) {
        struct side *side = &loop->sides[below(loop, NSIDES)];
        if (below(loop, 8) == 0 && ndelivered < 28)
            rig_deliver(&loop->rig, "fred", "INBOX", ++ndelivered);
        begin_at_random(loop, side);
        count_outstanding(loop, side);
        for (uint64_t n = below(loop, 12); n > 0; n--)
            (void)carry(loop, &loop->sides[below(loop, NSIDES)]);
    }
    carry_all(loop);
}

static void finish(struct loop *loop)
{
    for (size_t i = 0; i < NSIDES; i++) {
        struct side *side = &loop->sides[i];
        struct client_view view;
        end_all(loop, side);
        begin(side, "check");
        carry_all(loop);
        assert_true(reference_client_view(side->client, &view));
        char request[40];
        (void)snprintf(request, sizeof request, "show|1:%u|ALL", (unsigned)view.exists);
        if (view.exists > 0)
            begin(side, request);
        carry_all(loop);
        end_all(loop, side);
        check_beliefs(loop, side);
        for (size_t j = 0; j < reference_client_nnotes(side->client); j++)
            assert_int_equal(reference_client_note(side->client, j).kind, CLIENT_NOTE_OK);
    }
}

static void stop(struct loop *loop)
{
    for (size_t i = 0; i < NSIDES; i++)
        begin(&loop->sides[i], "logout");
    carry_all(loop);
    for (size_t i = 0; i < NSIDES; i++) {
        struct side *side = &loop->sides[i];
        end_all(loop, side);
        assert_true(reference_client_is_closing(side->client));
        assert_true(reference_session_is_closing(side->session));
        reference_client_free(&side->client);
        reference_session_free(&side->session);
    }
    rig_free(&loop->rig);
}

static void test_loop(void **state)
{
    unsigned nok = 0, nrefused = 0, most_outstanding = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= NSEEDS; seed++) {
        struct loop loop;
        start(&loop, seed);
        do_at_random(&loop);
        finish(&loop);
        stop(&loop);
        nok += loop.noutcomes[CLIENT_OK];
        nrefused += loop.noutcomes[CLIENT_REFUSED];
        assert_int_equal(loop.noutcomes[CLIENT_LOST], 0);
        if (loop.most_outstanding > most_outstanding)
            most_outstanding = loop.most_outstanding;
    }
    /* Something has been tested: most went well, and commands were overlapped. */
    assert_true(nok > NSEEDS * NOPERATIONS / 2);
    assert_true(nrefused > 0);
    assert_true(most_outstanding >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
