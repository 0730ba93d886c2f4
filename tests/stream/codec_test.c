#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stream/stream.h"

/* Events written out, one letter each: `d<data>`, and for the others their name and argument. Data
 * that follow data are joined, for their pieces have no meaning. */
static void describe(struct span bytes, struct buffer *out)
{
    struct stream_reader reader = stream_reader_of(bytes);
    struct stream_event event;
    bool in_data = false;
    while (stream_reader_next(&reader, &event)) {
        if (event.kind == STREAM_DATA) {
            buffer_append_text(out, in_data ? "" : "|data:");
            buffer_append_escaped(out, event.data, SIZE_MAX);
        } else {
            buffer_printf(out, "|%s:%u.%u", stream_kind_name(event.kind), event.session,
                          event.argument);
        }
        in_data = event.kind == STREAM_DATA;
    }
}

static void assert_events(struct span bytes, const char *expected)
{
    struct buffer got = {0};
    describe(bytes, &got);
    char *text = buffer_take_text(&got);
    assert_string_equal(text, expected);
    free(text);
}

static void rewrite(struct span bytes, struct buffer *out)
{
    struct stream_writer writer = stream_writer_to(out);
    struct stream_reader reader = stream_reader_of(bytes);
    struct stream_event event;
    while (stream_reader_next(&reader, &event))
        stream_write_event(&writer, &event);
}

static void every_event_is_read(void **state)
{
    (void)state;
    static const struct {
        struct span bytes;
        const char *events;
    } cases[] = {
        {SPAN_INIT(""), ""},
        {SPAN_INIT("a1 NOOP\r\n"), "|data:a1 NOOP\\r\\n"},
        {SPAN_INIT("a\2b\1c"), "|data:a|session:2.2|data:b|session:1.1|data:c"},
        {SPAN_INIT("\3\5\4\5"), "|session:3.3|segment:3.0|session:4.4|segment:4.0"},
        {SPAN_INIT("\6\1\7\x10x"), "|deliver:1.1|clock:1.16|data:x"},
        {SPAN_INIT("\x0e\x0f\x12"), "|halfclose:1.0|reconnect:1.0|barrier:1.0"},
        {SPAN_INIT("\x11\xff"), "|fault:1.255"},
        {SPAN_INIT("a\x10\1b"), "|data:a\\x01b"},
        {SPAN_INIT("\x10\x10"), "|data:\\x10"},
        {SPAN_INIT("\x10z"), "|data:z"},
        {SPAN_INIT("\t\v\f\x08\x13\x1f"), "|data:\\t\\x0b\\x0c\\x08\\x13\\x1f"},
        /* what is missing at the end */
        {SPAN_INIT("\6"), "|deliver:1.0"},
        {SPAN_INIT("\7"), "|clock:1.0"},
        {SPAN_INIT("x\x11"), "|data:x|fault:1.0"},
        {SPAN_INIT("x\x10"), "|data:x"},
        {SPAN_INIT("\x10"), ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_events(cases[i].bytes, cases[i].events);
}

static void every_octet_can_be_data(void **state)
{
    (void)state;
    for (unsigned before = 0; before < 256; before++) {
        for (unsigned octet = 0; octet < 256; octet++) {
            char data[3] = {(char)before, (char)octet, 'x'};
            char stream[8];
            struct stream_writer writer = stream_writer_of(stream, sizeof stream);
            stream_write_data(&writer, span_make(data, 3));
            assert_false(writer.is_full);
            struct span bytes = span_make(stream, writer.nbytes);
            assert_true(stream_is_canonical(bytes));
            char back[4];
            assert_int_equal(stream_data(bytes, back, sizeof back), 3);
            assert_memory_equal(back, data, 3);
        }
    }
}

/* Octets of which half are control octets. */
static void random_stream(struct rng *rng, struct buffer *out)
{
    buffer_clear(out);
    size_t nbytes = rng_below(rng, 40);
    for (size_t i = 0; i < nbytes; i++) {
        static const char likely[] = "\1\2\3\4\5\6\7\x0e\x0f\x10\x11\x12\r\n{1}{2}{0}aaaa";
        bool is_any = rng_below(rng, 4) == 0;
        buffer_append_byte(out, is_any ? (char)rng_below(rng, 256)
                                       : likely[rng_below(rng, sizeof likely - 1)]);
    }
}

static void what_is_read_is_written(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(1);
    struct buffer stream = {0};
    struct buffer again = {0};
    struct buffer events[2] = {{0}, {0}};
    size_t ncanonical = 0;
    for (int i = 0; i < 50000; i++) {
        random_stream(&rng, &stream);
        struct span bytes = buffer_span(&stream);
        buffer_clear(&again);
        rewrite(bytes, &again);
        bool is_canonical = stream_is_canonical(bytes);
        assert_int_equal(is_canonical, span_equal(bytes, buffer_span(&again)));
        assert_true(stream_is_canonical(buffer_span(&again)));
        ncanonical += is_canonical;
        buffer_clear(&events[0]);
        buffer_clear(&events[1]);
        describe(bytes, &events[0]);
        describe(buffer_span(&again), &events[1]);
        assert_true(span_equal(buffer_span(&events[0]), buffer_span(&events[1])));
    }
    assert_in_range(ncanonical, 5000, 45000);
    buffer_free(&stream);
    buffer_free(&again);
    buffer_free(&events[0]);
    buffer_free(&events[1]);
}

static void events_lie_in_the_stream(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(2);
    struct buffer stream = {0};
    for (int i = 0; i < 20000; i++) {
        random_stream(&rng, &stream);
        /* of exact size, so that reading beyond it is seen by the sanitizer */
        char *copy = mem_alloc(stream.nbytes);
        memcpy(copy, buffer_span(&stream).data, stream.nbytes);
        struct stream_reader reader = stream_reader_of(span_make(copy, stream.nbytes));
        struct stream_event event;
        size_t at = 0;
        while (stream_reader_next(&reader, &event)) {
            assert_int_equal(event.at, at);
            assert_true(event.nbytes > 0);
            assert_in_range(event.session, 1, STREAM_NSESSIONS);
            at += event.nbytes;
        }
        assert_true(at == stream.nbytes || copy[at] == STREAM_OCTET_ESCAPE);
        free(copy);
    }
    buffer_free(&stream);
}

static void a_full_writer_cuts_between_events(void **state)
{
    (void)state;
    static const char data[] = "ab\1cd";
    for (size_t capacity = 0; capacity <= 8; capacity++) {
        char *memory = mem_alloc(capacity);
        struct stream_writer writer = stream_writer_of(memory, capacity);
        stream_write_data(&writer, span_of(data));
        stream_write_control(&writer, STREAM_DELIVER, 7);
        assert_true(writer.nbytes <= capacity);
        assert_int_equal(writer.is_full, capacity < 8);
        assert_true(stream_is_canonical(span_make(memory, writer.nbytes)));
        free(memory);
    }
}

static void arguments_have_a_meaning(void **state)
{
    (void)state;
    for (unsigned argument = 0; argument < 256; argument++) {
        struct stream_delivery delivery = stream_delivery(argument);
        assert_in_range(delivery.mailbox, 0, 3);
        bool is_message = delivery.kind == STREAM_DELIVER_MESSAGE;
        assert_int_equal(is_message, argument < 0x40);
        assert_in_range(delivery.number, is_message ? 0 : 1, is_message ? 15 : 16);
        assert_in_range(stream_fault(argument).nth, 1, 128);
        assert_in_range(stream_clock_s(argument), 1, 1 << 16);
    }
    assert_int_equal(stream_delivery(0xd3).kind, STREAM_DELIVER_REMOVED);
    assert_int_equal(stream_delivery(0xd3).mailbox, 1);
    assert_int_equal(stream_delivery(0xd3).number, 4);
    assert_int_equal(stream_clock_s(11), 2048);
    assert_int_equal(stream_fault(0x81).kind, STREAM_FAULT_WRITE);
    assert_int_equal(stream_fault(0x81).nth, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_is_read),
        cmocka_unit_test(every_octet_can_be_data),
        cmocka_unit_test(what_is_read_is_written),
        cmocka_unit_test(events_lie_in_the_stream),
        cmocka_unit_test(a_full_writer_cuts_between_events),
        cmocka_unit_test(arguments_have_a_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
