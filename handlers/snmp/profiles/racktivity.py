"""Racktivity: power modules of ES-RACKTIVITY-MIB. The index is module.outlet.

Even states from 8 are off with an error, or off until a delay is over. The totals of a module are
columns of the table of outlets, and the MIB does not say in which rows, so the outlets are summed.

Units of before 2014 have one table of ports, of a MIB that is not public. Freeside's module for
Torrus names its columns, the testbed Emulab's power module has the values of a port's state, and
one program has the unit of its power.
"""

from dataclasses import replace

from ..cells import Missing, Rows, missing_because
from ..controls import Guard, Write
from ..evidence import DRIVER, SIMULATED, EvidenceLevel
from ..joins import left_join
from ..profile import Profile
from ..states import State
from ..tables import ComputedRows, Tables, computed_from
from .language import column, figure, oids, outlets, total
from .links import NO_PUBLIC_MIB, public, pysnmp_mibs
from .scales import THOUSANDTHS
from .sources import unit_and_outlet

POWER = "34097.9.80.1.1"
PORT = "34097.3.1.1"
PORT_STATE = column(f"{PORT}.7", "State")
STATE = column(f"{POWER}.8", "pStatePortCur")
YES = "1"


def _of_ports(below: int, name: str) -> ComputedRows:
    """A figure of each port. Every port of this device has a meter: one that is listed without a
    figure is emptied, which means "not known" here.

    >>> WATTS = column(f"{POWER}.9", "power")
    >>> _of_ports(9, "power").rows({WATTS: {"1": 230}, STATE: {"1": 1, "2": 1}})
    {'1': 230, '2': ''}
    """
    values = column(f"{POWER}.{below}", name)

    @computed_from(values, STATE)
    def rows(tables: Tables) -> Rows:
        figures = tables[values].items()
        values_or_lost = {
            row: missing_because(v) if isinstance(v, Missing) else v for row, v in figures
        }
        return left_join(tables[STATE], values_or_lost)

    return rows


PROFILES = (
    Profile(
        key="racktivity",
        vendor="Racktivity",
        mib="ES-RACKTIVITY-MIB of 2014-04-23",
        source=pysnmp_mibs("mibs/racktivity/ES-RACKTIVITY-MIB"),
        models=("Units with power modules (since 2014), such as EnergySwitch",),
        sys_object_ids=oids("34097"),
        unseen=True,
        outlets=outlets(
            State(STATE, on=tuple(map(str, range(1, 24, 2))), off=("0", "2", "4", "6")),
            Write(column(f"{POWER}.10035", "pPortState"), on=1, off=0, unsigned=True),
            Guard(
                column(f"{POWER}.10161", "pBlockSetPortOff"),
                refuse=(YES,),
                why="switching it off is blocked on the device",
            ),
            Guard(
                column(f"{POWER}.10175", "pAlwaysOn"),
                refuse=(YES,),
                why="it is marked as always on",
            ),
            number=unit_and_outlet(STATE),
            name=column(f"{POWER}.10034", "pPortName"),
            current=figure(_of_ports(6, "pCurrent"), THOUSANDTHS),
            power=figure(column(f"{POWER}.7", "pPower")),
            energy=figure(_of_ports(9, "pActiveEnergy"), THOUSANDTHS),
        ),
        load=total(else_outlets=True),
        power=total(else_outlets=True),
        energy=total(else_outlets=True),
        evidence=replace(SIMULATED, switching=EvidenceLevel.MIB),
        note=(
            "The command is an Unsigned32 in the MIB. DCImanager's SNMP chooses the type itself,"
            " probably INTEGER, which a strict device refuses; the command pdu writes an"
            " Unsigned32."
        ),
    ),
    Profile(
        key="racktivity-legacy",
        vendor="Racktivity",
        mib="RACKTIVITY (not public)",
        source=public("freeside/Freeside", "torrus/perllib/Torrus/DevDiscover/Ractivity.pm"),
        models=("PDUs and other units (before 2014)",),
        sys_object_ids=oids("34097"),
        unseen=True,
        outlets=outlets(
            State(PORT_STATE, on=("1",), off=("0",)),
            Write(PORT_STATE, on=1, off=0),
            name=column(f"{PORT}.2", "PortName"),
            power=figure(column(f"{PORT}.4", "RealPower")),
        ),
        power=total(else_outlets=True),
        evidence=DRIVER.of("state", "power", "switching"),
        # writes State: 1 on, 0 off, and compares the answer with it
        programs=("power_racktivity of the testbed Emulab (Perl)",),
        note=(
            "It has currents and energies, but no source has their units: they are not read."
            f" {NO_PUBLIC_MIB}"
        ),
    ),
)
