"""Measures and prints a table: figure, limit, peer, ratio. `make bench` is its front door.

    run.py --tree TREE --build FOLDER [--fuzz-trees FOLDER] [--quick] [--runs N] [--only GROUP]...
           [--results FILE] [--markdown FILE]

FOLDER is a build tree of CMake; --fuzz-trees: where fuzz-lf-plain, fuzz-lf-asan and fuzz-afl are, for exec/s of fuzz
targets. What is compared is measured in turn, round by round. Ends with 1 when something broke; a goal that
is not reached breaks nothing.
"""
import argparse
import contextlib
import json
import os
import sys
import time

import fuzzing
import in_process
import machine
import network
import table
import tools

GROUPS = {**in_process.GROUPS, **network.GROUPS, **fuzzing.GROUPS}
WAITING = {"floor", "player", "serve", "peers", "blackbox"}  # whose programs wait for each other


def arguments():
    parser = argparse.ArgumentParser(description="Measures, and prints a table.")
    parser.add_argument("--tree", required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--fuzz-trees")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--runs", type=int)
    parser.add_argument("--only", action="append", default=[], metavar="GROUP")
    parser.add_argument("--results")
    parser.add_argument("--markdown")
    chosen = parser.parse_args()
    for group in chosen.only:
        if group not in GROUPS:
            parser.error(f"there is no group {group}; they are: {' '.join(GROUPS)}")
    if chosen.runs is not None and not 1 <= chosen.runs <= 99:
        parser.error("--runs is 1 to 99")
    return chosen


def measure(bench, group):
    """Whether all went well."""
    began = time.monotonic()
    well = True
    try:
        with bench.awake() if group in WAITING else contextlib.nullcontext():
            GROUPS[group](bench)
    except tools.Missing as missing:
        bench.absent.append(f"{group}: {missing}")
    except (tools.Broken, OSError, KeyError, ValueError, TypeError) as wrong:
        bench.absent.append(f"{group}: {type(wrong).__name__}: {wrong}")
        bench.say(f"bench: {group}: {type(wrong).__name__}: {wrong}")
        well = False
    bench.say(f"bench: {group}: {time.monotonic() - began:.0f} s")
    return well


def write(path, text):
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def results_of(bench, watch, groups, seconds):
    return {"format": "imapspec-bench-1", "quick": bench.quick, "runs": bench.runs, "seconds": round(seconds, 1),
            "machine": {**machine.describe(bench.build), **watch.end()}, "groups": groups,
            "figures": bench.figures, "absent": list(dict.fromkeys(bench.absent))}


def main():
    chosen = arguments()
    groups = [group for group in GROUPS if not chosen.only or group in chosen.only]
    began = time.monotonic()
    watch = machine.Watch()
    bench = tools.Bench(os.path.abspath(chosen.tree), os.path.abspath(chosen.build),
                        chosen.fuzz_trees and os.path.abspath(chosen.fuzz_trees),
                        chosen.runs or (2 if chosen.quick else 5), chosen.quick)
    well = True
    try:
        for number, group in enumerate(groups, 1):
            well = measure(bench, group) and well
            # it may be stopped at any time: what was measured is kept
            results = results_of(bench, watch, groups[:number], time.monotonic() - began)
            if chosen.results:
                write(chosen.results, json.dumps(results, indent=1) + "\n")
            if chosen.markdown:
                write(chosen.markdown, table.markdown(results))
    finally:
        bench.close()
    print(table.text(results), end="")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
