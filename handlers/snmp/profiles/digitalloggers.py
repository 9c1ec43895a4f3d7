"""Digital Loggers: the standard ENERGY-OBJECT-MIB with power states of IANAPowerStateSet-MIB (257
off, 259 on).

While admin and oper state differ, the outlet changes over to the admin state (RFC 7460).
"""

from ..controls import Write
from ..evidence import SIMULATED
from ..objects import Span, Spread
from ..profile import NET_SNMP, Profile
from ..states import State
from .language import oids, outlets
from .links import librenms

ENERGY_OBJECTS = "1.3.6.1.2.1.229.1.2.1"

OUTLETS = (Span(1, 256, sub=1),)  # the buses that feed them have numbers from 257
ADMIN = Spread(f"{ENERGY_OBJECTS}.8", OUTLETS, "eoPowerAdminState", tail="")

PROFILES = (
    Profile(
        key="dli-energy-object",
        vendor="Digital Loggers",
        mib="ENERGY-OBJECT-MIB",
        source=librenms("ENERGY-OBJECT-MIB"),
        models=("Web Power Switch Pro", "Ethernet Power Controller with firmware 1.8 or later"),
        # the first is the maker's own, in Observium's definition of these units
        sys_object_ids=(*oids("45770"), *NET_SNMP),
        sweep=True,
        outlets=outlets(
            State(
                Spread(f"{ENERGY_OBJECTS}.9", OUTLETS, "eoPowerOperState", tail=""),
                on=("259",),
                off=("257",),
                crosscheck=ADMIN,
            ),
            Write(ADMIN, on=259, off=257),
        ),
        evidence=SIMULATED.of("state", "switching"),
        recording="digital-loggers",
    ),
)
