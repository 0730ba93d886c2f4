"""How the measuring modules run programs: of the build, with their JSON, servers, and peak memory."""
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time


class Missing(Exception):
    """Something to be compared with is not on this machine."""


class Broken(Exception):
    """A program did not do what it is made for."""


def peak_kib(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return None


def terminate(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Server:
    """A server that runs: where, for whom, and its process."""

    def __init__(self, host, port, user, password, process):
        self.host, self.port, self.user, self.password = host, port, user, password
        self.process = process

    @property
    def place(self):
        return f"{self.user}:{self.password}@{self.host}:{self.port}"

    def peak_kib(self):
        return peak_kib(self.process.pid)

    def ask(self, case):
        """Of a held target: a case of player_bench, done once against it; its rate."""
        self.process.stdin.write(case + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


class Bench:
    def __init__(self, tree, build, fuzz_trees, runs, quick):
        self.tree, self.build, self.fuzz_trees = tree, build, fuzz_trees
        self.runs, self.quick = runs, quick
        self.figures, self.absent = [], []
        self.folder, self.in_memory = tempfile.mkdtemp(prefix="imapspec-bench-"), None

    def close(self):
        for folder in filter(None, (self.folder, self.in_memory)):
            shutil.rmtree(folder, ignore_errors=True)

    def shelf(self):
        """A folder in memory, when there is one: what the disk takes is not measured."""
        if self.in_memory is None:
            self.in_memory = tempfile.mkdtemp(prefix="imapspec-bench-",
                                              dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        return self.in_memory

    def add(self, figure):
        self.figures.append(figure)

    def say(self, text):
        print(text, file=sys.stderr, flush=True)

    def path(self, program):
        path = os.path.join(self.build, program)
        if not os.path.exists(path):
            raise Missing(f"{program} is not built")
        return path

    def scaled(self, seconds):
        return seconds / 10 if self.quick else seconds

    def run(self, command, codes=(0,), **more):
        """What it prints. Missing when it ends with 77, unless that is one of the codes."""
        limit = 600
        environment = {**os.environ, "IMAPSPEC_DATA": self.tree, **more.pop("environment", {})}
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=limit,
                              cwd=self.folder, env=environment, errors="replace", check=False, **more)
        if done.returncode == 77 and 77 not in codes:
            raise Missing(done.stderr.strip().split("\n")[-1].removeprefix("bench: "))
        if done.returncode not in codes:
            raise Broken(f"{' '.join(map(str, command))}: exit code {done.returncode}: {done.stderr[:400]}")
        return done

    def json(self, program, *arguments):
        done = self.run([self.path(program), *map(str, arguments)])
        return [json.loads(line) for line in done.stdout.splitlines()]

    def cases(self, program, *before, only=()):
        """Of a program of bench.h: case name -> its line."""
        arguments = [*before, "--json", self.runs, *(["--quick"] if self.quick else []), *only]
        return {line["case"]: line for line in self.json(program, *arguments)}

    def with_peak(self, command, codes=(0,)):
        """Seconds of the wall clock, what it printed, KiB of its largest process."""
        file = os.path.join(self.folder, "peak")
        began = time.monotonic()
        done = self.run([self.path("tests/peak"), file, *command], codes)
        seconds = time.monotonic() - began
        with open(file, encoding="utf-8") as told:
            return seconds, done.stdout, int(told.read())

    @contextlib.contextmanager
    def started(self, command, **more):
        """Its process and the first line it prints."""
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=self.folder,
                              env={**os.environ, "IMAPSPEC_DATA": self.tree}, **more) as process:
            try:
                ready, _, _ = select.select([process.stdout], [], [], 60)
                line = process.stdout.readline().strip() if ready else ""
                if not line:
                    code = process.poll() if process.poll() is not None else process.wait(timeout=30)
                    if code == 77:
                        raise Missing(f"{command[1]} is not installed")
                    raise Broken(f"{' '.join(command)} did not start")
                yield process, line
            finally:
                if process.stdin is not None:
                    process.stdin.close()
                    try:
                        process.wait(timeout=30)
                    except subprocess.TimeoutExpired:
                        pass
                terminate(process)

    @contextlib.contextmanager
    def listening(self, *command):
        """A program that prints `listening on HOST:PORT`."""
        with self.started(list(command)) as (process, line):
            host, _, port = line.rpartition(" ")[2].rpartition(":")
            yield Server(host, port, "fred", "secret", process)

    def null_server(self):
        return self.listening(self.path("null_server"))

    def reference_server(self):
        return self.listening(self.path("imapspec"), "serve")

    @contextlib.contextmanager
    def held(self, target):
        """A target of `imapspec server`, with three messages in the mailbox of a user."""
        with self.started([self.path("player_bench"), target, "--hold"], stdin=subprocess.PIPE) as (process, line):
            host, port, user, password = line.split(" ")
            yield Server(host, port, user, password, process)

    @contextlib.contextmanager
    def awake(self):
        """Every processor is kept from sleeping (awake.c): for programs that wait for each other."""
        with contextlib.ExitStack() as stack:
            for cpu in os.sched_getaffinity(0):
                stack.enter_context(self.started([self.path("awake"), str(cpu)]))
            yield

    def bare(self, server, *how):
        """The bare client's line."""
        return self.json("bare_client", server.host, server.port, server.user, server.password, *how)[0]
