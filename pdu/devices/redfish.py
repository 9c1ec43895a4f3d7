"""`pdu redfish HOST COMMAND`: shows the resources of a Redfish service.

To switch, use `pdu up` and `pdu down`.
"""

from __future__ import annotations

import collections
import contextlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Optional

import click

from handlers.http.errors import of_status
from handlers.redfish import figures, outlet_actions, settings, units
from handlers.redfish.handler import RedfishPdu
from handlers.redfish.members import links_of, members
from handlers.redfish.resources import child, entries, link, text
from handlers.redfish.responses import Json
from handlers.redfish.sensors import sensor_collections
from handlers.redfish.service import ROOT, RedfishService
from handlers.shared.address import Address
from handlers.shared.errors import Denied, PduHandlerError, ProtocolError, SettingsError, printable
from pdu_common.connection import PduData

from ..core.adapters.redfish import action_info
from ..core.cli.groups import Commands, HostCommand, HostGroup, LazyCommand
from ..core.cli.options import LOGIN, TLS, Argument, SharedOptions, Spelling, device, option
from ..core.cli.output import Result, columns, facts, figure
from ..core.inventory import connection_data, names, reading
from ..core.inventory.handler_loading import load
from ..core.states import word

_MOST_RESOURCES = 5000  # limit for `tree`
# limit for a command, in seconds; longer than a handler's, since DCImanager does not wait for it
_LONGEST_CALL = 900.0
_DEPTH, _DEEPEST = 2, 10
_SESSION = Spelling("--session", "session", "auto|basic|session", "how to log in (auto)")
_PDU = Spelling("--pdu", "pdu", "ID", "which of several PDUs")
_OWN = (_SESSION, _PDU, *(spelling for spelling in TLS if spelling.key != "tls"))
_PATH = Argument("PATH?", f"a path of the service, such as {ROOT}Chassis (default: {ROOT})")


class RedfishCall(NamedTuple):
    """One run of a command: the service, the setting `pdu`, and the command's own arguments and
    options.
    """

    service: RedfishService
    pdu: str
    #: an argument of make_handler
    data: PduData
    arguments: Mapping[str, Any]


# ---- commands ------------------------------------------------------------------------------------


def info(call: RedfishCall) -> Result:
    """The service and its PDUs. Costs the round trips of `units`."""
    root = call.service.root()
    offered = child(child(root, "ProtocolFeaturesSupported"), "ExpandQuery")
    service = {
        "service": text(root, "Name"),
        "version": text(root, "RedfishVersion"),
        "vendor": text(root, "Vendor"),
        "product": text(root, "Product"),
        "uuid": text(root, "UUID"),
        "expands": sorted(key for key, value in offered.items() if value is True),
    }
    names = (
        "Id",
        "Name",
        "EquipmentType",
        "Manufacturer",
        "Model",
        "SerialNumber",
        "PartNumber",
        "FirmwareVersion",
    )
    pdus = [
        {name: text(unit.resource, name) for name in names}
        for unit in units.read_units(call.service, call.pdu)
    ]
    lines = facts({**service, "expands": ", ".join(service["expands"]) or "nothing"})
    return Result(
        {**service, "pdus": pdus},
        [*lines, "", *columns(names, [list(pdu.values()) for pdu in pdus])],
    )


def outlets(call: RedfishCall) -> Result:
    """Outlets. Costs the round trips of a status and a statistic, and of `action_info.infos_of`
    where other resources list the values of the actions.
    """
    switching_by_identity: dict[str, _Switching] = {}

    def switching(pdu_reading: reading.Reading, _: object, pdu: RedfishPdu) -> reading.Reading:
        with pdu.session("outlets") as (service, handler_settings):
            switching_by_identity.update(
                _switching(service, units.read_all_outlets(service, handler_settings.pdu))
            )
        return pdu_reading

    pdu_reading = reading.read_pdu(
        load("redfish"), call.data, (reading.states, reading.power, reading.labels, switching)
    )
    unknown = _Switching("", ["?"])  # not listed any more
    rows: list[dict[str, Any]] = [
        {
            "identity": outlet.identity,
            "name": outlet.name,
            "state": word(outlet.state),
            "current_a": outlet.current_a,
            "power_w": outlet.power_w,
            "energy_kwh": outlet.energy_kwh,
            "locked": switching_by_identity.get(outlet.identity, unknown).locked,
            "switched_by": switching_by_identity.get(outlet.identity, unknown).values,
        }
        for outlet in pdu_reading.outlets
    ]
    head = ("identity", "name", "state", "A", "W", "kWh", "locked", "switched by")
    cells = [
        [
            row["identity"],
            row["name"],
            row["state"],
            *(figure(row[key]) for key in ("current_a", "power_w", "energy_kwh")),
            row["locked"],
            ", ".join(row["switched_by"]),
        ]
        for row in rows
    ]
    return Result({"outlets": rows}, columns(head, cells))


class _Switching(NamedTuple):
    """How an outlet is switched."""

    #: the kind of its lock, "" if it has none
    locked: str
    #: those that its action accepts, ["?"] if the service does not say, [] if it has no action
    values: Sequence[str]


def _switching(
    service: RedfishService, outlets: Sequence[units.OutletResource]
) -> dict[str, _Switching]:
    infos: Optional[action_info.Infos] = None
    # the account may lack the right to read these resources
    with contextlib.suppress(Denied):
        infos = action_info.infos_of(service, (outlet.resource for outlet in outlets))
    switching_by_identity: dict[str, _Switching] = {}
    for identity, outlet, _ in outlets:
        action, allowed = action_info.action(outlet), None
        with contextlib.suppress(PduHandlerError):
            allowed = (
                outlet_actions.allowed(action, {})
                if infos is None
                else action_info.values_of(service, outlet, infos)
            )
        accepted = ["?"] if allowed is None else list(allowed)
        values = accepted if text(action, "target") else []
        switching_by_identity[identity] = _Switching(outlet_actions.locked(outlet), values)
    return switching_by_identity


def show(call: RedfishCall) -> Result:
    """One resource as JSON. Costs one round trip after the root and the login."""
    resource = call.service.get(_path(call))
    return Result(resource, json.dumps(resource, indent=1).splitlines())


def tree(call: RedfishCall) -> Result:
    """PATH and the resources below it; breadth first in JSON, by path in text.

    Below PATH, an error that concerns only one resource is shown in its place. A resource beyond
    the limit is shown as not read. Costs a round trip for each resource and for each further page
    of a list, after the root and the login.
    """
    waiting: collections.deque[tuple[str, int]] = collections.deque([(_path(call), 0)])
    name_by_path: dict[str, str] = {}
    while waiting and len(name_by_path) < _MOST_RESOURCES:
        path, depth = waiting.popleft()
        place = path.rstrip("/")
        if place in name_by_path:
            continue
        try:
            resource = call.service.get(path)
            follows = depth < call.arguments["depth"]
            links = links_of(call.service, resource) if follows and "Members" in resource else []
        except PduHandlerError as error:
            # A missing right concerns only this resource. A refused login concerns them all.
            is_of_one = error.kind in ("refused", "protocol") or error.reason.startswith(
                of_status(403).reason
            )
            if not name_by_path or not is_of_one:
                raise
            name_by_path[place] = f"({error.reason})"
            continue
        name_by_path[place] = text(resource, "@odata.type").lstrip("#")
        if follows:
            waiting.extend(
                (below, depth + 1) for below in _below(call, {**resource, "Members": links})
            )
    for path, _ in waiting:
        name_by_path.setdefault(
            path.rstrip("/"), f"(not read: the limit is {_MOST_RESOURCES} resources)"
        )
    return Result(
        name_by_path,
        [f"{printable(path)}  {printable(kind)}" for path, kind in sorted(name_by_path.items())],
    )


def _below(call: RedfishCall, resource: Json) -> list[str]:
    """The paths of the resources below this one.

    The property `Links` is left out: it refers to related resources.
    """
    linked = [member.get("@odata.id") for member in entries(resource, "Members")]
    linked += [link(resource, key) for key in resource if key != "Links"]
    member_list = []
    for member in linked:
        with contextlib.suppress(ProtocolError):  # no link, or a link to another service
            member_list.append(call.service.path(member))
    return member_list


def sensors(call: RedfishCall) -> Result:
    """Sensors.

    Costs the round trips of `units`, of `sensor_collections` for each PDU, and of `members` for
    each list.
    """
    sensor_by_path: dict[str, Json] = {}  # several PDUs may share a chassis
    for unit in units.read_units(call.service, call.pdu):
        for collection in sensor_collections(call.service, unit):
            sensor_by_path.update(
                (text(sensor, "@odata.id") or str(len(sensor_by_path)), sensor)
                for sensor in members(call.service, collection)
            )
    rows = [
        [
            text(sensor, "Id"),
            text(sensor, "Name"),
            _reading(sensor),
            text(sensor, "ReadingUnits"),
            text(child(sensor, "Status"), "Health"),
        ]
        for sensor in sensor_by_path.values()
    ]
    head = ("id", "name", "reading", "unit", "health")
    return Result({"sensors": [dict(zip(head, row)) for row in rows]}, columns(head, rows))


def _reading(sensor: Json) -> Optional[float]:
    """The finite number that a sensor reads, which may be below zero (a temperature); None for
    anything else.
    """
    value = sensor.get("Reading")
    if not isinstance(value, (int, float)) or value >= 0:
        return figures.number(value)
    amount = figures.number(-value)
    return None if amount is None else -amount


def _path(call: RedfishCall) -> str:
    path = str(call.arguments["path"] or ROOT)
    if path.startswith("/"):
        with contextlib.suppress(ProtocolError):  # for example //HOST/: another service
            return call.service.path(path)
    raise SettingsError(
        f"{path[:60]!r} is not a path of a service: give one that begins with {ROOT}, without a #"
        " and what follows it"
    )


COMMANDS: Commands = {
    "info": HostCommand(
        info,
        help="the service and its PDUs: versions, models, serial numbers",
        examples=("info", "info --json"),
    ),
    "outlets": HostCommand(
        outlets,
        help="outlets with state, figures, locks and the values that switching accepts",
        examples=("outlets --username reader", "outlets --ca-pem rack1.pem --json"),
    ),
    "sensors": HostCommand(
        sensors,
        help="sensors of the PDUs and of their chassis",
        examples=("sensors", "sensors --pdu 1"),
    ),
    "show": HostCommand(
        show,
        [_PATH],
        "one resource as JSON",
        examples=(
            "show /redfish/v1/PowerEquipment",
            "show /redfish/v1/Chassis --fingerprint 5F:0A:...",
        ),
    ),
    "tree": HostCommand(
        tree,
        [
            _PATH,
            *option(
                "--depth",
                f"how many levels of links to follow ({_DEPTH})",
                "N",
                click.IntRange(0, _DEEPEST),
                default=_DEPTH,
            ),
        ],
        "PATH and the resources below it, with their types",
        examples=("tree", "tree /redfish/v1/PowerEquipment --depth 4"),
    ),
}
LAZY_COMMANDS = {
    name: LazyCommand("devices.redfish", "COMMANDS", command.help)
    for name, command in COMMANDS.items()
}


def _run(
    shared: SharedOptions, host: Address, _: str, command: HostCommand, words: Mapping[str, Any]
) -> Result:
    # HOST replaces it
    declared = [setting for setting in settings.SETTINGS if setting.key != "host"]
    texts = connection_data.of_command("redfish", declared, shared, host)
    try:
        data = PduData(host, texts)
        handler_settings = settings.read_settings(data)
        with RedfishService(handler_settings, seconds=_LONGEST_CALL) as service:
            return command.run(RedfishCall(service, handler_settings.pdu, data, words))
    except PduHandlerError as error:
        error.at(host)
        raise


_OPTIONS = [*names.options(), *device(*LOGIN, *_OWN)]
redfish = HostGroup(
    "redfish",
    LAZY_COMMANDS,
    _run,
    _OPTIONS,
    _OPTIONS,
    **names.on_host("redfish"),
    examples=("pdu redfish 192.0.2.9 outlets", "pdu redfish 192.0.2.9 --username reader tree"),
    help="Show the resources of a Redfish service.",
)
