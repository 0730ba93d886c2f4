/* client_inside: the whole of a client. Private to it; the public half is client.h. */
#ifndef IMAPSPEC_REFERENCE_CLIENT_INSIDE_H
#define IMAPSPEC_REFERENCE_CLIENT_INSIDE_H

#include "reference/client_cache.h"
#include "reference/client_command.h"
#include "reference/client_note.h"
#include "reference/client_operation.h"
#include "reference/client_reader.h"

struct reference_client {
    enum client_state state;
    bool is_closing;
    struct client_reader reader;
    struct buffer output;
    struct client_cache cache;
    struct client_notes notes;

    struct client_operation **operations; /* in the order of begin() */
    size_t noperations, capacity;
    uint64_t last_id;
    unsigned long last_tag;
    unsigned unsupported; /* verbs that the server answered with BAD as optional: 1u << verb */

    /* The command that is being sent, while its operation is CLIENT_SENDING. */
    struct client_command command;
    size_t next_stop;
};

/* client_send.c: sends what may be sent now. */
void client_send(struct reference_client *client);
/* "+" has come: the pending literal goes out. False when none is pending. */
bool client_send_literal(struct reference_client *client);
/* The command under way, if any, is not gone on with. */
void client_send_abandon(struct reference_client *client);

/* client_response.c: a complete response of the server. */
void client_take_response(struct reference_client *client, struct span response);

/* client_completion.c */

/* The oldest operation of the kind that was sent and is not completed, or NULL. */
struct client_operation *client_outstanding(const struct reference_client *client,
                                            enum client_verb verb);
void client_take_completion(struct reference_client *client, struct span response);

/* client_end.c: the connection is over. */

/* After BYE: only LOGOUT's completion may still come. */
void client_take_bye(struct reference_client *client, struct span text);
/* Nothing more is sent or read: all operations end. */
void client_finish(struct reference_client *client, const char *why);
void client_fail(struct reference_client *client, const char *fault, struct span text);

#endif
