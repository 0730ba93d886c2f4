/* carrier_tls: what TLS carriers need of struct net_tls. Private to net. */
#ifndef IMAPSPEC_NET_CARRIER_TLS_H
#define IMAPSPEC_NET_CARRIER_TLS_H

#include <openssl/ssl.h>

#include "net/tls.h"

struct net_tls {
    SSL_CTX *context;
    bool verify;
};

/* The reason of OpenSSL's last error on this thread, or `otherwise`; forgets it. */
const char *tls_error_text(const char *otherwise);

#endif
