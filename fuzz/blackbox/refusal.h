/*
 * refusal: what an untagged BAD is about. A server that cannot read a line's tag has no other
 * answer (B43); one that gives no other to a command it could have answered breaks a rule, and
 * leaves its client waiting. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_REFUSAL_H
#define IMAPSPEC_BLACKBOX_REFUSAL_H

#include "blackbox/talk.h"

enum { REFUSAL_GRACE_US = 20000 }; /* a completion that is to follow follows at once */

/* Whether the answer refuses the literal that the command waits to say: its completion does, unless
 * it is that of an older command of the same tag; so does an untagged BAD where no completion is to
 * be had. */
bool refusal_is_of_literal(const struct talk *t, const struct wire_unit *answer,
                           const struct wire_unit *command);

/*
 * After each line of the server. An untagged BAD that nothing else can be meant by than the one
 * command under way, which is well-formed, is noted (talk_due.has_bad): its completion is due all
 * the same, but is not waited for long. Else it does not say which line it answers: that is the
 * oldest whose tag nobody could give back; or the oldest of all, which is not waited for any more;
 * but where one under way has an unusual tag nothing can be told apart from there on.
 */
void refusal_note(struct talk *t, const struct wire_unit *answer, int64_t now_us);

/* Which requirement is broken by the command under way having got no other answer, and the
 * signature of that: one for all tags that a server dislikes, else one for each verb. */
const char *refusal_requirement(const struct talk *t);
void refusal_signature(const struct talk *t, char *out, size_t capacity);

#endif
