#include "targets/judge.h"
#include "targets/target.h"

/* A message of these octets is fetched in all ways: the model knows what it must look like, by its
 * own reading of RFC 822. */
void fuzz_envelope_one(struct span octets)
{
    struct place place;
    struct judge judge = {0};
    place_open(&place);
    place_deliver_octets(&place, 2, octets);
    judge_open(&judge, &place, "s1", true);
    judge_say(&judge, SPAN_LIT("a LOGIN fred secret\r\nb SELECT m2\r\n"));
    judge_say(&judge, SPAN_LIT("c FETCH 1 (ENVELOPE RFC822.SIZE)\r\n"));
    judge_say(&judge, SPAN_LIT("d FETCH 1 (RFC822.HEADER RFC822.TEXT)\r\n"));
    judge_say(&judge, SPAN_LIT("e FETCH 1 RFC822\r\nf FETCH 1 ALL\r\n"));
    judge_say(&judge, SPAN_LIT("g SEARCH FROM a SUBJECT e\r\nh SEARCH TEXT the BODY a\r\n"));
    judge_end(&judge);
    judge_free(&judge);
    place_close(&place);
}
