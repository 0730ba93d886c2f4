/*
 * date: internal dates as the server shows them and the dates of SEARCH (RFC 1176 p.16-17, p.26).
 *
 * An internal date is a moment (seconds since 1970-01-01 UTC, negative before) and the zone it was
 * recorded in (minutes east of UTC). It is shown in that zone when RFC 822 5.1 has a three-letter
 * name for it: GMT, EDT (-4 h), EST (-5 h), CST (-6 h), MST (-7 h), PST (-8 h). A moment in any
 * other zone is shown in GMT, so that the form of p.26 always results. -5, -6 and -7 hours have two
 * names each; that of standard time is used.
 *
 * The form has two digits for the year. Years from 1970 to 2069 are unambiguous by the reading of
 * B80; of every other year the century is lost.
 */
#ifndef IMAPSPEC_REFERENCE_DATE_H
#define IMAPSPEC_REFERENCE_DATE_H

#include <stdint.h>

#include "base/base.h"

/* Appends "dd-mmm-yy hh:mm:ss-zzz" with the quotes; always 24 octets. Moments outside the years 1
 * to 9999 are moved to the nearer end. */
void mail_date_write(struct buffer *out, int64_t wall_s, int zone_minutes);

/* The calendar day mail_date_write() shows, in days since 1970-01-01: BEFORE, ON and SINCE compare
 * it, whatever the zone and the time of day (B79). */
int mail_day_number(int64_t wall_s, int zone_minutes);

/*
 * Reads the date of a SEARCH key: `d-mmm-yy` or `dd-mmm-yyyy`, the month in any case, a blank
 * allowed before a single-digit day, nothing else before or after (B77; a time of day is refused).
 * Two-digit years from 70 are of the 20th century, those below of the 21st (B80). Returns 0 and the
 * days since 1970-01-01 (may be negative), or -1 when text is no such date or the day does not
 * exist.
 */
__attribute__((warn_unused_result)) int mail_search_date_parse(struct span text, int *day_number_r);

#endif
