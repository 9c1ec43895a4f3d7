"""A simulated Xerus PDU (Raritan, Legrand, Server Technology): JSON-RPC over HTTPS, as firmware
3.3, 3.6, 4.0 or 4.4 speaks it.

Written from the vendor's published interface definitions and from recordings of real units. It
shares no code with the handlers, so that they do not share a bug.
"""

from .device import XerusPdu
from .faults import Fault
from .idl import GENERATIONS
from .model import Model
from .panels import ONE_PHASE, SPLIT_PHASE, THREE_PHASE, CircuitModel, MeterModel
from .services.firmware import image

__all__ = [
    "GENERATIONS",
    "ONE_PHASE",
    "SPLIT_PHASE",
    "THREE_PHASE",
    "CircuitModel",
    "Fault",
    "MeterModel",
    "Model",
    "XerusPdu",
    "image",
]
