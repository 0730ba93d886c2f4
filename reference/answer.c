#include "reference/answer.h"

static const struct {
    uint32_t flag;
    struct span name;
} system_flags[] = {
    {MAIL_ANSWERED, SPAN_INIT("\\Answered")},
    {MAIL_FLAGGED, SPAN_INIT("\\Flagged")},
    {MAIL_DELETED, SPAN_INIT("\\Deleted")},
    {MAIL_SEEN, SPAN_INIT("\\Seen")},
};

enum { NSYSTEM_FLAGS = sizeof system_flags / sizeof *system_flags };

void answer_completion(struct buffer *out, struct span tag, enum answer_status status,
                       const char *text)
{
    static const struct span words[] = {
        [ANSWER_OK] = SPAN_INIT(" OK "),
        [ANSWER_NO] = SPAN_INIT(" NO "),
        [ANSWER_BAD] = SPAN_INIT(" BAD "),
    };
    buffer_append(out, tag.nbytes > 0 ? tag : SPAN_LIT("*"));
    buffer_append(out, words[status]);
    buffer_append_text(out, text);
    buffer_append(out, SPAN_LIT("\r\n"));
}

void answer_bye(struct buffer *out, const char *text)
{
    buffer_append(out, SPAN_LIT("* BYE "));
    buffer_append_text(out, text);
    buffer_append(out, SPAN_LIT("\r\n"));
}

void answer_number(struct buffer *out, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    buffer_append(out, span_make(digits + at, sizeof digits - at));
}

void answer_count(struct buffer *out, size_t number, const char *keyword)
{
    buffer_append(out, SPAN_LIT("* "));
    answer_number(out, number);
    buffer_append_byte(out, ' ');
    buffer_append_text(out, keyword);
    buffer_append(out, SPAN_LIT("\r\n"));
}

static void append_name(struct buffer *out, struct span name, bool *is_first)
{
    if (!*is_first)
        buffer_append_byte(out, ' ');
    *is_first = false;
    buffer_append(out, name);
}

/* Keywords first, then the system flags, as in the examples (p.8, p.22). */
static void append_flags(struct buffer *out, const struct mail_box *box, struct mail_flags flags,
                         bool is_recent)
{
    bool is_first = true;
    buffer_append_byte(out, '(');
    for (unsigned i = 0; flags.keywords >> i != 0 && i < box->nkeywords; i++) {
        if (flags.keywords >> i & 1)
            append_name(out, span_of(box->keywords[i]), &is_first);
    }
    if (is_recent)
        append_name(out, SPAN_LIT("\\Recent"), &is_first);
    for (size_t i = 0; i < NSYSTEM_FLAGS; i++) {
        if (flags.system & system_flags[i].flag)
            append_name(out, system_flags[i].name, &is_first);
    }
    buffer_append_byte(out, ')');
}

void answer_mailbox_flags(struct buffer *out, const struct mail_box *box)
{
    struct mail_flags all = {MAIL_ANSWERED | MAIL_FLAGGED | MAIL_DELETED | MAIL_SEEN,
                             (UINT32_C(1) << box->nkeywords) - 1};
    buffer_append(out, SPAN_LIT("* FLAGS "));
    append_flags(out, box, all, false);
    buffer_append(out, SPAN_LIT("\r\n"));
}

void answer_flags_item(struct buffer *out, const struct mail_box *box, struct mail_flags flags,
                       bool is_recent)
{
    buffer_append(out, SPAN_LIT("FLAGS "));
    append_flags(out, box, flags, is_recent);
}

void answer_fetch_flags(struct buffer *out, size_t number, const struct mail_box *box,
                        struct mail_flags flags, bool is_recent)
{
    buffer_append(out, SPAN_LIT("* "));
    answer_number(out, number);
    buffer_append(out, SPAN_LIT(" FETCH ("));
    answer_flags_item(out, box, flags, is_recent);
    buffer_append(out, SPAN_LIT(")\r\n"));
}
