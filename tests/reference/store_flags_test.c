/* STORE. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server_helper.h"

static const struct rig_transcript transcripts[] = {
    {.name = "replacing, adding, removing",
     .text = "U: INBOX\n"
             "C: a STORE 1 FLAGS (\\Seen \\Flagged)\n"
             "S: * 1 FETCH (FLAGS (\\Flagged \\Seen))\n"
             "S: a OK STORE completed\n"
             "C: b STORE 1 FLAGS (\\Answered)\n"
             "S: * 1 FETCH (FLAGS (\\Answered))\n"
             "S: b OK STORE completed\n"
             "C: c STORE 1 +FLAGS \\Flagged\n"
             "S: * 1 FETCH (FLAGS (\\Answered \\Flagged))\n"
             "S: c OK STORE completed\n"
             "C: d STORE 1 +FLAGS (\\Flagged \\Deleted)\n"
             "S: * 1 FETCH (FLAGS (\\Answered \\Flagged \\Deleted))\n"
             "S: d OK STORE completed\n"
             "C: e STORE 1 -FLAGS \\Answered\n"
             "S: * 1 FETCH (FLAGS (\\Flagged \\Deleted))\n"
             "S: e OK STORE completed\n"
             "C: f STORE 1 -FLAGS (\\Answered \\Deleted)\n"
             "S: * 1 FETCH (FLAGS (\\Flagged))\n"
             "S: f OK STORE completed\n"
             "C: g STORE 1 FLAGS ()\n"
             "S: * 1 FETCH (FLAGS ())\n"
             "S: g OK STORE completed\n"
             "C: h STORE 1 +FLAGS ()\n"
             "S: * 1 FETCH (FLAGS ())\n"
             "S: h OK STORE completed\n"
             "C: i store 1 +Flags \\deleted\n"
             "S: * 1 FETCH (FLAGS (\\Deleted))\n"
             "S: i OK STORE completed\n"
             "X:\n"
             "C: l LOGIN fred secret\n"
             "S: l OK LOGIN completed\n"
             "C: j SELECT INBOX\n"
             "S: * FLAGS (Meeting Todo \\Answered \\Flagged \\Deleted \\Seen)\n"
             "S: * 3 EXISTS\n"
             "S: * 0 RECENT\n"
             "S: j OK [READ-WRITE] Mailbox selected\n"
             "C: k FETCH 1:3 FLAGS\n"
             "S: * 1 FETCH (FLAGS (\\Deleted))\n"
             "S: * 2 FETCH (FLAGS ())\n"
             "S: * 3 FETCH (FLAGS ())\n"
             "S: k OK FETCH completed\n"},
    {.name = "a sequence, and nothing else",
     .text = "U: NINE\n"
             "C: a STORE 2:4 +FLAGS (\\Deleted)\n"
             "S: * 2 FETCH (FLAGS (\\Deleted))\n"
             "S: * 3 FETCH (FLAGS (\\Deleted))\n"
             "S: * 4 FETCH (FLAGS (\\Deleted))\n"
             "S: a OK STORE completed\n"
             "C: b FETCH 1:5 FLAGS\n"
             "S: * 1 FETCH (FLAGS ())\n"
             "S: * 2 FETCH (FLAGS (\\Deleted))\n"
             "S: * 3 FETCH (FLAGS (\\Deleted))\n"
             "S: * 4 FETCH (FLAGS (\\Deleted))\n"
             "S: * 5 FETCH (FLAGS ())\n"
             "S: b OK FETCH completed\n"},
    {.name = "keywords",
     .text = "U: INBOX\n"
             "C: a STORE 2 +FLAGS (todo \\Seen)\n"
             "S: * 2 FETCH (FLAGS (Todo \\Seen))\n"
             "S: a OK STORE completed\n"
             "C: b STORE 2 +FLAGS Meeting\n"
             "S: * 2 FETCH (FLAGS (Meeting Todo \\Seen))\n"
             "S: b OK STORE completed\n"
             "C: c STORE 2 -FLAGS TODO\n"
             "S: * 2 FETCH (FLAGS (Meeting \\Seen))\n"
             "S: c OK STORE completed\n"
             "C: d STORE 2 FLAGS Nosuch\n"
             "S: d NO The mailbox has no such flag\n"
             "C: e STORE 2 +FLAGS (\\Seen Nosuch)\n"
             "S: e NO The mailbox has no such flag\n"
             "C: f STORE 2 +FLAGS \\Bogus\n"
             "S: f NO The mailbox has no such flag\n"
             "C: g FETCH 2 FLAGS\n"
             "S: * 2 FETCH (FLAGS (Meeting \\Seen))\n"
             "S: g OK FETCH completed\n"
             "C: h SEARCH KEYWORD meeting\n"
             "S: * SEARCH 2\n"
             "S: h OK SEARCH completed\n"
             "C: i SEARCH UNKEYWORD MEETING\n"
             "S: * SEARCH 1 3\n"
             "S: i OK SEARCH completed\n"},
    {.name = "\\Recent cannot be stored",
     .text = "U: \n"
             "D: fred EMPTY 1\n"
             "C: s SELECT EMPTY\n"
             "S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen)\n"
             "S: * 1 EXISTS\n"
             "S: * 1 RECENT\n"
             "S: s OK [READ-WRITE] Mailbox selected\n"
             "C: a STORE 1 FLAGS ()\n"
             "S: * 1 FETCH (FLAGS (\\Recent))\n"
             "S: a OK STORE completed\n"
             "C: b STORE 1 -FLAGS \\Recent\n"
             "S: * 1 FETCH (FLAGS (\\Recent))\n"
             "S: b OK STORE completed\n"
             "C: c STORE 1 FLAGS (\\Recent \\Seen)\n"
             "S: * 1 FETCH (FLAGS (\\Recent \\Seen))\n"
             "S: c OK STORE completed\n"
             "C: d SELECT EMPTY\n"
             "S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen)\n"
             "S: * 1 EXISTS\n"
             "S: * 0 RECENT\n"
             "S: d OK [READ-WRITE] Mailbox selected\n"
             "C: e STORE 1 +FLAGS \\Recent\n"
             "S: * 1 FETCH (FLAGS (\\Seen))\n"
             "S: e OK STORE completed\n"},
    {.name = "a read-only mailbox",
     .text = "U: \n"
             "C: a SELECT LOCKED\n"
             "S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen)\n"
             "S: * 2 EXISTS\n"
             "S: * 0 RECENT\n"
             "S: a OK [READ-ONLY] Mailbox selected\n"
             "C: b STORE 1 +FLAGS \\Flagged\n"
             "S: b NO The mailbox is read-only\n"
             "C: c FETCH 1 FLAGS\n"
             "S: * 1 FETCH (FLAGS ())\n"
             "S: c OK FETCH completed\n"
             "C: d EXPUNGE\n"
             "S: d NO The mailbox is read-only\n"},
    {.name = "malformed requests",
     .text = "U: INBOX\n"
             "C: a STORE\n"
             "S: a BAD Missing argument\n"
             "C: a STORE 1\n"
             "S: a BAD Missing argument\n"
             "C: a STORE 1 FLAGS\n"
             "S: a BAD Missing argument\n"
             "C: a STORE 1 FLAGS \n"
             "S: a BAD Missing or malformed flag\n"
             "C: a STORE 1 BOGUS \\Seen\n"
             "S: a BAD STORE takes FLAGS, +FLAGS or -FLAGS\n"
             "C: a STORE 1 FLAGSX ()\n"
             "S: a BAD STORE takes FLAGS, +FLAGS or -FLAGS\n"
             "C: a STORE 1 +FLAGS \\Seen \\Deleted\n"
             "S: a BAD Unexpected text after the command\n"
             "C: a STORE 1 +FLAGS (\\Seen\n"
             "S: a BAD Flag list without an end\n"
             "C: a STORE 1 +FLAGS (\\Seen )\n"
             "S: a BAD Missing or malformed flag\n"
             "C: a STORE 1 +FLAGS ( \\Seen)\n"
             "S: a BAD Missing or malformed flag\n"
             "C: a STORE 1 +FLAGS \\\n"
             "S: a BAD Missing or malformed flag\n"
             "C: a STORE 1 +FLAGS \\\\Seen\n"
             "S: a BAD Missing or malformed flag\n"
             "C: a STORE 1 +FLAGS \"\\Seen\"\n"
             "S: a BAD Missing or malformed flag\n"
             "C: a STORE 1 +FLAGS {5}\n"
             "S: a BAD Missing or malformed flag\n"
             "C: a STORE 1 + FLAGS \\Seen\n"
             "S: a BAD STORE takes FLAGS, +FLAGS or -FLAGS\n"
             "C: a STORE 4 +FLAGS \\Seen\n"
             "S: a BAD No message has that number\n"
             "C: a STORE 1:4 +FLAGS \\Seen\n"
             "S: a BAD No message has that number\n"
             "C: a FETCH 1:3 FLAGS\n"
             "S: * 1 FETCH (FLAGS ())\n"
             "S: * 2 FETCH (FLAGS ())\n"
             "S: * 3 FETCH (FLAGS ())\n"
             "S: a OK FETCH completed\n"},
};

static void test_transcripts(void **state)
{
    (void)state;
    rig_play_all(transcripts, sizeof transcripts / sizeof *transcripts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transcripts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
