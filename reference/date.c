#include "reference/date.h"

enum { DAY_S = 86400 };

static const char month_names[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct zone_name {
    int minutes;
    const char *name;
};

static const struct zone_name zone_names[] = {
    {0, "GMT"}, {-240, "EDT"}, {-300, "EST"}, {-360, "CST"}, {-420, "MST"}, {-480, "PST"},
};

static const struct zone_name *find_zone(int minutes)
{
    for (size_t i = 0; i < sizeof zone_names / sizeof *zone_names; i++)
        if (zone_names[i].minutes == minutes)
            return &zone_names[i];
    return &zone_names[0];
}

/* Seconds since 1970 on a clock that shows the local time of the zone, within the years 1..9999. */
static int64_t local_seconds(int64_t wall_s, const struct zone_name *zone)
{
    const int64_t first = clock_date_to_wall((struct clock_date){.year = 1, .month = 1, .day = 1});
    const int64_t last = clock_date_to_wall(
        (struct clock_date){9999, .month = 12, .day = 31, .hour = 23, .minute = 59, .second = 59});
    if (wall_s > last)
        wall_s = last;
    if (wall_s < first)
        wall_s = first;
    int64_t local_s = wall_s + (int64_t)zone->minutes * 60;
    return local_s < first ? first : local_s;
}

/* The calendar repeats every 400 years: a way round the lower limit of clock_date_of(). */
static struct clock_date date_of_any(int64_t local_s)
{
    const int64_t cycle_s = 146097LL * DAY_S;
    int ncycles = 0;
    while (local_s < 0) {
        local_s += cycle_s;
        ncycles++;
    }
    struct clock_date date = clock_date_of(local_s);
    date.year -= 400 * ncycles;
    return date;
}

void mail_date_write(struct buffer *out, int64_t wall_s, int zone_minutes)
{
    const struct zone_name *zone = find_zone(zone_minutes);
    struct clock_date date = date_of_any(local_seconds(wall_s, zone));
    buffer_printf(out, "\"%02d-%s-%02d %02d:%02d:%02d-%s\"", date.day, month_names[date.month - 1],
                  date.year % 100, date.hour, date.minute, date.second, zone->name);
}

static int day_of_seconds(int64_t local_s)
{
    int64_t day = local_s / DAY_S;
    return (int)(local_s % DAY_S < 0 ? day - 1 : day);
}

int mail_day_number(int64_t wall_s, int zone_minutes)
{
    return day_of_seconds(local_seconds(wall_s, find_zone(zone_minutes)));
}

/* 1..12, or 0. */
static int month_number(struct span text)
{
    for (int i = 0; i < 12; i++)
        if (span_is_nocase(text, month_names[i]))
            return i + 1;
    return 0;
}

static int parse_day(struct span text, uint32_t *day_r)
{
    if (text.nbytes == 2 && text.data[0] == ' ')
        text = span_from(text, 1);
    if (text.nbytes < 1 || text.nbytes > 2)
        return -1;
    return number_parse_u32(text, day_r);
}

static int parse_year(struct span text, uint32_t *year_r)
{
    if (text.nbytes != 2 && text.nbytes != 4)
        return -1;
    if (number_parse_u32(text, year_r) != 0)
        return -1;
    if (text.nbytes == 2)
        *year_r += *year_r >= 70 ? 1900 : 2000;
    return *year_r == 0 ? -1 : 0;
}

int mail_search_date_parse(struct span text, int *day_number_r)
{
    uint32_t day, year;
    if (parse_day(span_cut(&text, '-'), &day) != 0)
        return -1;
    int month = month_number(span_cut(&text, '-'));
    if (month == 0 || parse_year(text, &year) != 0)
        return -1;
    if (day < 1 || day > (uint32_t)clock_days_in_month((int)year, month))
        return -1;
    struct clock_date date = {.year = (int)year, .month = month, .day = (int)day};
    *day_number_r = day_of_seconds(clock_date_to_wall(date));
    return 0;
}
