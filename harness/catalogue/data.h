/* data: how one dialect's tables are handed to catalogue.c. */
#ifndef IMAPSPEC_CATALOGUE_DATA_H
#define IMAPSPEC_CATALOGUE_DATA_H

#include "catalogue/catalogue.h"

/* A requirement in the order of the IDs. */
struct catalogue_entry {
    struct span id;
    const struct catalogue_requirement *requirement;
};

struct catalogue_data {
    const char *dialect; /* "imap2" */
    const char *source;  /* "RFC 1176" */
    const struct catalogue_group *groups;
    size_t ngroups;
    const struct catalogue_requirement *requirements; /* in reading order */
    size_t nrequirements;
    struct catalogue_entry *by_id; /* room for as many, filled once */
    const struct catalogue_section *sections;
    size_t nsections;
    const struct catalogue_reading *readings; /* reading number n is readings[n - 1] */
    size_t nreadings;
};

extern const struct catalogue_data catalogue_imap2;

#endif
