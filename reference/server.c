#include "reference/server.h"

#include <stdlib.h>
#include <string.h>

enum {
    LINE_LIMIT_NBYTES = 64 * 1024,
    LITERAL_LIMIT_NBYTES = 16 * 1024 * 1024,
    OUTPUT_LIMIT_NBYTES = 1024 * 1024,
};

static size_t or_default(size_t value, size_t otherwise)
{
    return value == 0 ? otherwise : value;
}

struct reference_server *reference_server_new(const struct reference_config *config,
                                              struct mail_store *store)
{
    struct reference_server *server = mem_alloc(sizeof *server);
    const char *host = config->host == NULL ? "localhost" : config->host;
    server->store = store;
    server->config = *config;
    server->config.host = mem_copy_text(host, strlen(host));
    server->config.line_limit_nbytes = or_default(config->line_limit_nbytes, LINE_LIMIT_NBYTES);
    server->config.literal_limit_nbytes =
        or_default(config->literal_limit_nbytes, LITERAL_LIMIT_NBYTES);
    server->config.output_limit_nbytes =
        or_default(config->output_limit_nbytes, OUTPUT_LIMIT_NBYTES);
    return server;
}

void reference_server_free(struct reference_server **server)
{
    struct reference_server *old = *server;
    *server = NULL;
    if (old == NULL)
        return;
    ENSURE(old->nsessions == 0);
    for (size_t i = 0; i < old->users.nentries; i++) {
        struct server_user *user = old->users.entries[i].value;
        free(user->password);
        free(user);
    }
    table_free(&old->users);
    free((char *)old->config.host);
    free(old);
}

void reference_server_add_user(struct reference_server *server, const char *user,
                               const char *password)
{
    struct server_user *added = table_get(&server->users, span_of(user));
    if (added == NULL) {
        added = mem_alloc(sizeof *added);
        (void)table_put(&server->users, span_of(user), added);
        added->name = server->users.entries[server->users.nentries - 1].key;
    }
    free(added->password);
    added->password_nbytes = strlen(password);
    added->password = mem_copy_text(password, added->password_nbytes);
}

const struct server_user *server_log_in(const struct reference_server *server, struct span user,
                                        struct span password)
{
    const struct server_user *found = table_get(&server->users, user);
    if (found == NULL)
        return NULL;
    bool is_right = span_equal(span_make(found->password, found->password_nbytes), password);
    return is_right ? found : NULL;
}
