/*
 * server: what the sessions of one reference_server share. Private to the engine; the public half
 * is reference.h.
 */
#ifndef IMAPSPEC_REFERENCE_SERVER_H
#define IMAPSPEC_REFERENCE_SERVER_H

#include "reference/reference.h"
#include "reference/store.h"

struct server_user {
    struct span name; /* owned by the server's table */
    char *password;   /* owned */
    size_t password_nbytes;
};

struct reference_server {
    struct reference_config config; /* zeros replaced by the defaults; host owned */
    struct mail_store *store;       /* borrowed */
    struct table users;             /* name -> struct server_user, owned */
    size_t nsessions;
};

/* The user when the password is right, else NULL. Both compare octet by octet. */
const struct server_user *server_log_in(const struct reference_server *server, struct span user,
                                        struct span password);

#endif
