/* capture: what `<name:type>` placeholders have taken, by name. */
#ifndef IMAPSPEC_RUN_CAPTURE_H
#define IMAPSPEC_RUN_CAPTURE_H

#include "base/base.h"

struct capture {
    const char *name;
    struct span raw; /* as it stood on the wire: a quoted string with its quotes */
    bool is_value;   /* it was on no wire: raw is the value itself, whatever it looks like */
};

/* Captures in the order in which they were made; of two with one name the later counts. Truncating
 * `nitems` undoes the latest. */
struct capture_list {
    struct arena *arena; /* borrowed; keeps the octets */
    struct capture *items;
    size_t nitems, capacity;
};

/* Both copy the octets. */
void capture_put(struct capture_list *list, const char *name, struct span raw);
void capture_put_value(struct capture_list *list, const char *name, struct span value);
const struct capture *capture_find(const struct capture_list *list, const char *name); /* or NULL */

/* The value of a string in any of its forms (RFC 1176 p.9): the inside of a quoted string, the
 * content of a literal, anything else as it stands. Borrows raw. */
struct span capture_value(struct span raw);

#endif
