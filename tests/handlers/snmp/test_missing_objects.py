"""An object, a column or a row is missing in the answers that figures are read from, of each unit:
each total and each outlet's figure is what it was, or unset. It never shrinks, no energy becomes
another counter, no state turns, and no row of padding becomes an outlet with a state.

`ONE_SOURCE` says why a total has no second source, for units that lack the objects of the first.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import NamedTuple, Optional

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.snmp import detection
from handlers.snmp.device import SnmpDevice
from handlers.snmp.profiles import PROFILES
from handlers.snmp.read_scope import ALL_STATES, FIGURES, ReadScope
from pdu_common.helper import EnumPowerStatus
from tests.foreign_files import readings
from tests.handlers.snmp import recorded, units
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import Memory, of_rows
from tests.simulators.snmp_units import Fixture

SYSTEM_GROUP = "1.3.6.1.2.1.1."
#: totals of a profile, and their names in a reading
PARTS = {"load": "load_a", "power": "power_w", "energy": "energy_kwh"}
TOTALS = tuple(PARTS.values())
#: units of which a row that is missing in all columns of its table is not noticed
UNCOUNTED = frozenset(
    (
        "apc-rpdu_total aten-pe2 cpi-econnect_lines cpi-econnect_metered cyberpower-ats "
        "cyclades-acs5k e3meter-ipm eaton-nlogic enlogic-edge geist-v3 geist-v3_watchdogs "
        "geist-v5 geist-v5_metered hpe-mapdu2 ict-pdu_buses infrapower "
        "liebert-mph liebert-mph_metered liebert-mph_tenths powertek-pwt2 powertek-simple "
        "racktivity racktivity-legacy riedo-updu rpcm schleifenbauer_conteg "
        "tripplite-products_ats tripplite-products_ups ts-bspdu vertiv-dcs-mpdu"
    ).split()
)
#: likewise, but only the last row, because the others are counted, or bound other rows
LAST_ROW = frozenset(
    (
        "aten-pe aten-pe_slots aten-pe_texts aten-pe_unconfirmed avocent-pm_totals eaton-epdu "
        "enlogic-pod geist-v5_inlet ipoman_metered lantronix-slc opengear-rpc panduit-g5 "
        "raritan-px1 sentry3 sinetica-hawk tripplite-products wti-power_mpc"
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
            "apc-rpdu delta-pdu eaton-nlogic enlogic-esp gude-epc gude-pdu ibm-dpi-metered"
            " ipt-ipower npdu digipower lantronix-slc racktivity-legacy vertiv-dcs-mpdu"
        ),
        "energy": (
            "apc-rpdu2 cpi-econnect cyberpower-ats dell-rpdu delta-pdu enlogic-esp hpe-ipdu ipoman"
            " ipt-ipower rpcm synaccess-synlink synaccess-netbooter vertiv-dcs-mpdu clever-mpdu"
            " clever-zpdu clever-rpdu clever-npm-v clever-ip-pdu digipower ibm-dpi-metered"
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
    "one function of the family chooses among its objects": {"power": "hpe-pdu-module"},
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
#: a variable whose name is empty is none: the sum of the phases takes the place of the total
_NEXT_SOURCE = {"rittal-cmc-iii-pu_pdu-controller": ["power_w 2742 -> 2747"]}
#: so many objects of a column of a recording are tried
_OBJECTS_OF_A_COLUMN = 3
_METERED_ONLY = {name for name, read in readings.expected().items() if read.get("metered_only")}


class Reading(NamedTuple):
    """The totals, outlets and states that are read of a unit."""

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
        """The reading of the unit now. Raises PduHandlerError."""
        states = self._find(ALL_STATES).states
        figures = read_exactly(self._find(FIGURES))
        of_outlets = {}
        for name in ("currents", "powers", "energies"):
            for identity, value in getattr(figures, name).items():
                of_outlets[name, identity] = value
        totals = {name: getattr(figures, name) for name in TOTALS}
        return Reading(states, totals, of_outlets)

    def _find(self, scope: ReadScope) -> SnmpDevice:
        if self.fixture:
            return units.find(self.fixture, self.memory, scope)
        metered_only = self.name in _METERED_ONLY
        return detection.detect(self.memory, PROFILES, scope, metered_only=metered_only)

    def changes(self, other_answers: AbstractContextManager[None]) -> list[str]:
        """What is read otherwise while the unit gives other answers: a total, a state that turns, a
        new outlet or an outlet's figure. An error and a figure that is not known are none."""
        with other_answers:
            try:
                reading = self.read()
            except PduHandlerError:
                return []
        return [*self._changed_figures(reading), *self._changed_states(reading)]

    def _changed_figures(self, reading: Reading) -> Iterator[str]:
        for name, total in self.whole.totals.items():
            if total is not None and reading.totals[name] not in (None, total):
                yield f"{name} {total} -> {reading.totals[name]}"
        for (name, identity), value in reading.of_outlets.items():
            if self.whole.of_outlets.get((name, identity), value) != value:
                yield f"{name} of outlet {identity} became {value}"

    def _changed_states(self, reading: Reading) -> Iterator[str]:
        for identity, state in self.whole.states.items():
            if {state, reading.states.get(identity)} == {EnumPowerStatus.UP, EnumPowerStatus.DOWN}:
                yield f"outlet {identity} turned"
        for identity in reading.states.keys() - self.whole.states.keys():
            if self.whole.states and reading.states[identity] is not EnumPowerStatus.UNKNOWN:
                yield f"outlet {identity} appeared"

    def asked_oids(self) -> list[str]:
        """What is walked or got for a reading, each OID once."""
        self.memory.asked.clear()
        self.read()
        return list(dict.fromkeys(request.partition(" ")[2] for request in self.memory.asked))

    def columns(self) -> dict[str, list[str]]:
        """The objects of each column and each scalar that figures and states are read from."""
        columns = {}
        for oid in self.asked_oids():
            if oid.startswith(SYSTEM_GROUP):
                continue
            objects = [f"{oid}.{row}" for row in self.memory.walk(oid)]
            if objects:
                columns[oid] = objects
            elif self.memory.get(oid) is not None:  # a scalar
                columns[oid] = [oid]
        return columns

    def rows(self) -> list[set[str]]:
        """The objects of each row of the tables that figures and states are read from."""
        self.memory.asked.clear()
        self.read()
        tables = {column.rpartition(".")[0] for column in self.memory.walked_columns()}
        objects_by_row: dict[tuple[str, str], set[str]] = defaultdict(set)
        for table in tables:
            for column_and_index in self.memory.walk(table):
                _, _, index = column_and_index.partition(".")
                objects_by_row[table, index].add(f"{table}.{column_and_index}")
        return list(objects_by_row.values())


def wrong(unit: Unit, objects_of_a_column: int = 1000) -> list[str]:
    """What changes without an object or a whole column, or if an object is empty. Of a column with
    more objects than `objects_of_a_column`, so many or fewer are tried."""
    changes: list[str] = []
    for objects in unit.columns().values():
        step = math.ceil(len(objects) / objects_of_a_column)
        for object_ in objects[::step]:
            changes += unit.changes(unit.memory.without([object_]))
            changes += unit.changes(unit.memory.holding({object_: ""}))
        changes += unit.changes(unit.memory.without(objects))
    return changes


@units.EACH
@pytest.mark.sample(12)
def test_no_total_shrinks_and_no_state_turns_without_an_object(unit: Fixture) -> None:
    changes = wrong(Unit(unit.name, of_rows(unit.rows), unit))
    assert changes == []


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

    assert set(with_one_source) <= set(reasons)
    assert sorted(reasons) == sorted(with_one_source)


@units.EACH
@pytest.mark.sample(12)
def test_a_total_misses_a_row_that_something_else_shows(unit: Fixture) -> None:
    device = Unit(unit.name, of_rows(unit.rows), unit)
    changes = [device.changes(device.memory.without(row)) for row in device.rows()]
    unnoticed = [change for change in changes if change]
    assert (len(unnoticed) > 1) is (unit.name in UNCOUNTED), unnoticed
    assert (len(unnoticed) == 1) is (unit.name in LAST_ROW), unnoticed


@pytest.mark.sample(4)
@pytest.mark.against("recordings of real units, in memory")
@pytest.mark.parametrize("name", recorded.WALKS)
def test_no_total_of_a_recorded_unit_shrinks_without_an_object(name: str) -> None:
    unit = Unit(name, of_rows(recorded.rows(name)))
    assert wrong(unit, _OBJECTS_OF_A_COLUMN) == _NEXT_SOURCE.get(name, [])
