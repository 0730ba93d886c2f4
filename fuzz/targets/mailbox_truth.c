#include "targets/mailbox_truth.h"

#include "targets/target.h"

bool truth_add(struct truth *truth, const struct truth_mail *mail)
{
    if (truth->nmails == TRUTH_NMAILS_MAX)
        return false;
    truth->mails[truth->nmails++] = *mail;
    return true;
}

struct truth_mail *truth_nth(struct truth *truth, unsigned box, size_t n)
{
    for (unsigned i = 0; i < truth->nmails; i++)
        if (truth->mails[i].box == box && !truth->mails[i].is_gone && n-- == 0)
            return &truth->mails[i];
    return NULL;
}

size_t truth_count(const struct truth *truth, unsigned box)
{
    size_t count = 0;
    for (unsigned i = 0; i < truth->nmails; i++)
        count += truth->mails[i].box == box && !truth->mails[i].is_gone;
    return count;
}

static void take_arrivals(struct truth *truth, struct truth_view *view)
{
    for (; view->next < truth->nmails; view->next++) {
        struct truth_mail *mail = &truth->mails[view->next];
        if (mail->box != view->box || mail->is_gone)
            continue;
        view->seen[view->nseen++] =
            (struct truth_seen){view->next, mail->system, mail->keywords, mail->is_new};
        if (!mail->is_new || !view->is_writable)
            continue;
        mail->is_new = false;
        if (++mail->nclaims > 1)
            fuzz_fail("mailbox.recent", "flag.recent-once", "recent twice",
                      "a message is recent to two sessions that may write");
    }
}

void truth_open(struct truth *truth, unsigned view, unsigned box)
{
    struct truth_view *v = &truth->views[view];
    *v = (struct truth_view){.is_open = true, .is_writable = !truth->is_readonly[box], .box = box};
    take_arrivals(truth, v);
}

void truth_announce(struct truth *truth, unsigned view, bool renumbers)
{
    struct truth_view *v = &truth->views[view];
    size_t nkept = 0;
    for (size_t i = 0; i < v->nseen; i++) {
        const struct truth_mail *mail = &truth->mails[v->seen[i].mail];
        if (mail->is_gone && renumbers)
            continue;
        v->seen[nkept] = v->seen[i];
        if (!mail->is_gone) {
            v->seen[nkept].told_system = mail->system;
            v->seen[nkept].told_keywords = mail->keywords;
        }
        nkept++;
    }
    v->nseen = nkept;
    take_arrivals(truth, v);
}

/* ---- reading as a client does ---- */

struct client {
    struct truth_seen seen[TRUTH_NMAILS_MAX]; /* mail: UINT_MAX when it was only counted */
    size_t nseen;
    uint64_t recent;
    unsigned listed;
    const struct truth_view *now;
};

enum { UNKNOWN = TRUTH_NMAILS_MAX };

static _Noreturn void broken(const char *what, struct span line)
{
    fuzz_fail("mailbox.replay", "resp.expunge", what, "%s: %.*s", what, SPAN_ARG(line));
}

/* What is there for the first time is what the view shows at its end. */
static void hear_exists(struct client *client, uint64_t count, struct span line)
{
    if (count < client->nseen)
        broken("EXISTS below what is there", line);
    if (count > TRUTH_NMAILS_MAX)
        broken("EXISTS beyond all messages", line);
    while (client->nseen < count)
        client->seen[client->nseen++] = (struct truth_seen){.mail = UNKNOWN};
}

static void hear_expunge(struct client *client, uint64_t number, struct span line)
{
    if (number == 0 || number > client->nseen)
        broken("EXPUNGE of no message", line);
    for (size_t i = number; i < client->nseen; i++)
        client->seen[i - 1] = client->seen[i];
    client->nseen--;
}

static void read_flags(struct span text, struct truth_seen *flags)
{
    static const char *const names[] = {"\\Answered", "\\Flagged", "\\Deleted", "\\Seen"};
    flags->told_system = flags->told_keywords = 0;
    flags->is_recent = false;
    while (text.nbytes > 0) {
        struct span word = span_cut(&text, ' ');
        unsigned known = 0;
        for (unsigned i = 0; i < 4; i++)
            if (span_is(word, names[i]))
                known |= flags->told_system |= UINT32_C(1) << i;
        if (word.nbytes == 2 && word.data[0] == 'k')
            known |= flags->told_keywords |= 1U << (unsigned)(word.data[1] - '0');
        if (span_is(word, "\\Recent"))
            known = flags->is_recent = true;
        if (known == 0)
            broken("an unknown flag", word);
    }
}

/* `(FLAGS (...))` without what is around the list. */
static void hear_fetch(struct client *client, uint64_t number, struct span rest, struct span line)
{
    if (number == 0 || number > client->nseen)
        broken("FETCH of no message", line);
    if (!span_starts_with(rest, SPAN_LIT("(FLAGS (")) || !span_ends_with(rest, SPAN_LIT("))")))
        broken("other data than flags", line);
    read_flags(span_slice(rest, 8, rest.nbytes - 10), &client->seen[number - 1]);
}

static void hear_list(struct client *client, struct span rest)
{
    client->listed = 0;
    for (unsigned i = 0; i < TRUTH_NKEYWORDS; i++) {
        char name[3] = {'k', (char)('0' + i), '\0'};
        if (span_find(rest, span_of(name)) != SPAN_NPOS)
            client->listed |= 1U << i;
    }
}

static void hear(struct client *client, struct span line)
{
    struct span rest = line;
    uint64_t number;
    if (!span_is(span_cut(&rest, ' '), "*"))
        broken("not untagged", line);
    struct span word = span_cut(&rest, ' ');
    if (span_is(word, "FLAGS")) {
        hear_list(client, rest);
        return;
    }
    if (number_parse_u64(word, &number) != 0)
        broken("no number", line);
    word = span_cut(&rest, ' ');
    if (span_is(word, "EXISTS"))
        hear_exists(client, number, line);
    else if (span_is(word, "EXPUNGE"))
        hear_expunge(client, number, line);
    else if (span_is(word, "RECENT"))
        client->recent = number;
    else if (span_is(word, "FETCH"))
        hear_fetch(client, number, rest, line);
    else
        broken("unknown data", line);
}

/* ---- and what must have come of it ---- */

static void compare_one(const struct truth *truth, const struct truth_seen *believed,
                        const struct truth_seen *shown, size_t number)
{
    if (believed->mail == UNKNOWN)
        return;
    if (believed->mail != shown->mail)
        fuzz_fail("mailbox.replay", "resp.expunge", "another message",
                  "message %zu is another one to the client", number);
    if (!truth->mails[shown->mail].is_gone && (believed->told_system != shown->told_system ||
                                               believed->told_keywords != shown->told_keywords))
        fuzz_fail("mailbox.flags", "resp.fetch.unsolicited", "flags",
                  "message %zu has flags %x/%x, and the client was told %x/%x", number,
                  (unsigned)shown->told_system, shown->told_keywords,
                  (unsigned)believed->told_system, believed->told_keywords);
    if (believed->is_recent != shown->is_recent)
        fuzz_fail("mailbox.recent", "flag.recent", "\\Recent",
                  "\\Recent of message %zu has changed", number);
}

static void compare(const struct truth *truth, const struct client *client,
                    const struct truth_view *now)
{
    uint64_t nrecent = 0;
    if (client->nseen != now->nseen)
        fuzz_fail("mailbox.replay", "resp.exists", "another count",
                  "the client knows of %zu messages, the view has %zu", client->nseen, now->nseen);
    for (size_t i = 0; i < now->nseen; i++) {
        compare_one(truth, &client->seen[i], &now->seen[i], i + 1);
        nrecent += now->seen[i].is_recent;
    }
    if (client->recent != nrecent)
        fuzz_fail("mailbox.recent", "resp.recent", "another count",
                  "the client was told of %llu recent messages, %llu are",
                  (unsigned long long)client->recent, (unsigned long long)nrecent);
    if (client->listed != truth->listed[now->box])
        fuzz_fail("mailbox.keywords", "resp.flags", "keywords",
                  "the client was told of keywords %x, the mailbox has %x", client->listed,
                  truth->listed[now->box]);
}

void truth_replay(const struct truth *truth, const struct truth_view *before, unsigned view,
                  struct span lines)
{
    static struct client client;
    const struct truth_view *now = &truth->views[view];
    client = (struct client){
        .nseen = before->nseen, .recent = before->recent, .listed = before->listed, .now = now};
    for (size_t i = 0; i < before->nseen; i++)
        client.seen[i] = before->seen[i];
    while (lines.nbytes > 0) {
        struct span line = span_cut(&lines, '\n');
        if (!span_ends_with(line, SPAN_LIT("\r")))
            broken("no line", line);
        hear(&client, span_slice(line, 0, line.nbytes - 1));
    }
    compare(truth, &client, now);
}
