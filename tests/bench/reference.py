"""The way of the reference program: Python's ElementTree, and an object a record.

Each command of standard input is one measurement; its answer is the CPU time it took, in seconds.
"""

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from datetime import datetime, timezone

import peer

NS = "urn:ietf:params:xml:ns:senml"


@dataclass
class Record:
    name: str
    time: datetime
    unit: str
    value: float


def decode(root):
    """Records of a `sensml` element, base fields resolved."""
    name, base_time, unit = "", 0.0, ""
    records = []
    for senml in root.findall(f"{{{NS}}}senml"):
        name = senml.get("bn", name)
        base_time = float(senml.get("bt", base_time))
        unit = senml.get("bu", unit)
        seconds = base_time + float(senml.get("t", 0))
        value = senml.get("v")
        records.append(
            Record(
                name + senml.get("n", ""),
                datetime.fromtimestamp(seconds, timezone.utc),
                unit,
                float(value) if value is not None else None,
            )
        )
    return records


def encode(records):
    root = ElementTree.Element(f"{{{NS}}}sensml")
    base = records[0]
    for record in records:
        senml = ElementTree.SubElement(root, f"{{{NS}}}senml")
        if record is base:
            senml.set("bn", record.name)
            senml.set("bt", str(record.time.timestamp()))
            senml.set("bu", record.unit)
        else:
            senml.set("t", str(record.time.timestamp() - base.time.timestamp()))
        senml.set("v", str(record.value))
    return ElementTree.tostring(root)


class Reference:
    def read(self, file):
        with open(file, "rb") as opened:
            self.xml = opened.read()
        self.records = self.decode()

    def decode(self):
        return decode(ElementTree.fromstring(self.xml))

    def encode(self):
        encode(self.records)

    def frame(self):
        import polars

        frame = polars.DataFrame(self.decode())
        assert frame.height == 17_520, frame.height

    def close(self):
        pass


if __name__ == "__main__":
    peer.main(Reference())
