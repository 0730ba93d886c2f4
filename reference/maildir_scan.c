#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reference/maildir_box.h"

enum {
    ROUNDS_MAX = 5,            /* how often a directory that changes under our eyes is read again */
    CLOCK_GRAIN_NS = 50000000, /* file systems take their time from a coarse clock */
};

/* A file seen. */
struct entry {
    char *name;
    bool is_in_new;
    bool is_known; /* a message of the list is this file */
};

struct scan {
    struct arena arena;
    struct table by_base; /* -> struct entry */
};

static void scan_free(struct scan *scan)
{
    table_free(&scan->by_base);
    arena_free(&scan->arena);
    *scan = (struct scan){0};
}

static DIR *open_stream(int directory)
{
    int fd = directory < 0 ? -1 : openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    if (stream == NULL && fd >= 0)
        (void)close(fd);
    return stream;
}

static void add_entry(struct scan *scan, const char *name, bool is_in_new)
{
    struct entry *entry = arena_alloc(&scan->arena, sizeof *entry);
    entry->name = arena_text(&scan->arena, span_of(name));
    entry->is_in_new = is_in_new;
    (void)table_put(&scan->by_base, maildir_name_base(span_of(name)), entry);
}

/* A file that is moved meanwhile goes from new to cur: in this order it is seen at least once, and
 * what is seen later is newer. */
static enum mail_error scan_read(struct scan *scan, const struct maildir_dir *dir)
{
    const int directories[2] = {dir->new, dir->cur};
    for (int i = 0; i < 2; i++) {
        DIR *stream = open_stream(directories[i]);
        if (stream == NULL) {
            if (i == 1)
                return MAIL_FAILED;
            continue;
        }
        const struct dirent *file;
        while ((file = readdir(stream)) != NULL)
            if (file->d_name[0] != '.' && file->d_type != DT_DIR)
                add_entry(scan, file->d_name, i == 0);
        (void)closedir(stream);
    }
    return MAIL_OK;
}

static struct entry *scan_find(const struct scan *scan, const struct mail_message *message)
{
    return table_get(&scan->by_base, maildir_name_base(span_of(maildir_file_of(message)->name)));
}

static void move_to(struct mail_message *message, const struct entry *entry)
{
    struct maildir_file *file = maildir_file_of(message);
    struct span name = span_of(entry->name);
    file->is_in_new = entry->is_in_new;
    if (span_is(name, file->name))
        return;
    free(file->name);
    file->name = mem_copy_text(name.data, name.nbytes);
}

static struct mail_flags flags_of(const struct maildir_box *box, const char *file_name)
{
    struct span name = span_of(file_name);
    struct mail_flags flags = {.system = maildir_name_system_flags(name)};
    uint32_t letters = maildir_name_keyword_letters(name);
    for (int i = 0; i < MAILDIR_LETTERS; i++)
        if ((letters >> i & 1) != 0 && box->keyword_of_letter[i] >= 0)
            flags.keywords |= UINT32_C(1) << box->keyword_of_letter[i];
    return flags;
}

static bool is_still_there(const struct maildir_box *box, const struct mail_message *message)
{
    return faccessat(maildir_box_directory(box, message), maildir_file_of(message)->name, F_OK,
                     AT_SYMLINK_NOFOLLOW) == 0;
}

/* Notes what is known of the messages listed; returns how many have not been seen. */
static size_t match_known(struct maildir_box *box, const struct scan *scan)
{
    size_t nmissing = 0;
    for (size_t i = 0; i < box->box.nmessages; i++) {
        struct mail_message *message = box->box.messages[i];
        struct entry *entry = scan_find(scan, message);
        if (entry == NULL) {
            nmissing++;
            continue;
        }
        entry->is_known = true;
        move_to(message, entry);
        mail_box_note_flags(&box->box, message, flags_of(box, entry->name));
    }
    return nmissing;
}

static void remove_missing(struct maildir_box *box, const struct scan *first,
                           const struct scan *second)
{
    struct mail_message **gone =
        mem_alloc((box->box.nmessages + 1) * sizeof(struct mail_message *));
    size_t ngone = 0;
    for (size_t i = 0; i < box->box.nmessages; i++) {
        struct mail_message *message = box->box.messages[i];
        if (scan_find(first, message) == NULL && scan_find(second, message) == NULL &&
            !is_still_there(box, message))
            gone[ngone++] = message;
    }
    mail_box_remove(&box->box, gone, ngone);
    free((void *)gone);
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *const *x = a, *const *y = b;
    return maildir_name_compare(span_of((*x)->name), span_of((*y)->name));
}

/* False when the file has been moved away already. What is no file is passed over. */
static bool add_message(struct maildir_box *box, const struct entry *entry)
{
    struct stat status;
    int directory = entry->is_in_new ? box->dir.new : box->dir.cur;
    if (fstatat(directory, entry->name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return errno != ENOENT;
    if (!S_ISREG(status.st_mode))
        return true;
    struct mail_message *message = mail_box_add(&box->box);
    struct maildir_file *file = mem_alloc(sizeof *file);
    message->store_data = file;
    file->name = mem_copy_text(entry->name, span_of(entry->name).nbytes);
    file->is_in_new = entry->is_in_new;
    message->flags = flags_of(box, entry->name);
    message->time.wall_s = status.st_mtim.tv_sec;
    message->time.zone_minutes = box->zone_minutes;
    mail_message_set_new(&box->box, message, entry->is_in_new);
    return true;
}

/* Adds what is not known yet, in order; false when some files slipped away and should be looked for
 * again. */
static bool add_unknown(struct maildir_box *box, struct scan *scan)
{
    const struct table *table = &scan->by_base;
    struct entry **unknown = mem_alloc((table->nentries + 1) * sizeof(struct entry *));
    size_t nunknown = 0;
    for (size_t i = 0; i < table->nentries; i++) {
        struct entry *entry = table->entries[i].value;
        if (!entry->is_known)
            unknown[nunknown++] = entry;
    }
    qsort((void *)unknown, nunknown, sizeof(struct entry *), compare_entries);
    bool is_complete = true;
    for (size_t i = 0; i < nunknown; i++)
        is_complete = add_message(box, unknown[i]) && is_complete;
    free((void *)unknown);
    return is_complete;
}

/* The first look at a mailbox gives the messages their order, so that it should miss none. */
static enum mail_error read_more(struct scan *scan, const struct maildir_box *box)
{
    enum mail_error error = MAIL_OK;
    size_t nknown = 0;
    for (int round = 0; round < ROUNDS_MAX && nknown < scan->by_base.nentries && error == MAIL_OK;
         round++) {
        nknown = scan->by_base.nentries;
        error = scan_read(scan, &box->dir);
    }
    return error;
}

/* One look; *is_complete_r false when files moved meanwhile. */
static enum mail_error scan_once(struct maildir_box *box, bool *is_complete_r)
{
    struct scan scan = {0}, again = {0};
    enum mail_error error = scan_read(&scan, &box->dir);
    if (error == MAIL_OK && box->box.last_id == 0 && box->is_young)
        error = read_more(&scan, box);
    if (error == MAIL_OK && match_known(box, &scan) > 0) {
        /* A file renamed while its directory is read may be passed over: only who is missing twice
         * is missing. */
        error = scan_read(&again, &box->dir);
        if (error == MAIL_OK) {
            (void)match_known(box, &again);
            remove_missing(box, &scan, &again);
            scan_free(&scan);
            scan = again;
            again = (struct scan){0};
        }
    }
    *is_complete_r = error != MAIL_OK || add_unknown(box, &scan);
    scan_free(&scan);
    scan_free(&again);
    return error;
}

static bool is_same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static int64_t ns_of(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Compares the directories' times with those remembered and remembers them. */
static bool times_changed(struct maildir_box *box)
{
    struct stat new_status = {0}, cur_status = {0};
    if (box->dir.new >= 0)
        (void)fstat(box->dir.new, &new_status);
    (void)fstat(box->dir.cur, &cur_status);
    bool is_changed = box->is_young || !is_same_time(new_status.st_mtim, box->new_changed) ||
                      !is_same_time(cur_status.st_mtim, box->cur_changed);
    box->new_changed = new_status.st_mtim;
    box->cur_changed = cur_status.st_mtim;
    const struct clock machine = clock_system();
    int64_t safe_ns = clock_wall_us(&machine) * 1000 - CLOCK_GRAIN_NS;
    box->is_young = ns_of(box->new_changed) >= safe_ns || ns_of(box->cur_changed) >= safe_ns;
    return is_changed;
}

enum mail_error maildir_box_scan(struct maildir_box *box, bool is_thorough)
{
    if (!times_changed(box) && !is_thorough)
        return MAIL_OK;
    maildir_box_refresh_keywords(box);
    bool is_complete = false;
    enum mail_error error = MAIL_OK;
    for (int round = 0; round < ROUNDS_MAX && !is_complete && error == MAIL_OK; round++)
        error = scan_once(box, &is_complete);
    return error;
}

bool maildir_box_locate(struct maildir_box *box, struct mail_message *message)
{
    bool is_found = false;
    for (int round = 0; round < 2 && !is_found; round++) { /* missing twice: see scan_once() */
        struct scan scan = {0};
        enum mail_error error = scan_read(&scan, &box->dir);
        const struct entry *entry = error == MAIL_OK ? scan_find(&scan, message) : NULL;
        if (entry != NULL)
            move_to(message, entry);
        is_found = entry != NULL;
        scan_free(&scan);
    }
    return is_found;
}
