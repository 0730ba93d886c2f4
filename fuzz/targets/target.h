/*
 * target: what is fuzzed inside one process. A target is a function that takes any octets, gives
 * them to one piece of the product, and judges what it does; it is one source, NAME.c, whatever
 * drives it: libFuzzer, AFL++, or run_files, which needs no engine and any compiler. Most take an
 * event stream (stream/stream.h).
 *
 * A target keeps nothing from one input to the next but what is expensive to make and never
 * changes, so the same octets always do the same. It reads no clock and, but for those that are
 * about the Maildir store (targets/shelf.h), no files.
 *
 * What is wrong is told by fuzz_fail(), which is on in every build. So is what sanitizers see.
 */
#ifndef IMAPSPEC_TARGETS_TARGET_H
#define IMAPSPEC_TARGETS_TARGET_H

#include "base/base.h"

struct fuzz_target {
    const char *name;
    const char *summary; /* one line */
    bool is_stream;      /* takes event streams; else octets of its own kind */
    bool is_response;    /* the data of its streams are what a server says */
    void (*one)(struct span octets);
};

const struct fuzz_target *fuzz_target_find(const char *name); /* NULL: unknown */
size_t fuzz_ntargets(void);
const struct fuzz_target *fuzz_target(size_t index);

/* Runs a target on a copy of exactly that size, so that reading beyond it is seen. */
void fuzz_run(const struct fuzz_target *target, const uint8_t *data, size_t nbytes);

/* Commands that targets have given to what they test since the process began. */
extern uint64_t fuzz_ncommands;

/* Called with what goes over each connection, when set: to show what an input does. */
extern void (*fuzz_trace)(const char *session, char who, struct span octets);

/* ---- failing ------------------------------------------------------------------------------ */

struct fuzz_failure {
    const char *oracle;      /* what noticed it: "session.completion" */
    const char *requirement; /* of the catalogue, or "" */
    char signature[64]; /* the same for inputs that show the same fault: no numbers, no names */
    char text[1024];    /* a sentence for people */
};

/*
 * The oracle has found something wrong: prints one line
 *     fuzz: ORACLE (REQUIREMENT) [SIGNATURE]: text
 * and aborts; or, when there is a catcher, gives it to that, which must not return (longjmp; what
 * the target had allocated is lost).
 */
_Noreturn void fuzz_fail(const char *oracle, const char *requirement, const char *signature,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));

/* For shrinking in the same process; NULL: none. */
void fuzz_set_catcher(void (*catcher)(void *context, const struct fuzz_failure *failure),
                      void *context);

/* ---- the targets -------------------------------------------------------------------------- */

#define FUZZ_TARGETS(X)                                                                            \
    X(command, "one command: the server's parser against the grammar", true, false)                \
    X(feed, "one session: any cut of the octets gives the same answers", true, false)              \
    X(session, "the whole server, four sessions, judged by the model", true, false)                \
    X(sequence, "message sequences against a bitmap", false, false)                                \
    X(envelope, "a message: its envelope and its parts", false, false)                             \
    X(search, "SEARCH against its own set algebra, patterns against a table", false, false)        \
    X(client, "the client, told anything by its server", true, true)                               \
    X(mailbox, "changes of mailboxes, told by up to four views", false, false)                     \
    X(response, "one response: the client's parser against the grammar", true, true)               \
    X(loop, "clients and the server, through pipes that carry any pieces", false, false)           \
    X(files, "our own files: scenarios, targets, results and others", false, false)                \
    X(store, "the Maildir store, whose changes are cut short", false, false)                       \
    X(allocation, "the Maildir store, when memory is out", false, false)

#define FUZZ_DECLARE(name, summary, is_stream, is_response)                                        \
    void fuzz_##name##_one(struct span octets);
FUZZ_TARGETS(FUZZ_DECLARE)
#undef FUZZ_DECLARE

#endif
