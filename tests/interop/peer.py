"""A session of slixmpp that is driven from outside, so that the tests stay in one place.

A line of standard input is a request, a line of standard output its answer, both JSON. The first request is the
account, as `jid`, `password`, `port` and `ca_file`; every other one names in `do` a method `do_…` of the peer. The end
of standard input ends the program.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import traceback
from pathlib import Path
from typing import Any

import slixmpp

NS = "urn:quoalise:0"
SENML = "urn:ietf:params:xml:ns:senml"

# For anything one request asks for; whoever drives this waits a little longer.
DEADLINE = 20.0


class Peer(slixmpp.ClientXMPP):
    """A session that is online once `ready` returns."""

    def __init__(self, jid: str, password: str, port: int, ca_file: str) -> None:
        super().__init__(jid, password)
        self.ca_certs = Path(ca_file)
        # Asked for first otherwise, and the port is that for STARTTLS.
        self.enable_direct_tls = False
        for plugin in ("xep_0004", "xep_0030", "xep_0050"):
            self.register_plugin(plugin)
        self.port = port
        self.online: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.add_event_handler("session_start", lambda _event: self.settle(None))
        for event in ("failed_all_auth", "connection_failed", "ssl_invalid_chain"):
            self.add_event_handler(event, lambda reason, event=event: self.settle(RuntimeError(f"{event}: {reason}")))

    def settle(self, error: Exception | None) -> None:
        if self.online.done():
            return
        if error:
            self.online.set_exception(error)
        else:
            self.online.set_result(None)

    async def ready(self, priority: int) -> None:
        self.connect("127.0.0.1", self.port)
        await self.online
        self.send_presence(ppriority=priority)
        # Its answer comes behind the presence: from here on the server knows where messages go.
        await self.plugin["xep_0030"].get_info(slixmpp.JID(self.boundjid.domain))

    async def started(self) -> None:
        await self.ready(0)

    async def ended(self) -> None:
        await self.disconnect()


async def drive(peer_class: type[Peer]) -> None:
    logging.basicConfig(level=logging.WARNING)
    loop = asyncio.get_running_loop()
    peer: Peer | None = None
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        request: dict[str, Any] = json.loads(line)
        try:
            if peer is None:
                peer = peer_class(**request)
                await asyncio.wait_for(peer.started(), DEADLINE)
                answer: Any = peer.boundjid.full
            else:
                answer = await asyncio.wait_for(getattr(peer, "do_" + request.pop("do"))(**request), DEADLINE)
            print(json.dumps({"answer": answer}), flush=True)
        except Exception:
            print(json.dumps({"failed": traceback.format_exc()}), flush=True)
    if peer is not None:
        await asyncio.wait_for(peer.ended(), DEADLINE)


def main(peer_class: type[Peer]) -> None:
    asyncio.run(drive(peer_class))
