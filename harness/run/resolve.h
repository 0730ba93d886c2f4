/* resolve: what a `${reference}` or `@` stands for at a moment of a case. */
#ifndef IMAPSPEC_RUN_RESOLVE_H
#define IMAPSPEC_RUN_RESOLVE_H

#include "model/fixture.h"
#include "run/capture.h"
#include "run/run.h"
#include "script/text.h"

enum { RESOLVE_TAGS = 10 };

/* How the numbers of a session have moved since its mailbox was selected: the numbers of its
 * EXPUNGE lines up to some moment. What `${#3}` is at that moment follows from it. */
struct resolve_view {
    const uint32_t *expunged;
    size_t nexpunged;
};

/* The number, in the view, of the message that had `number` at SELECT; 0 when it has gone. */
uint32_t resolve_current(struct resolve_view view, uint32_t number);

/* What references are looked up in. The first part is the case's, the second the session's. */
struct resolve_scope {
    struct arena *arena;
    const struct capture_list *captures;
    const struct fixture_mailbox *mailboxes;
    size_t nmailboxes;

    const struct run_target *target;
    const char *role;        /* the user that the session logs in as, to the target */
    const struct span *tags; /* RESOLVE_TAGS; [0]: the current command's, [n]: of @n */
    struct resolve_view view;
};

/* 0 and *octets_r (in the arena, or borrowed from the scope); -1 with a reason when there is no
 * such thing: a capture not made, a message the fixture does not have. */
__attribute__((warn_unused_result)) int resolve_reference(const struct resolve_scope *scope,
                                                          const struct script_reference *reference,
                                                          struct span *octets_r, struct err *err);

/* The message that a `${msg:...}` reference or `{msg:...}` literal means, or NULL. */
const struct fixture_message *resolve_message(const struct resolve_scope *scope,
                                              const struct script_reference *reference);

/* True when the reference is a string of the protocol, which a peer may write as atom, quoted
 * string or literal; false when it is a number or plain text. */
bool resolve_is_string(const struct resolve_scope *scope, const struct script_reference *reference);

/* As resolve_reference(); a string without the quotes or the count it stood in on the wire. */
__attribute__((warn_unused_result)) int resolve_value(const struct resolve_scope *scope,
                                                      const struct script_reference *reference,
                                                      struct span *value_r, struct err *err);

/* The value of a QUOTED piece or the content of a LITERAL piece. */
__attribute__((warn_unused_result)) int resolve_content(const struct resolve_scope *scope,
                                                        const struct script_piece *piece,
                                                        struct span *octets_r, struct err *err);

/* Appends what a piece stands for when it is put on the wire: WORD, SPACE, OPEN, CLOSE, REST, TAG,
 * BYTES and REFERENCE (a captured string as it was captured, quotes and all). -1 with *err for any
 * other kind, and for a reference to nothing. */
__attribute__((warn_unused_result)) int resolve_piece(const struct resolve_scope *scope,
                                                      const struct script_piece *piece,
                                                      struct buffer *out, struct err *err);

/* The octets of a text that holds no placeholders: operands, raw items, arguments. A QUOTED piece
 * gives its value. */
__attribute__((warn_unused_result)) int resolve_text(const struct resolve_scope *scope,
                                                     const struct script_text *text,
                                                     struct span *octets_r, struct err *err);

#endif
