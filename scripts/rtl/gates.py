#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Gate count of the cores as a regression value: yosys and ABC onto the osu018 library of Debian's qflow-tech-osu018, memories
# outside. A count that is more than 2 % off rtl/gates/gates.yaml fails. With --equivalence the netlist, its cells as the
# library defines them, runs beside the RTL on the same random pins, every output compared in every cycle; things have to
# happen: half of the output bits toggle, and something goes through every port with valid and ready. And of gates inverted one at a
# time a quarter, at least, has to be noticed.
# usage: scripts/rtl/gates.py [--core CORE] [--equivalence] [--keep FOLDER]
import argparse
import contextlib
import re
import sys
import tempfile
import time
from pathlib import Path

from common import ROOT, SV, CheckError, guarded, load, must_run, need, require_tools

DATA = ROOT / "rtl" / "gates" / "gates.yaml"
LIBERTY = Path("/usr/share/qflow/tech/osu018/osu018_stdcells.lib")
TOLERANCE = 0.02
NOTICED = 4  # of so many inverted gates the random pins have to show one, at least
CYCLES = 20000
TRANSFERS = 50  # through every port of a stimulus set, at least
# ABC without SAT sweeping, which takes most of its time on multipliers; on rv_neuron_lif that costs 2 % of area.
ABC = "+strash;dc2;&get,-n;&nf;&put"


def synthesise(core, folder):
    """Cells, flip-flops, area in NAND2 equivalents; the netlist with its cells is folder/netlist.blif."""
    # The parameters become the defaults in the text: yosys 0.23 trips over a parametrised top whose parts are, too.
    text = (SV / core["sources"][0]).read_text()
    for name, value in (core.get("parameters") or {}).items():
        text, found = re.subn(rf"(\bparameter int unsigned {name}\s*=\s*)\w+", rf"\g<1>{value}", text)
        if found != 1:
            raise CheckError(f"gates.yaml: {core['sources'][0]} has no parameter {name}; its file comes first")
    top = Path(f"{folder}/{core['sources'][0]}")
    top.write_text(text)
    sources = " ".join([str(top)] + [str(SV / s) for s in core["sources"][1:]])
    box = f"read_verilog -sv -lib {SV}/rv_sram_1r1w.sv; " if core.get("memories") else ""
    unbox = "delete =rv_sram_1r1w; " if box else ""  # or write_blif cuts the memories' pins to the width of the box's
    script = (f"read_verilog -sv {sources}; {box}hierarchy -top {core['core']}; "
              f"chformal -remove; synth -flatten -noshare -top {core['core']}; dfflibmap -liberty {LIBERTY}; "
              f"abc -liberty {LIBERTY} -script {ABC}; opt_clean -purge; rename -hide; "
              f"tee -o {folder}/stat stat -liberty {LIBERTY}; "
              f"rename -top gates_top; "
              # A cell of the library becomes its function there and nothing more: no optimisation follows.
              f"read_liberty {LIBERTY}; flatten gates_top; {unbox}write_blif -icells -param {folder}/netlist.blif")
    must_run(["yosys", "-q", "-p", script], timeout=3600)
    text = Path(f"{folder}/stat").read_text()
    area = float(re.search(r"Chip area for (?:top )?module '.*': ([\d.]+)", text)[1])
    nand = re.search(r"cell\s*\(NAND2X1\)\s*\{.*?area\s*:\s*([\d.]+)", LIBERTY.read_text(), re.S)
    cells = re.findall(r"^\s+([A-Z]\w+X\d+)\s+(\d+)", text, re.M)
    flops = sum(int(n) for name, n in cells if name.startswith("DFF"))
    return {"cells": sum(int(n) for _, n in cells), "flip_flops": flops, "gate_equivalents": round(area / float(nand[1]))}


def folder_of(core, keep):
    if not keep:
        return tempfile.TemporaryDirectory(prefix="ranvier-gates-")
    folder = Path(keep).resolve() / core
    folder.mkdir(parents=True, exist_ok=True)
    return contextlib.nullcontext(str(folder))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--core")
    parser.add_argument("--equivalence", action="store_true")
    parser.add_argument("--keep", metavar="FOLDER", help="leaves the netlists and what simulates them there")
    a = parser.parse_args()
    require_tools("yosys")
    if not LIBERTY.exists():
        print(f"SKIPPED: {LIBERTY} is not there; scripts/setup test installs qflow-tech-osu018")
        return 0
    cores = load(DATA)["cores"]
    if a.core:
        cores = [c for c in cores if c["core"] == a.core]
        if not cores:
            raise CheckError(f"gates.yaml has no core {a.core}")
    failed = 0
    print(f"{'core':<22} {'cells':>8} {'flip-flops':>10} {'gates':>8} {'expected':>8} {'off':>7} {'s':>6}")
    for core in cores:
        need(core, ["core", "sources", "parameters?", "memories?", "pins?", "cycles?", "gate_equivalents"], "gates.yaml")
        with folder_of(core["core"], a.keep) as folder:
            start = time.monotonic()
            got = synthesise(core, folder)
            off = got["gate_equivalents"] / core["gate_equivalents"] - 1
            ok = abs(off) <= TOLERANCE
            failed += not ok
            print(f"{core['core']:<22} {got['cells']:>8} {got['flip_flops']:>10} {got['gate_equivalents']:>8} "
                  f"{core['gate_equivalents']:>8} {100 * off:>6.2f}% {time.monotonic() - start:>6.1f}"
                  f"{'' if ok else '  FAILED'}", flush=True)
            if a.equivalence:
                failed += not equivalent(core, folder)
    return 7 if failed else 0


def ports_of(blif, which):
    """(name, bits) of the ports of the first model, in order."""
    with open(blif) as f:
        names = next(line for line in f if line.startswith(which + " ")).split()[1:]
    widths = {}
    for name in names:
        port = name.partition("[")[0]
        widths[port] = widths.get(port, 0) + 1
    return list(widths.items())


def chances(core, pins, places):
    """Of every pin bit to be 1, of 256: those that core['pins'] gives as `pin` or `pin[high:low]`, -1 for the others."""
    got = [-1] * sum(bits for _, bits in pins)
    widths = dict(pins)
    for where, chance in (core.get("pins") or {}).items():
        name, high, low = re.fullmatch(r"(\w+)(?:\[(\d+):(\d+)\])?", where).groups()
        first, last = int(low or 0), int(high or widths.get(name, 0) - 1)
        if name not in widths or not 0 <= first <= last < widths[name] or not 0 <= chance <= 1:
            raise CheckError(f"gates.yaml: {core['core']} has no pins {where}, or {chance} is no chance from 0 to 1")
        got[places[name] + first:places[name] + last + 1] = [round(256 * chance)] * (last - first + 1)
    return got


def equivalent(core, folder):
    """RTL and netlist on the same random pins, every output compared in every cycle, all registers from zero."""
    start = time.monotonic()
    cycles = core.get("cycles", CYCLES)
    pins, outs = (ports_of(f"{folder}/netlist.blif", which) for which in (".inputs", ".outputs"))
    clock = [f".{name}" for name, _ in pins if name in ("clk_i", "rst_ni")]
    pins = [(name, bits) for name, bits in pins if name not in ("clk_i", "rst_ni")]
    width = {True: sum(n for _, n in pins), False: sum(n for _, n in outs)}
    wide = {k: max(96, -(-n // 32) * 32) for k, n in width.items()}
    connections, at = [], 0
    for name, bits in pins:
        connections.append(f".{name}(stim_i[{at}+:{bits}])")
        at += bits
    at, ports = 0, clock + connections
    for name, bits in outs:
        ports.append(f".{name}(rtl_o[{at}+:{bits}])")
        at += bits
    parameters = ", ".join(f".{k}({v})" for k, v in (core.get("parameters") or {}).items())
    pad = f"  assign rtl_o[{wide[False] - 1}:{width[False]}] = '0;\n" if wide[False] > width[False] else ""
    Path(f"{folder}/equivalence.sv").write_text(
        f"module equivalence (input logic clk_i, input logic rst_ni, input logic [{wide[True] - 1}:0] stim_i,\n"
        f"    output logic [{wide[False] - 1}:0] rtl_o);\n{pad}"
        f"  {core['core']} #({parameters}) u_rtl ({', '.join(ports)});\nendmodule\n")
    places = {name: sum(n for _, n in side[:i]) for side in (pins, outs) for i, (name, _) in enumerate(side)}
    handshakes = {}
    for name, _ in pins:
        port, _, signal = name.rpartition("_")[0].rpartition("_")
        other = f"{port}_{'ready' if signal == 'valid' else 'valid'}_o"
        if signal in ("valid", "ready") and other in places:
            handshakes[port] = [str(places[name]), str(places[other])]
    Path(f"{folder}/chances").write_text(" ".join(str(n) for n in chances(core, pins, places)))
    sources = [str(SV / s) for s in core["sources"]] + ([f"{SV}/rv_sram_1r1w.sv"] if core.get("memories") else [])
    must_run(["verilator", "-O3", "--cc", "--exe", "--build", "-j", "2", "-Wno-fatal", "-Wno-lint", "--no-assert",
              "--x-assign", "0", "--x-initial", "0", "-CFLAGS", "-std=c++20", "-MAKEFLAGS", "OPT_FAST=-O1 OPT_GLOBAL=-O2",
              "--Mdir", f"{folder}/obj", "--top-module", "equivalence", f"{folder}/equivalence.sv", *sources,
              str(DATA.parent / "equivalence.cpp")], timeout=3600)
    text = must_run([f"{folder}/obj/Vequivalence", f"{folder}/netlist.blif", str(cycles), f"{folder}/chances",
                     *(place for pair in handshakes.values() for place in pair)], timeout=3600)
    differ, toggled, inverted, noticed, *transfers = (int(n) for n in text.splitlines()[-1].split())
    ok = (differ == 0 and toggled * 2 > width[False] and noticed * NOTICED >= inverted
          and all(n >= TRANSFERS for n in transfers))
    through = "".join(f", {n} {port}" for port, n in zip(handshakes, transfers))
    print(f"{core['core']:<22} netlist: {cycles} cycles, {differ} with a difference, {toggled} of {width[False]} output bits "
          f"toggled, {noticed} of {inverted} "
          f"inverted gates noticed{through}, {time.monotonic() - start:.0f} s{'' if ok else '  FAILED'}", flush=True)
    return ok


guarded(main)
