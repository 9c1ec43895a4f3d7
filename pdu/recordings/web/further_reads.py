"""What a recording of a documented interface has besides what the handler reads: resources that its
answers name, for a later version of the handler, and for commands. Reading needs nothing of this.

Xerus, the firmware of Raritan: JSON-RPC. An object has an id (rid), "/outlet/0", and a type of
Raritan's interface definitions (IDL), "pdumodel.Outlet:2.1.5", which says its methods.

Redfish: a resource is read by GET, and links to others by members such as "@odata.id".
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional

from handlers.raritan import settings as raritan_settings
from handlers.raritan.rpc import CALLS_IN_A_BULK, Method, class_of_idl_type, reads_only
from handlers.redfish import settings as redfish_settings
from handlers.redfish.service import RedfishService
from handlers.shared.errors import ProtocolError, Refused

from .har import Answer
from .request_patterns import RequestPattern

MOST = 20_000
_SECONDS = 900.0
#: the answers that were recorded so far
Recorded = Callable[[], Sequence[Answer]]


# ---- Xerus ---------------------------------------------------------------------------------------

_MODULES = ("pdumodel.", "sensors.", "fitness.", "firmware.Firmware", "cascading.")
_OF_SENSORS = ("getReading", "getMetaData", "getState", "getTypeSpec")
# long answers that no handler uses
_LEFT_OUT = re.compile(r"Waveform|Log|Statistics?$|Parents|Children|Password|Raw")
_LINKED = re.compile(r"/(?:link|model/pdu)/([0-9]{1,9})(?:/|$)")


def _read_getters(data: Any, recorded_answers: Recorded) -> None:
    """Call the methods that only read of all objects that a Xerus PDU has named in its answers,
    again until no answer names a new one. The calls go through the recording proxy, so `data`, the
    argument of make_handler, has its address; `recorded_answers()` are all answers so far.

    recorded:  getOutlets => [{"rid": "/outlet/0", "type": "pdumodel.Outlet:2.1.5"}]
    sent:      /outlet/0 getMetaData, /outlet/0 getSensors, ...
    """
    called_methods: set[tuple[str, str]] = set()
    with raritan_settings.agent(data, raritan_settings.read_settings(data)) as agent:
        while len(called_methods) < MOST:
            calls = list(_calls(recorded_answers()))
            called_methods.update((rid, method) for rid, method, _ in calls)
            getters = [
                getter for getter in dict.fromkeys(_getters(calls)) if getter not in called_methods
            ]
            if not getters:
                return
            called_methods.update(getters)
            for start in range(0, len(getters), CALLS_IN_A_BULK):
                requests: list[Any] = []
                for rid, method in getters[start : start + CALLS_IN_A_BULK]:
                    call = {"jsonrpc": "2.0", "method": method, "params": {}, "id": len(requests)}
                    requests.append({"rid": rid, "json": call})
                count, params = len(requests), {"requests": requests}
                agent.json_rpc("/bulk", "performBulk", params, calls=count, repeatable=True)


def _calls(answers: Sequence[Answer]) -> Iterator[tuple[str, str, Any]]:
    """The id of the object, the method and the answer of each recorded call of JSON-RPC; other
    requests are left out.

    >>> request = 'POST /model/pdu/0 {"method": "getOutlets"}'
    >>> list(_calls([Answer(request, {"result": []}), Answer("GET /", {})]))
    [('/model/pdu/0', 'getOutlets', {'result': []})]
    """
    for answer in answers:
        pattern = RequestPattern.parse(answer.request)
        with contextlib.suppress(ValueError, LookupError, TypeError):
            yield pattern.target, json.loads(pattern.body)["method"], answer.content


def _getters(calls: Sequence[tuple[str, str, Any]]) -> Iterator[tuple[str, str]]:
    """The calls, each as id and method, that read all of the objects which these recorded calls, as
    id, method and answer, ask or name. Outlets are also read by a second id that they have, which
    is made of their place in the answer to getOutlets.

    >>> outlet = {"rid": "/outlet/0", "type": "pdumodel.Outlet:2.1.5"}
    >>> getters = list(_getters([("/model/pdu/0", "getOutlets", [outlet])]))
    >>> getters[0], ("/outlet/0", "getMetaData") in getters
    (('/model/pdu/0/outlet/0', 'getMetaData'), True)
    """
    types = {"/firmware": "firmware.Firmware"}
    for rid, method, content in calls:
        references = list(_references(content))
        if re.fullmatch(r"/model/pdu/[0-9]+", rid):
            types.setdefault(rid, "pdumodel.Pdu")
        if method == "getOutlets":
            for index in range(len(references)):
                yield f"{rid}/outlet/{index}", "getMetaData"
        for reference, idl_type in references:
            types.setdefault(_rid_at_main_unit(reference, rid), idl_type)
    for rid, idl_type in types.items():
        if idl_type.startswith(_MODULES):
            yield from ((rid, method) for method in _getters_of_type(idl_type))


def _rid_at_main_unit(reference: str, rid: str) -> str:
    """The id by which the main unit of a chain is asked for an object. `reference` is the id that
    an answer of the object `rid` has for it: a linked unit may name its objects as if it were
    alone.

    >>> _rid_at_main_unit("/outlet/0", "/link/2/model/pdu/0")
    '/link/2/outlet/0'
    >>> _rid_at_main_unit("/link/2/outlet/0", "/link/2/model/pdu/0")
    '/link/2/outlet/0'
    """
    link_match = _LINKED.match(rid)
    link_id = link_match[1] if link_match else "0"
    names_unit = f"{reference}/".startswith((f"/link/{link_id}/", f"/model/pdu/{link_id}/"))
    return reference if link_id == "0" or names_unit else f"/link/{link_id}{reference}"


def _references(value: Any) -> Iterator[tuple[str, str]]:
    """Id and type of each object that the result of a call names, at any depth.

    >>> list(_references([{"rid": "/outlet/0", "type": "pdumodel.Outlet:2.1.5"}, None]))
    [('/outlet/0', 'pdumodel.Outlet:2.1.5')]
    """
    if isinstance(value, Mapping):
        if isinstance(value.get("rid"), str) and isinstance(value.get("type"), str):
            yield value["rid"], value["type"]
        for member in value.values():
            yield from _references(member)
    elif isinstance(value, list):
        for element in value:
            yield from _references(element)


def _getters_of_type(idl_type: str) -> Iterator[str]:
    """The methods that only read and need no argument, of the objects of this type; none for a type
    that is not known. Logs and the like, which are long and which no handler uses, are left out.

    >>> "getMetaData" in _getters_of_type("pdumodel.Outlet:2.1.5")
    True
    >>> list(_getters_of_type("pdumodel.Nosuch:1.0.0"))
    []
    """
    interface: Optional[type] = class_of_idl_type(idl_type)
    for base in interface.__mro__ if interface is not None else ():
        for name, method in vars(base).items():
            if not isinstance(method, Method) or not reads_only(name) or _LEFT_OUT.search(name):
                continue
            parameters = method.signature.parameters.values()
            is_plain = all(parameter.default is None for parameter in parameters)
            if is_plain and (not idl_type.startswith("sensors.") or name in _OF_SENSORS):
                yield name


# ---- Redfish -------------------------------------------------------------------------------------

_LINKS = ("@odata.id", "@Redfish.ActionInfo", "Members@odata.nextLink", "DataSourceUri")
_OTHER = re.compile(
    r"/(?:AccountService|SessionService|Managers|EventService|TaskService|UpdateService|CertificateService"
    r"|Systems|Facilities|Registries|JsonSchemas|TelemetryService|LogServices|Certificates"
    r"|NetworkAdapters|Sessions)(?:/|$)"
)


def _read_links(data: Any, recorded_answers: Recorded) -> None:
    """Read all resources to which the answers of a Redfish service link, again until no answer has
    a new link. Accounts, logs and the like are left out. The requests go through the recording
    proxy, so `data`, the argument of make_handler, has its address; `recorded_answers()` are all
    answers so far.

        recorded:  GET /redfish/v1/PowerEquipment => {"RackPDUs": {"@odata.id": ".../RackPDUs"}}
        sent:      GET .../RackPDUs
    """
    read_paths: set[str] = set()
    with RedfishService(redfish_settings.read_settings(data), seconds=_SECONDS) as service:
        service.root()
        while len(read_paths) < MOST:
            answers = recorded_answers()
            targets = [RequestPattern.parse(answer.request).target for answer in answers]
            read_paths.update(target.rstrip("/") for target in targets)
            paths = itertools.chain.from_iterable(_links(answer.content) for answer in answers)
            new_paths = [
                path for path in dict.fromkeys(paths) if path.rstrip("/") not in read_paths
            ]
            if not new_paths:
                return
            for path in new_paths:
                read_paths.add(path.rstrip("/"))
                with contextlib.suppress(Refused, ProtocolError):
                    service.reply(service.path(path))


def _links(value: Any) -> Iterator[str]:
    """The paths to which a resource links, at any depth, without those to accounts, servers, logs
    and the like, which no reading needs.

    >>> strips, servers = {"@odata.id": "/v1/RackPDUs"}, {"@odata.id": "/v1/Systems/1"}
    >>> list(_links({"RackPDUs": strips, "Systems": servers}))
    ['/v1/RackPDUs']
    """
    if isinstance(value, Mapping):
        for name, member in value.items():
            if name in _LINKS and isinstance(member, str):
                if "#" not in member and not _OTHER.search(member):
                    yield member
            else:
                yield from _links(member)
    elif isinstance(value, list):
        for element in value:
            yield from _links(element)


class Interface(NamedTuple):
    """A documented interface of a maker or a standard: the names of its members say nothing of an
    owner, and its answers name further resources.

    >>> INTERFACES["raritan"].links
    ('rid',)
    """

    #: reads more, through what records it. Arguments: that of make_handler, the answers so far
    read_more: Callable[[Any, Recorded], None]
    #: members by which its resources name each other
    links: Sequence[str]


#: by the handler's name
INTERFACES: Mapping[str, Interface] = {
    "raritan": Interface(_read_getters, ("rid",)),
    "redfish": Interface(_read_links, (*_LINKS, "target")),
}
