"""No figure of `statistic` is another one, or none, in silence because one row is missing or has no
value: it is an error, or an outlet's energy has no entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Optional

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.snmp.metering import read_statistic
from tests.handlers.snmp import units
from tests.handlers.snmp.memory import Memory, of_rows
from tests.handlers.snmp.units import find
from tests.recordings import Fixture

SYSTEM = "1.3.6.1.2.1.1"
# Columns in which -1 has a meaning, and those that choose what is read at all.
MINUS_ONE_IS_A_VALUE: Mapping[tuple[str, str], str] = {
    ("ict-pdu_buses", "39145.10.10.1.4"): "ICT-PDU-MIB: negative on -48 V plants, so 1 A",
    ("eaton-epdu_input", "534.6.6.7.3.4.1.5"): "EATON-EPDU-MIB: a value of -1 is not supported",
    ("bachmann-irs_sockets", "31770.1.1.2.2.1.9"): "the flag of a PDU whose sockets have meters",
    ("cyclades-acs5k", "2925.8.5.3.1.12"): "the number of phases: the current of one alone is read",
}


def figures(unit: Fixture, device: Memory) -> Optional[dict[str, float]]:
    """What DCImanager gets: the totals, 0 if unset, and the outlets' energies; None if it is an
    error."""
    try:
        read = read_statistic(find(unit, device, for_view=True), with_power=False)
        view = read.bounded().view()
    except PduHandlerError:
        return None
    totals = {"load": view.load or 0.0, "energy": view.total_consumption or 0.0}
    return {**totals, **{f"outlet {port.identity}": port.consumption for port in view.ports}}


def columns(unit: Fixture) -> Iterator[tuple[str, list[str]]]:
    """The columns of tables with several rows: the OID, and those of its rows."""
    rows_by_column: dict[str, list[str]] = {}
    for oid in unit.rows:
        if not oid.startswith(f"{SYSTEM}."):
            rows_by_column.setdefault(oid.rpartition(".")[0], []).append(oid)
    return ((column, rows) for column, rows in rows_by_column.items() if len(rows) > 1)


def means_minus_one(unit: Fixture, column: str) -> bool:
    return any(
        name == unit.name and f"{column}.".startswith(f"1.3.6.1.4.1.{start}.")
        for name, start in MINUS_ONE_IS_A_VALUE
    )


@units.EACH
@pytest.mark.sample(12)
def test_a_row_without_a_value_makes_no_other_figure(unit: Fixture) -> None:
    device = of_rows(unit.rows)
    before = figures(unit, device)
    if before is None or not any(before.values()):
        return
    for column, rows in columns(unit):
        for row in {rows[0], rows[-1]}:
            changes = {"no row": device.without([row])}
            if not means_minus_one(unit, column):
                changes["-1"] = device.holding({row: -1})
            for name, change in changes.items():
                with change:
                    after = figures(unit, device)
                if after is not None:
                    wrong = {
                        what: (value, after[what])
                        for what, value in before.items()
                        if value and what in after and abs(after[what] - value) > 1e-6
                        if not what.startswith("outlet") or not after[what]
                    }
                    assert not wrong, (unit.name, row, name)
