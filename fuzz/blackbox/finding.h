/*
 * finding: from something seen once to a small scenario that stays. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_FINDING_H
#define IMAPSPEC_BLACKBOX_FINDING_H

#include "blackbox/campaign.h"

/* Confirms what the sample has shown, shrinks it, tells it from others, and writes it to
 * FINDINGS/ORACLE-SIGNATURE: scenario.scn, events.bin, wire.log, meta.json. Known ones are passed
 * over. -1 with *err when the folder cannot be written. */
__attribute__((warn_unused_result)) int finding_take(struct campaign *c,
                                                     const struct sample *sample,
                                                     const struct play_finding *finding,
                                                     struct err *err);

/* Notes the findings that the folder holds as known; returns how many. */
unsigned finding_load(struct campaign *c);

/* export.c: appends the scenario that the sample is, with what it should have shown. */
void finding_export(const struct campaign *c, const struct sample *sample,
                    const struct play_finding *finding, const char *id, struct buffer *out);

#endif
