/*
 * death: what a program died of, from what it wrote last. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_DEATH_H
#define IMAPSPEC_BLACKBOX_DEATH_H

#include "blackbox/play.h"

/*
 * Sets the signature of a finding of the oracle `crash`, and adds to its text: the same for the
 * same place in the program, where a sanitizer, an assertion or a panic has told it; else
 * `otherwise` and the verb of the command that was said last.
 */
void death_name(struct span report, const char *otherwise, const char *verb,
                struct play_finding *finding);

#endif
