"""A simulated Redfish service with PDUs, for tests and the demo.

    with RedfishService(units.rack()) as unit:
        ... unit.host, unit.port, unit.truth(), unit.log

Written from DMTF's protocol (DSP0266) and schemas, without the handlers' code. DMTF's own
validators check its resources, and DMTF's own clients read them.
"""

from . import units
from .model import Expand, Model, Pdu
from .service import RedfishService
from .units import UNITS

__all__ = ["UNITS", "Expand", "Model", "Pdu", "RedfishService", "units"]
