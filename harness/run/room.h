/*
 * room (private to run/): what cases played one after another need not make anew. A case that is
 * played without a room is given one of its own.
 */
#ifndef IMAPSPEC_RUN_ROOM_H
#define IMAPSPEC_RUN_ROOM_H

#include "model/model.h"
#include "run/run.h"
#include "wire/wire.h"

enum { ROOM_SPARES_MAX = 8 };

/* What judges a connection. */
struct room_session {
    struct wire_reader *from_server, *from_client;
    struct model_session *model;
};

struct run_room {
    const struct grammar *grammar; /* what the matcher is of */
    struct grammar_matcher *matcher;
    struct grammar_memory *memory;               /* of lines that come again in the next case */
    struct room_session spares[ROOM_SPARES_MAX]; /* of connections that are closed */
    size_t nspares;
    struct model_world *world;
    struct wire_log *log;
    struct net_loop *loop; /* in virtual time */
    struct buffer line;    /* what is being sent, while it is put together */
    struct buffer text;    /* the log, while it is rendered */
    struct arena arena;    /* of the messages below */
    struct fixture_message *messages;
    size_t nmessages;
};

/* Makes the room ready for a case of that grammar: the log is empty. */
void room_begin(struct run_room *room, const struct grammar *grammar);

/* A world in which there is nothing yet; it is the room's. No session is out any more. */
struct model_world *room_world(struct run_room *room);

/* As new ones, and back when the connection is closed. */
struct room_session room_take_session(struct run_room *room, struct model_world *world,
                                      const struct model_setup *setup);
void room_give_session(struct run_room *room, struct room_session session);

/* A loop in virtual time in which nothing has happened yet; it is the room's. */
struct net_loop *room_loop(struct run_room *room, int64_t epoch_s);

/* The first messages of the canonical series: as fixture_generate(), in the arena; their octets may
 * be those of the room. */
struct fixture_message *room_messages(struct run_room *room, size_t nmessages, struct arena *arena);

#endif
