#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "targets/judge.h"
#include "targets/target.h"

/* ---- oracles are caught ---- */

static jmp_buf place_to_return;
static struct fuzz_failure caught;

static void catch_failure(void *context, const struct fuzz_failure *failure)
{
    (void)context;
    caught = *failure;
    longjmp(place_to_return, 1);
}

static bool fails(void (*function)(void))
{
    caught = (struct fuzz_failure){.oracle = NULL};
    fuzz_set_catcher(catch_failure, NULL);
    if (setjmp(place_to_return) == 0)
        function();
    fuzz_set_catcher(NULL, NULL);
    return caught.oracle != NULL;
}

static void fail_on_purpose(void)
{
    fuzz_fail("an.oracle", "a.requirement", "always the same", "%d of %s", 3, "these");
}

static void a_failure_is_told(void **state)
{
    (void)state;
    assert_true(fails(fail_on_purpose));
    assert_string_equal(caught.oracle, "an.oracle");
    assert_string_equal(caught.requirement, "a.requirement");
    assert_string_equal(caught.signature, "always the same");
    assert_string_equal(caught.text, "3 of these");
}

/* ---- the judge sees what is wrong ---- */

static struct place place;
static struct judge judge;

/* The model is told of a command that the server never got, and the other way round. */
static void lose_a_command(void)
{
    judge_say(&judge, SPAN_LIT("a NOOP"));
    wire_reader_feed(judge.from_client, SPAN_LIT("\r\nb NOOP"));
    judge_say(&judge, SPAN_LIT("\r\n"));
    judge_end(&judge);
}

static void smuggle_a_command(void)
{
    reference_session_receive(judge.session, SPAN_LIT("x NOOP\r\n"));
    judge_listen(&judge);
}

static void grant_unasked(void)
{
    reference_session_receive(judge.session, SPAN_LIT("x LOGIN {3}\r\n"));
    judge_listen(&judge);
}

static void invent_mail(void)
{
    judge_say(&judge, SPAN_LIT("a LOGIN fred secret\r\nb SELECT INBOX\r\n"));
    struct mail_delivery delivery = {.octets = SPAN_INIT("Subject: from nowhere\r\n\r\n")};
    (void)place.store->ops->deliver(place.store, SPAN_LIT("fred"), MAIL_MAILBOX, SPAN_LIT("INBOX"),
                                    &delivery);
    judge_say(&judge, SPAN_LIT("c CHECK\r\n"));
}

static void a_judge_sees_what_is_wrong(void **state)
{
    (void)state;
    static void (*const wrongs[])(void) = {lose_a_command, smuggle_a_command, grant_unasked,
                                           invent_mail};
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        place_open(&place);
        judge_open(&judge, &place, "s1", true);
        if (!fails(wrongs[i]))
            fail_msg("wrong %zu was not seen", i);
        judge_free(&judge);
        place_close(&place);
    }
}

/* ---- every target takes any octets ---- */

static void targets_take_anything(void **state)
{
    (void)state;
    static const char stream[] = "a LOGIN fred secret\r\nb SELECT INBOX\r\nc FETCH 1:3 ALL\r\n"
                                 "\2a LOGIN fred {6}\r\n\022secret\r\nb SELECT INBOX\r\n"
                                 "\1d STORE 1:2 +FLAGS \\Deleted\r\ne EXPUNGE\r\n\2c NOOP\r\n"
                                 "\6\5\6\101\6\202\6\303\7\3\021\201d COPY 1 m2\r\n\016\017\2x";
    for (size_t i = 0; i < fuzz_ntargets(); i++) {
        const struct fuzz_target *target = fuzz_target(i);
        assert_ptr_equal(fuzz_target_find(target->name), target);
        fuzz_run(target, NULL, 0);
        for (unsigned octet = 0; octet < 256; octet++)
            fuzz_run(target, &(uint8_t){(uint8_t)octet}, 1);
        for (size_t nbytes = 0; nbytes < sizeof stream; nbytes++)
            fuzz_run(target, (const uint8_t *)stream, nbytes);
    }
    assert_null(fuzz_target_find("no such target"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_is_told),
        cmocka_unit_test(a_judge_sees_what_is_wrong),
        cmocka_unit_test(targets_take_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
