#include "run/room.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_MESSAGES_MAX = 64 }; /* kept; longer series are made for each case */

struct run_room *run_room_new(void)
{
    return mem_alloc(sizeof(struct run_room));
}

static void session_free(struct room_session *session)
{
    wire_reader_free(&session->from_server);
    wire_reader_free(&session->from_client);
    model_session_free(&session->model);
}

static void free_spares(struct run_room *room)
{
    while (room->nspares > 0)
        session_free(&room->spares[--room->nspares]);
}

void run_room_free(struct run_room **room)
{
    struct run_room *r = *room;
    if (r == NULL)
        return;
    free_spares(r);
    model_world_free(&r->world);
    grammar_matcher_free(&r->matcher);
    grammar_memory_free(&r->memory);
    wire_log_free(&r->log);
    net_loop_free(&r->loop);
    buffer_free(&r->line);
    buffer_free(&r->text);
    arena_free(&r->arena);
    free(r);
    *room = NULL;
}

void room_begin(struct run_room *room, const struct grammar *grammar)
{
    if (room->grammar != grammar) {
        free_spares(room);
        grammar_matcher_free(&room->matcher);
        grammar_memory_free(&room->memory);
        room->grammar = grammar;
        room->matcher = grammar_matcher_new(grammar);
        room->memory = grammar_memory_new();
    }
    if (room->log == NULL)
        room->log = wire_log_new(0);
    wire_log_clear(room->log);
}

struct model_world *room_world(struct run_room *room)
{
    if (room->world == NULL)
        room->world = model_world_new();
    else
        model_world_reset(room->world);
    return room->world;
}

struct room_session room_take_session(struct run_room *room, struct model_world *world,
                                      const struct model_setup *setup)
{
    if (room->nspares == 0)
        return (struct room_session){.from_server = wire_reader_new(WIRE_FROM_SERVER, NULL),
                                     .from_client = wire_reader_new(WIRE_FROM_CLIENT, NULL),
                                     .model = model_session_new(world, setup)};
    struct room_session session = room->spares[--room->nspares];
    wire_reader_reset(session.from_server);
    wire_reader_reset(session.from_client);
    model_session_reset(session.model, world, setup);
    return session;
}

void room_give_session(struct run_room *room, struct room_session session)
{
    if (room->nspares == ROOM_SPARES_MAX) {
        session_free(&session);
        return;
    }
    model_session_retire(session.model);
    room->spares[room->nspares++] = session;
}

struct net_loop *room_loop(struct run_room *room, int64_t epoch_s)
{
    if (room->loop == NULL)
        room->loop = net_loop_new_virtual(epoch_s);
    else
        net_loop_restart(room->loop, epoch_s);
    return room->loop;
}

struct fixture_message *room_messages(struct run_room *room, size_t nmessages, struct arena *arena)
{
    if (nmessages > ROOM_MESSAGES_MAX)
        return fixture_generate(arena, nmessages);
    if (nmessages > room->nmessages) {
        arena_reset(&room->arena);
        room->messages = fixture_generate(&room->arena, nmessages);
        room->nmessages = nmessages;
    }
    struct fixture_message *copy = arena_array(arena, nmessages, sizeof *copy);
    if (nmessages > 0)
        memcpy(copy, room->messages, nmessages * sizeof *copy);
    return copy;
}
