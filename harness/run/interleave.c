#include <string.h>

#include "run/player.h"

/* ---- interleave ---- */

static bool is_send(const struct player *p, const struct script_step *step)
{
    return step->kind == STEP_WIRE && step->as.wire.who != player_checked(p);
}

/* The sends at the start of a unit, or what follows them. */
static struct script_steps part_of(const struct player *p, const struct script_unit *unit,
                                   bool sends)
{
    size_t n = 0;
    while (n < unit->steps.nitems && is_send(p, unit->steps.items[n]))
        n++;
    if (sends)
        return (struct script_steps){unit->steps.items, n};
    return (struct script_steps){unit->steps.items + n, unit->steps.nitems - n};
}

static enum player_status play_parts(struct player *p, const struct script_step *step, bool sends)
{
    enum player_status status = PLAYER_GOES_ON;
    struct player_check *check = p->check;
    for (size_t i = 0; i < p->norder && status == PLAYER_GOES_ON; i++) {
        struct script_steps part = part_of(p, &step->as.interleave.units[p->order[i]], sends);
        status = player_steps(p, &part, check);
    }
    return status;
}

/* `commands`: a unit is played to its end before the next begins. `sends`: first every unit's sends
 * go out in the order, unanswered; then the rest of each unit is played in the same order. */
enum player_status player_interleave(struct player *p, const struct script_step *step)
{
    ENSURE(p->norder == step->as.interleave.nunits);
    p->ntrials = 0;
    if (step->as.interleave.is_sends) {
        enum player_status status = play_parts(p, step, true);
        return status == PLAYER_GOES_ON ? play_parts(p, step, false) : status;
    }
    enum player_status status = PLAYER_GOES_ON;
    struct player_check *check = p->check;
    for (size_t i = 0; i < p->norder && status == PLAYER_GOES_ON; i++)
        status = player_steps(p, &step->as.interleave.units[p->order[i]].steps, check);
    return status;
}

/* ---- converge ---- */

static struct player_unit *find_completion(struct player_session *s)
{
    for (size_t i = s->first; i < s->nunits; i++)
        if (!s->units[i]->is_consumed && s->units[i]->unit.kind == WIRE_TAGGED &&
            span_equal(s->units[i]->unit.tag, s->tags[0]))
            return s->units[i];
    return NULL;
}

/* Sends a command and passes over everything up to its completion; false when none comes. */
static bool run_command(struct player *p, struct player_session *s, const struct script_step *step,
                        const char *command, bool *is_ok_r)
{
    int64_t deadline = player_deadline_us(p, step);
    struct player_unit *completion;
    *is_ok_r = false;
    player_send_command(p, s, command);
    while ((completion = find_completion(s)) == NULL)
        if (s->is_ended || !player_wait(p, deadline))
            return false;
    for (size_t i = s->first; i < s->nunits; i++)
        player_consume(p, s, s->units[i]);
    struct span rest = completion->unit.bytes;
    (void)span_cut(&rest, ' ');
    *is_ok_r = span_starts_with_nocase(rest, SPAN_LIT("OK"));
    return true;
}

/* After the command, the session also asks for all flags: a server need not report them unasked. */
static bool synchronize(struct player *p, struct player_session *s, const struct script_step *step)
{
    bool is_ok;
    uint32_t exists;
    if (s->carrier == NULL || !run_command(p, s, step, step->as.converge.command, &is_ok) || !is_ok)
        return false;
    player_catch_up(p);
    if (!model_session_exists(s->model, &exists) || exists == 0)
        return true;
    return run_command(p, s, step, arena_printf(p->arena, "FETCH 1:%u FLAGS", exists), &is_ok);
}

static bool agree(struct player *p, const struct player_session *a, const struct player_session *b,
                  struct buffer *why)
{
    player_catch_up(p);
    return model_sessions_agree(a->model, b->model, why);
}

enum player_status player_converge(struct player *p, const struct script_step *step)
{
    struct player_session *a = player_session_named(p, step->as.converge.first);
    struct player_session *b = player_session_named(p, step->as.converge.second);
    struct player_failure f = {.place = step->place,
                               .check = p->check,
                               .wanted = "sessions that believe the same",
                               .got = ""};
    struct buffer why = {0};
    enum player_status status = PLAYER_GOES_ON;
    if (!synchronize(p, a, step) || !synchronize(p, b, step)) {
        f.text = arena_printf(p->arena, "%s is not completed with OK", step->as.converge.command);
        status = player_fail(p, f);
    } else if (!agree(p, a, b, &why)) {
        f.text = "the sessions do not converge";
        f.got = arena_text(p->arena, buffer_span(&why));
        f.log_line = wire_log_nlines(p->log);
        status = player_fail(p, f);
    }
    buffer_free(&why);
    return status;
}
