"""Rittal: PDU controller and CMC III of RITTAL-CMC-III-MIB, which has a table of variables, not of
outlets.

A variable is found by its whole name, because its number changes with firmware and sensors. The
CMC's own relays ("Output.Relay") are not sockets. The identity is device.socket; if a strip's name
has a port and a place, it is device.port.place.socket. Each variable has a unit and a scale.
Managed PDUs meter each socket (a walk of a DK 7955.401 in acaminiti/rittal_snmp_pdu shows it).

CMC-TC (RITTAL-CMC-TC-MIB) has a table of outputs for each of four ports. A relay of a PSM strip is
an output of type 18 with the value 1 for on and 0 for off. The identity is the arc of the port (3
to 6) and the row.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple, Optional

from ...shared.errors import ProtocolError
from ..cells import Cell, Missing, Rows, arcs, row_without_index
from ..computed import Complete
from ..controls import Guard, Write
from ..decoding import is_number, is_one_of, text
from ..evidence import SIMULATED, EvidenceLevel
from ..filters import one_of, rows_if_any_in, strict_where, where, where_value
from ..joins import concat, left_join
from ..measurements import Measurement
from ..objects import Column, PerUnit
from ..profile import Profile
from ..states import State
from ..tables import ComputedRows, Source, Tables, computed_from
from .conditions import row_condition, unit_condition
from .language import THE_UNIT, column, oid, oids, outlets, scalar, total
from .links import librenms
from .numbered_rows import numbered_rows
from .scales import ONES
from .shared_values import shared_by_kind
from .sources import counted_rows, rows_where, unit_and_outlet

NAMES, UNITS, TEXTS, NUMBERS, SCALES, ACCESS, QUALITIES = (
    oid(f"2606.7.4.2.2.1.{arc}") for arc in ("3", "5", "10", "11", "7", "13", "14")
)
READ_WRITE = "3"
# cmcIIIVarQuality: ok, warning, alarm, info. 1: undefined; 21 to 25: no value
WITH_VALUE = ("2", "3", "4", "5")
DEVICE_STATUS = column("2606.7.4.1.2.1.6", "cmcIIIDevStatus", optional=True)
ATTACHED = ("2", "7")  # cmcIIIDevStatus: ok, firmware update pending


@dataclass(frozen=True)
class NamedRows:
    """A column of the table of variables: those whose names match `pattern`. The identity is the
    device, which is the first arc of the row, and then the numbers in the name: "2.14".

    Fields:
        oid: the column.
        pattern: matches the whole name; its groups match the numbers. A group without a match adds
            none; if one matches anything but a number of at most nine digits, the row is left out.
        object: the name of these variables.
        names: the column of the names.
    """

    oid: str
    pattern: str
    object: str
    names: str = NAMES
    optional: ClassVar[bool] = False

    def columns(self) -> Iterable[tuple[str, bool]]:
        return [(self.names, False), (self.oid, False)]

    def rows(self, tables: Tables) -> Rows:
        """The value of each variable of these names, "" if it has none.

        >>> sockets = NamedRows(NUMBERS, "Outlet ([0-9]+)", "number")
        >>> names = {Column(NAMES): {"2.1": "Outlet 7", "2.2": "Outlet 8", "2.3": "Fan"}}
        >>> sockets.rows(tables_of({**names, Column(NUMBERS): {"2.1": 5, "2.2": "", "2.3": 9}}))
        {'2.7': 5, '2.8': ''}

        No row if the column has no row of such a variable:

        >>> sockets.rows(tables_of({Column(NAMES): {"2.3": "Fan"}, Column(NUMBERS): {"2.3": 9}}))
        {}
        """
        tables.names(self.names)
        values = tables.column(self.oid)
        indexes = self._indexes(tables.column(self.names))
        if values.keys().isdisjoint(indexes.values()):
            return {}
        return {identity: values.get(index, "") for identity, index in indexes.items()}

    def cell(self, tables: Tables, identity: str) -> Optional[str]:
        """The OID of one variable's value, which a command to its outlet reads or writes; None if
        the device has no variable of this name now.

        >>> sockets = NamedRows(NUMBERS, "Outlet ([0-9]+)", "number")
        >>> device = tables_of({Column(NAMES): {"2.7": "Outlet 14"}})
        >>> sockets.cell(device, "2.14")
        '1.3.6.1.4.1.2606.7.4.2.2.1.11.2.7'
        >>> sockets.cell(device, "2.15")

        The name is read again in this call, because a device that gets a sensor numbers its
        variables anew.
        """
        names = tables.names(self.names)
        index = self._indexes(names).get(identity)
        if index is None:
            return None
        if not self._is_named(tables, index, names[index]):
            return None
        return f"{self.oid}.{index}"

    def _is_named(self, tables: Tables, index: str, name: Cell) -> bool:
        """Whether a variable still has its name, by GET: a device that restarts or gets another
        sensor numbers its variables anew."""
        return is_one_of(tables.get(f"{self.names}.{index}"), (text(name),))

    def _indexes(self, names: Mapping[str, Cell]) -> dict[str, str]:
        """Identity -> row: "7.3" -> "7.1" for the name "Outlet 3" in row 7.1. A row whose name is
        lost may be any variable's. Raises ProtocolError if two have the same identity.

        >>> outlets = NamedRows(NUMBERS, "Outlet ([0-9]+)", "number")
        >>> outlets._indexes({"7.1": "Outlet 3", "7.2": "Fan"})
        {'7.3': '7.1'}
        """
        indexes: dict[str, str] = {}
        for index, name in names.items():
            if isinstance(name, Missing):
                indexes[row_without_index(index)] = index
                continue
            match = re.fullmatch(self.pattern, text(name))
            numbers = [group for group in match.groups() if group is not None] if match else []
            if match is None or not all(map(is_number, numbers)):
                continue
            identity = ".".join([arcs(index, stop=1), *(str(int(n)) for n in numbers)])
            if identity in indexes:
                raise ProtocolError(f"two variables of the device have the identity {identity}")
            indexes[identity] = index
        return indexes


class Variables(NamedTuple):
    """The variables whose names match `pattern`, which `name` stands for."""

    pattern: str
    name: str

    def rows(self, column_oid: str, object: str) -> NamedRows:
        """A column of the table of variables."""
        return NamedRows(column_oid, self.pattern, f"{object} of {self.name}")

    @property
    def numbers(self) -> NamedRows:
        return self.rows(NUMBERS, "cmcIIIVarValueInt")

    @property
    def names(self) -> NamedRows:
        """The names, walked for the others' sake: each has a row, whatever its value."""
        return self.rows(NAMES, "cmcIIIVarName")

    @property
    def qualities(self) -> NamedRows:
        return self.rows(QUALITIES, "cmcIIIVarQuality")

    @property
    def units(self) -> NamedRows:
        return self.rows(UNITS, "cmcIIIVarUnit")

    @property
    def scales(self) -> NamedRows:
        return self.rows(SCALES, "cmcIIIVarScale")

    @property
    def values(self) -> ComputedRows:
        """The number of each variable; "" for one whose quality says that it has no value (21; 2 is
        ok). Phase L2 of device 1 is row 1.2, whatever the variable's own number is:

        >>> names = {"1.5": "Phase L1.Current.Value", "1.9": "Phase L2.Current.Value"}
        >>> numbers, qualities = {"1.5": 37, "1.9": 0}, {"1.5": 2, "1.9": 21}
        >>> device = {Column(NAMES): names, Column(NUMBERS): numbers, Column(QUALITIES): qualities}
        >>> PHASES.values.rows(tables_of(device))
        {'1.1': 37, '1.2': ''}
        """

        @computed_from(self.numbers, self.names, self.qualities)
        def valid_numbers(tables: Tables) -> Rows:
            has_value = one_of(*WITH_VALUE)
            numbers_with_value = where(tables[self.numbers], tables[self.qualities], has_value)
            return left_join(tables[self.names], numbers_with_value)

        return valid_numbers

    def device_scales(self, tables: Tables) -> Rows:
        """The scale of variables that a device has several times: the firmware gives all of a unit
        the same one."""
        return shared_by_kind(tables, self.scales, tables[self.units])

    def figure(self, source: Source) -> Measurement:
        """A measurement of these variables: their scale, which is also a column of the table, is
        read for each device. Scale -10 divides by ten. A variable without a value is empty already,
        by its quality.

        >>> current = PHASES.figure(PHASES.values)
        >>> names, numbers = {"1.5": "Phase L1.Current.Value"}, {"1.5": 37}
        >>> number = {Column(NAMES): names, Column(NUMBERS): numbers}
        >>> marks = {Column(QUALITIES): {"1.5": 2}, Column(UNITS): {"1.5": "A"}}
        >>> current.rows(tables_of({**number, **marks, Column(SCALES): {"1.5": -10}}))
        {'1.1': Decimal('3.7')}
        """
        factor = computed_from(self.scales, self.units, on_demand=(self.scales,))(
            self.device_scales
        )
        return Measurement(source, ONES, (), factor=factor)


def _total(name: str) -> Measurement:
    variables = Variables(re.escape(name), name)
    return variables.figure(variables.values)


def _phase(name: str) -> Variables:
    return Variables(r"Phase L(\d+)\." + re.escape(name), f"Phase L...{name}")


VOLTAGES = _phase("Voltage.Value").names


def _sum_of_phases(name: str) -> Measurement:
    """The values of the phases; each phase with a voltage needs one."""
    variables = _phase(name)
    return variables.figure(Complete(variables.values, VOLTAGES))


# The name of a strip may have its port and its place on that port ("PSM_P1_2").
_STRIP = r"PSM_(?:P(\d+)_(\d+)|[^.]*)\."
_SOCKET = rf"(?:Sockets\.Socket |{_STRIP}Plug ?)(\d+)\."


def _socket_figure(name: str, unit: str) -> Measurement:
    """What managed PDUs meter of each socket, such as its current; a variable whose unit is not
    `unit`, such as A, has no row.
    """
    variables = Variables(_SOCKET + re.escape(name), f"...{name}")
    return variables.figure(rows_where(variables.values, variables.units, one_of(unit)))


RELAYS = Variables(_SOCKET + r"(?:General\.)?Relay", "...Relay")
PHASES, STRIPS = _phase("Current.Value"), Variables(_STRIP + r"Unit\.Value", "PSM_...Unit.Value")
STRIP_NAMES = Variables(_STRIP + r"Unit\.DescName", "PSM_...Unit.DescName").names
PHASE_VALUES = Complete(PHASES.values, VOLTAGES)
STRIP_VALUES = Complete(STRIPS.values, STRIP_NAMES)


@computed_from(PHASE_VALUES, STRIP_VALUES, STRIPS.units)
def currents(tables: Tables) -> Rows:
    """The current of each phase and of each strip: their sum is the load. The value of a strip is
    its current if its unit is A; with another unit it is emptied, and there is no load.

    >>> strips = {STRIP_VALUES: {"2.1": 5, "2.2": 9}, STRIPS.units: {"2.1": "A", "2.2": "W"}}
    >>> currents.rows({PHASE_VALUES: {"1.1": 37}, **strips})
    {'1.1': 37, '2.1': 5, '2.2': ''}
    """
    strips = tables[STRIP_VALUES]
    if not strips:
        return tables[PHASE_VALUES]
    strip_currents = where(strips, tables[STRIPS.units], one_of("A"))
    every_strip = left_join(strips, strip_currents)
    return concat(tables[PHASE_VALUES], every_strip)


@computed_from(
    PHASES.scales,
    PHASES.units,
    STRIPS.scales,
    STRIP_VALUES,
    on_demand=(PHASES.scales, STRIPS.scales),
)
def current_scales(tables: Tables) -> Rows:
    """The scale of each current, of phases and of strips. All phases of a device share theirs, so
    it is read by GET of the first and the last of them; the strips of one controller may be of
    several kinds, so it is read of each. Row 1.2 is phase L2 of device 1, row 2.1.2 the strip at
    place 2 of port 1 of device 2.

    >>> phases = {"1.5": "Phase L1.Current.Value", "1.9": "Phase L2.Current.Value"}
    >>> names = {**phases, "2.4": "PSM_P1_2.Unit.Value"}
    >>> units, ok = {Column(UNITS): dict.fromkeys(names, "A")}, dict.fromkeys(names, 2)
    >>> device = {Column(NAMES): names, Column(NUMBERS): dict.fromkeys(names, 37), **units}
    >>> scales = {Column(SCALES): {"1.5": -100, "1.9": -100, "2.4": -10}}
    >>> current_scales.rows(tables_of({**device, Column(QUALITIES): ok, **scales}))
    {'1.1': -100, '1.2': -100, '2.1.2': -10}

    A device without strips has the scales of its phases alone.
    """
    strips = tables[STRIP_VALUES]
    if not strips:
        return PHASES.device_scales(tables)
    strip_scales = rows_if_any_in(tables[STRIPS.scales], strips)
    return concat(PHASES.device_scales(tables), strip_scales)


CMC_TC = "2606.4.2"
PORTS = range(3, 7)  # the arcs of the four ports
RELAY_PSM = "18"  # a value of unitXOutputType
ANSWERING = ("1", "2", "8")  # values of cmcTcUnitXStatus: ok, error (overflow), lowPower


def _output(port: int, below: str, name: str) -> Column:
    return column(f"{CMC_TC}.{port}.6.2.1.{below}", name)


def _every_output(below: str, name: str) -> PerUnit:
    return PerUnit(oid(CMC_TC), PORTS[0], PORTS[-1], f"6.2.1.{below}", name)


def _outputs(below: str, name: str) -> ComputedRows:
    """A column of the outputs of all four ports: row 3.2 is output 2 of the port at arc 3. The
    table of a port has a fixed number of rows; those beyond the outputs that it counts are padding.

    >>> PORT_3, COUNT = _output(3, "5", "unitXOutputValue"), scalar(f"{CMC_TC}.3.6.1.0", "count")
    >>> values = _outputs("5", "unitXOutputValue")
    >>> values.rows(tables_of({PORT_3: {"1": 1, "2": 0, "3": 0}, COUNT: {"0": 2}}))
    {'3.1': 1, '3.2': 0}
    """
    return numbered_rows(
        lambda port: counted_rows(
            _output(port, below, name),
            scalar(f"{CMC_TC}.{port}.6.1.0", "cmcTcUnitXNumberOfOutputs"),
        ),
        PORTS,
    )


def _tc_status(port: int) -> ComputedRows:
    """The status of each output of a port whose unit answers (cmcTcUnitXStatus 1: ok). Of another
    one the table shows what the unit last said: no row.

    >>> statuses = _tc_status(3)
    >>> STATUSES, PORT_STATUS = statuses.objects
    >>> statuses.rows(tables_of({STATUSES: {"1": 4}, PORT_STATUS: {"0": 1}}))
    {'1': 4}
    >>> statuses.rows(tables_of({STATUSES: {"1": 4}, PORT_STATUS: {"0": 5}}))
    {}
    """
    statuses = _output(port, "4", "unitXOutputStatus")
    port_status = scalar(f"{CMC_TC}.{port}.4.0", "cmcTcUnitXStatus")

    @computed_from(statuses, port_status, by_row=True)
    def rows(tables: Tables) -> Rows:
        return tables[statuses] if is_one_of(tables.scalar(port_status), ANSWERING) else {}

    return rows


TC_TYPE = _outputs("2", "unitXOutputType")
TC_VALUE = _outputs("5", "unitXOutputValue")
TC_STATUS = numbered_rows(_tc_status, PORTS)


@computed_from(TC_VALUE, TC_TYPE, by_row=True)
def tc_relays(tables: Tables) -> Rows:
    """The state of each output that is a relay of a strip (type 18): outputs of other types are no
    outlets.

    >>> tc_relays.rows({TC_VALUE: {"3.1": 1, "3.2": 24}, TC_TYPE: {"3.1": 18, "3.2": 5}})
    {'3.1': 1}

    Raises ProtocolError if the type of an output is not answered: it may be an outlet.
    """
    outputs = tables[TC_VALUE]
    return strict_where(outputs, tables[TC_TYPE], one_of(RELAY_PSM))


@computed_from(tc_relays, TC_STATUS, by_row=True)
def tc_confirmed(tables: Tables) -> Rows:
    """The state of each relay, unless the output's status contradicts it: such an outlet has no row
    and is unknown. The status ok (4) says neither on nor off; 5 and 6 are off and on, 7 and 8 are
    set off and on.

    >>> statuses = {TC_STATUS: {"3.1": 6, "3.2": 4, "3.3": 5}}
    >>> tc_confirmed.rows({tc_relays: {"3.1": 1, "3.2": 0, "3.3": 1}, **statuses})
    {'3.1': 1, '3.2': 0}
    """
    relays, statuses = tables[tc_relays], tables[TC_STATUS]
    relays_on = where_value(relays, one_of("1"))
    relays_off = where_value(relays, one_of("0"))
    confirmed_on = where(relays_on, statuses, one_of("4", "6", "8"))
    confirmed_off = where(relays_off, statuses, one_of("4", "5", "7"))
    return {**confirmed_on, **confirmed_off}


PROFILES = (
    Profile(
        key="rittal-cmc3",
        vendor="Rittal",
        mib="RITTAL-CMC-III-MIB",
        source=librenms("rittal/RITTAL-CMC-III-MIB"),
        models=("PDU controller (PDU metered, switched, managed)", "CMC III PU with PSM"),
        sys_object_ids=oids("2606.7"),
        conditions=(unit_condition(DEVICE_STATUS, *ATTACHED),),
        outlets=outlets(
            State(
                RELAYS.numbers,
                on=("1",),
                off=("0",),
                conditions=(row_condition(RELAYS.qualities, *WITH_VALUE),),
            ),
            Write(RELAYS.numbers, on=1, off=0),
            Guard(
                RELAYS.rows(ACCESS, "cmcIIIVarAccess"),
                allow=(READ_WRITE,),
                why="its cmcIIIVarAccess is not readwrite",
            ),
            name=Variables(_SOCKET + r"(?:General\.)?DescName", "...DescName").rows(
                TEXTS, "cmcIIIVarValueStr"
            ),
            current=_socket_figure("Current.Value", "A"),
            power=_socket_figure("Power.Active.Value", "W"),
            energy=_socket_figure("Energy.Active.Value", "kWh"),
        ),
        load=total(Measurement(currents, factor=current_scales), unit=THE_UNIT),
        power=total(
            _total("Total.Power.Active.Value"),
            _sum_of_phases("Power.Active.Value"),
            unit=THE_UNIT,
        ),
        energy=total(
            _total("Total.Energy.Active.Value"),
            _sum_of_phases("Energy.Active.Value"),
            unit=THE_UNIT,
        ),
        evidence=replace(SIMULATED, switching=EvidenceLevel.DRIVER),
        note=(
            "The MIB does not define a relay's values. A walk of a DK 7955.401 shows 0 with the"
            " text Off on its sockets, and its owner's program switches them by 0 and 1; no socket"
            " of a PSM strip was seen off."
        ),
        unread="the variable ...Status of a socket: the MIB does not define its values",
    ),
    Profile(
        key="rittal-cmc-tc",
        vendor="Rittal",
        mib="RITTAL-CMC-TC-MIB 1.1h",
        source=librenms("rittal/RITTAL-CMC-TC-MIB"),
        models=("CMC-TC Processing Unit with PSM strips that switch",),
        sys_object_ids=oids("2606.4"),
        outlets=outlets(
            State(tc_relays, on=("1",), off=("0",), crosscheck=tc_confirmed),
            Write(_every_output("5", "unitXOutputValue"), on=1, off=0),
            Guard(
                TC_TYPE,
                allow=(RELAY_PSM,),
                why="it is not a relay of a PSM strip",
            ),
            number=unit_and_outlet(tc_relays, first_unit=PORTS[0]),
            name=_outputs("3", "unitXOutputText"),
        ),
        evidence=SIMULATED.of("state", "switching"),
        note=(
            "Outlets are labelled port:row if several ports have them. The MIB does not say whether"
            " the value column or the command column switches a relay, nor which of a strip's"
            " currents make up its load. The handler reads no meters."
        ),
    ),
)
