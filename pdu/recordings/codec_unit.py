"""A PDU of a codec (handlers/http/dialogue.py), simulated from its recorded answers.

It answers with the recorded documents. Its outlets follow the codec's commands: the unit looks for
a value in the documents after whose change the codec reads the new state for the command's outlet,
and everything else as before. The new value is one that a neighbour has in the same place.
"""

from __future__ import annotations

import copy
import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple, Optional, Union

from handlers.http.dialogue import (
    Codec,
    PduState,
    ReadRequest,
    Request,
    WriteRequest,
    run_dialogue,
)
from handlers.http.login_forms import form_of
from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import measured

from .replay_server import HttpReplay, Response
from .text_answers import TextAnswer, body_of
from .unit_logins import KnownRequest, known_request, session_answer

#: JSON, or a TextAnswer, by request: its path, and the body of a read by POST after it
Answers = Mapping[str, Any]
Path = tuple[Union[str, int], ...]
#: identity -> on, off, or None for a state that the codec does not know
States = dict[str, Optional[bool]]
_UNDOCUMENTED = ("undocumented", 97)
_WORDS = {True: ("on", "On", "ON", 1, True), False: ("off", "Off", "OFF", 0, False)}
# the words of a text; its other words are many
_TEXT_WORDS = {
    True: ("1", "on", "On", "ON", "true"),
    False: ("0", "off", "Off", "OFF", "false"),
    None: ("undocumented", "97"),
}
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")


class HttpFault(Enum):
    """What is wrong with a simulated PDU."""

    NONE = "none"
    #: it carries a command out later
    LATE = "late"
    #: it accepts a command and does nothing
    STUCK = "stuck"
    #: it refuses each command
    REFUSES = "refuses"
    #: it accepts a command, does nothing, and answers no more
    SILENT_AFTER = "silent after a command"
    #: it carries a command out, and its answer is lost
    ANSWER_LOST = "answer of a command lost"
    #: after a command, the outlet has a state that is not documented
    PENDING = "pending"
    #: half of each answer arrives
    HALF = "half of each answer"
    #: it takes no login
    DENIES = "denies"


class HttpCommand(NamedTuple):
    """A request that switches an outlet, or that the codec does not know."""

    #: "" if the codec does not know the request
    identity: str
    on: bool
    #: the request, for people
    text: str


class CodecUnit(HttpReplay):
    """A PDU at a port of this machine. It takes any login."""

    LATE_S = 2.0

    def __init__(
        self,
        codec: Codec,
        documents: Answers,
        port: int,
        fault: HttpFault = HttpFault.NONE,
    ) -> None:
        """Raises OSError if the port cannot be used."""
        self.documents: dict[str, Any] = copy.deepcopy(dict(documents))
        self.requests: list[str] = []
        self.commands: list[HttpCommand] = []
        self._codec, self._fault = codec, fault
        self._login_form = form_of(codec)
        self._is_silent = False
        self._timers: list[threading.Timer] = []
        self._turning = threading.Lock()
        super().__init__(port)

    def close(self) -> None:
        for timer in self._timers:
            timer.cancel()
        super().close()

    # ---- requests --------------------------------------------------------------------------------

    def reply(self, method: str, target: str, body: bytes) -> Response:
        """The answer to one request. Raises ConnectionAbortedError for no answer."""
        if self._is_silent:
            raise ConnectionAbortedError
        self.requests.append(f"{method} {target}")
        if self._fault is HttpFault.DENIES:
            return 401, None, {"WWW-Authenticate": 'Basic realm="unit"'}
        session = session_answer(self._login_form, method, target, body)
        if session is not None:
            return session
        asked = self._known(method, target, body)
        for key in self.documents:
            if asked == self._known_read(key):
                return 200, self._document(key), {}
        commands = self._commands_of(method, target, body)
        if commands:
            return self._obeyed(commands, target)
        if method != "GET" or self._has_command_at(target):
            text = f"{method} {asked.target} {body.decode('utf-8', 'replace')}".strip()
            self.commands.append(HttpCommand("", on=False, text=text))
        return 404, None, {}

    def _known(self, method: str, target: str, body: bytes) -> KnownRequest:
        return known_request(self._login_form, method, target, _json_or_text(body))

    def _known_read(self, key: str) -> KnownRequest:
        """The reading that a document answers."""
        path, _, text = key.partition(" ")
        read = ReadRequest(path, text.encode())
        return self._known(read.method, read.path, read.body)

    def _has_command_at(self, target: str) -> bool:
        """Whether the codec switches by requests to this path, whatever their query."""
        identities = list(self.outlet_states())[:1]
        requests = [self._request_of(identity, on=True) for identity in identities]
        path = target.partition("?")[0]
        return any(request and request.path.partition("?")[0] == path for request in requests)

    def _document(self, key: str) -> Any:
        document = self.documents[key]
        if self._fault is not HttpFault.HALF:
            return document
        body = body_of(document)
        return body[: len(body) // 2]

    def _commands_of(self, method: str, target: str, body: bytes) -> list[HttpCommand]:
        """The commands that a request holds: of a list in its JSON, each element is one."""
        known = [
            known_request(self._login_form, method, target, content) for content in _parts(body)
        ]
        text = f"{method} {known[0].target} {body.decode('utf-8', 'replace')}".strip()
        commands = []
        for identity in self.outlet_states():
            for on in (True, False):
                request = self._request_of(identity, on=on)
                if request is None:
                    continue
                if self._known(request.method, request.path, request.body) in known:
                    commands.append(HttpCommand(identity, on=on, text=text))
        return commands

    def _request_of(self, identity: str, *, on: bool) -> Optional[WriteRequest]:
        """The codec's command. None if it has none for this outlet."""
        requests: list[WriteRequest] = []

        def exchange(request: Request) -> bytes:
            if isinstance(request, WriteRequest):
                requests.append(request)
                return b"{}"
            return body_of(self.documents[request_key(request)])

        try:
            run_dialogue(self._codec.command(identity, on=on), exchange)
        except (PduHandlerError, LookupError):
            pass  # of the answer, which is none
        return requests[0] if requests else None

    def _obeyed(self, commands: Sequence[HttpCommand], target: str) -> Response:
        self.commands += commands
        if self._fault is HttpFault.REFUSES:
            return 403, None, {}
        if self._fault is HttpFault.SILENT_AFTER:
            self._is_silent = True
            raise ConnectionAbortedError
        if self._fault is HttpFault.LATE:
            timer = threading.Timer(self.LATE_S, self._carry_out, [commands])
            timer.daemon = True
            timer.start()
            self._timers.append(timer)
        elif self._fault is not HttpFault.STUCK:
            self._carry_out(commands)
        if self._fault is HttpFault.ANSWER_LOST:
            raise ConnectionAbortedError
        if target in self.documents:
            return 200, self.documents[target], {}
        return 204, None, {}

    def _carry_out(self, commands: Sequence[HttpCommand]) -> None:
        for command in commands:
            state = None if self._fault is HttpFault.PENDING else command.on
            is_switched = self.turn_outlet(command.identity, on=state)
            effect = f"outlet {command.identity} {'on' if command.on else 'off'}"
            lack = "" if is_switched else ": accepted, but the recording cannot show this state"
            self.writes.append(f"{command.text}: {effect}{lack}")

    # ---- values ----------------------------------------------------------------------------------

    def read_state(self, documents: Optional[Answers] = None) -> PduState:
        """What the codec reads. Raises the errors of handlers/shared/errors.py."""
        known_documents = self.documents if documents is None else documents
        return run_dialogue(self._codec.read_unit(with_figures=True), exchange_of(known_documents))

    def outlet_states(self) -> States:
        """The states that the codec reads."""
        return {outlet.identity: outlet.state for outlet in self.read_state().outlets}

    def turn_outlet(self, identity: str, *, on: Optional[bool]) -> bool:
        """Change a value so that the codec reads this state for the outlet, and no other changes.
        False if no such change is found.
        """
        with self._turning:
            expected_states = {**self.outlet_states(), identity: on}
            if expected_states == self.outlet_states():
                return True
            words = _UNDOCUMENTED if on is None else _WORDS[on]
            for key, path in _leaves(self.documents):
                values = [*self._neighbour_values(key, path), *words]
                if isinstance(self.documents[key], TextAnswer):
                    values = list(_TEXT_WORDS[on])
                for value in values:
                    documents = _with_value(self.documents, key, path, value)
                    if self._states_in(documents) == expected_states:
                        self.documents = documents
                        return True
            return False

    def _neighbour_values(self, key: str, path: Path) -> list[Any]:
        """The other values in the same place of the elements of a list."""
        pattern = _pattern(path)
        own = _value_at(self.documents[key], path)
        values: list[Any] = []
        for other_key, other_path in _leaves(self.documents):
            if other_key == key and _pattern(other_path) == pattern:
                value = _value_at(self.documents[key], other_path)
                if value != own and value not in values:
                    values.append(value)
        return values

    def _states_in(self, documents: Answers) -> Optional[States]:
        try:
            outlets = self.read_state(documents).outlets
        except (PduHandlerError, LookupError):
            return None
        return {outlet.identity: outlet.state for outlet in outlets}

    def without_state(self, identity: str) -> Optional[Answers]:
        """The documents without the value that holds an outlet's state; None if none is found."""
        states = self.outlet_states()
        expected_states = {**states, identity: None}
        for key, path in _leaves(self.documents):
            documents = _without(self.documents, key, path)
            if documents is not None and self._states_in(documents) == expected_states:
                return documents
        return None

    def without_figure(self) -> Optional[Answers]:
        """The documents without the value of the total load; None if none is found."""
        states, figures = self.outlet_states(), self._figures(self.documents)
        for key, path in _leaves(self.documents):
            documents = _without(self.documents, key, path)
            if documents is None or self._states_in(documents) != states:
                continue
            new_figures = self._figures(documents)
            if figures[:1] != [None] and new_figures[:1] != figures[:1]:
                return documents
        return None

    def counted_on(self) -> Answers:
        """The documents after the meters counted on, by a tenth: each number whose change alters
        nothing but figures.
        """
        documents: Answers = self.documents
        states = self.outlet_states()
        for key, path in _leaves(self.documents):
            value = _value_at(documents[key], path)
            new_value = _counted_on(value)
            if new_value is None:
                continue
            candidate = _with_value(documents, key, path, new_value)
            if self._states_in(candidate) == states and self._figures(candidate) != self._figures(
                documents
            ):
                documents = candidate
        return documents

    def _figures(self, documents: Answers) -> list[Optional[float]]:
        try:
            state = self.read_state(documents)
        except PduHandlerError:
            return []
        energies = [measured(outlet.figures.energy_kwh) for outlet in state.outlets]
        return [measured(state.load_a), measured(state.energy_kwh), *energies]


def request_key(request: Request) -> str:
    """The key of a request's answer in a recording."""
    return f"{request.path} {request.body.decode('utf-8', 'replace')}".strip()


def exchange_of(answers: Answers) -> Any:
    """The recorded answer to each request. Raises LookupError for one without."""
    return lambda request: body_of(answers[request_key(request)])


def _json_or_text(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def _counted_on(value: Any) -> Union[int, float, str, None]:
    """A number that is a tenth more, also of a text; None for zero and for what is no number."""
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value) or not float(value):
            return None
        decimals = len(value.partition(".")[2])
        return f"{float(value) * 1.1:.{decimals}f}"
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value:
        return None
    return round(value * 1.1) if isinstance(value, int) else value * 1.1


def _parts(body: bytes) -> Iterator[Any]:
    """The JSON of a body; of a list in it, also with each element alone."""
    value = _json_or_text(body)
    yield value
    if isinstance(value, dict):
        for name, elements in value.items():
            for element in elements if isinstance(elements, list) else ():
                yield {**value, name: [element]}


def _leaves(documents: Answers) -> list[tuple[str, Path]]:
    """The key of the document, and the path, of each value that is no object and no list."""
    leaves: list[tuple[str, Path]] = []
    waiting: list[tuple[str, Path, Any]] = [(key, (), value) for key, value in documents.items()]
    while waiting:
        key, path, value = waiting.pop(0)
        if isinstance(value, TextAnswer):
            leaves += [(key, (place,)) for place, _ in value.words()]
        elif isinstance(value, dict):
            waiting += [(key, (*path, name), child) for name, child in value.items()]
        elif isinstance(value, list):
            waiting += [(key, (*path, place), child) for place, child in enumerate(value)]
        else:
            leaves.append((key, path))
    return leaves


def _pattern(path: Path) -> Path:
    return tuple("*" if isinstance(part, int) else part for part in path)


def _value_at(document: Any, path: Path) -> Any:
    if isinstance(document, TextAnswer):
        return document.word(int(path[0]))
    for part in path:
        document = document[part]
    return document


def _with_value(documents: Answers, key: str, path: Path, value: Any) -> dict[str, Any]:
    document = documents[key]
    if isinstance(document, TextAnswer):
        return {**documents, key: document.with_word(int(path[0]), str(value))}
    new_documents = {**documents, key: copy.deepcopy(document)}
    if not path:
        return {**new_documents, key: value}
    _value_at(new_documents[key], path[:-1])[path[-1]] = value
    return new_documents


def _without(documents: Answers, key: str, path: Path) -> Optional[dict[str, Any]]:
    """The documents without a member of an object, or a word of a text; with null in place of an
    element of a list, whose other elements keep their places. None for a whole document.
    """
    if isinstance(documents[key], TextAnswer):
        return _with_value(documents, key, path, "")
    if not path:
        return None
    if not isinstance(path[-1], str):
        return _with_value(documents, key, path, None)
    new_documents = {**documents, key: copy.deepcopy(documents[key])}
    del _value_at(new_documents[key], path[:-1])[path[-1]]
    return new_documents
