#include "model/fixture.h"

static const struct {
    const char *name;
    int minutes;
} ZONES[] = {{"UT", 0},     {"GMT", 0},    {"UTC", 0},    {"Z", 0},
             {"EST", -300}, {"EDT", -240}, {"CST", -360}, {"CDT", -300},
             {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420}};

static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const WEEKDAYS[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

/* Index of a name in a table, or -1. */
static int name_index(struct span name, const char *const *names, int nnames)
{
    for (int i = 0; i < nnames; i++) {
        if (span_is_nocase(name, names[i]))
            return i;
    }
    return -1;
}

static struct span word_next(struct span *rest)
{
    *rest = span_trim(*rest);
    return span_cut(rest, ' ');
}

static int parse_number(struct span digits, size_t most, int *value_r)
{
    uint32_t value;
    if (digits.nbytes > most || number_parse_u32(digits, &value) != 0)
        return -1;
    *value_r = (int)value;
    return 0;
}

static int parse_year(struct span digits, int *year_r)
{
    if (parse_number(digits, 4, year_r) != 0 || (digits.nbytes != 2 && digits.nbytes != 4))
        return -1;
    if (digits.nbytes == 2)
        *year_r += *year_r < 70 ? 2000 : 1900;
    return 0;
}

static int parse_time(struct span text, struct clock_date *date)
{
    if (text.nbytes != 8 || text.data[2] != ':' || text.data[5] != ':')
        return -1;
    if (parse_number(span_slice(text, 0, 2), 2, &date->hour) != 0 ||
        parse_number(span_slice(text, 3, 2), 2, &date->minute) != 0 ||
        parse_number(span_slice(text, 6, 2), 2, &date->second) != 0)
        return -1;
    return date->hour < 24 && date->minute < 60 && date->second < 60 ? 0 : -1;
}

static int parse_zone(struct span text, int *minutes_r)
{
    int hours, minutes;
    for (size_t i = 0; i < sizeof ZONES / sizeof *ZONES; i++) {
        if (!span_is_nocase(text, ZONES[i].name))
            continue;
        *minutes_r = ZONES[i].minutes;
        return 0;
    }
    if (text.nbytes != 5 || (text.data[0] != '+' && text.data[0] != '-') ||
        parse_number(span_slice(text, 1, 2), 2, &hours) != 0 ||
        parse_number(span_slice(text, 3, 2), 2, &minutes) != 0 || hours > 14 || minutes > 59)
        return -1;
    *minutes_r = (text.data[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
    return 0;
}

static int date_finish(struct clock_date date, int zone, int64_t *wall_s_r, int *zone_minutes_r)
{
    if (date.year < 1970 || date.month == 0 || date.day < 1 ||
        date.day > clock_days_in_month(date.year, date.month))
        return -1;
    int64_t wall_s = clock_date_to_wall(date) - (int64_t)zone * 60;
    if (wall_s < 0)
        return -1;
    *wall_s_r = wall_s;
    *zone_minutes_r = zone;
    return 0;
}

/* Behind the weekday: "Jul  4 12:00:00 [ZONE] 1990 [ZONE]". */
static int parse_asctime(struct span rest, int64_t *wall_s_r, int *zone_minutes_r)
{
    struct clock_date date = {0};
    int zone = 0;
    bool has_zone = false;
    date.month = name_index(word_next(&rest), MONTHS, 12) + 1;
    if (parse_number(word_next(&rest), 2, &date.day) != 0 ||
        parse_time(word_next(&rest), &date) != 0)
        return -1;
    struct span word = word_next(&rest);
    if (parse_zone(word, &zone) == 0) {
        has_zone = true;
        word = word_next(&rest);
    }
    if (word.nbytes != 4 || parse_year(word, &date.year) != 0)
        return -1;
    word = word_next(&rest);
    if (word.nbytes > 0 && (has_zone || parse_zone(word, &zone) != 0))
        return -1;
    return rest.nbytes == 0 ? date_finish(date, zone, wall_s_r, zone_minutes_r) : -1;
}

/* "4-Jul-90 [12:00:00 [ZONE]]" */
static int parse_hyphened(struct span text, int64_t *wall_s_r, int *zone_minutes_r)
{
    struct clock_date date = {.hour = 12};
    int zone = 0;
    struct span rest = text, day = word_next(&rest);
    if (parse_number(span_cut(&day, '-'), 2, &date.day) != 0)
        return -1;
    date.month = name_index(span_cut(&day, '-'), MONTHS, 12) + 1;
    if (parse_year(day, &date.year) != 0)
        return -1;
    struct span time = word_next(&rest), zone_text = word_next(&rest);
    if (time.nbytes > 0 && parse_time(time, &date) != 0)
        return -1;
    if (zone_text.nbytes > 0 && parse_zone(zone_text, &zone) != 0)
        return -1;
    return rest.nbytes == 0 ? date_finish(date, zone, wall_s_r, zone_minutes_r) : -1;
}

int fixture_date_parse(struct span text, int64_t *wall_s_r, int *zone_minutes_r)
{
    struct span rest = text;
    if (name_index(word_next(&rest), WEEKDAYS, 7) >= 0)
        return parse_asctime(rest, wall_s_r, zone_minutes_r);
    return parse_hyphened(text, wall_s_r, zone_minutes_r);
}
