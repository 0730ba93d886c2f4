/*
 * afl: what AFL++ looks for in a custom mutator, as its docs/custom_mutators.md has it. Declared
 * here since its package has no headers.
 */
#ifndef IMAPSPEC_GLUE_AFL_H
#define IMAPSPEC_GLUE_AFL_H

#include <stddef.h>
#include <stdint.h>

void *afl_custom_init(void *afl, unsigned seed);
void afl_custom_deinit(void *data);
unsigned afl_custom_fuzz_count(void *data, const unsigned char *bytes, size_t nbytes);
size_t afl_custom_fuzz(void *data, unsigned char *bytes, size_t nbytes, unsigned char **out_r,
                       unsigned char *other, size_t nother, size_t max);
const char *afl_custom_describe(void *data, size_t max);
int32_t afl_custom_init_trim(void *data, unsigned char *bytes, size_t nbytes);
size_t afl_custom_trim(void *data, unsigned char **out_r);
int32_t afl_custom_post_trim(void *data, unsigned char success);

#endif
