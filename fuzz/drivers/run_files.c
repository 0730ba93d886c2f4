/*
 * run_files: gives files to a target, one after the other, without any fuzzing engine.
 *
 *     run_files TARGET FILE...        each file as one input; ends with a failure as the target
 * does run_files --folders FOLDER...   in each folder, the folders named like targets, with inputs
 *     run_files --rate SECONDS TARGET FILE...   goes round for so long and prints inputs and
 *                                               commands a second
 *     run_files --show TARGET FILE   prints what goes over the connections meanwhile
 *     run_files --list                the targets, one a line
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "targets/target.h"

enum { EXIT_USAGE = 2 };

static const char *current_file = "";

static int read_file(const char *path, struct buffer *out)
{
    FILE *file = fopen(path, "rb");
    size_t n;
    buffer_clear(out);
    if (file == NULL) {
        perror(path);
        return -1;
    }
    while ((n = fread(buffer_reserve(out, 65536), 1, 65536, file)) > 0)
        buffer_advance(out, n);
    (void)fclose(file);
    return 0;
}

static int run_file(const struct fuzz_target *target, const char *path)
{
    static struct buffer octets; /* kept: allocating it would be most of a short input's time */
    if (read_file(path, &octets) != 0)
        return -1;
    current_file = path;
    struct span all = buffer_span(&octets);
    fuzz_run(target, (const uint8_t *)all.data, all.nbytes);
    return 0;
}

/* Says which file it was, before the target aborts. */
static void tell_file(void *context, const struct fuzz_failure *failure)
{
    (void)context;
    (void)fprintf(stderr, "%s\n", current_file);
    (void)fprintf(stderr, "fuzz: %s (%s) [%s]: %s\n", failure->oracle, failure->requirement,
                  failure->signature, failure->text);
    abort();
}

/* -1: one could not be read. */
static int run_folder(const struct fuzz_target *target, const char *folder, size_t *nfiles)
{
    struct dirent **names;
    int n = scandir(folder, &names, NULL, alphasort);
    int status = 0;
    for (int i = 0; i < n; i++) {
        char path[8192];
        struct stat st;
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
            status |= run_file(target, path);
            ++*nfiles;
        }
        free(names[i]);
    }
    if (n >= 0)
        free(names);
    return status;
}

static int run_folders(char **folders)
{
    int status = 0;
    size_t nfiles = 0;
    for (; *folders != NULL; folders++)
        for (size_t i = 0; i < fuzz_ntargets(); i++) {
            char path[4096];
            const struct fuzz_target *target = fuzz_target(i);
            (void)snprintf(path, sizeof path, "%s/%s", *folders, target->name);
            status |= run_folder(target, path, &nfiles);
        }
    (void)printf("%zu inputs\n", nfiles);
    return status == 0 && nfiles > 0 ? 0 : 1;
}

static int measure(double seconds, const struct fuzz_target *target, char **files)
{
    struct clock clock = clock_system();
    struct buffer inputs[256] = {{0}};
    size_t ninputs = 0;
    size_t nruns = 0;
    for (; *files != NULL && ninputs < 256; files++)
        if (read_file(*files, &inputs[ninputs++]) != 0)
            return EXIT_USAGE;
    if (ninputs == 0)
        return EXIT_USAGE;
    int64_t start = clock_now_us(&clock);
    int64_t end = start + (int64_t)(seconds * 1e6);
    fuzz_ncommands = 0;
    do {
        struct span input = buffer_span(&inputs[nruns++ % ninputs]);
        fuzz_run(target, (const uint8_t *)input.data, input.nbytes);
    } while (clock_now_us(&clock) < end);
    double elapsed = (double)(clock_now_us(&clock) - start) / 1e6;
    (void)printf("%.0f inputs/s, %.0f commands/s\n", (double)nruns / elapsed,
                 (double)fuzz_ncommands / elapsed);
    for (size_t i = 0; i < ninputs; i++)
        buffer_free(&inputs[i]);
    return 0;
}

static void show(const char *session, char who, struct span octets)
{
    while (octets.nbytes > 0) {
        size_t lf = span_find_byte(octets, '\n');
        struct span line = span_slice(octets, 0, lf == SPAN_NPOS ? lf : lf + 1);
        struct buffer text = {0};
        buffer_append_escaped(&text, line, 400);
        (void)printf("%s %c: %.*s\n", session, who, SPAN_ARG(buffer_span(&text)));
        buffer_free(&text);
        octets = span_from(octets, line.nbytes);
    }
    (void)fflush(stdout);
}

static int list(void)
{
    for (size_t i = 0; i < fuzz_ntargets(); i++)
        (void)printf("%-10s %s\n", fuzz_target(i)->name, fuzz_target(i)->summary);
    return 0;
}

int main(int argc, char **argv)
{
    const struct fuzz_target *target;
    fuzz_set_catcher(tell_file, NULL);
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        return list();
    if (argc > 2 && strcmp(argv[1], "--folders") == 0)
        return run_folders(argv + 2);
    if (argc > 4 && strcmp(argv[1], "--rate") == 0 && (target = fuzz_target_find(argv[3])) != NULL)
        return measure(strtod(argv[2], NULL), target, argv + 4);
    if (argc > 3 && strcmp(argv[1], "--show") == 0) {
        fuzz_trace = show;
        argv++;
        argc--;
    }
    target = argc > 2 ? fuzz_target_find(argv[1]) : NULL;
    if (target == NULL) {
        (void)fprintf(stderr, "usage: run_files TARGET FILE... | --folders FOLDER... | --rate "
                              "SECONDS TARGET FILE... | --show TARGET FILE | --list\n");
        return EXIT_USAGE;
    }
    int status = 0;
    for (int i = 2; i < argc; i++)
        status |= run_file(target, argv[i]);
    return status == 0 ? 0 : EXIT_USAGE;
}
