/* expect_list: an expectation file in memory, line by line. Private to expect.c, expect_update.c.
 */
#ifndef IMAPSPEC_TARGET_EXPECT_LIST_H
#define IMAPSPEC_TARGET_EXPECT_LIST_H

#include "target/expect.h"

struct expect_entry {
    bool is_flaky;
    enum result_verdict verdict; /* unless flaky */
    const char *verdict_name;    /* "fail", "flaky" */
    const char *pattern, *reason;
    const char *place;               /* "dovecot.expect:12" */
    bool is_glob, is_whole_scenario; /* has `*` or `?`; has no '/' and no '[' */
    bool has_expired;
    bool was_used; /* fitted a case of the run */
};

struct expect_line {
    struct span text;           /* as it stands in the file, without its line end */
    struct expect_entry *entry; /* NULL: comment or empty */
};

struct expect_list {
    struct arena arena;
    const char *path;
    struct expect_line *lines; /* line n is lines[n - 1] */
    size_t nlines, lines_capacity;
};

/* The entry that counts for a case, or NULL. */
struct expect_entry *expect_find(const struct expect_list *list, const char *id, bool with_expired);

#endif
