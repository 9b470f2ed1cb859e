"""Histories fetched the way of the reference program: slixmpp's ad-hoc commands, and an object a record.

`connect JID PASSWORD HOST PORT CA PROVIDER IDENTIFIER`, then `fetch N`; each answer is the CPU time it took, in
seconds.
"""

import asyncio
import logging
import sys
import time

import slixmpp

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

    async def started(self, _event):
        self.send_presence(ppriority=-1)
        if not self.online.done():
            self.online.set_result(None)

    def failed(self, event):
        self.online.set_exception(RuntimeError(f"login failed: {event}"))

    async def fetch(self):
        form = self.plugin["xep_0004"].make_form(ftype="submit")
        form.add_field(var="identifier", ftype="text-single", value=self.identifier)
        iq = self.make_iq_set(ito=self.provider)
        iq["command"]["node"] = "get_history"
        iq["command"]["action"] = "execute"
        iq["command"].append(form)
        answer = await iq.send(timeout=60)
        records = decode(answer.xml.find(f".//{{{NS}}}sensml"))
        assert len(records) == 5000, len(records)


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
        elif command == "fetch":
            for _ in range(int(arguments[0])):
                await client.fetch()
        else:
            raise SystemExit(f"no command {command}")
        print(time.process_time() - start, flush=True)
    if client:
        client.disconnect()


if __name__ == "__main__":
    asyncio.run(main())
