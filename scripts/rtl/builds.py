#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# The same tests on models made another way: Verilator without optimisation and without splitting of blocks, where a race
# in the RTL gives other results; and the regression with registers and memories that start with other random values.
# usage: scripts/rtl/builds.py [--build build/release] [--core CORE] [--steps N]
import argparse
import random
import tempfile
import time

from bench_build import Bench
from common import ROOT, CheckError, guarded, load, require_tools, run, sources_with

VARIANTS = {"O0": ["-O0"], "no-split": ["-fno-split"]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=str(ROOT / "build" / "release"))
    parser.add_argument("--core")
    parser.add_argument("--steps", type=int, default=100)
    a = parser.parse_args()
    all_data = [load(path) for path in sorted((ROOT / "rtl" / "mutations").glob("*.yaml"))]
    if a.core:
        all_data = [d for d in all_data if d["core"] == a.core]
        if not all_data:
            raise CheckError(f"no core {a.core} in rtl/mutations")
    require_tools("verilator", "ccache", "g++", "ninja")
    failed = 0
    print(f"{'core':<16} {'build':<22} {'tests':>6} {'failed':>6} {'s':>6}")
    for data in all_data:
        bench = Bench(data["bench"], a.build, data["core"])
        for name, options in VARIANTS.items():
            start = time.monotonic()
            with tempfile.TemporaryDirectory(prefix="ranvier-builds-") as folder:
                paths = sources_with(bench.sources, [], folder, data["core"])
                program = bench.compile_and_link(folder, paths, ["-Wno-fatal", "-Wno-lint", *options], "-O1", None)
                bad, ran = bench.test(program, 3000)
            failed += bool(bad)
            print(f"{data['core']:<16} {name:<22} {ran:>6} {len(bad):>6} {time.monotonic() - start:>6.0f} {' '.join(bad)}",
                  flush=True)
        if not (ROOT / "rtl" / "coverage" / f"{data['core']}.yaml").exists():
            continue  # a part, not a core of the regression
        for _ in range(3):
            seed = random.SystemRandom().randrange(1, 1 << 31)
            start = time.monotonic()
            status, text = run([f"{a.build}/ranvier", "rtl", "test", "--core", data["core"], "--count", "5", "--steps",
                                str(a.steps), "--seed", str(seed)], timeout=3000)
            failed += status != 0
            print(f"{data['core']:<16} {f'initial {seed}':<22} {5:>6} {'' if status == 0 else text[-300:]:>6} "
                  f"{time.monotonic() - start:>6.0f}", flush=True)
    return 6 if failed else 0


guarded(main)
