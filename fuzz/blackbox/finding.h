/*
 * finding: from something seen once to a small scenario that stays. Private to blackbox.
 *
 *   finding.c   confirmed and shrunk       record.c   written
 *   alias.c     told apart from others     export.c   as a scenario
 */
#ifndef IMAPSPEC_BLACKBOX_FINDING_H
#define IMAPSPEC_BLACKBOX_FINDING_H

#include "blackbox/campaign.h"
#include "blackbox/folder.h"

/* Confirms what the sample has shown, shrinks it, tells it from others, and writes it to
 * FINDINGS/ORACLE-SIGNATURE: scenario.scn, events.bin, wire.log, meta.json. Known ones are passed
 * over. history: what was played before it on the same stage, which may be needed. What there is no
 * time for is left out, and said. -1 with *err when the folder cannot be written. */
__attribute__((warn_unused_result)) int
finding_take(struct campaign *c, const struct sample *sample, struct span history,
             const struct play_finding *finding, struct err *err);

/* Writes it as it stands, unless it is known. */
__attribute__((warn_unused_result)) int finding_keep(struct campaign *c,
                                                     const struct sample *sample,
                                                     const struct play_finding *finding,
                                                     struct err *err);

/* ---- alias.c ---- */

/* Adds the keys that the sample shows when the play goes on after the finding to direct; to all, as
 * alias_of_probe(), these and what is seen when the sessions are probed afterwards, as far as
 * probes alone show nothing of it. */
void alias_show(struct campaign *c, const struct sample *sample, struct table *direct,
                struct table *all);
/* What changes mailboxes in the sample, a bit each: verbs that write, messages that arrive, several
 * sessions. */
unsigned alias_changes(const struct sample *sample);
/* The key of something that is noticed behind the finding, too: "model-1234abcd+4". It is another
 * one where other commands have changed the mailboxes. */
void alias_of_probe(struct span key, unsigned changes, char *key_r);
/* The bucket that is known by such a key of these changes or some of them, or NULL. */
struct bucket *alias_find(const struct bucket_list *list, struct span key, unsigned changes);
/* A key of what is said, whatever the numbers and mailboxes: where two smallest streams have the
 * same, it depends on these which oracle is first. */
void alias_skeleton(const struct sample *sample, char *key_r);
/* A key of the same rule broken in the same way at any command, by a stream of the same features:
 * literals, ranges, quotes, odd tags, what was done before. False when it is no matter of rules. */
bool alias_family(const struct sample *sample, const struct play_finding *finding, char *key_r);

/* A command that writes, said to mailboxes as they were filled, and wrong by itself: what is wrong
 * at the same command, or behind it, in longer streams is its doing, whichever is seen first.
 * alias_spoils: the key WHAT-... of the command if a sample is of that kind, false if not;
 * alias_spoilt: adds the keys of all such commands up to the finding. */
bool alias_spoils(const struct sample *sample, const struct play_finding *finding, const char *what,
                  char *key_r);
void alias_spoilt(const struct sample *sample, const struct play_finding *finding, const char *what,
                  struct table *keys);

/* A key of relations, and of what the model has against an answer to SEARCH: where it is wrong,
 * relations are broken, too. False when it is neither. */
bool alias_relation(const struct sample *sample, const struct play_finding *finding, char *key_r);

/* ---- record.c ---- */

/* Writes the folder, and prints where it is. */
__attribute__((warn_unused_result)) int record_write(struct campaign *c, const char *key,
                                                     const struct sample *sample,
                                                     const struct play_finding *finding,
                                                     struct finding_work *work, struct err *err);
/* Adds to meta.json of the bucket that this was seen as well. */
__attribute__((warn_unused_result)) int record_alias(const struct campaign *c,
                                                     const struct bucket *bucket,
                                                     const struct play_finding *finding,
                                                     uint64_t scenario, struct err *err);

/* ---- export.c ---- */

/* Appends the scenario that the sample is, with what it should have shown. */
void finding_export(const struct campaign *c, const struct sample *sample,
                    const struct play_finding *finding, const char *id, struct buffer *out);

#endif
