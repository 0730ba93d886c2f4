"""Fuzzes one target on all cores until it is stopped: see tools/fuzz-campaign.

    campaign.py --build FOLDER --tree TREE --target NAME --place FOLDER --seeds FOLDER --side SIDE
                [--time S] [--cores N] [--exchange S] [--status S]
                [--suffix _planted] [--kind -files]
    campaign.py --show FOLDER

PLACE/corpus holds the inputs of all workers, each by the SHA-1 of what it says: libFuzzer uses that
folder itself, AFL++'s main instance reads it, and what AFL++ finds is copied there. What ends a
program is replayed, and put into PLACE/findings/ORACLE-SIGNATURE, so that inputs that show the same
are together. Prints a line of JSON for each worker each minute, and at the end; PLACE/status.jsonl
has them all, and --show makes a table of the last ones.
"""
import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import planted

# What the cores do, in turn: the first libFuzzer with our mutator, the second AFL++'s main instance.
KINDS = ["libfuzzer", "afl-main", "libfuzzer", "afl-octets", "libfuzzer", "afl-asan", "libfuzzer",
         "libfuzzer-octets"]
KEPT = 8  # inputs for each finding
REPLAY_S = 60
QUICK_S = 5  # a program that ends so soon is not started again at once
PAUSE_MOST_S = 60


class Worker:
    def __init__(self, options, core):
        self.kind = KINDS[core % len(KINDS)]
        self.name = f"{self.kind}-{core}"
        self.options, self.core = options, core
        self.log = os.path.join(options.place, f"{self.name}.log")
        self.process, self.nrestarts = None, -1
        self.started, self.pause = 0, 0

    def program(self, tree):
        name = f"fuzz_{self.options.target}{self.options.suffix}"
        return os.path.join(self.options.build, f"fuzz-{tree}{self.options.kind}", name)

    def libfuzzer(self):
        tree = "lf-octets" if self.kind == "libfuzzer-octets" else "lf-asan"
        return [self.program(tree), "-reload=1", "-timeout=5", "-rss_limit_mb=2048", "-max_len=4096",
                "-detect_leaks=0",
                f"-seed={os.getpid() + self.core + self.nrestarts}",
                f"-artifact_prefix={self.options.place}/new/", self.options.corpus,
                self.options.seeds]

    def afl(self):
        tree = "afl-asan" if self.kind == "afl-asan" else "afl"
        role = ["-M", self.name, "-F", self.options.corpus] if self.kind == "afl-main" else ["-S", self.name]
        return ["afl-fuzz", *role, "-i", self.options.seeds, "-o", f"{self.options.place}/afl", "-m",
                "none", "-t", "5000", "-x",
                os.path.join(self.options.tree, "corpus/dictionaries/imap2.dict"), "--",
                self.program(tree)]

    def start(self):
        self.nrestarts += 1
        self.started = time.monotonic()
        environment = dict(os.environ, AFL_NO_UI="1", AFL_SKIP_CPUFREQ="1", AFL_NO_AFFINITY="1",
                           AFL_AUTORESUME="1", AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES="1",
                           IMAPSPEC_FUZZ_SIDE=self.options.side)
        is_afl = self.kind.startswith("afl")
        if is_afl and self.kind != "afl-octets" and self.options.side != "none":
            environment["AFL_CUSTOM_MUTATOR_LIBRARY"] = f"{self.options.build}/fuzz-afl/afl_mutator.so"
        environment["ASAN_OPTIONS"] = ("abort_on_error=1:symbolize=0:" if is_afl else "") + \
            "detect_leaks=0"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                ["taskset", "-c", str(self.core), *(self.afl() if is_afl else self.libfuzzer())],
                env=environment, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                start_new_session=True, preexec_fn=planted.without_cores)

    def keep_going(self):
        """libFuzzer ends at each finding."""
        if self.process.poll() is None:
            return
        now = time.monotonic()
        if now < self.started + QUICK_S and self.pause == 0:
            self.pause = min(PAUSE_MOST_S, 2 ** min(self.nrestarts, 6))
        if now >= self.started + self.pause:
            self.pause = 0
            self.start()

    def stop(self):
        for number in (signal.SIGINT, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass

    def afl_status(self):
        try:
            with open(f"{self.options.place}/afl/{self.name}/fuzzer_stats", encoding="utf-8") as file:
                stats = dict(re.findall(r"^(\w+)\s*: (.*)$", file.read(), re.MULTILINE))
            return {"inputs": int(stats["execs_done"]), "rate": float(stats["execs_per_sec"]),
                    "edges": int(stats["edges_found"]), "stability": stats["stability"]}
        except (OSError, KeyError, ValueError):
            return {}  # it has only begun

    def libfuzzer_status(self):
        with open(self.log, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 65536))
            text = file.read().decode("utf-8", "replace")
        seen = re.findall(r"^#(\d+)\s.*cov: (\d+) ft: (\d+) corp: (\d+).*exec/s: (\d+)", text, re.MULTILINE)
        return dict(zip(("inputs", "edges", "features", "corpus", "rate"), map(int, seen[-1]))) if seen else {}

    def status(self):
        line = {"worker": self.name, "core": self.core, "restarts": self.nrestarts}
        return dict(line, **(self.afl_status() if self.kind.startswith("afl") else self.libfuzzer_status()))


# ---- corpus ----


def afl_files(options, *folders):
    """Files that AFL++ has put into the folders of these names, each told once."""
    for folder, _, names in os.walk(f"{options.place}/afl"):
        if os.path.basename(folder) not in folders:
            continue
        for name in names:
            path = os.path.join(folder, name)
            if name.startswith("id:") and path not in options.seen:
                options.seen.add(path)
                yield path


def exchange(options):
    """What AFL++ has found goes to the corpus."""
    for path in afl_files(options, "queue"):
        with open(path, "rb") as file:
            octets = file.read()
        to = os.path.join(options.corpus, hashlib.sha1(octets).hexdigest())
        if not os.path.exists(to):
            with open(to + ".new", "wb") as file:
                file.write(octets)
            os.replace(to + ".new", to)


# ---- findings ----


def look_at(options, path):
    """What an input shows, without any engine: a key, and what was said about it."""
    program = f"{options.build}/fuzz-lf-asan{options.kind}/run_files{options.suffix}"
    try:
        done = subprocess.run([program, options.target, path], timeout=REPLAY_S, check=False,
                              capture_output=True, preexec_fn=planted.without_cores,
                              env=dict(os.environ, ASAN_OPTIONS="detect_leaks=1:quarantine_size_mb=16"))
    except subprocess.TimeoutExpired:
        return "hang", f"no end within {REPLAY_S} s\n"
    told = done.stderr.decode("utf-8", "replace")
    noticed = planted.noticed_by(told)
    if done.returncode == 0 or noticed is None:
        return ("not-again", "it does not fail when it is played alone\n") if done.returncode == 0 else \
            (f"ended-with-{done.returncode}", told)
    signature = re.search(r"^fuzz: .*?\) \[(.*?)\]: ", told, re.MULTILINE)
    frames = re.findall(r"^ *#\d+ 0x[0-9a-f]+ in (\w+) .*/(?:reference|harness|fuzz|reports)/", told,
                        re.MULTILINE)
    what = signature.group(1) if signature else "".join(
        re.findall(r"^SUMMARY: \w+: ([\w-]+)|internal error: (.*)$", told, re.MULTILINE)[0]
        if not frames else frames[:3])
    return f"{noticed}-{hashlib.sha1(what.encode()).hexdigest()[:8]}", told


def collect(options):
    """What has ended a program is looked at and put where the like of it is."""
    new = os.path.join(options.place, "new")
    paths = [os.path.join(new, name) for name in sorted(os.listdir(new))]
    for path in [*paths, *afl_files(options, "crashes", "hangs")]:
        key, told = look_at(options, path)
        folder = os.path.join(options.findings, key)
        if not os.path.isdir(folder):
            os.makedirs(folder)
            with open(os.path.join(folder, "what"), "w", encoding="utf-8") as file:
                file.write(told)
        if len(os.listdir(folder)) <= KEPT:
            name = os.path.basename(path).replace(":", "-").replace(",", "-")
            shutil.copyfile(path, os.path.join(folder, name))
        if path in paths:
            os.remove(path)


# ---- status ----


def tell(options, workers):
    with open(os.path.join(options.place, "status.jsonl"), "a", encoding="utf-8") as file:
        found = len(os.listdir(options.findings))
        for worker in workers:
            line = dict(worker.status(), time=int(time.time()), shared=len(os.listdir(options.corpus)),
                        findings=found)
            print(json.dumps(line), flush=True)
            print(json.dumps(line), file=file, flush=True)


COLUMNS = ["worker", "core", "restarts", "inputs", "rate", "edges", "stability", "shared", "findings"]


def show(place):
    """The last line of each worker, as a table."""
    last = {}
    try:
        with open(os.path.join(place, "status.jsonl"), encoding="utf-8") as file:
            for line in file:
                entry = json.loads(line)
                last[entry["worker"]] = entry
    except OSError:
        print(f"fuzz-campaign: there is no campaign in {place}", file=sys.stderr)
        return 2
    rows = [COLUMNS] + [[str(entry.get(column, "-")) for column in COLUMNS] for entry in last.values()]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())
    newest = max(entry["time"] for entry in last.values())
    print(f"told {int(time.time()) - newest} s ago")
    findings = os.path.join(place, "findings")
    for key in sorted(os.listdir(findings)):
        print(f"{findings}/{key}: {len(os.listdir(os.path.join(findings, key))) - 1} inputs")
    return 0


# ---- all of it ----


def run(options, workers, stopped):
    begin = told = exchanged = time.monotonic()
    try:
        for worker in workers:
            worker.start()
        while not stopped and time.monotonic() < begin + options.time:
            time.sleep(1)
            collect(options)
            for worker in workers:
                worker.keep_going()
            if time.monotonic() >= exchanged + options.exchange:
                exchanged = time.monotonic()
                exchange(options)
            if time.monotonic() >= told + options.status:
                told = time.monotonic()
                tell(options, workers)
    finally:
        for worker in workers:
            if worker.process is not None:
                worker.stop()
        exchange(options)
        collect(options)
        tell(options, workers)
    return 1 if os.listdir(options.findings) else 0


def main(argv):
    if len(argv) == 2 and argv[0] == "--show":
        return show(argv[1])
    parser = argparse.ArgumentParser()
    for name in ("build", "tree", "target", "place", "seeds", "side"):
        parser.add_argument(f"--{name}", required=True)
    for name, value in (("time", 600), ("cores", os.cpu_count()), ("exchange", 600), ("status", 60)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--suffix", default="")  # of programs: _planted
    parser.add_argument("--kind", default="")  # of trees: -files
    options = parser.parse_args(argv)
    options.corpus, options.findings = f"{options.place}/corpus", f"{options.place}/findings"
    options.seen = set()
    for folder in ("corpus", "new", "findings"):
        os.makedirs(os.path.join(options.place, folder), exist_ok=True)
    stopped = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopped.append(1))
    return run(options, [Worker(options, core) for core in range(options.cores)], stopped)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
