"""Planet: IPM power managers of DIGIPDU-MIB. Off is 0 as a state and 2 as a command; on is 1 in both."""
from ..parts import RECORDED, Confidence, Outlets, Profile, State, Write
from .shorthand import TENTHS, column, figure, librenms, oids, total

PROFILES = (
    Profile(
        key="planet-ipm", vendor="Planet", mib="DIGIPDU-MIB of 2009-04-16", source=librenms("planet/DIGIPDU-MIB"),
        models=("IPM-4120", "IPM-8220, IPM-8221", "IPM-12120"), sys_object_ids=oids("10456"),
        outlets=(Outlets(
            states=State(column("10456.3.3.3.1.4", "outSwitchStatus"), on=("1",), off=("0",)),
            control=Write(column("10456.3.3.3.1.5", "outSwitchCtrl"), on=1, off=2),
            current=figure(column("10456.3.3.3.1.7", "outCurrent"), TENTHS),
            power=figure(column("10456.3.3.3.1.9", "outPowerLoad"))),),
        load=total(figure(column("10456.3.3.2.1.5", "inFeedCurrent"), TENTHS), else_outlets=True),
        power=total(figure(column("10456.3.3.2.1.6", "inFeedPowerLoad")), else_outlets=True),
        switching_confidence=Confidence.MEDIUM, evidence=RECORDED.of("state", "current", "power", "switching"),
        unread="outComputerStatus, outCurrentStatus: the MIB gives no values; "
               "pduStatus: its PDUs are not joined to outlets"),
)
