"""Checks reports by what is published about their formats; prints counts, or what is wrong.

check_report.py results SCHEMA FILE...   results files, line by line
check_report.py sarif SCHEMA FILE...     and that each place is there, in the folder --at DIR
check_report.py tap FILE...              TAP 14, with its YAML
check_report.py junit FILE...            that counts are those of what is counted (xmllint has the schema)
"""
import json
import os
import re
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree

import jsonschema
import yaml


def die(text):
    sys.exit(f"check_report: {text}")


def check(validator, value, where):
    for error in validator.iter_errors(value):
        die(f"{where}: {'/'.join(map(str, error.path))}: {error.message[:300]}")


def results(schema_path, *paths):
    schema = json.load(open(schema_path, encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in paths:
        lines = open(path, encoding="utf-8", newline="\n").read().split("\n")
        if lines.pop() != "":
            die(f"{path}: the last line is incomplete")
        for number, line in enumerate(lines, 1):
            value = json.loads(line)
            if ("imapspec" in value) != (number == 1):
                die(f"{path}:{number}: a header where none belongs, or none")
            check(validator, value, f"{path}:{number}")
        print(f"{len(lines) - 1} cases")


def place_is_there(path, location):
    physical = location["physicalLocation"]
    uri = urllib.parse.urlsplit(physical["artifactLocation"]["uri"])
    if uri.scheme not in ("", "file"):
        die(f"{path}: a place at {uri.geturl()}")
    file = urllib.parse.unquote(uri.path)
    if not os.path.exists(file):
        die(f"{path}: there is no {file}")
    lines = open(file, "rb").read().splitlines()
    if "region" in physical and physical["region"]["startLine"] > len(lines):
        die(f"{path}: {file} has no line {physical['region']['startLine']}")
    return lines[physical["region"]["startLine"] - 1].decode() if "region" in physical else ""


def sarif(schema_path, *paths):
    validator = jsonschema.Draft4Validator(json.load(open(schema_path, encoding="utf-8")))
    for path in paths:
        log = json.load(open(path, encoding="utf-8"))
        check(validator, log, path)
        for run in log["runs"]:
            counts = {"error": 0, "warning": 0, "note": 0, "accepted": 0}
            rules = run["tool"]["driver"]["rules"]
            for result in run["results"]:
                if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
                    die(f"{path}: rule {result['ruleIndex']} is not {result['ruleId']}")
                for location in result["locations"]:
                    place_is_there(path, location)
                for suppression in result["suppressions"]:
                    place_is_there(path, suppression["location"])
                counts["accepted" if result["suppressions"] else result["level"]] += 1
            whole = run["invocations"][0]["executionSuccessful"]
            print(run["properties"]["target"], "whole" if whole else "cut",
                  *(f"{count} {word}" for word, count in counts.items()))


POINT = re.compile(r"(not )?ok (\d+) - ((?:[^#\\\n]|\\[#\\])*?)(?: # (SKIP|TODO) (.+))?$")


def tap(*paths):
    for path in paths:
        lines = open(path, encoding="utf-8", newline="\n").read().split("\n")
        if lines[:1] != ["TAP version 14"] or lines.pop() != "":
            die(f"{path}: no whole TAP 14")
        plan = re.match(r"1\.\.(\d+)( # SKIP .+)?$", lines[1])
        if plan is None or (plan[1] == "0") != (plan[2] is not None):
            die(f"{path}: no plan: {lines[1]}")
        counts = {"ok": 0, "bad": 0, "skip": 0, "todo": 0}
        rest = iter(enumerate(lines[2:], 3))
        for number, line in rest:
            if line.startswith("#") or line == "":
                continue
            if line == "  ---":
                block = []
                for _, inside in rest:
                    if inside == "  ...":
                        break
                    block.append(inside)
                else:
                    die(f"{path}:{number}: YAML without end")
                if not yaml.safe_load("\n".join(block))["message"]:
                    die(f"{path}:{number}: no message")
                continue
            point = POINT.match(line)
            if point is None:
                die(f"{path}:{number}: {line}")
            if int(point[2]) != sum(counts.values()) + 1:
                die(f"{path}:{number}: out of order")
            kind = {"SKIP": "skip", "TODO": "todo"}.get(point[4], "bad" if point[1] else "ok")
            counts[kind] += 1
        print(f"plan {plan[1]}", *(f"{count} {word}" for word, count in counts.items()))


def junit(*paths):
    for path in paths:
        total = {"tests": 0, "failures": 0, "errors": 0}
        root = ElementTree.parse(path).getroot()
        for suite in root:
            cases = suite.findall("testcase")
            names = [(case.get("classname"), case.get("name")) for case in cases]
            found = {"tests": len(cases), "failures": len(suite.findall("testcase/failure")),
                     "errors": len(suite.findall("testcase/error")),
                     "skipped": len(suite.findall("testcase/skipped"))}
            if len(set(names)) != len(names):
                die(f"{path}: two cases of one name")
            if any(int(suite.get(name)) != count for name, count in found.items()):
                die(f"{path}: {suite.attrib} but {found}")
            for name in total:
                total[name] += found[name]
            print(suite.get("name"), *(f"{count} {word}" for word, count in found.items()))
        if any(int(root.get(name)) != count for name, count in total.items()):
            die(f"{path}: {root.attrib} but {total}")


COMMANDS = {command.__name__: command for command in (results, sarif, tap, junit)}
COMMANDS[sys.argv[1]](*sys.argv[2:])
