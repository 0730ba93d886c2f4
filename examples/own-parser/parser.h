/* A parser of one IMAP2 command, small on purpose: it stands for yours. */
#ifndef OWN_PARSER_H
#define OWN_PARSER_H

#include <stddef.h>

enum { OWN_MOST_WORDS = 32 };

struct own_word {
    const char *bytes; /* in what was parsed */
    size_t nbytes;
};

struct own_command {
    struct own_word tag, verb;
    struct own_word words[OWN_MOST_WORDS]; /* atoms, and strings without what surrounds them */
    size_t nwords;
};

/* Takes a command off the beginning: returns how many octets it has, 0 when its end has not come,
 * -1 when it is none. */
long own_parse(const char *bytes, size_t nbytes, struct own_command *command);

#endif
