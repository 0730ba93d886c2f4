/*
 * fetch: what of messages the library gets. It has no command for each item: it gets what has it,
 * and often more.
 */
#ifndef SHIM_FETCH_H
#define SHIM_FETCH_H

#include <stdbool.h>
#include <stdlib.h>

#include <c-client/c-client.h>

#include "line.h"

struct fetch_item;

/* The one of the items which, got, brings all of them; NULL: there is none. Parentheses are passed
 * over. */
const struct fetch_item *fetch_find(const struct line_word *words, size_t nwords);

/* Whether the library will ask the server, although it may know the item: of envelopes and texts it
 * never does. */
bool fetch_asks_again(const struct fetch_item *item, MAILSTREAM *stream, const char *sequence);

/* Gets it; with is_missing, of those messages only of which it is not known. */
void fetch_get(const struct fetch_item *item, MAILSTREAM *stream, const char *sequence,
               bool is_missing);

#endif
