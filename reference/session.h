/* session: one connection of the reference server. Private to the engine. */
#ifndef IMAPSPEC_REFERENCE_SESSION_H
#define IMAPSPEC_REFERENCE_SESSION_H

#include "reference/answer.h"
#include "reference/command.h"
#include "reference/reader.h"
#include "reference/server.h"
#include "reference/view.h"

enum session_state {
    SESSION_GREETED = 1, /* nobody is logged in */
    SESSION_AUTHENTICATED = 2,
    SESSION_SELECTED = 4,
    SESSION_CLOSED = 8, /* nothing more is executed */
};

struct reference_session {
    struct reference_server *server;
    enum session_state state;
    struct reader reader;
    struct buffer output;
    struct command command;
    const struct server_user *user; /* NULL until logged in */
    struct view view;               /* open in SESSION_SELECTED */
    struct buffer scratch;          /* for whoever runs */
    int64_t active_us;              /* when the client last sent or took octets */
    bool has_eof;                   /* the client will send no more */
};

/* Octets that may be added to the output before the running command has to wait; 0: wait now. */
size_t session_room(const struct reference_session *session);

#endif
