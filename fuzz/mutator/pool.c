#include "mutator/pool.h"

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
static const struct span words[] = {SPAN_INIT("a"),
                                    SPAN_INIT("e"),
                                    SPAN_INIT("fred"),
                                    SPAN_INIT("smith"),
                                    SPAN_INIT("meeting"),
                                    SPAN_INIT("Re:"),
                                    SPAN_INIT("the"),
                                    SPAN_INIT("\r\n"),
                                    SPAN_INIT("@"),
                                    SPAN_INIT("x y"),
                                    SPAN_INIT("Subject"),
                                    SPAN_INIT("\xe9"),
                                    SPAN_INIT("From: "),
                                    SPAN_INIT("zebra"),
                                    SPAN_INIT("aaaaaaab"),
                                    SPAN_INIT("sender"),
                                    SPAN_INIT("reader"),
                                    SPAN_INIT("message 2"),
                                    SPAN_INIT("fixture.example")};
static const struct span texts[] = {SPAN_INIT("done"), SPAN_INIT("completed"),
                                    SPAN_INIT("[READ-WRITE] selected"), SPAN_INIT("{3}"),
                                    SPAN_INIT("autologout; idle for too long")};
static const struct span atoms[] = {
    SPAN_INIT("fred"), SPAN_INIT("NIL"),     SPAN_INIT("example.org"),
    SPAN_INIT("Seen"), SPAN_INIT("Deleted"), SPAN_INIT("k1"),
    SPAN_INIT("+"),    SPAN_INIT("*"),       SPAN_INIT("1")};
/* The last ones are none. */
static const struct span months[] = {
    SPAN_INIT("Jan"), SPAN_INIT("Feb"), SPAN_INIT("Mar"), SPAN_INIT("Apr"), SPAN_INIT("May"),
    SPAN_INIT("Jun"), SPAN_INIT("Jul"), SPAN_INIT("Aug"), SPAN_INIT("Sep"), SPAN_INIT("Oct"),
    SPAN_INIT("Nov"), SPAN_INIT("Dec"), SPAN_INIT("DEC"), SPAN_INIT("jan"), SPAN_INIT("Sept"),
    SPAN_INIT("Mai"), SPAN_INIT("13")};
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
                              [POOL_MONTH] = WORDS(months),
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
    {"astring-atom", POOL_ATOM}, {"obs-bare", POOL_ATOM},      {"month", POOL_MONTH},
};

enum pool pool_of_rule(const char *name)
{
    for (size_t i = 0; i < sizeof pools_of_rules / sizeof pools_of_rules[0]; i++)
        if (strcmp(pools_of_rules[i].rule, name) == 0)
            return pools_of_rules[i].pool;
    return POOL_NONE;
}

bool pool_is_string(enum pool pool)
{
    return pool == POOL_USER || pool == POOL_PASSWORD || pool == POOL_MAILBOX ||
           pool == POOL_BBOARD || pool == POOL_PATTERN || pool == POOL_WORD;
}

/* ---- numbers ---- */

uint16_t pool_exists(struct span mailbox)
{
    static const struct {
        struct span name;
        uint16_t exists;
    } fixture[] = {{SPAN_INIT("INBOX"), 5},
                   {SPAN_INIT("m1"), 3},
                   {SPAN_INIT("m2"), 0},
                   {SPAN_INIT("m3"), 2},
                   {SPAN_INIT("b1"), 2}};
    for (size_t i = 0; i < sizeof fixture / sizeof fixture[0]; i++)
        if (span_equal_nocase(mailbox, fixture[i].name))
            return fixture[i].exists;
    return POOL_EXISTS_GUESS;
}

static struct span print_number(uint64_t number, char *out)
{
    char digits[20];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    for (size_t i = 0; i < count; i++)
        out[i] = digits[count - 1 - i];
    return span_make(out, count);
}

static struct span message_number(struct dice *dice, const struct scene *scene, char *out)
{
    uint32_t exists = scene->exists;
    uint32_t kind = pool_below(dice, 16);
    if (kind == 15 && (scene->is_server || pool_chance(dice, 2)))
        return pool_edge_number(dice, scene, out);
    if (kind < 2 || exists == 0)
        return print_number(1 + pool_below(dice, 4), out);
    if (kind < 5)
        return print_number(exists, out);
    if (kind == 5)
        return print_number(exists + 1, out);
    if (kind == 6)
        return print_number(scene->old > 0 ? scene->old : 1, out);
    return print_number(1 + pool_below(dice, exists), out);
}

/* Behind the end of a number that some type can hold: what is left of it is small, and may well be
 * a message. */
static struct span wrapped_number(struct dice *dice, const struct scene *scene, char *out)
{
    static const uint64_t ends[] = {
        256, 65536, UINT64_C(1) << 31, UINT64_C(1) << 32, UINT64_C(1) << 32, UINT64_C(1) << 32};
    static const struct span beyond = SPAN_INIT("184467440737095516"); /* of 2^64, but two digits */
    uint32_t kind = pool_below(dice, 8);
    uint32_t more = pool_below(dice, scene->exists + 3U);
    if (kind < 6)
        return print_number(ends[kind] + more - 1, out);
    memcpy(out, beyond.data, beyond.nbytes);
    return span_make(out, beyond.nbytes + print_number(16 + more % 64, out + beyond.nbytes).nbytes);
}

struct span pool_edge_number(struct dice *dice, const struct scene *scene,
                             char out[POOL_MOST_NBYTES])
{
    static const struct span edges[] = {
        SPAN_INIT("0"),   SPAN_INIT("1"),          SPAN_INIT("2147483647"), SPAN_INIT("4294967295"),
        SPAN_INIT("00"),  SPAN_INIT("9999999999"), SPAN_INIT("0000000002"), SPAN_INIT("01"),
        SPAN_INIT("255"), SPAN_INIT("4294967296"),
    };
    uint32_t kind = pool_below(dice, 8);
    if (kind < 3)
        return edges[0];
    if (kind == 3)
        return print_number(scene->old, out);
    if (kind == 4)
        return print_number(scene->exists + pool_below(dice, 3), out);
    if (kind == 5)
        return wrapped_number(dice, scene, out);
    return edges[pool_below(dice, sizeof edges / sizeof edges[0])];
}

/* What a server says of a mailbox: few messages mostly, as many as there were or one more. */
static struct span count_number(struct dice *dice, const struct scene *scene, char *out)
{
    uint32_t kind = pool_below(dice, 16);
    if (kind == 0)
        return pool_edge_number(dice, scene, out);
    if (kind == 1)
        return print_number(pool_below(dice, 2U << pool_below(dice, 10)), out);
    return print_number(
        kind < 8 ? scene->exists + pool_below(dice, 2) : pool_below(dice, scene->exists + 2U), out);
}

/* As the bundled client numbers its commands. */
static struct span wide_tag(const struct scene *scene, char *out)
{
    uint32_t number = (scene->commands + 1U) % 10000;
    out[0] = 'A';
    for (size_t i = 4; i > 0; i--, number /= 10)
        out[i] = (char)('0' + number % 10);
    return span_make(out, 5);
}

static struct span tag(struct dice *dice, const struct scene *scene, char *out)
{
    if (scene->is_server && pool_below(dice, 4) != 0)
        return wide_tag(scene, out);
    out[0] = pool_chance(dice, 16) ? 'A' : 'a';
    uint32_t number = pool_chance(dice, 8) ? pool_below(dice, 10) : scene->commands % 100U;
    return span_make(out, 1 + print_number(number, out + 1).nbytes);
}

uint32_t pool_edge_length(struct dice *dice)
{
    static const uint16_t edges[] = {16, 32, 64, 80, 100, 128, 200, 255, 256, 512, 1000, 1024};
    return edges[pool_below(dice, sizeof edges / sizeof edges[0])] + pool_below(dice, 3) - 1;
}

/* ---- dates ---- */

static struct span day(struct dice *dice, char *out)
{
    if (pool_chance(dice, 8))
        return span_of(pool_chance(dice, 2) ? "00" : "32");
    return print_number(1 + pool_below(dice, 31), out);
}

static size_t append(char *out, size_t nbytes, struct span text)
{
    memcpy(out + nbytes, text.data, text.nbytes);
    return nbytes + text.nbytes;
}

struct span pool_edge_date(struct dice *dice, char out[POOL_MOST_NBYTES])
{
    static const struct span days[] = {
        SPAN_INIT("29"), SPAN_INIT("28"), SPAN_INIT("31"), SPAN_INIT("30"), SPAN_INIT("1"),
        SPAN_INIT("01"), SPAN_INIT("0"),  SPAN_INIT("00"), SPAN_INIT("32"), SPAN_INIT("99")};
    static const struct span edges[] = {SPAN_INIT("Feb"), SPAN_INIT("feb"), SPAN_INIT("JAN"),
                                        SPAN_INIT("Dec"), SPAN_INIT("Jun"), SPAN_INIT("Apr"),
                                        SPAN_INIT("Mai"), SPAN_INIT("Foo"), SPAN_INIT("DECE")};
    static const struct span ends[] = {
        SPAN_INIT("00"), SPAN_INIT("99"),   SPAN_INIT("88"),   SPAN_INIT("69"),   SPAN_INIT("70"),
        SPAN_INIT("26"), SPAN_INIT("38"),   SPAN_INIT("1988"), SPAN_INIT("2000"), SPAN_INIT("1900"),
        SPAN_INIT("26"), SPAN_INIT("9999"), SPAN_INIT("88")};
    size_t nbytes = append(out, 0, days[pool_below(dice, sizeof days / sizeof days[0])]);
    out[nbytes++] = '-';
    nbytes = append(out, nbytes, edges[pool_below(dice, sizeof edges / sizeof edges[0])]);
    out[nbytes++] = '-';
    nbytes = append(out, nbytes, ends[pool_below(dice, sizeof ends / sizeof ends[0])]);
    return span_make(out, nbytes);
}

struct span pool_value(enum pool pool, struct dice *dice, const struct scene *scene,
                       char out[POOL_MOST_NBYTES])
{
    const struct pool_words *words_of = &scene->pools->of[pool];
    switch (pool) {
    case POOL_TAG:
        return tag(dice, scene, out);
    case POOL_MESSAGE:
        return message_number(dice, scene, out);
    case POOL_COUNT:
        return count_number(dice, scene, out);
    case POOL_DAY:
        return day(dice, out);
    case POOL_NONE:
    case POOL_USER:
    case POOL_PASSWORD:
    case POOL_MAILBOX:
    case POOL_BBOARD:
    case POOL_PATTERN:
    case POOL_KEYWORD:
    case POOL_WORD:
    case POOL_MONTH:
    case POOL_YEAR:
    case POOL_TEXT:
    case POOL_ATOM:
    case POOL_NPOOLS:
        break;
    }
    return words_of->items[pool_below(dice, words_of->nitems)];
}

struct span pool_canonical(enum pool pool, const struct scene *scene, char out[POOL_MOST_NBYTES])
{
    const struct pool_words *words_of = &scene->pools->of[pool];
    out[0] = 'a';
    if (pool == POOL_TAG && scene->is_server)
        return wide_tag(scene, out);
    if (pool == POOL_TAG)
        return span_make(out, 1 + print_number(scene->commands, out + 1).nbytes);
    return words_of->nitems > 0 ? words_of->items[0] : SPAN_LIT("1");
}
