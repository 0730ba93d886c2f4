#include <string.h>

#include "cli/cli.h"
#include "cli/tables.h"
#include "cli/test_options.h"

static const struct cli_option no_options[] = {{0}};

static const struct cli_command commands[] = {
    {"server", "TARGET [SELECTOR...]", "test a server",
     "TARGET is the name of a shipped target, a .target file, HOST:PORT (with --user and\n"
     "--password), `reference` (the bundled server, called by function) or `reference-tcp`\n"
     "(the same, as a process of its own).\n"
     "SELECTOR is a scenario's ID or case ID, a glob of either (`expunge.*`), `req:ID` or\n"
     "`level:must`, among the files and folders of scenarios that are named as well, or else\n"
     "among the whole suite. Without one, all of them are played.\n"
     "\n"
     "Exit codes: 0 every result as expected; 1 an unexpected result; 2 wrong usage, target\n"
     "file or scenario, nothing was tested; 3 the target could not be started or reached, or\n"
     "every case was blocked; 4 nothing selected, or everything skipped; 5 a bug of ours.\n",
     server_option_table, cli_server},
    {"client", "TARGET [SELECTOR...]", "test a client",
     "TARGET is the name of a shipped target, a .target file, `reference` (the bundled client,\n"
     "called by function) or `reference-shim` (the same, as a program).\n"
     "With --exec there is no TARGET: the command line is run by a shell once for each case, and\n"
     "judged by every octet it sends. Without a selector that are two cases, `unscripted`\n"
     "and `unscripted.slow`: a server with mail that answers whatever the client wants until it\n"
     "ends, at once or after some time.\n"
     "\n"
     "  imapspec client --exec 'curl -s -u fred:secret imap://{host}:{port}/INBOX -X NOOP'\n"
     "  imapspec client --tls --exec 'curl -s --cacert {certificate} ... imaps://{host}:{port}/'\n"
     "\n"
     "Selectors and exit codes are those of `server`.\n",
     client_option_table, cli_client},
    {"watch", "--listen HOST:PORT --to HOST:PORT", "sit between a client and a server, judge both",
     "Passes on every octet in both directions at once and unchanged, and tells what is wrong "
     "with\n"
     "it as it goes by: framing, grammar, the state of the session. What is printed holds what is\n"
     "sent, passwords too. Ends at SIGINT or SIGTERM, with a summary.\n"
     "\n"
     "Exit codes: 0 nothing found; 1 findings (fail or warn); 2 wrong usage; 3 it cannot listen, "
     "or\n"
     "the server was never reached.\n",
     watch_option_table, cli_watch},
    {"serve", "[OPTIONS]", "run the bundled reference server",
     "Serves IMAP2 until SIGINT or SIGTERM. Prints the port it listens on.\n", serve_option_table,
     cli_serve},
    {"shim", "[--check TARGET [CHECK...]]",
     "drive the bundled reference client by requests on standard input",
     "Speaks the shim protocol of docs/shim.md: a request a line, answered on standard output.\n"
     "It is what imapspec itself would start to test this client; try it by hand:\n"
     "\n"
     "  imapspec shim\n"
     "  open 127.0.0.1 1143\n"
     "  login fred secret\n"
     "  select INBOX\n"
     "  cache\n"
     "  logout\n"
     "\n"
     "With --check it tells what the shim of a client does otherwise than that manual says: a "
     "line\n"
     "for each check, and for a wrong one what was wanted, what was got, and the whole dialogue.\n"
     "CHECK is the name of a check or a glob (`cache.*`).\n"
     "\n"
     "  imapspec shim --check my.target\n"
     "  imapspec shim --check --exec ./my-shim\n"
     "\n"
     "Exit codes: 0 nothing is wrong; 1 something is; 2 wrong usage or target file; 3 it cannot\n"
     "be started; 4 it is not installed, or no check was selected.\n",
     shim_option_table, cli_shim},
    {"mutants", "[SELECTOR...]", "play the suite against servers with one seeded fault each",
     "Each fault is built into the bundled server, which is then played as `server` does. The\n"
     "suite is proven when every fault is killed (fail or crash of a case), nearly all of them by\n"
     "a requirement that the fault names, and every scenario kills one or says why not.\n"
     "SELECTOR chooses among the scenarios as for `server`. It works where imapspec was built.\n"
     "\n"
     "Exit codes: 0 the suite is proven; 1 it is not; 2 wrong usage, or a file is wrong; 4 no\n"
     "fault or no scenario selected.\n",
     mutants_option_table, cli_mutants},
    {"fuzz", "TARGET", "say to a server or client what nobody thought of, and judge what it does",
     "TARGET is named as for `server` or `client`. What is said is made from the grammar, and "
     "from\n"
     "what gave new answers before; every line of the other side goes through the same framing,\n"
     "grammar and model as in a scenario. What is found is shrunk and written as a scenario:\n"
     "docs/fuzzing.md. Mail of a server's users is changed and lost. A client is started for each\n"
     "scenario, and played the server to. Ends at SIGINT or SIGTERM, too.\n"
     "\n"
     "Exit codes: 0 nothing found; 1 findings, also those that were in their folder before;\n"
     "2 wrong usage, or a target that is not on this machine; 3 the target could not be started\n"
     "or reached, or was never used: nobody could log in, or a client never said a command.\n",
     fuzz_option_table, cli_fuzz},
    {"shrink", "FILE TARGET", "make a scenario or event stream small that shows something wrong",
     "FILE is a scenario (.scn), of which is taken what it sends, or an event stream (events.bin\n"
     "of a finding). The result is written as `fuzz` writes its findings.\n"
     "\n"
     "Exit codes: 0 nothing is wrong; 1 it was shown and written; 2 and 3 as for `fuzz`.\n",
     shrink_option_table, cli_shrink},
    {"campaign", "TARGET", "fuzz one of our own in-process targets on all cores",
     "TARGET is one of the targets of `make fuzz` (session, client, store, ...). libFuzzer\n"
     "and AFL++ share a corpus; what they find is replayed, and kept in the place's folder\n"
     "findings by what it shows. Prints a line of JSON for each worker each minute; --status\n"
     "makes a table of them. It works where imapspec was built, and goes on with what is there.\n"
     "Ends at SIGINT or SIGTERM, too.\n"
     "\n"
     "Exit codes: 0 nothing found; 1 findings; 2 wrong usage; 3 the engines are not installed,\n"
     "or cannot be built.\n",
     campaign_option_table, cli_campaign},
    {"init", "[NAME]", "write a target file for a server or client that is yet unknown",
     "Writes NAME.target (default: mine.target), which says what each of its lines is for, and\n"
     "the programs that it names, in the folder NAME: they say what has to be filled in.\n"
     "Nothing is written when one of the files is there already.\n",
     init_option_table, cli_init},
    {"lint", "FILE...", "check scenario, target and fault files", NULL, no_options, cli_lint},
    {"fmt", "FILE...", "lay out scenario and target files canonically",
     "Prints the result; with -w writes it back; with --check only tells which files differ.\n",
     fmt_option_table, cli_fmt},
    {"convert", "FILE", "turn logs, transcripts and event streams into scenarios, and back",
     "Prints a scenario that says what FILE says: a wire log (`--log` of watch), a transcript of\n"
     "lines `C: ...` and `S: ...`, or an event stream, the input form of the fuzzers. With\n"
     "--stream, FILE is a scenario, and the event stream of what it sends is printed:\n"
     "docs/fuzzing.md.\n",
     convert_option_table, cli_convert},
    {"grammar", "", "print the grammar of IMAP2, or make seeds and a dictionary of it",
     "Without an option prints the ABNF that everything is judged by. --seeds makes the folders\n"
     "request and response in DIR, which is made, too: event streams for targets that read what\n"
     "clients say, or servers. The same program makes the same files.\n",
     grammar_option_table, cli_grammar},
    {"list", "[SELECTOR...]", "print the scenarios there are", NULL, no_options, cli_list},
    {"explain", "ID...", "explain a requirement (expunge.example), a glob, or a reading (B59)",
     NULL, explain_option_table, cli_explain},
    {"cover", "[FILE...]", "print which requirements the scenarios check", NULL, cover_option_table,
     cli_cover},
    {"features", "TARGET", "probe a server's features and print them", NULL, server_option_table,
     cli_features},
    {"report", "RESULTS...", "write a report of one or several results files", NULL,
     report_option_table, cli_report},
    {"complete", "-- WORD...", NULL,
     "For the completion of shells: WORD... is what stands behind `imapspec`, the last of them\n"
     "is to be completed. Prints a candidate a line and what it means behind a tab, and\n"
     "`:files SUFFIX` or `:folders` where such names can stand.\n",
     no_options, cli_complete},
};

enum { NCOMMANDS = sizeof commands / sizeof commands[0] };

const struct cli_command *cli_command_find(const char *name)
{
    for (size_t i = 0; i < NCOMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

const struct cli_command *cli_command_at(size_t index)
{
    return index < NCOMMANDS ? &commands[index] : NULL;
}

void cli_help(struct buffer *out)
{
    buffer_append_text(out, "usage: imapspec COMMAND [OPTION...] [ARGUMENT...]\n\n"
                            "Conformance tests for IMAP2 (RFC 1176).\n\n");
    for (size_t i = 0; i < NCOMMANDS; i++) {
        const struct cli_command *c = &commands[i];
        if (c->summary == NULL)
            continue;
        size_t width = (size_t)buffer_span(out).nbytes;
        buffer_printf(out, "  %s %s", c->name, c->arguments);
        width = buffer_span(out).nbytes - width;
        buffer_append_repeat(out, ' ', width < 32 ? 32 - width : 2);
        buffer_printf(out, "%s\n", c->summary);
    }
    buffer_append_text(out, "\nimapspec help COMMAND, or COMMAND --help, tells more.\n"
                            "imapspec --version prints the version.\n");
}

void cli_help_command(const struct cli_command *command, struct buffer *out)
{
    buffer_printf(out, "usage: imapspec %s %s\n", command->name, command->arguments);
    if (command->summary != NULL)
        buffer_printf(out, "\n%c%s.\n", char_upper(command->summary[0]), command->summary + 1);
    if (command->details != NULL)
        buffer_printf(out, "\n%s", command->details);
    for (const struct cli_option *o = command->options; o->name != NULL; o++) {
        char letter[8] = "    ";
        if (o == command->options)
            buffer_append_text(out, "\n");
        if (o->letter != 0) {
            letter[0] = '-';
            letter[1] = o->letter;
            letter[2] = ',';
        }
        size_t before = out->nbytes;
        buffer_printf(out, "  %s--%s%s%s", letter, o->name, o->value == NULL ? "" : " ",
                      o->value == NULL ? "" : o->value);
        size_t width = out->nbytes - before;
        buffer_append_repeat(out, ' ', width < 28 ? 28 - width : 2);
        buffer_printf(out, "%s\n", o->help);
    }
}
