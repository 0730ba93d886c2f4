#include <inttypes.h>
#include <signal.h>

#include "net/process.h"

int net_process_run(struct net_loop *loop, const struct net_process_options *options,
                    int64_t timeout_ms, struct net_process_result *result_r, struct err *err)
{
    struct net_process_options captured = *options;
    captured.stdio = NET_STDIO_CAPTURE;
    captured.stderr_file = NULL;
    *result_r = (struct net_process_result){.exit_status = -1};
    struct net_process *process = net_process_start(loop, &captured, err);
    if (process == NULL)
        return -1;
    result_r->is_late = !net_process_wait(process, timeout_ms);
    if (result_r->is_late)
        (void)net_process_stop(process, SIGKILL, 0);
    else
        result_r->exit_status = net_process_exit_status(process);
    result_r->signal_number = net_process_signal(process);
    buffer_append(&result_r->out, net_process_stdout(process));
    buffer_append(&result_r->err, net_process_stderr(process));
    net_process_free(&process);
    if (!result_r->is_late)
        return 0;
    return err_set(err, NULL, 0, 0, "%s: not finished after %" PRId64 " ms, killed",
                   options->argv[0], timeout_ms);
}

void net_process_result_free(struct net_process_result *result)
{
    buffer_free(&result->out);
    buffer_free(&result->err);
}
