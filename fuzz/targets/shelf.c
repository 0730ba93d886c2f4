#include "targets/shelf.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reference/maildir.h"
#include "reference/maildir_box.h"
#include "targets/target.h"

static const struct span user = SPAN_INIT("fred");
static const char *const names[SHELF_NBOXES] = {"INBOX", "m1"};
static const char *const keywords[] = {"k0", NULL};

/* ---- the folder ---- */

static struct mail_store *new_store(const struct shelf_state *state)
{
    return mail_store_maildir_new(
        &(struct mail_maildir_config){.mail_path = state->folder, .no_sync = true});
}

/* The keyword is listed beforehand: its list is not what is cut. */
void shelf_make(struct shelf_state *state)
{
    static const struct mail_box_spec spec = {.keywords = keywords};
    *state = (struct shelf_state){.ntexts = 0};
    for (size_t i = 0; i < SHELF_NTEXTS_MAX; i++)
        state->shortest[i] = SIZE_MAX;
    (void)snprintf(state->folder, sizeof state->folder, "%s/imapspec-fuzz-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    ENSURE(mkdtemp(state->folder) != NULL);
    struct mail_store *store = new_store(state);
    for (size_t i = 0; i < SHELF_NBOXES; i++)
        ENSURE(store->ops->create(store, user, MAIL_MAILBOX, span_of(names[i]), &spec) == MAIL_OK);
    mail_store_free(&store);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

void shelf_remove(struct shelf_state *state)
{
    enum { NFDS = 8 };
    ENSURE(nftw(state->folder, remove_one, NFDS, FTW_DEPTH | FTW_PHYS) == 0);
}

/* ---- what a text is ---- */

static void write_text(unsigned text, struct buffer *out)
{
    buffer_printf(out, "Subject: %u\r\nX: %u\r\n\r\n", text, text * 7);
    buffer_append_repeat(out, (char)('a' + text % 26), (size_t)(text * 37 % 600));
    buffer_append_text(out, "\r\n");
}

static bool is_text(const struct shelf_state *state, unsigned text, struct span octets)
{
    struct buffer all = {0};
    write_text(text, &all);
    bool is_whole = span_equal(octets, buffer_span(&all));
    bool is_part = state->shortest[text] != SIZE_MAX && octets.nbytes >= state->shortest[text] &&
                   span_starts_with(buffer_span(&all), octets);
    buffer_free(&all);
    return is_whole || is_part;
}

/* ---- looking ---- */

static struct shelf_mail found_mail(const struct shelf *shelf, unsigned box, size_t at)
{
    const struct mail_message *message = shelf->boxes[box]->messages[at];
    int keyword = mail_box_find_keyword(shelf->boxes[box], span_of(keywords[0]));
    return (struct shelf_mail){.system = message->flags.system,
                               .has_keyword =
                                   keyword >= 0 && (message->flags.keywords >> keyword & 1) != 0};
}

static bool has_content(const struct shelf *shelf, unsigned box, size_t at, unsigned text)
{
    struct mail_content *content;
    struct mail_message *message = shelf->boxes[box]->messages[at];
    if (mail_message_load(shelf->boxes[box], message, &content) != MAIL_OK)
        fuzz_fail("store.load", "", "load", "message %zu of %s cannot be read", at + 1, names[box]);
    bool is_same = is_text(shelf->state, text, content->octets);
    mail_message_unload(shelf->boxes[box], message);
    return is_same;
}

static bool fits(const struct shelf *shelf, unsigned box, size_t at, const struct shelf_mail *mail)
{
    struct shelf_mail found = found_mail(shelf, box, at);
    bool is_old = found.system == mail->system && found.has_keyword == mail->has_keyword;
    bool is_new = mail->may_be_changed && found.system == mail->new_system &&
                  found.has_keyword == mail->new_keyword;
    return (is_old || is_new) && has_content(shelf, box, at, mail->text);
}

/* Which mails the messages are: mails may be missing, messages not. Several may look the same, so
 * every choice is tried; `dead` are places from which there is no way. */
struct assignment {
    const struct shelf *shelf;
    unsigned box;
    const struct shelf_list *list;
    bool is_there[SHELF_NMAILS_MAX];
    bool dead[SHELF_NMAILS_MAX + 1][SHELF_NMAILS_MAX + 1];
};

static bool assign(struct assignment *a, size_t mail, size_t at)
{
    size_t nmessages = a->shelf->boxes[a->box]->nmessages;
    if (mail == a->list->nmails)
        return at == nmessages;
    if (a->dead[mail][at])
        return false;
    a->is_there[mail] = at < nmessages && fits(a->shelf, a->box, at, &a->list->mails[mail]);
    if (a->is_there[mail] && assign(a, mail + 1, at + 1))
        return true;
    a->is_there[mail] = false;
    if (a->list->mails[mail].may_be_missing && assign(a, mail + 1, at))
        return true;
    a->dead[mail][at] = true;
    return false;
}

/* The list becomes what is there. */
static void take_found(const struct assignment *a, struct shelf_list *list)
{
    size_t n = 0;
    for (size_t i = 0; i < list->nmails; i++) {
        if (!a->is_there[i])
            continue;
        unsigned text = list->mails[i].text;
        list->mails[n] = found_mail(a->shelf, a->box, n);
        list->mails[n++].text = text;
    }
    list->nmails = n;
}

static void check_box(const struct shelf *shelf, unsigned box)
{
    static struct assignment assignment;
    struct shelf_list *list = &shelf->state->lists[box];
    assignment = (struct assignment){.shelf = shelf, .box = box, .list = list};
    if (shelf->boxes[box]->nmessages > list->nmails || !assign(&assignment, 0, 0))
        fuzz_fail("store.truth", "", "another list",
                  "%s has %zu messages, and they are not the %zu that may be there", names[box],
                  shelf->boxes[box]->nmessages, list->nmails);
    take_found(&assignment, list);
}

static void check_boxes(const struct shelf *shelf)
{
    for (unsigned i = 0; i < SHELF_NBOXES; i++)
        check_box(shelf, i);
}

void shelf_open(struct shelf *shelf, struct shelf_state *state)
{
    *shelf = (struct shelf){.state = state, .store = new_store(state)};
    for (size_t i = 0; i < SHELF_NBOXES; i++) {
        bool is_writable;
        if (shelf->store->ops->open(shelf->store, user, MAIL_MAILBOX, span_of(names[i]),
                                    &shelf->boxes[i], &is_writable) != MAIL_OK)
            fuzz_fail("store.open", "", "open", "%s cannot be opened", names[i]);
    }
}

void shelf_close(struct shelf *shelf)
{
    for (size_t i = 0; i < SHELF_NBOXES; i++)
        mail_box_close(&shelf->boxes[i]);
    mail_store_free(&shelf->store);
}

void shelf_check(struct shelf_state *state)
{
    struct shelf shelf;
    shelf_open(&shelf, state);
    check_boxes(&shelf);
    shelf_close(&shelf);
}

/* ---- operations: noted first, then done ---- */

static enum mail_error deliver(struct shelf *shelf, unsigned box, unsigned argument)
{
    struct shelf_state *state = shelf->state;
    struct shelf_list *list = &state->lists[box];
    struct buffer text = {0};
    bool has_keyword = (argument & 0x10) != 0;
    if (list->nmails == SHELF_NMAILS_MAX || state->ntexts == SHELF_NTEXTS_MAX)
        return MAIL_OK;
    write_text(state->ntexts, &text);
    list->mails[list->nmails++] = (struct shelf_mail){.text = state->ntexts++,
                                                      .system = argument & 0xf,
                                                      .has_keyword = has_keyword,
                                                      .may_be_missing = true};
    struct mail_delivery delivery = {.octets = buffer_span(&text),
                                     .time = {1000000000, 0},
                                     .system_flags = argument & 0xf,
                                     .keywords = has_keyword ? keywords : NULL,
                                     .is_old = (argument & 0x20) != 0};
    enum mail_error error = shelf->store->ops->deliver(shelf->store, user, MAIL_MAILBOX,
                                                       span_of(names[box]), &delivery);
    buffer_free(&text);
    return error;
}

static enum mail_error set_flags(struct shelf *shelf, unsigned box, unsigned argument)
{
    struct shelf_list *list = &shelf->state->lists[box];
    struct mail_flags flags = {.system = argument & 0xf};
    if (list->nmails == 0)
        return MAIL_OK;
    struct shelf_mail *mail = &list->mails[(argument >> 4) % list->nmails];
    int keyword = mail_box_find_keyword(shelf->boxes[box], span_of(keywords[0]));
    mail->may_be_changed = true;
    mail->new_system = flags.system;
    mail->new_keyword = keyword >= 0 && argument % 3 == 0;
    if (mail->new_keyword)
        flags.keywords = UINT32_C(1) << keyword;
    return shelf->store->ops->set_flags(shelf->boxes[box],
                                        shelf->boxes[box]->messages[mail - list->mails], flags);
}

/* All that is \Deleted, or one. */
static enum mail_error expunge(struct shelf *shelf, unsigned box, unsigned argument)
{
    struct shelf_list *list = &shelf->state->lists[box];
    struct mail_message *gone[SHELF_NMAILS_MAX];
    size_t ngone = 0;
    for (size_t i = 0; i < list->nmails; i++) {
        if ((list->mails[i].system & MAIL_DELETED) == 0)
            continue;
        if (argument % 2 != 0 && ngone > 0)
            continue;
        list->mails[i].may_be_missing = true;
        gone[ngone++] = shelf->boxes[box]->messages[i];
    }
    return ngone == 0 ? MAIL_OK : shelf->store->ops->expunge(shelf->boxes[box], gone, ngone);
}

static enum mail_error copy(struct shelf *shelf, unsigned box, unsigned argument)
{
    struct shelf_list *list = &shelf->state->lists[box];
    unsigned to = argument % 2 != 0 ? box : 1 - box;
    struct shelf_list *target = &shelf->state->lists[to];
    struct mail_message *messages[SHELF_NMAILS_MAX];
    size_t count = list->nmails;
    if (count == 0)
        return MAIL_OK;
    size_t first = (argument >> 1) % count;
    size_t n = 1 + (argument >> 4) % (count - first);
    if (target->nmails + n > SHELF_NMAILS_MAX)
        return MAIL_OK;
    for (size_t i = 0; i < n; i++) {
        messages[i] = shelf->boxes[box]->messages[first + i];
        target->mails[target->nmails] = list->mails[first + i];
        target->mails[target->nmails++].may_be_missing = true;
    }
    return shelf->store->ops->append(shelf->store, user, span_of(names[to]), shelf->boxes[box],
                                     messages, n);
}

static enum mail_error claim(struct shelf *shelf, unsigned box, unsigned argument)
{
    struct mail_message *messages[SHELF_NMAILS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < shelf->boxes[box]->nmessages; i++)
        if (shelf->boxes[box]->messages[i]->is_new && (argument >> (i % 8) & 1) != 0)
            messages[n++] = shelf->boxes[box]->messages[i];
    (void)shelf->store->ops->claim(shelf->boxes[box], messages, n);
    return MAIL_OK;
}

/* Somebody cuts a file: no other message suffers. Copies share the file, or do not. */
static enum mail_error shorten(struct shelf *shelf, unsigned box, unsigned argument)
{
    struct shelf_list *list = &shelf->state->lists[box];
    if (list->nmails == 0)
        return MAIL_OK;
    size_t at = argument % list->nmails;
    struct maildir_box *maildir = (struct maildir_box *)shelf->boxes[box];
    const struct mail_message *message = shelf->boxes[box]->messages[at];
    size_t *shortest = &shelf->state->shortest[list->mails[at].text];
    size_t nbytes = argument >> 3;
    int fd = openat(maildir_box_directory(maildir, message), maildir_file_of(message)->name,
                    O_WRONLY | O_CLOEXEC);
    ENSURE(fd >= 0);
    struct stat status;
    ENSURE(fstat(fd, &status) == 0);
    if ((size_t)status.st_size > nbytes && ftruncate(fd, (off_t)nbytes) == 0)
        *shortest = nbytes < *shortest ? nbytes : *shortest;
    (void)close(fd);
    return MAIL_OK;
}

static const struct {
    enum mail_error (*act)(struct shelf *shelf, unsigned box, unsigned argument);
    bool is_partial; /* of an error something may remain */
    bool reopens;
} operations[] = {{deliver, false, false}, {set_flags, false, false}, {expunge, true, false},
                  {copy, false, false},    {claim, true, false},      {deliver, false, false},
                  {shorten, false, true},  {claim, true, true}};

/* What was noted is settled: done, or not done. */
static void settle(struct shelf_list *list, bool is_done, bool is_removal)
{
    size_t n = 0;
    for (size_t i = 0; i < list->nmails; i++) {
        struct shelf_mail mail = list->mails[i];
        if (mail.may_be_missing && is_done == is_removal)
            continue;
        if (mail.may_be_changed && is_done) {
            mail.system = mail.new_system;
            mail.has_keyword = mail.new_keyword;
        }
        mail.may_be_missing = mail.may_be_changed = false;
        list->mails[n++] = mail;
    }
    list->nmails = n;
}

static void reopen(struct shelf *shelf)
{
    struct shelf_state *state = shelf->state;
    shelf_close(shelf);
    shelf_open(shelf, state);
}

void shelf_act(struct shelf *shelf, unsigned code, unsigned argument, enum cut_kind kind,
               unsigned nth)
{
    size_t operation = code % (sizeof operations / sizeof *operations);
    bool is_removal = operations[operation].act == expunge;
    fuzz_ncommands++;
    cut_set(kind, nth);
    enum mail_error error = operations[operation].act(shelf, code >> 3 & 1, argument);
    bool has_cut = cut_end();
    if (error != MAIL_OK && !has_cut)
        fuzz_fail("store.error", "", "error", "operation %zu: %s", operation,
                  mail_error_text(error));
    bool is_unsure = has_cut && (kind == CUT_ALL_CALLS ||
                                 (error != MAIL_OK && operations[operation].is_partial));
    for (size_t i = 0; i < SHELF_NBOXES && !is_unsure; i++)
        settle(&shelf->state->lists[i], error == MAIL_OK, is_removal);
    if (has_cut || operations[operation].reopens)
        reopen(shelf);
    check_boxes(shelf);
}
