#include "mutator/pool.h"

#include <stdio.h>
#include <string.h>

/* ---- words ---- */

static const struct span users[] = {SPAN_INIT("fred"), SPAN_INIT("fred"), SPAN_INIT("smith"),
                                    SPAN_INIT("anonymous")};
static const struct span passwords[] = {SPAN_INIT("secret"), SPAN_INIT("secret"),
                                        SPAN_INIT("secret"), SPAN_INIT("wrong")};
static const struct span mailboxes[] = {
    SPAN_INIT("INBOX"),     SPAN_INIT("INBOX"),  SPAN_INIT("inbox"), SPAN_INIT("m1"),
    SPAN_INIT("m1"),        SPAN_INIT("m2"),     SPAN_INIT("m3"),    SPAN_INIT("b1"),
    SPAN_INIT("two words"), SPAN_INIT("nowhere")};
static const struct span bboards[] = {SPAN_INIT("b1"), SPAN_INIT("b1"), SPAN_INIT("m1"),
                                      SPAN_INIT("nowhere")};
static const struct span patterns[] = {SPAN_INIT("*"),   SPAN_INIT("%"),     SPAN_INIT("INBOX"),
                                       SPAN_INIT("m*"),  SPAN_INIT("m%"),    SPAN_INIT("***"),
                                       SPAN_INIT("%*%"), SPAN_INIT("*n*o*"), SPAN_INIT("*a*a*a*b"),
                                       SPAN_INIT("i*"),  SPAN_INIT("%1")};
static const struct span keywords[] = {
    SPAN_INIT("k1"),  SPAN_INIT("k2"),  SPAN_INIT("k3"),  SPAN_INIT("k4"),
    SPAN_INIT("k5"),  SPAN_INIT("k6"),  SPAN_INIT("k7"),  SPAN_INIT("k8"),
    SPAN_INIT("k9"),  SPAN_INIT("k10"), SPAN_INIT("k11"), SPAN_INIT("k12"),
    SPAN_INIT("k13"), SPAN_INIT("k14"), SPAN_INIT("k15"), SPAN_INIT("\\k16"),
};
static const struct span words[] = {
    SPAN_INIT("a"),       SPAN_INIT("e"),     SPAN_INIT("fred"),    SPAN_INIT("smith"),
    SPAN_INIT("meeting"), SPAN_INIT("Re:"),   SPAN_INIT("the"),     SPAN_INIT("\r\n"),
    SPAN_INIT("@"),       SPAN_INIT("x y"),   SPAN_INIT("Subject"), SPAN_INIT("\xe9"),
    SPAN_INIT("From: "),  SPAN_INIT("zebra"), SPAN_INIT("aaaaaaab")};
static const struct span texts[] = {SPAN_INIT("done"), SPAN_INIT("completed"),
                                    SPAN_INIT("[READ-WRITE] selected"), SPAN_INIT("{3}"),
                                    SPAN_INIT("autologout; idle for too long")};
static const struct span atoms[] = {
    SPAN_INIT("fred"), SPAN_INIT("NIL"),     SPAN_INIT("example.org"),
    SPAN_INIT("Seen"), SPAN_INIT("Deleted"), SPAN_INIT("k1"),
    SPAN_INIT("+"),    SPAN_INIT("*"),       SPAN_INIT("1")};
static const struct span years[] = {SPAN_INIT("88"), SPAN_INIT("88"), SPAN_INIT("90"),
                                    SPAN_INIT("26"), SPAN_INIT("00"), SPAN_INIT("99")};

#define WORDS(array)                                                                               \
    {                                                                                              \
        (array), sizeof(array) / sizeof((array)[0])                                                \
    }

struct pools pools_standard(void)
{
    return (struct pools){.of = {
                              [POOL_USER] = WORDS(users),
                              [POOL_PASSWORD] = WORDS(passwords),
                              [POOL_MAILBOX] = WORDS(mailboxes),
                              [POOL_BBOARD] = WORDS(bboards),
                              [POOL_PATTERN] = WORDS(patterns),
                              [POOL_KEYWORD] = WORDS(keywords),
                              [POOL_WORD] = WORDS(words),
                              [POOL_YEAR] = WORDS(years),
                              [POOL_TEXT] = WORDS(texts),
                              [POOL_ATOM] = WORDS(atoms),
                          }};
}

/* ---- rules ---- */

static const struct {
    const char *rule;
    enum pool pool;
} pools_of_rules[] = {
    {"tag", POOL_TAG},           {"userid", POOL_USER},        {"password", POOL_PASSWORD},
    {"mailbox", POOL_MAILBOX},   {"bboard-name", POOL_BBOARD}, {"pattern", POOL_PATTERN},
    {"keyword", POOL_KEYWORD},   {"search-string", POOL_WORD}, {"date-day", POOL_DAY},
    {"date-year", POOL_YEAR},    {"nz-number", POOL_MESSAGE},  {"number", POOL_COUNT},
    {"text-line", POOL_TEXT},    {"name", POOL_MAILBOX},       {"atom", POOL_ATOM},
    {"astring-atom", POOL_ATOM}, {"obs-bare", POOL_ATOM},
};

enum pool pool_of_rule(const char *name)
{
    for (size_t i = 0; i < sizeof pools_of_rules / sizeof pools_of_rules[0]; i++)
        if (strcmp(pools_of_rules[i].rule, name) == 0)
            return pools_of_rules[i].pool;
    return POOL_NONE;
}

/* ---- numbers ---- */

static struct span print_number(uint32_t number, char *out)
{
    char digits[10];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    for (size_t i = 0; i < count; i++)
        out[i] = digits[count - 1 - i];
    return span_make(out, count);
}

static struct span message_number(struct rng *rng, const struct scene *scene, char *out)
{
    uint32_t exists = scene->exists;
    uint32_t kind = pool_below(rng, 16);
    if (kind < 2 || exists == 0)
        return print_number(1 + pool_below(rng, 4), out);
    if (kind < 5)
        return print_number(exists, out);
    if (kind == 5)
        return print_number(exists + 1, out);
    if (kind == 6)
        return print_number(scene->old > 0 ? scene->old : 1, out);
    return print_number(1 + pool_below(rng, exists), out);
}

struct span pool_edge_number(struct rng *rng, const struct scene *scene, char out[POOL_MOST_NBYTES])
{
    static const struct span edges[] = {
        SPAN_INIT("0"),          SPAN_INIT("1"),          SPAN_INIT("2147483647"),
        SPAN_INIT("2147483648"), SPAN_INIT("4294967295"), SPAN_INIT("4294967296"),
        SPAN_INIT("4294967297"), SPAN_INIT("9999999999"), SPAN_INIT("00"),
        SPAN_INIT("01"),         SPAN_INIT("0000000002"), SPAN_INIT("18446744073709551616"),
        SPAN_INIT("65536"),      SPAN_INIT("255"),
    };
    uint32_t kind = pool_below(rng, 4);
    if (kind == 0)
        return print_number(scene->exists + pool_below(rng, 3), out);
    if (kind == 1)
        return print_number(scene->old, out);
    return edges[pool_below(rng, sizeof edges / sizeof edges[0])];
}

static struct span tag(struct rng *rng, const struct scene *scene, char *out)
{
    out[0] = pool_chance(rng, 16) ? 'A' : 'a';
    uint32_t number = pool_chance(rng, 8) ? pool_below(rng, 10) : scene->commands % 100U;
    return span_make(out, 1 + print_number(number, out + 1).nbytes);
}

/* ---- dates ---- */

static struct span day(struct rng *rng, char *out)
{
    if (pool_chance(rng, 8))
        return span_of(pool_chance(rng, 2) ? "00" : "32");
    return print_number(1 + pool_below(rng, 31), out);
}

struct span pool_edge_date(struct rng *rng, char out[POOL_MOST_NBYTES])
{
    static const char *const days[] = {"29", "28", "31", "30", "1", "01", "0", "00", "32", "99"};
    static const char *const months[] = {"Feb", "feb", "JAN", "Dec", "Jun", "Apr", "Mai"};
    static const char *const centuries[] = {"", "", "", "1988", "2000", "1900", "9999"};
    static const char *const years_of[] = {"00", "99", "88", "69", "70", "26", "38"};
    const char *century = centuries[pool_below(rng, 7)];
    int count = snprintf(out, POOL_MOST_NBYTES, "%s-%s-%s", days[pool_below(rng, 10)],
                         months[pool_below(rng, 7)],
                         century[0] == '\0' ? years_of[pool_below(rng, 7)] : century);
    return span_make(out, (size_t)count);
}

struct span pool_value(enum pool pool, struct rng *rng, const struct scene *scene,
                       char out[POOL_MOST_NBYTES])
{
    const struct pool_words *words_of = &scene->pools->of[pool];
    switch (pool) {
    case POOL_TAG:
        return tag(rng, scene, out);
    case POOL_MESSAGE:
        return message_number(rng, scene, out);
    case POOL_COUNT:
        return print_number(pool_below(rng, scene->exists + 2U), out);
    case POOL_DAY:
        return day(rng, out);
    case POOL_NONE:
    case POOL_USER:
    case POOL_PASSWORD:
    case POOL_MAILBOX:
    case POOL_BBOARD:
    case POOL_PATTERN:
    case POOL_KEYWORD:
    case POOL_WORD:
    case POOL_YEAR:
    case POOL_TEXT:
    case POOL_ATOM:
    case POOL_NPOOLS:
        break;
    }
    return words_of->items[pool_below(rng, words_of->nitems)];
}

struct span pool_canonical(enum pool pool, const struct scene *scene, char out[POOL_MOST_NBYTES])
{
    const struct pool_words *words_of = &scene->pools->of[pool];
    out[0] = 'a';
    if (pool == POOL_TAG)
        return span_make(out, 1 + print_number(scene->commands, out + 1).nbytes);
    return words_of->nitems > 0 ? words_of->items[0] : SPAN_LIT("1");
}
