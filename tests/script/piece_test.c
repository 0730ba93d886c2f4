/* Texts in pieces. Each line is read in a scenario of role client and shown piece by piece. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "files_helper.h"

static void show_reference(const struct script_reference *r, struct buffer *out)
{
    static const char *const kinds[] = {" name", " len", " current", " msg"};
    buffer_printf(out, "%s(%s%+lld,%u,%s,%s)", kinds[r->kind], r->name, (long long)r->add,
                  r->number, r->mailbox, r->part);
}

static void show(const struct script_text *text, struct buffer *out);

static void show_piece(const struct script_piece *p, struct buffer *out)
{
    static const char *const kinds[] = {"tag",    "word", "sp",    "(",         ")",       "...",
                                        "quoted", "type", "bytes", "reference", "literal", "bare"};
    static const char *const syncs[] = {"", "!", "+"};
    buffer_append_text(out, kinds[p->kind]);
    if (p->kind == PIECE_TAG)
        buffer_printf(out, "%u", p->number);
    if (p->kind == PIECE_LITERAL || p->kind == PIECE_BARE)
        buffer_append_text(out, syncs[p->sync]);
    if (p->has_count)
        buffer_printf(out, "=%llu", (unsigned long long)p->count);
    if (p->type != NULL)
        buffer_printf(out, "[%s:%s]", p->name == NULL ? "" : p->name, p->type);
    if (p->has_range)
        buffer_printf(out, "%llu..%llu", (unsigned long long)p->low, (unsigned long long)p->high);
    if (p->kind == PIECE_REFERENCE || p->is_message ||
        (p->kind == PIECE_BARE && !p->has_count && p->type == NULL))
        show_reference(&p->reference, out);
    if (p->parts != NULL) {
        show(p->parts, out);
    } else if (p->text.data != NULL) {
        buffer_append_byte(out, '\'');
        buffer_append_escaped(out, p->text, SPAN_NPOS);
        buffer_append_byte(out, '\'');
    }
}

static void show(const struct script_text *text, struct buffer *out)
{
    buffer_append_byte(out, '<');
    for (size_t i = 0; i < text->npieces; i++) {
        buffer_append_text(out, i == 0 ? "" : " ");
        show_piece(&text->pieces[i], out);
    }
    buffer_append_byte(out, '>');
}

static const struct {
    const char *lines, *pieces;
} table[] = {
    {"C: @ NOOP", "<tag0 sp word'NOOP'>"},
    {"C: @7 x@y", "<tag7 sp word'x@y'>"},
    {"C: a001 (a)(b)", "<word'a001' sp ( word'a' ) ( word'b' )>"},
    {"C:  two  blanks", "<sp word'two' sp sp word'blanks'>"},
    {"C: a\"b c\"d", "<word'a' quoted'b c' word'd'>"},
    {"C: \"\" \"\\r\\n\\t\\\"\\\\\\x00\\xfF\"",
     "<quoted'' sp quoted'\\r\\n\\t\\\"\\\\\\x00\\xff'>"},
    {"C: \"a${user}b\" {\"${user.len}\"}",
     "<quoted<word'a' reference name(user+0,0,,) word'b'> sp literal<reference len(user+0,0,,)>>"},
    {"S: <number> <n:number 5..9> <any>", "<type[:number] sp type[n:number]5..9 sp type[:any]>"},
    {"C: <0x0d0Aff>x", "<bytes'\\r\\n\\xff' word'x'>"},
    {"C: $5 a$ ${user}x$", "<word'$5' sp word'a$' sp reference name(user+0,0,,) word'x$'>"},
    {"C: ${#3} ${msg:2.size} ${msg:a:b:1} ${msg:x:2.message-id}",
     "<reference current(+0,3,,) sp reference msg(+0,2,,size) sp reference msg(+0,1,a:b,) sp "
     "reference msg(+0,2,x,message-id)>"},
    {"C: {\"abc\"} {!\"abc\"} {+\"abc\"}", "<literal'abc' sp literal!'abc' sp literal+'abc'>"},
    {"C: {700:\"abc\"} {!3:\"\"} {+0:msg:1}",
     "<literal=700'abc' sp literal!=3'' sp literal+=0 msg(+0,1,,)>"},
    {"C: x {6}", "<word'x' sp bare=6>"},
    {"C: x {!12}", "<word'x' sp bare!=12>"},
    {"S: x {<n:number 1..9>}", "<word'x' sp bare[n:number]1..9>"},
    {"C: x{${user.len}}", "<word'x' bare len(user+0,0,,)>"},
    {"S: (a ...)", "<( word'a' sp ... )>"},
    {"S: (... a) wait... x...y", "<( ... sp word'a' ) sp word'wait...' sp word'x...y'>"},
    {"C: a {|} b\n | x\n |\n | y ${user} \"", "<word'a' sp literal<word'x\\r\\n\\r\\ny ' reference "
                                              "name(user+0,0,,) word' \\\"\\r\\n'> sp word'b'>"},
    {"C: a {|}\n |", "<word'a' sp literal'\\r\\n'>"},
    {"C: a\n   & b\n &  c", "<word'ab' sp word'c'>"},
    {"C: \"a\n & b\"", "<quoted'ab'>"},
    {"C: %*\\[]^`}>'", "<word'%*\\\\[]^`}>''>"},
};

static void texts_in_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct arena arena = {0};
        struct script_file *file;
        struct err err = {.text = ""};
        struct buffer out = {0};
        const char *text = arena_printf(&arena,
                                        "scenario x \"y\" {\nrole client\nfixture a:b messages 2\n"
                                        "fixture x messages 2\n%s\n}\n",
                                        table[i].lines);
        int status = script_read(span_of(text), "x", NULL, &arena, &file, &err);
        assert_string_equal(err.text, "");
        assert_int_equal(status, 0);
        show(&file->scenarios[0]->steps.items[0]->as.wire.text, &out);
        files_assert_equal(table[i].lines, buffer_span(&out), span_of(table[i].pieces));
        buffer_free(&out);
        arena_free(&arena);
    }
}

/* Pieces know their place, also on lines that continue another. */
static void places(void **state)
{
    struct arena arena = {0};
    struct script_file *file;
    struct err err;
    (void)state;
    assert_int_equal(script_read(SPAN_LIT("scenario x \"y\" {\n"
                                          "  role client\n"
                                          "  C: ab (c\n"
                                          "   & d)\n"
                                          "    &  {\"e\"}\n"
                                          "}\n"),
                                 "x", NULL, &arena, &file, &err),
                     0);
    static const struct {
        unsigned line, col;
    } expected[] = {{3, 6}, {3, 8}, {3, 9}, {3, 10}, {4, 7}, {5, 7}, {5, 8}};
    const struct script_text *text = &file->scenarios[0]->steps.items[0]->as.wire.text;
    assert_int_equal(text->npieces, 7);
    for (size_t i = 0; i < text->npieces; i++) {
        assert_int_equal(text->pieces[i].place.line, expected[i].line);
        assert_int_equal(text->pieces[i].place.col, expected[i].col);
    }
    arena_free(&arena);
}

/* What a program makes is written so that it is read back, whatever octets it holds. */
static void made_pieces_are_written_readably(void **state)
{
    static const struct {
        struct span word;
        const char *written;
    } words[] = {
        {SPAN_INIT("a b"), "C: a<0x20>b\n"},
        {SPAN_INIT("@"), "C: <0x40>\n"},
        {SPAN_INIT("..."), "C: <0x2e2e2e>\n"},
        {SPAN_INIT("(\"<{"), "C: <0x28><0x22><0x3c><0x7b>\n"},
        {SPAN_INIT("${x"), "C: <0x24><0x7b>x\n"},
        {SPAN_INIT("\r\n\xff"), "C: <0x0d><0x0a><0xff>\n"},
        {SPAN_INIT("#"), "C: <0x23>\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct buffer out = {0};
        struct script_piece piece = {.kind = PIECE_WORD, .text = words[i].word};
        struct script_step step = {.kind = STEP_WIRE, .session = ""};
        step.as.wire = (struct script_wire){
            .who = 'C', .least = 1, .most = 1, .text = {.pieces = &piece, .npieces = 1}};
        script_write_step(&step, 0, &out);
        files_assert_equal("written", buffer_span(&out), span_of(words[i].written));
        buffer_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_in_pieces),
        cmocka_unit_test(places),
        cmocka_unit_test(made_pieces_are_written_readably),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
