/* html_parts (private to reports/): the parts of the page, each in a file of its own. */
#ifndef IMAPSPEC_REPORTS_HTML_PARTS_H
#define IMAPSPEC_REPORTS_HTML_PARTS_H

#include "reports/html_model.h"
#include "reports/html_text.h"

void html_overview_write(const struct html_model *m, struct buffer *out);
void html_changes_write(const struct html_model *m, struct buffer *out); /* nothing without any */
bool html_changes_exist(const struct html_model *m);
void html_matrix_write(const struct html_model *m, struct buffer *out);
void html_profile_write(const struct html_model *m, struct buffer *out);
void html_coverage_write(const struct html_model *m, struct buffer *out);
void html_requirements_write(const struct html_model *m, struct buffer *out);
void html_scenarios_write(const struct html_model *m, struct buffer *out);
void html_readings_write(const struct html_model *m, struct buffer *out);

/* What one case showed: findings, and the wire log with the scenario's lines in its margin. */
void html_evidence_write(const struct html_model *m, const struct html_result *result,
                         struct table *logs, struct buffer *out);

/* The head cells of a table, one for each run. */
void html_run_heads(const struct html_model *m, struct buffer *out);
/* The word for a level in a cell: "must". */
const char *html_level(const struct html_requirement *r);
/* The badge of one run, as in result_badge_write(). */
void html_badge_write(const struct html_model *m, size_t run, struct buffer *out);

#endif
