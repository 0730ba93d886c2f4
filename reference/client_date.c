#include "reference/client_date.h"

static const struct {
    const char *name;
    int minutes;
} zones[] = {{"UT", 0},     {"GMT", 0},    {"UTC", 0},    {"Z", 0},
             {"EST", -300}, {"EDT", -240}, {"CST", -360}, {"CDT", -300},
             {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420}};

int client_date_month(struct span name)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (int i = 0; i < 12; i++)
        if (span_equal_nocase(name, span_make(&names[i * 3], 3)))
            return i + 1;
    return 0;
}

/* Digits up to `end`, which is skipped; 0 as the end: up to what is no digit. */
static bool take_number(struct span *rest, size_t max_digits, char end, int *value_r)
{
    struct span digits = span_slice(*rest, 0, number_digits(*rest));
    uint32_t value;
    if (digits.nbytes > max_digits || number_parse_u32(digits, &value) != 0)
        return false;
    *value_r = (int)value;
    *rest = span_from(*rest, digits.nbytes);
    if (end == 0)
        return true;
    if (rest->nbytes == 0 || rest->data[0] != end)
        return false;
    *rest = span_from(*rest, 1);
    return true;
}

static bool take_day(struct span *rest, struct clock_date *when)
{
    while (rest->nbytes > 0 && rest->data[0] == ' ')
        *rest = span_from(*rest, 1);
    if (!take_number(rest, 2, '-', &when->day))
        return false;
    when->month = client_date_month(span_slice(*rest, 0, 3));
    *rest = span_from(*rest, 3);
    if (when->month == 0 || rest->nbytes == 0 || rest->data[0] != '-')
        return false;
    *rest = span_from(*rest, 1);
    size_t year_digits = number_digits(*rest);
    if ((year_digits != 2 && year_digits != 4) || !take_number(rest, 4, ' ', &when->year))
        return false;
    if (year_digits == 2)
        when->year += when->year >= 70 ? 1900 : 2000;
    return when->year >= 1 && when->day >= 1 &&
           when->day <= clock_days_in_month(when->year, when->month);
}

static bool take_time(struct span *rest, struct clock_date *when)
{
    return take_number(rest, 2, ':', &when->hour) && take_number(rest, 2, ':', &when->minute) &&
           take_number(rest, 2, 0, &when->second) && when->hour < 24 && when->minute < 60 &&
           when->second <= 60;
}

/* "-PDT", " PDT", "-0700", " +0200" */
static bool take_offset(struct span text, int *minutes_r)
{
    bool is_negative = text.data[0] == '-';
    uint32_t value;
    text = span_from(text, 1);
    if (text.nbytes != 4 || number_parse_u32(text, &value) != 0 || value % 100 >= 60)
        return false;
    int minutes = (int)(value / 100 * 60 + value % 100);
    *minutes_r = is_negative ? -minutes : minutes;
    return true;
}

static void read_zone(struct span text, struct client_date *date)
{
    text = span_trim(text);
    if (text.nbytes == 0)
        return;
    if (text.data[0] == '-' || text.data[0] == '+') {
        date->has_zone = take_offset(text, &date->zone_minutes);
        if (date->has_zone)
            return;
        text = span_from(text, 1);
    }
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        if (!span_is_nocase(text, zones[i].name))
            continue;
        date->zone_minutes = zones[i].minutes;
        date->has_zone = true;
    }
}

struct client_date client_date_read(struct span text)
{
    struct client_date date = {.text = text};
    struct span rest = text;
    if (!take_day(&rest, &date.when) || !take_time(&rest, &date.when))
        return (struct client_date){.text = text};
    read_zone(rest, &date);
    date.is_valid = true;
    date.wall_s = clock_date_to_wall(date.when) - (int64_t)date.zone_minutes * 60;
    return date;
}
