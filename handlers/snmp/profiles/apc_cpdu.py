"""APC by Schneider Electric: the Easy Rack PDU, which has Enlogic's tables below a root of APC."""

from . import enlogic
from .links import librenms

PROFILES = (
    enlogic.family("318.1.1.32")(
        key="apc-cpdu",
        vendor="APC",
        mib="PowerNet-MIB 1.9 (cPDU)",
        source=librenms("apc-cpdu/PowerNet-MIB"),
        models=("Easy Rack PDU APDU10xxx",),
        recording="apc-cpdu",
    ),
)
