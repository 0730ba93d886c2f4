/*
 * transcript: plays a session written as text into the model and compares what the model reports.
 *
 *     == name of the case
 *     world 9                    INBOX of fred: messages 1..9 of fixture_generate()
 *     flags 2,5 \Deleted         of these messages, before anything else
 *     mailbox MEETING 3          another mailbox of fred; `readonly NAME N`: not writable
 *     several                    more than one writer; default: one
 *     judge client               the client is judged; default: the server
 *     crossing                   both directions may cross
 *     preauthenticated
 *     C: text                    a line of the client; CR LF is added
 *     S: text                    a line of the server
 *     C= text, S= text           octets without CR LF at their end
 *     b S: text                  of session b; sessions are made when they are first named
 *     open                       greeting, LOGIN and SELECT INBOX with the right data
 *     ! fail I5 resp.expunge     what the line before has led to, in order (fail and warn: all of
 *                                it; observe: at least this)
 *     ? exists 4                 a question and its answer; see answer() in the source
 *     deliver INBOX 12           message 12 of the series arrives
 *     eof, reset, close          the server closes, resets; the client closes
 *     client-eof, client-reset   the client sends no more
 *
 * In texts `<size 3>` is the size of message 3, `<rfc822 3>`, `<header 3>` and `<text 3>` are its
 * octets as a literal, `<envelope 3>` an envelope with its Message-ID, `<crlf>`, `<cr>`, `<lf>`,
 * `<nul>` and `<8bit>` octets.
 * What the client sends behind a literal announcement is held until the server has said `+`.
 */
#ifndef IMAPSPEC_TESTS_MODEL_TRANSCRIPT_HELPER_H
#define IMAPSPEC_TESTS_MODEL_TRANSCRIPT_HELPER_H

#include "base/base.h"

/* Plays all cases of a text. Appends what went wrong to `out`; returns the number of bad cases. */
size_t transcript_play(struct span text, struct buffer *out, size_t *ncases_r);

#endif
