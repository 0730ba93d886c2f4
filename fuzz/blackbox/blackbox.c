#include "blackbox/blackbox.h"

#include "blackbox/supervise.h"

static const struct campaign_kind *kind_of(const struct blackbox_options *options)
{
    return target_is_server(options->target) ? &server_campaign : &client_campaign;
}

int blackbox_run(const struct blackbox_options *options, struct blackbox_summary *summary_r,
                 struct err *err)
{
    return supervise_run(kind_of(options), options, summary_r, err);
}

int blackbox_shrink(const struct blackbox_options *options, struct span stream, struct err *err)
{
    return supervise_shrink(kind_of(options), options, stream, err);
}
