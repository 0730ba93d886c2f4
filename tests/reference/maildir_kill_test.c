/*
 * A server over a Maildir is killed with SIGKILL at random moments while it copies, flags and
 * expunges. Before each command it notes in memory it shares with the test what may change; after
 * the kill the test looks at the files.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "maildir_helper.h"
#include "reference/maildir.h"
#include "reference/maildir_name.h"
#include "reference/reference.h"

enum {
    NKILLS = 300,
    NBOX = 20,       /* messages in the inbox when a server starts */
    NIDS = 4096,     /* messages ever delivered */
    COPIES_MAX = 60, /* then the copies are thrown away */
    DELAY_MAX_US = 6000,
};

enum command { NO_COMMAND, COPY, STORE, EXPUNGE, NCOMMANDS };

/* What the server tells the test. */
struct notes {
    volatile enum command running;
    volatile unsigned ncommands;
    volatile uint32_t settled[NIDS];   /* flags before the command that runs, MAIL_SEEN | ... */
    volatile uint32_t intended[NIDS];  /* and after it */
    volatile bool is_expendable[NIDS]; /* flagged deleted for EXPUNGE */
    volatile unsigned ncopied;         /* by commands that are done */
    volatile unsigned ncopying;        /* by the one that runs */
};

struct world {
    char *root, *inbox, *copies;
    struct notes *notes;
    unsigned nids;
    unsigned box[NBOX]; /* the inbox when the server starts: ids in order */
    unsigned nkilled_in[NCOMMANDS];
};

/* The message with that id: its size varies from some hundred to some ten thousand octets. */
static char *message_text(unsigned id)
{
    struct buffer text = {0};
    struct rng rng = rng_seeded(id);
    buffer_printf(&text, "Subject: %u\n\n", id);
    for (uint64_t n = 10 + rng_below(&rng, 1 + id % 8 * 40); n > 0; n--)
        buffer_printf(&text, "%016llx %016llx\n", (unsigned long long)rng_next(&rng),
                      (unsigned long long)rng_next(&rng));
    buffer_printf(&text, "end of %u\n", id);
    return buffer_take_text(&text);
}

/* The server's side. */

struct player {
    struct world *world;
    struct reference_session *session;
    struct rng rng;
    unsigned box[NBOX]; /* ids by message number */
    size_t nbox;
};

static void command(struct player *player, const char *text)
{
    struct buffer line = {0}, answer = {0};
    buffer_printf(&line, "t %s\r\n", text);
    reference_session_receive(player->session, buffer_span(&line));
    for (;;) {
        struct span out = reference_session_output(player->session);
        if (out.nbytes == 0)
            break;
        buffer_append(&answer, out);
        reference_session_sent(player->session, out.nbytes);
    }
    if (span_find(buffer_span(&answer), SPAN_LIT("t OK ")) == SPAN_NPOS) {
        (void)fprintf(stderr, "%s: %.*s\n", text, SPAN_ARG(buffer_span(&answer)));
        _exit(3);
    }
    buffer_free(&line);
    buffer_free(&answer);
}

static void intend(struct player *player, size_t from, size_t to, uint32_t set, uint32_t clear)
{
    struct notes *notes = player->world->notes;
    for (size_t i = from; i <= to; i++) {
        unsigned id = player->box[i];
        notes->intended[id] = (notes->settled[id] | set) & ~clear;
    }
}

static void settle(struct player *player)
{
    struct notes *notes = player->world->notes;
    notes->running = NO_COMMAND;
    for (size_t i = 0; i < player->nbox; i++) {
        unsigned id = player->box[i];
        notes->settled[id] = notes->intended[id];
        notes->is_expendable[id] = (notes->settled[id] & MAIL_DELETED) != 0;
    }
    notes->ncopied += notes->ncopying;
    notes->ncopying = 0;
    notes->ncommands++;
}

static void play_copy(struct player *player, size_t from, size_t to)
{
    struct notes *notes = player->world->notes;
    char text[80];
    intend(player, from, to, MAIL_SEEN, 0);
    notes->ncopying = (unsigned)(to - from + 1);
    notes->running = COPY;
    (void)snprintf(text, sizeof text, "COPY %zu:%zu Copies", from + 1, to + 1);
    command(player, text);
    settle(player);
}

static void play_store(struct player *player, size_t from, size_t to)
{
    static const struct {
        const char *text;
        uint32_t set, clear;
    } stores[] = {
        {"+FLAGS \\Seen", MAIL_SEEN, 0},
        {"-FLAGS \\Seen", 0, MAIL_SEEN},
        {"FLAGS (\\Answered \\Flagged)", MAIL_ANSWERED | MAIL_FLAGGED, MAIL_SEEN | MAIL_DELETED},
        {"+FLAGS (\\Answered \\Seen)", MAIL_ANSWERED | MAIL_SEEN, 0},
        {"-FLAGS (\\Answered \\Flagged)", 0, MAIL_ANSWERED | MAIL_FLAGGED},
    };
    size_t which = rng_below(&player->rng, sizeof stores / sizeof *stores);
    char text[80];
    intend(player, from, to, stores[which].set, stores[which].clear);
    player->world->notes->running = STORE;
    (void)snprintf(text, sizeof text, "STORE %zu:%zu %s", from + 1, to + 1, stores[which].text);
    command(player, text);
    settle(player);
}

static void play_expunge(struct player *player, size_t from, size_t to)
{
    struct notes *notes = player->world->notes;
    char text[80];
    for (size_t i = from; i <= to; i++)
        notes->is_expendable[player->box[i]] = true;
    intend(player, from, to, MAIL_DELETED, 0);
    notes->running = STORE;
    (void)snprintf(text, sizeof text, "STORE %zu:%zu +FLAGS \\Deleted", from + 1, to + 1);
    command(player, text);
    settle(player);
    notes->running = EXPUNGE;
    command(player, "EXPUNGE");
    size_t nkept = 0;
    for (size_t i = 0; i < player->nbox; i++)
        if ((notes->settled[player->box[i]] & MAIL_DELETED) == 0)
            player->box[nkept++] = player->box[i];
    player->nbox = nkept;
    settle(player);
}

static _Noreturn void serve(struct world *world, uint64_t seed)
{
    const struct clock clock = clock_system();
    const struct reference_config config = {.clock = &clock};
    const struct mail_maildir_config where = {.mail_path = world->inbox, .no_sync = true};
    struct mail_store *store = mail_store_maildir_new(&where);
    struct reference_server *server = reference_server_new(&config, store);
    reference_server_add_user(server, "joe", "secret");
    struct player player = {.world = world,
                            .session = reference_session_open(server),
                            .rng = rng_seeded(seed),
                            .nbox = NBOX};
    memcpy(player.box, world->box, sizeof player.box);
    command(&player, "LOGIN joe secret");
    command(&player, "SELECT INBOX");
    for (;;) {
        while (player.nbox == 0)
            (void)pause();
        size_t from = rng_below(&player.rng, player.nbox);
        size_t to = from + rng_below(&player.rng, player.nbox - from);
        uint64_t dice = rng_below(&player.rng, 10);
        if (dice < 3)
            play_copy(&player, from, to);
        else if (dice < 6 || player.nbox < NBOX / 4)
            play_store(&player, from, to);
        else
            play_expunge(&player, from, from + (to - from) / 8);
    }
}

/* The test's side. */

static void assert_complete(const char *maildir, const char *path, unsigned *id_r)
{
    char *got = maildir_content(maildir, path);
    assert_non_null(got);
    assert_int_equal(sscanf(got, "Subject: %u\n", id_r), 1); /* NOLINT(cert-err34-c) */
    char *expected = message_text(*id_r);
    if (strcmp(got, expected) != 0)
        fail_msg("%s/%s is not message %u", maildir, path, *id_r);
    free(got);
    free(expected);
}

static void assert_flags(const struct notes *notes, unsigned id, struct span name)
{
    uint32_t flags = maildir_name_system_flags(name);
    if (flags != notes->settled[id] && flags != notes->intended[id])
        fail_msg("message %u: %.*s, flags %x, neither %x nor %x", id, SPAN_ARG(name), flags,
                 notes->settled[id], notes->intended[id]);
}

/* Looks at all files of one directory of the inbox. */
static void check_inbox(struct world *world, const char *directory, bool *is_seen)
{
    char *names = maildir_listing(world->inbox, directory);
    struct span rest = span_of(names);
    while (rest.nbytes > 0) {
        struct span name = span_cut(&rest, '\n');
        struct buffer path = {0};
        buffer_printf(&path, "%s/%.*s", directory, SPAN_ARG(name));
        char *text = buffer_take_text(&path);
        unsigned id;
        assert_complete(world->inbox, text, &id);
        assert_flags(world->notes, id, name);
        assert_false(is_seen[id]);
        is_seen[id] = true;
        free(text);
    }
    free(names);
}

static void check_copies(const struct world *world)
{
    const struct notes *notes = world->notes;
    size_t ncopies = 0;
    static const char *const directories[] = {"new", "cur"};
    for (size_t i = 0; i < 2; i++) {
        char *names = maildir_listing(world->copies, directories[i]);
        struct span rest = span_of(names);
        while (rest.nbytes > 0) {
            struct span name = span_cut(&rest, '\n');
            struct buffer path = {0};
            buffer_printf(&path, "%s/%.*s", directories[i], SPAN_ARG(name));
            char *text = buffer_take_text(&path);
            unsigned id;
            assert_complete(world->copies, text, &id);
            ncopies++;
            free(text);
        }
        free(names);
    }
    assert_in_range(ncopies, notes->ncopied, notes->ncopied + notes->ncopying);
}

static void deliver(struct world *world)
{
    unsigned id = world->nids++;
    ENSURE(id < NIDS);
    char *text = message_text(id), name[40];
    (void)snprintf(name, sizeof name, "new/%u.x.host", 1000 + id);
    maildir_put(world->inbox, name, text, 1000 + id);
    free(text);
}

/* Messages in the order in which a server numbers them: the ids rise with the names. */
static void set_stage(struct world *world)
{
    struct notes *notes = world->notes;
    bool is_seen[NIDS] = {false};
    check_inbox(world, "new", is_seen);
    check_inbox(world, "cur", is_seen);
    size_t n = 0;
    for (unsigned id = 0; id < world->nids; id++) {
        if (is_seen[id])
            n++;
        else if (!notes->is_expendable[id])
            fail_msg("message %u is lost", id);
    }
    for (; n < NBOX; n++)
        deliver(world);
    n = 0;
    for (unsigned id = 0; id < world->nids; id++)
        if (is_seen[id] || !notes->is_expendable[id])
            world->box[n++] = id;
    assert_int_equal(n, NBOX);
}

/* From here on what is on disk is what was before the next command. */
static void forget_the_dead(struct world *world)
{
    struct notes *notes = world->notes;
    static const char *const directories[] = {"new", "cur"};
    for (size_t i = 0; i < 2; i++) {
        char *names = maildir_listing(world->inbox, directories[i]);
        struct span rest = span_of(names);
        while (rest.nbytes > 0) {
            struct span name = span_cut(&rest, '\n');
            unsigned id = (unsigned)strtoul(name.data, NULL, 10) - 1000;
            uint32_t flags = maildir_name_system_flags(name);
            notes->settled[id] = notes->intended[id] = flags;
            notes->is_expendable[id] = (flags & MAIL_DELETED) != 0;
        }
        free(names);
    }
    notes->ncopied =
        (unsigned)(maildir_count(world->copies, "new") + maildir_count(world->copies, "cur"));
    notes->ncopying = 0;
    if (notes->ncopied > COPIES_MAX) {
        maildir_remove_tree(world->copies);
        maildir_make(world->copies);
        notes->ncopied = 0;
    }
    notes->running = NO_COMMAND;
    notes->ncommands = 0;
}

static void sleep_us(uint64_t us)
{
    const struct timespec time = {.tv_sec = (time_t)(us / 1000000),
                                  .tv_nsec = (long)(us % 1000000) * 1000};
    (void)nanosleep(&time, NULL);
}

static void run_and_kill(struct world *world, struct rng *rng)
{
    uint64_t seed = rng_next(rng);
    (void)fflush(NULL);
    pid_t child = fork();
    ENSURE(child >= 0);
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* no orphan when the test fails */
        serve(world, seed);
    }
    siginfo_t ended = {0};
    while (world->notes->ncommands == 0 && world->notes->running == NO_COMMAND &&
           waitid(P_PID, (id_t)child, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           ended.si_pid == 0)
        sleep_us(100);
    sleep_us(rng_below(rng, DELAY_MAX_US));
    int status;
    (void)kill(child, SIGKILL);
    ENSURE(waitpid(child, &status, 0) == child);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        fail_msg("the server ended by itself, status %x", (unsigned)status);
    world->nkilled_in[world->notes->running]++;
}

static void test_kill(void **state)
{
    (void)state;
    struct world world = {.root = maildir_temporary()};
    world.inbox = maildir_join(world.root, "joe");
    world.copies = maildir_join(world.inbox, ".Copies");
    world.notes =
        mmap(NULL, sizeof *world.notes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ENSURE(world.notes != MAP_FAILED);
    maildir_make(world.inbox);
    maildir_make(world.copies);
    set_stage(&world);
    struct rng rng = rng_seeded(9);
    for (int i = 0; i < NKILLS; i++) {
        run_and_kill(&world, &rng);
        check_copies(&world);
        set_stage(&world);
        forget_the_dead(&world);
    }
    print_message("killed in COPY %u, STORE %u, EXPUNGE %u, between %u times\n",
                  world.nkilled_in[COPY], world.nkilled_in[STORE], world.nkilled_in[EXPUNGE],
                  world.nkilled_in[NO_COMMAND]);
    assert_true(world.nkilled_in[COPY] > 0);
    assert_true(world.nkilled_in[STORE] > 0);
    assert_true(world.nkilled_in[EXPUNGE] > 0);
    (void)munmap(world.notes, sizeof *world.notes);
    maildir_remove_tree(world.root);
    free(world.root);
    free(world.inbox);
    free(world.copies);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kill)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
