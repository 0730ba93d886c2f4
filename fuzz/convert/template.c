#include "convert/convert.h"

/* Compiled in from corpus/fixtures. */
#define TEMPLATES(X)                                                                               \
    X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)

#define DECLARE(n)                                                                                 \
    extern const unsigned char convert_t##n##_eml[];                                               \
    extern const size_t convert_t##n##_eml_nbytes;
TEMPLATES(DECLARE)

#define ENTRY(n) {convert_t##n##_eml, &convert_t##n##_eml_nbytes},
static const struct {
    const unsigned char *bytes;
    const size_t *nbytes;
} templates[] = {TEMPLATES(ENTRY)};

struct span convert_template(unsigned n, struct arena *arena)
{
    ENSURE(n < sizeof templates / sizeof *templates);
    struct span rest = span_make((const char *)templates[n].bytes, *templates[n].nbytes);
    struct buffer octets = {0};
    for (;;) {
        size_t lf = span_find_byte(rest, '\n');
        buffer_append(&octets, span_slice(rest, 0, lf));
        if (lf == SPAN_NPOS)
            break;
        buffer_append_text(&octets, "\r\n");
        rest = span_from(rest, lf + 1);
    }
    struct span copy = arena_copy(arena, buffer_span(&octets));
    buffer_free(&octets);
    return copy;
}
