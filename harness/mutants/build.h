/*
 * build: how a program with a fault in it is made. The changed source is compiled alone and linked
 * in front of the archives that the program itself was made of: the linker takes its functions from
 * there and leaves the archive's own member out. That takes less than a second.
 *
 * The compiler, its options and the archives stand in a file that CMake writes beside the program
 * when it is built: lines of a word, a blank, and the rest as it is.
 *
 *     tree      FOLDER    of the sources
 *     compiler  PROGRAM
 *     flag      OPTION    of both compiling and linking
 *     define    NAME=VALUE
 *     include   FOLDER
 *     object    FILE      linked before the fault's own
 *     library   ARGUMENT  linked behind it, in this order
 */
#ifndef IMAPSPEC_MUTANTS_BUILD_H
#define IMAPSPEC_MUTANTS_BUILD_H

#include "base/base.h"
#include "mutants/fault.h"
#include "script/text.h"

struct mutants_toolchain {
    const char *tree, *compiler;
    struct script_names flags, defines, includes, objects, libraries;
};

/* Reads that file's text into the arena. -1 with *err: what is no line of it, or what lacks. */
__attribute__((warn_unused_result)) int
mutants_toolchain_read(struct span text, const char *path, struct arena *arena,
                       struct mutants_toolchain *toolchain_r, struct err *err);

/* Arguments, program first, ended by NULL; in the arena. Compiling is fast rather than thorough:
 * nothing is warned of. */
const char *const *mutants_compile_command(const struct mutants_toolchain *toolchain,
                                           const struct mutants_fault *fault, const char *source,
                                           const char *object, struct arena *arena);
/* object NULL: the program without a fault. */
const char *const *mutants_link_command(const struct mutants_toolchain *toolchain,
                                        const char *object, const char *program,
                                        struct arena *arena);

#endif
