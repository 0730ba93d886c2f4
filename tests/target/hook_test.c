/* Provision and deliver hooks: small shell scripts, beside a server that is only there to be
 * reached.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "target/files.h"
#include "target_helper.h"

#define TEXT "Subject: one\r\n\r\na bare\nline end\r\n"
static const char *flags[] = {"\\Seen", "work"};
static const char *more_flags[] = {"todo", "work", "\\Deleted"};
static struct fixture_message messages[] = {
    {.octets = SPAN_INIT(TEXT),
     .header_nbytes = 16,
     .flags = flags,
     .nflags = 2,
     .internal_date_s = 646315200,
     .zone_minutes = -450},
    {.octets = SPAN_INIT("x"),
     .flags = more_flags,
     .nflags = 3,
     .is_recent = true,
     .internal_date_s = 646315201,
     .zone_minutes = 60},
};
static const struct fixture_mailbox plain_inbox = {.user = "fred", .name = "inbox"};
static const struct fixture_mailbox mailboxes[] = {
    {.user = "fred", .name = "Other", .is_readonly = true, .is_unreadable = true},
    {.user = "fred", .name = "inbox", .messages = messages, .nmessages = 2},
    {.user = "", .name = "NEWS", .is_board = true},
};

/* A target on a server that runs in this test. */
struct scene {
    struct rig rig;
    struct serve *server;
};

static void open_scene(struct scene *scene, const char *lines)
{
    char text[1024];
    struct serve_options options = {.user = "fred1", .password = "secret"};
    rig_init(&scene->rig);
    scene->server = serve_open(scene->rig.loop, &options, &scene->rig.err);
    assert_non_null(scene->server);
    (void)snprintf(text, sizeof text,
                   "side server\nport %u\nuser \"fred{n}\" password \"secret\" "
                   "count 12\n%s",
                   serve_port(scene->server), lines);
    rig_start(&scene->rig, text);
}

static void close_scene(struct scene *scene)
{
    serve_close(&scene->server);
    rig_free(&scene->rig);
}

static void finish(struct rig *rig)
{
    rig->run.finish(rig->run.context, rig->loop);
}

/* The text of a file of the target's folder. */
static const char *read_back(struct rig *rig, const char *name)
{
    static char text[4096];
    struct arena arena = {0};
    struct span octets = {"", 0};
    if (files_read(arena_printf(&arena, "%s/%s", rig->folder, name), &arena, &octets, &rig->err) !=
        0)
        octets = SPAN_LIT("(nothing)");
    (void)snprintf(text, sizeof text, "%.*s", SPAN_ARG(octets));
    arena_free(&arena);
    return text;
}

#define RECORDING "provision \"./provision\" \"{dir}\" \"{user}\" \"{mailbox}\" \"{fixture}\"\n"

/* Inboxes come first, as that takes away all else of the user; boards have no user. */
static void test_what_the_hook_gets(void **state)
{
    struct scene scene;
    struct rig *rig = &scene.rig;
    (void)state;
    open_scene(&scene, RECORDING);
    rig_script(rig, "provision",
               "echo \"$2 $3\" >>calls\n"
               "echo \"$3:\" >>metas; cat \"$4/mailbox.meta\" >>metas\n"
               "[ \"$3\" != INBOX ] || { cp \"$4/index\" index; cp \"$4/0001.eml\" first;\n"
               "stat -c %Y \"$4/0001.eml\" >when; mv \"$4/0002.eml\" second; }");
    assert_int_equal(rig_prepare(rig, mailboxes, 3), RUN_READY);
    assert_string_equal(read_back(rig, "calls"), "fred1 INBOX\nfred1 Other\n NEWS\n");
    assert_string_equal(read_back(rig, "metas"),
                        "INBOX:\nname inbox\nmessages 2\nkeywords work todo\n"
                        "Other:\nname Other\nmessages 0\nread-only\nunreadable\n"
                        "NEWS:\nname NEWS\nmessages 0\nboard\n");
    assert_string_equal(read_back(rig, "index"),
                        "0001.eml 646315200 -0730 \\Seen work\n"
                        "0002.eml 646315201 +0100 todo work \\Deleted \\Recent\n");
    assert_string_equal(read_back(rig, "first"), TEXT);
    assert_string_equal(read_back(rig, "second"), "x");
    assert_string_equal(read_back(rig, "when"), "646315200\n");
    finish(rig);
    close_scene(&scene);
}

/* A user nobody has used has an empty inbox; later it has to be emptied. */
static void test_no_call_for_a_fresh_inbox(void **state)
{
    struct scene scene;
    struct rig *rig = &scene.rig;
    (void)state;
    open_scene(&scene, RECORDING);
    rig_script(rig, "provision", "echo \"$2 $3\" >>calls");
    for (int i = 0; i < 10; i++) {
        assert_int_equal(rig_prepare(rig, &plain_inbox, 1), RUN_READY);
        finish(rig);
    }
    assert_string_equal(read_back(rig, "calls"), "(nothing)");
    assert_int_equal(rig_prepare(rig, &plain_inbox, 1), RUN_READY);
    assert_string_equal(read_back(rig, "calls"), "fred1 INBOX\n");
    finish(rig);
    close_scene(&scene);
}

static void test_failing_hooks(void **state)
{
    static const struct {
        const char *script;
        enum run_readiness readiness;
        const char *why;
    } cases[] = {
        {"echo no such thing; exit 77", RUN_SKIP,
         "the target cannot have this fixture: no such thing"},
        {"echo 'disk full' >&2; exit 3", RUN_BROKEN,
         "provision hook ./provision ended with status 3: disk full"},
        {"kill -KILL $$", RUN_BROKEN, "was killed by signal 9"},
        {NULL, RUN_BROKEN, "no such file"},
    };
    (void)state;
    struct scene scene;
    open_scene(&scene, RECORDING);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[256];
        (void)snprintf(path, sizeof path, "%s/provision", scene.rig.folder);
        (void)unlink(path);
        if (cases[i].script != NULL)
            rig_script(&scene.rig, "provision", cases[i].script);
        assert_int_equal(rig_prepare(&scene.rig, mailboxes, 2), cases[i].readiness);
        const char *why = rig_why(&scene.rig);
        if (span_find_nocase(span_of(why), span_of(cases[i].why)) == SPAN_NPOS)
            fail_msg("case %zu: %s", i, why);
    }
    close_scene(&scene);
}

static void test_deliver(void **state)
{
    struct scene scene;
    struct rig *rig = &scene.rig;
    (void)state;
    open_scene(&scene, RECORDING "deliver \"./deliver\" \"{user}\" \"{mailbox}\" \"{message}\"");
    rig_script(rig, "provision", "exit 0");
    rig_script(rig, "deliver", "echo \"$1 $2\" >to; mv \"$3\" message");
    assert_int_equal(rig_prepare(rig, mailboxes, 2), RUN_READY);
    assert_int_equal(
        rig->run.deliver(rig->run.context, rig->loop, "fred", "INBOX", &messages[0], &rig->err), 0);
    assert_string_equal(read_back(rig, "to"), "fred1 INBOX\n");
    assert_string_equal(read_back(rig, "message"), TEXT);
    rig_script(rig, "deliver", "echo full; exit 1");
    assert_int_equal(
        rig->run.deliver(rig->run.context, rig->loop, "fred", "INBOX", &messages[0], &rig->err),
        -1);
    assert_has(rig->err.text, "deliver hook ./deliver ended with status 1: full");
    finish(rig);
    close_scene(&scene);
}

/* Starts a scene whose `hooks` program, a loop of sh over the requests, does this with each. */
static void open_resident_scene(struct scene *scene, const char *script)
{
    char text[1024];
    open_scene(scene, "hooks \"./hooks\" \"{dir}\"\n");
    (void)snprintf(text, sizeof text,
                   "tab=$(printf '\\t')\n"
                   "while IFS= read -r line; do\n%s\ndone",
                   script);
    rig_script(&scene->rig, "hooks", text);
}

/* One program for all requests: it counts them. */
static void test_resident_hooks(void **state)
{
    struct scene scene;
    struct rig *rig = &scene.rig;
    (void)state;
    open_resident_scene(&scene, "n=$((n + 1))\n"
                                "echo \"$n $line\" | sed \"s/$tab/|/g; s:[^|]*/:F-:\" >>calls\n"
                                "echo ok");
    assert_int_equal(rig->run.feature(rig->run.context, "PROVISION"), RUN_YES);
    assert_int_equal(rig->run.feature(rig->run.context, "DELIVER"), RUN_YES);
    assert_int_equal(rig_prepare(rig, mailboxes, 3), RUN_READY);
    assert_int_equal(
        rig->run.deliver(rig->run.context, rig->loop, "fred", "INBOX", &messages[0], &rig->err), 0);
    finish(rig);
    assert_string_equal(read_back(rig, "calls"), "1 provision|fred1|INBOX|F-fixture-0-0\n"
                                                 "2 provision|fred1|Other|F-fixture-0-1\n"
                                                 "3 provision||NEWS|F-fixture-0-2\n"
                                                 "4 deliver|fred1|INBOX|F-fixture-0-3.eml\n");
    close_scene(&scene);
}

static void test_failing_resident_hooks(void **state)
{
    static const struct {
        const char *script;
        enum run_readiness readiness;
        const char *why;
    } cases[] = {
        {"echo cannot have such a thing", RUN_SKIP,
         "the target cannot have this fixture: have such a thing"},
        {"echo failed disk full", RUN_BROKEN, "provision hook failed: disk full"},
        {"echo okay", RUN_BROKEN, "the hooks program answered \"okay\", which is neither"},
        {"echo 'no disk' >&2; exit 3", RUN_BROKEN,
         "gave no answer and exited with status 3: no disk"},
        {"kill -KILL $$", RUN_BROKEN, "gave no answer and killed by SIGKILL"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene scene;
        open_resident_scene(&scene, cases[i].script);
        for (int again = 0; again < 2; again++) { /* a program that ended is started anew */
            assert_int_equal(rig_prepare(&scene.rig, mailboxes, 2), cases[i].readiness);
            assert_has(rig_why(&scene.rig), cases[i].why);
        }
        close_scene(&scene);
    }
}

static void test_without_hooks(void **state)
{
    struct scene scene;
    struct rig *rig = &scene.rig;
    static const char *users[] = {"fred"};
    static const char *many[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"};
    const struct run_setup delivering = {.users = users, .nusers = 1, .needs_deliver = true};
    const struct run_setup crowd = {.users = many, .nusers = 11};
    (void)state;
    open_scene(&scene, "");
    assert_int_equal(rig->run.prepare(rig->run.context, rig->loop, &delivering, &rig->why),
                     RUN_SKIP);
    assert_has(rig_why(rig), "no deliver hook");
    assert_int_equal(rig->run.prepare(rig->run.context, rig->loop, &crowd, &rig->why), RUN_SKIP);
    assert_has(rig_why(rig), "needs 11 users, and fake has 10");
    assert_int_equal(rig_prepare(rig, mailboxes, 2), RUN_SKIP);
    assert_has(rig_why(rig), "no provision hook to put Other there");
    assert_int_equal(rig->run.feature(rig->run.context, "PROVISION"), RUN_NO);
    assert_int_equal(rig->run.feature(rig->run.context, "DELIVER"), RUN_NO);
    close_scene(&scene);
}

static void test_target_files(void **state)
{
    static const struct {
        const char *lines;
        unsigned line;
        const char *message;
    } cases[] = {
        {"side server\nport 143\nfeature NO-SUCH yes", 4, "no feature: NO-SUCH"},
        {"side server\nport 143\nfeature IDLE-TIMEOUT probe", 4, "cannot be probed"},
        {"side server\ncarrier in-process", 1, "built-in"},
        {"side server\nport 143\nnonsense", 4, "nonsense"},
    };
    (void)state;
    struct rig rig;
    rig_init(&rig);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_null(rig_open(&rig, cases[i].lines));
        assert_has(rig.err.text, cases[i].message);
        assert_int_equal(rig.err.line, cases[i].line);
    }
    assert_true(target_feature_is_known("BBOARD"));
    assert_true(target_feature_is_known("shim.fetch-text"));
    assert_false(target_feature_is_known("bboard"));
    rig_free(&rig);
}

static void test_not_installed(void **state)
{
    struct rig rig;
    (void)state;
    rig_init(&rig);
    rig_start(&rig, "side server\nrequires \"sh\" \"imapspec-no-such-program\"\n"
                    "start \"./start\" \"{port}\"");
    assert_string_equal(target_missing(rig.target),
                        "needs imapspec-no-such-program, which is not installed");
    assert_null(target_folder(rig.target));
    assert_int_equal(rig.run.feature(rig.run.context, "BBOARD"), RUN_YES);
    assert_int_equal(rig_prepare(&rig, &plain_inbox, 1), RUN_SKIP);
    assert_has(rig_why(&rig), "needs imapspec-no-such-program");
    rig_free(&rig);
}

int main(int argc, char **argv)
{
    rig_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_hook_gets), cmocka_unit_test(test_no_call_for_a_fresh_inbox),
        cmocka_unit_test(test_failing_hooks),      cmocka_unit_test(test_deliver),
        cmocka_unit_test(test_resident_hooks),     cmocka_unit_test(test_failing_resident_hooks),
        cmocka_unit_test(test_without_hooks),      cmocka_unit_test(test_target_files),
        cmocka_unit_test(test_not_installed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
