# SPDX-License-Identifier: Apache-2.0
# The checks of the regression can fail: edits that do not fit, data that says nothing, waivers that are not allowed.
import contextlib
import io
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "rtl"))
import common  # noqa: E402


class Edits(unittest.TestCase):
    def edit(self, text, search, replace="x"):
        return common.edited(text, {"search": search, "replace": replace, "file": "f.sv"}, "here")

    def test_replaces_what_is_there_once(self):
        self.assertEqual(self.edit("a b c", "b"), "a x c")

    def test_refuses_what_is_missing_or_there_twice(self):
        for text in ("a c", "b b"):
            with self.assertRaisesRegex(common.CheckError, "not once"):
                self.edit(text, "b")

    def test_refuses_to_change_nothing(self):
        with self.assertRaisesRegex(common.CheckError, "same text"):
            self.edit("a b", "b", "b")

    def test_edit_of_a_file_that_is_not_built_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder, self.assertRaisesRegex(common.CheckError, "not among"):
            common.sources_with(["rv_delay.sv"], [{"file": "rv_mesh.sv", "search": "a", "replace": "b"}], folder, "here")

    def test_missing_and_unknown_keys(self):
        with self.assertRaisesRegex(common.CheckError, "'name' is missing"):
            common.need({"says": "x"}, ["name", "says"], "here")
        with self.assertRaisesRegex(common.CheckError, "unknown key 'nme'"):
            common.need({"name": "x", "nme": "y"}, ["name"], "here")
        common.need({"replace": ""}, ["replace", "also?"], "here")


class Commands(unittest.TestCase):
    def test_a_command_past_its_time_is_ended_and_told(self):
        self.assertEqual(common.run(["sleep", "60"], timeout=0.2)[0], None)

    def test_a_failing_command_is_an_error(self):
        with self.assertRaisesRegex(common.CheckError, "status 3"):
            common.must_run(["sh", "-c", "echo why; exit 3"])

    def test_unknown_proof_and_core_are_errors(self):
        for script, arguments in (("prove.py", ["nothing"]), ("mutate.py", ["--core", "nothing"]), ("gates.py", ["--core", "nothing"]),
                                  ("builds.py", ["--core", "nothing"])):
            done = subprocess.run([sys.executable, str(ROOT / "scripts" / "rtl" / script), *arguments], capture_output=True, text=True)
            self.assertTrue(done.returncode == 5 or "SKIPPED" in done.stdout, done.stdout + done.stderr)


class Waivers(unittest.TestCase):
    def problems(self, sv="", vlt=""):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "a.sv").write_text(sv)
            (pathlib.Path(folder) / "a.vlt").write_text(vlt)
            with contextlib.redirect_stdout(io.StringIO()):
                code = (ROOT / "scripts" / "rtl" / "lint.py").read_text().replace("guarded(main)", "")
                scope = {}
                exec(compile(code, "lint.py", "exec"), scope)  # without running it
                scope["SV"] = pathlib.Path(folder)
                return scope["waiver_problems"]()

    def test_narrow_waiver_with_a_reason_passes(self):
        self.assertEqual(self.problems("module a; endmodule", '// because\nlint_off -rule WIDTH -file "a.sv" -lines 3\n'), [])

    def test_others_do_not(self):
        self.assertIn("in a source", self.problems("/* verilator lint_off WIDTH */")[0])
        self.assertIn("may not be waived", self.problems("", '// x\nlint_off -rule BLKSEQ -file "a.sv" -lines 3\n')[0])
        self.assertIn("not narrow", self.problems("", "// x\nlint_off -rule WIDTH\n")[0])
        self.assertIn("no reason", self.problems("", '\nlint_off -rule WIDTH -file "a.sv" -lines 3\n')[0])


unittest.main()
