#include "outcome.h"

#include <stdio.h>
#include <string.h>

#include "line.h"

enum { TEXT_SIZE = 1024, NOTES = 64 };

struct note {
    const char *kind;
    char text[TEXT_SIZE];
};

static outcome_login *ask_login;
static outcome_connected *tell_connected;

static struct {
    bool has_complained;
    bool is_bad;  /* the server answered BAD, or something that is no answer */
    bool is_lost; /* the library has given up the connection, or been told that it ends */
    char complaint[TEXT_SIZE];
    char last[TEXT_SIZE]; /* whatever was said last, for want of a complaint */
} said;

static struct note notes[NOTES]; /* the newest, in a ring */
static size_t nnotes, first_note;

static void *on_block(int reason, void *data)
{
    (void)data;
    if (reason == BLOCK_TCPREAD)
        tell_connected();
    return NULL;
}

void outcome_listen(outcome_login *login, outcome_connected *connected)
{
    ask_login = login;
    tell_connected = connected;
    mail_parameters(NULL, SET_BLOCKNOTIFY, (void *)on_block);
}

void outcome_begin(void)
{
    memset(&said, 0, sizeof said);
}

bool outcome_has_complained(void)
{
    return said.has_complained;
}

void outcome_answer(bool has_failed, bool was_sent)
{
    const char *text = said.has_complained ? said.complaint : said.last;
    if (!has_failed)
        line_status("ok", "");
    else if (!was_sent || said.is_lost || strncmp(text, "[CLOSED]", 8) == 0)
        line_status("failed", text);
    else
        line_status(said.is_bad ? "bad" : "no", text);
}

void outcome_write_notes(void)
{
    for (size_t i = 0; i < nnotes; i++) {
        const struct note *note = &notes[(first_note + i) % NOTES];
        line_begin("note");
        line_word(note->kind);
        line_string(note->text, strlen(note->text));
        line_end();
    }
    nnotes = first_note = 0;
}

static void add_note(const char *kind, const char *text)
{
    struct note *note = &notes[(first_note + nnotes) % NOTES];
    if (nnotes < NOTES)
        nnotes++;
    else
        first_note = (first_note + 1) % NOTES;
    note->kind = kind;
    snprintf(note->text, sizeof note->text, "%s", text);
    snprintf(said.last, sizeof said.last, "%s", text);
}

/* ---- what every program around the library has to have, as mail.h declares it --------------- */
/* NOLINTBEGIN(readability-non-const-parameter) */

/* Complaints of the server's data, whatever it was the data of: no command fails by them. */
static bool is_about_data(const char *text)
{
    static const char *const beginnings[] = {"Non-existent recent message(s) ",
                                             "Expunge of non-existent message "};
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (strncmp(text, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return false;
}

void mm_log(char *text, long level)
{
    static const char protocol[] = "IMAP protocol error: ", response[] = "Unexpected IMAP response";
    bool is_bad = strncmp(text, protocol, sizeof protocol - 1) == 0 ||
                  strncmp(text, response, sizeof response - 1) == 0;
    if (is_about_data(text)) {
        add_note("ignored", text);
        return;
    }
    if (level == ERROR || level == WARN)
        add_note(is_bad ? "bad" : "no", text);
    else
        add_note(level == PARSE ? "ignored" : "ok", text);
    said.is_bad = said.is_bad || is_bad;
    if (level != ERROR)
        return;
    said.has_complained = true;
    snprintf(said.complaint, sizeof said.complaint, "%s", text);
}

void mm_notify(MAILSTREAM *stream, char *text, long level)
{
    (void)stream;
    said.is_lost = said.is_lost || level == BYE;
    if (level == BYE)
        add_note("bye", text);
    else if (level == WARN)
        add_note("no", text);
    else
        add_note(level == ERROR ? "bad" : "ok", text);
}

void mm_login(NETMBX *name, char *user, char *password, long trial)
{
    (void)name;
    ask_login(user, password, (unsigned long)trial);
}

void mm_fatal(char *text)
{
    fprintf(stderr, "fatal: %s\n", text);
    abort();
}

void mm_list(MAILSTREAM *stream, int delimiter, char *name, long attributes)
{
    (void)stream;
    (void)delimiter;
    (void)attributes;
    const char *behind = *name == '{' ? strchr(name, '}') : NULL;
    const char *plain = behind != NULL ? behind + 1 : name;
    line_begin("mailbox");
    line_string(plain, strlen(plain));
    line_end();
}

/* What the library holds is asked for when somebody wants to know: nothing is done here. */

void mm_exists(MAILSTREAM *stream, unsigned long number)
{
    (void)stream;
    (void)number;
}

void mm_expunged(MAILSTREAM *stream, unsigned long number)
{
    (void)stream;
    (void)number;
}

void mm_flags(MAILSTREAM *stream, unsigned long number)
{
    (void)stream;
    (void)number;
}

void mm_searched(MAILSTREAM *stream, unsigned long number)
{
    (void)stream;
    (void)number;
}

void mm_lsub(MAILSTREAM *stream, int delimiter, char *name, long attributes)
{
    (void)stream;
    (void)delimiter;
    (void)name;
    (void)attributes;
}

void mm_status(MAILSTREAM *stream, char *mailbox, MAILSTATUS *status)
{
    (void)stream;
    (void)mailbox;
    (void)status;
}

void mm_dlog(char *text)
{
    (void)text;
}

void mm_critical(MAILSTREAM *stream)
{
    (void)stream;
}

void mm_nocritical(MAILSTREAM *stream)
{
    (void)stream;
}

long mm_diskerror(MAILSTREAM *stream, long code, long is_serious)
{
    (void)stream;
    (void)code;
    (void)is_serious;
    return NIL;
}

/* NOLINTEND(readability-non-const-parameter) */
