/*
 * match: does a unit from the wire match a checked line of a scenario?
 *
 * Keywords compare without case, tags and string values to the octet. `"abc"` matches the value in
 * any legal form (atom, quoted, literal), a literal piece only a literal. The list after FETCH or
 * STORE matches by property name in any order, the list after FLAGS as a set in which `\Recent`
 * does not count unless named; every other list is ordered and exact; `...` stands for others. A
 * placeholder takes the longest text that its rule of the grammar derives.
 */
#ifndef IMAPSPEC_RUN_MATCH_H
#define IMAPSPEC_RUN_MATCH_H

#include "grammar/grammar.h"
#include "run/capture.h"
#include "run/resolve.h"
#include "script/pattern.h"
#include "wire/wire.h"

struct match_scope {
    const struct resolve_scope *resolve;
    struct capture_list *captures; /* the list that resolve looks into */
    const struct grammar *grammar;
    struct grammar_matcher *matcher;
};

/* True when the unit matches as a whole; captures are made then, and only then. */
bool match_unit(const struct match_scope *scope, const struct pattern *pattern,
                const struct wire_unit *unit);

#endif
