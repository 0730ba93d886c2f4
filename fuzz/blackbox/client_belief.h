/*
 * client_belief: what a client says of itself through its shim, against what it was told. Private
 * to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_CLIENT_BELIEF_H
#define IMAPSPEC_BLACKBOX_CLIENT_BELIEF_H

#include "blackbox/client_look.h"

/* At the end of the play: what ended too early counts when it ended otherwise than its command. */
void client_belief_settle(struct client_look *look);

/* The client's answer to a request: how an operation ended, what a search found, what is in its
 * cache (section D.7 of the catalogue). */
void client_belief_judge(struct client_look *look, const struct look_request *request,
                         const struct shim_answer *answer);

#endif
