"""An object, a column or a row is missing in the answers that figures are read from, of each unit:
each total and each outlet's figure is what it was, or unset. It never shrinks, no energy becomes
another counter, no state turns, and no row of padding becomes an outlet with a state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import NamedTuple, Optional

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.snmp import detection
from handlers.snmp.profiles import PROFILES
from pdu_common.helper import EnumPowerStatus
from tests.foreign_files import readings
from tests.handlers.snmp import recorded, units
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import Memory, of_rows
from tests.recordings import Fixture

TOTALS = ("load_a", "power_w", "energy_kwh")
#: units of which an object says what the others are, so that without it they are another unit
ALIKE = {
    "bachmann-irs": "the flags of a PDU say that there is one",
    "geist-v5_delta": "the number of phases says that the lines of a delta are measured twice",
    "raritan-px2_signed": "without the sensors' minimum it is like firmware before 3.0",
}
#: units of which a row that is missing in all columns of its table is not noticed
UNCOUNTED = frozenset(
    (
        "aten-pe2 avocent-pm_acs cyclades-acs5k cyclades-pm e3meter-ipm geist-v3 "
        "geist-v3_watchdogs geist-v5_inlet geist-v5_metered ict-pdu_buses infrapower "
        "lantronix-slc powertek-pwt2 racktivity riedo-updu rpcm schleifenbauer_conteg "
        "tripplite-products_ats tripplite-products_ups ts-bspdu vertiv-dcs-mpdu"
    ).split()
)
#: likewise, but only the last row, because the others are numbered without a gap
NUMBERED = frozenset(
    (
        "apc-isx-modular aten-pe aten-pe_slots aten-pe_unconfirmed avocent-pm_totals "
        "cpi-econnect_lines cpi-econnect_metered eaton-epdu enlogic-pod geist-v5 ipoman_metered "
        "liebert-mph liebert-mph_metered opengear-rpc panduit-g5 powertek-simple raritan-px1 "
        "sentry3 sinetica-hawk tripplite-products wti-power_mpc"
    ).split()
)
#: so many objects of a column of a recording are tried
_OBJECTS_OF_A_COLUMN = 3
_METERED_ONLY = {name for name, read in readings.expected().items() if read.get("metered_only")}


class Reading(NamedTuple):
    states: Mapping[str, EnumPowerStatus]
    totals: Mapping[str, Optional[Decimal]]
    #: by the quantity and the outlet's identity
    of_outlets: Mapping[tuple[str, str], Decimal]


class Unit:
    """A unit in memory, of a fixture or of a recording, and its reading with all objects."""

    def __init__(self, name: str, memory: Memory, fixture: Optional[Fixture] = None) -> None:
        self.name, self.memory, self.fixture = name, memory, fixture
        self.whole = self.read()

    def read(self) -> Reading:
        if self.fixture:
            device = units.find(self.fixture, self.memory)
        else:
            device = detection.detect(self.memory, PROFILES, self.name in _METERED_ONLY)
        figures = read_exactly(device)
        return Reading(
            device.states,
            {name: getattr(figures, name) for name in TOTALS},
            {
                (name, identity): value
                for name in ("currents", "powers", "energies")
                for identity, value in getattr(figures, name).items()
            },
        )

    def changes(self, changed: AbstractContextManager[None]) -> Iterator[str]:
        """The totals that become others, and the states that turn, in changed answers."""
        with changed:
            try:
                reading = self.read()
            except PduHandlerError:
                return
        for name, total in self.whole.totals.items():
            if total is not None and reading.totals[name] not in (None, total):
                yield f"{name} {total} -> {reading.totals[name]}"
        for identity, state in self.whole.states.items():
            if {state, reading.states.get(identity)} == {EnumPowerStatus.UP, EnumPowerStatus.DOWN}:
                yield f"outlet {identity} turned"
        for identity in reading.states.keys() - self.whole.states.keys():
            if self.whole.states and reading.states[identity] is not EnumPowerStatus.UNKNOWN:
                yield f"outlet {identity} appeared"
        for (name, identity), value in reading.of_outlets.items():
            if self.whole.of_outlets.get((name, identity), value) != value:
                yield f"{name} of outlet {identity} became {value}"

    def columns(self) -> list[list[str]]:
        """The objects of each column and each scalar that figures and states are read from."""
        self.memory.asked.clear()
        self.read()
        oids = dict.fromkeys(request.partition(" ")[2] for request in self.memory.asked)
        columns = [
            [f"{oid}.{row}" for row in self.memory.walk(oid)]
            or [oid] * (self.memory.get(oid) is not None)
            for oid in oids
            if not oid.startswith("1.3.6.1.2.1.1.")
        ]
        return [objects for objects in columns if objects]

    def rows(self) -> list[set[str]]:
        """The objects of each row of the tables that figures and states are read from."""
        self.memory.asked.clear()
        self.read()
        columns = {asked.partition(" ")[2] for asked in self.memory.asked if asked[0] == "w"}
        rows: dict[tuple[str, str], set[str]] = defaultdict(set)
        for entry in {column.rpartition(".")[0] for column in columns}:
            for below in self.memory.walk(entry):
                rows[entry, below.partition(".")[2]].add(f"{entry}.{below}")
        return list(rows.values())


def wrong(unit: Unit, objects_of_a_column: int = 1000) -> list[str]:
    """What changes without an object or a whole column, or if an object is empty."""
    changes: list[str] = []
    for objects in unit.columns():
        step = -(-len(objects) // objects_of_a_column)
        for object_ in objects[::step]:
            changes += unit.changes(unit.memory.without([object_]))
            changes += unit.changes(unit.memory.holding({object_: ""}))
        changes += unit.changes(unit.memory.without(objects))
    return changes


@units.EACH
@pytest.mark.sample(12)
def test_no_total_shrinks_and_no_state_turns_without_an_object(unit: Fixture) -> None:
    changes = wrong(Unit(unit.name, of_rows(unit.rows), unit))
    assert bool(changes) is (unit.name in ALIKE), changes


@units.EACH
@pytest.mark.sample(12)
def test_a_total_misses_a_row_that_is_counted_or_numbered(unit: Fixture) -> None:
    device = Unit(unit.name, of_rows(unit.rows), unit)
    changes = [list(device.changes(device.memory.without(row))) for row in device.rows()]
    unnoticed = [change for change in changes if change]
    assert (len(unnoticed) > 1) is (unit.name in UNCOUNTED), unnoticed
    assert (len(unnoticed) == 1) is (unit.name in NUMBERED), unnoticed


@pytest.mark.sample(4)
@pytest.mark.against("recordings of real units, in memory")
@pytest.mark.parametrize("name", recorded.WALKS)
def test_no_total_of_a_recorded_unit_shrinks_without_an_object(name: str) -> None:
    unit = Unit(name, of_rows(recorded.rows(name)))
    assert wrong(unit, _OBJECTS_OF_A_COLUMN) == []
