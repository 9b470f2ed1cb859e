#!/usr/bin/env python3
"""A human's client: walks the ad-hoc commands of a provider by slixmpp's own XEP-0050, and hears what is pushed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from slixmpp import JID, Iq
from slixmpp.exceptions import IqError
from slixmpp.plugins.xep_0004.stanza import Form
from slixmpp.xmlstream import ET, StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from peer import NS, SENML, Peer, main

sys.path.append(str(Path(__file__).resolve().parent.parent / "bench"))
from reference import decode  # noqa: E402  (the reading of the reference program)


def fields(form: Form) -> list[dict[str, Any]]:
    keys = ("var", "type", "label", "desc", "required", "value")
    return [{key: field[key] for key in keys} for field in form.get_fields().values()]


def payload(parent: ET.Element) -> dict[str, Any] | None:
    """What a payload holds, by the reference's own way of reading it."""
    found = parent.find(f"{{{NS}}}quoalise")
    if found is None:
        return None
    measurement = found.find(f"{{{NS}}}data/{{{NS}}}meta/{{{NS}}}measurement")
    records = decode(found.find(f"{{{NS}}}data/{{{SENML}}}sensml"))
    return {
        "measurement": {} if measurement is None else measurement.attrib,
        "records": [[record.name, record.time.timestamp(), record.unit, record.value] for record in records],
    }


class Human(Peer):
    """One who fills in forms. `session` is slixmpp's, of the command that was begun last."""

    def __init__(self, **account: Any) -> None:
        super().__init__(**account)
        self.pushes: asyncio.Queue[StanzaBase] = asyncio.Queue()
        matcher = MatchXPath(f"{{jabber:client}}message/{{{NS}}}quoalise")
        self.register_handler(Callback("Quoalise push", matcher, self.pushes.put_nowait))
        self.session: dict[str, Any] = {}
        self.form: Form | None = None
        self.came: asyncio.Future[Iq] | None = None

    async def do_list(self, provider: str) -> list[dict[str, str]]:
        return self.items(await self.plugin["xep_0050"].get_commands(provider))

    async def do_browse(self, provider: str) -> list[dict[str, str]]:
        """What there is at an address, beside commands."""
        return self.items(await self.plugin["xep_0030"].get_items(JID(provider)))

    @staticmethod
    def items(answer: Iq) -> list[dict[str, str]]:
        # A set, to slixmpp.
        items = [{"jid": jid, "node": node, "name": name} for jid, node, name in answer["disco_items"]["items"]]
        return sorted(items, key=lambda item: item["node"])

    async def do_features(self, provider: str, node: str | None = None) -> dict[str, Any]:
        info = await self.plugin["xep_0030"].get_info(JID(provider), node=node)
        identities = [list(identity[:2]) for identity in info["disco_info"]["identities"]]
        return {"identities": identities, "features": sorted(info["disco_info"]["features"])}

    async def do_start(self, provider: str, node: str, values: dict[str, str] | None = None) -> dict[str, Any]:
        """Begins a command, without a form as humans' clients do, or with one as programs do."""
        self.session = {"next": self.heard, "error": self.heard}
        if values is not None:
            self.session["payload"] = [self.filled(values)]
        return await self.answer(lambda: self.plugin["xep_0050"].start_command(provider, node, self.session))

    async def do_go(self, way: str, values: dict[str, str] | None = None) -> dict[str, Any]:
        """Goes on with it: `complete`, `cancel`, `next` or `prev`."""
        self.session["payload"] = None if values is None else self.filled(values)
        plugin = self.plugin["xep_0050"]
        if way == "complete":
            return await self.answer(lambda: plugin.complete_command(self.session))
        if way == "cancel":
            return await self.answer(lambda: plugin.cancel_command(self.session))
        return await self.answer(lambda: plugin.continue_command(self.session, direction=way))

    async def do_send(
        self, provider: str, node: str, session: str, action: str, values: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """One step of a command, whatever has become of its session."""
        form = None if values is None else self.filled(values)
        command = {"action": action, "payload": form, "sessionid": session}
        try:
            answer = await self.plugin["xep_0050"].send_command(provider, node, **command)
        except IqError as error:
            return self.seen(error.iq)
        return self.seen(answer)

    async def do_push(self) -> dict[str, Any]:
        """The next push."""
        message = await self.pushes.get()
        return {"from": message["from"].full, "type": message["type"], "payload": payload(message.xml)}

    def filled(self, values: dict[str, str]) -> Form:
        """The form that came, filled in; or one of its own making."""
        form = self.form if self.form is not None else self.plugin["xep_0004"].make_form(ftype="submit")
        form["type"] = "submit"
        form["values"] = values
        return form

    def heard(self, answer: Iq, _session: dict[str, Any]) -> None:
        if self.came is not None and not self.came.done():
            self.came.set_result(answer)

    async def answer(self, ask: Callable[[], None]) -> dict[str, Any]:
        self.came = asyncio.get_running_loop().create_future()
        ask()
        return self.seen(await self.came)

    def seen(self, answer: Iq) -> dict[str, Any]:
        """What a client would show of an answer."""
        self.form = None
        if answer["type"] == "error":
            error = answer["error"]
            seen = {key: error[key] for key in ("type", "condition", "text")}
            return {"error": seen, "also": [child.tag for child in error.xml]}
        command = answer["command"]
        seen = {
            "session": command["sessionid"],
            "status": command["status"],
            "actions": sorted(command["actions"]),
            "notes": [list(note) for note in command["notes"]],
            "payload": payload(command.xml),
        }
        if (x := command.xml.find("{jabber:x:data}x")) is not None:
            form = Form(xml=x)
            seen["form"] = {"type": form["type"], "title": form["title"], "instructions": form["instructions"]}
            seen["form"]["fields"] = fields(form)
            seen["columns"] = [[var, field["label"]] for var, field in form.get_reported().items()]
            seen["rows"] = form.get_items()
            if form["type"] == "form":
                self.form = form
        return seen


if __name__ == "__main__":
    main(Human)
