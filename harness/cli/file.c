#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

enum { FILE_NBYTES_MAX = 256 * 1024 * 1024 };

int cli_fail(const struct err *err)
{
    struct buffer text = {0};
    if (err->file[0] == '\0' && err->line == 0)
        buffer_append_text(&text, "imapspec: ");
    err_print(err, &text);
    (void)fwrite(buffer_span(&text).data, 1, text.nbytes, stderr);
    buffer_free(&text);
    return RESULT_EXIT_USAGE;
}

bool cli_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

int cli_read_results(struct cli *cli, const char *path, struct result_run **run_r, struct err *err)
{
    struct span text = {"", 0};
    if (cli_read_file(cli, path, &text, err) != 0 ||
        result_run_read(text, path, &cli->arena, run_r, err) != 0)
        return -1;
    if ((*run_r)->is_cut)
        (void)fprintf(stderr, "%s: the last line is incomplete: the run was cut short\n", path);
    return 0;
}

bool cli_is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool cli_is_special(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode);
}

/* ---- reading and writing ---- */

static int read_all(int fd, const char *path, struct arena *arena, struct span *octets_r,
                    struct err *err)
{
    enum { CHUNK = 65536 };
    struct buffer content = {0};
    ssize_t n;
    while ((n = read(fd, buffer_reserve(&content, CHUNK), CHUNK)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || content.nbytes > FILE_NBYTES_MAX) {
            const char *why = n < 0 ? strerror(errno) : "file too large";
            buffer_free(&content);
            return err_set(err, path, 0, 0, "%s", why);
        }
        buffer_advance(&content, (size_t)n);
    }
    *octets_r = arena_copy(arena, buffer_span(&content));
    buffer_free(&content);
    return 0;
}

static int read_file(const char *path, struct arena *arena, struct span *octets_r, struct err *err)
{
    if (strcmp(path, "-") == 0)
        return read_all(STDIN_FILENO, path, arena, octets_r, err);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, path, 0, 0, "%s", strerror(errno));
    int status = read_all(fd, path, arena, octets_r, err);
    (void)close(fd);
    return status;
}

int cli_read_file(struct cli *cli, const char *path, struct span *octets_r, struct err *err)
{
    return read_file(path, &cli->arena, octets_r, err);
}

static int write_special(const char *path, struct span octets, struct err *err)
{
    FILE *file = fopen(path, "w");
    bool good = file != NULL && fwrite(octets.data, 1, octets.nbytes, file) == octets.nbytes;
    if (file != NULL && fclose(file) != 0)
        good = false;
    return good ? 0 : err_set(err, path, 0, 0, "cannot be written: %s", strerror(errno));
}

int cli_write_file(const char *path, struct span octets, struct err *err)
{
    if (cli_is_special(path))
        return write_special(path, octets, err);
    struct buffer name = {0};
    buffer_printf(&name, "%s.new-%ld", path, (long)getpid());
    char *temporary = buffer_take_text(&name);
    FILE *file = fopen(temporary, "w");
    bool good = file != NULL && fwrite(octets.data, 1, octets.nbytes, file) == octets.nbytes;
    if (file != NULL && fclose(file) != 0)
        good = false;
    good = good && rename(temporary, path) == 0;
    int status = good ? 0 : err_set(err, path, 0, 0, "cannot be written: %s", strerror(errno));
    if (!good)
        (void)unlink(temporary);
    free(temporary);
    return status;
}

/* ---- folders ---- */

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void visit(struct cli *cli, const char *path, const char *suffix, struct cli_texts *list,
                  unsigned depth)
{
    DIR *folder = depth > 16 ? NULL : opendir(path);
    const struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        const char *inside = arena_printf(&cli->arena, "%s/%s", path, entry->d_name);
        if (cli_is_folder(inside))
            visit(cli, inside, suffix, list, depth + 1);
        else if (span_ends_with(span_of(inside), span_of(suffix)))
            cli_texts_add(cli, list, inside);
    }
    if (folder != NULL)
        (void)closedir(folder);
}

int cli_list_files(struct cli *cli, const char *folder, const char *suffix, struct cli_texts *list,
                   struct err *err)
{
    struct cli_texts found = {0};
    if (!cli_is_folder(folder))
        return err_set(err, folder, 0, 0, "no such folder");
    visit(cli, folder, suffix, &found, 0);
    if (found.nitems > 0)
        qsort(found.items, found.nitems, sizeof *found.items, compare_texts);
    for (size_t i = 0; i < found.nitems; i++)
        cli_texts_add(cli, list, found.items[i]);
    return 0;
}

/* ---- what is shipped ---- */

static bool holds_data(const char *folder)
{
    struct buffer path = {0};
    buffer_printf(&path, "%s/scripts/std/imap2.scn", folder);
    char *text = buffer_take_text(&path);
    bool there = cli_exists(text);
    free(text);
    return there;
}

const char *cli_find_data(struct cli *cli, struct err *err)
{
    static const char *const beside_program[] = {"../share/imapspec", "../..", ".."};
    const char *named = getenv("IMAPSPEC_DATA");
    if (named != NULL) {
        if (holds_data(named))
            return arena_text(&cli->arena, span_of(named));
        (void)err_set(err, NULL, 0, 0, "$IMAPSPEC_DATA is %s, which holds no scripts/std", named);
        return NULL;
    }
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length > 0) {
        program[length] = '\0';
        *strrchr(program, '/') = '\0';
        for (size_t i = 0; i < sizeof beside_program / sizeof beside_program[0]; i++) {
            char *path = arena_printf(&cli->arena, "%s/%s", program, beside_program[i]);
            char *real = holds_data(path) ? realpath(path, NULL) : NULL;
            if (real != NULL) {
                const char *kept = arena_text(&cli->arena, span_of(real));
                free(real);
                return kept;
            }
        }
    }
    if (holds_data(IMAPSPEC_TREE))
        return IMAPSPEC_TREE;
    (void)err_set(err, NULL, 0, 0,
                  "the shipped scripts are not found; set IMAPSPEC_DATA to their folder");
    return NULL;
}

const char *cli_server_program(void)
{
    const char *named = getenv("IMAPSPEC_SERVER");
    return named == NULL || named[0] == '\0' ? NULL : named;
}

const char *cli_short_path(struct arena *arena, const char *path)
{
    char folder[4096];
    struct span rest = span_of(path);
    if (getcwd(folder, sizeof folder) == NULL || !span_starts_with(rest, span_of(folder)))
        return path;
    rest = span_from(rest, strlen(folder));
    if (rest.nbytes < 2 || rest.data[0] != '/')
        return path;
    return arena_text(arena, span_from(rest, 1));
}

/* ---- files named inside files ---- */

static const char *beside(struct arena *arena, const char *from, const char *path)
{
    const char *slash = from == NULL ? NULL : strrchr(from, '/');
    if (slash == NULL)
        return path;
    return arena_printf(arena, "%.*s/%s", (int)(slash - from), from, path);
}

int cli_load_include(void *context, const char *from, const char *path, struct arena *arena,
                     struct span *text_r, const char **path_r, struct err *err)
{
    static const char *const shipped[] = {"scripts", "corpus"};
    struct cli *cli = context;
    const char *candidate = path[0] == '/' ? path : beside(arena, from, path);
    for (size_t i = 0;
         !cli_exists(candidate) && path[0] != '/' && i < sizeof shipped / sizeof shipped[0]; i++)
        candidate = arena_printf(arena, "%s/%s/%s", cli->data, shipped[i], path);
    if (!cli_exists(candidate))
        return err_set(err, from, 0, 0,
                       "\"%s\" is neither beside this file nor among the shipped scripts and "
                       "fixtures",
                       path);
    *path_r = cli_short_path(arena, candidate);
    return read_file(candidate, arena, text_r, err);
}
