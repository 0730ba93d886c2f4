#include <inttypes.h>
#include <string.h>

#include "run/player.h"

enum { DRIVE_LAST_LOOKS = 8 };

/* ---- requests ---- */

static bool is_sequence(struct span value)
{
    for (size_t i = 0; i < value.nbytes; i++)
        if (!char_is_digit(value.data[i]) && value.data[i] != ',' && value.data[i] != ':')
            return false;
    return value.nbytes > 0;
}

/* The value of a piece, and whether it is a string: in quotes it stands in quotes, a word stands
 * bare, and what a reference stands for is a string unless it is a number or a sequence. */
static int value_of(struct player *p, const struct resolve_scope *scope,
                    const struct script_piece *piece, struct span *value_r, bool *is_string_r,
                    struct err *err)
{
    struct buffer out = {0};
    *is_string_r = piece->kind != PIECE_REFERENCE;
    if (piece->kind == PIECE_QUOTED || piece->kind == PIECE_LITERAL)
        return resolve_content(scope, piece, value_r, err);
    int status = resolve_piece(scope, piece, &out, err);
    *value_r = arena_copy(p->arena, buffer_span(&out));
    buffer_free(&out);
    if (piece->kind == PIECE_REFERENCE && status == 0)
        status = resolve_value(scope, &piece->reference, value_r, err);
    *is_string_r = piece->kind == PIECE_REFERENCE && !is_sequence(*value_r);
    return status;
}

/* Pieces that stand together are one word. */
struct word {
    struct buffer value;
    bool is_there, is_string;
};

static void end_word(struct word *word, struct buffer *line)
{
    if (word->is_there && word->is_string)
        shim_write_string(line, buffer_span(&word->value));
    else if (word->is_there)
        shim_write_bare(line, buffer_span(&word->value));
    buffer_clear(&word->value);
    word->is_there = word->is_string = false;
}

static int append_piece(struct player *p, const struct resolve_scope *scope,
                        const struct script_piece *piece, struct word *word, struct buffer *line,
                        struct err *err)
{
    struct span value;
    bool is_string;
    if (piece->kind == PIECE_SPACE || piece->kind == PIECE_OPEN || piece->kind == PIECE_CLOSE) {
        end_word(word, line);
        if (piece->kind == PIECE_OPEN)
            shim_write_word(line, (struct shim_word){.kind = SHIM_LIST_OPEN});
        else if (piece->kind == PIECE_CLOSE)
            shim_write_word(line, (struct shim_word){.kind = SHIM_LIST_CLOSE});
        return 0;
    }
    if (value_of(p, scope, piece, &value, &is_string, err) != 0)
        return -1;
    buffer_append(&word->value, value);
    word->is_there = true;
    word->is_string = word->is_string || is_string;
    return 0;
}

static int build_request(struct player *p, const struct script_step *step, struct span *line_r,
                         struct err *err)
{
    struct resolve_scope scope = player_scope(p, player_session_of(p, step), NULL);
    struct buffer line = {0};
    struct word word = {0};
    int status = 0;
    shim_write_bare(&line, span_of(step->as.shim.verb));
    for (size_t i = 0; i < step->as.shim.narguments && status == 0; i++) {
        const struct script_text *argument = &step->as.shim.arguments[i];
        for (size_t k = 0; k < argument->npieces && status == 0; k++)
            status = append_piece(p, &scope, &argument->pieces[k], &word, &line, err);
        end_word(&word, &line);
    }
    shim_write_end(&line);
    *line_r = arena_copy(p->arena, buffer_span(&line));
    buffer_free(&word.value);
    buffer_free(&line);
    return status;
}

static enum player_status skip(struct player *p, const char *reason)
{
    p->is_skipped = true;
    player_raise(p, RESULT_SKIP, reason);
    return PLAYER_STOPS;
}

bool player_skip_unsupported(struct player *p)
{
    const struct player_request *request = p->driver.first;
    if (request == NULL || !driver_ended_with(p, request, SHIM_UNSUPPORTED))
        return false;
    (void)skip(p, arena_printf(p->arena, "needs shim.%s, which %s does not support", request->verb,
                               p->target->name));
    return true;
}

static enum player_status fail_outcome(struct player *p, const struct script_step *step,
                                       const struct player_request *request,
                                       enum shim_status wanted)
{
    if (player_skip_unsupported(p))
        return PLAYER_STOPS;
    struct player_failure f = player_failure_at(
        p, step, arena_printf(p->arena, "the client ends `%s` otherwise", request->verb));
    f.wanted = shim_status_word(wanted);
    f.got = driver_answer_text(p, request);
    f.is_harness = p->driver.is_wrong;
    enum player_status status = player_fail(p, f);
    if (status == PLAYER_GOES_ON) /* it counts against a check: the request is over all the same */
        driver_drop(p);
    return status;
}

/* Looks at the end of the oldest request. */
static enum player_status end_with(struct player *p, const struct script_step *step,
                                   enum shim_status wanted)
{
    struct player_request *request = p->driver.first;
    struct buffer value = {0};
    if (!driver_ended_with(p, request, wanted))
        return fail_outcome(p, step, request, wanted);
    p->ntrials = 0;
    shim_answer_capture(&request->answer, &value);
    if (request->capture != NULL)
        capture_put_value(&p->captures, request->capture, buffer_span(&value));
    buffer_free(&value);
    driver_drop(p);
    return PLAYER_GOES_ON;
}

/* What was started has to have ended well, unless a `finish` has said how it ends; up to a request
 * that may still be under way, if there is one. */
static enum player_status end_started(struct player *p, const struct script_step *step,
                                      bool may_overlap)
{
    enum player_status status = PLAYER_GOES_ON;
    p->ntrials = 0; /* what is asked next cannot be taken back */
    while (p->driver.first != NULL && status == PLAYER_GOES_ON) {
        if (may_overlap && !p->driver.first->is_open)
            return PLAYER_GOES_ON;
        status = driver_await(p, step, p->driver.first);
        if (status == PLAYER_GOES_ON)
            status = end_with(p, step, SHIM_OK);
    }
    return status;
}

static enum player_status ask(struct player *p, const char *verb, struct span line,
                              const char *capture)
{
    p->ntrials = 0; /* what was asked cannot be taken back */
    if (!p->target->client->has_shim)
        return skip(
            p, arena_printf(p->arena, "needs a shim, which %s does not have", p->target->name));
    driver_ask(p, verb, line)->capture = capture;
    return PLAYER_GOES_ON;
}

enum player_status player_start(struct player *p, const struct script_step *step)
{
    struct span line;
    struct err err;
    if (build_request(p, step, &line, &err) != 0)
        return player_fail_of_harness(p, step, &err);
    enum player_status status = end_started(p, step, true);
    return status == PLAYER_GOES_ON ? ask(p, step->as.shim.verb, line, step->as.shim.capture)
                                    : status;
}

/* ---- their ends ---- */

static enum shim_status wanted_of(const struct script_step *step)
{
    enum shim_status status = SHIM_OK;
    struct span text;
    bool is_known = shim_status_read(span_of(step->as.finish.status), &status, &text);
    ENSURE(is_known); /* script_read() takes the words of the shim protocol only */
    return status;
}

enum player_status player_finish(struct player *p, const struct script_step *step)
{
    const struct player_request *request = p->driver.first;
    if (request == NULL) {
        struct player_failure f = player_failure_at(p, step, "nothing was started");
        f.is_harness = true;
        return player_fail(p, f);
    }
    if (p->ntrials > 0 && driver_is_running(p, request)) {
        p->is_starved = true;
        return player_fail(p, player_failure_at(p, step, "the client is still busy"));
    }
    enum player_status status = p->ntrials > 0 ? PLAYER_GOES_ON : driver_await(p, step, request);
    return status == PLAYER_GOES_ON ? end_with(p, step, wanted_of(step)) : status;
}

enum player_status player_do(struct player *p, const struct script_step *step)
{
    enum player_status status = end_started(p, step, false);
    if (status == PLAYER_GOES_ON)
        status = player_start(p, step);
    if (status == PLAYER_GOES_ON)
        status = driver_await(p, step, p->driver.first);
    return status == PLAYER_GOES_ON ? end_with(p, step, SHIM_OK) : status;
}

enum player_status player_cache(struct player *p, const struct script_step *step)
{
    unsigned ntrials = p->ntrials;
    enum player_status status = end_started(p, step, false);
    if (status == PLAYER_GOES_ON)
        status = ask(p, "cache", SPAN_LIT("cache\n"), NULL);
    if (status == PLAYER_GOES_ON)
        status = driver_await(p, step, p->driver.first);
    if (status != PLAYER_GOES_ON)
        return status;
    if (!driver_ended_with(p, p->driver.first, SHIM_OK))
        return end_with(p, step, SHIM_OK);
    p->ntrials = ntrials; /* the question changed nothing: another branch may ask, too */
    status = player_judge_cache(p, step, &p->driver.first->answer);
    driver_drop(p);
    return status;
}

/* ---- exit ---- */

static bool has_exited(struct player *p)
{
    struct buffer how = {0};
    bool has = p->target->client->has_shim
                   ? p->driver.broken != NULL
                   : p->target->client->has_exited(p->target->context, &how);
    if (has && how.nbytes > 0)
        player_log_event(p, NULL,
                         arena_printf(p->arena, "the client %.*s", SPAN_ARG(buffer_span(&how))));
    buffer_free(&how);
    return has;
}

static enum player_status begin_exit(struct player *p, const struct script_step *step)
{
    struct err err;
    p->ntrials = 0;
    if (driver_start(p, &err) != 0)
        return player_fail_of_harness(p, step, &err);
    if (!p->target->client->has_shim)
        return PLAYER_GOES_ON;
    enum player_status status = end_started(p, step, false);
    player_sessions_free(p); /* `quit` only drops connections, which is no way for a client */
    return status == PLAYER_GOES_ON ? ask(p, "quit", SPAN_LIT("quit\n"), NULL) : status;
}

/* A client that never came has shown nothing. */
static enum player_status fail_unless_seen(struct player *p, const struct script_step *step)
{
    struct buffer how = {0};
    for (size_t i = 0; i < p->nsessions; i++)
        if (p->sessions[i].was_opened)
            return PLAYER_GOES_ON;
    struct player_failure f = player_failure_at(p, step, "the client ended without a connection");
    (void)p->target->client->has_exited(p->target->context, &how);
    f.wanted = "a connection";
    f.got = how.nbytes == 0 ? "nothing" : arena_text(p->arena, buffer_span(&how));
    buffer_free(&how);
    return player_fail(p, f);
}

/* Goes on as long as anything happens within the time of a step. */
static enum player_status serve_until_exit(struct player *p, const struct script_step *step)
{
    int64_t deadline = player_deadline_us(p, step);
    for (;;) {
        struct player_session *s;
        const struct player_unit *unit;
        bool is_new = player_accept_more(p, true);
        enum serve_status did = player_attend(p, NULL);
        if (did == SERVE_STOPS)
            return PLAYER_STOPS;
        if ((unit = player_unanswered(p, &s)) != NULL)
            return player_fail_unanswered(p, step, unit);
        if (is_new || did == SERVE_DONE) {
            deadline = player_deadline_us(p, step);
            continue;
        }
        if (has_exited(p))
            return fail_unless_seen(p, step);
        if (!player_wait(p, deadline)) {
            struct player_failure f = player_failure_at(p, step, "the client does not end");
            f.got = "it is still running";
            return player_fail(p, f);
        }
    }
}

enum player_status player_exit(struct player *p, const struct script_step *step)
{
    enum player_status status = begin_exit(p, step);
    if (status == PLAYER_GOES_ON)
        status = serve_until_exit(p, step);
    if (status == PLAYER_GOES_ON) {
        if (p->driver.first != NULL)
            driver_drop(p);
        /* what is still on its way: the last octets, and the end behind them */
        for (int i = 0; i < DRIVE_LAST_LOOKS; i++)
            (void)player_wait(p, 0);
        if (player_attend(p, NULL) == SERVE_STOPS)
            status = PLAYER_STOPS;
    }
    return status;
}
