/*
 * lint: what can be wrong in a file that reads well line by line. script_read() enforces all of it.
 */
#ifndef IMAPSPEC_SCRIPT_LINT_H
#define IMAPSPEC_SCRIPT_LINT_H

#include "script/file.h"

/* Checks all scenarios that were read without a fault, and the macros by themselves. Macros and
 * their uses have been checked. */
void script_lint_check(const struct script_parsed *parsed, struct script_faults *faults);

/* ---- the parts of it ---------------------------------------------------------------------- */

/* What is being looked at: a scenario, with the macros it uses, or one macro by itself. */
struct script_lint {
    struct script_faults *faults;
    const struct script_file *file;
    const struct script_scenario *scenario; /* NULL: a macro by itself, whose role is not known */
    const char *dialect;
    struct table checked; /* requirement IDs of the `check`s met, by ID */
    struct table seen;    /* macros looked into, with their position; see the parts */
};

/* Meta lines: sessions, fixtures, axes, requirement IDs. */
void script_lint_meta(struct script_lint *l);
/* Roles, sessions and positions of steps, what checks hold. */
void script_lint_steps(struct script_lint *l, struct script_steps steps);
/* Marked lines, whose window must be closed by a line that must arrive. Steps are expanded. */
void script_lint_windows(struct script_lint *l, struct script_steps steps);
/* Types, captures, references, axes. macro: whose steps they are, or NULL. */
void script_lint_names(struct script_lint *l, const struct script_macro *macro,
                       struct script_steps steps);
/* What a wire line may hold on the side it stands on. */
void script_lint_wire(struct script_lint *l, const struct script_step *step);
/* `check`s against `covers`, once the steps have been looked at. */
void script_lint_covers(struct script_lint *l);

/* Whether a wire line is checked, not sent; false for a macro by itself. */
bool script_lint_is_checked(const struct script_lint *l, const struct script_wire *wire);
bool script_lint_is_sent(const struct script_lint *l, const struct script_wire *wire);

#endif
