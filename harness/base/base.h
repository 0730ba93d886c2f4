/*
 * base: what every part of imapspec stands on, with no knowledge of any protocol.
 *
 *   span     a borrowed run of octets                     chars    ASCII character tests
 *   buffer   octets appended at the end, consumed in front number   decimal numbers, whole or not
 * at all arena    memory that dies together                    table    octets -> pointer, in order
 *   memory   allocation that never fails, ENSURE()        err      what is wrong in a user's input
 *   clock    the only source of time                      rng      the only source of chance
 *
 * Three kinds of trouble are never mixed: user input returns -1 and fills a struct err; a peer's
 * misbehaviour is data (struct finding, see wire/finding.h); a bug of ours is an ENSURE().
 * This folder is shared by the harness, the reference implementation and the reports.
 */
#ifndef IMAPSPEC_BASE_BASE_H
#define IMAPSPEC_BASE_BASE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/chars.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/rng.h"
#include "base/span.h"
#include "base/table.h"

#endif
