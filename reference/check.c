#include "reference/session.h"

bool noop_step(struct reference_session *session)
{
    server_command_complete(session, "NOOP completed");
    return true;
}

bool check_step(struct reference_session *session)
{
    enum mail_error error = view_rescan(&session->view);
    view_announce(&session->view, VIEW_REPORT, &session->output);
    if (error == MAIL_OK)
        server_command_complete(session, "CHECK completed");
    else
        server_command_refuse(session, mail_error_text(error));
    return true;
}
