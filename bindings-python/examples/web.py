"""A day of a meter over HTTP, with FastAPI.

`uvicorn web:app`, then `GET /days/2022-01-10?provider=…&series=…`.

One session serves all requests: a login for each would be slow, and servers limit them.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import quoalise
import quoalise.aio
from account import account
from fastapi import FastAPI, HTTPException, Request, Response

PARIS = ZoneInfo("Europe/Paris")


@asynccontextmanager
async def connected(app: FastAPI) -> AsyncIterator[None]:
    async with quoalise.aio.connect(**account()) as client:
        app.state.client = client
        yield


app = FastAPI(lifespan=connected)


@app.get("/days/{day}")
async def day(request: Request, day: date, provider: str, series: str) -> Response:
    start = datetime.combine(day, time(), PARIS)
    try:
        data = await request.app.state.client.get_history(provider, series, start, start + timedelta(days=1))
    except quoalise.NotAuthorized as error:
        raise HTTPException(403, str(error)) from error
    except quoalise.BadRequest as error:
        raise HTTPException(404, str(error)) from error
    except quoalise.Error as error:
        raise HTTPException(503 if error.is_temporary else 502, str(error)) from error
    return Response(data.to_json(tz=PARIS), media_type="application/json")
