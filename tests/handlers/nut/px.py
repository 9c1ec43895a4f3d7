"""A Raritan PX of the first generation as SNMP sees it: 8 outlets, numbered from 0, that can be
switched.

The object numbers and the index from 0 come from NUT's raritan-pdu-mib.c. In the vendor's PDU-MIB
of 2016 the root is
13742.4.1 and the index starts at 1. The device has only rows that NUT's snmp-ups reads.
"""

from __future__ import annotations

from tests.simulators.snmp_agent.device import (
    GAUGE,
    INTEGER,
    OCTETS,
    OID,
    Device,
    Effect,
    Row,
    Rule,
)

ROOT = "1.3.6.1.4.1.13742.1"
NAME, STATE = f"{ROOT}.2.2.1.2", f"{ROOT}.2.2.1.3"
OUTLETS = 8
# by column: mA, highest mA, mV, W, VA, power factor in %
_PER_OUTLET = {4: 400, 5: 900, 6: 230000, 7: 80, 8: 92, 9: 87}
_LOADS = (4, 7, 8)  # 0 without current


def px() -> Device:
    """A Dominion PX whose outlet 4 is off; an outlet that is cycled is on again after 1.5 s."""
    rows: dict[str, Row] = {
        "1.3.6.1.2.1.1.1.0": Row(OCTETS, b"Dominion PX - Firmware Version 010500"),
        "1.3.6.1.2.1.1.2.0": Row(OID, tuple(map(int, ROOT.split(".")))),
        f"{ROOT}.1.1.0": Row(OCTETS, b"1.5.0"),
        f"{ROOT}.1.2.0": Row(OCTETS, b"AEB0000001"),
        f"{ROOT}.1.12.0": Row(OCTETS, b"PX (DPXS8A-16)"),
        f"{ROOT}.2.1.0": Row(INTEGER, OUTLETS),
    }
    for n in range(OUTLETS):
        rows[f"{ROOT}.2.2.1.1.{n}"] = Row(INTEGER, n)
        rows[f"{NAME}.{n}"] = Row(OCTETS, f"Outlet {n + 1}".encode())
        rows[f"{STATE}.{n}"] = Row(INTEGER, 0 if n == 3 else 1)
        rows.update(
            {
                f"{ROOT}.2.2.1.{column}.{n}": Row(
                    GAUGE, 0 if n == 3 and column in _LOADS else value
                )
                for column, value in _PER_OUTLET.items()
            }
        )
    rules = (
        Rule(
            f"{STATE}.*",
            allow=("0", "1", "2"),
            keep=False,
            effects=(
                Effect(f"{STATE}.*", mapping={"0": "0", "1": "1", "2": "0"}),
                Effect(f"{STATE}.*", "1", written=("2",), after=1.5),
                *(
                    Effect(
                        f"{ROOT}.2.2.1.{column}.*",
                        mapping={"0": "0", "1": str(_PER_OUTLET[column])},
                    )
                    for column in _LOADS
                ),
            ),
        ),
        Rule(f"{NAME}.*"),
    )
    return Device(rows, rules)
