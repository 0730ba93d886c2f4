#include <stdio.h>
#include <stdlib.h>

#include "reference/store_memory.h"
#include "reference/view.h"
#include "targets/mailbox_truth.h"
#include "targets/target.h"

/*
 * Two octets an operation. Of the first the upper half says what is done; two bits of the lower
 * half whose view does it, or one to which mailbox. The second is the argument.
 */
enum operation {
    OPEN,      /* view: the mailbox of the argument, instead of the one it has */
    CLOSE,     /* view */
    FLAGS,     /* view: of a message by its number; told at once or not */
    ANNOUNCE,  /* view: by enum view_news */
    ARRIVE,    /* mailbox: with flags */
    OUTSIDE,   /* mailbox: another agent sets flags */
    EXPUNGE,   /* mailbox: all that is \Deleted */
    REMOVE,    /* mailbox: one */
    COPY,      /* mailbox: one or all to the other, or to itself */
    KEYWORD,   /* mailbox: one is listed */
    READ_ONLY, /* mailbox: from now on or no more */
    NOPERATIONS
};

struct step {
    unsigned view, box, argument;
};

struct stage {
    struct mail_store *store;
    struct mail_box *boxes[TRUTH_NBOXES]; /* open all the time */
    struct view views[TRUTH_NVIEWS];
    struct buffer out;
};

static const struct span user = SPAN_INIT("fred");
static const char *const names[TRUTH_NBOXES] = {"INBOX", "m1"};
static struct truth truth;

/* ---- what both sides are told ---- */

static struct mail_flags flags_of(const struct stage *stage, unsigned box, unsigned argument)
{
    struct mail_flags flags = {.system = argument & 0xf};
    for (unsigned i = 0; i < TRUTH_NKEYWORDS; i++) {
        char name[3] = {'k', (char)('0' + i), '\0'};
        int index = mail_box_find_keyword(stage->boxes[box], span_of(name));
        if ((argument >> (4 + i) & 1) != 0 && index >= 0)
            flags.keywords |= UINT32_C(1) << index;
    }
    return flags;
}

static void note_flags(struct truth_mail *mail, unsigned argument)
{
    mail->system = argument & 0xf;
    mail->keywords = argument >> 4 & truth.listed[mail->box];
}

static void arrive(struct stage *stage, const struct step *step)
{
    static const char *const all[] = {"k0", "k1", "k2"};
    const char *keywords[TRUTH_NKEYWORDS + 1] = {NULL};
    char text[32];
    unsigned n = 0;
    struct truth_mail mail = {
        .box = step->box, .text = truth.nmails, .is_new = (step->argument & 0x80) == 0};
    if (truth.nmails >= TRUTH_NMAILS_MAX / 2)
        return;
    for (unsigned i = 0; i < TRUTH_NKEYWORDS; i++)
        if ((step->argument >> (4 + i) & 1) != 0)
            keywords[n++] = all[i];
    truth.listed[step->box] |= step->argument >> 4 & 7;
    note_flags(&mail, step->argument & 0x7f);
    int nbytes = snprintf(text, sizeof text, "Subject: %u\r\n\r\n", mail.text);
    struct mail_delivery delivery = {.octets = span_make(text, (size_t)nbytes),
                                     .system_flags = mail.system,
                                     .keywords = keywords,
                                     .is_old = !mail.is_new};
    ENSURE(stage->store->ops->deliver(stage->store, user, MAIL_MAILBOX, span_of(names[step->box]),
                                      &delivery) == MAIL_OK);
    ENSURE(truth_add(&truth, &mail));
}

static void set_outside(struct stage *stage, const struct step *step)
{
    size_t count = truth_count(&truth, step->box);
    if (count == 0)
        return;
    size_t n = step->argument % count;
    struct mail_box *box = stage->boxes[step->box];
    unsigned flags = step->argument >> 1 & 0x7f;
    if (box->store->ops->set_flags(box, box->messages[n], flags_of(stage, step->box, flags)) !=
        MAIL_OK)
        fuzz_fail("mailbox.store", "", "flags", "flags cannot be set");
    note_flags(truth_nth(&truth, step->box, n), flags);
}

/* All messages with that flag, or one. */
static void remove_some(struct stage *stage, const struct step *step, bool all)
{
    struct mail_message *gone[TRUTH_NMAILS_MAX];
    struct mail_box *box = stage->boxes[step->box];
    size_t ngone = 0;
    size_t count = truth_count(&truth, step->box);
    for (size_t n = 0; n < count; n++)
        if (all ? (truth_nth(&truth, step->box, n)->system & MAIL_DELETED) != 0
                : n == step->argument % count)
            gone[ngone++] = box->messages[n];
    for (size_t n = count; n-- > 0;)
        if (all ? (truth_nth(&truth, step->box, n)->system & MAIL_DELETED) != 0
                : n == step->argument % count)
            truth_nth(&truth, step->box, n)->is_gone = true;
    if (ngone > 0 && box->store->ops->expunge(box, gone, ngone) != MAIL_OK)
        fuzz_fail("mailbox.store", "", "expunge", "messages cannot be removed");
}

static void note_copy(const struct truth_mail *original, unsigned to)
{
    struct truth_mail copy = *original;
    copy.box = to;
    copy.is_new = true;
    copy.nclaims = 0;
    truth.listed[to] |= copy.keywords;
    ENSURE(truth_add(&truth, &copy));
}

static void copy(struct stage *stage, const struct step *step)
{
    struct mail_box *box = stage->boxes[step->box];
    size_t count = truth_count(&truth, step->box);
    unsigned to = (step->argument & 0x80) != 0 ? step->box : 1 - step->box;
    bool all = (step->argument & 0x40) != 0;
    size_t first = all || count == 0 ? 0 : (step->argument & 0x3f) % count;
    size_t n = all ? count : 1;
    if (count == 0 || truth.nmails + n > TRUTH_NMAILS_MAX)
        return;
    /* The mailbox's own list moves when it grows. */
    struct mail_message *messages[TRUTH_NMAILS_MAX];
    for (size_t i = 0; i < n; i++)
        messages[i] = box->messages[first + i];
    enum mail_error error =
        box->store->ops->append(box->store, user, span_of(names[to]), box, messages, n);
    if (error != (truth.is_readonly[to] ? MAIL_NO_WRITE : MAIL_OK))
        fuzz_fail("mailbox.store", "", "copy", "copying gives: %s", mail_error_text(error));
    for (size_t i = 0; i < n && error == MAIL_OK; i++)
        note_copy(truth_nth(&truth, step->box, first + i), to);
}

static void list_keyword(struct stage *stage, const struct step *step)
{
    char name[3] = {'k', (char)('0' + step->argument % TRUTH_NKEYWORDS), '\0'};
    (void)mail_box_add_keyword(stage->boxes[step->box], span_of(name));
    truth.listed[step->box] |= 1U << (step->argument % TRUTH_NKEYWORDS);
}

static void set_access(struct stage *stage, const struct step *step)
{
    truth.is_readonly[step->box] = step->argument % 2 != 0;
    ENSURE(stage->store->ops->set_access(stage->store, user, MAIL_MAILBOX,
                                         span_of(names[step->box]), true,
                                         !truth.is_readonly[step->box]) == MAIL_OK);
}

/* ---- views ---- */

/* What the view wrote leads its client to what the view shows. */
static void replay(struct stage *stage, const struct truth_view *before, unsigned number)
{
    struct truth_view *view = &truth.views[number];
    if (fuzz_trace != NULL)
        fuzz_trace("view", 'S', buffer_span(&stage->out));
    truth_replay(&truth, before, number, buffer_span(&stage->out));
    view->listed = truth.listed[view->box];
    view->recent = 0;
    for (size_t i = 0; i < view->nseen; i++)
        view->recent += view->seen[i].is_recent;
    buffer_clear(&stage->out);
}

static void close_view(struct stage *stage, unsigned number)
{
    view_close(&stage->views[number]);
    truth.views[number] = (struct truth_view){0};
}

static void open_view(struct stage *stage, const struct step *step)
{
    static const struct truth_view nothing;
    unsigned box = step->argument % TRUTH_NBOXES;
    close_view(stage, step->view);
    if (view_open(&stage->views[step->view], stage->store, user, MAIL_MAILBOX, span_of(names[box]),
                  &stage->out) != MAIL_OK)
        fuzz_fail("mailbox.store", "", "open", "the mailbox cannot be opened");
    truth_open(&truth, step->view, box);
    replay(stage, &nothing, step->view);
}

static void announce(struct stage *stage, unsigned number, enum view_news how)
{
    static struct truth_view before;
    before = truth.views[number];
    view_announce(&stage->views[number], how, &stage->out);
    truth_announce(&truth, number, how != VIEW_KEEP_NUMBERS);
    replay(stage, &before, number);
}

/* As STORE does it; the line goes out at once, or the next announcement tells. */
static void set_flags(struct stage *stage, const struct step *step)
{
    struct view *view = &stage->views[step->view];
    struct truth_view *shown = &truth.views[step->view];
    if (shown->nseen == 0)
        return;
    size_t number = step->argument % shown->nseen + 1;
    struct truth_mail *mail = &truth.mails[shown->seen[number - 1].mail];
    unsigned flags = step->argument >> 1 & 0x7f;
    enum mail_error error = view_set_flags(view, number, flags_of(stage, shown->box, flags));
    if (error != (mail->is_gone ? MAIL_GONE : MAIL_OK))
        fuzz_fail("mailbox.store", "", "flags", "setting flags gives: %s", mail_error_text(error));
    if (error == MAIL_OK)
        note_flags(mail, flags);
    if (error == MAIL_OK && step->argument % 2 != 0) {
        static struct truth_view before;
        view_write_flags(view, number, &stage->out);
        before = *shown;
        shown->seen[number - 1].told_system = mail->system;
        shown->seen[number - 1].told_keywords = mail->keywords;
        replay(stage, &before, step->view);
    }
}

static void view_step(struct stage *stage, enum operation operation, const struct step *step)
{
    if (operation == OPEN)
        open_view(stage, step);
    else if (!truth.views[step->view].is_open)
        return;
    else if (operation == CLOSE)
        close_view(stage, step->view);
    else if (operation == FLAGS)
        set_flags(stage, step);
    else
        announce(stage, step->view, step->argument % (VIEW_REPORT + 1));
}

/* ---- everything is as the truth says ---- */

static void check_message(const struct mail_box *box, const struct mail_message *message,
                          const struct truth_mail *mail)
{
    char text[32];
    unsigned keywords = 0;
    (void)snprintf(text, sizeof text, "Subject: %u\r\n\r\n", mail->text);
    for (unsigned i = 0; i < box->nkeywords; i++)
        if ((message->flags.keywords >> i & 1) != 0)
            keywords |= 1U << (unsigned)(box->keywords[i][1] - '0');
    if (!span_is(message->content->octets, text))
        fuzz_fail("mailbox.content", "", "content", "a message has another content");
    if (message->flags.system != mail->system || keywords != mail->keywords)
        fuzz_fail("mailbox.flags", "", "flags", "a message has flags %x/%x, not %x/%x",
                  (unsigned)message->flags.system, keywords, (unsigned)mail->system,
                  mail->keywords);
}

static void check_boxes(const struct stage *stage)
{
    for (unsigned b = 0; b < TRUTH_NBOXES; b++) {
        const struct mail_box *box = stage->boxes[b];
        if (box->nmessages != truth_count(&truth, b))
            fuzz_fail("mailbox.count", "", "count", "%zu messages, not %zu", box->nmessages,
                      truth_count(&truth, b));
        for (size_t n = 0; n < box->nmessages; n++)
            check_message(box, box->messages[n], truth_nth(&truth, b, n));
    }
}

static void check_views(const struct stage *stage)
{
    for (unsigned v = 0; v < TRUTH_NVIEWS; v++) {
        const struct view *view = &stage->views[v];
        const struct truth_view *shown = &truth.views[v];
        if (view->nentries != shown->nseen)
            fuzz_fail("mailbox.view", "", "count", "the view has %zu messages, not %zu",
                      view->nentries, shown->nseen);
        for (size_t i = 0; i < view->nentries; i++) {
            const struct truth_mail *mail = &truth.mails[shown->seen[i].mail];
            if (view->entries[i].message->is_removed != mail->is_gone)
                fuzz_fail("mailbox.view", "", "removed", "message %zu of the view", i + 1);
            if (!mail->is_gone)
                check_message(view->box, view->entries[i].message, mail);
        }
    }
}

/* ---- a run ---- */

static void act(struct stage *stage, unsigned code, unsigned argument)
{
    enum operation operation = (code >> 4) % NOPERATIONS;
    struct step step = {code % TRUTH_NVIEWS, code >> 2 & 1, argument};
    switch (operation) {
    case OPEN:
    case CLOSE:
    case FLAGS:
    case ANNOUNCE:
        view_step(stage, operation, &step);
        return;
    case ARRIVE:
        arrive(stage, &step);
        return;
    case OUTSIDE:
        set_outside(stage, &step);
        return;
    case EXPUNGE:
    case REMOVE:
        remove_some(stage, &step, operation == EXPUNGE);
        return;
    case COPY:
        copy(stage, &step);
        return;
    case KEYWORD:
        list_keyword(stage, &step);
        return;
    case READ_ONLY:
        set_access(stage, &step);
        return;
    case NOPERATIONS:
        return;
    }
}

static void open_stage(struct stage *stage)
{
    static const struct mail_box_spec spec = {0};
    truth = (struct truth){.nmails = 0};
    stage->store = mail_store_memory_new();
    for (unsigned i = 0; i < TRUTH_NBOXES; i++) {
        bool is_writable;
        ENSURE(stage->store->ops->create(stage->store, user, MAIL_MAILBOX, span_of(names[i]),
                                         &spec) == MAIL_OK);
        ENSURE(stage->store->ops->open(stage->store, user, MAIL_MAILBOX, span_of(names[i]),
                                       &stage->boxes[i], &is_writable) == MAIL_OK);
    }
}

static void close_stage(struct stage *stage)
{
    for (unsigned i = 0; i < TRUTH_NVIEWS; i++)
        view_free(&stage->views[i]);
    for (unsigned i = 0; i < TRUTH_NBOXES; i++)
        mail_box_close(&stage->boxes[i]);
    mail_store_free(&stage->store);
    buffer_free(&stage->out);
}

/* Changes of two mailboxes, and four views that tell of them; nothing is parsed by the server. At
 * the end every view tells all. */
void fuzz_mailbox_one(struct span octets)
{
    struct stage stage = {.store = NULL};
    open_stage(&stage);
    for (size_t i = 0; i + 1 < octets.nbytes; i += 2) {
        act(&stage, (unsigned char)octets.data[i], (unsigned char)octets.data[i + 1]);
        check_boxes(&stage);
        check_views(&stage);
        fuzz_ncommands++;
    }
    for (unsigned v = 0; v < TRUTH_NVIEWS; v++)
        if (truth.views[v].is_open)
            announce(&stage, v, VIEW_RENUMBER);
    close_stage(&stage);
}
