"""Fuzzes one target on all cores until it is stopped: see tools/fuzz-campaign.

    campaign.py --build FOLDER --tree TREE --target NAME --time S --cores N --exchange S --place FOLDER

PLACE/corpus holds the inputs of all workers, each by the SHA-1 of what it says: libFuzzer uses that
folder itself, AFL++'s main instance reads it, and what AFL++ finds is copied there. Prints a line of
JSON for each worker each minute, and at the end; PLACE/status.jsonl has them all.
"""
import argparse
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time

# What the cores do, in turn: the first libFuzzer with our mutator, the second AFL++'s main instance.
KINDS = ["libfuzzer", "afl-main", "libfuzzer", "afl-octets", "libfuzzer", "afl-asan", "libfuzzer",
         "libfuzzer-octets"]
STATUS_S = 60


class Worker:
    def __init__(self, options, core):
        self.kind = KINDS[core % len(KINDS)]
        self.name = f"{self.kind}-{core}"
        self.options, self.core = options, core
        self.log = os.path.join(options.place, f"{self.name}.log")
        self.process, self.nrestarts = None, -1

    def tree(self, name):
        return os.path.join(self.options.build, f"fuzz-{name}")

    def libfuzzer(self):
        tree = "lf-octets" if self.kind == "libfuzzer-octets" else "lf-asan"
        return [f"{self.tree(tree)}/fuzz_{self.options.target}", "-reload=1", "-timeout=5",
                "-rss_limit_mb=2048", "-max_len=4096", f"-seed={os.getpid() + self.core + self.nrestarts}",
                f"-artifact_prefix={self.options.place}/found/", self.options.corpus,
                self.options.seeds]

    def afl(self):
        tree = self.tree("afl-asan" if self.kind == "afl-asan" else "afl")
        role = ["-M", self.name, "-F", self.options.corpus] if self.kind == "afl-main" else ["-S", self.name]
        return ["afl-fuzz", *role, "-i", self.options.seeds, "-o", f"{self.options.place}/afl", "-m",
                "none", "-t", "5000", "-x",
                os.path.join(self.options.tree, "corpus/dictionaries/imap2.dict"), "--",
                f"{tree}/fuzz_{self.options.target}"]

    def start(self):
        self.nrestarts += 1
        environment = dict(os.environ, AFL_NO_UI="1", AFL_SKIP_CPUFREQ="1", AFL_NO_AFFINITY="1",
                           AFL_AUTORESUME="1", AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES="1",
                           IMAPSPEC_FUZZ_SIDE=self.options.side)
        is_afl = self.kind.startswith("afl")
        if is_afl and self.kind != "afl-octets":
            environment["AFL_CUSTOM_MUTATOR_LIBRARY"] = f"{self.tree('afl')}/afl_mutator.so"
        environment["ASAN_OPTIONS"] = ("abort_on_error=1:symbolize=0:" if is_afl else "") + \
            "detect_leaks=0:quarantine_size_mb=16"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                ["taskset", "-c", str(self.core), *(self.afl() if is_afl else self.libfuzzer())],
                env=environment, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                start_new_session=True)

    def keep_going(self):
        """libFuzzer ends at each finding."""
        if self.process.poll() is not None:
            self.start()

    def stop(self):
        for number in (signal.SIGINT, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass

    def status(self):
        line = {"worker": self.name, "core": self.core, "restarts": self.nrestarts}
        if self.kind.startswith("afl"):
            try:
                with open(f"{self.options.place}/afl/{self.name}/fuzzer_stats", encoding="utf-8") as file:
                    stats = dict(re.findall(r"^(\w+)\s*: (.*)$", file.read(), re.MULTILINE))
            except OSError:
                return line
            return dict(line, inputs=int(stats["execs_done"]), rate=float(stats["execs_per_sec"]),
                        edges=int(stats["edges_found"]), stability=stats["stability"],
                        findings=int(stats.get("saved_crashes", 0)) + int(stats.get("saved_hangs", 0)))
        with open(self.log, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 65536))
            text = file.read().decode("utf-8", "replace")
        seen = re.findall(r"^#(\d+)\s.*cov: (\d+) ft: (\d+) corp: (\d+).*exec/s: (\d+)", text, re.MULTILINE)
        if seen:
            inputs, edges, features, corpus, rate = map(int, seen[-1])
            line.update(inputs=inputs, rate=rate, edges=edges, features=features, corpus=corpus)
        return line


def exchange(options):
    """What AFL++ has found goes to the corpus."""
    for folder, _, names in os.walk(f"{options.place}/afl"):
        if os.path.basename(folder) != "queue":
            continue
        for name in names:
            path = os.path.join(folder, name)
            if path in options.exchanged or not name.startswith("id:"):
                continue
            options.exchanged.add(path)
            with open(path, "rb") as file:
                octets = file.read()
            to = os.path.join(options.corpus, hashlib.sha1(octets).hexdigest())
            if not os.path.exists(to):
                with open(to + ".new", "wb") as file:
                    file.write(octets)
                os.replace(to + ".new", to)


def tell(options, workers):
    with open(os.path.join(options.place, "status.jsonl"), "a", encoding="utf-8") as file:
        found = len(os.listdir(f"{options.place}/found"))
        for worker in workers:
            line = dict(worker.status(), time=int(time.time()), shared=len(os.listdir(options.corpus)),
                        found=found)
            print(json.dumps(line), flush=True)
            print(json.dumps(line), file=file, flush=True)


def main(argv):
    parser = argparse.ArgumentParser()
    for name in ("build", "tree", "target", "place", "seeds", "side"):
        parser.add_argument(f"--{name}", required=True)
    for name, value in (("time", 600), ("cores", os.cpu_count()), ("exchange", 600)):
        parser.add_argument(f"--{name}", type=int, default=value)
    options = parser.parse_args(argv)
    options.corpus = os.path.join(options.place, "corpus")
    options.exchanged = set()
    for folder in ("corpus", "found"):
        os.makedirs(os.path.join(options.place, folder), exist_ok=True)
    stopped = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.append(1))
    workers = [Worker(options, core) for core in range(options.cores)]
    for worker in workers:
        worker.start()
    begin = told = exchanged = time.monotonic()
    try:
        while not stopped and time.monotonic() < begin + options.time:
            time.sleep(1)
            for worker in workers:
                worker.keep_going()
            if time.monotonic() >= exchanged + options.exchange:
                exchanged = time.monotonic()
                exchange(options)
            if time.monotonic() >= told + STATUS_S:
                told = time.monotonic()
                tell(options, workers)
    finally:
        for worker in workers:
            worker.stop()
    exchange(options)
    tell(options, workers)
    crashes = sum(name.startswith("id:") for folder, _, names in os.walk(f"{options.place}/afl")
                  if os.path.basename(folder) in ("crashes", "hangs") for name in names)
    return 1 if os.listdir(f"{options.place}/found") or crashes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
