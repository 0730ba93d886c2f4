/*
 * maildir_keywords: which letter in a file name means which keyword, in the file dovecot-keywords
 * of a Maildir: one line "NUMBER NAME" a keyword, number 0 being letter a. The file is only ever
 * replaced as a whole, by rename of dovecot-keywords.lock, whose exclusive creation is the lock. A
 * lock left by a killed process is broken after two minutes. Private to the Maildir store.
 */
#ifndef IMAPSPEC_REFERENCE_MAILDIR_KEYWORDS_H
#define IMAPSPEC_REFERENCE_MAILDIR_KEYWORDS_H

#include <sys/types.h>
#include <time.h>

#include "base/base.h"

enum { MAILDIR_LETTERS = 26 };

/* All zeros: nothing known yet. */
struct maildir_keywords {
    char *names[MAILDIR_LETTERS]; /* NULL: the letter means nothing */
    struct timespec changed;      /* of the file as last read */
    ino_t inode;
};

void maildir_keywords_free(struct maildir_keywords *keywords);

/* Reads the file in the Maildir `top` again if it is not as last read; true when it was not. */
bool maildir_keywords_refresh(struct maildir_keywords *keywords, int top);

/* The letter's number of a keyword (in any letter case), or -1. */
int maildir_keywords_find(const struct maildir_keywords *keywords, struct span name);

/* Less than 0 when a keyword gets no letter. */
enum { MAILDIR_NO_LETTER_LEFT = -1, MAILDIR_LETTER_UNWRITTEN = -2 /* the reason is in errno */ };

/* The same; a keyword that is not there gets the first free letter, in the file too. */
int maildir_keywords_add(struct maildir_keywords *keywords, int top, struct span name);

#endif
