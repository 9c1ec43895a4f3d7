"""TSL (Television Systems): MDU12 of TSL-MIB, twelve outputs, which may be locked on the web page.
The agent runs on a module of Digi and shows that maker's sysObjectID.
"""

from ..controls import Guard, Write
from ..evidence import SIMULATED
from ..profile import Profile
from ..states import State
from .language import column, oids, outlets
from .links import public

STATE = column("6853.3.4.1.2", "mduOutputState")
OFF, ON, LOCKED_OFF, LOCKED_ON = "1", "2", "3", "4"

PROFILES = (
    Profile(
        key="tsl-mdu12",
        vendor="TSL",
        mib="TSL-MIB of 2010-04-04",
        source=public("DanielleHuisman/observium-community-edition", "mibs/tsl/TSL-MIB"),
        models=("MDU12",),
        sys_object_ids=oids("6853", "332.11.6"),
        outlets=outlets(
            State(STATE, on=(ON, LOCKED_ON), off=(OFF, LOCKED_OFF)),
            Write(STATE, on=2, off=1),
            Guard(
                STATE,
                allow=(OFF, ON),
                why="it is locked on the device, or its state is not known",
            ),
        ),
        evidence=SIMULATED.of("state", "switching"),
        note="No figures: the MIB names no units.",
        unread=(
            "mduPowerStatus: power at the inlets, which switches no output; alarmState: the MIB"
            " does not say whether alarmIndex of an outputFail is the number of the output"
        ),
    ),
)
