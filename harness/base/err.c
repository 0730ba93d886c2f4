#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"

/* What is quoted of somebody's text neither ends the line nor speaks to the terminal. */
static void hide_controls(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = '?';
}

int err_set(struct err *err, const char *file, unsigned line, unsigned col, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    *err = (struct err){.line = line, .col = col};
    (void)snprintf(err->file, sizeof err->file, "%s", file == NULL ? "" : file);
    (void)vsnprintf(err->text, sizeof err->text, format, arguments);
    va_end(arguments);
    hide_controls(err->text);
    return -1;
}

void err_set_source(struct err *err, struct span line)
{
    (void)snprintf(err->source, sizeof err->source, "%.*s", SPAN_ARG(line));
}

static void print_place(const struct err *err, struct buffer *out)
{
    if (err->file[0] != '\0')
        buffer_printf(out, "%s:", err->file);
    if (err->line > 0)
        buffer_printf(out, "%u:", err->line);
    if (err->col > 0)
        buffer_printf(out, "%u:", err->col);
    if (err->file[0] != '\0' || err->line > 0)
        buffer_append_byte(out, ' ');
}

void err_print(const struct err *err, struct buffer *out)
{
    print_place(err, out);
    buffer_printf(out, "%s\n", err->text);
    if (err->source[0] == '\0')
        return;
    buffer_printf(out, "  %s\n  ", err->source);
    for (size_t i = 0; i + 1 < err->col && i < strlen(err->source); i++)
        buffer_append_byte(out, err->source[i] == '\t' ? '\t' : ' ');
    buffer_append_text(out, "^\n");
}
