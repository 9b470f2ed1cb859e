#!/usr/bin/env python3
"""Looks at native libraries of a release: whether each is for the platform it is said to be for, asks no more of a system than
that has, and tells nothing of the machine that made it.

`tests/libraries.py FILE…` looks at libraries for this machine.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MACHINES = {"x86_64": "X86-64", "aarch64": "AArch64"}
# The oldest glibc that Rust supports, and so do we.
GLIBC = (2, 17)


def output(*command: str | Path) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=300, check=True).stdout


def own_places() -> list[bytes]:
    """What no library may hold: where this tree lies, or crates, or the compiler."""
    crates = os.environ.get("CARGO_HOME", Path.home() / ".cargo")
    places = (ROOT, Path.home(), crates, output("rustc", "--print", "sysroot").strip())
    return [f"{place}/".encode() for place in places if str(place) != "/"]


def check_places(name: str, content: bytes) -> None:
    for place in own_places():
        at = content.find(place)
        assert at < 0, f"{name} tells where it was built: {content[at : at + 80]!r}"


def check(name: str, content: bytes, where: str, oldest: bool = True) -> None:
    """A library for `linux-x86_64` or the like; others than those of Linux are only searched for places."""
    check_places(name, content)
    [system, machine, *musl] = where.split("-")
    if system != "linux":
        return
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        header, dynamic = output("readelf", "--wide", "--file-header", file.name), output("readelf", "--wide", "--dynamic", file.name)
        versions = output("readelf", "--wide", "--version-info", file.name)
    assert re.search(rf"Machine:.*{MACHINES.get(machine, machine)}", header), f"{name} is for another processor\n{header}"
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)
    glibc = [tuple(map(int, version.split("."))) for version in re.findall(r"Name: GLIBC_([0-9.]+)", versions)]
    if musl:
        assert needed and not glibc and set(needed) <= {"libc.so", f"libc.musl-{machine}.so.1"}, f"{name} needs {needed}"
    else:
        assert "libc.so.6" in needed, f"{name} needs {needed}"
        assert not oldest or max(glibc) <= GLIBC, f"{name} needs glibc {max(glibc)}"


def main() -> int:
    for file in map(Path, sys.argv[1:]):
        check(file.name, file.read_bytes(), f"linux-{platform.machine()}", oldest=False)
        print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
