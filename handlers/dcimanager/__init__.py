"""Access to the parts of DCImanager that are not documented. They are found by inspection, never by
version numbers.

Documented names are imported from the platform where they are used. This package finds the rest:
the module of the class BasePdu (`base`), the address and the handler settings (`form`), the
identity on a port (`port_identity`), the fields of the views (`views`), the index of a walked row
(`rows`), the failures of SNMP calls (`snmp`, `snmp_errors`), and the values and exceptions whose
own methods may raise (`foreign`, `foreign_snmp`).
"""

from __future__ import annotations

from ..shared.labels import Label, label
from ..shared.meter_figures import MeterFigures
from .base import BasePdu
from .form import address, settings
from .four_calls import FourCalls, OpenPdu
from .port_identity import outlet_identity
from .views import Figures, log_call, pdu_view, port_answer

__all__ = [
    "BasePdu",
    "Label",
    "Figures",
    "FourCalls",
    "MeterFigures",
    "OpenPdu",
    "address",
    "outlet_identity",
    "label",
    "log_call",
    "pdu_view",
    "port_answer",
    "settings",
]
