"""The way from an operation to whoever awaits it.

An operation runs on a thread that knows nothing of Python. When it is done it writes a byte to a socket that
the event loop watches, and the loop's own thread takes all that is done by then: no thread of ours ever asks
for the GIL, so none can hold up the end of the interpreter or a fork.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any, Callable, Generic, TypeVar
from weakref import WeakKeyDictionary, ref

from ._native import Completions, Operation

N = TypeVar("N")
T = TypeVar("T")

# The loop alone holds them: with it goes all that was on its way, and what was done for nobody is given up.
_of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, ref[Completions]] = WeakKeyDictionary()


def _completions(loop: asyncio.AbstractEventLoop) -> Completions:
    known = _of_loop.get(loop)
    completions = None if known is None else known()
    if completions is None:
        completions = Completions()
        loop.add_reader(completions.fileno(), completions.drain)
        _of_loop[loop] = ref(completions)
    return completions


async def run(operation: Operation[T], often: bool = False) -> T:
    """Awaits an operation, and gives it up when the task is cancelled.

    One that is wanted often is mostly done at once, and is looked at on this thread first.
    """
    if often:
        done, result = operation.poll()
        if done:
            return result  # type: ignore[return-value]
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    operation.start(_completions(loop), future)
    try:
        return await future
    except asyncio.CancelledError:
        operation.cancel()
        # What came in the last moment goes back now, not with the traceback.
        del future
        raise


class Opening(Generic[N, T]):
    """Something on its way: to be awaited, or to be opened by ``async with``, which closes it in the end."""

    __slots__ = ("_class", "_opened", "_operation")

    def __init__(self, operation: Operation[N], of: Callable[[N], T]) -> None:
        self._operation = operation
        self._class = of

    def __await__(self) -> Generator[Any, None, T]:
        return self._open().__await__()

    async def _open(self) -> T:
        return self._class(await run(self._operation))

    async def __aenter__(self) -> T:
        self._opened: Any = await self
        return self._opened

    async def __aexit__(self, *error: object) -> None:
        await self._opened.__aexit__(*error)
