#include "blackbox/finding.h"

#include <string.h>

#include "convert/convert.h"
#include "script/quote.h"

/* The scenario is that of convert/, with what only the finding knows: which requirement is judged
 * where, which mailboxes the target could be given, and whose names are the user's own. */
enum { TAGS_MOST = 64 };

struct exporter {
    const struct campaign *c;
    const struct play_finding *finding;
    struct buffer *out;
    struct span last; /* the line that waits for the completion the finding is about; in the text */
    struct span said; /* the line that says that command */
    bool judges_end;  /* the end of the connection is what is due */
    bool lacks_wait;  /* a completion is due that no line waits for: its command was never meant */
    bool has_names;
    /* commands said without waiting for their completions, whose lines come first */
    struct exporter_said {
        struct span session, tag;
    } tags[TAGS_MOST];
    size_t ntags;
    struct stream_splitter plan; /* the commands that lines are still to say */
    struct span next;            /* tag of the first of them; empty: there are no more */
};

/* ---- which lines it is about ---- */

/* A line `S: TAG <status> <text-line>`, whichever session's. */
static bool waits_for(struct span line, const char *tag)
{
    struct buffer text = {0};
    buffer_printf(&text, "S: %s <status> <text-line>", tag);
    bool ok = tag[0] != '\0' && span_ends_with(line, buffer_span(&text));
    buffer_free(&text);
    return ok;
}

static bool says(struct span line, const char *tag)
{
    struct buffer text = {0};
    buffer_printf(&text, "C: %s ", tag);
    bool ok = tag[0] != '\0' && span_find(line, buffer_span(&text)) != SPAN_NPOS;
    buffer_free(&text);
    return ok;
}

static void find_lines(struct exporter *e, struct span text)
{
    e->has_names = span_find(text, SPAN_LIT("\n  session  ")) != SPAN_NPOS;
    while (text.nbytes > 0) {
        struct span line = span_cut(&text, '\n');
        if (waits_for(line, e->finding->tag))
            e->last = line;
        if (says(line, e->finding->tag))
            e->said = line;
    }
    bool is_silent = strcmp(e->finding->oracle, "silent") == 0;
    if (!is_silent || strcmp(e->finding->requirement, "literal.continuation") != 0)
        e->said = (struct span){0};
    e->judges_end = is_silent && strcmp(e->finding->requirement, "logout.close") == 0;
    size_t nbytes = strlen(e->finding->tag); /* a long one is not kept whole */
    e->lacks_wait = is_silent && !e->judges_end && e->last.data == NULL && e->said.data == NULL &&
                    nbytes > 0 && nbytes + 1 < sizeof e->finding->tag;
}

/* ---- writing ---- */

/* fred and secret are who the session is, where LOGIN says them. */
static void write_line(struct exporter *e, struct span line)
{
    size_t login = span_find_nocase(line, SPAN_LIT("LOGIN "));
    static const struct {
        struct span word;
        const char *reference;
    } names[] = {{SPAN_INIT("fred"), "${user}"}, {SPAN_INIT("secret"), "${password}"}};
    size_t at = 0;
    while (login != SPAN_NPOS && at < line.nbytes) {
        size_t n = 0;
        while (n < 2 &&
               (at < login ||
                !span_equal_nocase(span_slice(line, at, names[n].word.nbytes), names[n].word) ||
                char_is_alnum(line.data[at - 1]) ||
                (at + names[n].word.nbytes < line.nbytes &&
                 char_is_alnum(line.data[at + names[n].word.nbytes]))))
            n++;
        if (n < 2) {
            buffer_append_text(e->out, names[n].reference);
            at += names[n].word.nbytes;
        } else
            buffer_append_byte(e->out, line.data[at++]);
    }
    buffer_append(e->out, span_from(line, at));
    buffer_append_byte(e->out, '\n');
}

static void write_head(struct exporter *e, const struct sample *sample)
{
    const struct play_finding *f = e->finding;
    folder_write_head(&e->c->course, sample, f, e->out);
    if (f->oracle[0] == 'd')
        buffer_append_text(e->out, "# Only the two servers differ: which of them is right is to "
                                   "be seen.\n");
}

/* Only what is checked may be covered; what the model judges by itself needs neither. */
static bool has_check(const struct exporter *e)
{
    return e->last.data != NULL || e->said.data != NULL || e->judges_end || e->lacks_wait;
}

static void write_covers(struct exporter *e)
{
    if (e->finding->requirement[0] != '\0' && has_check(e))
        buffer_printf(e->out, "  covers   %s\n", e->finding->requirement);
}

static void begin_check(struct exporter *e)
{
    buffer_printf(e->out, "  check %s {\n",
                  e->finding->requirement[0] == '\0' ? "cmd.one-completion"
                                                     : e->finding->requirement);
}

static struct span session_of(struct span line)
{
    size_t at = 0;
    while (at < line.nbytes && line.data[at] == ' ')
        at++;
    size_t mark = span_find(line, SPAN_LIT(" S"));
    struct span name = span_trim(span_slice(line, 0, mark == SPAN_NPOS ? 0 : mark));
    return name;
}

/* The completion that the finding is about, in a check, with what should have come. */
static void write_awaited(struct exporter *e, struct span line)
{
    const struct play_finding *f = e->finding;
    struct span name = session_of(line);
    const char *blank = name.nbytes > 0 ? " " : "";
    begin_check(e);
    buffer_append_text(e->out, "  ");
    if (strcmp(f->oracle, "relation") == 0 && f->wanted[0] != '\0') {
        /* sets: an answer may come in several lines, but none may say anything else */
        buffer_printf(e->out, "  %.*s%sS: %s\n", SPAN_ARG(name), blank, f->wanted);
        buffer_printf(e->out, "    %.*s%sS: %s OK <text-line>\n", SPAN_ARG(name), blank, f->tag);
    } else if (strcmp(f->oracle, "differs") == 0) {
        buffer_printf(e->out, "  %.*s%sS*: * <any>\n", SPAN_ARG(name), blank);
        buffer_printf(e->out, "    %.*s%sS: %s %s <text-line>\n", SPAN_ARG(name), blank, f->tag,
                      f->wanted);
    } else {
        buffer_printf(e->out, "  %.*s%sS*: * <any>\n  ", SPAN_ARG(name), blank);
        write_line(e, line);
    }
    buffer_append_text(e->out, "  }\n");
}

/* A literal that is neither granted nor refused: the line that says it waits for that. */
static void write_said(struct exporter *e, struct span line)
{
    begin_check(e);
    buffer_append_text(e->out, "  ");
    write_line(e, line);
    buffer_append_text(e->out, "  }\n");
}

/* What has a meaning in scenarios stands as octets. */
static void write_tag(struct exporter *e, const char *tag)
{
    for (size_t i = 0; tag[i] != '\0'; i++)
        if (char_is_alnum(tag[i]) || tag[i] == ']')
            buffer_append_byte(e->out, tag[i]);
        else
            buffer_printf(e->out, "<0x%02x>", (unsigned char)tag[i]);
}

static void write_end(struct exporter *e)
{
    const struct play_finding *f = e->finding;
    const char *name = e->has_names ? f->session : "";
    const char *blank = e->has_names ? " " : "";
    begin_check(e);
    if (e->judges_end)
        buffer_printf(e->out, "    %s%seof\n", name, blank);
    else {
        buffer_printf(e->out, "    %s%sS*: * <any>\n    %s%sS: ", name, blank, name, blank);
        write_tag(e, f->tag);
        buffer_append_text(e->out, " <status> <text-line>\n");
    }
    buffer_append_text(e->out, "  }\n");
}

/* The tag of the next command of the plan. */
static void go_to_next(struct exporter *e)
{
    struct stream_unit unit;
    e->next = (struct span){0};
    while (e->next.nbytes == 0 && stream_splitter_next(&e->plan, &unit)) {
        struct span rest = unit.bytes;
        if (unit.kind == STREAM_DATA && unit.begins && plan_has_usable_tag(unit.bytes))
            e->next = span_trim(span_cut(&rest, ' '));
    }
}

/* Whether the line says the next command, as such or as raw octets: its completion will come. */
static void note_said(struct exporter *e, struct span line)
{
    size_t mark = span_find(line, SPAN_LIT("C: "));
    size_t raw = span_find(line, SPAN_LIT("C= \""));
    size_t at = mark != SPAN_NPOS ? mark + 3 : raw + 4;
    if ((mark == SPAN_NPOS && raw == SPAN_NPOS) || e->next.nbytes == 0 ||
        !span_starts_with(span_from(line, at), e->next) || e->ntags == TAGS_MOST)
        return;
    struct span session = span_trim(span_slice(line, 0, mark != SPAN_NPOS ? mark : raw));
    e->tags[e->ntags++] = (struct exporter_said){session, e->next};
    go_to_next(e);
}

/* A window is closed by the first completion: those that come before get windows of their own. */
static void write_earlier(struct exporter *e, struct span line)
{
    struct span session = session_of(line);
    size_t mark = span_find(line, SPAN_LIT("S: "));
    struct span rest = mark == SPAN_NPOS ? (struct span){0} : span_from(line, mark + 3);
    struct span tag = span_cut(&rest, ' ');
    size_t nkept = 0;
    bool is_over = false;
    for (size_t i = 0; i < e->ntags; i++) {
        const struct exporter_said *said = &e->tags[i];
        if (is_over || !span_equal(said->session, session)) {
            e->tags[nkept++] = *said;
            continue;
        }
        is_over = span_equal(said->tag, tag);
        if (is_over)
            continue;
        const char *blank = session.nbytes > 0 ? " " : "";
        buffer_printf(e->out, "  %.*s%sS*: * <any>\n", SPAN_ARG(session), blank);
        buffer_printf(e->out, "  %.*s%sS: %.*s <status> <text-line>\n", SPAN_ARG(session), blank,
                      SPAN_ARG(said->tag));
    }
    e->ntags = nkept;
}

static bool is_mark_of(struct span line, struct span awaited)
{
    return span_ends_with(line, SPAN_LIT("S*: * <any>")) && awaited.data != NULL &&
           line.data + line.nbytes + 1 == awaited.data;
}

static void write_lines(struct exporter *e, struct span text)
{
    while (text.nbytes > 0) {
        struct span line = span_cut(&text, '\n');
        if (span_is(line, "}") && (e->judges_end || e->lacks_wait))
            write_end(e);
        if (span_starts_with(line, SPAN_LIT("  fixture ")) &&
            !fixture_set_has(e->c->fixtures.extent, line))
            continue;
        if (span_ends_with(line, SPAN_LIT("S*: * <any>"))) {
            struct span rest = text;
            write_earlier(e, span_cut(&rest, '\n'));
        }
        note_said(e, line);
        if (is_mark_of(line, e->last))
            continue;
        if (e->last.data == line.data)
            write_awaited(e, line);
        else if (e->said.data == line.data)
            write_said(e, line);
        else
            write_line(e, line);
        if (span_starts_with(line, SPAN_LIT("  role ")))
            write_covers(e);
    }
}

void finding_export(const struct campaign *c, const struct sample *sample,
                    const struct play_finding *finding, const char *id, struct buffer *out)
{
    struct exporter e = {.c = c, .finding = finding, .out = out};
    struct buffer plan = {0};
    struct buffer text = {0};
    plan_make(span_make(sample->bytes, sample->nbytes), &sample->mode, &plan);
    convert_stream_to_scenario(buffer_span(&plan), id, finding->oracle, &text);
    e.plan = stream_splitter_of(buffer_span(&plan));
    go_to_next(&e);
    find_lines(&e, buffer_span(&text));
    write_head(&e, sample);
    write_lines(&e, buffer_span(&text));
    buffer_free(&plan);
    buffer_free(&text);
}
