"""Fields of resources, and an outlet's identity, state and name. Pure. A resource is a JSON object
of the device: {"@odata.id": ".../Outlets/A1", "Id": "A1", "PowerState": "On"}.

Source: Outlet.v1_4_4, Resource (Status, PowerState), Redfish Data Model DSP0268.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from pdu_common.helper import EnumPowerStatus

from ..shared.errors import ProtocolError
from .responses import Json

_LONGEST_ID = 200
_STATES: Mapping[object, EnumPowerStatus] = {
    "On": EnumPowerStatus.UP,
    "Off": EnumPowerStatus.DOWN,
}


class Flow(enum.Enum):
    """What flows through a part, its current and its power, by its Status. A counter keeps its last
    value.

        Status.State "Enabled"               AS_SHOWN
        Status.State "Absent"                NONE
        Status.State "UnavailableOffline"    NOT_KNOWN
    """

    #: what it shows
    AS_SHOWN = "as shown"
    #: nothing; what it shows may be old
    NONE = "none"
    #: not known: what it shows may be old
    NOT_KNOWN = "not known"


class StatusMeaning(NamedTuple):
    """Which values of an outlet, a circuit or a PDU are those of now, by its `Status.State`.

    >>> status_meaning({"Status": {"State": "Disabled"}}).circuit_flow
    <Flow.NONE: 'none'>
    >>> status_meaning({"Status": {"State": "Disabled"}}).outlet_flow
    <Flow.AS_SHOWN: 'as shown'>
    """

    #: whether an outlet's PowerState is that of now; asked of the outlet and of its PDU
    shows_power_state: bool
    #: through an outlet or a whole PDU
    outlet_flow: Flow
    #: through a circuit; a sensor is read only with AS_SHOWN
    circuit_flow: Flow


_USUAL = StatusMeaning(True, Flow.AS_SHOWN, Flow.AS_SHOWN)
_UNREADABLE = StatusMeaning(False, Flow.NOT_KNOWN, Flow.NOT_KNOWN)
#: Resource.State; each other one is _USUAL. An outlet that is off may be Disabled
_MEANINGS: Mapping[str, StatusMeaning] = {
    # not detected
    "Absent": StatusMeaning(False, Flow.NONE, Flow.NONE),
    "Disabled": StatusMeaning(True, Flow.AS_SHOWN, Flow.NONE),
    # present, but cannot be used
    "UnavailableOffline": _UNREADABLE,
}


def child(resource: Json, key: str) -> Json:
    """The object under `key`, {} if there is none.

    >>> child({"Status": {"State": "Enabled"}}, "Status"), child({"Status": None}, "Status")
    ({'State': 'Enabled'}, {})
    """
    value = resource.get(key)
    return value if isinstance(value, dict) else {}


def text(resource: Json, key: str) -> str:
    """The text under `key`, '' if there is none."""
    value = resource.get(key)
    return value if isinstance(value, str) else ""


def link(resource: Json, key: str) -> Optional[str]:
    """The link under `key`; None if the resource has no such property: then the device has no such
    thing. Raises ProtocolError for a property that holds no link. A null, too, does not say that
    the thing is absent: it means that the value is not known (DSP0266, "Properties").

    >>> link({"Outlets": {"@odata.id": "/redfish/v1/RackPDUs/1/Outlets"}}, "Outlets")
    '/redfish/v1/RackPDUs/1/Outlets'
    >>> link({}, "Outlets") is None
    True
    >>> link({"Outlets": None}, "Outlets")
    Traceback (most recent call last):
    handlers.shared.errors.ProtocolError: the device shows Outlets without a link: None
    """
    if key not in resource:
        return None
    value = resource[key]
    target = value.get("@odata.id") if isinstance(value, dict) else None
    if not isinstance(target, str) or not target:
        raise ProtocolError(f"the device shows {key} without a link: {value!r:.80}")
    return target


def entries(resource: Json, key: str) -> Sequence[Json]:
    """The objects of the array under `key`.

    >>> entries({"Chassis": [{"@odata.id": "/redfish/v1/Chassis/PDU"}, None]}, "Chassis")
    [{'@odata.id': '/redfish/v1/Chassis/PDU'}]
    """
    values = resource.get(key)
    if not isinstance(values, list):
        return []
    return [value for value in values if isinstance(value, dict)]


def usable_id(resource: Json) -> str:
    """The `Id`; '' unless it is text (DSP0266, "Common properties") of 1 to 200 printable
    characters with no space at either end.

    >>> usable_id({"Id": "A1"}), usable_id({"Id": " A1"}), usable_id({})
    ('A1', '', '')
    """
    identifier = text(resource, "Id")
    has_outer_space = identifier != identifier.strip()
    if len(identifier) > _LONGEST_ID or has_outer_space or not identifier.isprintable():
        return ""
    return identifier


def required_id(resource: Json) -> str:
    """The `Id`. Raises ProtocolError unless it is 1 to 200 printable characters.

    >>> required_id({"Id": "A1"})
    'A1'
    >>> required_id({"Id": ""})
    Traceback (most recent call last):
    handlers.shared.errors.ProtocolError: the device lists a resource without a usable Id
    """
    identifier = usable_id(resource)
    if not identifier:
        raise no_usable_id()
    return identifier


def no_usable_id() -> ProtocolError:
    """The error of a resource without a usable Id."""
    return ProtocolError("the device lists a resource without a usable Id")


def status_state(resource: Json) -> str:
    """`Status.State`, '' if there is none."""
    return text(child(resource, "Status"), "State")


def status_meaning(resource: Json) -> StatusMeaning:
    """Which values of a resource are those of now, by its `Status.State`. Without a Status, all;
    with a Status that cannot be read, none.

    >>> status_meaning({"Status": {"State": "Absent"}}).shows_power_state
    False
    >>> status_meaning({}).shows_power_state
    True
    """
    status = resource.get("Status", {})
    if not isinstance(status, dict) or not isinstance(status.get("State", ""), str):
        return _UNREADABLE
    return _MEANINGS.get(status_state(resource), _USUAL)


def status_word(resource: Json) -> str:
    """The `Status.State` of a resource as it came, for a reason.

    >>> status_word({"Status": {"State": "Absent"}}), status_word({"Status": None})
    ('Absent', 'None')
    """
    status = resource.get("Status")
    word = status.get("State") if isinstance(status, dict) else status
    return word if isinstance(word, str) else repr(word)


def is_absent(resource: Json) -> bool:
    """Whether the service says that there is no such thing now."""
    return status_state(resource) == "Absent"


def state(outlet: Json, pdu: Json) -> EnumPowerStatus:
    """UP or DOWN by the outlet's PowerState; UNKNOWN if something says that this is not its state.

    >>> state({"PowerState": "On"}, {}).name, state({"PowerState": "PoweringOn"}, {}).name
    ('UP', 'UNKNOWN')
    """
    if unknown_reason(outlet, pdu):
        return EnumPowerStatus.UNKNOWN
    return _STATES[outlet["PowerState"]]


def unknown_reason(outlet: Json, pdu: Json) -> str:
    """Why it is not known whether the outlet is on; "" if it is known. `outlet` and `pdu`: the
    resources of the outlet and of its PDU.

    >>> unknown_reason({"PowerState": "Off"}, {})
    ''
    >>> unknown_reason({}, {}), unknown_reason({"PowerState": "PoweringOn"}, {})
    ('its PowerState is missing', "its PowerState is 'PoweringOn'")
    >>> unknown_reason({"PowerState": "On", "PowerEnabled": False}, {})
    'its PowerState is On, and its PowerEnabled false'
    >>> unknown_reason({"PowerState": "On", "PowerStateInTransition": True}, {})
    'its PowerStateInTransition is True'

    An outlet of a PDU that is not there may report its last state:

    >>> unknown_reason({"PowerState": "On"}, {"Status": {"State": "UnavailableOffline"}})
    "its PDU's Status is UnavailableOffline"

    `PowerEnabled` means that the outlet can be powered, not that it is. For
    `PowerStateInTransition`, any value except false, even null, is taken as true.
    """
    transition = outlet.get("PowerStateInTransition", False)
    if transition is not False:
        return f"its PowerStateInTransition is {transition!r}"
    if not status_meaning(outlet).shows_power_state:
        return f"its Status is {status_word(outlet)}"
    if not status_meaning(pdu).shows_power_state:
        return f"its PDU's Status is {status_word(pdu)}"
    if "PowerState" not in outlet:
        return "its PowerState is missing"
    power_state = outlet["PowerState"]
    if not isinstance(power_state, str) or power_state not in _STATES:
        return f"its PowerState is {power_state!r}"
    if power_state == "On" and outlet.get("PowerEnabled") is False:
        return "its PowerState is On, and its PowerEnabled false"
    return ""


def name(outlet: Json) -> str:
    """The label that a user gave the outlet, else the name that the service gives it; '' for none.

    >>> name({"Name": "Outlet A1", "UserLabel": "web-1"}), name({"Name": "Outlet A1"})
    ('web-1', 'Outlet A1')
    """
    return text(outlet, "UserLabel") or text(outlet, "Name")
