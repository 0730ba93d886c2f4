/*
 * log: the record of what went over the wire of one run, in the order in which the harness saw it,
 * with times, readable by people and convertible back into a scenario. Its memory is bounded: when
 * it is full, the oldest entries go, and the rendering says how many octets are missing.
 *
 * Rendered, one line a line of the protocol, in the order of their first octets:
 *
 *     0.000 a S: * OK ready
 *     0.001 a C: a001 LOGIN fred {6}
 *     0.001 a S: + go on
 *     0.001 a C| secret                      a line of the content of a literal
 *     0.001 a C: \x20                        what comes after it
 *     0.002 a S: * FLAGS (\Seen)\x20         escaped: what is no printable ASCII, a blank at the
 * end, 0.002 a S: * OK C:\x5cx                and a `\` in front of an `x` 0.003 a S- * 1 FETC a
 * line that had not ended 0.004 a S: * 2 FETCH (... (31415 octets)     cut; its full length 0.005 a
 * -- connection closed by peer   an event
 *
 * A line ended by LF alone shows it as \x0a at its end. The content of a literal is broken into
 * lines at CR LF; its last line may be without one (the count tells).
 */
#ifndef IMAPSPEC_WIRE_LOG_H
#define IMAPSPEC_WIRE_LOG_H

#include "base/base.h"

struct wire_log;

/* limit_nbytes bounds the memory used for what is kept; 0: 4 MiB. Of one line at most a sixteenth
 * of it is kept. Returns new. */
struct wire_log *wire_log_new(size_t limit_nbytes);
void wire_log_free(struct wire_log **log);
/* Empties it for another run; the memory stays, and so do the names of its sessions. */
void wire_log_clear(struct wire_log *log);

/* Octets that went from the client ('C') or the server ('S') in a session ("" when there is only
 * one), at a time in microseconds from the start of the run. Any split gives the same rendering but
 * for the times: a line carries the time of its first octet. */
void wire_log_octets(struct wire_log *log, const char *session, char who, struct span octets,
                     int64_t at_us);

/* Something that is no octet: "connected", "end of stream", "reset by peer", "quiet 400ms held". */
void wire_log_event(struct wire_log *log, const char *session, const char *text, int64_t at_us);

/* Number of lines logged so far (those dropped included): a place to refer to from elsewhere. */
size_t wire_log_nlines(const struct wire_log *log);

/* Appends the last `nlines` lines (0: all that are kept, below a line that says what is missing).
 * Lines over `width` octets are cut and marked with their full length; 0: only those not kept
 * whole. */
void wire_log_render(const struct wire_log *log, struct buffer *out, size_t nlines, size_t width);

#endif
