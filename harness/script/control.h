/*
 * control: the lines of control words, each read from behind its word into its step.
 */
#ifndef IMAPSPEC_SCRIPT_CONTROL_H
#define IMAPSPEC_SCRIPT_CONTROL_H

#include "script/step.h"

/* 0, or -1 when a fault was reported. */
typedef int script_control_reader(struct script_cursor *c, struct script_step *step);

script_control_reader script_control_read_assert;
script_control_reader script_control_read_converge;
script_control_reader script_control_read_deliver;
script_control_reader script_control_read_finish;
script_control_reader script_control_read_ids;
script_control_reader script_control_read_interleave;
script_control_reader script_control_read_nothing;
script_control_reader script_control_read_letters;
script_control_reader script_control_read_on;
script_control_reader script_control_read_on_maybe;
script_control_reader script_control_read_query;
script_control_reader script_control_read_quiet;
script_control_reader script_control_read_removed;
script_control_reader script_control_read_repeat;
script_control_reader script_control_read_shim;
script_control_reader script_control_read_split;
script_control_reader script_control_read_use;

/* Where the argument of a macro that starts at `at` ends: at `)`, or at a comma with a blank behind
 * it (the comma of 2,4:7 separates nothing); else at the end of the text. */
size_t script_control_argument_end(struct span text, size_t at);

#endif
