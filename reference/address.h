/*
 * address: reads the address lists of RFC 822 (section 6) into the four parts an envelope shows
 * (RFC 1176 p.19). Tolerant: any octets give some list, a piece of nonsense costs no address that
 * stands after it, and every input takes linear time and constant stack.
 *
 *     Phrase <@a,@b:local.part@host>   name "Phrase", route "@a,@b", mailbox "local.part", host
 * "host" local.part@host (Phrase)         the last comment behind an address is its name when there
 * is no phrase (B102) local                            no host: the part is not applicable Team:
 * a@x, b@y;                  the members; the name of the group and its ends leave no trace
 *
 * Quotation marks and the backslashes of quoted pairs are delimiters and no part of what they
 * delimit (RFC 822 3.4.4); domain literals keep their brackets. Blanks and comments around dots and
 * at-signs vanish; between the words of a phrase they are one space.
 *
 * RFC 1176 has no way to express a group (B100). Markers with parts missing, as later protocols use
 * them, would be addresses a client of this protocol could send mail to, so only members are
 * listed, and an empty group is an empty list.
 *
 * What is outside RFC 822 is read thus: a missing comma between two addresses is supplied; an
 * addr-spec before a "<" is the phrase; of several at-signs the last one starts the host; quoted
 * strings, comments and domain literals that never end are not begun; a missing ">" is supplied.
 */
#ifndef IMAPSPEC_REFERENCE_ADDRESS_H
#define IMAPSPEC_REFERENCE_ADDRESS_H

#include "base/base.h"

/* An empty part is not applicable. At least one part of an address is not empty. */
struct mail_address {
    struct span name;
    struct span route; /* "@a,@b", without the colon (B101) */
    struct span mailbox;
    struct span host;
};

/* All zeros is the empty list. Items and their octets live in the arena. */
struct mail_address_list {
    struct mail_address *items;
    size_t count, capacity;
};

/* Adds the addresses of one unfolded field body to the list. */
void mail_address_parse(struct mail_address_list *list, struct arena *arena, struct span text);

#endif
