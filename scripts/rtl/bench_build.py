# SPDX-License-Identifier: Apache-2.0
# A test program of the build folder with one Verilated model in place of its own: a mutant, a model made with other options,
# a gate netlist. Only the model is compiled; everything else is linked as CMake built it.
import os
import re
import shlex
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from common import ROOT, CheckError, must_run, need, run

VERILATOR_INCLUDE = "/usr/share/verilator/include"


class Bench:
    """The bench of one core: `bench:` in rtl/mutations/<core>.yaml."""

    # options: Verilator's, on top of those of all benches; defines: of the wrapper, as CMake sets them.
    KEYS = ["top", "model", "wrapper", "stand_in?", "sources", "options?", "defines?", "program", "filter"]

    def __init__(self, data, build, where):
        need(data, self.KEYS, f"{where} bench")
        self.__dict__.update({k.rstrip("?"): data.get(k.rstrip("?")) for k in self.KEYS})
        self.build = Path(build).resolve()
        if not (self.build / "build.ninja").exists():
            raise CheckError(f"{self.build}: no Ninja build folder; configure one with cmake --preset release")
        # The last command of the program: its link line, then what CMake does after it.
        commands = must_run(["ninja", "-C", str(self.build), "-t", "commands", "-s", f"tests/{self.program}"])
        link = [line for line in commands.splitlines() if " -o " in line]
        if not link:
            raise CheckError(f"{self.program}: not a program of {self.build}")
        parts = [p for p in link[-1].split("&&") if " -o " in p]
        self.link = shlex.split(parts[0])

    def compile_and_link(self, folder, sources, options, optimise, log):
        """The program with the model made of `sources`; returns its path. Always the same folder: ccache knows what
        mutants share."""
        folder = Path(folder)
        objects = folder / "model"
        objects.mkdir(exist_ok=True)
        must_run(["verilator", "--cc", "--assert", "--trace-fst", "--prefix", f"V{self.model}", "--Mdir", str(objects),
                  "--top-module", self.top, "--x-assign", "unique", "--x-initial", "unique",
                  "--output-split", "20000", *(self.options or []), *options, *sources], log=log)
        units = sorted(objects.glob("*.cpp"))
        units.append(ROOT / self.wrapper)
        if self.stand_in:
            stand_in = folder / "stand_in.cpp"
            stand_in.write_text(self.stand_in)
            units.append(stand_in)
        flags = [optimise, "-std=c++20", "-w", "-DVL_TIME_CONTEXT", "-DVM_COVERAGE=0", "-DVM_TRACE=1", "-DVM_TRACE_FST=1",
                 "-DVM_SC=0", "-DVL_PRINTF(...)=std::fprintf(stderr, __VA_ARGS__)", "-include", "cstdio",
                 *(f"-D{define}" for define in self.defines or []),
                 f"-I{ROOT}", f"-I{objects}", f"-isystem{VERILATOR_INCLUDE}", f"-isystem{VERILATOR_INCLUDE}/vltstd"]
        built = [str(folder / (unit.stem + ".o")) for unit in units]
        env = dict(os.environ, CCACHE_SLOPPINESS="include_file_mtime,include_file_ctime,time_macros")

        def compile_one(unit, target):
            must_run(["ccache", "g++", *flags, "-c", str(unit), "-o", target], env=env)

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(compile_one, units, built))
        program = folder / "bench"
        link = list(self.link)
        at = link.index("-o")
        link[at + 1] = str(program)
        # Before the archives: the linker then has no use for the model in them.
        must_run(link[:at] + built + link[at:], cwd=self.build)
        return program

    def test(self, program, timeout):
        """(names of the failed tests, number that ran); a crash or a hang counts as a failure of its own."""
        result = Path(program).parent / "result.json"
        result.unlink(missing_ok=True)
        status, output = run([str(program), f"--gtest_filter={self.filter}", f"--gtest_output=json:{result}",
                              "--gtest_catch_exceptions=1"], timeout=timeout, cwd=Path(program).parent)
        ran = len(re.findall(r"^\[ RUN      \]", output, re.M))
        failed = list(dict.fromkeys(t for t in re.findall(r"^\[  FAILED  \] ([\w./]+)", output, re.M) if "." in t))
        started = re.findall(r"^\[ RUN      \] (\S+)", output, re.M)
        if status is None:
            failed.append((started[-1] if started else "start") + " (hangs)")
        elif status not in (0, 1):
            failed.append((started[-1] if started else "start") + f" (ends with {status})")
        elif status == 0 and (failed or ran == 0):
            raise CheckError(f"{self.program}: no test matches {self.filter}")
        elif status == 1 and not failed:
            raise CheckError(f"{self.program}: fails without a failed test: " + output[-300:])
        return failed, ran
