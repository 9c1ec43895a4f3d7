"""An object, a column or a row is missing in the answers that figures are read from, of each unit:
each total and each outlet's figure is what it was, or unset. It never shrinks, no energy becomes
another counter, no state turns, and no row of padding becomes an outlet with a state.

A unit that does not have the objects of a total's first source has the total of the next, and
`ONE_SOURCE` says why a total has none.
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
from handlers.snmp.frozen_value import replace
from handlers.snmp.profile import is_below, oids
from handlers.snmp.profiles import PROFILES
from pdu_common.helper import EnumPowerStatus
from tests.foreign_files import readings
from tests.handlers.snmp import recorded, units
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import Memory, of_rows
from tests.recordings import Fixture

#: totals of a profile, and their names in a reading
PARTS = {"load": "load_a", "power": "power_w", "energy": "energy_kwh"}
TOTALS = tuple(PARTS.values())
#: units of which an object says what the others are, so that without it they are another unit
ALIKE = {"raritan-px2_signed": "without the sensors' minimum it is like firmware before 3.0"}
#: units of which a row that is missing in all columns of its table is not noticed
UNCOUNTED = frozenset(
    (
        "apc-rpdu_total aten-pe2 cpi-econnect_lines cpi-econnect_metered cyberpower-ats "
        "cyclades-acs5k e3meter-ipm eaton-nlogic enlogic-edge geist-v3 geist-v3_watchdogs "
        "geist-v5 geist-v5_inlet geist-v5_metered hpe-mapdu2 ict-pdu_buses infrapower "
        "lantronix-slc liebert-mph liebert-mph_metered powertek-pwt2 powertek-simple racktivity "
        "racktivity-legacy riedo-updu rpcm schleifenbauer_conteg tripplite-products "
        "tripplite-products_ats tripplite-products_ups ts-bspdu vertiv-dcs-mpdu"
    ).split()
)
#: likewise, but only the last row, because the others are counted, or bound other rows
LAST_ROW = frozenset(
    (
        "aten-pe aten-pe_slots aten-pe_unconfirmed avocent-pm_totals "
        "cyberpower-epdu2_phase eaton-epdu enlogic-pod ipoman_metered opengear-rpc panduit-g5 "
        "raritan-px1 sentry3 sinetica-hawk wti-power_mpc"
    ).split()
)
NO_OTHER = "the MIB, or the program that shows the objects, has no other object for it"
NO_UNIT = "no unit and no release of the MIB is known that has its other objects without this one"
NOT_THE_SAME = (
    "the MIB's other objects are another quantity: estimated, of groups that users make, behind a"
    " transformer, or of another counter; or it does not say their unit, or which rows are padding"
)
#: families whose profile has one source for a total, by the reason and the total
ONE_SOURCE = {
    NO_OTHER: {
        "load": (
            "infrapower smart-ats dataprobe-iboot delta-pdu delta-sts digipower eaton-ats2"
            " eaton-ats30 eaton-pulizzi-monitored enlogic-esp ibm-dpi ibm-dpi-metered socomec-ats"
            " npdu pdumib-v07 rpcm gude-epc gude-pdu hpe-ipdu ipt-ipower clever-mpdu clever-zpdu"
            " clever-rpdu clever-npm-v clever-ms-pdu clever-ip-pdu"
        ),
        "power": (
            "apc-rpdu delta-pdu eaton-nlogic enlogic-esp gude-epc gude-pdu ipt-ipower npdu"
            " lantronix-slc racktivity-legacy vertiv-dcs-mpdu"
        ),
        "energy": (
            "apc-rpdu2 cpi-econnect cyberpower-ats dell-rpdu delta-pdu enlogic-esp hpe-ipdu ipoman"
            " ipt-ipower rpcm synaccess-synlink synaccess-netbooter vertiv-dcs-mpdu clever-mpdu"
            " clever-zpdu clever-rpdu clever-npm-v clever-ip-pdu"
        ),
    },
    NO_UNIT: {
        "load": (
            "apc-rpdu2 apc-ats apc-xpdu apc-isx-modular apnl-modular dell-rpdu eaton-pulizzi"
            " rittal-cmc3 sentry3 starline-ac starline-dc geist-em liebert-mph liebert-power"
            " vertiv-dcs-mpdu"
        ),
        "power": (
            "apc-rpdu2 apc-ats apc-xpdu apc-isx-modular dell-rpdu powertek-simple sinetica-hawk"
            " starline-ac starline-dc synaccess-synlink liebert-mph"
        ),
        "energy": "apc-isx-modular apnl-modular starline-ac starline-dc",
    },
    NOT_THE_SAME: {
        "load": (
            "cyclades-pm cyclades-acs5k e3meter-ipm eaton-power-pdu enlogic-edge hpe-mapdu3"
            " hpe-mapdu2 racktivity"
        ),
        "power": (
            "cyclades-acs5k e3meter-ipm eaton-power-pdu enlogic-edge hpe-mapdu3 hpe-mapdu2"
            " racktivity"
        ),
        "energy": (
            "e3meter-ipm eaton-power-pdu enlogic-edge gude-epc gude-pdu hpe-mapdu3 hpe-mapdu2"
            " racktivity liebert-mph"
        ),
    },
}
_LISTED = "the first's objects also tell which outlets there are"
_BESIDE = "a column that is missing alone in its table is lost in the answer"
#: units without the first source of a total that do not have that of the next
WITHOUT_SECOND = {
    ("bachmann-irs", "load"): _BESIDE,
    ("bachmann-irs", "power"): _BESIDE,
    ("bachmann-irs", "energy"): _BESIDE,
    ("cyberpower-epdu2", "load"): "the first's objects also name the units of the next's rows",
    ("cyberpower-epdu2_phase", "load"): _LISTED,
    ("eaton-epdu_input", "power"): _BESIDE,
    ("pdumib-v07", "power"): _BESIDE,
    ("pdumib-v07", "energy"): _BESIDE,
    ("eaton-epdu_input", "energy"): _BESIDE,
    ("riedo-updu", "load"): "all meters are rows of one column",
    ("riedo-updu_metered", "load"): _LISTED,
    ("riedo-updu_metered", "energy"): _LISTED,
}
#: so many objects of a column of a recording are tried
_OBJECTS_OF_A_COLUMN = 3
_METERED_ONLY = {name for name, read in readings.expected().items() if read.get("metered_only")}


def _table_of(oid: str) -> str:
    """The OID above the columns of a table, or above the scalars of a group."""
    return oid.removesuffix(".0").rpartition(".")[0]


class Reading(NamedTuple):
    states: Mapping[str, EnumPowerStatus]
    totals: Mapping[str, Optional[Decimal]]
    #: by the quantity and the outlet's identity
    of_outlets: Mapping[tuple[str, str], Decimal]


class Unit:
    """A unit in memory, of a fixture or of a recording, and its reading with all objects."""

    def __init__(self, name: str, memory: Memory, fixture: Optional[Fixture] = None) -> None:
        self.name = name
        self.memory = memory
        self.fixture = fixture
        self.whole = self.read()

    def read(self) -> Reading:
        if self.fixture:
            device = units.find(self.fixture, self.memory)
        else:
            metered_only = self.name in _METERED_ONLY
            device = detection.detect(self.memory, PROFILES, metered_only=metered_only)
        figures = read_exactly(device)
        of_outlets = {}
        for name in ("currents", "powers", "energies"):
            for identity, value in getattr(figures, name).items():
                of_outlets[name, identity] = value
        totals = {name: getattr(figures, name) for name in TOTALS}
        return Reading(device.states, totals, of_outlets)

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

    def columns(self) -> dict[str, list[str]]:
        """The objects of each column and each scalar that figures and states are read from."""
        self.memory.asked.clear()
        self.read()
        columns = {}
        for request in list(self.memory.asked):
            _, _, oid = request.partition(" ")
            is_of_system_group = oid.startswith("1.3.6.1.2.1.1.")
            if is_of_system_group or oid in columns:
                continue
            objects = [f"{oid}.{row}" for row in self.memory.walk(oid)]
            is_scalar = not objects and self.memory.get(oid) is not None
            if is_scalar:
                objects = [oid]
            if objects:
                columns[oid] = objects
        return columns

    def second_source(self, part: str, name: str) -> Optional[tuple[Decimal, list[list[str]]]]:
        """The total of the source after the first, and what a unit without the first may lack: its
        objects; those that no state is read from; and those that are read beside these, too. None
        if there is no second source.
        """
        assert self.fixture
        self.memory.asked.clear()
        device = units.find(self.fixture, self.memory)
        resolve = device.reader.resolve
        of_states = {request.partition(" ")[2] for request in self.memory.asked}
        total = getattr(device.profile, part)
        figures = list(total.figures) if total else []
        while figures and not figures[0].raw_figures(device.reader):
            del figures[0]
        if self.whole.totals[name] is None or not figures:
            return None
        first, *others = figures
        if not others and not total.else_outlets:
            return None
        rest = replace(device.profile, **{part: replace(total, figures=tuple(others))})
        try:
            reading = detection.read_as(self.memory, rest, metered_only=self.fixture.metered_only)
        except PduHandlerError:  # nothing else says that it is a unit of this family
            return None
        next_total = getattr(read_exactly(reading), name)
        if next_total is None:
            return None

        of_first = {resolve(oid) for oid in oids(first)}
        kept = set(of_states)
        for figure in others:
            kept.update(resolve(oid) for oid in oids(figure))
        tables = {_table_of(oid) for oid in of_first}
        own = self._below(of_first)
        unshared = self._below(of_first - of_states)
        beside: list[str] = []
        for oid, objects in self.columns().items():
            if _table_of(oid) in tables and oid not in kept and oid not in of_first:
                beside += objects
        return next_total, [own, unshared, unshared + beside]

    def _below(self, columns: set[str]) -> list[str]:
        assert self.fixture
        return [
            oid for oid in self.fixture.rows if any(is_below(oid, column) for column in columns)
        ]

    def total_without(self, objects: list[str], name: str) -> Optional[Decimal]:
        with self.memory.without(objects):
            try:
                return self.read().totals[name]
            except PduHandlerError:
                return None

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
    for objects in unit.columns().values():
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


def test_a_total_has_a_second_source_or_a_reason_why_it_has_none() -> None:
    reasons = []
    for families in ONE_SOURCE.values():
        for name, keys in families.items():
            reasons += [(family, name) for family in keys.split()]

    with_one_source = []
    for profile in PROFILES:
        for name in PARTS:
            total = getattr(profile, name)
            if total and len(total.figures) + total.else_outlets == 1:
                with_one_source.append((profile.key, name))

    assert sorted(reasons) == sorted(with_one_source)


@units.EACH
@pytest.mark.sample(12)
def test_a_unit_without_the_first_source_of_a_total_has_that_of_the_next(unit: Fixture) -> None:
    device = Unit(unit.name, of_rows(unit.rows), unit)
    for part, name in PARTS.items():
        second = device.second_source(part, name)
        if second:
            next_total, lacking = second
            totals = [device.total_without(objects, name) for objects in lacking]
            is_without = (unit.name, part) in WITHOUT_SECOND
            assert (next_total in totals) is not is_without, (part, next_total, totals)


@units.EACH
@pytest.mark.sample(12)
def test_a_total_misses_a_row_that_something_else_shows(unit: Fixture) -> None:
    device = Unit(unit.name, of_rows(unit.rows), unit)
    changes = [list(device.changes(device.memory.without(row))) for row in device.rows()]
    unnoticed = [change for change in changes if change]
    assert (len(unnoticed) > 1) is (unit.name in UNCOUNTED), unnoticed
    assert (len(unnoticed) == 1) is (unit.name in LAST_ROW), unnoticed


@pytest.mark.sample(4)
@pytest.mark.against("recordings of real units, in memory")
@pytest.mark.parametrize("name", recorded.WALKS)
def test_no_total_of_a_recorded_unit_shrinks_without_an_object(name: str) -> None:
    unit = Unit(name, of_rows(recorded.rows(name)))
    assert wrong(unit, _OBJECTS_OF_A_COLUMN) == []
