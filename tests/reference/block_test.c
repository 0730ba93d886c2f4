/* Where messages lie: zeroed, side by side, each place used once, in any order of giving back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "reference/block.h"

#ifndef __has_feature
#define __has_feature(name) 0
#endif
#if defined __SANITIZE_ADDRESS__ || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define IS_SANITIZED 1
#endif

enum { NMESSAGES = 1500 };

/* Whether AddressSanitizer would tell of a use; as expected when it is not there. */
static bool is_told(const void *message, bool expected)
{
#ifdef IS_SANITIZED
    (void)expected;
    return __asan_address_is_poisoned(message) != 0;
#else
    (void)message;
    return expected;
#endif
}

static bool is_zero(const struct mail_message *message)
{
    return message->id == 0 && message->changed == 0 && message->content == NULL &&
           message->store_data == NULL && message->references == 0 && message->nbytes == 0 &&
           message->flags.system == 0 && message->time.wall_s == 0 && !message->is_removed;
}

static void take_all(struct mail_block **filling, struct mail_message **messages)
{
    for (size_t i = 0; i < NMESSAGES; i++) {
        messages[i] = mail_block_take(filling, i);
        assert_true(is_zero(messages[i]));
        messages[i]->id = i + 1;
        messages[i]->content = (void *)messages;
    }
}

static void test_side_by_side(void **state)
{
    (void)state;
    struct mail_block *filling = NULL;
    struct mail_message *messages[NMESSAGES];
    take_all(&filling, messages);
    size_t nneighbours = 0;
    for (size_t i = 0; i < NMESSAGES; i++) {
        assert_int_equal(messages[i]->id, i + 1);
        nneighbours += i > 0 && messages[i] == messages[i - 1] + 1;
    }
    assert_true(nneighbours >= NMESSAGES - 16);
    for (size_t i = 0; i < NMESSAGES; i++)
        mail_block_give(messages[i]);
    mail_block_end(&filling);
    assert_null(filling);
    mail_block_end(&filling);
}

/* Every third is kept while all others go, and beyond the end of the filling. */
static void test_any_order(void **state)
{
    (void)state;
    struct mail_block *filling = NULL;
    struct mail_message *messages[NMESSAGES];
    take_all(&filling, messages);
    for (size_t i = NMESSAGES; i-- > 0;) {
        if (i % 3 != 0)
            mail_block_give(messages[i]);
    }
    mail_block_end(&filling);
    for (size_t i = 0; i < NMESSAGES; i += 3) {
        assert_int_equal(messages[i]->id, i + 1);
        assert_false(is_told(messages[i], false));
        mail_block_give(messages[i]);
    }
}

static void test_place_is_used_once(void **state)
{
    (void)state;
    struct mail_block *filling = NULL;
    struct mail_message *first = mail_block_take(&filling, 0);
    assert_true(is_told(first + 1, true));
    mail_block_give(first);
    assert_true(is_told(first, true));
    struct mail_message *second = mail_block_take(&filling, 0);
    assert_ptr_equal(second, first + 1);
    assert_true(is_told(first, true));
    assert_false(is_told(second, false));
    mail_block_give(second);
    mail_block_end(&filling);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_side_by_side),
        cmocka_unit_test(test_any_order),
        cmocka_unit_test(test_place_is_used_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
