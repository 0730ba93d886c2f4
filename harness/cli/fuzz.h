/* fuzz (private to cli/): what `imapspec fuzz` and `imapspec shrink` have in common. */
#ifndef IMAPSPEC_CLI_FUZZ_H
#define IMAPSPEC_CLI_FUZZ_H

#include "blackbox/blackbox.h"
#include "cli/cli.h"
#include "net/net.h"

struct fuzz_options {
    uint64_t seed, count, rate;
    const char *time, *against, *findings, *user, *password, *exec, *shim;
    bool uses_tls, is_own, resumes, is_client, takes_warnings;
    double timeout_scale;
};

/* Rows of both option tables: what is fuzzed, and where the findings go. */
#define FUZZ_TARGET_OPTIONS                                                                        \
    {0,                                                                                            \
     "findings",                                                                                   \
     "DIR",                                                                                        \
     CLI_TEXT,                                                                                     \
     offsetof(struct fuzz_options, findings),                                                      \
     "where findings and corpus go (findings)"},                                                   \
        {0,                                                                                        \
         "user",                                                                                   \
         "NAME",                                                                                   \
         CLI_TEXT,                                                                                 \
         offsetof(struct fuzz_options, user),                                                      \
         "to log in with, for HOST:PORT"},                                                         \
        {0,                                                                                        \
         "password",                                                                               \
         "TEXT",                                                                                   \
         CLI_TEXT,                                                                                 \
         offsetof(struct fuzz_options, password),                                                  \
         "to log in with, for HOST:PORT"},                                                         \
        {0,                                                                                        \
         "tls",                                                                                    \
         NULL,                                                                                     \
         CLI_FLAG,                                                                                 \
         offsetof(struct fuzz_options, uses_tls),                                                  \
         "TLS from the first octet, for HOST:PORT"},                                               \
        {0,                                                                                        \
         "client",                                                                                 \
         NULL,                                                                                     \
         CLI_FLAG,                                                                                 \
         offsetof(struct fuzz_options, is_client),                                                 \
         "`reference` is the bundled client"},                                                     \
        {0,                                                                                        \
         "exec",                                                                                   \
         "COMMAND",                                                                                \
         CLI_TEXT,                                                                                 \
         offsetof(struct fuzz_options, exec),                                                      \
         "in place of a target: a client's command line, with {host} {port} {user} {password}"},   \
        {0,                                                                                        \
         "shim",                                                                                   \
         "COMMAND",                                                                                \
         CLI_TEXT,                                                                                 \
         offsetof(struct fuzz_options, shim),                                                      \
         "the same, of a program that speaks the shim protocol"},                                  \
        {0,                                                                                        \
         "warnings",                                                                               \
         NULL,                                                                                     \
         CLI_FLAG,                                                                                 \
         offsetof(struct fuzz_options, takes_warnings),                                            \
         "what breaks a SHOULD is found too"},                                                     \
        {0,                                                                                        \
         "timeout-scale",                                                                          \
         "F",                                                                                      \
         CLI_FACTOR,                                                                               \
         offsetof(struct fuzz_options, timeout_scale),                                             \
         "multiply all time limits"},                                                              \
    {                                                                                              \
        0, "i-own-this-server", NULL, CLI_FLAG, offsetof(struct fuzz_options, is_own),             \
            "the server is not on this machine, and you may do this"                               \
    }

/* Whether the target is said by --exec or --shim, so that there is no argument for it. */
bool fuzz_target_is_option(const struct fuzz_options *options);

/*
 * Opens the target (argument NULL: --exec or --shim) and the one that --against names, starts them,
 * calls `use` with what blackbox/ wants to know of them, and stops them. The exit code is that of
 * `use`, or why it was not called.
 */
__attribute__((warn_unused_result)) int
fuzz_with_target(struct cli *cli, const struct fuzz_options *options, const char *argument,
                 int (*use)(struct cli *cli, void *context, struct blackbox_options *blackbox),
                 void *context);

#endif
