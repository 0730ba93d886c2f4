/*
 * status: how far a run has come, told while it goes on and in the end. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_STATUS_H
#define IMAPSPEC_BLACKBOX_STATUS_H

#include "blackbox/course.h"

/* Shows the line on stderr, once a second, where somebody looks on. */
void status_show(const struct course_player *player);

/* Says on stdout that something was seen, as it takes a while until it is told. */
void status_announce(const struct course *course, const struct play_finding *finding);

/* Prints the line, what was reached, and the seed. */
void status_end(const struct course_player *player);

#endif
