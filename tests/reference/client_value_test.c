#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "client_helper.h"
#include "reference/client_date.h"
#include "reference/client_envelope.h"
#include "reference/client_reader.h"
#include "reference/client_set.h"
#include "reference/client_string.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- framing ---- */

/* A stream, and its responses with "|" behind each. */
static const struct {
    const char *octets, *responses;
} streams[] = {
    {"* OK a\r\n* OK b\r\n", "* OK a|* OK b|"},
    {"* OK a {3}\r\na1 OK {3}\r\n+ {3}\r\n* BYE {1}\r\n", "* OK a {3}|a1 OK {3}|+ {3}|* BYE {1}|"},
    {"* 1 FETCH (A {3}\r\nxyz)\r\n* OK\r\n", "* 1 FETCH (A {3}\r\nxyz)|* OK|"},
    {"* 1 FETCH (A {0}\r\n B {4}\r\n\r\n\r\n {1}\r\n\n)\r\n",
     "* 1 FETCH (A {0}\r\n B {4}\r\n\r\n\r\n {1}\r\n\n)|"},
    {"* X ({2}\r\nab)\r\n", "* X ({2}\r\nab)|"},
    {"* X {2\r\n* X 2}\r\n* X {}\r\n* X {a}\r\n", "* X {2|* X 2}|* X {}|* X {a}|"},
    {"* X \"{2}\r\n* X \"{2}\"\r\n* X a{2}\r\n", "* X \"{2}|* X \"{2}\"|* X a{2}|"},
    {"* X \"a{\" {2}\r\nab\r\n", "* X \"a{\" {2}\r\nab|"},
    {"* MAILBOX a {2}\r\n* MAILBOX {2}\r\nab\r\n", "* MAILBOX a {2}|* MAILBOX {2}\r\nab|"},
    {"* X\n* Y {1}\n\n\n\r\n", "* X|* Y {1}\n\n||"},
    {"\r\n\r\n", "||"},
};

static void read_all(struct client_reader *reader, struct buffer *out)
{
    while (client_reader_next(reader) == CLIENT_READER_RESPONSE) {
        buffer_append(out, client_reader_text(reader));
        buffer_append_byte(out, '|');
        client_reader_drop(reader);
    }
}

static void check_stream(struct span octets, size_t cut, const char *responses)
{
    struct client_reader reader = {.line_limit_nbytes = 100, .literal_limit_nbytes = 100};
    struct buffer out = {0};
    client_reader_receive(&reader, span_slice(octets, 0, cut));
    read_all(&reader, &out);
    for (size_t at = cut; at < octets.nbytes; at++) {
        client_reader_receive(&reader, span_slice(octets, at, 1));
        read_all(&reader, &out);
    }
    if (!span_is(buffer_span(&out), responses))
        print_message("cut at %zu of: %.*s", cut, SPAN_ARG(octets));
    assert_true(span_is(buffer_span(&out), responses));
    buffer_free(&out);
    client_reader_free(&reader);
}

static void test_framing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(streams); i++) {
        struct span octets = span_of(streams[i].octets);
        for (size_t cut = 0; cut <= octets.nbytes; cut++)
            check_stream(octets, cut, streams[i].responses);
    }
}

/* ---- strings and numbers ---- */

static void test_string_forms(void **state)
{
    static const struct {
        struct span value;
        enum client_string_form form;
    } cases[] = {
        {SPAN_INIT("INBOX"), CLIENT_FORM_ATOM},     {SPAN_INIT("a*b]c~}"), CLIENT_FORM_ATOM},
        {SPAN_INIT("a b"), CLIENT_FORM_QUOTED},     {SPAN_INIT("a(b"), CLIENT_FORM_QUOTED},
        {SPAN_INIT(")"), CLIENT_FORM_QUOTED},       {SPAN_INIT("nIl"), CLIENT_FORM_QUOTED},
        {SPAN_INIT("nils"), CLIENT_FORM_ATOM},      {SPAN_INIT(""), CLIENT_FORM_LITERAL},
        {SPAN_INIT("a\"b"), CLIENT_FORM_LITERAL},   {SPAN_INIT("a\\b"), CLIENT_FORM_LITERAL},
        {SPAN_INIT("a%"), CLIENT_FORM_LITERAL},     {SPAN_INIT("{"), CLIENT_FORM_LITERAL},
        {SPAN_INIT("a\r\nb"), CLIENT_FORM_LITERAL}, {SPAN_INIT("\x7f"), CLIENT_FORM_LITERAL},
        {SPAN_INIT("\xe4"), CLIENT_FORM_LITERAL},   {SPAN_INIT("a\0b"), CLIENT_FORM_LITERAL},
        {SPAN_INIT("a \""), CLIENT_FORM_LITERAL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(client_string_form(cases[i].value), cases[i].form);
}

static void test_nstrings(void **state)
{
    static const struct {
        const char *text;
        bool is_valid, is_nil;
        const char *value;
        size_t nused;
    } cases[] = {
        {"NIL)", true, true, "", 3},
        {"nil", true, true, "", 3},
        {"\"NIL\" x", true, false, "NIL", 5},
        {"\"\"", true, false, "", 2},
        {"\"a\\\"b", true, false, "a\\", 4},
        {"{3}\r\na)b)", true, false, "a)b", 8},
        {"{3}\nabc", true, false, "abc", 7},
        {"atom)", true, false, "atom", 4},
        {"NILS", true, false, "NILS", 4},
        {"\"abc", false, false, "", 0},
        {"{4}\r\nabc", false, false, "", 0},
        {"{3}abc", false, false, "", 0},
        {"{x}\r\n", false, false, "", 0},
        {"(a)", false, false, "", 0},
        {"", false, false, "", 0},
        {"{99999999999999999999}\r\n", false, false, "", 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct client_cursor c = {.text = span_of(cases[i].text)};
        struct client_string value;
        assert_int_equal(client_parse_nstring(&c, &value), cases[i].is_valid);
        if (!cases[i].is_valid)
            continue;
        assert_int_equal(value.is_nil, cases[i].is_nil);
        assert_true(span_is(value.value, cases[i].value));
        assert_int_equal(c.at, cases[i].nused);
    }
}

static void test_skip(void **state)
{
    static const struct {
        const char *text;
        size_t nused; /* 0: not a value */
    } cases[] = {
        {"a b", 1},       {"(a (b \"c)\" {1}\r\n)) ()) d", 22},
        {"()", 2},        {"(", 0},
        {"((a)", 0},      {"(a \"b)", 0},
        {"({9}\r\n)", 0}, {")", 0},
        {"", 0},          {"(a\x01)", 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct client_cursor c = {.text = span_of(cases[i].text)};
        bool is_value = client_parse_skip(&c);
        assert_int_equal(is_value, cases[i].nused > 0);
        if (is_value)
            assert_int_equal(c.at, cases[i].nused);
    }
    /* Depth costs nothing. */
    struct buffer deep = {0};
    buffer_append_repeat(&deep, '(', 200000);
    buffer_append_repeat(&deep, ')', 200000);
    struct client_cursor c = {.text = buffer_span(&deep)};
    assert_true(client_parse_skip(&c));
    assert_true(client_parse_is_end(&c));
    buffer_free(&deep);
}

static void test_sets(void **state)
{
    static const struct {
        const char *text, *written; /* NULL: no sequence */
        unsigned expunged;
        const char *left;
    } cases[] = {
        {"1", "1", 1, ""},
        {"1", "1", 2, "1"},
        {"2,4:7,9,12:15", "2,4:7,9,12:15", 4, "2,4:6,8,11:14"},
        {"4:2", "2:4", 3, "2:3"},
        {"4:4", "4", 3, "3"},
        {"1:2,5", "1:2,5", 9, "1:2,5"},
        {"", NULL, 0, NULL},
        {"0", NULL, 0, NULL},
        {"1,", NULL, 0, NULL},
        {",1", NULL, 0, NULL},
        {"1:", NULL, 0, NULL},
        {":1", NULL, 0, NULL},
        {"1:2:3", NULL, 0, NULL},
        {"1:0", NULL, 0, NULL},
        {"*", NULL, 0, NULL},
        {"1 2", NULL, 0, NULL},
        {"-1", NULL, 0, NULL},
        {"4294967296", NULL, 0, NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct client_set set = {0};
        struct buffer out = {0};
        bool is_set = client_set_read(&set, span_of(cases[i].text));
        assert_int_equal(is_set, cases[i].written != NULL);
        if (is_set) {
            client_set_write(&set, &out);
            assert_true(span_is(buffer_span(&out), cases[i].written));
            buffer_clear(&out);
            client_set_expunge(&set, cases[i].expunged);
            client_set_write(&set, &out);
            assert_true(span_is(buffer_span(&out), cases[i].left));
        }
        buffer_free(&out);
        client_set_free(&set);
    }
}

/* ---- dates ---- */

static void test_dates(void **state)
{
    static const struct {
        const char *text, *iso; /* in its zone, and the offset; NULL: cannot be read */
    } cases[] = {
        {" 9-Jun-88 12:55:44 PDT", "1988-06-09 12:55:44 -420"},
        {"09-Jun-88 12:55:44-PDT", "1988-06-09 12:55:44 -420"},
        {"9-jun-1988 12:55:44 -0700", "1988-06-09 12:55:44 -420"},
        {"9-JUN-88 12:55:44-0730", "1988-06-09 12:55:44 -450"},
        {"29-Feb-2000 00:00:00 +0130", "2000-02-29 00:00:00 90"},
        {"01-Jan-70 00:00:00-GMT", "1970-01-01 00:00:00 0"},
        {"01-Jan-69 00:00:00-UT", "2069-01-01 00:00:00 0"},
        {"31-Dec-99 23:59:60 XYZ", "1999-12-31 23:59:60 ?"},
        {"31-Dec-99 23:59:59", "1999-12-31 23:59:59 ?"},
        {"31-Dec-99", NULL},
        {"30-Feb-88 12:00:00 GMT", NULL},
        {"0-Jun-88 12:00:00 GMT", NULL},
        {"9-Jux-88 12:00:00 GMT", NULL},
        {"9-Jun-888 12:00:00 GMT", NULL},
        {"9-Jun-88 24:00:00 GMT", NULL},
        {"9-Jun-88 12:00 GMT", NULL},
        {"", NULL},
        {"nonsense", NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct client_date date = client_date_read(span_of(cases[i].text));
        char iso[64], zone[16] = "?";
        assert_true(span_is(date.text, cases[i].text));
        assert_int_equal(date.is_valid, cases[i].iso != NULL);
        if (!date.is_valid)
            continue;
        if (date.has_zone)
            (void)snprintf(zone, sizeof zone, "%d", date.zone_minutes);
        (void)snprintf(iso, sizeof iso, "%04d-%02d-%02d %02d:%02d:%02d %s", date.when.year,
                       date.when.month, date.when.day, date.when.hour, date.when.minute,
                       date.when.second, zone);
        assert_string_equal(iso, cases[i].iso);
        assert_int_equal(date.wall_s, clock_date_to_wall(date.when) - date.zone_minutes * 60);
    }
}

/* ---- envelopes ---- */

#define TAIL " NIL NIL NIL NIL NIL NIL NIL NIL)"

static void test_envelope(void **state)
{
    static const char text[] =
        "(\"Sat, 4 Jun 88\" {7}\r\na \"b\"\r\n ((\"Larry\" NIL \"FAGAN\" \"SUMEX\")) ((NIL NIL x "
        "y))"
        " ((\"a\" \"@b,@c\" \"d\" \"e\")(NIL NIL \"f\" NIL) (NIL nil NIL NIL)) NIL () nil"
        " \"<1@x>\" \"\")";
    (void)state;
    struct client_envelope *e = client_envelope_read(span_of(text));
    assert_non_null(e);
    assert_true(span_is(e->date.value, "Sat, 4 Jun 88"));
    assert_true(span_is(e->subject.value, "a \"b\"\r\n"));
    assert_int_equal(e->lists[CLIENT_FROM].nitems, 1);
    assert_true(span_is(e->lists[CLIENT_FROM].items[0].name.value, "Larry"));
    assert_true(e->lists[CLIENT_FROM].items[0].route.is_nil);
    assert_true(span_is(e->lists[CLIENT_SENDER].items[0].mailbox.value, "x"));
    assert_int_equal(e->lists[CLIENT_REPLY_TO].nitems, 3);
    assert_true(span_is(e->lists[CLIENT_REPLY_TO].items[0].route.value, "@b,@c"));
    assert_true(e->lists[CLIENT_REPLY_TO].items[1].host.is_nil);
    assert_true(e->lists[CLIENT_REPLY_TO].items[2].route.is_nil);
    assert_true(e->lists[CLIENT_TO].is_nil);
    assert_false(e->lists[CLIENT_CC].is_nil);
    assert_int_equal(e->lists[CLIENT_CC].nitems, 0);
    assert_true(e->lists[CLIENT_BCC].is_nil);
    assert_true(span_is(e->in_reply_to.value, "<1@x>"));
    assert_false(e->message_id.is_nil);
    assert_int_equal(e->message_id.value.nbytes, 0);
    client_envelope_free(e);
}

static void test_envelope_faults(void **state)
{
    static const struct {
        const char *text;
        bool is_envelope;
    } cases[] = {
        {"(NIL NIL" TAIL, true},
        {"nil", true},
        {"(NIL" TAIL, false},
        {"(NIL NIL NIL" TAIL, false},
        {"(NIL NIL" TAIL " ", false},
        {"(NIL NIL \"x\" NIL NIL NIL NIL NIL NIL NIL)", false},
        {"(NIL NIL ((a b c)) NIL NIL NIL NIL NIL NIL NIL)", false},
        {"(NIL NIL ((a b c d e)) NIL NIL NIL NIL NIL NIL NIL)", false},
        {"(NIL NIL (a) NIL NIL NIL NIL NIL NIL NIL)", false},
        {"(NIL (a) NIL NIL NIL NIL NIL NIL NIL NIL)", false},
        {"()", false},
        {"x", false},
        {"", false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        /* A block of its own: a read beyond the value is seen by the sanitizer. */
        struct span text = span_of(cases[i].text);
        char *copy = mem_copy_text(text.data, text.nbytes);
        struct client_envelope *e = client_envelope_read(span_make(copy, text.nbytes));
        assert_int_equal(e != NULL, cases[i].is_envelope);
        client_envelope_free(e);
        free(copy);
    }
}

/* ---- everything at once: however it is cut, the client believes the same ---- */

static const char stream[] =
    "* 12 EXISTS\r\n* 2 RECENT\r\n* FLAGS (\\Seen todo)\r\n"
    "* 3 FETCH (FLAGS (\\Seen \\Recent) INTERNALDATE \" 9-Jun-88 12:55:44 PDT\" RFC822.SIZE 12 "
    "ENVELOPE"
    " (\"Sat\" {4}\r\na\r\nb ((\"L\" NIL {3}\r\nF)G \"S\")) NIL NIL NIL NIL NIL NIL \"<1>\"))\r\n"
    "* OK hello {3}\r\n* 4 FETCH (RFC822.HEADER {0}\r\n RFC822.TEXT {9}\r\n* 1 NO\r\n)\r\n"
    "* 2 EXPUNGE\r\nZZ OK stray\r\n* X (a {2}\r\n)( )\r\n* 5 STORE (FLAGS ())\r\n* 99 EXPUNGE\r\n"
    "* 1 FETCH (RFC822 {1}\r\n\r)\r\n* NO full\r\n+ what\r\n* 13 EXISTS\r\n";

static void test_every_cut(void **state)
{
    struct buffer expected = {0};
    struct span octets = SPAN_LIT(stream);
    (void)state;
    for (size_t cut = 0; cut <= octets.nbytes + 1; cut++) {
        struct reference_client *client = client_selected(9);
        struct buffer now = {0};
        if (cut > octets.nbytes) {
            client_feed(client, octets, 1);
        } else {
            reference_client_receive(client, span_slice(octets, 0, cut));
            reference_client_receive(client, span_from(octets, cut));
        }
        client_describe(client, &now);
        if (cut == 0)
            buffer_append(&expected, buffer_span(&now));
        assert_true(span_equal(buffer_span(&now), buffer_span(&expected)));
        buffer_free(&now);
        reference_client_free(&client);
    }
    /* 12, less one, more to 13; the expunged one was not known. */
    assert_true(span_find(buffer_span(&expected), SPAN_LIT("exists 13 recent 2")) != SPAN_NPOS);
    assert_true(span_find(buffer_span(&expected), SPAN_LIT("2 known f flags \\Seen \\Recent")) !=
                SPAN_NPOS);
    buffer_free(&expected);
}

/* Octets changed at random: nothing breaks, nothing is sent. */
static void test_damage(void **state)
{
    struct rng rng = rng_seeded(7);
    (void)state;
    for (unsigned i = 0; i < 2000; i++) {
        struct reference_client *client = client_selected(9);
        char octets[sizeof stream];
        for (size_t j = 0; j < sizeof stream; j++)
            octets[j] = stream[j];
        for (uint64_t n = rng_below(&rng, 6); n > 0; n--)
            octets[rng_below(&rng, sizeof stream - 1)] =
                "(){}\" 09*+\r\nA\\\xff"[rng_below(&rng, 15)];
        client_feed(client, span_make(octets, sizeof stream - 1), 1 + rng_below(&rng, 50));
        reference_client_receive_eof(client);
        assert_int_equal(reference_client_output(client).nbytes, 0);
        reference_client_free(&client);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_framing),   cmocka_unit_test(test_string_forms),
        cmocka_unit_test(test_nstrings),  cmocka_unit_test(test_skip),
        cmocka_unit_test(test_sets),      cmocka_unit_test(test_dates),
        cmocka_unit_test(test_envelope),  cmocka_unit_test(test_envelope_faults),
        cmocka_unit_test(test_every_cut), cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
