"""Enlogic (nVent): PDUs of ENLOGIC-PDU-MIB. The index is unit.row. APC's cPDU has the same tables
below APC's own root. ENLOGIC-PDU2-MIB has them for pods, too, and tables without outlets for an "ES
PDU".

Switched and metered outlets are two tables with different rows, joined by unit and number. Rows
beyond the unit's outlets are padding with the number 0. The command column reads the state in the
numbers of commands, and 7 if the state is not known, for which the state has no value.

The Edge series has the tables of HPE's pdu3 below its own root. The maker's MIB of it is not
public; a testbed's power module has the names and meanings of the objects that it reads. An
outlet's own meter is not read: the module has no such object.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Callable

from ..cells import Rows
from ..completeness import with_missing_if_fewer
from ..computed import Complete, Number
from ..controls import Write
from ..evidence import DRIVER, SIMULATED
from ..filters import none_of, one_of, strict_where, with_arc, without
from ..joins import join, numbered, with_units
from ..measurements import Measurement
from ..objects import Column
from ..outlets import Outlets
from ..profile import Profile
from ..states import State
from ..tables import Tables, computed_from
from . import hpe
from .conditions import row_condition
from .language import THE_UNIT, column, figure, nameplate, oids, outlets, scalar, total
from .links import NO_PUBLIC_MIB, librenms, public
from .programs import EMULAB_ENLOGIC
from .scales import HUNDREDTHS, ONES, TENTHS
from .sources import LAST_ARC, first, rows_where, rows_without, value_or_empty

PADDING = "0"  # the outlet number of a padding row
OFF, ON = 1, 2  # commands
LINES = ("1", "2", "3")

# A row for each unit of the chain.
ESP_UNITS = column("38446.2.2.3.1.6", "espUnitPropertiesInputPhaseCount")
esp_total = partial(total, unit=THE_UNIT, units=ESP_UNITS)


def _lines(currents: Column, voltages: Column, phase_count: Column) -> Complete:
    """The current of each line of each unit: their sum is the load. Rows 1 to 3 are phases, or
    lines if the unit is fed in delta; rows 4 to 6 are the delta phases of the same load, and left
    out.

    >>> AMPERES, VOLTS = column("~.3.4.1.5", "current"), column("~.3.4.1.6", "voltage")
    >>> PHASE_COUNT = column("~.2.3.1.6", "phaseCount")
    >>> lines = _lines(AMPERES, VOLTS, PHASE_COUNT)
    >>> currents = {AMPERES: {"1.1": 52, "1.2": 48, "1.4": 30}}
    >>> lines.rows(tables_of(currents))
    {'1.1': 52, '1.2': 48}

    A line that has a voltage and no current is missing, and so is one that the unit counts; "1." is
    a row whose index is not known.

    >>> volts = {VOLTS: {"1.1": 230, "1.2": 231, "1.3": 229, "1.4": 400}}
    >>> lines.rows(tables_of({**currents, **volts}))["1.3"].reason
    'no answer'
    >>> list(lines.rows(tables_of({**currents, PHASE_COUNT: {"1": 3}})))
    ['1.1', '1.2', '1.']

    A count above 3 may include the delta phases and tells nothing. Rows beyond the count read -1 on
    a unit of one phase, and are padding.
    """
    every_row = Complete(currents, same_rows_as=voltages)

    @computed_from(every_row, by_row=True)
    def lines(tables: Tables) -> Rows:
        return with_arc(tables[every_row], LAST_ARC, *LINES)

    line_count = rows_where(phase_count, phase_count, one_of("1", "2", "3"))
    return Complete(lines, count=line_count, padding=("-1",))


ESP_LINES = _lines(
    column("38446.2.3.4.1.5", "espInputPhaseStatusCurrent"),
    column("38446.2.3.4.1.6", "espInputPhaseStatusVoltage"),
    ESP_UNITS,
)


def _outlets(below: Callable[[str, str], Column], count: Column) -> tuple[Outlets, ...]:
    """The outlets of a family of this design: two tables, of the switched and of the metered ones.
    A meter is that of the outlet with the same unit and number. Here outlet 1.1 is printed 7, and
    the meter of 7 is in row 1.3; row 1.2 has the number 0 and is padding:

    >>> def below(arcs, name):
    ...     return column("38446.1." + arcs, "pdu" + name)
    >>> (way,) = _outlets(below, count=below("2.3.1.4", "UnitPropertiesSwitchedOutletCount"))
    >>> switched = {below("5.4.1.4", "State"): {"1.1": 1, "1.2": 0}}
    >>> numbers = {below("5.4.1.2", "Number"): {"1.1": 7, "1.2": 0}}
    >>> meters = {below("5.9.1.5", "Current"): {"1.3": 15}, below("5.9.1.2", "Number"): {"1.3": 7}}
    >>> unit = tables_of({**switched, **numbers, **meters})
    >>> way.states.rows(unit), way.current.measured_rows(unit), way.number.rows(unit)
    ({'1.1': 1}, {'1.1': Decimal('0.15')}, {'1.1': 7, '1.2': 0})

    below: makes a column of the family, from arcs and the end of its name.
    count: the number of switched outlets of each unit.
    """
    number = below("5.4.1.2", "OutletSwitchedStatusNumber")
    metered_number = below("5.9.1.2", "OutletMeteredStatusNumber")
    state = below("5.4.1.4", "OutletSwitchedStatusState")
    command = replace(below("5.5.1.4", "OutletSwitchedControlCommand"), optional=True)

    @computed_from(state, number, by_row=True)
    def states(tables: Tables) -> Rows:
        """The state of each switched outlet. A row whose number is 0 is padding and left out.

            states {"1.1": 1, "1.2": 0}, numbers {"1.1": 7, "1.2": 0}   {"1.1": 1}

        Raises ProtocolError if the number of a listed row is not answered; when one row alone is
        read for a command, the result is then without a row.
        """
        numbers = tables[number]
        if tables.outlet and not numbers:
            return {}
        return strict_where(tables[state], numbers, none_of(PADDING))

    @computed_from(number, metered_number)
    def printed_numbers(tables: Tables) -> Rows:
        numbers = tables[number] or tables[metered_number]
        unit_numbers = numbered(numbers, position=0)
        return with_units(unit_numbers, numbers)

    def meter(values: Column, scale: Decimal) -> Measurement:
        """A figure of each switched outlet, from the table of metered ones. Their rows differ where
        an outlet is not metered: a meter is that of the outlet with the same unit and number.

            meters {"1.3": 15}, numbers of meters {"1.3": 7}, of outlets {"1.1": 7}   {"1.1": 15}
        """
        numbers = rows_without(number, PADDING)
        unit, metered_unit = Number(numbers, position=0), Number(metered_number, position=0)

        @computed_from(values, metered_unit, metered_number, unit, numbers)
        def joined(tables: Tables) -> Rows:
            """The meters under the rows of the switched outlets with the same unit and number."""
            meters = tables[values]
            if not meters:
                return {}  # the numbers are not read
            keys = [tables[metered_unit], tables[metered_number]]
            return join(meters, keys, [tables[unit], tables[numbers]])

        return figure(joined, scale)

    return outlets(
        State(
            states,
            on=("1",),
            off=("0",),
            conditions=(row_condition(command, str(OFF), str(ON)),),
        ),
        Write(command, on=ON, off=OFF),
        count=count,
        checks_empty_table=True,
        rows=rows_without(metered_number, PADDING),
        number=printed_numbers,
        name=first(
            below("5.4.1.3", "OutletSwitchedStatusName"),
            below("5.9.1.3", "OutletMeteredStatusName"),
        ),
        current=meter(below("5.9.1.5", "OutletMeteredStatusCurrent"), HUNDREDTHS),
        power=meter(below("5.9.1.6", "OutletMeteredStatusActivePower"), ONES),
        energy=meter(below("5.9.1.11", "OutletMeteredStatusResettableEnergy"), TENTHS),
        has_joined_meters=True,
    )


def family(root: str, prefix: str = "pdu") -> partial[Profile]:
    """The entry of a family of this design: all but its key, vendor, MIB and models, which the
    caller adds.

    >>> enlogic = family("38446.1")(key="enlogic-en", vendor="Enlogic", mib="PDU", models=("EN",))
    >>> (way,) = enlogic.outlets
    >>> way.control.varbinds(tables_of({}), "1.7", up=True)
    [('1.3.6.1.4.1.38446.1.5.5.1.4.1.7', 2)]

    root: the arcs of its tables, which also begin its sysObjectIDs.
    prefix: begins the names of its objects.
    """

    def below(arcs: str, name: str) -> Column:
        return column(f"{root}.{arcs}", prefix + name)

    # each unit of the chain has a row
    outlet_count_column = below("2.3.1.4", "UnitPropertiesSwitchedOutletCount")
    unit_count = scalar(f"{root}.2.1.0", f"{prefix}UnitTableSize")
    unit_total = partial(total, else_outlets=True, unit=THE_UNIT, units=outlet_count_column)
    watts = below("2.4.1.4", "UnitStatusActivePower")
    energy = below("2.4.1.9", "UnitStatusEnergy")
    lines = _lines(
        below("3.4.1.5", "InputPhaseStatusCurrent"),
        below("3.4.1.6", "InputPhaseStatusVoltage"),
        below("2.3.1.6", "UnitPropertiesInputPhaseCount"),
    )
    return partial(
        Profile,
        sys_object_ids=oids(root),
        units=Complete(outlet_count_column, count=unit_count, gaps=True),
        unit_count=unit_count,
        outlets=_outlets(below, outlet_count_column),
        load=unit_total(figure(lines, HUNDREDTHS)),
        power=unit_total(figure(watts)),
        energy=unit_total(figure(value_or_empty(energy, watts), TENTHS)),
        evidence=SIMULATED,
        unread=(
            f"{prefix}CircuitBreakerStatusLoadState: it is a state of the load, and the MIB does"
            " not say that off means tripped"
        ),
    )


EDGE_ROOT = "38446.4.1"
EDGE = hpe.PduTables(EDGE_ROOT, "pdu", HUNDREDTHS)
# The module reads it. As in pdu3, each unit of a chain has this row, also one without outlets.
EDGE_PHASES = EDGE.column("1.2.1.11", "InputPhaseCount", optional=True)


@computed_from(EDGE_PHASES, EDGE.outlet_count, EDGE.unit_count)
def edge_units(tables: Tables) -> Rows:
    """The units of a chain, a row for each. One that the device counts (NumberPDU) and does not
    list is missing.

    >>> chain = {EDGE_PHASES: {"1": 3}, EDGE.outlet_count: {"1": 24}, EDGE.unit_count: {"0": 2}}
    >>> rows = edge_units.rows(chain)
    >>> list(rows), rows["0."].reason
    (['1', '0.'], 'no answer')

    Firmware without the phase counts lists its units by their outlets; a count of 0 is padding.
    """
    units = tables[EDGE_PHASES]
    if not units:
        units = without(tables[EDGE.outlet_count], hpe.PADDING)
    return with_missing_if_fewer(units, tables[EDGE.unit_count])


PROFILES = (
    family("38446.1")(
        key="enlogic",
        vendor="Enlogic",
        mib="ENLOGIC-PDU-MIB of 2015-06-18",
        source=librenms("enlogic/ENLOGIC-PDU-MIB"),
        models=("EN1xxx to EN6xxx",),
        # pduNamePlateSerialNumber, pduNamePlateModelNumber
        nameplate=nameplate(serial="38446.1.1.2.1.11", model="38446.1.1.2.1.10"),
    ),
    # No sysObjectID was seen on a pod or an ES PDU: these are the roots of their trees.
    family("38446.3", "pod")(
        key="enlogic-pod",
        vendor="Enlogic",
        mib="ENLOGIC-PDU2-MIB of 2020-05-21",
        source=librenms("enlogic/ENLOGIC-PDU2-MIB"),
        models=("Pod and inline meter",),
        unseen=True,
    ),
    Profile(
        key="enlogic-esp",
        vendor="Enlogic",
        mib="ENLOGIC-PDU2-MIB of 2020-05-21",
        source=librenms("enlogic/ENLOGIC-PDU2-MIB"),
        models=("ES PDU and inline meter, without outlets",),
        sys_object_ids=oids("38446.2"),
        unseen=True,
        load=esp_total(figure(ESP_LINES, HUNDREDTHS)),
        power=esp_total(figure(column("38446.2.2.4.1.4", "espUnitStatusActivePower"))),
        energy=esp_total(figure(column("38446.2.2.4.1.9", "espUnitStatusEnergy"), TENTHS)),
        evidence=SIMULATED.of("current", "power", "energy"),
    ),
    Profile(
        key="enlogic-edge",
        vendor="Enlogic",
        mib="Enlogic Edge MIB 1.1 (public driver)",
        source=EMULAB_ENLOGIC,
        models=("Edge series",),
        sys_object_ids=oids(EDGE_ROOT),
        unseen=True,
        units=edge_units,
        unit_count=EDGE.unit_count,
        outlets=EDGE.outlets(
            Write(EDGE.column("5.2.1.10", "OutletControlCommand"), on=2, off=1),
            replace(
                EDGE.guard(EDGE.column("1.2.1.10", "Controllable"), refuse=("2",)),
                always_there=False,
            ),
        )(current=None),
        load=EDGE.load(),
        power=EDGE.power(),
        energy=EDGE.total(figure(EDGE.column("2.1.1.6", "InputTotalEnergy"))),
        evidence=DRIVER,
        # The second writes the same column of this design below Eaton's root: 2 on, 1 off.
        programs=(EMULAB_ENLOGIC, public("networkupstools/nut", "drivers/eaton-pdu-nlogic-mib.c")),
        note=f"The sysObjectID is assumed. {NO_PUBLIC_MIB}",
    ),
)
