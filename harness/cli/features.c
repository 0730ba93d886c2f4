#include <stdio.h>

#include "cli/guard.h"
#include "cli/test_options.h"

/* What a client can be asked to do. A shim can at least open a connection, or it is none. */
static int print_verbs(const struct target *target)
{
    const struct script_names *verbs = target_verbs(target);
    if (!target_is_exec(target) && verbs->nitems == 0) {
        (void)fprintf(stderr, "imapspec: %s: its shim does not say what it can do\n",
                      target_name(target));
        return RESULT_EXIT_TARGET;
    }
    if (target_is_exec(target))
        (void)printf("exec               yes      a program that cannot be told what to do\n");
    for (size_t i = 0; i < verbs->nitems; i++)
        (void)printf("shim.%-13s yes      (its shim says so)\n", verbs->items[i]);
    return 0;
}

static void print_features(struct target *target)
{
    static const char *const answers[] = {"no", "yes", "unknown"};
    size_t n;
    const struct target_feature *features = target_features(target, &n);
    for (size_t i = 0; i < n; i++)
        (void)printf("%-18s %-8s %s (%s)\n", features[i].name, answers[features[i].answer],
                     features[i].meaning, features[i].how);
}

static int tell_missing(const struct target *target)
{
    (void)fprintf(stderr, "imapspec: %s %s\n", target_name(target), target_missing(target));
    return RESULT_EXIT_EMPTY;
}

static int probe(struct target *target, bool keeps_folder)
{
    struct err err;
    struct net_loop *loop = target_is_in_process(target) ? net_loop_new_virtual(0) : net_loop_new();
    int status = 0;
    if (target_start(target, loop, &err) != 0) {
        (void)cli_fail(&err);
        status = RESULT_EXIT_TARGET;
    } else if (target_missing(target) != NULL) {
        status = tell_missing(target);
    } else {
        struct guard *guard = guard_folder(keeps_folder ? NULL : target_folder(target));
        target_probe(target, loop, NULL, 0);
        if (target_is_server(target))
            print_features(target);
        else
            status = print_verbs(target);
        if (target_stop(target, loop, &err) != 0) {
            (void)cli_fail(&err);
            status = RESULT_EXIT_TARGET;
        }
        guard_folder_gone(&guard);
    }
    net_loop_free(&loop);
    return status;
}

int cli_features(struct cli *cli, int argc, char **argv)
{
    struct test_options options = {0};
    struct cli_texts arguments = {0};
    struct err err;
    if (cli_options_read(cli, server_option_table, argc, argv, &options, &arguments, &err) != 0)
        return cli_fail(&err);
    if (arguments.nitems != 1) {
        (void)err_set(&err, NULL, 0, 0, "features wants one target");
        return cli_fail(&err);
    }
    options.is_client = span_is(span_of(arguments.items[0]), "reference-shim");
    struct target *target = test_open_target(cli, arguments.items[0], &options, &err);
    if (target == NULL)
        return cli_fail(&err);
    int status =
        target_missing(target) != NULL ? tell_missing(target) : probe(target, options.keeps_folder);
    target_free(&target);
    return status;
}
