/*
 * clock: the only source of time. Engines get a clock from their caller and never read the
 * machine's own. A virtual clock stands still until it is advanced.
 */
#ifndef IMAPSPEC_BASE_CLOCK_H
#define IMAPSPEC_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock {
    bool is_virtual;
    int64_t now_us;  /* virtual: monotonic time, microseconds */
    int64_t epoch_s; /* virtual: wall time at now_us == 0, seconds since 1970 UTC */
};

struct clock clock_system(void);
struct clock clock_virtual(int64_t epoch_s);
int64_t clock_now_us(const struct clock *c);        /* monotonic */
int64_t clock_wall_s(const struct clock *c);        /* seconds since 1970-01-01 UTC */
int64_t clock_wall_us(const struct clock *c);       /* the same in microseconds */
void clock_advance_us(struct clock *c, int64_t us); /* virtual clocks only */

/* A calendar date and time of day in some zone. */
struct clock_date {
    int year;  /* 1970.. */
    int month; /* 1..12 */
    int day;   /* 1..31 */
    int hour, minute, second;
};

struct clock_date clock_date_of(int64_t wall_s);    /* UTC; wall_s >= 0 */
int64_t clock_date_to_wall(struct clock_date date); /* UTC; proleptic Gregorian */
int clock_days_in_month(int year, int month);

#endif
