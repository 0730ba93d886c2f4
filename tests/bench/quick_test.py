"""A small benchmark run makes what it should: TREE BUILD. Nothing is said about speed."""
import json
import os
import subprocess
import sys
import tempfile

import jsonschema

tree, build = sys.argv[1:]
# not those that need trees of fuzzing engines
GROUPS = ["floor", "recognizer", "session", "mutator", "mailbox", "player", "serve", "peers", "suite", "blackbox"]


def run(*arguments):
    return subprocess.run([sys.executable, os.path.join(tree, "bench", "run.py"), "--tree", tree, "--build", build,
                           *arguments], capture_output=True, text=True, check=False)


def check(condition, text):
    if not condition:
        sys.exit(f"quick_test: {text}")


def check_results(results, printed, page):
    with open(os.path.join(tree, "bench", "results.schema.json"), encoding="utf-8") as file:
        jsonschema.validate(results, json.load(file))
    measured = {figure["group"] for figure in results["figures"]}
    for group in GROUPS:
        check(group in measured or any(line.startswith(group) for line in results["absent"]), f"no {group}")
    identities = [figure["id"] for figure in results["figures"]]
    check(len(set(identities)) == len(identities), "two figures have one name")
    for figure in results["figures"]:
        check(figure["low"] <= figure["median"] <= figure["high"], f"{figure['id']} is not in order")
        check(figure["median"] > 0, f"{figure['id']} is nothing")
        check(figure["what"] in printed and figure["what"] in page, f"{figure['id']} is not printed")


def main():
    check(run("--only", "nonsense").returncode == 2, "a group that is none is taken")
    check(run("--runs", "0").returncode == 2, "no runs are taken")
    with tempfile.TemporaryDirectory() as folder:
        results, page = os.path.join(folder, "new", "results.json"), os.path.join(folder, "results.md")
        only = [word for group in GROUPS for word in ("--only", group)]
        done = run("--quick", "--runs", "1", "--results", results, "--markdown", page, *only)
        check(done.returncode == 0, f"exit code {done.returncode}\n{done.stderr}")
        with open(results, encoding="utf-8") as file, open(page, encoding="utf-8") as markdown:
            check_results(json.load(file), done.stdout, markdown.read())


main()
