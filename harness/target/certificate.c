#include "net/certificate.h"
#include "target/files.h"
#include "target/inside.h"

int certificate_prepare(struct target *t, struct err *err)
{
    struct buffer certificate = {0};
    struct buffer key = {0};
    if (t->file->carrier != CARRIER_TLS)
        return 0;
    const char *path = arena_printf(&t->arena, "%s/certificate.pem", t->folder);
    int result = net_certificate_make(t->file->host, &certificate, &key, err);
    if (result == 0)
        result = files_write(path, buffer_span(&certificate), err);
    if (result == 0) {
        t->tls = net_tls_server_new(buffer_span(&certificate), buffer_span(&key), err);
        result = t->tls == NULL ? -1 : 0;
    }
    t->certificate = path;
    buffer_free(&certificate);
    buffer_free(&key);
    return result;
}
