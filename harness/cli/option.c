#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

struct reading {
    struct cli *cli;
    const struct cli_option *options;
    int argc;
    char **argv;
    int at; /* index of the argument being read */
    char *into;
};

void cli_texts_add(struct cli *cli, struct cli_texts *list, const char *text)
{
    list->items = arena_grow(&cli->arena, list->items, &list->capacity, list->nitems + 1,
                             sizeof *list->items);
    list->items[list->nitems++] = text;
}

static bool takes_value(const struct cli_option *option)
{
    return option->kind != CLI_FLAG && option->kind != CLI_COUNT;
}

static int set_number(const struct cli_option *option, const char *value, void *member,
                      struct err *err)
{
    if (number_parse_u64(span_of(value), member) != 0)
        return err_set(err, NULL, 0, 0, "--%s wants a number, not \"%s\"", option->name, value);
    return 0;
}

static int set_factor(const struct cli_option *option, const char *value, void *member,
                      struct err *err)
{
    char *end;
    double factor = strtod(value, &end);
    if (value[0] == '\0' || *end != '\0' || !(factor > 0 && factor < 1e6))
        return err_set(err, NULL, 0, 0, "--%s wants a number above 0, not \"%s\"", option->name,
                       value);
    memcpy(member, &factor, sizeof factor);
    return 0;
}

static int set(struct reading *r, const struct cli_option *option, const char *value,
               struct err *err)
{
    void *member = r->into + option->offset;
    switch (option->kind) {
    case CLI_FLAG:
        *(bool *)member = true;
        return 0;
    case CLI_COUNT:
        ++*(unsigned *)member;
        return 0;
    case CLI_NUMBER:
        return set_number(option, value, member, err);
    case CLI_FACTOR:
        return set_factor(option, value, member, err);
    case CLI_TEXT:
        *(const char **)member = value;
        return 0;
    case CLI_LIST:
        cli_texts_add(r->cli, member, value);
        return 0;
    }
    return 0;
}

static int set_next(struct reading *r, const struct cli_option *option, const char *attached,
                    struct err *err)
{
    if (!takes_value(option)) {
        if (attached != NULL)
            return err_set(err, NULL, 0, 0, "--%s takes no value", option->name);
        return set(r, option, NULL, err);
    }
    if (attached == NULL) {
        if (r->at + 1 >= r->argc)
            return err_set(err, NULL, 0, 0, "--%s wants a value: %s", option->name, option->value);
        attached = r->argv[++r->at];
    }
    return set(r, option, attached, err);
}

static int read_long(struct reading *r, const char *text, struct err *err)
{
    struct span rest = span_of(text);
    struct span name = span_cut(&rest, '=');
    const char *value = strchr(text, '=') == NULL ? NULL : rest.data;
    for (const struct cli_option *o = r->options; o->name != NULL; o++)
        if (span_is(name, o->name))
            return set_next(r, o, value, err);
    return err_set(err, NULL, 0, 0, "there is no option --%.*s", SPAN_ARG(name));
}

static int read_short(struct reading *r, const char *letters, struct err *err)
{
    for (; *letters != '\0'; letters++) {
        const struct cli_option *o = r->options;
        while (o->name != NULL && o->letter != *letters)
            o++;
        if (o->name == NULL)
            return err_set(err, NULL, 0, 0, "there is no option -%c", *letters);
        if (takes_value(o))
            return set_next(r, o, letters[1] == '\0' ? NULL : letters + 1, err);
        if (set(r, o, NULL, err) != 0)
            return -1;
    }
    return 0;
}

int cli_options_read(struct cli *cli, const struct cli_option *options, int argc, char **argv,
                     void *into, struct cli_texts *arguments_r, struct err *err)
{
    struct reading r = {cli, options, argc, argv, 0, into};
    bool only_arguments = false;
    for (; r.at < argc; r.at++) {
        const char *text = argv[r.at];
        int status = 0;
        if (only_arguments || text[0] != '-' || text[1] == '\0')
            cli_texts_add(cli, arguments_r, text);
        else if (strcmp(text, "--") == 0)
            only_arguments = true;
        else if (text[1] == '-')
            status = read_long(&r, text + 2, err);
        else
            status = read_short(&r, text + 1, err);
        if (status != 0)
            return -1;
    }
    return 0;
}
