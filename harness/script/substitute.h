/*
 * substitute: axis values and macro arguments put in the place of references, and captures made
 * private to one use of a macro.
 */
#ifndef IMAPSPEC_SCRIPT_SUBSTITUTE_H
#define IMAPSPEC_SCRIPT_SUBSTITUTE_H

#include "script/fault.h"
#include "script/script.h"

/* What names mean in the steps being expanded: those of one use of a macro, or the scenario's. */
struct script_binding {
    struct script_faults *faults;
    const struct script_scenario *scenario;
    const struct script_text *axis_values; /* by axis */
    const struct script_macro *macro;      /* NULL: the scenario itself */
    const struct script_text *arguments;   /* by parameter; of a captured one: the name, a WORD */
    unsigned use;                          /* number of this use of a macro in the case */
    struct script_place place;             /* of the `use`; line 0 in the scenario itself */
};

/* What a name captured into is called after expansion. */
const char *script_binding_name(const struct script_binding *b, const char *name);

/* A copy of a text with everything put in. is_string: the text stands in a string. */
__attribute__((warn_unused_result)) int script_substitute(const struct script_binding *b,
                                                          const struct script_text *text,
                                                          bool is_string,
                                                          struct script_text *text_r);

#endif
