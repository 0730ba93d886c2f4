#include "shim/shim.h"

static const char *const status_words[] = {
    [SHIM_OK] = "ok",         [SHIM_NO] = "no",
    [SHIM_BAD] = "bad",       [SHIM_UNSUPPORTED] = "unsupported",
    [SHIM_FAILED] = "failed",
};

const char *shim_status_word(enum shim_status status)
{
    return status_words[status];
}

void shim_write_status(struct buffer *out, enum shim_status status, struct span text)
{
    buffer_append_text(out, shim_status_word(status));
    if (text.nbytes > 0)
        buffer_append_byte(out, ' ');
    for (size_t i = 0; i < text.nbytes; i++) {
        char c = text.data[i];
        if (!char_is_print(c))
            c = ' ';
        buffer_append_byte(out, c);
    }
    shim_write_end(out);
}

bool shim_status_read(struct span line, enum shim_status *status_r, struct span *text_r)
{
    if (span_ends_with(line, SPAN_LIT("\r")))
        line.nbytes--;
    struct span rest = line;
    struct span word = span_cut(&rest, ' ');
    for (enum shim_status i = SHIM_OK; i <= SHIM_FAILED; i++) {
        if (!span_is(word, status_words[i]))
            continue;
        *status_r = i;
        *text_r = rest;
        return true;
    }
    return false;
}

static int take_line(struct shim_answer *answer, struct span line, struct err *err)
{
    struct span text;
    if (shim_status_read(line, &answer->status, &text)) {
        answer->text = arena_copy(&answer->arena, text);
        answer->is_complete = true;
        return 0;
    }
    answer->lines = arena_grow(&answer->arena, answer->lines, &answer->capacity, answer->nlines + 1,
                               sizeof *answer->lines);
    struct shim_line *data = &answer->lines[answer->nlines];
    int status = shim_line_read(&answer->arena, line, data, err);
    if (status == 0 && (data->nwords == 0 || data->words[0].kind != SHIM_BARE))
        status = err_set(err, NULL, 0, 1, "a line of an answer begins with a word");
    if (status != 0) {
        err->line = (unsigned)answer->nlines + 1;
        err_set_source(err, line);
        return -1;
    }
    answer->nlines++;
    return 0;
}

int shim_answer_receive(struct shim_answer *answer, struct span octets, size_t *nused_r,
                        struct err *err)
{
    *nused_r = 0;
    while (!answer->is_complete && *nused_r < octets.nbytes) {
        struct span rest = span_from(octets, *nused_r);
        size_t lf = span_find_byte(rest, '\n');
        if (lf == SPAN_NPOS) {
            buffer_append(&answer->pending, rest);
            *nused_r = octets.nbytes;
            break;
        }
        buffer_append(&answer->pending, span_slice(rest, 0, lf));
        *nused_r += lf + 1;
        if (take_line(answer, buffer_span(&answer->pending), err) != 0)
            return -1;
        buffer_clear(&answer->pending);
    }
    return 0;
}

void shim_answer_free(struct shim_answer *answer)
{
    buffer_free(&answer->pending);
    arena_free(&answer->arena);
    *answer = (struct shim_answer){0};
}

static bool word_is_number(struct shim_word word, uint32_t number)
{
    uint32_t value;
    return number_parse_u32(word.value, &value) == 0 && value == number;
}

bool shim_answer_find(const struct shim_answer *answer, const char *noun, uint32_t number,
                      const char *field, struct shim_line *values_r)
{
    size_t nnames = 1u + (number > 0 ? 1 : 0) + (field != NULL ? 1 : 0);
    for (size_t i = answer->nlines; i > 0; i--) {
        const struct shim_line *line = &answer->lines[i - 1];
        if (line->nwords < nnames || !span_is(line->words[0].value, noun))
            continue;
        if (number > 0 && !word_is_number(line->words[1], number))
            continue;
        if (field != NULL && !span_is(line->words[nnames - 1].value, field))
            continue;
        *values_r = (struct shim_line){line->words + nnames, line->nwords - nnames};
        return true;
    }
    return false;
}

void shim_answer_capture(const struct shim_answer *answer, struct buffer *out)
{
    if (answer->nlines == 0)
        return;
    const struct shim_line *line = &answer->lines[0];
    for (size_t i = 1; i < line->nwords; i++) {
        if (i > 1)
            buffer_append_byte(out, ' ');
        buffer_append(out, line->words[i].value);
    }
}
