#include <stdlib.h>

#include "reference/session.h"

static enum mail_error expunge_deleted(struct view *view)
{
    struct mail_message **deleted = mem_alloc((view->nentries + 1) * sizeof(struct mail_message *));
    size_t ndeleted = 0;
    for (size_t i = 0; i < view->nentries; i++) {
        struct mail_message *message = view->entries[i].message;
        if (!message->is_removed && (message->flags.system & MAIL_DELETED))
            deleted[ndeleted++] = message;
    }
    enum mail_error error = MAIL_OK;
    if (ndeleted > 0)
        error = view->box->store->ops->expunge(view->box, deleted, ndeleted);
    free((void *)deleted);
    return error;
}

/* A look for new mail before and after (p.13); the EXISTS after it is sent in any case (B60). */
bool expunge_step(struct reference_session *session)
{
    struct view *view = &session->view;
    if (!view->is_writable) {
        server_command_refuse(session, "The mailbox is read-only");
        return true;
    }
    enum mail_error error = view_rescan(view);
    view_announce(view, VIEW_KEEP_NUMBERS, &session->output);
    if (error == MAIL_OK)
        error = expunge_deleted(view);
    if (error == MAIL_OK)
        error = view_rescan(view);
    if (error != MAIL_OK) {
        server_command_refuse(session, mail_error_text(error));
        return true;
    }
    view_announce(view, VIEW_COUNT, &session->output);
    server_command_complete(session, "EXPUNGE completed");
    return true;
}
