"""Fields of resources, and an outlet's identity, state and name. Pure.

Source: Outlet.v1_4_4, Resource (Status, PowerState), Redfish Data Model DSP0268.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pdu_common.helper import EnumPowerStatus

from ..shared.errors import ProtocolError
from .responses import Json

_LONGEST_ID = 200
_STATES: Mapping[str, EnumPowerStatus] = {"On": EnumPowerStatus.UP, "Off": EnumPowerStatus.DOWN}
# Resource.State: not detected; present, but cannot be used
_UNUSABLE = ("Absent", "UnavailableOffline")


def child(resource: Json, key: str) -> Json:
    """The object under `key`, {} if there is none."""
    found = resource.get(key)
    return found if isinstance(found, dict) else {}


def text(resource: Json, key: str) -> str:
    """The text under `key`, '' if there is none."""
    found = resource.get(key)
    return found if isinstance(found, str) else ""


def link(resource: Json, key: str) -> object:
    """The link under `key`; None if there is none."""
    return child(resource, key).get("@odata.id")


def entries(resource: Json, key: str) -> Sequence[Json]:
    """The objects of the array under `key`."""
    found = resource.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def usable_id(resource: Json) -> str:
    """The `Id`; '' unless it is text (DSP0266, "Common properties") of 1 to 200 printable
    characters with no space at either end."""
    found = text(resource, "Id")
    usable = len(found) <= _LONGEST_ID and found.isprintable() and found == found.strip()
    return found if usable else ""


def required_id(resource: Json) -> str:
    """The `Id`. Raises ProtocolError unless it is usable."""
    found = usable_id(resource)
    if not found:
        raise ProtocolError("the device lists a resource without a usable Id")
    return found


def status_state(resource: Json) -> str:
    """`Status.State`, '' if there is none."""
    return text(child(resource, "Status"), "State")


def state(outlet: Json, pdu: Json) -> EnumPowerStatus:
    """UP or DOWN; UNKNOWN if the outlet reports neither, is unusable or about to change, or its
    fields contradict each other, or if its PDU is unusable: the outlet may then report its last
    state.

    `PowerEnabled` means that the outlet can be powered, not that it is. Its value false contradicts
    "On". `PowerStateInTransition` means that the state is about to change. Any value except false,
    even null, is taken as true.
    """
    if outlet.get("PowerStateInTransition", False) is not False:
        return EnumPowerStatus.UNKNOWN
    if status_state(outlet) in _UNUSABLE or status_state(pdu) in _UNUSABLE:
        return EnumPowerStatus.UNKNOWN
    found = _STATES.get(text(outlet, "PowerState"), EnumPowerStatus.UNKNOWN)
    if found is EnumPowerStatus.UP and outlet.get("PowerEnabled") is False:
        return EnumPowerStatus.UNKNOWN
    return found


def name(outlet: Json) -> str:
    """The label that a user gave the outlet, else the name that the service gives it."""
    return text(outlet, "UserLabel") or text(outlet, "Name")
