/*
 * What ties a parser to the engines: one input, and our generator as libFuzzer's mutator. AFL++
 * loads its mutator by itself, and takes the rest as it is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "generator.h"
#include "parser.h"

/* What is true of every command that was parsed, whatever it says. */
static void check(const char *bytes, size_t nbytes, const struct own_command *command)
{
    static volatile char sink;
    for (size_t i = 0; i < command->nwords; i++) {
        const struct own_word *word = &command->words[i];
        if (word->bytes < bytes || word->bytes > bytes + nbytes)
            abort();
        for (size_t k = 0; k < word->nbytes; k++)
            sink = word->bytes[k]; /* the sanitizer sees a step too far */
    }
    (void)sink;
}

static void skip_line(const char *bytes, size_t nbytes, size_t *at)
{
    while (*at < nbytes && bytes[*at] != '\n')
        ++*at;
    if (*at < nbytes)
        ++*at;
}

/* The input is an event stream; of it counts here what the sessions say. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    char *said = malloc(nbytes + 1); /* of no more than is needed, so that over-reads show */
    if (said == NULL)
        return 0;
    size_t nsaid = imapspec_data((const char *)data, nbytes, said, nbytes);
    char *exact = malloc(nsaid == 0 ? 1 : nsaid);
    if (exact != NULL)
        memcpy(exact, said, nsaid);
    free(said);
    for (size_t at = 0; exact != NULL && at < nsaid;) {
        struct own_command command;
        long used = own_parse(exact + at, nsaid - at, &command);
        if (used == 0)
            break;
        if (used > 0) {
            check(exact, nsaid, &command);
            at += (size_t)used;
        } else {
            skip_line(exact, nsaid, &at);
        }
    }
    free(exact);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t nbytes, size_t max, unsigned seed)
{
    static struct imapspec_generator *generator;
    if (generator == NULL)
        generator = imapspec_generator_new(IMAPSPEC_REQUESTS);
    return imapspec_mutate(generator, (char *)data, nbytes, max, seed);
}

#ifdef OWN_MAIN
/* Without any engine: made-up sessions, one after the other. */
#include <stdio.h>

int main(int argc, char **argv)
{
    char stream[4096];
    unsigned long nsessions = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
    struct imapspec_generator *generator = imapspec_generator_new(IMAPSPEC_REQUESTS);
    for (uint64_t seed = 0; seed < nsessions; seed++) {
        size_t nbytes = imapspec_generate(generator, 10, 1, stream, sizeof stream, seed);
        (void)LLVMFuzzerTestOneInput((const uint8_t *)stream, nbytes);
    }
    imapspec_generator_free(generator);
    printf("%lu sessions\n", nsessions);
    return 0;
}
#endif
