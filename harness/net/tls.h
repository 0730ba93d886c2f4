/*
 * tls: what one side of TLS connections needs to know, made once and used by any number of carriers
 * (OpenSSL; TLS 1.2 or later).
 */
#ifndef IMAPSPEC_NET_TLS_H
#define IMAPSPEC_NET_TLS_H

#include "net/net.h"

struct net_tls_options {
    bool verify;         /* the certificate and its name must be valid; default: anything goes */
    const char *ca_file; /* PEM, trusted when verifying; NULL: those of the system */
};

/* options may be NULL. NULL and *err when ca_file cannot be read. Returns new. */
struct net_tls *net_tls_client_new(const struct net_tls_options *options, struct err *err);

/* Certificate chain and private key, both as PEM text. NULL and *err when they are unusable or do
 * not belong together. Returns new. */
struct net_tls *net_tls_server_new(struct span certificate_pem, struct span key_pem,
                                   struct err *err);

void net_tls_free(struct net_tls **tls); /* carriers made with it may live on */

#endif
