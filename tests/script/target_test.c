/* Target files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "files_helper.h"

static struct script_target *read_target(struct arena *arena, const char *text)
{
    struct script_target *target;
    struct err err = {.text = ""};
    int status = script_read_target(span_of(text), "t.target", arena, &target, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(status, 0);
    return target;
}

static void assert_names(const struct script_names *names, const char *first, const char *last,
                         size_t n)
{
    assert_int_equal(names->nitems, n);
    assert_string_equal(names->items[0], first);
    assert_string_equal(names->items[n - 1], last);
}

static void everything_is_read(void **state)
{
    struct arena arena = {0};
    const struct script_target *t =
        read_target(&arena, "# a server\n"
                            "target all \"All of it\" {\n"
                            "  side server\n"
                            "  dialect imap2\n"
                            "  carrier tls\n"
                            "  host mail.example\n"
                            "  port 1143\n"
                            "  requires imapd \"/usr/sbin/x\"\n"
                            "  requires openssl\n"
                            "  start \"./start.sh\" \"{dir}/a b\" \"{port}{user}\"\n"
                            "  ready line \"up \\\"now\\\"\" timeout 3s\n"
                            "  stop \"./stop.sh\" \"{dir}\"\n"
                            "  user \"fred{n}\" password \"sec ret\" count 500\n"
                            "  provision \"./p.sh\" \"{mailbox}\" \"{fixture}\"\n"
                            "  deliver \"./d.sh\" \"{message}\"\n"
                            "  feature BBOARD probe\n"
                            "  feature user.bob yes\n"
                            "  feature shim.cache no\n"
                            "  stderr-bad \"AddressSanitizer\" \"runtime error:\"\n"
                            "  limit line 10000 timeout 5s\n"
                            "  limit quiet 400ms failed-login 10s connections 4 bad-commands 3\n"
                            "}\n");
    (void)state;
    assert_string_equal(t->name, "all");
    assert_string_equal(t->title, "All of it");
    assert_int_equal(t->place.line, 2);
    assert_int_equal(t->side, SIDE_SERVER);
    assert_int_equal(t->carrier, CARRIER_TLS);
    assert_string_equal(t->host, "mail.example");
    assert_int_equal(t->port, 1143);
    assert_names(&t->programs, "imapd", "openssl", 3);
    assert_names(&t->start, "./start.sh", "{port}{user}", 3);
    assert_true(t->ready_by_line);
    assert_string_equal(t->ready_text, "up \"now\"");
    assert_int_equal(t->ready_timeout_ms, 3000);
    assert_names(&t->stop, "./stop.sh", "{dir}", 2);
    assert_string_equal(t->user_pattern, "fred{n}");
    assert_string_equal(t->password, "sec ret");
    assert_int_equal(t->user_count, 500);
    assert_names(&t->provision, "./p.sh", "{fixture}", 3);
    assert_names(&t->deliver, "./d.sh", "{message}", 2);
    assert_int_equal(t->nfeatures, 3);
    assert_string_equal(t->features[1].name, "user.bob");
    assert_int_equal(t->features[0].setting, FEATURE_PROBE);
    assert_int_equal(t->features[1].setting, FEATURE_YES);
    assert_int_equal(t->features[2].setting, FEATURE_NO);
    assert_names(&t->stderr_bad, "AddressSanitizer", "runtime error:", 2);
    assert_int_equal(t->limit_line, 10000);
    assert_int_equal(t->limit_timeout_ms, 5000);
    assert_int_equal(t->limit_quiet_ms, 400);
    assert_int_equal(t->limit_failed_login_ms, 10000);
    assert_int_equal(t->limit_connections, 4);
    assert_int_equal(t->limit_bad_commands, 3);
    arena_free(&arena);
}

static void defaults(void **state)
{
    struct arena arena = {0};
    const struct script_target *t =
        read_target(&arena, "target t \"T\" {\n  side server\n  carrier in-process\n}\n");
    (void)state;
    assert_string_equal(t->dialect, "imap2");
    assert_string_equal(t->host, "127.0.0.1");
    assert_string_equal(t->stop_signal, "SIGTERM");
    assert_string_equal(t->user_pattern, "fred");
    assert_string_equal(t->password, "secret");
    assert_int_equal(t->user_count, 1);
    assert_int_equal(t->port, 0);
    assert_int_equal(t->ready_timeout_ms, 10000);
    assert_false(t->ready_by_line);
    assert_int_equal(t->start.nitems + t->stop.nitems + t->programs.nitems, 0);
    t = read_target(&arena, "target c \"C\" {\n  side client\n  carrier tcp\n"
                            "  start \"./shim\"\n  stop SIGKILL\n  ready port\n"
                            "  user bob password word\n}\n");
    assert_int_equal(t->side, SIDE_CLIENT);
    assert_string_equal(t->stop_signal, "SIGKILL");
    assert_string_equal(t->user_pattern, "bob");
    assert_string_equal(t->password, "word");
    arena_free(&arena);
}

/* The target files that are shipped are read, and laid out canonically. */
static void shipped_ones_are_good(void **state)
{
    struct arena arena = {0};
    struct script_names names = files_in(&arena, "scripts/targets", ".target");
    (void)state;
    for (size_t i = 0; i < names.nitems; i++) {
        const char *path = arena_printf(&arena, "scripts/targets/%s", names.items[i]);
        struct span text = files_read(&arena, path);
        struct buffer out = {0};
        struct err err;
        (void)read_target(&arena, text.data);
        assert_int_equal(script_format(text, path, &out, &err), 0);
        files_assert_equal(path, buffer_span(&out), text);
        buffer_free(&out);
    }
    arena_free(&arena);
}

static void prefixes_are_refused_with_a_place(void **state)
{
    static const char text[] =
        "target t \"T\" {\n  side server\n  start \"./x\" \"{port}\"\n"
        "  user \"a{n}\" password \"b\" count 3\n  limit line 5 quiet 5ms\n}";
    (void)state;
    for (size_t n = 0; n < sizeof text - 1; n++) {
        struct arena arena = {0};
        struct script_target *target;
        struct err err = {.line = 0};
        struct span prefix = span_make(text, n);
        assert_int_equal(script_read_target(prefix, "t", &arena, &target, &err), -1);
        assert_true(err.line > 0 && err.col > 0 && err.text[0] != '\0');
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_read),
        cmocka_unit_test(defaults),
        cmocka_unit_test(shipped_ones_are_good),
        cmocka_unit_test(prefixes_are_refused_with_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
