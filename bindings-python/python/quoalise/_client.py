# Written by `make bindings` from core/src/ffi and uniffi.toml.
"""What waits until it is done. :mod:`quoalise.aio` has the same for asyncio."""

from __future__ import annotations

from . import _native
from ._error import Error
from ._errors import UsedAfterFork

TYPE_CHECKING = False  # importing typing for it takes longer than all the rest
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime, timedelta
    from os import PathLike

    from typing_extensions import Self

    from ._enums import (
        Action,
        Availability,
        Direction,
        Security,
        Status,
        WhenFull,
    )
    from ._native import Data, Hole
    from ._records import (
        Authorization,
        CommandInfo,
        ConnectionState,
        Event,
        FieldValue,
        Form,
        Note,
        Outcome,
        Series,
    )


class Client:
    """A connected account: asks providers for history, subscribes, and listens.

    A client may be used from many threads and tasks at once; all share one session.
    """

    __slots__ = ("__weakref__", "_native")

    def __init__(self, native: _native.Client) -> None:
        self._native = native

    @classmethod
    def connect(
        cls,
        account: str,
        password: str,
        *,
        address: str | None = None,
        ca_file: str | PathLike[str] | None = None,
        ca_pem: str | None = None,
        timeout: timedelta | float | None = None,
        connect_timeout: timedelta | float | None = None,
        priority: int | None = None,
        security: Security | str | None = None,
        allow_plain: bool = False,
        reconnect_first: timedelta | float | None = None,
        reconnect_longest: timedelta | float | None = None,
        dead_after: timedelta | float | None = None,
    ) -> Client:
        """Connects and logs in: ``account`` is a JID (``name@example.org``, or with a resource to be asked
        for).

        Nothing is tried again by itself. A connection that is lost later is.

        Args:
            account: a JID: ``name@example.org``, or with a resource to be asked for
            password: the account's password
            address: The ``host:port`` to connect to (or ``host``, port 5222) instead of asking the DNS.
                The certificate must still be the account's domain's.
            ca_file: A PEM file with the authorities to trust instead of the system's.
            ca_pem: The authorities to trust instead of the system's, as PEM text.
            timeout: How long an answer may take. 120 s by default: servers throttle large answers to some
                kilobytes a second.
            connect_timeout: How long connecting and logging in may take, all in all. 30 s by default.
            priority: The priority of the presence: one of 0 and more while the client listens (1 by
                default), a negative one while it does not (-1 by default), so that pushes go to another
                session of the account that listens.
            security: How the connection is protected.
            allow_plain: Also allow PLAIN, which sends the password to the server inside TLS. For servers
                that cannot do SCRAM.
            reconnect_first: How long to wait before a lost connection is tried anew, at first; then twice
                as long each time. 1 s by default.
            reconnect_longest: How long to wait between two tries at the most. 60 s by default.
            dead_after: After how much silence a connection counts as dead, though the network does not
                say so. 30 s by default.

        Raises:
            Error: ``UnknownHost``, ``Unreachable``, ``ConnectTimeout``, ``CertificateRefused``,
                ``UnsuitableServer``, ``LoginRefused``; also ``InvalidArgument`` for a CA file that cannot be
                used.
        """
        return cls(
            _native.Client.connect(
                account,
                password,
                address,
                ca_file,
                ca_pem,
                timeout,
                connect_timeout,
                priority,
                security,
                allow_plain,
                reconnect_first,
                reconnect_longest,
                dead_after,
            ).wait()
        )

    def authorize_uri(
        self,
        provider: str,
        name: str,
        *,
        description: str = "",
        logo_url: str | None = None,
        duration: str | None = None,
        redirect_uri: str | None = None,
        state: str | None = None,
        test_client: int | None = None,
    ) -> Authorization:
        """Asks a Data Connect proxy where a person can consent to this account reading their meter.

        Send the person's browser to the ``uri``; when they have agreed, the provider sends a notice, which
        ``listen`` gives as ``Consent``. Its messages are trusted from here on. ``name`` is who asks, as the
        person reads it.

        The request is remembered by this client (the last 10,000), and told with the notice that answers it.
        It is remembered nowhere else: who listens in another process keeps the ``state`` and compares.

        Args:
            provider: the full JID of the provider, resource included
            name: who asks, as the person reads it
            description: What is asked and what for, in HTML.
            logo_url: The address of a logo; https only.
            duration: For how long: ISO 8601, such as ``P1Y``. The provider's own by default.
            redirect_uri: Where the browser is sent in the end, with ``usage_points`` and ``state`` added
                to it.
            state: What the notice of consent brings back, so that it can be told which request it
                answers. It must not be guessable and not be used twice. A fresh one is drawn by default.
            test_client: Which made-up client (0 to 9) of the upstream's sandbox is to consent, instead of
                a person.

        Raises:
            Error: ``InvalidArgument`` for a request that cannot be right; else as ``get_history``.
        """
        return self._native.authorize_uri(
            provider, name, description, logo_url, duration, redirect_uri, state, test_client
        ).wait()

    def availability(self, provider: str) -> Availability:
        """Whether a provider is there, within ten seconds.

        Args:
            provider: the full JID of the provider, resource included

        Raises:
            Error: ``InvalidArgument``, ``ConnectionLost``, ``Closed``.
        """
        return self._native.availability(provider).wait()

    def begin(self, provider: str, node: str) -> Execution:
        """Begins a command by asking for its form.

        A command that has none is carried out at once.

        Args:
            provider: the full JID of the provider, resource included
            node: the node of the command, as the provider lists it

        Raises:
            Error: As ``get_history``.
        """
        return Execution(self._native.begin(provider, node).wait())

    def close(self) -> None:
        """Ends the session, cleanly if the network lets it, within two seconds in any case.

        Requests still waiting end as ``Closed``.

        Raises:
            Error: ``UsedAfterFork``.
        """
        return self._native.close().wait()

    def commands(self, provider: str) -> list[CommandInfo]:
        """The commands a provider offers to this account (XEP-0050 section 2.2).

        Args:
            provider: the full JID of the provider, resource included

        Raises:
            Error: As ``get_history``.
        """
        return self._native.commands(provider).wait()

    def daily(
        self, provider: str, usage_point: str, direction: Direction | str, start: date, end: date
    ) -> Data:
        """Asks a Data Connect proxy for the energy of each day at a usage point, in Wh.

        As ``load_curve``, but the records' names are ``urn:dev:prm:<usage point>_daily_<direction>``.

        Args:
            provider: the full JID of the provider, resource included
            usage_point: the 14 digits of the meter (PRM)
            direction: what is drawn from the grid, or what is fed into it
            start: where the period begins, included
            end: where the period ends, excluded

        Raises:
            Error: As ``get_history``.
        """
        return self._native.daily(provider, usage_point, direction, start, end).wait()

    @property
    def distrusted(self) -> int:
        """How many messages of senders that are not trusted were dropped so far, unread: pushes and
        notices of consent.

        Raises:
            Error: ``UsedAfterFork``.
        """
        return self._native.distrusted()

    def fill(self, hole: Hole, provider: str, identifier: str) -> Data:
        """Asks a provider for what a hole in the pushes of a series may have swallowed: from its last
        record that was pushed before the hole (which is among them), or where there was none, from a
        day before the hole, until now.

        What does not fit into one answer is asked for in several, as far as the provider says what fits.

        Args:
            hole: the hole, as a listener told of it
            provider: the full JID of the provider, resource included
            identifier: the name of the series

        Raises:
            Error: As ``get_history``.
        """
        return self._native.fill(hole, provider, identifier).wait()

    def get_history(
        self, provider: str, identifier: str, start: datetime | None = None, end: datetime | None = None
    ) -> Data:
        """Asks a provider for the values of a series over a period, in one answer.

        ``provider`` is its full JID, resource included; ``identifier`` the name of the series. The period is
        from ``start`` (included) to ``end`` (excluded), either of which may be left to the provider; times
        are asked for with the offset of their zone. Times of the records are the starts of their intervals,
        UTC; units are the provider's (``W``, ``Wh``, …). Gaps are records without a value.

        Args:
            provider: the full JID of the provider, resource included
            identifier: the name of the series
            start: where the period begins, included; None leaves it to the provider
            end: where the period ends, excluded; None leaves it to the provider

        Raises:
            Error: ``InvalidArgument``; the provider's answer (``NotAuthorized``, ``BadRequest``,
                ``TooLarge``, ``NoSuchCommand``, ``CommandFailed``, ``UpstreamError``, ``LimitReached``,
                ``MalformedAnswer``); nobody there (``ProviderOffline``, ``ServerUnreachable``, ``NoAnswer``);
                ``ConnectionLost``, ``Closed``.
        """
        return self._native.get_history(provider, identifier, start, end).wait()

    @property
    def jid(self) -> str:
        """The full JID the server gave this session.

        It may change when the server has lost the session.

        Raises:
            Error: ``UsedAfterFork``.
        """
        return self._native.jid()

    def listen(
        self,
        *,
        capacity: int | None = None,
        when_full: WhenFull | str | None = None,
        journal: str | PathLike[str] | None = None,
    ) -> Listener:
        """Listens to what trusted providers send by themselves: those of ``trust``, ``subscribe`` and
        ``authorize_uri``.

        What the server kept meanwhile comes first.

        Args:
            capacity: How many messages may wait to be taken, or 16 MiB of them. 100 by default.
            when_full: What happens when so many wait. By default the server keeps the rest.
            journal: A file, made if need be, that keeps which pushes were taken (not what they say) and
                how far the series go, so that the next process recognises what it gets again, and knows where
                to go on. For one listener at a time.

        Raises:
            Error: ``InvalidArgument`` where this client is listening already, or the journal cannot be
                opened; ``Unreachable`` where there is no connection for too long, ``Closed``.
        """
        return Listener(self._native.listen(capacity, when_full, journal).wait())

    def load_curve(
        self, provider: str, usage_point: str, direction: Direction | str, start: date, end: date
    ) -> Data:
        """Asks a Data Connect proxy for the load curve of a usage point: mean power in W, by the step of
        the meter.

        ``provider`` is its full JID, ``usage_point`` the 14 digits of the meter (PRM). The days, from
        ``start`` (included) to ``end`` (excluded), are counted where the usage point is. The records' names
        are ``urn:dev:prm:<usage point>_<direction>_load``. Providers that do not know this command
        (``NoSuchCommand``) may serve the same by ``get_history``.

        Args:
            provider: the full JID of the provider, resource included
            usage_point: the 14 digits of the meter (PRM)
            direction: what is drawn from the grid, or what is fed into it
            start: where the period begins, included
            end: where the period ends, excluded

        Raises:
            Error: As ``get_history``.
        """
        return self._native.load_curve(provider, usage_point, direction, start, end).wait()

    def run(self, provider: str, node: str, values: Mapping[str, FieldValue] | None = None) -> Outcome:
        """Carries a command out: asks for its form, fills the values in, as often as the provider has
        another stage, and completes it.

        Fields without a value keep the default the provider gives them, but for the times of Quoalise's own
        commands (as ``start_time`` of ``get_history``): without a value these are left out, as nobody saw the
        default. Where something is missing or does not fit, the command is canceled.

        Args:
            provider: the full JID of the provider, resource included
            node: the node of the command, as the provider lists it
            values: values by field: texts, numbers, booleans, dates, times with their zone, or
                collections of texts; None for none

        Raises:
            Error: ``InvalidArgument`` where a required field has no value, a value does not fit, or no
                stage has a field of that name; ``SessionExpired``; as ``get_history``.
        """
        return self._native.run(provider, node, values).wait()

    def series(self, provider: str, prefix: str | None = None) -> list[Series]:
        """The series a provider has for this account, or those of them that ``prefix`` covers, as a
        subscription would.

        Args:
            provider: the full JID of the provider, resource included
            prefix: what the names begin with; None for all

        Raises:
            Error: ``NoSuchCommand`` where the provider does not tell; as ``get_history``.
        """
        return self._native.series(provider, prefix).wait()

    @property
    def state(self) -> ConnectionState:
        """How things stand with the connection.

        Raises:
            Error: ``UsedAfterFork``.
        """
        return self._native.state()

    def states(self) -> States:
        """What becomes of the connection from now on.

        Raises:
            Error: ``UsedAfterFork``.
        """
        return States(self._native.states())

    def subscribe(self, provider: str, identifier: str) -> None:
        """Asks a provider to push new values of a series to this account from now on, also across
        reconnects.

        A prefix covers all series below it. Its pushes are trusted from here on; also where it is not known
        whether the subscription came about, as after ``NoAnswer``, and not where it was refused.

        Args:
            provider: the full JID of the provider, resource included
            identifier: the name of the series, or the prefix of several

        Raises:
            Error: As ``get_history``.
        """
        return self._native.subscribe(provider, identifier).wait()

    def trust(self, provider: str) -> None:
        """Takes pushes of this provider from now on, whatever its resource.

        Pushes of others are dropped and counted: in a federation anybody can send anybody a message.

        Args:
            provider: a JID of the provider

        Raises:
            Error: ``InvalidArgument`` where it is no JID.
        """
        return self._native.trust(provider)

    def unsubscribe(self, provider: str, identifier: str) -> None:
        """Ends a subscription.

        Args:
            provider: the full JID of the provider, resource included
            identifier: the name of the series

        Raises:
            Error: As ``get_history``.
        """
        return self._native.unsubscribe(provider, identifier).wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            self.close()
        except UsedAfterFork:
            pass  # it is not a fork's to end
        except Error:
            # What went wrong before says more.
            if kind is None:
                raise


class Execution:
    """A command that has begun: the form of its present stage, and what may be done with it.

    A provider keeps what was filled in until the command is completed or canceled, or it has waited too long.
    An execution that is dropped before its end is canceled, without waiting for the provider to say so.
    """

    __slots__ = ("__weakref__", "_native")

    def __init__(self, native: _native.Execution) -> None:
        self._native = native

    @property
    def actions(self) -> list[Action]:
        """What may be done in the present stage, of ``Action.PREV``, ``Action.NEXT`` and
        ``Action.COMPLETE``.

        To cancel is always allowed.

        Raises:
            Error: ``UsedAfterFork``.
        """
        return self._native.actions()

    def cancel(self) -> None:
        """Gives up, and waits at most ten seconds for the provider to say that it knows.

        Whatever it kept is gone then.

        Raises:
            Error: Those of the network. That the provider gave up before is none.
        """
        return self._native.cancel().wait()

    def complete(self, values: Mapping[str, FieldValue] | None = None) -> None:
        """Fills in the form and asks for the result.

        Later stages, if there are any, keep their defaults.

        Args:
            values: values by field: texts, numbers, booleans, dates, times with their zone, or
                collections of texts

        Raises:
            Error: As ``next``.
        """
        return self._native.complete(values).wait()

    @property
    def default_action(self) -> Action | None:
        """What the provider suggests to do: ``Action.NEXT`` or ``Action.COMPLETE``.

        Raises:
            Error: ``UsedAfterFork``.
        """
        return self._native.default_action()

    @property
    def form(self) -> Form | None:
        """The form of the present stage, or of the result.

        Raises:
            Error: ``UsedAfterFork``.
        """
        return self._native.form()

    def next(self, values: Mapping[str, FieldValue] | None = None) -> None:
        """Fills in the form and asks for the next stage.

        Fields without a value keep their default.

        Args:
            values: values by field: texts, numbers, booleans, dates, times with their zone, or
                collections of texts

        Raises:
            Error: ``InvalidArgument`` where a required field has no value, a value does not fit, there is
                no field of that name, or the provider allows no next stage: nothing was sent then, and the
                stage is as it was. ``SessionExpired`` where the provider waited too long. ``CommandFailed``
                where it gave up. As ``Client.get_history``.
        """
        return self._native.next(values).wait()

    @property
    def notes(self) -> list[Note]:
        """What the provider says about the present stage.

        An error among them means that it does not take what was filled in, and asks again.

        Raises:
            Error: ``UsedAfterFork``.
        """
        return self._native.notes()

    def outcome(self) -> Outcome:
        """What came of it.

        The execution is over then.

        Raises:
            Error: ``InvalidArgument`` where it is not completed; it is canceled then.
                ``MalformedAnswer``.
        """
        return self._native.outcome().wait()

    def prev(self) -> None:
        """Asks for the stage before.

        Raises:
            Error: As ``next``.
        """
        return self._native.prev().wait()

    @property
    def status(self) -> Status:
        """How far it is: ``Status.EXECUTING`` while there is something to fill in.

        Raises:
            Error: ``UsedAfterFork``.
        """
        return self._native.status()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            self.cancel()
        except UsedAfterFork:
            pass  # it is not a fork's to end
        except Error:
            # What went wrong before says more.
            if kind is None:
                raise


class Listener:
    """The pushes of trusted providers, and what else they tell by themselves, in the order it came.

    While it lives, the session announces a priority that lets the server deliver pushes to it; closing it
    takes that back, and later pushes are kept by the server for the next listener.

    A push counts as received only when it is *taken*: when the next event is asked for, or the listener is
    finished. One that is in hand when the listener is closed, because storing it failed perhaps, is given
    again, to the next listener, as ``repeated``. The server keeps what it was not told of (XEP-0198): what
    was not taken comes again to the next session of the same resource, and is late or has to be filled in
    where none was named.
    """

    __slots__ = ("__weakref__", "_native")

    def __init__(self, native: _native.Listener) -> None:
        self._native = native

    def close(self) -> None:
        """Stops listening.

        Raises:
            Error: ``UsedAfterFork``.
        """
        return self._native.close().wait()

    def finish(self) -> list[Event]:
        """Stops listening without losing anything: the server keeps what comes from here on, and what it
        had sent before is given back, in order, and counts as taken.

        Raises:
            Error: ``ConnectionLost``, ``Unreachable``, or ``NoAnswer`` where the server does not answer
                within two seconds; ``InvalidArgument`` where the journal cannot be written. Then nothing more
                counts as taken: all of it comes to the next listener, the one in hand too, as ``repeated``.
        """
        return self._native.finish().wait().take()

    def next(self, timeout: timedelta | float | None = None) -> Event | None:
        """The next event; waits for it.

        Nothing when the listener or the client was closed. Asking for it says that the one before is dealt
        with.

        Raises:
            Error: ``LoginRefused``, ``Replaced``, ``UnsuitableServer`` where the connection was lost for
                good, once what came before has been taken; ``InvalidArgument`` where the journal cannot be
                written, and then nothing is lost either.
        """
        while self._native.ready().wait(timeout):
            item = self._native.take()
            if item is not None:
                return item
        return None

    def __iter__(self) -> Listener:
        return self

    def __next__(self) -> Event:
        item = self.next()
        if item is None:
            raise StopIteration
        return item

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            self.close()
        except UsedAfterFork:
            pass  # it is not a fork's to end
        except Error:
            # What went wrong before says more.
            if kind is None:
                raise


class States:
    """What becomes of a connection."""

    __slots__ = ("__weakref__", "_native")

    def __init__(self, native: _native.States) -> None:
        self._native = native

    def close(self) -> None:
        """Stops watching.

        Raises:
            Error: ``UsedAfterFork``.
        """
        return self._native.close().wait()

    def next(self, timeout: timedelta | float | None = None) -> ConnectionState | None:
        """The next change; waits for it.

        Nothing once it is over for good and that was told. Of a great many that nobody took meanwhile only
        the latest are told.

        Raises:
            Error: ``UsedAfterFork``.
        """
        while self._native.ready().wait(timeout):
            item = self._native.take()
            if item is not None:
                return item
        return None

    def __iter__(self) -> States:
        return self

    def __next__(self) -> ConnectionState:
        item = self.next()
        if item is None:
            raise StopIteration
        return item

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            self.close()
        except UsedAfterFork:
            pass  # it is not a fork's to end
        except Error:
            # What went wrong before says more.
            if kind is None:
                raise
