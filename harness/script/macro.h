/*
 * macro: finding macros, and what can be said of them as a whole.
 */
#ifndef IMAPSPEC_SCRIPT_MACRO_H
#define IMAPSPEC_SCRIPT_MACRO_H

#include "script/fault.h"
#include "script/script.h"

enum { SCRIPT_MACRO_DEPTH_MOST = 32 }; /* macros that use macros */

struct script_macro *script_macro_find(const struct script_file *file, const char *name);

/* Index of a parameter, SIZE_MAX when the macro has none of that name. */
size_t script_macro_parameter(const struct script_macro *macro, const char *name);

/* Reports unknown macros, wrong numbers of arguments, recursion and too deep nesting in macros and
 * scenarios, and finds out which parameters are captured into (is_capture). 0 when all is well. */
__attribute__((warn_unused_result)) int script_macros_check(const struct script_file *file,
                                                            struct script_faults *faults);

/* The name an argument gives to a parameter that is captured into: NULL when it is none. */
const char *script_argument_name(const struct script_text *argument);

#endif
