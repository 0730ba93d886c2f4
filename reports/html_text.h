/*
 * html_text (private to reports/): texts as HTML. What a peer has sent stays what it is to the eye
 * and nothing to the browser.
 */
#ifndef IMAPSPEC_REPORTS_HTML_TEXT_H
#define IMAPSPEC_REPORTS_HTML_TEXT_H

#include "base/base.h"

/* Appends a text for content or a quoted attribute: markup is escaped; controls (but LF and tab),
 * what is no UTF-8, and what would change the direction or order of the text stand as \xHH. */
void html_text(struct buffer *out, struct span text);
void html_put(struct buffer *out, const char *text); /* the same; NULL is "" */

/* The same of a text of the catalogue: `...` becomes <code>, and Bnn a link to that reading. */
void html_prose(struct buffer *out, const char *text);

/* An id for an element: prefix and text, as far as the text may stand in one; else prefix and
 * number, which the caller makes unique. In the arena. */
const char *html_anchor(const char *prefix, const char *text, size_t number, struct arena *arena);

/* A verdict as a table cell's content and class: "fail"; of HTML_UNKNOWN a dash. */
const char *html_verdict_text(int verdict);
const char *html_verdict_class(int verdict); /* "f" */

/* <td class=f><a href="#e3">fail</a>; evidence 0: without a link. */
void html_verdict_cell(struct buffer *out, int verdict, size_t evidence);

#endif
