#include "reference/client_inside.h"

/* LOGOUT has reached what it wanted, however the connection ended. */
static void end_operation(struct client_operation *operation, const char *why)
{
    bool was_sent = operation->phase != CLIENT_WAITING;
    if (operation->phase == CLIENT_DONE)
        return;
    if (operation->request.verb == CLIENT_LOGOUT)
        client_operation_finish(operation, CLIENT_OK, span_of(why));
    else
        client_operation_finish(operation, was_sent ? CLIENT_LOST : CLIENT_REFUSED, span_of(why));
}

void client_finish(struct reference_client *client, const char *why)
{
    for (size_t i = 0; i < client->noperations; i++)
        end_operation(client->operations[i], why);
    client_send_abandon(client);
    client->state = CLIENT_CLOSED;
    client->is_closing = true;
}

void client_fail(struct reference_client *client, const char *fault, struct span text)
{
    client_notes_add(&client->notes, CLIENT_NOTE_FAULT, fault, text);
    buffer_clear(&client->output);
    client_finish(client, fault);
}

void client_take_bye(struct reference_client *client, struct span text)
{
    client_notes_add(&client->notes, CLIENT_NOTE_BYE, NULL, text);
    if (client->state == CLIENT_LEAVING && client->output.nbytes == 0)
        return;
    buffer_clear(&client->output);
    struct buffer why = {0};
    buffer_append_text(&why, "the server said BYE: ");
    buffer_append(&why, span_slice(text, 0, CLIENT_NOTE_NBYTES_MAX));
    buffer_append_byte(&why, '\0');
    client_finish(client, buffer_span(&why).data);
    buffer_free(&why);
}
