#include "target/shim_check.h"

#include <fnmatch.h>

#include "target/shim_check_inside.h"

struct checking {
    const struct shim_check *check;
    const struct run_target *run;
    struct net_loop *loop;
    struct arena *arena;
    struct shim_verbs verbs;
    enum shim_state unreached; /* getting there has failed once; STATE_NONE: never */
    const char *unreached_by;
    struct shim_tally tally;
};

static bool is_named(const struct shim_check *check, const char *name)
{
    for (size_t i = 0; i < check->nselectors; i++)
        if (fnmatch(check->selectors[i], name, 0) == 0)
            return true;
    return check->nselectors == 0;
}

static void tell(struct checking *c, const struct shim_check_item *item, enum shim_verdict verdict,
                 const char *text, const struct shim_talk *talk)
{
    struct shim_told told = {.name = item->name,
                             .meaning = item->meaning,
                             .verdict = verdict,
                             .text = text,
                             .wanted = "",
                             .got = ""};
    if (talk != NULL) {
        told.wanted = talk->wanted;
        told.got = talk->got;
        told.dialogue = buffer_span(&talk->dialogue);
    }
    if (verdict != SHIM_WRONG && !is_named(c->check, item->name))
        return;
    c->tally.n[verdict]++;
    c->check->told(c->check->context, &told);
}

/* Why it is left out; NULL: it is not. */
static const char *why_not(const struct checking *c, const struct shim_check_item *item)
{
    unsigned needs = item->needs;
    if (item->state >= c->unreached)
        return arena_printf(c->arena, "it needs what went wrong at `%s`", c->unreached_by);
    if (item->state >= STATE_LOGGED_IN)
        needs |= 1u << SHIM_LOGIN;
    if (item->state >= STATE_SELECTED)
        needs |= 1u << SHIM_SELECT;
    if ((needs & SHIM_NEEDS_OVERLAP) != 0 && !c->verbs.overlaps)
        return "`overlap` is not among its features";
    for (size_t i = 0; i < SHIM_NVERBS; i++)
        if ((needs & (1u << i)) != 0 && !c->verbs.knows[i])
            return arena_printf(c->arena, "`%s` is not among its features",
                                shim_verb_info((enum shim_verb)i)->name);
    return NULL;
}

/* Brings the client into the state. False: something went wrong; *reached_r is how far it came. */
static bool reach(struct shim_talk *talk, enum shim_state state, enum shim_state *reached_r)
{
    *reached_r = STATE_STARTED;
    if (state >= STATE_OPEN && !shim_talk_open(talk))
        return false;
    *reached_r = STATE_OPEN;
    const struct run_target *run = talk->run;
    if (state >= STATE_LOGGED_IN &&
        !shim_talk_ask(talk,
                       arena_printf(&talk->arena, "login \"%s\" \"%s\"",
                                    run->user_name(run->context, "fred"),
                                    run->user_password(run->context, "fred")),
                       TALK_OK))
        return false;
    *reached_r = STATE_LOGGED_IN;
    if (state >= STATE_SELECTED && !shim_talk_ask(talk, "select INBOX", TALK_OK))
        return false;
    *reached_r = STATE_SELECTED;
    return true;
}

static void converse(struct checking *c, const struct shim_check_item *item, struct shim_talk *talk)
{
    enum shim_state reached;
    if (!reach(talk, item->state, &reached)) {
        c->unreached = (enum shim_state)(reached + 1);
        c->unreached_by = item->name;
    } else if (item->run != NULL) {
        item->run(talk, &c->verbs);
    } else if (item->request != NULL) {
        (void)shim_talk_ask(talk, item->request, TALK_OK);
    }
    shim_talk_end(talk);
}

static void run_item(struct checking *c, const struct shim_check_item *item)
{
    struct shim_talk talk;
    const char *reason = why_not(c, item);
    if (reason != NULL) {
        tell(c, item, SHIM_LEFT_OUT, reason, NULL);
        return;
    }
    if (!shim_talk_begin(&talk, c->run, c->loop, c->check->answer_ms)) {
        c->tally.harness_fault = arena_text(c->arena, span_of(talk.text));
    } else {
        converse(c, item, &talk);
        tell(c, item, talk.is_wrong ? SHIM_WRONG : SHIM_GOOD, talk.text, &talk);
        if (talk.is_wrong && item->is_basic) { /* the others are not even told of */
            c->unreached = STATE_STARTED;
            c->unreached_by = item->name;
        }
    }
    shim_talk_free(&talk);
}

struct shim_tally shim_check_run(const struct shim_check *check, const struct run_target *run,
                                 struct net_loop *loop, struct arena *arena)
{
    struct checking c = {
        .check = check, .run = run, .loop = loop, .arena = arena, .unreached = STATE_NONE};
    for (size_t i = 0; i < shim_ncheck_items && c.tally.harness_fault == NULL; i++) {
        const struct shim_check_item *item = &shim_check_items[i];
        if (c.unreached == STATE_STARTED)
            c.tally.n[SHIM_LEFT_OUT] += is_named(check, item->name);
        else if (item->is_basic || is_named(check, item->name))
            run_item(&c, item);
    }
    return c.tally;
}
