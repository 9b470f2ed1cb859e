"""What type checkers and editors are told of the native module, beside what it is."""

from __future__ import annotations

import ast
import inspect
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from quoalise import _native

CONFIG = Path(__file__).resolve().parents[1] / "pyproject.toml"
PACKAGE = Path(inspect.getfile(_native)).parent


def test_the_stub_is_true(tmp_path: Path) -> None:
    known = tmp_path / "known"
    known.write_text("quoalise._native.__all__\n")  # made by PyO3, of all that is there
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy.stubtest",
            "quoalise._native",
            "--concise",
            "--mypy-config-file",
            CONFIG,
            "--allowlist",
            known,
        ],
        capture_output=True,
        text=True,
        cwd=PACKAGE.parent,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent), "MYPYPATH": str(PACKAGE.parent)},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_docstrings_are_the_same() -> None:
    stub = ast.parse((PACKAGE / "_native.pyi").read_text(encoding="utf-8"))
    compared = 0
    for told in stub.body:
        if not isinstance(told, ast.ClassDef) or not hasattr(_native, told.name):
            continue
        real = getattr(_native, told.name)
        members: list[tuple[Any, Any]] = [(told, real)]
        for method in told.body:
            if isinstance(method, ast.FunctionDef):
                members.append((method, getattr(real, method.name)))
        for one, other in members:
            doc = ast.get_docstring(one)
            if doc is not None:
                assert doc.split() == (inspect.getdoc(other) or "").split(), f"{told.name}.{one.name}"
                compared += 1
    assert compared > 60
