#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# The test plan, rtl/testplan/*.yaml: every testpoint names the tests that show it, every test named exists in the build
# folder, every top module that the regression builds has a plan, every test of the RTL belongs to a testpoint.
# usage: scripts/rtl/plan.py [--build build/release]
import argparse
import fnmatch
import json
import re

from common import ROOT, CheckError, guarded, load, must_run, need


def tests_of(build):
    listing = json.loads(must_run(["ctest", "--test-dir", build, "--show-only=json-v1"]))
    names, labels = set(), {}
    for test in listing["tests"]:
        name = test["name"].split("  # ")[0]  # ctest adds the parameter's value
        names.add(name)
        for p in test.get("properties", []):
            if p["name"] == "LABELS":
                labels[name] = p["value"]
    missing = sorted(n for n in names if n.startswith("test_rtl") and n.endswith("_NOT_BUILT"))
    if missing:
        raise CheckError(f"{build}: build these first: {', '.join(n[:-10] for n in missing)}")
    return names, labels


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=str(ROOT / "build" / "release"))
    a = parser.parse_args()
    names, labels = tests_of(a.build)
    red, used, planned = [], set(), set()
    print(f"{'core':<22} {'testpoints':>10} {'tests':>6}")
    for path in sorted((ROOT / "rtl" / "testplan").glob("*.yaml")):
        plan = load(path)
        need(plan, ["core", "testpoints"], path.name)
        planned.add(plan["core"])
        seen, of_core = set(), set()
        for point in plan["testpoints"]:
            where = f"{path.name} {point.get('name')}"
            need(point, ["name", "says", "tests?"], where)
            if point["name"] in seen:
                red.append(f"{where}: named twice")
            seen.add(point["name"])
            tests = point.get("tests") or []
            if not tests:
                red.append(f"{where}: unmapped, it has no test")
            for pattern in tests:
                found = fnmatch.filter(names, pattern)
                if not found:
                    red.append(f"{where}: there is no test '{pattern}'")
                of_core.update(found)
        used |= of_core
        print(f"{plan['core']:<22} {len(plan['testpoints']):>10} {len(of_core):>6}")
    cores = re.findall(r'RegressionEntry\{"(\w+)"', (ROOT / "rtl" / "regression_cores.cpp").read_text())
    red += [f"{core}: in the regression, but without a plan in rtl/testplan" for core in cores if core not in planned]
    # A test that belongs to no testpoint is not red: tests of drivers and errors are not about a core. It is told.
    stray = sorted(n for n in names if "rtl" in labels.get(n, []) and n not in used)
    print(f"{len(used)} tests mapped; {len(stray)} tests of the room map to no testpoint")
    for line in red:
        print(f"RED {line}")
    return 6 if red else 0


guarded(main)
