"""An invented PDU for drafts: the facts of its MIB, its rows, and parts of pysmi's syntax trees."""

from __future__ import annotations

from pdu.recordings.snmp import snmprec
from pdu.recordings.snmp.recorded_rows import Rows

from . import modules

ACME = [
    modules.Fact("outletState", "1.3.6.1.4.1.99999.2.1.1.3", {"off": 0, "on": 1, "pending": 2}),
    modules.Fact(
        "outletCommand",
        "1.3.6.1.4.1.99999.2.1.1.4",
        {"turnOn": 1, "turnOff": 2},
        access="read-write",
    ),
    modules.Fact("outletCurrent", "1.3.6.1.4.1.99999.2.1.1.5", units="0.01 A"),
    modules.Fact("outletCurrentMax", "1.3.6.1.4.1.99999.2.1.1.7", units="A"),
    modules.Fact("outletEnergy", "1.3.6.1.4.1.99999.2.1.1.6", units="Wh"),
]


def acme() -> Rows:
    lines = ["1.3.6.1.2.1.1.1.0|4|Acme Strip 3", "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1"]
    for row, (name, state, current, energy) in enumerate(
        (("web", 1, 125, 1500), ("db", 1, 33, 200), ("spare", 0, 0, 0)), 1
    ):
        values = {
            1: (2, row),
            2: (4, name),
            3: (2, state),
            4: (2, 1),
            5: (66, current),
            6: (65, energy),
            7: (66, 16 + row),
        }
        lines += [
            f"1.3.6.1.4.1.99999.2.1.1.{column}.{row}|{tag}|{value}"
            for column, (tag, value) in values.items()
        ]
    return snmprec.parse("\n".join(lines)).rows


def tree(name: str, *declared: tuple[object, ...]) -> tuple[object, ...]:
    """A module as pysmi's parser returns it."""
    return name, None, {}, list(declared)


def node(label: str, *path: object, syntax: object = None) -> tuple[object, ...]:
    return (
        "objectTypeClause" if syntax else "valueDeclaration",
        label,
        syntax,
        ("objectIdentifier", list(path)),
    )
