/*
 * client_look: looks on while a scenario is played with a client under test, and says what the
 * client does wrong that the scenario itself does not: a model of the session is told what both
 * say, and what the client says of itself through its shim is compared with it. Private to
 * blackbox.
 *
 * What a client owes depends on what it is told. As long as the server has broken no rule,
 * everything counts. From then on the client may believe what it likes, and say what follows from
 * that; but it must still speak the language, end what it was asked to do, and stay alive.
 */
#ifndef IMAPSPEC_BLACKBOX_CLIENT_LOOK_H
#define IMAPSPEC_BLACKBOX_CLIENT_LOOK_H

#include "blackbox/client_feedback.h"
#include "blackbox/play.h"
#include "run/run.h"
#include "watch/watch.h"

enum { LOOK_FINDINGS_MOST = 16, LOOK_COMMANDS_MOST = 64, LOOK_REQUESTS_MOST = 64 };
enum { LOOK_TOLD_MOST = 1024 };

struct look_finding {
    struct play_finding finding; /* `wanted`: steps that would judge it */
    unsigned operation; /* behind which operation; 0: it is told by the rules of any play */
    bool is_of_cache;   /* as in struct client_expectation */
    /* An operation ended before its command was completed: how that was is known at the end. */
    bool is_early, is_void;
    size_t command;
    enum shim_status status;
};

struct look_command {
    char tag[32], verb[12];
    bool is_completed;
    enum shim_status status; /* OK, NO or BAD */
};

struct client_look {
    struct run_observer observer;     /* for struct run_options */
    struct client_feedback *feedback; /* NULL: nothing is counted */
    bool may_cross;
    bool has_cache; /* the client keeps what it is told, and is to judge it */
    struct watch_connection *watch;
    struct wire_reader *from_client, *from_server;
    bool is_open, has_greeted, is_dismissed;
    bool is_hostile;  /* the server has broken a rule on this connection, or spoken oddly */
    bool was_garbled; /* in a way that leaves open what is a literal */
    struct look_command commands[LOOK_COMMANDS_MOST]; /* the last ones, a ring */
    size_t ncommands;
    volatile unsigned *verb; /* kept up to date: of the command said last */
    /* requests to the shim that have not been answered */
    struct look_request {
        char verb[16];
        unsigned operation; /* 0: it is none */
        size_t first_command;
    } requests[LOOK_REQUESTS_MOST];
    size_t nasked, nanswered;
    unsigned noperations;
    bool has_overlapped; /* several are under way */
    /* of the SEARCH under way */
    uint8_t told[LOOK_TOLD_MOST];
    bool is_search_sure, has_told_numbers, has_stale_numbers;
    bool has_idle_data; /* said since the last completion: a client may read it with its next one */
    /* whether the model knows what a client has to believe */
    bool is_selection_sure, are_flags_sure, is_recent_sure;
    unsigned ncounts; /* EXISTS lines since SELECT or BBOARD was sent */
    uint64_t noctets;
    bool has_ended; /* the shim */
    struct look_finding findings[LOOK_FINDINGS_MOST];
    size_t nfindings;
};

/* Fills *look, whose observer then takes part in one play. */
void client_look_begin(struct client_look *look, struct client_feedback *feedback, bool may_cross);
void client_look_end(struct client_look *look);

/* Whether the client may read other lines than we do. */
bool client_look_is_garbled(const struct client_look *look);

/* One more finding, unless there are too many. */
struct look_finding *client_look_add(struct client_look *look, const char *oracle,
                                     const char *requirement, const char *signature);

/* The words of a sentence, without numbers and what it quotes, appended to what `out` holds. */
void client_look_sign(struct span sentence, char *out, size_t capacity);

#endif
