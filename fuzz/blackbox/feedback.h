/*
 * feedback: what was new about a play, seen from outside: which ways of saying things were said and
 * how they were answered. Counts in a map of 64 KiB as AFL++ does, and in what is printed: how much
 * of the grammar was sent, and how much of it was accepted. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_FEEDBACK_H
#define IMAPSPEC_BLACKBOX_FEEDBACK_H

#include "grammar/grammar.h"
#include "model/model.h"

enum feedback_class { FEEDBACK_OK, FEEDBACK_NO, FEEDBACK_BAD, FEEDBACK_NCLASSES };

enum { FEEDBACK_LOGIN = 2, FEEDBACK_FETCH = 10, FEEDBACK_NVERBS = 13 }; /* feedback_verb() */

enum { FEEDBACK_NSTATES = 3, FEEDBACK_MOST_PATHS = 96 };

/* A command that waits for its answer. */
struct feedback_command {
    uint64_t derivation;                 /* hash; 0: it derives from nothing */
    uint16_t paths[FEEDBACK_MOST_PATHS]; /* indexes of the map, before the answer is known */
    uint16_t npaths;
    uint8_t verb, state;
    uint32_t kinds; /* untagged lines that came since, one bit a kind */
};

struct feedback {
    uint8_t seen[65536]; /* 1: known */
    size_t nseen;
    size_t nnew; /* since feedback_begin() */
    const struct grammar *grammar;
    struct grammar_matcher *matcher;
    struct grammar_coverage *sent, *accepted;
    struct table derivations[2]; /* known to sent, to accepted */
    struct table pairs;          /* a derivation step and one below it, that were sent */
    struct table all_pairs;      /* all there are */
    size_t ntemplates;
    int request;
    bool reached[FEEDBACK_NSTATES][FEEDBACK_NVERBS][FEEDBACK_NCLASSES];
    uint64_t nanswers[FEEDBACK_NCLASSES], ncommands;
    char refusal[160]; /* of the first LOGIN that was refused, readably; "": none was */
};

struct feedback *feedback_new(void);
void feedback_free(struct feedback **feedback);

void feedback_begin(struct feedback *feedback); /* a play begins */

/* The client has said a whole command. The match is the model's, of `request`. */
void feedback_command(struct feedback *feedback, struct feedback_command *command, struct span text,
                      enum model_state state, const struct grammar_match *match);
/* A command was said up to a literal, which was refused: the whole of it counts as said. */
void feedback_refused(struct feedback *feedback, struct span whole);
/* An untagged line has come while the command was under way. */
void feedback_untagged(struct feedback *feedback, struct feedback_command *command,
                       struct span line);
void feedback_answer(struct feedback *feedback, const struct feedback_command *command,
                     struct span text, struct span answer, enum feedback_class class);
/* What the session has come to, behind a command. */
void feedback_state(struct feedback *feedback, const struct model_session *session,
                    size_t nsessions);

/* "OK", "NO", "BAD" of a completion; false for anything else. */
bool feedback_class_of(struct span completion, enum feedback_class *class_r);
unsigned feedback_verb(struct span command); /* 0: none that is known */
const char *feedback_verb_name(unsigned verb);

/* Whether anybody was ever logged in, or greeted with PREAUTH. */
bool feedback_has_entered(const struct feedback *feedback);

/* Appends "alternatives 143/147, 2-paths 611/702, state x command x answer 88/117" and what was
 * never accepted, a line each; before that, that there seems to be no mail. */
void feedback_print(const struct feedback *feedback, struct buffer *out);

#endif
