/*
 * convert: event streams (stream/stream.h) into scenarios and back, and transcripts into scenarios.
 *
 * A stream becomes a scenario without loss: convert_stream_of_case(convert_stream_to_scenario(s))
 * is s for every canonical s. It accepts either greeting, OK or PREAUTH. How its events stand in a
 * scenario:
 *
 *     data          `C: a1 NOOP` where a whole command can be said so, literals as `{"abc"}` when a
 *                   barrier stands behind their announcement (they wait for `+`), else `{!"abc"}`;
 *                   other data as raw lines, `C= "..."`
 *     session       the session's name, s1 to s4, in front of the next line; where that would not
 *                   show it, `s2 C= ""`, which sends nothing
 *     barrier       behind a command, the lines that wait for its completion; else `C= pause 20ms`
 *     segment       `C= pause 1ms`
 *     clock         `C= pause` of a second or longer: 2^n seconds, and as many milliseconds as
 *                   there are smaller arguments of the same meaning
 *     half-close    `halfclose`
 *     reconnect     `reset`, `open`
 *     deliver       of a message, `deliver m1 "fixtures/t3.eml"`; of other changes, see below
 *     the rest      what the language has no step for stands as `C= ""*N`, which sends nothing,
 *                   with a comment: N is 256 times the control octet plus its argument
 *
 * The other way, any scenario is a seed: what the harness sends in it becomes data, and where it
 * waits for an answer there is a barrier. What cannot be carried is counted in struct convert_loss:
 * values that only the server knows, and steps that are neither sending nor waiting.
 */
#ifndef IMAPSPEC_CONVERT_CONVERT_H
#define IMAPSPEC_CONVERT_CONVERT_H

#include "model/fixture.h"
#include "script/script.h"
#include "stream/stream.h"

/* The `fixture` lines of the scenarios made here, with their ends: the mailboxes that streams are
 * about (STREAM_DELIVER names the first four). They belong to fred, whose password is secret. */
extern const char convert_fixtures[];

/* The same as a target is filled with them. All in the arena. */
struct fixture_mailbox *convert_mailboxes(struct arena *arena, size_t *n_r);

/* The message that STREAM_DELIVER template n (0..15) is: what corpus/fixtures/tN.eml holds, lines
 * ended by CR LF. In the arena. */
struct span convert_template(unsigned n, struct arena *arena);

/* Appends a scenario file of role client that says what the stream says. `id` is made of letters,
 * digits, `.`, `-` and `_`. */
void convert_stream_to_scenario(struct span stream, const char *id, const char *claim,
                                struct buffer *out);

struct convert_loss {
    size_t guesses; /* values not known before a run: what the server said, parts of messages */
    size_t steps;   /* steps without meaning in a stream (assertions about values are none) */
};

/* Appends what the harness's side sends in the case, with barriers where it waits. Of alternatives
 * the first is taken, of orders the written one; a TYPE becomes a sentence of its rule, always the
 * same. Sessions beyond the fourth share the fourth's number. A scenario that expects the fixtures
 * it names: the stream says nothing about them. */
void convert_stream_of_case(const struct script_case *kase, struct convert_loss *loss_r,
                            struct buffer *out);

enum convert_form {
    CONVERT_STREAM,     /* anything else */
    CONVERT_TRANSCRIPT, /* lines `C: ...` and `S: ...`, a session's name before them or not */
    CONVERT_LOG         /* the same with a time in front: wire/log.h */
};
enum convert_form convert_form_of(struct span text); /* by its first line that is not empty */

/*
 * Appends a scenario that plays the client of a transcript or wire log and expects what the server
 * said in it: untagged lines as they were, but for the text of status lines; completions by their
 * status. Other lines (comments, events) are left out. Content of literals stands in lines `C| `
 * and `S| `; `\xHH` is an octet. Fixtures are not known and not written. -1 with *err, which names
 * the line: one that is cut short, an announcement without its content, too many sessions.
 */
__attribute__((warn_unused_result)) int convert_transcript(struct span text, const char *path,
                                                           const char *id, const char *claim,
                                                           struct buffer *out, struct err *err);

#endif
