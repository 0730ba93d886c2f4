#include "script/target.h"

#include <string.h>

#include "script/step.h"
#include "script/target_file.h"

/* ---- values ------------------------------------------------------------------------------- */

/* A {placeholder} of an argument must be one of those that the caller fills in. */
static int check_placeholders(const struct script_cursor *c, size_t at, const char *argument,
                              const char *known)
{
    struct span rest = span_of(argument);
    struct span names = span_of(known);
    size_t open;
    while ((open = span_find_byte(rest, '{')) != SPAN_NPOS) {
        rest = span_from(rest, open);
        size_t length = span_find_byte(rest, '}');
        struct span name = span_slice(rest, 0, length == SPAN_NPOS ? rest.nbytes : length + 1);
        if (length == SPAN_NPOS || span_find(names, name) == SPAN_NPOS)
            return script_cursor_fault(
                c, at, "`%.*s` is nothing that can be filled in; there %s %s", SPAN_ARG(name),
                strchr(known, ' ') == NULL ? "is" : "are", known);
        rest = span_from(rest, length + 1);
    }
    return 0;
}

/* A program and its arguments, each in quotes. */
static int read_program(struct script_cursor *c, struct script_names *names, const char *known)
{
    do {
        const char *argument;
        script_cursor_skip(c);
        size_t at = c->at;
        if (script_cursor_string(c, "a program and its arguments, each in quotes", &argument) !=
                0 ||
            check_placeholders(c, at, argument, known) != 0)
            return -1;
        script_names_add(c->faults->arena, names, argument);
    } while (!script_cursor_is_end(c));
    return 0;
}

static int read_texts(struct script_cursor *c, const char *what, struct script_names *names)
{
    do {
        const char *text;
        if (script_cursor_text(c, what, &text) != 0)
            return -1;
        script_names_add(c->faults->arena, names, text);
    } while (!script_cursor_is_end(c));
    return 0;
}

/* ---- lines -------------------------------------------------------------------------------- */

static int read_side(struct script_cursor *c, struct script_target *t)
{
    if (script_cursor_take(c, "server"))
        t->side = SIDE_SERVER;
    else if (script_cursor_take(c, "client"))
        t->side = SIDE_CLIENT;
    else
        return script_cursor_fault(c, c->at, "the side under test is `server` or `client`");
    return 0;
}

static int read_dialect(struct script_cursor *c, struct script_target *t)
{
    return script_cursor_name(c, "the name of a dialect", &t->dialect);
}

static int read_carrier(struct script_cursor *c, struct script_target *t)
{
    static const char *const words[] = {[CARRIER_TCP] = "tcp",
                                        [CARRIER_TLS] = "tls",
                                        [CARRIER_STDIO] = "stdio",
                                        [CARRIER_IN_PROCESS] = "in-process"};
    for (int i = CARRIER_TCP; i <= CARRIER_IN_PROCESS; i++) {
        if (script_cursor_take(c, words[i])) {
            t->carrier = (enum script_carrier)i;
            return 0;
        }
    }
    return script_cursor_fault(c, c->at, "the carrier is tcp, tls, stdio or in-process");
}

static int read_host(struct script_cursor *c, struct script_target *t)
{
    return script_cursor_text(c, "the name or address of a host", &t->host);
}

static int read_port(struct script_cursor *c, struct script_target *t)
{
    return script_cursor_unsigned(c, "a port", 65535, &t->port);
}

static int read_start(struct script_cursor *c, struct script_target *t)
{
    return read_program(c, &t->start, "{dir} {host} {port} {user} {password} {certificate}");
}

static int read_requires(struct script_cursor *c, struct script_target *t)
{
    return read_texts(c, "the name of a program", &t->programs);
}

static int read_ready(struct script_cursor *c, struct script_target *t)
{
    if (script_cursor_take(c, "line")) {
        t->ready_by_line = true;
        if (script_cursor_string(c, "a text that the line holds, in quotes", &t->ready_text) != 0)
            return -1;
    } else if (!script_cursor_take(c, "port")) {
        return script_cursor_fault(c, c->at, "expected `ready port` or `ready line \"TEXT\"`");
    }
    if (script_cursor_take(c, "timeout"))
        return script_cursor_duration(c, &t->ready_timeout_ms);
    return 0;
}

static int read_stop(struct script_cursor *c, struct script_target *t)
{
    static const char *const signals[] = {"SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGKILL"};
    if (script_cursor_peek(c) == '"')
        return read_program(c, &t->stop, "{dir} {host} {port}");
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        if (script_cursor_take(c, signals[i])) {
            t->stop_signal = signals[i];
            return 0;
        }
    }
    return script_cursor_fault(c, c->at,
                               "expected SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGKILL, or a "
                               "program in quotes");
}

static int read_user(struct script_cursor *c, struct script_target *t)
{
    enum { USERS_MOST = 1000000 };
    script_cursor_skip(c);
    size_t at = c->at;
    if (script_cursor_text(c, "the name of a user", &t->user_pattern) != 0 ||
        check_placeholders(c, at, t->user_pattern, "{n}") != 0)
        return -1;
    if (!script_cursor_take(c, "password"))
        return script_cursor_fault(c, c->at, "expected `password \"...\"`");
    if (script_cursor_text(c, "a password", &t->password) != 0)
        return -1;
    bool has_number = strstr(t->user_pattern, "{n}") != NULL;
    if (script_cursor_take(c, "count")) {
        if (!has_number)
            return script_cursor_fault(c, at, "several users need {n} in their name");
        if (script_cursor_unsigned(c, "how many users there are", USERS_MOST, &t->user_count) != 0)
            return -1;
        if (t->user_count == 0)
            return script_cursor_fault(c, at, "there is at least one user");
        return 0;
    }
    if (has_number)
        return script_cursor_fault(c, at,
                                   "{n} stands for a number: say how many users with `count`");
    return 0;
}

static int read_provision(struct script_cursor *c, struct script_target *t)
{
    return read_program(c, &t->provision,
                        "{dir} {host} {port} {user} {password} {mailbox} {fixture}");
}

static int read_deliver(struct script_cursor *c, struct script_target *t)
{
    return read_program(c, &t->deliver,
                        "{dir} {host} {port} {user} {password} {mailbox} {message}");
}

static int read_hooks(struct script_cursor *c, struct script_target *t)
{
    return read_program(c, &t->hooks, "{dir} {host} {port} {password}");
}

static int read_feature(struct script_cursor *c, struct script_target *t)
{
    static const char *const settings[] = {
        [FEATURE_NO] = "no", [FEATURE_YES] = "yes", [FEATURE_PROBE] = "probe"};
    struct script_feature feature = {.place = script_cursor_place(c, 0)};
    if (script_cursor_name(c, "the name of a feature", &feature.name) != 0)
        return -1;
    for (size_t i = 0; i < t->nfeatures; i++)
        if (strcmp(t->features[i].name, feature.name) == 0)
            return script_cursor_fault(c, 0, "the feature `%s` is given twice", feature.name);
    size_t i = 0;
    while (i < sizeof settings / sizeof *settings && !script_cursor_take(c, settings[i]))
        i++;
    if (i == sizeof settings / sizeof *settings)
        return script_cursor_fault(c, c->at, "a feature is `yes`, `no` or to be found by `probe`");
    feature.setting = (enum script_feature_setting)i;
    t->features = script_grow(c->faults->arena, t->features, t->nfeatures, sizeof feature);
    t->features[t->nfeatures++] = feature;
    return 0;
}

static int read_stderr_bad(struct script_cursor *c, struct script_target *t)
{
    return read_texts(c, "a text in quotes", &t->stderr_bad);
}

static int read_one_limit(struct script_cursor *c, struct script_target *t)
{
    enum { COUNT_MOST = 1000000 };
    uint64_t line;
    if (script_cursor_take(c, "line")) {
        if (script_cursor_number(c, "the longest line in octets", UINT32_MAX, &line) != 0)
            return -1;
        t->limit_line = (size_t)line;
        return 0;
    }
    if (script_cursor_take(c, "timeout"))
        return script_cursor_duration(c, &t->limit_timeout_ms);
    if (script_cursor_take(c, "quiet"))
        return script_cursor_duration(c, &t->limit_quiet_ms);
    if (script_cursor_take(c, "failed-login"))
        return script_cursor_duration(c, &t->limit_failed_login_ms);
    if (script_cursor_take(c, "connections"))
        return script_cursor_unsigned(c, "the most connections", COUNT_MOST, &t->limit_connections);
    if (script_cursor_take(c, "bad-commands"))
        return script_cursor_unsigned(c, "how many", COUNT_MOST, &t->limit_bad_commands);
    return script_cursor_fault(c, c->at,
                               "a limit is line, timeout, quiet, failed-login, "
                               "connections or bad-commands");
}

static int read_limit(struct script_cursor *c, struct script_target *t)
{
    do {
        if (read_one_limit(c, t) != 0)
            return -1;
    } while (!script_cursor_is_end(c));
    return 0;
}

static const struct entry {
    const char *word;
    int (*read)(struct script_cursor *c, struct script_target *t);
    bool is_repeatable;
} entries[] = {
    {"side", read_side, false},
    {"dialect", read_dialect, false},
    {"carrier", read_carrier, false},
    {"host", read_host, false},
    {"port", read_port, false},
    {"start", read_start, false},
    {"requires", read_requires, true},
    {"ready", read_ready, false},
    {"stop", read_stop, false},
    {"user", read_user, false},
    {"provision", read_provision, false},
    {"deliver", read_deliver, false},
    {"hooks", read_hooks, false},
    {"feature", read_feature, true},
    {"stderr-bad", read_stderr_bad, true},
    {"limit", read_limit, true},
};
enum { NENTRIES = sizeof entries / sizeof *entries };

/* ---- file --------------------------------------------------------------------------------- */

static void read_entry(struct script_reader *r, const struct script_node *node,
                       struct script_names *given, struct script_target *t)
{
    struct script_cursor c;
    script_node_cursor(r, node, &c);
    struct span word = script_cursor_word(&c);
    size_t i = 0;
    while (i < NENTRIES && !span_is(word, entries[i].word))
        i++;
    if (i == NENTRIES)
        (void)script_cursor_fault(&c, 0, "a target file has no line `%.*s`", SPAN_ARG(word));
    else if (node->line->kind != LINE_PLAIN)
        (void)script_cursor_fault(&c, c.text.nbytes, "`%s` opens no block", entries[i].word);
    else if (script_names_have(given, entries[i].word) && !entries[i].is_repeatable)
        (void)script_cursor_fault(&c, 0, "`%s` is given twice", entries[i].word);
    else if (entries[i].read(&c, t) == 0 && script_cursor_end(&c) == 0)
        script_names_add(r->faults->arena, given, entries[i].word);
}

/* What only shows when all lines are known. */
static void check_whole(struct script_reader *r, const struct script_target *t,
                        const struct script_names *given)
{
    bool is_connected = t->carrier == CARRIER_TCP || t->carrier == CARRIER_TLS;
    if (!script_names_have(given, "side"))
        (void)script_fault(r->faults, t->place, "the target has no `side`");
    if (is_connected && t->start.nitems == 0 && t->port == 0 && t->side == SIDE_SERVER)
        (void)script_fault(r->faults, t->place, "the target has neither `start` nor `port`");
    if ((t->carrier == CARRIER_STDIO || t->side == SIDE_CLIENT) && t->start.nitems == 0 &&
        t->carrier != CARRIER_IN_PROCESS)
        (void)script_fault(r->faults, t->place,
                           "the target has no `start`, and nothing else tells "
                           "what to run");
    if (t->carrier == CARRIER_IN_PROCESS && t->start.nitems > 0)
        (void)script_fault(r->faults, t->place, "a target in-process is not started");
    if (t->start.nitems == 0 && (t->ready_by_line || t->stop.nitems > 0))
        (void)script_fault(r->faults, t->place,
                           "`ready line` and `stop` belong to a target with `start`");
    if (t->hooks.nitems > 0 && t->provision.nitems + t->deliver.nitems > 0)
        (void)script_fault(r->faults, t->place,
                           "`hooks` stands instead of `provision` and `deliver`");
}

static void read_block(struct script_reader *r, const struct script_node *node,
                       struct script_target *t)
{
    struct script_names given = {0};
    for (const struct script_node *at = node->children; at != NULL; at = at->next)
        read_entry(r, at, &given, t);
    if (r->faults->nitems == 0)
        check_whole(r, t, &given);
}

static struct script_target *new_target(struct arena *arena)
{
    struct script_target *t = arena_alloc(arena, sizeof *t);
    t->name = t->title = "";
    t->dialect = "imap2";
    t->host = "127.0.0.1";
    t->ready_text = "";
    t->ready_timeout_ms = 10 * 1000;
    t->stop_signal = "SIGTERM";
    t->user_pattern = "fred";
    t->password = "secret";
    t->user_count = 1;
    return t;
}

static void read_top(struct script_reader *r, const struct script_node *node,
                     struct script_target *t)
{
    struct script_cursor c;
    script_node_cursor(r, node, &c);
    if (!script_cursor_take(&c, "target") || node->line->kind != LINE_OPEN) {
        (void)script_cursor_fault(&c, 0, "expected `target NAME \"title\" {`");
        return;
    }
    t->place = script_cursor_place(&c, 0);
    if (script_cursor_name(&c, "the name of the target", &t->name) == 0 &&
        script_cursor_string(&c, "a title in quotes", &t->title) == 0 && script_cursor_end(&c) != 0)
        return;
    if (node->branch != NULL)
        (void)script_fault(
            r->faults,
            (struct script_place){r->path, node->branch->line->number, node->branch->line->col},
            "`} or` belongs to `either` only");
    read_block(r, node, t);
    if (node->next != NULL)
        (void)script_fault(
            r->faults,
            (struct script_place){r->path, node->next->line->number, node->next->line->col},
            "a target file holds one target");
}

bool script_is_target(struct span text)
{
    struct arena arena = {0};
    struct script_faults faults = {.arena = &arena};
    struct script_line *lines;
    size_t nlines = script_lines_read(text, "", &faults, &lines);
    size_t i = 0;
    while (i < nlines && lines[i].kind == LINE_BLANK)
        i++;
    bool is_target = i < nlines && span_starts_with(lines[i].text, SPAN_LIT("target "));
    arena_free(&arena);
    return is_target;
}

struct script_target *script_target_parse(struct span text, const char *path,
                                          struct script_faults *faults)
{
    struct script_reader r = {.faults = faults, .path = arena_text(faults->arena, span_of(path))};
    struct script_target *target = new_target(faults->arena);
    struct script_line *lines;
    size_t nlines = script_lines_read(arena_copy(faults->arena, text), r.path, faults, &lines);
    script_faults_add_source(faults, r.path, lines, nlines);
    const struct script_node *node = script_tree_read(lines, nlines, r.path, faults);
    if (node != NULL)
        read_top(&r, node, target);
    else if (faults->nitems == 0)
        (void)script_fault(faults, (struct script_place){r.path, 1, 1}, "the file holds no target");
    script_faults_sort(faults);
    return target;
}

int script_read_target(struct span text, const char *path, struct arena *arena,
                       struct script_target **target_r, struct err *err)
{
    struct script_faults faults = {.arena = arena};
    *target_r = script_target_parse(text, path, &faults);
    if (faults.nitems == 0)
        return 0;
    script_fault_to_err(&faults, &faults.items[0], err);
    return -1;
}
