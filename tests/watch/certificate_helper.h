/* certificate: one for 127.0.0.1 that signs itself, and its key, as PEM text. */
#ifndef IMAPSPEC_TESTS_WATCH_CERTIFICATE_HELPER_H
#define IMAPSPEC_TESTS_WATCH_CERTIFICATE_HELPER_H

#include "base/base.h"

void certificate_make(struct buffer *certificate_pem, struct buffer *key_pem);

#endif
