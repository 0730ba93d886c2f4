"""What is measured over connections, and by whole programs: player, serve, peers, suite, blackbox."""
import os
import re
import shutil
import sys
import time

import figure
from tools import Missing

TALKS = (("lockstep", "lockstep"), ("pipelined", "100 deep"),
         ("lockstep fetch", "FETCH, lockstep"), ("pipelined fetch", "FETCH, 100 deep"))
WITHOUT = (("no log", "without the wire log"), ("no model", "without the model"),
           ("no grammar", "without model and grammar"), ("nothing", "framing and script alone"))


def case_names():
    return [f"player {talk}" for talk, _ in TALKS] + [f"{way}, {what}" for way in ("lockstep", "pipelined") for what, _ in WITHOUT]


def player_of(bench, server, title, cases, bare_goal=None, deep_goal=None):
    for talk, how in TALKS:
        if f"player {talk}" not in cases:
            continue  # real servers answer several FETCH in any order
        case, bare = cases[f"player {talk}"], cases.get(f"bare {talk}")
        goal = {"lockstep": bare_goal, "pipelined": deep_goal}.get(talk)
        bench.add(figure.make(f"player.{server}.{talk.replace(' ', '-')}", f"player, {how}, {title}", "commands/s",
                              case["runs"], limit=("bare client", bare["runs"]) if bare else None, goal=goal,
                              peak_kib=case["peak_kib"]))
    for way in ("lockstep", "pipelined"):
        for what, how in WITHOUT:
            if f"{way}, {what}" not in cases:
                continue
            case, bare = cases[f"{way}, {what}"], cases.get(f"bare {way}")
            bench.add(figure.make(f"player.{server}.{way}.{what.replace(' ', '-')}", f"  {way}, {how}, {title}",
                                  "commands/s", case["runs"],
                                  limit=("bare client", bare["runs"]) if bare else None,
                                  peer=("all oracles on", cases[f"player {way}"]["runs"])))


def player(bench):
    lockstep = figure.Goal("90 % of the bare client", "limit", least=0.9)
    deep = figure.Goal("60 % of the bare client", "limit", least=0.6)
    player_of(bench, "in-process", "in-process", bench.cases("player_bench", "reference", only=case_names()))
    with bench.null_server() as server:
        plain = [name for talk, _ in TALKS[:2] for name in (f"bare {talk}", f"player {talk}")]
        cases = bench.cases("player_bench", server.place, only=plain)
    for talk, how in TALKS[:2]:
        bench.add(figure.make(f"player.null.{talk}", f"player, {how}, null server", "commands/s",
                              cases[f"player {talk}"]["runs"], limit=("bare client", cases[f"bare {talk}"]["runs"])))
    player_of(bench, "reference-tcp", "bundled server over TCP", bench.cases("player_bench", "reference-tcp"),
              lockstep)
    for target, title in (("dovecot", "Dovecot"), ("mailutils", "Mailutils")):
        try:
            cases = bench.cases("player_bench", target, only=[f"{who} {talk}" for talk, _ in TALKS[:3]
                                                              for who in ("bare", "player")])
        except Missing as missing:
            bench.absent.append(str(missing))
            continue
        player_of(bench, target, title, cases, *((lockstep, deep) if target == "dovecot" else ()))


# ---- many connections ----

def serve_rounds(bench, servers, connections, seconds):
    """name -> runs of sessions a second; and whether all went without errors."""
    runs, errors, most = {name: [] for name in servers}, dict.fromkeys(servers, 0), dict.fromkeys(servers, 0)
    for _ in range(bench.runs):
        for name, server in servers.items():
            line = bench.bare(server, "sessions", connections, bench.scaled(seconds))
            runs[name].append(line["rate"])
            errors[name] += line["errors"]
            most[name] = max(most[name], line["open"])
    return runs, errors, most


def serve(bench):
    with bench.null_server() as null, bench.reference_server() as reference:
        servers = {"null": null, "reference": reference}
        for connections in (1, 10, 100, 1000):
            runs, errors, most = serve_rounds(bench, servers, connections, 0.5)
            whole = errors["reference"] == 0 and most["reference"] == connections
            goal = figure.Goal("75 % of the null server" + (", no errors" if connections == 1000 else ""), "limit",
                               least=0.75, holds=whole)
            bench.add(figure.make(f"serve.{connections}", f"bundled server, {connections:,} connections",
                                  "sessions/s", runs["reference"], limit=("null server", runs["null"]), goal=goal,
                                  peak_kib=reference.peak_kib(),
                                  note=f"{errors['reference']} errors, {most['reference']} connections at a time"))
    serve_peers(bench)


def serve_peers(bench):
    """Other servers, a connection at a time and ten."""
    for target, title in (("dovecot", "Dovecot"), ("hoodiecrow", "hoodiecrow-imap"), ("mailutils", "Mailutils")):
        try:
            with bench.held(target) as other, bench.reference_server() as reference:
                for connections in (1, 10):
                    runs, errors, _ = serve_rounds(bench, {"other": other, "reference": reference}, connections, 0.5)
                    bench.add(figure.make(f"serve.{connections}.{target}",
                                          f"bundled server beside {title}, {connections} connections", "sessions/s",
                                          runs["reference"], peer=(title, runs["other"]),
                                          peak_kib=reference.peak_kib(),
                                          note=f"{title}: {errors['other']} errors"))
        except Missing as missing:
            bench.absent.append(str(missing))


# ---- other clients ----

def imaplib_rate(bench, server, count):
    script = os.path.join(bench.tree, "bench", "imaplib_client.py")
    return float(bench.run([sys.executable, script, server.host, server.port, server.user, server.password,
                            str(count)]).stdout)


def curl_rate(bench, server, count):
    """Of curl's, as one program on one connection."""
    if shutil.which("curl") is None:
        raise Missing("curl is not installed")
    began = time.monotonic()
    bench.run(["curl", "-s", "-u", f"{server.user}:{server.password}", "-X", "NOOP",
               f"imap://{server.host}:{server.port}/INBOX?[1-{count}]"], stdin=-3)
    return count / (time.monotonic() - began)


def peers(bench):
    """The same NOOPs to one Dovecot, by each client in turn."""
    count = 100 if bench.quick else 3000
    clients = {
        "the bare client": lambda server: bench.bare(server, "lockstep", count, "NOOP")["rate"],
        "the player": lambda server: server.ask("player lockstep"),
        "Python's imaplib": lambda server: imaplib_rate(bench, server, count),
        "curl": lambda server: curl_rate(bench, server, count),
    }
    runs = {name: [] for name in clients}
    with bench.held("dovecot") as server:
        for _ in range(bench.runs):
            for name in list(clients):
                try:
                    runs[name].append(clients[name](server))
                except Missing as missing:
                    bench.absent.append(str(missing))
                    del clients[name], runs[name]
        peak_kib = server.peak_kib()
    for name in runs:
        if name not in ("the bare client", "the player"):
            bench.add(figure.make(f"peers.{name.split()[-1].lower().replace(chr(39), '')}",
                                  f"player beside {name}, lockstep, Dovecot", "commands/s", runs["the player"],
                                  limit=("bare client", runs["the bare client"]), peer=(name, runs[name]),
                                  peak_kib=peak_kib))


# ---- whole suites ----

def suite_once(bench, side, target, jobs):
    """Cases a second, how many, and memory."""
    command = [bench.path("imapspec"), side, target, "-j", str(jobs), "--seed", "1", "--color", "never"]
    seconds, printed, peak = bench.with_peak(command, codes=(0, 1))
    cases = int(re.search(r"(\d+) cases", printed)[1])
    return cases / seconds, cases, peak


def suite(bench):
    rows = [("server", "reference", 1, "server suite in-process, one process"),
            ("server", "reference", 2, "server suite in-process, -j 2"),
            ("client", "reference", 2, "client suite in-process, -j 2")]
    if not bench.quick:
        rows += [("server", "reference-tcp", 2, "server suite over TCP, -j 2"),
                 ("client", "reference-shim", 2, "client suite over TCP, with a shim, -j 2")]
    runs, told = {row: [] for row in rows}, {}
    for turn in range(bench.runs):
        for row in rows:
            # most of its time is waiting for silence: it varies little, and takes long
            if row[1] in ("reference-shim", "reference-tcp") and turn >= SLOW_RUNS:
                continue
            rate, *told[row] = suite_once(bench, *row[:3])
            runs[row].append(rate)
    for row in rows:
        side, target, jobs, what = row
        goal = figure.Goal("400 cases in 1 s", "median", least=400) if (side, target, jobs) == (
            "server", "reference", 2) else None
        bench.add(figure.make(f"suite.{side}.{target}.{jobs}", f"{what} ({told[row][0]} cases)", "cases/s",
                              runs[row], goal=goal, peak_kib=told[row][1]))


SLOW_RUNS = 1


# ---- black box ----

def blackbox_once(bench, target, count, turn):
    """Scenarios and commands a second, and memory."""
    command = [bench.path("imapspec"), "fuzz", *target, "--count", str(count), "--seed", str(turn + 1),
               "--findings", os.path.join(bench.folder, f"findings-{target[0].replace(':', '-')}-{turn}")]
    _, printed, peak = bench.with_peak(command, codes=(0, 1))
    found = re.search(r": ([\d.]+) s(?:, ([\d.]+) s of it on findings)?  (\d+) scenarios \(\d+/s\)  (\d+) commands", printed)
    seconds = max(float(found[1]) - float(found[2] or 0), 0.05)
    return int(found[3]) / seconds, int(found[4]) / seconds, peak


def blackbox_of(bench, name, title, server, target, scenarios_each, is_bundled=False):
    count = 100 if bench.quick else 3000
    scenarios_each = max(20, int(bench.scaled(scenarios_each)))
    scenarios, commands, bare = [], [], []
    peak = 0
    for turn in range(bench.runs):
        rates = blackbox_once(bench, target, scenarios_each, turn)
        scenarios.append(rates[0])
        commands.append(rates[1])
        peak = rates[2]
        if server:
            bare.append(bench.bare(server, "lockstep", count, "NOOP")["rate"])
    bench.add(figure.make(f"blackbox.{name}.scenarios", f"black box, {title}", "scenarios/s", scenarios,
                          peak_kib=peak))
    bench.add(figure.make(f"blackbox.{name}.commands", f"black box, {title}", "commands/s", commands,
                          limit=("bare client on one connection", bare) if bare else None, peak_kib=peak,
                          goal=figure.Goal("50 % of the bare client", "limit", least=0.5) if is_bundled else None))


def blackbox(bench):
    blackbox_of(bench, "in-process", "in-process", None, ["reference"], 1500)
    with bench.reference_server() as server:
        blackbox_of(bench, "reference-tcp", "bundled server over TCP", server,
                    [f"{server.host}:{server.port}", "--user", server.user, "--password", server.password], 500,
                    is_bundled=True)
    try:
        with bench.held("dovecot") as server:
            blackbox_of(bench, "dovecot", "Dovecot", server, ["dovecot"], 100)
    except Missing as missing:
        bench.absent.append(str(missing))


GROUPS = {"player": player, "serve": serve, "peers": peers, "suite": suite, "blackbox": blackbox}
