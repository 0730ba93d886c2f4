/*
 * mutants: proves a suite by seeded faults. A fault is one small mistake put into the bundled
 * implementation; a suite that plays without a complaint against it is too weak.
 *
 *   fault    one fault, read from its file, and put into a source      mutants/fault.h
 *   build    the program with that source                              mutants/build.h
 *   play     the suite against it; who kills it                        mutants/play.h
 *   matrix   all faults against all scenarios, and what is written     mutants/matrix.h
 *
 *     toolchain + fault --build--> program --play--> results --judge--> kills --> matrix
 *
 * A scenario kills a fault when one of its cases ends in fail or crash (or in warn, when the fault
 * is graded so) which does not without the fault; it does so by name when a requirement reported
 * there is one that the fault says it breaks. Blocked cases kill nothing.
 */
#ifndef IMAPSPEC_MUTANTS_MUTANTS_H
#define IMAPSPEC_MUTANTS_MUTANTS_H

#include "mutants/build.h"
#include "mutants/fault.h"
#include "mutants/matrix.h"
#include "mutants/play.h"

#endif
