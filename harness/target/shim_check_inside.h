/* shim_check_inside: the list of checks, and what runs them. Private to target/. */
#ifndef IMAPSPEC_TARGET_SHIM_CHECK_INSIDE_H
#define IMAPSPEC_TARGET_SHIM_CHECK_INSIDE_H

#include "target/shim_talk.h"

/* How far the client is brought before a check begins. */
enum shim_state { STATE_STARTED, STATE_OPEN, STATE_LOGGED_IN, STATE_SELECTED, STATE_NONE };

struct shim_verbs {
    bool has_told; /* by `features`; else each was tried */
    bool knows[SHIM_NVERBS];
    bool overlaps; /* says that its client overlaps commands */
};

enum { SHIM_NEEDS_OVERLAP = 1 << 30 }; /* beside the verbs */

struct shim_check_item {
    const char *name, *meaning;
    enum shim_state state;
    unsigned needs; /* verbs: 1 << SHIM_CACHE */
    void (*run)(struct shim_talk *talk, struct shim_verbs *verbs);
    const char *request; /* instead of run: a request that is answered `ok` */
    bool is_basic;       /* all others build on it: it is run whatever is selected */
};

extern const struct shim_check_item shim_check_items[];
extern const size_t shim_ncheck_items;

#endif
