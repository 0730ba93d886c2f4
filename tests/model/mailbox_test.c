#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/mailbox.h"

/* The obvious mailbox: a list that is shifted. */
enum { NAIVE_MAX = 400 };
struct naive {
    uint32_t n;
    uint32_t position[NAIVE_MAX]; /* of each message */
    uint64_t flags[NAIVE_MAX];
    bool is_known[NAIVE_MAX];
    uint32_t npositions;
    uint32_t since[NAIVE_MAX]; /* positions when the log was cleared */
    uint32_t nsince;
};

static void naive_grow(struct naive *naive, uint32_t n)
{
    while (naive->n < n) {
        naive->position[naive->n] = naive->npositions++;
        naive->is_known[naive->n] = false;
        naive->n++;
    }
}

static void naive_expunge(struct naive *naive, uint32_t number)
{
    size_t rest = naive->n - number;
    memmove(&naive->position[number - 1], &naive->position[number], rest * sizeof(uint32_t));
    memmove(&naive->flags[number - 1], &naive->flags[number], rest * sizeof(uint64_t));
    memmove(&naive->is_known[number - 1], &naive->is_known[number], rest * sizeof(bool));
    naive->n--;
}

static void naive_mark(struct naive *naive)
{
    memcpy(naive->since, naive->position, sizeof naive->since);
    naive->nsince = naive->n;
}

static bool naive_has(const struct naive *naive, uint32_t position)
{
    for (uint32_t i = 0; i < naive->n; i++)
        if (naive->position[i] == position)
            return true;
    return false;
}

static void compare_removed(const struct naive *naive, const struct mailbox *mailbox)
{
    uint32_t numbers[NAIVE_MAX * 2], count = 0;
    assert_true(mailbox->nlogged <= NAIVE_MAX);
    mailbox_removed_numbers(mailbox, numbers);
    for (uint32_t i = 0; i < naive->nsince; i++) {
        if (naive_has(naive, naive->since[i]))
            continue;
        assert_true(count < mailbox->nlogged);
        assert_int_equal(numbers[count++], i + 1);
    }
}

static void compare(const struct naive *naive, struct mailbox *mailbox)
{
    uint32_t nknown = 0, nrecent = 0;
    assert_int_equal(mailbox->exists, naive->n);
    for (uint32_t number = 1; number <= naive->n; number++) {
        const struct slot *slot = mailbox_slot(mailbox, number);
        uint32_t position = naive->position[number - 1];
        assert_int_equal(mailbox_position(mailbox, number), position);
        assert_int_equal(mailbox_number(mailbox, position), number);
        assert_int_equal(slot->flags_state == FLAGS_KNOWN, naive->is_known[number - 1]);
        if (!naive->is_known[number - 1])
            continue;
        assert_int_equal(slot->flags, naive->flags[number - 1]);
        nknown++;
        nrecent += (slot->flags & FLAG_RECENT) != 0;
    }
    assert_int_equal(mailbox->nflags_known, nknown);
    assert_int_equal(mailbox->nflags_recent, nrecent);
    compare_removed(naive, mailbox);
}

static void random_step(struct rng *rng, struct naive *naive, struct mailbox *mailbox)
{
    uint64_t dice = rng_below(rng, 10);
    uint32_t number = naive->n == 0 ? 0 : (uint32_t)rng_below(rng, naive->n) + 1;
    if (dice < 2 && naive->npositions + 5 < NAIVE_MAX) {
        naive_grow(naive, naive->n + (uint32_t)rng_below(rng, 5));
        mailbox_grow(mailbox, naive->n);
    } else if (dice < 5 && number > 0) {
        assert_non_null(mailbox_expunge(mailbox, number));
        naive_expunge(naive, number);
    } else if (dice < 9 && number > 0) {
        uint64_t flags = rng_below(rng, 32);
        mailbox_set_flags(mailbox, mailbox_slot(mailbox, number), flags, 1);
        naive->flags[number - 1] = flags;
        naive->is_known[number - 1] = true;
    } else {
        mailbox_forget_removed(mailbox);
        naive_mark(naive);
    }
}

static void agrees_with_a_list(void **state)
{
    (void)state;
    struct mailbox mailbox = {0};
    for (uint64_t seed = 0; seed < 60; seed++) {
        struct rng rng = rng_seeded(seed);
        struct naive naive = {0};
        mailbox_reset(&mailbox);
        naive_grow(&naive, (uint32_t)rng_below(&rng, 40));
        mailbox_grow(&mailbox, naive.n);
        naive_mark(&naive);
        for (int step = 0; step < 120; step++) {
            random_step(&rng, &naive, &mailbox);
            if (step % 7 == 0)
                compare(&naive, &mailbox);
        }
        compare(&naive, &mailbox);
    }
    mailbox_free(&mailbox);
}

static void settling_renumbers_positions(void **state)
{
    (void)state;
    struct mailbox mailbox = {0};
    mailbox_grow(&mailbox, 6);
    mailbox_set_flags(&mailbox, mailbox_slot(&mailbox, 4), FLAG_SEEN, 1);
    (void)mailbox_expunge(&mailbox, 2);
    (void)mailbox_expunge(&mailbox, 2);
    mailbox_settle(&mailbox);
    assert_int_equal(mailbox.exists_at_select, 4);
    assert_int_equal(mailbox_slot(&mailbox, 2)->flags, FLAG_SEEN);
    assert_int_equal(mailbox_number(&mailbox, 3), 4);
    assert_int_equal(mailbox_slot(&mailbox, 4)->flags_state, FLAGS_UNKNOWN);
    mailbox_free(&mailbox);
}

/* Half of a large mailbox goes, from the front, the worst case of a list: no step may cost more
 * than some multiple of the logarithm, which the time limit of the test stands for. */
static void half_of_a_large_mailbox_goes(void **state)
{
    (void)state;
    enum { LARGE = 400000 };
    struct mailbox mailbox = {0};
    mailbox_grow(&mailbox, LARGE);
    for (uint32_t i = 1; i <= LARGE; i++)
        mailbox_set_flags(&mailbox, mailbox_slot(&mailbox, i), i % 2, 1);
    for (uint32_t i = 1; i <= LARGE / 2; i++)
        (void)mailbox_expunge(&mailbox, i);
    assert_int_equal(mailbox.exists, LARGE / 2);
    assert_int_equal(mailbox.nflags_recent, 0);
    assert_int_equal(mailbox_number(&mailbox, LARGE - 1), LARGE / 2);
    assert_int_equal(mailbox_number(&mailbox, 0), 0);
    mailbox_free(&mailbox);
}

static void claims_cost_nothing(void **state)
{
    (void)state;
    struct mailbox mailbox = {0};
    mailbox_grow(&mailbox, UINT32_MAX);
    assert_null(mailbox_slot(&mailbox, UINT32_MAX));
    assert_null(mailbox_slot(&mailbox, MAILBOX_MAX_SLOTS + 1));
    assert_int_equal(mailbox.nslots, 0);
    assert_null(mailbox_expunge(&mailbox, 3000000000u));
    assert_int_equal(mailbox.exists, UINT32_MAX - 1);
    assert_non_null(mailbox_expunge(&mailbox, 1));
    assert_int_equal(mailbox.exists, UINT32_MAX - 2);
    assert_int_equal(mailbox_number(&mailbox, 1), 1);
    mailbox_free(&mailbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_list), cmocka_unit_test(settling_renumbers_positions),
        cmocka_unit_test(half_of_a_large_mailbox_goes), cmocka_unit_test(claims_cost_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
