/* files_helper: what the tests of the script library read from disk, and compare. */
#ifndef IMAPSPEC_TESTS_SCRIPT_FILES_HELPER_H
#define IMAPSPEC_TESTS_SCRIPT_FILES_HELPER_H

#include "script/script.h"

/* The content of a file; fails the test when there is none. path is relative to the sources. */
struct span files_read(struct arena *arena, const char *path);

/* Includes are looked up below scripts/. */
extern const struct script_loader files_loader;

/* Names of the files in a folder that end in `suffix`, sorted. */
struct script_names files_in(struct arena *arena, const char *folder, const char *suffix);

/* A file of cases: `==== name`, input lines, `----`, expected lines, and so on. */
struct files_case {
    const char *name;
    struct span input, expected;
};
size_t files_cases(struct arena *arena, const char *path, struct files_case **cases_r);

void files_assert_equal(const char *name, struct span got, struct span expected);

/* Appends all data of a file but its places, one field a line. */
void files_dump(const struct script_file *file, struct buffer *out);

#endif
