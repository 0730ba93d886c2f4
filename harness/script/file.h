/*
 * file: a scenario file read line by line into its data, before lint.
 */
#ifndef IMAPSPEC_SCRIPT_FILE_H
#define IMAPSPEC_SCRIPT_FILE_H

#include "script/script.h"
#include "script/step.h"

/* Where scenarios and macros that were read without a fault stand. */
struct script_parsed {
    struct script_file *file;
    bool *is_broken;       /* per scenario: it has faults already */
    bool has_broken_macro; /* or an include that could not be read */
};

/* Reads a file, and those it includes when has_includes. All faults go to `faults`. */
struct script_parsed script_parse(struct span text, const char *path,
                                  const struct script_loader *loader, bool has_includes,
                                  struct script_faults *faults);

#endif
