/*
 * target_file: a target file read, with all its faults.
 */
#ifndef IMAPSPEC_SCRIPT_TARGET_FILE_H
#define IMAPSPEC_SCRIPT_TARGET_FILE_H

#include "script/fault.h"
#include "script/target.h"

/* Never NULL; what is wrong stands in faults, in order. */
struct script_target *script_target_parse(struct span text, const char *path,
                                          struct script_faults *faults);

#endif
