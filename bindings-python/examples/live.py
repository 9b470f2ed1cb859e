"""New readings as they come: `live.py PROVIDER SERIES [HOW_MANY]`.

A push counts as received when the next one is asked for: what fails half-way comes again.
"""

import asyncio
import sys

import quoalise
import quoalise.aio
from account import account


async def main(provider: str, series: str, count: float = float("inf")) -> None:
    async with await quoalise.aio.connect(**account()) as client:
        await client.subscribe(provider, series)
        async with await client.listen() as listener:
            async for event in listener:
                if isinstance(event, quoalise.Hole):
                    # The server forgot the session: what it may have swallowed is in the provider's history.
                    print(await client.fill(event, provider, series))
                elif isinstance(event, quoalise.Push):
                    for record in event.data:
                        print(record.time.isoformat(), record.value, record.unit, flush=True)
                    count -= 1
                    if count <= 0:
                        return


provider, series, *count = sys.argv[1:]
try:
    asyncio.run(main(provider, series, *map(int, count)))
except KeyboardInterrupt:
    pass
