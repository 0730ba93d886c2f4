#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "convert/convert.h"
#include "grammar/grammar.h"

static struct span read_file(const char *path, struct arena *arena)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return (struct span){0};
    struct buffer text = {0};
    size_t n;
    while ((n = fread(buffer_reserve(&text, 65536), 1, 65536, file)) > 0)
        buffer_advance(&text, n);
    (void)fclose(file);
    struct span copy = arena_copy(arena, buffer_span(&text));
    buffer_free(&text);
    return copy;
}

static int load(void *context, const char *from, const char *path, struct arena *arena,
                struct span *text_r, const char **path_r, struct err *err)
{
    (void)context;
    (void)from;
    *path_r = arena_printf(arena, "%s/scripts/%s", SOURCE_ROOT, path);
    *text_r = read_file(*path_r, arena);
    return text_r->data == NULL ? err_set(err, path, 0, 0, "not found") : 0;
}

/* The stream of a scenario text; a fault in it fails the test. */
static void import(struct span text, struct buffer *out, struct convert_loss *loss)
{
    struct arena arena = {0};
    struct script_file *file;
    struct script_case *cases = NULL;
    size_t ncases;
    struct err err;
    if (script_read(text, "t.scn", NULL, &arena, &file, &err) != 0 ||
        script_expand(file, file->scenarios[0], &arena, &cases, &ncases, &err) != 0) {
        print_error("%u:%u: %s\n%.*s\n", err.line, err.col, err.text, SPAN_ARG(text));
        fail();
    }
    assert_int_equal(file->nscenarios, 1);
    convert_stream_of_case(&cases[0], loss, out);
    arena_free(&arena);
}

static void assert_roundtrip(struct span stream)
{
    struct buffer scenario = {0};
    struct buffer back = {0};
    struct convert_loss loss;
    convert_stream_to_scenario(stream, "t.roundtrip", "a \"claim\"", &scenario);
    import(buffer_span(&scenario), &back, &loss);
    if (!span_equal(stream, buffer_span(&back))) {
        struct buffer text = {0};
        buffer_append_escaped(&text, stream, SIZE_MAX);
        buffer_append_text(&text, "\n");
        buffer_append_escaped(&text, buffer_span(&back), SIZE_MAX);
        buffer_append_byte(&text, '\0');
        print_error("%s\n%.*s", buffer_span(&text).data, SPAN_ARG(buffer_span(&scenario)));
        fail();
    }
    assert_int_equal(loss.guesses, 0);
    assert_int_equal(loss.steps, 0);
    buffer_free(&scenario);
    buffer_free(&back);
}

static void streams_come_back_as_they_were(void **state)
{
    (void)state;
    static const struct span streams[] = {
        SPAN_INIT(""),
        SPAN_INIT("\1"),
        SPAN_INIT("\2"),
        SPAN_INIT("\2\3\3\1\1a NOOP\r\n\2"),
        SPAN_INIT("a1 NOOP\r\n\x12"),
        SPAN_INIT("a1 NOOP\r\n\x12\x12\x12"),
        SPAN_INIT("\x12\5\x12"),
        SPAN_INIT("a1 LOGIN {4}\r\n\x12"
                  "fred {0}\r\n\r\n\x12"),
        SPAN_INIT("a1 LOGIN {4}\r\n\x12"
                  "fred {0}\r\n\x12\r\n\x12"),
        SPAN_INIT("a1 LOGIN {4}\r\nfred {6}\r\nsecret\r\n"),
        SPAN_INIT("a1 LOGIN {4}\r\nfr\2b NOOP\r\n\1ed x\r\n\x12"),
        SPAN_INIT("a1 LOGIN {4}\r\nfr"),
        SPAN_INIT("a1 STORE 1:2 +FLAGS (\\Deleted)\r\n"),
        SPAN_INIT("a1 FIND MAILBOXES \"m%\"\r\na2 FIND \"\"\r\n\"x\" y\"z\"\r\n"),
        SPAN_INIT("a  b\r\n a\r\na \r\n\r\n\n@ x\r\na @\r\n* x\r\n\x12+ y\r\n\x12"),
        SPAN_INIT("a ( b\r\na ) c\r\na (...) ...\r\na <b> ${c} $d {e} |\r\n"),
        SPAN_INIT("S: x\r\nC: y\r\n} or {\r\nscenario\r\nuse a()\r\n"),
        SPAN_INIT("\6\0\6\x7f\6\xff\x0e\x0f\x11\0\x11\xff\2\6\1\1"),
        SPAN_INIT("\x10\1\x10\x10\x10\6x"),
    };
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        assert_roundtrip(streams[i]);
    for (unsigned octet = 0; octet < 256; octet++) {
        char arguments[8] = {STREAM_OCTET_CLOCK, (char)octet,        STREAM_OCTET_DELIVER,
                             (char)octet,        STREAM_OCTET_FAULT, (char)octet};
        assert_roundtrip(span_make(arguments, 6));
    }
}

static void any_octets_come_back(void **state)
{
    (void)state;
    static const char *const pieces[] = {"\1",          "\2",
                                         "\3",          "\4",
                                         "\5",          "\6\1",
                                         "\6\x81",      "\7\3",
                                         "\x0e",        "\x0f",
                                         "\x11x",       "\x12",
                                         "\x12",        "\r\n",
                                         "\r\n",        "\r\n",
                                         "\n",          "a1 NOOP",
                                         "a2 ",         "(",
                                         ")",           "\"ab\"",
                                         "\"",          "{3}\r\n",
                                         "{0}\r\n",     "{2}",
                                         "abc",         " ",
                                         "\\",          "...",
                                         "#",           "<number",
                                         "{3}\r\n\x12", "x {1}\r\n\x12y\r\n",
                                         "${a}",        "@"};
    struct rng rng = rng_seeded(5);
    struct buffer bytes = {0};
    struct buffer canonical = {0};
    for (int i = 0; i < 4000; i++) {
        buffer_clear(&bytes);
        buffer_clear(&canonical);
        size_t n = rng_below(&rng, 14);
        for (size_t j = 0; j < n; j++) {
            if (rng_below(&rng, 8) == 0)
                buffer_append_byte(&bytes, (char)rng_below(&rng, 256));
            else
                buffer_append_text(&bytes, pieces[rng_below(&rng, sizeof pieces / sizeof *pieces)]);
        }
        struct stream_writer writer = stream_writer_to(&canonical);
        struct stream_reader reader = stream_reader_of(buffer_span(&bytes));
        struct stream_event event;
        while (stream_reader_next(&reader, &event))
            stream_write_event(&writer, &event);
        assert_roundtrip(buffer_span(&canonical));
    }
    buffer_free(&bytes);
    buffer_free(&canonical);
}

/* Commands as the grammar derives them come back, and stand as text where they can. */
static void generated_commands_come_back(void **state)
{
    (void)state;
    const struct grammar *grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    struct rng rng = rng_seeded(6);
    struct grammar_generation how = {.rng = &rng};
    struct buffer line = {0};
    struct buffer stream = {0};
    int rule = grammar_rule(grammar, SPAN_LIT("command"));
    assert_true(rule >= 0);
    for (int i = 0; i < 1000; i++) {
        buffer_clear(&line);
        buffer_clear(&stream);
        grammar_generate(grammar, rule, &how, &line);
        struct stream_writer writer = stream_writer_to(&stream);
        stream_write_data(&writer, buffer_span(&line));
        stream_write_control(&writer, STREAM_BARRIER, 0);
        assert_roundtrip(buffer_span(&stream));
    }
    buffer_free(&line);
    buffer_free(&stream);
}

static void commands_are_readable(void **state)
{
    (void)state;
    struct buffer out = {0};
    convert_stream_to_scenario(
        SPAN_LIT("a1 LOGIN fred {6}\r\n\x12secret\r\n\x12\2b1 NOOP\r\n\6\3\7\2\x0e"), "t.x", "y",
        &out);
    buffer_append_byte(&out, '\0');
    const char *steps = strstr(buffer_span(&out).data, "\n\n");
    assert_non_null(steps);
    assert_string_equal(steps, "\n\n"
                               "  either {\n"
                               "    s1 S: * OK <text-line>\n"
                               "  } or {\n"
                               "    s1 S: * PREAUTH <text-line>\n"
                               "  }\n"
                               "  either {\n"
                               "    s2 S: * OK <text-line>\n"
                               "  } or {\n"
                               "    s2 S: * PREAUTH <text-line>\n"
                               "  }\n"
                               "  s1 C: a1 LOGIN fred {\"secret\"}\n"
                               "  s1 S*: * <any>\n"
                               "  s1 S: a1 <status> <text-line>\n"
                               "  s2 C: b1 NOOP\n"
                               "  deliver INBOX \"fixtures/t3.eml\"\n"
                               "  s2 C= pause 4s\n"
                               "  s2 halfclose\n"
                               "}\n");
    buffer_free(&out);
}

/* A scenario becomes a stream that is not empty and comes back; its number of cases is returned. */
static void import_file(const char *path)
{
    struct script_loader loader = {load, NULL};
    struct arena arena = {0};
    struct script_file *file;
    struct err err;
    assert_int_equal(script_read(read_file(path, &arena), path, &loader, &arena, &file, &err), 0);
    for (size_t i = 0; i < file->nscenarios; i++) {
        struct script_case *cases;
        size_t ncases;
        struct buffer stream = {0};
        struct convert_loss loss;
        assert_int_equal(script_expand(file, file->scenarios[i], &arena, &cases, &ncases, &err), 0);
        convert_stream_of_case(&cases[ncases - 1], &loss, &stream);
        assert_true(stream_is_canonical(buffer_span(&stream)));
        assert_roundtrip(buffer_span(&stream));
        buffer_free(&stream);
    }
    arena_free(&arena);
}

static size_t nfiles_imported;

static int import_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)where;
    if (type == FTW_F && span_ends_with(span_of(path), SPAN_LIT(".scn"))) {
        import_file(path);
        nfiles_imported++;
    }
    return 0;
}

static void shipped_scenarios_are_seeds(void **state)
{
    (void)state;
    assert_int_equal(nftw(SOURCE_ROOT "/scripts/imap2", import_entry, 16, FTW_PHYS), 0);
    assert_true(nfiles_imported > 40);
}

static void what_a_scenario_sends_is_the_stream(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct convert_loss loss;
    import(SPAN_LIT("scenario t.x \"y\" {\n"
                    "  role client\n"
                    "  session a\n"
                    "  session b\n"
                    "  a S: * OK <text-line>\n"
                    "  a C: @ LOGIN ${user} {\"secret\"}\n"
                    "  a S: @ OK <text-line>\n"
                    "  b C: @1 SEARCH <number 3..5>\n"
                    "  b split 3,5\n"
                    "  b C: @2 CHECK\n"
                    "  b unordered {\n"
                    "    S: @1 OK <text-line>\n"
                    "    S: @2 OK <text-line>\n"
                    "  }\n"
                    "  b S: * <n:number> EXISTS\n"
                    "  b C: @ FETCH ${n} ALL\n"
                    "  a C= \"x\" pause 1ms \"y\"*3\n"
                    "}\n"),
           &out, &loss);
    struct buffer text = {0};
    buffer_append_escaped(&text, buffer_span(&out), SIZE_MAX);
    buffer_append_byte(&text, '\0');
    assert_string_equal(buffer_span(&text).data,
                        "a1 LOGIN fred {6}\\r\\n\\x12secret\\r\\n\\x12"
                        "\\x02a1 SEARCH 3\\r\\na2 \\x05CH\\x05ECK\\r\\n\\x12a3 FETCH 1 ALL\\r\\n"
                        "\\x01x\\x05yyy");
    assert_int_equal(loss.guesses, 1);
    buffer_free(&out);
    buffer_free(&text);
}

static void templates_are_messages(void **state)
{
    (void)state;
    struct arena arena = {0};
    assert_true(span_starts_with(convert_template(0, &arena), SPAN_LIT("From: a@b.example\r\n")));
    for (unsigned n = 0; n < 16; n++)
        assert_true(convert_template(n, &arena).nbytes > 0);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_come_back_as_they_were),
        cmocka_unit_test(any_octets_come_back),
        cmocka_unit_test(generated_commands_come_back),
        cmocka_unit_test(commands_are_readable),
        cmocka_unit_test(shipped_scenarios_are_seeds),
        cmocka_unit_test(what_a_scenario_sends_is_the_stream),
        cmocka_unit_test(templates_are_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
