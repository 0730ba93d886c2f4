/*
 * file: files that are kept. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_FILE_H
#define IMAPSPEC_BLACKBOX_FILE_H

#include "base/base.h"

/* Makes the folder and those above it. */
__attribute__((warn_unused_result)) int file_make_folder(const char *path, struct err *err);
/* Writes by a new file that takes the name at last. */
__attribute__((warn_unused_result)) int file_write(const char *path, struct span octets,
                                                   struct err *err);

#endif
