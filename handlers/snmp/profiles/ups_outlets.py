"""Outlets of UPSs: groups of APC's (PowerNet-MIB), segments of HPE's (CPQPOWER-MIB) and receptacles
of Eaton's (XUPS-MIB). The rest of a UPS is read by the handler nut.

HPE's and Eaton's tables have one design: a verb's value is a delay in seconds, and 0 is now.
Energies of Eaton's receptacles can be reset, and are not in every firmware: they are not read.

In an example `tables_of` makes the tables of a device that has these rows and nothing else.
"""

from functools import partial

from ..controls import Guard, Write
from ..evidence import SIMULATED
from ..outlets import Outlets
from ..profile import Profile
from ..states import State
from .conditions import row_condition
from .language import column, oids, outlets, scalar
from .links import librenms, public, pysnmp_mibs

GROUP = "318.1.1.1.12"
GROUP_TYPE = column(f"{GROUP}.1.2.1.5", "upsOutletGroupStatusOutletType")
SWITCHED_GROUP = "1"  # 2 is the main group
NO_COMMAND = "2"


def _receptacles(table: str, name: str) -> tuple[Outlets, ...]:
    """The receptacles (outlets) of a UPS of HPE's or Eaton's design: states (1 on, 2 off). A
    command writes a delay of 0 seconds, to one of two columns: RecepOnDelaySecs (4) or
    RecepOffDelaySecs (3).

    >>> (way,) = _receptacles("232.165.3.10", "ups")
    >>> unit = tables_of({way.states.source: {"1": 1}})
    >>> way.control.varbinds(unit, "1", up=True), way.control.varbinds(unit, "1", up=False)
    ([('1.3.6.1.4.1.232.165.3.10.2.1.4.1', 0)], [('1.3.6.1.4.1.232.165.3.10.2.1.3.1', 0)])

    table: the arcs of the receptacles.
    name: begins the names of their objects.
    """
    return outlets(
        State(column(f"{table}.2.1.2", f"{name}RecepStatus"), on=("1",), off=("2",)),
        Write(
            column(f"{table}.2.1.4", f"{name}RecepOnDelaySecs"),
            on=0,
            off=0,
            off_at=column(f"{table}.2.1.3", f"{name}RecepOffDelaySecs"),
        ),
        count=scalar(f"{table}.1.0", f"{name}NumReceptacles"),
        checks_empty_table=True,
    )


ups_profile = partial(
    Profile,
    ups=True,
    evidence=SIMULATED.of("state", "switching"),
)

PROFILES = (
    ups_profile(
        key="apc-ups",
        vendor="APC",
        mib="PowerNet-MIB (UPS outlet groups)",
        source=librenms("apc/PowerNet-MIB"),
        models=("Smart-UPS with outlet groups (SMT, SMX, SRT and others)",),
        sys_object_ids=oids(
            *("318.1.3.1", "318.1.3.2", "318.1.3.3", "318.1.3.5"),
            *("318.1.3.13", "318.1.3.16", "318.1.3.17", "318.1.3.27"),
        ),
        outlets=outlets(
            State(
                column(f"{GROUP}.1.2.1.3", "upsOutletGroupStatusGroupState"),
                on=("1",),
                off=("2",),
                conditions=(
                    row_condition(
                        column(f"{GROUP}.1.2.1.4", "upsOutletGroupStatusCommandPending"), NO_COMMAND
                    ),
                ),
            ),
            Write(column(f"{GROUP}.3.2.1.3", "upsOutletGroupControlCommand"), on=1, off=2),
            Guard(
                GROUP_TYPE,
                allow=(SWITCHED_GROUP,),
                why="it is the main group, whose command switches all groups",
            ),
            count=scalar(f"{GROUP}.1.1.0", "upsOutletGroupStatusTableSize"),
            name=column(f"{GROUP}.1.2.1.2", "upsOutletGroupStatusName"),
        ),
        note=(
            "A group switched on while the main group is off switches that on, too. LibreNMS's"
            " recording of a Smart-UPS 1500 shows the states of its two groups, both on."
        ),
        unread=(
            "upsOutletGroupStatusGroupFullState: 32 flags, on and off as in the state, and what is"
            " pending as in upsOutletGroupStatusCommandPending"
        ),
    ),
    ups_profile(
        key="hpe-ups",
        vendor="HPE",
        mib="CPQPOWER-MIB (ups)",
        source=librenms("hp/CPQPOWER-MIB"),
        models=("UPS with load segments",),
        sys_object_ids=oids("232.165.3"),
        outlets=_receptacles("232.165.3.10", "ups"),
        # writes upsRecepOnDelaySecs and upsRecepOffDelaySecs: 0
        programs=(public("networkupstools/nut", "drivers/compaq-mib.c"),),
    ),
    ups_profile(
        key="eaton-ups",
        vendor="Eaton",
        mib="XUPS-MIB",
        source=pysnmp_mibs("mibs/eaton/XUPS-MIB"),
        models=("UPS with switched outlets and a card of XUPS-MIB",),
        # 705.1, MGE's number, is what a 9PX with a Network-M2 card answers
        sys_object_ids=oids("534.1", "705.1"),
        outlets=_receptacles("534.1.12", "xups"),
        note="LibreNMS's recordings of two 9PX show the states of their receptacles, all on.",
        # writes xupsRecepOnDelaySecs and xupsRecepOffDelaySecs: 0
        programs=(public("networkupstools/nut", "drivers/eaton-ups-pxg-mib.c"),),
    ),
)
