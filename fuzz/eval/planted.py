"""Planted bugs: tests/faults/planted/SIDE/CLASS/NAME.planted, read and put into the bundled sources.

A file is written as those of docs/faults.md are, with these lines:

    fault    ID "what goes wrong"
    class    parser | literal | state | expunge | several | client
    held-out                     kept out of tuning the fuzzers
    inside   "why"               nothing of it can be seen from outside
    file     reference/NAME.c
    replace / by                 as there; the text must stand in the file exactly once
    target   NAME                the in-process target that shows it
    oracle   NAME                what notices its trigger: the oracle's name, `sanitizer`, `ENSURE`
    trigger                      an input that shows it, in `|` lines, each ended by CR LF unless it
                                 ends in \\c; \\\\ is a backslash, \\xNN an octet

All bugs are put into one copy of the sources, and one of them is switched on while a program runs,
by its ID in the environment: IMAPSPEC_BUG (several: with commas between). In the text behind `by`,
PLANTED stands for "this one is switched on". A `by` without that word stands there in place of the text behind `replace` when it is.
"""
import os
import re
import resource
import sys

CLASSES = ("parser", "literal", "state", "expunge", "several", "client")
WORDS = ("fault", "class", "held-out", "inside", "file", "replace", "by", "target", "oracle", "trigger")
NEEDED = ("id", "class", "file", "target", "oracle", "trigger")


class Wrong(Exception):
    """What is wrong in a file of ours: its text has file and line."""


class Bug:
    def __init__(self, path):
        self.path = path
        self.held_out = False
        self.is_inside = False
        self.changes = []  # [replaced, by, line]
        self.fields = {}

    def __getattr__(self, name):
        try:
            return self.__dict__["fields"][name]
        except KeyError:
            raise AttributeError(name) from None

    def name_in_c(self):
        return "planted_" + re.sub(r"\W", "_", self.id)


def octets_of(line, where):
    """The octets that a line of a trigger stands for."""
    out = bytearray()
    at = 0
    while at < len(line):
        hexadecimal = re.match(r"\\x([0-9a-f]{2})", line[at:])
        if line[at] != "\\":
            out += line[at].encode("latin-1")
            at += 1
        elif hexadecimal:
            out.append(int(hexadecimal.group(1), 16))
            at += 4
        elif line[at:] == "\\c":
            return bytes(out)
        elif line[at:at + 2] == "\\\\":
            out += b"\\"
            at += 2
        else:
            raise Wrong(f"{where}: a backslash begins \\\\, \\xNN or, at the end, \\c")
    return bytes(out) + b"\r\n"


def read_bug(path):
    bug = Bug(path)
    section = None
    texts = {"replace": [], "by": [], "trigger": []}
    trigger = bytearray()

    def finish_change(where):
        if section == "replace":
            raise Wrong(f"{where}: the `replace` above has no `by`")
        if texts["replace"]:
            bug.changes.append(("\n".join(texts["replace"]), "\n".join(texts["by"]), where))
        texts["replace"], texts["by"] = [], []

    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            where = f"{path}:{number}"
            line = line.rstrip("\n")
            content = re.match(r"\s*\|(?: (.*))?$", line)
            if content and section == "trigger":
                trigger += octets_of(content.group(1) or "", where)
                continue
            if content and section:
                texts[section].append(content.group(1) or "")
                continue
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            word = words[0]
            if word not in WORDS:
                raise Wrong(f"{where}: `{word}` is none of {', '.join(WORDS)}")
            if word == "by":
                if section != "replace" or not texts["replace"]:
                    raise Wrong(f"{where}: `by` stands below a `replace` and its text")
                section = "by"
                continue
            finish_change(where)
            section = word if word in ("replace", "trigger") else None
            read_word(bug, word, words, line, where)
    finish_change(path)
    if trigger:
        bug.fields["trigger"] = bytes(trigger)
    check(bug)
    return bug


def read_word(bug, word, words, line, where):
    if word in ("replace", "trigger"):
        return
    if word == "held-out":
        bug.held_out = True
    elif word == "fault":
        match = re.match(r'\s*fault\s+([a-z0-9.-]+)\s+"([^"]+)"\s*$', line)
        if not match:
            raise Wrong(f"{where}: a fault has an ID and, in quotes, what goes wrong")
        bug.fields["id"], bug.fields["claim"] = match.groups()
    elif word == "inside":
        if not re.match(r'\s*inside\s+"[^"]+"\s*$', line):
            raise Wrong(f"{where}: `inside` says in quotes why nothing can be seen from outside")
        bug.is_inside = True
    elif len(words) != 2:
        raise Wrong(f"{where}: `{word}` takes one word")
    else:
        bug.fields[word] = words[1]


def check(bug):
    for field in NEEDED:
        if field not in bug.fields:
            raise Wrong(f"{bug.path}: there is no `{'fault' if field == 'id' else field}`")
    if not bug.changes:
        raise Wrong(f"{bug.path}: there is no `replace`")
    if bug.fields["class"] not in CLASSES:
        raise Wrong(f"{bug.path}: the class is one of {', '.join(CLASSES)}")
    if not re.match(r"reference/\w+\.c$", bug.file):
        raise Wrong(f"{bug.path}: the file is a source of reference/")
    if not bug.id.startswith(bug.fields["class"] + "."):
        raise Wrong(f"{bug.path}: the ID begins with the class")


def read_bugs(tree):
    """All bugs, by their IDs in order."""
    found = {}
    for folder, _, names in sorted(os.walk(os.path.join(tree, "tests/faults/planted"))):
        for name in sorted(names):
            if not name.endswith(".planted"):
                continue
            bug = read_bug(os.path.join(folder, name))
            if bug.id in found:
                raise Wrong(f"{bug.path}: {found[bug.id].path} has this ID, too")
            found[bug.id] = bug
    if not found:
        raise Wrong(f"{tree}/tests/faults/planted: no bugs are there")
    return [found[key] for key in sorted(found)]


def without_cores():
    """To be called in a program that is about to be started."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def noticed_by(told):
    """What ended a program, from what it wrote: an oracle's name, `ENSURE`, `sanitizer`, or None."""
    oracle = re.search(r"^fuzz: ([a-z.]+) \(", told, re.MULTILINE)
    if oracle:
        return oracle.group(1)
    if "imapspec: internal error" in told:
        return "ENSURE"
    if "Sanitizer" in told or "runtime error:" in told:
        return "sanitizer"
    return None


def switched(old, new, name):
    """The text that stands for both, whichever is switched on."""
    if "PLANTED" in new:
        return re.sub(r"\bPLANTED\b", name, new)
    if ";" in old + new:
        return f"if ({name}) {{ {new} }} else {{ {old} }}"
    return f"({name} ? ({new}) : ({old}))"


def plant(source, path, bugs):
    """The source with all bugs of that path in it."""
    places = []
    for bug in bugs:
        for old, new, where in bug.changes if bug.file == path else ():
            if source.count(old) != 1:
                raise Wrong(f"{where}: this text stands {source.count(old)} times in {path}")
            at = source.index(old)
            places.append((at, at + len(old), switched(old, new, bug.name_in_c()), where))
    places.sort()
    out, end = [], 0
    for first, last, text, where in places:
        if first < end:
            raise Wrong(f"{where}: this text overlaps that of another bug")
        out += [source[end:first], text]
        end = last
    out.append(source[end:])
    return "".join(out)


def switch_source(bugs):
    """planted.c: the switches, set before main()."""
    lines = ["#include <stdio.h>", "#include <stdlib.h>", "#include <string.h>", '#include "planted.h"']
    lines += [f"bool {bug.name_in_c()};" for bug in bugs]
    lines.append("static const struct { const char *id; bool *is_on; } planted[] = {")
    lines += [f'    {{"{bug.id}", &{bug.name_in_c()}}},' for bug in bugs]
    lines += ["};",
              "__attribute__((constructor)) static void switch_on(void)",
              "{",
              '    char *ids = getenv("IMAPSPEC_BUG");',
              '    ids = ids == NULL ? NULL : strdup(ids);',
              '    for (char *id = ids == NULL ? NULL : strtok(ids, ","); id != NULL; id = strtok(NULL, ",")) {',
              "        size_t i = 0;",
              "        while (i < sizeof planted / sizeof *planted && strcmp(planted[i].id, id) != 0)",
              "            i++;",
              "        if (i == sizeof planted / sizeof *planted) {",
              '            (void)fprintf(stderr, "IMAPSPEC_BUG: there is no bug %s\\n", id);',
              "            exit(2);",
              "        }",
              "        *planted[i].is_on = true;",
              "    }",
              "    free(ids);",
              "}", ""]
    return "\n".join(lines)


def write_if_changed(path, text):
    try:
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    except OSError:
        pass
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def write_sources(tree, out):
    """Writes OUT/planted.[ch] and OUT/NAME.c for each source of reference/."""
    bugs = read_bugs(tree)
    os.makedirs(out, exist_ok=True)
    header = ["#ifndef PLANTED_H", "#define PLANTED_H", "#include <stdbool.h>"]
    header += [f"extern bool {bug.name_in_c()};" for bug in bugs] + ["#endif", ""]
    write_if_changed(os.path.join(out, "planted.h"), "\n".join(header))
    write_if_changed(os.path.join(out, "planted.c"), switch_source(bugs))
    for bug in bugs:
        if not os.path.isfile(os.path.join(tree, bug.file)):
            raise Wrong(f"{bug.path}: there is no {bug.file}")
    for name in sorted(os.listdir(os.path.join(tree, "reference"))):
        if not name.endswith(".c") or name == "main.c":
            continue
        path = os.path.join(tree, "reference", name)
        with open(path, encoding="utf-8") as file:
            text = plant(file.read(), f"reference/{name}", bugs)
        write_if_changed(os.path.join(out, name),
                         f'#include "planted.h"\n#line 1 "{path}"\n{text}')


def main(arguments):
    usage = "usage: planted.py write TREE FOLDER | list TREE | trigger TREE ID"
    try:
        if len(arguments) == 3 and arguments[0] == "write":
            write_sources(arguments[1], arguments[2])
        elif len(arguments) == 2 and arguments[0] == "list":
            for bug in read_bugs(arguments[1]):
                kept = "held out" if bug.held_out else ""
                print(f"{bug.id:32} {bug.target:10} {bug.oracle:22} {kept:9} {bug.claim}")
        elif len(arguments) == 3 and arguments[0] == "trigger":
            bug = [bug for bug in read_bugs(arguments[1]) if bug.id == arguments[2]]
            if not bug:
                raise Wrong(f"there is no bug {arguments[2]}")
            sys.stdout.buffer.write(bug[0].trigger)
        else:
            print(usage, file=sys.stderr)
            return 2
    except (Wrong, OSError) as wrong:
        print(wrong, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
