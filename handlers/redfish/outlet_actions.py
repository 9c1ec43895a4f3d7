"""Whether an outlet may be switched, the body of the command, and answers that report success.
Pure. `quote` makes a text of the device safe to print: printable, cut, and without the password.
`switch_unproven`: the owner's setting to send commands that nothing proves to be right.

Source: Outlet_v1 (action PowerControl, parameter PowerState), ActionInfo_v1, Message_v1, DSP0266
"Actions", "Error responses".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Callable, Optional
from urllib.parse import unquote

from ..shared.errors import NamedSetting, Unsupported
from .resources import child, entries, text
from .responses import Json

ACTION, _PARAMETER = "#Outlet.PowerControl", "PowerState"
_ALLOWABLE, _INFO = f"{_PARAMETER}@Redfish.AllowableValues", "@Redfish.ActionInfo"
_LOCKS: Mapping[str, str] = {
    "PowerControlLocked": "its power control",
    "ConfigurationLocked": "its configuration",
}
# The body for the HPE G2, from public scripts. The unit overwrites the outlet's state and
# configuration with the body's values.
_HPE_CONFIGURATION: Sequence[Sequence[str]] = (
    ("OutletNumber",),
    ("StartupState",),
    ("OutletName", "Outletname"),
    ("OnDelay",),
    ("OffDelay",),
    ("RebootDelay",),
)
_HPE_STATE = "OutletStatus"
# ends the errors for a command that nothing proves to be right; the owner may permit it
_SWITCH_UNPROVEN = NamedSetting("switch_unproven", "yes", "the handler setting ")
_HPE_ID = re.compile("OUTLET[0-9]+")
_NUMBER_AT_END = re.compile("[0-9]{1,4}$")
_MOST_VALUES = 10  # that an error lists


def raise_if_locked(identity: str, outlet: Json) -> None:
    """Raise Unsupported for an outlet that is locked, or of which the PDU does not say whether it
    is. `outlet`: its resource.

    >>> raise_if_locked("A1", {"PowerControlLocked": False})
    >>> raise_if_locked("A1", {"PowerControlLocked": True})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.Unsupported: outlet A1 was not switched: its power control is locked; ...
    """
    reason = lock_reason(outlet)
    if reason:
        raise Unsupported(f"outlet {identity} was not switched: {reason}; unlock it on the PDU")


def lock_reason(outlet: Json) -> str:
    """The lock of an outlet in words, '' if there is none. `outlet`: its resource. A value that is
    neither true nor false may be a lock:

    >>> lock_reason({"PowerControlLocked": True}), lock_reason({})
    ('its power control is locked', '')
    >>> lock_reason({"PowerControlLocked": None})
    'the PDU does not say whether its power control is locked'
    """
    for key, noun in _LOCKS.items():
        value = outlet.get(key, False)
        if value is True:
            return f"{noun} is locked"
        if value is not False:
            return f"the PDU does not say whether {noun} is locked"
    return ""


def action(identity: str, outlet: Json) -> Json:
    """The switching action in the resource `outlet`, an object with the `target` to which the
    command is sent. Raises Unsupported if it is missing or has no target. `identity`: the outlet's,
    for the error.

    >>> power_action = {"target": "/redfish/v1/Outlets/1/Outlet.PowerControl"}
    >>> action("1", {"Actions": {"#Outlet.PowerControl": power_action}})["target"]
    '/redfish/v1/Outlets/1/Outlet.PowerControl'
    """
    power_action = child(child(outlet, "Actions"), ACTION)
    if not text(power_action, "target"):
        raise Unsupported(
            f"outlet {identity} cannot be switched: the PDU offers no action {ACTION[1:]} for it;"
            " it is metered only, or the account may not switch"
        )
    return power_action


def raise_if_elsewhere(
    identity: str, target: str, outlet: str, *, switch_unproven: bool, quote: Callable[[str], str]
) -> None:
    """Raise Unsupported if the path `target` of the action is not below the path `outlet`, unless
    the owner permits it with `switch_unproven`.

    Such an action may switch another outlet or restart the unit. DSP0266, "Actions": the target is
    the resource's own URI, followed by /Actions/ and the action's name.

    >>> outlet = "/redfish/v1/Outlets/1"
    >>> action = f"{outlet}/Actions/Outlet.PowerControl"
    >>> raise_if_elsewhere("1", action, outlet, switch_unproven=False, quote=str)
    >>> reset = "/redfish/v1/Managers/1/Actions/Manager.Reset"
    >>> raise_if_elsewhere("1", reset, outlet, switch_unproven=False, quote=str)
    ... # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.Unsupported: outlet 1 was not switched: the target of its action, ...
    """
    if switch_unproven or is_below(target, outlet):
        return
    reason = (
        f"outlet {identity} was not switched: the target of its action,"
        f" {quote(target)}, is not below the outlet's path; try one idle outlet with "
    )
    raise Unsupported((reason, _SWITCH_UNPROVEN))


def is_below(target: str, outlet: str) -> bool:
    """Whether the path `target` of an action is below the path `outlet`, as a command to this
    outlet should be. False if `target` has a part `.` or `..`: it may lead elsewhere.

    >>> is_below("/redfish/v1/Outlets/1/Actions/Outlet.PowerControl", "/redfish/v1/Outlets/1")
    True
    >>> is_below("/redfish/v1/Outlets/1/../2/Actions/Outlet.PowerControl", "/redfish/v1/Outlets/1")
    False
    """
    steps = _steps(target)
    outlet_steps = _steps(outlet)
    if "." in steps or ".." in steps:
        return False
    count = len(outlet_steps)
    return len(steps) > count and steps[:count] == outlet_steps


def _steps(path: str) -> Sequence[str]:
    """The parts of a path, unescaped and without the query; a backslash may count as a slash.

    >>> _steps("/redfish/v1/Outlets/1%2F..?x=1")
    ['', 'redfish', 'v1', 'Outlets', '1', '..']
    """
    without_query, _, _ = path.partition("?")
    plain_path = unquote(without_query).replace("\\", "/")
    return plain_path.rstrip("/").split("/")


def info_link(action_resource: Json) -> Optional[object]:
    """The link to the description of the action's parameters, which lists the values that it takes;
    None if there is none, or if the action itself lists them.

    >>> info_link({"@Redfish.ActionInfo": "/redfish/v1/Outlets/1/PowerControlActionInfo"})
    '/redfish/v1/Outlets/1/PowerControlActionInfo'
    >>> info_link({"PowerState@Redfish.AllowableValues": ["On", "Off"]}) is None
    True
    """
    if _ALLOWABLE in action_resource:
        return None
    return action_resource.get(_INFO)


def body(
    outlet_id: str,
    outlet: Json,
    action_resource: Json,
    info: Json,
    *,
    on: bool,
    switch_unproven: bool,
    quote: Callable[[str], str],
) -> dict[str, object]:
    """The body of the command to go on or off. `outlet`: its resource; `action_resource`: its
    switching action; `info`: the description of the action's parameters, {} for none.

    >>> values = {"PowerState@Redfish.AllowableValues": ["On", "Off"]}
    >>> body("1", {}, values, {}, on=False, switch_unproven=False, quote=str)
    {'PowerState': 'Off'}

    An HPE G2 lists no values; its body has the outlet's state and its whole configuration. `quote`
    makes a text of the device fit for an error, without the login.

    Raises Unsupported if the action does not take the wanted state; if the service lists no values,
    unless `switch_unproven`; and if the configuration that HPE's body repeats cannot be read.
    """
    word = "On" if on else "Off"
    values = allowable_values(action_resource, info)
    if values is not None and word in values:
        return {_PARAMETER: word}
    if values is not None:
        listing = quote(", ".join(map(repr, values[:_MOST_VALUES]))) or "nothing"
        if len(values) > _MOST_VALUES:
            listing += ", ..."
        raise Unsupported(
            f"outlet {outlet_id} cannot be switched {word.lower()}: its action takes {listing}"
        )
    if not switch_unproven:
        reason = (
            f"outlet {outlet_id} was not switched: the PDU does not say which values its"
            " action takes; try one idle outlet with "
        )
        raise Unsupported((reason, _SWITCH_UNPROVEN))
    is_hpe = _HPE_STATE in outlet or _HPE_ID.fullmatch(outlet_id)
    if is_hpe:
        return _hpe_body(outlet_id, outlet, on=on, quote=quote)
    return {_PARAMETER: word}


def allowable_values(action_resource: Json, info: Json) -> Optional[Sequence[str]]:
    """The values that the action takes; None if the service does not list them.

    >>> allowable_values({"PowerState@Redfish.AllowableValues": ["On", "Off"]}, {})
    ['On', 'Off']
    >>> allowable_values({}, {"Parameters": [{"Name": "PowerState", "AllowableValues": ["On"]}]})
    ['On']
    >>> allowable_values({}, {}) is None
    True
    """
    if _ALLOWABLE in action_resource:
        return _texts(action_resource[_ALLOWABLE])
    for parameter in entries(info, "Parameters"):
        if parameter.get("Name") != _PARAMETER:
            continue
        if "AllowableValues" not in parameter:
            return None
        return _texts(parameter["AllowableValues"])
    return None


def _texts(values: object) -> Sequence[str]:
    """The texts in a list; none for anything else.

    >>> _texts(["On", "Off", None]), _texts("On")
    (['On', 'Off'], [])
    """
    if not isinstance(values, list):
        return []
    return [value for value in values if isinstance(value, str)]


def _hpe_body(
    outlet_id: str, outlet: Json, *, on: bool, quote: Callable[[str], str]
) -> dict[str, object]:
    """The body of HPE's command: the state, and the outlet's configuration unchanged. The unit
    switches the outlet of this OutletNumber. Raises Unsupported if some of that cannot be read, or
    if the number is not the one in the outlet's Id.

    >>> times = {"StartupState": "on", "OnDelay": 0, "OffDelay": 0, "RebootDelay": 5}
    >>> outlet = {"OutletNumber": 7, "OutletName": "web-1", **times}
    >>> _hpe_body("OUTLET7", outlet, on=False, quote=str)["OutletStatus"]
    'off'
    """
    configuration: dict[str, object] = {}
    for names in _HPE_CONFIGURATION:
        # bool is a kind of int
        readable_names = [name for name in names if type(outlet.get(name)) in (str, int)]
        if not readable_names:
            raise Unsupported(
                f"outlet {outlet_id} was not switched: this unit's command also sets the outlet's"
                f" configuration, and its {names[0]} cannot be read"
            )
        name = readable_names[0]
        configuration[name] = outlet[name]
    number = str(configuration["OutletNumber"])
    id_number = _NUMBER_AT_END.search(outlet_id)
    if id_number is None or not number.isdecimal() or int(number) != int(id_number[0]):
        raise Unsupported(
            f"outlet {outlet_id} was not switched: the unit says that its OutletNumber is"
            f" {quote(number)}, so its command may switch another outlet"
        )
    return {**configuration, _HPE_STATE: "on" if on else "off"}


def reports_success(error: object) -> bool:
    """Whether the `error` of an answer reports nothing but success: some services send the message
    Success as an `error`.

    >>> reports_success({"@Message.ExtendedInfo": [{"MessageId": "Base.1.8.Success"}]})
    True
    >>> reports_success({"@Message.ExtendedInfo": [{"Severity": "OK"}, {"Severity": "Warning"}]})
    False
    """
    members = error if isinstance(error, dict) else {}
    messages = members.get("@Message.ExtendedInfo") or [{"MessageId": members.get("code")}]
    if not isinstance(messages, list):
        return False
    return all(isinstance(message, dict) and _is_success(message) for message in messages)


def _is_success(message: Json) -> bool:
    """Whether a message reports success: by its severity, or without one by its MessageId.

    >>> _is_success({"MessageId": "Base.1.8.Success"}), _is_success({"Severity": "Warning"})
    (True, False)
    """
    # Severity is the older name
    severity = message.get("MessageSeverity") or message.get("Severity")
    if severity is None:
        return text(message, "MessageId").endswith(".Success")
    return severity == "OK"
