#include <stdlib.h>

#include "targets/judge.h"
#include "targets/target.h"

/* What a session says to octets that come in these pieces. */
static void answers_to(struct span octets, const size_t *cuts, size_t ncuts, struct buffer *out)
{
    struct place place;
    place_open(&place);
    struct reference_session *session = reference_session_open(place.server);
    size_t at = 0;
    for (size_t i = 0; i <= ncuts; i++) {
        size_t end = i < ncuts ? cuts[i] : octets.nbytes;
        reference_session_receive(session, span_slice(octets, at, end - at));
        at = end;
        struct span output;
        while ((output = reference_session_output(session)).nbytes > 0) {
            buffer_append(out, output);
            reference_session_sent(session, output.nbytes);
        }
    }
    reference_session_free(&session);
    place_close(&place);
}

static void compare(struct span whole, struct span other, const char *how)
{
    if (span_equal(whole, other))
        return;
    size_t at = 0;
    while (at < whole.nbytes && at < other.nbytes && whole.data[at] == other.data[at])
        at++;
    struct buffer text = {0};
    size_t from = at > 40 ? at - 40 : 0;
    buffer_append_escaped(&text, span_slice(whole, from, 80), 80);
    buffer_append_text(&text, " / ");
    buffer_append_escaped(&text, span_slice(other, from, 80), 80);
    fuzz_fail("feed.segmentation", "", how, "other answers when cut %s, at octet %zu: %.*s", how,
              at, SPAN_ARG(buffer_span(&text)));
}

/* The stream's own cuts: where its events stood. */
static size_t gather(struct span stream, struct buffer *octets, size_t *cuts)
{
    struct stream_reader reader = stream_reader_of(stream);
    struct stream_event event;
    size_t ncuts = 0;
    while (stream_reader_next(&reader, &event)) {
        if (event.kind == STREAM_DATA)
            buffer_append(octets, event.data);
        else if (ncuts == 0 || cuts[ncuts - 1] != octets->nbytes)
            cuts[ncuts++] = octets->nbytes;
    }
    return ncuts;
}

/* Of all at once; octet by octet; as the stream cuts it. The model judges the first, `+` too. */
void fuzz_feed_one(struct span stream)
{
    struct buffer octets = {0};
    struct buffer whole = {0};
    struct buffer other = {0};
    size_t *cuts = mem_alloc((stream.nbytes + 1) * sizeof *cuts);
    size_t ncuts = gather(stream, &octets, cuts);
    struct span all = buffer_span(&octets);
    answers_to(all, NULL, 0, &whole);
    if (ncuts > 0) {
        answers_to(all, cuts, ncuts, &other);
        compare(buffer_span(&whole), buffer_span(&other), "by the stream");
        buffer_clear(&other);
    }
    for (size_t i = 0; i < all.nbytes; i++)
        cuts[i] = i + 1;
    answers_to(all, cuts, all.nbytes, &other);
    compare(buffer_span(&whole), buffer_span(&other), "octet by octet");

    struct place place;
    struct judge judge = {0};
    place_open(&place);
    judge_open(&judge, &place, "s1", true);
    judge_say(&judge, all);
    judge_end(&judge);
    judge_free(&judge);
    place_close(&place);
    free(cuts);
    buffer_free(&octets);
    buffer_free(&whole);
    buffer_free(&other);
}
