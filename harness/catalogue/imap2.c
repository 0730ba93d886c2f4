#include "catalogue/data.h"

/* Each data file is read twice: for its headings, then for its entries. */

enum imap2_group {
#define GROUP(token, name, title) GROUP_##token,
#define REQUIREMENT(...)
#include "catalogue/imap2_requirements.def"
#undef GROUP
#undef REQUIREMENT
    IMAP2_NGROUPS
};

static const struct catalogue_group IMAP2_GROUPS[] = {
#define GROUP(token, name, title) [GROUP_##token] = {name, title},
#define REQUIREMENT(...)
#include "catalogue/imap2_requirements.def"
#undef GROUP
#undef REQUIREMENT
};

static const struct catalogue_requirement IMAP2_REQUIREMENTS[] = {
#define GROUP(token, name, title)
#define REQUIREMENT(group_token, id_, place_, side_, level_, ...)                                  \
    {.id = (id_),                                                                                  \
     .place = (place_),                                                                            \
     .group = &IMAP2_GROUPS[GROUP_##group_token],                                                  \
     .side = CATALOGUE_##side_,                                                                    \
     .level = CATALOGUE_##level_,                                                                  \
     __VA_ARGS__},
#define STATEMENT(text) .statement = (text)
#define TEST(text) .test = (text)
#define DEFECT(text) .defect = (text)
#define JUDGED(text) .is_judged = true, .judgement = (text)
#define CONDITIONAL(text) .is_conditional = true, .condition = (text)
#define GRADED(text) .grading = (text)
#define WORDING(text) .wording = (text)
#define UNTESTABLE(text) .untestable = (text)
#define READINGS(...) .readings = {__VA_ARGS__}
#include "catalogue/imap2_requirements.def"
#undef GROUP
#undef REQUIREMENT
};

enum imap2_section {
#define SECTION(token, name, title) SECTION_##token,
#define READING(...)
#include "catalogue/imap2_readings.def"
#undef SECTION
#undef READING
    IMAP2_NSECTIONS
};

static const struct catalogue_section IMAP2_SECTIONS[] = {
#define SECTION(token, name, title) [SECTION_##token] = {name, title},
#define READING(...)
#include "catalogue/imap2_readings.def"
#undef SECTION
#undef READING
};

static const struct catalogue_reading IMAP2_READINGS[] = {
#define STRICT CATALOGUE_STRICT
#define WARN CATALOGUE_WARN
#define TOLERATE CATALOGUE_TOLERATE
#define OBSERVE CATALOGUE_OBSERVE
#define UNSCORED CATALOGUE_UNSCORED
#define TOPIC(text) text
#define COMPETING(text) .competing = (text)
#define PRACTICE(text) .practice = (text)
#define ADOPTED(text) .adopted = (text)
#define UNOBSERVED(text) .unobserved = (text)
#define SECTION(token, name, title)
#define READING(number_, section_token, topic_, competing_, practice_, adopted_, ...)              \
    [(number_)-1] = {.number = (number_),                                                          \
                     .section = &IMAP2_SECTIONS[SECTION_##section_token],                          \
                     .topic = topic_,                                                              \
                     .title = "B" #number_ " " topic_,                                             \
                     competing_,                                                                   \
                     practice_,                                                                    \
                     adopted_,                                                                     \
                     .verdicts = __VA_ARGS__},
#include "catalogue/imap2_readings.def"
#undef SECTION
#undef READING
};

enum {
    NREQUIREMENTS = sizeof IMAP2_REQUIREMENTS / sizeof *IMAP2_REQUIREMENTS,
    NREADINGS = sizeof IMAP2_READINGS / sizeof *IMAP2_READINGS
};

static struct catalogue_entry imap2_by_id[NREQUIREMENTS];

const struct catalogue_data catalogue_imap2 = {
    .dialect = "imap2",
    .source = "RFC 1176",
    .groups = IMAP2_GROUPS,
    .ngroups = IMAP2_NGROUPS,
    .requirements = IMAP2_REQUIREMENTS,
    .nrequirements = NREQUIREMENTS,
    .by_id = imap2_by_id,
    .sections = IMAP2_SECTIONS,
    .nsections = IMAP2_NSECTIONS,
    .readings = IMAP2_READINGS,
    .nreadings = NREADINGS,
};
