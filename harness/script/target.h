/*
 * target: a target file read: what is under test, how it is started, filled, reached and stopped.
 * Same lexer and block shape as scenarios; docs/targets.md is the reference for users.
 *
 *     target dovecot "Dovecot 2.3" {
 *       side      server
 *       dialect   imap2
 *       carrier   tcp                       # tcp | tls | stdio | in-process (built in)
 *       start     "./start.sh" "{dir}" "{port}"
 *       ready     port                      # or: line "TEXT" on its standard output
 *       stop      SIGTERM
 *       user      "fred{n}" password "secret" count 500
 *       provision "./provision.sh" "{dir}" "{user}" "{mailbox}" "{fixture}"
 *       deliver   "./deliver.sh" "{dir}" "{user}" "{mailbox}" "{message}"
 *       hooks     "./hooks.pl" "{dir}"      # instead of the two: a program that stays
 *       feature   BBOARD probe
 *       feature   MULTI-ACCESS yes
 *       stderr-bad "AddressSanitizer" "runtime error:"
 *       limit     line 10000  timeout 5s  quiet 400ms
 *     }
 */
#ifndef IMAPSPEC_SCRIPT_TARGET_H
#define IMAPSPEC_SCRIPT_TARGET_H

#include "base/base.h"
#include "script/text.h"

enum script_carrier { CARRIER_TCP, CARRIER_TLS, CARRIER_STDIO, CARRIER_IN_PROCESS };
enum script_feature_setting { FEATURE_NO, FEATURE_YES, FEATURE_PROBE };

struct script_feature {
    const char *name;
    enum script_feature_setting setting;
    struct script_place place;
};

struct script_target {
    const char *name, *title;
    struct script_place place;
    enum script_role_side { SIDE_SERVER, SIDE_CLIENT } side;
    const char *dialect;
    enum script_carrier carrier;
    const char *host;          /* to connect to when there is no start; default 127.0.0.1 */
    unsigned port;             /* 0: chosen by the system at start */
    struct script_names start; /* argv with {dir} {port} {user} {password}; empty: connect only */
    struct script_names programs; /* `requires`: must be installed, else everything is skipped */
    bool ready_by_line;           /* `ready line "TEXT"`, else by port */
    const char *ready_text;
    int64_t ready_timeout_ms; /* default 10 s */
    const char *stop_signal;  /* "SIGTERM" */
    struct script_names stop; /* a program instead of a signal; usually empty */
    const char *user_pattern; /* "fred{n}" or "fred" */
    const char *password;
    unsigned user_count;                    /* 1 when the pattern has no {n} */
    struct script_names provision, deliver; /* argv; empty: no such hook */
    struct script_names hooks;              /* argv of a program that stays, for both */
    struct script_feature *features;
    size_t nfeatures;
    struct script_names stderr_bad;
    size_t limit_line;             /* longest line the target takes; 0: unknown */
    int64_t limit_timeout_ms;      /* default of a step; 0: 5 s */
    int64_t limit_quiet_ms;        /* 0: 400 ms */
    int64_t limit_failed_login_ms; /* 0: as timeout */
    unsigned limit_connections;    /* most at a time; 0: any */
    unsigned limit_bad_commands;   /* in a row before it hangs up; 0: any */
};

struct script_file;

__attribute__((warn_unused_result)) int script_read_target(struct span text, const char *path,
                                                           struct arena *arena,
                                                           struct script_target **target_r,
                                                           struct err *err);

#endif
