"""The type of a NUT device. Pure.

`device.type` is pdu, ups, ats (automatic transfer switch), psu (power supply) or scd (solar
controller). Some drivers before NUT 2.4.3 do not report it, and some report other words. NUT does
not list sts (static transfer switch), but it is treated like ats.

Source: NUT's docs/nut-names.txt.
"""

from __future__ import annotations

from collections.abc import Mapping

from .figures import count

_WITHOUT_OUTLETS = ("ups", "ats", "psu", "scd", "sts")  # types of devices that may have no outlets
_TYPES = ("pdu", *_WITHOUT_OUTLETS)
# variables with figures other than those of outlets
_OWN_FIGURES = ("battery.", "input.", "output.")


def type_of(variables: Mapping[str, str]) -> str:
    """`device.type` if it is one of NUT's types or sts, else ups for a device with a battery, else
    ''.
    """
    device_type = variables.get("device.type", "").strip().lower()
    if device_type in _TYPES:
        return device_type
    has_battery = any(name.startswith("battery.") for name in variables)
    return "ups" if has_battery else ""


def member_device_type(variables: Mapping[str, str], chain: Mapping[str, str]) -> str:
    """The type of a member of a daisy chain, by its variables without prefix (`type`, not
    `device.2.type`), else by the chain's `device.type`."""
    member_type = type_of({"device.type": variables.get("type", ""), **variables})
    return member_type or type_of({"device.type": chain.get("device.type", "")})


def may_lack_outlets(variables: Mapping[str, str]) -> bool:
    """Whether a device that lists no outlets really has none.

    True if `outlet.count` is 0. Without that count, true for types other than PDUs, and for a
    device of unknown type that has a battery, an input or an output.
    """
    outlet_count = count(variables, "outlet.count")
    if outlet_count is not None:
        return outlet_count == 0
    device_type = type_of(variables)
    if device_type:
        return device_type in _WITHOUT_OUTLETS
    return any(name.startswith(_OWN_FIGURES) for name in variables)
