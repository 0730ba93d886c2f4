/*
 * golden_helper: text against the files of tests/reports/golden/. After a wanted change, run the
 * test program with GOLDEN_UPDATE set in the environment, which writes the files anew, and read the
 * difference.
 */
#ifndef IMAPSPEC_TESTS_REPORTS_GOLDEN_HELPER_H
#define IMAPSPEC_TESTS_REPORTS_GOLDEN_HELPER_H

#include "base/base.h"

/* Fails the test unless got is the content of golden/NAME.txt. */
void assert_golden(const char *name, struct span got);

#endif
