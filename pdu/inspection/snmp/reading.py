"""Reads an SNMP device as the family that fits it, or that the settings name."""

from __future__ import annotations

from handlers.snmp import detection
from handlers.snmp.device import SnmpDevice
from handlers.snmp.settings import FamilySelection
from handlers.snmp.tables import SnmpReads


def read_as_chosen(device: SnmpReads, choice: FamilySelection) -> SnmpDevice:
    """The device, read as one family of SNMP PDUs: that of the setting `profile` (`is_fixed`), else
    the first one that fits it. Raises Unsupported if none fits, and the handler's other errors.
    """
    if choice.is_fixed:
        return detection.read_as(device, choice.profiles[0], metered_only=choice.metered_only)
    return detection.detect(device, choice.profiles, metered_only=choice.metered_only)
