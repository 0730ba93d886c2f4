#include "reference/string.h"

static bool is_quotable_byte(char c)
{
    return char_is_print(c) && c != '"' && c != '\\' && c != '%' && c != '{';
}

bool mail_string_is_quotable(struct span value)
{
    for (size_t i = 0; i < value.nbytes; i++)
        if (!is_quotable_byte(value.data[i]))
            return false;
    return value.nbytes > 0;
}

void mail_string_write(struct buffer *out, struct span value)
{
    if (mail_string_is_quotable(value)) {
        buffer_append_byte(out, '"');
        buffer_append(out, value);
        buffer_append_byte(out, '"');
        return;
    }
    buffer_printf(out, "{%zu}\r\n", value.nbytes);
    buffer_append(out, value);
}

void mail_nstring_write(struct buffer *out, struct span value, bool present)
{
    if (present)
        mail_string_write(out, value);
    else
        buffer_append_text(out, "NIL");
}
