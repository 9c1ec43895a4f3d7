"""Everything about DCImanager that no document fixes. It is found by inspection, never by version numbers.

Documented names of the platform are imported where they are used. Inferred and unknown ones are met in this folder alone: the
class BasePdu (`base`), where the address and the handler settings are (`form`, `pairs`), the fields of the views (`views`,
`fields`, `statistic`), the index of a walked row (`rows`) and the failures of SNMP calls (`snmp`). Only the SNMP handler imports
the last two: the platform's SNMP modules take long to load.
"""
from __future__ import annotations

from ..settings import host_and_port
from .base import BasePdu
from .form import address, settings
from .labels import Label, label
from .statistic import PortFigures, statistic_view
from .views import log_call, pdu_view

__all__ = ["BasePdu", "Label", "PortFigures", "address", "host_and_port", "label", "log_call", "pdu_view", "settings",
           "statistic_view"]
