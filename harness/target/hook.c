#include <string.h>

#include "target/inside.h"
#include "target/resident.h"

enum { HOOK_LIMIT_MS = 30000, HOOK_SHOWN_NBYTES = 600 };

/* ---- placeholders -----------------------------------------------------------------------------
 */

/* The name of the placeholder at the start of text ("{dir}..."); empty when there is none. */
static struct span placeholder_at(const char *text)
{
    const char *end = text + 1;
    if (*text != '{')
        return SPAN_LIT("");
    while (*end >= 'a' && *end <= 'z')
        end++;
    return *end == '}' ? span_make(text + 1, (size_t)(end - text) - 1) : SPAN_LIT("");
}

static const char *value_of(const struct target *t, struct span name,
                            const struct hook_values *values, const char *port)
{
    const struct {
        const char *name, *value;
    } table[] = {{"dir", t->folder},
                 {"port", port},
                 {"user", values->user},
                 {"password", t->file->password},
                 {"mailbox", values->mailbox},
                 {"fixture", values->fixture},
                 {"message", values->message},
                 {"host", t->file->host},
                 {"certificate", t->certificate}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (span_is(name, table[i].name))
            return table[i].value;
    return NULL;
}

static const char *expand(const struct target *t, const char *word,
                          const struct hook_values *values, struct arena *arena)
{
    struct buffer out = {0};
    const char *port = arena_printf(arena, "%u", t->port);
    while (*word != '\0') {
        struct span name = placeholder_at(word);
        const char *value = name.nbytes > 0 ? value_of(t, name, values, port) : NULL;
        if (value == NULL) {
            buffer_append_byte(&out, *word++);
        } else {
            buffer_append_text(&out, value);
            word += name.nbytes + 2;
        }
    }
    const char *text = arena_text(arena, buffer_span(&out));
    buffer_free(&out);
    return text;
}

const char **hook_argv(const struct target *t, const struct script_names *words,
                       const struct hook_values *values, struct arena *arena)
{
    const char **argv = arena_array(arena, words->nitems + 1, sizeof *argv);
    for (size_t i = 0; i < words->nitems; i++)
        argv[i] = expand(t, words->items[i], values, arena);
    /* a program with a folder in its name is meant from where the target file stands */
    if (words->nitems > 0 && argv[0][0] != '/' && strchr(argv[0], '/') != NULL)
        argv[0] = arena_printf(arena, "%s/%s", t->home, argv[0]);
    return argv;
}

/* ---- running ----------------------------------------------------------------------------------
 */

static void show(struct buffer *why, struct span text)
{
    text = span_trim(text);
    if (text.nbytes == 0)
        return;
    buffer_append_text(why, ": ");
    if (text.nbytes > HOOK_SHOWN_NBYTES) {
        buffer_append_text(why, "...");
        text = span_from(text, text.nbytes - HOOK_SHOWN_NBYTES);
    }
    buffer_append(why, text);
}

static void describe(struct buffer *why, const char *what, const char *program,
                     const struct net_process_result *result)
{
    if (result->signal_number != 0)
        buffer_printf(why, "%s hook %s was killed by signal %d", what, program,
                      result->signal_number);
    else
        buffer_printf(why, "%s hook %s ended with status %d", what, program, result->exit_status);
    show(why, buffer_span(&result->out));
    show(why, buffer_span(&result->err));
}

bool hook_is_there(const struct target *t, const struct script_names *words)
{
    return words->nitems > 0 || t->file->hooks.nitems > 0;
}

enum run_readiness hook_run(struct target *t, struct net_loop *loop, const char *what,
                            const struct script_names *words, const struct hook_values *values,
                            struct buffer *why)
{
    if (words->nitems == 0)
        return resident_run(t, what, values, why);
    struct arena arena = {0};
    struct net_process_result result = {0};
    struct err err;
    const char **argv = hook_argv(t, words, values, &arena);
    struct net_process_options options = {.argv = argv, .directory = t->home};
    enum run_readiness readiness = RUN_READY;
    if (net_process_run(loop, &options, HOOK_LIMIT_MS, &result, &err) != 0) {
        buffer_printf(why, "%s hook %s", what, err.text);
        show(why, buffer_span(&result.err));
        readiness = RUN_BROKEN;
    } else if (result.exit_status == HOOK_NOT_SUPPORTED) {
        buffer_printf(why, "the target cannot have this fixture");
        show(why, buffer_span(&result.out));
        show(why, buffer_span(&result.err));
        readiness = RUN_SKIP;
    } else if (result.exit_status != 0) {
        describe(why, what, words->items[0], &result);
        readiness = RUN_BROKEN;
    }
    net_process_result_free(&result);
    arena_free(&arena);
    return readiness;
}
