"""The cases that every language runs: see tests/conformance/README.md."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
from collections.abc import Iterator
from datetime import date, datetime, timezone
from inspect import isawaitable
from typing import Any, Callable

import pytest
import quoalise
import quoalise.aio
from conftest import ROOT, TARGET

CASES = [
    (path.stem, case["case"])
    for path in sorted((ROOT / "tests/conformance").glob("*.json"))
    for case in json.loads(path.read_text(encoding="utf-8"))
]
CLASSES = {
    kind["kind"]: getattr(quoalise, kind["python"])
    for kind in json.loads((ROOT / "tests/errors.json").read_text(encoding="utf-8"))["kinds"]
}

Json = Any


@pytest.fixture(scope="module")
def told() -> Iterator[dict[str, Any]]:
    """What the other side says: where it is, and the cases with an account and a provider each."""
    process = subprocess.Popen(
        [TARGET / "quoalise-conformance"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None and process.stdout is not None
    told: dict[str, Any] = json.loads(process.stdout.readline())
    told["cases"] = {(case["file"], case["case"]): case for case in told["cases"]}
    yield told
    process.stdin.close()
    process.wait(60)
    process.stdout.close()


class Waiting:
    """Something of asyncio, to be called as if it waited."""

    def __init__(self, of: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._of, self._loop = of, loop

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._of, name)

        def call(*arguments: object, **named: object) -> object:
            async def run() -> object:
                result = method(*arguments, **named)
                return await asyncio.wait_for(result, 60) if isawaitable(result) else result

            return self._loop.run_until_complete(run())

        return call


def plain_connect(account: str, password: str, **options: Any) -> Any:
    return quoalise.connect(account, password, **options)


@pytest.fixture(params=["sync", "aio"])
def connect(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Makes clients, of either kind."""
    made: list[Any] = []
    loop = asyncio.new_event_loop()

    def connect(account: str, password: str, **options: Any) -> Any:
        if request.param == "sync":
            made.append(quoalise.connect(account, password, **options))
        else:
            opened = Waiting(quoalise.aio, loop).connect(account, password, **options)
            made.append(Waiting(opened, loop))
        return made[-1]

    yield connect
    for client in made:
        client.close()
    loop.close()


@pytest.mark.parametrize(("file", "case"), CASES)
def test_case(told: dict[str, Any], connect: Callable[..., Any], file: str, case: str) -> None:
    runner = Runner(told, told["cases"][file, case], connect)
    for call in runner.case["calls"]:
        if "fails" in call:
            with pytest.raises(quoalise.Error) as raised:
                runner.call(call["do"], call.get("with", {}))
            check_error(raised.value, call["fails"])
        else:
            found = runner.call(call["do"], call.get("with", {}))
            assert same(found, call["gives"]), found


def check_error(error: quoalise.Error, expected: dict[str, Json]) -> None:
    assert type(error) is CLASSES[expected["kind"]], repr(error)
    for name, value in expected.items():
        found: object = error.is_temporary if name == "temporary" else getattr(error, name)
        if name == "fitting_period" and error.fitting_period:
            found = [micros(time) for time in error.fitting_period]
        assert found == value, (name, error)


class Runner:
    """Makes the calls of a case."""

    def __init__(self, told: dict[str, Any], case: dict[str, Any], connect: Callable[..., Any]) -> None:
        self.told, self.case, self._connect = told, case, connect
        self._client: Any = None
        self._listener: Any = None

    def connect(self, given: dict[str, Any]) -> Any:
        ca_file = self.told["ca_file"] if given.get("ca", True) else None
        return self._connect(
            given.get("jid", self.case["jid"]),
            given.get("password", self.case["password"]),
            address=given.get("address", self.told["address"]),
            ca_file=ca_file,
            timeout=self.case["patience"],
        )

    def call(self, operation: str, given: dict[str, Any]) -> Json:
        if operation == "loads":
            return of_data(loads(given))
        if operation == "dumps":
            return quoalise.dumps(loads(given), given["to"], keep_gaps=given.get("keep_gaps", False))
        if operation == "to_json":
            made = json.loads(loads(given).to_json(tz=given["tz"]))
            return made if isinstance(made, list) else [made]
        if operation == "connect":
            self._client = self.connect(given)
            return None
        if self._client is None:
            self._client = self.connect({})
        client: Any = self._client
        provider = given.get("provider", self.case["provider"])
        if operation == "get_history":
            times = {name: datetime.fromisoformat(given[name]) for name in ("start", "end") if name in given}
            return of_data(client.get_history(provider, given["identifier"], **times))
        if operation in ("load_curve", "daily"):
            days = [date.fromisoformat(given[name]) for name in ("start", "end")]
            method = getattr(client, operation)
            return of_data(method(provider, given["usage_point"], given["direction"], *days))
        if operation in ("subscribe", "unsubscribe"):
            return getattr(client, operation)(provider, given["identifier"])
        if operation == "trust":
            return client.trust(provider)
        if operation == "close":
            return client.close()
        if operation == "listen":
            listener = client.listen()
            self._listener = Waiting(listener, client._loop) if isinstance(client, Waiting) else listener
            return None
        if operation == "next":
            return self.of_event(self._listener.next())
        if operation == "commands":
            return [{"node": command.node, "name": command.name} for command in client.commands(provider)]
        if operation == "run":
            return of_outcome(client.run(provider, given["node"], given["values"]))
        if operation == "authorize_uri":
            answer = client.authorize_uri(provider, **given)
            return {"uri": answer.uri, "state": answer.state}
        if operation == "availability":
            return str(client.availability(provider))
        if operation == "series":
            return [of_series(series) for series in client.series(provider, **given)]
        raise NotImplementedError(operation)

    def of_event(self, event: Any) -> Json:
        common = {"from": "$provider" if event.sender == self.case["provider"] else event.sender}
        if isinstance(event, quoalise.Malformed):
            return {"event": "malformed", **common, "kind": event.error.kind}
        common |= {
            "id": event.id,
            "sent": micros(event.sent) if event.delayed else None,
            "delayed": event.delayed,
            "repeated": event.repeated,
            "body": event.body,
        }
        if isinstance(event, quoalise.Push):
            return present({"event": "push", **common, "data": of_data(event.data)})
        assert isinstance(event, quoalise.Consent), event
        return present(
            {
                "event": "consent",
                **common,
                "usage_points": event.usage_points,
                "state": event.state,
                "answers": event.request is not None,
            }
        )


def loads(given: dict[str, Any]) -> quoalise.Data:
    content = bytes.fromhex(given["hex"]) if "hex" in given else given["text"]
    options: dict[str, Any] = {"strict": given.get("strict", False)}
    if "now" in given:
        options["now"] = datetime.fromisoformat(given["now"].replace("Z", "+00:00"))
    return quoalise.loads(content, format=given["format"], **options)


def micros(time: datetime) -> int:
    since = time - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def present(found: dict[str, Json]) -> dict[str, Json]:
    """Without what is absent, empty or false."""
    kept = ("records", "metadata", "corrected", "estimated")
    return {
        name: value
        for name, value in found.items()
        if value is not None and (name in kept or (value is not False and value not in ("", [], {})))
    }


def same(one: Json, other: Json) -> bool:
    """Equal, numbers as numbers, and no number as a boolean."""
    if isinstance(one, (list, tuple)) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def fields(of: Any, *names: str) -> dict[str, Json]:
    return present({name: getattr(of, name) for name in names}) if of is not None else {}


def of_data(data: quoalise.Data) -> Json:
    return present(
        {
            "series": [
                present(
                    {
                        "metadata": of_metadata(part.metadata),
                        "version": part.version if part.version != 10 else None,
                        "records": [of_record(record) for record in part],
                    }
                )
                for part in data.parts
            ],
            "missing": [[gap.name, micros(gap.start), micros(gap.end)] for gap in data.missing()],
            "energy_wh": data.energy_wh or None,
        }
    )


def of_record(record: quoalise.Record) -> Json:
    value: Json = record.value
    if isinstance(value, bytes):
        value = {"base64url": base64.urlsafe_b64encode(value).decode().rstrip("=")}
    more = fields(record, "sum", "update_time", "other")
    return [record.name, micros(record.time), record.unit, value, *([more] if more else [])]


def of_metadata(metadata: quoalise.Metadata) -> Json:
    return present(
        {
            "device_type": metadata.device_type,
            "device": fields(metadata.device, "authority", "kind", "value"),
            "measurement": of_measurement(metadata.measurement),
            "pricing": fields(
                metadata.pricing, "range_code", "range_description", "kind", "kind_description"
            ),
        }
    )


def of_measurement(measurement: quoalise.Measurement) -> Json:
    names = ("name", "direction", "quantity", "kind", "subtype", "unit", "aggregation", "sampling_interval")
    return fields(measurement, *names, "corrected", "estimated")


def of_series(series: Any) -> Json:
    return present(
        {
            "identifier": series.identifier,
            "title": series.title,
            "measurement": of_measurement(series.measurement),
            "first": micros(series.first) if series.first else None,
            "last": micros(series.last) if series.last else None,
            "rights": [right for right in ("get_history", "subscribe") if getattr(series.rights, right)],
        }
    )


def of_outcome(outcome: Any) -> Json:
    return present(
        {
            "title": outcome.title,
            "instructions": outcome.instructions,
            "fields": [
                present({"var": field.name, "type": str(field.kind), "values": field.values})
                for field in outcome.fields
            ],
            "tables": [
                {"columns": [column.name for column in table.columns], "rows": table.rows}
                for table in outcome.tables
            ],
            "notes": [{"type": str(note.kind), "text": note.text} for note in outcome.notes],
            "data": of_data(outcome.data) if outcome.data is not None else None,
            "unused": outcome.unused,
        }
    )
