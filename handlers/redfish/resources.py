"""What the resources of a PDU say of an outlet: identity, state, name. Pure.

Source: Outlet.v1_4_4, Resource (Status, PowerState), Redfish Data Model DSP0268.
"""
from __future__ import annotations

from typing import Mapping, Sequence

from pdu_common.helper import EnumPowerStatus

from ..errors import ProtocolError
from .answers import Json

_LONGEST_ID = 200
_STATES: Mapping[object, EnumPowerStatus] = {"On": EnumPowerStatus.UP, "Off": EnumPowerStatus.DOWN}
_NOT_THERE = ("Absent", "UnavailableOffline")       # Resource.State: not detected; present, but cannot be used


def child(resource: Json, key: str) -> Json:
    """The object under `key`; an empty one where there is none."""
    found = resource.get(key)
    return found if isinstance(found, dict) else {}


def text(resource: Json, key: str) -> str:
    """The text under `key`, '' where there is none."""
    found = resource.get(key)
    return found if isinstance(found, str) else ""


def link(resource: Json, key: str) -> object:
    """The link under `key`; None where there is none."""
    return child(resource, key).get("@odata.id")


def entries(resource: Json, key: str) -> Sequence[Json]:
    """The objects of the array under `key`."""
    found = resource.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def identity(resource: Json) -> str:
    """The `Id`. Raises ProtocolError where it is none that a port can have."""
    found = text(resource, "Id")
    if not 0 < len(found) <= _LONGEST_ID or not found.isprintable() or found != found.strip():
        raise ProtocolError("the device lists a resource without a usable Id")
    return found


def health_state(resource: Json) -> str:
    """`Status.State`, '' where there is none."""
    return text(child(resource, "Status"), "State")


def state(outlet: Json) -> EnumPowerStatus:
    """UNKNOWN where the outlet has no state, is between two, or contradicts itself.

    `PowerEnabled` says that the outlet can be powered, not that it is; false beside "On" is a contradiction.
    `PowerStateInTransition` announces that the state is about to change.
    """
    if (outlet.get("PowerStateInTransition", False) is not False
            or health_state(outlet) in _NOT_THERE):
        return EnumPowerStatus.UNKNOWN
    said = outlet.get("PowerState")
    found = _STATES.get(said, EnumPowerStatus.UNKNOWN) if isinstance(said, str) else EnumPowerStatus.UNKNOWN
    if found is EnumPowerStatus.UP and outlet.get("PowerEnabled") is False:
        return EnumPowerStatus.UNKNOWN
    return found


def name(outlet: Json) -> str:
    """The owner's name of an outlet, else the service's."""
    return text(outlet, "UserLabel") or text(outlet, "Name")
