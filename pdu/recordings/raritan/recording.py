"""Records a Xerus unit: the handler's own calls, then getters of objects that the
answers refer to.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Optional, Union

from handlers.http.connection import StandardTransport
from handlers.http.message import Endpoint, Request, Response, Transport
from handlers.http.strict_json import loads
from handlers.raritan import settings
from handlers.raritan.handler import RaritanPdu
from handlers.raritan.rpc import (
    CALLS_IN_A_BULK,
    LONGEST_NAME,
    Agent,
    Method,
    class_of_idl_type,
    reads_only,
)
from handlers.shared.errors import Unsupported
from handlers.shared.tls import Trust

from ..recording_formats import RecordingOptions
from ..scrub import Scrubber, is_product
from .recorded_calls import MALFORMED, Key, ObjectReference, Outcome, key, record_answer, references

_MODULES = ("pdumodel.", "sensors.", "fitness.", "firmware.Firmware", "cascading.")
MOST_CALLS = 20_000
# getters that the crawl calls on sensors
_OF_SENSORS = ("getReading", "getMetaData", "getState", "getTypeSpec")
# Getters that the crawl leaves out, because no handler uses them. Some have long answers.
_LEFT_OUT = re.compile(r"Waveform|Log|Statistics?$|Parents|Children|Password|Raw")
_LINKED = re.compile(r"/(?:link|model/pdu)/([0-9]{1,9})(?:/|$)")
_FIRMWARE = ObjectReference("/firmware", "firmware.Firmware")
_Getter = tuple[str, str]  # resource, method


def read_calls(data: object, recorder: RecordingOptions) -> dict[Key, Outcome]:
    """The calls with their outcomes. Raises the errors of handlers/shared/errors.py.

    Calls no further getters once there are more than MOST_CALLS.
    """
    config = settings.read_settings(data)
    call_recorder = _CallRecorder(StandardTransport(config.trust), recorder)
    handler = _RecordedPdu(data, call_recorder)
    read_figures = partial(handler.read_figures, with_power=False)
    for read_values in (handler.read_states, read_figures, handler.read_labels):
        # a unit that the handler does not support is recorded, too
        with contextlib.suppress(Unsupported), handler.session("record") as session:
            read_values(session)
    with settings.agent(data, config, call_recorder) as agent:
        _crawl(agent, call_recorder)
    return call_recorder.calls


class _CallRecorder:
    """Sends requests through `transport` and keeps the calls with their outcomes, except those in a
    malformed answer.

    Lost calls may be repeated: they change nothing on the device.
    """

    def __init__(self, transport: Transport, recorder: RecordingOptions) -> None:
        self._transport, self._recorder = transport, recorder
        self.calls: dict[Key, Outcome] = {}

    def exchange(self, where: Endpoint, request: Request) -> Response:
        """Send a request by the real transport, and keep its calls with their answers."""
        reply = self._recorder.retry(lambda: self._transport.exchange(where, request))
        assert isinstance(request.body, bytes)
        # the sender of the request may still reject a malformed answer
        with contextlib.suppress(*MALFORMED):
            answer = loads(reply.body) if reply.body else None
            call = json.loads(request.body)
            self.calls.update(record_answer(request.target, call, reply.status, answer))
        self._recorder.tell(f"{len(self.calls)} calls")
        return reply

    def close(self) -> None:
        self._transport.close()


class _RecordedPdu(RaritanPdu):
    """The Raritan handler on a transport that records its calls."""

    def __init__(self, data: object, call_recorder: _CallRecorder) -> None:
        super().__init__(data)
        self._call_recorder = call_recorder

    def transport(self, trust: Trust) -> Transport:
        return self._call_recorder


def _crawl(agent: Agent, call_recorder: _CallRecorder) -> None:
    """Calls the getters of the objects that the recorded calls name, and of those that the answers
    name, until all are called or more than MOST_CALLS calls are recorded.
    """
    # also those that the device does not answer
    known_getters: set[_Getter] = set()
    while True:
        for rid, method, _ in call_recorder.calls:
            known_getters.add((rid, method))
        getters = _all_getters(call_recorder.calls)
        new_getters = [getter for getter in getters if getter not in known_getters]
        if not new_getters:
            return
        known_getters.update(new_getters)
        for start in range(0, len(new_getters), CALLS_IN_A_BULK):
            if len(call_recorder.calls) > MOST_CALLS:
                return
            _call(agent, new_getters[start : start + CALLS_IN_A_BULK])


def _all_getters(calls: Mapping[Key, Outcome]) -> list[_Getter]:
    """The getters of the objects that these calls name, each once."""
    getters = _metadata_of_outlets(calls)
    for rid, idl_type in _types_of_objects(calls).items():
        getters += [(rid, method) for method in _getters(idl_type)]
    return list(dict.fromkeys(getters))


def _call(agent: Agent, getters: Sequence[_Getter]) -> None:
    """Call getters in one request. The agent's transport keeps the answers."""
    requests: list[dict[str, Any]] = []
    for number, (rid, method) in enumerate(getters):
        call = {"jsonrpc": "2.0", "method": method, "params": {}, "id": number}
        requests.append({"rid": rid, "json": call})
    agent.json_rpc(
        "/bulk", "performBulk", {"requests": requests}, calls=len(getters), repeatable=True
    )


def _metadata_of_outlets(calls: Mapping[Key, Outcome]) -> list[_Getter]:
    """getMetaData of each listed outlet by its well-known id, /model/pdu/<p>/outlet/<i>."""
    getters: list[_Getter] = []
    for (rid, method, _), outcome in calls.items():
        if method == "getOutlets":
            outlets = list(references(outcome.get("result")))
            for index in range(len(outlets)):
                getters.append((f"{rid}/outlet/{index}", "getMetaData"))
    return getters


def _types_of_objects(calls: Mapping[Key, Outcome]) -> dict[str, str]:
    """The IDL type of each object of _MODULES that the calls name, by its resource id: the first
    type if they give several."""
    object_references = [_FIRMWARE]
    for (rid, _, _), outcome in calls.items():
        if re.fullmatch(r"/model/pdu/[0-9]+", rid):
            object_references.append(ObjectReference(rid, "pdumodel.Pdu"))
        link_id = _link_id(rid)
        for reference in references(outcome.get("result")):
            linked_id = _rid_of_link(reference.rid, link_id)
            object_references.append(ObjectReference(linked_id, reference.type))
    type_by_id: dict[str, str] = {}
    for reference in object_references:
        if reference.type.startswith(_MODULES):
            type_by_id.setdefault(reference.rid, reference.type)
    return type_by_id


def _link_id(rid: str) -> int:
    """The number of the link unit that a resource id names; 0 if it names none."""
    match = _LINKED.match(rid)
    return int(match[1]) if match else 0


def _rid_of_link(rid: str, link_id: int) -> str:
    """`rid` from an answer of a link unit, with `/link/<link_id>` in front unless it names the
    unit. Link 0 has no prefix.
    """
    names_unit = f"{rid}/".startswith((f"/link/{link_id}/", f"/model/pdu/{link_id}/"))
    if not link_id or names_unit:
        return rid
    return f"/link/{link_id}{rid}"


def _getters(idl_type: str) -> list[str]:
    """The methods of an interface and its bases that only read and need no argument; of a sensor,
    those of _OF_SENSORS alone.
    """
    interface = _idl_class(idl_type)
    if interface is None:
        return []
    methods: dict[str, Method] = {}
    for base in interface.__mro__:
        for name, attribute in vars(base).items():
            if isinstance(attribute, Method):
                methods[name] = attribute
    getters = [name for name, method in methods.items() if _is_getter(name, method)]
    if idl_type.startswith("sensors."):
        return [name for name in getters if name in _OF_SENSORS]
    return getters


def _is_getter(name: str, method: Method) -> bool:
    """Whether a method only reads, needs no argument, and is not in _LEFT_OUT."""
    parameters = method.signature.parameters.values()
    needs_argument = any(parameter.default is not None for parameter in parameters)
    is_left_out = _LEFT_OUT.search(name) is not None
    return bool(reads_only(name)) and not needs_argument and not is_left_out


def scrubbed(outcomes: dict[Key, Outcome], scrubber: Scrubber) -> dict[Key, Outcome]:
    """The calls with texts and resource ids scrubbed. Numbers stay: those of the binding are
    figures and enumerations.
    """
    clean_outcomes: dict[Key, Outcome] = {}
    for (rid, method, params), outcome in outcomes.items():
        call = key(scrubber.scrub_kept_text(rid), method, json.loads(params))
        clean_outcomes[call] = {
            name: scrubber.scrub_json(value, _is_kept) for name, value in outcome.items()
        }
    return clean_outcomes


def _is_kept(name: str, value: Union[str, int, float]) -> bool:
    """Whether the value of this member stays: a number, a type of the binding, a resource id, or
    what says which product it is.
    """
    if not isinstance(value, str):
        return True
    if name == "type":
        return _idl_class(value) is not None
    return name == "rid" or is_product(name)


def _idl_class(idl_type: str) -> Optional[type]:
    """The class of the binding for an IDL type; None if it has none."""
    return class_of_idl_type(idl_type) if len(idl_type) <= LONGEST_NAME else None
