#include "reference/client_string.h"

static bool is_quotable_byte(char c)
{
    return char_is_print(c) && c != '"' && c != '%' && c != '\\' && c != '{';
}

bool client_string_is_atom_byte(char c)
{
    return is_quotable_byte(c) && c != ' ' && c != '(' && c != ')';
}

enum client_string_form client_string_form(struct span value)
{
    bool is_atom = value.nbytes > 0 && !span_is_nocase(value, "NIL");
    for (size_t i = 0; i < value.nbytes; i++) {
        if (!is_quotable_byte(value.data[i]))
            return CLIENT_FORM_LITERAL;
        if (!client_string_is_atom_byte(value.data[i]))
            is_atom = false;
    }
    if (value.nbytes == 0)
        return CLIENT_FORM_LITERAL;
    return is_atom ? CLIENT_FORM_ATOM : CLIENT_FORM_QUOTED;
}
