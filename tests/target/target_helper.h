/*
 * target_helper: targets made for a test in a folder of its own, and the client's half of a session
 * with them. Programs that include this call rig_main() first: they serve as `imapspec serve` too.
 */
#ifndef IMAPSPEC_TESTS_TARGET_HELPER_H
#define IMAPSPEC_TESTS_TARGET_HELPER_H

#include "target/serve.h"
#include "target/target.h"

struct rig {
    char folder[64]; /* of the target file and its scripts; removed by rig_free() */
    struct net_loop *loop;
    struct target *target;
    struct run_target run;
    struct err err;
    struct buffer why;
};

/* When the program was started as `PROGRAM serve --port N ...`: serves and never returns. */
void rig_main(int argc, char **argv);

void rig_init(struct rig *rig);
void rig_free(struct rig *rig); /* stops and frees the target */

/* Puts an executable shell script into the folder. */
void rig_script(struct rig *rig, const char *name, const char *body);

/* Opens a target whose file has these lines between its braces. NULL and rig->err. */
struct target *rig_open(struct rig *rig, const char *lines);
/* The same, which must succeed, then start and attach as worker 0 of 1. */
void rig_start(struct rig *rig, const char *lines);
void rig_start_named(struct rig *rig, const char *argument); /* built-in or shipped */

/* A case for fred with these mailboxes: what prepare() says; why is in rig->why. */
enum run_readiness rig_prepare(struct rig *rig, const struct fixture_mailbox *mailboxes,
                               size_t nmailboxes);

/* A session of fred's: the greeting is read. The carrier may be NULL. */
struct carrier *rig_connect(struct rig *rig);
/* Sends a line (with its tag) and gives what came up to the line that starts with the tag. The text
 * is valid until the next call. */
const char *rig_ask(struct rig *rig, struct carrier *c, const char *line);
void rig_wait_ms(struct rig *rig, int64_t ms);

#define assert_has(text, part)                                                                     \
    do {                                                                                           \
        if (strstr((text), (part)) == NULL)                                                        \
            fail_msg("no \"%s\" in \"%s\"", (part), (text));                                       \
    } while (0)

const char *rig_why(struct rig *rig); /* rig->why as text, which is cleared */

#endif
