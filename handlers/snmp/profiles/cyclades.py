"""Cyclades: PDUs on serial ports of a console server, AlterPath ACS or ACS 5000.

The index is port.outlet. Row 0 of a port stands for all its outlets, so it is neither listed nor
written. Each unit of a port's chain reports its current.

ACS 5000: the table of outlets' figures is indexed by port.unit.outlet of the unit, and the column
that would join it is not readable, so it is not read. An estimated power is not read either.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from ..cells import Rows
from ..computed import Complete
from ..controls import Guard, Write
from ..evidence import SIMULATED
from ..filters import without_arc, yes_or_no
from ..joins import empty_unless
from ..objects import Column
from ..outlets import Outlets
from ..profile import Profile
from ..states import State
from ..tables import ComputedRows, Tables, computed_from
from .language import THE_UNIT, column, figure, oids, outlets, total
from .links import pysnmp_mibs
from .scales import TENTHS
from .sources import LAST_ARC

UNLOCKED = "0"  # 1 is locked, 2 unknown
ACS, ACS5K = "2925.4.5", "2925.8.5"
ACS5K_CURRENT = column(ACS5K + ".3.1.5", "cyPMUnitCurrent")
ACS5K_PHASES = column(ACS5K + ".3.1.12", "cyPMUnitPhases")
ACS5K_POWER = column(ACS5K + ".5.1.5", "cyPMElecPduTablePowerValue")
ACS5K_SENSOR = column(ACS5K + ".5.1.11", "cyPMElecPduTablePowerType")
SINGLE, THREE_PHASES = "0", "3"
ESTIMATED, MEASURED = "1", "2"


def _count(tree: str) -> Column:
    return column(tree + ".2.1.2", "cyPMNumberOutlets")


def _unit_count(tree: str) -> Column:
    return column(tree + ".2.1.3", "cyPMNumberUnits")


def _units(tree: str) -> Complete:
    """The current of each unit of each port's chain."""
    return Complete(column(tree + ".3.1.5", "cyPMUnitCurrent"), count=_unit_count(tree))


def _outlets(tree: str, why: str) -> tuple[Outlets, ...]:
    """The outlets of PDUs at the ports of a console server: states (1 on, 0 off), commands and
    names. Row 2.1.7 is outlet 7 of PDU 1 at port 2; row 2.1.0 is no outlet and left out.

    >>> (way,) = _outlets(ACS, "it is locked on the device")
    >>> POWER, LOCK = way.control.at, way.guards[0].test
    >>> unit = tables_of({POWER: {"2.1.0": 0, "2.1.7": 1}, LOCK: {"2.1.0": 0, "2.1.7": 1}})
    >>> way.states.rows(unit)
    {'2.1.7': 1}

    Only an outlet whose lock reads 0 is switched:

    >>> way.guards[0].raise_if_forbidden(unit, "2.1.7")
    Traceback (most recent call last):
    handlers.shared.errors.Unsupported: outlet 2.1.7 is not switched: it is locked ... (value 1)

    tree: the arcs of the console server's tables.
    why: what a refused command says.
    """
    power = column(tree + ".4.1.4", "cyOutletPower")

    @computed_from(power, by_row=True)
    def states(tables: Tables) -> Rows:
        return without_arc(tables[power], LAST_ARC, "0")

    return outlets(
        State(states, on=("1",), off=("0",)),
        Write(power, on=1, off=0),
        Guard(column(tree + ".4.1.5", "cyOutletLock"), allow=(UNLOCKED,), why=why),
        count=_count(tree),
        checks_empty_table=True,
        name=column(tree + ".4.1.2", "cyOutletName"),
    )


def _emptied_unless(values: Column, test: Column, mark: str, other: str) -> ComputedRows:
    """A figure of each unit for which `test` reads `mark`, such as the current of units of one
    phase. Those that read `other` are emptied, so that the chain has no sum; of a third value the
    figure is missing.

    >>> AMPERES, KIND = column("99999.1", "current"), column("99999.2", "kind")
    >>> one_phase = _emptied_unless(AMPERES, KIND, "1", "2")
    >>> one_phase.rows(tables_of({AMPERES: {"1": 15, "2": 7}, KIND: {"1": 1, "2": 2}}))
    {'1': 15, '2': ''}
    """

    @computed_from(values, test)
    def rows(tables: Tables) -> Rows:
        return empty_unless(tables[values], tables[test], yes_or_no((mark,), (other,)))

    return rows


PROFILES = (
    Profile(
        key="cyclades-pm",
        vendor="Cyclades",
        mib="CYCLADES-ACS-PM-MIB of 2005-08-29",
        source=pysnmp_mibs("mibs/vertiv/CYCLADES-ACS-PM-MIB"),
        models=("AlterPath PM behind AlterPath ACS",),
        sys_object_ids=oids("2925"),
        units=_units(ACS),
        unit_count=_unit_count(ACS),
        outlets=_outlets(ACS, "it is locked on the device, or its lock is not known"),
        load=total(
            figure(_units(ACS), TENTHS, same_rows_as=column(ACS + ".3.1.6", "cyPMUnitMaxCurrent")),
            unit=THE_UNIT,
            always_there=True,
        ),
        evidence=SIMULATED.of("state", "current", "switching"),
    ),
    Profile(
        key="cyclades-acs5k",
        vendor="Cyclades",
        mib="CYCLADES-ACS5K-PM-MIB of 2010-07-26",
        source=pysnmp_mibs("mibs/vertiv/CYCLADES-ACS5K-PM-MIB"),
        models=("AlterPath PM, PM PDUs behind Avocent ACS 5000",),
        sys_object_ids=oids("2925"),
        unseen=True,
        units=_units(ACS5K),
        unit_count=_unit_count(ACS5K),
        outlets=_outlets(ACS5K, "the device does not report it as unlocked"),
        load=total(
            figure(
                _emptied_unless(ACS5K_CURRENT, ACS5K_PHASES, SINGLE, THREE_PHASES),
                TENTHS,
                unmetered="the MIB does not say what the current of a three-phase unit is",
            ),
            unit=THE_UNIT,
            units=_count(ACS5K),
            always_there=True,
        ),
        power=total(
            figure(
                _emptied_unless(ACS5K_POWER, ACS5K_SENSOR, MEASURED, ESTIMATED),
                TENTHS,
                unmetered="a unit only estimates its power",
            ),
            unit=THE_UNIT,
            units=_count(ACS5K),
        ),
        evidence=SIMULATED.of("state", "current", "power", "switching"),
        note=(
            "The MIB does not say what the current of a three-phase unit is, so there is no load "
            "behind a console server with such a unit. The sysObjectID is assumed."
        ),
        unread=(
            "cyOutletMinimumOnInterval, cyOutletMinimumOffInterval: no object tells how much of"
            " them is left"
        ),
    ),
)
