#include "base/clock.h"

#include <time.h>

#include "base/memory.h"

struct clock clock_system(void)
{
    return (struct clock){.is_virtual = false};
}

struct clock clock_virtual(int64_t epoch_s)
{
    return (struct clock){.is_virtual = true, .epoch_s = epoch_s};
}

int64_t clock_now_us(const struct clock *c)
{
    if (c->is_virtual)
        return c->now_us;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_wall_s(const struct clock *c)
{
    return c->is_virtual ? c->epoch_s + c->now_us / 1000000 : (int64_t)time(NULL);
}

int64_t clock_wall_us(const struct clock *c)
{
    if (c->is_virtual)
        return c->epoch_s * 1000000 + c->now_us;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void clock_advance_us(struct clock *c, int64_t us)
{
    ENSURE(c->is_virtual && us >= 0);
    c->now_us += us;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int clock_days_in_month(int year, int month)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    ENSURE(month >= 1 && month <= 12);
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01 to the first of March of the given era year, counted in 400-year eras. */
static int64_t days_from_civil(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

int64_t clock_date_to_wall(struct clock_date date)
{
    return days_from_civil(date.year, date.month, date.day) * 86400 + date.hour * 3600 +
           date.minute * 60 + date.second;
}

struct clock_date clock_date_of(int64_t wall_s)
{
    ENSURE(wall_s >= 0);
    int64_t days = wall_s / 86400 + 719468;
    int64_t rest = wall_s % 86400;
    int64_t era = days / 146097;
    int64_t day_of_era = days % 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    return (struct clock_date){
        .year = (int)(year_of_era + era * 400 + (month <= 2)),
        .month = month,
        .day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
        .hour = (int)(rest / 3600),
        .minute = (int)(rest / 60 % 60),
        .second = (int)(rest % 60),
    };
}
