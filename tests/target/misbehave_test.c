/* Targets that do not start, die, print what they should not, or spin: each is told as what it is.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "target/files.h"
#include "target_helper.h"

/* Lines for a program that says when it is ready, and needs no port. */
#define BY_LINE                                                                                    \
    "side server\nstart \"./start\"\nready line \"up\"\nstop SIGKILL\n"                            \
    "provision \"true\"\nstderr-bad \"AddressSanitizer\" \"runtime error:\"\n"

static const struct fixture_mailbox inbox = {.user = "fred", .name = "INBOX"};

static void test_no_start(void **state)
{
    static const struct {
        const char *script;
        const char *lines;
        const char *message;
    } cases[] = {
        {"echo no licence >&2; exit 3", "ready port", "exited with status 3 before it was ready"},
        {"echo no licence >&2; exit 3", "ready port", ": no licence"},
        {"kill -SEGV $$", "ready line \"up\"", "SIGSEGV"},
        {"echo waiting >&2; exec sleep 30", "ready port timeout 200ms", "not ready after 200 ms"},
        {"echo down; exec sleep 30", "ready line \"up\" timeout 200ms", "the line it is to write"},
        {NULL, "ready port", "start"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rig rig;
        char lines[256];
        rig_init(&rig);
        if (cases[i].script != NULL)
            rig_script(&rig, "start", cases[i].script);
        (void)snprintf(lines, sizeof lines, "side server\nstart \"./start\"\n%s", cases[i].lines);
        assert_non_null(rig_open(&rig, lines));
        assert_int_equal(target_start(rig.target, rig.loop, &rig.err), -1);
        assert_has(rig.err.text, cases[i].message);
        assert_null(target_folder(rig.target));
        rig_free(&rig);
    }
}

static void test_not_reached(void **state)
{
    struct rig rig;
    char lines[64];
    (void)state;
    rig_init(&rig);
    (void)snprintf(lines, sizeof lines, "side server\nport %u", net_free_port());
    assert_non_null(rig_open(&rig, lines));
    assert_int_equal(target_start(rig.target, rig.loop, &rig.err), -1);
    assert_has(rig.err.text, "refused");
    rig_free(&rig);
}

/* Starts the script, and begins a case. */
static void begin(struct rig *rig, const char *script)
{
    rig_init(rig);
    rig_script(rig, "start", script);
    rig_start(rig, BY_LINE);
    assert_int_equal(rig_prepare(rig, &inbox, 1), RUN_READY);
}

/* The same; then waits, and gives what is_well() says. */
static bool look(struct rig *rig, const char *script, int64_t ms)
{
    begin(rig, script);
    rig_wait_ms(rig, ms);
    return rig->run.is_well(rig->run.context, rig->loop, &rig->why);
}

/* Looks again and again, for half a minute at most. */
static bool falls_ill(struct rig *rig)
{
    for (int i = 0; i < 300; i++) {
        if (!rig->run.is_well(rig->run.context, rig->loop, &rig->why))
            return true;
        rig_wait_ms(rig, 100);
    }
    return false;
}

static void end(struct rig *rig)
{
    rig->run.finish(rig->run.context, rig->loop);
    rig_free(rig);
}

static void test_well(void **state)
{
    struct rig rig;
    (void)state;
    assert_true(look(&rig, "echo up; echo fine >&2; exec sleep 30", 50));
    char name[64];
    (void)snprintf(name, sizeof name, "%s", target_folder(rig.target));
    assert_int_equal(target_stop(rig.target, rig.loop, &rig.err), 0);
    assert_false(files_exists(name));
    end(&rig);
}

static void test_dies(void **state)
{
    struct rig rig;
    (void)state;
    begin(&rig, "echo up; sleep 0.1; echo last words >&2; kill -SEGV $$");
    assert_true(falls_ill(&rig));
    const char *why = rig_why(&rig);
    assert_has(why, "fake was killed by signal 11");
    assert_has(why, ": last words");
    rig.run.finish(rig.run.context, rig.loop);
    assert_int_equal(rig_prepare(&rig, &inbox, 1), RUN_BROKEN);
    assert_has(rig_why(&rig), "fake was killed by signal 11");
    assert_int_equal(target_stop(rig.target, rig.loop, &rig.err), -1);
    assert_has(rig.err.text, "killed by signal 11");
    rig_free(&rig);
}

static void test_exits(void **state)
{
    struct rig rig;
    (void)state;
    begin(&rig, "echo up; sleep 0.1; exit 4");
    assert_true(falls_ill(&rig));
    assert_has(rig_why(&rig), "fake exited with status 4");
    end(&rig);
}

static void test_sanitizer(void **state)
{
    struct rig rig;
    (void)state;
    begin(&rig, "echo up; sleep 0.1; echo 1; echo '==7==ERROR: AddressSanitizer: heap-use' "
                ">&2; echo more >&2; exec sleep 30");
    assert_true(falls_ill(&rig));
    assert_string_equal(rig_why(&rig), "fake printed \"AddressSanitizer\": ==7==ERROR: "
                                       "AddressSanitizer: heap-use");
    /* what was told once is not told again */
    assert_true(rig.run.is_well(rig.run.context, rig.loop, &rig.why));
    end(&rig);
}

/* The text is found also when it comes in two writes, far behind other output. */
static void test_sanitizer_in_parts(void **state)
{
    struct rig rig;
    (void)state;
    assert_true(look(&rig,
                     "echo up; sleep 0.1; head -c 200000 /dev/zero | tr '\\0' x >&2;"
                     "printf 'runtime ' >&2; sleep 2; echo 'error: shift' >&2; exec sleep 60",
                     400));
    assert_true(falls_ill(&rig));
    assert_has(rig_why(&rig), "fake printed \"runtime error:\"");
    end(&rig);
}

static void test_spins(void **state)
{
    struct rig rig;
    (void)state;
    begin(&rig, "echo up; while :; do :; done");
    assert_true(falls_ill(&rig));
    assert_has(rig_why(&rig), "fake spins");
    end(&rig);
}

/* ---- one program for each connection ----------------------------------------------------------
 */

#define ON_STDIO                                                                                   \
    "side server\ncarrier stdio\nstart \"./start\" \"{user}\"\nprovision \"true\"\n"               \
    "stderr-bad \"AddressSanitizer\"\n"

static struct carrier *begin_stdio(struct rig *rig, const char *script)
{
    rig_init(rig);
    rig_script(rig, "start", script);
    rig_start(rig, ON_STDIO);
    assert_int_equal(rig_prepare(rig, &inbox, 1), RUN_READY);
    struct carrier *c = rig_connect(rig);
    assert_non_null(c);
    return c;
}

static void test_stdio(void **state)
{
    struct rig rig;
    (void)state;
    struct carrier *c = begin_stdio(
        &rig, "echo \"* PREAUTH $1\"; read -r tag word; echo \"$tag OK $word\"; exit 1");
    assert_has(rig_ask(&rig, c, "a1 NOOP"), "a1 OK NOOP");
    rig_wait_ms(&rig, 50);
    assert_true(rig.run.is_well(rig.run.context, rig.loop, &rig.why));
    carrier_close(&c);
    end(&rig);
}

static void test_stdio_dies(void **state)
{
    static const struct {
        const char *script, *why;
    } cases[] = {
        {"echo '* OK'; echo dying >&2; kill -ABRT $$", "SIGABRT"},
        {"echo '* OK'; echo dying >&2; kill -ABRT $$", "dying"},
        {"echo '* OK'; exit 139", "status 139"},
        {"echo '* OK'; echo ERROR: AddressSanitizer: x >&2; exit 1", "printed"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rig rig;
        struct carrier *c = begin_stdio(&rig, cases[i].script);
        rig_wait_ms(&rig, 100);
        assert_false(rig.run.is_well(rig.run.context, rig.loop, &rig.why));
        assert_has(rig_why(&rig), cases[i].why);
        carrier_close(&c);
        end(&rig);
    }
}

static void test_stdio_probe(void **state)
{
    struct rig rig;
    size_t n;
    (void)state;
    rig_init(&rig);
    rig_script(&rig, "start",
               "say() { printf '%s\\r\\n' \"$*\"; }\n"
               "say '* PREAUTH hello'\n"
               "while read -r tag word rest; do case $word in\n"
               "BBOARD*) say \"$tag BAD what\" ;;\n"
               "FIND*) say \"* $word {7}\"; say 'p4 OK'; say; say \"$tag NO none\" ;;\n"
               "*) say \"$tag OK\" ;;\n"
               "esac; done");
    rig_start(&rig, ON_STDIO "feature FIND-BBOARDS no\nfeature BBOARD probe\n");
    static const char *const names[] = {"BBOARD", "FIND-BBOARDS", "FIND-MAILBOXES"};
    target_probe(rig.target, rig.loop, names, 3);
    target_attach(rig.target, 0, 1, &rig.run);
    assert_true(rig.run.is_preauthenticated);
    assert_int_equal(rig.run.feature(rig.run.context, "BBOARD"), RUN_NO);
    assert_int_equal(rig.run.feature(rig.run.context, "FIND-MAILBOXES"), RUN_YES);
    assert_int_equal(rig.run.feature(rig.run.context, "FIND-BBOARDS"), RUN_NO);
    assert_int_equal(rig.run.feature(rig.run.context, "MULTI-ACCESS"), RUN_UNKNOWN);
    const struct target_feature *features = target_features(rig.target, &n);
    assert_true(n > 15);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(features[i].name, "BBOARD") == 0)
            assert_string_equal(features[i].how, "probed");
        if (strcmp(features[i].name, "FIND-BBOARDS") == 0)
            assert_string_equal(features[i].how, "target file");
        if (strcmp(features[i].name, "MULTI-ACCESS") == 0)
            assert_string_equal(features[i].how, "not probed");
    }
    rig_free(&rig);
}

int main(int argc, char **argv)
{
    rig_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_start),
        cmocka_unit_test(test_not_reached),
        cmocka_unit_test(test_well),
        cmocka_unit_test(test_dies),
        cmocka_unit_test(test_exits),
        cmocka_unit_test(test_sanitizer),
        cmocka_unit_test(test_sanitizer_in_parts),
        cmocka_unit_test(test_spins),
        cmocka_unit_test(test_stdio),
        cmocka_unit_test(test_stdio_dies),
        cmocka_unit_test(test_stdio_probe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
