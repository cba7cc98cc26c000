#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Gate count of the cores as a regression value: yosys and ABC onto the osu018 library of Debian's qflow-tech-osu018, memories
# outside. A count that is more than 2 % off rtl/gates/gates.yaml fails. With --equivalence the netlist, its cells as the
# library defines them, runs beside the RTL on the same random pins, every output compared in every cycle; things have to
# happen: half of the output bits toggle, and something goes through every port with valid and ready.
# usage: scripts/rtl/gates.py [--core CORE] [--equivalence]
import argparse
import json
import re
import sys
import tempfile
import time
from pathlib import Path

from common import ROOT, SV, CheckError, guarded, load, must_run, need, require_tools

DATA = ROOT / "rtl" / "gates" / "gates.yaml"
LIBERTY = Path("/usr/share/qflow/tech/osu018/osu018_stdcells.lib")
TOLERANCE = 0.02
TRANSFERS = 50  # through every port of a stimulus set, at least
# ABC without SAT sweeping, which takes most of its time on multipliers; on rv_neuron_lif that costs 2 % of area.
ABC = "+strash;dc2;&get,-n;&nf;&put"


def synthesise(core, folder):
    """Cells, flip-flops, area in NAND2 equivalents; the netlist with its cells is folder/netlist.v."""
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
    script = (f"read_verilog -sv {sources}; {box}hierarchy -top {core['core']}; "
              f"chformal -remove; synth -flatten -noshare -top {core['core']}; dfflibmap -liberty {LIBERTY}; "
              f"abc -liberty {LIBERTY} -script {ABC}; opt_clean -purge; rename -hide; "
              f"tee -o {folder}/stat stat -liberty {LIBERTY}; "
              f"rename -top gates_top; write_json {folder}/ports.json; "
              # A cell of the library becomes its function there and nothing more: no optimisation follows.
              f"read_liberty {LIBERTY}; flatten gates_top; select gates_top; write_verilog -noattr -selected {folder}/netlist.v")
    must_run(["yosys", "-q", "-p", script], timeout=3600)
    text = Path(f"{folder}/stat").read_text()
    area = float(re.search(r"Chip area for (?:top )?module '.*': ([\d.]+)", text)[1])
    nand = re.search(r"cell\s*\(NAND2X1\)\s*\{.*?area\s*:\s*([\d.]+)", LIBERTY.read_text(), re.S)
    cells = re.findall(r"^\s+([A-Z]\w+X\d+)\s+(\d+)", text, re.M)
    flops = sum(int(n) for name, n in cells if name.startswith("DFF"))
    return {"cells": sum(int(n) for _, n in cells), "flip_flops": flops, "gate_equivalents": round(area / float(nand[1]))}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--core")
    parser.add_argument("--equivalence", action="store_true")
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
        need(core, ["core", "sources", "parameters?", "memories?", "equivalence?", "gate_equivalents"], "gates.yaml")
        with tempfile.TemporaryDirectory(prefix="ranvier-gates-") as folder:
            start = time.monotonic()
            got = synthesise(core, folder)
            off = got["gate_equivalents"] / core["gate_equivalents"] - 1
            ok = abs(off) <= TOLERANCE
            failed += not ok
            print(f"{core['core']:<22} {got['cells']:>8} {got['flip_flops']:>10} {got['gate_equivalents']:>8} "
                  f"{core['gate_equivalents']:>8} {100 * off:>6.2f}% {time.monotonic() - start:>6.1f}"
                  f"{'' if ok else '  FAILED'}", flush=True)
            if a.equivalence and core.get("equivalence", True):
                failed += not equivalent(core, folder)
    return 7 if failed else 0


DRIVER = """
#include "Vequivalence.h"
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>
int main(int argc, char** argv) {
  const std::array<int, 2> bits{std::atoi(argv[1]), std::atoi(argv[2])};  // pins in; outputs
  const long cycles = std::atol(argv[3]);
  // A port with valid and ready: the pin that comes in, and the output bit.
  struct Port { int pin, output; long transfers; };
  std::vector<Port> ports;
  for (int i = 4; i + 1 < argc; i += 2) ports.push_back({std::atoi(argv[i]), std::atoi(argv[i + 1]), 0});
  VerilatedContext context;
  Vequivalence top(&context, "top");
  std::mt19937_64 random(1);
  std::array<unsigned, 4096> chance{};
  std::array<uint32_t, 256> changed{}, before{};
  long differ = 0;
  top.rst_ni = 0;
  for (long c = 0; c < cycles; ++c) {
    // Every pin has a chance of being 1 of its own, drawn anew now and then: busy, quiet and stuck ports in turn.
    if (c % 64 == 0) for (unsigned& p : chance) p = (random() & 3) == 0 ? (random() & 1) * 256 : random() % 257;
    for (int i = 0; i < bits[0]; ++i) {
      const uint32_t bit = (random() >> 32) % 256 < chance[i] ? 1u : 0u;
      top.stim_i[i / 32] = (top.stim_i[i / 32] & ~(1u << (i % 32))) | bit << (i % 32);
    }
    if (c == 3) top.rst_ni = 1;
    top.clk_i = 0;
    top.eval();
    bool same = true;
    for (int w = 0; w * 32 < bits[1]; ++w) {
      same = same && top.rtl_o[w] == top.gate_o[w];
      if (c > 4) changed[w] |= before[w] ^ top.rtl_o[w];
      before[w] = top.rtl_o[w];
    }
    for (Port& p : ports)
      p.transfers += c > 3 && (top.stim_i[p.pin / 32] >> (p.pin % 32) & top.rtl_o[p.output / 32] >> (p.output % 32) & 1u);
    if (!same && c > 3 && differ++ == 0) std::printf("differs first in cycle %ld\\n", c);
    top.clk_i = 1;
    top.eval();
  }
  long toggled = 0;
  for (const uint32_t word : changed) toggled += __builtin_popcount(word);
  std::printf("%ld %ld", differ, toggled);
  for (const Port& p : ports) std::printf(" %ld", p.transfers);
  std::printf("\\n");
}
"""


def equivalent(core, folder, cycles=20000):
    """RTL and netlist on the same random pins, every output compared in every cycle, all registers from zero."""
    start = time.monotonic()
    module = json.loads(Path(f"{folder}/ports.json").read_text())["modules"]["gates_top"]
    pins, outs = [], []
    for name, port in module["ports"].items():
        if name not in ("clk_i", "rst_ni"):
            (pins if port["direction"] == "input" else outs).append((name, len(port["bits"])))
    width = {True: sum(n for _, n in pins), False: sum(n for _, n in outs)}
    wide = {k: max(96, -(-n // 32) * 32) for k, n in width.items()}
    connections, at = [], 0
    for name, bits in pins:
        connections.append(f".{name}(stim_i[{at}+:{bits}])")
        at += bits
    body = {}
    for which in ("rtl", "gate"):
        at, ports = 0, list(connections)
        for name, bits in outs:
            ports.append(f".{name}({which}_o[{at}+:{bits}])")
            at += bits
        clock = [f".{name}" for name in ("clk_i", "rst_ni") if name in module["ports"]]
        body[which] = ", ".join(clock + ports)
    parameters = ", ".join(f".{k}({v})" for k, v in (core.get("parameters") or {}).items())
    pad = "".join(f"  assign {w}_o[{wide[False] - 1}:{width[False]}] = '0;\n" for w in ("rtl", "gate")
                  if wide[False] > width[False])
    Path(f"{folder}/equivalence.sv").write_text(
        f"module equivalence (input logic clk_i, input logic rst_ni, input logic [{wide[True] - 1}:0] stim_i,\n"
        f"    output logic [{wide[False] - 1}:0] rtl_o, output logic [{wide[False] - 1}:0] gate_o);\n{pad}"
        f"  {core['core']} #({parameters}) u_rtl ({body['rtl']});\n  gates_top u_gate ({body['gate']});\nendmodule\n")
    Path(f"{folder}/driver.cpp").write_text(DRIVER)
    places = {name: sum(n for _, n in side[:i]) for side in (pins, outs) for i, (name, _) in enumerate(side)}
    handshakes = {}
    for name, _ in pins:
        port, _, signal = name.rpartition("_")[0].rpartition("_")
        other = f"{port}_{'ready' if signal == 'valid' else 'valid'}_o"
        if signal in ("valid", "ready") and other in places:
            handshakes[port] = [str(places[name]), str(places[other])]
    sources = [str(SV / s) for s in core["sources"]] + ([f"{SV}/rv_sram_1r1w.sv"] if core.get("memories") else [])
    # -O0: optimised, Verilator 5.006 makes wrong code of netlists (the lanes of rv_accumulate add wrong numbers).
    must_run(["verilator", "-O0", "--cc", "--exe", "--build", "-j", "2", "-Wno-fatal", "-Wno-lint", "-Wno-UNOPTFLAT", "--no-assert",
              "--x-assign", "0", "--x-initial", "0", "--output-split", "20000", "--output-split-cfuncs", "500",
              "-MAKEFLAGS", "OPT_FAST=-O1", "--Mdir", f"{folder}/obj", "--top-module", "equivalence",
              f"{folder}/equivalence.sv", f"{folder}/netlist.v", *sources, f"{folder}/driver.cpp"], timeout=3600)
    text = must_run([f"{folder}/obj/Vequivalence", str(width[True]), str(width[False]), str(cycles),
                     *(place for pair in handshakes.values() for place in pair)], timeout=3600)
    differ, toggled, *transfers = (int(n) for n in text.splitlines()[-1].split())
    ok = differ == 0 and toggled * 2 > width[False] and all(n >= TRANSFERS for n in transfers)
    through = "".join(f", {n} {port}" for port, n in zip(handshakes, transfers))
    print(f"{core['core']:<22} netlist: {cycles} cycles, {differ} with a difference, {toggled} of {width[False]} output bits "
          f"toggled{through}, {time.monotonic() - start:.0f} s{'' if ok else '  FAILED'}", flush=True)
    return ok


guarded(main)
