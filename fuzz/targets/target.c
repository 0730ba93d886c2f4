#include "targets/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t fuzz_ncommands;
void (*fuzz_trace)(const char *session, char who, struct span octets);

static const struct fuzz_target targets[] = {
#define ENTRY(name, summary, is_stream, is_response)                                               \
    {#name, summary, is_stream, is_response, fuzz_##name##_one},
    FUZZ_TARGETS(ENTRY)
#undef ENTRY
};

size_t fuzz_ntargets(void)
{
    return sizeof targets / sizeof *targets;
}

const struct fuzz_target *fuzz_target(size_t index)
{
    return &targets[index];
}

const struct fuzz_target *fuzz_target_find(const char *name)
{
    for (size_t i = 0; i < fuzz_ntargets(); i++)
        if (strcmp(targets[i].name, name) == 0)
            return &targets[i];
    return NULL;
}

void fuzz_run(const struct fuzz_target *target, const uint8_t *data, size_t nbytes)
{
    char *copy = malloc(nbytes == 0 ? 1 : nbytes);
    ENSURE(copy != NULL);
    if (nbytes > 0)
        memcpy(copy, data, nbytes);
    target->one(span_make(copy, nbytes));
    free(copy);
}

static struct {
    void (*function)(void *context, const struct fuzz_failure *failure);
    void *context;
} catcher;

void fuzz_set_catcher(void (*function)(void *context, const struct fuzz_failure *failure),
                      void *context)
{
    catcher.function = function;
    catcher.context = context;
}

void fuzz_fail(const char *oracle, const char *requirement, const char *signature,
               const char *format, ...)
{
    struct fuzz_failure failure = {.oracle = oracle, .requirement = requirement};
    va_list arguments;
    (void)snprintf(failure.signature, sizeof failure.signature, "%s", signature);
    va_start(arguments, format);
    (void)vsnprintf(failure.text, sizeof failure.text, format, arguments);
    va_end(arguments);
    if (catcher.function != NULL)
        catcher.function(catcher.context, &failure);
    (void)fprintf(stderr, "fuzz: %s (%s) [%s]: %s\n", oracle, requirement, failure.signature,
                  failure.text);
    abort();
}
