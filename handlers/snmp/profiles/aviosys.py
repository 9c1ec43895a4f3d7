"""Aviosys: IP Power 9258. The sources are two programs; one reads the object that it wrote.

The device speaks SNMPv1. Its OIDs are below another company's enterprise number.
"""

from ..controls import Write
from ..evidence import DRIVER
from ..objects import Span, Spread
from ..profile import Profile
from ..states import State
from .language import oid, outlets
from .links import NO_PUBLIC_MIB, public

OUTLETS = Spread(oid("92.58.2"), (Span(1, 4, sub=1),), "power of outlet N")

PROFILES = (
    Profile(
        key="ip9258",
        vendor="Aviosys",
        mib="no MIB is public",
        source=public("pdudaemon/pdudaemon", "pdudaemon/drivers/ip9258.py"),
        models=("IP Power 9258",),
        outlets=outlets(State(OUTLETS, on=("1",), off=("0",)), Write(OUTLETS, on=1, off=0)),
        evidence=DRIVER.of("state", "switching"),
        # both write 1 for on and 0 for off; the second reads the same object back
        programs=(
            public("pdudaemon/pdudaemon", "pdudaemon/drivers/ip9258.py"),
            "HP.ScalableTest.PluginSupport.Connectivity.PowerSwitch.AvioSysPowerSwitch (C#)",
        ),
        note=(
            "The device cannot be detected: name the family in the setting 'profile'."
            f" {NO_PUBLIC_MIB}"
        ),
    ),
)
