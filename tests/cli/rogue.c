/*
 * rogue: a server for tests that behaves as badly as its first argument says.
 *
 *     rogue MODE [PORT]
 *
 * Listens on 127.0.0.1 and prints the port; 0 (the default) is any free one. It greets, says OK to
 * everything (every mailbox is empty), and does what its mode is at NOOP or, where that makes no
 * sense, at once: see the table of modes. Further arguments mean nothing.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct mode {
    const char *name;
    bool (*at_once)(int fd);                  /* instead of the greeting; false: hang up */
    bool (*at_noop)(int fd, const char *tag); /* instead of OK */
};

enum { LINE_NBYTES = 8192 };

static const struct mode *mode;

static bool say_octets(int fd, const char *octets, size_t nbytes)
{
    while (nbytes > 0) {
        ssize_t n = send(fd, octets, nbytes, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        octets += n;
        nbytes -= (size_t)n;
    }
    return true;
}

static bool say(int fd, const char *text)
{
    return say_octets(fd, text, strlen(text));
}

static bool say_ok(int fd, const char *tag)
{
    char line[LINE_NBYTES + 32];
    (void)snprintf(line, sizeof line, "%s OK done\r\n", tag);
    return say(fd, line);
}

static void drain(int fd)
{
    char room[4096];
    while (recv(fd, room, sizeof room, 0) > 0)
        ;
}

/* ---- modes ---- */

static bool never_speaks(int fd)
{
    drain(fd);
    return false;
}

static bool hangs_up_at_once(int fd)
{
    (void)fd;
    return false;
}

static bool greets_without_end(int fd)
{
    (void)(say(fd, "* OK I am rea") && shutdown(fd, SHUT_WR) == 0);
    drain(fd);
    return false;
}

static bool never_answers(int fd, const char *tag)
{
    (void)fd, (void)tag;
    return true;
}

static bool hangs_up(int fd, const char *tag)
{
    (void)fd, (void)tag;
    return false;
}

static bool half_closes(int fd, const char *tag)
{
    (void)tag;
    (void)(say(fd, "* OK half a li") && shutdown(fd, SHUT_WR) == 0);
    drain(fd);
    return false;
}

static bool resets(int fd, const char *tag)
{
    const struct linger linger = {.l_onoff = 1};
    (void)tag;
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    return false;
}

static bool is_killed(int fd, const char *tag)
{
    (void)fd, (void)tag;
    (void)kill(getpid(), SIGKILL);
    return false;
}

static bool crashes(int fd, const char *tag)
{
    const struct rlimit no_core = {0, 0};
    (void)fd, (void)tag;
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)signal(SIGSEGV, SIG_DFL);
    (void)kill(getpid(), SIGSEGV);
    return false;
}

static bool exits(int fd, const char *tag)
{
    (void)fd, (void)tag;
    _exit(3);
}

static bool prints_a_report(int fd, const char *tag)
{
    (void)fputs("==1==ERROR: AddressSanitizer: heap-use-after-free\n", stderr);
    (void)fflush(stderr);
    return say_ok(fd, tag);
}

static bool spins(int fd, const char *tag)
{
    volatile bool goes_on = true;
    (void)fd, (void)tag;
    if (fork() == 0) /* a process that does nothing else */
        while (goes_on)
            ;
    (void)pause();
    return false;
}

/* Has something left to do when the case is over, which takes its time but ends. */
static bool is_busy(int fd, const char *tag)
{
    if (fork() == 0) {
        (void)close(fd);
        (void)usleep(1000 * 1000);
        while (clock() < CLOCKS_PER_SEC * 45 / 100)
            ;
        _exit(0);
    }
    (void)usleep(1100 * 1000);
    return say_ok(fd, tag);
}

static bool floods_lines(int fd, const char *tag)
{
    (void)tag;
    while (say(fd, "* OK and on and on and on and on and on and on and on and on\r\n"))
        ;
    return false;
}

static bool says_nul(int fd, const char *tag)
{
    return say_octets(fd, "* OK a\0b\r\n", 10) && say_ok(fd, tag);
}

static bool says_eight_bit(int fd, const char *tag)
{
    return say(fd, "* OK caf\xc3\xa9\r\n") && say_ok(fd, tag);
}

static bool says_bare_lf(int fd, const char *tag)
{
    return say(fd, "* OK bare\n") && say_ok(fd, tag);
}

static bool says_much(int fd, size_t nbytes)
{
    static char block[65536];
    memset(block, 'x', sizeof block);
    for (size_t said = 0; said < nbytes; said += sizeof block)
        if (!say_octets(fd, block, sizeof block))
            return false;
    return true;
}

static bool says_a_long_line(int fd, const char *tag)
{
    return say(fd, "* OK ") && says_much(fd, (size_t)100 << 20) && say(fd, "\r\n") &&
           say_ok(fd, tag);
}

static bool says_a_huge_literal(int fd, const char *tag)
{
    return say(fd, "* 1 FETCH (RFC822 {4294967296}\r\n") && says_much(fd, (size_t)4 << 30) &&
           say(fd, ")\r\n") && say_ok(fd, tag);
}

static bool announces_a_huge_literal(int fd, const char *tag)
{
    (void)tag;
    return say(fd, "* 1 FETCH (RFC822 {4294967296}\r\nabc");
}

static bool says_bytewise(int fd, const char *tag)
{
    char line[LINE_NBYTES + 64];
    int n = snprintf(line, sizeof line, "* OK slowly\r\n%s OK done\r\n", tag);
    for (int i = 0; i < n; i++)
        if (!say_octets(fd, line + i, 1))
            return false;
    return true;
}

static bool says_another_tag(int fd, const char *tag)
{
    (void)tag;
    return say(fd, "zz99 OK done\r\n");
}

static bool refuses(int fd, const char *tag)
{
    char line[LINE_NBYTES + 32];
    (void)snprintf(line, sizeof line, "%s NO not today\r\n", tag);
    return say(fd, line);
}

static const struct mode modes[] = {
    {"polite", NULL, NULL},
    {"never-speaks", never_speaks, NULL},
    {"closes-at-once", hangs_up_at_once, NULL},
    {"half-greeting", greets_without_end, NULL},
    {"never-answers", NULL, never_answers},
    {"closes", NULL, hangs_up},
    {"half-closes", NULL, half_closes},
    {"resets", NULL, resets},
    {"killed", NULL, is_killed},
    {"segv", NULL, crashes},
    {"exits", NULL, exits},
    {"sanitizer", NULL, prints_a_report},
    {"spins", NULL, spins},
    {"busy", NULL, is_busy},
    {"flood", NULL, floods_lines},
    {"nul", NULL, says_nul},
    {"eight-bit", NULL, says_eight_bit},
    {"bare-lf", NULL, says_bare_lf},
    {"long-line", NULL, says_a_long_line},
    {"huge-literal", NULL, says_a_huge_literal},
    {"announced-literal", NULL, announces_a_huge_literal},
    {"bytewise", NULL, says_bytewise},
    {"wrong-tag", NULL, says_another_tag},
    {"refuses", NULL, refuses},
};

/* ---- the server ---- */

/* False: hang up. */
static bool answer(int fd, char *line)
{
    char *words = strchr(line, ' ');
    if (words == NULL)
        return say(fd, "* BAD what?\r\n");
    *words++ = '\0';
    if (mode->at_noop != NULL && strncasecmp(words, "NOOP", 4) == 0)
        return mode->at_noop(fd, line);
    if (strncasecmp(words, "SELECT", 6) == 0)
        return say(fd, "* FLAGS (\\Seen)\r\n* 0 EXISTS\r\n* 0 RECENT\r\n") && say_ok(fd, line);
    if (strncasecmp(words, "LOGOUT", 6) == 0) {
        (void)(say(fd, "* BYE bye\r\n") && say_ok(fd, line));
        return false;
    }
    return say_ok(fd, line);
}

static void converse(FILE *input, int fd)
{
    char line[LINE_NBYTES];
    while (fgets(line, sizeof line, input) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (!answer(fd, line))
            return;
    }
}

static void *serve(void *context)
{
    FILE *input = context;
    int fd = fileno(input);
    const int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (mode->at_once == NULL ? say(fd, "* OK rogue ready\r\n") : mode->at_once(fd))
        converse(input, fd);
    (void)fclose(input);
    return NULL;
}

static int listen_at(unsigned long port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    socklen_t nbytes = sizeof address;
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 64) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &nbytes) != 0) {
        perror("rogue");
        exit(1);
    }
    (void)printf("%u\n", ntohs(address.sin_port));
    (void)fflush(stdout);
    return fd;
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof modes / sizeof modes[0]; i++)
        if (strcmp(argv[1], modes[i].name) == 0)
            mode = &modes[i];
    if (mode == NULL) {
        (void)fputs("usage: rogue MODE [PORT]\n", stderr);
        return 2;
    }
    int listener = listen_at(argc > 2 ? strtoul(argv[2], NULL, 10) : 0);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        FILE *input = fd < 0 ? NULL : fdopen(fd, "r");
        pthread_t thread;
        if (input == NULL || pthread_create(&thread, NULL, serve, input) != 0)
            return 1;
        (void)pthread_detach(thread);
    }
}
