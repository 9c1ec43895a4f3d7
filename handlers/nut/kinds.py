"""What kind of device a NUT driver describes: decided by `device.type`, else by its variables. Pure.

Source: NUT's docs/nut-names.txt. `device.type` is pdu, ups, ats, psu or scd; drivers before NUT 2.6 do not report it, and
some report words of their own.
"""
from __future__ import annotations

from typing import Mapping

from .members import number

_WITHOUT_OUTLETS = ("ups", "ats", "psu", "scd", "sts")  # types that may lack outlets
_TYPES = ("pdu", *_WITHOUT_OUTLETS)
_OWN_FIGURES = ("battery.", "input.", "output.")        # variables of a device that is more than its outlets


def type_of(variables: Mapping[str, str]) -> str:
    """`device.type`; ups where that is none of NUT's types and the device has a battery; else ''."""
    told = variables.get("device.type", "").strip().lower()
    if told in _TYPES:
        return told
    return "ups" if any(name.startswith("battery.") for name in variables) else ""


def may_lack_outlets(variables: Mapping[str, str]) -> bool:
    """Whether a device that lists no outlets has none.

    True if `outlet.count` is 0, for types other than PDUs, and for a device of unknown type with figures of its own.
    """
    count = number(variables.get("outlet.count"))
    if count is not None:
        return count == 0
    kind = type_of(variables)
    return kind in _WITHOUT_OUTLETS or (not kind and any(name.startswith(_OWN_FIGURES) for name in variables))
