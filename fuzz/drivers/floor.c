/*
 * floor: what an engine can do at most. Two programs made of it are built like targets, and are
 * none: `fuzz_empty` does nothing with its input, `fuzz_tokenizer` splits it at line ends and
 * literals, no more. Rates of targets are told as shares of theirs, measured in the same run.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/rate.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    rate_begin();
    return 0;
}

#ifdef FLOOR_TOKENIZER
/* The octets behind a line that are its literal's: its last octets are {NUMBER} then. */
static size_t literal_nbytes(const char *line, size_t nbytes)
{
    size_t at = nbytes > 0 && line[nbytes - 1] == '}' ? nbytes - 1 : 0;
    size_t count = 0;
    size_t unit = 1;
    for (; at > 0 && char_is_digit(line[at - 1]) && unit < 100000; at--, unit *= 10)
        count += (size_t)(line[at - 1] - '0') * unit;
    return at > 0 && line[at - 1] == '{' ? count : 0;
}

static size_t tokenize(struct span octets)
{
    size_t ncommands = 0;
    while (octets.nbytes > 0) {
        size_t end = span_find(octets, SPAN_LIT("\r\n"));
        if (end == SPAN_NPOS)
            break;
        size_t nliteral = literal_nbytes(octets.data, end);
        ncommands += nliteral == 0;
        end += 2 + nliteral;
        octets = span_from(octets, end < octets.nbytes ? end : octets.nbytes);
    }
    return ncommands;
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    rate.ninputs++;
#ifdef FLOOR_TOKENIZER
    char *copy = malloc(nbytes == 0 ? 1 : nbytes);
    ENSURE(copy != NULL);
    if (nbytes > 0)
        memcpy(copy, data, nbytes);
    rate.ncommands += tokenize(span_make(copy, nbytes));
    free(copy);
#else
    (void)data;
    (void)nbytes;
#endif
    return 0;
}
