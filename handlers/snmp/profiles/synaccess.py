"""Synaccess: netBooter with SYNSYS-MIB, and SynLink with SYNLINK-MIB.

In the table of newer netBooters, index 0 is outlet 1. In the tree of older units, index 1 is outlet
1. A command with an index of the wrong tree could switch the neighbour, so each tree has its own
`outlets`. The older tree is not read on a unit that has the newer tree's powerOutletNum, even if
the newer table is empty.

In a function `tables[COLUMN]` is {row: value}. `Missing` is a value that the device has and did not
answer: it makes a sum unknown. "" is a row that is not metered.
"""

from ..cells import Rows
from ..computed import Complete, Number
from ..controls import Guard, Write
from ..evidence import SIMULATED
from ..filters import none_of, one_of, rows_if_none_in, where
from ..profile import Profile
from ..states import State
from ..tables import ComputedRows, Tables, computed_from
from .language import column, figure, oids, outlets, scalar, total
from .links import public, pysnmp_mibs
from .scales import ONES
from .sources import numbered_parts

STATUS = column("21728.3.2.1.1.3", "outletStatus")
NEWER_COUNT = scalar("21728.3.1.3.0", "powerOutletNum")
OLDER_STATUS = column("21728.2.4.1.2.1.1.3", "outlet status (older tree)")
LINK_STATE = column("21728.4.5.1.1.7", "outletState")
BANKS = Complete(
    numbered_parts(
        lambda bank: scalar(f"21728.3.3.{bank + 1}.0", f"currentDrawStatus{bank}"), (1, 2)
    ),
    count=scalar("21728.3.1.7.0", "acCurrentSensorNumber"),
)
# A unit without an inlet module may lack the module's objects or return 0 for them. A 0 counts as
# not measured.
NO_MODULE = ("0", "0.0", "0.00")
NO = "2"
INLET_TYPE = column("21728.4.2.1.1.2", "inletType", optional=True)
ACTIVE_INLET = column("21728.4.2.1.1.20", "atsActiveInlet", optional=True)


@computed_from(OLDER_STATUS, NEWER_COUNT, by_row=True)
def older_states(tables: Tables) -> Rows:
    """The states of a unit that has only the older tree; one with the newer tree has no row. While
    the newer tree is not answered, one row without an index (".") is missing.

    >>> older_states.rows(tables_of({OLDER_STATUS: {"1": 1, "2": 0}}))
    {'1': 1, '2': 0}
    >>> older_states.rows(tables_of({OLDER_STATUS: {"1": 1}, NEWER_COUNT: {"0": 8}}))
    {}
    """
    newer_counts = tables.with_all_rows[NEWER_COUNT]
    states = {} if newer_counts else tables[OLDER_STATUS]
    return rows_if_none_in(states, newer_counts)


def _inlets(below: str, name: str) -> ComputedRows:
    """A figure of each inlet in use: their sum is the unit's. "ats" is a transfer switch: the inlet
    that it does not use shows no load of its own.

    >>> AMPERES = column("21728.4.2.1.1.3", "inletCurrent")
    >>> switch = {ACTIVE_INLET: {"1": "1", "2": NO}, INLET_TYPE: {"1": "ATS", "2": "ATS"}}
    >>> _inlets("3", "inletCurrent").rows({AMPERES: {"1": 5, "2": 5}, **switch})
    {'1': 5}
    """
    values = column(f"21728.4.2.1.1.{below}", name)

    @computed_from(values, ACTIVE_INLET, INLET_TYPE)
    def rows(tables: Tables) -> Rows:
        active_of_switch = where(tables[ACTIVE_INLET], tables[INLET_TYPE], one_of("ats", "ATS"))
        return where(tables[values], active_of_switch, none_of(NO))

    return rows


INLET_POWER = _inlets("14", "inletActivePower")
INLET_ENERGY = _inlets("5", "inletEnergyAccumulation")

# By owners of NP-8 and NP-16 units: after a command a unit reports the wanted value, and the old
# one again if the relay did not follow; 2 s were too short 1 time in 50.
SETTLING_S = 4

PROFILES = (
    Profile(
        key="synaccess-synlink",
        vendor="Synaccess",
        mib="SYNLINK-MIB",
        source=pysnmp_mibs("mibs/synaccess/SYNLINK-MIB"),
        models=("SynLink SP, SM",),
        sys_object_ids=oids("21728.4", "21728"),
        outlets=outlets(
            State(LINK_STATE, on=("1",), off=("0",)),
            Write(LINK_STATE, on=1, off=0),
            Guard(
                scalar("21728.4.1.10.0", "outletSwitchingSupported"),
                refuse=(NO,),
                why="this model does not switch",
            ),
            count=scalar("21728.4.1.5.0", "numOutlets"),
            name=column("21728.4.5.1.1.3", "outletName"),
        ),
        power=total(figure(INLET_POWER)),
        energy=total(figure(INLET_ENERGY, same_rows_as=INLET_POWER), always_there=True),
        evidence=SIMULATED.of("state", "power", "energy", "switching"),
        note=(
            "Currents are not read: the MIB declares them as integers in amperes, and does not say"
            " if they are scaled. A state is the relay's position. The handler synlink reads"
            " currents, and the voltage behind each relay."
        ),
        unread=(
            "bankBreakerState, bankOutletSwitchingSupported: the MIB does not join outlets to banks"
        ),
    ),
    Profile(
        key="synaccess-netbooter",
        vendor="Synaccess",
        mib="SYNSYS-MIB",
        source=pysnmp_mibs("pysnmp_mibs/SYNSYS-MIB.py"),
        models=("netBooter NP series",),
        sys_object_ids=oids("21728"),
        outlets=(
            outlets(
                State(STATUS, on=("1",), off=("2",)),
                Write(column("21728.3.2.1.1.4", "outletAction"), on=1, off=2),
                number=Number(STATUS, plus=1),
                count=NEWER_COUNT,
                name=column("21728.3.2.1.1.2", "outletName"),
                current=figure(column("21728.3.2.1.1.5", "outletCurrentDraw")),
                settling_s=SETTLING_S,
            )
            + outlets(
                # The values and their meaning are those of public drivers.
                State(older_states, on=("1", "257"), off=("0", "2", "256")),
                Write(column("21728.2.4.1.2.1.1.4", "outlet action (older tree)"), on=1, off=2),
            )
        ),
        load=total(
            figure(scalar("21728.3.5.1.0", "mpiCurrent"), padding=NO_MODULE),
            figure(BANKS),
            else_outlets=True,
        ),
        energy=total(figure(scalar("21728.3.5.7.0", "mpiAcKwh"), ONES, NO_MODULE)),
        evidence=SIMULATED.of("state", "current", "energy", "switching"),
        programs=(
            public("johnstile/pythonscripts", "netbooter.py"),
            public(
                "rdkcentral/cats-power-ms", "src/main/java/com/cats/power/utils/PowerConstants.java"
            ),
            public("DragonMinded/smartoutlet", "smartoutlet/np_0x.py"),
        ),
        unread="mpiActivePower: the MIB does not say its unit",
    ),
)
