/*
 * announcement: which lines announce a literal. Private to wire; wire_announcement() is public.
 */
#ifndef IMAPSPEC_WIRE_ANNOUNCEMENT_H
#define IMAPSPEC_WIRE_ANNOUNCEMENT_H

#include "base/base.h"

enum {
    /* So many octets from its start tell whether a line is a status line (with any tag that is not
     * absurd), so many at its end hold an announcement with its line end. */
    ANNOUNCEMENT_HEAD_NBYTES = 96,
    ANNOUNCEMENT_TAIL_NBYTES = 64
};

/* The line ends in free text, where `{5}` means nothing: it starts with `+`, or its second word is
 * OK, NO, BAD, BYE or PREAUTH. `start` is the line, or its first octets. */
bool announcement_is_text_line(struct span start);

/* The last octets of a run of octets that is seen in pieces. */
struct announcement_tail {
    char bytes[ANNOUNCEMENT_TAIL_NBYTES];
    size_t nbytes;
};

void announcement_tail_add(struct announcement_tail *tail, struct span piece);

/* `line` without one LF, CR LF at its end. */
struct span announcement_strip_line_end(struct span line);

#endif
