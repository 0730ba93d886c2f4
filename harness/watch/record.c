#include "watch/record.h"
#include "catalogue/catalogue.h"

void watch_text_write(struct span text, struct buffer *out)
{
    for (size_t i = 0; i < text.nbytes; i++)
        if (char_is_print(text.data[i]))
            buffer_append_byte(out, text.data[i]);
        else
            buffer_printf(out, "\\x%02x", (unsigned char)text.data[i]);
}

void watch_line_write(struct span octets, struct buffer *out)
{
    size_t end = span_find_byte(octets, '\n');
    struct span line = span_slice(octets, 0, end);
    while (line.nbytes > 0 && line.data[line.nbytes - 1] == '\r')
        line.nbytes--;
    watch_text_write(span_slice(line, 0, WATCH_LINE_NBYTES), out);
    if (line.nbytes > WATCH_LINE_NBYTES)
        buffer_append_text(out, "...");
}

void record_add(struct watch_record *record, const struct watch_found *found)
{
    record->nfindings[found->finding->level]++;
    if (record->nkept == WATCH_KEPT_MAX)
        return;
    record->kept = arena_grow(&record->arena, record->kept, &record->capacity, record->nkept + 1,
                              sizeof *record->kept);
    struct buffer line = {0};
    watch_line_write(found->octets, &line);
    record->kept[record->nkept++] = (struct watch_kept){
        .side = found->side,
        .requirement = found->finding->requirement,
        .rule = found->finding->rule,
        .level = found->finding->level,
        .text = arena_text(&record->arena, span_of(found->finding->text)),
        .line = arena_text(&record->arena, buffer_span(&line)),
        .log_line = record->log == NULL ? 0 : wire_log_nlines(record->log),
    };
    buffer_free(&line);
}

/* ---- as a result ---------------------------------------------------------------------------- */

static enum result_verdict verdict_of(enum finding_level level)
{
    static const enum result_verdict verdicts[WATCH_NLEVELS] = {[FINDING_OBSERVE] = RESULT_PASS,
                                                                [FINDING_WARN] = RESULT_WARN,
                                                                [FINDING_FAIL] = RESULT_FAIL};
    return verdicts[level];
}

struct filling {
    const struct catalogue *catalogue;
    struct arena *arena;
    struct result_case *result;
    size_t checks_capacity;
};

static void add_check(struct filling *f, const struct watch_kept *kept,
                      const struct catalogue_requirement *row)
{
    struct result_case *r = f->result;
    enum result_verdict verdict = verdict_of(kept->level);
    for (size_t i = 0; i < r->nchecks; i++)
        if (span_is(span_of(r->checks[i].requirement), kept->requirement)) {
            if (verdict > r->checks[i].verdict)
                r->checks[i].verdict = verdict;
            return;
        }
    r->checks =
        arena_grow(f->arena, r->checks, &f->checks_capacity, r->nchecks + 1, sizeof *r->checks);
    r->checks[r->nchecks++] = (struct result_check){.requirement = kept->requirement,
                                                    .verdict = verdict,
                                                    .page = row == NULL ? "" : row->place,
                                                    .statement = row == NULL ? "" : row->statement};
}

static void add_finding(struct filling *f, const struct watch_kept *kept)
{
    const struct catalogue_requirement *row =
        catalogue_find(f->catalogue, span_of(kept->requirement));
    if (kept->level != FINDING_OBSERVE)
        add_check(f, kept, row);
    f->result->findings[f->result->nfindings++] = (struct result_finding){
        .requirement = kept->requirement,
        .rule = kept->rule,
        .level = finding_level_name(kept->level),
        .text = arena_printf(f->arena, "%s: %s", watch_side_name(kept->side), kept->text),
        .got = kept->line,
        .log_line = kept->log_line,
        .page = row == NULL ? "" : row->place,
        .statement = row == NULL ? "" : row->statement};
}

struct result_case *watch_record_result(const struct watch_record *record, const char *dialect,
                                        struct arena *arena)
{
    struct result_case *r = arena_alloc(arena, sizeof *r);
    struct filling filling = {catalogue_of_dialect(span_of(dialect)), arena, r, 0};
    r->id = arena_printf(arena, "connection-%u", record->number);
    r->scenario = "watch";
    r->claim = "Live traffic is as the RFC has it";
    r->reason = record->trouble;
    r->ms = record->ms;
    r->findings = arena_array(arena, record->nkept, sizeof *r->findings);
    for (size_t i = 0; i < record->nkept; i++)
        add_finding(&filling, &record->kept[i]);
    for (int level = FINDING_OBSERVE; level < WATCH_NLEVELS; level++)
        if (record->nfindings[level] > 0)
            r->verdict = verdict_of((enum finding_level)level);
    r->is_unexpected = r->verdict != RESULT_PASS;
    if (record->log != NULL) {
        struct buffer log = {0};
        wire_log_render(record->log, &log, 0, 0);
        r->log = arena_text(arena, buffer_span(&log));
        buffer_free(&log);
    }
    return r;
}
