/* certificate: one for a server of our own, that signs itself, made when it is needed. */
#ifndef IMAPSPEC_NET_CERTIFICATE_H
#define IMAPSPEC_NET_CERTIFICATE_H

#include "base/base.h"

/* Appends a certificate for this host (a name, or an address in digits) and its private key, each
 * as PEM text. A client that trusts it as an authority accepts it for the host. Valid from a day
 * ago on, for 30 days. -1 and *err. */
__attribute__((warn_unused_result)) int net_certificate_make(const char *host,
                                                             struct buffer *certificate_pem,
                                                             struct buffer *key_pem,
                                                             struct err *err);

#endif
