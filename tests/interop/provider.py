#!/usr/bin/env python3
"""A provider as the reference ones are: handlers of slixmpp's XEP-0050, which take a form with the first request or ask
for one. What it does is in the series' name."""

from __future__ import annotations

from typing import Any

from slixmpp import JID, Iq
from slixmpp.exceptions import XMPPError
from slixmpp.plugins.xep_0004.stanza import Form
from slixmpp.xmlstream import ET, ElementBase

from peer import NS, SENML, Peer, main

START = 1_640_995_200
Session = dict[str, Any]


class Quoalise(ElementBase):
    """The payload, which slixmpp knows nothing of."""

    name = "quoalise"
    namespace = NS
    plugin_attrib = "quoalise"


def quoalise(name: str, values: list[float | None]) -> Quoalise:
    """A payload as the reference encoder writes it: floats, and every attribute on every record."""
    root = ET.Element(f"{{{NS}}}quoalise")
    data = ET.SubElement(root, f"{{{NS}}}data")
    meta = ET.SubElement(data, f"{{{NS}}}meta")
    device = ET.SubElement(meta, f"{{{NS}}}device", type="electricity-meter")
    ET.SubElement(device, f"{{{NS}}}identifier", authority="enedis", type="prm", value="00000000000001")
    measured = {"name": "active-power", "unit": "W", "aggregation": "mean", "sampling-interval": "PT30M"}
    ET.SubElement(meta, f"{{{NS}}}measurement", measured)
    sensml = ET.SubElement(data, f"{{{SENML}}}sensml")
    for step, value in enumerate(values):
        record = {"bn": name, "bt": str(float(START)), "t": str(step * 1800.0), "bu": "W", "v": str(value)}
        ET.SubElement(sensml, f"{{{SENML}}}senml", record)
    return Quoalise(xml=root)


class Provider(Peer):
    def __init__(self, **account: Any) -> None:
        super().__init__(**account)
        self.account = account
        self.publisher: Peer | None = None
        self.subscribers: dict[str, set[str]] = {}
        self.seen: list[dict[str, Any]] = []

    async def started(self) -> None:
        await super().started()
        for node, name, handler in (
            ("get_history", "Get history", self.get_history),
            ("subscribe", "Subscribe", self.subscribe),
            ("unsubscribe", "Unsubscribe", self.unsubscribe),
        ):
            self.plugin["xep_0050"].add_command(node=node, name=name, handler=handler)
        # Another resource of the same account, as one of the known publishers has it.
        self.publisher = Peer(**self.account | {"jid": f"{JID(self.account['jid']).bare}/proxy-publisher"})
        await self.publisher.ready(-1)

    async def ended(self) -> None:
        if self.publisher is not None:
            await self.publisher.disconnect()
        await super().ended()

    # What the test asks for.

    async def do_push(self, name: str, number: int) -> int:
        """Pushes a reading to whoever has subscribed to a series; to how many."""
        assert self.publisher is not None
        to = [jid for jid, names in self.subscribers.items() if name in names]
        for jid in to:
            message = self.publisher.make_message(mto=JID(jid))
            message.append(quoalise(name, [float(number)]))
            message.send()
        return len(to)

    async def do_asked(self) -> list[dict[str, Any]]:
        return self.seen

    # What the peers ask for.

    def submitted(self, session: Session) -> dict[str, Any]:
        form = session["payload"]
        values = form.get_values() if isinstance(form, Form) else {}
        self.seen.append({"from": session["from"].bare, "node": session["node"], "values": values})
        return values

    def form(self, session: Session, title: str, *fields: dict[str, Any]) -> Session:
        form = self.plugin["xep_0004"].make_form(ftype="form", title=title)
        for field in fields:
            form.add_field(**field)
        session["payload"] = form
        return session

    async def get_history(self, iq: Iq, session: Session) -> Session:
        values = self.submitted(session)
        identifier = values.get("identifier", "")
        if identifier and not identifier.endswith(("form-first", "two-forms")):
            return self.history(identifier, session)
        session = self.form(
            session,
            "Get history",
            {"var": "ticket", "ftype": "hidden", "value": session["id"]},
            {"var": "identifier", "ftype": "text-single", "label": "Identifier", "required": True},
            {"var": "start_time", "ftype": "text-single", "label": "Start"},
        )
        session["has_next"] = identifier.endswith("two-forms")
        session["next"] = self.consent if session["has_next"] else self.filled_in
        return session

    async def consent(self, payload: Form, session: Session) -> Session:
        session["identifier"] = payload.get_values()["identifier"]
        session = self.form(
            session,
            "Consent",
            {
                "var": "consent",
                "ftype": "list-single",
                "label": "Consent",
                "value": "yes",
                "options": [{"label": "I agree", "value": "yes"}, {"label": "I don't", "value": "no"}],
            },
        )
        session["has_next"] = False
        session["next"] = self.consented
        return session

    async def consented(self, payload: Form, session: Session) -> Session:
        if payload.get_values().get("consent") != "yes":
            raise XMPPError("not-authorized", text="no consent")
        return self.history(session["identifier"], session)

    async def filled_in(self, payload: Form, session: Session) -> Session:
        session["payload"] = payload
        values = self.submitted(session)
        # Hidden fields may have several values: slixmpp gives a list.
        if values.get("ticket") != [session["id"]]:
            raise XMPPError("bad-request", text="the form has lost its ticket")
        return self.history(values["identifier"], session)

    def history(self, identifier: str, session: Session) -> Session:
        errors: dict[str, XMPPError] = {
            "unauthorized": XMPPError("not-authorized", text=f"Unknown user {session['from'].bare}"),
            "unknown": XMPPError("bad-request", text=f"Unexpected record identifer {identifier}"),
            "too-big": XMPPError("bad-request", text="Response would be too big (max 5000 records)."),
            "upstream": self.upstream(issuer="enedis-data-connect", code="ADAM-ERR0123"),
            "upstream-without-code": self.upstream(issuer="enedis-sge-tiers"),
        }
        session["next"] = None
        series = identifier.rsplit("/", 1)[-1]
        if series in errors:
            raise errors[series]
        if series == "note":
            session["notes"] = [("error", "The meter does not answer")]
            session["payload"] = None
            return session
        form = self.plugin["xep_0004"].make_form(ftype="result", title="Get history")
        form.add_field(var="result", ftype="fixed", label=f"Get {identifier}", value="Success")
        session["payload"] = [form, quoalise(identifier, [412.0, None, 398.5])]
        return session

    def upstream(self, **attributes: str) -> XMPPError:
        return XMPPError(
            "undefined-condition",
            text="Service Unavailable",
            etype="cancel",
            extension="upstream-error",
            extension_ns=NS,
            extension_args=attributes,
        )

    async def subscribe(self, iq: Iq, session: Session) -> Session:
        self.subscribers.setdefault(iq["from"].bare, set()).add(self.submitted(session)["identifier"])
        session["payload"] = None
        return session

    async def unsubscribe(self, iq: Iq, session: Session) -> Session:
        self.subscribers.get(iq["from"].bare, set()).discard(self.submitted(session)["identifier"])
        session["payload"] = None
        return session


if __name__ == "__main__":
    main(Provider)
