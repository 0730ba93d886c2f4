#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reference/envelope.h"

static const struct {
    const char *header;
    const char *expected;
} cases[] = {
    /* the message of the sample session, RFC 1176 p.22 */
    {"Mail-From: RINDFLEISCH created at  9-Jun-88 12:55:43\r\n"
     "Mail-From: FAGAN created at  4-Jun-88 13:27:12\r\n"
     "Date: Sat, 4 Jun 88 13:27:11 PDT\r\n"
     "From: Larry Fagan  <FAGAN@SUMEX-AIM.Stanford.EDU>\r\n"
     "To: rindflEISCH@SUMEX-AIM.Stanford.EDU\r\n"
     "Subject: INFO-MAC Mail Message\r\n"
     "Message-ID: <12403828905.13.FAGAN@SUMEX-AIM.Stanford.EDU>\r\n"
     "ReSent-Date: Thu, 9 Jun 88 12:55:43 PDT\r\n"
     "ReSent-From: TC Rindfleisch <Rindfleisch@SUMEX-AIM.Stanford.EDU>\r\n"
     "ReSent-To: Yeager@SUMEX-AIM.Stanford.EDU,\r\n Crispin@SUMEX-AIM.Stanford.EDU\r\n"
     "ReSent-Message-ID:\r\n <12405133897.80.RINDFLEISCH@SUMEX-AIM.Stanford.EDU>\r\n\r\n",
     "(\"Sat, 4 Jun 88 13:27:11 PDT\" \"INFO-MAC Mail Message\" "
     "((\"Larry Fagan\" NIL \"FAGAN\" \"SUMEX-AIM.Stanford.EDU\")) "
     "((\"Larry Fagan\" NIL \"FAGAN\" \"SUMEX-AIM.Stanford.EDU\")) "
     "((\"Larry Fagan\" NIL \"FAGAN\" \"SUMEX-AIM.Stanford.EDU\")) "
     "((NIL NIL \"rindflEISCH\" \"SUMEX-AIM.Stanford.EDU\")) NIL NIL NIL "
     "\"<12403828905.13.FAGAN@SUMEX-AIM.Stanford.EDU>\")"},
    /* ten different values; names in any case, blanks before the colon */
    {"DATE : d\r\nsUbJeCt\t:s\r\nFROM: f@1\r\nsender: s@2\r\nrePLY-to: r@3\r\nTO: t@4, u@4\r\n"
     "cC: c@5\r\nBcc: b@6\r\nin-reply-TO: <i@7>\r\nMESSAGE-id: <m@8>\r\n\r\n",
     "(\"d\" \"s\" ((NIL NIL \"f\" \"1\")) ((NIL NIL \"s\" \"2\")) ((NIL NIL \"r\" \"3\")) "
     "((NIL NIL \"t\" \"4\")(NIL NIL \"u\" \"4\")) ((NIL NIL \"c\" \"5\")) "
     "((NIL NIL \"b\" \"6\")) \"<i@7>\" \"<m@8>\")"},
    {"From: a@b\r\n\r\nSubject: evil\r\nTo: evil@x\r\n",
     "(NIL NIL ((NIL NIL \"a\" \"b\")) ((NIL NIL \"a\" \"b\")) ((NIL NIL \"a\" \"b\")) "
     "NIL NIL NIL NIL NIL)"},
    {"Sender: a@b\r\nReply-To: c@d\r\n\r\n",
     "(NIL NIL NIL ((NIL NIL \"a\" \"b\")) ((NIL NIL \"c\" \"d\")) NIL NIL NIL NIL NIL)"},
    {"To: x@y\r\n\r\n", "(NIL NIL NIL NIL NIL ((NIL NIL \"x\" \"y\")) NIL NIL NIL NIL)"},
    {"", "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"},
    {"\r\nFrom: a@b\r\n", "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"},
    {"not a header at all\r\n", "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"},
    /* empty fields: text is empty, lists are not applicable, Sender counts as absent */
    {"Subject:\r\nDate: \r\nFrom: a\r\nSender:\r\nReply-To: ,\r\nTo:\r\ncc: Nobody:;\r\n\r\n",
     "({0}\r\n {0}\r\n ((NIL NIL \"a\" NIL)) ((NIL NIL \"a\" NIL)) ((NIL NIL \"a\" NIL)) "
     "NIL NIL NIL NIL NIL)"},
    /* several fields of a name */
    {"Subject: one\r\nSubject: two\r\nTo: a@x\r\nTo: b@y\r\nFrom: f\r\nFrom: g\r\n\r\n",
     "(NIL \"one\" ((NIL NIL \"f\" NIL)(NIL NIL \"g\" NIL)) "
     "((NIL NIL \"f\" NIL)(NIL NIL \"g\" NIL)) ((NIL NIL \"f\" NIL)(NIL NIL \"g\" NIL)) "
     "((NIL NIL \"a\" \"x\")(NIL NIL \"b\" \"y\")) NIL NIL NIL NIL)"},
    /* what cannot be quoted */
    {"Subject: say \"hi\" \\ {5} 100%\r\nTo: \"A \\\"B\\\"\" <caf\xe9@x>\r\n\r\n",
     "(NIL {19}\r\nsay \"hi\" \\ {5} 100% NIL NIL NIL (({5}\r\nA \"B\" NIL {4}\r\ncaf\xe9 \"x\")) "
     "NIL NIL NIL NIL)"},
    {"Subject: NIL\r\nMessage-ID:\r\n\t<a\r\n b>\r\n\r\n",
     "(NIL \"NIL\" NIL NIL NIL NIL NIL NIL NIL \"<a b>\")"},
    {"To: Hop <@r1,@r2:u@h>,\r\n (c)\r\n\t\"Q, \r\n R\" <q@[1.2]>,bare\r\n\r\n",
     "(NIL NIL NIL NIL NIL ((\"Hop\" \"@r1,@r2\" \"u\" \"h\")(\"Q,  R\" NIL \"q\" \"[1.2]\")"
     "(NIL NIL \"bare\" NIL)) NIL NIL NIL NIL)"},
};

static char *envelope_of(struct span header)
{
    struct buffer out = {0};
    mail_envelope_write(&out, header);
    return buffer_take_text(&out);
}

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *got = envelope_of(span_of(cases[i].header));
        if (strcmp(got, cases[i].expected) != 0)
            fail_msg("case %zu\n gives    %s\n expected %s", i, got, cases[i].expected);
        free(got);
    }
}

static void assert_field(const char *header, enum mail_envelope_field field, const char *expected)
{
    struct buffer out = {0};
    mail_envelope_field_text(&out, span_of(header), field);
    char *text = buffer_take_text(&out);
    assert_string_equal(text, expected);
    free(text);
}

static void test_field_text(void **state)
{
    (void)state;
    static const char header[] =
        "From: \"Smith, J\" <js@x>\r\nSubject: one\r\n two\r\nSubject: no\r\n"
        "To: a@b, Hop <@r:u@h>,\r\n <@s:v@i>, bare\r\ncc: (c) c@d (See)\r\n\r\nbcc: e@f\r\n";
    assert_field(header, MAIL_ENVELOPE_FROM, "Smith, J <js@x>");
    assert_field(header, MAIL_ENVELOPE_SENDER, "Smith, J <js@x>");
    assert_field(header, MAIL_ENVELOPE_SUBJECT, "one two");
    assert_field(header, MAIL_ENVELOPE_TO, "a@b, Hop <@r:u@h>, <@s:v@i>, bare");
    assert_field(header, MAIL_ENVELOPE_CC, "See <c@d>");
    assert_field(header, MAIL_ENVELOPE_BCC, "");
    assert_field(header, MAIL_ENVELOPE_DATE, "");
    assert_field(header, MAIL_ENVELOPE_MESSAGE_ID, "");
}

/*
 * A strict reader of what RFC 1176 p.26-28 allows here. Each function takes its part off the front
 * of *s and fails the test when it is not there.
 */
static void take(struct span *s, char c)
{
    assert_true(s->nbytes > 0 && *s->data == c);
    *s = span_from(*s, 1);
}

static bool take_nil(struct span *s)
{
    if (!span_starts_with(*s, SPAN_LIT("NIL")))
        return false;
    *s = span_from(*s, 3);
    return true;
}

static void take_nstring(struct span *s)
{
    if (take_nil(s))
        return;
    if (s->nbytes > 0 && *s->data == '"') {
        struct span rest = span_from(*s, 1);
        struct span text = span_cut(&rest, '"');
        assert_true(text.nbytes > 0 && text.nbytes + 2 <= s->nbytes);
        for (size_t i = 0; i < text.nbytes; i++)
            assert_true(char_is_print(text.data[i]) && strchr("\\%{", text.data[i]) == NULL);
        *s = rest;
        return;
    }
    uint32_t count;
    take(s, '{');
    assert_int_equal(number_parse_u32(span_cut(s, '}'), &count), 0);
    take(s, '\r');
    take(s, '\n');
    assert_true(count <= s->nbytes);
    *s = span_from(*s, count);
}

static void take_addresses(struct span *s)
{
    if (take_nil(s))
        return;
    take(s, '(');
    do {
        take(s, '(');
        for (int part = 0; part < 4; part++) {
            if (part > 0)
                take(s, ' ');
            take_nstring(s);
        }
        take(s, ')');
    } while (s->nbytes > 0 && *s->data == '(');
    take(s, ')');
}

static void assert_well_formed(struct span header)
{
    struct buffer out = {0};
    mail_envelope_write(&out, header);
    struct span s = buffer_span(&out);
    for (int field = 0; field < 10; field++) {
        take(&s, field == 0 ? '(' : ' ');
        if (field >= MAIL_ENVELOPE_FROM && field <= MAIL_ENVELOPE_BCC)
            take_addresses(&s);
        else
            take_nstring(&s);
    }
    take(&s, ')');
    assert_int_equal(s.nbytes, 0);
    buffer_clear(&out);
    for (int field = 0; field < 10; field++)
        mail_envelope_field_text(&out, header, (enum mail_envelope_field)field);
    buffer_free(&out);
}

static void test_every_prefix(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct span all = span_of(cases[i].header);
        for (size_t n = 0; n <= all.nbytes; n++) {
            char *exact = mem_copy_text(all.data, n);
            assert_well_formed(span_make(exact, n));
            free(exact);
        }
    }
}

static void test_random(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "From: ", "To:",  "Subject: ", "cc :", "Sender: ", "Date:", "\r\n", "\r\n ", "\r\n\t",
        "\r",     "\n",   "(",         ")",    "<",        ">",     "@",    ",",     ";",
        ":",      "\"",   "\\",        "[",    "]",        ".",     "a",    "b c",   "%",
        "{3}",    "\xe9", "\x01",      "NIL",  "\"q\"",    "(c)",   "x@y",
    };
    struct rng rng = rng_seeded(1990);
    for (int i = 0; i < 10000; i++) {
        struct buffer text = {0};
        for (uint64_t n = rng_below(&rng, 60); n > 0; n--)
            buffer_append_text(&text, pieces[rng_below(&rng, sizeof pieces / sizeof *pieces)]);
        if (rng_below(&rng, 4) == 0)
            buffer_append_byte(&text, '\0');
        assert_well_formed(buffer_span(&text));
        buffer_free(&text);
    }
}

static void test_large_fields(void **state)
{
    (void)state;
    static const char *const units[] = {"x", "(", "a,", "\r\n ", "\"", "a@b ", "\xe9", "\\("};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct buffer text = {0};
        buffer_append_text(&text, "Subject: x\r\nTo: ");
        while (text.nbytes < 1 << 18)
            buffer_append_text(&text, units[i]);
        buffer_append_text(&text, "\r\nSubject: ");
        while (text.nbytes < 1 << 20)
            buffer_append_text(&text, units[i]);
        buffer_append_text(&text, "\r\ncc: last@one\r\n\r\n");
        struct buffer out = {0};
        mail_envelope_write(&out, buffer_span(&text));
        assert_true(span_ends_with(buffer_span(&out),
                                   SPAN_LIT(" ((NIL NIL \"last\" \"one\")) NIL NIL NIL)")));
        buffer_free(&out);
        buffer_free(&text);
    }
}

/*
 * Folding is invisible: a blank that may be white space of RFC 822 (here marked with "~") gives the
 * same envelope as any fold in its place; where blanks mean nothing ("^"), so do none and any fold.
 */
static const char *const foldable[] = {
    "Subject:^one~two~three:~four\r\nDate:^Sat,~4~Jun~88\r\n\r\n",
    "From:^Larry~Fagan^<^FAGAN^@^SUMEX^.^EDU^>^\r\n"
    "To:^a^@^b^,^\"Quoted,~Name\"^<^@^r^,^@^s^:^u^@^[1.2]^>^,^c^@^d^(A~comment~(nested~one))^,^"
    "Group:^e^@^f^,^g^;^,^last^@^one\r\n"
    "Subject:^x\r\nMessage-ID:^<a@b>^\r\n\r\n",
};

static void fold(struct buffer *out, const char *text, struct rng *rng)
{
    static const char *const folds[] = {" ", "\r\n ", "\r\n\t", "\r\n   ", "\r\n \t"};
    for (; *text != '\0'; text++) {
        bool is_optional = *text == '^';
        if (*text != '~' && !is_optional)
            buffer_append_byte(out, *text);
        else if (rng != NULL && !(is_optional && rng_below(rng, 3) == 0))
            buffer_append_text(out, folds[rng_below(rng, sizeof folds / sizeof *folds)]);
        else if (!is_optional)
            buffer_append_byte(out, ' ');
    }
}

static void test_folding_is_invisible(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(311);
    for (size_t i = 0; i < sizeof foldable / sizeof *foldable; i++) {
        struct buffer plain = {0};
        fold(&plain, foldable[i], NULL);
        char *expected = envelope_of(buffer_span(&plain));
        for (int n = 0; n < 1000; n++) {
            struct buffer folded = {0};
            fold(&folded, foldable[i], &rng);
            char *got = envelope_of(buffer_span(&folded));
            if (strcmp(got, expected) != 0)
                fail_msg("%.*s\n gives    %s\n expected %s", SPAN_ARG(buffer_span(&folded)), got,
                         expected);
            free(got);
            buffer_free(&folded);
        }
        free(expected);
        buffer_free(&plain);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),        cmocka_unit_test(test_field_text),
        cmocka_unit_test(test_every_prefix), cmocka_unit_test(test_random),
        cmocka_unit_test(test_large_fields), cmocka_unit_test(test_folding_is_invisible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
