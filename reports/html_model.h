/*
 * html_model (private to reports/): the results of all runs turned round: by requirement, by
 * scenario, by case. What the parts of the page are written from.
 */
#ifndef IMAPSPEC_REPORTS_HTML_MODEL_H
#define IMAPSPEC_REPORTS_HTML_MODEL_H

#include "reports/html.h"

enum { HTML_UNKNOWN = -1 }; /* in place of a verdict: nothing was said */

struct html_scenario;

/* One case played in one run. */
struct html_result {
    const struct result_case *result;
    const struct html_scenario *scenario;
    size_t run;
    size_t evidence; /* its number in the page, from 1; 0: its wire log is not shown */
};

struct html_case {
    const char *id;
    struct html_result **results; /* by run; NULL: not played there */
};

struct html_scenario {
    const char *id, *claim, *file;
    unsigned line;
    const char *anchor;                 /* "s-expunge.last" */
    const struct facts_scenario *facts; /* NULL: not known */
    bool is_changed;                    /* the text known is not the one that was played */
    struct html_case **cases;
    size_t ncases, capacity;
};

struct html_requirement {
    const char *id, *page, *statement, *level;
    const char *anchor;                    /* "r-expunge.example" */
    const struct facts_requirement *facts; /* NULL: not in the catalogue */
    int *verdicts;              /* by run: the worst of all cases that check it, or HTML_UNKNOWN */
    struct html_result **worst; /* by run: a case with that verdict */
    struct html_scenario **scenarios; /* that cover it or have checked it */
    size_t nscenarios, scenarios_capacity;
    const struct facts_fault **faults;
    size_t nfaults, faults_capacity;
};

/* Of a set of requirements in one run. */
struct html_count {
    size_t nasked;  /* those of the run's side that can be tested */
    size_t njudged; /* a case told whether they are met */
    size_t nmet;    /* pass, nonstrict */
    size_t nverdicts[RESULT_NVERDICTS];
};

struct html_run {
    const struct result_run *run;
    const char *label; /* the target, and which run of several of it */
    const char *side;  /* "server", "client": what was tested, as far as it shows; or "" */
    struct result_summary summary;
};

struct html_model {
    struct arena *arena;
    const struct report_facts *facts; /* never NULL; may be empty */
    const struct html_options *options;
    struct html_run *runs;
    size_t nruns;
    struct html_requirement **requirements; /* in the catalogue's order, then the unknown ones */
    size_t nrequirements, requirements_capacity;
    struct html_scenario **scenarios; /* in the order of the facts, then the unknown ones */
    size_t nscenarios, scenarios_capacity;
    struct table requirement_ids, scenario_ids, case_ids;
    struct html_result **evidence; /* by number - 1 */
    size_t nevidence, evidence_capacity;
    size_t nlogs_nbytes; /* of the wire logs of all evidence, of each at most a few thousand */
    const char *source;  /* "RFC 1176" */
};

/* Borrows runs, facts and options. */
void html_model_make(struct html_model *m, const struct result_run *const *runs, size_t nruns,
                     const struct report_facts *facts, const struct html_options *options,
                     struct arena *arena);
void html_model_free(struct html_model *m); /* the tables; the arena is the caller's */

struct html_requirement *html_model_requirement(const struct html_model *m, const char *id);
struct html_scenario *html_model_scenario(const struct html_model *m, const char *id);

/* Whether a requirement is asked of what was tested in that run. */
bool html_is_asked(const struct html_model *m, const struct html_requirement *r, size_t run);
/* Counts one requirement in, when it is asked. */
void html_count_add(const struct html_model *m, struct html_count *count,
                    const struct html_requirement *r, size_t run);
/* The worst verdict that the scenario's cases in a run have for a requirement, or HTML_UNKNOWN. */
int html_scenario_verdict(const struct html_scenario *s, const char *requirement, size_t run,
                          struct html_result **worst_r);
/* A verdict that says more than "pass" or "skip". */
bool html_is_telling(enum result_verdict verdict);
/* Of two verdicts (or HTML_UNKNOWN) of one requirement, the one that counts: the worse, but
 * blocked only when nothing else is known. */
int html_verdict_worse(int a, int b);

#endif
