"""AKCP: relays of securityProbe units, in sensorRelayTable of SPAGENT-MIB.

A relay is switched by hand only in the mode manual control; in the other modes a sensor, a clock or
a thermostat switches it.
"""

from ..controls import Guard, Write
from ..evidence import SIMULATED
from ..profile import Profile
from ..states import State
from .conditions import row_condition
from .language import column, oids, outlets
from .links import pysnmp_mibs

RELAY = "3854.2.3.12.1"
MANUAL = "0"

PROFILES = (
    Profile(
        key="akcp-relay",
        vendor="AKCP",
        mib="SPAGENT-MIB (sensorRelayTable)",
        source=pysnmp_mibs("mibs/akcp/SPAGENT-MIB"),
        models=("securityProbe: its relays",),
        sys_object_ids=oids("3854.2"),
        unseen=True,
        outlets=outlets(
            State(
                column(f"{RELAY}.6", "sensorRelayStatus"),
                on=("8",),
                off=("9",),
                conditions=(row_condition(column(f"{RELAY}.8", "sensorRelayGoOffline"), "1"),),
            ),
            Write(column(f"{RELAY}.26", "sensorRelayManualAction"), on=0, off=1),
            Guard(
                column(f"{RELAY}.24", "sensorRelayControlMode"),
                allow=(MANUAL,),
                why="a sensor, a clock or a thermostat controls it, not a command",
            ),
            name=column(f"{RELAY}.2", "sensorRelayDescription"),
        ),
        evidence=SIMULATED.of("state", "switching"),
        note=(
            "The sysObjectID is assumed. The relays of a sensorProbe2 and sensorProbe8 are objects"
            " of each of their ports and are not read."
        ),
    ),
)
