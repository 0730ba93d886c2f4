#include "script/meta.h"

#include <string.h>

#include "catalogue/catalogue.h"
#include "script/piece.h"

const char *const script_role_words[] = {
    [SCRIPT_CLIENT] = "client", [SCRIPT_SERVER] = "server", [SCRIPT_MONITOR] = "monitor"};

bool script_is_predefined(const char *name)
{
    return strcmp(name, "user") == 0 || strcmp(name, "password") == 0 || strcmp(name, "tag") == 0;
}

static int read_role(struct script_cursor *c, struct script_scenario *s)
{
    for (int role = SCRIPT_CLIENT; role <= SCRIPT_MONITOR; role++) {
        if (script_cursor_take(c, script_role_words[role])) {
            s->role = (enum script_role)role;
            return 0;
        }
    }
    script_cursor_skip(c);
    return script_cursor_fault(c, c->at, "the role is client, server or monitor");
}

static int read_dialect(struct script_cursor *c, struct script_scenario *s)
{
    script_cursor_skip(c);
    size_t at = c->at;
    if (script_cursor_name(c, "the name of a dialect", &s->dialect) != 0)
        return -1;
    if (catalogue_of_dialect(span_of(s->dialect)) == NULL)
        return script_cursor_fault(c, at, "no dialect `%s` is known", s->dialect);
    return 0;
}

int script_requirement_read(struct script_cursor *c, struct script_names *ids,
                            struct script_place *place_r)
{
    const char *id;
    script_cursor_skip(c);
    size_t at = c->at;
    *place_r = script_cursor_place(c, at);
    if (script_cursor_name(c, "a requirement ID", &id) != 0)
        return -1;
    if (script_names_have(ids, id))
        return script_cursor_fault(c, at, "`%s` is named twice", id);
    if (!catalogue_has(span_of(id)))
        return script_cursor_fault(c, at, "the catalogue has no requirement `%s`", id);
    script_names_add(c->faults->arena, ids, id);
    return 0;
}

static int read_names(struct script_cursor *c, const char *what, struct script_names *names)
{
    do {
        const char *name;
        if (script_cursor_name(c, what, &name) != 0)
            return -1;
        if (script_names_have(names, name))
            return script_cursor_fault(c, c->at - strlen(name), "`%s` is named twice", name);
        script_names_add(c->faults->arena, names, name);
    } while (!script_cursor_is_end(c));
    return 0;
}

static int read_covers(struct script_cursor *c, struct script_scenario *s)
{
    do {
        struct script_place place;
        size_t n = s->covers.nitems;
        if (script_requirement_read(c, &s->covers, &place) != 0)
            return -1;
        s->covers_places = script_grow(c->faults->arena, s->covers_places, n, sizeof place);
        s->covers_places[n] = place;
    } while (!script_cursor_is_end(c));
    return 0;
}

static int read_needs(struct script_cursor *c, struct script_scenario *s)
{
    return read_names(c, "the name of a feature", &s->needs);
}

/* ---- fixture ------------------------------------------------------------------------------ */

/* Numbers, commas and colons: 2,4:7,9 */
static bool is_sequence(struct span s)
{
    do {
        struct span part = span_cut(&s, ',');
        for (int i = 0; i < 2; i++) {
            uint32_t number;
            bool has_second = i == 0 && span_find_byte(part, ':') != SPAN_NPOS;
            if (number_parse_u32(span_cut(&part, ':'), &number) != 0 || number == 0)
                return false;
            if (!has_second)
                break;
        }
        if (part.nbytes > 0)
            return false;
    } while (s.nbytes > 0);
    return true;
}

static int read_sequence(struct script_cursor *c, const struct script_fixture *f,
                         const char **sequence_r)
{
    script_cursor_skip(c);
    size_t at = c->at;
    struct span word = script_cursor_word(c);
    if (!is_sequence(word) || word.data[word.nbytes - 1] == ',')
        return script_cursor_fault(c, at, "expected message numbers such as 2,4:7");
    struct span rest = word;
    for (size_t i = 0; i < word.nbytes && f->kind != FIXTURE_FILE;) {
        size_t n = number_digits(rest);
        uint32_t number = 0;
        if (number_parse_u32(span_slice(rest, 0, n), &number) != 0 || number > f->nmessages)
            return script_cursor_fault(c, at + i, "the mailbox has %u messages only", f->nmessages);
        i += n + 1;
        rest = span_from(rest, n + 1);
    }
    *sequence_r = arena_text(c->faults->arena, word);
    return 0;
}

/* sequence ( \Flag ... ) */
static int read_flags(struct script_cursor *c, struct script_fixture *f)
{
    struct script_fixture_flags flags = {0};
    if (read_sequence(c, f, &flags.sequence) != 0)
        return -1;
    script_cursor_skip(c);
    size_t at = c->at;
    size_t close = span_find_byte(span_from(c->text, at), ')');
    if (script_cursor_peek(c) != '(' || close == SPAN_NPOS)
        return script_cursor_fault(c, at, "expected flags in parentheses, as in (\\Seen work)");
    struct span rest = span_trim(span_slice(c->text, at + 1, close - 1));
    c->at = at + close + 1;
    while (rest.nbytes > 0) {
        struct span flag = span_cut(&rest, ' ');
        rest = span_trim(rest);
        if (span_is_nocase(flag, "\\Recent"))
            return script_cursor_fault(c, (size_t)(flag.data - c->text.data),
                                       "\\Recent is given by `recent SEQUENCE`");
        if (span_find_byte(flag, '(') != SPAN_NPOS || span_find_byte(flag, '"') != SPAN_NPOS)
            return script_cursor_fault(c, (size_t)(flag.data - c->text.data), "`%.*s` is no flag",
                                       SPAN_ARG(flag));
        script_names_add(c->faults->arena, &flags.flags, arena_text(c->faults->arena, flag));
    }
    if (flags.flags.nitems == 0)
        return script_cursor_fault(c, at, "no flag is named");
    f->flags = script_grow(c->faults->arena, f->flags, f->nflags, sizeof flags);
    f->flags[f->nflags++] = flags;
    return 0;
}

static bool is_digits(struct span s, size_t least, size_t most)
{
    return s.nbytes >= least && s.nbytes <= most && number_digits(s) == s.nbytes;
}

/* 4-Jul-90 | 4-Jul-1990 12:00:00 +0000 */
static bool is_date(struct span s)
{
    struct span date = span_cut(&s, ' ');
    bool has_time = s.nbytes > 0;
    struct span time = span_cut(&s, ' ');
    struct span day = span_cut(&date, '-');
    struct span month = span_cut(&date, '-');
    if (!is_digits(day, 1, 2) || month.nbytes != 3 ||
        span_find(SPAN_LIT("JanFebMarAprMayJunJulAugSepOctNovDec"), month) % 3 != 0 ||
        (!is_digits(date, 2, 2) && !is_digits(date, 4, 4)))
        return false;
    if (!has_time)
        return true;
    for (int i = 0; i < 3; i++)
        if (!is_digits(span_cut(&time, ':'), 2, 2))
            return false;
    return time.nbytes == 0 && s.nbytes == 5 && (s.data[0] == '+' || s.data[0] == '-') &&
           is_digits(span_from(s, 1), 4, 4);
}

static int read_date(struct script_cursor *c, struct script_fixture *f)
{
    struct script_fixture_date date = {0};
    if (read_sequence(c, f, &date.sequence) != 0)
        return -1;
    script_cursor_skip(c);
    size_t at = c->at;
    if (script_cursor_string(c, "a date in quotes", &date.date) != 0)
        return -1;
    if (!is_date(span_of(date.date)))
        return script_cursor_fault(c, at,
                                   "a date is written \"4-Jul-90\" or \"4-Jul-1990 12:00:00 "
                                   "+0000\"");
    f->dates = script_grow(c->faults->arena, f->dates, f->ndates, sizeof date);
    f->dates[f->ndates++] = date;
    return 0;
}

static int read_fixture_mod(struct script_cursor *c, struct script_fixture *f)
{
    if (script_cursor_take(c, "flags"))
        return read_flags(c, f);
    if (script_cursor_take(c, "date"))
        return read_date(c, f);
    if (script_cursor_take(c, "recent"))
        return read_sequence(c, f, &f->recent);
    if (script_cursor_take(c, "user"))
        return script_cursor_name(c, "the name of a user", &f->user);
    if (script_cursor_take(c, "board"))
        f->is_board = true;
    else if (script_cursor_take(c, "read-only"))
        f->is_readonly = true;
    else if (script_cursor_take(c, "unreadable"))
        f->is_unreadable = true;
    else
        return script_cursor_fault(c, c->at,
                                   "expected one of flags, recent, date, user, board, "
                                   "read-only, unreadable");
    return 0;
}

static int read_fixture_kind(struct script_cursor *c, struct script_fixture *f)
{
    enum { MESSAGES_MOST = 1000000 };
    if (script_cursor_take(c, "empty")) {
        f->kind = FIXTURE_EMPTY;
        return 0;
    }
    if (script_cursor_take(c, "messages")) {
        f->kind = FIXTURE_MESSAGES;
        return script_cursor_unsigned(c, "the number of messages", MESSAGES_MOST, &f->nmessages);
    }
    f->kind = FIXTURE_FILE;
    return script_cursor_string(c, "`messages N`, `empty` or the file of a mailbox, in quotes",
                                &f->file);
}

static int read_fixture(struct script_cursor *c, struct script_scenario *s)
{
    struct script_fixture f = {.place = script_cursor_place(c, 0)};
    if (script_cursor_text(c, "the name of a mailbox", &f.mailbox) != 0 ||
        read_fixture_kind(c, &f) != 0)
        return -1;
    while (!script_cursor_is_end(c))
        if (read_fixture_mod(c, &f) != 0)
            return -1;
    s->fixtures = script_grow(c->faults->arena, s->fixtures, s->nfixtures, sizeof f);
    s->fixtures[s->nfixtures++] = f;
    return 0;
}

/* ---- session, axis ------------------------------------------------------------------------ */

bool script_can_name_session(struct span name)
{
    return !script_is_control_word(name) && !script_is_meta_word(name);
}

static int read_session(struct script_cursor *c, struct script_scenario *s)
{
    struct script_session session = {.user = "fred", .place = script_cursor_place(c, 0)};
    script_cursor_skip(c);
    size_t at = c->at;
    if (script_cursor_name(c, "the name of a session", &session.name) != 0)
        return -1;
    if (!script_can_name_session(span_of(session.name)))
        return script_cursor_fault(c, at, "a session cannot be called `%s`", session.name);
    if (!script_cursor_is_end(c)) {
        at = c->at;
        struct span value = script_cursor_word(c);
        struct span key = span_cut(&value, '=');
        if (!span_is(key, "user") || !script_is_name(value, "-_."))
            return script_cursor_fault(c, at, "expected `user=NAME`");
        session.user = arena_text(c->faults->arena, value);
    }
    s->sessions = script_grow(c->faults->arena, s->sessions, s->nsessions, sizeof session);
    s->sessions[s->nsessions++] = session;
    return 0;
}

struct span script_axis_value(struct script_cursor *c)
{
    script_cursor_skip(c);
    size_t start = c->at;
    c->at = script_text_end(c->text, start, " }");
    return span_slice(c->text, start, c->at - start);
}

static int read_value(struct script_cursor *c, struct script_axis *axis)
{
    struct script_cursor part;
    struct script_text text;
    script_cursor_skip(c);
    size_t start = c->at;
    struct span value = script_axis_value(c);
    script_cursor_part(&part, c, c->at);
    part.at = start;
    if (value.nbytes == 0)
        return script_cursor_fault(c, start, "expected a value or `}`");
    if (script_text_read(&part, false, NULL, &text) != 0)
        return -1;
    const char *name = arena_text(c->faults->arena, value);
    if (script_names_have(&axis->values, name))
        return script_cursor_fault(c, start, "the value %s is given twice", name);
    script_names_add(c->faults->arena, &axis->values, name);
    return 0;
}

/* A long list of values may go on in another line. */
static struct script_axis *find_axis(const struct script_scenario *s, const char *name)
{
    for (size_t i = 0; i < s->naxes; i++)
        if (strcmp(s->axes[i].name, name) == 0)
            return &s->axes[i];
    return NULL;
}

static int read_axis(struct script_cursor *c, struct script_scenario *s)
{
    struct script_axis axis = {.place = script_cursor_place(c, 0)};
    if (script_cursor_variable(c, "the name of an axis (no `-`, no `.`)", &axis.name) != 0)
        return -1;
    struct script_axis *before = find_axis(s, axis.name);
    if (before != NULL)
        axis = *before;
    size_t nbefore = axis.values.nitems;
    if (!script_cursor_take(c, "in") || script_cursor_peek(c) != '{')
        return script_cursor_fault(c, c->at, "an axis is written `axis NAME in { VALUE VALUE }`");
    c->at++;
    while (script_cursor_peek(c) != '}')
        if (read_value(c, &axis) != 0)
            return -1;
    if (axis.values.nitems == nbefore)
        return script_cursor_fault(c, c->at, "an axis has at least one value");
    c->at++;
    if (before != NULL) {
        *before = axis;
        return 0;
    }
    s->axes = script_grow(c->faults->arena, s->axes, s->naxes, sizeof axis);
    s->axes[s->naxes++] = axis;
    return 0;
}

/* ---- the rest ----------------------------------------------------------------------------- */

static int read_extras(struct script_cursor *c, struct script_scenario *s)
{
    static const char *const kinds[] = {"EXISTS",  "RECENT", "EXPUNGE", "FETCH", "FLAGS",
                                        "OK",      "NO",     "BAD",     "BYE",   "SEARCH",
                                        "MAILBOX", "BBOARD", "COPY",    "STORE"};
    s->extras = EXTRAS_LISTED;
    if (script_cursor_take(c, "any")) {
        s->extras = EXTRAS_ANY;
        return 0;
    }
    if (script_cursor_take(c, "none")) {
        s->extras = EXTRAS_NONE;
        return 0;
    }
    do {
        size_t i = 0;
        while (i < sizeof kinds / sizeof *kinds && !script_cursor_take(c, kinds[i]))
            i++;
        if (i == sizeof kinds / sizeof *kinds)
            return script_cursor_fault(c, c->at,
                                       "expected any, none, or untagged data such as "
                                       "EXISTS RECENT FETCH");
        script_names_add(c->faults->arena, &s->extras_kinds, kinds[i]);
    } while (!script_cursor_is_end(c));
    return 0;
}

static int read_timeout(struct script_cursor *c, struct script_scenario *s)
{
    return script_cursor_duration(c, &s->timeout_ms);
}

static int read_because(struct script_cursor *c, struct script_scenario *s)
{
    return script_cursor_string(c, "a reason in quotes", &s->because);
}

static int read_no_fault(struct script_cursor *c, struct script_scenario *s)
{
    script_cursor_skip(c);
    size_t at = c->at;
    if (script_cursor_string(c, "a reason in quotes", &s->no_fault) != 0)
        return -1;
    if (span_trim(span_of(s->no_fault)).nbytes == 0)
        return script_cursor_fault(c, at, "the reason is empty");
    return 0;
}

static int read_serve(struct script_cursor *c, struct script_scenario *s)
{
    s->serves_model = script_cursor_take(c, "model");
    if (s->serves_model || script_cursor_take(c, "nothing"))
        return 0;
    return script_cursor_fault(c, c->at, "expected `serve model` or `serve nothing`");
}

static const struct meta {
    const char *word;
    int (*read)(struct script_cursor *c, struct script_scenario *s);
    bool is_repeatable;
} metas[] = {
    {"role", read_role, false},         {"dialect", read_dialect, false},
    {"covers", read_covers, true},      {"needs", read_needs, true},
    {"fixture", read_fixture, true},    {"session", read_session, true},
    {"axis", read_axis, true},          {"extras", read_extras, false},
    {"timeout", read_timeout, false},   {"because", read_because, false},
    {"no-fault", read_no_fault, false}, {"serve", read_serve, false},
};

static const struct meta *find_meta(struct span word)
{
    for (size_t i = 0; i < sizeof metas / sizeof *metas; i++)
        if (span_is(word, metas[i].word))
            return &metas[i];
    return NULL;
}

bool script_is_meta_word(struct span word)
{
    return find_meta(word) != NULL;
}

void script_meta_read(struct script_reader *r, const struct script_node *node,
                      struct script_scenario *scenario)
{
    struct script_cursor c;
    script_node_cursor(r, node, &c);
    const struct meta *meta = find_meta(script_cursor_word(&c));
    ENSURE(meta != NULL);
    if (node->line->kind == LINE_OPEN) {
        (void)script_cursor_fault(&c, c.text.nbytes, "`%s` opens no block", meta->word);
        return;
    }
    if (script_names_have(&scenario->metas, meta->word) && !meta->is_repeatable) {
        (void)script_cursor_fault(&c, 0, "`%s` is given twice", meta->word);
        return;
    }
    scenario->metas_places = script_grow(r->faults->arena, scenario->metas_places,
                                         scenario->metas.nitems, sizeof *scenario->metas_places);
    scenario->metas_places[scenario->metas.nitems] = script_cursor_place(&c, 0);
    script_names_add(r->faults->arena, &scenario->metas, meta->word);
    if (meta->read(&c, scenario) != 0 || script_cursor_end(&c) != 0)
        return;
}
