"""SNR (NAG): ERD-2, ERD-3 and ERD-3s, each with one relay of remote control: contact 8 of ERD-2 and
ERD-3, contact 11 of ERD-3s.

The object shows the relay and its mode: on or off by hand (0, 1), on or off by the thermostat
(5, 6). A command would change the mode (2, 3) or toggle the relay (4): none is absolute, and
a program of an owner writes 1 and 0, which the MIB has as states only. So nothing is switched. The
SMART contact beside it can only be reset, and shows no state.
"""

from .language import *

PROFILES = (
    Profile(
        key="snr-erd-relay",
        vendor="SNR",
        mib="SNR-ERD-2, SNR-ERD-3, SNR-ERD-3s of 2015-04-29",
        source=pysnmp_mibs("mibs/snr/SNR-ERD-3"),
        models=("ERD-2, ERD-3, ERD-3s: the relay of remote control",),
        # the roots of the MIBs; not seen on a unit
        roots=tuple(Root(oid(root), oid(root)) for root in ("40418.2.2", "40418.2.3", "40418.2.4")),
        unseen=True,
        outlets=outlets(
            states=State(
                Spread("~.2", (Span(1, 1, 3),), "remoteControlContact8, remoteControlContact11"),
                on=("0", "5"),
                off=("1", "6"),
            ),
        ),
        evidence=SIMULATED.of("state"),
        note="The sysObjectID is assumed. The MIB's commands toggle the relay or change its mode.",
    ),
)
