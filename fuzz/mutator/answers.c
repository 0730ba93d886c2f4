#include "mutator/inside.h"

/* What servers say: an operation of a client, what its server has to say about it, and its end. */

enum { NUMBERS_MOST = 40 };

/* Rules of data, and the operation that asks for it, as the target `client` numbers them: some of
 * those say a literal. */
static const struct answer {
    const char *rule;
    uint8_t operation;
    bool has_literal;
} answers[] = {{"search-data", 5, true},   {"search-data", 5, true},  {"expunge-data", 9, false},
               {"expunge-data", 8, false}, {"exists-data", 1, false}, {"recent-data", 10, false},
               {"copy-data", 7, true},     {"msg-fetch", 2, false},   {"msg-fetch", 3, false},
               {"msg-fetch", 4, false},    {"msg-fetch", 12, false},  {"flags-data", 1, false},
               {"mailbox-data", 6, false}};
enum { NANSWERS = sizeof answers / sizeof answers[0], FETCH_ANSWER = 7 };

void answer_prepare(struct mutator *m)
{
    ENSURE((int)NANSWERS <= (int)ANSWERS_MOST);
    for (size_t i = 0; i < NANSWERS; i++)
        m->answer_rules[i] = form_rule(m->form, answers[i].rule);
}

void answer_numbered(struct mutator *m, uint32_t number, const char *rest)
{
    struct producer p = producer_of(m, 1);
    produce_octets(&p, SPAN_LIT("* "));
    produce_number(&p, number);
    produce_octets(&p, span_of(rest));
    command_end(m, &p, 1);
}

/* Ascending numbers of messages; there are as many as that needs. */
static void say_found(struct mutator *m)
{
    uint32_t count = 1 + below(m, NUMBERS_MOST);
    uint32_t step = 1 + below(m, 3);
    uint32_t first = below(m, 8) == 0 ? 0 : 1;
    if (m->scenes[0].exists < first + count * step && below(m, 8) != 0)
        answer_numbered(m, first + count * step, " EXISTS\r\n");
    struct producer p = producer_of(m, 1);
    produce_octets(&p, SPAN_LIT("* SEARCH"));
    for (uint32_t i = 0; i < count; i++) {
        produce_octets(&p, SPAN_LIT(" "));
        produce_number(&p, first + i * step);
    }
    produce_octets(&p, SPAN_LIT("\r\n"));
    command_end(m, &p, 1);
}

static void say_data(struct mutator *m, size_t answer)
{
    struct producer p = producer_of(m, 1);
    produce_octets(&p, SPAN_LIT("* "));
    produce_rule(&p, m->answer_rules[answer]);
    produce_rule(&p, m->eol);
    command_end(m, &p, 1);
}

static void say_completion(struct mutator *m)
{
    struct producer p = producer_of(m, 1);
    p.is_brief = true;
    produce_rule(&p, m->tag);
    p.is_brief = false;
    produce_octets(&p, below(m, 8) == 0 ? SPAN_LIT(" NO not so\r\n") : SPAN_LIT(" OK done\r\n"));
    command_end(m, &p, 1);
}

/* What a client comes to know of some messages without asking. */
static void say_facts(struct mutator *m)
{
    for (uint32_t count = 1 + below(m, 3); count > 0; count--)
        say_data(m, FETCH_ANSWER);
}

static void write_answer(struct mutator *m)
{
    size_t answer = below(m, NANSWERS);
    bool is_search = answers[answer].rule[0] == 's';
    bool is_other = below(m, 8) == 0;
    if (below(m, 4) == 0)
        say_facts(m);
    if (is_other)
        sink_control(&m->sink, STREAM_BARRIER, 0);
    else
        sink_control(&m->sink, STREAM_FAULT,
                     below(m, 8) == 0 ? below(m, 32) : answers[answer].operation);
    if (answers[answer].has_literal && below(m, 4) != 0)
        command_say(m, 1, "+ go");
    if (is_search && below(m, 2) == 0)
        say_found(m);
    for (uint32_t lines = below(m, 4); lines > 0; lines--)
        say_data(m, below(m, 4) == 0 ? below(m, NANSWERS) : answer);
    if (below(m, 8) != 0)
        say_completion(m);
}

void answer_write(struct mutator *m)
{
    if (m->scenes[0].commands < 2)
        command_prefix(m, 1);
    for (uint32_t count = 1 + below(m, 3); count > 0; count--)
        write_answer(m);
}
