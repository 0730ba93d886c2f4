/*
 * client_string: how the client writes the strings of its commands (RFC 1176 p.9-10): as an atom
 * when every octet may stand in one, else quoted when every octet may stand in quotes, else as a
 * literal. There are no escapes (B17), and no empty quoted string (B16). What would be read as NIL
 * is quoted.
 */
#ifndef IMAPSPEC_REFERENCE_CLIENT_STRING_H
#define IMAPSPEC_REFERENCE_CLIENT_STRING_H

#include "base/base.h"

enum client_string_form { CLIENT_FORM_ATOM, CLIENT_FORM_QUOTED, CLIENT_FORM_LITERAL };

bool client_string_is_atom_byte(char c);
enum client_string_form client_string_form(struct span value);

#endif
