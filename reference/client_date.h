/*
 * client_date: reads the value of INTERNALDATE in all forms that servers are known to send (RFC
 * 1176 p.22, p.26; B75): " 9-Jun-88 12:55:44 PDT", "09-Jun-88 12:55:44-PDT",
 * "9-Jun-1988 12:55:44 -0700". Zone names are those of RFC 822.
 */
#ifndef IMAPSPEC_REFERENCE_CLIENT_DATE_H
#define IMAPSPEC_REFERENCE_CLIENT_DATE_H

#include "reference/client.h"

/* Never fails: what cannot be read is kept as text. Borrows it. */
struct client_date client_date_read(struct span text);

/* 1..12 of "Jan" in any letter case; 0: none. */
int client_date_month(struct span name);

#endif
