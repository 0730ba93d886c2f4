/*
 * leak: the oracle `memory`: a suspicion of growth is measured again before it is told. Private to
 * blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_LEAK_H
#define IMAPSPEC_BLACKBOX_LEAK_H

#include "blackbox/campaign.h"

/* To be called behind each scenario. -1 with *err when a finding cannot be written. */
__attribute__((warn_unused_result)) int leak_look(struct campaign *c, const struct sample *sample,
                                                  struct err *err);

#endif
