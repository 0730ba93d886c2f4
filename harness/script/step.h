/*
 * step: the steps of a scenario or macro: control words, wire lines and blocks.
 */
#ifndef IMAPSPEC_SCRIPT_STEP_H
#define IMAPSPEC_SCRIPT_STEP_H

#include "script/cursor.h"
#include "script/script.h"
#include "script/tree.h"

/* What all readers of one file share. */
struct script_reader {
    struct script_faults *faults; /* its arena takes all that is read */
    const char *path;
};

/* Reads the lines of a block as steps; those at fault are reported and left out. */
struct script_steps script_steps_read(struct script_reader *r, const struct script_node *first);

/* A wire line, the `&` and `|` lines below it included. -1: reported. */
__attribute__((warn_unused_result)) int
script_wire_read(struct script_reader *r, const struct script_node *node, struct script_step *step);

/* Whether a word may start a line, so that no session can be called so. */
bool script_is_control_word(struct span word);
const char *script_control_word(enum script_step_kind kind);
/* Whether the control word may stand behind a session. */
bool script_control_has_session(enum script_step_kind kind);

void script_node_cursor(const struct script_reader *r, const struct script_node *node,
                        struct script_cursor *c);

void script_steps_add(struct arena *arena, struct script_steps *steps, struct script_step *step);

/* The blocks of steps inside a step: how many, and each. */
size_t script_step_nblocks(const struct script_step *step);
struct script_steps *script_step_block(struct script_step *step, size_t i);

/* The texts of a step that may hold references, wire and raw texts included: how many, and each. */
size_t script_step_ntexts(const struct script_step *step);
struct script_text *script_step_text(struct script_step *step, size_t i);

extern const char *const script_operator_words[]; /* by enum script_operator */
extern const char *const script_split_words[];    /* by enum script_split; NULL for SPLIT_AT */

/* Reads an operator; -1: reported. */
__attribute__((warn_unused_result)) int script_operator_read(struct script_cursor *c,
                                                             enum script_operator *op_r);
/* `3,7` | bytewise | lines | none into step->as.split. false: it is none of these. */
bool script_split_read(struct arena *arena, struct span word, struct script_step *step);

#endif
