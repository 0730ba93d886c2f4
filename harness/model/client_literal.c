#include <string.h>

#include "model/session.h"

void client_literal_early(struct model_session *s)
{
    struct client_memory *client = &s->client;
    const struct command *command = s->partial;
    if (command != NULL && client->early_command == command &&
        client->early_literal == command->nliterals)
        return;
    client->early_command = command;
    client->early_literal = command == NULL ? 0 : command->nliterals;
    breach(s, E8, "octets of a literal were sent before the server said +");
}

/* What may stand between quotation marks (RFC 1176 p.9: CHARACTER, printable). */
static bool could_be_quoted(struct span octets)
{
    for (size_t i = 0; i < octets.nbytes; i++) {
        unsigned char c = (unsigned char)octets.data[i];
        if (c < ' ' || c > '~' || strchr("\"%\\{", c) != NULL)
            return false;
    }
    return octets.nbytes > 0;
}

/* E11 */
void client_literal_check(struct model_session *s, const struct wire_unit *unit)
{
    for (size_t i = 0; i < unit->nliterals; i++) {
        const struct wire_literal *literal = &unit->literals[i];
        struct span octets = span_slice(unit->bytes, literal->at, literal->kept);
        if (literal->kept == literal->count && could_be_quoted(octets)) {
            breach(s, E11, "a literal of %zu octets was sent that needs none", literal->kept);
            return;
        }
    }
}
