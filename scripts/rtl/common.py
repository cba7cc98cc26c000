# SPDX-License-Identifier: Apache-2.0
# What the RTL checks share: data files, exact edits of sources, commands with a time limit.
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
SV = ROOT / "rtl" / "sv"


class CheckError(Exception):
    """Bad data or a tool that failed: one line, exit code 5."""


def load(path):
    with open(path) as f:
        return yaml.safe_load(f)


def need(entry, keys, where):
    """Every key of `keys` is there, none else but those that end with '?'."""
    names = [k.rstrip("?") for k in keys]
    for key in keys:
        if not key.endswith("?") and not entry.get(key) and not (key == "replace" and entry.get(key) == ""):
            raise CheckError(f"{where}: '{key}' is missing")
    for key in entry:
        if key not in names:
            raise CheckError(f"{where}: unknown key '{key}'")


def edited(text, edit, where):
    """`text` with edit['search'] replaced; it has to be there exactly once."""
    found = text.count(edit["search"])
    if found != 1:
        raise CheckError(f"{where}: '{edit['search']}' is {found} times in {edit['file']}, not once")
    if edit["search"] == edit["replace"]:
        raise CheckError(f"{where}: replaces by the same text")
    return text.replace(edit["search"], edit["replace"])


def sources_with(sources, edits, folder, where):
    """Copies of the sources in `folder`, edited; their paths."""
    texts = {name: (SV / name).read_text() for name in sources}
    for edit in edits:
        if edit["file"] not in texts:
            raise CheckError(f"{where}: {edit['file']} is not among the sources")
        texts[edit["file"]] = edited(texts[edit["file"]], edit, where)
    paths = []
    for name, text in texts.items():
        path = Path(folder) / name
        path.write_text(text)
        paths.append(str(path))
    return paths


def run(command, timeout=600, cwd=None, env=None, log=None):
    """(exit status, output); status None: it ran past its time and was ended with all its children."""
    with subprocess.Popen(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", start_new_session=True) as process:
        try:
            output, _ = process.communicate(timeout=timeout)
            status = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            status = None
    if log:
        Path(log).write_text(output)
    return status, output


def must_run(command, **options):
    status, output = run(command, **options)
    if status != 0:
        last = [line for line in output.splitlines() if line.strip()][-12:]
        raise CheckError(f"{Path(command[0]).name} failed (status {status}): " + " | ".join(last))
    return output


def require_tools(*programs):
    """Skips the whole check, loudly, where a program is not installed: ctest shows it as skipped."""
    for program in programs:
        if shutil.which(program) is None:
            print(f"SKIPPED: {program} is not installed; scripts/setup test installs it")
            sys.exit(0)


def guarded(main):
    try:
        sys.exit(main())
    except CheckError as e:
        print(f"{Path(sys.argv[0]).name}: {e}", file=sys.stderr)
        sys.exit(5)
