"""SNR (NAG): remote managers of the ERD series, whose outputs switch sockets: 0 off, 1 on, 2
reload.

ERD-4 and ERD-Project have a table of outputs. The index is 1.output: the MIBs give the table no
index, but a recording of an ERD-4 and the programs of several owners have this one. ERD-4 has a
column of names before the state, so its column of states is ERD-Project's column of delays. Only
the table of ERD-4 has a fourth column. ERD-2 and ERD-3 have no absolute command: `snr_relays.py`
reads them.
"""

from functools import partial

from .language import *

ON, OFF = ("1",), ("0",)
STATE = column("40418.2.6.2.2.1.3", "doState")
DELAY = column("40418.2.6.2.2.1.4", "doResetDelay")
PROJECT_STATE = column("40418.2.7.2.2.1.2", "doState")
PROJECT_FOURTH = column("40418.2.7.2.2.1.4", "fourth column of doTable", optional=True)
V1_STATE = Spread(oid("40418.2.6.3"), (Span(1, 6, 1),), "releState and smartNState")
MINI_STATE = Spread(oid("40418.2.5.3"), (Span(1, 2, 1),), "smartNState")

erd_profile = partial(
    Profile,
    vendor="SNR",
    evidence=SIMULATED.of("state", "switching"),
    note="A thermostat on the unit may switch an output back: the MIB has no object for this mode.",
)

PROFILES = (
    erd_profile(
        key="snr-erd",
        mib="SNR-ERD-4 of 2021-04-27",
        source=pysnmp_mibs("mibs/snr/SNR-ERD-4"),
        models=("ERD-4: its relay and digital outputs",),
        sys_object_ids=oids("40418.2.6"),  # seen on a unit, in a recording of LibreNMS
        outlets=outlets(
            states=State(if_listed(STATE, DELAY), on=ON, off=OFF),
            control=Write(STATE, on=1, off=0),
            number=column("40418.2.6.2.2.1.1", "doName"),
            name=column("40418.2.6.2.2.1.2", "doDeviceName"),
        ),
        recording="snr-erd",
    ),
    erd_profile(
        key="snr-erd-v1",
        mib="SNR-ERD-4 (first firmware)",
        source=public("lextudio/mibs.pysnmp.com", "pysnmp/SNR-ERD-4.py"),
        models=("ERD-4 with firmware 1: its relay (1) and SMART outputs 1 to 5 (2 to 6)",),
        sys_object_ids=oids("40418.2.6"),  # seen with newer firmware
        outlets=outlets(
            states=State(V1_STATE, on=ON, off=OFF), control=Write(V1_STATE, on=1, off=0)
        ),
    ),
    erd_profile(
        key="snr-erd-project",
        mib="SNR-ERD-Project of 2015-04-29",
        source=pysnmp_mibs("mibs/snr/SNR-ERD-Project"),
        models=("ERD-Project: its digital outputs",),
        sys_object_ids=oids("40418.2.7"),  # the root of the MIB; not seen on a unit
        unseen=True,
        outlets=outlets(
            states=State(Unless(PROJECT_STATE, PROJECT_FOURTH), on=ON, off=OFF),
            control=Write(PROJECT_STATE, on=1, off=0),
            name=column("40418.2.7.2.2.1.1", "doName"),
        ),
    ),
    erd_profile(
        key="snr-erd-pro-mini",
        mib="SNR-ERD-PRO-Mini of 2015-04-29",
        source=pysnmp_mibs("mibs/snr/SNR-ERD-PRO-Mini"),
        models=("ERD-PRO-Mini: two SMART sockets",),
        sys_object_ids=oids("40418.2.5"),  # the root of the MIB; not seen on a unit
        unseen=True,
        outlets=outlets(
            states=State(MINI_STATE, on=ON, off=OFF), control=Write(MINI_STATE, on=1, off=0)
        ),
    ),
)
