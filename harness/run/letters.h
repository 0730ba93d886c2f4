/*
 * letters: the same said in other letters. A client takes keywords, properties and system flags in
 * any letter case (RFC 1176 p.22, B39); `letters lower` has the harness say them so.
 *
 * Changed are the keyword of a response, an access marker such as [READ-WRITE], the properties of
 * FETCH and STORE data, flags that begin with `\`, and NIL. Tags, texts, strings, literals, mailbox
 * names and user flags stay as they are.
 */
#ifndef IMAPSPEC_RUN_LETTERS_H
#define IMAPSPEC_RUN_LETTERS_H

#include "base/base.h"

enum letters { LETTERS_AS_WRITTEN, LETTERS_LOWER, LETTERS_UPPER, LETTERS_MIXED };

/* The word behind `letters`: none, lower, upper, mixed. -1 with *err for any other. */
__attribute__((warn_unused_result)) int letters_read(struct span word, enum letters *letters_r,
                                                     struct err *err);

/* Whole responses of a server in these letters: the octets themselves when nothing changes, else
 * others in the arena. */
struct span letters_change(enum letters letters, struct span octets, struct arena *arena);

#endif
