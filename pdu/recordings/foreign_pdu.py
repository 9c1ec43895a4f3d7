"""Recordings of PDUs over HTTP that no handler of this pack reads, and the PDU simulated from one.

    {"recording": "http 1",
     "on": "POST /relay/{outlet} turn=on", "off": "POST /relay/{outlet} turn=off",
     "compared": "yes", "states": {"1": "on", "2": "off"}, "load_a": 0.5, "energy_kwh": 12.0,
     "answers": [{"request": "GET /status", "json": {"relays": [...]}},
                 {"request": "GET /status.xml", "type": "text/xml", "text": "<response>..."}]}

`pdu record` writes it, and a person can. `states` and the figures are what the handler read, until
a person has compared them with the PDU itself and says so by `compared`. A figure that is null is
not metered; one that is "unknown" was not known when it was recorded. An answer may have a `status`
and `headers`. `kept` are the texts that the reading needs, for the owner to look at.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Optional, Union

from handlers.dcimanager import Figures, MeterFigures
from handlers.shared.errors import SettingsError
from handlers.shared.meter_figures import Figure, NotKnown, measured

from ..cli.output import counted
from .recording_formats import ReplayedDevice, make_json_detector
from .replay_server import Response
from .request_patterns import RequestPattern, body_parts
from .simulated_pdu import HttpPdu, States, UnitCommand, UnitFault
from .state_columns import (
    Place,
    TextPieces,
    columns_of,
    list_places,
    number_places,
    undocumented,
    with_values,
    without_values,
    zero_figures,
)

_STATES: Mapping[str, Optional[bool]] = {"on": True, "off": False, "unknown": None}
_UNKNOWN = "unknown"
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
_NO_COLUMN = (
    "the recording does not show where the PDU has its states: record it while at least one outlet"
    " is on and one is off"
)

_STATUS = re.compile(r"(?P<number>[1-5][0-9]{2})(?: (?P<path>/\S*))?")
#: stands for the path of the handler that reads it, which no recording tells
PATH = "PATH"
is_recording = make_json_detector("http")


class Answer(NamedTuple):
    """What the device answered to one request."""

    request: str
    #: JSON, or TextPieces
    content: Any
    status: int = 200
    #: of the content; "" for JSON
    type: str = ""
    headers: Mapping[str, str] = {}

    @classmethod
    def parse(cls, row: Mapping[str, Any]) -> Answer:
        """Raises SettingsError for a request that is none."""
        request = str(row["request"])
        RequestPattern.parse(request)  # raises for what is none
        status = int(row.get("status", 200))
        headers = {str(name): str(text) for name, text in row.get("headers", {}).items()}
        if "json" in row:
            return cls(request, row["json"], status, headers=headers)
        content = TextPieces.of(str(row["text"]))
        content_type = str(row.get("type", "text/plain"))
        return cls(request, content, status, content_type, headers)

    @property
    def row(self) -> dict[str, Any]:
        """As the recording has it."""
        row: dict[str, Any] = {"request": self.request}
        if self.status != 200:
            row["status"] = self.status
        if self.headers:
            row["headers"] = dict(self.headers)
        if isinstance(self.content, TextPieces):
            return {**row, "type": self.type, "text": self.content.text}
        return {**row, "json": self.content}


class ForeignRecording(NamedTuple):
    """A recording of a device that no handler of this pack reads."""

    answers: Sequence[Answer]
    states: States
    load_a: Figure = None
    energy_kwh: Figure = None
    outlet_kwh: Mapping[str, Figure] = {}
    #: texts that stay because the handler's reading depends on them
    kept_texts: Sequence[str] = ()
    is_compared: bool = False
    #: requests; of one without {outlet}, there is one for each outlet
    on: Sequence[RequestPattern] = ()
    off: Sequence[RequestPattern] = ()

    @classmethod
    def parse(cls, text: str) -> ForeignRecording:
        """The recording in the text of a file. Raises SettingsError."""
        try:
            return cls._parse_json(json.loads(text))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            reason = f"{type(error).__name__}: {str(error)[:80]}"
            raise SettingsError(f"the recording is not complete ({reason})") from None

    @classmethod
    def _parse_json(cls, data: Any) -> ForeignRecording:
        """As `parse`. Raises also what Python raises for JSON of another form."""
        states = {str(name): _STATES[word] for name, word in data.get("states", {}).items()}
        outlet_kwh = {str(name): _figure(kwh) for name, kwh in data.get("outlet_kwh", {}).items()}
        compared_word = str(data.get("compared", "no")).lower()
        recording = cls(
            answers=[Answer.parse(row) for row in data["answers"]],
            states=states,
            load_a=_figure(data.get("load_a")),
            energy_kwh=_figure(data.get("energy_kwh")),
            outlet_kwh=outlet_kwh,
            kept_texts=[str(text) for text in data.get("kept", [])],
            is_compared=compared_word in ("yes", "true"),
        )
        return recording.commanded(_words(data.get("on")), _words(data.get("off")))

    def commanded(self, on: Sequence[str], off: Sequence[str]) -> ForeignRecording:
        """The recording with these requests, as texts, as its commands; with its own if both are
        empty. Raises SettingsError.
        """
        if not on and not off:
            return self
        on_requests = [RequestPattern.parse(words) for words in on]
        off_requests = [RequestPattern.parse(words) for words in off]
        self._check_requests("--on", on_requests)
        self._check_requests("--off", off_requests)
        if on_requests == off_requests:
            raise SettingsError("--on and --off are the same request: a toggle is no command")
        return self._replace(on=on_requests, off=off_requests)

    def _check_requests(self, option: str, requests: Sequence[RequestPattern]) -> None:
        """Raises SettingsError unless these requests of an option are for all outlets."""
        is_for_any_outlet = len(requests) == 1 and requests[0].names_outlet
        if not is_for_any_outlet and len(requests) != len(self.states):
            raise SettingsError(
                f"{option} needs one request with {{outlet}} in it, or one request for each of"
                f" {counted(len(self.states), 'outlet')}, in the order of status"
            )

    @property
    def figures(self) -> Sequence[Figure]:
        return [self.load_a, self.energy_kwh, *self.outlet_kwh.values()]

    @property
    def text(self) -> str:
        """The text of the file."""
        words = {on: word for word, on in _STATES.items()}
        data: dict[str, Any] = {"recording": "http 1"}
        if self.on:
            data["on"] = _one_or_all([_spelled(request) for request in self.on])
        if self.off:
            data["off"] = _one_or_all([_spelled(request) for request in self.off])
        data["compared"] = "yes" if self.is_compared else "no"
        data["states"] = {name: words[on] for name, on in self.states.items()}
        data["load_a"] = shown_figure(self.load_a)
        data["energy_kwh"] = shown_figure(self.energy_kwh)
        data["outlet_kwh"] = {name: shown_figure(kwh) for name, kwh in self.outlet_kwh.items()}
        data["kept"] = list(self.kept_texts)
        data["answers"] = [answer.row for answer in self.answers]
        return json.dumps(data, indent=1, ensure_ascii=False) + "\n"

    def command(self, identity: str, *, on: bool) -> Optional[RequestPattern]:
        """The request for this outlet; None if it is not known."""
        requests = self.on if on else self.off
        if not requests:
            return None
        if requests[0].names_outlet:
            return requests[0].of_outlet(identity)
        return requests[list(self.states).index(identity)]


class ForeignPdu(HttpPdu):
    """The PDU of a ForeignRecording, at a port of this machine."""

    def __init__(
        self,
        recording: ForeignRecording,
        port: int,
        fault: UnitFault = UnitFault.NONE,
        contents: Any = None,
    ) -> None:
        """`contents`: those of another, in place of the recording's. Raises OSError if the port
        cannot be used.
        """
        self._recording = recording
        self._answers = {answer.request: answer for answer in recording.answers}
        self._patterns = {request: RequestPattern.parse(request) for request in self._answers}
        self._states = recording.states
        self._contents = {answer.request: answer.content for answer in recording.answers}
        self._columns = columns_of(self._contents, self._states)
        super().__init__(port, fault)
        self._note_doubts()
        if contents is not None:
            self.contents = contents

    def _note_doubts(self) -> None:
        """Note what the recording does not say."""
        if not self._recording.is_compared:
            self.doubts["states"] = _NOT_COMPARED
            self.doubts["figures"] = _NOT_COMPARED
        elif _UNKNOWN in map(shown_figure, self._recording.figures):
            self.doubts["figures"] = _UNKNOWN_FIGURE
        if not self._recording.on:
            self.doubts["port_down"] = _NO_COMMANDS
            self.doubts["port_up"] = _NO_COMMANDS
        if not self._columns:
            for rule in ("asked", "port_down", "port_up", "lost state"):
                self.doubts[rule] = _NO_COLUMN

    @property
    def contents(self) -> Any:
        return dict(self._states), dict(self._contents)

    @contents.setter
    def contents(self, contents: Any) -> None:
        states, documents = contents
        self._states, self._contents = dict(states), dict(documents)

    def outlet_states(self) -> States:
        return dict(self._states)

    def figures(self) -> Optional[Figures]:
        """Those of the recording, which its handler read or its owner wrote."""
        outlets: dict[str, MeterFigures] = {}
        for name, energy_kwh in self._recording.outlet_kwh.items():
            outlets[name] = MeterFigures(energy_kwh=energy_kwh)
        return Figures(
            load_a=self._recording.load_a, energy_kwh=self._recording.energy_kwh, ports=outlets
        )

    def turn_outlet(self, identity: str, *, on: Optional[bool]) -> bool:
        """Put the value for this state into each column of states. `identity`: one of
        `outlet_states`. False if the recording has no such column, or if the list that the column
        is read from is empty now.
        """
        if not self._columns:
            return False
        index = list(self._states).index(identity)
        values: dict[Place, Any] = {}
        for column in self._columns:
            if on is None:  # a state that no device documents
                value = undocumented(column.on)
            else:
                value = column.on if on else column.off
            values[column.places[index]] = value
        with self._contents_lock:
            try:
                self._contents = with_values(self._contents, values)
            except LookupError:  # contents of `without_outlets`: the outlet has no value now
                return False
            self._states = {**self._states, identity: on}
        return True

    def without_state(self, identity: str) -> Sequence[Any]:
        """The contents without the outlet's value in each column of states."""
        index = list(self._states).index(identity)
        places = [column.places[index] for column in self._columns]
        if not places:
            return []
        return [(self._states, without_values(self._contents, places))]

    def without_figures(self) -> Sequence[Any]:
        places = number_places(self._contents, self._columns)
        return [(self._states, without_values(self._contents, [place])) for place in places]

    def with_zero_figures(self) -> Sequence[Any]:
        zeros = zero_figures(self._contents, self._columns, self._states)
        return [(self._states, contents) for contents in zeros]

    def without_outlets(self) -> Sequence[Any]:
        """The contents with an empty list in the place of one with an element for each outlet."""
        places = list_places(self._contents, len(self._states))
        return [(self._states, with_values(self._contents, {place: []})) for place in places]

    # ---- requests --------------------------------------------------------------------------------

    def commands_of(self, method: str, target: str, body: bytes) -> list[UnitCommand]:
        """The commands that a request holds: of a list in its JSON, each element is one. [] for a
        recorded read; an unknown command for a request that is like a command, or is no GET.
        """
        content = body.decode("utf-8", "replace")
        text = f"{method} {target} {content}".strip()
        commands: list[UnitCommand] = []
        # the last of the outlets' that has its method and path, with another body
        similar_command: Optional[RequestPattern] = None
        for identity, on in itertools.product(self._states, (True, False)):
            command = self._recording.command(identity, on=on)
            if command is None:
                continue
            if any(command.matches(method, target, part) for part in body_parts(content)):
                commands.append(UnitCommand(identity, on=on, text=text))
            elif command.is_like(method, target):
                similar_command = command
        if commands:
            return commands
        if self._answer_to(method, target, content) is not None:
            return []
        is_read = method == "GET"
        if similar_command is None and not is_read:
            similar_command = self._command_of_absent_outlet(method, target)
        if similar_command is not None:
            return [UnitCommand.unknown(text, similar_command.text)]
        return [] if is_read else [UnitCommand.unknown(text)]

    def _command_of_absent_outlet(self, method: str, target: str) -> Optional[RequestPattern]:
        """The command that has this method and path for an outlet that the PDU does not have."""
        for pattern in (*self._recording.on, *self._recording.off):
            if pattern.is_like(method, target):
                return pattern
        return None

    def answer(self, method: str, target: str, body: bytes) -> Response:
        """The recorded answer to this request, else 404."""
        answer = self._answer_to(method, target, body.decode("utf-8", "replace"))
        if answer is None:
            return 404, None, {}
        return self._response(answer)

    def command_answer(
        self, method: str, target: str, body: bytes, commands: Sequence[UnitCommand]
    ) -> Response:
        """What the owner gave, else the answer to another request to this path, else {}."""
        command = commands[0]
        request = self._recording.command(command.identity, on=command.on)
        if request is not None and request.answer:
            return _response_of(request.answer)
        path = target.partition("?")[0]
        for recorded_text, pattern in self._patterns.items():
            recorded_path = pattern.target.partition("?")[0]
            if recorded_path == path:
                return self._response(self._answers[recorded_text])
        return 200, {}, {}

    def _response(self, answer: Answer) -> Response:
        """A recorded answer, with its content as it is now."""
        content = self._contents[answer.request]
        headers = dict(answer.headers)
        if not isinstance(content, TextPieces):
            return answer.status, json.dumps(content).encode(), headers
        return answer.status, content.text.encode(), {"Content-Type": answer.type, **headers}

    def _answer_to(self, method: str, target: str, body: str) -> Optional[Answer]:
        """The recorded answer to this request; None if no recorded request is like it."""
        for request, pattern in self._patterns.items():
            if pattern.matches(method, target, body):
                return self._answers[request]
        return None


def serve(
    text: str, port: int, on: Sequence[str] = (), off: Sequence[str] = (), *, obeys: bool = True
) -> ReplayedDevice:
    """Simulate the device on a port of 127.0.0.1. `on`, `off`: the requests that command it, as
    texts; if both are empty, the recording's own are used. Without `obeys`, it refuses them. Raises
    SettingsError, and OSError if the port cannot be used.
    """
    recording = ForeignRecording.parse(text).commanded(on, off)

    def make_pdu(own_port: int, fault: UnitFault, contents: Any = None) -> ForeignPdu:
        return ForeignPdu(recording, own_port, fault, contents)

    replay = make_pdu(port, UnitFault.NONE if obeys else UnitFault.REFUSES)
    doubt = replay.doubts.get("port_down", "")
    if not obeys:
        about = "--writable lets it take commands"
    elif doubt:
        about = f"it takes no command: {doubt}"
    else:
        about = "its outlets follow commands"
    outlets = counted(len(recording.states), "outlet")
    device = replay.describe(PATH, f"{outlets}; {about}", "-s KEY=VALUE")
    return device._replace(simulated_pdu=replay, make_pdu=make_pdu)


def shown_figure(figure: Figure) -> Union[float, str, None]:
    """A figure as the file has it: "unknown" if it was not known."""
    return _UNKNOWN if isinstance(figure, NotKnown) else measured(figure)


def _figure(value: Any) -> Figure:
    """A figure from the file, as `shown_figure` writes it."""
    if value == _UNKNOWN:
        return NotKnown("it was not known when it was recorded")
    return None if value is None else float(value)


def _words(value: Union[None, str, Sequence[str]]) -> Sequence[str]:
    """The requests of `on` or `off` in the file, which has none, one, or a list."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def _one_or_all(requests: list[str]) -> Union[str, list[str]]:
    return requests[0] if len(requests) == 1 else requests


def _spelled(request: RequestPattern) -> str:
    return f"{request.text} -> {request.answer}" if request.answer else request.text


def _response_of(words: str) -> Response:
    """An answer in words: a status, with the path of a Location, else the content."""
    status = _STATUS.fullmatch(words)
    if status is not None:
        headers = {"Location": status["path"]} if status["path"] else {}
        return int(status["number"]), None, headers
    content_type = "application/json" if words[:1] in ("{", "[") else "text/plain"
    return 200, words.encode(), {"Content-Type": content_type}
