"""A service as the Redfish handler sees it, for `pdu identify`: its PDUs and what they offer.

JSON resources (`Json`) describe PDUs and outlets. An outlet's *action* switches it; its *values*,
such as On and Off, are in the resource itself or in an ActionInfo, a resource of its own. The
result is a `finding`, which each function `_note_...` fills in further: what the handler `can` and
`cannot` do, as phrases.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Optional, Union

from handlers.redfish import metering, outlet_actions, pdus, resources, settings
from handlers.redfish.outlets import ListedOutlet, read_outlets
from handlers.redfish.responses import Json
from handlers.redfish.service import RedfishService
from handlers.shared.errors import PduHandlerError, ProtocolError, Refused, Unsupported

from ...cli.output import counted
from ..finding import HandlerFinding

#: path -> ActionInfo, which describes the parameters of an action, or why it cannot be read
_Infos = Mapping[str, Union[Json, PduHandlerError]]
_SCHEMA = "the standard's schema, tried on units simulated from it"
_IMPOSSIBLE = (
    "locked, or the action does not take On and Off, or the outlet's link or the target is invalid"
    " or on another service, or the values or (HPE) the outlet's configuration cannot be read"
)
# limit up to the logout; some services have a separate resource for each outlet's action
_MOST_SECONDS = 120.0
_ABOUT = {"manufacturer": "Manufacturer", "model": "Model", "firmware": "FirmwareVersion"}
_ACTION_NAME = outlet_actions.ACTION.removeprefix("#")


def identify(data: Any) -> HandlerFinding:
    """The service's PDUs, and what can be read and switched: `HandlerFinding("redfish",
    family="Redfish", about={"service": "Redfish 1.15.0"}, ...)`. `data`: DCImanager's form of the
    PDU, which make_handler takes.

    Raises the errors of handlers/shared/errors.py, such as Denied for a refused login or a missing
    right to read.
    """
    config = settings.read_settings(data)
    finding = HandlerFinding("redfish", family="Redfish")
    finding.why = "its service root lists power equipment"
    with RedfishService(config, seconds=_MOST_SECONDS) as service:
        try:
            _note_service(service, config, finding)
        except PduHandlerError as error:
            raise error.at(service.netloc, "identify") from None
    return finding


def _note_service(
    service: RedfishService, config: settings.RedfishSettings, finding: HandlerFinding
) -> None:
    """Note in `finding` what the service has: its PDUs, their outlets and figures.

    about    service: Redfish 1.15.0; 1 manufacturer: Raritan; 1 model: PX3-5190R
    seen     PowerEquipment 1 PDU; Outlets 8; $expand usable
    """
    root = service.root()
    listed_units = pdus.read_pdus(service, config.pdu)
    finding.note_about({"service": f"Redfish {resources.text(root, 'RedfishVersion')}".strip()})
    outlets: list[ListedOutlet] = []
    for unit in listed_units:
        number = unit.prefix.rstrip(".")
        for name, key in _ABOUT.items():
            finding.note_about({f"{number} {name}".strip(): resources.text(unit.resource, key)})
        if resources.link(unit.resource, "Outlets") is not None:
            outlets += read_outlets(service, unit)
    finding.seen = [
        {"object": "PowerEquipment", "holds": counted(len(listed_units), "PDU")},
        {"object": "Outlets", "holds": str(len(outlets))},
        {"object": "$expand", "holds": "usable" if service.expands else "not usable"},
    ]
    finding.tried = [{"family": "Redfish", "result": counted(len(outlets), "outlet")}]
    _note_states(service, outlets, config, finding)
    finding.note_figures(
        read_figures=lambda: metering.read_statistic(service, config.pdu),
        load=f"the mains; else branches, else outlets: {_SCHEMA}",
        energy=f"the PDU's metrics; else mains, else outlets: {_SCHEMA}",
    )


def _note_states(
    service: RedfishService,
    outlets: Sequence[ListedOutlet],
    config: settings.RedfishSettings,
    finding: HandlerFinding,
) -> None:
    """Note in `finding` how many outlets are in each state, or why no state is read, and whether
    they can be switched.

    can       read the states of 8 outlets (7 on, 1 off)
    cannot    read states: it lists no outlets; switch: it lists no outlets
    """
    if not outlets:
        finding.cannot += ["read states: it lists no outlets", "switch: it lists no outlets"]
        return
    identities = [outlet.identity for outlet in outlets]
    try:
        pdus.raise_if_twice(service, "outlets that are called", identities)
    except ProtocolError as error:
        finding.cannot += [f"read states: {error.reason}", f"switch: {error.reason}"]
        return
    states = [resources.state(outlet.resource, outlet.pdu) for outlet in outlets]
    finding.note_states(states, f"Outlet, PowerState: {_SCHEMA}")
    _note_switching(service, outlets, config, finding)


def _note_switching(
    service: RedfishService,
    outlets: Sequence[ListedOutlet],
    config: settings.RedfishSettings,
    finding: HandlerFinding,
) -> None:
    """Note in `finding` how many outlets can be switched, and why the others cannot: without an
    action, with one that could not be sent, or with one that is used only with switch_unproven.

    >>> from types import SimpleNamespace
    >>> def listed(number: str, values: list[str]) -> ListedOutlet:
    ...     link = f"/redfish/v1/Outlets/{number}"
    ...     action = {"target": f"{link}/Power", "PowerState@Redfish.AllowableValues": values}
    ...     resource = {"Actions": {outlet_actions.ACTION: action}}
    ...     return ListedOutlet(number, number, link, resource, {})
    >>> outlets = [listed("1", ["On", "Off"]), listed("2", ["Off"])]
    >>> service = SimpleNamespace(path=str, all=lambda paths: [])
    >>> finding = HandlerFinding("redfish")
    >>> _note_switching(service, outlets, SimpleNamespace(switch_unproven=False), finding)
    >>> finding.can[0], finding.cannot[0]  # doctest: +ELLIPSIS
    ('switch 1 of 2 outlets (not tried here; ...', "switch 1 outlet: locked, or the action ...")
    """
    outlets_with_action: list[ListedOutlet] = []
    for outlet in outlets:
        if resources.text(_action(outlet.resource), "target"):
            outlets_with_action.append(outlet)
    if not outlets_with_action:
        finding.cannot.append(
            f"switch: no outlet offers the action {_ACTION_NAME}; all are metered only, or the"
            " account may not switch"
        )
        return
    infos = _read_infos(service, [outlet.resource for outlet in outlets_with_action])
    possible_outlets = [
        outlet for outlet in outlets_with_action if _is_possible(service, outlet, infos)
    ]
    unproven_outlets: list[ListedOutlet] = []
    if not config.switch_unproven:
        unproven_outlets = [
            outlet for outlet in possible_outlets if not _is_proven(service, outlet, infos)
        ]
    switchable_outlets = [outlet for outlet in possible_outlets if outlet not in unproven_outlets]
    if switchable_outlets:
        basis = f"action {_ACTION_NAME}"
        values = [_values(service, outlet.resource, infos) for outlet in switchable_outlets]
        if None not in values:
            basis += ", with the values that it lists"
        finding.note_switched(len(switchable_outlets), len(outlets), f"{basis}: {_SCHEMA}")
    if unproven_outlets:
        finding.cannot.append(
            f"switch {counted(len(unproven_outlets), 'outlet')} without switch_unproven=yes: the"
            " action lists no values that it accepts, or its target is not below the outlet"
        )
    impossible_count = len(outlets_with_action) - len(possible_outlets)
    if impossible_count:
        finding.cannot.append(f"switch {counted(impossible_count, 'outlet')}: {_IMPOSSIBLE}")


def _is_possible(service: RedfishService, listed_outlet: ListedOutlet, infos: _Infos) -> bool:
    """Whether a command to the outlet could be sent: its links are valid, it is not locked, and its
    action takes On and Off. `infos`: path -> ActionInfo.

    >>> from types import SimpleNamespace
    >>> service = SimpleNamespace(path=str)
    >>> def outlet(*values: str) -> dict[str, object]:
    ...     action = {"target": "/1/Power", "PowerState@Redfish.AllowableValues": [*values]}
    ...     return {"Actions": {outlet_actions.ACTION: action}}
    >>> _is_possible(service, ListedOutlet("1", "1", "/1", outlet("On", "Off"), {}), {})
    True
    >>> _is_possible(service, ListedOutlet("1", "1", "/1", outlet("Off"), {}), {})
    False
    """
    outlet = listed_outlet.resource
    try:
        service.path(_action(outlet)["target"])
        service.path(listed_outlet.link)
        values = _values(service, outlet, infos)
        if values is None:
            # not sent; without a list of values, it may depend on a configuration of HPE, and
            # raises Unsupported if that cannot be read
            outlet_actions.body(
                listed_outlet.id, outlet, {}, {}, on=True, switch_unproven=True, quote=str
            )
    except (ProtocolError, Refused, Unsupported):
        return False
    takes_both = values is None or ("On" in values and "Off" in values)
    return takes_both and not outlet_actions.lock_reason(outlet)


def _is_proven(service: RedfishService, outlet: ListedOutlet, infos: _Infos) -> bool:
    """Whether the outlet's action lists its values, and the URL that is posted to (`target`) is
    below the link that leads to the outlet: else the handler needs switch_unproven=yes. `infos`:
    path -> ActionInfo.

    >>> from types import SimpleNamespace
    >>> service, link = SimpleNamespace(path=str), "/redfish/v1/Outlets/1"
    >>> action = {"target": f"{link}/Power", "PowerState@Redfish.AllowableValues": ["On", "Off"]}
    >>> resource = {"Actions": {outlet_actions.ACTION: action}}
    >>> _is_proven(service, ListedOutlet("1", "1", link, resource, {}), {})
    True
    >>> _is_proven(service, ListedOutlet("2", "2", "/redfish/v1/Outlets/2", resource, {}), {})
    False
    """
    target = service.path(_action(outlet.resource)["target"])
    has_values = _values(service, outlet.resource, infos) is not None
    return has_values and outlet_actions.is_below(target, service.path(outlet.link))


def _action(outlet: Json) -> Json:
    """The action in an outlet's resource that switches it; empty if it has none.

    >>> _action({"Actions": {"#Outlet.PowerControl": {"target": "/1/Power"}}})
    {'target': '/1/Power'}
    """
    return resources.child(resources.child(outlet, "Actions"), outlet_actions.ACTION)


def _read_infos(service: RedfishService, outlets: Iterable[Json]) -> _Infos:
    """Path -> ActionInfo of the actions of these outlets, each read once; the error of a resource
    that the service refuses (404) stands in its place.

        > GET /redfish/v1/.../Outlets/1/ActionInfo
        < {"Parameters": [{"Name": "PowerState", "AllowableValues": ["On", "Off"]}]}

    Raises errors of the whole service: of login, rights, network and load (429).
    """
    paths: list[str] = []
    for outlet in outlets:
        info = outlet_actions.info_link(_action(outlet))
        if info is not None:
            with contextlib.suppress(ProtocolError):  # `_values` raises it
                paths.append(service.path(info))
    different_paths = list(dict.fromkeys(paths))
    return dict(zip(different_paths, service.all(different_paths)))


def _values(service: RedfishService, outlet: Json, infos: _Infos) -> Optional[Sequence[str]]:
    """The values that the outlet's action takes, such as ["On", "Off"]; None if it lists none.
    `infos`: path -> ActionInfo. Raises an error if the list cannot be read.

    >>> from types import SimpleNamespace
    >>> service = SimpleNamespace(path=str)
    >>> action = {"target": "/redfish/v1/1/Power", "@Redfish.ActionInfo": "/redfish/v1/1/Info"}
    >>> outlet = {"Actions": {outlet_actions.ACTION: action}}
    >>> info = {"Parameters": [{"Name": "PowerState", "AllowableValues": ["On", "Off"]}]}
    >>> _values(service, outlet, {"/redfish/v1/1/Info": info})
    ['On', 'Off']
    >>> _values(service, outlet, {"/redfish/v1/1/Info": ProtocolError("it is no JSON")})
    Traceback (most recent call last):
    handlers.shared.errors.ProtocolError: it is no JSON
    """
    action = _action(outlet)
    info = outlet_actions.info_link(action)
    if info is None:
        return outlet_actions.allowable_values(action, {})
    document = infos[service.path(info)]
    if isinstance(document, PduHandlerError):
        raise document
    return outlet_actions.allowable_values(action, document)
