"""The results of evaluate.py as a page in Markdown: table.py RESULTS"""
import json
import math
import statistics
import sys

ORDER = ["libfuzzer-octets", "libfuzzer-grammar", "control", "afl-octets", "afl-grammar", "blackbox"]
PAIRS = [("libfuzzer-octets", "libfuzzer-grammar"), ("afl-octets", "afl-grammar"),
         ("control", "libfuzzer-grammar")]


def read(path):
    header, runs = {}, []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                entry = json.loads(line)
            except json.JSONDecodeError as wrong:
                raise SystemExit(f"{path}:{number}: {wrong}") from None
            if "bug" in entry:
                runs.append(entry)
            else:
                header = entry
    return header, runs


def median(runs):
    """Of the times; None when half of the runs or more found nothing."""
    times = sorted(run["seconds"] if run["seconds"] is not None else math.inf for run in runs)
    middle = statistics.median_low(times) if len(times) % 2 else statistics.median(times)
    return None if math.isinf(middle) else middle


def shown(value, runs):
    if not runs:
        return ""
    found = sum(run["seconds"] is not None for run in runs)
    text = f"> {runs[0]['limit']}" if value is None else f"{value:.1f}"
    return text if found in (0, len(runs)) else f"{text} ({found}/{len(runs)})"


def a12(first, second):
    """How often a value of the first is greater than one of the second, ties half."""
    wins = sum((x > y) + 0.5 * (x == y) for x in first for y in second)
    return wins / (len(first) * len(second))


def found_by_seed(runs, within):
    seeds = sorted({run["seed"] for run in runs})
    return [sum(run["seconds"] is not None and run["seconds"] <= within
                for run in runs if run["seed"] == seed) for seed in seeds]


def geometric_mean(values):
    return math.exp(statistics.fmean(math.log(value) for value in values))


def compare(first, second, runs, bugs):
    """Lines about the second against the first."""
    times = {engine: {bug: median(by_bug) for bug in bugs
                      if (by_bug := [r for r in runs if r["engine"] == engine and r["bug"] == bug])}
             for engine in (first, second)}
    if not times[first] or not times[second]:
        return []
    common = times[first].keys() & times[second].keys()
    both = [bug for bug in common if times[first][bug] and times[second][bug]]
    lost = sorted(bug for bug in common if times[first][bug] and not times[second][bug])
    gained = sum(1 for bug in common if times[second][bug] and not times[first][bug])
    line = f"- `{second}` against `{first}`, of {len(common)} bugs: {gained} more found, "
    line += f"{len(lost)} fewer" + (f" ({', '.join(lost)})" if lost else "")
    if both:
        ratio = geometric_mean([times[first][bug] / times[second][bug] for bug in both])
        line += f"; on the {len(both)} that both find {ratio:.2f} times as quick (geometric mean)"
    counts = [found_by_seed([r for r in runs if r["engine"] == engine and r["bug"] in common],
                            math.inf) for engine in (second, first)]
    return [line + f"; A12 of the number found {a12(*counts):.2f}"]


def main(path):
    header, runs = read(path)
    engines = [engine for engine in ORDER if any(run["engine"] == engine for run in runs)]
    bugs = sorted({run["bug"] for run in runs})
    lines = ["# Time to the first detection of planted bugs", "",
             f"Medians in seconds; in parentheses how many runs found it when not all did. One core "
             f"of {header.get('cores', '?')}, {header.get('machine', '?')}.", "",
             "| bug | held out | noticed by | " + " | ".join(engines) + " |",
             "|---|---|---|" + "---|" * len(engines)]
    for bug in bugs:
        own = [run for run in runs if run["bug"] == bug]
        oracles = sorted({run["oracle"] for run in own if run["oracle"]} - {"outside"})
        row = [bug, "yes" if own[0]["held-out"] else "", ", ".join(oracles)]
        for engine in engines:
            by_engine = [run for run in own if run["engine"] == engine]
            row.append(shown(median(by_engine) if by_engine else None, by_engine))
        lines.append("| " + " | ".join(row) + " |")
    lines += ["", "| engine | runs | bugs | found | within 60 s | of those held out | inputs a second |",
              "|---|---|---|---|---|---|---|"]
    for engine in engines:
        own = [run for run in runs if run["engine"] == engine]
        medians = {bug: median(by_bug) for bug in bugs
                   if (by_bug := [run for run in own if run["bug"] == bug])}
        held = {run["bug"] for run in own if run["held-out"]}
        spent = sum(run["seconds"] or run["limit"] for run in own)
        lines.append(f"| {engine} | {len(own)} | {len(medians)} "
                     f"| {sum(m is not None for m in medians.values())} "
                     f"| {sum(m is not None and m <= 60 for m in medians.values())} "
                     f"| {sum(medians[bug] is not None for bug in held)} of {len(held)} "
                     f"| {sum(run['inputs'] for run in own) / max(spent, 0.1):.0f} |")
    lines.append("")
    for first, second in PAIRS:
        lines += compare(first, second, runs, bugs)
    nfalse = sum(run["false"] for run in runs)
    lines += [f"- {nfalse} runs ended with something else than the bug."] if nfalse else []
    if any(run["load"] > 1.5 for run in runs):
        busy = statistics.median(run["load"] for run in runs)
        lines.append(f"- The machine was busy with other work: its load was {busy:.1f} in the median.")
    print("\n".join(lines))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: table.py RESULTS")
    main(sys.argv[1])
