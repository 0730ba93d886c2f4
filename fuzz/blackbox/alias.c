#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blackbox/finding.h"

/*
 * One fault is seen by whoever looks first. The smallest stream that shows it is played once more
 * by somebody who goes on looking, with every relation, and with a row of questions behind it. What
 * they notice is the same fault, unless they notice it without the stream, too.
 */

/* They change nothing, or they would show by themselves what the stream is to be blamed for. */
static const char *const probes[] = {"NOOP",
                                     "FETCH 1 FAST",
                                     "FETCH 1,2 FLAGS",
                                     "FETCH 2 ALL",
                                     "SEARCH ALL",
                                     "SEARCH SEEN",
                                     "SEARCH DELETED",
                                     "SEARCH RECENT",
                                     "SEARCH FLAGGED",
                                     "SEARCH ANSWERED",
                                     "FETCH 5 FLAGS",
                                     "FIND MAILBOXES *",
                                     "CHECK",
                                     "NOOP",
                                     "FETCH 1 RFC822.HEADER",
                                     "FETCH 3 FAST",
                                     "SELECT m1",
                                     "FETCH 1 ALL",
                                     "SEARCH ALL",
                                     "SELECT m2",
                                     "SEARCH ALL",
                                     "NOOP",
                                     "SELECT INBOX",
                                     "FETCH 1 FLAGS",
                                     "SEARCH ALL",
                                     "SEARCH DELETED",
                                     "FETCH 1 RFC822",
                                     "FETCH 1 FLAGS",
                                     "CHECK",
                                     "LOGOUT"};

/* ---- what a play shows ---- */

static void note(const struct play_finding *finding, struct table *keys)
{
    char key[BUCKET_KEY_NBYTES];
    bucket_key(finding, key);
    if (table_get(keys, span_of(key)) == NULL)
        (void)table_put(keys, span_of(key), keys);
}

static void catch_all(struct campaign *c, const struct sample *sample, struct table *keys)
{
    struct play_result result;
    static struct play_catch caught;
    caught.nitems = 0;
    campaign_play(c, sample, NULL, &caught, &result);
    for (size_t i = 0; i < caught.nitems; i++)
        note(&caught.items[i], keys);
    if (result.has_finding)
        note(&result.finding, keys);
}

static void catch_relations(struct campaign *c, struct sample *sample, struct table *keys)
{
    struct plan_mode mode = sample->mode;
    sample->mode.pipelines = false;
    for (size_t i = 1; i <= plan_nrelations(); i++) {
        sample->mode.relation = (uint8_t)i;
        catch_all(c, sample, keys);
    }
    sample->mode = mode;
}

/* ---- probing ---- */

static void append_probes(struct sample *sample)
{
    struct span stream = span_make(sample->bytes, sample->nbytes);
    unsigned nsessions = stream_highest_session(stream);
    struct buffer out = {0};
    struct stream_writer writer = stream_writer_to(&out);
    char line[80];
    buffer_append(&out, stream);
    for (unsigned i = 1; i <= nsessions; i++) {
        stream_write_session(&writer, i);
        for (size_t k = 0; k < sizeof probes / sizeof *probes; k++) {
            int n = snprintf(line, sizeof line, "zp%zu %s\r\n", k + 1, probes[k]);
            stream_write_data(&writer, span_make(line, (size_t)n));
        }
    }
    if (out.nbytes <= sizeof sample->bytes) {
        memcpy(sample->bytes, buffer_span(&out).data, out.nbytes);
        sample->nbytes = out.nbytes;
    }
    buffer_free(&out);
}

/* As many sessions as the sample has, doing what everybody does. */
static void make_plain(const struct sample *sample, struct sample *plain)
{
    unsigned nsessions = stream_highest_session(span_make(sample->bytes, sample->nbytes));
    struct buffer out = {0};
    struct stream_writer writer = stream_writer_to(&out);
    *plain = (struct sample){.mode = sample->mode};
    plain->mode.relation = 0;
    for (unsigned i = 1; i <= nsessions; i++) {
        stream_write_session(&writer, i);
        stream_write_data(&writer, SPAN_LIT("a1 LOGIN fred secret\r\na2 SELECT INBOX\r\n"));
    }
    memcpy(plain->bytes, buffer_span(&out).data, out.nbytes);
    plain->nbytes = out.nbytes;
    buffer_free(&out);
}

/* All that is shown by the sample, relations and probes, in this order of trouble. */
static void probe(struct campaign *c, const struct sample *sample, struct table *keys)
{
    struct sample *probed = mem_alloc(sizeof *probed);
    *probed = *sample;
    catch_relations(c, probed, keys);
    append_probes(probed);
    catch_all(c, probed, keys);
    free(probed);
}

static const char *const writing[] = {"STORE", "COPY", "EXPUNGE"};
enum { WRITING = sizeof writing / sizeof *writing };

/* Which of them, or WRITING. */
static unsigned writing_of(unsigned verb)
{
    unsigned i = 0;
    while (i < WRITING && strcmp(feedback_verb_name(verb), writing[i]) != 0)
        i++;
    return i;
}

/* What changes mailboxes in a stream: verbs that write, messages that arrive, several sessions. */
unsigned alias_changes(const struct sample *sample)
{
    struct span stream = span_make(sample->bytes, sample->nbytes);
    struct stream_splitter splitter = stream_splitter_of(stream);
    struct stream_unit unit;
    unsigned changes = stream_highest_session(stream) > 1 ? 1U << (WRITING + 1) : 0;
    while (stream_splitter_next(&splitter, &unit)) {
        unsigned i = unit.kind == STREAM_DATA ? writing_of(feedback_verb(unit.bytes)) : WRITING;
        if (unit.kind == STREAM_DELIVER || i < WRITING)
            changes |= 1U << i;
    }
    return changes;
}

void alias_of_probe(struct span key, unsigned changes, char *key_r)
{
    (void)snprintf(key_r, BUCKET_KEY_NBYTES, "%.*s+%u", SPAN_ARG(key), changes);
}

struct bucket *alias_find(const struct bucket_list *list, struct span key, unsigned changes)
{
    char alias[BUCKET_KEY_NBYTES];
    struct bucket *bucket = NULL;
    /* what less changes have shown, more of them do as well */
    for (unsigned part = 0; part <= changes && bucket == NULL; part++) {
        if ((part & ~changes) != 0 || (part == 0 && changes != 0))
            continue;
        alias_of_probe(key, part, alias);
        bucket = bucket_find(list, alias);
    }
    return bucket;
}

void alias_show(struct campaign *c, const struct sample *sample, struct table *direct,
                struct table *all)
{
    struct table probed = {0};
    struct table plain_keys = {0};
    struct sample *plain = mem_alloc(sizeof *plain);
    char key[BUCKET_KEY_NBYTES];
    unsigned changes = alias_changes(sample);
    catch_all(c, sample, direct);
    probe(c, sample, &probed);
    make_plain(sample, plain);
    probe(c, plain, &plain_keys);
    for (size_t i = 0; i < direct->nentries; i++) {
        alias_of_probe(direct->entries[i].key, changes, key);
        (void)table_put(all, span_of(key), all);
    }
    for (size_t i = 0; i < probed.nentries; i++) {
        if (table_get(&plain_keys, probed.entries[i].key) != NULL)
            continue;
        alias_of_probe(probed.entries[i].key, changes, key);
        (void)table_put(all, span_of(key), all);
    }
    table_free(&probed);
    table_free(&plain_keys);
    free(plain);
}

/* ---- skeletons ---- */

static bool names_mailbox(unsigned verb)
{
    const char *name = feedback_verb_name(verb);
    return strcmp(name, "SELECT") == 0 || strcmp(name, "BBOARD") == 0 || strcmp(name, "COPY") == 0;
}

/* A command without its tag, its numbers, and the name of a mailbox at its end. */
static void append_bones(const struct stream_unit *unit, struct buffer *out)
{
    char data[1024];
    size_t nbytes = stream_data(unit->bytes, data, sizeof data);
    struct span text = span_make(data, nbytes < sizeof data ? nbytes : sizeof data);
    unsigned verb = feedback_verb(text);
    (void)span_cut(&text, ' ');
    text = span_trim(text);
    if (names_mailbox(verb))
        while (text.nbytes > 0 && text.data[text.nbytes - 1] != ' ')
            text.nbytes--;
    for (size_t i = 0; i < text.nbytes; i++) {
        bool is_number = char_is_digit(text.data[i]);
        while (is_number && i + 1 < text.nbytes && char_is_digit(text.data[i + 1]))
            i++;
        buffer_append_byte(out, (char)(is_number ? '#' : char_lower(text.data[i])));
    }
    buffer_append_byte(out, '\n');
}

void alias_skeleton(const struct sample *sample, char *key_r)
{
    struct stream_splitter splitter = stream_splitter_of(span_make(sample->bytes, sample->nbytes));
    struct stream_unit unit;
    struct buffer bones = {0};
    buffer_printf(&bones, "%d%d%d ", sample->mode.pipelines, sample->mode.hurries,
                  sample->mode.relation);
    while (stream_splitter_next(&splitter, &unit)) {
        buffer_printf(&bones, "%u ", unit.session);
        if (unit.kind == STREAM_DATA)
            append_bones(&unit, &bones);
        else
            buffer_printf(&bones, "event %d\n", unit.kind);
    }
    (void)snprintf(key_r, BUCKET_KEY_NBYTES, "skeleton-%08x",
                   (unsigned)(rng_hash(buffer_span(&bones)) >> 32));
    buffer_free(&bones);
}

/* ---- families ---- */

/* What could matter about a stream but the command at which the fault is seen. */
struct features {
    unsigned nliterals, nempty, nquotes, nranges, nlists, noddtags, nevents, nsessions;
    bool verbs[FEEDBACK_NVERBS];
};

static unsigned count_of(struct span text, const char *what)
{
    unsigned n = 0;
    size_t at;
    while ((at = span_find(text, span_of(what))) != SPAN_NPOS) {
        text = span_from(text, at + 1);
        n++;
    }
    return n;
}

static bool is_everyday(unsigned verb)
{
    static const char *const everyday[] = {"NOOP", "LOGIN", "SELECT", "BBOARD"};
    for (size_t i = 0; i < sizeof everyday / sizeof *everyday; i++)
        if (strcmp(feedback_verb_name(verb), everyday[i]) == 0)
            return true;
    return false;
}

static void add_features(const struct stream_unit *unit, const char *tag, struct features *f)
{
    char data[1024];
    size_t nbytes = stream_data(unit->bytes, data, sizeof data);
    struct span text = span_make(data, nbytes < sizeof data ? nbytes : sizeof data);
    struct span rest = text;
    struct span word = span_cut(&rest, ' ');
    f->nliterals += count_of(rest, "{");
    f->nempty += count_of(rest, "{0");
    f->nquotes += count_of(rest, "\"") > 0;
    f->nranges += count_of(rest, ":") > 0;
    f->nlists += count_of(rest, ",") > 0;
    for (size_t i = 0; i < word.nbytes; i++)
        f->noddtags += !char_is_alnum(word.data[i]) && word.data[i] != '\r' && word.data[i] != '\n';
    if (!span_is(word, tag) && !is_everyday(feedback_verb(text)))
        f->verbs[feedback_verb(text)] = true;
}

static bool is_at(const struct stream_unit *unit, const char *tag)
{
    char data[64];
    size_t nbytes = stream_data(unit->bytes, data, sizeof data);
    struct span text = span_make(data, nbytes < sizeof data ? nbytes : sizeof data);
    return unit->kind == STREAM_DATA && span_is(span_cut(&text, ' '), tag);
}

/* Whether it does not depend on the command: of a process that has died, or an answer that does not
 * come, the command is most of what is known. */
static bool is_general(const struct play_finding *finding)
{
    return strcmp(finding->oracle, "model") == 0 ||
           strcmp(finding->requirement, "literal.continuation") == 0;
}

bool alias_family(const struct sample *sample, const struct play_finding *finding, char *key_r)
{
    struct stream_splitter splitter = stream_splitter_of(span_make(sample->bytes, sample->nbytes));
    struct stream_unit unit;
    struct features f;
    char family[sizeof finding->signature];
    struct buffer text = {0};
    unsigned verb = 0;
    if (!is_general(finding))
        return false;
    (void)memset(&f, 0, sizeof f);
    f.nsessions = stream_highest_session(span_make(sample->bytes, sample->nbytes));
    while (stream_splitter_next(&splitter, &unit)) {
        f.nevents += unit.kind != STREAM_DATA;
        if (unit.kind == STREAM_DATA)
            add_features(&unit, finding->tag, &f);
        if (is_at(&unit, finding->tag))
            verb = feedback_verb(unit.bytes);
    }
    bucket_family(finding, family, sizeof family);
    /* what a command has left behind for the next one of its kind may break any rule of it */
    bool is_left_behind = f.verbs[verb];
    buffer_printf(&text, "%s|%s|%s|", finding->oracle, is_left_behind ? "" : finding->requirement,
                  family);
    buffer_append(&text, span_make((const char *)&f, sizeof f));
    (void)snprintf(key_r, BUCKET_KEY_NBYTES, "family-%08x",
                   (unsigned)(rng_hash(buffer_span(&text)) >> 32));
    buffer_free(&text);
    return true;
}

/* ---- what a command spoils ---- */

static void spoilt_key(const char *what, const struct stream_unit *unit, char *key_r)
{
    struct buffer bones = {0};
    append_bones(unit, &bones);
    (void)snprintf(key_r, BUCKET_KEY_NBYTES, "%s-%08x", what,
                   (unsigned)(rng_hash(buffer_span(&bones)) >> 32));
    buffer_free(&bones);
}

bool alias_spoils(const struct sample *sample, const struct play_finding *finding, const char *what,
                  char *key_r)
{
    struct stream_splitter splitter = stream_splitter_of(span_make(sample->bytes, sample->nbytes));
    struct stream_unit unit;
    bool is_seen = false;
    if (strcmp(finding->oracle, "model") != 0)
        return false;
    while (stream_splitter_next(&splitter, &unit)) {
        if (unit.kind != STREAM_DATA || is_seen)
            return false;
        if (is_at(&unit, finding->tag) && writing_of(feedback_verb(unit.bytes)) < WRITING) {
            spoilt_key(what, &unit, key_r);
            is_seen = true;
        } else if (!is_everyday(feedback_verb(unit.bytes))) {
            return false;
        }
    }
    return is_seen;
}

void alias_spoilt(const struct sample *sample, const struct play_finding *finding, const char *what,
                  struct table *keys)
{
    struct stream_splitter splitter = stream_splitter_of(span_make(sample->bytes, sample->nbytes));
    struct stream_unit unit;
    char key[BUCKET_KEY_NBYTES];
    bool is_over = strcmp(finding->oracle, "model") != 0;
    while (!is_over && stream_splitter_next(&splitter, &unit)) {
        is_over = is_at(&unit, finding->tag);
        if (unit.kind != STREAM_DATA || writing_of(feedback_verb(unit.bytes)) == WRITING)
            continue;
        spoilt_key(what, &unit, key);
        (void)table_put(keys, span_of(key), keys);
    }
}

/* Relations are between answers to SEARCH, but for one. */
bool alias_relation(const struct sample *sample, const struct play_finding *finding, char *key_r)
{
    struct stream_splitter splitter = stream_splitter_of(span_make(sample->bytes, sample->nbytes));
    struct stream_unit unit;
    bool is_relation = strcmp(finding->oracle, "relation") == 0;
    bool searches = is_relation && strcmp(finding->requirement, "fetch.every-message") != 0;
    while (stream_splitter_next(&splitter, &unit))
        if (strcmp(finding->oracle, "model") == 0 && is_at(&unit, finding->tag))
            searches = strcmp(feedback_verb_name(feedback_verb(unit.bytes)), "SEARCH") == 0;
    (void)snprintf(key_r, BUCKET_KEY_NBYTES, "relation-SEARCH+%u", alias_changes(sample));
    return searches;
}
