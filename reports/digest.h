/* digest (private to reports/): SHA-256, with which a page names the one script that it allows. */
#ifndef IMAPSPEC_REPORTS_DIGEST_H
#define IMAPSPEC_REPORTS_DIGEST_H

#include "base/base.h"

enum { DIGEST_NBYTES = 32 };

void digest_sha256(struct span text, unsigned char digest[DIGEST_NBYTES]);
/* Appends "sha256-" and the digest in base 64, as a content policy has it. */
void digest_source_write(struct span text, struct buffer *out);

#endif
