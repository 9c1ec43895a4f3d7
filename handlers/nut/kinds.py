"""Determines the kind of device behind a NUT driver: by `device.type`, else by the device's variables. Pure.

Source: NUT's docs/nut-names.txt. `device.type` is pdu, ups, ats (automatic transfer switch), psu (power supply) or scd (solar
controller). Some drivers before NUT 2.4.3 do not report it, and some drivers report other words. NUT does not list sts (static
transfer switch), but it is treated like ats.
"""
from __future__ import annotations

from typing import Mapping

from .members import number

_WITHOUT_OUTLETS = ("ups", "ats", "psu", "scd", "sts")  # types of devices that may have no outlets
_TYPES = ("pdu", *_WITHOUT_OUTLETS)
_OWN_FIGURES = ("battery.", "input.", "output.")        # variables with figures other than those of outlets


def type_of(variables: Mapping[str, str]) -> str:
    """`device.type` if it is one of NUT's types or sts, else ups for a device with a battery, else ''."""
    reported = variables.get("device.type", "").strip().lower()
    if reported in _TYPES:
        return reported
    return "ups" if any(name.startswith("battery.") for name in variables) else ""


def type_of_member(variables: Mapping[str, str], chain: Mapping[str, str]) -> str:
    """The type of a member of a daisy chain, by its variables without prefix (`type`, not `device.2.type`), else by the chain's
    `device.type`."""
    own = type_of({"device.type": variables.get("type", ""), **variables})
    return own or type_of({"device.type": chain.get("device.type", "")})


def may_lack_outlets(variables: Mapping[str, str]) -> bool:
    """Whether a device that lists no outlets really has none.

    True if `outlet.count` is 0. Without that count, true for types other than PDUs, and for a device of unknown type that has
    a battery, an input or an output.
    """
    count = number(variables.get("outlet.count"))
    if count is not None:
        return count == 0
    kind = type_of(variables)
    return kind in _WITHOUT_OUTLETS or (not kind and any(name.startswith(_OWN_FIGURES) for name in variables))
