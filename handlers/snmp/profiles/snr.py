"""SNR (NAG): the remote manager ERD-4, whose relay and digital outputs switch sockets.

State and command share a column. The index is 1.output: the MIB gives the table no index, but a
recording of a unit and the programs of several owners have this one.
"""
from ..parts import SIMULATED, Confidence, Outlets, Profile, State, Write
from .shorthand import column, oids, pysnmp_mibs

STATE = column("40418.2.6.2.2.1.3", "doState")

PROFILES = (
    Profile(
        key="snr-erd", vendor="SNR", mib="SNR-ERD-4 of 2021-04-27", source=pysnmp_mibs("mibs/snr/SNR-ERD-4"),
        models=("ERD-4: its relay and digital outputs",),
        sys_object_ids=oids("40418.2.6"),       # seen on a unit, in a recording of LibreNMS
        outlets=(Outlets(
            states=State(STATE, on=("1",), off=("0",)),
            control=Write(STATE, on=1, off=0),
            number=column("40418.2.6.2.2.1.1", "doName"),
            name=column("40418.2.6.2.2.1.2", "doDeviceName")),),
        switching_confidence=Confidence.HIGH, evidence=SIMULATED.of("state", "switching"),
        note="Every output is listed, whether or not it has a socket. A thermostat on the unit may "
             "switch an output back: the MIB has no object for this mode."),
)
