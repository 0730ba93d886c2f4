#include "blackbox/finding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blackbox/status.h"

enum {
    CONFIRMED_HERE = 3, /* plays that must all show it */
    CONFIRMED_OUTSIDE = 5,
    CONFIRMED_SLOW = 4,
    SHRINK_BUDGET = 5000,
    SHRINK_US = 30000000,
    SHRINK_LEAST_US = 2000000,
    SHRINK_SHARE = 6, /* of the run's time, for one finding */
    SHRINK_LONG_US = 600000000,
    SHRINK_HANG_MS = 200 /* nobody would wait two seconds for each candidate */
};

/* ---- the same ---- */

/* Whether the sample shows the same again. */
static bool shows(struct campaign *c, const struct sample *sample,
                  const struct play_finding *finding)
{
    struct play_result result;
    campaign_play(c, sample, NULL, NULL, &result);
    return result.has_finding && bucket_is_same(&result.finding, finding);
}

/* The same, but for the command at which it is seen. Then that is what is looked for. */
static bool shows_family(struct campaign *c, const struct sample *sample,
                         struct play_finding *finding)
{
    struct play_result result;
    char ours[sizeof finding->signature];
    char theirs[sizeof finding->signature];
    campaign_play(c, sample, NULL, NULL, &result);
    if (!result.has_finding || strcmp(result.finding.oracle, finding->oracle) != 0 ||
        strcmp(result.finding.requirement, finding->requirement) != 0)
        return false;
    bucket_family(finding, ours, sizeof ours);
    bucket_family(&result.finding, theirs, sizeof theirs);
    if (strcmp(ours, theirs) != 0)
        return false;
    *finding = result.finding;
    return true;
}

static int64_t hang_ms(const struct play_finding *finding)
{
    return strcmp(finding->oracle, "silent") == 0 ? SHRINK_HANG_MS : 0;
}

static bool has_time(const struct campaign *c)
{
    return course_left_us(&c->course) > 0 && !course_is_interrupted(&c->course);
}

/* ---- confirming ---- */

static unsigned confirmations(const struct campaign *c, const struct play_finding *finding)
{
    if (strcmp(finding->oracle, "slow") == 0)
        return CONFIRMED_SLOW;
    return c->target.is_in_process ? CONFIRMED_HERE : CONFIRMED_OUTSIDE;
}

/* True when it was shown each time; what went before on the same stage is added when the sample
 * alone does not show it. */
static bool confirm(struct campaign *c, struct sample *sample, struct span history,
                    const struct play_finding *finding, struct finding_work *work)
{
    unsigned n = confirmations(c, finding);
    for (unsigned i = 0; i < n && (i == 0 || has_time(c)); i++) {
        c->hang_ms = i == 0 ? 0 : hang_ms(finding);
        bool is_shown = shows(c, sample, finding);
        if (!is_shown && i == 0 && campaign_join(history, sample))
            is_shown = shows(c, sample, finding);
        c->hang_ms = 0;
        if (!is_shown)
            return false;
        work->nconfirmed++;
    }
    return true;
}

/* ---- shrinking ---- */

static void simplify(struct plan_mode *mode, int what)
{
    switch (what) {
    case 0:
        mode->relation = 0;
        return;
    case 1:
        mode->pipelines = false;
        return;
    case 2:
        mode->hurries = false;
        return;
    default:
        mode->is_closed = false;
        return;
    }
}

/* A mode that says less is better, when it shows the same. */
static void simplify_mode(struct campaign *c, struct sample *sample,
                          const struct play_finding *finding)
{
    for (int i = 0; i < 4; i++) {
        struct plan_mode before = sample->mode;
        simplify(&sample->mode, i);
        if (memcmp(&before, &sample->mode, sizeof before) != 0 && !shows(c, sample, finding))
            sample->mode = before;
    }
}

static int64_t shrink_limit_us(const struct campaign *c)
{
    int64_t left_us = course_left_us(&c->course);
    int64_t limit_us = SHRINK_US;
    if (c->course.options->time_ms == 0 && c->course.options->count == 0)
        return SHRINK_LONG_US;
    if (c->course.options->time_ms > 0) {
        int64_t share_us = c->course.options->time_ms * 1000 / SHRINK_SHARE;
        share_us = share_us > SHRINK_LEAST_US ? share_us : SHRINK_LEAST_US;
        limit_us = share_us < limit_us ? share_us : limit_us;
    }
    return left_us < limit_us ? left_us : limit_us;
}

static void shrink(struct campaign *c, struct sample *sample, const struct play_finding *finding,
                   int64_t deadline_us, struct finding_work *work)
{
    struct sample *candidate = mem_alloc(sizeof *candidate);
    struct span stream;
    simplify_mode(c, sample, finding);
    struct shrinker *shrinker =
        shrink_new(MUTATOR_REQUESTS, span_make(sample->bytes, sample->nbytes), SHRINK_BUDGET);
    *candidate = *sample;
    while (shrink_next(shrinker, &stream)) {
        memcpy(candidate->bytes, stream.data, stream.nbytes);
        candidate->nbytes = stream.nbytes;
        shrink_answer(shrinker, shows(c, candidate, finding));
        if (clock_now_us(&c->course.clock) > deadline_us || course_is_interrupted(&c->course)) {
            work->is_late = true;
            break;
        }
    }
    struct shrink_statistics s = shrink_statistics(shrinker);
    work->statistics.asked += s.asked;
    work->statistics.accepted += s.accepted;
    if (work->statistics.units_before == 0)
        work->statistics.units_before = s.units_before;
    work->statistics.units_after = s.units_after;
    work->statistics.is_minimal = s.is_minimal;
    stream = shrink_result(shrinker);
    memcpy(sample->bytes, stream.data, stream.nbytes);
    sample->nbytes = stream.nbytes;
    simplify_mode(c, sample, finding);
    shrink_free(&shrinker);
    free(candidate);
}

/* ---- the command it is seen at ---- */

static bool is_of_tag(const struct stream_unit *unit, const struct play_finding *finding)
{
    char data[64];
    size_t nbytes = stream_data(unit->bytes, data, sizeof data);
    struct span text = span_make(data, nbytes < sizeof data ? nbytes : sizeof data);
    char session[8];
    (void)snprintf(session, sizeof session, "s%u", unit->session);
    return unit->kind == STREAM_DATA && unit->begins && strcmp(session, finding->session) == 0 &&
           span_is(span_cut(&text, ' '), finding->tag);
}

/* The last command of that tag becomes a NOOP: when the same is seen there, too, the command was
 * not what mattered. False when there is none. */
static bool make_plain(const struct sample *sample, const struct play_finding *finding,
                       struct sample *plain)
{
    struct span stream = span_make(sample->bytes, sample->nbytes);
    struct stream_splitter splitter = stream_splitter_of(stream);
    struct stream_unit unit;
    struct stream_unit found = {.session = 0};
    if (finding->tag[0] == '\0')
        return false;
    while (stream_splitter_next(&splitter, &unit))
        if (is_of_tag(&unit, finding))
            found = unit;
    if (found.session == 0 || feedback_verb(found.bytes) == 1)
        return false;
    struct buffer out = {0};
    struct stream_writer writer = stream_writer_to(&out);
    size_t at = (size_t)(found.bytes.data - stream.data);
    buffer_append(&out, span_slice(stream, 0, at));
    stream_write_data(&writer, span_of(finding->tag));
    stream_write_data(&writer, SPAN_LIT(" NOOP\r\n"));
    buffer_append(&out, span_from(stream, at + found.bytes.nbytes));
    bool ok = out.nbytes <= sizeof plain->bytes;
    *plain = *sample;
    if (ok) {
        memcpy(plain->bytes, buffer_span(&out).data, out.nbytes);
        plain->nbytes = out.nbytes;
    }
    buffer_free(&out);
    return ok;
}

static void shrink_all(struct campaign *c, struct sample *sample, struct play_finding *finding,
                       struct finding_work *work)
{
    int64_t limit_us = shrink_limit_us(c);
    int64_t deadline_us = clock_now_us(&c->course.clock) + limit_us;
    if (limit_us <= 0 || course_is_interrupted(&c->course)) {
        work->is_unshrunk = true;
        return;
    }
    c->hang_ms = hang_ms(finding);
    shrink(c, sample, finding, deadline_us, work);
    struct sample *plain = mem_alloc(sizeof *plain);
    if (!work->is_late && make_plain(sample, finding, plain) && shows_family(c, plain, finding)) {
        *sample = *plain;
        shrink(c, sample, finding, deadline_us, work);
    }
    free(plain);
    c->hang_ms = 0;
}

/* Tags, and the octets that the text quotes, have changed with the shrinking. */
static void tell_again(struct campaign *c, const struct sample *sample,
                       struct play_finding *finding)
{
    struct play_result result;
    campaign_play(c, sample, NULL, NULL, &result);
    if (result.has_finding && bucket_is_same(&result.finding, finding))
        *finding = result.finding;
}

/* ---- telling apart ---- */

/* By commands that write and are wrong by themselves: it is such a one, or stands behind one. */
static struct bucket *find_spoilt(struct campaign *c, const struct sample *sample,
                                  const struct play_finding *finding, struct finding_work *work)
{
    struct table spoilt = {0};
    struct bucket *bucket = NULL;
    char key[BUCKET_KEY_NBYTES];
    alias_spoilt(sample, finding, "spoils", &spoilt);
    for (size_t i = 0; i < spoilt.nentries && bucket == NULL; i++)
        bucket = table_get(&c->course.buckets.known, spoilt.entries[i].key);
    table_free(&spoilt);
    if (bucket == NULL && alias_spoils(sample, finding, "spoilt", key))
        bucket = bucket_find(&c->course.buckets, key);
    alias_spoilt(sample, finding, "spoilt", &work->shows);
    if (alias_spoils(sample, finding, "spoils", key)) {
        (void)table_put(&work->shows, span_of(key), work);
        if (bucket != NULL)
            bucket_know(&c->course.buckets, bucket, key);
    }
    return bucket;
}

/* By what is said, whatever the finding. */
static struct bucket *find_alike(struct campaign *c, const struct sample *sample,
                                 const struct play_finding *finding, struct finding_work *work)
{
    char keys[2][BUCKET_KEY_NBYTES];
    char own[BUCKET_KEY_NBYTES];
    char probed[BUCKET_KEY_NBYTES];
    size_t n = 1;
    alias_skeleton(sample, keys[0]);
    n += alias_family(sample, finding, keys[1]);
    bucket_key(finding, own);
    struct bucket *bucket = alias_find(&c->course.buckets, span_of(own), alias_changes(sample));
    for (size_t i = 0; i < n && bucket == NULL; i++) {
        bucket = bucket_find(&c->course.buckets, keys[i]);
        (void)table_put(&work->shows, span_of(keys[i]), work);
    }
    struct bucket *spoilt = find_spoilt(c, sample, finding, work);
    if (bucket == NULL)
        bucket = spoilt;
    if (alias_relation(sample, finding, probed)) {
        bool is_relation = strcmp(finding->oracle, "relation") == 0;
        if (bucket == NULL && is_relation)
            bucket = bucket_find(&c->course.buckets, probed);
        (void)table_put(&work->shows, span_of(probed), work);
    }
    return bucket;
}

/* By what it shows when somebody goes on looking. */
static struct bucket *find_shown(struct campaign *c, const struct sample *sample,
                                 struct finding_work *work)
{
    struct table direct = {0};
    struct bucket *bucket = NULL;
    char probed[BUCKET_KEY_NBYTES];
    unsigned changes = alias_changes(sample);
    c->hang_ms = SHRINK_HANG_MS;
    alias_show(c, sample, &direct, &work->shows);
    c->hang_ms = 0;
    for (size_t i = 0; i < c->course.buckets.nitems && bucket == NULL; i++) {
        struct bucket *other = c->course.buckets.items[i];
        struct span key = span_of(other->key);
        alias_of_probe(key, changes, probed);
        if (table_get(&direct, key) != NULL ||
            (table_get(&work->shows, span_of(probed)) != NULL &&
             alias_find(&c->course.buckets, key, changes) == other))
            bucket = other;
    }
    table_free(&direct);
    return bucket;
}

/* The bucket that the finding belongs to, or NULL. */
static struct bucket *find_bucket(struct campaign *c, const struct sample *sample,
                                  const struct play_finding *finding, struct finding_work *work)
{
    char key[BUCKET_KEY_NBYTES];
    bucket_key(finding, key);
    struct bucket *bucket = bucket_find(&c->course.buckets, key);
    if (bucket != NULL || work->is_flaky || work->is_unshrunk || work->is_late)
        return bucket;
    bucket = find_alike(c, sample, finding, work);
    if (bucket == NULL && has_time(c))
        bucket = find_shown(c, sample, work);
    return bucket;
}

static int record(struct campaign *c, const struct sample *sample, struct play_finding *finding,
                  struct finding_work *work, struct err *err)
{
    char key[BUCKET_KEY_NBYTES];
    char own[BUCKET_KEY_NBYTES];
    bool is_small = !work->is_flaky && !work->is_unshrunk && !work->is_late;
    bucket_key(finding, key);
    struct bucket *bucket = bucket_add(&c->course.buckets, key);
    alias_of_probe(span_of(key), alias_changes(sample), own);
    if (is_small)
        (void)table_put(&work->shows, span_of(own), work);
    for (size_t i = 0; i < work->shows.nentries; i++) {
        char other[BUCKET_KEY_NBYTES];
        (void)snprintf(other, sizeof other, "%.*s", SPAN_ARG(work->shows.entries[i].key));
        bucket_know(&c->course.buckets, bucket, other);
    }
    c->course.shared->summary.nfindings++;
    c->course.shared->summary.nflaky += work->is_flaky;
    return record_write(c, key, sample, finding, work, err);
}

/* ---- all of it ---- */

/* Nothing that a server called by function does while a finding is looked at ends this process. */
static bool begin_apart(struct campaign *c)
{
    bool before = c->plays_apart;
    c->plays_apart = c->target.is_in_process;
    return before;
}

/* What a machine that is busy with others shows, too: it counts when it is seen each time. */
static bool is_passing(const struct play_finding *finding)
{
    return strcmp(finding->oracle, "slow") == 0;
}

/* Shrinks what was confirmed, and writes it or adds it to the bucket where it belongs. */
static int keep_or_join(struct campaign *c, const struct sample *sample,
                        const struct play_finding *finding, struct finding_work *work,
                        struct err *err)
{
    char key[BUCKET_KEY_NBYTES];
    struct sample *small = mem_alloc(sizeof *small);
    struct play_finding seen = *finding;
    int status;
    *small = *sample;
    bucket_key(finding, key);
    if (!work->is_flaky)
        shrink_all(c, small, &seen, work);
    if (!work->is_flaky && !work->is_unshrunk)
        tell_again(c, small, &seen);
    struct bucket *bucket = find_bucket(c, small, &seen, work);
    c->plays_apart = c->target.is_in_process && strcmp(seen.oracle, "crash") == 0;
    if (bucket != NULL) {
        status = record_alias(c, bucket, finding, sample->number, err);
    } else {
        status = record(c, small, &seen, work, err);
        bucket = c->course.buckets.items[c->course.buckets.nitems - 1];
    }
    bucket_know(&c->course.buckets, bucket, key);
    free(small);
    return status;
}

int finding_take(struct campaign *c, const struct sample *sample, struct span history,
                 const struct play_finding *finding, struct err *err)
{
    struct finding_work work = {.nconfirmed = 0};
    if (bucket_is_known(&c->course.buckets, finding))
        return 0;
    if (!is_passing(finding))
        status_announce(&c->course, finding);
    struct sample *small = mem_alloc(sizeof *small);
    char *before = mem_alloc(history.nbytes + 1);
    if (history.nbytes > 0)
        memcpy(before, history.data, history.nbytes);
    *small = *sample;
    bool was_apart = begin_apart(c);
    work.is_flaky = !confirm(c, small, span_make(before, history.nbytes), finding, &work);
    int status = 0;
    if (!work.is_flaky || !is_passing(finding))
        status = keep_or_join(c, work.is_flaky ? sample : small, finding, &work, err);
    c->plays_apart = was_apart;
    table_free(&work.shows);
    free(before);
    free(small);
    return status;
}

int finding_keep(struct campaign *c, const struct sample *sample,
                 const struct play_finding *finding, struct err *err)
{
    struct finding_work work = {.is_unshrunk = true, .nconfirmed = 1};
    struct play_finding seen = *finding;
    if (bucket_is_known(&c->course.buckets, finding))
        return 0;
    return record(c, sample, &seen, &work, err);
}
