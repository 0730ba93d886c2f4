#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "targets/mailbox_truth.h"
#include "targets/response_print.h"
#include "targets/shelf.h"
#include "targets/target.h"

/* The oracles of the targets see what is wrong, and nothing else. */

static jmp_buf place_to_return;
static struct fuzz_failure caught;

static void catch_failure(void *context, const struct fuzz_failure *failure)
{
    (void)context;
    caught = *failure;
    longjmp(place_to_return, 1);
}

static const char *oracle_of(void (*function)(const void *context), const void *context)
{
    caught = (struct fuzz_failure){.oracle = ""};
    fuzz_set_catcher(catch_failure, NULL);
    if (setjmp(place_to_return) == 0)
        function(context);
    fuzz_set_catcher(NULL, NULL);
    return caught.oracle;
}

/* ---- views ---- */

static struct truth truth;
static struct truth_view before;

/* A view of two messages, of which the first is gone and the second has become \Seen; a third has
 * arrived. */
static void stage(void)
{
    truth = (struct truth){.nmails = 0};
    for (unsigned i = 0; i < 2; i++)
        assert_true(truth_add(&truth, &(struct truth_mail){.text = i, .is_new = i == 1}));
    truth_open(&truth, 0, 0);
    truth.views[0].recent = 1;
    before = truth.views[0];
    truth.mails[0].is_gone = true;
    truth.mails[1].system = 8;
    assert_true(truth_add(&truth, &(struct truth_mail){.text = 2, .is_new = true}));
    assert_int_equal(truth_count(&truth, 0), 2);
    assert_ptr_equal(truth_nth(&truth, 0, 1), &truth.mails[2]);
    truth_announce(&truth, 0, true);
}

static void replay(const void *lines)
{
    stage();
    truth_replay(&truth, &before, 0, span_of(lines));
}

static void lines_of_a_view_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *lines, *oracle;
    } cases[] = {
        {"* 2 FETCH (FLAGS (\\Seen \\Recent))\r\n* 1 EXPUNGE\r\n* 2 EXISTS\r\n* 2 RECENT\r\n", ""},
        {"* 1 EXPUNGE\r\n* 1 FETCH (FLAGS (\\Seen \\Recent))\r\n* 2 EXISTS\r\n* 2 RECENT\r\n", ""},
        {"* 2 FETCH (FLAGS (\\Seen \\Recent))\r\n* 2 EXPUNGE\r\n* 2 EXISTS\r\n* 2 RECENT\r\n",
         "mailbox.replay"},
        {"* 2 FETCH (FLAGS (\\Seen \\Recent))\r\n* 1 EXPUNGE\r\n* 2 RECENT\r\n", "mailbox.replay"},
        {"* 2 FETCH (FLAGS (\\Seen \\Recent))\r\n* 3 EXPUNGE\r\n", "mailbox.replay"},
        {"* 1 EXPUNGE\r\n* 2 EXISTS\r\n* 2 RECENT\r\n", "mailbox.flags"},
        {"* 2 FETCH (FLAGS (\\Seen))\r\n* 1 EXPUNGE\r\n* 2 EXISTS\r\n* 2 RECENT\r\n",
         "mailbox.recent"},
        {"* 2 FETCH (FLAGS (\\Seen \\Recent))\r\n* 1 EXPUNGE\r\n* 2 EXISTS\r\n", "mailbox.recent"},
        {"* 1 EXPUNGE\n", "mailbox.replay"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(oracle_of(replay, cases[i].lines), cases[i].oracle);
}

/* ---- the Maildir ---- */

static struct shelf_state state_of_shelf;

static void check_shelf(const void *context)
{
    (void)context;
    shelf_check(&state_of_shelf);
}

static void act_on_shelf(unsigned code, unsigned argument)
{
    struct shelf shelf;
    shelf_open(&shelf, &state_of_shelf);
    shelf_act(&shelf, code, argument, CUT_NOTHING, 0);
    shelf_close(&shelf);
}

/* The only file of cur/. */
static void path_of_message(char *out, size_t capacity)
{
    char folder[128];
    (void)snprintf(folder, sizeof folder, "%s/cur", state_of_shelf.folder);
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        if (entry->d_name[0] != '.')
            (void)snprintf(out, capacity, "%s/%s", folder, entry->d_name);
    (void)closedir(entries);
}

static void what_a_maildir_lost_is_seen(void **state)
{
    (void)state;
    char path[512] = "";
    shelf_make(&state_of_shelf);
    act_on_shelf(0, 0x20);
    assert_string_equal(oracle_of(check_shelf, NULL), "");
    path_of_message(path, sizeof path);
    assert_int_equal(truncate(path, 5), 0);
    assert_string_equal(oracle_of(check_shelf, NULL), "store.truth");
    assert_int_equal(unlink(path), 0);
    assert_string_equal(oracle_of(check_shelf, NULL), "store.truth");
    shelf_remove(&state_of_shelf);
}

/* Each call of each operation fails in its turn, and by itself or with all behind it. */
static void every_call_can_be_cut(void **state)
{
    (void)state;
    static const enum cut_kind kinds[] = {CUT_ONE_CALL, CUT_ALL_CALLS};
    static const unsigned operations[] = {0x0, 0x1, 0x2, 0x3, 0x4};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
            for (unsigned nth = 1; nth < 8; nth++) {
                struct shelf shelf;
                shelf_make(&state_of_shelf);
                shelf_open(&shelf, &state_of_shelf);
                for (unsigned n = 0; n < 3; n++)
                    shelf_act(&shelf, 0, 0x04, CUT_NOTHING, 0);
                shelf_act(&shelf, operations[i], 0xfe, kinds[k], nth);
                shelf_close(&shelf);
                shelf_check(&state_of_shelf);
                shelf_remove(&state_of_shelf);
            }
}

static void a_cut_call_fails(void **state)
{
    (void)state;
    cut_set(CUT_MEMORY, 1);
    void *volatile refused = calloc(1, 1); /* or the compiler takes it for granted */
    bool is_refused = refused == NULL;
    free(refused);
    assert_true(is_refused);
    assert_true(cut_end());
    cut_set(CUT_ALL_CALLS, 2);
    assert_int_equal(unlinkat(-1, "", 0), -1);
    assert_false(cut_end());
}

/* ---- what a client believes ---- */

static void beliefs_are_printed(void **state)
{
    (void)state;
    static const struct client_request requests[] = {
        {.verb = CLIENT_LOGIN, .name = SPAN_INIT("fred"), .password = SPAN_INIT("secret")},
        {.verb = CLIENT_SELECT, .name = SPAN_INIT("INBOX")}};
    static const char said[] = "* OK hello\r\nA0001 OK\r\n* 2 EXISTS\r\n* 1 RECENT\r\n"
                               "* FLAGS (\\Seen)\r\nA0002 OK\r\n"
                               "* 2 fetch (RFC822.SIZE 7 flags (\\Seen) RFC822 {3}\r\na\"b"
                               " INTERNALDATE \"x\" RFC822.TEXT NIL)\r\n";
    struct reference_client *client = reference_client_new(NULL);
    struct buffer out = {0};
    for (size_t i = 0; i < 2; i++)
        (void)reference_client_begin(client, &requests[i]);
    for (struct span rest = SPAN_LIT(said); rest.nbytes > 0; rest = span_from(rest, 1)) {
        reference_client_receive(client, span_slice(rest, 0, 1));
        reference_client_sent(client, reference_client_output(client).nbytes);
    }
    response_print(client, &out);
    buffer_append_byte(&out, '\0');
    assert_string_equal(buffer_span(&out).data,
                        "* FLAGS (\\Seen)\r\n* 2 EXISTS\r\n* 1 RECENT\r\n"
                        "* 2 FETCH (FLAGS (\\Seen) RFC822.SIZE 7 INTERNALDATE \"x\" RFC822 {3}\r\n"
                        "a\"b RFC822.TEXT {0}\r\n)\r\n");
    buffer_free(&out);
    reference_client_free(&client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_a_view_are_read), cmocka_unit_test(what_a_maildir_lost_is_seen),
        cmocka_unit_test(every_call_can_be_cut),    cmocka_unit_test(a_cut_call_fails),
        cmocka_unit_test(beliefs_are_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
