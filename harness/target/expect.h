/*
 * expect: expectation files: the results that are known for a target, each with its reason, so that
 * a run tells only what is new. One line each, so that merges and blame work:
 *
 *     verdict  scenario[/axis][order]  reason [expires YYYY-MM-DD]
 *
 *     fail     bboard.select                  Dovecot answers BAD to BBOARD; RFC 1176 p.12
 *     warn     search.*                       SINCE counts days in local time expires 2027-01-31
 *     flaky    idle.timeout/path=inbox        the timer is coarse
 *
 * A line that starts with `#` is a comment, and empty lines mean nothing. verdict is one of pass,
 * nonstrict, warn, skip, blocked, fail, crash, error, or flaky: the only one that may go either
 * way. In the scenario part `*` stands for any octets and `?` for one; `[` and `]` are themselves.
 * A name without `/` and `[` stands for all axes and orders of that scenario. When several lines
 * fit a case, one without `*` and `?` goes before one with them, then the later before the earlier.
 *
 * A listed result that does not happen is unexpected, and so are fail, crash and error when they
 * are not listed; strictly, warn, nonstrict and blocked too. An expired line counts no more, and is
 * reported.
 */
#ifndef IMAPSPEC_TARGET_EXPECT_H
#define IMAPSPEC_TARGET_EXPECT_H

#include "base/base.h"
#include "reports/reports.h"

struct expect_list;

/* Reads the text of a file. today: days since 1970-01-01, for `expires`. NULL and *err with file,
 * line and column at the first thing that is wrong: an unknown verdict, no reason, a bad date, the
 * same scenario part twice. Returns new. */
struct expect_list *expect_read(struct span text, const char *path, int64_t today_days,
                                struct err *err);
void expect_free(struct expect_list **list);         /* NULL is fine */
size_t expect_count(const struct expect_list *list); /* entries, expired ones too */

/*
 * Sets expected, listed_at, is_unexpected and (when an entry fits and the case has no reason of its
 * own) reason of a case; notes which entry was used. list may be NULL: nothing is listed. Of an
 * expired entry an unexpected case gets listed_at and the reason, not expected.
 * is_strict: warn, nonstrict and blocked have to be listed too.
 * Texts set are borrowed from the list.
 */
void expect_apply(struct expect_list *list, bool is_strict, struct result_case *result);

/* After all cases of a run: appends a line "file:line: ..." for each entry that fitted none though
 * `ran_all` cases of the suite were played, and for each expired one; returns how many. With
 * ran_all false (a selection) only expired entries are told. */
size_t expect_report_unused(const struct expect_list *list, bool ran_all, struct buffer *out);

/*
 * What --update-expected writes: the file with the results of a run put in. Comments and entries
 * that fitted no case of the run stay as they are, to the octet. An entry that fits cases:
 *   - stays when any of them had its result, and always when it is flaky;
 *   - gets the new verdict and keeps its reason when they all had the same other result;
 *   - goes when that result needs no entry, or when they differ: each then has a line of its own,
 *     with the reason kept.
 * What is unexpected after that is added at the end with the reason "?", which expect_read()
 * refuses: the next run ends with an error until a person has written the reason. A blank in the
 * name of a case is written as "?", which fits it.
 *
 * list may be NULL (a new file). Returns how many lines without a reason were written.
 */
size_t expect_update(const struct expect_list *list, bool is_strict,
                     const struct result_case *const *results, size_t nresults, struct buffer *out);

#endif
