"""The PDU of a recording over HTTP, at a port of this machine. It knows no vendor and no handler:
what its outlets do is in the recording. One form is known besides: calls of JSON-RPC that are sent
in one (performBulk of Xerus) are answered one by one.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any, Generic, NamedTuple, Optional, TypeVar

from handlers.dcimanager import Figures, MeterFigures
from handlers.http.strict_json import FORM_ERRORS

from ...cli.output import counted
from ..recording_formats import ReplayedDevice
from ..replay_server import ANY_LOGIN, Response
from ..request_patterns import ANY, RequestPattern, body_parts
from ..simulated_pdu import HttpPdu, States, UnitCommand, UnitFault
from ..state_columns import (
    Column,
    Place,
    candidate_columns,
    list_places,
    number_places,
    undocumented,
    value_at,
    with_values,
    without_values,
    zero_figures,
)
from ..text_answers import TextAnswer
from . import har
from .har import Answer, WebRecording

T = TypeVar("T")
#: stands for the path of the handler that reads it, which no recording tells
PATH = "PATH"
_NO_METHOD = {"code": -32601, "message": "Method not found"}
_NOT_COMPARED = (
    "compare the states and figures in the recording with the PDU's own page, correct them, and"
    ' set "compared" to "yes" in it'
)
_UNKNOWN_FIGURE = (
    "a figure in the recording was not known when it was recorded: write the one of the PDU's own"
    " page"
)
_NO_COMMANDS = (
    "the recording does not say how the PDU is commanded: give --on and --off, such as"
    " --on 'POST /relay/{outlet} turn=on' --off 'POST /relay/{outlet} turn=off'"
)
_RAW = (
    "This file holds what its tool saw, such as the login and the session of its owner: do not pass"
    " it on. pdu record HANDLER, through this replay, writes a recording without them."
)
_NO_STATE = "the handler read no outlet that is on or off"
_ALIKE = (
    "all outlets have one state, so it does not show how the PDU tells on from off: record it with"
    " one of them switched"
)
_NO_COLUMN = "no answer has a value of its own for the state of each outlet"
_NOT_FOLLOWED = (
    "values fit the states of the outlets, but the handler reads no other state where one of them"
    " is turned over"
)


class Call(NamedTuple):
    """One request; of several that are sent in one, each."""

    method: str
    target: str
    body: str


def calls_in(call: Call) -> Optional[list[Call]]:
    """The calls that one performBulk holds; None for another request."""
    request = _json_of(call.body)
    if not isinstance(request, dict) or request.get("method") != "performBulk":
        return None
    try:
        rows = request["params"]["requests"]
        return [Call(call.method, str(row["rid"]), json.dumps(row["json"])) for row in rows]
    except FORM_ERRORS:
        return None


def answers_in(content: Any) -> list[tuple[int, Any]]:
    """Status and content of each answer to the calls of one performBulk; [] for no such answer."""
    try:
        responses = content["result"]["responses"]
        return [(int(row.get("statcode", 200)), row.get("json")) for row in responses]
    except FORM_ERRORS:
        return []


class RequestTable(Generic[T]):
    """Values by the requests that they belong to."""

    def __init__(self) -> None:
        self._exact: dict[str, T] = {}
        self._patterns: list[tuple[RequestPattern, T]] = []
        self._requests: list[RequestPattern] = []

    def add(self, pattern: RequestPattern, value: T) -> None:
        self._requests.append(pattern)
        if ANY in pattern.text:
            self._patterns.append((pattern, value))
        else:
            self._exact.setdefault(pattern.canonical, value)

    @property
    def patterns(self) -> Sequence[RequestPattern]:
        """The requests, in their order."""
        return self._requests

    def find(self, call: Call) -> Optional[T]:
        """The value of the request that is like this one."""
        value = self._exact.get(RequestPattern(call.method, call.target, call.body).canonical)
        if value is not None:
            return value
        for pattern, pattern_value in self._patterns:
            if pattern.matches(call.method, call.target, call.body):
                return pattern_value
        return None


def command_table(recording: WebRecording) -> RequestTable[tuple[str, bool]]:
    """Outlet, and whether it is switched on, by the request that does it."""
    commands: RequestTable[tuple[str, bool]] = RequestTable()
    for name, on in itertools.product(recording.outlets, (True, False)):
        words = recording.outlets[name].effect(on=on).request
        if words:
            commands.add(RequestPattern.parse(words), (name, on))
    return commands


def reason_without_places(recording: WebRecording) -> str:
    """Why the recording does not say where its states are; "" if it does, or has no outlets."""
    outlets = recording.outlets.values()
    if not outlets or any(outlet.on.sets for outlet in outlets):
        return ""
    states = {outlet.state for outlet in outlets} - {None}
    if not states:
        return _NO_STATE
    has_column = any(candidate_columns(recording.contents, recording.states))
    if has_column:
        return _NOT_FOLLOWED
    return _NO_COLUMN if len(states) > 1 else _ALIKE


class WebUnit(HttpPdu):
    """Raises OSError if the port cannot be used."""

    def __init__(
        self,
        recording: WebRecording,
        port: int,
        fault: UnitFault = UnitFault.NONE,
        contents: Any = None,
    ) -> None:
        """`contents`: those of another, in place of the recording's."""
        self.load(recording)
        super().__init__(port, fault)
        self._note_doubts()
        if contents is not None:
            self.contents = contents

    def load(self, recording: WebRecording) -> None:
        """Answer from this recording."""
        self._recording = recording
        self._reads: RequestTable[Answer] = RequestTable()
        for answer in recording.answers:
            self._reads.add(RequestPattern.parse(answer.request), answer)
        self._paths = {RequestPattern.parse(answer.request).path for answer in recording.answers}
        self._commands = command_table(recording)
        self._states, self._contents = recording.states, recording.contents

    def _note_doubts(self) -> None:
        """Note what the recording does not say."""
        if not self._recording.is_compared:
            self.doubts["states"] = self.doubts["figures"] = _NOT_COMPARED
        elif "unknown" in map(har.shown_figure, self._figures_of_recording()):
            self.doubts["figures"] = _UNKNOWN_FIGURE
        if not self._commands.patterns:
            self.doubts["port_down"] = self.doubts["port_up"] = _NO_COMMANDS
        reason = reason_without_places(self._recording)
        if reason:
            for rule in ("asked", "port_down", "port_up", "lost state"):
                self.doubts[rule] = reason

    # ---- outlets ---------------------------------------------------------------------------------

    @property
    def contents(self) -> Any:
        return dict(self._states), dict(self._contents)

    @contents.setter
    def contents(self, contents: Any) -> None:
        states, documents = contents
        self._states, self._contents = dict(states), dict(documents)

    def outlet_states(self) -> States:
        return dict(self._states)

    def figures(self) -> Figures:
        outlets: dict[str, MeterFigures] = {}
        for name, outlet in self._recording.outlets.items():
            outlets[name] = MeterFigures(energy_kwh=outlet.energy_kwh)
        recording = self._recording
        return Figures(load_a=recording.load_a, energy_kwh=recording.energy_kwh, ports=outlets)

    def _figures_of_recording(self) -> list[Any]:
        figures = self.figures()
        ports = figures.ports.values()
        return [figures.load_a, figures.energy_kwh, *(port.energy_kwh for port in ports)]

    def turn_outlet(self, identity: str, *, on: Optional[bool]) -> bool:
        outlet = self._recording.outlets[identity]
        if not outlet.on.sets:
            return False
        values: dict[Place, Any] = {}
        for place in outlet.off.sets:  # such as its meters, which count nothing while it is off
            if place not in outlet.on.sets:
                values[place] = value_at(self._recording.contents, place)
        if on is None:
            values.update({place: undocumented(value) for place, value in outlet.on.sets.items()})
        else:
            values.update(outlet.effect(on=on).sets)
        with self._contents_lock:
            try:
                self._contents = with_values(self._contents, values)
            except LookupError:  # contents of `without_outlets`: the outlet has no value now
                return False
            self._states = {**self._states, identity: on}
        return True

    def without_state(self, identity: str) -> Sequence[Any]:
        places = list(self._recording.outlets[identity].on.sets)
        return [(self._states, without_values(self._contents, places))] if places else []

    def without_figures(self) -> Sequence[Any]:
        places = number_places(self._contents, self._columns())
        return [(self._states, without_values(self._contents, [place])) for place in places]

    def with_zero_figures(self) -> Sequence[Any]:
        zeros = zero_figures(self._contents, self._columns(), self._states)
        return [(self._states, contents) for contents in zeros]

    def without_outlets(self) -> Sequence[Any]:
        places = list_places(self._contents, len(self._states))
        return [(self._states, with_values(self._contents, {place: []})) for place in places]

    def _columns(self) -> list[Column]:
        """The places of the states, as one column."""
        places = [place for outlet in self._recording.outlets.values() for place in outlet.on.sets]
        return [Column(places, True, False)]

    # ---- requests --------------------------------------------------------------------------------

    def commands_of(self, method: str, target: str, body: bytes) -> list[UnitCommand]:
        """The commands in a request; an unknown one for a request that is no recorded read."""
        call = Call(method, target, body.decode("utf-8", "replace"))
        commands: list[UnitCommand] = []
        for part in calls_in(call) or [call]:
            commands += self._commands_of_call(part)
        return commands

    def _commands_of_call(self, call: Call) -> list[UnitCommand]:
        text = f"{call.method} {call.target} {call.body}".strip()
        commands: list[UnitCommand] = []
        for body in body_parts(call.body):
            command = self._commands.find(call._replace(body=body))
            if command is not None:
                commands.append(UnitCommand(command[0], on=command[1], text=text))
        if commands or self._reads.find(call) is not None:
            return commands
        similar = [pattern for pattern in self._commands.patterns if pattern.is_like(*call[:2])]
        if not similar and (call.method in ("GET", "DELETE") or self._is_rpc_read(call)):
            return []
        return [UnitCommand.unknown(text, similar[-1].text if similar else "")]

    def _is_rpc_read(self, call: Call) -> bool:
        """Whether a call of JSON-RPC only reads, by its name."""
        request = _json_of(call.body)
        name = str(request.get("method", "")) if isinstance(request, dict) else ""
        return name.rpartition(".")[2].lower().startswith(("get", "is", "list"))

    def answer(self, method: str, target: str, body: bytes) -> Response:
        return self._answer(Call(method, target, body.decode("utf-8", "replace")))

    def command_answer(
        self, method: str, target: str, body: bytes, commands: Sequence[UnitCommand]
    ) -> Response:
        return self._answer(Call(method, target, body.decode("utf-8", "replace")), is_taken=True)

    def _answer(self, call: Call, *, is_taken: bool = False) -> Response:
        """The answer to a request; `is_taken`: the commands in it were carried out."""
        request = _json_of(call.body)
        number = request.get("id") if isinstance(request, dict) else None
        calls = calls_in(call)
        if calls is not None:
            responses: list[Any] = []
            for part in calls:
                status, content, _ = self._answer(part, is_taken=is_taken)
                responses.append({"json": content, "statcode": status})
            return 200, {"jsonrpc": "2.0", "result": {"responses": responses}, "id": number}, {}
        answer = self._reads.find(call)
        if answer is not None:
            return self._response(answer, number)
        is_rpc = isinstance(request, dict) and "method" in request
        if is_taken and any(self._commands.find(part) for part in _parts(call)):
            return self._answer_of_command(call, number if is_rpc else None)
        if is_rpc and call.target in self._paths:
            return 200, {"jsonrpc": "2.0", "error": _NO_METHOD, "id": number}, {}
        return 404, None, {}

    def _answer_of_command(self, call: Call, number: Any) -> Response:
        """What the recording says, else what such a unit answers, else another answer of this
        path, else {}.
        """
        for pattern in self._commands.patterns:
            if pattern.answer and pattern.matches(*call):
                return answer_in_words(pattern.answer)
        if number is not None:
            return 200, {"jsonrpc": "2.0", "result": {"_ret_": 0}, "id": number}, {}
        path = call.target.partition("?")[0]
        for answer in self._recording.answers:
            if RequestPattern.parse(answer.request).path == path:
                return self._response(answer, None)
        return 200, {}, {}

    def _response(self, answer: Answer, number: Any) -> Response:
        """A recorded answer, with its content as it is now, and the number of the call."""
        content = self._contents[answer.request]
        if isinstance(content, bytes):
            return answer.status, content, [*answer.headers, ("Content-Type", answer.type)]
        if isinstance(content, TextAnswer):
            kind = answer.type.partition(";")[0] or "text/plain"
            headers = [*answer.headers, ("Content-Type", f"{kind}; charset=utf-8")]
            return answer.status, content.encode("utf-8", "replace"), headers
        if number is not None and isinstance(content, dict) and "id" in content:
            content = {**content, "id": number}
        return answer.status, content, answer.headers


def answer_in_words(words: str) -> Response:
    """An answer in words: a status, with the path of a Location, else the content."""
    first, _, path = words.partition(" ")
    if first.isdigit() and len(first) == 3:
        return int(first), None, {"Location": path} if path else {}
    kind = "application/json" if words[:1] in ("{", "[") else "text/plain"
    return 200, words.encode(), {"Content-Type": kind}


def _parts(call: Call) -> Iterator[Call]:
    """The call; of a list in its JSON, also with each element alone."""
    for body in body_parts(call.body):
        yield call._replace(body=body)


def _json_of(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def serve(
    text: str, port: int, on: Sequence[str] = (), off: Sequence[str] = (), *, obeys: bool = True
) -> ReplayedDevice:
    """Simulate the device on a port of 127.0.0.1. `on`, `off`: the requests that command it; if
    empty, the recording's own. Raises SettingsError, and OSError if the port cannot be used.
    """
    recording = har.parse(text).commanded(on, off)

    def make_pdu(own_port: int, fault: UnitFault, contents: Any = None) -> WebUnit:
        return WebUnit(recording, own_port, fault, contents)

    unit = make_pdu(port, UnitFault.NONE if obeys else UnitFault.REFUSES)
    doubt = unit.doubts.get("port_down", "")
    about = f"it takes no command: {doubt}" if doubt else "its outlets follow commands"
    if not obeys:
        about = "--writable lets it take commands"
    options = ANY_LOGIN if recording.handler else "-s KEY=VALUE"
    holds = counted(len(recording.outlets), "outlet")
    notes: Sequence[str] = ()
    if recording.is_of_another_tool:
        holds, about = counted(len(recording.answers), "answer"), "made by another tool"
        notes = [_RAW, *(f"left out: {sentence}" for sentence in recording.left_out)]
    device = unit.describe(recording.handler or PATH, f"{holds}; {about}", options)
    return device._replace(simulated_pdu=unit, make_pdu=make_pdu, notes=notes)
