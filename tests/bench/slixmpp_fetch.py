"""Histories fetched and pushes heard the way of the reference program: slixmpp's ad-hoc commands, and an object a
record.

As `quoalise_python.py`: `connect JID PASSWORD HOST PORT CA PROVIDER IDENTIFIER`, `fetch N`, `listen`, `pushes N`,
`memory`.
"""

import asyncio
import logging
import resource
import sys
import time

import slixmpp
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from peer import since_start
from reference import NS, decode

COMMANDS = "http://jabber.org/protocol/commands"


class Client(slixmpp.ClientXMPP):
    def __init__(self, jid, password, ca, provider, identifier):
        super().__init__(jid, password)
        self.ca_certs = ca
        self.provider = provider
        self.identifier = identifier
        self.register_plugin("xep_0004")
        self.register_plugin("xep_0050")
        self.online = asyncio.get_running_loop().create_future()
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("failed_auth", self.failed)
        self.pushes = asyncio.Queue()
        path = MatchXPath("{jabber:client}message/{urn:quoalise:0}quoalise")
        self.register_handler(Callback("pushes", path, self.pushed))

    async def started(self, _event):
        self.send_presence(ppriority=-1)
        if not self.online.done():
            self.online.set_result(None)

    def failed(self, event):
        self.online.set_exception(RuntimeError(f"login failed: {event}"))

    def pushed(self, message):
        self.pushes.put_nowait(decode(message.xml.find(f".//{{{NS}}}sensml")))

    async def command(self, node):
        form = self.plugin["xep_0004"].make_form(ftype="submit")
        form.add_field(var="identifier", ftype="text-single", value=self.identifier)
        iq = self.make_iq_set(ito=self.provider)
        iq["command"]["node"] = node
        iq["command"]["action"] = "execute"
        iq["command"].append(form)
        return await iq.send(timeout=60)

    async def fetch(self):
        answer = await self.command("get_history")
        records = decode(answer.xml.find(f".//{{{NS}}}sensml"))
        assert len(records) == 5000, len(records)

    async def listen(self):
        self.send_presence(ppriority=1)
        await self.command("subscribe")

    async def take(self, count):
        for _ in range(count):
            records = await asyncio.wait_for(self.pushes.get(), 60)
            assert len(records) == 48, len(records)


async def main():
    logging.basicConfig(level=logging.ERROR)
    loop = asyncio.get_running_loop()
    client = None
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command, *arguments = line.split()
        start = time.process_time()
        if command == "connect":
            jid, password, host, port, ca, provider, identifier = arguments
            client = Client(jid, password, ca, provider, identifier)
            client.connect(host, int(port))
            await asyncio.wait_for(client.online, 30)
            await client.fetch()
            print(since_start(), flush=True)
            continue
        elif command == "fetch":
            for _ in range(int(arguments[0])):
                await client.fetch()
        elif command == "listen":
            await client.listen()
        elif command == "pushes":
            await client.take(int(arguments[0]))
        elif command == "memory":
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, flush=True)
            continue
        else:
            raise SystemExit(f"no command {command}")
        print(time.process_time() - start, flush=True)
    if client:
        client.disconnect()


if __name__ == "__main__":
    asyncio.run(main())
