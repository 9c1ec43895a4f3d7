"""Lines and breakers: what the lines of parts.txt mean.

    nut CHANGES         a PDU behind NUT with three lines and two groups; `NAME=TEXT` is another
                        variable, `-NAME` one that is gone, `only` none of its own
    lines JSON, branches JSON       of a Redfish service, one circuit; an error: `lines error WORDS`
    family NAME         the kinds of the figures of an SNMP family's load
    label ROW           of a line of an SNMP table

A part is shown as `line L1 2.5 of 16`: its kind and label, its current in A, its rating. Without a
current, the reason stands in brackets: `(-REASON)` if it is not metered, `(?REASON)` if it is not
known.
`python -m tests.tables tests.pdu.inspection.parts` writes right sides.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Optional

from handlers.redfish.members import Member
from handlers.shared.errors import ProtocolError
from handlers.shared.meter_figures import Figure, NotKnown, NotMetered
from handlers.snmp.profiles import PROFILE_BY_KEY
from pdu.inspection.nut import topology as of_nut
from pdu.inspection.redfish import topology as of_redfish
from pdu.inspection.snmp import topology as of_snmp
from pdu.inspection.topology import LINE, MeteredPart
from tests.tables import Case, Table

TABLE = Table(Path(__file__).with_suffix(".txt"), operator=": ")
NUT_DEVICE = {
    "device.type": "pdu",
    "input.phases": "3",
    "input.L1.current": "1.5",
    "input.L2.current": "2.5",
    "input.L3.current": "3.5",
    "outlet.group.count": "2",
    "outlet.group.1.name": "A",
    "outlet.group.1.current": "4.5",
    "outlet.group.2.name": "B",
    "outlet.group.2.current": "0.25",
}


def shown(case: Case) -> str:
    """What comes of a line."""
    word, _, text = case.left.partition(": ")
    if word == "nut":
        return _parts(_nut_parts(text.split()))
    if word == "family":
        return ", ".join(map(str, kinds_of_load(text)))
    if word == "label":
        return of_snmp.label_of(LINE, text)
    circuits: list[Member] = [ProtocolError(text.removeprefix("error "))]
    if text.startswith("{"):
        circuits = [{"Id": "A", **json.loads(text)}]
    read_parts = of_redfish.lines_of if word == "lines" else of_redfish.branches_of
    return _parts(read_parts("2.", circuits))


def kinds_of_load(key: str) -> list[Optional[str]]:
    """The kind of each figure of a family's load: LINE, BREAKER or None."""
    load = PROFILE_BY_KEY[key].load
    assert load is not None
    return [of_snmp.part_kind(figure) for figure in load.figures]


def _nut_parts(changes: Iterable[str]) -> Iterable[MeteredPart]:
    variables = dict(NUT_DEVICE)
    for change in changes:
        name, _, value = change.partition("=")
        if change == "only":
            variables.clear()
        elif change.startswith("-"):
            del variables[change[1:]]
        else:
            variables[name] = value
    return of_nut.parts_of(variables, "")


def _parts(parts: Iterable[MeteredPart]) -> str:
    return "; ".join(_part(part) for part in parts) or "nothing"


def _part(part: MeteredPart) -> str:
    rating = "" if part.rating_a is None else f" of {part.rating_a:g}"
    return f"{part.kind} {part.label} {_figure(part.current_a)}{rating}"


def _figure(figure: Figure) -> str:
    if isinstance(figure, NotKnown):
        return f"(?{figure.reason})"
    if isinstance(figure, NotMetered):
        return f"(-{figure.reason})"
    return "-" if figure is None else f"{figure:g}"
