#include <stdlib.h>

#include "reference/envelope.h"
#include "reference/header.h"
#include "reference/store.h"

static struct mail_content *content_take(char *bytes, size_t nbytes)
{
    struct mail_content *content = mem_alloc(sizeof *content);
    content->references = 1;
    content->octets = span_make(bytes, nbytes);
    content->header_nbytes = mail_header_nbytes(content->octets);
    return content;
}

struct mail_content *mail_content_new(struct span crlf_octets)
{
    return content_take(mem_copy_text(crlf_octets.data, crlf_octets.nbytes), crlf_octets.nbytes);
}

static size_t content_count_bare_lf(struct span octets)
{
    size_t count = 0;
    for (size_t i = 0; i < octets.nbytes; i++)
        count += octets.data[i] == '\n' && (i == 0 || octets.data[i - 1] != '\r');
    return count;
}

struct mail_content *mail_content_new_from_lines(struct span octets)
{
    size_t nbytes = octets.nbytes + content_count_bare_lf(octets);
    char *bytes = mem_alloc(nbytes + 1);
    size_t at = 0;
    for (size_t i = 0; i < octets.nbytes; i++) {
        if (octets.data[i] == '\n' && (i == 0 || octets.data[i - 1] != '\r'))
            bytes[at++] = '\r';
        bytes[at++] = octets.data[i];
    }
    return content_take(bytes, nbytes);
}

struct mail_content *mail_content_hold(struct mail_content *content)
{
    content->references++;
    return content;
}

void mail_content_drop(struct mail_content **content)
{
    struct mail_content *old = *content;
    *content = NULL;
    if (old == NULL || --old->references > 0)
        return;
    free((char *)old->octets.data);
    free((char *)old->envelope.data);
    free(old);
}

struct span mail_content_header(const struct mail_content *content)
{
    return span_slice(content->octets, 0, content->header_nbytes);
}

struct span mail_content_text(const struct mail_content *content)
{
    return span_from(content->octets, content->header_nbytes);
}

struct span mail_content_envelope(struct mail_content *content)
{
    if (content->envelope.nbytes == 0) {
        struct buffer text = {0};
        mail_envelope_write(&text, mail_content_header(content));
        size_t nbytes = text.nbytes;
        content->envelope = span_make(buffer_take_text(&text), nbytes);
    }
    return content->envelope;
}
