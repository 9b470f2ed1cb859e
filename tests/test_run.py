"""Tests of `tests/run`: a runner that counts wrong would hide everything else."""

import contextlib
import importlib.machinery
import importlib.util
import io
import sys
import time
import unittest
from pathlib import Path

loader = importlib.machinery.SourceFileLoader("run", str(Path(__file__).with_name("run")))
# Python would leave a compiled file beside the script.
sys.dont_write_bytecode = True
run = importlib.util.module_from_spec(importlib.util.spec_from_loader("run", loader))
sys.modules["run"] = run
loader.exec_module(run)


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


class Counting(unittest.TestCase):
    def test_closing_lines(self):
        for text, expected in {
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out": "3 passed, 0 failed, 1 skipped",
            "test result: \x1b[31mFAILED\x1b[0m. 3 passed; 2 failed; 0 ignored; 0 measured": "3 passed, 2 failed, 0 skipped",
            "Ran 12 tests in 0.3s\n\nOK": "12 passed, 0 failed, 0 skipped",
            "Ran 1 test in 0.3s\n\nOK (skipped=1)": "0 passed, 0 failed, 1 skipped",
            "Ran 9 tests in 0.3s\n\nFAILED (failures=1, errors=2, skipped=3, expected failures=1)": "3 passed, 3 failed, 3 skipped",
            "===== 10 passed in 1.25s =====": "10 passed, 0 failed, 0 skipped",
            "= 3 failed, 10 passed, 2 skipped, 1 warning, 2 errors in 61.25s (0:01:01) =": "10 passed, 5 failed, 2 skipped",
            "2 passed, 1 xfailed in 0.01s": "3 passed, 0 failed, 0 skipped",
            "[INFO] Tests run: 20, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 6.1 s -- in quoalise.DataTest\n"
            "[ERROR] Tests run: 33, Failures: 2, Errors: 1, Skipped: 3": "27 passed, 3 failed, 3 skipped",
            "4 passed, 1 failed": "4 passed, 1 failed, 0 skipped",
            "bench: 4 passed, 0 failed, 2 skipped": "4 passed, 0 failed, 2 skipped",
        }.items():
            with self.subTest(text):
                self.assertEqual(str(run.count_tests(text.splitlines())), expected)

    def test_lines_of_several_runners_add_up(self):
        text = """
            test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out
            test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out
            Ran 2 tests in 0.001s
            OK
        """
        self.assertEqual(str(run.count_tests(text.splitlines())), "5 passed, 0 failed, 1 skipped")

    def test_other_lines_count_nothing(self):
        for text in ("", "OK", "5 passed the gate, 2 failed to", "Finished in 3.2s", "downloaded 3 crates in 0.41s"):
            with self.subTest(text):
                self.assertIsNone(run.count_tests([text]))


class Running(unittest.TestCase):
    def run_steps(self, *steps, time_limit=60):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = run.run_all(list(steps), time_limit)
        return status, out.getvalue()

    def closing(self, *steps, **options):
        status, out = self.run_steps(*steps, **options)
        return status, out.splitlines()[-1]

    def test_a_step_without_counts_is_one_test(self):
        good, bad = run.Step("good", (python(""),)), run.Step("bad", (python("raise SystemExit(3)"),))
        self.assertEqual(self.closing(good), (0, "1 passed, 0 failed, 0 skipped"))
        self.assertEqual(self.closing(good, bad, good), (1, "2 passed, 1 failed, 0 skipped"))

    def test_a_command_stops_its_step_when_it_fails(self):
        status, out = self.run_steps(run.Step("two", (python("raise SystemExit(1)"), python("print('secnd'[::-1])"))))
        self.assertEqual(status, 1)
        self.assertNotIn("dnces", out)

    def test_a_crash_after_counts_is_a_failure(self):
        code = "print('5 passed, 0 failed'); raise SystemExit(1)"
        self.assertEqual(self.closing(run.Step("x", (python(code),))), (1, "5 passed, 1 failed, 0 skipped"))

    def test_counted_failures_fail_whatever_the_exit_status(self):
        code = "print('5 passed, 2 failed')"
        self.assertEqual(self.closing(run.Step("x", (python(code),))), (1, "5 passed, 2 failed, 0 skipped"))

    def test_a_step_whose_file_is_missing_is_skipped(self):
        step = run.Step("x", (python("raise SystemExit(1)"),), needs="tests/no-such-file")
        status, out = self.run_steps(step)
        self.assertEqual((status, out.splitlines()[-1]), (0, "0 passed, 0 failed, 1 skipped"))
        self.assertIn("tests/no-such-file", out)

    def test_a_program_that_is_missing_is_a_failure(self):
        self.assertEqual(self.closing(run.Step("x", (("no-such-program",),))), (1, "0 passed, 1 failed, 0 skipped"))

    def test_forbidden_output_is_a_failure(self):
        step = run.Step("x", (python("print('tokio v1.0')"),), forbidden="^tokio")
        self.assertEqual(self.closing(step), (1, "0 passed, 1 failed, 0 skipped"))

    def test_a_step_that_hangs_is_ended_with_what_it_started(self):
        started = time.monotonic()
        sleep = python("import time; time.sleep(50)")
        step = run.Step("x", (python(f"import subprocess; subprocess.run({sleep!r})"),))
        self.assertEqual(self.closing(step, time_limit=0.5), (1, "0 passed, 1 failed, 0 skipped"))
        self.assertLess(time.monotonic() - started, 5)


if __name__ == "__main__":
    unittest.main()
