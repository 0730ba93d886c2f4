#include "reports/result_fields.h"

#include <string.h>

#define TEXT(type, member)                                                                         \
    {                                                                                              \
#member, RESULT_FIELD_TEXT, offsetof(struct type, member), 0, NULL                         \
    }
#define PLAIN(type, member, kind)                                                                  \
    {                                                                                              \
#member, (kind), offsetof(struct type, member), 0, NULL                                    \
    }
#define TEXTS(type, member)                                                                        \
    {                                                                                              \
#member, RESULT_FIELD_TEXTS, offsetof(struct type, member),                                \
            offsetof(struct type, n##member), NULL                                                 \
    }
#define RECORDS(type, member, record)                                                              \
    {                                                                                              \
#member, RESULT_FIELD_RECORDS, offsetof(struct type, member),                              \
            offsetof(struct type, n##member), (record)                                             \
    }
#define RECORD(name, type, fields)                                                                 \
    {                                                                                              \
        (name), sizeof(struct type), (fields), sizeof(fields) / sizeof *(fields)                   \
    }

static const struct result_field CHECK_FIELDS[] = {
    TEXT(result_check, requirement),
    PLAIN(result_check, verdict, RESULT_FIELD_VERDICT),
    TEXT(result_check, page),
    TEXT(result_check, statement),
};

static const struct result_field FINDING_FIELDS[] = {
    TEXT(result_finding, requirement),
    TEXT(result_finding, rule),
    PLAIN(result_finding, level, RESULT_FIELD_LEVEL),
    TEXT(result_finding, file),
    PLAIN(result_finding, line, RESULT_FIELD_UNSIGNED),
    TEXT(result_finding, text),
    TEXT(result_finding, wanted),
    TEXT(result_finding, got),
    PLAIN(result_finding, log_line, RESULT_FIELD_SIZE),
    TEXT(result_finding, page),
    TEXT(result_finding, statement),
};

static const struct result_field BEHAVIOUR_FIELDS[] = {
    TEXT(result_behaviour, topic),
    TEXT(result_behaviour, choice),
};

static const struct result_field MATCH_FIELDS[] = {
    PLAIN(result_match, log_line, RESULT_FIELD_SIZE),
    PLAIN(result_match, line, RESULT_FIELD_UNSIGNED),
};

static const struct result_record CHECK = RECORD("check", result_check, CHECK_FIELDS);
static const struct result_record FINDING = RECORD("finding", result_finding, FINDING_FIELDS);
static const struct result_record BEHAVIOUR =
    RECORD("behaviour", result_behaviour, BEHAVIOUR_FIELDS);
static const struct result_record MATCH = RECORD("match", result_match, MATCH_FIELDS);

static const struct result_field CASE_FIELDS[] = {
    TEXT(result_case, id),
    TEXT(result_case, scenario),
    TEXT(result_case, claim),
    TEXT(result_case, file),
    PLAIN(result_case, line, RESULT_FIELD_UNSIGNED),
    PLAIN(result_case, verdict, RESULT_FIELD_VERDICT),
    TEXT(result_case, expected),
    TEXT(result_case, listed_at),
    {"unexpected", RESULT_FIELD_BOOL, offsetof(struct result_case, is_unexpected), 0, NULL},
    TEXT(result_case, reason),
    PLAIN(result_case, ms, RESULT_FIELD_MS),
    PLAIN(result_case, seed, RESULT_FIELD_SEED),
    RECORDS(result_case, checks, &CHECK),
    RECORDS(result_case, findings, &FINDING),
    RECORDS(result_case, behaviours, &BEHAVIOUR),
    RECORDS(result_case, matches, &MATCH),
    TEXT(result_case, reproduce),
    TEXT(result_case, log),
};

static const struct result_field HEADER_FIELDS[] = {
    TEXT(result_header, version),   PLAIN(result_header, seed, RESULT_FIELD_SEED),
    TEXT(result_header, target),    TEXT(result_header, title),
    TEXT(result_header, dialect),   TEXT(result_header, started),
    TEXTS(result_header, features), PLAIN(result_header, planned, RESULT_FIELD_SIZE),
};

const struct result_record RESULT_RECORD_HEADER = RECORD("header", result_header, HEADER_FIELDS);
const struct result_record RESULT_RECORD_CASE = RECORD("case", result_case, CASE_FIELDS);

bool result_level_is_known(const char *level)
{
    static const char *const LEVELS[] = {"observe", "warn", "fail"};
    for (size_t i = 0; level && i < sizeof LEVELS / sizeof *LEVELS; i++) {
        if (strcmp(level, LEVELS[i]) == 0)
            return true;
    }
    return false;
}
