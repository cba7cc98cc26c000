#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Proves the properties of rtl/proofs/proofs.yaml without bound (yosys to an and-inverter graph, then property directed
# reachability in ABC), and refutes a broken variant of each, so that no proof is empty.
# usage: scripts/rtl/prove.py [NAME...]
import re
import sys
import tempfile
import time

from common import ROOT, SV, CheckError, guarded, load, must_run, need, require_tools, sources_with

PROOFS = ROOT / "rtl" / "proofs"

# Cover statements and outputs are dropped: only assertions remain. Reset is the harness's; registers and memories that
# it does not reach start at zero.
FLOW = ("read_verilog -sv -formal {sources}; prep -top {top} -flatten; memory_map; async2sync; formalff -clk2ff; "
        "chformal -cover -remove; delete -output; opt -full; setundef -undriven -anyseq; techmap; abc -g AND -fast; "
        "zinit -all; opt_clean; write_aiger -zinit {out}")


def verdict(proof, edits, seconds):
    """'proved', 'refuted in frame N' or 'undecided', the number of properties, and the time."""
    where = f"proofs.yaml {proof['name']}"
    with tempfile.TemporaryDirectory(prefix="ranvier-proof-") as folder:
        names = proof["sources"]
        own = [n for n in names if (PROOFS / n).exists()]
        paths = sources_with([n for n in names if n not in own], edits, folder, where)
        paths += [str(PROOFS / n) for n in own] + [str(PROOFS / f"{proof['top']}.sv")]
        out = f"{folder}/graph.aig"
        start = time.monotonic()
        must_run(["yosys", "-q", "-p", FLOW.format(sources=" ".join(paths), top=proof["top"], out=out)])
        header = open(out, "rb").readline().split()
        properties = int(header[6]) if len(header) > 6 else 0
        constraints = int(header[7]) if len(header) > 7 else 0
        if properties == 0:
            raise CheckError(f"{where}: the harness has no assertion")
        fold = "fold; " if constraints else ""
        text = must_run(["yosys-abc", "-c", f"read_aiger {out}; {fold}strash; scorr; pdr -T {seconds}"], timeout=seconds + 60)
        elapsed = time.monotonic() - start
    if re.search(r"Property proved", text):
        return "proved", properties, elapsed
    cex = re.search(r"asserted in frame (\d+)", text)
    return (f"refuted in frame {cex[1]}" if cex else "undecided"), properties, elapsed


def main():
    require_tools("yosys", "yosys-abc")
    proofs = load(PROOFS / "proofs.yaml")["proofs"]
    chosen = sys.argv[1:] or [p["name"] for p in proofs]
    unknown = set(chosen) - {p["name"] for p in proofs}
    if unknown:
        raise CheckError(f"no proof named {', '.join(sorted(unknown))}")
    failed = 0
    print(f"{'proof':<22} {'assertions':>10} {'verdict':<12} {'s':>6}  broken variants")
    for proof in proofs:
        if proof["name"] not in chosen:
            continue
        need(proof, ["name", "top", "sources", "says", "broken", "seconds?"], f"proofs.yaml {proof.get('name')}")
        seconds = proof.get("seconds", 400)
        got, properties, elapsed = verdict(proof, [], seconds)
        answers = []
        for edit in proof["broken"]:
            need(edit, ["file", "search", "replace"], f"proofs.yaml {proof['name']}")
            answers.append(verdict(proof, [edit], seconds)[0])
        ok = got == "proved" and all(a.startswith("refuted") for a in answers)
        failed += not ok
        print(f"{proof['name']:<22} {properties:>10} {got:<12} {elapsed:>6.2f}  {', '.join(answers)}"
              f"{'' if ok else '  FAILED'}", flush=True)
    return 6 if failed else 0


guarded(main)
