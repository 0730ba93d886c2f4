/* record (private to watch/): how a connection's story is kept. */
#ifndef IMAPSPEC_WATCH_RECORD_H
#define IMAPSPEC_WATCH_RECORD_H

#include "watch/watch.h"

void record_add(struct watch_record *record, const struct watch_found *found);

#endif
