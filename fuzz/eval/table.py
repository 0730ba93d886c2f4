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


def found_by_seed(runs, bugs):
    """How many were found in each seed with which all bugs were played."""
    seeds = sorted({run["seed"] for run in runs})
    by_seed = [[run for run in runs if run["seed"] == seed and run["bug"] in bugs] for seed in seeds]
    return [sum(run["seconds"] is not None for run in own) for own in by_seed
            if len({run["bug"] for run in own}) == len(bugs)]


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
    line = f"- `{second}` against `{first}`, of {len(common)} bugs: {gained} found that the other does not, "
    line += f"{len(lost)} not found that the other finds ({', '.join(lost)})" if lost else "a superset"
    if both:
        ratio = geometric_mean([times[first][bug] / times[second][bug] for bug in both])
        line += f"; on the {len(both)} that both find {ratio:.2f} times as quick (geometric mean)"
    found = [bug for bug in common if times[second][bug]]
    if found:
        limit = runs[0]["limit"]
        ratio = geometric_mean([(times[first][bug] or limit) / times[second][bug] for bug in found])
        line += f"; on the {len(found)} that it finds at least {ratio:.2f} times, with {limit} s for what "
        line += "the other does not find"
    counts = [found_by_seed([r for r in runs if r["engine"] == engine], common)
              for engine in (second, first)]
    if all(counts):
        line += f"; A12 of the number found {a12(*counts):.2f}"
    return [line]


def table_of_bugs(runs, engines, bugs):
    lines = ["| bug | held out | noticed by | " + " | ".join(engines) + " |",
             "|---|---|---|" + "---|" * len(engines)]
    for bug in bugs:
        own = [run for run in runs if run["bug"] == bug]
        oracles = sorted({run["oracle"] for run in own if run["oracle"]} - {"outside"})
        row = [bug, "yes" if own[0]["held-out"] else "", ", ".join(oracles)]
        for engine in engines:
            by_engine = [run for run in own if run["engine"] == engine]
            row.append(shown(median(by_engine) if by_engine else None, by_engine))
        lines.append("| " + " | ".join(row) + " |")
    return lines


def table_of_engines(runs, engines, bugs, limit):
    lines = [f"| engine | runs | seeds | bugs | found in {limit} s | of those held out "
             "| found by some seed | in each seed | inputs a second |",
             "|---|---|---|---|---|---|---|---|---|"]
    for engine in engines:
        own = [run for run in runs if run["engine"] == engine]
        medians = {bug: median(by_bug) for bug in bugs
                   if (by_bug := [run for run in own if run["bug"] == bug])}
        held = {run["bug"] for run in own if run["held-out"]}
        spent = sum(run["seconds"] or run["limit"] for run in own)
        nfound = sum(m is not None for m in medians.values())
        some = len({run["bug"] for run in own if run["seconds"] is not None})
        each = ", ".join(map(str, found_by_seed(own, medians.keys())))
        lines.append(f"| {engine} | {len(own)} | {len({run['seed'] for run in own})} | {len(medians)} "
                     f"| {nfound} ({100 * nfound / max(len(medians), 1):.0f} %) "
                     f"| {sum(medians[bug] is not None for bug in held)} of {len(held)} "
                     f"| {some} | {each} "
                     f"| {sum(run['inputs'] for run in own) / max(spent, 0.1):.0f} |")
    return lines


def table_of_longer(runs, limit):
    """Runs with another limit: what was not found within the first."""
    runs = [run for run in runs if run["limit"] != limit]
    lines = ["", "Longer runs:", "", "| bug | engine | limit | seconds |", "|---|---|---|---|"]
    for bug, engine, longer in sorted({(run["bug"], run["engine"], run["limit"]) for run in runs}):
        own = [run for run in runs
               if (run["bug"], run["engine"], run["limit"]) == (bug, engine, longer)]
        lines.append(f"| {bug} | {engine} | {longer} | {shown(median(own), own)} |")
    return lines if runs else []


def main(path):
    header, everything = read(path)
    if not everything:
        raise SystemExit(f"{path}: there are no runs in it")
    limit = statistics.mode(run["limit"] for run in everything)
    runs = [run for run in everything if run["limit"] == limit]
    engines = [engine for engine in ORDER if any(run["engine"] == engine for run in runs)]
    bugs = sorted({run["bug"] for run in runs})
    nseeds = len({run["seed"] for run in runs})
    lines = ["# Time to the first detection of planted bugs", "",
             f"Medians of {nseeds} seeds, in seconds of one core ({header.get('cores', '?')} cores, "
             f"{header.get('machine', '?')}), at most {limit}; in parentheses how many runs found it when "
             "not all did.", ""]
    lines += table_of_bugs(runs, engines, bugs)
    lines += ["", "Found: by more than half of the seeds.", ""]
    lines += table_of_engines(runs, engines, bugs, limit)
    lines.append("")
    for first, second in PAIRS:
        lines += compare(first, second, runs, bugs)
    nfalse = sum(run["false"] for run in everything)
    lines += [f"- {nfalse} runs ended with something else than the bug."] if nfalse else []
    if any(run["load"] > 1.5 for run in runs):
        busy = statistics.median(run["load"] for run in runs)
        lines.append(f"- The machine was busy with other work: its load was {busy:.1f} in the median.")
    lines += table_of_longer(everything, limit)
    print("\n".join(lines))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: table.py RESULTS")
    main(sys.argv[1])
