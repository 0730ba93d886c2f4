#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/tables.h"

struct options {
    bool is_client;
};

const struct cli_option init_option_table[] = {
    {0, "client", NULL, CLI_FLAG, offsetof(struct options, is_client), "of a client, not a server"},
    {0}};

/* packaging/init, with @NAME@ where the target's name stands. */
extern const unsigned char init_server_target[], init_start[], init_provision[], init_deliver[];
extern const unsigned char init_client_target[], init_shim[];
extern const size_t init_server_target_nbytes, init_start_nbytes, init_provision_nbytes,
    init_deliver_nbytes;
extern const size_t init_client_target_nbytes, init_shim_nbytes;

enum { NFILES_MOST = 4 };

/* A file of a skeleton: the target file first, then its programs. */
struct skeleton_file {
    const char *path; /* behind the target's name */
    const unsigned char *text;
    const size_t *nbytes;
};

static const struct skeleton {
    const char *command; /* that plays it */
    struct skeleton_file files[NFILES_MOST + 1];
} skeletons[] = {
    {"server",
     {{".target", init_server_target, &init_server_target_nbytes},
      {"/start.sh", init_start, &init_start_nbytes},
      {"/provision.sh", init_provision, &init_provision_nbytes},
      {"/deliver.sh", init_deliver, &init_deliver_nbytes},
      {0}}},
    {"client",
     {{".target", init_client_target, &init_client_target_nbytes},
      {"/shim.sh", init_shim, &init_shim_nbytes},
      {0}}},
};

/* As a target file and a shell script may hold it, and a folder may be called. */
static bool is_name(const char *name)
{
    if (!char_is_alnum(name[0]) || strlen(name) > 100)
        return false;
    for (; *name != '\0'; name++)
        if (!char_is_alnum(*name) && strchr("-_.", *name) == NULL)
            return false;
    return true;
}

static int check_free(struct cli *cli, const struct skeleton *skeleton, const char *name,
                      struct err *err)
{
    struct stat st;
    for (const struct skeleton_file *f = skeleton->files; f->path != NULL; f++) {
        const char *path = arena_printf(&cli->arena, "%s%s", name, f->path);
        if (lstat(path, &st) == 0)
            return err_set(err, path, 0, 0, "is there already; nothing was written");
    }
    return 0;
}

static void fill_in(struct span text, const char *name, struct buffer *out)
{
    const struct span place = SPAN_LIT("@NAME@");
    size_t at;
    while ((at = span_find(text, place)) != SPAN_NPOS) {
        buffer_append(out, span_slice(text, 0, at));
        buffer_append_text(out, name);
        text = span_from(text, at + place.nbytes);
    }
    buffer_append(out, text);
}

static int write_file(const char *path, struct span text, mode_t mode, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return err_set(err, path, 0, 0, "%s", strerror(errno));
    ssize_t n = write(fd, text.data, text.nbytes);
    int cause = n < 0 ? errno : ENOSPC;
    if (close(fd) == 0 && n == (ssize_t)text.nbytes)
        return 0;
    return err_set(err, path, 0, 0, "%s", strerror(cause));
}

static int write_all(struct cli *cli, const struct skeleton *skeleton, const char *name,
                     struct err *err)
{
    if (mkdir(name, 0777) != 0 && errno != EEXIST)
        return err_set(err, name, 0, 0, "%s", strerror(errno));
    for (const struct skeleton_file *f = skeleton->files; f->path != NULL; f++) {
        struct buffer text = {0};
        const char *path = arena_printf(&cli->arena, "%s%s", name, f->path);
        fill_in((struct span){(const char *)f->text, *f->nbytes}, name, &text);
        int status = write_file(path, buffer_span(&text), f == skeleton->files ? 0666 : 0777, err);
        buffer_free(&text);
        if (status != 0)
            return -1;
        (void)printf("wrote %s\n", path);
    }
    return 0;
}

int cli_init(struct cli *cli, int argc, char **argv)
{
    struct options options = {0};
    struct cli_texts arguments = {0};
    struct err err;
    if (cli_options_read(cli, init_option_table, argc, argv, &options, &arguments, &err) != 0)
        return cli_fail(&err);
    if (arguments.nitems > 1) {
        (void)err_set(&err, NULL, 0, 0, "init wants one name, not \"%s\" too", arguments.items[1]);
        return cli_fail(&err);
    }
    const struct skeleton *skeleton = &skeletons[options.is_client ? 1 : 0];
    const char *name = arguments.nitems == 0 ? "mine" : arguments.items[0];
    if (!is_name(name)) {
        (void)err_set(&err, NULL, 0, 0,
                      "\"%s\" cannot name a target: letters, digits, `-`, `_` and `.` can", name);
        return cli_fail(&err);
    }
    if (check_free(cli, skeleton, name, &err) != 0 || write_all(cli, skeleton, name, &err) != 0)
        return cli_fail(&err);
    (void)printf("Fill in %s%s, then:\n"
                 "  imapspec features %s.target\n"
                 "  imapspec %s %s.target\n",
                 name, skeleton->files[1].path, name, skeleton->command, name);
    return 0;
}
