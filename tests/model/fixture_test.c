#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/fixture.h"

#define FIXTURES SOURCE_ROOT "/corpus/fixtures/"

struct fixture_set {
    struct arena arena;
    struct fixture_message *messages;
    size_t nmessages;
};

static struct span read_file(struct arena *arena, const char *path)
{
    struct buffer content = {0};
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (size_t got = 1; got > 0;) {
        char *room = buffer_reserve(&content, 8192);
        got = fread(room, 1, 8192, file);
        buffer_advance(&content, got);
    }
    assert_int_equal(fclose(file), 0);
    struct span copy = arena_copy(arena, buffer_span(&content));
    buffer_free(&content);
    return copy;
}

static struct fixture_set load(const char *name)
{
    struct fixture_set set = {0};
    struct err err = {0};
    const char *path = arena_printf(&set.arena, "%s%s", FIXTURES, name);
    struct span content = read_file(&set.arena, path);
    assert_int_equal(fixture_read(content, path, &set.arena, &set.messages, &set.nmessages, &err),
                     0);
    return set;
}

static void assert_span(struct span got, const char *wanted)
{
    if (!span_is(got, wanted))
        fail_msg("got \"%.*s\", wanted \"%s\"", SPAN_ARG(got), wanted);
}

static struct span field(struct fixture_set *set, size_t number, const char *name)
{
    assert_in_range(number, 1, set->nmessages);
    return fixture_field(&set->messages[number - 1], span_of(name), &set->arena);
}

static bool has_field(struct fixture_set *set, size_t number, const char *name)
{
    return field(set, number, name).data != NULL;
}

static bool has(struct span where, const char *what)
{
    return span_find(where, span_of(what)) != SPAN_NPOS;
}

/* No LF without CR before it, anywhere. */
static void assert_crlf(struct span octets)
{
    for (size_t i = 0; i < octets.nbytes; i++) {
        if (octets.data[i] == '\n')
            assert_true(i > 0 && octets.data[i - 1] == '\r');
    }
}

static void assert_date(const struct fixture_message *message, const char *wanted)
{
    int64_t wall_s;
    int zone;
    assert_int_equal(fixture_date_parse(span_of(wanted), &wall_s, &zone), 0);
    assert_int_equal(message->internal_date_s, wall_s);
    assert_int_equal(message->zone_minutes, zone);
}

/* ---- the shipped files ------------------------------------------------------------------------
 */

static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        size_t nbytes, header_nbytes;
    } FILES[] = {{"f1.eml", 217, 167}, {"f2.eml", 485, 416}, {"f3.eml", 83, 33},
                 {"f4.eml", 480, 452}, {"f5.eml", 436, 296}, {"f6.eml", 180, 180},
                 {"f7.eml", 339, 189}, {"f9.eml", 351, 159}, {"f10.eml", 416, 375}};
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        struct fixture_set set = load(FILES[i].file);
        assert_int_equal(set.nmessages, 1);
        const struct fixture_message *message = &set.messages[0];
        assert_int_equal(message->octets.nbytes, FILES[i].nbytes);
        assert_int_equal(message->header_nbytes, FILES[i].header_nbytes);
        assert_crlf(message->octets);
        assert_true(span_ends_with(fixture_header(message), SPAN_LIT("\r\n\r\n")));
        assert_int_equal(fixture_header(message).nbytes + fixture_text(message).nbytes,
                         message->octets.nbytes);
        assert_date(message, "2-Jan-1990 12:00:00 +0000");
        assert_int_equal(message->nflags, 0);
        assert_false(message->is_recent);
        arena_free(&set.arena);
    }
}

/* Which of the fields that an envelope is made of each message has. */
static void test_fields_present(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"Date", "Subject", "From", "Sender",      "Reply-To",
                                        "To",   "cc",      "bcc",  "In-Reply-To", "Message-ID"};
    static const struct {
        const char *file, *present; /* one character a name */
    } FILES[] = {{"f1.eml", "yyy--y---y"}, {"f2.eml", "yyyyyyyyyy"}, {"f3.eml", "--y-------"},
                 {"f4.eml", "yyyyyyyy-y"}, {"f5.eml", "yyy--y---y"}, {"f6.eml", "yyy--y---y"},
                 {"f7.eml", "yyy--y---y"}, {"f9.eml", "yyy--y---y"}, {"f10.eml", "yyy--y---y"}};
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        struct fixture_set set = load(FILES[i].file);
        for (size_t k = 0; k < 10; k++) {
            if (has_field(&set, 1, NAMES[k]) != (FILES[i].present[k] == 'y'))
                fail_msg("%s: %s", FILES[i].file, NAMES[k]);
        }
        arena_free(&set.arena);
    }
}

static void test_f2_values_are_distinct(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"Date", "Subject", "From", "Sender",      "Reply-To",
                                        "To",   "cc",      "bcc",  "In-Reply-To", "Message-ID"};
    struct fixture_set set = load("f2.eml");
    for (size_t i = 0; i < 10; i++) {
        for (size_t k = 0; k < i; k++)
            assert_false(span_equal(field(&set, 1, NAMES[i]), field(&set, 1, NAMES[k])));
    }
    assert_span(field(&set, 1, "to"),
                "Tom First <first@to.example>, Tina Second <second@to.example>");
    arena_free(&set.arena);
}

static void test_f4_addresses(void **state)
{
    (void)state;
    struct fixture_set set = load("f4.eml");
    assert_span(field(&set, 1, "From"), "<@relay1.example,@relay2.example:joe@final.example>");
    assert_span(field(&set, 1, "Sender"), "\"Doe, Jane\" <jane@phrase.example>");
    assert_span(field(&set, 1, "Reply-To"), "pat@comment.example (Pat Trailing)");
    assert_span(field(&set, 1, "To"), "\"joe smith\"@quoted.example, user@[10.0.3.19],"
                                      "\tWilt . (the Stilt) Cham @ NBA . US");
    assert_span(field(&set, 1, "cc"), "Friends: amy@group.example, Bob Member "
                                      "<bob@group.example>;, localonly");
    assert_span(field(&set, 1, "bcc"), "Mixed CASE <rindflEISCH@Case.Example>");
    arena_free(&set.arena);
}

static void test_f5_subject(void **state)
{
    (void)state;
    struct fixture_set set = load("f5.eml");
    struct span subject = field(&set, 1, "Subject");
    assert_span(subject, "a \"quoted\" word, a back\\slash, a {brace} and 100% of the rest of"
                         " this title, which goes on over"
                         "\tthree lines and well past one hundred characters");
    assert_true(subject.nbytes > 100);
    assert_true(has(fixture_header(&set.messages[0]), "of\r\n this"));
    assert_true(has(fixture_text(&set.messages[0]), "\r\nSubject: evil\r\n"));
    arena_free(&set.arena);
}

static void test_f6_f7_texts(void **state)
{
    (void)state;
    struct fixture_set empty = load("f6.eml"), alike = load("f7.eml");
    assert_int_equal(fixture_text(&empty.messages[0]).nbytes, 0);
    static const char *const LINES[] = {"A001 OK\r\n",        "\r\n* 5 EXPUNGE\r\n", "\r\n)\r\n",
                                        "\r\n{3}\r\n",        "\r\n+ go\r\n",        "\r\n.\r\n",
                                        "\r\na001 LOGOUT\r\n"};
    for (size_t i = 0; i < sizeof LINES / sizeof *LINES; i++)
        assert_true(has(fixture_text(&alike.messages[0]), LINES[i]));
    assert_true(span_ends_with(alike.messages[0].octets, SPAN_LIT("no end {3}")));
    arena_free(&empty.arena);
    arena_free(&alike.arena);
}

static void test_f8_is_large(void **state)
{
    (void)state;
    struct arena arena = {0};
    size_t nmessages = 0;
    struct fixture_message *messages =
        fixture_generated(SPAN_LIT("fixtures/f8"), &arena, &nmessages);
    assert_non_null(messages);
    assert_int_equal(nmessages, 1);
    assert_crlf(messages->octets);
    assert_int_equal(messages->octets.nbytes, 720289);
    assert_int_equal(messages->header_nbytes, 169);
    struct span rest = fixture_text(messages);
    assert_true(rest.nbytes >= 700000);
    while (rest.nbytes > 0)
        assert_int_equal(span_cut(&rest, '\n').nbytes, 12001);
    assert_null(fixture_generated(SPAN_LIT("fixtures/f9"), &arena, &nmessages));
    assert_null(fixture_generated(SPAN_LIT("fixtures/f8.eml"), &arena, &nmessages));
    arena_free(&arena);
}

static void test_f9_octets(void **state)
{
    (void)state;
    struct fixture_set set = load("f9.eml");
    struct span text = fixture_text(&set.messages[0]);
    for (int octet = 0x80; octet <= 0xff; octet++)
        assert_true(span_find_byte(text, (char)octet) != SPAN_NPOS);
    assert_true(span_find_byte(text, '\0') != SPAN_NPOS);
    assert_span(field(&set, 1, "Subject"), "Gr\xfc\xdf"
                                           "e");
    arena_free(&set.arena);
}

static void test_f10_originals(void **state)
{
    (void)state;
    struct fixture_set set = load("f10.eml");
    static const char *const NAMES[] = {"From", "To", "Date", "Message-ID"};
    for (size_t i = 0; i < 4; i++) {
        struct span resent = field(&set, 1, arena_printf(&set.arena, "ReSent-%s", NAMES[i]));
        assert_non_null(resent.data);
        assert_false(span_equal(resent, field(&set, 1, NAMES[i])));
    }
    arena_free(&set.arena);
}

static void test_zoo_is_the_single_files(void **state)
{
    (void)state;
    static const char *const FILES[] = {"f1.eml", "f2.eml", "f3.eml", "f4.eml", "f5.eml",
                                        "f6.eml", "f7.eml", "f9.eml", "f10.eml"};
    struct fixture_set zoo = load("zoo.mbox");
    assert_int_equal(zoo.nmessages, 9);
    for (size_t i = 0; i < 9; i++) {
        struct fixture_set single = load(FILES[i]);
        assert_true(span_equal(zoo.messages[i].octets, single.messages[0].octets));
        assert_date(&zoo.messages[i], arena_printf(&zoo.arena, "%zu-Mar-90 12:00:00 +0000", i + 1));
        arena_free(&single.arena);
    }
    arena_free(&zoo.arena);
}

static void test_headers(void **state)
{
    (void)state;
    struct fixture_set set = load("headers.mbox");
    assert_int_equal(set.nmessages, 6);
    assert_span(field(&set, 1, "subject"), "upper case names");
    assert_span(field(&set, 2, "SUBJECT"), "lower case names");
    assert_span(field(&set, 3, "Subject"), "mixed case names and a blank before the colon");
    assert_false(has_field(&set, 4, "From"));
    assert_true(has_field(&set, 5, "Sender") && field(&set, 5, "Sender").nbytes == 0);
    assert_span(field(&set, 6, "From"), "One <one@fixture.example>, Two <two@fixture.example>");
    assert_span(field(&set, 6, "Subject"), "first subject");
    arena_free(&set.arena);
}

static void test_info_mac(void **state)
{
    (void)state;
    struct fixture_set set = load("info-mac.mbox");
    assert_int_equal(set.nmessages, 16);
    const struct fixture_message *sample = &set.messages[15];
    assert_int_equal(sample->octets.nbytes, 637);
    assert_date(sample, "9-Jun-88 12:55:44 PDT");
    assert_int_equal(sample->zone_minutes, -420);
    assert_span(field(&set, 16, "Date"), "Sat, 4 Jun 88 13:27:11 PDT");
    assert_span(field(&set, 16, "Subject"), "INFO-MAC Mail Message");
    assert_span(field(&set, 16, "From"), "Larry Fagan  <FAGAN@SUMEX-AIM.Stanford.EDU>");
    assert_span(field(&set, 16, "To"), "rindflEISCH@SUMEX-AIM.Stanford.EDU");
    assert_span(field(&set, 16, "Message-ID"), "<12403828905.13.FAGAN@SUMEX-AIM.Stanford.EDU>");
    assert_true(has(sample->octets, "Yeager@SUMEX-AIM.Stanford.EDU,\r\n Crispin@"));
    assert_true(has(sample->octets, "ReSent-Message-ID:\r\n <12405133897.80."));
    assert_true(span_ends_with(sample->octets, SPAN_LIT("Larry\r\n-------\r\n")));
    for (size_t i = 1; i <= 15; i++) {
        const struct fixture_message *plain = &set.messages[i - 1];
        assert_true(plain->octets.nbytes < 300);
        assert_true(plain->internal_date_s < sample->internal_date_s);
        assert_span(field(&set, i, "Message-ID"),
                    arena_printf(&set.arena, "<info-%zu@fixture.example>", i));
    }
    arena_free(&set.arena);
}

/* ---- search.mbox: the hits that its description promises, found by the most literal reading -----
 */

static bool contains(struct span where, const char *what)
{
    return where.data && span_find_nocase(where, span_of(what)) != SPAN_NPOS;
}

static bool hit(struct fixture_set *set, size_t number, const char *key, const char *value)
{
    const struct fixture_message *message = &set->messages[number - 1];
    struct span day = span_of(key);
    int64_t from_s;
    int zone;
    if (strcmp(key, "BODY") == 0)
        return contains(fixture_text(message), value);
    if (strcmp(key, "TEXT") == 0)
        return contains(message->octets, value);
    if (!span_is(day, "BEFORE") && !span_is(day, "ON") && !span_is(day, "SINCE"))
        return contains(field(set, number, key), value);
    assert_int_equal(fixture_date_parse(span_of(value), &from_s, &zone), 0);
    int64_t wanted = from_s / 86400, got = message->internal_date_s / 86400;
    return span_is(day, "BEFORE") ? got < wanted
           : span_is(day, "ON")   ? got == wanted
                                  : got > wanted;
}

static void test_search_hits(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value, *hits;
    } CASES[] = {
        {"FROM", "smith", " 1 2 3 4"},
        {"SENDER", "smith", " 5"},
        {"TO", "cormorant", " 6"},
        {"CC", "cormorant", " 7"},
        {"CC", "heron", " 7"},
        {"BCC", "heron", " 8"},
        {"BCC", "egret", " 8"},
        {"SUBJECT", "tide tables", " 1 2 4"},
        {"SUBJECT", "re: tide", " 2"},
        {"SUBJECT", "harbour", " 3 4"},
        {"SUBJECT", "kingfisher", " 9"},
        {"SUBJECT", "avocet", " 11"},
        {"SUBJECT", "quarterly figures", " 11"},
        {"BODY", "kingfisher", " 10"},
        {"BODY", "sandpiper", " 10"},
        {"BODY", "avocet", " 13"},
        {"TEXT", "kingfisher", " 9 10"},
        {"TEXT", "avocet", " 11 13"},
        {"TEXT", "turnstone", " 12"},
        {"TEXT", "petrel", " 5"},
        {"BEFORE", "1-OCT-87", " 1 6 8 10 13"},
        {"ON", "1-OCT-87", " 2 3"},
        {"SINCE", "1-OCT-87", " 4 5 7 9 11 12 14"},
    };
    struct fixture_set set = load("search.mbox");
    assert_int_equal(set.nmessages, 14);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct buffer hits = {0};
        for (size_t n = 1; n <= set.nmessages; n++) {
            if (hit(&set, n, CASES[i].key, CASES[i].value))
                buffer_printf(&hits, " %zu", n);
        }
        assert_span(buffer_span(&hits), CASES[i].hits);
        buffer_free(&hits);
    }
    assert_true(fixture_text(&set.messages[9]).nbytes > 4096);
    assert_true(span_ends_with(set.messages[9].octets, SPAN_LIT("sandpiper\r\n")));
    arena_free(&set.arena);
}

/* Two-digit years are sure to mean 19xx only from 1970 on (B80). */
static void test_search_dates_are_safe(void **state)
{
    (void)state;
    struct fixture_set set = load("search.mbox");
    for (size_t i = 0; i < set.nmessages; i++) {
        struct clock_date date = clock_date_of(set.messages[i].internal_date_s);
        assert_in_range(date.year, 1970, 1999);
        assert_in_range(date.hour, 9, 16);
        assert_int_equal(set.messages[i].zone_minutes, 0);
    }
    arena_free(&set.arena);
}

/* ---- the canonical series ----------------------------------------------------------------------
 */

static void test_series(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct fixture_message *messages = fixture_generate(&arena, 499);
    for (size_t i = 1; i <= 499; i++) {
        const struct fixture_message *message = &messages[i - 1];
        assert_crlf(message->octets);
        assert_span(fixture_field(message, SPAN_LIT("Subject"), &arena),
                    arena_printf(&arena, "message %zu", i));
        assert_span(fixture_field(message, SPAN_LIT("Message-ID"), &arena),
                    arena_printf(&arena, "<message-%zu@fixture.example>", i));
        if (i > 1)
            assert_true(message->octets.nbytes > messages[i - 2].octets.nbytes);
        assert_int_equal(message->internal_date_s, 631195200 + (int64_t)i * 86400);
        assert_int_equal(message->zone_minutes, 0);
    }
    assert_span(fixture_field(&messages[0], SPAN_LIT("Date"), &arena),
                "Tue, 02 Jan 90 11:00:00 GMT");
    assert_date(&messages[8], "10-Jan-90");
    struct fixture_message *again = fixture_generate(&arena, 9);
    for (size_t i = 0; i < 9; i++)
        assert_true(span_equal(messages[i].octets, again[i].octets));
    (void)fixture_generate(&arena, 0);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_fields_present),
        cmocka_unit_test(test_f2_values_are_distinct),
        cmocka_unit_test(test_f4_addresses),
        cmocka_unit_test(test_f5_subject),
        cmocka_unit_test(test_f6_f7_texts),
        cmocka_unit_test(test_f8_is_large),
        cmocka_unit_test(test_f9_octets),
        cmocka_unit_test(test_f10_originals),
        cmocka_unit_test(test_zoo_is_the_single_files),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_info_mac),
        cmocka_unit_test(test_search_hits),
        cmocka_unit_test(test_search_dates_are_safe),
        cmocka_unit_test(test_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
