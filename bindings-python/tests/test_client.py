"""What a client does, on a real server."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
import quoalise
from conftest import ALL, Server, told

PARIS = ZoneInfo("Europe/Paris")


def test_a_week(server: Server, client: quoalise.Client) -> None:
    start = datetime(2022, 1, 10, tzinfo=PARIS)
    data = client.get_history(server.provider, server.series, start, start + timedelta(days=7))
    assert len(data) == 336
    assert client.jid.startswith("user")
    assert client.state.connection is quoalise.Connection.ONLINE


def test_a_period_may_be_open(server: Server, client: quoalise.Client) -> None:
    assert len(client.get_history(server.provider, server.series)) == ALL
    last = datetime(2022, 1, 31, 23, 0, tzinfo=timezone.utc)
    assert len(client.get_history(server.provider, server.series, start=last)) == 2
    assert len(client.get_history(server.provider, server.series_of("empty"))) == 0


@pytest.mark.parametrize(
    ("kind", "error", "condition"),
    [
        ("refused", quoalise.NotAuthorized, "not-authorized"),
        ("upstream", quoalise.UpstreamError, None),
        ("too-large", quoalise.TooLarge, None),
        ("failed", quoalise.CommandFailed, None),
        ("unknown", quoalise.BadRequest, "bad-request"),
    ],
)
def test_errors_of_the_provider(
    server: Server, client: quoalise.Client, kind: str, error: type[quoalise.Error], condition: str | None
) -> None:
    with pytest.raises(error) as raised:
        client.get_history(server.provider, server.series_of(kind))
    failure = raised.value
    assert type(failure) is error
    assert failure.operation is not None and "getting the history" in failure.operation
    assert str(failure).startswith(failure.operation)
    if condition:
        assert failure.condition == condition
    if kind == "upstream":
        assert (failure.issuer, failure.code) == ("enedis-data-connect", "ADAM-ERR0123")
        assert failure.text is not None and "activation date" in failure.text
    again = pickle.loads(pickle.dumps(failure))
    assert (type(again), str(again), vars(again)) == (type(failure), str(failure), vars(failure))


def test_errors_of_connecting(server: Server) -> None:
    known = server.account()
    with pytest.raises(quoalise.LoginRefused) as refused:
        quoalise.connect(known["account"], "wrong", **server.reach)
    assert isinstance(refused.value, quoalise.ConnectionFailed)
    assert "wrong" not in str(refused.value)
    assert not refused.value.is_temporary
    with pytest.raises(quoalise.CertificateRefused):
        quoalise.connect(**known, **{**server.reach, "ca_file": None})
    with pytest.raises(quoalise.Unreachable) as unreachable:
        quoalise.connect(**known, **{**server.reach, "address": "127.0.0.1:1"})
    assert unreachable.value.is_temporary
    with pytest.raises(quoalise.InvalidArgument):
        quoalise.connect("nobody", "secret")


def test_there_is_nobody(server: Server, client: quoalise.Client) -> None:
    assert client.availability(server.provider) is quoalise.Availability.ONLINE
    nobody = server.provider.replace("/proxy", "/nobody")
    assert client.availability(nobody) is quoalise.Availability.OFFLINE
    with pytest.raises(quoalise.ProviderOffline) as offline:
        client.get_history(nobody, server.series)
    assert isinstance(offline.value, quoalise.ServiceUnavailable)


def test_no_answer(server: Server) -> None:
    with server.connect(timeout=0.2) as client, pytest.raises(TimeoutError) as late:
        client.get_history(server.provider, server.series_of("slow"))
    assert isinstance(late.value, quoalise.NoAnswer)


def test_times_have_a_zone(server: Server, client: quoalise.Client) -> None:
    with pytest.raises(ValueError, match="ZoneInfo") as naive:
        client.get_history(server.provider, server.series, datetime(2022, 1, 10))
    assert isinstance(naive.value, quoalise.InvalidArgument)
    for wrong in ["2022-01-10", dt.date(2022, 1, 10), 1641769200]:
        with pytest.raises(TypeError, match="argument `start`: expected a datetime with a time zone"):
            client.get_history(server.provider, server.series, wrong)  # type: ignore[arg-type]
    # The doubled hour of autumn: fold tells which.
    fold = datetime(2022, 10, 30, 2, 30, tzinfo=PARIS, fold=1)
    assert len(client.get_history(server.provider, server.series, end=fold)) == ALL
    micro = datetime(2022, 1, 1, 0, 0, 0, 1, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
    assert len(client.get_history(server.provider, server.series, start=micro)) == ALL - 8


def test_commands(server: Server, client: quoalise.Client) -> None:
    commands = {command.node: command.name for command in client.commands(server.provider)}
    assert commands["get_tariff"] == "Get tariff"

    outcome = client.run(server.provider, "get_tariff", {"class": "hph"})
    assert [(field.name, field.values) for field in outcome.fields] == [("price", ["0.27 for hph"])]
    assert outcome.title == "Price" and outcome.data is not None and len(outcome.data) == 0
    assert "0.27" not in repr(outcome), "values may be a meter's number"

    with pytest.raises(quoalise.InvalidArgument):
        client.run(server.provider, "get_tariff", {"class": "none of them"})
    with pytest.raises(quoalise.InvalidArgument):
        client.run(server.provider, "get_tariff")
    with pytest.raises(quoalise.NoSuchCommand):
        client.begin(server.provider, "get_nothing")


def test_a_command_step_by_step(server: Server, client: quoalise.Client) -> None:
    with client.begin(server.provider, "get_tariff") as command:
        assert command.status is quoalise.Status.EXECUTING
        assert command.form is not None and command.form.title == "Tariff"
        (field,) = [field for field in command.form.fields if field.name == "class"]
        assert field.kind is quoalise.FieldType.LIST_SINGLE and field.required
        assert [(option.label, option.value) for option in field.options] == [("Peak", "hph"), (None, "hch")]
        assert command.actions == [quoalise.Action.COMPLETE]
        command.complete({"class": "hch"})
        assert command.status is quoalise.Status.COMPLETED
        assert command.outcome().fields[0].values == ["0.27 for hch"]
        with pytest.raises(quoalise.InvalidArgument, match="over"):
            command.outcome()
    with client.begin(server.provider, "get_tariff") as canceled:
        pass
    with pytest.raises(quoalise.InvalidArgument):
        canceled.complete({"class": "hch"})


def test_an_end_hides_no_error(server: Server) -> None:
    with server.connect() as client, pytest.raises(KeyError):
        with client.begin(server.provider, "get_tariff") as command:
            command.complete({"class": "hph"})
            client.close()
            raise KeyError
    with server.connect() as client, pytest.raises(quoalise.Closed):
        with client.begin(server.provider, "get_tariff"):
            client.close()


def test_series(server: Server, client: quoalise.Client) -> None:
    (series,) = client.series(server.provider)
    assert series.identifier == server.series
    assert series.rights.get_history and series.rights.subscribe
    assert series.measurement.unit == "W"


def test_of_data_connect(server: Server, client: quoalise.Client) -> None:
    days = dt.date(2022, 1, 1), dt.date(2022, 1, 2)
    for operation in (client.load_curve, client.daily):
        with pytest.raises(quoalise.NoSuchCommand):
            operation(server.provider, "00000000000001", quoalise.Direction.CONSUMPTION, *days)
        with pytest.raises(quoalise.InvalidArgument, match="consumption, production"):
            operation(server.provider, "00000000000001", "sideways", *days)
        with pytest.raises(TypeError, match="not a datetime"):
            operation(server.provider, "00000000000001", "production", datetime(2022, 1, 1), days[1])
    with pytest.raises(quoalise.NoSuchCommand):
        client.authorize_uri(server.provider, "My energy", description="<p>Why</p>", duration="P1Y")
    with pytest.raises(quoalise.InvalidArgument):
        client.authorize_uri(server.provider, "My energy", duration="a year")


def test_pushes(server: Server) -> None:
    with server.connect() as client:
        client.subscribe(server.provider, server.series)
        with client.listen() as events:
            with pytest.raises(TimeoutError):
                told(events, timeout=0.2)
            with pytest.raises(quoalise.InvalidArgument, match="listening already"):
                client.listen()
            server.do("push 3")
            pushes = []
            for event in events:
                if isinstance(event, quoalise.Presence):
                    continue
                match_push(event, server)
                pushes.append(event)
                if len(pushes) == 3:
                    break
            assert events.finish() == []
        client.unsubscribe(server.provider, server.series)
        assert client.distrusted == 0
        with client.listen(capacity=1, when_full="drop-oldest") as events, pytest.raises(TimeoutError):
            server.do("push 1")
            told(events, 0.2)
    assert list(events) == []


def match_push(event: object, server: Server) -> None:
    assert isinstance(event, quoalise.Push)
    assert event.sender == server.provider
    assert len(event.data) == 1
    assert event.sent.tzinfo is timezone.utc and not event.delayed and not event.repeated
    assert event == copy.copy(event) and "data=" in repr(event)
    with pytest.raises(AttributeError):
        event.sender = "somebody"  # type: ignore[misc]


def test_interruptions(own_server: Server) -> None:
    with own_server.connect(reconnect_first=0.05, reconnect_longest=0.2) as client:
        states = client.states()
        client.subscribe(own_server.provider, own_server.series)
        with client.listen() as events:
            own_server.do("restart")
            interrupted = told(events)
            assert isinstance(interrupted, quoalise.Interrupted)
            assert isinstance(interrupted.error, quoalise.Error)
            hole = told(events)
            assert isinstance(hole, quoalise.Hole)
            assert hole.since <= hole.until
            data = fill(client, own_server, hole)
            assert data is not None
        assert next(states).connection is quoalise.Connection.INTERRUPTED
    rest = [state.connection for state in states]
    assert rest[-1] is quoalise.Connection.CLOSED


def fill(client: quoalise.Client, server: Server, hole: quoalise.Hole) -> quoalise.Data:
    # The provider may be back a moment later than we.
    for _ in range(50):
        try:
            return client.fill(hole, server.provider, server.series)
        except quoalise.ServiceUnavailable:
            quoalise_pause()
    raise AssertionError("the provider did not come back")


def quoalise_pause() -> None:
    import time

    time.sleep(0.1)


def test_after_close(server: Server) -> None:
    client = server.connect()
    client.close()
    client.close()
    with pytest.raises(quoalise.Closed):
        client.get_history(server.provider, server.series)
    assert client.state.connection is quoalise.Connection.CLOSED


@pytest.mark.parametrize("format", list(quoalise.Format))
def test_codec(format: quoalise.Format) -> None:
    table = "time,value,unit,name\n2022-01-10T00:00:00+01:00,412.5,W,urn:dev:ow:1_power\n"
    data = quoalise.loads(table)
    assert len(data) == 1
    text = quoalise.dumps(data, format, zone=PARIS)
    if format is quoalise.Format.JSON:
        assert '"2022-01-10T00:00:00+01:00"' in text
        with pytest.raises(quoalise.InvalidArgument):
            quoalise.loads(text, format=format)
        return
    for content in (text, text.encode(), bytearray(text.encode()), memoryview(text.encode())):
        again = quoalise.loads(content, format=str(format))
        assert quoalise.dumps(again, "csv") == quoalise.dumps(data, "csv")


def test_malformed() -> None:
    with pytest.raises(quoalise.MalformedData) as malformed:
        quoalise.loads('[{"n":"a","t":1641769200,"v":"secret reading"}]')
    assert isinstance(malformed.value, ValueError)
    assert "secret reading" not in str(malformed.value)


def test_arguments_that_cannot_be(server: Server) -> None:
    account = server.account()
    with pytest.raises(quoalise.InvalidArgument, match="password") as raised:
        quoalise.connect(account["account"], "sec\udce9ret", **server.reach)
    # Nor does what raised it first, which would show it.
    for error in (raised.value, raised.value.__context__, raised.value.__cause__):
        assert "sec" not in repr(error) and "sec" not in str(error)
    with pytest.raises(quoalise.InvalidArgument, match="priority"):
        quoalise.connect(**account, **server.reach, priority=300)
