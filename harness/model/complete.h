/*
 * complete: what the completion of each verb means. A completer checks what the command owed, and
 * brings the session's view and the truth up to date.
 */
#ifndef IMAPSPEC_MODEL_COMPLETE_H
#define IMAPSPEC_MODEL_COMPLETE_H

#include "model/session.h"

void complete_fetch(struct model_session *session, struct command *command, enum status status);
void complete_store(struct model_session *session, struct command *command, enum status status);
void complete_copy(struct model_session *session, struct command *command, enum status status);
void complete_expunge(struct model_session *session, struct command *command, enum status status);
void complete_search(struct model_session *session, struct command *command, enum status status);

/* Whether another command with the same tag was outstanding with this one. A server that completes
 * commands in an order of its own does not tell which of them is meant (B42). */
bool complete_shares_tag(struct model_session *session, struct command *command);
/* One of the commands that share its tag was completed: what any of them can have done is unsure.
 */
void complete_any(struct model_session *session, const struct command *command, enum status status);

/* Messages a command is about: its numbers, as far as they were there when it was sent. */
struct reach {
    struct model_session *session;
    const struct command *command;
    uint32_t number, limit;
    size_t at;
};

struct reach reach_of(struct model_session *session, const struct command *command);
struct slot *reach_next(struct reach *reach); /* NULL at the end; reach->number is its number */

/* Its numbers still mean what they meant when it was sent. */
bool reach_is_sure(const struct model_session *session, const struct command *command);

/* It also named numbers that were not there: they may have been when it was carried out (B63). */
bool reach_overflows(const struct command *command);

bool complete_is_readonly(const struct model_session *session);
/* What the truth holds for a slot that has been written to; NULL, and no flags of that mailbox are
 * trusted any more, when it cannot be told. */
struct truth_message *complete_truth(struct model_session *session, struct slot *slot);

/* These flags of the message may have changed, or not. */
void complete_doubt(struct model_session *session, struct slot *slot, uint64_t flags);
/* Flags of any message may have changed: the command's numbers cannot be used. When it is not known
 * which mailbox is selected, anything in any mailbox. */
void complete_doubt_all(struct model_session *session);

#endif
