#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Seeded RTL bugs: every mutation of rtl/mutations/*.yaml is built into the tests of its core, and the tests have to fail.
# usage: scripts/rtl/mutate.py [--build build/release] [--core CORE] [--only NAME]... [--match] [--json FILE]
# --match only looks whether every mutation still fits the sources: one place, exactly once.
import argparse
import json
import sys
import tempfile
import time

from bench_build import Bench
from common import ROOT, CheckError, guarded, load, need, require_tools, sources_with


def read(path):
    data = load(path)
    need(data, ["core", "bench", "mutations"], path.name)
    names = [m.get("name") for m in data["mutations"]]
    if len(set(names)) != len(names):
        raise CheckError(f"{path.name}: two mutations of one name")
    for m in data["mutations"]:
        need(m, ["name", "file", "search", "replace"], f"{path.name} {m.get('name')}")
        if "\n" in m["search"].strip("\n"):
            raise CheckError(f"{path.name} {m['name']}: more than one line")
    return data


def is_random(test):
    return "Regression" in test


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=str(ROOT / "build" / "release"))
    parser.add_argument("--core")
    parser.add_argument("--only", action="append")
    parser.add_argument("--match", action="store_true")
    parser.add_argument("--json")
    a = parser.parse_args()
    files = sorted((ROOT / "rtl" / "mutations").glob("*.yaml"))
    all_data = [read(f) for f in files]
    if a.core and a.core not in [d["core"] for d in all_data]:
        raise CheckError(f"no mutations of {a.core}")
    known = {m["name"] for d in all_data if a.core in (None, d["core"]) for m in d["mutations"]}
    if unknown := sorted(set(a.only or []) - known):
        raise CheckError(f"no mutation {', '.join(unknown)}{' of ' + a.core if a.core else ''}")
    if a.core:
        all_data = [d for d in all_data if d["core"] == a.core]
    total = sum(len(d["mutations"]) for d in all_data)
    if a.match:
        with tempfile.TemporaryDirectory(prefix="ranvier-match-") as folder:
            for data in all_data:
                for m in data["mutations"]:
                    sources_with(data["bench"]["sources"], [m], folder, f"{data['core']} {m['name']}")
        print(f"{total} mutations of {a.core or f'{len(all_data)} cores'} fit the sources")
        return 0 if total >= 25 or a.core else 6
    require_tools("verilator", "ccache", "g++", "ninja")
    rows, alive = [], []
    print(f"{'core':<16} {'mutation':<28} {'s':>5}  caught by")
    for data in all_data:
        bench = Bench(data["bench"], a.build, data["core"])
        limit = 900
        with tempfile.TemporaryDirectory(prefix="ranvier-mutants-") as folder:
            # The unbroken model first: a suite that fails on it catches nothing.
            for m in [None] + data["mutations"]:
                name = m["name"] if m else "(none)"
                if m and a.only and name not in a.only:
                    continue
                start = time.monotonic()
                paths = sources_with(bench.sources, [m] if m else [], folder, f"{data['core']} {name}")
                program = bench.compile_and_link(folder, paths, ["-Wno-fatal", "-Wno-lint"], "-O1", None)
                before_tests = time.monotonic()
                failed, ran = bench.test(program, limit)
                elapsed = time.monotonic() - start
                if m is None:  # a mutant that takes this much longer hangs
                    limit = 45 + 10 * (time.monotonic() - before_tests)
                if m is None and failed:
                    raise CheckError(f"{data['core']}: the tests fail without a mutation: {', '.join(failed)}")
                directed = [t for t in failed if not is_random(t)]
                row = {"core": data["core"], "mutation": name, "tests": ran, "directed": directed,
                       "random": [t for t in failed if is_random(t)], "s": round(elapsed, 1)}
                how = [f"{len(directed)} directed ({directed[0]})"] if directed else []
                how += ["random"] if row["random"] else []
                text = " and ".join(how) or ("all pass, as they must" if m is None else "NOTHING: alive")
                print(f"{data['core']:<16} {name:<28} {elapsed:>5.0f}  {text} (of {ran} tests)", flush=True)
                if m:
                    rows.append(row)
                    if not failed:
                        alive.append(name)
    print(f"{len(rows)} mutants, {len(rows) - len(alive)} caught, {len(alive)} alive" +
          (": " + ", ".join(alive) if alive else ""))
    if a.json:
        with open(a.json, "w") as f:
            json.dump({"mutants": rows, "alive": alive}, f, indent=1)
    return 6 if alive or not rows else 0


guarded(main)
