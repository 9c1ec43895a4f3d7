"""Bachmann: BlueNet units with BACHMANN-BLUENET2-MIB. The index is device.circuit.phase.socket.

The status combines on or off with alarms, warnings and identification. Measurements are variables:
one table has their units and powers of ten, another their values, types and statuses. The index of
both is a GUID of eight octets: the first seven identify the measured part, the last one the
variable.

Older: BlueNet IRS with BLUENET-IRS. The index is a text, in octets after its length. The MIB does
not give the values of a socket's or a fuse's state, so sockets are listed and metered, but not
switched. Flags of each PDU say what it meters.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from functools import partial
from typing import Optional

from ..cells import Cell, Missing, Rows, missing_because
from ..completeness import if_complete
from ..computed import Complete
from ..controls import Guard, Write
from ..decoding import octets, octets_if_latin_1
from ..evidence import SIMULATED
from ..filters import (
    matches_yes_or_no,
    none_of,
    one_of,
    rows_if_any_in,
    rows_if_every_mark,
    rows_if_none_in,
    where,
    where_value,
    without,
)
from ..joins import left_join, numbered
from ..measurements import Measurement
from ..objects import Column
from ..profile import Profile
from ..states import State
from ..tables import Source, Tables, computed_from
from ..totals import Total
from .conditions import unit_condition
from .language import THE_UNIT, column, figure, oids, outlets, scalar, total
from .links import public, pysnmp_mibs
from .scales import THOUSANDTHS
from .sources import rows_without

STATUS = column("31770.2.2.6.5.1.11", "blueNet2SocketStatus")
MODE = column("31770.2.2.6.5.1.12", "blueNet2SocketMode")
SWITCHED_ON, SWITCHED_OFF = "1", "2"  # 3 is both, 4 not available, 5 not switchable
DEVICE_STATUS = column("31770.2.2.4.2.1.7", "blueNet2DeviceStatus")
# Statuses of a device that do not deny the states of its sockets: ok, on, and alarms and warnings
# of it or of a part. The others are expected, undefined, lost, deactivated, off, being updated,
# disabled.
PRESENT = tuple(map(str, (*range(2, 7), *range(9, 25, 2), *range(25, 28), *range(38, 44), 45)))

SOCKETS = column("31770.2.2.6.5.1.6", "blueNet2SocketGuid")
PHASES = column("31770.2.2.6.3.1.4", "blueNet2PhaseGuid")
VALUE = column("31770.2.2.8.4.1.5", "blueNet2VariableDataValue")
TYPE = column("31770.2.2.8.4.1.3", "blueNet2VariableDataType")
CONDITION = column("31770.2.2.8.4.1.4", "blueNet2VariableDataStatus")
# Read for each variable: nothing says that sockets of one strip, or PDUs of a chain, share it.
SCALING = column("31770.2.2.8.2.1.9", "blueNet2VariableScaling")
UNIT = column("31770.2.2.8.2.1.10", "blueNet2VariableUnit")
# type and unit of variables in A, W and kWh
CURRENT, POWER, ENERGY = ("4", "4"), ("19", "36"), ("36", "240")
# statuses: expected, undefined, deactivate, disabled
NOT_MEASURED = ("0", "1", "8", "44")
# status: lost; such a variable is kept, without a value
LOST_STATUS = "7"
ENTITY = 7  # octets of a GUID that identify the measured part
DEVICE_COUNT = scalar("31770.2.2.4.1.2.0", "blueNet2NumberOfDevices")
PHASE_COUNT = column("31770.2.2.4.2.1.20", "blueNet2DeviceNumberOfPhases")
DEVICES = Complete(PHASE_COUNT, count=DEVICE_COUNT, gaps=True)


# the number of phases of each device that has some
DEVICES_WITH_PHASES = rows_without(DEVICES, "0")
device_total = partial(total, else_outlets=True, unit=THE_UNIT, units=DEVICES_WITH_PHASES)


def _by_guid(values: Rows, guids: Rows) -> Rows:
    """For each part, the value of the variable whose index begins with the octets of its GUID.

    A part whose GUID is empty, or begins the indexes of several variables, has an empty value, so
    that there is no sum; one whose GUID is shorter, or begins no index, is left out. Without values
    there are no rows.

    >>> part = bytes([1, 2, 3, 4, 5, 6, 7])
    >>> _by_guid({"1.2.3.4.5.6.7.99": 230}, {"1.1": part})
    {'1.1': 230}
    >>> _by_guid({"1.2.3.4.5.6.7.99": 230, "1.2.3.4.5.6.7.98": 9}, {"1.1": part})
    {'1.1': ''}
    """
    if not values:
        return {}
    values_by_part: dict[tuple[str, ...], list[Cell]] = {}
    for index, value in values.items():
        values_by_part.setdefault(tuple(index.split(".")[:ENTITY]), []).append(value)
    value_by_row: Rows = {}
    for row, guid in guids.items():
        if isinstance(guid, Missing):
            value_by_row[row] = missing_because(guid)
            continue
        part = _first_arcs(octets(guid))
        if part not in values_by_part:
            from_latin_1 = _first_arcs(octets_if_latin_1(guid) or b"")
            part = from_latin_1 if from_latin_1 in values_by_part else part
        values_of_part = values_by_part.get(part, []) if len(part) == ENTITY else []
        if len(values_of_part) == 1:
            value_by_row[row] = values_of_part[0]
        elif values_of_part or not part:
            value_by_row[row] = ""
    return value_by_row


def _first_arcs(guid: bytes) -> tuple[str, ...]:
    return tuple(map(str, guid[:ENTITY]))


def _measurement(
    kind: tuple[str, str], guids: Column, count: Optional[Source] = None
) -> Measurement:
    """A measurement of each part, such as each socket. The device keeps all measured values as
    variables in one table: a variable belongs to the part whose GUID its index begins with. Here
    the variable of type 4 and unit 4 is the current of socket 1.1, that of type 19 its power:

    >>> current = _measurement(CURRENT, SOCKETS).source
    >>> sockets = {SOCKETS: {"1.1": bytes([1, 2, 3, 4, 5, 6, 7])}}
    >>> variables = {
    ...     VALUE: {"1.2.3.4.5.6.7.98": 53, "1.2.3.4.5.6.7.99": 230},
    ...     TYPE: {"1.2.3.4.5.6.7.98": 19, "1.2.3.4.5.6.7.99": 4},
    ...     UNIT: {"1.2.3.4.5.6.7.98": 36, "1.2.3.4.5.6.7.99": 4},
    ...     CONDITION: {"1.2.3.4.5.6.7.98": 2, "1.2.3.4.5.6.7.99": 2},
    ... }
    >>> current.rows(tables_of({**sockets, **variables}))
    {'1.1': 230}

    A part without a variable, and one whose variable is lost (status 7), is emptied: there is no
    sum.

    >>> lost = {CONDITION: {"1.2.3.4.5.6.7.98": 2, "1.2.3.4.5.6.7.99": 7}}
    >>> current.rows(tables_of({**sockets, **variables, **lost}))
    {'1.1': ''}

    kind: the type and the unit of the variables.
    guids: the column of the parts' GUIDs.
    count: the number of parts of each device; one that is not listed is missing.
    """
    type_, unit = kind

    def of_guids(tables: Tables, values: Column) -> Rows:
        """For each part, the value in `values` of the variable of this type and unit; "" if it is
        lost.
        """
        if not tables[values]:
            return {}
        of_type = where(tables[values], tables[TYPE], one_of(type_))
        of_kind = where(of_type, tables[UNIT], one_of(unit))
        variables = where(of_kind, tables[CONDITION], none_of(*NOT_MEASURED))
        known_values = where(variables, tables[CONDITION], none_of(LOST_STATUS))
        return _by_guid(left_join(variables, known_values), tables[guids])

    @computed_from(VALUE, TYPE, UNIT, CONDITION, guids)
    def readings(tables: Tables) -> Rows:
        of_each_guid = numbered(tables[guids], position=0)
        return left_join(of_each_guid, of_guids(tables, VALUE))

    @computed_from(SCALING, TYPE, UNIT, CONDITION, guids)
    def scalings(tables: Tables) -> Rows:
        return of_guids(tables, SCALING)

    rows = Complete(readings, count=count) if count else readings
    return Measurement(rows, absent=(), exponent=scalings)


IRS = "31770.1.1.2"
IRS_TAG = column(f"{IRS}.8.1.2", "sTag")
IRS_METERS_PHASES = column(f"{IRS}.2.1.8", "pdusfeMeasure")
IRS_METERS_SOCKETS = column(f"{IRS}.2.1.9", "pdusfeSinglePoolMeasure")
IRS_PHASES = column(f"{IRS}.6.1.12", "pRealEnergy")  # each phase has this row
IRS_PHASE_COUNT = scalar(f"{IRS}.5.0", "phasCount")
YES, NO = "[1-9][0-9]*", "0"


def _irs_socket(sub_oid: str, name: str) -> Measurement:
    """A current, power or energy of each socket, in thousandths: of a chain in which every PDU
    meters its sockets (pdusfeSinglePoolMeasure is not 0).

    >>> AMPERES = column(f"{IRS}.8.1.20", "sCurrent")
    >>> current, values = _irs_socket("20", "sCurrent"), {AMPERES: {"1.1": 520, "2.1": 0}}
    >>> current.source.rows(tables_of({**values, IRS_METERS_SOCKETS: {"1": 1, "2": 1}}))
    {'1.1': 520, '2.1': 0}

    If some do not, the values are emptied; if none does, there is no row:

    >>> current.source.rows(tables_of({**values, IRS_METERS_SOCKETS: {"1": 1, "2": 0}}))
    {'1.1': '', '2.1': ''}
    >>> current.source.rows(tables_of({**values, IRS_METERS_SOCKETS: {"1": 0, "2": 0}}))
    {}
    """
    values = column(f"{IRS}.8.1.{sub_oid}", name)

    @computed_from(values, IRS_METERS_SOCKETS)
    def rows(tables: Tables) -> Rows:
        flags, figures = tables[IRS_METERS_SOCKETS], tables[values]
        if_every_pdu_meters = rows_if_every_mark(figures, flags, matches_yes_or_no(YES, NO))
        every_socket = left_join(figures, if_every_pdu_meters)
        pdus_that_meter = without(flags, NO)
        return rows_if_any_in(every_socket, pdus_that_meter)

    return figure(rows, THOUSANDTHS, unmetered="not every PDU meters its sockets")


def _irs_total(sub_oid: str, name: str) -> Total:
    """The load, power or energy of the chain: the sum over its phases, in thousandths; the sum of
    the sockets if a PDU does not meter its phases (pdusfeMeasure 0).

    >>> load, AMPERES = _irs_total("3", "pCurrent"), column(f"{IRS}.6.1.3", "pCurrent")
    >>> phases = {IRS_PHASES: {"1.1": 7, "1.2": 7, "1.3": 7}, IRS_PHASE_COUNT: {"0": 3}}
    >>> unit = {**phases, IRS_METERS_PHASES: {"1": 1}}
    >>> load.read(tables_of({**unit, AMPERES: {"1.1": 520, "1.2": 480, "1.3": 500}}), None)
    Decimal('1.500')
    >>> load.read(tables_of({**unit, AMPERES: {"1.1": 520, "1.2": 480}}), None)
    NotKnown(reason='row 1.3 of pCurrent reads no answer')
    >>> unit = tables_of({**phases, IRS_METERS_PHASES: {"1": 0}})
    >>> from decimal import Decimal
    >>> load.read(unit, None, outlets={"1.1": Decimal("0.3")})
    Decimal('0.3')

    The flag of the PDUs, the count or a value that is not answered leaves the sum unknown: that of
    the sockets is another figure.
    """
    values = column(f"{IRS}.6.1.{sub_oid}", name)

    @computed_from(values, IRS_PHASES, IRS_PHASE_COUNT, IRS_METERS_PHASES)
    def rows(tables: Tables) -> Rows:
        """The phases of a chain in which no PDU says that it does not meter them."""
        flags = tables[IRS_METERS_PHASES]
        pdus_without_meter = where_value(flags, one_of(NO))
        every_phase = {} if pdus_without_meter else tables[IRS_PHASES]
        phases = rows_if_none_in(every_phase, pdus_without_meter)
        if not phases:
            return {}
        counted_values = if_complete(tables[values], tables.scalar(IRS_PHASE_COUNT))
        metered_values = rows_if_every_mark(counted_values, flags, matches_yes_or_no(YES, NO))
        return left_join(phases, metered_values)

    return total(figure(rows, THOUSANDTHS), else_outlets=True)


PROFILES = (
    Profile(
        key="bachmann-bluenet2",
        vendor="Bachmann",
        mib="BACHMANN-BLUENET2-MIB",
        source=pysnmp_mibs("mibs/bachmann/BACHMANN-BLUENET2-MIB"),
        models=("BlueNet BN3000 to BN7500",),
        sys_object_ids=oids("31770.2.1"),
        conditions=(unit_condition(DEVICE_STATUS, *PRESENT),),
        units=DEVICES,
        unit_count=DEVICE_COUNT,
        outlets=outlets(
            State(
                STATUS,
                on=tuple(map(str, range(9, 25, 2))),
                off=tuple(map(str, range(10, 25, 2))),
            ),
            Write(MODE, on=1, off=2),
            Guard(
                MODE,
                allow=(SWITCHED_ON, SWITCHED_OFF),
                why="the device reports it as not switchable or not available",
            ),
            count=column("31770.2.2.4.2.1.22", "blueNet2DeviceNumberOfSockets"),
            name=column("31770.2.2.6.5.1.8", "blueNet2SocketFriendlyName"),
            current=_measurement(CURRENT, SOCKETS),
            power=_measurement(POWER, SOCKETS),
            energy=_measurement(ENERGY, SOCKETS),
        ),
        load=device_total(_measurement(CURRENT, PHASES, DEVICES_WITH_PHASES)),
        power=device_total(_measurement(POWER, PHASES, DEVICES_WITH_PHASES)),
        energy=device_total(_measurement(ENERGY, PHASES, DEVICES_WITH_PHASES)),
        evidence=SIMULATED,
        unread=(
            "blueNet2FuseStatus: the index of a socket has no fuse, and blueNet2SocketFuse is not"
            " accessible"
        ),
    ),
    Profile(
        key="bachmann-irs",
        vendor="Bachmann",
        mib="BLUENET-IRS of 2009-06-04",
        source=public("DanielleHuisman/observium-community-edition", "mibs/bachmann/BLUENET-IRS"),
        models=("BlueNet IRS, with the PDUs of its server",),
        sys_object_ids=oids("31770.1"),
        unseen=True,
        outlets=outlets(
            rows=IRS_TAG,
            count=scalar(f"{IRS}.7.0", "sockCount"),
            number=IRS_TAG,
            name=column(f"{IRS}.8.1.3", "sName"),
            current=_irs_socket("20", "sCurrent"),
            power=_irs_socket("26", "sRealPower"),
            energy=_irs_socket("28", "sRealEnergy"),
        ),
        load=_irs_total("3", "pCurrent"),
        power=_irs_total("10", "pRealPower"),
        energy=_irs_total("12", "pRealEnergy"),
        evidence=SIMULATED.of("current", "power", "energy"),
        note="No states and no commands: the MIB does not say what the values of a socket mean.",
    ),
)
