"""Aviosys: IP Power 9258. The source is one driver, which only writes.

The device speaks SNMPv1. Its OIDs are below another company's enterprise number.
"""

from .language import *

OUTLETS = Spread(oid("92.58.2"), (Span(1, 4, 1),), "power of outlet N")

PROFILES = (
    Profile(
        key="ip9258",
        vendor="Aviosys",
        mib="no MIB is public",
        source=public("pdudaemon/pdudaemon", "pdudaemon/drivers/ip9258.py"),
        models=("IP Power 9258",),
        outlets=outlets(
            states=State(OUTLETS, on=("1",), off=("0",)), control=Write(OUTLETS, on=1, off=0)
        ),
        evidence=DRIVER.of("state", "switching"),
        note=(
            "The device cannot be detected: name the family in the setting 'profile'. It is assumed"
            f" that the written object also shows the state. {NO_PUBLIC_MIB}"
        ),
    ),
)
