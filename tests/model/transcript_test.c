#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "transcript_helper.h"

static void play_file(const char *name, size_t at_least)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/tests/model/%s.transcript", SOURCE_ROOT, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    struct buffer text = {0}, out = {0};
    size_t n;
    while ((n = fread(buffer_reserve(&text, 65536), 1, 65536, file)) > 0)
        buffer_advance(&text, n);
    (void)fclose(file);
    size_t ncases = 0;
    size_t nbad = transcript_play(buffer_span(&text), &out, &ncases);
    if (nbad > 0)
        print_error("%.*s", SPAN_ARG(buffer_span(&out)));
    buffer_free(&text);
    buffer_free(&out);
    assert_int_equal(nbad, 0);
    assert_true(ncases >= at_least);
}

static void plays_breaches(void **state)
{
    (void)state;
    play_file("breaches", 80);
}

static void plays_lawful_sessions(void **state)
{
    (void)state;
    play_file("lawful", 40);
}

static void plays_several_sessions(void **state)
{
    (void)state;
    play_file("several", 21);
}

static void plays_clients(void **state)
{
    (void)state;
    play_file("clients", 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plays_breaches), cmocka_unit_test(plays_lawful_sessions),
        cmocka_unit_test(plays_several_sessions), cmocka_unit_test(plays_clients)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
