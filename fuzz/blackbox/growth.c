#include "blackbox/growth.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Memory is taken from the system by 128 KiB: each quarter has at least one such step. */
enum { GROWTH_LEAST_NBYTES = 512 * 1024, GROWTH_NQUARTERS = 4 };

void growth_free(struct growth *g)
{
    free(g->kept);
    *g = (struct growth){.nlooks = 0};
}

void growth_forget(struct growth *g)
{
    g->nscenarios = 0;
    g->nlooks = 0;
}

uint64_t growth_memory(long pid)
{
    char path[64];
    char room[128];
    uint64_t npages = 0;
    (void)snprintf(path, sizeof path, "/proc/%ld/statm", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, room, sizeof room);
    (void)close(fd);
    struct span text = span_make(room, n > 0 ? (size_t)n : 0);
    (void)span_cut(&text, ' ');
    if (number_parse_u64(span_cut(&text, ' '), &npages) != 0)
        return 0;
    return npages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Mail that is stored takes memory rightly. */
static bool stores(struct span stream)
{
    struct stream_splitter splitter = stream_splitter_of(stream);
    struct stream_unit unit;
    while (stream_splitter_next(&splitter, &unit))
        if (unit.kind == STREAM_DELIVER ||
            (unit.kind == STREAM_DATA &&
             span_find_nocase(unit.bytes, SPAN_LIT("COPY")) != SPAN_NPOS))
            return true;
    return false;
}

void growth_keep(struct growth *g, struct span stream, const struct plan_mode *mode,
                 uint64_t number)
{
    g->nscenarios++;
    if (stream.nbytes > GROWTH_KEPT_NBYTES || stores(stream))
        return;
    if (g->kept == NULL)
        g->kept = mem_alloc(GROWTH_NKEPT * sizeof *g->kept);
    struct growth_sample *sample = &g->kept[g->nkept++ % GROWTH_NKEPT];
    sample->mode = *mode;
    sample->number = number;
    sample->nbytes = stream.nbytes;
    memcpy(sample->bytes, stream.data, stream.nbytes);
}

bool growth_is_due(const struct growth *g)
{
    return !g->is_told && g->nscenarios >= GROWTH_WARM_UP && g->nscenarios % GROWTH_STEP == 0;
}

void growth_look(struct growth *g, uint64_t nbytes)
{
    if (g->nlooks == GROWTH_NLOOKS) {
        memmove(&g->looks[0], &g->looks[1], (GROWTH_NLOOKS - 1) * sizeof g->looks[0]);
        g->nlooks--;
    }
    g->looks[g->nlooks++] = nbytes;
}

uint64_t growth_judge(const uint64_t *looks, size_t nlooks)
{
    size_t quarter = nlooks / GROWTH_NQUARTERS;
    uint64_t before = 0;
    if (quarter == 0 || looks[nlooks - 1] < looks[0] + GROWTH_LEAST_NBYTES)
        return 0;
    for (size_t q = 0; q < GROWTH_NQUARTERS; q++) {
        uint64_t sum = 0;
        for (size_t i = 0; i < quarter; i++)
            sum += looks[q * quarter + i];
        if (sum <= before)
            return 0;
        before = sum;
    }
    return looks[nlooks - 1] - looks[0];
}

uint64_t growth_suspect(const struct growth *g)
{
    return g->is_told || g->nlooks < GROWTH_NLOOKS ? 0 : growth_judge(g->looks, g->nlooks);
}
