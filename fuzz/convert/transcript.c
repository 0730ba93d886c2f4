#include <string.h>

#include "convert/carrier.h"
#include "script/quote.h"
#include "script/script.h"
#include "wire/wire.h"

enum { NSESSIONS_MOST = 8 };

/* One line of a transcript. */
struct entry {
    struct span session; /* empty: none named */
    char who;            /* 'C', 'S' */
    char sign;           /* ':' a line, '|' a line of content, '-' a line without an end */
    struct span text;
};

/* A command or response while its lines are gathered: a stream of data, with a barrier where `+`
 * was seen or need not be looked for. */
struct gathered {
    struct buffer stream;
    uint64_t missing; /* octets of a literal that are still to come */
    bool is_literal;  /* an announcement was the last thing */
};

struct peer {
    struct span name;
    struct gathered client, server;
};

struct transcript {
    struct peer peers[NSESSIONS_MOST];
    size_t npeers;
    bool has_times;
    const char *path;
    unsigned line;
    struct buffer steps;
    struct buffer scratch;
};

/* ---- lines ---- */

static bool is_time(struct span word)
{
    size_t n = number_digits(word);
    struct span rest = span_from(word, n + 1);
    return n > 0 && n < word.nbytes && word.data[n] == '.' && rest.nbytes > 0 &&
           number_digits(rest) == rest.nbytes;
}

static bool is_sign(struct span word, struct entry *entry)
{
    if (word.nbytes != 2 || (word.data[0] != 'C' && word.data[0] != 'S') ||
        (word.data[1] != ':' && word.data[1] != '|' && word.data[1] != '-'))
        return false;
    entry->who = word.data[0];
    entry->sign = word.data[1];
    return true;
}

static bool is_name(struct span word)
{
    for (size_t i = 0; i < word.nbytes; i++)
        if (!char_is_alnum(word.data[i]) && word.data[i] != '-' && word.data[i] != '_' &&
            word.data[i] != '.')
            return false;
    return word.nbytes > 0 && char_is_alpha(word.data[0]);
}

/* false: the line is neither what a client nor what a server said. */
static bool read_entry(struct span line, bool has_time, struct entry *entry)
{
    struct span rest = line;
    *entry = (struct entry){.who = 0};
    while (rest.nbytes > 0 && rest.data[0] == ' ')
        rest = span_from(rest, 1);
    if (has_time && !is_time(span_cut(&rest, ' ')))
        return false;
    struct span word = span_cut(&rest, ' ');
    if (!is_sign(word, entry)) {
        entry->session = word;
        if (!is_name(word) || !is_sign(span_cut(&rest, ' '), entry))
            return false;
    }
    entry->text = rest;
    return true;
}

static struct span next_line(struct span *rest)
{
    struct span line = span_cut(rest, '\n');
    if (span_ends_with(line, SPAN_LIT("\r")))
        line.nbytes--;
    return line;
}

enum convert_form convert_form_of(struct span text)
{
    struct span rest = text;
    while (rest.nbytes > 0) {
        struct entry entry;
        struct span line = next_line(&rest);
        struct span trimmed = span_trim(line);
        if (trimmed.nbytes == 0 || trimmed.data[0] == '#')
            continue;
        if (read_entry(line, false, &entry))
            return CONVERT_TRANSCRIPT;
        return is_time(span_cut(&trimmed, ' ')) ? CONVERT_LOG : CONVERT_STREAM;
    }
    return CONVERT_STREAM;
}

static void unescape(struct span text, struct buffer *out)
{
    for (size_t i = 0; i < text.nbytes; i++) {
        struct span hex = span_slice(text, i + 2, 2);
        bool is_escape = text.data[i] == '\\' && i + 1 < text.nbytes && text.data[i + 1] == 'x' &&
                         hex.nbytes == 2 && char_hex_value(hex.data[0]) >= 0 &&
                         char_hex_value(hex.data[1]) >= 0;
        if (is_escape)
            buffer_append_byte(
                out, (char)(char_hex_value(hex.data[0]) * 16 + char_hex_value(hex.data[1])));
        else
            buffer_append_byte(out, text.data[i]);
        i += is_escape ? 3 : 0;
    }
}

/* `... (31415 octets)`: the log did not show all of it. */
static bool is_cut_short(struct span text)
{
    if (!span_ends_with(text, SPAN_LIT(" octets)")))
        return false;
    text.nbytes -= strlen(" octets)");
    while (text.nbytes > 0 && char_is_digit(text.data[text.nbytes - 1]))
        text.nbytes--;
    return span_ends_with(text, SPAN_LIT("... ("));
}

/* ---- steps ---- */

static void begin_step(struct transcript *t, const struct peer *peer)
{
    buffer_append_text(&t->steps, "  ");
    if (peer->name.nbytes > 0)
        buffer_printf(&t->steps, "%.*s ", SPAN_ARG(peer->name));
}

/* Octets of the command up to a barrier, `+`, and the rest. */
static void write_raw_command(struct transcript *t, const struct peer *peer, struct span stream)
{
    struct stream_reader reader = stream_reader_of(stream);
    struct stream_event event;
    while (stream_reader_next(&reader, &event)) {
        begin_step(t, peer);
        if (event.kind == STREAM_BARRIER) {
            buffer_append_text(&t->steps, "S: + <text-line>\n");
            continue;
        }
        buffer_append_text(&t->steps, "C= ");
        script_quote_write(event.data, &t->steps);
        buffer_append_byte(&t->steps, '\n');
    }
}

static void write_command(struct transcript *t, const struct peer *peer, struct span stream)
{
    buffer_clear(&t->scratch);
    if (!carrier_say(stream, &t->scratch)) {
        write_raw_command(t, peer, stream);
        return;
    }
    begin_step(t, peer);
    buffer_printf(&t->steps, "C: %.*s\n", SPAN_ARG(buffer_span(&t->scratch)));
}

static bool is_status(struct span word)
{
    static const char *const words[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_is_nocase(word, words[i]))
            return true;
    return false;
}

/* Scenarios take the parentheses of what a server says for lists. */
static bool has_whole_lists(struct span line)
{
    size_t depth = 0;
    bool is_quoted = false;
    for (size_t i = 0; i < line.nbytes; i++) {
        char c = line.data[i];
        if (is_quoted && c == '\\') {
            i++;
            continue;
        }
        if (c == '"')
            is_quoted = !is_quoted;
        if (is_quoted || (c != '(' && c != ')'))
            continue;
        if (c == ')' && depth == 0)
            return false;
        depth = c == '(' ? depth + 1 : depth - 1;
    }
    return depth == 0 && !is_quoted;
}

/* `@`, parentheses and the like would mean something else in a scenario. */
static bool is_tag(struct span word)
{
    for (size_t i = 0; i < word.nbytes; i++)
        if (word.data[i] == '(' || word.data[i] == ')' || word.data[i] == '"')
            return false;
    return word.nbytes > 0 && char_is_alnum(word.data[0]) && carrier_is_sayable(word);
}

static void write_response(struct transcript *t, const struct peer *peer, struct span stream)
{
    struct span rest = stream;
    struct span first = span_cut(&rest, ' ');
    struct span behind = rest;
    struct span second = span_trim(span_cut(&behind, ' '));
    begin_step(t, peer);
    if ((span_is(first, "*") || is_tag(first)) && is_status(second)) {
        buffer_printf(&t->steps, "S: %.*s %.*s <text-line>\n", SPAN_ARG(first), SPAN_ARG(second));
        return;
    }
    buffer_clear(&t->scratch);
    if (span_is(first, "*") && carrier_say(rest, &t->scratch) &&
        has_whole_lists(buffer_span(&t->scratch)))
        buffer_printf(&t->steps, "S: * %.*s\n", SPAN_ARG(buffer_span(&t->scratch)));
    else
        buffer_append_text(&t->steps, span_is(first, "*") ? "S: * <any>\n" : "S: <any>\n");
}

/* ---- gathering ---- */

static int fault(const struct transcript *t, struct err *err, const char *text)
{
    return err_set(err, t->path, t->line == 0 ? 1 : t->line, 1, "%s", text);
}

/* The end of a line that announces a literal. */
static bool announces(struct span line, bool is_client, uint64_t *count_r)
{
    size_t brace;
    struct span rest = line;
    (void)span_cut(&rest, ' ');
    bool is_text =
        !is_client && (is_status(span_cut(&rest, ' ')) || span_starts_with(line, SPAN_LIT("+")));
    return !is_text && wire_announcement(line, count_r, &brace);
}

static int add_line(struct transcript *t, struct peer *peer, const struct entry *entry,
                    struct err *err)
{
    bool is_client = entry->who == 'C';
    struct gathered *g = is_client ? &peer->client : &peer->server;
    if (g->missing > 0)
        return fault(t, err, "the literal announced before has less content than announced");
    struct buffer octets = {0};
    unescape(entry->text, &octets);
    struct span line = buffer_span(&octets);
    g->is_literal = announces(line, is_client, &g->missing);
    if (!span_ends_with(line, SPAN_LIT("\n")) && entry->sign != '-')
        buffer_append_text(&octets, "\r\n");
    struct stream_writer writer = stream_writer_to(&g->stream);
    stream_write_data(&writer, buffer_span(&octets));
    buffer_free(&octets);
    if (g->is_literal) {
        /* A server's literals wait for nobody, but their notation is that of those that do. */
        stream_write_control(&writer, STREAM_BARRIER, 0);
        return 0;
    }
    if (is_client)
        write_command(t, peer, buffer_span(&g->stream));
    else
        write_response(t, peer, buffer_span(&g->stream));
    buffer_clear(&g->stream);
    return 0;
}

static int add_content(struct transcript *t, struct peer *peer, const struct entry *entry,
                       struct err *err)
{
    struct gathered *g = entry->who == 'C' ? &peer->client : &peer->server;
    struct buffer octets = {0};
    unescape(entry->text, &octets);
    if (!g->is_literal || octets.nbytes > g->missing) {
        buffer_free(&octets);
        return fault(t, err, "more content of a literal than was announced");
    }
    if (octets.nbytes < g->missing)
        buffer_append_text(&octets, "\r\n");
    buffer_truncate(&octets, g->missing < octets.nbytes ? (size_t)g->missing : octets.nbytes);
    struct stream_writer writer = stream_writer_to(&g->stream);
    stream_write_data(&writer, buffer_span(&octets));
    g->missing -= octets.nbytes;
    buffer_free(&octets);
    return 0;
}

static struct peer *peer_of(struct transcript *t, struct span name)
{
    for (size_t i = 0; i < t->npeers; i++)
        if (span_equal(t->peers[i].name, name))
            return &t->peers[i];
    if (t->npeers == NSESSIONS_MOST || (t->npeers > 0 && t->peers[0].name.nbytes == 0) ||
        (t->npeers > 0 && name.nbytes == 0))
        return NULL;
    t->peers[t->npeers].name = name;
    return &t->peers[t->npeers++];
}

static int add_entry(struct transcript *t, const struct entry *entry, struct err *err)
{
    if (entry->sign == '-' && entry->text.nbytes == 0)
        return 0; /* nothing is said */
    if (!script_can_name_session(entry->session))
        return err_set(err, t->path, t->line, 1, "a session of a scenario cannot be called `%.*s`",
                       SPAN_ARG(entry->session));
    struct peer *peer = peer_of(t, entry->session);
    if (peer == NULL)
        return fault(t, err,
                     "there are at most 8 sessions, and either all lines name theirs or none");
    if (t->has_times && is_cut_short(entry->text))
        return fault(t, err, "the log does not show the whole line");
    if (entry->sign == '|')
        return add_content(t, peer, entry, err);
    /* `+` is waited for by the line whose literal it grants */
    if (entry->who == 'S' && peer->client.is_literal &&
        span_starts_with(entry->text, SPAN_LIT("+")))
        return 0;
    return add_line(t, peer, entry, err);
}

static int read_all(struct transcript *t, struct span text, struct err *err)
{
    struct span rest = text;
    while (rest.nbytes > 0) {
        struct entry entry;
        t->line++;
        if (read_entry(next_line(&rest), t->has_times, &entry) && add_entry(t, &entry, err) != 0)
            return -1;
    }
    for (size_t i = 0; i < t->npeers; i++)
        if (t->peers[i].client.stream.nbytes + t->peers[i].server.stream.nbytes > 0)
            return fault(t, err, "it ends inside a literal");
    return t->npeers > 0 ? 0 : fault(t, err, "no line of a client or server in it");
}

int convert_transcript(struct span text, const char *path, const char *id, const char *claim,
                       struct buffer *out, struct err *err)
{
    struct transcript t = {.path = path, .has_times = convert_form_of(text) == CONVERT_LOG};
    int status = read_all(&t, text, err);
    if (status == 0) {
        buffer_printf(out, "scenario %s ", id);
        script_quote_write(span_of(claim), out);
        buffer_append_text(out, " {\n  role     client\n");
        for (size_t i = 0; i < t.npeers && t.peers[0].name.nbytes > 0; i++)
            buffer_printf(out, "  session  %.*s\n", SPAN_ARG(t.peers[i].name));
        buffer_append_byte(out, '\n');
        buffer_append(out, buffer_span(&t.steps));
        buffer_append_text(out, "}\n");
    }
    for (size_t i = 0; i < t.npeers; i++) {
        buffer_free(&t.peers[i].client.stream);
        buffer_free(&t.peers[i].server.stream);
    }
    buffer_free(&t.steps);
    buffer_free(&t.scratch);
    return status;
}
