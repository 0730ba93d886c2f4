#include <stdio.h>

#include "mutator/form.h"
#include "seeds/seeds.h"

/* What the grammar has no word for: literals, control events, whole lines. */
static const struct {
    const char *name;
    struct span value;
} pieces[] = {
    {"crlf", SPAN_INIT("\r\n")},
    {"literal_0", SPAN_INIT("{0}\r\n")},
    {"literal_1", SPAN_INIT("{1}\r\n")},
    {"literal_8", SPAN_INIT("{8}\r\n")},
    {"literal_64k", SPAN_INIT("{65536}\r\n")},
    {"literal_4g", SPAN_INIT("{4294967296}\r\n")},
    {"session_1", SPAN_INIT("\x01")},
    {"session_2", SPAN_INIT("\x02")},
    {"session_3", SPAN_INIT("\x03")},
    {"segment", SPAN_INIT("\x05")},
    {"deliver", SPAN_INIT("\x06\x01")},
    {"clock", SPAN_INIT("\x07\x0b")},
    {"halfclose", SPAN_INIT("\x0e")},
    {"reconnect", SPAN_INIT("\x0f")},
    {"barrier", SPAN_INIT("\x12")},
    {"line_login", SPAN_INIT("\r\na LOGIN fred secret\r\n")},
    {"line_select", SPAN_INIT("\r\na SELECT INBOX\r\n")},
    {"line_noop", SPAN_INIT("\r\na NOOP\r\n")},
    {"line_expunge", SPAN_INIT("\r\na EXPUNGE\r\n")},
    {"line_store", SPAN_INIT("\r\na STORE 1:2 +FLAGS \\Deleted\r\n")},
    {"line_fetch", SPAN_INIT("\r\na FETCH 1:5 ALL\r\n")},
    {"line_search", SPAN_INIT("\r\na SEARCH ALL\r\n")},
    {"line_copy", SPAN_INIT("\r\na COPY 1 m1\r\n")},
    {"line_exists", SPAN_INIT("\r\n* 5 EXISTS\r\n")},
    {"line_gone", SPAN_INIT("\r\n* 1 EXPUNGE\r\n")},
    {"line_ok", SPAN_INIT("\r\na OK\r\n")},
};

static void append_entry(struct buffer *out, const char *name, struct span value)
{
    buffer_printf(out, "%s=\"", name);
    for (size_t i = 0; i < value.nbytes; i++) {
        char c = value.data[i];
        if (c < ' ' || c > '~' || c == '"' || c == '\\')
            buffer_printf(out, "\\x%02x", (unsigned)(unsigned char)c);
        else
            buffer_append_byte(out, c);
    }
    buffer_append_text(out, "\"\n");
}

static void append_word(struct buffer *out, size_t number, struct span word)
{
    struct buffer spaced = {0};
    char name[32];
    (void)snprintf(name, sizeof name, "word_%zu", number);
    append_entry(out, name, word);
    buffer_append_text(&spaced, " ");
    buffer_append(&spaced, word);
    (void)snprintf(name, sizeof name, "space_word_%zu", number);
    append_entry(out, name, buffer_span(&spaced));
    buffer_free(&spaced);
}

void seeds_dictionary(struct buffer *out)
{
    struct form *form = form_new(grammar_of_dialect(SPAN_LIT("imap2")));
    struct table known = {0};
    buffer_append_text(out, "# made by `imapspec grammar --dictionary`: do not edit\n");
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
        append_entry(out, pieces[i].name, pieces[i].value);
    for (size_t i = 0; i < form->nitems; i++) {
        const struct form_item *it = &form->items[i];
        struct span word = span_make(form->texts + it->text_at, it->text_nbytes);
        bool is_word = it->kind == FORM_TEXT && word.nbytes > 1 && word.data[0] > ' ';
        if (is_word && table_put(&known, word, form) == NULL)
            append_word(out, known.nentries, word);
    }
    table_free(&known);
    form_free(&form);
}
