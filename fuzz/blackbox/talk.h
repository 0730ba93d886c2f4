/*
 * talk: one connection of a play: what is said on it, what is heard, and what is still due. Private
 * to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_TALK_H
#define IMAPSPEC_BLACKBOX_TALK_H

#include "blackbox/play.h"
#include "blackbox/relation.h"
#include "net/net.h"

enum { TALK_DUE_MOST = 128 };

struct talk_due {
    uint64_t tag; /* hash */
    char text[32];
    struct span command; /* in the play's arena */
    struct feedback_command feedback;
    bool is_login, is_crowded; /* is_crowded: something else was due at the same time */
    bool has_bad;              /* an untagged BAD can be about nothing but this one... */
    int64_t bad_us;            /* ...and came then */
};

struct talk {
    const char *name;
    struct carrier *carrier; /* NULL: not open */
    struct model_session *model;
    struct wire_reader *from_client, *from_server;
    struct talk_due due[TALK_DUE_MOST]; /* commands that want their completion, oldest first */
    size_t ndue;
    size_t nunusable; /* lines whose tag cannot be given back, not answered yet */
    size_t nwaiting;  /* literals of the unfinished command that the model knows of */
    bool was_opened, has_greeted, is_half_closed, is_ended;
    int64_t said_us, answered_us; /* the last octets said, the last completion */
    bool is_gray;                 /* nothing can be told apart on it any more: no more is said */
    bool was_refused;             /* the announcement that was waited for last */
    bool has_expunged;            /* EXPUNGE was said */
};

/* A play under way. */
struct play {
    const struct play_options *options;
    struct play_result *result;
    struct net_loop *loop;
    struct model_world *world;
    struct arena arena;
    struct finding_list findings;
    struct talk talks[STREAM_NSESSIONS];
    unsigned nsessions; /* that the plan speaks of */
    int64_t started_us;
    struct stage *stage;
    size_t narrivals;
    struct relation relation;
    const struct talk *relation_talk; /* on which its last command was answered */
};

/* Ends the play with this finding, unless there is one already: then false. A play that catches all
 * goes on. */
bool play_fail(struct play *p, const char *oracle, const char *requirement, const char *signature,
               const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The verb of the command that is to be answered next, or "-". */
const char *talk_verb_due(const struct talk *t);
/* The sentence with what differs each time left out: quotations, numbers, tags. */
void talk_signature(const struct talk *t, const struct finding *finding, char *out,
                    size_t capacity);

/* Connects and waits for the greeting. */
void talk_open(struct play *p, struct talk *t);
/* Breaks the connection when it is open, and forgets it. */
void talk_close(struct play *p, struct talk *t);

void talk_say(struct play *p, struct talk *t, struct span octets);
/* Takes and judges what has come. */
void talk_listen(struct play *p, struct talk *t);
void talk_end(struct play *p, struct talk *t); /* half-close */

/* Waits until nothing is due. False when the play is over. */
bool talk_settle(struct play *p, struct talk *t);
/* What somebody else gets to hear from the server when it has come to that. */
enum talk_reception { TALK_GREETED, TALK_TURNED_AWAY, TALK_KEPT_WAITING };
enum talk_reception talk_reception_of_others(struct play *p);

#endif
