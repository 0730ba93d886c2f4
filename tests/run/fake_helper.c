#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_helper.h"

/* ---- the engine ---- */

struct engine {
    struct fake *fake;
    struct buffer input, output;
    size_t flooded, ntold; /* octets of the flood, and of the fake's news */
    bool is_closing;
};

static void say(struct engine *e, const char *answer, struct span tag)
{
    for (const char *at = answer; *at != '\0'; at++) {
        if (at[0] == '%' && at[1] == 'T') {
            buffer_append(&e->output, tag);
            at++;
        } else {
            buffer_append_byte(&e->output, *at);
        }
    }
}

static void answer_line(struct engine *e, struct span line)
{
    struct span rest = line;
    struct span tag = span_cut(&rest, ' ');
    for (const struct fake_rule *r = e->fake->rules; r != NULL && r->words != NULL; r++) {
        if (!span_starts_with_nocase(rest, span_of(r->words)) ||
            (r->session != 0 && (tag.nbytes == 0 || tag.data[0] != r->session)))
            continue;
        say(e, r->answer, tag);
        e->is_closing = e->is_closing || r->closes;
        return;
    }
}

static void engine_receive(void *context, struct span octets)
{
    struct engine *e = context;
    buffer_append(&e->fake->received, octets);
    buffer_append(&e->fake->pieces, octets);
    buffer_append_text(&e->fake->pieces, "|");
    buffer_append(&e->input, octets);
    size_t end;
    while ((end = span_find(buffer_span(&e->input), SPAN_LIT("\r\n"))) != SPAN_NPOS) {
        answer_line(e, span_slice(buffer_span(&e->input), 0, end));
        buffer_consume(&e->input, end + 2);
    }
}

static void engine_receive_eof(void *context)
{
    struct engine *e = context;
    e->fake->nends++;
    e->is_closing = true;
}

static struct span engine_output(void *context)
{
    struct engine *e = context;
    while (e->flooded < e->fake->flood_nbytes && e->output.nbytes < 65536) {
        size_t before = e->output.nbytes;
        buffer_append_text(&e->output, e->fake->flood);
        e->flooded += e->output.nbytes - before;
    }
    if (e->ntold < e->fake->news.nbytes) {
        buffer_append(&e->output, span_from(buffer_span(&e->fake->news), e->ntold));
        e->ntold = e->fake->news.nbytes;
    }
    return buffer_span(&e->output);
}

static void engine_sent(void *context, size_t nbytes)
{
    struct engine *e = context;
    buffer_consume(&e->output, nbytes);
}

static bool engine_is_closing(void *context)
{
    const struct engine *e = context;
    return e->is_closing;
}

static bool engine_wants_input(void *context)
{
    (void)context;
    return true;
}

static int64_t engine_deadline_us(void *context)
{
    (void)context;
    return -1;
}

static void engine_tick(void *context)
{
    (void)context;
}

static void engine_free(void *context)
{
    struct engine *e = context;
    buffer_free(&e->input);
    buffer_free(&e->output);
    free(e);
}

static const struct net_peer_ops engine_ops = {
    .receive = engine_receive,
    .receive_eof = engine_receive_eof,
    .output = engine_output,
    .sent = engine_sent,
    .is_closing = engine_is_closing,
    .wants_input = engine_wants_input,
    .deadline_us = engine_deadline_us,
    .tick = engine_tick,
    .free = engine_free,
};

/* ---- the target ---- */

static enum run_readiness fake_prepare(void *context, struct net_loop *loop,
                                       const struct run_setup *setup, struct buffer *why)
{
    struct fake *fake = context;
    (void)loop;
    fake->nprepared++;
    fake->seen = *setup;
    if (fake->readiness != RUN_READY)
        buffer_append_text(why, "the fake says no");
    return fake->readiness;
}

struct net_peer fake_peer(struct fake *fake)
{
    struct engine *e = mem_alloc(sizeof *e);
    e->fake = fake;
    e->is_closing = fake->closes_at_once;
    e->ntold = fake->news.nbytes;
    fake->nconnections++;
    buffer_append_text(&e->output, fake->greeting);
    return (struct net_peer){&engine_ops, e};
}

static struct carrier *fake_connect(void *context, struct net_loop *loop, const char *user,
                                    struct err *err)
{
    struct fake *fake = context;
    (void)user;
    if (fake->greeting == NULL) {
        (void)err_set(err, NULL, 0, 0, "connection refused");
        return NULL;
    }
    return carrier_open_peer(loop, fake_peer(fake));
}

static int fake_deliver(void *context, struct net_loop *loop, const char *user, const char *mailbox,
                        const struct fixture_message *message, struct err *err)
{
    struct fake *fake = context;
    (void)loop;
    if (fake->delivered == NULL)
        return err_set(err, NULL, 0, 0, "nothing can be delivered");
    buffer_printf(&fake->log, "deliver %s %s %zu\n", user, mailbox, message->octets.nbytes);
    buffer_append_text(&fake->news, fake->delivered);
    return 0;
}

static const char *fake_user_name(void *context, const char *role)
{
    (void)context;
    return role;
}

static const char *fake_user_password(void *context, const char *role)
{
    (void)context, (void)role;
    return "secret";
}

static enum run_answer fake_feature(void *context, const char *name)
{
    const struct fake *fake = context;
    struct span rest = span_of(fake->features);
    while (rest.nbytes > 0)
        if (span_is(span_cut(&rest, ' '), name))
            return RUN_YES;
    return RUN_NO;
}

static bool fake_is_well(void *context, struct net_loop *loop, struct buffer *why)
{
    const struct fake *fake = context;
    (void)loop;
    if (fake->is_dead)
        buffer_append_text(why, "killed by SIGSEGV");
    return !fake->is_dead;
}

static void fake_finish(void *context, struct net_loop *loop)
{
    struct fake *fake = context;
    (void)loop;
    fake->nfinished++;
}

struct run_target fake_target(struct fake *fake)
{
    return (struct run_target){.context = fake,
                               .name = "fake",
                               .dialect = "imap2",
                               .timeout_ms = 5000,
                               .is_in_process = true,
                               .prepare = fake_prepare,
                               .connect = fake_connect,
                               .deliver = fake_deliver,
                               .user_name = fake_user_name,
                               .user_password = fake_user_password,
                               .feature = fake_feature,
                               .is_well = fake_is_well,
                               .finish = fake_finish};
}

void fake_free(struct fake *fake)
{
    buffer_free(&fake->received);
    buffer_free(&fake->pieces);
    buffer_free(&fake->log);
    buffer_free(&fake->news);
}

static int read_file(void *context, const char *from, const char *path, struct arena *arena,
                     struct span *octets_r, const char **path_r, struct err *err)
{
    const struct fake *fake = context;
    (void)from;
    if (fake->file_name == NULL || strcmp(path, fake->file_name) != 0)
        return err_set(err, NULL, 0, 0, "%s: no such file", path);
    *octets_r = arena_copy(arena, span_of(fake->file));
    *path_r = path;
    return 0;
}

const struct script_case *fake_read_case(const char *scenario, struct arena *arena)
{
    struct script_file *file;
    struct script_case *cases = NULL;
    size_t ncases;
    struct err err;
    if (script_read(span_of(scenario), "test.scn", NULL, arena, &file, &err) != 0 ||
        script_expand(file, file->scenarios[0], arena, &cases, &ncases, &err) != 0)
        fail_msg("test.scn:%u:%u: %s", err.line, err.col, err.text);
    return &cases[0];
}

struct result_case *fake_play(struct fake *fake, const char *scenario, size_t order,
                              struct arena *arena)
{
    struct run_options options = {.seed = fake->seed == 0 ? 7 : fake->seed,
                                  .vary = fake->vary,
                                  .imapspec = "imapspec",
                                  .target_argument = "fake",
                                  .drops_logs = fake->drops_logs,
                                  .without = fake->without,
                                  .room = fake->room,
                                  .read_file = read_file,
                                  .read_context = fake};
    struct run_target target = fake_target(fake);
    struct result_case *result;
    run_play(&options, &target, fake_read_case(scenario, arena), order, arena, &result);
    return result;
}
