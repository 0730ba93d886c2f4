#include "target/expect.h"

#include <stdlib.h>
#include <string.h>

#include "target/expect_list.h"

/* ---- reading ----------------------------------------------------------------------------------
 */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Cuts the next word off *rest. */
static struct span next_word(struct span *rest)
{
    while (rest->nbytes > 0 && is_blank(rest->data[0]))
        *rest = span_from(*rest, 1);
    size_t n = 0;
    while (n < rest->nbytes && !is_blank(rest->data[n]))
        n++;
    struct span word = span_slice(*rest, 0, n);
    *rest = span_from(*rest, n);
    return word;
}

struct reading {
    struct expect_list *list;
    struct span line;
    unsigned number;
    int64_t today_days;
    struct err *err;
};

static int complain(const struct reading *r, struct span at, const char *text, struct span what)
{
    unsigned col = (unsigned)(at.data - r->line.data) + 1;
    if (what.nbytes > 0)
        (void)err_set(r->err, r->list->path, r->number, col, "%s \"%.*s\"", text, SPAN_ARG(what));
    else
        (void)err_set(r->err, r->list->path, r->number, col, "%s", text);
    err_set_source(r->err, r->line);
    return -1;
}

static int parse_date(struct span text, int64_t *days_r)
{
    uint32_t year;
    uint32_t month;
    uint32_t day;
    struct span rest = text;
    if (text.nbytes != 10 || number_parse_u32(span_cut(&rest, '-'), &year) != 0 ||
        number_parse_u32(span_cut(&rest, '-'), &month) != 0 || number_parse_u32(rest, &day) != 0 ||
        year < 1970 || month < 1 || month > 12 || day < 1 ||
        day > (uint32_t)clock_days_in_month((int)year, (int)month))
        return -1;
    struct clock_date date = {.year = (int)year, .month = (int)month, .day = (int)day};
    *days_r = clock_date_to_wall(date) / 86400;
    return 0;
}

/* The reason without a closing `expires DATE`, which it judges. */
static int read_reason(const struct reading *r, struct span reason, struct expect_entry *entry)
{
    size_t last = reason.nbytes;
    while (last > 0 && !is_blank(reason.data[last - 1]))
        last--;
    struct span before = span_trim(span_slice(reason, 0, last));
    if (span_is(before, "expires") || span_ends_with(before, SPAN_LIT(" expires"))) {
        struct span date = span_from(reason, last);
        int64_t days;
        if (parse_date(date, &days) != 0)
            return complain(r, date, "no date of the form YYYY-MM-DD:", date);
        entry->has_expired = r->today_days > days;
        reason = span_trim(span_slice(before, 0, before.nbytes - strlen("expires")));
    }
    if (reason.nbytes == 0 || span_is(reason, "?"))
        return complain(r, reason.nbytes == 0 ? span_from(r->line, r->line.nbytes) : reason,
                        "no reason: write why this result is accepted, and the page of the RFC",
                        SPAN_LIT(""));
    entry->reason = arena_text(&r->list->arena, reason);
    return 0;
}

static int read_entry(const struct reading *r, struct expect_entry *entry)
{
    struct span rest = r->line;
    struct span verdict = next_word(&rest);
    entry->is_flaky = span_is(verdict, "flaky");
    if (!entry->is_flaky && result_verdict_parse(verdict, &entry->verdict) != 0)
        return complain(r, verdict, "no verdict:", verdict);
    entry->verdict_name = arena_text(&r->list->arena, verdict);
    struct span pattern = next_word(&rest);
    if (pattern.nbytes == 0)
        return complain(r, pattern, "no scenario after the verdict", pattern);
    entry->pattern = arena_text(&r->list->arena, pattern);
    entry->place = arena_printf(&r->list->arena, "%s:%u", r->list->path, r->number);
    entry->is_glob = strpbrk(entry->pattern, "*?") != NULL;
    entry->is_whole_scenario = strpbrk(entry->pattern, "/[") == NULL;
    for (size_t i = 0; i + 1 < r->list->nlines; i++)
        if (r->list->lines[i].entry != NULL &&
            strcmp(r->list->lines[i].entry->pattern, entry->pattern) == 0)
            return complain(r, pattern, "listed twice:", pattern);
    return read_reason(r, span_trim(rest), entry);
}

static int read_line(struct reading *r)
{
    struct expect_list *list = r->list;
    list->lines = arena_grow(&list->arena, list->lines, &list->lines_capacity, list->nlines + 1,
                             sizeof *list->lines);
    struct expect_line *line = &list->lines[list->nlines++];
    line->text = r->line;
    struct span trimmed = span_trim(r->line);
    if (trimmed.nbytes == 0 || trimmed.data[0] == '#')
        return 0;
    struct expect_entry *entry = arena_alloc(&list->arena, sizeof *entry);
    if (read_entry(r, entry) != 0)
        return -1;
    line->entry = entry;
    return 0;
}

struct expect_list *expect_read(struct span text, const char *path, int64_t today_days,
                                struct err *err)
{
    struct expect_list *list = mem_alloc(sizeof *list);
    list->path = arena_text(&list->arena, span_of(path));
    struct span rest = arena_copy(&list->arena, text);
    struct reading r = {.list = list, .today_days = today_days, .err = err};
    while (rest.nbytes > 0) {
        r.line = span_cut(&rest, '\n');
        while (r.line.nbytes > 0 && r.line.data[r.line.nbytes - 1] == '\r')
            r.line.nbytes--;
        r.number++;
        if (read_line(&r) != 0) {
            expect_free(&list);
            return NULL;
        }
    }
    return list;
}

void expect_free(struct expect_list **list)
{
    struct expect_list *old = *list;
    *list = NULL;
    if (old == NULL)
        return;
    arena_free(&old->arena);
    free(old);
}

size_t expect_count(const struct expect_list *list)
{
    size_t n = 0;
    for (size_t i = 0; i < list->nlines; i++)
        if (list->lines[i].entry != NULL)
            n++;
    return n;
}

/* ---- finding ----------------------------------------------------------------------------------
 */

/* `*` any octets, `?` one. Goes back to the last `*` only, which is enough. */
static bool glob_fits(const char *pattern, struct span text)
{
    const char *star = NULL;
    size_t star_at = 0;
    size_t i = 0;
    while (i < text.nbytes) {
        if (*pattern == '*') {
            star = pattern++;
            star_at = i;
        } else if (*pattern != '\0' && (*pattern == '?' || *pattern == text.data[i])) {
            pattern++;
            i++;
        } else if (star != NULL) {
            pattern = star + 1;
            i = ++star_at;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static bool entry_fits(const struct expect_entry *entry, const char *id)
{
    struct span whole = span_of(id);
    if (glob_fits(entry->pattern, whole))
        return true;
    if (!entry->is_whole_scenario)
        return false;
    return glob_fits(entry->pattern, span_slice(whole, 0, strcspn(id, "/[")));
}

/* Which of two fitting entries goes first: the higher one. */
static int entry_rank(const struct expect_entry *entry)
{
    return (entry->is_glob ? 0 : 2) + (entry->is_whole_scenario ? 0 : 1);
}

struct expect_entry *expect_find(const struct expect_list *list, const char *id, bool with_expired)
{
    struct expect_entry *best = NULL;
    for (size_t i = 0; i < list->nlines; i++) {
        struct expect_entry *entry = list->lines[i].entry;
        if (entry == NULL || (entry->has_expired && !with_expired) || !entry_fits(entry, id))
            continue;
        if (best == NULL || entry_rank(entry) >= entry_rank(best))
            best = entry;
    }
    return best;
}

/* ---- judging ----------------------------------------------------------------------------------
 */

static void set_reason(struct result_case *result, const struct expect_entry *entry)
{
    if (result->reason == NULL || result->reason[0] == '\0')
        result->reason = entry->reason;
}

/* An expired line excuses nothing, but whoever looks at the result wants to know of it. */
static void apply_none(const struct expect_list *list, bool is_strict, struct result_case *result)
{
    result->expected = result->listed_at = "";
    result->is_unexpected = result_is_unexpected(result->verdict, "", is_strict);
    const struct expect_entry *expired = NULL;
    if (list != NULL && result->is_unexpected)
        expired = expect_find(list, result->id, true);
    if (expired == NULL)
        return;
    result->listed_at = expired->place;
    set_reason(result, expired);
}

void expect_apply(struct expect_list *list, bool is_strict, struct result_case *result)
{
    struct expect_entry *entry = list == NULL ? NULL : expect_find(list, result->id, false);
    if (entry == NULL) {
        apply_none(list, is_strict, result);
        return;
    }
    entry->was_used = true;
    result->expected = entry->verdict_name;
    result->listed_at = entry->place;
    result->is_unexpected = result_is_unexpected(result->verdict, entry->verdict_name, is_strict);
    set_reason(result, entry);
}

size_t expect_report_unused(const struct expect_list *list, bool ran_all, struct buffer *out)
{
    size_t n = 0;
    for (size_t i = 0; i < list->nlines; i++) {
        const struct expect_entry *entry = list->lines[i].entry;
        if (entry == NULL || !(entry->has_expired || (ran_all && !entry->was_used)))
            continue;
        buffer_printf(
            out, "%s:%zu: %s %s: %s\n", list->path, i + 1, entry->verdict_name, entry->pattern,
            entry->has_expired
                ? "has expired and counts no more: write another date, or remove this line"
                : "fits no case that was played: remove this line");
        n++;
    }
    return n;
}
