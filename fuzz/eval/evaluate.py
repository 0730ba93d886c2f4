"""Time to the first detection of each planted bug, by each engine.

    evaluate.py RESULTS --tree TREE --build FOLDER [--time S] [--seeds N] [--engine E]... [--bug ID]...

FOLDER has the trees lf-asan, lf-octets and afl-asan as fuzz-NAME; tools/fuzz-eval makes them.
RESULTS gets a line of JSON for each run when it is done; runs that it has already are left out, so
an evaluation can be stopped and gone on with. Each run is on one core (--core), and its time is
what the engine, and all that it starts, take of that core: so other work on the machine changes
little. Ends with 1 when --all-found was given and something was not found.
"""
import argparse
import json
import os
import platform
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import planted

# name: tree, whether our mutator is used, whether the dictionary is
LIBFUZZER = {"libfuzzer-octets": ("lf-octets", False), "libfuzzer-grammar": ("lf-asan", True),
             "control": ("lf-asan", True)}
AFL = {"afl-octets": False, "afl-grammar": True}
ENGINES = [*LIBFUZZER, *AFL, "blackbox"]
CONTROL_SEED = 1000  # the control is libfuzzer-grammar again, with other seeds
STOPPED = -1000
WALL_MOST = 12  # seconds of the clock for each of the core's, then the run ends all the same
WALL_LEAST_S = 30
CONFIRMING_S = 60
TICKS = os.sysconf("SC_CLK_TCK")
MEMORY = "/dev/shm"  # so that the disk is no part of it
BY_CLOCK = ("silent", "hang", "slow", "refused")  # oracles that a busy machine might deceive


def processor_seconds(pid):
    """What a process, those it has started and those of them that have ended have had of a core."""
    total, todo = 0, [pid]
    while todo:
        one = todo.pop()
        try:
            with open(f"/proc/{one}/stat", encoding="latin-1") as stat:
                total += sum(map(int, stat.read().rpartition(")")[2].split()[11:15]))
            for thread in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{thread}/children", encoding="ascii") as children:
                    todo += map(int, children.read().split())
        except OSError:
            pass
    return total / TICKS


def of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def end(process):
    """The process and all that it has started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(5)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass
    process.wait()


class Run:
    """One engine, one bug, one seed: a folder of its own."""

    def __init__(self, options, engine, bug, seed, folder):
        self.options, self.engine, self.bug, self.seed, self.folder = (options, engine, bug, seed,
                                                                       folder)
        self.seeds = os.path.join(options.tree, "fuzz/eval/seeds",
                                  "response" if bug.target == "client" else "request")
        self.dictionary = os.path.join(options.tree, "corpus/dictionaries/imap2.dict")
        self.log = os.path.join(folder, "log")
        self.clock_seconds = 0
        self.is_enough = False

    def program(self, tree, name):
        return os.path.join(self.options.build, f"fuzz-{tree}", name)

    def environment(self, **more):
        base = {key: value for key, value in os.environ.items()
                if not key.startswith(("AFL_", "ASAN_", "UBSAN_", "IMAPSPEC_"))}
        return dict(base, IMAPSPEC_BUG=self.bug.id, **more)

    def wait(self, command, environment, is_enough=lambda: False):
        """Runs it on the core, until it ends, its time is over or it is enough; returns seconds of
        the core and its exit status, STOPPED when it was stopped."""
        pinned = ["taskset", "-c", str(self.options.core), "setarch", "-R", *command]
        before, start, seconds = of_children(), time.monotonic(), 0
        wall_most = max(WALL_LEAST_S, self.options.time * WALL_MOST)
        with open(self.log, "wb") as log:
            process = subprocess.Popen(pinned, env=environment, cwd=self.folder, stdout=log,
                                       stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                       start_new_session=True, preexec_fn=planted.without_cores)
            try:
                status = None
                while status is None and not is_enough():
                    if seconds >= self.options.time or time.monotonic() > start + wall_most:
                        break
                    time.sleep(0.02)
                    status = process.poll()
                    if status is None:
                        seconds = max(seconds, processor_seconds(process.pid))
                self.is_enough = bool(is_enough())  # what is said when all is stopped is no finding
                if status is None:
                    self.finish(process)
            finally:
                end(process)
        self.clock_seconds = time.monotonic() - start
        if status is not None:
            seconds = max(seconds, of_children() - before)
        return seconds, STOPPED if status is None else status

    def finish(self, process):
        """A finding from outside that rests on a clock is waited for until it is confirmed."""
        if self.engine != "blackbox" or not set(self.shown()) & set(BY_CLOCK):
            return
        deadline = time.monotonic() + CONFIRMING_S
        while process.poll() is None and time.monotonic() < deadline and self.confirmed() is None:
            time.sleep(0.1)

    def told(self):
        with open(self.log, "rb") as log:
            return log.read().decode("utf-8", "replace")

    def libfuzzer(self):
        tree, _ = LIBFUZZER[self.engine]
        corpus = os.path.join(self.folder, "corpus")
        os.mkdir(corpus)
        seed = self.seed + (CONTROL_SEED if self.engine == "control" else 0)
        seconds, _ = self.wait(
            [self.program(tree, f"fuzz_{self.bug.target}_planted"), f"-seed={seed}",
             f"-max_total_time={self.options.time * WALL_MOST + WALL_LEAST_S}", "-timeout=5", "-rss_limit_mb=2048",
             "-max_len=4096", "-detect_leaks=0", f"-artifact_prefix={self.folder}/found-", "-print_final_stats=1",
             corpus, self.seeds],
            self.environment(ASAN_OPTIONS="symbolize=0:detect_leaks=0"))
        found = [name for name in os.listdir(self.folder)
                 if name.startswith(("found-crash-", "found-timeout-", "found-oom-"))]
        runs = re.search(r"number_of_executed_units: (\d+)", self.told())
        counted = re.findall(r"^#(\d+)\t", self.told(), re.MULTILINE)
        nruns = int(runs.group(1)) if runs else int(counted[-1]) if counted else 0
        return seconds, [os.path.join(self.folder, name) for name in found], nruns

    def afl(self):
        out = os.path.join(self.folder, "afl")
        environment = self.environment(
            AFL_NO_UI="1", AFL_SKIP_CPUFREQ="1", AFL_NO_AFFINITY="1", AFL_BENCH_UNTIL_CRASH="1",
            AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES="1", AFL_FAST_CAL="1",
            ASAN_OPTIONS="abort_on_error=1:detect_leaks=0:symbolize=0")
        if AFL[self.engine]:
            environment["AFL_CUSTOM_MUTATOR_LIBRARY"] = self.program("afl-asan", "afl_mutator.so")
            environment["AFL_CUSTOM_MUTATOR_ONLY"] = "1"  # it changes octets, too
            environment["IMAPSPEC_FUZZ_SIDE"] = ("response" if self.bug.target == "client"
                                                 else "request")
        command = ["afl-fuzz", "-i", self.seeds, "-o", out, "-m", "none", "-t", "5000",
                   "-s", str(self.seed), "-V", str(self.options.time * WALL_MOST + WALL_LEAST_S), "-x", self.dictionary,
                   "--", self.program("afl-asan", f"fuzz_{self.bug.target}_planted")]
        seconds, _ = self.wait(command, environment)
        crashes = os.path.join(out, "default/crashes")
        found = sorted(os.path.join(crashes, name) for name in
                       (os.listdir(crashes) if os.path.isdir(crashes) else ())
                       if name.startswith("id:"))
        nruns = 0
        try:
            with open(os.path.join(out, "default/fuzzer_stats"), encoding="utf-8") as stats:
                nruns = int(re.search(r"execs_done\s*: (\d+)", stats.read()).group(1))
        except (OSError, AttributeError):
            pass
        if "PROGRAM ABORT" in self.told() and not found:
            raise RuntimeError(f"afl-fuzz did not start:\n{self.told()[-1500:]}")
        return seconds, found, nruns

    def shown(self):
        """The oracles by which the black-box fuzzer has seen something."""
        return re.findall(r"^shown after [0-9.]+ s: (\w+)", self.told(), re.MULTILINE)

    def confirmed(self):
        """Whether one of its findings shows every time; None as long as there is none."""
        told = []
        for folder, _, names in os.walk(os.path.join(self.folder, "findings")):
            if "meta.json" in names:
                with open(os.path.join(folder, "meta.json"), encoding="utf-8") as file:
                    told.append('"flaky": true' not in file.read())
        return any(told) if told else None

    def fuzzer(self):
        """The black-box fuzzer of what has the bug."""
        return self.options.blackbox_client if self.bug.target == "client" else self.options.blackbox

    def outside_environment(self):
        return self.environment(IMAPSPEC_DATA=self.options.tree,
                                IMAPSPEC_SERVER=self.options.blackbox_server)

    def blackbox(self):
        """What the peer does is seen from outside only; the server is a process of its own."""
        fuzzer = self.fuzzer()
        if not fuzzer or self.bug.is_inside:
            return None
        findings = os.path.join(self.folder, "findings")
        limit = self.options.time * WALL_MOST + WALL_LEAST_S + CONFIRMING_S
        command = [*fuzzer.split(), "--time", f"{limit}s",
                   "--seed", str(self.seed), "--findings", findings]
        seconds, status = self.wait(command, self.outside_environment(), self.shown)
        # a server that ends while it is filled is none that can be fuzzed: told all the same
        has_ended = re.search(r"^imapspec: .* (exited with status|was killed by)", self.told(),
                              re.MULTILINE)
        if status not in (0, 1, STOPPED) and not self.shown() and not has_ended:
            raise RuntimeError(f"{' '.join(command)} ended with {status}:\n{self.told()[-1500:]}")
        runs = re.findall(r"(\d+) scenarios", self.told())
        is_sure = (self.is_enough and (self.confirmed() or set(self.shown()) - set(BY_CLOCK)) or
                   (status != STOPPED and has_ended))
        return seconds, [findings] if is_sure else [], int(runs[-1]) if runs else 0

    def play(self):
        if self.engine in LIBFUZZER:
            return self.libfuzzer()
        return self.afl() if self.engine in AFL else self.blackbox()

    def verify_outside(self, findings):
        """None when one of the findings shows without the bug, too."""
        environment = self.outside_environment()
        del environment["IMAPSPEC_BUG"]
        program, _, *target = self.fuzzer().split()
        for folder, _, names in os.walk(findings):
            if "events.bin" not in names:
                continue
            again = [program, "shrink", os.path.join(folder, "events.bin"), *target,
                     "--findings", os.path.join(self.folder, "again")]
            done = subprocess.run(again, env=environment, timeout=600, check=False, capture_output=True,
                                  preexec_fn=planted.without_cores)
            if done.returncode == 1:
                return None
        return "outside"

    def verify(self, found):
        """What notices the input found with the bug; None when it fails without, too."""
        if self.engine == "blackbox":
            return self.verify_outside(found)
        program = self.program("lf-asan", "run_files_planted")
        environment = self.environment(ASAN_OPTIONS="detect_leaks=0")

        def replay(path):
            try:
                done = subprocess.run([program, self.bug.target, path], env=environment, timeout=60,
                                      check=False, capture_output=True,
                                      preexec_fn=planted.without_cores)
                return done.returncode, done.stderr.decode("utf-8", "replace")
            except subprocess.TimeoutExpired:
                return 1, "fuzz: hang ("

        status, told = replay(found)
        noticed = planted.noticed_by(told) if status != 0 else None
        del environment["IMAPSPEC_BUG"]
        return noticed if noticed and replay(found)[0] == 0 else None


def rounded(seconds):
    return None if seconds is None else round(seconds, 2)


def keep(options, found, name):
    """What is not the bug is one of our own."""
    folder = os.path.splitext(options.results)[0] + ".false"
    os.makedirs(folder, exist_ok=True)
    if os.path.isfile(found):
        shutil.copyfile(found, os.path.join(folder, name))
    else:
        shutil.copytree(found, os.path.join(folder, name), dirs_exist_ok=True)


def run_once(options, engine, bug, seed):
    folder = tempfile.mkdtemp(prefix="fuzz-eval-", dir=MEMORY if os.path.isdir(MEMORY) else None)
    try:
        run = Run(options, engine, bug, seed, folder)
        played = run.play()
        if played is None:
            return None
        seconds, found, nruns = played
        oracle = run.verify(found[0]) if found else None
        if found and oracle is None:
            keep(options, found[0], f"{bug.id}-{engine}-{seed}")
        return {"bug": bug.id, "class": bug.fields["class"], "held-out": bug.held_out,
                "engine": engine, "seed": seed, "limit": options.time,
                "seconds": rounded(seconds if oracle else None), "oracle": oracle,
                "false": bool(found) and oracle is None, "inputs": nruns,
                "clock": round(run.clock_seconds, 1), "load": round(os.getloadavg()[0], 1)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def key_of(result):
    return result["bug"], result["engine"], result["seed"], result["limit"]


def read_done(path):
    """The seconds of each run that is there, None of those that found nothing."""
    done = {}
    try:
        with open(path, encoding="utf-8") as file:
            for line in file:
                result = json.loads(line)
                if "bug" in result:
                    done[key_of(result)] = result["seconds"]
    except FileNotFoundError:
        pass
    return done


def is_decided(done, bug, engine, options):
    """More than half of the seeds found nothing: no other one changes the median."""
    missed = sum(done.get((bug.id, engine, seed, options.time), 0) is None
                 for seed in range(1, options.seeds + 1))
    return 2 * missed > options.seeds


def arguments_of(argv):
    parser = argparse.ArgumentParser()
    parser.add_argument("results")
    parser.add_argument("--tree", required=True, type=os.path.abspath)
    parser.add_argument("--build", required=True, type=os.path.abspath)
    parser.add_argument("--time", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)))
    parser.add_argument("--engine", action="append", choices=ENGINES)
    parser.add_argument("--bug", action="append")
    parser.add_argument("--blackbox", default="", help="the command that fuzzes a server from outside: PROGRAM fuzz ...")
    parser.add_argument("--blackbox-server", default="", help="the program that it starts as the server")
    parser.add_argument("--blackbox-client", default="", help="the same for the client")
    parser.add_argument("--all-found", action="store_true")
    return parser.parse_args(argv)


def main(argv):
    options = arguments_of(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started ends, too
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        bugs = planted.read_bugs(options.tree)
    except planted.Wrong as wrong:
        print(wrong, file=sys.stderr)
        return 2
    unknown = set(options.bug or ()) - {bug.id for bug in bugs}
    if unknown:
        print(f"there is no bug {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    engines = options.engine or [e for e in ENGINES if e != "blackbox" or options.blackbox]
    done = read_done(options.results)
    nmissed = 0
    with open(options.results, "a", encoding="utf-8") as results:
        if not done:
            header = {"imapspec-fuzz-eval": 1, "machine": platform.processor() or platform.machine(),
                      "cores": os.cpu_count(), "time": options.time, "seeds": options.seeds}
            print(json.dumps(header), file=results, flush=True)
        # Seeds outside, so that what is there after a while is an evaluation of fewer seeds.
        for seed in range(1, options.seeds + 1):
            for bug in bugs:
                if options.bug and bug.id not in options.bug:
                    continue
                for engine in engines:
                    if ((bug.id, engine, seed, options.time) in done
                            or is_decided(done, bug, engine, options)):
                        continue
                    result = run_once(options, engine, bug, seed)
                    if result is None:
                        continue
                    done[key_of(result)] = result["seconds"]
                    nmissed += result["seconds"] is None
                    print(json.dumps(result), file=results, flush=True)
                    took = result["seconds"]
                    print(f"{bug.id:30} {engine:18} seed {seed}: "
                          + (f"{took:7.2f} s  {result['oracle']}" if took is not None else
                             "what was found is not the bug" if result["false"] else "-"),
                          flush=True)
    return 1 if nmissed and options.all_found else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
