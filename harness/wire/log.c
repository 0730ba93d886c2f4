#include "wire/log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "wire/announcement.h"
#include "wire/wire.h"

enum log_kind { LOG_LINE, LOG_LITERAL, LOG_EVENT };

/*
 * The octets are kept in the order in which they came, in `text`; `pieces` says to which lines they
 * belong. A line whose octets came together is one piece. Both lose their oldest entries when the
 * log is full.
 */
struct log_piece {
    uint64_t line; /* number of the line, from 1 */
    int64_t at_us; /* of its first octet */
    uint64_t octets_left_out;
    size_t nbytes; /* octets of `text` */
    unsigned session;
    char who; /* 'C', 'S'; 0: event */
    enum log_kind kind;
    bool is_first; /* the line begins here */
    bool is_ended; /* the line ends here */
};

/* What one side of one session is in the middle of. */
struct log_stream {
    uint64_t line; /* open line; 0: the next octet begins one */
    size_t line_kept;
    bool ends_in_cr;
    uint64_t literal_left;
    bool awaits_answer;  /* a literal of the client was announced and nothing came since */
    bool is_later_line;  /* the line continues a unit after a literal */
    struct buffer start; /* first octets of the line */
    struct announcement_tail end;
};

struct log_session {
    char *name;
    struct log_stream client, server;
};

struct wire_log {
    size_t limit_nbytes;
    struct buffer text, pieces; /* of struct log_piece */
    struct log_session *sessions;
    size_t nsessions, sessions_capacity;
    uint64_t nlines;
    uint64_t nlost; /* octets dropped with the oldest pieces */
};

struct wire_log *wire_log_new(size_t limit_nbytes)
{
    struct wire_log *log = mem_alloc(sizeof *log);
    log->limit_nbytes = limit_nbytes == 0 ? (size_t)4 * 1024 * 1024 : limit_nbytes;
    return log;
}

void wire_log_free(struct wire_log **log)
{
    if (*log == NULL)
        return;
    for (size_t i = 0; i < (*log)->nsessions; i++) {
        free((*log)->sessions[i].name);
        buffer_free(&(*log)->sessions[i].client.start);
        buffer_free(&(*log)->sessions[i].server.start);
    }
    free((*log)->sessions);
    buffer_free(&(*log)->text);
    buffer_free(&(*log)->pieces);
    free(*log);
    *log = NULL;
}

static void stream_clear(struct log_stream *stream)
{
    struct buffer start = stream->start;
    buffer_clear(&start);
    *stream = (struct log_stream){.start = start};
}

void wire_log_clear(struct wire_log *log)
{
    for (size_t i = 0; i < log->nsessions; i++) {
        stream_clear(&log->sessions[i].client);
        stream_clear(&log->sessions[i].server);
    }
    buffer_clear(&log->text);
    buffer_clear(&log->pieces);
    log->nlines = 0;
    log->nlost = 0;
}

size_t wire_log_nlines(const struct wire_log *log)
{
    return log->nlines;
}

static unsigned session_index(struct wire_log *log, const char *name)
{
    for (size_t i = 0; i < log->nsessions; i++)
        if (text_equal(log->sessions[i].name, name))
            return (unsigned)i;
    log->sessions =
        mem_grow(log->sessions, &log->sessions_capacity, log->nsessions + 1, sizeof *log->sessions);
    log->sessions[log->nsessions] = (struct log_session){.name = mem_copy_text(name, strlen(name))};
    return (unsigned)log->nsessions++;
}

static struct log_piece *piece_at(const struct wire_log *log, size_t index)
{
    return (struct log_piece *)(void *)(log->pieces.bytes + log->pieces.head) + index;
}

static size_t npieces(const struct wire_log *log)
{
    return log->pieces.nbytes / sizeof(struct log_piece);
}

static void make_room(struct wire_log *log)
{
    while (log->text.nbytes + log->pieces.nbytes > log->limit_nbytes && npieces(log) > 1) {
        struct log_piece *oldest = piece_at(log, 0);
        if (oldest->kind != LOG_EVENT)
            log->nlost += oldest->nbytes + oldest->octets_left_out;
        buffer_consume(&log->text, oldest->nbytes);
        buffer_consume(&log->pieces, sizeof *oldest);
    }
}

static void add_piece(struct wire_log *log, struct log_piece piece, struct span octets)
{
    size_t last = npieces(log);
    struct log_piece *before = last == 0 ? NULL : piece_at(log, last - 1);
    buffer_append(&log->text, octets);
    if (before != NULL && before->line == piece.line) {
        before->nbytes += octets.nbytes;
        before->octets_left_out += piece.octets_left_out;
        before->is_ended = piece.is_ended;
    } else {
        piece.nbytes = octets.nbytes;
        memcpy(buffer_reserve(&log->pieces, sizeof piece), &piece, sizeof piece);
        buffer_advance(&log->pieces, sizeof piece);
    }
    make_room(log);
}

void wire_log_event(struct wire_log *log, const char *session, const char *text, int64_t at_us)
{
    struct log_piece piece = {.line = ++log->nlines,
                              .at_us = at_us,
                              .session = session_index(log, session),
                              .kind = LOG_EVENT,
                              .is_first = true,
                              .is_ended = true};
    add_piece(log, piece, span_of(text));
}

/* What is the same for all octets of one call. */
struct log_call {
    struct wire_log *log;
    struct log_session *session;
    struct log_stream *stream;
    struct log_piece piece;
};

/* Logs octets of the open line, or of a new one. */
static void log_octets(struct log_call *call, enum log_kind kind, struct span octets,
                       bool ends_line)
{
    struct log_stream *stream = call->stream;
    size_t limit = call->log->limit_nbytes / 16;
    struct log_piece piece = call->piece;
    piece.kind = kind;
    piece.is_ended = ends_line;
    piece.is_first = stream->line == 0;
    if (piece.is_first) {
        stream->line = ++call->log->nlines;
        stream->line_kept = 0;
    }
    piece.line = stream->line;
    struct span kept = span_slice(octets, 0, limit - stream->line_kept);
    piece.octets_left_out = octets.nbytes - kept.nbytes;
    stream->line_kept += kept.nbytes;
    stream->ends_in_cr = octets.nbytes > 0 && octets.data[octets.nbytes - 1] == '\r';
    add_piece(call->log, piece, kept);
    if (ends_line)
        stream->line = 0;
}

/* Takes a piece of the content of a literal; returns its length. */
static size_t log_literal(struct log_call *call, struct span octets)
{
    struct log_stream *stream = call->stream;
    struct span content = octets;
    if (content.nbytes > stream->literal_left)
        content.nbytes = (size_t)stream->literal_left;
    bool ends_line = false;
    size_t from = 0, feed;
    while (!ends_line && (feed = span_find_byte(span_from(content, from), '\n')) != SPAN_NPOS) {
        from += feed + 1;
        ends_line =
            from == 1 ? stream->line != 0 && stream->ends_in_cr : content.data[from - 2] == '\r';
    }
    if (ends_line)
        content.nbytes = from;
    stream->awaits_answer = false;
    stream->literal_left -= content.nbytes;
    log_octets(call, LOG_LITERAL, content, ends_line || stream->literal_left == 0);
    return content.nbytes;
}

/* A server line that answers the literal the client has announced: `+` grants it, the completion of
 * the command refuses it. */
static void settle_client_literal(struct log_stream *client, struct span server_line)
{
    if (!client->awaits_answer)
        return;
    struct span command = buffer_span(&client->start), line = server_line;
    struct span tag = span_cut(&command, ' '), first = span_cut(&line, ' ');
    if (first.nbytes > 0 && first.data[0] == '+') {
        client->awaits_answer = false;
    } else if (span_equal(tag, first)) {
        client->awaits_answer = false;
        client->literal_left = 0;
        client->is_later_line = false;
    }
}

static void end_line(struct log_call *call)
{
    struct log_stream *stream = call->stream;
    struct span line =
        announcement_strip_line_end(span_make(stream->end.bytes, stream->end.nbytes));
    uint64_t count;
    size_t brace;
    bool is_server = stream == &call->session->server;
    bool announces = wire_announcement(line, &count, &brace);
    struct span start = buffer_span(&stream->start);
    if (announces && is_server && !stream->is_later_line && announcement_is_text_line(start))
        announces = false;
    if (announces && is_server && count > INT64_MAX)
        announces = false;
    if (is_server && !stream->is_later_line)
        settle_client_literal(&call->session->client, start);
    stream->literal_left = announces ? count : 0;
    stream->awaits_answer = announces && !is_server;
    stream->is_later_line = announces;
}

/* Takes a piece of a line; returns its length. */
static size_t log_line(struct log_call *call, struct span octets)
{
    struct log_stream *stream = call->stream;
    size_t feed = span_find_byte(octets, '\n');
    struct span piece = span_slice(octets, 0, feed == SPAN_NPOS ? feed : feed + 1);
    stream->awaits_answer = false;
    if (stream->line == 0) {
        stream->end.nbytes = 0;
        /* The tag of a command counts for all of its lines. */
        if (!stream->is_later_line)
            buffer_clear(&stream->start);
    }
    if (!stream->is_later_line && stream->start.nbytes < ANNOUNCEMENT_HEAD_NBYTES)
        buffer_append(&stream->start,
                      span_slice(piece, 0, ANNOUNCEMENT_HEAD_NBYTES - stream->start.nbytes));
    announcement_tail_add(&stream->end, piece);
    log_octets(call, LOG_LINE, piece, feed != SPAN_NPOS);
    if (feed != SPAN_NPOS)
        end_line(call);
    return piece.nbytes;
}

/* The usual: a whole line, that neither continues nor announces a literal, nor answers to one. */
static bool is_simple_line(const struct log_call *call, struct span octets)
{
    const struct log_stream *stream = call->stream;
    size_t end = octets.nbytes;
    if (stream->line != 0 || stream->literal_left > 0 || stream->is_later_line ||
        call->session->client.awaits_answer || end < 3 || end > call->log->limit_nbytes / 16 ||
        span_find_byte(octets, '\n') != end - 1)
        return false;
    return octets.data[end - 2] == '\r' && octets.data[end - 3] != '}';
}

static void log_simple_line(struct log_call *call, struct span octets)
{
    struct wire_log *log = call->log;
    struct log_piece *piece =
        (struct log_piece *)(void *)buffer_reserve(&log->pieces, sizeof *piece);
    *piece = call->piece;
    piece->line = ++log->nlines;
    piece->nbytes = octets.nbytes;
    piece->kind = LOG_LINE;
    piece->is_first = piece->is_ended = true;
    buffer_advance(&log->pieces, sizeof *piece);
    buffer_append(&log->text, octets);
    call->stream->ends_in_cr = false;
    make_room(log);
}

void wire_log_octets(struct wire_log *log, const char *session, char who, struct span octets,
                     int64_t at_us)
{
    ENSURE(who == 'C' || who == 'S');
    unsigned index = session_index(log, session);
    struct log_call call = {.log = log,
                            .session = &log->sessions[index],
                            .piece = {.at_us = at_us, .session = index, .who = who}};
    call.stream = who == 'C' ? &call.session->client : &call.session->server;
    if (is_simple_line(&call, octets)) {
        log_simple_line(&call, octets);
        return;
    }
    while (octets.nbytes > 0) {
        size_t n =
            call.stream->literal_left > 0 ? log_literal(&call, octets) : log_line(&call, octets);
        octets = span_from(octets, n);
    }
}

/* A line put together from its pieces: the text of one as it is kept, of several a copy. */
struct log_row {
    const struct log_piece *first;
    struct span text;
    struct buffer joined;
    uint64_t nbytes; /* kept or not */
    bool is_ended;
};

/* As it is shown wherever it stands: a blank too, but for the one at the end of a line. */
static bool is_plain(char c)
{
    return char_is_print(c) && c != '\\';
}

static void append_escaped(struct buffer *out, struct span text, bool has_more)
{
    size_t shown = 0;
    for (size_t i = 0; i < text.nbytes; i++) {
        char c = text.data[i];
        bool is_last = i + 1 == text.nbytes;
        if (is_plain(c) && (c != ' ' || !is_last || has_more))
            continue;
        if (c == '\\' && (is_last || text.data[i + 1] != 'x'))
            continue;
        buffer_append(out, span_slice(text, shown, i - shown));
        buffer_printf(out, "\\x%02x", (unsigned)(unsigned char)c);
        shown = i + 1;
    }
    buffer_append(out, span_from(text, shown));
}

/* Seconds with three decimals. */
static void render_time(struct buffer *out, int64_t at_us)
{
    char room[NUMBER_DIGITS_MAX];
    uint64_t ms = (uint64_t)at_us / 1000;
    buffer_append(out, number_write(ms / 1000, 1, room));
    buffer_append_byte(out, '.');
    buffer_append(out, number_write(ms % 1000, 3, room));
    buffer_append_byte(out, ' ');
}

static void render_row(struct buffer *out, const struct wire_log *log, const struct log_row *row,
                       size_t width)
{
    static const char marks[] = {[LOG_LINE] = ':', [LOG_LITERAL] = '|'};
    struct span text = row->text;
    uint64_t nbytes = row->nbytes;
    const char *session = log->sessions[row->first->session].name;
    render_time(out, row->first->at_us);
    if (session[0] != '\0') {
        buffer_append_text(out, session);
        buffer_append_byte(out, ' ');
    }
    if (row->first->kind == LOG_EVENT) {
        buffer_append_text(out, "-- ");
    } else {
        bool is_open = !row->is_ended && row->first->kind == LOG_LINE;
        buffer_append_byte(out, row->first->who);
        buffer_append_byte(out, (char)(is_open ? '-' : marks[row->first->kind]));
        buffer_append_byte(out, ' ');
        if (row->is_ended && span_ends_with(text, SPAN_LIT("\r\n"))) {
            text.nbytes -= 2;
            nbytes -= 2;
        }
    }
    if (width > 0 && text.nbytes > width)
        text.nbytes = width;
    append_escaped(out, text, text.nbytes < nbytes);
    if (text.nbytes < nbytes)
        buffer_printf(out, "... (%" PRIu64 " octets)", nbytes);
    while (out->nbytes > 0 && buffer_span(out).data[out->nbytes - 1] == ' ')
        buffer_truncate(out, out->nbytes - 1);
    buffer_append_byte(out, '\n');
}

static void add_to_row(struct log_row *row, struct span text)
{
    if (row->text.nbytes > 0 && text.nbytes > 0) {
        if (row->joined.nbytes == 0)
            buffer_append(&row->joined, row->text);
        buffer_append(&row->joined, text);
        row->text = buffer_span(&row->joined);
    } else if (text.nbytes > 0) {
        row->text = text;
    }
}

/* Puts together the lines from `from_line` on, whose begins are kept. *nlost_r is raised by the
 * octets of those before. */
static struct log_row *collect_rows(const struct wire_log *log, uint64_t from_line,
                                    uint64_t *nlost_r)
{
    struct log_row *rows = mem_alloc((size_t)(log->nlines - from_line + 1) * sizeof *rows);
    struct span rest = buffer_span(&log->text);
    for (size_t i = 0; i < npieces(log); i++) {
        const struct log_piece *piece = piece_at(log, i);
        struct span text = span_slice(rest, 0, piece->nbytes);
        rest = span_from(rest, piece->nbytes);
        if (piece->line < from_line) {
            *nlost_r += piece->nbytes + piece->octets_left_out;
            continue;
        }
        struct log_row *row = &rows[piece->line - from_line];
        if (piece->is_first)
            row->first = piece;
        add_to_row(row, text);
        row->nbytes += text.nbytes + piece->octets_left_out;
        row->is_ended = piece->is_ended;
    }
    return rows;
}

/* The lines that are kept have numbers from the oldest piece's line on, but for older lines that
 * were still being added to. */
static uint64_t first_line_kept(const struct wire_log *log)
{
    for (size_t i = 0; i < npieces(log); i++)
        if (piece_at(log, i)->is_first)
            return piece_at(log, i)->line;
    return log->nlines + 1;
}

void wire_log_render(const struct wire_log *log, struct buffer *out, size_t nlines, size_t width)
{
    uint64_t from_line = first_line_kept(log), nlost = log->nlost;
    bool is_all = nlines == 0 || log->nlines + 1 - from_line <= nlines;
    if (!is_all)
        from_line = log->nlines + 1 - nlines;
    struct log_row *rows = collect_rows(log, from_line, &nlost);
    if (is_all && nlost > 0)
        buffer_printf(out, "-- %" PRIu64 " octets left out here\n", nlost);
    for (size_t i = 0; i < log->nlines - from_line + 1; i++) {
        render_row(out, log, &rows[i], width);
        buffer_free(&rows[i].joined);
    }
    free(rows);
}
