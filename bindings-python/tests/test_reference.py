"""A script written for the reference program, which uses its names only."""

from __future__ import annotations

import asyncio
import datetime as dt
import inspect
import json
import subprocess
import sys
import warnings
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import quoalise
from conftest import Server
from quoalise import _client

PARIS = ZoneInfo("Europe/Paris")

# A week to CSV and JSON, and what is pushed: as people have it.
SCRIPT = """
import csv, datetime as dt, json, sys, zoneinfo
import quoalise
from quoalise.errors import NotAuthorized, BadRequest, ServiceUnavailable, UpstreamError, ConnectionFailed, Error

user, password, host, port, provider, series = sys.argv[1:]
paris = zoneinfo.ZoneInfo("Europe/Paris")
end_time = dt.datetime(2022, 1, 17, tzinfo=paris)
start_time = end_time - dt.timedelta(days=7)

client = quoalise.Client.connect(user, password, priority=1, address=(host, port))
data = client.get_history(provider, series, start_time, end_time)
writer = csv.writer(sys.stdout)
for record in data.records[:2]:
    time = record.time.astimezone(paris).isoformat() if record.time is not None else None
    writer.writerow([time, record.value, record.unit, record.name == series])

again = client.get_history(proxy_full_jid=provider, identifier=series, start_time=start_time, end_time=end_time)
print(len(again.records), again.meta == data.metadata.as_dict, again.meta["measurement"]["unit"])
printed = json.loads(data.to_json(indent=2, tz=paris))
print(printed["records"][0]["time"], sorted(printed), sorted(printed["records"][0]))
print(json.dumps(data.records[0], default=lambda o: o.__dict__ if hasattr(o, "__dict__") else str(o))[:8])

for name, error in (("refused", NotAuthorized), ("unknown", BadRequest), ("upstream", UpstreamError)):
    try:
        client.get_history(provider, series.rsplit("/", 1)[0] + "/" + name)
    except error as e:
        assert isinstance(e, Error)
        print(name, getattr(e, "issuer", None), getattr(e, "code", None))
try:
    client.get_history(provider + "-gone", series)
except ServiceUnavailable as e:
    print("unavailable")
try:
    client.get_history(provider, series, dt.datetime(2022, 1, 10))
except ValueError as e:
    print("naive")

made = quoalise.Data(metadata=quoalise.data.Metadata({"measurement": {"unit": "W"}}), records=[
    quoalise.Record("urn:dev:ow:1_power", start_time, "W", 1.5)])
made.sensml.append(quoalise.Record(name="urn:dev:ow:1_power", time=end_time, unit="W", value=2))
sensml = quoalise.Sensml()
sensml.extend(made.records)
print([record.value for record in sensml.records()], len(made.records), len(quoalise.Data(sensml=sensml).records))

client.subscribe(provider, series)
print("subscribed", flush=True)
sys.stdin.readline()
for data in client.listen():
    print(type(data).__name__, len(data.records), data.meta != {})
    break
client.unsubscribe(provider, series)
client.disconnect()
try:
    quoalise.Client.connect(user, "not the password", address=(host, port))
except ConnectionFailed as e:
    print("refused", password in str(e))
"""


def test_a_script_of_the_reference_runs_unchanged(server: Server, tmp_path: Any) -> None:
    account = server.account()
    environment = {"SSL_CERT_FILE": str(server.told["ca_file"]), "PYTHONPATH": ":".join(sys.path)}
    process = subprocess.Popen(
        [
            *(
                sys.executable,
                "-X",
                "dev",
                "-W",
                "error",
                "-c",
                SCRIPT,
                account["account"],
                account["password"],
            ),
            *(server.told["address"], str(server.told["c2s_port"]), server.provider, server.series),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdin is not None and process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip())
        if line == "subscribed\n":
            break
    if lines[-1:] == ["subscribed"]:
        server.do("push 1")
    out, errors = process.communicate("\n", timeout=60)
    assert (process.returncode, errors) == (0, "")
    assert lines + out.splitlines() == [
        lines[0],
        lines[1],
        "336 True W",
        "2022-01-10T00:00:00+01:00 ['meta', 'records'] ['name', 'time', 'unit', 'value']",
        '{"name":',
        "refused None None",
        "unknown None None",
        "upstream enedis-data-connect ADAM-ERR0123",
        "unavailable",
        "naive",
        "[1.5, 2.0] 2 2",
        "subscribed",
        "Data 1 True",
        "refused False",
    ]
    assert lines[0].startswith("2022-01-10T00:00:00+01:00,") and lines[0].endswith(",W,True")


def connect(server: Server, **options: Any) -> Any:
    account = server.account()
    return quoalise.Client.connect(account["account"], account["password"], **{**server.reach, **options})


def test_the_reference_client_is_one_of_ours_too(server: Server) -> None:
    with connect(server) as client:
        assert quoalise.Client in type(client).__mro__
        assert str(client.availability(server.provider)) == "online"
        assert len(client.get_history(server.provider, server.series, end_time=None)) == 1488
    with pytest.raises(quoalise.Closed):
        client.get_history(server.provider, server.series)
    with server.connect() as ours:
        assert type(ours) is quoalise.Client


def test_whoever_trusts_nobody_is_told_why_nothing_comes(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = server.account()
    reach = {**server.reach, **account}
    with quoalise.connect(**reach) as client:
        client.subscribe(server.provider, server.series)
    password = reach.pop("password")
    # A new process knows nothing of the subscription of the one before.
    with quoalise.Client.connect(reach.pop("account"), password, priority=1, **reach) as client:
        pushes = client.listen()
        server.do("push 1")
        monkeypatch.setattr(quoalise._reference, "LOOK_EVERY", 0.2)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")

            def trust(*_: object, **__: object) -> None:
                client.trust(server.provider)
                server.do("push 1")

            monkeypatch.setattr(
                quoalise._reference, "warn_of_distrusted", lambda count: trust(warnings.warn(str(count)))
            )
            assert len(next(pushes).records) == 1
        assert [str(warning.message) for warning in caught] == ["1"]
        pushes.close()
        client.unsubscribe(server.provider, server.series)


def test_for_asyncio(server: Server) -> None:
    account = server.account()

    async def run() -> None:
        address = (server.told["address"], server.told["c2s_port"])
        client = await quoalise.ClientAsync.connect(
            account["account"],
            account["password"],
            address=address,
            priority=1,
            ca_file=server.told["ca_file"],
        )
        start = dt.datetime(2022, 1, 10, tzinfo=PARIS)
        data = await client.get_history(
            server.provider, server.series, start, end_time=start + dt.timedelta(days=7)
        )
        assert len(data.records) == 336
        with pytest.raises(quoalise.UpstreamError):
            await client.get_history(server.provider, server.series_of("upstream"))
        await client.subscribe(server.provider, server.series)
        waiting = asyncio.create_task(first(client))
        await asyncio.sleep(0.2)
        server.do("push 1")
        assert json.loads((await asyncio.wait_for(waiting, 30)).to_json())["records"]
        await client.unsubscribe(server.provider, server.series)
        client.disconnect()
        for _ in range(100):
            if str(client.state.connection) == "closed":
                break
            await asyncio.sleep(0.02)
        with pytest.raises(quoalise.Closed):
            await client.get_history(server.provider, server.series)

    async def first(client: Any) -> Any:
        async for coming in client.listen():
            return await coming

    asyncio.run(run())


def test_the_command(server: Server) -> None:
    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "quoalise", *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            env={"PYTHONPATH": ":".join(sys.path), **environment},
        )

    assert "get-history" in run("--help").stdout
    assert run("--version").stdout.startswith("quoalise ")
    assert (run("nonsense").returncode, run("--nonsense").returncode) == (2, 2)
    account = server.account()
    done = run(
        *("get-history", server.provider, server.series, "--start-time", "2022-01-10T00:00:00+01:00"),
        *("--end-time", "2022-01-10T01:00:00+01:00", "--tz", "Europe/Paris", "--format", "json"),
        *("--address", server.reach["address"], "--ca-file", str(server.told["ca_file"])),
        QUOALISE_USER=account["account"],
        QUOALISE_PASSWORD=account["password"],
    )
    assert done.returncode == 0, done.stderr
    assert [record["time"] for record in json.loads(done.stdout)["records"]] == [
        "2022-01-10T00:00:00+01:00",
        "2022-01-10T00:30:00+01:00",
    ]


def test_connecting_takes_the_same_as_described() -> None:
    def parameters(function: Any) -> dict[str, Any]:
        return dict(inspect.signature(function).parameters)

    assert parameters(quoalise.connect) == parameters(_client.Client.connect)
    assert quoalise.connect.__doc__ == _client.Client.connect.__doc__
    for module, name in (
        ("client", "Client"),
        ("client", "ClientAsync"),
        ("data", "Data"),
        ("errors", "Error"),
    ):
        assert getattr(getattr(quoalise, module), name) is getattr(quoalise, name)


def test_who_leaves_the_loop_goes_on_behind(own_server: Server) -> None:
    with connect(own_server) as client:
        client.subscribe(own_server.provider, own_server.series)
        listening = client.listen()
        own_server.do("push 1")
        heard = [next(listening).records[0].value]
        listening.close()
        own_server.do("push 3")
        for _ in range(3):
            for data in client.listen():
                heard.append(data.records[0].value)
                break
        assert len(set(heard)) == 4, heard
