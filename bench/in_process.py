"""What is measured inside one process: floor, recognizer, session, mutator, mailbox."""
import os
import re
import statistics

import figure


def floor(bench):
    """The null server and the bare client alone."""
    cases = bench.cases("floor_bench")
    names = {"call": "null server, by function call", "call sessions": "null server, sessions by function call",
             "socketpair lockstep": "bare client and null server, socketpair, lockstep",
             "socketpair pipelined": "the same, 100 deep", "tcp lockstep": "bare client and null server, TCP, lockstep",
             "tcp pipelined": "the same, 100 deep", "tcp sessions": "the same, a connection for each session"}
    for name, what in names.items():
        bench.add(figure.make(f"floor.{name.replace(' ', '-')}", what, f"{cases[name]['unit']}/s",
                              cases[name]["runs"], peak_kib=cases[name]["peak_kib"]))


# ---- recognizer ----

LIMITS = {"framed literal 1 MB": "memcpy 1 MB", "framed literal 64 KB": "memcpy 64 KB"}
RECOGNIZER_GOALS = {
    "short responses": figure.Goal("1 million lines/s", "median", least=1e6),
    "framed literal 1 MB": figure.Goal("as fast as memcpy", "limit", least=0.9)}


def growth(bench, cases):
    """Of cases called `NUMBER things`: octets a second in the largest as a share of those in the second, the
    first long enough for the line's beginning not to count."""
    families = {}
    for name, case in cases.items():
        found = re.fullmatch(r"(\d+) (.*)", name)
        if found and case["octets"]:
            families.setdefault(found[2], []).append((int(found[1]), case))
    for things, members in families.items():
        members.sort(key=lambda member: member[0])
        if len(members) < 2:
            continue
        rates = [[run * case["octets"] / 1e6 for run in case["runs"]] for _, case in (members[1], members[-1])]
        bench.add(figure.make(f"recognizer.growth.{things.replace(' ', '-')}",
                              f"growth: {members[-1][0]} {things} against {members[1][0]}", "MB/s", rates[1],
                              limit=(f"{members[1][0]} {things}", rates[0]),
                              goal=figure.Goal("no worse than linear", "limit", least=0.8)))


def growth_with_literals(bench, cases):
    """Octets a second, of which the larger literal is in no cache of the processor's any more."""
    rates = {size: [run * cases[f"framed literal {size}"]["octets"] / 1e6 for run in cases[f"framed literal {size}"]["runs"]]
             for size in ("64 KB", "1 MB")}
    bench.add(figure.make("recognizer.growth.literals", "growth: framed literal 1 MB against 64 KB", "MB/s",
                          rates["1 MB"], limit=("framed literal 64 KB", rates["64 KB"]),
                          goal=figure.Goal("no worse than linear, but for caches (half)", "limit", least=0.5)))


def growth_with_depth(bench, cases):
    """Of lines of one length: an octet may cost so many times more as its list is deep."""
    rates = {depth: [run * cases[f"lists {depth} deep"]["octets"] / 1e6 for run in cases[f"lists {depth} deep"]["runs"]]
             for depth in (1, 2, 4)}
    for depth in (2, 4):
        bench.add(figure.make(f"recognizer.growth.depth-{depth}", f"growth: lists {depth} deep against 1 deep", "MB/s",
                              rates[depth], limit=("lists 1 deep", rates[1]),
                              goal=figure.Goal("no worse than linear", "limit", least=1 / depth)))


def recognizer(bench):
    cases = bench.cases("recognizer_bench")
    for name, case in cases.items():
        if name.startswith("memcpy"):
            continue
        is_bulk = name.startswith("framed literal")
        scale, unit = (case["octets"] / 1e6, "MB/s") if is_bulk else (1, f"{case['unit']}/s")
        limit = cases.get(LIMITS.get(name))
        beside = (LIMITS[name], [run * scale for run in limit["runs"]]) if limit else None
        # unframed, the octets of a literal are not looked at
        note = None if is_bulk or not case["octets"] or name.startswith("literal") else \
            f"{statistics.median(case['runs']) * case['octets'] / 1e6:.0f} MB/s"
        bench.add(figure.make(f"recognizer.{name.replace(' ', '-')}", name if not note else f"{name} ({note})", unit,
                              [run * scale for run in case["runs"]], limit=beside,
                              goal=RECOGNIZER_GOALS.get(name), peak_kib=case["peak_kib"]))
    growth(bench, cases)
    growth_with_depth(bench, cases)
    growth_with_literals(bench, cases)


# ---- sessions ----

SESSION_GOALS = {"server and checker": figure.Goal("100,000 sessions/s", "median", least=1e5),
                 "player": figure.Goal("100,000 sessions/s", "median", least=1e5)}


def session(bench):
    cases = bench.cases("session_bench")
    null = bench.cases("floor_bench", only=["call sessions"])["call sessions"]["runs"]
    alone = cases.get("server alone", {}).get("runs")
    for name, case in cases.items():
        limit = None
        if name == "server alone":
            limit = ("null server by function call", null)
        elif alone and case["unit"] == "sessions":
            limit = ("server alone", alone)
        bench.add(figure.make(f"session.{name.replace(',', '').replace(' ', '-')}", name, f"{case['unit']}/s",
                              case["runs"], limit=limit, goal=SESSION_GOALS.get(name), peak_kib=case["peak_kib"]))


def mutator(bench):
    """Single operators are for mutator_bench alone."""
    names = {"taking apart": "taking commands apart", "a subtree, of a line": "a line taken apart, another subtree, put together",
             "any, of a line": "any change, of a line", "any, of 20 commands": "any change, of 20 commands"}
    cases = bench.cases("mutator_bench", only=names)
    for name, what in names.items():
        goal = figure.Goal("1.5 million/s", "median", least=1.5e6) if name == "a subtree, of a line" else None
        bench.add(figure.make(f"mutator.{re.sub('[^a-z0-9]+', '-', name)}", what, f"{cases[name]['unit']}/s",
                              cases[name]["runs"], goal=goal, peak_kib=cases[name]["peak_kib"]))


# ---- mailboxes ----

SMALL, LARGE = 1000, 100000
# What is not in the processor's caches any more costs up to twice as much; a step that grows with the square
# would be at a hundredth. What memory alone costs is measured beside: the case "memory".
LINEAR = figure.Goal("no worse than linear, but for caches (half)", "limit", least=0.5)


def mailbox_of(bench, store, title, sizes):
    seconds, peaks = {}, {}
    for turn in range(bench.runs):
        for size in sizes:
            place = "memory" if store == "memory" else os.path.join(bench.shelf(), f"{size}-{turn}")
            if store != "memory":
                os.makedirs(place)
            for line in bench.json("mailbox_bench", place, size, 1):
                seconds.setdefault((line["case"], size), []).extend(line["runs"])
                peaks[size] = max(peaks.get(size, 0), line["peak_kib"])
    for case in dict.fromkeys(case for case, _ in seconds):
        for size in sizes:
            rates = [size / taken for taken in seconds[case, size]]
            limit, goal, what = None, None, f"{case.replace('memory', 'one word of each')} of {size:,}, {title}"
            if size == LARGE:
                limit = (f"with {SMALL:,}", [SMALL / taken for taken in seconds[case, SMALL]])
                goal = LINEAR if case != "memory" else None
            bench.add(figure.make(f"mailbox.{store}.{case.replace(' ', '-')}.{size}", what, "messages/s", rates,
                                  limit=limit, goal=goal, peak_kib=peaks[size]))
    runs = seconds["EXPUNGE", max(sizes)]
    bench.add(figure.make(f"mailbox.{store}.expunge", f"EXPUNGE of {max(sizes) // 2:,} of {max(sizes):,}, {title}",
                          "s", runs, better="less", goal=figure.Goal("under 1 s", "median", most=1),
                          peak_kib=peaks[max(sizes)]))


def mailbox(bench):
    sizes = (10, SMALL) if bench.quick else (10, SMALL, LARGE)
    mailbox_of(bench, "memory", "in memory", sizes)
    mailbox_of(bench, "maildir", "Maildir", sizes)


GROUPS = {"floor": floor, "recognizer": recognizer, "session": session, "mutator": mutator, "mailbox": mailbox}
