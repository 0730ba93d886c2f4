"""Each planted bug shows: its trigger fails with it, noticed by what its file names, and passes
without.

    triggers.py TREE RUN_FILES_PLANTED [ID...]

Programs built without sanitizers do not notice everything: there, bugs whose oracle is `sanitizer`
are only played without the bug.
"""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(sys.argv[1], "fuzz/eval"))
import planted  # noqa: E402

LEAST = {"parser": 6, "literal": 5, "state": 5, "expunge": 5, "several": 5, "client": 4}


def play(program, bug, path, is_on):
    environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
    environment.pop("IMAPSPEC_BUG", None)
    if is_on:
        environment["IMAPSPEC_BUG"] = bug.id
    try:
        done = subprocess.run([program, bug.target, path], env=environment, timeout=60, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, preexec_fn=planted.without_cores)
        return done.returncode, done.stderr.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        return 1, "fuzz: hang ("


def main():
    tree, program = sys.argv[1:3]
    is_sanitized = os.environ.get("SANITIZED", "1") == "1"
    bugs = planted.read_bugs(tree)
    flaws = [f"only {n} bugs of class {c}" for c, least in LEAST.items()
             if (n := sum(bug.fields["class"] == c for bug in bugs)) < least]
    nheld = sum(bug.held_out for bug in bugs)
    if 2 * nheld < len(bugs):
        flaws.append(f"only {nheld} of {len(bugs)} bugs are held out, not half or more")
    nshown = 0
    with tempfile.TemporaryDirectory() as folder:
        for bug in bugs:
            if sys.argv[3:] and bug.id not in sys.argv[3:]:
                continue
            path = os.path.join(folder, bug.id)
            with open(path, "wb") as file:
                file.write(bug.trigger)
            status, told = play(program, bug, path, False)
            if status != 0:
                flaws.append(f"{bug.id}: its trigger fails without the bug:\n{told}")
            if bug.oracle == "sanitizer" and not is_sanitized:
                continue
            status, told = play(program, bug, path, True)
            noticed = planted.noticed_by(told)
            if status == 0 or noticed != bug.oracle:
                flaws.append(f"{bug.id}: noticed by {noticed or 'nothing'}, not by {bug.oracle}:\n"
                             + "\n".join(told.splitlines()[:12]))
            nshown += 1
    for flaw in flaws:
        print(flaw)
    print(f"{len(bugs)} planted bugs, {nheld} held out, {nshown} shown, {len(flaws)} flaws")
    return 1 if flaws else 0


if __name__ == "__main__":
    sys.exit(main())
