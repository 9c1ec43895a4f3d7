"""The simulated PDU of a recording over HTTP, at a port of this machine. It knows no vendor and no
handler: what its outlets do is in the recording. One form is known besides: calls of JSON-RPC that
are sent in one (performBulk of Xerus) are answered one by one.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, NamedTuple, Optional, TypeVar

from handlers.dcimanager import Figures, MeterFigures
from handlers.http.strict_json import FORM_ERRORS

from ...cli.output import counted
from ..recording_formats import ReplayedDevice
from ..replay_server import ANY_LOGIN, PATH, Response
from ..simulated_pdu import HttpPdu, States, UnitCommand, UnitFault
from . import har
from .har import Answer, RecordedOutlet, WebRecording
from .outlet_rows import with_empty_name, with_rows_exchanged, without_row
from .request_patterns import ANY, RequestPattern, body_parts, json_or_none
from .state_columns import (
    Column,
    Contents,
    Path,
    Pointer,
    null_figures,
    number_pointers,
    other_figures,
    pointers_of_lists,
    state_columns,
    third_states,
    value_at,
    with_values,
    without_values,
    zero_figures,
)
from .text_answers import TextAnswer, with_changed_texts

T = TypeVar("T")
# the numbered stand-in of a token, and what a recording has for one in a cookie
_TOKEN = re.compile(r"(?<![\w-])secret-[0-9]+(?![\w-])|(?<==)any(?=;|$)")
_STAND_IN = "any"
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
_NO_REFUSAL = (
    "the recording does not say what the PDU answers to a command that it refuses: give it as"
    ' --refused, such as --refused \'{"result": "error"}\', or --refused 403 for a status alone'
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
    """One request; of several that are sent in one, each.

    >>> Call("POST", "/relay/1", "turn=on").target
    '/relay/1'
    """

    method: str
    target: str
    body: str


def calls_in(call: Call) -> Optional[list[Call]]:
    """The calls that one performBulk holds; None for another request.

    >>> row = {"rid": "/outlet/0", "json": {"method": "getState"}}
    >>> body = json.dumps({"method": "performBulk", "params": {"requests": [row]}})
    >>> calls_in(Call("POST", "/bulk", body))
    [Call(method='POST', target='/outlet/0', body='{"method": "getState"}')]
    >>> calls_in(Call("POST", "/relay/1", "turn=on")) is None
    True
    """
    request = json_or_none(call.body)
    if not isinstance(request, dict) or request.get("method") != "performBulk":
        return None
    try:
        rows = request["params"]["requests"]
        return [Call(call.method, str(row["rid"]), json.dumps(row["json"])) for row in rows]
    except FORM_ERRORS:
        return None


def answers_in(content: Any) -> list[tuple[int, Any]]:
    """Status and content of each answer to the calls of one performBulk; [] for no such answer.

    >>> answers_in({"result": {"responses": [{"statcode": 200, "json": {"result": 1}}]}})
    [(200, {'result': 1})]
    >>> answers_in({"on": 1})
    []
    """
    try:
        responses = content["result"]["responses"]
        return [(int(row.get("statcode", 200)), row.get("json")) for row in responses]
    except FORM_ERRORS:
        return []


class RequestTable(Generic[T]):
    """Values by the requests that they belong to, which may be patterns.

    >>> table = RequestTable()
    >>> table.add(RequestPattern.parse("POST /relay/1 turn=on&pw={any}"), "outlet 1 on")
    >>> table.find(Call("POST", "/relay/1", "pw=7f3a&turn=on"))
    'outlet 1 on'
    """

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
        """The value of the request or pattern that matches this call; None for none."""
        value = self._exact.get(RequestPattern(call.method, call.target, call.body).canonical)
        if value is not None:
            return value
        for pattern, pattern_value in self._patterns:
            if pattern.matches(call.method, call.target, call.body):
                return pattern_value
        return None


def command_table(recording: WebRecording) -> RequestTable[tuple[str, bool]]:
    """Outlet, and whether it is switched on, by the request that does it.

    >>> outlet = RecordedOutlet(True, on=har.Effect("POST /1 on"), off=har.Effect("POST /1 off"))
    >>> command_table(WebRecording([], {"1": outlet})).find(Call("POST", "/1", "off"))
    ('1', False)
    """
    commands: RequestTable[tuple[str, bool]] = RequestTable()
    for name, on in itertools.product(recording.outlets, (True, False)):
        words = recording.outlets[name].effect(on=on).request
        if words:
            commands.add(RequestPattern.parse(words), (name, on))
    return commands


class RecordedRequests(NamedTuple):
    """The requests of a recording, in the forms in which they are sought: those that read, with
    their answers, and those that command.
    """

    reads: RequestTable[Answer]
    #: outlet, and whether it is switched on
    commands: RequestTable[tuple[str, bool]]
    paths: Collection[str]
    #: those whose answers hold stand-ins of tokens
    with_tokens: Collection[str]

    @classmethod
    def of(cls, recording: WebRecording) -> RecordedRequests:
        """The requests that a recording answers.

        >>> recording = WebRecording([Answer("GET /o?n=1", {"token": "secret-1"})])
        >>> requests = RecordedRequests.of(recording)
        >>> requests.paths, requests.with_tokens
        ({'/o'}, {'GET /o?n=1'})
        """
        reads: RequestTable[Answer] = RequestTable()
        paths: set[str] = set()
        with_tokens: set[str] = set()
        for answer in recording.answers:
            pattern = RequestPattern.parse(answer.request)
            reads.add(pattern, answer)
            paths.add(pattern.path)
            parts = (answer.content, [list(pair) for pair in answer.headers])
            if any(_with_token(part, "x") != part for part in parts):
                with_tokens.add(answer.request)
        return cls(reads, command_table(recording), paths, with_tokens)


def reason_without_pointers(recording: WebRecording) -> str:
    """Why the recording does not say where its states are; "" if it does, or has no outlets.

    >>> outlets = {"1": RecordedOutlet(True), "2": RecordedOutlet(False)}
    >>> reason_without_pointers(WebRecording([Answer("GET /", {"volt": 230})], outlets))
    'no answer has a value of its own for the state of each outlet'
    """
    outlets = recording.outlets.values()
    if not outlets or any(outlet.on.sets for outlet in outlets):
        return ""
    states = {outlet.state for outlet in outlets} - {None}
    if not states:
        return _NO_STATE
    has_column = any(state_columns(recording.contents, recording.states))
    if has_column:
        return _NOT_FOLLOWED
    return _NO_COLUMN if len(states) > 1 else _ALIKE


class WebUnit(HttpPdu):
    """The simulated PDU of a recording: a server that answers with the recorded answers, and
    changes them when it is commanded. Raises OSError if the port cannot be used.

        >  POST /relay/1 turn=off      a command, by the words in the recording
        <  200
        >  GET /status                 a recorded read
        <  {"relays": [{"on": false}, {"on": true}]}
    """

    def __init__(
        self,
        recording: WebRecording,
        port: int,
        fault: UnitFault = UnitFault.NONE,
        contents: Any = None,
        requests: Optional[RecordedRequests] = None,
    ) -> None:
        """`contents`: those of another, instead of the recording's; `requests`: the recording's,
        which simulated PDUs of one recording share.
        """
        self.load(recording, requests)
        super().__init__(port, fault)
        self.begin(fault)
        if contents is not None:
            self.contents = contents

    def load(self, recording: WebRecording, requests: Optional[RecordedRequests] = None) -> None:
        """Answer from this recording from now on. `requests`: those of it, or None."""
        self._recording = recording
        self._requests = requests or RecordedRequests.of(recording)
        self._states, self._contents = recording.states, recording.contents
        self._has_rows_exchanged = False

    def begin(self, fault: UnitFault) -> None:
        """Have this fault from now on; a PDU that refuses answers as the recording says."""
        super().begin(fault)
        if fault is UnitFault.REFUSES:
            self.refusal = self._recorded_refusal()

    @cached_property
    def reason_by_untried_rule(self) -> Mapping[str, str]:
        """What cannot be tried, as the recording does not say it: the reason by the name of a rule.
        The states are sought, so it takes its time.

            {"states": "compare the states in the recording with the PDU's own page"}
        """
        reasons: dict[str, str] = {}
        if not self._recording.is_compared:
            reasons["states"] = reasons["figures"] = _NOT_COMPARED
        elif "unknown" in map(har.shown_figure, self._figures_of_recording()):
            reasons["figures"] = _UNKNOWN_FIGURE
        if not self._requests.commands.patterns:
            reasons["port_down"] = reasons["port_up"] = _NO_COMMANDS
        answers = [pattern.answer for pattern in self._requests.commands.patterns if pattern.answer]
        has_content = any(not answer[:3].isdigit() for answer in answers)
        if has_content and self._recorded_refusal() is None:
            reasons["refused"] = _NO_REFUSAL
        reason = reason_without_pointers(self._recording)
        if reason:
            rules = ("asked", "port_down", "port_up", "lost state")
            reasons.update(dict.fromkeys(rules, reason))
        return reasons

    @property
    def contradiction(self) -> str:
        """A sentence if the state of an outlet in the head of the file is another one than in the
        answers; "" if all agree.

            "outlet 2 is on in its head, and not in GET /status"
        """
        for name, outlet in self._recording.outlets.items():
            recorded_values = {} if outlet.state is None else outlet.effect(on=outlet.state).sets
            for pointer, value in recorded_values.items():
                own_value = value_at(self._recording.contents, pointer)
                if json.dumps(own_value) != json.dumps(value):
                    word = "on" if outlet.state else "off"
                    return f"outlet {name} is {word} in its head, and not in {pointer.request}"
        return ""

    def _recorded_refusal(self) -> Optional[Response]:
        """How it refuses a command: in the recording's words, or as it was seen to refuse one; None
        if it is not known.

            "refused": "403"               (403, None, {})
            POST /1 on => 409 recorded     that answer
        """
        if self._recording.refusal:
            return answer_in_words(self._recording.refusal)
        for answer in self._recording.answers:
            pattern = RequestPattern.parse(answer.request)
            call = Call(pattern.method, pattern.target, pattern.body)
            if answer.status >= 400 and self._requests.commands.find(call) is not None:
                return self._response(answer, None)
        return None

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

    def can_switch(self, identity: str, *, on: bool) -> bool:
        return bool(self.command_words(identity, on=on))

    def command_words(self, identity: str, *, on: bool) -> str:
        outlet = self._recording.outlets.get(identity, RecordedOutlet(state=None))
        request, _, _ = outlet.effect(on=on).request.partition(" -> ")
        return request

    def figures(self) -> Figures:
        """The load in A and the energies in kWh that the recording tells."""
        recording = self._recording
        rows = recording.outlets.items()
        outlets = {name: MeterFigures(energy_kwh=outlet.energy_kwh) for name, outlet in rows}
        return Figures(load_a=recording.load_a, energy_kwh=recording.energy_kwh, ports=outlets)

    def _figures_of_recording(self) -> list[Any]:
        figures = self.figures()
        ports = figures.ports.values()
        return [figures.load_a, figures.energy_kwh, *(port.energy_kwh for port in ports)]

    def turn_outlet(self, identity: str, *, on: Optional[bool]) -> bool:
        """Give an outlet a state, None for one that is neither on nor off; False if the answers
        cannot show it.

            before:  GET /status => {"relays": [{"on": true, "w": 30}]}
            off:     GET /status => {"relays": [{"on": false, "w": 0}]}
            None:    GET /status => {"relays": [{"on": "undocumented", "w": 30}]}
        """
        outlet = self._recording.outlets[identity]
        # without a row, the pointers of the outlets behind it are others
        is_whole = list(self._states) == list(self._recording.outlets)[: len(self._states)]
        if not (outlet.on.sets and is_whole):
            return False
        values: dict[Pointer, Any] = {}
        for pointer in outlet.off.sets:  # such as its meters, which count nothing while it is off
            if pointer not in outlet.on.sets:
                values[pointer] = value_at(self._recording.contents, pointer)
        values.update(self._third_values(outlet)[0] if on is None else outlet.effect(on=on).sets)
        with self._contents_lock:
            try:
                self._contents = with_values(self._contents, values)
            except (LookupError, TypeError):  # of contents that lack the outlet
                return False
            self._states = {**self._states, identity: on}
        return True

    def _third_values(self, outlet: RecordedOutlet) -> list[dict[Pointer, Any]]:
        """The values of its pointers in states that are neither on nor off, such as 2 where on is 1
        and off 0.
        """
        values: list[list[Any]] = []
        for pointer, on in outlet.on.sets.items():
            is_text = isinstance(self._contents[pointer.request], TextAnswer)
            values.append(third_states(on, outlet.off.sets.get(pointer), is_text=is_text))
        return [dict(zip(outlet.on.sets, values_of_state)) for values_of_state in zip(*values)]

    def with_third_states(self, identity: str) -> Sequence[Any]:
        states = {**self._states, identity: None}
        values = self._third_values(self._recording.outlets[identity])
        return [(states, with_values(self._contents, own_values)) for own_values in values]

    def without_state(self, identity: str) -> Sequence[Any]:
        pointers = list(self._recording.outlets[identity].on.sets)
        return [(self._states, without_values(self._contents, pointers))] if pointers else []

    def without_figures(self) -> Sequence[Any]:
        """Contents without a number each, and in JSON with null for those of all outlets."""
        pointers = self._number_pointers()
        contents = [without_values(self._contents, [pointer]) for pointer in pointers]
        contents += null_figures(self._contents, pointers)
        return [(self._states, new_contents) for new_contents in contents]

    def without_row(self) -> Sequence[tuple[str, Any]]:
        """An outlet, and the contents without its row: the middle one of those that are on before
        the last outlet, if rows name their outlets, else the last one, if it is on; [] if no row
        can be absent.

            before:  [{"id": "a", "on": 1}, {"id": "b", "on": 1}, {"id": "c", "on": 1}]
            after:   "b", [{"id": "a", "on": 1}, {"id": "c", "on": 1}]
        """
        outlets_on = [name for name, state in self._states.items() if state]
        last_outlet = list(self._states)[-1]
        outlets_before = [name for name in outlets_on if name != last_outlet]
        middle_outlet = outlets_before[len(outlets_before) // 2 :][:1]
        for outlet in (*middle_outlet, *outlets_on[-1:]):
            contents = self._without_row_of(outlet, is_named=outlet != last_outlet)
            if contents is not None:
                states = {name: state for name, state in self._states.items() if name != outlet}
                return [(outlet, (states, contents))]
        return []

    def with_empty_names(self) -> Sequence[Any]:
        """Of the last outlet that is on."""
        for outlet in [name for name, state in self._states.items() if state][-1:]:
            sets = self._recording.outlets[outlet].on.sets
            pointers = {pointer.request: pointer for pointer in sets}
            others = self._pointers_of_others(outlet)
            candidates = [
                with_empty_name(self._contents, pointer, others, outlet)
                for pointer in pointers.values()
            ]
            return [(self._states, contents) for contents in candidates if contents is not None]
        return []

    def _pointers_of_others(self, outlet: str) -> Sequence[Pointer]:
        """Where the states of the other outlets are."""
        pointers: list[Pointer] = []
        for name, recorded_outlet in self._recording.outlets.items():
            if name != outlet:
                pointers += recorded_outlet.on.sets
        return pointers

    def _without_row_of(self, outlet: str, *, is_named: bool) -> Any:
        """The contents without the rows of an outlet, one in each answer that has its state; None
        if they have none that can be absent, or if it `is_named` and a row does not name it.
        """
        other_pointers = self._pointers_of_others(outlet)
        # one of each answer
        pointers = {pointer.request: pointer for pointer in self._recording.outlets[outlet].on.sets}
        contents: Contents = self._contents
        for pointer in pointers.values():
            absent_row = without_row(contents, pointer, other_pointers, outlet)
            if absent_row is None or (is_named and not absent_row.is_named):
                return None
            contents = absent_row.contents
        return contents if pointers else None

    def exchange_rows(self) -> bool:
        self._has_rows_exchanged = True
        contents = self._contents.items()
        return any(self._exchanged(request, content) != content for request, content in contents)

    def _exchanged(self, request: str, content: Any) -> Any:
        """The content of an answer with two rows exchanged, if it has rows that name outlets; else
        the content.

            before:  [{"id": "a", "on": 1}, {"id": "b", "on": 0}]
            after:   [{"id": "b", "on": 0}, {"id": "a", "on": 1}]
        """
        paths: dict[str, Path] = {}
        for name, outlet in self._recording.outlets.items():
            for pointer in outlet.on.sets:
                if pointer.request == request:
                    paths[name] = pointer.path
        is_list = len(paths) > 1 and not isinstance(content, TextAnswer)
        exchanged_content = with_rows_exchanged(content, paths) if is_list else None
        return content if exchanged_content is None else exchanged_content

    def with_fewer_outlets(self) -> Sequence[Any]:
        """The states and contents without the last outlet; [] if it is the only one."""
        *outlets_before, last_outlet = self._states
        contents = self._without_row_of(last_outlet, is_named=False)
        states = {name: self._states[name] for name in outlets_before}
        return [(states, contents)] if states and contents is not None else []

    def with_other_figures(self) -> Sequence[Any]:
        candidates = other_figures(self._contents, self._columns(), self._states)
        return [(self._states, contents) for contents in candidates]

    def with_zero_figures(self) -> Sequence[Any]:
        zeros = zero_figures(self._contents, self._number_pointers())
        return [(self._states, contents) for contents in zeros]

    def _number_pointers(self) -> list[Pointer]:
        return number_pointers(self._contents, self._columns(), self._states)

    def without_outlets(self) -> Sequence[Any]:
        pointers = pointers_of_lists(self._contents, len(self._states))
        return [(self._states, with_values(self._contents, {pointer: []})) for pointer in pointers]

    def _columns(self) -> list[Column]:
        """The pointers to the states, as one column."""
        pointers = itertools.chain.from_iterable(
            outlet.on.sets for outlet in self._recording.outlets.values()
        )
        return [Column(list(pointers), on=True, off=False)]

    # ---- requests --------------------------------------------------------------------------------

    def commands_of(self, method: str, target: str, body: bytes) -> list[UnitCommand]:
        """The commands in a request; an unknown one for a request that is no recorded read.

        POST /relay/1 turn=off      outlet 1, off
        POST /relay/1 turn=pulse    an unknown one, which is like a command
        GET /status                 none
        """
        call = Call(method, target, body.decode("utf-8", "replace"))
        commands: list[UnitCommand] = []
        for part in calls_in(call) or [call]:
            commands += self._commands_of_call(part)
        return commands

    def _commands_of_call(self, call: Call) -> list[UnitCommand]:
        """The recorded commands in a call; an unknown one if it is neither these nor a read. A GET,
        a DELETE and a call of JSON-RPC that only reads is no command, unless it is like one.
        """
        text = f"{call.method} {call.target} {call.body}".strip()
        commands: list[UnitCommand] = []
        for body in body_parts(call.body):
            command = self._requests.commands.find(call._replace(body=body))
            if command is not None:
                commands.append(UnitCommand(command[0], on=command[1], text=text))
        if commands or self._requests.reads.find(call) is not None:
            return commands
        similar = any(pattern.is_like(*call[:2]) for pattern in self._requests.commands.patterns)
        if not similar and (call.method in ("GET", "DELETE") or self._is_rpc_read(call)):
            return []
        return [UnitCommand.unknown(text, is_similar=similar)]

    def _is_rpc_read(self, call: Call) -> bool:
        """Whether a call of JSON-RPC only reads, by its name."""
        request = json_or_none(call.body)
        name = str(request.get("method", "")) if isinstance(request, dict) else ""
        return name.rpartition(".")[2].lower().startswith(("get", "is", "list"))

    def answer(self, method: str, target: str, body: bytes) -> Response:
        return self._answer(Call(method, target, body.decode("utf-8", "replace")))

    def command_answer(
        self, method: str, target: str, body: bytes, commands: Sequence[UnitCommand]
    ) -> Response:
        return self._answer(Call(method, target, body.decode("utf-8", "replace")), is_taken=True)

    def _answer(self, call: Call, *, is_taken: bool = False) -> Response:
        """The answer to a request; `is_taken`: the commands in it were carried out.

        a recorded read                  its answer, with the states and figures of now
        a command that was carried out   what the recording says
        anything else                    404
        """
        request = json_or_none(call.body)
        number = request.get("id") if isinstance(request, dict) else None
        calls = calls_in(call)
        if calls is not None:
            responses: list[Any] = []
            for part in calls:
                status, content, _ = self._answer(part, is_taken=is_taken)
                if isinstance(content, bytes):  # a page, such as that of an error
                    content = None
                responses.append({"json": content, "statcode": status})
            return 200, {"jsonrpc": "2.0", "result": {"responses": responses}, "id": number}, {}
        answer = self._requests.reads.find(call)
        is_refusal = answer is not None and answer.status >= 400 and is_taken
        if answer is not None and not is_refusal:
            return self._response(answer, number)
        is_rpc = isinstance(request, dict) and "method" in request
        parts = [call._replace(body=body) for body in body_parts(call.body)]
        if is_taken and any(map(self._requests.commands.find, parts)):
            return self._answer_of_command(call, number if is_rpc else None)
        if is_rpc and call.target in self._requests.paths:
            return 200, {"jsonrpc": "2.0", "error": _NO_METHOD, "id": number}, {}
        return 404, None, {}

    def _answer_of_command(self, call: Call, number: Any) -> Response:
        """The answer to a command: what the recording says, else what such a PDU answers, else
        another answer of this path, else {}.
        """
        for pattern in self._requests.commands.patterns:
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
        """A recorded answer, with its content as it is now, and the number of the call.

        recorded:  {"id": 0, "result": {"on": true}}
        sent:      {"id": 7, "result": {"on": false}}
        """
        content = self._contents[answer.request]
        if content is None and answer.content is not None:  # the row of an outlet that is absent
            return 404, None, {}
        if self._has_rows_exchanged:
            content = self._exchanged(answer.request, content)
        headers = list(answer.headers)
        if self.token and answer.request in self._requests.with_tokens:
            headers = [(name, _with_token(text, self.token)) for name, text in headers]
            content = _with_token(content, self.token)
        if isinstance(content, bytes):
            return answer.status, content, [*headers, ("Content-Type", answer.type)]
        if isinstance(content, TextAnswer):
            headers.append(("Content-Type", f"{answer.type or 'text/plain'}; charset=utf-8"))
            return answer.status, content.encode("utf-8", "replace"), headers
        if answer.type:
            headers.append(("Content-Type", answer.type))
        if number is not None and isinstance(content, dict) and "id" in content:
            content = {**content, "id": number}
        return answer.status, content, headers


def _with_token(content: Any, token: str) -> Any:
    """The content with `token` behind each stand-in that a recording has for a token: so a handler
    that keeps the token of another call is found.

    >>> _with_token({"token": "secret-1", "on": "any"}, "p80x")
    {'token': 'secret-1p80x', 'on': 'anyp80x'}
    """

    def text_with_token(text: str) -> str:
        if text == _STAND_IN:
            return f"{text}{token}"
        return _TOKEN.sub(rf"\g<0>{token}", text)

    return with_changed_texts(content, text_with_token)


def answer_in_words(words: str) -> Response:
    """An answer in words: a status, with the path of a Location, else the content.

    >>> answer_in_words("202"), answer_in_words("302 /home")
    ((202, None, {}), (302, None, {'Location': '/home'}))
    >>> answer_in_words("OK")
    (200, b'OK', {'Content-Type': 'text/plain'})
    """
    first_word, _, path = words.partition(" ")
    if first_word.isdigit() and len(first_word) == 3:
        return int(first_word), None, {"Location": path} if path else {}
    kind = "application/json" if words[:1] in ("{", "[") else "text/plain"
    return 200, words.encode(), {"Content-Type": kind}


def serve(
    text: str,
    port: int,
    on: Sequence[str] = (),
    off: Sequence[str] = (),
    *,
    refusal: str = "",
    obeys: bool = True,
) -> ReplayedDevice:
    """Simulate the device on a port of 127.0.0.1. `on`, `off`: the requests that command it, and
    `refusal`: what it answers to one that it refuses; if empty, the recording's own. Raises
    SettingsError, and OSError if the port cannot be used.
    """
    recording = har.parse(text).commanded(on, off)
    recording = recording._replace(refusal=refusal or recording.refusal)
    requests = RecordedRequests.of(recording)

    def make_pdu(unit_port: int, fault: UnitFault, contents: Any = None) -> WebUnit:
        return WebUnit(recording, unit_port, fault, contents, requests)

    unit = make_pdu(port, UnitFault.NONE if obeys else UnitFault.REFUSES)
    reason = unit.reason_by_untried_rule.get("port_down", "")
    about = f"it takes no command: {reason}" if reason else "its outlets follow commands"
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
