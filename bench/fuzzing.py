"""Executions a second of the fuzz targets beside empty ones, and how quickly engines find bugs."""
import collections
import json
import os
import re
import statistics
import tempfile

import figure
from tools import Broken, Missing

FLOORS = {"empty": "an empty target", "tokenizer": "a tokenizer"}
AFL_TARGETS = ("command", "feed", "session", "response")


def targets(bench):
    with open(os.path.join(bench.tree, "fuzz", "targets", "target.h"), encoding="utf-8") as file:
        return re.findall(r"^    X\((\w+), .*?(true|false), (true|false)\)", file.read(), re.MULTILINE)


def program(bench, tree, name):
    if not bench.fuzz_trees:
        raise Missing("no trees of the engines")
    path = os.path.join(bench.fuzz_trees, f"fuzz-{tree}", name)
    if not os.path.exists(path):
        raise Missing(f"fuzz-{tree}/{name} is not built")
    return path


def present(bench, tree, names):
    """Of those that are built: name -> path. The floor has to be there."""
    paths = {"empty": program(bench, tree, "fuzz_empty")}
    for name in names:
        try:
            paths[name] = program(bench, tree, f"fuzz_{name}")
        except Missing as missing:
            bench.absent.append(str(missing))
    return paths


def seeds(bench, name, is_stream, is_response):
    """Folders of seeds."""
    side = "response" if is_response == "true" else "request"
    folders = [os.path.join(bench.tree, "corpus", "seeds", side if is_stream == "true" else name)]
    if name == "envelope":
        folders = [os.path.join(bench.tree, "corpus", "fixtures")]
    folders.append(os.path.join(bench.tree, "corpus", "regressions", name))
    return [folder for folder in folders if os.path.isdir(folder)]


def libfuzzer_once(bench, path, folders, seconds):
    """Executions and commands a second of CPU time, and KiB. A target that finds something ends at once, and tells none."""
    with tempfile.TemporaryDirectory(dir=bench.shelf()) as corpus:
        done = bench.run([path, f"-max_total_time={seconds}", "-max_len=4096", "-seed=1", "-print_final_stats=1",
                          f"-artifact_prefix={corpus}/", corpus, *folders], codes=(0, 77, 1),
                         environment={"IMAPSPEC_FUZZ_RATE": "1"})
    peak = re.search(r"peak_rss_mb: *(\d+)", done.stderr)
    told = re.search(r"rate: (\d+) inputs, (\d+) commands, ([\d.]+) s", done.stderr)
    if told is None:
        raise Broken(f"{os.path.basename(path)} found something before it could be measured: exit code {done.returncode}")
    taken = max(float(told[3]), 0.01)
    return int(told[1]) / taken, int(told[2]) / taken, int(peak[1]) * 1024 if peak else None


def seconds_of(bench, tree, name):
    """Rates that a goal is set for are those of a campaign: most of what is ever new is so in the first second."""
    if bench.quick or (tree == "lf-plain" and name != "session") or name == "empty":
        return 1
    return 10 if name == "session" else 5


def libfuzzer_runs(bench, tree, wanted):
    """name -> executions a second, commands a second, KiB; of those of `wanted` that are there and find nothing."""
    rows = [row for row in [(name, "true", "false") for name in FLOORS] + targets(bench) if row[0] in wanted]
    paths = present(bench, tree, [name for name, *_ in rows])
    runs, commands, peaks = {}, {}, {}
    for _ in range(bench.runs):
        for name, *kind in (row for row in rows if row[0] in paths):
            folders = seeds(bench, "session" if name in FLOORS else name, *kind)
            try:
                rate, told, peaks[name] = libfuzzer_once(bench, paths[name], folders, seconds_of(bench, tree, name))
            except Broken as broken:
                bench.absent.append(str(broken))
                continue
            runs.setdefault(name, []).append(rate)
            commands.setdefault(name, []).append(told)
    return {name: (runs[name], commands[name], peaks[name]) for name in runs if len(runs[name]) == bench.runs}


def libfuzzer(bench):
    told = libfuzzer_runs(bench, "lf-plain", [*FLOORS, *(name for name, *_ in targets(bench))])
    for name, (runs, commands, peak) in told.items():
        what = FLOORS.get(name, f"fuzz target {name}")
        bench.add(figure.make(f"fuzz.libfuzzer.{name}", f"{what}, libFuzzer", "exec/s", runs,
                              limit=("an empty target", told["empty"][0]) if name != "empty" else None,
                              peak_kib=peak, note=f"{statistics.median(commands):.0f} commands/s"))
        if name == "session":
            bench.add(figure.make("fuzz.libfuzzer.session.commands", f"{what}, libFuzzer", "commands/s",
                                  commands, goal=figure.Goal("500,000 commands/s", "median", least=5e5)))


def sanitized(bench):
    """With AddressSanitizer and UndefinedBehaviorSanitizer, as campaigns run. Inputs grow as they like: commands compare."""
    told = libfuzzer_runs(bench, "lf-asan", ["tokenizer", "command", "session"])
    goals = {"command": figure.Goal("25 % of a tokenizer", "limit", least=0.25),
             "session": figure.Goal("200,000 commands/s", "median", least=2e5)}
    for name, (_, commands, peak) in told.items():
        bench.add(figure.make(f"fuzz.sanitized.{name}.commands",
                              f"{FLOORS.get(name, f'fuzz target {name}')}, libFuzzer with sanitizers", "commands/s",
                              commands, limit=("a tokenizer", told["tokenizer"][1]) if name == "command" else None,
                              goal=goals.get(name), peak_kib=peak))


def afl_once(bench, path, mutator, folders, seconds):
    with tempfile.TemporaryDirectory(dir=bench.shelf()) as place:
        begin = os.path.join(place, "in")
        os.makedirs(begin)
        for name in sorted(os.listdir(folders[0]))[:8]:
            with open(os.path.join(folders[0], name), "rb") as file, open(os.path.join(begin, name), "wb") as copy:
                copy.write(file.read()[:1024])
        bench.run(["afl-fuzz", "-i", begin, "-o", os.path.join(place, "out"), "-m", "none", "-t", "1000",
                   "-V", str(seconds), "--", path], stdin=-3,
                  environment={"AFL_SKIP_CPUFREQ": "1", "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1",
                               "AFL_NO_UI": "1", "AFL_NO_AFFINITY": "1", **mutator})
        with open(os.path.join(place, "out", "default", "fuzzer_stats"), encoding="utf-8") as file:
            told = dict(line.replace(" ", "").strip().split(":", 1) for line in file if ":" in line)
    return float(told["execs_per_sec"])


def afl_peak(bench, path, folders):
    """KiB after all seeds in one process: afl-fuzz tells nothing of it in so short a time."""
    files = [os.path.join(folder, name) for folder in folders for name in sorted(os.listdir(folder))]
    return bench.with_peak([path, *files])[2]


def afl(bench):
    kinds = {name: kind for name, *kind in targets(bench)}
    names = [*FLOORS, *(name for name in AFL_TARGETS if name in kinds)]
    paths = present(bench, "afl", names)
    names = list(paths)
    library = program(bench, "afl", "afl_mutator.so")
    runs, peaks = {}, {}
    for _ in range(bench.runs):
        for name in names:
            kind = kinds.get(name, ("true", "false"))
            mutator = {"AFL_CUSTOM_MUTATOR_LIBRARY": library,
                       "IMAPSPEC_FUZZ_SIDE": "response" if kind[1] == "true" else "request"}
            folders = seeds(bench, name, *kind)
            runs.setdefault(name, []).append(afl_once(bench, paths[name], mutator, folders, 1 if bench.quick else 2))
            peaks[name] = peaks.get(name) or afl_peak(bench, paths[name], folders)
    share = figure.Goal("60 % of an empty target", "limit", least=0.6)
    for name in names:
        bench.add(figure.make(f"fuzz.afl.{name}", f"{FLOORS.get(name, f'fuzz target {name}')}, AFL++", "exec/s",
                              runs[name], limit=("an empty target", runs["empty"]) if name != "empty" else None,
                              goal=share if name == "session" else None, peak_kib=peaks[name]))


def fuzz(bench):
    for what, measure in (("libFuzzer", libfuzzer), ("libFuzzer with sanitizers", sanitized), ("AFL++", afl)):
        try:
            measure(bench)
        except Missing as missing:
            bench.absent.append(f"{what}: {missing}")


# ---- engines compared: make fuzz-eval ----

def tries_of(path):
    """engine -> (bug, seed) -> what came of it, of the runs that were not the longer ones."""
    tries = {}
    with open(path, encoding="utf-8") as file:
        entries = [entry for entry in map(json.loads, filter(str.strip, file)) if "bug" in entry]
    usual = min((entry["limit"] for entry in entries), default=0)
    for entry in entries:
        if entry["limit"] == usual:
            tries.setdefault(entry["engine"], {})[entry["bug"], entry["seed"]] = entry
    return tries


def by_seed(tries, keys, value):
    """The means of a value, one for each seed with which the most bugs were played: what is not found is left out of
    further seeds, which then look better than they are."""
    counts = collections.Counter(seed for _, seed in keys)
    whole = [seed for seed in sorted(counts) if counts[seed] == max(counts.values())]
    return [statistics.fmean(value(tries[key]) for key in keys if key[1] == seed) for seed in whole]


def share_found(entry):
    return 100 * (entry["seconds"] is not None)


def seconds_taken(entry):
    """One that is not found has taken all the time it had."""
    return entry["limit"] if entry["seconds"] is None else entry["seconds"]


def evaluation(bench):
    """Planted bugs found by our mutator beside the engine's own, and how soon: of reports/fuzz-eval.jsonl."""
    path = os.path.join(bench.tree, "reports", "fuzz-eval.jsonl")
    if not os.path.exists(path):
        raise Missing("reports/fuzz-eval.jsonl is not there (make fuzz-eval)")
    tries = tries_of(path)
    for engine, peer in (("libfuzzer-grammar", "libfuzzer-octets"), ("afl-grammar", "afl-octets"),
                         ("blackbox", None), ("libfuzzer-octets", None), ("afl-octets", None)):
        keys = [key for key in tries.get(engine, {}) if peer not in tries or key in tries[peer]]
        if not keys:
            continue
        for what, value, name, unit, better in (("planted bugs found", share_found, "found", "%", "more"),
                                                ("time for a planted bug", seconds_taken, "seconds", "s", "less")):
            beside = (peer, by_seed(tries[peer], keys, value)) if peer in tries else None
            bench.add(figure.make(f"evaluation.{engine}.{name}", f"{what}, {engine}", unit,
                                  by_seed(tries[engine], keys, value), better=better, peer=beside))


GROUPS = {"fuzz": fuzz, "evaluation": evaluation}
