/*
 * client_helper: transcripts played with the reference client. A transcript is lines:
 *
 *     S: text     the server sends text and CR LF
 *     S- text     the same without CR LF; \r \n \0 \\ are understood
 *     C: text     the client has sent text and CR LF, and all of it is named before the next S or X
 *     C- text     the same without CR LF
 *     D: request  an operation is begun; words are parted by `|`:
 *                   noop, logout, check, expunge, login|USER|PASSWORD, select|NAME, bboard|NAME,
 *                   mailboxes|PATTERN, bboards|PATTERN, copy|SEQUENCE|NAME, fetch|SEQUENCE|ITEM...,
 *                   show|SEQUENCE|ITEM..., store|SEQUENCE|+FLAGS|FLAG..., search|WORD...
 *     =: outcome  of the oldest operation not asked for yet: running, ok, no, bad, refused or lost,
 *                 and its text behind it if that matters; all but running is then forgotten.
 *                 `=: found 2 5` and `=: names a b` ask for data before that.
 *     ?: belief   exists 3, recent 1, listed \Seen a, flags 2 \Seen, subject 2 text, size 2 10,
 *                 text 2 words, header, rfc822; with `?` instead of the value: not known.
 *                 state opening|greeted|authenticated|selected|leaving|closed, closing, open,
 *                 ignored N: as many notes of data that was not taken
 *     X:          the connection ends
 */
#ifndef IMAPSPEC_TESTS_CLIENT_HELPER_H
#define IMAPSPEC_TESTS_CLIENT_HELPER_H

#include "reference/client.h"

struct client_transcript {
    const char *name;
    const char *text;
};

/* Each with whole lines and octet by octet. */
void client_play_all(const struct client_transcript *transcripts, size_t ntranscripts);

/* What the client believes, as text: equal texts are equal beliefs. */
void client_describe(const struct reference_client *client, struct buffer *out);

/* Begins what a request of a transcript says. */
uint64_t client_begin_text(struct reference_client *client, struct span request);

/* Greeting, LOGIN and SELECT of a mailbox of n messages are over, nothing is left to send. */
struct reference_client *client_selected(unsigned nmessages);
void client_feed(struct reference_client *client, struct span octets, size_t part);

#endif
