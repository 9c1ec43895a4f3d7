"""The simulated PDU of a recording over HTTP: a server at a port of this machine, which answers as
the recorded device did, and whose outlets follow commands.

It knows no vendor and no handler: the recording says what a command does. One form of request is
known besides: a performBulk of Xerus, which holds several calls of JSON-RPC, each answered alone.

contents    the answers as they are now, by request: {"GET /status": {"relays": [{"on": true}]}}
pointer     where a value is in them: Pointer("GET /status", ("relays", 0, "on"))
states      the state of each outlet, None if neither on nor off: {"1": True, "2": None}
call        one request, or one of those that a performBulk holds
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
_ANY = "any"
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
    """One request, or one of the calls that a performBulk holds.

    >>> Call("POST", "/relay/1", "turn=on").target
    '/relay/1'
    """

    method: str
    target: str
    body: str


def calls_in(call: Call) -> Optional[list[Call]]:
    """The calls that a performBulk of Xerus holds; None for another request.

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
    """A dictionary whose keys are requests. A key may be a pattern, in which {any} matches any
    text: a request that was recorded with a login, for instance.

    >>> table = RequestTable()
    >>> table.add(RequestPattern.parse("POST /relay/1 turn=on&pw={any}"), "outlet 1 on")
    >>> table.find(Call("POST", "/relay/1", "pw=7f3a&turn=on"))
    'outlet 1 on'
    """

    def __init__(self) -> None:
        self._value_by_request: dict[str, T] = {}
        self._values_by_pattern: list[tuple[RequestPattern, T]] = []
        self._requests: list[RequestPattern] = []

    def add(self, pattern: RequestPattern, value: T) -> None:
        """Add the value of a request. Of two values of one request, the first one stays.

        >>> table = RequestTable()
        >>> table.add(RequestPattern.parse("GET /a"), 1)
        >>> table.add(RequestPattern.parse("GET /a"), 2)
        >>> table.find(Call("GET", "/a", ""))
        1
        """
        self._requests.append(pattern)
        if ANY in pattern.text:
            self._values_by_pattern.append((pattern, value))
        else:
            self._value_by_request.setdefault(pattern.canonical, value)

    @property
    def patterns(self) -> Sequence[RequestPattern]:
        """The requests, in their order."""
        return self._requests

    def find(self, call: Call) -> Optional[T]:
        """The value of this request: its own, else that of the first pattern that matches it. None
        if there is none.

        >>> table = RequestTable()
        >>> table.add(RequestPattern.parse("GET /o?sid={any}"), "status")
        >>> table.find(Call("GET", "/o?sid=7f3a", "")), table.find(Call("GET", "/a", ""))
        ('status', None)
        """
        canonical = RequestPattern(call.method, call.target, call.body).canonical
        value = self._value_by_request.get(canonical)
        if value is not None:
            return value
        for pattern, pattern_value in self._values_by_pattern:
            if pattern.matches(call.method, call.target, call.body):
                return pattern_value
        return None


def command_table(recording: WebRecording) -> RequestTable[tuple[str, bool]]:
    """The commands of a recording: which outlet is switched, and whether on, by the request that
    does it. Outlets whose requests are not known are left out.

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
    """The requests of a recording, to look up a request of a client: those that read, with their
    answers, and those that command.
    """

    reads: RequestTable[Answer]
    #: outlet, and whether it is switched on
    commands: RequestTable[tuple[str, bool]]
    #: the paths of all reads, such as "/status"
    paths: Collection[str]
    #: the reads whose answers have a token, for which the recording has "secret-1" or "any"
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
        for answer in recording.answers:
            reads.add(RequestPattern.parse(answer.request), answer)
        paths = {pattern.path for pattern in reads.patterns}
        with_tokens = {answer.request for answer in recording.answers if _has_token(answer)}
        return cls(reads, command_table(recording), paths, with_tokens)


def reason_without_pointers(recording: WebRecording) -> str:
    """Why it is not known where the answers hold the states of the outlets; "" if it is known, or
    if the recording has no outlets.

    >>> outlets = {"1": RecordedOutlet(True), "2": RecordedOutlet(False)}
    >>> reason_without_pointers(WebRecording([Answer("GET /", {"volt": 230})], outlets))
    'no answer has a value of its own for the state of each outlet'
    """
    outlets = recording.outlets.values()
    if not outlets or any(outlet.state_pointers for outlet in outlets):
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
    changes them when it is commanded. `_recording` stays as it was made; `_contents` are its
    answers and `_states` its outlets as they are now, after commands; `_requests` are its reads and
    commands. Raises OSError if the port cannot be used.

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
        """`port`: 0 for any free one. `contents`: the `contents` of another WebUnit, to begin with
        instead of the recording's own. `requests`: those of this recording, if the caller has them:
        to make them takes time, and several units may share them.
        """
        self.load(recording, requests)
        super().__init__(port, fault)
        self.begin(fault)
        if contents is not None:
            self.contents = contents

    def load(self, recording: WebRecording, requests: Optional[RecordedRequests] = None) -> None:
        """Answer from this recording from now on, as if no command had come yet. `requests`: those
        of the recording, if the caller has them.
        """
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
        """Why `pdu handler check` cannot try some of its rules on this PDU: a sentence by the name
        of the rule. {} if the recording says all that the rules need.

            a recording without commands    {"port_down": "the recording does not say how ...",
                                             "port_up": the same}
        """
        reasons: dict[str, str] = {}
        if not self._recording.is_compared:
            reasons["states"] = reasons["figures"] = _NOT_COMPARED
        elif "unknown" in map(har.shown_figure, self._figures_of_recording()):
            reasons["figures"] = _UNKNOWN_FIGURE
        if not self._requests.commands.patterns:
            reasons["port_down"] = reasons["port_up"] = _NO_COMMANDS
        answers = [pattern.answer for pattern in self._requests.commands.patterns if pattern.answer]
        # else a command is answered by its status, and 403 is a refusal
        is_answered_by_content = any(not answer[:3].isdigit() for answer in answers)
        if is_answered_by_content and self._recorded_refusal() is None:
            reasons["refused"] = _NO_REFUSAL
        reason = reason_without_pointers(self._recording)
        if reason:
            rules = ("asked", "port_down", "port_up", "lost state")
            reasons.update(dict.fromkeys(rules, reason))
        return reasons

    @property
    def contradiction(self) -> str:
        """A sentence about the first outlet whose state at the head of the file, which a person may
        have corrected, is not the one in the recorded answers; "" if all agree.

            head:     outlet 2 on, and then GET /status#/relays/1/on is true
            answers:  GET /status => {"relays": [{"on": true}, {"on": false}]}
            "outlet 2 is on in its head, and not in GET /status"
        """
        for name, outlet in self._recording.outlets.items():
            if outlet.state is None:
                continue
            for pointer, value in outlet.effect(on=outlet.state).answer_values.items():
                answered_value = value_at(self._recording.contents, pointer)
                # as JSON: 1 and true, which Python takes for equal, differ
                if json.dumps(answered_value) != json.dumps(value):
                    word = "on" if outlet.state else "off"
                    return f"outlet {name} is {word} in its head, and not in {pointer.request}"
        return ""

    def _recorded_refusal(self) -> Optional[Response]:
        """The answer to a command that the PDU refuses: the one that the recording gives in words,
        else a recorded answer to a command with a status of 400 or more. None without either.

            recording.refusal "403"                   (403, None, {})
            answers have POST /1 on => 409 {"e": 1}   (409, {"e": 1}, [])
            neither                                   None
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
        """The recorded request that switches an outlet on or off, without the answer behind " -> ";
        "" if it is not known.

            "POST /relay/1 turn=off"
        """
        outlet = self._recording.outlets.get(identity, RecordedOutlet(state=None))
        request, _, _ = outlet.effect(on=on).request.partition(" -> ")
        return request

    def figures(self) -> Figures:
        """The load in A and the energies in kWh, of the PDU and of each outlet, at the head of the
        recording.
        """
        recording = self._recording
        rows = recording.outlets.items()
        outlets = {name: MeterFigures(energy_kwh=outlet.energy_kwh) for name, outlet in rows}
        return Figures(load_a=recording.load_a, energy_kwh=recording.energy_kwh, ports=outlets)

    def _figures_of_recording(self) -> list[Any]:
        """The load in A and all energies in kWh of the recording, in one list."""
        figures = self.figures()
        ports = figures.ports.values()
        return [figures.load_a, figures.energy_kwh, *(port.energy_kwh for port in ports)]

    def turn_outlet(self, identity: str, *, on: Optional[bool]) -> bool:
        """Change the answers so that they show an outlet on, off, or for None neither. False if it
        is not known where they hold its state, or if they lack the outlet.

            before:  GET /status => {"relays": [{"on": true, "w": 30}]}
            off:     GET /status => {"relays": [{"on": false, "w": 0}]}
            None:    GET /status => {"relays": [{"on": "undocumented", "w": 30}]}
        """
        outlet = self._recording.outlets[identity]
        # behind an absent row, each pointer leads to the row of the next outlet
        recorded_names = list(self._recording.outlets)
        lacks_only_last_rows = list(self._states) == recorded_names[: len(self._states)]
        if not (outlet.state_pointers and lacks_only_last_rows):
            return False
        # they show 0 while the outlet is off, and else what was recorded
        meters = outlet.off.answer_values.keys() - outlet.on.answer_values.keys()
        values = {meter: value_at(self._recording.contents, meter) for meter in meters}
        if on is None:
            values.update(self._third_values(outlet)[0])
        else:
            values.update(outlet.effect(on=on).answer_values)
        with self._contents_lock:
            try:
                self._contents = with_values(self._contents, values)
            except (LookupError, TypeError):  # of contents that lack the outlet
                return False
            self._states = {**self._states, identity: on}
        return True

    def _third_values(self, outlet: RecordedOutlet) -> list[dict[Pointer, Any]]:
        """The values of an outlet's pointers in states that are neither on nor off, one dictionary
        for each such state.

            on {pointer: 1}, off {pointer: 0}    [{pointer: 97}, {pointer: -1}, {pointer: 2}, ...]
        """
        third_values: list[list[Any]] = []
        for pointer, on in outlet.on.answer_values.items():
            is_text = isinstance(self._contents[pointer.request], TextAnswer)
            off = outlet.off.answer_values.get(pointer)
            third_values.append(third_states(on, off, is_text=is_text))
        return [dict(zip(outlet.state_pointers, values)) for values in zip(*third_values)]

    def with_third_states(self, identity: str) -> Sequence[Any]:
        """Pairs of states and contents in which this outlet is neither on nor off; [] if it is not
        known where its state is.

            before:  {"1": True}, {"GET /": {"on": 1}}
            after:   {"1": None}, {"GET /": {"on": 97}}, then with -1, 2 and so on
        """
        states = {**self._states, identity: None}
        values = self._third_values(self._recording.outlets[identity])
        return [(states, with_values(self._contents, own_values)) for own_values in values]

    def without_state(self, identity: str) -> Sequence[Any]:
        pointers = self._recording.outlets[identity].state_pointers
        return [(self._states, without_values(self._contents, pointers))] if pointers else []

    def without_figures(self) -> Sequence[Any]:
        """Pairs of states and contents: each without one number, then each with null for one kind
        of number of all outlets in JSON.

            before:  {"w": [5, 7]}
            pairs:   {"w": [null, 7]}, {"w": [5, null]}, {"w": [null, null]}
        """
        pointers = self._number_pointers()
        contents = [without_values(self._contents, [pointer]) for pointer in pointers]
        contents += null_figures(self._contents, pointers)
        return [(self._states, new_contents) for new_contents in contents]

    def without_row(self) -> Sequence[tuple[str, Any]]:
        """An outlet that is on, and the states and contents without its row: an outlet between
        others, if rows name their outlets, else the last one. [] if neither can be absent.

            contents:  [{"id": "a", "on": 1}, {"id": "b", "on": 1}, {"id": "c", "on": 1}]
            result:    "b", [{"id": "a", "on": 1}, {"id": "c", "on": 1}]
        """
        outlets_on = [name for name, state in self._states.items() if state]
        last_outlet = list(self._states)[-1]
        outlets_before = [name for name in outlets_on if name != last_outlet]
        middle_outlets = outlets_before[len(outlets_before) // 2 :]
        for outlet in (*middle_outlets[:1], *outlets_on[-1:]):
            contents = self._without_row_of(outlet, must_be_named=outlet != last_outlet)
            if contents is not None:
                states = {name: state for name, state in self._states.items() if name != outlet}
                return [(outlet, (states, contents))]
        return []

    def with_empty_names(self) -> Sequence[Any]:
        """States and contents in which the last outlet that is on has an empty name, one pair for
        each answer that names it; [] if no outlet is on or none has a name.

            contents:  [{"id": "1", "on": 1, "name": "web"}]
            result:    [{"id": "1", "on": 1, "name": ""}]
        """
        outlets_on = [name for name, state in self._states.items() if state]
        if not outlets_on:
            return []
        outlet = outlets_on[-1]
        other_pointers = self._pointers_of_others(outlet)
        candidates = [
            with_empty_name(self._contents, pointer, other_pointers, outlet)
            for pointer in self._pointer_by_request(outlet).values()
        ]
        return [(self._states, contents) for contents in candidates if contents is not None]

    def _pointer_by_request(self, outlet: str) -> Mapping[str, Pointer]:
        """One pointer to the state of an outlet in each answer that has it, by the request."""
        pointers = self._recording.outlets[outlet].state_pointers
        return {pointer.request: pointer for pointer in pointers}

    def _pointers_of_others(self, outlet: str) -> Sequence[Pointer]:
        """Where the answers hold the states of all outlets but this one.

        outlet "2" of three    [Pointer("GET /", (0, "on")), Pointer("GET /", (2, "on"))]
        """
        pointers: list[Pointer] = []
        for name, other_outlet in self._recording.outlets.items():
            if name != outlet:
                pointers += other_outlet.state_pointers
        return pointers

    def _without_row_of(self, outlet: str, *, must_be_named: bool) -> Optional[Contents]:
        """The contents without the rows of an outlet, one in each answer that has its state. None
        if it is not known where that is, or if the row cannot be absent: a number of [1, 0] cannot.
        With `must_be_named` also if a row has no value that is the outlet's identity.
        """
        pointers = self._pointer_by_request(outlet)
        other_pointers = self._pointers_of_others(outlet)
        contents: Contents = self._contents
        for pointer in pointers.values():
            absent_row = without_row(contents, pointer, other_pointers, outlet)
            if absent_row is None or (must_be_named and not absent_row.is_named):
                return None
            contents = absent_row.contents
        return contents if pointers else None

    def exchange_rows(self) -> bool:
        """Answer with the rows of two outlets exchanged from now on. False if no answer has rows
        that name their outlets: then all answers stay as they are.
        """
        self._has_rows_exchanged = True
        contents = self._contents.items()
        return any(self._exchanged(request, content) != content for request, content in contents)

    def _exchanged(self, request: str, content: Any) -> Any:
        """The content of the answer to `request` with the first and the last row of its outlets
        exchanged; as it is, if its rows do not name their outlets.

            before:  [{"id": "a", "on": 1}, {"id": "b", "on": 0}]
            after:   [{"id": "b", "on": 0}, {"id": "a", "on": 1}]
        """
        paths: dict[str, Path] = {}
        for name, outlet in self._recording.outlets.items():
            for pointer in outlet.state_pointers:
                if pointer.request == request:
                    paths[name] = pointer.path
        if len(paths) < 2 or isinstance(content, TextAnswer):
            return content
        exchanged_content = with_rows_exchanged(content, paths)
        return content if exchanged_content is None else exchanged_content

    def with_fewer_outlets(self) -> Sequence[Any]:
        """The states and contents without the last outlet; [] if it is the only one, or if its row
        cannot be absent.
        """
        *outlets_before, last_outlet = self._states
        contents = self._without_row_of(last_outlet, must_be_named=False)
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
        """One column of the pointers to all states, to keep them from being taken for figures. What
        it calls on and off is not read.
        """
        outlets = self._recording.outlets.values()
        pointers = itertools.chain.from_iterable(outlet.state_pointers for outlet in outlets)
        return [Column(list(pointers), on=True, off=False)]

    # ---- requests --------------------------------------------------------------------------------

    def commands_of(self, method: str, target: str, body: bytes) -> list[UnitCommand]:
        """The commands in a request; none for a recorded read. A request that may write and is not
        in the recording is an unknown command.

        POST /relay/1 turn=off      [UnitCommand("1", on=False, ...)]
        POST /relay/1 turn=pulse    [UnitCommand.unknown(..., is_similar=True)]
        GET /status                 []
        """
        call = Call(method, target, body.decode("utf-8", "replace"))
        commands: list[UnitCommand] = []
        for part in calls_in(call) or [call]:
            commands += self._commands_of_call(part)
        return commands

    def _commands_of_call(self, call: Call) -> list[UnitCommand]:
        """The commands in one call, several if its JSON lists several outlets.

        a recorded command, such as POST /relay/1 turn=on    outlet 1, on
        a recorded read                                      []
        the path of a command, such as POST /relay/9         an unknown command, similar
        another GET or DELETE, a JSON-RPC call "getState"    []
        anything else                                        an unknown command
        """
        text = f"{call.method} {call.target} {call.body}".strip()
        commands: list[UnitCommand] = []
        for body in body_parts(call.body):
            command = self._requests.commands.find(call._replace(body=body))
            if command is not None:
                identity, on = command
                commands.append(UnitCommand(identity, on=on, text=text))
        if commands or self._requests.reads.find(call) is not None:
            return commands
        patterns = self._requests.commands.patterns
        is_similar = any(pattern.is_like(call.method, call.target) for pattern in patterns)
        only_reads = call.method in ("GET", "DELETE") or self._is_rpc_read(call)
        if only_reads and not is_similar:
            return []
        return [UnitCommand.unknown(text, is_similar=is_similar)]

    def _is_rpc_read(self, call: Call) -> bool:
        """Whether it is a call of JSON-RPC whose method reads by its name: getState, Relay.list."""
        request = json_or_none(call.body)
        name = str(request.get("method", "")) if isinstance(request, dict) else ""
        return name.rpartition(".")[2].lower().startswith(("get", "is", "list"))

    def answer(self, method: str, target: str, body: bytes) -> Response:
        return self._answer(Call(method, target, body.decode("utf-8", "replace")))

    def command_answer(
        self, method: str, target: str, body: bytes, commands: Sequence[UnitCommand]
    ) -> Response:
        return self._answer(Call(method, target, body.decode("utf-8", "replace")), is_obeyed=True)

    def _answer(self, call: Call, *, is_obeyed: bool = False) -> Response:
        """The answer to a request: status, content and headers. `is_obeyed`: the commands in it
        were carried out.

        a performBulk                    200, and an answer to each call in it
        a recorded read                  its answer, with the states and figures of now
        a command that was carried out   what the recording says
        anything else                    404, or in JSON-RPC "Method not found"
        """
        request = json_or_none(call.body)
        call_id = request.get("id") if isinstance(request, dict) else None
        calls = calls_in(call)
        if calls is not None:
            result = {"responses": self._bulk_responses(calls, is_obeyed=is_obeyed)}
            return 200, {"jsonrpc": "2.0", "result": result, "id": call_id}, {}
        answer = self._requests.reads.find(call)
        # a command may have been refused when it was recorded
        is_recorded_refusal = answer is not None and answer.status >= 400 and is_obeyed
        if answer is not None and not is_recorded_refusal:
            return self._response(answer, call_id)
        is_rpc = isinstance(request, dict) and "method" in request
        parts = [call._replace(body=body) for body in body_parts(call.body)]
        holds_command = any(self._requests.commands.find(part) for part in parts)
        if is_obeyed and holds_command:
            return self._answer_of_command(call, call_id if is_rpc else None)
        if is_rpc and call.target in self._requests.paths:
            return 200, {"jsonrpc": "2.0", "error": _NO_METHOD, "id": call_id}, {}
        return 404, None, {}

    def _bulk_responses(self, calls: Sequence[Call], *, is_obeyed: bool) -> list[dict[str, Any]]:
        """The answers to the calls of a performBulk, as Xerus has them. `is_obeyed`: the commands
        in it were carried out.

            [{"json": {"id": 0, "result": {"on": true}}, "statcode": 200}]
        """
        responses: list[dict[str, Any]] = []
        for call in calls:
            status, content, _ = self._answer(call, is_obeyed=is_obeyed)
            is_page = isinstance(content, bytes)  # such as that of an error
            responses.append({"json": None if is_page else content, "statcode": status})
        return responses

    def _answer_of_command(self, call: Call, rpc_id: Any) -> Response:
        """The answer to a command that was carried out. `rpc_id`: the id of a JSON-RPC call; None
        for another request.

        the recording says "POST /1 on -> 302 /home"    302 with that Location
        a JSON-RPC call with the id 7                   {"result": {"_ret_": 0}, "id": 7}
        the recording has an answer of this path        that answer
        nothing of these                                200 {}
        """
        for pattern in self._requests.commands.patterns:
            if pattern.answer and pattern.matches(*call):
                return answer_in_words(pattern.answer)
        if rpc_id is not None:
            return 200, {"jsonrpc": "2.0", "result": {"_ret_": 0}, "id": rpc_id}, {}
        path = call.target.partition("?")[0]
        for answer in self._recording.answers:
            if RequestPattern.parse(answer.request).path == path:
                return self._response(answer, None)
        return 200, {}, {}

    def _response(self, answer: Answer, call_id: Any) -> Response:
        """Status, content and headers for a recorded answer: with its content as it is now, after
        commands, and in JSON-RPC with the id of the client's call, `call_id`.

        recorded:  {"id": 0, "result": {"on": true}}
        sent:      {"id": 7, "result": {"on": false}}     to call 7, after outlet 1 was switched off
        """
        content = self._contents[answer.request]
        if content is None and answer.content is not None:  # the outlet of this request is absent
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
        if call_id is not None and isinstance(content, dict) and "id" in content:
            content = {**content, "id": call_id}
        return answer.status, content, headers


def _has_token(answer: Answer) -> bool:
    """Whether a recorded answer has a token, for which the recording has "secret-1" or "any".

    >>> _has_token(Answer("GET /login", {"token": "secret-1"}))
    True
    >>> _has_token(Answer("GET /", {"on": 1}, headers=[("Set-Cookie", "id=any; Path=/")]))
    True
    """
    parts = (answer.content, [list(pair) for pair in answer.headers])
    return any(_with_token(part, "x") != part for part in parts)


def _with_token(content: Any, token: str) -> Any:
    """An answer's content with `token` behind each "secret-1" or "any", which a recording has in
    the place of a token: "secret-1" anywhere in a text, the common word "any" only if it is the
    whole text, or a value such as that of a cookie. Each simulated PDU has a token of its own, so
    `pdu handler check` sees whether a handler sends one that another PDU gave.

    >>> _with_token({"token": "secret-1", "on": "any", "help": "any outlet"}, "p80x")
    {'token': 'secret-1p80x', 'on': 'anyp80x', 'help': 'any outlet'}
    """

    def text_with_token(text: str) -> str:
        """One text of the content with `token` behind each stand-in."""
        if text == _ANY:
            return f"{text}{token}"
        return _TOKEN.sub(rf"\g<0>{token}", text)

    return with_changed_texts(content, text_with_token)


def answer_in_words(words: str) -> Response:
    """The response that a person wrote in words, as behind --refused or " -> ": a status, perhaps
    with the path of a Location, or else the content of an answer with the status 200.

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
    """Simulate the device of a recording, whose `text` is a HAR, on a port of 127.0.0.1.

    `on`, `off`: the requests that command it, such as "POST /relay/{outlet} turn=on"; `refusal`:
    its answer to a command that it refuses, such as "403". If they are empty, the recording's own.
    `obeys`: whether it takes commands. Raises SettingsError for a text that is no recording, and
    OSError if the port cannot be used.

        "netio 127.0.0.1:34567 -s scheme=http --username any"    poll
        "4 outlets; its outlets follow commands"                 about
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
