"""The way of the reference program: Python's ElementTree, and an object a record.

Each command of standard input is one measurement; its answer is the CPU time it took, in seconds.
"""

import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from datetime import datetime, timezone

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


def main():
    xml, records = b"", []
    for line in sys.stdin:
        command, argument = line.split()
        start = time.process_time()
        if command == "read":
            with open(argument, "rb") as file:
                xml = file.read()
            records = decode(ElementTree.fromstring(xml))
        elif command == "decode":
            for _ in range(int(argument)):
                decode(ElementTree.fromstring(xml))
        elif command == "encode":
            for _ in range(int(argument)):
                encode(records)
        else:
            raise SystemExit(f"no command {command}")
        print(time.process_time() - start, flush=True)


if __name__ == "__main__":
    main()
