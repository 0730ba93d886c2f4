#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blackbox/stage.h"

/* A target whose mail cannot be filled in for the first so many users. */
struct fake {
    unsigned nfailing, nprepared, nfinished;
    enum run_readiness otherwise;
};

static enum run_readiness prepare(void *context, struct net_loop *loop,
                                  const struct run_setup *setup, struct buffer *why)
{
    struct fake *fake = context;
    (void)loop;
    assert_int_equal(setup->nusers, 1);
    buffer_printf(why, "user %u", ++fake->nprepared);
    return fake->nprepared <= fake->nfailing ? RUN_BROKEN : fake->otherwise;
}

static void finish(void *context, struct net_loop *loop)
{
    (void)loop;
    ((struct fake *)context)->nfinished++;
}

static void next_user_is_tried(void **state)
{
    (void)state;
    static const struct {
        struct fake fake;
        enum run_readiness wanted;
        unsigned nprepared;
        const char *why;
    } cases[] = {
        {{0, 0, 0, RUN_READY}, RUN_READY, 1, "user 1"},
        {{1, 0, 0, RUN_READY}, RUN_READY, 2, "user 2"},
        {{2, 0, 0, RUN_READY}, RUN_READY, 3, "user 3"},
        {{9, 0, 0, RUN_READY}, RUN_BROKEN, 3, "user 3"},
        {{0, 0, 0, RUN_SKIP}, RUN_SKIP, 1, "user 1"},
        {{1, 0, 0, RUN_SKIP}, RUN_SKIP, 2, "user 2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake fake = cases[i].fake;
        const struct run_target target = {.context = &fake, .prepare = prepare, .finish = finish};
        const struct fixture_set fixtures = {.extent = FIXTURE_NONE};
        struct stage stage = {.target = &target, .fixtures = &fixtures};
        struct buffer why = {0};
        assert_int_equal(stage_fill(&stage, &why), cases[i].wanted);
        assert_int_equal(fake.nprepared, cases[i].nprepared);
        assert_true(span_is(buffer_span(&why), cases[i].why));
        stage_free(&stage);
        assert_int_equal(fake.nfinished, cases[i].wanted == RUN_READY);
        buffer_free(&why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(next_user_is_tried)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
