"""Back end of a real snmpd (pass_persist): serves the rows and rules of a simulated device.

If root starts snmpd, this runs as the user nobody. Its folder contains this file, a copy of the
simulator's device.py, `rows.snmprec` and `rules.json`. Each varbind of a SET becomes a line of JSON
in `writes.jsonl`. snmpd sends an empty line after each varbind of a SET. This back end ignores that
line: if it ended there, snmpd would start it anew, and the written values would be lost.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from tests.simulators.snmp_agent import device
else:
    import device

HERE = Path(__file__).resolve().parent
NAMES = {
    device.INTEGER: "integer",
    device.OCTETS: "octet",
    device.OID: "objectid",
    device.IP: "ipaddress",
    device.COUNTER: "counter",
    device.GAUGE: "gauge",
    device.TICKS: "timeticks",
    device.COUNTER64: "counter64",
}
# snmpd's names for the type of a SET.
TAGS = {
    **{name: tag for tag, name in NAMES.items()},
    "string": device.OCTETS,
    "unsigned": device.GAUGE,
}
ANSWERS = {
    "": "DONE",
    "notWritable": "not-writable",
    "wrongType": "wrong-type",
    "wrongValue": "wrong-value",
    "inconsistentValue": "inconsistent-value",
    "wrongLength": "wrong-length",
}


class BackEnd:
    """Answers snmpd's commands from the device."""

    def __init__(self) -> None:
        rules = json.loads((HERE / "rules.json").read_text("utf-8"))
        self._device = device.Device(
            device.read_snmprec((HERE / "rows.snmprec").read_text("utf-8")),
            None if rules is None else device.rules_from_json(rules),
        )

    def get(self, oid: device.Arcs) -> tuple[str, ...]:
        row = self._device.get(oid)
        return ("NONE",) if row is None or row.tag not in NAMES else self._answer(oid, row)

    def next(self, oid: device.Arcs) -> tuple[str, ...]:
        entry = self._device.next(oid)
        while entry is not None and entry[1].tag not in NAMES:
            entry = self._device.next(entry[0])
        return ("NONE",) if entry is None else self._answer(*entry)

    def set(self, oid: device.Arcs, kind: str, text: str) -> str:
        tag = TAGS.get(kind, 0)
        if kind == "octet":
            value: device.Value = bytes.fromhex(text.strip('"').replace(" ", ""))
        elif kind == "string":
            value = (text[1:-1] if text.startswith('"') else text).encode(
                "utf-8", "surrogateescape"
            )
        else:
            value = device.from_text(tag, text.strip('"')) if tag else text.encode()
        answer = self._device.write(oid, tag, value)
        with open(HERE / "writes.jsonl", "a", encoding="utf-8") as log:
            log.write(json.dumps(self._device.writes()[-1]) + "\n")
        return ANSWERS.get(answer, "inconsistent-value")

    def _answer(self, oid: device.Arcs, row: device.Row) -> tuple[str, str, str]:
        if row.tag == device.OCTETS and isinstance(row.value, bytes):
            # the only form that allows empty and binary values
            text = " ".join(f"{octet:02X}" for octet in row.value)
        else:
            text = ("." if row.tag == device.OID else "") + device.as_text(row)
        return "." + device.dotted(oid), NAMES[row.tag], text


def ask(back_end: BackEnd, command: str) -> Optional[tuple[str, ...]]:
    """The lines of the answer to a command; None for the empty line after a SET."""
    if command == "PING":
        return ("PONG",)
    if command == "get":
        return back_end.get(device.arcs(sys.stdin.readline()))
    if command == "getnext":
        return back_end.next(device.arcs(sys.stdin.readline()))
    if command == "set":
        oid = device.arcs(sys.stdin.readline())
        kind, _, text = sys.stdin.readline().rstrip("\n").partition(" ")
        return (back_end.set(oid, kind, text),)
    return ("NONE",) if command else None


def main() -> None:
    back_end = BackEnd()
    for line in iter(sys.stdin.readline, ""):
        lines = ask(back_end, line.strip())
        if lines is not None:
            sys.stdout.write("\n".join(lines) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
