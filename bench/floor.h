/*
 * floor: the least that a client and a server of lines can do, written with nothing but the
 * system's own calls: what every other rate is compared with.
 *
 * The null server answers any line: `TAG OK done`; to SELECT first that there is no message; to
 * LOGOUT first `* BYE`, and closes; to a line that announces a literal `+ go`. It greets with `*
 * OK`. The bare client writes the same few octets again and again and looks for nothing but the tag
 * that ends an answer.
 */
#ifndef IMAPSPEC_BENCH_FLOOR_H
#define IMAPSPEC_BENCH_FLOOR_H

#include <stdbool.h>
#include <stddef.h>

/* ---- the null server: bench/floor_server.c ---- */

enum { FLOOR_ROOM = 65536 };

struct floor_connection {
    char in[FLOOR_ROOM]; /* the beginning of a line */
    size_t nin;
    char out[FLOOR_ROOM];
    size_t nout;
    bool is_closing; /* close when out has been sent */
};

void floor_greet(struct floor_connection *c);

/* Takes octets and answers what is complete. Lines longer than FLOOR_ROOM are cut. Returns how many
 * octets it took: fewer when there is no more room for answers. */
size_t floor_answer(struct floor_connection *c, const char *octets, size_t nbytes);

/* Serves one connected stream until it ends. */
void floor_serve_stream(int fd);

/* Listens on a free port of 127.0.0.1; -1: cannot. */
int floor_listen(unsigned *port_r);

/* Serves any number of connections, for ever. */
_Noreturn void floor_serve(int listener);

/* ---- the bare client: bench/floor_client.c ---- */

/* -1 when it cannot be reached. */
int floor_connect(const char *host, unsigned port);

/* Reads until `count` lines have come that begin with neither `*` nor `+`; -1: the stream ended, or
 * one of them was not OK. */
int floor_read(int fd, size_t count);
int floor_read_greeting(int fd);

/* Writes all; -1: the stream has ended. */
int floor_write(int fd, const char *octets, size_t nbytes);

/* The command (without its tag and line end), so many times: each sent when the one before has been
 * answered, or `depth` in one write. -1 as floor_read(). */
int floor_lockstep(int fd, const char *command, size_t count);
int floor_pipelined(int fd, const char *command, size_t count, size_t depth);

/* Greeting, LOGIN, SELECT INBOX; and LOGOUT until the end of the stream. */
int floor_login(int fd, const char *user, const char *password);
int floor_logout(int fd);

/* The commands of a session, with tag and line end: LOGIN as it is given, SELECT, five that change
 * nothing, and LOGOUT. */
enum { FLOOR_NCOMMANDS = 8 };
void floor_session(const char *login, const char *commands_r[FLOOR_NCOMMANDS]);

/* Sessions of these commands (the last one makes the server close), one after the other on each of
 * so many connections at a time, until the time is over. */
struct floor_swarm {
    const char *host;
    unsigned port;
    size_t nconnections;
    const char *const *commands; /* with tag and line end */
    size_t ncommands;
    double seconds;
};

struct floor_count {
    size_t nsessions, nerrors;
    size_t nopen;   /* connections that stood at the same time at most */
    double seconds; /* that it took */
};

/* -1: not even the means to begin with. */
int floor_swarm(const struct floor_swarm *swarm, struct floor_count *count_r);

#endif
