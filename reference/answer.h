/*
 * answer: the lines a server sends (RFC 1176 p.18-21), whole and ended by CR LF. Texts are readable
 * ASCII that never repeats what the client sent, so no line can be broken from outside.
 */
#ifndef IMAPSPEC_REFERENCE_ANSWER_H
#define IMAPSPEC_REFERENCE_ANSWER_H

#include "reference/store.h"

enum answer_status { ANSWER_OK, ANSWER_NO, ANSWER_BAD };

/* `tag OK text`; an empty tag stands for `*`. */
void answer_completion(struct buffer *out, struct span tag, enum answer_status status,
                       const char *text);
void answer_bye(struct buffer *out, const char *text); /* `* BYE text` */

void answer_number(struct buffer *out, uint64_t number); /* digits alone, no line */

/* `* number keyword`: EXISTS, RECENT, EXPUNGE, COPY. */
void answer_count(struct buffer *out, size_t number, const char *keyword);

/* `* FLAGS (...)`: what flags the messages of the mailbox can have (p.20). */
void answer_mailbox_flags(struct buffer *out, const struct mail_box *box);

/* `FLAGS (...)` as it stands inside FETCH data; and as a whole line `* number FETCH (FLAGS (...))`.
 */
void answer_flags_item(struct buffer *out, const struct mail_box *box, struct mail_flags flags,
                       bool is_recent);
void answer_fetch_flags(struct buffer *out, size_t number, const struct mail_box *box,
                        struct mail_flags flags, bool is_recent);

#endif
