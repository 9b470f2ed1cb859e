"""What is published, as far as it can be seen without a build: `tests/wheel` looks at the wheels."""

from __future__ import annotations

import email
import re
import subprocess
from email.message import Message
from pathlib import Path

import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, unpacked where nothing of the rest is near."""
    folder = tmp_path_factory.mktemp("source")
    manifest = ROOT / "bindings-python" / "Cargo.toml"
    subprocess.run(["maturin", "sdist", "--manifest-path", manifest, "--out", folder], check=True)
    (archive,) = folder.glob("*.tar.gz")
    subprocess.run(["tar", "xf", archive, "-C", folder], check=True)
    return folder / archive.name.removesuffix(".tar.gz")


def locked(folder: Path) -> set[tuple[str, str]]:
    """The crates and versions of a lock file."""
    text = (folder / "Cargo.lock").read_text()
    return set(re.findall(r'^name = "(.+)"\nversion = "(.+)"$', text, re.MULTILINE))


def metadata(source: Path) -> Message:
    return email.message_from_string((source / "PKG-INFO").read_text())


def test_what_is_told_of_the_package(source: Path) -> None:
    told = metadata(source)
    assert source.name == f"quoalise-{told['Version']}"
    assert told["License-Expression"] == "EUPL-1.2" and told["License-File"] == "LICENSE"
    assert told["Requires-Python"] == ">=3.9" and not told["Requires-Dist"]
    assert "quoalise.connect(" in str(told.get_payload())
    assert any("github.com/consometers/quoalise" in url for url in told.get_all("Project-URL", []))


def test_the_source_is_all_there(source: Path) -> None:
    for name in ("LICENSE", "pyproject.toml", "Cargo.lock", "core/src/lib.rs", "python/quoalise/py.typed"):
        assert (source / name).is_file(), name
    licences = {(source / name).read_bytes() for name in ("LICENSE", "bindings-python/LICENSE")}
    assert licences == {(ROOT / "LICENSE").read_bytes()}
    ours = {
        path.relative_to(ROOT / "bindings-python")
        for path in (ROOT / "bindings-python").glob("python/**/*.py*")
    }
    theirs = {path.relative_to(source) for path in source.glob("python/**/*.py*")}
    assert theirs == {path for path in ours if path.suffix != ".pyc"}
    # Cargo can make sense of it, and takes of each crate the version it was tested with.
    command = ["cargo", "metadata", "--offline", "--format-version=1"]
    subprocess.run(command, cwd=source / "bindings-python", stdout=subprocess.DEVNULL, check=True)
    assert locked(source) < locked(ROOT)
