#include "reference/maildir_keywords.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reference/maildir_file.h"

enum {
    LOCK_AGE_S = 120,
    FILE_LIMIT_NBYTES = 65536,
};

static const char file_name[] = "dovecot-keywords";
static const char lock_name[] = "dovecot-keywords.lock";

static void clear_names(struct maildir_keywords *keywords)
{
    for (int i = 0; i < MAILDIR_LETTERS; i++) {
        free(keywords->names[i]);
        keywords->names[i] = NULL;
    }
}

void maildir_keywords_free(struct maildir_keywords *keywords)
{
    clear_names(keywords);
    *keywords = (struct maildir_keywords){0};
}

static void parse_file(struct maildir_keywords *keywords, struct span text)
{
    while (text.nbytes > 0) {
        struct span line = span_trim(span_cut(&text, '\n'));
        uint32_t letter;
        if (number_parse_u32(span_cut(&line, ' '), &letter) != 0 || letter >= MAILDIR_LETTERS ||
            line.nbytes == 0 || keywords->names[letter] != NULL)
            continue;
        keywords->names[letter] = mem_copy_text(line.data, line.nbytes);
    }
}

bool maildir_keywords_refresh(struct maildir_keywords *keywords, int top)
{
    struct stat status;
    if (fstatat(top, file_name, &status, 0) != 0)
        status = (struct stat){0};
    if (status.st_ino == keywords->inode && status.st_mtim.tv_sec == keywords->changed.tv_sec &&
        status.st_mtim.tv_nsec == keywords->changed.tv_nsec)
        return false;
    struct buffer text = {0};
    clear_names(keywords);
    if (status.st_size <= FILE_LIMIT_NBYTES && maildir_file_read(top, file_name, &text) == 0)
        parse_file(keywords, buffer_span(&text));
    buffer_free(&text);
    keywords->inode = status.st_ino;
    keywords->changed = status.st_mtim;
    return true;
}

int maildir_keywords_find(const struct maildir_keywords *keywords, struct span name)
{
    for (int i = 0; i < MAILDIR_LETTERS; i++)
        if (keywords->names[i] != NULL && span_is_nocase(name, keywords->names[i]))
            return i;
    return -1;
}

static int take_lock(int top)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    int fd = openat(top, lock_name, flags, 0600);
    struct stat status;
    const struct clock machine = clock_system();
    if (fd < 0 && errno == EEXIST && fstatat(top, lock_name, &status, 0) == 0 &&
        clock_wall_s(&machine) - status.st_ctim.tv_sec > LOCK_AGE_S) {
        (void)unlinkat(top, lock_name, 0);
        fd = openat(top, lock_name, flags, 0600);
    }
    return fd;
}

static int free_letter(const struct maildir_keywords *keywords)
{
    for (int i = 0; i < MAILDIR_LETTERS; i++)
        if (keywords->names[i] == NULL)
            return i;
    return MAILDIR_NO_LETTER_LEFT;
}

/* Writes the list with one name more to the lock file and makes it the file. */
static int write_file(const struct maildir_keywords *keywords, int top, int fd, int letter,
                      struct span name)
{
    struct buffer text = {0};
    for (int i = 0; i < MAILDIR_LETTERS; i++) {
        if (i == letter)
            buffer_printf(&text, "%d %.*s\n", i, SPAN_ARG(name));
        else if (keywords->names[i] != NULL)
            buffer_printf(&text, "%d %s\n", i, keywords->names[i]);
    }
    int rc = maildir_file_write_all(fd, buffer_span(&text));
    buffer_free(&text);
    return rc == 0 ? renameat(top, lock_name, top, file_name) : rc;
}

int maildir_keywords_add(struct maildir_keywords *keywords, int top, struct span name)
{
    int letter = maildir_keywords_find(keywords, name);
    if (letter >= 0)
        return letter;
    int fd = take_lock(top);
    if (fd < 0)
        return MAILDIR_LETTER_UNWRITTEN;
    (void)maildir_keywords_refresh(keywords, top);
    letter = maildir_keywords_find(keywords, name);
    int unused = letter >= 0 ? MAILDIR_NO_LETTER_LEFT : free_letter(keywords);
    int error = 0;
    if (unused >= 0 && write_file(keywords, top, fd, unused, name) == 0) {
        letter = unused;
    } else {
        error = unused >= 0 ? errno : 0;
        (void)unlinkat(top, lock_name, 0);
    }
    (void)close(fd);
    (void)maildir_keywords_refresh(keywords, top);
    if (error == 0)
        return letter;
    errno = error;
    return MAILDIR_LETTER_UNWRITTEN;
}
