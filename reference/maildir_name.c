#include "reference/maildir_name.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "reference/store.h"

enum { BOX_NAME_LIMIT_NBYTES = 254 }; /* a dot is put before it, file names have 255 */

static const struct system_letter {
    char letter;
    uint32_t flag;
} system_letters[] = {
    {'F', MAIL_FLAGGED}, {'R', MAIL_ANSWERED}, {'S', MAIL_SEEN}, {'T', MAIL_DELETED}};

/* 0 when it is no letter of a system flag. */
static uint32_t flag_of_letter(char letter)
{
    for (size_t i = 0; i < sizeof system_letters / sizeof *system_letters; i++)
        if (system_letters[i].letter == letter)
            return system_letters[i].flag;
    return 0;
}

struct span maildir_name_base(struct span name)
{
    size_t info = span_find(name, SPAN_LIT(":2,"));
    return info == SPAN_NPOS ? name : span_slice(name, 0, info);
}

static struct span info_of(struct span name)
{
    size_t base_nbytes = maildir_name_base(name).nbytes;
    return base_nbytes == name.nbytes ? (struct span){0} : span_from(name, base_nbytes + 3);
}

struct span maildir_name_letters(struct span name)
{
    struct span info = info_of(name);
    return span_cut(&info, ',');
}

uint32_t maildir_name_system_flags(struct span name)
{
    struct span letters = maildir_name_letters(name);
    uint32_t flags = 0;
    for (size_t i = 0; i < letters.nbytes; i++)
        flags |= flag_of_letter(letters.data[i]);
    return flags;
}

uint32_t maildir_name_keyword_letters(struct span name)
{
    struct span letters = maildir_name_letters(name);
    uint32_t bits = 0;
    for (size_t i = 0; i < letters.nbytes; i++)
        if (char_is_lower(letters.data[i]))
            bits |= UINT32_C(1) << (letters.data[i] - 'a');
    return bits;
}

static bool keeps_letter(char letter, struct maildir_flags flags)
{
    if (flag_of_letter(letter) != 0)
        return false;
    return !char_is_lower(letter) || (flags.known_letters >> (letter - 'a') & 1) == 0;
}

static bool sets_letter(char letter, struct maildir_flags flags)
{
    if (char_is_lower(letter))
        return (flags.keyword_letters & flags.known_letters) >> (letter - 'a') & 1;
    return (flag_of_letter(letter) & flags.system) != 0;
}

void maildir_name_write(struct buffer *out, struct span name, struct maildir_flags flags)
{
    struct span old = maildir_name_letters(name);
    struct span info = info_of(name);
    buffer_append(out, maildir_name_base(name));
    buffer_append_text(out, ":2,");
    for (int octet = 1; octet <= UCHAR_MAX; octet++) {
        char letter = (char)octet;
        bool was_set = span_find_byte(old, letter) != SPAN_NPOS;
        if (sets_letter(letter, flags) || (was_set && keeps_letter(letter, flags)))
            buffer_append_byte(out, letter);
    }
    buffer_append(out, span_from(info, old.nbytes));
}

/* Compares runs of digits as numbers of any length. */
static int compare_numbers(struct span a, struct span b)
{
    while (a.nbytes > 0 && *a.data == '0')
        a = span_from(a, 1);
    while (b.nbytes > 0 && *b.data == '0')
        b = span_from(b, 1);
    if (a.nbytes != b.nbytes)
        return a.nbytes < b.nbytes ? -1 : 1;
    return span_compare(a, b);
}

int maildir_name_compare(struct span a, struct span b)
{
    int order =
        compare_numbers(span_slice(a, 0, number_digits(a)), span_slice(b, 0, number_digits(b)));
    return order != 0 ? order : span_compare(a, b);
}

/* Octets that mean something in a path or in a Maildir name are written as Maildir has it. */
static void append_host(struct buffer *out)
{
    char host[65] = "";
    if (gethostname(host, sizeof host - 1) != 0 || host[0] == '\0')
        (void)snprintf(host, sizeof host, "localhost");
    for (const char *c = host; *c != '\0'; c++) {
        if (*c == '/' || *c == ':' || *c == ',' || !char_is_print(*c))
            buffer_printf(out, "\\%03o", (unsigned)(unsigned char)*c);
        else
            buffer_append_byte(out, *c);
    }
}

void maildir_name_unique(struct buffer *out, int64_t *last_us)
{
    /* The machine's time, whatever the session's clock: the name must be unique among all programs
     * that deliver here. */
    const struct clock machine = clock_system();
    int64_t now_us = clock_wall_us(&machine);
    if (now_us <= *last_us)
        now_us = *last_us + 1;
    *last_us = now_us;
    buffer_printf(out, "%" PRId64 ".M%06" PRId64 "P%ld.", now_us / 1000000, now_us % 1000000,
                  (long)getpid());
    append_host(out);
}

bool maildir_name_is_valid_box(struct span name)
{
    for (size_t i = 0; i < name.nbytes; i++) {
        unsigned char octet = (unsigned char)name.data[i];
        if (octet < 0x20 || octet == 0x7f || octet == '/')
            return false;
    }
    return name.nbytes > 0 && name.nbytes <= BOX_NAME_LIMIT_NBYTES && name.data[0] != '.';
}
