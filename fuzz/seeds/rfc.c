#include "seeds/rfc.h"

/* Literals whose content the RFC leaves out have been given some. */
static const struct seeds_rfc examples[] = {
    {"page-8", MUTATOR_REQUESTS,
     "A001 LOGIN Fred Secret\r\nA002 SELECT INBOX\r\nA003 FETCH 1:19 ALL\r\n"
     "A004 FETCH 8 RFC822.TEXT\r\nA005 STORE 8 +Flags \\Deleted\r\nA006 EXPUNGE\r\n"
     "A007 LOGOUT\r\n"},
    {"page-11", MUTATOR_REQUESTS,
     "A001 LOGIN SMITH SESAME\r\nA002 SELECT INBOX\r\nA002 FIND MAILBOXES *\r\n"
     "A002 FIND MAILBOXES FOO*BAR\r\nA002 FIND MAILBOXES FOO%BAR\r\nA002 FIND BBOARDS *\r\n"},
    {"page-13", MUTATOR_REQUESTS,
     "A001 LOGIN fred secret\r\nA002 SELECT INBOX\r\nA003 COPY 2:4 MEETING\r\n"
     "A003 FETCH 2:4 ALL\r\nA004 FETCH 3 RFC822\r\nA005 FETCH 4 (FLAGS RFC822.HEADER)\r\n"
     "A003 STORE 2:4 +FLAGS (\\DELETED)\r\n"
     "A003 SEARCH DELETED FROM \"SMITH\" SINCE 1-OCT-87\r\n"},
    {"page-22", MUTATOR_REQUESTS,
     "a001 login crispin secret\r\na002 select inbox\r\na003 fetch 16 all\r\n"
     "a004 fetch 16 rfc822\r\na005 logout\r\n"},
    {"page-8", MUTATOR_RESPONSES,
     "* OK IMAP2 Server Ready\r\nA001 OK User Fred logged in\r\n"
     "* FLAGS (Meeting Notice \\Answered \\Flagged \\Deleted \\Seen)\r\n* 19 EXISTS\r\n"
     "* 2 RECENT\r\nA0002 OK Select complete\r\n* 8 Fetch (RFC822.TEXT {8}\r\n1234567\n)\r\n"
     "A004 OK Fetch complete\r\n* 8 Store (Flags (\\Deleted \\Seen))\r\n"
     "A005 OK Store complete\r\n* 19 EXISTS\r\n* 8 EXPUNGE\r\n* 18 EXISTS\r\n"
     "A006 Expunge complete\r\n* BYE IMAP2 server quitting\r\nA007 OK Logout complete\r\n"},
    {"page-12", MUTATOR_RESPONSES,
     "* OK hi\r\n* MAILBOX FOOBAR\r\n* MAILBOX GENERAL\r\nA002 FIND completed\r\n"
     "* BBOARD FOOBAR\r\n* BBOARD GENERAL\r\nA002 FIND completed\r\n"},
    {"page-22", MUTATOR_RESPONSES,
     "* OK SUMEX-AIM.Stanford.EDU Interim Mail Access Protocol II Service 6.1(349) at Thu, 9 Jun "
     "88 14:58:30 PDT\r\na002 OK User CRISPIN logged in at Thu, 9 Jun 88 14:58:42 PDT, job 76\r\n"
     "* FLAGS (Bugs SF Party Skating Meeting Flames Request AI Question Note \\XXXX \\YYYY "
     "\\Answered \\Flagged \\Deleted \\Seen)\r\n* 16 EXISTS\r\n* 0 RECENT\r\n"
     "a002 OK Select complete\r\n* 16 Fetch (Flags (\\Seen) InternalDate \" 9-Jun-88 12:55:44 "
     "PDT\" RFC822.Size 637 Envelope (\"Sat, 4 Jun 88 13:27:11 PDT\" \"INFO-MAC Mail Message\" "
     "((\"Larry Fagan\" NIL \"FAGAN\" \"SUMEX-AIM.Stanford.EDU\")) ((\"Larry Fagan\" NIL "
     "\"FAGAN\" \"SUMEX-AIM.Stanford.EDU\")) ((\"Larry Fagan\" NIL \"FAGAN\" "
     "\"SUMEX-AIM.Stanford.EDU\")) ((NIL NIL \"rindflEISCH\" \"SUMEX-AIM.Stanford.EDU\")) NIL "
     "NIL NIL \"<12403828905.13.FAGAN@SUMEX-AIM.Stanford.EDU>\"))\r\na003 OK Fetch completed\r\n"
     "* BYE DEC-20 IMAP II server terminating connection\r\n"
     "a005 OK SUMEX-AIM.Stanford.EDU Interim Mail Access Protocol Service logout\r\n"},
};

size_t seeds_nrfc(void)
{
    return sizeof examples / sizeof examples[0];
}

struct seeds_rfc seeds_rfc(size_t index)
{
    return examples[index];
}
