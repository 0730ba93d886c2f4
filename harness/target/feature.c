#include <string.h>

#include "target/inside.h"
#include "target/probe.h"
#include "target/resident.h"

/*
 * A feature and how it is found out. `ask` gets a session of a user whose INBOX holds what
 * `mailbox` says (or whatever is there when that is NULL); NULL: it cannot be asked for over the
 * wire and has to be in the target file.
 */
struct feature_kind {
    const char *name, *meaning;
    enum run_answer (*ask)(struct target *t, struct net_loop *loop, struct probe *probe,
                           const char *user);
    const struct fixture_mailbox *mailbox;
    bool is_bundled; /* the answer of the bundled server */
};

/* ---- what is put there ------------------------------------------------------------------------
 */

static const char *probe_keywords[] = {"Probed"};
static const char *probe_flags[] = {"\\Flagged"};

#define PROBE_TEXT "From: a@example.org\r\nSubject: probe\r\n\r\nprobe\r\n"
#define PROBE_MESSAGE(...)                                                                         \
    {                                                                                              \
        .octets = SPAN_INIT(PROBE_TEXT), .header_nbytes = sizeof PROBE_TEXT - sizeof "probe\r\n",  \
        .internal_date_s = 646315200, __VA_ARGS__                                                  \
    }

static struct fixture_message recent_message[] = {PROBE_MESSAGE(.is_recent = true)};
static struct fixture_message keyword_message[] = {
    PROBE_MESSAGE(.flags = probe_keywords, .nflags = 1)};
static struct fixture_message flagged_message[] = {
    PROBE_MESSAGE(.flags = probe_flags, .nflags = 1)};

static const struct fixture_mailbox recent_inbox = {
    .user = "", .name = "INBOX", .messages = recent_message, .nmessages = 1};
static const struct fixture_mailbox keyword_inbox = {
    .user = "", .name = "INBOX", .messages = keyword_message, .nmessages = 1};
static const struct fixture_mailbox flagged_inbox = {
    .user = "", .name = "INBOX", .messages = flagged_message, .nmessages = 1};
static const struct fixture_mailbox readonly_box = {.user = "",
                                                    .name = "PROBERO",
                                                    .messages = flagged_message,
                                                    .nmessages = 1,
                                                    .is_readonly = true};
static const struct fixture_mailbox unreadable_box = {.user = "",
                                                      .name = "PROBEX",
                                                      .messages = flagged_message,
                                                      .nmessages = 1,
                                                      .is_unreadable = true};
static const struct fixture_mailbox other_box = {
    .user = "", .name = "PROBEBOX", .messages = flagged_message, .nmessages = 1};
static const struct fixture_mailbox board = {.user = "",
                                             .name = "PROBEBOARD",
                                             .messages = flagged_message,
                                             .nmessages = 1,
                                             .is_board = true};

/* ---- questions --------------------------------------------------------------------------------
 */

static enum run_answer is_known(enum probe_status status)
{
    if (status == PROBE_LOST)
        return RUN_UNKNOWN;
    return status == PROBE_BAD ? RUN_NO : RUN_YES;
}

static enum run_answer yes_if(bool condition)
{
    return condition ? RUN_YES : RUN_NO;
}

static enum run_answer ask_login(struct target *t, struct net_loop *loop, struct probe *probe,
                                 const char *user)
{
    (void)t, (void)loop, (void)user;
    return yes_if(!probe_was_preauthenticated(probe));
}

static enum run_answer ask_preauth(struct target *t, struct net_loop *loop, struct probe *probe,
                                   const char *user)
{
    (void)t, (void)loop, (void)user;
    return yes_if(probe_was_preauthenticated(probe));
}

static enum run_answer ask_bboard(struct target *t, struct net_loop *loop, struct probe *probe,
                                  const char *user)
{
    (void)t, (void)loop, (void)user;
    return is_known(probe_ask(probe, "BBOARD imapspec-no-such-board"));
}

static enum run_answer ask_find_mailboxes(struct target *t, struct net_loop *loop,
                                          struct probe *probe, const char *user)
{
    (void)t, (void)loop, (void)user;
    return is_known(probe_ask(probe, "FIND MAILBOXES *"));
}

static enum run_answer ask_find_bboards(struct target *t, struct net_loop *loop,
                                        struct probe *probe, const char *user)
{
    (void)t, (void)loop, (void)user;
    return is_known(probe_ask(probe, "FIND BBOARDS *"));
}

static enum run_answer ask_multi_access(struct target *t, struct net_loop *loop,
                                        struct probe *probe, const char *user)
{
    struct err err;
    enum run_answer answer = RUN_UNKNOWN;
    if (probe_ask(probe, "SELECT INBOX") != PROBE_OK)
        return RUN_UNKNOWN;
    struct probe *other = probe_open(t, loop, user, &err);
    if (other != NULL)
        answer =
            yes_if(probe_ask(other, "SELECT INBOX") == PROBE_OK &&
                   probe_ask(probe, "CHECK") == PROBE_OK && probe_ask(other, "CHECK") == PROBE_OK);
    probe_close(&other);
    return answer;
}

static enum run_answer ask_other_box(struct target *t, struct net_loop *loop, struct probe *probe,
                                     const char *user)
{
    (void)t, (void)loop, (void)user;
    return yes_if(probe_ask(probe, "SELECT PROBEBOX") == PROBE_OK &&
                  probe_has_line(probe, "1 EXISTS"));
}

static enum run_answer ask_readonly(struct target *t, struct net_loop *loop, struct probe *probe,
                                    const char *user)
{
    (void)t, (void)loop, (void)user;
    return yes_if(probe_ask(probe, "SELECT PROBERO") == PROBE_OK &&
                  span_find_nocase(probe_answer(probe), SPAN_LIT("[READ-ONLY]")) != SPAN_NPOS);
}

static enum run_answer ask_unreadable(struct target *t, struct net_loop *loop, struct probe *probe,
                                      const char *user)
{
    (void)t, (void)loop, (void)user;
    return yes_if(probe_ask(probe, "SELECT PROBEX") == PROBE_NO);
}

static enum run_answer ask_boards(struct target *t, struct net_loop *loop, struct probe *probe,
                                  const char *user)
{
    (void)t, (void)loop, (void)user;
    return yes_if(probe_ask(probe, "BBOARD PROBEBOARD") == PROBE_OK &&
                  probe_has_line(probe, "1 EXISTS"));
}

static enum run_answer ask_recent(struct target *t, struct net_loop *loop, struct probe *probe,
                                  const char *user)
{
    (void)t, (void)loop, (void)user;
    return yes_if(probe_ask(probe, "SELECT INBOX") == PROBE_OK &&
                  probe_has_line(probe, "1 RECENT"));
}

static enum run_answer ask_user_flags(struct target *t, struct net_loop *loop, struct probe *probe,
                                      const char *user)
{
    (void)t, (void)loop, (void)user;
    if (probe_ask(probe, "SELECT INBOX") != PROBE_OK)
        return RUN_UNKNOWN;
    struct span answer = probe_answer(probe);
    return yes_if(span_find_nocase(answer, SPAN_LIT("Probed")) != SPAN_NPOS);
}

static enum run_answer ask_flags(struct target *t, struct net_loop *loop, struct probe *probe,
                                 const char *user)
{
    (void)t, (void)loop, (void)user;
    return yes_if(probe_ask(probe, "SELECT INBOX") == PROBE_OK &&
                  probe_ask(probe, "FETCH 1 FLAGS") == PROBE_OK &&
                  span_find_nocase(probe_answer(probe), SPAN_LIT("\\Flagged")) != SPAN_NPOS);
}

static enum run_answer ask_internaldate(struct target *t, struct net_loop *loop,
                                        struct probe *probe, const char *user)
{
    (void)t, (void)loop, (void)user;
    return yes_if(probe_ask(probe, "SELECT INBOX") == PROBE_OK &&
                  probe_ask(probe, "FETCH 1 INTERNALDATE") == PROBE_OK &&
                  span_find_nocase(probe_answer(probe), SPAN_LIT("-Jun-")) != SPAN_NPOS);
}

static enum run_answer ask_create_by_copy(struct target *t, struct net_loop *loop,
                                          struct probe *probe, const char *user)
{
    (void)t, (void)loop, (void)user;
    if (probe_ask(probe, "SELECT INBOX") != PROBE_OK)
        return RUN_UNKNOWN;
    return yes_if(probe_ask(probe, "COPY 1 PROBENEW") == PROBE_OK);
}

/* ---- the table --------------------------------------------------------------------------------
 */

static const struct feature_kind kinds[TARGET_NFEATURES] = {
    {"LOGIN", "sessions begin with LOGIN", ask_login, NULL, true},
    {"PREAUTH", "sessions begin logged in", ask_preauth, NULL, false},
    {"PROVISION", "mailboxes can be put there: there is a provision hook", NULL, NULL, true},
    {"DELIVER", "mail can arrive during a session: there is a deliver hook", NULL, NULL, true},
    {"BBOARD", "takes the command BBOARD", ask_bboard, NULL, true},
    {"FIND-MAILBOXES", "takes the command FIND MAILBOXES", ask_find_mailboxes, NULL, true},
    {"FIND-BBOARDS", "takes the command FIND BBOARDS", ask_find_bboards, NULL, true},
    {"MULTI-ACCESS", "two sessions can have one mailbox selected", ask_multi_access, NULL, true},
    {"MAILBOXES", "mailboxes besides INBOX can be put there", ask_other_box, &other_box, true},
    {"READ-ONLY", "a mailbox can be made read-only", ask_readonly, &readonly_box, true},
    {"UNREADABLE", "a mailbox can be made unreadable", ask_unreadable, &unreadable_box, true},
    {"BOARDS", "bulletin boards can be put there", ask_boards, &board, true},
    {"RECENT", "messages can be put there as \\Recent", ask_recent, &recent_inbox, true},
    {"FLAGS", "messages can be put there with system flags", ask_flags, &flagged_inbox, true},
    {"USER-FLAGS", "messages can be put there with keywords", ask_user_flags, &keyword_inbox, true},
    {"INTERNALDATE", "messages can be put there with an internal date", ask_internaldate,
     &flagged_inbox, true},
    {"CREATE-BY-COPY", "COPY makes the mailbox it copies to", ask_create_by_copy, &flagged_inbox,
     true},
    {"IDLE-TIMEOUT", "ends sessions that are idle, within the time of a test", NULL, NULL, true},
    {"VIRTUAL-TIME", "waiting costs no time", NULL, NULL, true},
};

static size_t find_kind(const char *name)
{
    size_t i = 0;
    while (i < TARGET_NFEATURES && strcmp(kinds[i].name, name) != 0)
        i++;
    return i;
}

static bool is_of_client(const char *name)
{
    return strcmp(name, "exec") == 0 || strncmp(name, "shim.", strlen("shim.")) == 0;
}

bool target_feature_is_known(const char *name)
{
    return is_of_client(name) || find_kind(name) < TARGET_NFEATURES;
}

static void answer(struct target *t, const char *name, enum run_answer value, const char *how)
{
    struct target_feature *feature = &t->features[find_kind(name)];
    feature->answer = value;
    feature->how = how;
}

static void apply_file(struct target *t)
{
    for (size_t i = 0; i < t->file->nfeatures; i++) {
        const struct script_feature *set = &t->file->features[i];
        if (set->setting == FEATURE_PROBE || find_kind(set->name) == TARGET_NFEATURES)
            continue;
        answer(t, set->name, yes_if(set->setting == FEATURE_YES), "target file");
    }
}

void features_init(struct target *t)
{
    bool is_inside = t->way == TARGET_IN_PROCESS;
    bool is_ours = t->is_bundled || !target_is_server(t); /* clients talk to the model server */
    for (size_t i = 0; i < TARGET_NFEATURES; i++)
        t->features[i] = (struct target_feature){
            kinds[i].name, kinds[i].meaning, is_ours ? yes_if(kinds[i].is_bundled) : RUN_UNKNOWN,
            is_ours ? "built in" : "not probed"};
    if (!is_inside) {
        answer(t, "VIRTUAL-TIME", RUN_NO, "built in");
        answer(t, "IDLE-TIMEOUT", RUN_NO, "not in the target file");
    }
    if (!is_ours) {
        answer(t, "PROVISION", yes_if(hook_is_there(t, &t->file->provision)), "target file");
        answer(t, "DELIVER", yes_if(hook_is_there(t, &t->file->deliver)), "target file");
    }
    apply_file(t);
}

int features_check(const struct target *t, const char *path, struct err *err)
{
    for (size_t i = 0; i < t->file->nfeatures; i++) {
        const struct script_feature *set = &t->file->features[i];
        size_t kind = find_kind(set->name);
        if (kind == TARGET_NFEATURES && !is_of_client(set->name))
            return err_set(err, path, set->place.line, set->place.col, "no feature: %s", set->name);
        if (set->setting == FEATURE_PROBE && kind < TARGET_NFEATURES && kinds[kind].ask == NULL)
            return err_set(err, path, set->place.line, set->place.col,
                           "%s cannot be probed: say yes or no", set->name);
    }
    return 0;
}

/* A shim that names a verb supports all of it; one that names parts of a verb, such as
 * find.bboards, supports the verb, and those. */
static bool is_part_of(const char *wanted, const char *told)
{
    size_t nwanted = strlen(wanted);
    size_t ntold = strlen(told);
    size_t nshort = nwanted < ntold ? nwanted : ntold;
    const char *longer = nwanted < ntold ? told : wanted;
    return strncmp(wanted, told, nshort) == 0 && (longer[nshort] == '\0' || longer[nshort] == '.');
}

/* What the file does not tell, the shim may have told; if not, an `unsupported` in the middle of a
 * case tells. */
static enum run_answer answer_of_client(const struct target *t, const char *name)
{
    if (target_is_server(t))
        return RUN_NO;
    for (size_t i = 0; i < t->file->nfeatures; i++)
        if (strcmp(t->file->features[i].name, name) == 0 &&
            t->file->features[i].setting != FEATURE_PROBE)
            return yes_if(t->file->features[i].setting == FEATURE_YES);
    if (strcmp(name, "exec") == 0)
        return RUN_NO;
    if (!t->has_told_verbs)
        return yes_if(answer_of_client(t, "exec") == RUN_NO && strcmp(name, "shim.overlap") != 0);
    for (size_t i = 0; i < t->verbs.nitems; i++)
        if (is_part_of(name + strlen("shim."), t->verbs.items[i]))
            return RUN_YES;
    return RUN_NO;
}

enum run_answer features_answer(const struct target *t, const char *name)
{
    if (is_of_client(name))
        return answer_of_client(t, name);
    size_t kind = find_kind(name);
    return kind == TARGET_NFEATURES ? RUN_UNKNOWN : t->features[kind].answer;
}

const struct target_feature *target_features(struct target *t, size_t *nfeatures_r)
{
    *nfeatures_r = TARGET_NFEATURES;
    return t->features;
}

/* ---- probing ----------------------------------------------------------------------------------
 */

/* Puts what the question needs there. */
static enum run_readiness put(struct target *t, struct net_loop *loop,
                              const struct fixture_mailbox *mailbox, struct buffer *why)
{
    const char *role = t->worker.roles[0].role;
    struct fixture_mailbox boxes[2] = {{.user = role, .name = "INBOX"}, {.name = ""}};
    struct run_setup setup = {.mailboxes = boxes, .nmailboxes = 1};
    if (mailbox != NULL) {
        size_t at = store_is_inbox(mailbox) ? 0 : 1;
        boxes[at] = *mailbox;
        boxes[at].user = mailbox->is_board ? "" : role;
        setup.nmailboxes = at + 1;
    }
    return fill_all(t, loop, &setup, why);
}

static void probe_one(struct target *t, struct net_loop *loop, size_t kind)
{
    struct target_feature *feature = &t->features[kind];
    struct buffer why = {0};
    struct err err;
    enum run_readiness readiness = RUN_READY;
    if (kinds[kind].mailbox != NULL)
        readiness = put(t, loop, kinds[kind].mailbox, &why);
    struct probe *probe = NULL;
    if (readiness == RUN_READY) {
        probe = probe_open(t, loop, t->worker.roles[0].name, &err);
        if (probe == NULL)
            buffer_append_text(&why, err.text);
    }
    if (readiness == RUN_SKIP)
        feature->answer = RUN_NO;
    else if (probe != NULL)
        feature->answer = kinds[kind].ask(t, loop, probe, t->worker.roles[0].name);
    feature->how = why.nbytes > 0                   ? arena_text(&t->arena, buffer_span(&why))
                   : feature->answer == RUN_UNKNOWN ? "the probe came to nothing"
                                                    : "probed";
    probe_close(&probe);
    buffer_free(&why);
}

static bool is_asked(const char *name, const char *const *names, size_t nnames)
{
    for (size_t i = 0; i < nnames; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return names == NULL;
}

/* Probes have a user of their own, who is made anew for each that puts something there. */
static void take_user(struct target *t)
{
    unsigned n = users_count(t);
    struct target_worker *w = &t->worker;
    w->roles[0] = (struct target_role){.role = "probe", .was_used = true};
    w->nroles = 1;
    users_name(t, n - 1, w->roles[0].name, sizeof w->roles[0].name);
}

void target_probe(struct target *t, struct net_loop *loop, const char *const *names, size_t nnames)
{
    if (t->missing == NULL && !target_is_server(t))
        client_ask_features(t, loop);
    if (t->missing != NULL || t->way == TARGET_IN_PROCESS || !target_is_server(t))
        return;
    take_user(t);
    for (size_t i = 0; i < TARGET_NFEATURES; i++) {
        bool is_wanted = is_asked(kinds[i].name, names, nnames) ||
                         strcmp(kinds[i].name, "PREAUTH") == 0; /* run/ has to know */
        if (kinds[i].ask != NULL && t->features[i].answer == RUN_UNKNOWN && is_wanted)
            probe_one(t, loop, i);
    }
    t->worker.nroles = 0;
    resident_free(&t->worker.resident); /* workers have their own */
}
