/* fuzz (private to cli/): what `imapspec fuzz` and `imapspec shrink` have in common. */
#ifndef IMAPSPEC_CLI_FUZZ_H
#define IMAPSPEC_CLI_FUZZ_H

#include "blackbox/blackbox.h"
#include "cli/cli.h"
#include "net/net.h"

struct fuzz_options {
    uint64_t seed, count;
    const char *time, *against, *findings, *user, *password;
    bool uses_tls, is_own, resumes;
    double timeout_scale;
};

struct fuzz_target {
    struct target *target; /* NULL: none */
    struct guard *guard;
};

/* Opens what the user named and checks that it may be fuzzed. An exit code, 0 when it may. */
__attribute__((warn_unused_result)) int fuzz_target_open(struct cli *cli, const char *argument,
                                                         const struct fuzz_options *options,
                                                         struct fuzz_target *target_r);
/* Starts it. An exit code, 0 when it runs. */
__attribute__((warn_unused_result)) int fuzz_target_start(struct fuzz_target *target,
                                                          struct net_loop *loop);
/* Stops it and frees all. */
void fuzz_target_close(struct fuzz_target *target, struct net_loop *loop);

/* What both commands want of blackbox/. */
struct blackbox_options fuzz_blackbox_options(struct cli *cli, const struct fuzz_options *options,
                                              const struct fuzz_target *target,
                                              const struct fuzz_target *against);

/* "90", "90s", "10m", "2h" in milliseconds. -1 with *err. */
__attribute__((warn_unused_result)) int fuzz_time_read(const char *text, int64_t *ms_r,
                                                       struct err *err);

#endif
