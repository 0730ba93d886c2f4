/*
 * cut: the calls by which a Maildir is changed, and those by which memory is had, can be made to
 * fail. Programs that link the targets reach the system through these (-Wl,--wrap).
 */
#ifndef IMAPSPEC_TARGETS_CUT_H
#define IMAPSPEC_TARGETS_CUT_H

#include <stdbool.h>

enum cut_kind {
    CUT_NOTHING,
    CUT_ONE_CALL,  /* the nth change of a file or folder fails, with EIO */
    CUT_ALL_CALLS, /* that one and all that come: the process is as good as killed */
    CUT_MEMORY     /* the nth piece of memory is not to be had */
};

/* From now on; of a write that is cut half the octets are written. nth: from 1. */
void cut_set(enum cut_kind kind, unsigned nth);
/* Ends it; whether anything has failed. */
bool cut_end(void);

#endif
