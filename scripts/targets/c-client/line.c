#include "line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Copies what is in quotes; *at is behind the first and is moved behind the last. */
static char *unquote(const char **at, char *to)
{
    const char *from = *at;
    while (*from != '\0' && *from != '"') {
        if (from[0] == '\\' && from[1] == 'x' && hex_value(from[2]) >= 0 &&
            hex_value(from[3]) >= 0) {
            *to++ = (char)(hex_value(from[2]) * 16 + hex_value(from[3]));
            from += 4;
            continue;
        }
        if (from[0] == '\\' && from[1] != '\0')
            from++;
        *to++ = *from++;
    }
    *at = *from == '"' ? from + 1 : from;
    return to;
}

static void cut(struct line_request *request)
{
    const char *at = request->line;
    char *to = request->texts;
    request->nwords = 0;
    for (;;) {
        at += strspn(at, " ");
        if (*at == '\0' || request->nwords == LINE_WORDS)
            return;
        struct line_word *word = &request->words[request->nwords++];
        *word = (struct line_word){.text = to, .is_quoted = *at == '"'};
        if (word->is_quoted) {
            at++;
            to = unquote(&at, to);
        } else {
            size_t size = *at == '(' || *at == ')' ? 1 : strcspn(at, " \"()");
            memcpy(to, at, size);
            at += size;
            to += size;
        }
        word->size = (size_t)(to - word->text);
        *to++ = '\0';
    }
}

bool line_read(struct line_request *request)
{
    do {
        ssize_t size = getline(&request->line, &request->capacity, stdin);
        if (size < 0)
            return false;
        request->line[strcspn(request->line, "\r\n")] = '\0';
        /* every word of one octet may need another for its NUL */
        char *texts = realloc(request->texts, 2 * (size_t)size + 2);
        if (texts == NULL)
            abort();
        request->texts = texts;
        cut(request);
    } while (request->nwords == 0);
    return true;
}

void line_free(struct line_request *request)
{
    free(request->line);
    free(request->texts);
    *request = (struct line_request){0};
}

static bool is_print(char c)
{
    return c >= ' ' && c <= '~';
}

void line_status(const char *status, const char *text)
{
    fputs(status, stdout);
    if (*text != '\0')
        putchar(' ');
    for (; *text != '\0'; text++)
        putchar(is_print(*text) ? *text : ' ');
    putchar('\n');
    fflush(stdout);
}

void line_begin(const char *noun)
{
    fputs(noun, stdout);
}

void line_number(unsigned long number)
{
    printf(" %lu", number);
}

void line_string(const char *at, size_t size)
{
    fputs(" \"", stdout);
    for (size_t i = 0; i < size; i++) {
        if (at[i] == '"' || at[i] == '\\')
            printf("\\%c", at[i]);
        else if (!is_print(at[i]))
            printf("\\x%02x", (unsigned char)at[i]);
        else
            putchar(at[i]);
    }
    putchar('"');
}

void line_nstring(const char *text)
{
    if (text == NULL)
        fputs(" NIL", stdout);
    else
        line_string(text, strlen(text));
}

void line_word(const char *text)
{
    bool is_bare = *text != '\0' && strpbrk(text, " \"()") == NULL;
    for (const char *at = text; *at != '\0'; at++)
        is_bare = is_bare && is_print(*at);
    if (is_bare)
        printf(" %s", text);
    else
        line_string(text, strlen(text));
}

void line_end(void)
{
    putchar('\n');
}
