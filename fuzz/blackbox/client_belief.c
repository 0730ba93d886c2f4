#include "blackbox/client_belief.h"

#include <stdio.h>
#include <string.h>

#include "script/quote.h"

/* ---- how an operation ended ---- */

static struct look_finding *add(struct client_look *look, const char *oracle,
                                const char *requirement, const char *signature, unsigned operation)
{
    struct look_finding *f = client_look_add(look, oracle, requirement, signature);
    f->operation = operation;
    return f;
}

static const char *const wanted_ends[] = {
    [SHIM_OK] = "    finish ok\n",
    [SHIM_NO] = "    either {\n      finish no\n    } or {\n      finish failed\n    }\n",
    [SHIM_BAD] = ("    either {\n      finish bad\n    } or {\n      finish no\n    } or {\n      "
                  "finish failed\n    }\n"),
};

static bool is_alike(enum shim_status completion, enum shim_status end)
{
    if (end == SHIM_UNSUPPORTED || end == SHIM_FAILED)
        return true;
    return (completion == SHIM_OK) == (end == SHIM_OK);
}

/* What it wanted is data, and a completion without them is not enough. */
static bool is_for_data(const struct look_request *r, const struct look_command *c)
{
    return c->status == SHIM_OK && (strcmp(r->verb, "reply") == 0 || strcmp(r->verb, "show") == 0 ||
                                    strcmp(r->verb, "fetch-text") == 0);
}

/* One request, one command: the client must end the one as the other was completed. */
static void judge_end(struct client_look *look, const struct look_request *r,
                      enum shim_status status)
{
    if (look->ncommands != r->first_command + 1 || look->has_overlapped || look->is_dismissed ||
        strcmp(r->verb, "logout") == 0)
        return;
    const struct look_command *c = &look->commands[r->first_command % LOOK_COMMANDS_MOST];
    bool is_early = !c->is_completed && status != SHIM_FAILED && status != SHIM_UNSUPPORTED;
    if (is_early && client_look_is_garbled(look))
        return;
    if (!is_early && (look->is_hostile || is_alike(c->status, status) || is_for_data(r, c)))
        return;
    struct look_finding *f =
        is_early || look->is_hostile
            ? add(look, "end", "client.complete-on-tag", "ended without its completion",
                  r->operation)
            : add(look, "end", "client.status-distinguished", "", r->operation);
    if (!is_early)
        (void)snprintf(f->finding.signature, sizeof f->finding.signature, "%s is taken for %s",
                       shim_status_word(c->status), shim_status_word(status));
    (void)snprintf(f->finding.text, sizeof f->finding.text,
                   "the client ends `%s` with %s, and its %s was %s", r->verb,
                   shim_status_word(status), c->verb,
                   is_early               ? "not completed"
                   : c->status == SHIM_OK ? "completed with OK"
                                          : "refused");
    f->is_early = is_early;
    f->command = r->first_command;
    f->status = status;
    (void)snprintf(f->finding.wanted, sizeof f->finding.wanted, "%s",
                   is_early ? "    finish failed\n" : wanted_ends[c->status]);
}

void client_belief_settle(struct client_look *look)
{
    for (size_t i = 0; i < look->nfindings; i++) {
        struct look_finding *f = &look->findings[i];
        const struct look_command *c = &look->commands[f->command % LOOK_COMMANDS_MOST];
        if (!f->is_early || !c->is_completed || look->ncommands - f->command > LOOK_COMMANDS_MOST)
            continue;
        f->is_void = is_alike(c->status, f->status);
        (void)snprintf(f->finding.wanted, sizeof f->finding.wanted, "%s", wanted_ends[c->status]);
    }
}

/* ---- what a search found ---- */

static bool read_found(const struct shim_answer *answer, uint8_t *found, bool *is_possible_r)
{
    struct shim_line values;
    *is_possible_r = true;
    if (!shim_answer_find(answer, "found", 0, NULL, &values))
        return false;
    for (size_t i = 0; i < values.nwords; i++) {
        uint32_t number;
        if (number_parse_u32(values.words[i].value, &number) != 0)
            return false;
        if (number == 0)
            *is_possible_r = false;
        else
            found[number < LOOK_TOLD_MOST ? number : 0] = 1;
    }
    return true;
}

static void want_other_result(struct look_finding *f, const struct shim_answer *answer)
{
    struct buffer got = {0};
    shim_answer_capture(answer, &got);
    (void)snprintf(f->finding.wanted, sizeof f->finding.wanted,
                   "    finish ok\n    assert ${found} != \"%.*s\"\n",
                   SPAN_ARG(span_slice(buffer_span(&got), 0, 60)));
    buffer_free(&got);
}

static void judge_search(struct client_look *look, const struct look_request *r,
                         const struct shim_answer *answer)
{
    uint8_t found[LOOK_TOLD_MOST] = {0};
    bool is_possible;
    if (strcmp(r->verb, "search") != 0 || answer->status != SHIM_OK ||
        look->ncommands != r->first_command + 1 || !read_found(answer, found, &is_possible))
        return;
    if (!is_possible && look->has_cache) {
        struct look_finding *f =
            add(look, "belief", "cache.maintained", "a search finds message 0", r->operation);
        (void)snprintf(f->finding.text, sizeof f->finding.text,
                       "what the client has found is no message");
        want_other_result(f, answer);
        return;
    }
    if (look->is_hostile || look->has_stale_numbers || !look->is_search_sure ||
        look->has_overlapped || memcmp(found, look->told, sizeof found) == 0)
        return;
    struct look_finding *f =
        add(look, "belief", "search.client-empty", "a search finds other messages", r->operation);
    (void)snprintf(f->finding.requirement, sizeof f->finding.requirement, "cache.maintained");
    (void)snprintf(f->finding.text, sizeof f->finding.text,
                   "the client has found other messages than the server has told");
    want_other_result(f, answer);
}

/* ---- the cache ---- */

static bool read_number(const struct shim_answer *answer, const char *noun, uint32_t *number_r)
{
    struct shim_line values;
    return shim_answer_find(answer, noun, 0, NULL, &values) && values.nwords > 0 &&
           number_parse_u32(values.words[0].value, number_r) == 0;
}

/* Of messages that there are not. */
static void judge_numbers(struct client_look *look, const struct shim_answer *answer,
                          uint32_t exists)
{
    for (size_t i = 0; i < answer->nlines; i++) {
        const struct shim_line *line = &answer->lines[i];
        uint32_t number;
        bool is_of_message = line->nwords > 1 && (span_is(line->words[0].value, "flags") ||
                                                  span_is(line->words[0].value, "size") ||
                                                  span_is(line->words[0].value, "envelope"));
        if (!is_of_message || number_parse_u32(line->words[1].value, &number) != 0 ||
            (number > 0 && number <= exists))
            continue;
        struct look_finding *f = add(look, "belief", "cache.maintained",
                                     "knows of a message beyond EXISTS", look->noperations);
        f->is_of_cache = true;
        (void)snprintf(f->finding.text, sizeof f->finding.text,
                       "the client knows of message %u, of %u", number, exists);
        (void)snprintf(f->finding.wanted, sizeof f->finding.wanted, "    cache exists >= %u\n",
                       number);
        return;
    }
}

static void judge_count(struct client_look *look, const char *noun, const char *requirement,
                        uint32_t got, uint32_t wanted)
{
    char signature[40];
    if (got == wanted)
        return;
    (void)snprintf(signature, sizeof signature, "%s %s", noun, got < wanted ? "less" : "more");
    struct look_finding *f = add(look, "cache", requirement, signature, look->noperations);
    f->is_of_cache = true;
    (void)snprintf(f->finding.text, sizeof f->finding.text, "the client believes %s %u, not %u",
                   noun, got, wanted);
    (void)snprintf(f->finding.wanted, sizeof f->finding.wanted, "    cache %s == %u\n", noun,
                   wanted);
}

static bool has_word(const struct shim_line *values, struct span word)
{
    for (size_t i = 0; i < values->nwords; i++)
        if (span_equal_nocase(values->words[i].value, word))
            return true;
    return false;
}

static bool text_has(struct span text, struct span word)
{
    while (text.nbytes > 0)
        if (span_equal_nocase(span_cut(&text, ' '), word))
            return true;
    return false;
}

static void add_flag(struct client_look *look, uint32_t number, struct span flag, bool is_lacking)
{
    struct look_finding *f =
        add(look, "cache", "cache.flags-replace",
            is_lacking ? "a flag is not known" : "a flag too much", look->noperations);
    f->is_of_cache = true;
    (void)snprintf(f->finding.text, sizeof f->finding.text,
                   "the client believes that message %u %s %.*s", number,
                   is_lacking ? "lacks" : "has", SPAN_ARG(span_slice(flag, 0, 60)));
    struct buffer quoted = {0};
    script_quote_write(span_slice(flag, 0, 30), &quoted);
    (void)snprintf(f->finding.wanted, sizeof f->finding.wanted, "    cache flags %u %s %.*s\n",
                   number, is_lacking ? "has" : "lacks", SPAN_ARG(buffer_span(&quoted)));
    buffer_free(&quoted);
}

/* One line `flags N FLAG...`. */
static void judge_flags(struct client_look *look, const struct shim_line *line)
{
    const struct model_session *session = watch_connection_session(look->watch);
    struct shim_line values = {line->words + 2, line->nwords - 2};
    struct span told;
    uint32_t number;
    if (number_parse_u32(line->words[1].value, &number) != 0 ||
        !model_session_flags(session, number, &told))
        return;
    for (struct span rest = told; rest.nbytes > 0;) {
        struct span flag = span_cut(&rest, ' ');
        if (!span_is_nocase(flag, "\\Recent") && !has_word(&values, flag)) {
            add_flag(look, number, flag, true);
            return;
        }
    }
    for (size_t i = 0; i < values.nwords; i++) {
        struct span flag = values.words[i].value;
        if (values.words[i].kind <= SHIM_STRING && !span_is_nocase(flag, "\\Recent") &&
            !text_has(told, flag)) {
            add_flag(look, number, flag, false);
            return;
        }
    }
}

static void judge_cache(struct client_look *look, const struct shim_answer *answer)
{
    const struct model_session *session =
        look->watch == NULL ? NULL : watch_connection_session(look->watch);
    uint32_t exists = 0;
    uint32_t wanted;
    if (!read_number(answer, "exists", &exists))
        return;
    /* before the count is told, and behind the end, nobody says which messages there are */
    if (session != NULL && look->is_open && !look->is_dismissed &&
        model_session_state(session) == MODEL_SELECTED)
        judge_numbers(look, answer, exists);
    if (session == NULL || (look->may_cross && look->has_idle_data) || !look->is_open ||
        look->is_hostile || look->is_dismissed || !look->is_selection_sure ||
        model_session_state(session) != MODEL_SELECTED ||
        model_session_noutstanding(session) != 0 || !model_session_exists(session, &wanted) ||
        wanted >= INT32_MAX) /* a number beyond all that a client has to hold */
        return;
    judge_count(look, "exists", exists < wanted ? "cache.exists-grows" : "cache.expunge-counts",
                exists, wanted);
    uint32_t recent;
    uint32_t wanted_recent;
    if (look->is_recent_sure && read_number(answer, "recent", &recent) &&
        model_session_recent(session, &wanted_recent) && wanted_recent <= wanted)
        judge_count(look, "recent", "cache.maintained", recent, wanted_recent);
    for (size_t i = 0; i < answer->nlines && exists == wanted && look->are_flags_sure; i++)
        if (answer->lines[i].nwords >= 2 && span_is(answer->lines[i].words[0].value, "flags"))
            judge_flags(look, &answer->lines[i]);
}

void client_belief_judge(struct client_look *look, const struct look_request *request,
                         const struct shim_answer *answer)
{
    if (request->operation > 0) {
        judge_end(look, request, answer->status);
        judge_search(look, request, answer);
    } else if (strcmp(request->verb, "cache") == 0 && answer->status == SHIM_OK)
        judge_cache(look, answer);
}
