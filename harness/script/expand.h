/*
 * expand: what script_expand() does, with faults in place of one error.
 */
#ifndef IMAPSPEC_SCRIPT_EXPAND_H
#define IMAPSPEC_SCRIPT_EXPAND_H

#include "script/fault.h"
#include "script/script.h"

enum {
    SCRIPT_CASES_MOST = 1000,  /* of one scenario */
    SCRIPT_STEPS_MOST = 200000 /* of all cases of one scenario */
};

/* The macros of the file have been checked. */
__attribute__((warn_unused_result)) int
script_expand_all(const struct script_file *file, const struct script_scenario *scenario,
                  struct script_faults *faults, struct script_case **cases_r, size_t *ncases_r);

#endif
