"""Rittal: PDU controller and CMC III of RITTAL-CMC-III-MIB, which has a table of variables, not of
outlets.

A variable is found by its whole name, because its number changes with firmware and sensors. The
CMC's own relays ("Output.Relay") are not sockets. The identity is device.socket; if a strip's name
has a port and a place, it is device.port.place.socket. Each variable has a unit and a scale.
Managed PDUs meter each socket (a walk of a DK 7955.401 in acaminiti/rittal_snmp_pdu shows it).

CMC-TC (RITTAL-CMC-TC-MIB) has a table of outputs for each of four ports. A relay of a PSM strip is
an output of type 18 with the value 1 for on and 0 for off. The identity is the arc of the port (3
to 6) and the row.
"""

import re
from typing import NamedTuple

from .language import *

NAMES, UNITS, TEXTS, NUMBERS, SCALES, ACCESS, QUALITIES = (
    oid(f"2606.7.4.2.2.1.{arc}") for arc in ("3", "5", "10", "11", "7", "13", "14")
)
READ_WRITE = "3"
# cmcIIIVarQuality: ok, warning, alarm, info. 1: undefined; 21 to 25: no value
WITH_VALUE = ("2", "3", "4", "5")
ATTACHED = ("2", "7")  # cmcIIIDevStatus: ok, firmware update pending


class Variables(NamedTuple):
    """The variables whose names match `pattern`, which `name` stands for."""

    pattern: str
    name: str

    def rows(self, column_oid: str, object: str) -> NamedRows:
        """A column of the table of variables."""
        return NamedRows(NAMES, column_oid, self.pattern, f"{object} of {self.name}")

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
    def values(self) -> LeftJoin:
        """The numbers; empty unless their quality is in WITH_VALUE."""
        return LeftJoin(self.names, self.numbers.where(self.qualities, *WITH_VALUE))

    @property
    def units(self) -> NamedRows:
        return self.rows(UNITS, "cmcIIIVarUnit")

    @property
    def scales(self) -> NamedRows:
        return self.rows(SCALES, "cmcIIIVarScale")

    @property
    def device_scales(self) -> Alike:
        """The scale of variables that a device has several times: the firmware gives all of a unit
        the same one."""
        return Alike(self.scales, self.units)

    def figure(self, values: Source) -> Measurement:
        # the quality tells of a variable without a value
        return Measurement(values, ONES, (), factor=self.device_scales)


def _total(name: str) -> Measurement:
    variables = Variables(re.escape(name), name)
    return variables.figure(variables.values)


def _phase(name: str) -> Variables:
    return Variables(r"Phase L(\d+)\." + re.escape(name), f"Phase L...{name}")


def _phase_values(variables: Variables) -> Complete:
    """The values of the phases; each phase with a voltage needs one."""
    return Complete(variables.values, beside=_phase("Voltage.Value").names)


def _sum_of_phases(name: str) -> Measurement:
    return _phase(name).figure(_phase_values(_phase(name)))


# The name of a strip may have its port and its place on that port ("PSM_P1_2").
_STRIP = r"PSM_(?:P(\d+)_(\d+)|[^.]*)\."
_SOCKET = rf"(?:Sockets\.Socket |{_STRIP}Plug ?)(\d+)\."


def _socket_figure(name: str, unit: str) -> Measurement:
    """What managed PDUs meter of each socket, if it is in this unit."""
    variables = Variables(_SOCKET + re.escape(name), f"...{name}")
    return variables.figure(variables.values.where(variables.units, unit))


RELAYS = Variables(_SOCKET + r"(?:General\.)?Relay", "...Relay")
PHASES, STRIPS = _phase("Current.Value"), Variables(_STRIP + r"Unit\.Value", "PSM_...Unit.Value")
# The value of a strip is its current if the unit is A. With another unit there is no load.
STRIP_VALUE = Complete(
    STRIPS.values, beside=Variables(_STRIP + r"Unit\.DescName", "PSM_...Unit.DescName").names
)
STRIP_CURRENT = STRIP_VALUE.where(STRIPS.units, "A")
CURRENT = Measurement(
    Concat((_phase_values(PHASES), STRIP_VALUE.left_join(STRIP_CURRENT))),
    ONES,
    ("-1",),
    # the strips of a controller may be of several kinds
    factor=Concat((PHASES.device_scales, if_listed(STRIPS.scales, STRIP_VALUE))),
)

CMC_TC = "2606.4.2"
PORTS = range(3, 7)  # the arcs of the four ports
RELAY_PSM = "18"  # a value of unitXOutputType
# pattern; cmcTcUnitXStatus: 1 ok, 2 error (overflow), 8 lowPower
ANSWERING = "[128]"


def _output(port: int, below: str, name: str) -> Column:
    return column(f"{CMC_TC}.{port}.6.2.1.{below}", name)


def _outputs(below: str, name: str) -> Concat:
    """A column of the output tables of all ports, without rows beyond the number of outputs that a
    port reports.
    """
    return numbered_parts(
        lambda port: UpToCount(
            _output(port, below, name),
            scalar(f"{CMC_TC}.{port}.6.1.0", "cmcTcUnitXNumberOfOutputs"),
        ),
        PORTS,
    )


TC_TYPE = _outputs("2", "unitXOutputType")
TC_RELAY = _outputs("5", "unitXOutputValue").where(TC_TYPE, RELAY_PSM)
TC_STATUS = numbered_parts(
    lambda port: IfMatches(
        _output(port, "4", "unitXOutputStatus"),
        scalar(f"{CMC_TC}.{port}.4.0", "cmcTcUnitXStatus"),
        ANSWERING,
    ),
    PORTS,
)
# The value of a relay, unless its status contradicts it. The status ok(4) says neither on nor off.
TC_CONFIRMED = Concat(
    (
        TC_RELAY.where(TC_RELAY, "1").where(TC_STATUS, "4", "6", "8"),  # ok, on, setOn
        TC_RELAY.where(TC_RELAY, "0").where(TC_STATUS, "4", "5", "7"),  # ok, off, setOff
    )
)

PROFILES = (
    Profile(
        key="rittal-cmc3",
        vendor="Rittal",
        mib="RITTAL-CMC-III-MIB",
        source=librenms("rittal/RITTAL-CMC-III-MIB"),
        models=("PDU controller (PDU metered, switched, managed)", "CMC III PU with PSM"),
        sys_object_ids=oids("2606.7"),
        contact=(
            unit_contact(column("2606.7.4.1.2.1.6", "cmcIIIDevStatus", optional=True), *ATTACHED),
        ),
        outlets=outlets(
            states=State(
                RELAYS.numbers,
                on=("1",),
                off=("0",),
                doubts=(Doubt(RELAYS.qualities, WITH_VALUE),),
            ),
            control=Guarded(
                Write(RELAYS.numbers, on=1, off=0),
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
        load=total(CURRENT, unit=THE_UNIT),
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
            states=State(TC_RELAY, on=("1",), off=("0",), confirm=TC_CONFIRMED),
            control=Guarded(
                Write(
                    Tables(oid(CMC_TC), PORTS[0], PORTS[-1], "6.2.1.5", "unitXOutputValue"),
                    on=1,
                    off=0,
                ),
                TC_TYPE,
                allow=(RELAY_PSM,),
                why="it is not a relay of a PSM strip",
            ),
            number=unit_and_outlet(TC_RELAY, first_unit=PORTS[0]),
            name=Tables(oid(CMC_TC), PORTS[0], PORTS[-1], "6.2.1.3", "unitXOutputText"),
        ),
        evidence=SIMULATED.of("state", "switching"),
        note=(
            "Outlets are labelled port:row if several ports have them. The MIB does not say whether"
            " the value column or the command column switches a relay, nor which of a strip's"
            " currents make up its load. The handler reads no meters."
        ),
    ),
)
