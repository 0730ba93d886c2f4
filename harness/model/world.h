/*
 * world: the ground truth of one run: what the mailboxes hold because the harness put it there or
 * caused it (section D.6 of the catalogue). A message of the truth is an *instance*, numbered from
 * 1 in the order of arrival in its mailbox; copies share their *facts*, what the octets say.
 */
#ifndef IMAPSPEC_MODEL_WORLD_H
#define IMAPSPEC_MODEL_WORLD_H

#include "model/flags.h"
#include "model/model.h"

struct facts { /* of a message's octets */
    const struct fixture_message *fixture;
    struct span message_id; /* data NULL: it has none */
    bool is_read;           /* message_id is set */
};

struct truth_message {
    struct facts *facts;
    uint64_t flags, known; /* known: which bits of flags are certain; \Recent never is */
    uint32_t changed_at;   /* world events when a flag was last changed or became uncertain */
    uint32_t arrived_at;
    const struct model_session *changed_by; /* NULL: nobody */
    const struct model_session *copied_by;  /* NULL: delivered, or there from the start */
    bool is_copy, is_removed;
    const struct model_session *removed_by;
};

struct truth {
    const char *user, *name;
    bool is_board, is_readonly;
    bool is_uncertain;      /* something happened that may or may not have changed what is there */
    bool is_order_doubtful; /* messages arrived in an order that only the server knows */
    bool is_flags_doubtful; /* flags were changed of messages nobody could tell */
    struct truth_message *messages;
    size_t nmessages, capacity, nlive;
    unsigned nselected; /* sessions that have it selected */
    struct table by_id; /* Message-ID -> instance, as far as nindexed */
    size_t nindexed;
};

enum { TRUTH_AMBIGUOUS = UINT32_MAX };

struct model_world {
    struct truth **truths;
    size_t ntruths, capacity;
    struct flag_names flags;
    struct arena arena;
    uint32_t nevents; /* beginnings and ends of commands that write, and deliveries, so far */
    uint32_t nactive; /* writing commands now outstanding in all sessions */
};

/* NULL when nothing is known about that mailbox. INBOX is INBOX in any case. */
struct truth *world_truth(const struct model_world *world, struct span user, struct span name,
                          bool is_board);

struct truth_message *truth_at(const struct truth *truth, uint32_t instance); /* 1.. */

/* The instance with that Message-ID, 0 when there is none, TRUTH_AMBIGUOUS when there are two. */
uint32_t truth_find(struct model_world *world, struct truth *truth, struct span message_id);
struct span truth_message_id(struct model_world *world, const struct truth *truth,
                             uint32_t instance);

void truth_copy(struct model_world *world, struct truth *truth, const struct truth_message *source,
                const struct model_session *by);
void truth_remove(struct truth *truth, uint32_t instance, const struct model_session *by);
void truth_doubt_flags(struct model_world *world, struct truth *truth); /* of all its messages */
/* The session ends: what it did stays done by somebody. */
void world_forget(struct model_world *world, const struct model_session *session);
void world_doubt(struct model_world *world); /* of every mailbox's contents */

#endif
