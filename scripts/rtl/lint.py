#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Every module of rtl/sv as a top of its own: verilator -Wall, elaboration by yosys. No waiver in a source; none at all of
# BLKSEQ and BLKANDNBLK, which hide races; any other in rtl/sv/*.vlt, for one file and one message, with its reason above.
# usage: scripts/rtl/lint.py [--waivers | MODULE...]      --waivers: only what is waived
import re
import sys

from common import SV, guarded, require_tools, run

FORBIDDEN = ("BLKSEQ", "BLKANDNBLK")


def waiver_problems():
    problems = []
    for path in sorted(SV.glob("*.sv")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.search(r"verilator\s+lint_o", line):
                problems.append(f"{path.name}:{number}: a waiver in a source; put it into a .vlt file with its reason")
    for path in sorted(SV.glob("*.vlt")):
        lines = path.read_text().splitlines()
        for number, line in enumerate(lines, 1):
            if not line.startswith("lint_off"):
                continue
            if any(re.search(rf'"?{rule}"?\b', line) for rule in FORBIDDEN) or "-rule" not in line:
                problems.append(f"{path.name}:{number}: {line}: this may not be waived")
            if "-file" not in line or ("-match" not in line and "-lines" not in line):
                problems.append(f"{path.name}:{number}: {line}: not narrow, it needs -file and -match or -lines")
            if not lines[number - 2].lstrip().startswith("//"):
                problems.append(f"{path.name}:{number}: {line}: no reason in a comment above")
    return problems


def parts(module):
    """The sources of a module and of all that it instantiates."""
    needed, open_ends = set(), [module]
    while open_ends:
        name = open_ends.pop()
        path = SV / f"{name}.sv"
        if name in needed or not path.exists():
            continue
        needed.add(name)
        open_ends += re.findall(r"^\s*(rv_\w+)\s*(?:#|u_)", path.read_text(), re.M)
    return [str(SV / f"{name}.sv") for name in sorted(needed)]


def main():
    require_tools("verilator", "yosys")
    modules = [] if sys.argv[1:] == ["--waivers"] else sys.argv[1:] or sorted(p.stem for p in SV.glob("*.sv"))
    waivers = [str(p) for p in sorted(SV.glob("*.vlt"))]
    red = waiver_problems()
    for module in modules:
        path = str(SV / f"{module}.sv")
        status, text = run(["verilator", "--lint-only", "-Wall", "--assert", "-y", str(SV), "--top-module", module, *waivers, path])
        if status != 0:
            red.append(f"{module}: verilator: " + " ".join(text.split())[:400])
        status, text = run(["yosys", "-q", "-p", f"read_verilog -sv -formal {' '.join(parts(module))}; "
                            f"hierarchy -check -top {module}; proc; check -assert"])
        if status != 0:
            red.append(f"{module}: yosys: " + " ".join(text.split())[-400:])
    for line in red:
        print(f"RED {line}")
    waived = sum(line.startswith("lint_off") for w in waivers for line in open(w))
    print(f"{len(modules)} modules, {waived} waivers, {len(red)} problems")
    return 6 if red else 0


guarded(main)
