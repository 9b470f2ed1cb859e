"""The guide and the examples do what they say, on a real server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Server

EXAMPLES = ROOT / "bindings-python" / "examples"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Pushing:
    """Pushes again and again, as the provider: whoever begins to listen gets one."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._push)

    def _push(self) -> None:
        while not self._over.wait(0.2):
            self._server.do("push 1")

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def run(server: Server, text: str) -> dict[str, Any]:
    """Runs the blocks of a guide one after another, with an account of this server."""
    known: dict[str, Any] = {"ACCOUNT": {**server.account(), **server.reach}}
    series = "urn:dev:prm:00000000000001_consumption/power/active/raw"
    text = text.replace('"app@example.org", "secret"', "**ACCOUNT")
    text = text.replace("sge-proxy@provider.example/proxy", server.provider).replace(series, server.series)
    blocks = BLOCK.findall(text)
    assert blocks
    for block in blocks:
        exec(compile(block, block.partition("\n")[0], "exec"), known)
    return known


def test_the_guide(own_server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    with Pushing(own_server):
        known = run(own_server, (ROOT / "docs" / "python.md").read_text())
    known["client"].close()
    assert len(known["data"]) == 336
    assert known["frame"].index.tz.key == "Europe/Paris" and len(known["polars_frame"]) == 336
    printed = capsys.readouterr().out
    for words in ("336 records", "[48, 48, 48, 48, 48, 48]", "has no time zone", "online"):
        assert words in printed, f"{words} is not in:\n{printed}"


def example(server: Server, name: str, *arguments: str, cwd: Path) -> str:
    account, reach = server.account(), server.reach
    variables = {
        "QUOALISE_USER": account["account"],
        "QUOALISE_PASSWORD": account["password"],
        "QUOALISE_ADDRESS": reach["address"],
        "QUOALISE_CA_FILE": reach["ca_file"],
    }
    command = [sys.executable, str(EXAMPLES / name), *arguments]
    ended = subprocess.run(
        command, env=os.environ | variables, cwd=cwd, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_a_week_to_csv(server: Server, tmp_path: Path) -> None:
    said = example(
        server, "week_to_csv.py", server.provider, server.series, "2022-01-10", "week.csv", cwd=tmp_path
    )
    assert said == "336 records in week.csv, 0 gaps\n"
    lines = (tmp_path / "week.csv").read_text().splitlines()
    assert len(lines) == 337 and lines[1].startswith("2022-01-10T00:00:00+01:00,")


def test_a_year_to_pandas(server: Server, tmp_path: Path) -> None:
    said = example(
        server, "year_to_pandas.py", server.provider, server.series, "2022", "year.png", cwd=tmp_path
    )
    # All of January in UTC, of which two values are of February in Paris.
    assert said.startswith("1488 values, ")
    assert (tmp_path / "year.png").read_bytes().startswith(b"\x89PNG")


def test_live(own_server: Server, tmp_path: Path) -> None:
    with Pushing(own_server):
        said = example(own_server, "live.py", own_server.provider, own_server.series, "2", cwd=tmp_path)
    assert len(said.splitlines()) == 2 and said.endswith(" W\n")


def test_a_page(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    testclient = pytest.importorskip("fastapi.testclient")
    account, reach = server.account(), server.reach
    monkeypatch.setenv("QUOALISE_USER", account["account"])
    monkeypatch.setenv("QUOALISE_PASSWORD", account["password"])
    monkeypatch.setenv("QUOALISE_ADDRESS", reach["address"])
    monkeypatch.setenv("QUOALISE_CA_FILE", reach["ca_file"])
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import web  # type: ignore[import-not-found]

    with testclient.TestClient(web.app) as page:
        names = {"provider": server.provider, "series": server.series}
        day = page.get("/days/2022-01-10", params=names)
        assert day.status_code == 200 and len(day.json()["records"]) == 48, day.text
        refused = page.get("/days/2022-01-10", params={**names, "series": server.series_of("refused")})
        assert refused.status_code == 403 and "consent" in refused.text
        assert page.get("/days/nonsense", params=names).status_code == 422
