#include "model/session.h"

/* E17 */
void client_end_check(struct model_session *s, bool is_reset)
{
    const char *how = is_reset ? "reset" : "closed";
    if (s->is_closed || s->has_bye || s->has_logout_ok || s->client.was_refused_logout ||
        !s->has_greeted)
        return;
    if (s->is_logged_out)
        breach_as(s, E17, "logout.client-reads-ok", MODEL_WARN,
                  "the client %s the connection before LOGOUT was completed", how);
    else
        breach(s, E17, "the client %s the connection without LOGOUT", how);
}
