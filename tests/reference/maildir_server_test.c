/* The server over a Maildir, with other programs at work in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "maildir_helper.h"
#include "reference/maildir.h"
#include "reference/reference.h"

enum { NSESSIONS = 2 };

struct world {
    char *root, *joe, *board_root, *mail_path;
    struct clock clock;
    struct mail_store *store;
    struct reference_server *server;
    struct reference_session *sessions[NSESSIONS];
};

static struct buffer output_of(struct reference_session *session)
{
    struct buffer text = {0};
    for (;;) {
        struct span out = reference_session_output(session);
        if (out.nbytes == 0)
            return text;
        buffer_append(&text, out);
        reference_session_sent(session, out.nbytes);
    }
}

/* Sends "t COMMAND" and expects exactly that answer; lines are separated by "|" in `expected`. */
static void play(struct world *world, size_t number, const char *command, const char *expected)
{
    struct reference_session *session = world->sessions[number];
    struct buffer line = {0};
    buffer_printf(&line, "t %s\r\n", command);
    reference_session_receive(session, buffer_span(&line));
    buffer_free(&line);
    struct buffer answer = output_of(session), text = {0};
    struct span rest = buffer_span(&answer);
    while (rest.nbytes > 0) {
        struct span next = span_cut(&rest, '\n');
        assert_true(span_ends_with(next, SPAN_LIT("\r")));
        if (text.nbytes > 0)
            buffer_append_byte(&text, '|');
        buffer_append(&text, span_slice(next, 0, next.nbytes - 1));
    }
    buffer_free(&answer);
    char *got = buffer_take_text(&text);
    if (strcmp(got, expected) != 0)
        fail_msg("%s\n gives    %s\n expected %s", command, got, expected);
    free(got);
}

static int set_up(void **state)
{
    struct world *world = mem_alloc(sizeof *world);
    world->root = maildir_temporary();
    world->joe = maildir_join(world->root, "joe");
    world->board_root = maildir_join(world->root, "boards");
    world->mail_path = maildir_join(world->root, "%u");
    maildir_make(world->joe);
    ENSURE(mkdir(world->board_root, 0700) == 0);
    const struct mail_maildir_config where = {
        .mail_path = world->mail_path, .board_root = world->board_root, .no_sync = true};
    world->clock = clock_virtual(1000000000);
    const struct reference_config config = {.clock = &world->clock};
    world->store = mail_store_maildir_new(&where);
    world->server = reference_server_new(&config, world->store);
    reference_server_add_user(world->server, "joe", "pw");
    for (size_t i = 0; i < NSESSIONS; i++) {
        world->sessions[i] = reference_session_open(world->server);
        struct buffer greeting = output_of(world->sessions[i]);
        buffer_free(&greeting);
        play(world, i, "LOGIN joe pw", "t OK LOGIN completed");
    }
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    for (size_t i = 0; i < NSESSIONS; i++)
        reference_session_free(&world->sessions[i]);
    reference_server_free(&world->server);
    mail_store_free(&world->store);
    maildir_remove_tree(world->root);
    free(world->root);
    free(world->joe);
    free(world->board_root);
    free(world->mail_path);
    free(world);
    return 0;
}

#define SYSTEM_FLAGS "\\Answered \\Flagged \\Deleted \\Seen"

static void test_existing_maildir(void **state)
{
    struct world *world = *state;
    maildir_put(world->joe, "dovecot-keywords", "0 Work\n", 1);
    maildir_put(world->joe, "cur/1.a:2,FSa", "From: ann@x\nSubject: one\n\nbody\n", 560000000);
    maildir_put(world->joe, "new/2.b", "Subject: two\n\n", 570000000);
    play(world, 0, "SELECT INBOX",
         "* FLAGS (Work " SYSTEM_FLAGS ")|* 2 EXISTS|* 1 RECENT|"
         "t OK [READ-WRITE] Mailbox selected");
    play(world, 0, "FETCH 1:2 FAST",
         "* 1 FETCH (FLAGS (Work \\Flagged \\Seen) INTERNALDATE \"30-Sep-87 11:33:20-GMT\" "
         "RFC822.SIZE 35)|"
         "* 2 FETCH (FLAGS (\\Recent) INTERNALDATE \"24-Jan-88 05:20:00-GMT\" RFC822.SIZE 16)|"
         "t OK FETCH completed");
    play(world, 0, "FETCH 1 RFC822.TEXT", "* 1 FETCH (RFC822.TEXT {6}|body|)|t OK FETCH completed");
    play(world, 0, "SEARCH KEYWORD Work ON 30-Sep-87", "* SEARCH 1|t OK SEARCH completed");
    play(world, 0, "STORE 2 +FLAGS (\\Seen Work)",
         "* 2 FETCH (FLAGS (Work \\Recent \\Seen))|t OK STORE completed");
    char *names = maildir_listing(world->joe, "cur");
    assert_string_equal(names, "1.a:2,FSa\n2.b:2,Sa\n");
    free(names);
}

static void test_others_at_work(void **state)
{
    struct world *world = *state;
    maildir_put(world->joe, "cur/1.a:2,", "Subject: one\n\n", 1);
    maildir_put(world->joe, "cur/2.b:2,", "Subject: two\n\n", 2);
    for (size_t i = 0; i < NSESSIONS; i++)
        play(world, i, "SELECT INBOX",
             "* FLAGS (" SYSTEM_FLAGS ")|* 2 EXISTS|* 0 RECENT|t OK [READ-WRITE] Mailbox selected");
    /* a delivery */
    maildir_put(world->joe, "new/3.c", "Subject: three\n\n", 3);
    play(world, 0, "CHECK", "* 3 EXISTS|* 1 RECENT|t OK CHECK completed");
    /* a change of flags */
    maildir_rename(world->joe, "cur/1.a:2,", "cur/1.a:2,F");
    play(world, 0, "CHECK",
         "* 1 FETCH (FLAGS (\\Flagged))|* 3 EXISTS|* 1 RECENT|t OK CHECK completed");
    play(world, 0, "SEARCH FLAGGED", "* SEARCH 1|t OK SEARCH completed");
    /* a removal */
    maildir_delete(world->joe, "cur/1.a:2,F");
    play(world, 0, "CHECK", "* 1 EXPUNGE|* 2 EXISTS|* 1 RECENT|t OK CHECK completed");
    play(world, 0, "SEARCH SUBJECT two", "* SEARCH 1|t OK SEARCH completed");
}

static void test_folders(void **state)
{
    struct world *world = *state;
    char *read_only = maildir_join(world->joe, ".MBRO"), *closed = maildir_join(world->joe, ".MBX");
    char *board = maildir_join(world->board_root, "news");
    maildir_make(read_only);
    maildir_make(closed);
    maildir_make(board);
    maildir_put(read_only, "new/1.a", "Subject: one\n\n", 1);
    maildir_put(world->joe, "cur/1.a:2,", "Subject: one\n\n", 1);
    assert_int_equal(chmod(read_only, 0500), 0);
    assert_int_equal(chmod(closed, 0100), 0);
    play(world, 0, "SELECT MBX", "t NO No read access to that mailbox");
    play(world, 0, "SELECT MBRO",
         "* FLAGS (" SYSTEM_FLAGS ")|* 1 EXISTS|* 1 RECENT|t OK [READ-ONLY] Mailbox selected");
    assert_int_equal(maildir_count(read_only, "new"), 1);
    play(world, 0, "COPY 1 Brand.New", "* 1 COPY|t OK COPY completed");
    assert_int_equal(maildir_count(world->joe, ".Brand.New/new"), 1);
    play(world, 0, "COPY 1 MBRO", "t NO No write access to that mailbox");
    play(world, 0, "COPY 1 ../escape", "t NO That cannot be the name of a mailbox");
    play(world, 0, "FIND MAILBOXES Brand*", "* MAILBOX Brand.New|t OK FIND completed");
    play(world, 0, "FIND BBOARDS *", "* BBOARD news|t OK FIND completed");
    play(world, 0, "BBOARD news",
         "* FLAGS (" SYSTEM_FLAGS ")|* 0 EXISTS|* 0 RECENT|t OK [READ-ONLY] Mailbox selected");
    assert_int_equal(chmod(closed, 0700), 0);
    assert_int_equal(chmod(read_only, 0700), 0);
    free(read_only);
    free(closed);
    free(board);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_existing_maildir), TEST(test_others_at_work),
                                       TEST(test_folders)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
