/*
 * meta: the lines of a scenario before its steps.
 */
#ifndef IMAPSPEC_SCRIPT_META_H
#define IMAPSPEC_SCRIPT_META_H

#include "script/step.h"

/* Whether a line that starts with this word is a meta line. */
bool script_is_meta_word(struct span word);

/* Reads one meta line into the scenario. What was given twice is reported. */
void script_meta_read(struct script_reader *r, const struct script_node *node,
                      struct script_scenario *scenario);

/* Reads the ID of a requirement, which the catalogue must have and `ids` must not, and adds it. */
__attribute__((warn_unused_result)) int script_requirement_read(struct script_cursor *c,
                                                                struct script_names *ids,
                                                                struct script_place *place_r);

/* Appends the meta lines of a scenario, indented by two blanks. */
void script_meta_write(const struct script_scenario *scenario, struct buffer *out);

extern const char *const script_role_words[]; /* by enum script_role */

/* One axis value: a word, "string" or {literal}; behind it. Empty: none is left, or reported. */
struct span script_axis_value(struct script_cursor *c);

/* `user` `password` `tag` */
bool script_is_predefined(const char *name);

#endif
